/** utrace_control and utrace_set_events: what engines ask of a task from outside its callbacks, and may learn. */

import { unreachable } from '../base/assert.ts';
import { ALL_EVENTS, DEATH_EVENTS, Event, type EventMask } from '../tracehook/events.ts';
import { Step } from '../tracehook/hooks.ts';
import { ExitState, type Task } from '../tracehook/task.ts';
import { Answer, Resume, type ResumeAction } from './actions.ts';
import { CALLBACK_OF, ENGINE_STOP, type Engine } from './engine.ts';
import { deathPending, reset, setEvents as setTaskEvents, stepOf } from './report.ts';
import { type Utrace, utraceOf } from './state.ts';

/** get_utrace_lock: is this engine attached to this task, which has not been reaped? */
function isAttached(u: Utrace, engine: Engine): boolean {
  return !engine.detached && engine.ops !== null && u.task.exitState !== ExitState.DEAD && !(u.reap && !u.death)
    ? u.attached.includes(engine) || u.attaching.includes(engine)
    : false;
}

/** utrace_do_stop: true if the task is stopped now; else it will make some report soon. */
function doStop(u: Utrace): boolean {
  if (u.task.exitState !== ExitState.ALIVE) {
    // On the way out it is only quiescent once its death report is over, or if there will be none.
    return !deathPending(u);
  }
  if (!u.waiting && u.core.kernel.holdJobStop(u.task)) {
    u.stopped = true;
    return true;
  }
  if (!u.report && !u.interrupt) {
    u.report = true;
    u.core.kernel.notifyResume(u.task);
  }
  return false;
}

/**
 * Asks the task to do something on behalf of `engine`. The answers:
 * - `ok`: done. For STOP: the task is stopped, and stays so until this engine says otherwise. For DETACH: no more
 *   callbacks are made.
 * - `in progress`: STOP: it will report soon, and the callback may answer STOP. DETACH: a callback to this engine is
 *   under way; the detach happens as it finishes; see `barrier`.
 * - `already`: DETACH while the death report may have begun: its callback will come, or has just come.
 * - `gone`: the engine is detached, or the task is dead (anything but DETACH) or being reaped.
 * - `not stopped`: a step of a task that this call did not find stopped. `unsupported`: no such step on this machine.
 */
export function control(task: Task, engine: Engine, action: ResumeAction): Answer {
  if (!(action >= Resume.STOP && action <= Resume.DETACH)) return Answer.INVALID;
  const u = utraceOf(task);
  if (!isAttached(u, engine)) return Answer.GONE;
  if (task.exitState !== ExitState.ALIVE) {
    if (action !== Resume.DETACH || u.reap) return Answer.GONE;
    if (deathPending(u)) return Answer.ALREADY;
  }
  const { kernel } = u.core;
  const resume = u.stopped;
  const stopping = engine.wantsStop;
  let answer: Answer = Answer.OK;
  engine.flags &= ~ENGINE_STOP;
  engine.step = Step.NONE;
  switch (action) {
    case Resume.STOP:
      engine.flags |= ENGINE_STOP;
      if (!resume && !doStop(u)) answer = Answer.IN_PROGRESS;
      return answer;

    case Resume.DETACH:
      engine.detached = true;
      if (!resume) {
        if (engine.busy > 0) return Answer.IN_PROGRESS;
        // Not in a callback of this engine: it will not get one any more, and can go at once, unless a pass is
        // walking the list.
        if (u.reporting === null && !u.waiting) reset(u, false);
        else u.pass.detaches = true;
        return Answer.OK;
      }
      break;

    case Resume.RESUME:
      break;

    case Resume.REPORT:
      // A stopped task reports before it resumes.
      if (!u.report && !u.interrupt) {
        u.report = true;
        if (!resume) kernel.notifyResume(task);
      }
      break;

    case Resume.INTERRUPT:
      if (u.interrupt) break;
      u.interrupt = true;
      if (!resume) kernel.interrupt(task);
      break;

    case Resume.BLOCKSTEP:
    case Resume.SINGLESTEP: {
      const step = stepOf(kernel, action);
      if (step === Step.NONE) {
        if (stopping) engine.flags |= ENGINE_STOP; // refused: as if it had not been asked
        return Answer.UNSUPPORTED;
      } else if (resume) {
        engine.step = step; // takes effect when the last engine lets it resume
      } else {
        answer = Answer.NOT_STOPPED;
      }
      break;
    }

    default:
      return unreachable(action);
  }
  if (resume) reset(u, true);
  return answer;
}

/**
 * Chooses which events `engine` gets. `ok`: in force, and no callback that was disabled will be made. `in progress`: in
 * force, but a callback to this engine is under way. `already`: nothing was changed, for it is too late to clear DEATH
 * or REAP, or to set DEATH or QUIESCE. `gone`: the engine is detached or the task reaped.
 * Throws TypeError when the mask asks for an event whose callback the engine has not got.
 */
export function setEvents(task: Task, engine: Engine, events: EventMask): Answer {
  const u = utraceOf(task);
  if (!isAttached(u, engine)) return Answer.GONE;
  checkCallbacks(engine, events);
  const old = engine.events;
  const cleared = old & ~events;
  if (task.exitState !== ExitState.ALIVE) {
    const added = events & ~old;
    if (
      (added & DEATH_EVENTS) !== 0 ||
      (events & DEATH_EVENTS & ~u.events) !== 0 || // kept, but that report is over
      (u.death && (cleared & DEATH_EVENTS) !== 0) ||
      (u.reap && (cleared & Event.REAP) !== 0)
    ) {
      return Answer.ALREADY;
    }
  }
  engine.flags = events | (engine.flags & ENGINE_STOP);
  setTaskEvents(u, u.events | events | Event.REAP);
  if (u.stopped) {
    // "if QUIESCE is included, a report_quiesce callback will be made when the task resumes"
    if ((events & Event.QUIESCE) !== 0) u.report = true;
    return Answer.OK;
  }
  return engine.busy > 0 ? Answer.IN_PROGRESS : Answer.OK;
}

/** Each event's name and callback, at the place of its bit. */
const CALLBACKS = Object.entries(Event)
  .sort(([, a], [, b]) => a - b)
  .map(([name]) => ({ name, callback: CALLBACK_OF[name as keyof typeof Event] }) as const);

function checkCallbacks(engine: Engine, events: EventMask): void {
  if ((events & ~ALL_EVENTS) !== 0) throw new TypeError(`not an event mask: 0x${events.toString(16)}`);
  for (let rest = events; rest !== 0; rest &= rest - 1) {
    const { name, callback } = CALLBACKS[31 - Math.clz32(rest & -rest)]!;
    if (engine.ops?.[callback] === undefined) {
      throw new TypeError(`engine ${engine.ops?.name ?? '(unnamed)'} asks for ${name} but has no ${callback}`);
    }
  }
}
