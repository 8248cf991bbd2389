/** Owns the decoders of reading, writing and descriptors: read, write, iovecs, pipes, dup, fcntl, lseek, splice. */

import {
  CLOSE_RANGE_FLAGS,
  DNOTIFY_EVENTS,
  F_OWNER_TYPES,
  FADVISE,
  FALLOC_FLAGS,
  FCNTL_CMDS,
  FD_FLAGS,
  FLOCK_OPS,
  LOCK_TYPES,
  RWF_FLAGS,
  SEALS,
  SEEK,
  SPLICE_FLAGS,
  SYNC_FILE_RANGE_FLAGS,
} from '../../abi/flags/files.ts';
import {
  type Arg,
  both,
  type CallSpec,
  call,
  decimalResult,
  errorText,
  fd,
  fdResult,
  flags,
  hexInt,
  inBytes,
  int,
  long,
  oneOf,
  outBytes,
  signalText,
  structAt,
  ulong,
} from './args.ts';
import type { CallContext } from './context.ts';
import { ioctlCall } from './ioctl.ts';
import { iovecs } from './iovec.ts';
import { descriptorFlags, openFlags } from './open.ts';
import { addrText, hexText, i32, i64, u16 } from './text.ts';

const iovArg =
  (mode: 'in' | 'out'): Arg =>
  (c, i) => {
    const count = Number(c.addr(i + 1));
    if (mode === 'in') return iovecs(c, c.addr(i), count, 'data', Number.POSITIVE_INFINITY);
    return iovecs(c, c.addr(i), count, c.call.failed ? 'address' : 'data', c.call.result);
  };

/** Two descriptors the kernel wrote: `[3, 4]`. */
export const fdPair: Arg = (c, i) =>
  c.call.failed ? c.addrText(i) : structAt(c, c.addr(i), 8, (b) => `[${c.fd(i32(b, 0))}, ${c.fd(i32(b, 4))}]`);

/** A 64-bit offset behind a pointer: `[123]`. */
const offsetPtr: Arg = (c, i) => structAt(c, c.addr(i), 8, (b) => `[${i64(b, 0)}]`);

const F_DUPFD = 0;
const F_GETFD = 1;
const F_SETFD = 2;
const F_GETFL = 3;
const F_SETFL = 4;
const F_SETOWN = 8;
const F_GETOWN = 9;
const F_SETSIG = 10;
const F_GETSIG = 11;
const F_DUPFD_CLOEXEC = 1030;
const LOCK_SETTERS: ReadonlySet<number> = new Set([6, 7, 13, 14, 37, 38]);
const LOCK_GETTERS: ReadonlySet<number> = new Set([5, 12, 36]);
const NO_ARGUMENT: ReadonlySet<number> = new Set([F_GETFD, F_GETFL, F_GETOWN, F_GETSIG, 1025, 1032, 1034]);
const F_SETOWN_EX = 15;
const F_GETOWN_EX = 16;
const LEASE = 1024;
const NOTIFY = 1026;
const SET_PIPE_SIZE = 1031;
const ADD_SEALS = 1033;
const GET_SEALS = 1034;

const lockText =
  (withPid: boolean) =>
  (b: Uint8Array): string => {
    const text = `{l_type=${LOCK_TYPES.value(u16(b, 0))}, l_whence=${SEEK.value(u16(b, 2))}, l_start=${i64(b, 8)}, l_len=${i64(b, 16)}`;
    return withPid ? `${text}, l_pid=${i32(b, 24)}}` : `${text}}`;
  };

const FLOCK_SIZE = 32;

const owner = (b: Uint8Array): string => `{type=${F_OWNER_TYPES.value(i32(b, 0))}, pid=${i32(b, 4)}}`;

function fcntlEntry(c: CallContext): string {
  const cmd = c.call.argInt(1);
  const head = `${c.fd(c.call.argInt(0))}, ${FCNTL_CMDS.value(cmd)}`;
  if (NO_ARGUMENT.has(cmd)) {
    c.complete = cmd !== F_GETFD && cmd !== F_GETFL && cmd !== GET_SEALS && cmd !== F_GETSIG && cmd !== 1025;
    return head;
  }
  if (cmd === F_SETFD) return `${head}, ${FD_FLAGS.flags(c.call.argInt(2))}`;
  if (cmd === F_SETFL) return `${head}, ${openFlags(c.call.argInt(2))}`;
  if (cmd === F_DUPFD || cmd === F_DUPFD_CLOEXEC || cmd === F_SETOWN || cmd === SET_PIPE_SIZE) {
    return `${head}, ${cmd === F_SETOWN ? c.call.argInt(2) : c.call.argInt(2) >>> 0}`;
  }
  if (cmd === NOTIFY) return `${head}, ${DNOTIFY_EVENTS.flags(c.call.argInt(2))}`;
  if (cmd === F_SETSIG) return `${head}, ${signalText(c.call.argInt(2))}`;
  if (cmd === LEASE) return `${head}, ${LOCK_TYPES.value(c.call.argInt(2))}`;
  if (cmd === ADD_SEALS) return `${head}, ${SEALS.flags(c.call.argInt(2))}`;
  if (cmd === F_SETOWN_EX) return `${head}, ${structAt(c, c.addr(2), 8, owner)}`;
  if (cmd === F_GETOWN_EX) {
    c.complete = false;
    return `${head}, `;
  }
  if (LOCK_SETTERS.has(cmd) && c.wordSize === 8) {
    return `${head}, ${structAt(c, c.addr(2), FLOCK_SIZE, lockText(false))}`;
  }
  if (LOCK_GETTERS.has(cmd) && c.wordSize === 8) {
    c.complete = false;
    return `${head}, `;
  }
  return `${head}, ${hexText(c.addr(2))}`;
}

