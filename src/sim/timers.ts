/**
 * The timers of a process on virtual time: ITIMER_REAL (setitimer, alarm) and POSIX timers (kernel/time/itimer.c, posix-timers.c).
 * As in the kernel, a timer with an interval starts anew when its signal is taken, not before: who takes none has no more of it.
 * No program uses CPU time here, so ITIMER_VIRTUAL and ITIMER_PROF are kept and never expire.
 */

import { ERRNO } from '../abi/errno.ts';
import type { Siginfo } from '../abi/siginfo.ts';
import { SI, SIG } from '../abi/signals.ts';
import type { SimKernel } from './kernel.ts';
import type { Process } from './process.ts';
import { sendLocked } from './send-signal.ts';
import type { SimTask } from './task.ts';

/** In virtual nanoseconds. */
export interface Setting {
  /** Until it expires; 0: it is not set. */
  readonly value: number;
  readonly interval: number;
}

export const NOT_SET: Setting = { value: 0, interval: 0 };

/** Something that expires at a time. */
class Alarm {
  /** When it expires; null: it is not set, or its signal has yet to be taken. */
  deadline: number | null = null;
  interval = 0;
  private expired = 0;
  private cancel: () => void = () => {};
  private readonly kernel: SimKernel;
  private readonly expire: () => void;

  constructor(kernel: SimKernel, expire: () => void) {
    this.kernel = kernel;
    this.expire = expire;
  }

  get remaining(): number {
    return this.deadline === null ? 0 : Math.max(1, this.deadline - this.kernel.clock.now);
  }

  set(deadline: number | null, interval: number): void {
    this.cancel();
    this.interval = interval;
    this.start(deadline);
  }

  private start(deadline: number | null): void {
    this.deadline = deadline;
    if (deadline === null) return;
    this.cancel = this.kernel.clock.callAt(deadline, () => {
      this.deadline = null;
      this.expired = deadline;
      this.expire();
    });
  }

  /** Its signal was taken: it starts anew, if it has an interval. Answers how often it would have expired meanwhile. */
  taken(): number {
    if (this.deadline !== null || this.interval === 0) return 0;
    const missed = Math.floor((this.kernel.clock.now - this.expired) / this.interval);
    this.start(this.expired + (missed + 1) * this.interval);
    return missed;
  }

  /** hrtimer_forward without a signal: where it is by now. */
  forward(): void {
    const { deadline, interval, kernel } = this;
    if (deadline === null || deadline > kernel.clock.now) return;
    const periods = interval === 0 ? 0 : Math.floor((kernel.clock.now - deadline) / interval) + 1;
    this.deadline = interval === 0 ? null : deadline + periods * interval;
  }

  /** For one that tells nobody: it needs no time to come. */
  keep(deadline: number | null, interval: number): void {
    this.cancel();
    this.interval = interval;
    this.deadline = deadline;
  }

  text(): string {
    return `${this.deadline ?? ''}+${this.interval}`;
  }
}

/** struct sigevent, as far as the kernel looks at it. */
export interface TimerEvent {
  readonly signo: number;
  readonly value: bigint;
  /** Whom it is for; null: any thread of the process. */
  readonly thread: SimTask | null;
  /** SIGEV_NONE. */
  readonly silent: boolean;
}

interface PosixTimer {
  readonly event: TimerEvent;
  readonly alarm: Alarm;
  /** Its signal, while that waits. */
  pending: Siginfo | null;
  /** Of the signal that was taken last. */
  overrun: number;
}

export class Timers {
  readonly real: Alarm;
  /** ITIMER_VIRTUAL and ITIMER_PROF. */
  readonly cpu: [Setting, Setting] = [NOT_SET, NOT_SET];
  private readonly posix = new Map<number, PosixTimer>();
  private nextId = 0;
  private readonly kernel: SimKernel;
  private readonly process: Process;

  constructor(kernel: SimKernel, process: Process) {
    this.kernel = kernel;
    this.process = process;
    this.real = new Alarm(kernel, () => {
      const info = { signo: SIG.SIGALRM, errno: 0, code: SI.SI_KERNEL, pid: 0, uid: 0 };
      sendLocked(kernel, info, process.leader, 'process', true);
    });
  }

  setReal({ value, interval }: Setting): void {
    this.real.set(value === 0 ? null : this.kernel.clock.now + value, interval);
  }

  create(event: TimerEvent | null): number {
    const id = this.nextId++;
    const timer: PosixTimer = {
      event: event ?? { signo: SIG.SIGALRM, value: BigInt(id), thread: null, silent: false },
      alarm: new Alarm(this.kernel, () => this.expire(id, timer)),
      pending: null,
      overrun: 0,
    };
    this.posix.set(id, timer);
    return id;
  }

  private expire(id: number, timer: PosixTimer): void {
    const { signo, value, thread } = timer.event;
    timer.pending = { signo, errno: 0, code: SI.SI_TIMER, timerId: id, overrun: 0, value };
    const target = thread ?? this.process.leader;
    if (!target.alive && thread !== null) return; // its thread is gone
    sendLocked(this.kernel, timer.pending, target, thread === null ? 'process' : 'thread', true);
  }

  get(id: number): Setting | null {
    const timer = this.posix.get(id);
    if (timer === undefined) return null;
    if (timer.event.silent) timer.alarm.forward();
    return { value: timer.alarm.remaining, interval: timer.alarm.interval };
  }

  set(id: number, { value, interval }: Setting, absolute: boolean): number {
    const timer = this.posix.get(id);
    if (timer === undefined) return -ERRNO.EINVAL;
    this.forgetSignal(timer);
    const { now } = this.kernel.clock;
    const deadline = value === 0 ? null : absolute ? value : now + value;
    if (timer.event.silent) timer.alarm.keep(deadline, interval);
    else timer.alarm.set(deadline, interval);
    return 0;
  }

  overrun(id: number): number {
    return this.posix.get(id)?.overrun ?? -ERRNO.EINVAL;
  }

  delete(id: number): number {
    const timer = this.posix.get(id);
    if (timer === undefined) return -ERRNO.EINVAL;
    timer.alarm.set(null, 0);
    this.forgetSignal(timer);
    this.posix.delete(id);
    return 0;
  }

  /** A signal of a timer that was set anew, or is gone, is not delivered. */
  private forgetSignal({ pending, event: { thread } }: PosixTimer): void {
    if (pending !== null) (thread?.pending ?? this.process.shared).remove(pending);
  }

  /** A signal was taken (dequeue_signal): its timer goes on. What is to be told of it. */
  taken(info: Siginfo): Siginfo {
    if (info.signo === SIG.SIGALRM) this.real.taken(); // whoever sent it
    if (info.code !== SI.SI_TIMER || info.timerId === undefined) return info;
    const timer = this.posix.get(info.timerId);
    if (timer?.pending !== info) return info; // made up by somebody
    timer.pending = null;
    timer.overrun = timer.alarm.taken();
    return { ...info, overrun: timer.overrun };
  }

  /** exit_itimers: at exec. */
  deletePosix(): void {
    for (const id of [...this.posix.keys()]) this.delete(id);
  }

  /** The process is dead. */
  end(): void {
    this.real.set(null, 0);
    this.deletePosix();
  }

  /** All that the future depends on, as text. */
  text(): string {
    const posix = [...this.posix].map(([id, { alarm, overrun }]) => `${id}:${alarm.text()},${overrun}`);
    return `${this.real.text()} ${posix.join(' ')} ${this.nextId}`;
  }
}

export function timersOf(kernel: SimKernel, process: Process): Timers {
  process.timers ??= new Timers(kernel, process);
  return process.timers;
}
