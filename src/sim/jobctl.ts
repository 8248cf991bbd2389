/**
 * linux/sched/jobctl.h: task->jobctl, and the small functions of kernel/signal.c that keep it (R53). On this host the bits of a
 * *tracer's* trap (TRAP_STOP, TRAP_NOTIFY) live in its link of src/ptrace, of which one task may have several; the bits of the
 * group stop are here.
 */

import { assert } from '../base/assert.ts';
import { SignalFlag } from './process.ts';
import type { SimTask } from './task.ts';

export const Jobctl = {
  /** signr of the last group stop the task was asked to join. */
  STOP_SIGMASK: 0xffff,
  /** A stop signal was dequeued; SIGCONT and SIGKILL clear it (R32). */
  STOP_DEQUEUED: 1 << 16,
  /** The task should stop for the group stop. */
  STOP_PENDING: 1 << 17,
  /** It is counted in group_stop_count. */
  STOP_CONSUME: 1 << 18,
  /** News for a listener: the group goes on. */
  TRAP_NOTIFY: 1 << 20,
  /** On its way from its group stop to a trap: whoever attached waits for that (request.ts). */
  TRAPPING: 1 << 21,
  /** Held in a trap by listeners only: news of the group re-trap it (R26). */
  LISTENING: 1 << 22,
  /** A request works on it: SIGKILL does not break its stop before that is over (R54, request.ts). */
  PTRACE_FROZEN: 1 << 24,
  /** Sits in TASK_STOPPED. */
  STOPPED: 1 << 26,
  /** Held at a hook: what TASK_TRACED is. */
  TRACED: 1 << 27,
} as const;

const NAMES = Object.entries(Jobctl).filter(([name]) => name !== 'STOP_SIGMASK');

/** The bits by name, for dumps. */
export const jobctlNames = (bits: number): string[] =>
  NAMES.filter(([, bit]) => (bits & bit) !== 0).map(([name]) => name);

/** task_set_jobctl_pending: false, and nothing is set, when the task is dying. */
export function setPending(task: SimTask, mask: number): boolean {
  if (task.fatalPending || task.exiting) return false;
  if ((mask & Jobctl.STOP_SIGMASK) !== 0) task.jobctl &= ~Jobctl.STOP_SIGMASK;
  task.jobctl |= mask;
  return true;
}

/** task_clear_jobctl_pending, for JOBCTL_STOP_PENDING: what belongs to it goes too. */
export function clearStopPending(task: SimTask): void {
  task.jobctl &= ~(Jobctl.STOP_PENDING | Jobctl.STOP_CONSUME | Jobctl.STOP_DEQUEUED);
}

/** task_participate_group_stop. True: the group stop has just become complete, and the parent is to be told (R34). */
export function participateGroupStop(task: SimTask): boolean {
  const { process } = task;
  const consume = (task.jobctl & Jobctl.STOP_CONSUME) !== 0;
  assert((task.jobctl & Jobctl.STOP_PENDING) !== 0, 'only who was asked joins a group stop');
  clearStopPending(task);
  if (!consume) return false;
  assert(process.groupStopCount > 0, 'group_stop_count counts those who have yet to stop');
  process.groupStopCount--;
  if (process.inGroupStop) return false;
  process.setStopFlags(SignalFlag.STOP_STOPPED);
  return true;
}

/** The signal of the stop that its group is in or on its way to; 0: none. What do_jobctl_trap shows. */
export const groupStopSignal = ({ process, jobctl }: SimTask): number =>
  process.inGroupStop ? jobctl & Jobctl.STOP_SIGMASK : 0;

/** task_join_group_stop: a new thread joins the group stop that is under way, or lasts. */
export function joinGroupStop(parent: SimTask, thread: SimTask): void {
  const { process } = parent;
  let mask = parent.jobctl & Jobctl.STOP_SIGMASK;
  if (process.groupStopCount > 0) {
    process.groupStopCount++;
    mask |= Jobctl.STOP_CONSUME;
  } else if ((process.flags & SignalFlag.STOP_STOPPED) === 0) {
    return;
  }
  setPending(thread, mask | Jobctl.STOP_PENDING);
}
