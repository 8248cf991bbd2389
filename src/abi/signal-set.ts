/** Sets of signals as bits (sigset_t), as the kernel has them. */

import { type DefaultAction, defaultAction, SIG, SIGNAL_MAX } from './signals.ts';

/** Bit n − 1 stands for signal n. */
export type SigSet = bigint;

const BITS: readonly SigSet[] = Array.from({ length: SIGNAL_MAX + 1 }, (_, signo) =>
  signo === 0 ? 0n : 1n << BigInt(signo - 1),
);
export const bit = (signo: number): SigSet => BITS[signo] ?? 0n;
export const setOf = (...signals: readonly number[]): SigSet => signals.reduce((set, n) => set | bit(n), 0n);

/** The signals whose default action is one of these. */
export const byDefault = (...actions: readonly DefaultAction[]): SigSet =>
  BITS.reduce((set, one, signo) => (signo > 0 && actions.includes(defaultAction(signo)) ? set | one : set), 0n);

/** The signals of a set, the lowest first. */
export function* signalsIn(set: SigSet): Generator<number> {
  for (let left = set; left !== 0n; left &= left - 1n) yield lowest(left);
}

/** SYNCHRONOUS_MASK: made by an instruction, so they come first. */
export const SYNCHRONOUS = setOf(SIG.SIGSEGV, SIG.SIGBUS, SIG.SIGILL, SIG.SIGTRAP, SIG.SIGFPE, SIG.SIGSYS);
export const STOP_SIGNALS = setOf(SIG.SIGSTOP, SIG.SIGTSTP, SIG.SIGTTIN, SIG.SIGTTOU);
/** What no mask may hold. */
export const UNBLOCKABLE = setOf(SIG.SIGKILL, SIG.SIGSTOP);

/** The lowest signal of a set; 0: empty. */
export function lowest(set: SigSet): number {
  if (set === 0n) return 0;
  const low = Number(set & 0xffffffffn) | 0;
  if (low !== 0) return 32 - Math.clz32(low & -low);
  const high = Number(set >> 32n) | 0;
  return 64 - Math.clz32(high & -high);
}

/** next_signal: those of one queue that are taken before one of this number; it is among them. */
export function takenUpTo(signo: number): SigSet {
  const lower = (1n << BigInt(signo)) - 1n;
  return (SYNCHRONOUS & bit(signo)) === 0n ? lower | SYNCHRONOUS : lower & SYNCHRONOUS;
}
