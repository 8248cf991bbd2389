/**
 * Signals that we queue ourselves. The kernel lets us send only SI_QUEUE to others, so the true siginfo waits here and is put in
 * place at the delivery-stop, found by a cookie.
 */

import { asksForAll, asksOfProcess, PEEKED_MOST, peekChanged, siginfosIn } from '../abi/peek-siginfo.ts';
import { PTRACE } from '../abi/ptrace.ts';
import { decodeSiginfo, encodeSiginfo, SIGINFO_SIZE, type Siginfo } from '../abi/siginfo.ts';
import { bit, SYNCHRONOUS, takenUpTo } from '../abi/signal-set.ts';
import { SI, SIG } from '../abi/signals.ts';
import type { SignalDecision } from '../tracehook/signal.ts';
import type { Native } from './native.ts';
import * as proc from './proc.ts';
import { type LinuxTask, Stop } from './task.ts';
import type { ThreadGroup } from './thread-group.ts';

/** Marks the siginfo of a signal that we queued; with the cookie in its value it cannot be taken for another's. */
const QUEUED_ERRNO = 0x75747263;

/** A signal of ours on its way: what it really is, and what was decided about it. */
export interface QueuedSignal {
  readonly signo: number;
  info: Siginfo;
  readonly decision: SignalDecision | null;
  readonly cookie: number;
  /** What the kernel has in its place, where that is another's signal. */
  readonly instead?: Siginfo;
  /** It is to be dropped as it comes. */
  cancelled: boolean;
  /** Its process has ended of it as it was sent (complete_signal): the task takes no other before it. */
  ends: boolean;
}

/** Whether the signal that the task was shown last was its own, and not its process's, as far as its siginfo says. */
export const shownIsOwn = ({ shown }: LinuxTask): boolean =>
  shown === null || shown.code === SI.SI_TKILL || (shown.code > 0 && (bit(shown.signo) & SYNCHRONOUS) !== 0n);

/** Whether a siginfo is of a signal that was sent to a process: by kill, or of its child (do_notify_parent). */
const isOfProcess = ({ signo, code }: Siginfo): boolean => code === SI.SI_USER || (signo === SIG.SIGCHLD && code > 0);

/** Whether a signal, or one that is taken before it, waits for the thread itself, and is neither blocked nor to be dropped. */
export function waitsUpTo({ tid, pending, unseen, queued }: LinuxTask, signo: number): boolean {
  let asked = takenUpTo(signo) & ~unseen;
  for (const item of queued) if (item.cancelled) asked &= ~bit(item.signo);
  const { own, blocked } = proc.signalState(tid);
  const dequeued = pending === null ? 0n : bit(pending.info.signo); // by the kernel, and not yet shown
  return ((dequeued | (own & ~blocked)) & asked) !== 0n;
}

const isThat =
  ({ signo, errno, code, pid, uid, value }: Siginfo) =>
  ({ cookie, instead }: QueuedSignal): boolean => {
    if (instead === undefined) return errno === QUEUED_ERRNO && BigInt(cookie) === value;
    return signo === instead.signo && code === instead.code && pid === instead.pid && uid === instead.uid;
  };

export class QueuedSignals {
  private readonly native: Native;
  private cookie = 0;

  constructor(native: Native) {
    this.native = native;
  }

  /** For the task: `to` itself, or whoever of its process takes it. Undefined: it died. */
  add(
    task: LinuxTask,
    info: Siginfo,
    decision: SignalDecision | null,
    to: LinuxTask | ThreadGroup = task,
  ): QueuedSignal | undefined {
    const { signo } = info;
    this.cookie = (this.cookie + 1) >>> 0;
    const { cookie } = this;
    const item = { signo, info, decision, cookie, cancelled: false, ends: false };
    to.queued.push(item);
    const bytes = encodeSiginfo({ signo, errno: QUEUED_ERRNO, code: -1, pid: 0, uid: 0, value: BigInt(cookie) });
    if (this.native.queueSignal(task.tgid, to === task ? task.tid : 0, signo, bytes) < 0) {
      to.queued.pop();
      return undefined;
    }
    if (signo === SIG.SIGKILL) task.killing = true;
    return item;
  }

