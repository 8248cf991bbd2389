/** Owns the rendering of socket addresses. */

import { ADDRESS_FAMILIES } from '../../abi/flags/sockets.ts';
import type { CallContext } from './context.ts';
import { addrText, i32, quoteBytes, u16, u16be, u32 } from './text.ts';

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const AF_NETLINK = 16;
const STORAGE = 128;

const dotted = (b: Uint8Array, at: number): string => `${b[at]}.${b[at + 1]}.${b[at + 2]}.${b[at + 3]}`;

/** An IPv6 address as inet_ntop(3) writes it. */
export function inet6Text(b: Uint8Array, at: number): string {
  const groups: number[] = [];
  for (let k = 0; k < 8; k++) groups.push(u16be(b, at + 2 * k));
  let best = -1;
  let bestLength = 1;
  for (let k = 0; k < 8; k++) {
    let end = k;
    while (end < 8 && groups[end] === 0) end++;
    if (end - k > bestLength) {
      best = k;
      bestLength = end - k;
    }
    if (end > k) k = end;
  }
  const mapped = best === 0 && (bestLength === 6 || (bestLength === 5 && groups[5] === 0xffff));
  const parts = mapped ? 6 : 8;
  let text = '';
  for (let k = 0; k < parts; k++) {
    if (k === best) {
      text += k === 0 ? '::' : ':';
      k += bestLength - 1;
      continue;
    }
    text += (groups[k] as number).toString(16);
    if (k < parts - 1 || mapped) text += ':';
  }
  return mapped ? text + dotted(b, at + 12) : text;
}

function unixText(b: Uint8Array): string {
  const path = b.subarray(2, 110);
  if (path.length === 0) return 'sun_path=""';
  if (path[0] !== 0) {
    const end = path.indexOf(0);
    return `sun_path=${quoteBytes(path, end < 0 ? path.length : end)}`;
  }
  return `sun_path=@${quoteBytes(path.subarray(1))}`;
}

/** The fields of an address after `sa_family`; undefined when the family has no decoder or it is too short. */
function fields(b: Uint8Array, family: number): string | undefined {
  if (family === AF_UNIX && b.length > 2) return unixText(b);
  if (family === AF_INET && b.length >= 16) {
    return `sin_port=htons(${u16be(b, 2)}), sin_addr=inet_addr("${dotted(b, 4)}")`;
  }
  if (family === AF_INET6 && b.length >= 24) {
    const flow = ((u16be(b, 4) << 16) | u16be(b, 6)) >>> 0;
    let text = `sin6_port=htons(${u16be(b, 2)}), sin6_flowinfo=htonl(${flow})`;
    text += `, inet_pton(AF_INET6, "${inet6Text(b, 8)}", &sin6_addr)`;
    return b.length >= 28 ? `${text}, sin6_scope_id=${scope(u32(b, 24))}` : text;
  }
  if (family === AF_NETLINK && b.length >= 12) {
    return `nl_pid=${i32(b, 4)}, nl_groups=${groups(u32(b, 8))}`;
  }
  return undefined;
}

/** A mask in C's `%#08x`. */
const groups = (n: number): string => (n === 0 ? '00000000' : `0x${n.toString(16).padStart(6, '0')}`);

const scope = (n: number): string => String(n);

/** A socket address in `length` bytes at `address`. */
export function sockaddr(c: CallContext, address: number | bigint, length: number): string {
  if (address === 0) return 'NULL';
  if (length < 2) return addrText(address);
  const b = c.read(address, Math.min(length, STORAGE));
  if (b === undefined) return addrText(address);
  const family = u16(b, 0);
  const head = `{sa_family=${ADDRESS_FAMILIES.value(family)}`;
  const known = fields(b, family);
  if (known !== undefined) return `${head}, ${known}}`;
  return b.length > 2 ? `${head}, sa_data=${quoteBytes(b.subarray(2))}}` : `${head}}`;
}
