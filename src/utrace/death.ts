/** The final reports: death, then reap, each at most once (utrace_report_death, utrace_release_task, utrace_reap). */

import { assert } from '../base/assert.ts';
import { DEATH_EVENTS, Event } from '../tracehook/events.ts';
import { Outcome } from '../tracehook/hooks.ts';
import { ExitState } from '../tracehook/task.ts';
import { deathPending, idle, type Point, reset, runPass, setEvents, spliceAttaching } from './report.ts';
import type { Utrace } from './state.ts';

export function reportDeath(u: Utrace, groupDead: boolean, signal: number): void {
  assert(u.task.exitState !== ExitState.ALIVE, 'a death report is for the dead');
  assert(!u.death, 'one death report a task');
  abandon(u);
  u.report = false;
  u.interrupt = false;
  spliceAttaching(u);
  if ((u.events & DEATH_EVENTS) === 0) {
    reset(u, false);
    return;
  }
  u.death = true;
  u.groupDead = groupDead;
  u.deathSignal = signal;
  u.pass.begin(DEATH, Event.DEATH);
  runPass(u);
}

const DEATH: Point = {
  callback: 'reportDeath',
  signal: false,
  call: (ops, engine, u) => ops.reportDeath!(engine, u.task, u.groupDead, u.deathSignal),
  finish(u) {
    u.death = false;
    // Nothing stops or holds the dead; engines that tried are not held to it.
    if (u.reap) reap(u);
    else reset(u, false);
    return Outcome.GO;
  },
  woken: () => Outcome.GO,
};

/** release_task: the reap report, or the promise of it where the death report is still to come or under way. */
export function release(u: Utrace): void {
  assert(u.task.exitState === ExitState.DEAD, 'only the dead are reaped');
  assert(!u.reap, 'reaped once');
  u.reap = true;
  if (!deathPending(u)) reap(u);
}

function reap(u: Utrace): void {
  spliceAttaching(u);
  for (let engine = u.attached.shift(); engine !== undefined; engine = u.attached.shift()) {
    const { ops } = engine;
    const wanted = !engine.detached && (engine.flags & Event.REAP) !== 0;
    engine.detached = true;
    if (wanted) {
      u.reporting = engine;
      engine.busy++;
      try {
        ops?.reportReap?.(engine, u.task);
      } catch (error) {
        u.core.onFault({ error, engine, tid: u.task.tid, callback: 'reportReap' });
      }
      u.reporting = null;
    }
    engine.ops = null;
    engine.flags = 0;
    if (wanted) idle(engine); // an async handler that SIGKILL cut short may still be running: it is waited for
    spliceAttaching(u);
  }
  setEvents(u, 0);
}

/** SIGKILL broke whatever the task was held in: a stop, or a pass that waits for an async handler. */
export function abandon(u: Utrace): void {
  u.stopped = false;
  u.heldAt = null;
  u.aborts = true; // a system call about to be made is not
  if (u.waiting) {
    u.pass.point = null;
    u.pass.serial++;
    u.reporting = null;
  }
}
