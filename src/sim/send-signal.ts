/** How a signal is generated (kernel/signal.c, __send_signal_locked and what it calls). */

import { ERRNO } from '../abi/errno.ts';
import type { Siginfo } from '../abi/siginfo.ts';
import { bit, type SigSet, STOP_SIGNALS } from '../abi/signal-set.ts';
import { defaultAction, SI, SIG } from '../abi/signals.ts';
import { SIGNAL_EVENTS } from '../tracehook/events.ts';
import { mayKill } from './credentials.ts';
import { clearStopPending, Jobctl } from './jobctl.ts';
import type { SimKernel } from './kernel.ts';
import { SIG_DFL, SIG_IGN, SignalFlag } from './process.ts';
import type { SimTask } from './task.ts';

/** PIDTYPE_PID, PIDTYPE_TGID: to which queue it goes. */
export type Scope = 'thread' | 'process';

const SIGCONT_SET = bit(SIG.SIGCONT);

/** Whether somebody may want to hear of every signal to the task (tracehook_consider_ignored_signal, R30). */
const isWatched = (kernel: SimKernel, task: SimTask): boolean =>
  (task.trace.events & SIGNAL_EVENTS) !== 0 || kernel.ptrace?.isTraced(task) === true;

/** sig_handler_ignored. */
export function isIgnored(task: SimTask, signo: number): boolean {
  const { handler } = task.handlers.get(signo);
  if (handler === SIG_IGN) return true;
  if (handler !== SIG_DFL) return false;
  const action = defaultAction(signo);
  return action === 'ignore' || action === 'continue';
}

/** sig_ignored. */
function isDropped(kernel: SimKernel, task: SimTask, signo: number, force: boolean): boolean {
  if (((task.blocked | task.realBlocked) & bit(signo)) !== 0n) return false;
  if (signo !== SIG.SIGKILL && isWatched(kernel, task)) return false;
  if ((task.process.flags & SignalFlag.UNKILLABLE) !== 0 && task.handlers.get(signo).handler === SIG_DFL && !force) {
    return true;
  }
  return isIgnored(task, signo);
}

/** send_signal_locked. `force`: the sender is the kernel. */
export function sendLocked(kernel: SimKernel, info: Siginfo, task: SimTask, scope: Scope, force = false): void {
  kernel.touch(task);
  if (!prepare(kernel, info.signo, task, force)) {
    if (kernel.logging) kernel.note(task, `signal ${info.signo} is dropped as it is sent`);
    return;
  }
  const queue = scope === 'process' ? task.process.shared : task.pending;
  if (!queue.add(info)) return;
  if (kernel.logging) kernel.note(task, `signal ${info.signo} is pending for the ${scope}`);
  for (const reader of kernel.signalReaders) kernel.wakeUp(reader, 'a signal to be read'); // signalfd_notify
  complete(kernel, info.signo, task, scope);
}

/** prepare_signal: what stop signals and SIGCONT do as they are generated (R33). False: it is ignored. */
function prepare(kernel: SimKernel, signo: number, task: SimTask, force: boolean): boolean {
  const { process } = task;
  if (process.exits) return false; // dying: dropped
  if ((bit(signo) & STOP_SIGNALS) !== 0n) {
    dropContinues(task);
  } else if (signo === SIG.SIGCONT) {
    flush(task, STOP_SIGNALS);
    process.continues++;
    for (const thread of process.threads) wakeForContinue(kernel, thread);
    const why =
      (process.flags & SignalFlag.STOP_STOPPED) !== 0
        ? SignalFlag.CLD_CONTINUED
        : process.groupStopCount > 0
          ? SignalFlag.CLD_STOPPED
          : 0;
    if (why !== 0) {
      // The first thread that comes out of its stop tells the parent (getSignal).
      process.setStopFlags(why | SignalFlag.STOP_CONTINUED);
      process.groupStopCount = 0;
      process.groupExitCode = 0;
    }
    kernel.continuedBy(process, why !== 0);
  }
  return !isDropped(kernel, task, signo, force);
}

function flush(task: SimTask, set: bigint): void {
  task.process.shared.flush(set);
  for (const thread of task.process.threads) thread.pending.flush(set);
}

/** What a stop signal takes away as it is generated. */
export function dropContinues(task: SimTask): void {
  flush(task, SIGCONT_SET);
}

/** What prepare_signal(SIGCONT) does to each thread. */
function wakeForContinue(kernel: SimKernel, thread: SimTask): void {
  clearStopPending(thread);
  if (thread.isStopping) {
    thread.jobctl &= ~Jobctl.STOPPED;
    thread.continued = true;
    thread.sigpending = true;
    if (!thread.jobHeld) kernel.wakeUp(thread, 'SIGCONT');
    return;
  }
  if (!thread.alive) return;
  kernel.ptrace?.notified(thread); // ptrace_trap_notify (R27)
  if ((thread.jobctl & Jobctl.LISTENING) !== 0) {
    thread.jobctl |= Jobctl.TRAP_NOTIFY;
    kernel.wakeUp(thread, 'SIGCONT');
  }
}

