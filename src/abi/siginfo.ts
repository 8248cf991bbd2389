/**
 * Owns the codec of the kernel's 128-byte siginfo_t on x86-64 (uapi/asm-generic/siginfo.h). Which member of the union
 * is live follows from signal and code, as kernel/signal.c's siginfo_layout decides. Encoding starts from the raw bytes
 * when they are given, so a decoded siginfo goes back unchanged but for the fields somebody changed.
 */

import { SI, SIG } from './signals.ts';

/** Size of siginfo_t in bytes. */
export const SIGINFO_SIZE = 128;

/** Which member of siginfo_t's union is live. */
export type SiginfoKind = 'kill' | 'queue' | 'timer' | 'poll' | 'child' | 'fault' | 'sys';

/** A siginfo_t. Only the fields of the signal's {@link SiginfoKind} are there. */
export interface Siginfo {
  readonly signo: number;
  /** An errno, or 0. */
  readonly errno: number;
  readonly code: number;
  /** kill, queue, child: the sender (child: who changed state). */
  readonly pid?: number;
  /** kill, queue, child: the sender's real user id. */
  readonly uid?: number;
  /** queue, timer: sigval as 64 bits. */
  readonly value?: bigint;
  /** timer: the kernel's timer id. */
  readonly timerId?: number;
  /** timer: overrun count. */
  readonly overrun?: number;
  /** child: exit code or signal number. */
  readonly status?: number;
  /** child: user time in clock ticks. */
  readonly utime?: bigint;
  /** child: system time in clock ticks. */
  readonly stime?: bigint;
  /** fault: the address; sys: address of the call instruction. */
  readonly addr?: bigint;
  /** fault, BUS_MCEERR_*: least significant bit of the address. */
  readonly addrLsb?: number;
  /** fault, SEGV_BNDERR. */
  readonly lower?: bigint;
  /** fault, SEGV_BNDERR. */
  readonly upper?: bigint;
  /** fault, SEGV_PKUERR: the protection key. */
  readonly pkey?: number;
  /** poll: band event. */
  readonly band?: bigint;
  /** poll: file descriptor. */
  readonly fd?: number;
  /** sys: number of the call. */
  readonly syscall?: number;
  /** sys: AUDIT_ARCH_*. */
  readonly arch?: number;
  /** The 128 bytes it was decoded from, perhaps within a larger buffer; encodeSiginfo starts from them. */
  readonly raw?: Uint8Array;
}

const FAULTS: ReadonlySet<number> = new Set([SIG.SIGILL, SIG.SIGFPE, SIG.SIGSEGV, SIG.SIGBUS, SIG.SIGTRAP]);

/** Which member of the union is live for `signo` with `code`. */
export function siginfoKind(signo: number, code: number): SiginfoKind {
  if (code === SI.SI_USER || code === SI.SI_TKILL) return 'kill';
  if (code === SI.SI_TIMER) return 'timer';
  if (code === SI.SI_SIGIO) return 'poll';
  if (code > 0 && code !== SI.SI_KERNEL) {
    if (signo === SIG.SIGCHLD) return 'child';
    if (signo === SIG.SIGIO) return 'poll';
    if (signo === SIG.SIGSYS) return 'sys';
  }
  if (code > 0 && FAULTS.has(signo)) return 'fault';
  return code === SI.SI_KERNEL ? 'kill' : 'queue';
}

const BUS_MCEERR_AR = 4;
const BUS_MCEERR_AO = 5;
const SEGV_BNDERR = 3;
const SEGV_PKUERR = 4;

/** The bytes of decoded siginfos are pieces of these, many to one: an ArrayBuffer of its own costs more than all the rest of it. */
const CHUNK_SIZE = 64 * SIGINFO_SIZE;
let chunk = new DataView(new ArrayBuffer(CHUNK_SIZE));
/** Where the next piece begins. */
let next = 0;

/** A new piece of the chunk, all zeros: where it begins. */
function piece(): number {
  if (next === CHUNK_SIZE) {
    chunk = new DataView(new ArrayBuffer(CHUNK_SIZE));
    next = 0;
  }
  const at = next;
  next += SIGINFO_SIZE;
  return at;
}

