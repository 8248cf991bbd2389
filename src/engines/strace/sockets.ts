/** Owns the decoders of sockets: creation, addresses, options, sending and receiving. */

import { errnoName } from '../../abi/errno.ts';
import {
  ADDRESS_FAMILIES,
  ETHER_TYPES,
  INET_PROTOCOLS,
  IP_OPTIONS,
  IPV6_OPTIONS,
  MSG_FLAGS,
  NETLINK_OPTIONS,
  NETLINK_PROTOCOLS,
  SHUTDOWN_HOW,
  SOCKET_FLAGS,
  SOCKET_LEVELS,
  SOCKET_OPTIONS,
  SOCKET_TYPES,
  TCP_OPTIONS,
  UDP_OPTIONS,
} from '../../abi/flags/sockets.ts';
import type { FlagTable } from '../../abi/flags/table.ts';
import {
  type Arg,
  both,
  type CallSpec,
  call,
  fd,
  fdResult,
  flags,
  inBytes,
  int,
  oneOf,
  outBytes,
  structAt,
  uint,
  ulong,
} from './args.ts';
import type { CallContext } from './context.ts';
import { fdPair } from './io.ts';
import { mmsghdrs, msghdr } from './msghdr.ts';
import { sockaddr } from './sockaddr.ts';
import { addrText, i32, u32 } from './text.ts';
import { timespec } from './times.ts';

const AF_INET = 2;
const AF_INET6 = 10;
const AF_NETLINK = 16;
const AF_PACKET = 17;
const TYPE_MASK = 15;

/** The type, then the flags; what has no name comes last, as in any set of flags. */
function socketType(v: number): string {
  const name = SOCKET_TYPES.name(v & TYPE_MASK);
  const more = v & ~TYPE_MASK;
  if (name === undefined) return SOCKET_FLAGS.flags(v);
  return more === 0 ? name : `${name}|${SOCKET_FLAGS.flags(more)}`;
}

const typeArg: Arg = (c, i) => {
  const v = c.call.argInt(i);
  return socketType(v);
};

const protocolArg: Arg = (c, i) => {
  const family = c.call.argInt(0);
  const v = c.call.argInt(i);
  if (family === AF_INET || family === AF_INET6) return INET_PROTOCOLS.value(v);
  if (family === AF_PACKET) return `htons(${ETHER_TYPES.value(((v & 0xff) << 8) | ((v >> 8) & 0xff))})`;
  return family === AF_NETLINK ? NETLINK_PROTOCOLS.value(v) : String(v >>> 0);
};

const addressIn =
  (lengthArg: number): Arg =>
  (c, i) =>
    sockaddr(c, c.addr(i), c.call.argInt(lengthArg));

/** Keeps at entry how much room the program gave for an address; reads what became of it at exit. */
function keepLength(c: CallContext, i: number): void {
  const b = c.read(c.addr(i), 4);
  c.saved = b === undefined ? undefined : i32(b, 0);
}

function addressOut(c: CallContext, at: number): string {
  const given = c.saved as number | undefined;
  const address = c.addr(at);
  const lengthAt = c.addr(at + 1);
  const b = c.call.failed ? undefined : c.read(lengthAt, 4);
  if (given === undefined) return `${addrText(address)}, ${addrText(lengthAt)}`;
  if (b === undefined) return `${addrText(address)}, ${c.call.failed ? `[${given}]` : addrText(lengthAt)}`;
  const used = i32(b, 0);
  const length = used === given ? `[${given}]` : `[${given} => ${used}]`;
  return `${sockaddr(c, address, Math.min(given, used))}, ${length}`;
}

const peer = (more?: (c: CallContext) => string, result?: CallSpec['result']): CallSpec =>
  both(
    (c) => {
      c.complete = false;
      keepLength(c, 2);
      return `${c.fd(c.call.argInt(0))}, `;
    },
    (c) => addressOut(c, 1) + (more === undefined ? '' : `, ${more(c)}`),
    result,
  );

const SOL_SOCKET = 1;
const OPTION_NAMES: ReadonlyMap<number, FlagTable> = new Map([
  [SOL_SOCKET, SOCKET_OPTIONS],
  [0, IP_OPTIONS],
  [6, TCP_OPTIONS],
  [17, UDP_OPTIONS],
  [41, IPV6_OPTIONS],
  [270, NETLINK_OPTIONS],
]);

const optionName: Arg = (c, i) => {
  const table = OPTION_NAMES.get(c.call.argInt(i - 1));
  return table === undefined ? String(c.call.argInt(i) >>> 0) : table.value(c.call.argInt(i));
};

const SO_ERROR = 4;
const SO_LINGER = 13;
const SO_PEERCRED = 17;
const SO_BINDTODEVICE = 25;
const SO_PEERSEC = 31;
const SO_ATTACH_FILTER = 26;
const TCP_INFO = 11;
const MEMBERSHIP: ReadonlySet<number> = new Set([35, 36]);
const inet = (b: Uint8Array, at: number): string => `inet_addr("${b.subarray(at, at + 4).join('.')}")`;
const TCP_CONGESTION = 13;

