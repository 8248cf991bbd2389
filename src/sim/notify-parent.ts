/** What a parent is told of its children: SIGCHLD, and its waits (do_notify_parent, do_notify_parent_cldstop). */

import { CLD, SIG } from '../abi/signals.ts';
import { dumpedCore, exitCode, isExited, termSignal } from '../abi/wait-status.ts';
import { ExitState } from '../tracehook/task.ts';
import type { SimKernel } from './kernel.ts';
import { SA, SignalFlag } from './process.ts';
import { sendLocked } from './send-signal.ts';
import type { SimTask } from './task.ts';

/** __wake_up_parent: also for whoever serves its waits. */
export function wakeParent(kernel: SimKernel, parent: SimTask, child: SimTask): void {
  kernel.touch(parent);
  for (const waiter of parent.process.waiters) kernel.wakeUp(waiter, 'a child has news');
  const { leader, flags } = child.process;
  const isDead = leader.exitState !== ExitState.ALIVE;
  const what = (flags & SignalFlag.STOP_STOPPED) !== 0 ? 'stopped' : 'continued';
  kernel.ptrace?.childChanged(parent, leader, isDead ? null : what);
}

/** do_notify_parent_cldstop: a group stop is complete, or over. */
export function notifyParentStopped(kernel: SimKernel, task: SimTask, code: number): void {
  const { process } = task;
  const { parent } = process;
  if (parent === null) return;
  const { handlers } = parent;
  if (handlers.disposition(SIG.SIGCHLD) !== 'ignore' && (handlers.get(SIG.SIGCHLD).flags & SA.NOCLDSTOP) === 0) {
    const status = code === CLD.CLD_CONTINUED ? SIG.SIGCONT : process.groupExitCode & 0x7f;
    sendLocked(kernel, childInfo(task, code, status), parent, 'process');
  }
  wakeParent(kernel, parent, task);
}

const childInfo = (task: SimTask, code: number, status: number) => ({
  signo: SIG.SIGCHLD,
  errno: 0,
  code,
  pid: task.process.tgid,
  uid: task.process.credentials.uid,
  status,
  utime: 0n,
  stime: 0n,
});

/** do_notify_parent: a process is dead. True: nobody wants its zombie (autoreap). */
export function notifyParentDead(kernel: SimKernel, leader: SimTask): boolean {
  const { process } = leader;
  const { parent, exitSignal } = process;
  if (parent === null) return true;
  const status = leader.exitCode; // not that of its process
  let signo = process.parentExecId === parent.execId ? exitSignal : SIG.SIGCHLD;
  let autoreap = false;
  if (signo === SIG.SIGCHLD) {
    const ignored = parent.handlers.disposition(SIG.SIGCHLD) === 'ignore';
    autoreap = ignored || (parent.handlers.get(SIG.SIGCHLD).flags & SA.NOCLDWAIT) !== 0;
    if (ignored) signo = 0;
  }
  if (signo !== 0) {
    const [code, shown] = isExited(status)
      ? [CLD.CLD_EXITED, exitCode(status)]
      : [dumpedCore(status) ? CLD.CLD_DUMPED : CLD.CLD_KILLED, termSignal(status)];
    sendLocked(kernel, { ...childInfo(leader, code, shown), signo }, parent, 'process');
  }
  wakeParent(kernel, parent, leader);
  return autoreap;
}
