/**
 * The report pass (start_report, start_callback, finish_callback, finish_report): engines in the order they attached,
 * quiesce first, the smallest resume action prevails, STOP is sticky. One loop serves every event; what differs from
 * event to event is a Point.
 */

import { assert } from '../base/assert.ts';
import { DEATH_EVENTS, Event, SYSCALL_EVENTS } from '../tracehook/events.ts';
import { type Kernel, Outcome, Step } from '../tracehook/hooks.ts';
import { SyscallSet } from '../tracehook/syscall-set.ts';
import { ExitState } from '../tracehook/task.ts';
import { RESUME_MASK, Resume, type ResumeAction } from './actions.ts';
import { ENGINE_STOP, type Engine, type EngineOps, Hold } from './engine.ts';
import type { Utrace } from './state.ts';

type Answered = number | void | PromiseLike<number | void> | Hold;

/** One kind of report: which callback it makes, and what follows the pass and the stop. */
export interface Point {
  /** The callback's name, for errors. */
  readonly callback: keyof EngineOps;
  /** A signal report: it takes the place of the quiesce callback instead of following it. */
  readonly signal: boolean;
  /** Makes the event's own callback. */
  call(ops: EngineOps, engine: Engine, u: Utrace): Answered;
  /** After the last engine. */
  finish(u: Utrace): Outcome;
  /** After a stop that `finish` began was ended by an engine. (SIGKILL ends it otherwise: see `abandon`.) */
  woken(u: Utrace): Outcome;
}

/** Newly attached engines join the list that passes walk. Only between passes. */
export function spliceAttaching(u: Utrace): void {
  if (u.attaching.length > 0) {
    u.attached.push(...u.attaching);
    u.attaching.length = 0;
  }
}

/** start_report: this pass is the report that was owed. */
export function startReport(u: Utrace, point: Point, event: number): void {
  assert(!u.stopped, 'no report while the task is stopped');
  u.report = false;
  if (u.attaching.length > 0) spliceAttaching(u);
  for (const engine of u.attached) engine.step = Step.NONE; // only STOP outlives a report
  u.pass.begin(point, event);
}

/** Walks the engines from where the pass is; then finishes it. HELD while an async handler runs. */
export function runPass(u: Utrace): Outcome {
  const pass = u.pass;
  const point = pass.point;
  assert(point !== null, 'a pass is under way');
  while (pass.index < u.attached.length) {
    const engine = u.attached[pass.index]!;
    if (engine.detached) {
      // Marked from outside: it gets no callback any more.
      pass.detaches = true;
    } else if (!callEngine(u, engine, point)) {
      return Outcome.HELD;
    }
    pass.index++;
    pass.quiesced = false;
  }
  pass.point = null;
  // Whoever wanted the stop may have been resumed or detached since by another engine, or have thought better of it.
  if (pass.action === Resume.STOP && !u.attached.some((engine) => engine.wantsStop && !engine.detached)) {
    pass.action = pass.unstopped;
  }
  return point.finish(u);
}

/** start_callback and the event's callback, for one engine. False: the pass waits for an async answer. */
function callEngine(u: Utrace, engine: Engine, point: Point): boolean {
  if (point.signal) {
    if ((engine.flags & (u.pass.event | Event.QUIESCE)) === 0) {
      if (engine.wantsStop) u.pass.action = Resume.STOP;
      return true;
    }
    return invoke(u, engine, engine.ops?.reportSignal ? point : QUIESCE);
  }
  if (!u.pass.quiesced) {
    u.pass.quiesced = true;
    if ((engine.flags & Event.QUIESCE) !== 0 && !invoke(u, engine, QUIESCE)) return false;
  }
  return wantsEvent(u, engine) ? invoke(u, engine, point) : true;
}

/** After the quiesce callback, which may have changed the mask: is this occurrence wanted? */
function wantsEvent(u: Utrace, engine: Engine): boolean {
  if (engine.detached) return false;
  if ((engine.flags & u.pass.event) !== 0) {
    u.pass.takers = true;
    const calls = engine.ops?.syscalls;
    if (calls === undefined || (u.pass.event & SYSCALL_EVENTS) === 0) return true;
    if (calls.has(u.task.syscall.abi, u.task.syscall.nr)) return true;
  }
  if (engine.wantsStop) u.pass.action = Resume.STOP; // sticky, callback or not
  return false;
}

type Callback = Pick<Point, 'callback' | 'call' | 'signal'>;

