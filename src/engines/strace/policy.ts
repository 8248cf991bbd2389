/** Owns the decoders of memory policy: which NUMA nodes pages come from. */

import { errnoName } from '../../abi/errno.ts';
import { GET_MEMPOLICY_FLAGS, MBIND_FLAGS, MPOL_MODE_FLAGS, MPOL_MODES } from '../../abi/flags/memory.ts';
import { type Arg, arrayAt, both, type CallSpec, call, flags, int, ptr, structAt, ulong } from './args.ts';
import type { CallContext } from './context.ts';
import { addrText, hexText, i32, u64 } from './text.ts';

const MODE_MASK = 0x1fff;

function mode(value: number): string {
  const name = MPOL_MODES.name(value & MODE_MASK);
  const more = MPOL_MODE_FLAGS.moreFlags(value & ~MODE_MASK);
  return name === undefined ? `${hexText(value >>> 0)} /* MPOL_??? */` : name + more;
}

const modeArg: Arg = (c, i) => mode(c.call.argInt(i));
const NODES_MAX = 4096;

/** A mask of nodes, of as many bits as the next argument says, as words: `[0000000000000003]`. */
function nodes(c: CallContext, address: number | bigint, bits: number): string {
  if (bits <= 0 || bits > NODES_MAX) return addrText(address);
  const text = (b: Uint8Array): string => u64(b, 0).toString(16).padStart(16, '0');
  return arrayAt(c, address, Math.ceil(bits / 64), 8, text);
}

const mask =
  (bitsArg: number): Arg =>
  (c, i) =>
    nodes(c, c.addr(i), Number(c.addr(bitsArg)));

/** Where each page is, or why it is nowhere. */
const pageStatus = (b: Uint8Array): string => {
  const v = i32(b, 0);
  return v >= 0 ? String(v) : `-${errnoName(-v) ?? -v}`;
};

const movePages = call(
  [int, ulong],
  [
    (c, i) => arrayAt(c, c.addr(i), Number(c.addr(1)), 8, (b) => addrText(u64(b, 0))),
    (c, i) => arrayAt(c, c.addr(i), Number(c.addr(1)), 4, (b) => String(i32(b, 0))),
    (c, i) => (c.call.failed ? c.addrText(i) : arrayAt(c, c.addr(i), Number(c.addr(1)), 4, pageStatus)),
    flags(MBIND_FLAGS),
  ],
);

/** The decoders of this family, by call name. */
export const policyCalls: Readonly<Record<string, CallSpec>> = {
  mbind: call([ptr, ulong, modeArg, mask(4), ulong, flags(MBIND_FLAGS)]),
  set_mempolicy: call([modeArg, mask(2), ulong]),
  get_mempolicy: call(
    [],
    [
      (c, i) => (c.call.failed ? c.addrText(i) : structAt(c, c.addr(i), 4, (b) => `[${mode(i32(b, 0))}]`)),
      (c, i) => (c.call.failed ? c.addrText(i) : nodes(c, c.addr(i), Number(c.addr(2)))),
      ulong,
      ptr,
      flags(GET_MEMPOLICY_FLAGS),
    ],
  ),
  migrate_pages: call([int, ulong, mask(1), mask(1)]),
  move_pages: movePages,
  set_mempolicy_home_node: both([ptr, ulong, ulong, (c, i) => hexText(c.addr(i))]),
};
