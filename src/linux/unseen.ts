/**
 * Signals that wait only because we trace the task: nobody else did as they were sent, and the program ignores them, so that alone
 * the kernel had dropped them (sig_ignored). Who attaches later is not shown them.
 */

import type { Siginfo } from '../abi/siginfo.ts';
import { bit, byDefault } from '../abi/signal-set.ts';
import { SI, SIG } from '../abi/signals.ts';
import type { LinuxHost } from './host.ts';
import * as proc from './proc.ts';
import type { LinuxTask } from './task.ts';

/** Those that SIG_DFL ignores. */
const IGNORED = byDefault('ignore', 'continue');

/** The first tracer attaches. Elsewhere than in a group stop such a signal does not wait. */
export function noteUnseen(host: LinuxHost, task: LinuxTask): void {
  if (!task.inGroupStop) return;
  const { own, process, blocked, ignored, caught } = proc.signalState(task.tid);
  const dropped = (ignored | (IGNORED & ~caught)) & ~blocked;
  task.unseen = own & dropped & ~task.seen;
  // What is sent to a process is sent to its leader.
  const leader = host.tasks.get(task.tgid);
  if (leader !== undefined && (leader === task || !host.ptrace!.isTraced(leader)))
    task.group.unseen = process & dropped & ~task.seen;
}

/** The last tracer leaves: what waits was sent while it was traced, and stays, if its group is stopped or stops next. */
export function noteSeen(task: LinuxTask): void {
  task.seen = proc.pendingSignals(task.tid);
}

/** Whether a signal to the process was dropped as it was sent: what nobody traces its leader for, and that does not block. */
export function isDropped(host: LinuxHost, task: LinuxTask, signo: number): boolean {
  const leader = host.tasks.get(task.tgid);
  if (leader !== undefined && host.ptrace!.isTraced(leader)) return false;
  return isIgnored(task, signo) && !proc.blocks(task.tgid, signo);
}

/** At the delivery-stop of a task that nobody traces: whether alone it had been dropped as it was sent. */
export const wasDropped = (host: LinuxHost, task: LinuxTask, { signo, code }: Siginfo): boolean =>
  code === SI.SI_TKILL || task.isLeader ? isIgnored(task, signo) : isDropped(host, task, signo);

/** sig_handler_ignored. */
export function isIgnored(task: LinuxTask, signo: number): boolean {
  // That is known, and comes at every stop of a tracee's.
  if (signo === SIG.SIGCHLD && task.group.childSignals?.disposition === 'handler') return false;
  const disposition = proc.disposition(task.tid, signo);
  return disposition === 'ignore' || (disposition === 'default' && (IGNORED & bit(signo)) !== 0n);
}

/** At a delivery-stop: whether it is that of such a signal, which is over with this. */
export function takeUnseen(host: LinuxHost, task: LinuxTask, { signo, code }: Siginfo): boolean {
  const { group } = task;
  const mask = bit(signo);
  // kill(2): its leader did not take it, for it is dead, or stopped.
  if (host.ptrace !== null && !task.isLeader && (code === SI.SI_USER || code === SI.SI_QUEUE)) {
    if (isDropped(host, task, signo)) return true;
  }
  if ((task.unseen & mask) !== 0n) {
    task.unseen &= ~mask;
    return true;
  }
  if ((group.unseen & mask) === 0n) return false;
  group.unseen &= ~mask;
  return true;
}
