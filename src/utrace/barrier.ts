/** utrace_barrier: is a callback to this engine under way? */

import { Answer } from './actions.ts';
import type { Engine } from './engine.ts';

/**
 * Accepts any engine, also a detached one. `ok`: no callback is in progress. `gone`: the engine is completely detached,
 * all its callbacks are finished. `in progress`: one is; `whenDone`, if given, is called once when it has finished.
 */
export function barrier(engine: Engine, whenDone?: () => void): Answer {
  if (engine.busy > 0) {
    if (whenDone) engine.waiters = [...(engine.waiters ?? []), whenDone];
    return Answer.IN_PROGRESS;
  }
  return engine.detached ? Answer.GONE : Answer.OK;
}
