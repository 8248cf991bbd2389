/** Questions about a kernel in which nobody is ready: has anything been forgotten? */

import { lowest } from '../abi/signal-set.ts';
import { ExitState } from '../tracehook/task.ts';
import { Jobctl } from './jobctl.ts';
import type { SimKernel } from './kernel.ts';
import { isIgnored } from './send-signal.ts';
import { Sleeping } from './sleep.ts';
import type { SimTask } from './task.ts';

/** It is counted in group_stop_count. */
export const isPending = (task: SimTask): boolean => (task.jobctl & Jobctl.STOP_CONSUME) !== 0;

/** Its process is to die, and it does not: unless a tracer holds it at its exit event. */
export const isStuck = (task: SimTask): boolean =>
  task.exitState === ExitState.ALIVE &&
  (task.fatalPending || task.process.exits) &&
  !(task.isHeld && task.run.name.includes('exit'));

/** It sleeps where a signal ends the sleep, and one is there. */
export function isOwedSignal(kernel: SimKernel, task: SimTask): boolean {
  if (task.run.sleeps !== 'interruptible' || task === kernel.init) return false;
  const { pending, process, blocked } = task;
  // What is for all is one thread's to take: who cannot be woken now takes it later.
  const taken = process.threads.some(
    (thread) => thread.isHeld || thread.isStopped || (thread.sigpending && thread.run.sleeps === 'killable'),
  );
  const waiting = (taken ? pending.set : pending.set | process.shared.set) & ~blocked;
  return waiting !== 0n && !isIgnored(task, lowest(waiting));
}

/** What it sleeps for has come. Only to be asked when the run is over, or the answer is no: it may take what it finds. */
export const hasNews = (kernel: SimKernel, task: SimTask): boolean =>
  task.run instanceof Sleeping && task.run.sleep.check(kernel, task) !== null;
