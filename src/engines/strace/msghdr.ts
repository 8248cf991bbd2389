/** Owns the rendering of message headers: struct msghdr, control messages, mmsghdr vectors (64-bit layout). */

import { MSG_FLAGS, SCM_TYPES, SOCKET_LEVELS } from '../../abi/flags/sockets.ts';
import type { CallContext } from './context.ts';
import { iovecs } from './iovec.ts';
import { sockaddr } from './sockaddr.ts';
import { addrText, hexText, i32, quoteBytes, u32, u64 } from './text.ts';

const MSGHDR_SIZE = 56;
const MMSGHDR_SIZE = 64;
const CMSG_HEADER = 16;
const CONTROL_MAX = 4096;
const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const SCM_CREDENTIALS = 2;

function controlData(c: CallContext, b: Uint8Array, level: number, type: number): string {
  if (level === SOL_SOCKET && type === SCM_RIGHTS) {
    const list: string[] = [];
    for (let at = 0; at + 4 <= b.length; at += 4) list.push(c.fd(i32(b, at)));
    return `[${list.join(', ')}]`;
  }
  if (level === SOL_SOCKET && type === SCM_CREDENTIALS && b.length >= 12) {
    return `{pid=${i32(b, 0)}, uid=${u32(b, 4)}, gid=${u32(b, 8)}}`;
  }
  return quoteBytes(b);
}

function control(c: CallContext, address: number | bigint, length: number): string {
  if (address === 0) return 'NULL';
  if (length < CMSG_HEADER) return addrText(address);
  const b = c.read(address, Math.min(length, CONTROL_MAX));
  if (b === undefined) return addrText(address);
  let text = '[';
  for (let at = 0; at + CMSG_HEADER <= b.length; ) {
    const size = Number(u64(b, at));
    const level = i32(b, at + 8);
    const type = i32(b, at + 12);
    if (at > 0) text += ', ';
    const typeText = level === SOL_SOCKET ? SCM_TYPES.value(type) : hexText(type >>> 0);
    text += `{cmsg_len=${size}, cmsg_level=${SOCKET_LEVELS.value(level)}, cmsg_type=${typeText}`;
    const end = Math.min(at + size, b.length);
    if (size > CMSG_HEADER) text += `, cmsg_data=${controlData(c, b.subarray(at + CMSG_HEADER, end), level, type)}`;
    text += '}';
    if (size < CMSG_HEADER) break;
    at += (size + 7) & ~7;
  }
  return `${text}]`;
}

function header(c: CallContext, b: Uint8Array, at: number, limit: number, givenName: number | undefined): string {
  const name = u64(b, at);
  const nameLength = i32(b, at + 8);
  const shownLength = givenName === undefined ? nameLength : Math.min(nameLength, givenName);
  let text = `{msg_name=${sockaddr(c, name, shownLength)}, msg_namelen=`;
  text += givenName === undefined || givenName === nameLength ? `${nameLength}` : `${givenName} => ${nameLength}`;
  const count = Number(u64(b, at + 24));
  text += `, msg_iov=${iovecs(c, u64(b, at + 16), count, 'data', limit)}, msg_iovlen=${count}`;
  const controlLength = u64(b, at + 40);
  if (controlLength !== 0) text += `, msg_control=${control(c, u64(b, at + 32), Number(controlLength))}`;
  return `${text}, msg_controllen=${controlLength}, msg_flags=${MSG_FLAGS.flags(u32(b, at + 48))}}`;
}

/** struct msghdr; `limit` bytes of data; `givenName`: the name length at entry, when receiving. */
export function msghdr(c: CallContext, address: number | bigint, limit: number, givenName: number | undefined): string {
  const b = c.read(address, MSGHDR_SIZE);
  return b === undefined ? addrText(address) : header(c, b, 0, limit, givenName);
}

/** The kernel looks at no more headers than this. */
const IOV_MAX = 1024;

/** `length` struct mmsghdr. */
export function mmsghdrs(c: CallContext, address: number | bigint, length: number, received: boolean): string {
  if (address === 0) return 'NULL';
  const count = Math.min(length, IOV_MAX);
  const b = count === 0 ? undefined : c.read(address, count * MMSGHDR_SIZE);
  if (b === undefined) return count === 0 ? '[]' : addrText(address);
  let text = '[';
  for (let k = 0; k < count; k++) {
    const at = k * MMSGHDR_SIZE;
    const got = u32(b, at + 56);
    const limit = received ? got : Number.POSITIVE_INFINITY;
    text += `${k === 0 ? '' : ', '}{msg_hdr=${header(c, b, at, limit, undefined)}`;
    text += received || (!c.call.failed && k < c.call.result) ? `, msg_len=${got}}` : '}';
  }
  return `${text}]`;
}
