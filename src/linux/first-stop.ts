/**
 * Threads that their last tracer lets go together, while a stop signal waits for their process. Alone the first of them that looks for
 * signals takes it, and the others stop before they get to the program. Under us that signal takes the way over a delivery-stop: the
 * others wait until the process has begun to stop.
 */

import { bit, lowest, STOP_SIGNALS } from '../abi/signal-set.ts';
import { SIG } from '../abi/signals.ts';
import type { LinuxHost } from './host.ts';
import * as proc from './proc.ts';
import { resumeTask } from './resume.ts';
import type { LinuxTask } from './task.ts';

/** Who does not come to its stop in so many ms does not come at all: another tracer took the signal away. */
const PATIENCE_MS = 50;

/** A task that was let go is about to be resumed. True: it waits for another thread to stop them all, and goes on by itself. */
export function waitsForStop(host: LinuxHost, task: LinuxTask): boolean {
  task.takesStop = false;
  if (task.group.threads.size === 1 || host.ptrace?.isTraced(task) !== false) {
    task.letGo = false;
    return false;
  }
  if (takerOf(task) !== undefined) {
    task.goesOn = () => {
      host.behind.delete(task);
      resumeTask(host, task);
    };
    host.behind.add(task);
    host.eventLoop.after(PATIENCE_MS, () => giveUp(host, task));
    return true;
  }
  task.takesStop = task.letGo = isStopSignal(task, task.deliver) || stopWaits(task);
  return false;
}

/** Some thread has told something since. */
export function pollBehind(host: LinuxHost): void {
  for (const task of host.behind) if (takerOf(task) === undefined) goOn(host, task);
}

const takerOf = (task: LinuxTask): LinuxTask | undefined =>
  [...task.group.threads].find((thread) => thread !== task && thread.takesStop);

function giveUp(host: LinuxHost, task: LinuxTask): void {
  if (!host.behind.has(task)) return;
  task.letGo = false;
  goOn(host, task);
}

function goOn(host: LinuxHost, task: LinuxTask): void {
  host.behind.delete(task);
  host.wake(task);
}

const isStopSignal = (task: LinuxTask, signo: number): boolean =>
  signo === SIG.SIGSTOP || ((STOP_SIGNALS & bit(signo)) !== 0n && proc.disposition(task.tid, signo) === 'default');

/** Whether a stop signal waits that the task would take, and stop. */
function stopWaits(task: LinuxTask): boolean {
  const { own, process, blocked } = proc.signalState(task.tid);
  for (let left = (own | process) & ~blocked & STOP_SIGNALS; left !== 0n; left &= left - 1n) {
    if (isStopSignal(task, lowest(left))) return true;
  }
  return false;
}