  /** The same, where one of that number may wait for the task already: then this is lost (legacy_queue), but for what it takes away. */
  addUnlessLost(task: LinuxTask, info: Siginfo): QueuedSignal | undefined {
    const isLost = info.signo < SIG.SIGRTMIN && (proc.signalState(task.tid).own & bit(info.signo)) !== 0n;
    const item = this.add(task, info, null);
    if (!isLost || item === undefined) return item;
    task.queued.splice(task.queued.indexOf(item), 1);
    return undefined;
  }

  /** The same for one that came before another of that number, which waits for the task: that was lost (legacy_queue). */
  addBefore(task: LinuxTask, info: Siginfo): void {
    const { signo } = info;
    const instead = this.waiting(task, signo, false);
    if (instead === undefined) {
      this.add(task, info, null);
      return;
    }
    const known = this.find(task, instead);
    if (known !== undefined) known.info = info;
    else task.queued.push({ signo, info, decision: null, cookie: 0, instead, cancelled: false, ends: false });
  }

  /** The first of that number that waits for a stopped task, or for its process: as the kernel has it. */
  waiting(task: LinuxTask, signo: number, ofProcess: boolean): Siginfo | undefined {
    const all = new Uint8Array(PEEKED_MOST * SIGINFO_SIZE);
    const n = this.native.ptraceRaw(PTRACE.PEEKSIGINFO, task.tid, asksForAll(ofProcess), all);
    return siginfosIn(all, n)
      .map(decodeSiginfo)
      .find((info) => info.signo === signo);
  }

  /** The one whose siginfo this is, at a delivery-stop: it is queued no more. */
  take(task: LinuxTask, info: Siginfo): QueuedSignal | undefined {
    for (const { queued } of [task, task.group]) {
      const index = queued.findIndex(isThat(info));
      if (index >= 0) return queued.splice(index, 1)[0];
    }
    return undefined;
  }

  /** Whether one of them comes before the one whose siginfo this is, whatever their numbers. */
  isLate(task: LinuxTask, info: Siginfo): boolean {
    return task.queued.some((item) => item.ends && !isThat(info)(item));
  }

  /** The one whose siginfo this is. */
  find(task: LinuxTask, info: Siginfo): QueuedSignal | undefined {
    return task.queued.find(isThat(info)) ?? task.group.queued.find(isThat(info));
  }

  /**
   * PTRACE_PEEKSIGINFO: what waits is shown as what it really is, and what is to be dropped, was dropped before there was a tracer, or
   * was shown already, is not. What we have yet to show at a stop of its own is there. `dropped`: what was.
   */
  peek(task: LinuxTask, args: Uint8Array, into: Uint8Array, dropped: ((info: Siginfo) => boolean) | null): number {
    const { group, pending } = task;
    const ofProcess = asksOfProcess(args);
    const isPending = pending !== null && task.stop !== Stop.SIGNAL && !ofProcess;
    const peek = (whole: Uint8Array, all: Uint8Array): number =>
      this.native.ptraceRaw(PTRACE.PEEKSIGINFO, task.tid, whole, all);
    if (task.queued.length === 0 && group.queued.length === 0 && dropped === null && !isPending)
      return peek(args, into);
    return peekChanged(args, into, peek, (queue) => {
      const shown = queue.flatMap((bytes) => {
        const info = decodeSiginfo(bytes);
        const item = this.find(task, info);
        if (item === undefined) return dropped?.(info) === true ? [] : [bytes];
        return item.cancelled || item.decision !== null ? [] : [encodeSiginfo(item.info)];
      });
      return isPending ? [...shown, encodeSiginfo(pending.info)] : shown;
    });
  }

  /** A signal that came when it could not be delivered: back to the queue that it came from, unless it was to be dropped. */
  again(task: LinuxTask, info: Siginfo): void {
    const ofProcess = task.group.queued.some(isThat(info)) || isOfProcess(info);
    const item = this.take(task, info);
    if (item?.cancelled === true) return;
    this.add(task, item?.info ?? info, item?.decision ?? null, ofProcess ? task.group : task);
  }

  /** The signal that the task was shown, or what became of it, goes back to the queue that it came from. */
  putBack(task: LinuxTask, info: Siginfo): void {
    this.add(task, info, null, shownIsOwn(task) ? task : task.group);
  }
}
