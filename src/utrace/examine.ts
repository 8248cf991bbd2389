/** utrace_prepare_examine and utrace_finish_examine: is what was read of a stopped task sound? */

import { ExitState, type Task } from '../tracehook/task.ts';
import { Answer } from './actions.ts';
import type { Engine } from './engine.ts';
import { utraceOf } from './state.ts';

/** What a prepare leaves for its finish (struct utrace_examiner). */
export interface Examiner {
  readonly switches: number;
}

/**
 * Prepares to examine a task that `engine` keeps stopped. Needed for any access from outside the task's callbacks.
 * Returns an {@link Examiner} for {@link finishExamine}, or: `invalid`, the engine did not use STOP; `gone`, the task is
 * dead; `not stopped`, it runs despite STOP (SIGKILL), or has not stopped yet.
 */
export function prepareExamine(task: Task, engine: Engine): Examiner | Answer {
  const u = utraceOf(task);
  if (task.exitState !== ExitState.ALIVE) return Answer.GONE; // first: its death reports may have cleared the stop
  if (!engine.wantsStop) return Answer.INVALID;
  if (!u.stopped || u.core.kernel.isKilled(task)) return Answer.NOT_STOPPED;
  return { switches: u.core.kernel.switches(task) };
}

/**
 * Completes an examination. `ok`: the task never ran meanwhile. Otherwise what was read must be discarded: `invalid`,
 * the engine does not keep it stopped any more; `not stopped`, it woke up, or died.
 */
export function finishExamine(task: Task, engine: Engine, examiner: Examiner): Answer {
  const u = utraceOf(task);
  if (task.exitState !== ExitState.ALIVE) return Answer.NOT_STOPPED;
  if (!engine.wantsStop) return Answer.INVALID;
  if (!u.stopped || u.core.kernel.isKilled(task) || u.core.kernel.switches(task) !== examiner.switches) {
    return Answer.NOT_STOPPED;
  }
  return Answer.OK;
}