function fcntlExit(c: CallContext): string {
  const cmd = c.call.argInt(1);
  const value = c.call.result;
  if (LOCK_GETTERS.has(cmd)) {
    return c.call.failed ? c.addrText(2) : structAt(c, c.addr(2), FLOCK_SIZE, lockText(true));
  }
  if (cmd === F_GETOWN_EX) return c.call.failed ? c.addrText(2) : structAt(c, c.addr(2), 8, owner);
  if (c.call.failed) return '';
  if (cmd === F_GETFL) c.aux = ` (flags ${openFlags(value)})`;
  else if (value === 0) return '';
  else if (cmd === F_GETFD) c.aux = ` (flags ${FD_FLAGS.flags(value)})`;
  else if (cmd === GET_SEALS) c.aux = ` (seals ${SEALS.flags(value)})`;
  else if (cmd === F_GETSIG) c.aux = ` (${signalText(value)})`;
  return '';
}

function fcntlResult(c: CallContext): string {
  if (c.call.failed) return errorText(-c.call.result);
  const cmd = c.call.argInt(1);
  if (cmd === F_DUPFD || cmd === F_DUPFD_CLOEXEC) return c.fd(c.call.result);
  if (cmd === F_GETFD || cmd === F_GETFL || cmd === GET_SEALS) return hexText(c.call.result);
  if (cmd === 1025) {
    const name = LOCK_TYPES.name(c.call.result);
    if (name !== undefined) c.aux = ` (${name})`;
    return hexText(c.call.result);
  }
  return decimalResult(c);
}

const fcntl = both(fcntlEntry, fcntlExit, fcntlResult);

const LOCK_UNLOCK = 8;
const flockOp: Arg = (c, i) => {
  const op = c.call.argInt(i);
  return (op & LOCK_UNLOCK) !== 0 && op === LOCK_UNLOCK ? 'LOCK_UN' : FLOCK_OPS.flags(op);
};

/** The decoders of this family, by call name. */
export const ioCalls: Readonly<Record<string, CallSpec>> = {
  read: both([fd], [outBytes, ulong]),
  write: both([fd, inBytes(2), ulong]),
  pread64: call([fd], [outBytes, ulong, long]),
  pwrite64: call([fd, inBytes(2), ulong, long]),
  readv: both([fd], [iovArg('out'), ulong]),
  writev: both([fd, iovArg('in'), ulong]),
  preadv: call([fd], [iovArg('out'), ulong, long]),
  pwritev: call([fd, iovArg('in'), ulong, long]),
  preadv2: call([fd], [iovArg('out'), ulong, long, (c) => RWF_FLAGS.flags(c.call.argInt(5))]),
  pwritev2: call([fd, iovArg('in'), ulong, long, (c) => RWF_FLAGS.flags(c.call.argInt(5))]),
  vmsplice: call([fd, iovArg('in'), ulong, flags(SPLICE_FLAGS)]),
  close: both([fd]),
  close_range: both([
    (c, i) => String(c.call.argInt(i) >>> 0),
    (c, i) => String(c.call.argInt(i) >>> 0),
    flags(CLOSE_RANGE_FLAGS),
  ]),
  dup: both([fd], undefined, fdResult),
  dup2: both([fd, fd], undefined, fdResult),
  dup3: both([fd, fd, (c, i) => descriptorFlags(c.call.argInt(i))], undefined, fdResult),
  pipe: both([], [fdPair]),
  pipe2: both([], [fdPair, (c, i) => descriptorFlags(c.call.argInt(i))]),
  lseek: call([fd, long, oneOf(SEEK)]),
  fcntl,
  fcntl64: fcntl,
  flock: both([fd, flockOp]),
  ioctl: ioctlCall,
  fsync: both([fd]),
  fdatasync: both([fd]),
  syncfs: both([fd]),
  sync: both([]),
  fallocate: call([fd, flags(FALLOC_FLAGS), long, long]),
  fadvise64: call([fd, long, ulong, oneOf(FADVISE)]),
  readahead: call([fd, long, ulong]),
  sync_file_range: call([fd, long, long, flags(SYNC_FILE_RANGE_FLAGS)]),
  sendfile: call((c) => {
    c.complete = false;
    const head = `${c.fd(c.call.argInt(0))}, ${c.fd(c.call.argInt(1))}, `;
    const at = c.addr(2);
    if (at !== 0) {
      const b = c.read(at, 8);
      if (b === undefined) {
        c.complete = true;
        return `${head}${addrText(at)}, ${c.addr(3)}`;
      }
      return `${head}[${i64(b, 0)}]`;
    }
    c.complete = true;
    return `${head}NULL, ${c.addr(3)}`;
  }, sendfileExit),
  splice: call([fd, offsetPtr, fd, offsetPtr, ulong, flags(SPLICE_FLAGS)]),
  tee: call([fd, fd, ulong, flags(SPLICE_FLAGS)]),
  copy_file_range: call([fd, offsetPtr, fd, offsetPtr, ulong, hexInt]),
  eventfd: both([int], undefined, fdResult),
};

function sendfileExit(c: CallContext): string {
  const b = c.call.failed || c.call.result === 0 ? undefined : c.read(c.addr(2), 8);
  return `${b === undefined ? '' : ` => [${i64(b, 0)}]`}, ${c.addr(3)}`;
}
