/** Sleeping on virtual time, and the restart of such a sleep (ERESTART_RESTARTBLOCK). */

import { ERRNO } from '../../abi/errno.ts';
import type { SimKernel } from '../kernel.ts';
import { RESTART } from '../restart.ts';
import type { RunState } from '../run-state.ts';
import { sleepOn } from '../sleep.ts';
import type { SimTask } from '../task.ts';
import type { Make } from './table.ts';

const SECOND = 1e9;

/** struct timespec in nanoseconds. */
export function readTime(task: SimTask, at: bigint): number {
  const view = new DataView(task.mm.read(at, 16).buffer);
  return Number(view.getBigInt64(0, true)) * SECOND + Number(view.getBigInt64(8, true));
}

function sleepUntil(kernel: SimKernel, task: SimTask, deadline: number): RunState {
  task.restart = () => sleepUntil(kernel, task, deadline);
  return sleepOn(kernel, task, {
    what: 'nanosleep',
    check: () => (kernel.clock.now >= deadline ? 0 : null),
    interrupted: RESTART.BLOCK,
    deadline,
  });
}

export const TIME_CALLS: Readonly<Record<string, Make>> = {
  nanosleep(kernel, task, call) {
    const time = readTime(task, call.arg(0));
    return time < 0 ? -ERRNO.EINVAL : sleepUntil(kernel, task, kernel.clock.now + time);
  },
  restart_syscall: (_kernel, task) => task.restart?.() ?? -ERRNO.EINTR,
};