/** wants_signal. */
function wants(signo: number, task: SimTask): boolean {
  if ((task.blocked & bit(signo)) !== 0n || task.exiting || !task.alive) return false;
  if (signo === SIG.SIGKILL) return true;
  if (task.isStopping || task.isHeld) return false;
  return (task.ready && !task.woken) || !task.sigpending; // task_curr: on a CPU, not on its way there
}

/** sig_fatal. */
const isFatal = (task: SimTask, signo: number): boolean => {
  const action = defaultAction(signo);
  return task.handlers.get(signo).handler === SIG_DFL && (action === 'term' || action === 'core');
};

/** complete_signal: who is woken for it. */
function complete(kernel: SimKernel, signo: number, task: SimTask, scope: Scope): void {
  const { process } = task;
  let chosen = task;
  if (!wants(signo, task)) {
    if (scope === 'thread') return;
    const { threads } = process;
    const from = Math.max(process.target === null ? 0 : threads.indexOf(process.target), 0);
    const other = [...threads.slice(from), ...threads.slice(0, from)].find((thread) => wants(signo, thread));
    if (other === undefined) return;
    process.target = other;
    chosen = other;
  }
  if (
    isFatal(task, signo) &&
    !process.exits &&
    (chosen.realBlocked & bit(signo)) === 0n &&
    (signo === SIG.SIGKILL || (!isWatched(kernel, task) && defaultAction(signo) === 'term')) &&
    (process.flags & SignalFlag.UNKILLABLE) === 0
  ) {
    startGroupExit(kernel, chosen, signo);
    return;
  }
  signalWakeUp(kernel, chosen, signo === SIG.SIGKILL);
}

/** The whole process is to die: every thread finds a SIGKILL. `by`: who says so. */
export function startGroupExit(kernel: SimKernel, by: SimTask, code: number): void {
  const { process } = by;
  process.flags = SignalFlag.GROUP_EXIT;
  process.groupExitCode = code;
  process.groupStopCount = 0;
  process.exitBy = by;
  for (const thread of process.threads) killThread(kernel, thread);
}

/** Part of zap_other_threads. */
export function killThread(kernel: SimKernel, thread: SimTask): void {
  clearStopPending(thread);
  if (!thread.alive || thread.exiting) return;
  thread.pending.set |= bit(SIG.SIGKILL);
  signalWakeUp(kernel, thread, true);
}

/** signal_wake_up: the task looks for signals soon. `fatal`: whatever it is stopped in is broken (R50, R53). */
export function signalWakeUp(kernel: SimKernel, task: SimTask, fatal: boolean): void {
  task.sigpending = true;
  if (fatal) kernel.breakStop(task);
  kernel.interruptSleep(task, fatal);
}

/** retarget_shared_pending: what this thread does not take (any more) of its process's signals the next that can take it looks for. */
export function retargetShared(kernel: SimKernel, task: SimTask, which: SigSet): void {
  const { process } = task;
  let left = process.shared.set & which;
  const { threads } = process;
  const from = threads.indexOf(task) + 1;
  for (const thread of [...threads.slice(from), ...threads.slice(0, from)]) {
    if (left === 0n) return;
    if (thread === task || thread.exiting || (left & ~thread.blocked) === 0n) continue;
    left &= thread.blocked;
    if (!thread.sigpending) signalWakeUp(kernel, thread, false);
  }
}

/** TIF_SIGPENDING as it ought to be (recalc_sigpending, with tracehook_force_sigpending). */
export function recalcSigpending(task: SimTask): void {
  task.sigpending = false;
  raiseSigpending(task);
}

/** recalc_sigpending_tsk, at the end of a stop: what is set stays so. */
export function raiseSigpending(task: SimTask): void {
  task.sigpending ||=
    task.trace.interrupt ||
    (task.jobctl & Jobctl.STOP_PENDING) !== 0 ||
    (task.pending.set & ~task.blocked) !== 0n ||
    (task.process.shared.set & ~task.blocked) !== 0n ||
    (task.process.execTask !== null && task.process.execTask !== task);
}

/** The siginfo of kill, tgkill. */
export const userInfo = (sender: SimTask, signo: number, code: number = SI.SI_USER): Siginfo => ({
  signo,
  errno: 0,
  code,
  pid: sender.tgid,
  uid: sender.process.credentials.uid,
});

/** check_kill_permission. */
export function mayKillErrno(sender: SimTask, target: SimTask, signo: number): number {
  if (sender.process === target.process || mayKill(sender.process.credentials, target.process.credentials)) return 0;
  if (signo === SIG.SIGCONT && sender.process.sid === target.process.sid) return 0;
  return ERRNO.EPERM;
}
