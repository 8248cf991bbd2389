/** Owns the decoders of capget and capset. */

import { CAPABILITIES } from '../../abi/flags/process.ts';
import { type Arg, both, structAt } from './args.ts';
import type { CallContext } from './context.ts';
import { addrText, hexText, i32, u32 } from './text.ts';

const VERSIONS: ReadonlyMap<number, string> = new Map([
  [0x19980330, '_LINUX_CAPABILITY_VERSION_1'],
  [0x20071026, '_LINUX_CAPABILITY_VERSION_2'],
  [0x20080522, '_LINUX_CAPABILITY_VERSION_3'],
]);
const VERSION_1 = 0x19980330;
const HEADER_SIZE = 8;
const DATA_SIZE = 12;
const WORD = 32;

/** A set of capabilities in two halves: `1<<CAP_CHOWN|1<<CAP_KILL`. */
function capabilitySet(low: number, high: number): string {
  const names: string[] = [];
  const rest = [0, 0];
  for (let half = 0; half < 2; half++) {
    const bits = half === 0 ? low : high;
    for (let k = 0; k < WORD; k++) {
      if (((bits >>> k) & 1) === 0) continue;
      const name = CAPABILITIES.name(half * WORD + k);
      if (name === undefined) rest[half] = ((rest[half] as number) | (1 << k)) >>> 0;
      else names.push(`1<<${name}`);
    }
  }
  const unnamed = (BigInt(rest[1] as number) << 32n) | BigInt(rest[0] as number);
  if (unnamed !== 0n) names.push(names.length === 0 ? `${hexText(unnamed)} /* CAP_??? */` : hexText(unnamed));
  return names.length === 0 ? '0' : names.join('|');
}

const header: Arg = (c, i) =>
  structAt(c, c.addr(i), HEADER_SIZE, (b) => {
    const version = VERSIONS.get(u32(b, 0)) ?? `${hexText(u32(b, 0))} /* _LINUX_CAPABILITY_VERSION_??? */`;
    return `{version=${version}, pid=${i32(b, 4)}}`;
  });

function data(c: CallContext, i: number): string {
  const address = c.addr(i);
  const head = c.read(c.addr(0), HEADER_SIZE);
  if (head === undefined || address === 0) return addrText(address);
  const wide = u32(head, 0) !== VERSION_1;
  return structAt(c, address, wide ? 2 * DATA_SIZE : DATA_SIZE, (b) => {
    const field = (at: number): string => capabilitySet(u32(b, at), wide ? u32(b, DATA_SIZE + at) : 0);
    return `{effective=${field(0)}, permitted=${field(4)}, inheritable=${field(8)}}`;
  });
}

/** capget. */
export const capget = both([header], [(c, i) => (c.call.failed ? c.addrText(i) : data(c, i))]);

/** capset. */
export const capset = both([header, data]);
