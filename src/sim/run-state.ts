/**
 * Where a task is in the kernel, as a value: `execute` does what comes next, in one indivisible step, and gives the state that
 * follows. There is no kernel stack: a task that waits sits in its state, not ready, until somebody wakes it.
 *
 *   user ──syscall──▶ (entry hook) ─▶ seccomp ─▶ the call ─▶ (exit hook) ─▶ return to user ─▶ user
 *                        │                          │ sleeps                   │ signal work
 *                        ▼ HELD                     ▼                          ▼
 *                       held                     sleeping                  get signal ─▶ handler, job stop, death
 *   job stop ──SIGCONT──▶ (jctl hook) ─▶ get signal            exit ─▶ (exit hooks) ─▶ zombie ─▶ dead
 */

import { Outcome } from '../tracehook/hooks.ts';
import { retrap } from './group-stop.ts';
import { Jobctl } from './jobctl.ts';
import type { SimKernel } from './kernel.ts';
import { returnToUser } from './return-to-user.ts';
import { raiseSigpending } from './send-signal.ts';
import type { SimTask } from './task.ts';

export interface RunState {
  /** For logs and dumps: `user`, `sleeping in wait4`. */
  readonly name: string;
  /** A sleep, and what ends it besides a wake-up: any signal, or a fatal one only. */
  readonly sleeps?: 'interruptible' | 'killable';
  execute(kernel: SimKernel, task: SimTask): RunState;
}

/** Ends a HELD: what comes next, given the hook's answer. */
export type Then = (kernel: SimKernel, task: SimTask, outcome: Outcome) => RunState;

/** What SIGKILL makes of a held task: where it goes on instead. */
export type Broken = (kernel: SimKernel, task: SimTask) => RunState;

/** At a hook that answered HELD. Only `Kernel.wake` and SIGKILL end it (R50, R58). */
export class Held implements RunState {
  readonly name: string;
  private readonly goesOn: Then;
  readonly broken: Broken | undefined;
  /** Not a report of the core's: ptrace says whether its stop lasts. */
  private readonly event: boolean;

  constructor(where: string, goesOn: Then, broken: Broken | undefined, event: boolean) {
    this.name = `held at ${where}`;
    this.goesOn = goesOn;
    this.broken = broken;
    this.event = event;
  }

  execute(kernel: SimKernel, task: SimTask): RunState {
    if ((task.jobctl & Jobctl.LISTENING) !== 0) retrap(kernel, task);
    const outcome = this.event ? eventOutcome(kernel, task) : kernel.hooks.proceed(task);
    if (outcome === Outcome.HELD) {
      task.ready = false;
      return this;
    }
    task.jobctl &= ~(Jobctl.TRACED | Jobctl.LISTENING | Jobctl.TRAP_NOTIFY);
    raiseSigpending(task); // what was queued meanwhile did not wake it
    return this.goesOn(kernel, task, outcome);
  }
}

const eventOutcome = (kernel: SimKernel, task: SimTask): Outcome =>
  kernel.ptrace!.eventHeld(task) ? Outcome.HELD : Outcome.GO;

/** Goes on when the hook said so; leaves the task held otherwise. */
export function follow(
  task: SimTask,
  kernel: SimKernel,
  outcome: Outcome,
  where: string,
  then: Then,
  broken?: Broken,
): RunState {
  if (outcome !== Outcome.HELD) return then(kernel, task, outcome);
  return hold(kernel, task, new Held(where, then, broken, false));
}

/** The same for an event that ptrace shows outside the core's reports. */
export function followEvent(
  task: SimTask,
  kernel: SimKernel,
  outcome: Outcome,
  where: string,
  then: Then,
  broken?: Broken,
): RunState {
  if (outcome !== Outcome.HELD) return then(kernel, task, Outcome.GO);
  return hold(kernel, task, new Held(where, then, broken, true));
}

function hold(kernel: SimKernel, task: SimTask, held: Held): RunState {
  if (task.fatalPending) {
    // It never stops (R55); whoever holds it must hear of that.
    if (kernel.ptrace?.killed(task) !== true) task.taken = null;
    kernel.hooks.killed(task);
    return held.broken?.(kernel, task) ?? returnToUser;
  }
  task.ready = false;
  task.jobctl |= Jobctl.TRACED;
  return held;
}

/** Nothing follows. */
export const DEAD: RunState = {
  name: 'dead',
  execute(_kernel, task) {
    task.ready = false;
    return DEAD;
  },
};

/** Born, not begun: its parent's clone report comes first. */
export const UNBORN: RunState = {
  name: 'being born',
  execute(_kernel, task) {
    task.ready = false;
    return UNBORN;
  },
};

/** init: takes in orphans, and does nothing else. */
export const IDLE: RunState = {
  name: 'idle',
  execute(_kernel, task) {
    task.ready = false;
    return IDLE;
  },
};
