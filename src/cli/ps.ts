/** `utrace ps`: who traces what, on this machine, for this user. */

import { allStatus, type SupervisorStatus } from '../session/index.ts';

/** Prints the tasks of all supervisors (or only of the given processes). Returns the exit status: 1 when there are none. */
export async function ps(pids: readonly number[], json: boolean): Promise<number> {
  const all = await allStatus();
  const found = pids.length === 0 ? all : all.map((one) => only(one, pids)).filter(({ tasks }) => tasks.length > 0);
  if (json) {
    process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
    return found.length > 0 ? 0 : 1;
  }
  if (found.length === 0) {
    process.stderr.write('utrace: nothing is being traced by you\n');
    return 1;
  }
  for (const { supervisor, command, tasks } of found) {
    process.stdout.write(`supervisor ${supervisor}  ${command}\n`);
    for (const task of tasks) {
      const where = task.tid === task.pid ? `${task.tid}` : `${task.pid}/${task.tid}`;
      process.stdout.write(`  ${where.padEnd(15)} ${task.name.padEnd(15)} ${task.state}\n`);
      if (task.utrace !== null) process.stdout.write(`    ${task.utrace}\n`);
      for (const engine of task.engines) {
        const notes = `${engine.stops ? ' holds it' : ''}${engine.busy ? ' (in a callback)' : ''}`;
        process.stdout.write(`    ${engine.name}: ${engine.events.join(' ')}${notes}\n`);
      }
    }
  }
  return 0;
}

const only = (status: SupervisorStatus, pids: readonly number[]): SupervisorStatus => ({
  ...status,
  tasks: status.tasks.filter(({ tid, pid }) => pids.includes(tid) || pids.includes(pid)),
});
