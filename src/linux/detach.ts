/** Letting a task go for good. */

import { PTRACE } from '../abi/ptrace.ts';
import type { LinuxHost } from './host.ts';
import { interruptPolitely } from './interrupt.ts';
import { type LinuxTask, Run } from './task.ts';
import { giveMaskBack } from './temporary-mask.ts';

/** Asks for a task to be let go at its next stop, or now. */
export function detachTask(host: LinuxHost, task: LinuxTask): void {
  task.detaching = true;
  if (task.run === Run.LISTENING) {
    detachNow(host, task);
  } else if (task.run === Run.STOPPED && task.goesOn !== null) {
    host.wake(task); // what was decided where it is held is still done: it is let go as it resumes
  } else if (task.run === Run.RUNNING && !task.starting) {
    interruptPolitely(host, task);
  }
}

/** Lets a task go for good, from its stop. It stays as it was found: in its group stop, or running. */
export function detachNow(host: LinuxHost, task: LinuxTask): void {
  if (task.run === Run.LISTENING && host.retrap(task) === null) return; // the backlog brings it here again
  host.holds.detached(task);
  giveMaskBack(host, task);
  task.flush();
  const { tid, deliver } = task;
  task.deliver = 0;
  host.native.ptrace(PTRACE.DETACH, tid, 0, deliver);
  host.forget(task, null);
}
