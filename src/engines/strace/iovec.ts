/** Owns the rendering of iovec arrays, shared by readv, writev, sendmsg and recvmsg. */

import type { CallContext } from './context.ts';
import { addrText, word } from './text.ts';

/**
 * `count` iovecs at `address`: `[{iov_base="abc", iov_len=3}]`. With `what` = data the buffers are printed, `limit`
 * bytes in all; with address only where they are.
 */
export function iovecs(
  c: CallContext,
  address: number | bigint,
  count: number,
  what: 'data' | 'address',
  limit: number,
): string {
  if (address === 0) return 'NULL';
  if (count === 0) return '[]';
  const size = c.wordSize * 2;
  const shown = c.shown(count);
  const b = c.readSome(address, shown * size);
  if (b === undefined || b.length < size) return addrText(address);
  let left = limit;
  let text = '[';
  for (let k = 0; k < shown; k++) {
    if (k > 0) text += ', ';
    const at = k * size;
    if (b.length < at + size) return `${text}... /* ${addrText(BigInt(address) + BigInt(at))} */]`;
    const base = word(b, at, c.wordSize);
    const length = word(b, at + c.wordSize, c.wordSize);
    const take = Math.min(Number(length), left);
    left -= take;
    text += `{iov_base=${what === 'data' ? c.bytes(base, take) : addrText(base)}, iov_len=${length}}`;
  }
  return count > shown ? `${text}, ...]` : `${text}]`;
}