/** The quiesce callback: whatever it answers, the disposition stays as the engines before decided. */
const QUIESCE: Callback = {
  callback: 'reportQuiesce',
  signal: false,
  call: (ops, engine, u) => ops.reportQuiesce?.(u.pass.action, engine, u.task, u.pass.event),
};

/** Makes one callback and applies its answer. False: the answer is a promise, and the pass waits for it. */
function invoke(u: Utrace, engine: Engine, callback: Callback): boolean {
  u.reporting = engine;
  engine.busy++;
  let answer: Answered;
  try {
    answer = callback.call(engine.ops as EngineOps, engine, u);
  } catch (error) {
    answer = fault(u, engine, callback.callback, error);
  }
  if (typeof answer === 'object' && answer !== null) {
    awaitAnswer(u, engine, callback, answer);
    // A Hold needs no look ahead: who gives it is told at once when the task is killed.
    if (!(answer instanceof Hold) && !mayWait(u)) {
      u.reporting = null; // its answer will come too late
      return true;
    }
    return false;
  }
  applyAnswer(u, engine, callback, answer);
  return true;
}

/** Nothing may delay SIGKILL: a task that is dying of it waits for nobody until it is dead. */
const mayWait = (u: Utrace): boolean => u.task.exitState !== ExitState.ALIVE || !u.core.kernel.isKilled(u.task);

/** Detaches the engine that failed. No answer: the disposition stays as the engines before decided. */
function fault(u: Utrace, engine: Engine, callback: string, error: unknown): void {
  engine.detached = true;
  u.core.onFault({ error, engine, tid: u.task.tid, callback });
}

/** An async handler: the task is held where it is; the pass goes on when the handler has settled. */
function awaitAnswer(u: Utrace, engine: Engine, callback: Callback, later: PromiseLike<number | void> | Hold): void {
  const { serial } = u.pass;
  // SIGKILL was faster: nobody waits for this answer any more, and it changes nothing.
  const tooLate = (): boolean => u.pass.serial !== serial || u.reporting !== engine;
  const settle = (answer?: number | void): void => {
    if (tooLate()) {
      idle(engine);
      return;
    }
    // After a quiesce callback the same engine goes on with the event's own, if it still wants it by then.
    if (callback !== QUIESCE || u.pass.point?.signal) {
      u.pass.index++;
      u.pass.quiesced = false;
    }
    applyAnswer(u, engine, callback, answer);
    // The dead are held by no hook of the host's: their report goes on here.
    if (u.task.exitState !== ExitState.ALIVE) runPass(u);
    else u.core.kernel.wake(u.task);
  };
  if (later instanceof Hold) {
    later.settle = settle;
    return;
  }
  // By way of a real promise: a thenable could answer before the hook has answered HELD.
  Promise.resolve(later).then(settle, (error: unknown) => {
    if (tooLate()) u.core.onFault({ error, engine, tid: u.task.tid, callback: callback.callback });
    else fault(u, engine, callback.callback, error);
    settle();
  });
}

/** finish_callback. */
function applyAnswer(u: Utrace, engine: Engine, callback: Callback, answer: number | void): void {
  u.reporting = null;
  fold(u, engine, callback, answer);
  idle(engine); // last: who waited for the callback finds its answer in force
}

function fold(u: Utrace, engine: Engine, callback: Callback, answer: number | void): void {
  const pass = u.pass;
  // No answer is no opinion: a stop that this engine asked for stands.
  let action: ResumeAction = engine.wantsStop ? Resume.STOP : Resume.RESUME;
  if (answer !== undefined) {
    action = (answer & RESUME_MASK) as ResumeAction;
    if (callback !== QUIESCE) pass.result = answer & ~RESUME_MASK;
  }
  if (action === Resume.DETACH || engine.detached) {
    engine.detached = true;
    pass.detaches = true;
    return;
  }
  // A signal report is the last one before user mode: asking for another at once would never end.
  if (pass.point?.signal && (action === Resume.INTERRUPT || action === Resume.REPORT)) action = Resume.RESUME;
  engine.step = stepOf(u.core.kernel, action);
  if (action < pass.action) pass.action = action;
  if (action === Resume.STOP) {
    engine.flags |= ENGINE_STOP;
  } else {
    engine.flags &= ~ENGINE_STOP;
    if (action < pass.unstopped) pass.unstopped = action;
  }
}

/** The step that an action asks for, as far as this machine can do it. */
export function stepOf(kernel: Kernel, action: ResumeAction): Step {
  if (action === Resume.BLOCKSTEP && kernel.hasBlockStep) return Step.BLOCK;
  const wanted = action === Resume.BLOCKSTEP || action === Resume.SINGLESTEP;
  return wanted && kernel.hasSingleStep ? Step.SINGLE : Step.NONE;
}

