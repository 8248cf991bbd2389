/** What must hold of a supervisor that sleeps in its event loop while nobody is ready: it has overlooked nothing. */

import { Run } from '../linux/index.ts';
import type { Ptrace } from '../ptrace/index.ts';
import { ExitState } from '../tracehook/task.ts';
import type { Supervisor } from './supervisor.ts';

export function checkSupervisor({ host, task: self, eventLoop, failure }: Supervisor, below: Ptrace): string | null {
  if (failure !== null) return `the supervisor failed: ${(failure as Error).stack ?? failure}`;
  if (!eventLoop.idle || self.exitState !== ExitState.ALIVE || self.exiting) return null;
  const links = below.links.by(self);
  for (const link of links) {
    const { tid } = link.traced.task;
    const task = host.tasks.get(tid);
    if (link.death !== null) {
      if (task?.keeps) continue; // kept for its tracers
      return `${tid} is dead, and the supervisor does not know`;
    }
    if (link.stop === null || link.listening) continue;
    if (task === undefined) return `${tid} is stopped, and the supervisor does not know it`;
    if (!link.stop.waited) return `${tid} is stopped, and the supervisor sleeps`;
    if (task.run !== Run.STOPPED) return `${tid} is stopped, and the supervisor takes it to run`;
    if (task.goesOn === null) return `${tid} is left stopped`;
  }
  for (const task of host.tasks.values()) {
    const link = links.find(({ traced }) => traced.task.tid === task.tid);
    if (link === undefined && task.exitState === ExitState.ALIVE) return `${task.tid} is traced no more, or gone`;
    if (task.run === Run.STOPPED && link?.stop == null && task.exitState === ExitState.ALIVE) {
      return `${task.tid} runs, and the supervisor takes it to be stopped`;
    }
  }
  return null;
}
