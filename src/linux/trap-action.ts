/**
 * What a process does about SIGTRAP. It is asked at every step and breakpoint, mostly of programs that have never heard of the
 * signal, and /proc takes longer over the answer than all the rest of such a stop. So it is asked once: the default lasts until the
 * process makes a sigaction of SIGTRAP, which its tree's filter shows (exec and the kernel only ever set the default).
 */

import { CLONE } from '../abi/clone.ts';
import { SIG } from '../abi/signals.ts';
import type { Disposition } from '../tracehook/signal.ts';
import type { LinuxHost } from './host.ts';
import * as proc from './proc.ts';
import type { LinuxTask } from './task.ts';
import type { ThreadGroup } from './thread-group.ts';

/** What the task's process does about a signal. */
export function dispositionOf(host: LinuxHost, task: LinuxTask, signo: number): Disposition {
  const { group } = task;
  const isWatched = host.ptrace !== null && task.filter !== null;
  if (signo !== SIG.SIGTRAP || !isWatched || group.trapAction === 'changing') return proc.disposition(task.tid, signo);
  if (group.trapAction === 'default') return 'default';
  const found = proc.disposition(task.tid, signo);
  if (found === 'default') group.trapAction = 'default';
  return found;
}

/** A process is about to say what it does about SIGTRAP: who asks between now and then would be told the old. */
export function noteTrapAction(task: LinuxTask): void {
  if (task.call.argInt(0) === SIG.SIGTRAP) task.group.trapAction = 'changing';
}

/** A new process: what its creator does it does. One that shares its creator's handlers may change them for both. */
export function inheritTrapAction(from: ThreadGroup, to: ThreadGroup, flags: number): void {
  if ((flags & CLONE.SIGHAND) !== 0) from.trapAction = to.trapAction = 'changing';
  else if (from.trapAction === 'default') to.trapAction = 'default';
}
