/** Who runs next: a scheduler chooses among those who are ready. And the loop that runs a kernel to its end. */

import { assert } from '../base/assert.ts';
import { Prng } from '../base/prng.ts';
import type { SimKernel } from './kernel.ts';
import type { SimTask } from './task.ts';

export interface Scheduler {
  /** `ready` is not empty, and in the order of birth. `last` ran the step before. */
  choose(ready: readonly SimTask[], last: SimTask | null): SimTask;
}

/** Each runs as long as it can, then the next in the order of birth: what a quiet machine does. */
export const runToBlock = (): Scheduler => ({
  choose(ready, last) {
    if (last?.ready) return last;
    return ready.find((task) => task.serial > (last?.serial ?? -1)) ?? ready[0]!;
  },
});

/** One step each, in turn. */
export const roundRobin = (): Scheduler => ({
  choose: (ready, last) => ready.find((task) => task.serial > (last?.serial ?? -1)) ?? ready[0]!,
});

/** Any of them, by a seed. */
export function random(seed: number): Scheduler {
  const prng = new Prng(seed);
  return { choose: (ready) => prng.pick(ready) };
}

/**
 * By priorities that a seed gives, and at a few steps takes away: finds what needs few preemptions at just the right steps
 * (Burckhardt, Kothari, Musuvathi, Nagarakatte, "A randomized scheduler with probabilistic guarantees of finding bugs", ASPLOS 2010).
 * `length`: how many steps a run has, about.
 */
export function priorities(seed: number, preemptions = 2, length = 300): Scheduler {
  const prng = new Prng(seed);
  const of = new Map<number, number>();
  const changes = new Set(Array.from({ length: preemptions }, () => prng.below(length)));
  let step = 0;
  let lowest = 0;
  return {
    choose(ready, last) {
      if (changes.has(step++) && last !== null) of.set(last.serial, --lowest);
      for (const { serial } of ready) if (!of.has(serial)) of.set(serial, 1 + prng.below(1 << 20));
      return ready.reduce((a, b) => (of.get(b.serial)! > of.get(a.serial)! ? b : a));
    },
  };
}

/** A recorded schedule: tids, one for each step. What comes after its end is left to `then`. */
export function replay(schedule: readonly number[], then: Scheduler = runToBlock()): Scheduler {
  let at = 0;
  return {
    choose(ready, last) {
      if (at >= schedule.length) return then.choose(ready, last);
      const tid = schedule[at++]!;
      const task = ready.find((candidate) => (candidate.tid as number) === tid);
      assert(task !== undefined, `step ${at} of the schedule is task ${tid}'s, which is not ready`);
      return task;
    },
  };
}

/** Writes down what another one chooses. */
export function record(scheduler: Scheduler, into: number[]): Scheduler {
  return {
    choose(ready, last) {
      const task = scheduler.choose(ready, last);
      into.push(task.tid);
      return task;
    },
  };
}

export interface RunOptions {
  /** A bound on steps, against programs that never end. */
  readonly maxSteps?: number;
  /** Looked at after each step: ends the run. */
  readonly until?: () => boolean;
  /** Called after each step. */
  readonly afterStep?: (task: SimTask) => void;
  /** Virtual time goes on when nothing is ready; on unless said otherwise. */
  readonly time?: boolean;
  /** Called whenever nobody is ready. */
  readonly onQuiet?: () => void;
  /** Makes the steps, instead of a mere loop. */
  readonly drive?: Drive;
}

/** Calls `advance`, which makes one step, until it answers false: the run is over. */
export type Drive = (advance: () => boolean) => void;

export const loop: Drive = (advance) => {
  while (advance());
};

/** `done`: all programs have ended. `idle`: nobody is ready, and nothing will make anybody so. */
export type Ending = 'done' | 'idle' | 'bound' | 'until';

const MAX_STEPS = 1_000_000;

export function run(kernel: SimKernel, scheduler: Scheduler, options: RunOptions = {}): Ending {
  const { maxSteps = MAX_STEPS, until, afterStep, onQuiet, time = true, drive = loop } = options;
  let last: SimTask | null = null;
  let ending: Ending | null = null;
  let steps = 0;
  const isOver = (): Ending | null => {
    if (steps >= maxSteps) return 'bound';
    const ready = kernel.ready();
    if (ready.length === 0) {
      onQuiet?.();
      if (until?.()) return 'until';
      if (time && kernel.clock.advance(kernel)) return null;
      return kernel.tasks.size <= 1 ? 'done' : 'idle';
    }
    const task = scheduler.choose(ready, last);
    kernel.step(task);
    steps++;
    last = task;
    afterStep?.(task);
    return until?.() ? 'until' : null;
  };
  drive(() => {
    ending ??= isOver();
    return ending === null;
  });
  return ending ?? 'until';
}
