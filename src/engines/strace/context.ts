/**
 * Owns what a decoder works with: the call, the memory, the options, and what it keeps from entry to exit. One per
 * traced thread, reused for all its calls.
 */

import type { Memory, SyscallState } from '../../tracehook/machine.ts';
import { addrText, escapeBytes, quoteBytes } from './text.ts';

/** How calls are rendered; each as the strace option of that name. */
export interface DecodeOptions {
  /** `-s`: how many bytes of a string are printed. Default 32. */
  readonly stringLimit?: number;
  /** `-v`: structures in full. Default false. */
  readonly verbose?: boolean;
  /** `-y`: gives what descriptor `fd` of thread `tid` refers to, as /proc/TID/fd/FD links say (−100: its directory). */
  readonly fdPath?: (fd: number, tid: number) => string | undefined;
}

/** The kernel's PATH_MAX, with the NUL. */
const PATH_MAX = 4096;
const AT_FDCWD = -100;
/** Even in full, a count from a program is not trusted beyond this. */
const VERBOSE_MAX = 65_536;
const DELETED = ' (deleted)';
const NO_BYTES = new Uint8Array(0);

/** The state of decoding for one thread. */
export class CallContext {
  call!: SyscallState;
  memory!: Memory;
  readonly tid: number;
  readonly stringLimit: number;
  readonly verbose: boolean;
  readonly fdPath: ((fd: number, tid: number) => string | undefined) | undefined;
  /** False during entry decoding, true during exit decoding. */
  exiting = false;
  /** Set by entry decoding: all arguments are printed, nothing is left for the exit. */
  complete = true;
  /** What an entry decoder keeps for its exit half. */
  saved: unknown = undefined;
  /** Set by exit decoding: the text in parentheses after the result. */
  aux = '';
  /** Bytes of a pointer: 8, or 4 in an i386 program. */
  wordSize = 8;

  constructor(tid: number, options: DecodeOptions) {
    this.tid = tid;
    this.stringLimit = options.stringLimit ?? 32;
    this.verbose = options.verbose ?? false;
    this.fdPath = options.fdPath;
  }

  /** Argument `i` as an address: a number when that is exact. */
  addr(i: number): number | bigint {
    const n = this.call.argNumber(i);
    return n >= 0 && n <= Number.MAX_SAFE_INTEGER ? n : this.call.arg(i);
  }

  /** Argument `i` as text: an address. */
  addrText(i: number): string {
    return addrText(this.addr(i));
  }

  /** All `length` bytes at `address`, or undefined when they cannot all be read. */
  read(address: number | bigint, length: number): Uint8Array | undefined {
    if (address === 0 || address === 0n) return undefined;
    if (length === 0) return NO_BYTES;
    try {
      const bytes = this.memory.read(address, length);
      return bytes.length >= length ? bytes : undefined;
    } catch {
      return undefined;
    }
  }

  /** Up to `length` bytes at `address`; undefined when not even one can be read. */
  readSome(address: number | bigint, length: number): Uint8Array | undefined {
    if (address === 0 || address === 0n) return undefined;
    try {
      return this.memory.read(address, length);
    } catch {
      return undefined;
    }
  }

  /** A path: in full, whatever the string limit. */
  path(address: number | bigint): string {
    if (address === 0 || address === 0n) return 'NULL';
    try {
      const { bytes, terminated } = this.memory.readString(address, PATH_MAX);
      if (terminated && bytes.length < PATH_MAX) return quoteBytes(bytes);
      return bytes.length < PATH_MAX ? addrText(address) : `${quoteBytes(bytes, PATH_MAX - 1)}...`;
    } catch {
      return addrText(address);
    }
  }

  /** A NUL-terminated string, cut at the string limit. */
  string(address: number | bigint): string {
    if (address === 0 || address === 0n) return 'NULL';
    const limit = this.stringLimit;
    try {
      const { bytes, terminated } = this.memory.readString(address, limit + 1);
      if (bytes.length > limit) return `${quoteBytes(bytes, limit)}...`;
      return terminated ? quoteBytes(bytes) : addrText(address);
    } catch {
      return addrText(address);
    }
  }

  /** How many of `count` elements are printed: the string limit, or many when verbose. */
  shown(count: number): number {
    return Math.min(count, this.verbose ? VERBOSE_MAX : this.stringLimit);
  }

  /** `length` bytes as a quoted string, cut at the string limit. */
  bytes(address: number | bigint, length: number): string {
    if (address === 0 || address === 0n) return 'NULL';
    const take = Math.min(length, this.stringLimit);
    if (take <= 0) return length > take ? '""...' : '""';
    const got = this.read(address, take);
    if (got === undefined) return addrText(address);
    return length > take ? `${quoteBytes(got, take)}...` : quoteBytes(got, take);
  }

  /** A descriptor, with its path when the option asks. */
  fd(fd: number): string {
    if (this.fdPath === undefined || fd < 0) return String(fd);
    return String(fd) + this.#pathOf(fd);
  }

  /** A directory descriptor: `AT_FDCWD` or a number. */
  dirfd(fd: number): string {
    if (fd !== AT_FDCWD) return this.fd(fd);
    return this.fdPath === undefined ? 'AT_FDCWD' : `AT_FDCWD${this.#pathOf(fd)}`;
  }

  #pathOf(fd: number): string {
    const path = this.fdPath?.(fd, this.tid);
    if (path === undefined) return '';
    const gone = path.endsWith(DELETED);
    const bytes = Buffer.from(gone ? path.slice(0, -DELETED.length) : path);
    return `<${escapeBytes(bytes).replaceAll('<', '\\74').replaceAll('>', '\\76')}>${gone ? '(deleted)' : ''}`;
  }
}
