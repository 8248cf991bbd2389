/**
 * Signals that wait only because we trace the task: nobody else did as they were sent, and the program ignores them, so that alone
 * the kernel had dropped them (sig_ignored). Who attaches later is not shown them.
 */

import { PTRACE } from '../abi/ptrace.ts';
import { decodeSiginfo, SIGINFO_SIZE, type Siginfo } from '../abi/siginfo.ts';
import { bit, byDefault, signalsIn } from '../abi/signal-set.ts';
import { defaultAction, SI, SIG } from '../abi/signals.ts';
import type { LinuxHost } from './host.ts';
import { makerOf } from './parents.ts';
import { idFrom } from './pid-namespaces.ts';
import * as proc from './proc.ts';
import { type LinuxTask, Run } from './task.ts';

const SIGCONT_BIT = bit(SIG.SIGCONT);
const siginfoBytes = new Uint8Array(SIGINFO_SIZE);

/** Those that SIG_DFL ignores. */
const IGNORED = byDefault('ignore', 'continue');

/** sig_ignored, of who is not traced. */
const droppedIn = ({ blocked, ignored, caught }: Record<'blocked' | 'ignored' | 'caught', bigint>): bigint =>
  (ignored | (IGNORED & ~caught)) & ~blocked;

/** The first tracer attaches. Elsewhere than in a group stop such a signal does not wait. */
export function noteUnseen(host: LinuxHost, task: LinuxTask): void {
  if (!task.inGroupStop) return;
  const { own, process, ...state } = proc.signalState(task.tid);
  const dropped = droppedIn(state) & ~task.seen;
  task.unseen = own & dropped;
  const ofProcess = process & dropped;
  if (ofProcess === 0n) return;
  const { unseen } = task.group;
  unseen.set(task, ofProcess);
  // What is sent to a process is sent to its leader.
  const leader = leaderOf(host, task);
  if (leader !== undefined && !host.ptrace!.isTraced(leader)) unseen.set(leader, ofProcess);
}

/**
 * A process that has ignored SIGCONT is about to say what it does about that. What waits for who is nobody's tracee, and what a thread
 * has been given of it that we have not read yet, was dropped as it was sent.
 */
export function noteContinueAction(host: LinuxHost, caller: LinuxTask): void {
  const { group, call } = caller;
  if (call.argInt(0) !== SIG.SIGCONT || !isIgnored(caller, SIG.SIGCONT)) return;
  const drops = (task: LinuxTask | undefined): boolean =>
    task !== undefined &&
    !host.ptrace!.isTraced(task) &&
    ((task.seen | proc.signalState(task.tid).blocked) & SIGCONT_BIT) === 0n;
  const leader = leaderOf(host, caller);
  let ofProcess = (proc.signalState(caller.tid).process & SIGCONT_BIT) !== 0n;
  for (const task of group.threads) {
    const given = givenUnread(host, task);
    if (given !== null && given.code !== SI.SI_TKILL) ofProcess = true;
    const own = given?.code === SI.SI_TKILL || (proc.signalState(task.tid).own & SIGCONT_BIT) !== 0n;
    if (own && drops(task)) task.unseen |= SIGCONT_BIT;
  }
  if (ofProcess && drops(leader)) group.unseen.set(leader!, (group.unseen.get(leader!) ?? 0n) | SIGCONT_BIT);
}

/** The SIGCONT of which a task's next stop tells. */
function givenUnread(host: LinuxHost, task: LinuxTask): Siginfo | null {
  if (task.run === Run.STOPPED || proc.state(task.tid) !== 't') return null;
  if (host.native.ptraceData(PTRACE.GETSIGINFO, task.tid, 0, siginfoBytes) < 0) return null;
  const info = decodeSiginfo(siginfoBytes);
  return info.signo === SIG.SIGCONT ? info : null;
}

/** The last tracer leaves: what waits was sent while it was traced, and stays, if its group is stopped or stops next. */
export function noteSeen(task: LinuxTask): void {
  task.seen = proc.pendingSignals(task.tid) & ~task.unseen & ~(task.group.unseen.get(task) ?? 0n);
}

/** Of what waits for the process of a task, or for the task itself: what its tracers are not shown. Null: they are shown all. */
export function unseenBy(host: LinuxHost, task: LinuxTask, ofProcess: boolean): ((info: Siginfo) => boolean) | null {
  if (!ofProcess) return task.unseen === 0n ? null : ({ signo }) => (task.unseen & bit(signo)) !== 0n;
  const leader = leaderOf(host, task);
  const { unseen } = task.group;
  const isFree = leader !== undefined && leader !== task && host.ptrace?.isTraced(leader) === false;
  if (unseen.size === 0 && !isFree) return null;
  let free = 0n;
  if (isFree) {
    const { process, ...state } = proc.signalState(leader.tid);
    free = process & droppedIn(state) & ~leader.seen;
  }
  return (info) => {
    const named = namedBy(host, task, info);
    const marks = (named && unseen.get(named)) ?? 0n;
    return ((named === leader ? marks | free : marks) & bit(info.signo)) !== 0n;
  };
}

