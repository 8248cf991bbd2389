/**
 * Signals that we queue ourselves. The kernel lets us send only SI_QUEUE to others, so the true siginfo waits here and is put in
 * place at the delivery-stop, found by a cookie.
 */

import { PTRACE } from '../abi/ptrace.ts';
import { decodeSiginfo, encodeSiginfo, SIGINFO_SIZE, type Siginfo } from '../abi/siginfo.ts';
import { SI, SIG } from '../abi/signals.ts';
import type { SignalDecision } from '../tracehook/signal.ts';
import type { Native } from './native.ts';
import type { LinuxTask } from './task.ts';
import type { ThreadGroup } from './thread-group.ts';

/** Marks the siginfo of a signal that we queued; with the cookie in its value it cannot be taken for another's. */
const QUEUED_ERRNO = 0x75747263;
/** So many signals of a queue are looked at. */
const PEEKED_MOST = 1024;

/** A signal of ours on its way: what it really is, and what was decided about it. */
export interface QueuedSignal {
  readonly signo: number;
  readonly info: Siginfo;
  readonly decision: SignalDecision | null;
  readonly cookie: number;
  /** It is to be dropped as it comes. */
  cancelled: boolean;
}

/** Whether the signal that the task was shown last was its own, and not its process's, as far as its siginfo says. */
export const shownIsOwn = ({ shown }: LinuxTask): boolean => shown === null || shown.code === SI.SI_TKILL;

/** Whether a siginfo is of a signal that was sent to a process: by kill, or of its child (do_notify_parent). */
const isOfProcess = ({ signo, code }: Siginfo): boolean => code === SI.SI_USER || (signo === SIG.SIGCHLD && code > 0);

const isThat =
  ({ errno, value }: Siginfo) =>
  ({ cookie }: QueuedSignal): boolean =>
    errno === QUEUED_ERRNO && BigInt(cookie) === value;

export class QueuedSignals {
  private readonly native: Native;
  private cookie = 0;

  constructor(native: Native) {
    this.native = native;
  }

  /** For the task: `to` itself, or whoever of its process takes it. */
  add(task: LinuxTask, info: Siginfo, decision: SignalDecision | null, to: LinuxTask | ThreadGroup = task): void {
    const { signo } = info;
    this.cookie = (this.cookie + 1) >>> 0;
    const { cookie } = this;
    to.queued.push({ signo, info, decision, cookie, cancelled: false });
    const bytes = encodeSiginfo({ signo, errno: QUEUED_ERRNO, code: -1, pid: 0, uid: 0, value: BigInt(cookie) });
    const r = this.native.queueSignal(task.tgid, to === task ? task.tid : 0, signo, bytes);
    if (r < 0)
      to.queued.pop(); // it died
    else if (signo === SIG.SIGKILL) task.killing = true;
  }

  /** The one whose siginfo this is, at a delivery-stop: it is queued no more. */
  take(task: LinuxTask, info: Siginfo): QueuedSignal | undefined {
    for (const { queued } of [task, task.group]) {
      const index = queued.findIndex(isThat(info));
      if (index >= 0) return queued.splice(index, 1)[0];
    }
    return undefined;
  }

  /** Whether a siginfo at a delivery-stop is that of one of these. */
  has(task: LinuxTask, info: Siginfo): boolean {
    return this.find(task, info) !== undefined;
  }

  private find(task: LinuxTask, info: Siginfo): QueuedSignal | undefined {
    return task.queued.find(isThat(info)) ?? task.group.queued.find(isThat(info));
  }

  /** PTRACE_PEEKSIGINFO: what waits is shown as what it really is, and what is to be dropped, or was shown already, is not. */
  peek(task: LinuxTask, args: Uint8Array, into: Uint8Array): number {
    const all = new Uint8Array(PEEKED_MOST * SIGINFO_SIZE);
    const whole = args.slice();
    const view = new DataView(whole.buffer);
    const from = Number(view.getBigUint64(0, true));
    const count = view.getInt32(12, true);
    view.setBigUint64(0, 0n, true);
    view.setInt32(12, PEEKED_MOST, true);
    const n = this.native.ptraceRaw(PTRACE.PEEKSIGINFO, task.tid, whole, all);
    if (n < 0) return n;
    const shown: Uint8Array[] = [];
    for (let i = 0; i < n; i++) {
      const bytes = all.subarray(i * SIGINFO_SIZE, (i + 1) * SIGINFO_SIZE);
      const item = this.find(task, decodeSiginfo(bytes));
      if (item === undefined) shown.push(bytes);
      else if (!item.cancelled && item.decision === null) shown.push(encodeSiginfo(item.info));
    }
    const asked = shown.slice(from, from + count);
    for (const [i, bytes] of asked.entries()) into.set(bytes, i * SIGINFO_SIZE);
    return asked.length;
  }

  /** A signal that came when it could not be delivered: back to the queue that it came from. */
  again(task: LinuxTask, info: Siginfo): void {
    const ofProcess = task.group.queued.some(isThat(info)) || isOfProcess(info);
    const item = this.take(task, info);
    this.add(task, item?.info ?? info, item?.decision ?? null, ofProcess ? task.group : task);
  }

  /** The signal that the task was shown, or what became of it, goes back to the queue that it came from. */
  putBack(task: LinuxTask, info: Siginfo): void {
    this.add(task, info, null, shownIsOwn(task) ? task : task.group);
  }
}
