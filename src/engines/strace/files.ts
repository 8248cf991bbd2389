/** Owns the decoders of calls on names: open, stat, links, directories, permissions, mounts, extended attributes. */

import {
  ACCESS_MODES,
  ACCESSAT_FLAGS,
  AT_FLAGS,
  DIRENT_TYPES,
  INOTIFY_EVENTS,
  INOTIFY_INIT_FLAGS,
  MEMFD_FLAGS,
  MOUNT_FLAGS,
  RENAME_FLAGS,
  RESOLVE_FLAGS,
  STATX_FLAGS,
  STATX_MASK,
  STATX_SYNC,
  UMOUNT_FLAGS,
  XATTR_FLAGS,
} from '../../abi/flags/files.ts';
import {
  type Arg,
  both,
  type CallSpec,
  call,
  dirfd,
  fd,
  fdResult,
  flags,
  id,
  inBytes,
  inStruct,
  int,
  mode,
  octalResult,
  outBytes,
  outStruct,
  path,
  str,
  structAt,
  uint,
  ulong,
} from './args.ts';
import type { CallContext } from './context.ts';
import { openFlags, takesMode } from './open.ts';
import {
  deviceText,
  STAT_SIZE,
  STAT64_SIZE,
  STATFS_SIZE,
  STATX_SIZE,
  stat64Text,
  statfsText,
  statText,
  statxText,
  symbolicMode,
} from './stat.ts';
import { i64, octalMode, quoteBytes, u16, u32, u64 } from './text.ts';
import { dateComment, timevalAt, utimensPair } from './times.ts';

const open = both(
  (c) => {
    const f = c.call.argInt(1);
    const head = `${c.path(c.addr(0))}, ${openFlags(f)}`;
    return takesMode(f) ? `${head}, ${octalMode(c.call.argInt(2) & 0xffff)}` : head;
  },
  undefined,
  fdResult,
);

const openat = both(
  (c) => {
    const f = c.call.argInt(2);
    const head = `${c.dirfd(c.call.argInt(0))}, ${c.path(c.addr(1))}, ${openFlags(f)}`;
    return takesMode(f) ? `${head}, ${octalMode(c.call.argInt(3) & 0xffff)}` : head;
  },
  undefined,
  fdResult,
);

const OPEN_HOW_SIZE = 24;

/** resolve is 64 bits wide, with names for low bits only. */
function resolveFlags(b: Uint8Array): string {
  const low = u32(b, 16);
  const high = u32(b, 20);
  if (high === 0) return RESOLVE_FLAGS.flags(low);
  const known = Object.values(RESOLVE_FLAGS.values).reduce((all, bit) => all | bit, 0);
  const rest = (BigInt(high) << 32n) | BigInt((low & ~known) >>> 0);
  const named = (low & known) === 0 ? '' : `${RESOLVE_FLAGS.flags(low & known)}|`;
  return `${named}0x${rest.toString(16)}${named === '' ? ' /* RESOLVE_??? */' : ''}`;
}

/** struct open_how of openat2. */
function openHow(b: Uint8Array): string {
  const f = Number(u64(b, 0));
  let text = `{flags=${openFlags(f | 0)}`;
  const m = Number(u64(b, 8));
  if (takesMode(f) || m !== 0) text += `, mode=${octalMode(m)}`;
  return `${text}, resolve=${resolveFlags(b)}}`;
}

/** A path the kernel wrote, NUL included in the result. */
const outPath: Arg = (c, i) => {
  if (c.call.failed) return c.addrText(i);
  const b = c.read(c.addr(i), c.call.result);
  if (b === undefined) return c.addrText(i);
  const end = b.indexOf(0);
  return quoteBytes(b, end < 0 ? b.length : end);
};

const statOut = outStruct(STAT_SIZE, statText);
const stat64Out = outStruct(STAT64_SIZE, stat64Text);

interface DirentLayout {
  /** Where the name starts. */
  readonly name: number;
  /** Whether the type is a field before the name; else it is the record's last byte. */
  readonly typed: boolean;
}
const DIRENT64: DirentLayout = { name: 19, typed: true };
const DIRENT: DirentLayout = { name: 18, typed: false };

function direntText(b: Uint8Array, at: number, length: number, layout: DirentLayout): string {
  let end = at + layout.name;
  while (end < at + length && b[end] !== 0) end++;
  const name = quoteBytes(b.subarray(at + layout.name, end));
  const head = `{d_ino=${u64(b, at)}, d_off=${i64(b, at + 8)}, d_reclen=${length}`;
  const type = DIRENT_TYPES.value(b[layout.typed ? at + 18 : at + length - 1] as number);
  return layout.typed ? `${head}, d_type=${type}, d_name=${name}}` : `${head}, d_name=${name}, d_type=${type}}`;
}

