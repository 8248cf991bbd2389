/** Owns the decoders of the calls that fit nowhere else: uname, sysinfo, getrandom, seccomp and the like. */

import { SECCOMP_ACTIONS } from '../../abi/flags/kernel.ts';
import { GETRANDOM_FLAGS, KCMP_TYPES, SECCOMP_FILTER_FLAGS, SECCOMP_OPS } from '../../abi/flags/process.ts';
import { type Arg, both, type CallSpec, call, flags, int, outStruct, str, structAt, ulong } from './args.ts';
import type { CallContext } from './context.ts';
import { descriptorFlags } from './open.ts';
import { addrText, hexByte, hexText, quoteBytes, u16, u32, u64 } from './text.ts';

const UTS_FIELD = 65;
const UTS_SIZE = 390;

function utsname(b: Uint8Array, verbose: boolean): string {
  const field = (k: number): string => {
    const bytes = b.subarray(k * UTS_FIELD, (k + 1) * UTS_FIELD);
    const end = bytes.indexOf(0);
    return quoteBytes(bytes, end < 0 ? UTS_FIELD : end);
  };
  const head = `{sysname=${field(0)}, nodename=${field(1)}, `;
  if (!verbose) return `${head}...}`;
  return `${head}release=${field(2)}, version=${field(3)}, machine=${field(4)}, domainname=${field(5)}}`;
}

function sysinfo(b: Uint8Array): string {
  let text = `{uptime=${u64(b, 0)}, loads=[${u64(b, 8)}, ${u64(b, 16)}, ${u64(b, 24)}]`;
  text += `, totalram=${u64(b, 32)}, freeram=${u64(b, 40)}, sharedram=${u64(b, 48)}, bufferram=${u64(b, 56)}`;
  text += `, totalswap=${u64(b, 64)}, freeswap=${u64(b, 72)}, procs=${u16(b, 80)}`;
  return `${text}, totalhigh=${u64(b, 88)}, freehigh=${u64(b, 96)}, mem_unit=${u32(b, 104)}}`;
}

/** Bytes in hex escapes, as random bytes are shown. */
const hexBytes: Arg = (c, i) => {
  if (c.call.failed) return c.addrText(i);
  const length = c.call.result;
  const shown = Math.min(length, c.stringLimit);
  const b = c.read(c.addr(i), shown);
  if (b === undefined) return c.addrText(i);
  let text = '"';
  for (let k = 0; k < shown; k++) text += `\\x${hexByte(b[k] as number)}`;
  return length > shown ? `${text}"...` : `${text}"`;
};

const HOST_NAME_MAX = 64;

/** A host name: the address when its length is none. */
const name = (c: CallContext, address: number | bigint, length: number): string =>
  length < 0 || length > HOST_NAME_MAX ? addrText(address) : c.bytes(address, length);

const SET_MODE_FILTER = 1;
const GET_ACTION_AVAIL = 2;

/** The decoders of this family, by call name. */
export const miscCalls: Readonly<Record<string, CallSpec>> = {
  uname: both(
    [],
    [(c, i) => (c.call.failed ? c.addrText(i) : structAt(c, c.addr(i), UTS_SIZE, (b) => utsname(b, c.verbose)))],
  ),
  sysinfo: call([], [outStruct(112, sysinfo)]),
  getrandom: both([], [hexBytes, ulong, flags(GETRANDOM_FLAGS)]),
  getcpu: both(
    [],
    [outStruct(4, (b) => `[${u32(b, 0)}]`), outStruct(4, (b) => `[${u32(b, 0)}]`), (c, i) => c.addrText(i)],
  ),
  kcmp: both((c) => {
    const type = c.call.argInt(2);
    const head = `${c.call.argInt(0)}, ${c.call.argInt(1)}, ${KCMP_TYPES.value(type)}`;
    if (type === 0) return `${head}, ${c.fd(c.call.argInt(3))}, ${c.fd(c.call.argInt(4))}`;
    return type >= 1 && type <= 6 ? head : `${head}, ${hexText(c.addr(3))}, ${hexText(c.addr(4))}`;
  }),
  seccomp: call((c) => {
    const op = c.call.argInt(0);
    const head = `${SECCOMP_OPS.value(op)}, `;
    if (op === SET_MODE_FILTER) {
      const program = structAt(c, c.addr(2), 16, (b) => `{len=${u16(b, 0)}, filter=${addrText(u64(b, 8))}}`);
      return `${head}${SECCOMP_FILTER_FLAGS.flags(c.call.argInt(1))}, ${program}`;
    }
    const rest = `${head}${hexText(c.call.argInt(1) >>> 0)}, `;
    if (op !== GET_ACTION_AVAIL) return rest + c.addrText(2);
    return rest + structAt(c, c.addr(2), 4, (b) => `[${SECCOMP_ACTIONS.value(u32(b, 0))}]`);
  }),
  sethostname: both([(c, i) => name(c, c.addr(i), c.call.argInt(1)), int]),
  setdomainname: both([(c, i) => name(c, c.addr(i), c.call.argInt(1)), int]),
  delete_module: both([str, (c, i) => descriptorFlags(c.call.argInt(i))]),
};