/**
 * Whether a signal to the process was dropped as it was sent: what nobody traces the thread for that was named, and that does not block.
 * Mostly that is its leader.
 */
export function isDropped(host: LinuxHost, task: LinuxTask, signo: number, named = leaderOf(host, task)): boolean {
  if (named !== undefined && host.ptrace!.isTraced(named)) return false;
  return isIgnored(task, signo) && !proc.blocks(named?.tid ?? task.tgid, signo);
}

const leaderOf = (host: LinuxHost, task: LinuxTask): LinuxTask | undefined => host.tasks.get(task.tgid);

/** At the delivery-stop of a task that nobody traces: whether alone it had been dropped as it was sent. */
export const wasDropped = (host: LinuxHost, task: LinuxTask, info: Siginfo): boolean =>
  isDropped(host, task, info.signo, namedBy(host, task, info));

/** The thread that a signal was sent to, or to whose process, as far as its siginfo says: of a child's, the one that made the child (do_notify_parent). */
function namedBy(host: LinuxHost, task: LinuxTask, { signo, code, pid }: Siginfo): LinuxTask | undefined {
  if (code === SI.SI_TKILL || task.group.threads.size === 1) return task;
  if (signo !== SIG.SIGCHLD || code <= 0) return leaderOf(host, task);
  return makerOf(host, idFrom(host, pid ?? 0, task), task.group) ?? leaderOf(host, task);
}

/** sig_handler_ignored. */
export function isIgnored(task: LinuxTask, signo: number): boolean {
  // That is known, and comes at every stop of a tracee's.
  if (signo === SIG.SIGCHLD && task.group.childSignals?.disposition === 'handler') return false;
  const disposition = proc.disposition(task.tid, signo);
  return disposition === 'ignore' || (disposition === 'default' && (IGNORED & bit(signo)) !== 0n);
}

/** Whether one to a task that nobody traces ends its process as it is sent (complete_signal). */
export const endsAsSent = ({ tid }: LinuxTask, signo: number): boolean =>
  defaultAction(signo) === 'term' && proc.disposition(tid, signo) === 'default' && !proc.blocks(tid, signo);

/** Whether a task has sent itself such a one, since its last tracer left it. */
export const hasEnded = (host: LinuxHost, task: LinuxTask): boolean =>
  host.ptrace?.isTraced(task) === false &&
  [...signalsIn(proc.pendingSignals(task.tid) & ~task.seen)].some((signo) => endsAsSent(task, signo));

/** At a delivery-stop: whether it is that of a signal which was dropped as it was sent. That is over with this. */
export function takeUnseen(host: LinuxHost, task: LinuxTask, info: Siginfo): boolean {
  if (host.ptrace === null) return false;
  const { signo, code } = info;
  const mask = bit(signo);
  const named = namedBy(host, task, info);
  const isMarked = takeMark(task, named, info);
  // kill(2): its leader did not take it, for it is dead, or stopped.
  if (!task.isLeader && (code === SI.SI_USER || code === SI.SI_QUEUE)) {
    const wasSeen = ((leaderOf(host, task)?.seen ?? 0n) & mask) !== 0n; // it had a tracer as that was sent
    if (!wasSeen && isDropped(host, task, signo)) return true;
  }
  // do_notify_parent: likewise the thread that made that child.
  if (signo === SIG.SIGCHLD && code > 0 && named !== task && isDropped(host, task, signo, named)) return true;
  if ((task.unseen & mask) === 0n) return isMarked;
  task.unseen &= ~mask;
  return true;
}

/** Of a signal to its process: whether it waited unseen as a tracer of who was named came. The next of its number is another one. */
function takeMark({ group: { unseen } }: LinuxTask, named: LinuxTask | undefined, { signo, code }: Siginfo): boolean {
  if (unseen.size === 0 || code === SI.SI_TKILL) return false;
  const mask = bit(signo);
  const isMarked = named !== undefined && ((unseen.get(named) ?? 0n) & mask) !== 0n;
  for (const [task, marks] of unseen) {
    const left = marks & ~mask;
    if (left === 0n) unseen.delete(task);
    else unseen.set(task, left);
  }
  return isMarked;
}
