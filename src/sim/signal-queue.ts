/** struct sigpending: signals that wait, in the order in which they are to be taken. */

import type { Siginfo } from '../abi/siginfo.ts';
import { bit, lowest, type SigSet, SYNCHRONOUS } from '../abi/signal-set.ts';
import { SI, SIG } from '../abi/signals.ts';

export class SignalQueue {
  set: SigSet = 0n;
  private readonly infos: Siginfo[] = [];

  has(signo: number): boolean {
    return this.set !== 0n && (this.set & bit(signo)) !== 0n;
  }

  /**
   * __send_signal_locked: a signal below SIGRTMIN waits once only (legacy_queue), but for a timer's. False: it was there. SIGKILL
   * is a bit alone.
   */
  add(info: Siginfo): boolean {
    if (info.signo < SIG.SIGRTMIN && info.code !== SI.SI_TIMER && this.has(info.signo)) return false;
    if (info.signo !== SIG.SIGKILL) this.infos.push(info);
    this.set |= bit(info.signo);
    return true;
  }

  /** Puts a signal (back) before all others of its number. */
  unshift(info: Siginfo): void {
    this.infos.unshift(info);
    this.set |= bit(info.signo);
  }

  /** collect_signal: the oldest of that number. */
  private collect(at: number): Siginfo {
    const [info] = this.infos.splice(at, 1);
    const { signo } = info!;
    if (!this.infos.some((other) => other.signo === signo)) this.set &= ~bit(signo);
    return info!;
  }

  /** It is not to be delivered after all. */
  remove(info: Siginfo): void {
    const at = this.infos.indexOf(info);
    if (at >= 0) this.collect(at);
  }

  /** next_signal and collect_signal: synchronous ones first, then by number. */
  take(blocked: SigSet): Siginfo | null {
    const ready = this.set & ~blocked;
    if (ready === 0n) return null;
    const signo = lowest((ready & SYNCHRONOUS) !== 0n ? ready & SYNCHRONOUS : ready);
    return this.collect(this.infos.findIndex((info) => info.signo === signo));
  }

  /** dequeue_synchronous_signal: the oldest that an instruction made. */
  takeSynchronous(blocked: SigSet): Siginfo | null {
    if ((this.set & ~blocked & SYNCHRONOUS) === 0n) return null;
    const at = this.infos.findIndex(({ signo, code }) => code > 0 && (bit(signo) & SYNCHRONOUS & ~blocked) !== 0n);
    return at < 0 ? null : this.collect(at);
  }

  /** flush_sigqueue_mask. */
  flush(set: SigSet): void {
    if ((this.set & set) === 0n) return;
    this.set &= ~set;
    for (let i = this.infos.length - 1; i >= 0; i--) {
      if ((bit(this.infos[i]!.signo) & set) !== 0n) this.infos.splice(i, 1);
    }
  }

  /** One of that number is this from now on. False: there is none. */
  replace(info: Siginfo): boolean {
    const at = this.infos.findIndex(({ signo }) => signo === info.signo);
    if (at >= 0) this.infos[at] = info;
    return at >= 0;
  }

  /** In the order of their coming, for PEEKSIGINFO and dumps. */
  list(): readonly Siginfo[] {
    return this.infos;
  }
}