/** A callback has finished. */
export function idle(engine: Engine): void {
  engine.busy--;
  if (engine.busy === 0 && engine.waiters !== null) {
    const { waiters } = engine;
    engine.waiters = null;
    for (const waiter of waiters) waiter();
  }
}

/**
 * finish_report: the end of a pass that is not the last before user mode. A STOP or REPORT asked for becomes a report
 * on the way out; a step takes effect unless a later pass decides otherwise.
 */
export function finishReport(u: Utrace): void {
  const { action, takers, detaches } = u.pass;
  if (action === Resume.INTERRUPT) {
    u.interrupt = true;
  } else if (action <= Resume.REPORT) {
    if (!u.report) {
      u.report = true;
      u.core.kernel.notifyResume(u.task);
    }
  } else {
    const step = stepOf(u.core.kernel, action);
    if (step !== Step.NONE) u.core.kernel.setStep(u.task, step);
  }
  if (!takers || detaches) reset(u, false);
}

/**
 * utrace_stop: the task stays here until `wakeup`, or until SIGKILL. False: SIGKILL is already on its way, so it does
 * not stop at all.
 */
export function beginStop(u: Utrace, at: Point): boolean {
  assert(!u.stopped, 'not stopped twice');
  if (u.core.kernel.isKilled(u.task)) return false;
  u.stopped = true;
  u.heldAt = at;
  return true;
}

/**
 * finish_report where STOP takes effect on the spot: the stop is no reason for another report, only what `control` asks
 * for meanwhile is.
 */
export function finishInStop(u: Utrace, at: Point): Outcome {
  if (u.pass.action !== Resume.STOP) {
    finishReport(u);
    return Outcome.GO;
  }
  reset(u, false);
  return beginStop(u, at) ? Outcome.HELD : Outcome.GO;
}

/** utrace_wakeup. The smallest step that any engine chose prevails, whoever's stop it was that ended last. */
function wakeup(u: Utrace): void {
  const wants = (step: Step): boolean => u.attached.some((engine) => engine.step === step);
  u.core.kernel.setStep(u.task, wants(Step.SINGLE) ? Step.SINGLE : wants(Step.BLOCK) ? Step.BLOCK : Step.NONE);
  for (const engine of u.attached) engine.step = Step.NONE;
  u.stopped = false;
  u.core.kernel.wake(u.task);
}

/**
 * utrace_reset: drops detached engines, recomputes the union of masks and, if `wake`, lets the task go unless some
 * engine still wants it stopped.
 */
export function reset(u: Utrace, wake: boolean): void {
  if (u.waiting) return; // a pass waits in the middle of the list: it will come here itself
  spliceAttaching(u);
  let flags = 0;
  let stays = false;
  let kept = 0;
  for (const engine of u.attached) {
    if (engine.detached) {
      engine.ops = null;
      engine.flags = 0;
      continue;
    }
    u.attached[kept++] = engine;
    flags |= engine.events | Event.REAP;
    if (engine.wantsStop) stays = true;
  }
  u.attached.length = kept;
  const dead = u.task.exitState !== ExitState.ALIVE;
  if (dead) {
    assert(!u.death, 'the death report is over');
    flags &= Event.REAP;
  }
  setEvents(u, flags);
  if (kept === 0) {
    u.report = false;
    u.interrupt = false;
  }
  if (wake && !stays && !dead && u.stopped) wakeup(u);
}

/** Sets the task's mask, and which system calls its engines want; tells the kernel what changed. */
export function setEvents(u: Utrace, flags: number): void {
  const syscalls = (flags & SYSCALL_EVENTS) === 0 ? SyscallSet.NONE : wantedSyscalls(u);
  if (u.events === flags && u.syscalls === syscalls) return;
  u.events = flags;
  u.syscalls = syscalls;
  u.core.kernel.eventsChanged(u.task);
}

function wantedSyscalls(u: Utrace): SyscallSet | null {
  let union: SyscallSet = SyscallSet.NONE;
  for (const list of [u.attached, u.attaching]) {
    for (const engine of list) {
      if (engine.detached || (engine.flags & SYSCALL_EVENTS) === 0) continue;
      if (engine.ops?.syscalls === undefined) return null;
      union = union.or(engine.ops.syscalls);
    }
  }
  return union;
}

/** Whether a death report is still to be made or under way. */
export const deathPending = (u: Utrace): boolean => (u.events & DEATH_EVENTS) !== 0 || u.death;
