/** What must hold in a box whatever runs in it: after each step, and when nobody is ready. */

import type { Ptrace } from '../ptrace/index.ts';
import { hasNews, isOwedSignal, isPending, isStuck, type SimKernel, type SimTask } from '../sim/index.ts';
import { ServedSleep } from '../sim/served.ts';
import { ExitState } from '../tracehook/task.ts';

/** After a step of `task`: what is wrong, or null. */
export function checkStep(kernel: SimKernel, ptrace: Ptrace): string | null {
  for (const process of kernel.processes.values()) {
    if (process.exits) continue; // the dying stop no more, and their bits mean nothing
    const counted = process.threads.filter(isPending).length;
    if (counted !== process.groupStopCount) {
      return `group_stop_count of ${process.tgid} is ${process.groupStopCount}, and ${counted} have yet to stop`;
    }
  }
  for (const other of kernel.tasks.values()) {
    if (other.requests === 0 || other.isHeld || other.isStopping || other.continued || other.exiting) continue;
    return `${other.tid} runs while a request works on it`;
  }
  for (const [key, { links, reporting }] of ptrace.links.traced) {
    const task = key as SimTask;
    if (task.exitState !== ExitState.ALIVE || task.fatalPending) continue;
    const holder = links.find((link) => link.stop !== null && !link.over);
    const stays = task.isHeld || task.isStopped || task.continued || kernel.current === task;
    if (holder !== undefined && reporting && !stays) {
      return `${task.tid} runs while ${holder.tracer.tid} holds it`;
    }
  }
  return null;
}

/** When nobody is ready: nothing may have been forgotten. */
export function checkQuiet(kernel: SimKernel, ptrace: Ptrace): string | null {
  for (const task of kernel.tasks.values()) {
    const { tid, trace } = task;
    if (isStuck(task)) return `${tid} was killed and does not die`;
    if (task.exitState !== ExitState.ALIVE || task.isHeld || task.isStopped) continue;
    if (isOwedSignal(kernel, task)) return `${tid} sleeps with a signal to be delivered`;
    if (trace.interrupt && task.run.sleeps === 'interruptible')
      return `${tid} sleeps with a report owed that should have interrupted it`;
    if (hasNews(kernel, task))
      return `${tid} sleeps in ${task.run.name}, and what it waits for is there (a lost wake-up)`;
  }
  for (const [sleeper, call] of ptrace.news.sleepers) {
    if (!((sleeper as SimTask).run instanceof ServedSleep)) continue; // a signal ended its wait
    if (ptrace.news.hasEvent(call)) return `${sleeper.tid} sleeps in ${call.name}, and there is something to wait for`;
  }
  for (const [task, { links, reporting, inJobStop }] of ptrace.links.traced) {
    if (task.exitState !== ExitState.ALIVE || reporting || inJobStop) continue;
    if ((task as SimTask).run.sleeps === 'killable') continue; // a vfork's parent hears of nothing before its child
    const owing = links.find((link) => link.owes);
    if (owing !== undefined) return `${task.tid} owes ${owing.tracer.tid} a trap and sleeps (a lost notification)`;
  }
  return null;
}