/** The entries of getdents64: counted, or in full when verbose. */
const dirents =
  (layout: DirentLayout): Arg =>
  (c, i) => {
    if (c.call.failed) return c.addrText(i);
    const b = c.call.result === 0 ? new Uint8Array(0) : c.read(c.addr(i), c.call.result);
    if (b === undefined) return c.addrText(i);
    const list: string[] = [];
    let count = 0;
    for (let at = 0; at + layout.name <= b.length; ) {
      const length = u16(b, at + 16);
      if (length < layout.name || at + length > b.length) break;
      if (c.verbose) list.push(direntText(b, at, length, layout));
      count++;
      at += length;
    }
    return c.verbose ? `[${list.join(', ')}]` : `${c.addrText(i)} /* ${count} entries */`;
  };

const MS_MGC = 0xc0ed0000;
/** MS_BIND, MS_MOVE and the propagation flags: neither type nor data are looked at. */
const MS_IGNORES_DATA = 4096 | 8192 | 131072 | 262144 | 524288 | 1048576;
const MS_REMOUNT = 32;

function mountFlags(value: number): string {
  const v = value >>> 0;
  if ((v & 0xffff0000) >>> 0 !== MS_MGC) return MOUNT_FLAGS.flags(v);
  return `MS_MGC_VAL${MOUNT_FLAGS.moreFlags(v & 0xffff)}`;
}

function mount(c: CallContext): string {
  const f = c.call.argInt(3);
  const real = (f & 0xffff0000) >>> 0 === MS_MGC ? f & 0xffff : f;
  const noData = (real & MS_IGNORES_DATA) !== 0;
  const type = noData || (real & MS_REMOUNT) !== 0 ? c.addrText(2) : c.string(c.addr(2));
  const data = noData ? c.addrText(4) : c.string(c.addr(4));
  return `${c.path(c.addr(0))}, ${c.path(c.addr(1))}, ${type}, ${mountFlags(f)}, ${data}`;
}

const S_IFCHR = 0o020000;
const S_IFBLK = 0o060000;

const mknod =
  (at: number) =>
  (c: CallContext): string => {
    const m = c.call.argInt(at + 1) & 0xffff;
    const head = `${at === 1 ? `${c.dirfd(c.call.argInt(0))}, ` : ''}${c.path(c.addr(at))}, ${symbolicMode(m)}`;
    const type = m & 0o170000;
    return type === S_IFCHR || type === S_IFBLK ? `${head}, ${deviceText(c.call.argInt(at + 2) >>> 0)}` : head;
  };

const timevalPair = (b: Uint8Array): string => {
  const one = (at: number): string => timevalAt(b, at) + dateComment(i64(b, at), u64(b, at + 8), 6);
  return `[${one(0)}, ${one(16)}]`;
};

const xattrFlags = flags(XATTR_FLAGS);
/** A value the kernel wrote: bytes by result. */
const xattrOut: Arg = (c, i) => (c.call.failed || c.addr(i + 1) === 0 ? c.addrText(i) : outBytes(c, i));
const linkTarget = outBytes;

const SYNC_MASK = 0x6000;
const MEMFD_NAME_MAX = 249;
/** A memfd's name is limited by the kernel, not by the string limit. */
const memfdName: Arg = (c, i) => {
  const address = c.addr(i);
  if (address === 0) return 'NULL';
  try {
    const { bytes, terminated } = c.memory.readString(address, MEMFD_NAME_MAX + 1);
    if (terminated) return quoteBytes(bytes);
    return bytes.length > MEMFD_NAME_MAX ? `${quoteBytes(bytes, MEMFD_NAME_MAX)}...` : c.addrText(i);
  } catch {
    return c.addrText(i);
  }
};
const HUGE_SHIFT = 26;
const memfdFlags: Arg = (c, i) => {
  const f = c.call.argInt(i) >>> 0;
  const huge = f >>> HUGE_SHIFT;
  const low = f & ((1 << HUGE_SHIFT) - 1);
  if (huge === 0) return MEMFD_FLAGS.flags(low);
  return `${low === 0 ? '' : `${MEMFD_FLAGS.flags(low)}|`}${huge}<<MFD_HUGE_SHIFT`;
};

/** statx's flags: how to synchronise is a value in the middle, named even when 0. */
const statxFlags: Arg = (c, i) => {
  const f = c.call.argInt(i) >>> 0;
  return STATX_SYNC.flags(f & SYNC_MASK) + STATX_FLAGS.moreFlags(f & ~SYNC_MASK);
};

