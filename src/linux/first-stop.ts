/**
 * Threads that nobody traces and that go on together, let go by their last tracer or out of a group stop, while a signal waits that
 * stops or ends their process. Alone the first of them that looks for signals takes it, and the others do not get to the program any
 * more. Under us that signal takes the way over a delivery-stop: the others wait until the process has begun to stop, or to end.
 */

import { bit, byDefault, signalsIn } from '../abi/signal-set.ts';
import type { LinuxHost } from './host.ts';
import * as proc from './proc.ts';
import { resumeTask } from './resume.ts';
import type { LinuxTask } from './task.ts';

/** What stops or ends a process that does nothing about it. */
const CONCERNS_ALL = byDefault('stop', 'term', 'core');
/** Who does not come to that in so many ms does not come at all: another tracer took the signal away. */
const PATIENCE_MS = 50;

/** A task that was let go is about to be resumed. True: it waits for another thread to stop or end them all, and goes on by itself. */
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
  task.takesStop = task.letGo = takesOne(task);
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

/** Whether it was given one of these, or one waits that it would take. */
function takesOne(task: LinuxTask): boolean {
  const { own, process, blocked } = proc.signalState(task.tid);
  const near = bit(task.deliver) | ((own | process) & ~blocked);
  for (const signo of signalsIn(near & CONCERNS_ALL)) if (proc.disposition(task.tid, signo) === 'default') return true;
  return false;
}
