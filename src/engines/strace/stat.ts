/** Owns the rendering of file status: modes, devices, stat, statx, statfs. */

import { FILE_TYPES, FS_MAGIC, STATFS_FLAGS, STATX_ATTR, STATX_MASK } from '../../abi/flags/files.ts';
import type { CallContext } from './context.ts';
import { hexText, i32, i64, octalMode, u16, u32, u64, word } from './text.ts';
import { dateComment } from './times.ts';

const S_IFMT = 0o170000;
const SPECIAL_BITS: readonly (readonly [number, string])[] = [
  [0o4000, 'S_ISUID'],
  [0o2000, 'S_ISGID'],
  [0o1000, 'S_ISVTX'],
];
const modeCache = new Map<number, string>();

/** A mode with its file type by name: `S_IFREG|S_ISUID|0755`; without a known type, in octal. */
export function symbolicMode(mode: number): string {
  const hit = modeCache.get(mode);
  if (hit !== undefined) return hit;
  const type = FILE_TYPES.name(mode & S_IFMT);
  let text = type ?? '';
  let bits = mode & 0o777;
  if (type === undefined) bits = mode;
  else for (const [bit, name] of SPECIAL_BITS) if (mode & bit) text += `|${name}`;
  text += `${type === undefined ? '' : '|'}${octalMode(bits)}`;
  if (modeCache.size < 1000) modeCache.set(mode, text);
  return text;
}

/** A device number: `makedev(0x88, 0)`. */
export function deviceText(dev: number | bigint): string {
  const d = BigInt(dev);
  const major = Number(((d >> 8n) & 0xfffn) | ((d >> 32n) & 0xfffff000n));
  const minor = Number((d & 0xffn) | ((d >> 12n) & 0xffffff00n));
  return makedev(major, minor);
}

const makedev = (major: number, minor: number): string => `makedev(${hexText(major)}, ${hexText(minor)})`;

const isDevice = (mode: number): boolean => (mode & S_IFMT) === 0o020000 || (mode & S_IFMT) === 0o060000;

/** Where the fields of a struct stat are. */
interface StatLayout {
  readonly dev: number;
  readonly ino: number;
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly rdev: number;
  readonly size: number;
  readonly blksize: number;
  readonly blocks: number;
  readonly times: readonly [access: number, modification: number, change: number];
  /** Bytes of link count, block size and the parts of times. */
  readonly word: 4 | 8;
}

const NATIVE: StatLayout = {
  dev: 0,
  ino: 8,
  mode: 24,
  nlink: 16,
  uid: 28,
  gid: 32,
  rdev: 40,
  size: 48,
  blksize: 56,
  blocks: 64,
  times: [72, 88, 104],
  word: 8,
};

const STAT64: StatLayout = {
  dev: 0,
  ino: 88,
  mode: 16,
  nlink: 20,
  uid: 24,
  gid: 28,
  rdev: 32,
  size: 44,
  blksize: 52,
  blocks: 56,
  times: [64, 72, 80],
  word: 4,
};

/** Size of i386's struct stat64. */
export const STAT64_SIZE = 96;

/** Size of x86-64's struct stat. */
export const STAT_SIZE = 144;

/** x86-64's struct stat. */
export const statText = (b: Uint8Array, c: CallContext): string => statWith(b, c, NATIVE);

/** i386's struct stat64. */
export const stat64Text = (b: Uint8Array, c: CallContext): string => statWith(b, c, STAT64);

const TIME_NAMES = ['a', 'm', 'c'] as const;

function statWith(b: Uint8Array, c: CallContext, at: StatLayout): string {
  const mode = u32(b, at.mode);
  const tail = isDevice(mode) ? `st_rdev=${deviceText(u64(b, at.rdev))}` : `st_size=${i64(b, at.size)}`;
  if (!c.verbose) return `{st_mode=${symbolicMode(mode)}, ${tail}, ...}`;
  let text = `{st_dev=${deviceText(u64(b, at.dev))}, st_ino=${u64(b, at.ino)}, st_mode=${symbolicMode(mode)}`;
  text += `, st_nlink=${word(b, at.nlink, at.word)}, st_uid=${u32(b, at.uid)}, st_gid=${u32(b, at.gid)}`;
  text += `, st_blksize=${word(b, at.blksize, at.word)}, st_blocks=${u64(b, at.blocks)}, ${tail}`;
  for (let k = 0; k < TIME_NAMES.length; k++) {
    const time = at.times[k] as number;
    const sec = at.word === 8 ? i64(b, time) : i32(b, time);
    const nsec = word(b, time + at.word, at.word);
    text += `, st_${TIME_NAMES[k]}time=${sec}${dateComment(sec, nsec)}, st_${TIME_NAMES[k]}time_nsec=${nsec}`;
  }
  return `${text}}`;
}

/** Size of struct statx. */
export const STATX_SIZE = 256;

/** struct statx. */
export function statxText(b: Uint8Array, c: CallContext): string {
  const flags64 = (at: number): string => STATX_ATTR.flags(u32(b, at));
  const mode = u16(b, 28);
  let text = `{stx_mask=${STATX_MASK.flags(u32(b, 0))}`;
  if (c.verbose) text += `, stx_blksize=${u32(b, 4)}`;
  text += `, stx_attributes=${flags64(8)}`;
  if (c.verbose) text += `, stx_nlink=${u32(b, 16)}, stx_uid=${u32(b, 20)}, stx_gid=${u32(b, 24)}`;
  text += `, stx_mode=${symbolicMode(mode)}`;
  if (c.verbose) text += `, stx_ino=${u64(b, 32)}`;
  text += `, stx_size=${u64(b, 40)}`;
  if (!c.verbose) return `${text}, ...}`;
  text += `, stx_blocks=${u64(b, 48)}, stx_attributes_mask=${flags64(56)}`;
  for (const [name, at, bit] of [
    ['a', 64, 0x20],
    ['b', 80, 0x800],
    ['c', 96, 0x80],
    ['m', 112, 0x40],
  ] as const) {
    if ((u32(b, 0) & bit) === 0) continue;
    const sec = i64(b, at);
    text += `, stx_${name}time={tv_sec=${sec}, tv_nsec=${u32(b, at + 8)}}${dateComment(sec, u32(b, at + 8))}`;
  }
  text += `, stx_rdev_major=${u32(b, 128)}, stx_rdev_minor=${u32(b, 132)}`;
  text += `, stx_dev_major=${u32(b, 136)}, stx_dev_minor=${u32(b, 140)}, stx_mnt_id=${hexText(u64(b, 144))}`;
  return `${text}}`;
}

/** Size of x86-64's struct statfs. */
export const STATFS_SIZE = 120;

/** x86-64's struct statfs. */
export function statfsText(b: Uint8Array): string {
  let text = `{f_type=${FS_MAGIC.value(u32(b, 0))}, f_bsize=${u64(b, 8)}, f_blocks=${u64(b, 16)}`;
  text += `, f_bfree=${u64(b, 24)}, f_bavail=${u64(b, 32)}, f_files=${u64(b, 40)}, f_ffree=${u64(b, 48)}`;
  const [low, high] = [u32(b, 56), u32(b, 60)];
  text += `, f_fsid={val=[${hexText(low)}, ${hexText(high)}]}, f_namelen=${u64(b, 64)}, f_frsize=${u64(b, 72)}`;
  return `${text}, f_flags=${STATFS_FLAGS.flags(u32(b, 80))}}`;
}