/** The decoders of this family, by call name. */
export const fileCalls: Readonly<Record<string, CallSpec>> = {
  open,
  openat,
  openat2: both(
    [
      dirfd,
      path,
      (c, i) => (c.addr(3) < OPEN_HOW_SIZE ? c.addrText(i) : structAt(c, c.addr(i), OPEN_HOW_SIZE, openHow)),
      ulong,
    ],
    undefined,
    fdResult,
  ),
  creat: both([path, mode], undefined, fdResult),
  stat: call([path], [statOut]),
  lstat: call([path], [statOut]),
  fstat: call([fd], [statOut]),
  stat64: both([path], [stat64Out]),
  lstat64: both([path], [stat64Out]),
  fstat64: both([fd], [stat64Out]),
  fstatat64: both([dirfd, path], [stat64Out, flags(AT_FLAGS)]),
  newfstatat: call([dirfd, path], [statOut, flags(AT_FLAGS)]),
  statx: both([dirfd, path, statxFlags, flags(STATX_MASK)], [outStruct(STATX_SIZE, statxText)]),
  statfs: call([path], [outStruct(STATFS_SIZE, statfsText)]),
  fstatfs: call([fd], [outStruct(STATFS_SIZE, statfsText)]),
  access: both([path, flags(ACCESS_MODES)]),
  faccessat: both([dirfd, path, flags(ACCESS_MODES)]),
  faccessat2: both([dirfd, path, flags(ACCESS_MODES), flags(ACCESSAT_FLAGS)]),
  readlink: both([path], [linkTarget, ulong]),
  readlinkat: both([dirfd, path], [linkTarget, ulong]),
  getcwd: both([], [outPath, ulong]),
  chdir: both([path]),
  fchdir: both([fd]),
  chroot: both([path]),
  mkdir: both([path, mode]),
  mkdirat: both([dirfd, path, mode]),
  rmdir: both([path]),
  unlink: both([path]),
  unlinkat: both([dirfd, path, flags(AT_FLAGS)]),
  rename: both([path, path]),
  renameat: both([dirfd, path, dirfd, path]),
  renameat2: both([dirfd, path, dirfd, path, flags(RENAME_FLAGS)]),
  link: both([path, path]),
  linkat: both([dirfd, path, dirfd, path, flags(AT_FLAGS)]),
  symlink: both([path, path]),
  symlinkat: both([path, dirfd, path]),
  chmod: both([path, mode]),
  fchmod: both([fd, mode]),
  fchmodat: both([dirfd, path, mode]),
  fchmodat2: both([dirfd, path, mode, flags(AT_FLAGS)]),
  chown: both([path, id, id]),
  lchown: both([path, id, id]),
  fchown: both([fd, id, id]),
  fchownat: both([dirfd, path, id, id, flags(AT_FLAGS)]),
  truncate: call([path, ulong]),
  ftruncate: call([fd, ulong]),
  umask: both([mode], undefined, octalResult),
  mknod: both(mknod(0)),
  mknodat: both(mknod(1)),
  utimensat: call([dirfd, path, inStruct(32, utimensPair), flags(AT_FLAGS)]),
  utimes: call([path, inStruct(32, timevalPair)]),
  futimesat: call([dirfd, path, inStruct(32, timevalPair)]),
  utime: call([
    path,
    inStruct(16, (b) => {
      const one = (at: number): string => `${i64(b, at)}${dateComment(i64(b, at), 0)}`;
      return `{actime=${one(0)}, modtime=${one(8)}}`;
    }),
  ]),
  getdents64: both([fd], [dirents(DIRENT64), uint]),
  getdents: call([fd], [dirents(DIRENT), uint]),
  mount: both(mount),
  umount2: both([path, flags(UMOUNT_FLAGS)]),
  pivot_root: both([path, path]),
  swapoff: both([path]),
  acct: both([path]),
  uselib: both([path]),
  memfd_create: both([memfdName, memfdFlags], undefined, fdResult),
  inotify_init: both([], undefined, fdResult),
  inotify_init1: both([flags(INOTIFY_INIT_FLAGS)], undefined, fdResult),
  inotify_add_watch: both([fd, path, flags(INOTIFY_EVENTS)]),
  inotify_rm_watch: both([fd, int]),
  setxattr: both([path, str, inBytes(3), ulong, xattrFlags]),
  lsetxattr: both([path, str, inBytes(3), ulong, xattrFlags]),
  fsetxattr: both([fd, str, inBytes(3), ulong, xattrFlags]),
  getxattr: both([path, str], [xattrOut, ulong]),
  lgetxattr: both([path, str], [xattrOut, ulong]),
  fgetxattr: both([fd, str], [xattrOut, ulong]),
  listxattr: both([path], [xattrOut, ulong]),
  llistxattr: both([path], [xattrOut, ulong]),
  flistxattr: both([fd], [xattrOut, ulong]),
  removexattr: both([path, str]),
  lremovexattr: both([path, str]),
  fremovexattr: both([fd, str]),
};