function optionValue(c: CallContext, address: number | bigint, length: number, set: boolean): string {
  if (address === 0) return 'NULL';
  const level = c.call.argInt(1);
  const name = c.call.argInt(2);
  if (level === SOL_SOCKET) {
    if (name === SO_LINGER && length >= 8) {
      return structAt(c, address, 8, (b) => `{l_onoff=${i32(b, 0)}, l_linger=${i32(b, 4)}}`);
    }
    if (name === SO_PEERCRED && length >= 12) {
      return structAt(c, address, 12, (b) => `{pid=${i32(b, 0)}, uid=${u32(b, 4)}, gid=${u32(b, 8)}}`);
    }
    if (name === SO_BINDTODEVICE || name === SO_PEERSEC) return c.bytes(address, length);
    if (name === SO_ATTACH_FILTER) return addrText(address);
  }
  if (level === 0 && MEMBERSHIP.has(name) && length >= 8) {
    return structAt(c, address, 8, (b) => `{imr_multiaddr=${inet(b, 0)}, imr_interface=${inet(b, 4)}}`);
  }
  if (!set && level === 6 && name === TCP_CONGESTION) return c.bytes(address, length);
  if (!set && level === 6 && name === TCP_INFO) return addrText(address);
  if (length < 4) return set ? addrText(address) : c.bytes(address, length);
  if (length === 4) return structAt(c, address, 4, (b) => `[${optionInt(c, level, name, i32(b, 0))}]`);
  return c.bytes(address, length);
}

function optionInt(_c: CallContext, level: number, name: number, value: number): string {
  return level === SOL_SOCKET && name === SO_ERROR && value !== 0 ? (errnoName(value) ?? String(value)) : String(value);
}

/** One number has two names, by direction. */
const getOptionName = (c: CallContext): string =>
  c.call.argInt(1) === SOL_SOCKET && c.call.argInt(2) === SO_ATTACH_FILTER ? 'SO_GET_FILTER' : optionName(c, 2);

const getsockopt = both(
  (c) => {
    c.complete = false;
    keepLength(c, 4);
    return `${c.fd(c.call.argInt(0))}, ${oneOf(SOCKET_LEVELS)(c, 1)}, ${getOptionName(c)}, `;
  },
  (c) => {
    const given = c.saved as number | undefined;
    const b = c.call.failed ? undefined : c.read(c.addr(4), 4);
    if (given === undefined) return `${c.addrText(3)}, ${c.addrText(4)}`;
    if (b === undefined) return `${c.addrText(3)}, [${given}]`;
    const used = i32(b, 0);
    const length = used === given ? `[${given}]` : `[${given} => ${used}]`;
    return `${optionValue(c, c.addr(3), Math.min(used, given), false)}, ${length}`;
  },
);

const recvfrom = both(
  (c) => {
    c.complete = false;
    keepLength(c, 5);
    return `${c.fd(c.call.argInt(0))}, `;
  },
  (c) => `${outBytes(c, 1)}, ${c.addr(2)}, ${MSG_FLAGS.flags(c.call.argInt(3))}, ${addressOut(c, 4)}`,
);

const recvmsg = call(
  (c) => {
    c.complete = false;
    const b = c.read(c.addr(1), 12);
    c.saved = b === undefined ? undefined : i32(b, 8);
    return `${c.fd(c.call.argInt(0))}, `;
  },
  (c) => {
    const given = c.saved as number | undefined;
    const head = c.call.failed ? failedMsghdr(c, given) : msghdr(c, c.addr(1), c.call.result, given);
    return `${head}, ${MSG_FLAGS.flags(c.call.argInt(2))}`;
  },
);

function failedMsghdr(c: CallContext, given: number | undefined): string {
  return given === undefined ? c.addrText(1) : `{msg_namelen=${given}}`;
}

const acceptFlags: Arg = (c, i) => SOCKET_FLAGS.flags(c.call.argInt(i));

/** The decoders of this family, by call name. */
export const socketCalls: Readonly<Record<string, CallSpec>> = {
  socket: both([oneOf(ADDRESS_FAMILIES), typeArg, protocolArg], undefined, fdResult),
  socketpair: both([oneOf(ADDRESS_FAMILIES), typeArg, uint], [fdPair]),
  bind: both([fd, addressIn(2), int]),
  connect: both([fd, addressIn(2), int]),
  listen: both([fd, int]),
  accept: peer(undefined, fdResult),
  accept4: peer((c) => acceptFlags(c, 3), fdResult),
  getsockname: peer(),
  getpeername: peer(),
  shutdown: both([fd, oneOf(SHUTDOWN_HOW)]),
  sendto: both([fd, inBytes(2), ulong, flags(MSG_FLAGS), addressIn(5), uint]),
  recvfrom,
  sendmsg: call([fd, (c, i) => msghdr(c, c.addr(i), Number.POSITIVE_INFINITY, undefined), flags(MSG_FLAGS)]),
  recvmsg,
  sendmmsg: call([fd], [(c, i) => mmsghdrs(c, c.addr(i), c.call.argInt(2) >>> 0, false), uint, flags(MSG_FLAGS)]),
  recvmmsg: call(
    [fd],
    [
      (c, i) => (c.call.failed ? c.addrText(i) : mmsghdrs(c, c.addr(i), c.call.result, true)),
      uint,
      flags(MSG_FLAGS),
      (c, i) => structAt(c, c.addr(i), 16, timespec),
    ],
  ),
  setsockopt: both([
    fd,
    oneOf(SOCKET_LEVELS),
    optionName,
    (c, i) => optionValue(c, c.addr(i), c.call.argInt(4), true),
    int,
  ]),
  getsockopt,
};