/** Decodes siginfo_t. `bytes` may be shorter than 128; what is missing reads as 0. */
export function decodeSiginfo(bytes: Uint8Array): Siginfo {
  const at = piece();
  const view = chunk;
  const raw = new Uint8Array(view.buffer, at, SIGINFO_SIZE);
  raw.set(bytes.length > SIGINFO_SIZE ? bytes.subarray(0, SIGINFO_SIZE) : bytes);
  const i32 = (offset: number): number => view.getInt32(at + offset, true);
  const u32 = (offset: number): number => view.getUint32(at + offset, true);
  const u64 = (offset: number): bigint => view.getBigUint64(at + offset, true);
  const i64 = (offset: number): bigint => view.getBigInt64(at + offset, true);
  const signo = i32(0);
  const errno = i32(4);
  const code = i32(8);
  // Each written out: an object that is copied and then added to is made by the runtime, slowly.
  switch (siginfoKind(signo, code)) {
    case 'kill':
      return { signo, errno, code, raw, pid: i32(16), uid: u32(20) };
    case 'queue':
      return { signo, errno, code, raw, pid: i32(16), uid: u32(20), value: u64(24) };
    case 'timer':
      return { signo, errno, code, raw, timerId: i32(16), overrun: i32(20), value: u64(24) };
    case 'poll':
      return { signo, errno, code, raw, band: i64(16), fd: i32(24) };
    case 'child': {
      const [pid, uid, status] = [i32(16), u32(20), i32(24)];
      return { signo, errno, code, raw, pid, uid, status, utime: i64(32), stime: i64(40) };
    }
    case 'sys':
      return { signo, errno, code, raw, addr: u64(16), syscall: i32(24), arch: u32(28) };
    case 'fault': {
      const fault = { signo, errno, code, raw, addr: u64(16) };
      if (signo === SIG.SIGBUS && (code === BUS_MCEERR_AR || code === BUS_MCEERR_AO)) {
        return { ...fault, addrLsb: view.getInt16(at + 24, true) };
      }
      if (signo === SIG.SIGSEGV && code === SEGV_BNDERR) return { ...fault, lower: u64(32), upper: u64(40) };
      if (signo === SIG.SIGSEGV && code === SEGV_PKUERR) return { ...fault, pkey: u32(32) };
      return fault;
    }
  }
}

/** The 128 bytes of `info`: its raw bytes, if any, with the fields of its kind written over them. */
export function encodeSiginfo(info: Siginfo): Uint8Array {
  const bytes = new Uint8Array(SIGINFO_SIZE);
  const { raw } = info;
  if (raw !== undefined) bytes.set(raw.length > SIGINFO_SIZE ? raw.subarray(0, SIGINFO_SIZE) : raw);
  const view = new DataView(bytes.buffer);
  const i32 = (at: number, value: number | undefined): void => {
    if (value !== undefined) view.setInt32(at, value, true);
  };
  const u64 = (at: number, value: bigint | undefined): void => {
    if (value !== undefined) view.setBigUint64(at, BigInt.asUintN(64, value), true);
  };
  i32(0, info.signo);
  i32(4, info.errno);
  i32(8, info.code);
  const kind = siginfoKind(info.signo, info.code);
  if (kind === 'kill' || kind === 'queue' || kind === 'child') {
    i32(16, info.pid);
    i32(20, info.uid);
  }
  if (kind === 'timer') {
    i32(16, info.timerId);
    i32(20, info.overrun);
  }
  if (kind === 'queue' || kind === 'timer') u64(24, info.value);
  if (kind === 'child') {
    i32(24, info.status);
    u64(32, info.utime);
    u64(40, info.stime);
  }
  if (kind === 'poll') {
    u64(16, info.band);
    i32(24, info.fd);
  }
  if (kind === 'fault' || kind === 'sys') u64(16, info.addr);
  if (kind === 'fault') {
    if (info.addrLsb !== undefined) view.setInt16(24, info.addrLsb, true);
    u64(32, info.lower);
    u64(40, info.upper);
    i32(32, info.pkey);
  }
  if (kind === 'sys') {
    i32(24, info.syscall);
    i32(28, info.arch);
  }
  return bytes;
}
