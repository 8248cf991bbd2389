/**
 * Every interleaving of a run, up to the order of steps that have nothing to do with each other. Generators cannot be copied, so the
 * search keeps no states: it runs the world again from its beginning, with another choice (Godefroid 1997).
 *
 * Without a bound: source-set DPOR with sleep sets (Abdulla, Aronis, Jonsson, Sagonas, "Optimal dynamic partial order reduction",
 * POPL 2014, algorithm 1). With a bound on preemptions (Musuvathi, Qadeer, PLDI 2007): DPOR that also backtracks to where the
 * preempted task was switched to, and no sleep sets (Coons, Musuvathi, McKinley, "Bounded partial-order reduction", OOPSLA 2013).
 *
 * When nobody is ready time goes on, and no step can change places with one after that; if the whole state can be told then (a
 * fingerprint), what follows is explored once for each state.
 */

import { assert } from '../../base/assert.ts';
import { Footprint } from '../footprint.ts';
import type { SimKernel } from '../kernel.ts';
import { type Drive, type Ending, loop } from '../schedule.ts';
import type { SimTask } from '../task.ts';
import { Epoch } from './dependence.ts';

/** What is explored: made anew for each run. */
export interface World {
  readonly kernel: SimKernel;
  /** After each step: what is wrong, or null. */
  check?(task: SimTask): string | null;
  /** At the end of the run, and whenever nobody is ready. */
  checkQuiet?(): string | null;
  /** At the end of the run. */
  checkEnd?(ending: Ending): string | null;
  /** All that the future depends on, when nobody is ready; absent: cannot be told. */
  fingerprint?(): string;
  /** Makes the steps: a world where something that is no generator runs between them. Absent: a loop. */
  readonly drive?: Drive;
}

export interface ExploreOptions {
  /** How many preemptions a schedule may have; absent: any number. */
  readonly preemptions?: number;
  readonly maxSteps?: number;
  readonly maxRuns?: number;
  /** Takes all steps to depend on each other: every order of all steps, to check the reduction against. */
  readonly naive?: boolean;
  /** Goes on after a violation; else the first ends the search. */
  readonly all?: boolean;
}

export interface Violation {
  readonly what: string;
  /** Tids, one for each step. */
  readonly schedule: readonly number[];
  readonly preemptions: number;
}

export interface Exploration {
  /** Runs made, those that were cut short included. */
  readonly runs: number;
  /** Runs that came to their end: interleavings. */
  readonly interleavings: number;
  /** Steps made in all runs together. */
  readonly steps: number;
  /** Different states in which nobody was ready. */
  readonly states: number;
  /** Whether all there is was seen. */
  readonly complete: boolean;
  readonly violations: readonly Violation[];
}

/** A choice on the path at hand. */
interface Choice {
  /** Who was ready, by serial, and each one's tid. */
  readonly ready: ReadonlyMap<number, number>;
  readonly backtrack: Set<number>;
  readonly done: Set<number>;
  /** Explored from here or from before, and independent of all since: with what their step touched. */
  readonly sleep: Map<number, Footprint>;
  chosen: number;
  footprint: Footprint;
  /** Preemptions before this choice, and who ran the step before. */
  readonly preemptions: number;
  readonly last: number;
  /** Where its epoch begins on the path. */
  readonly epoch: number;
  /** Ready only since this step. */
  enabled: ReadonlySet<number>;
}

const MAX_STEPS = 20_000;
const EVERYTHING = new Footprint();
EVERYTHING.change(-2);
const NOTHING = new Footprint();

export class Explorer {
  private readonly make: () => World;
  private readonly options: ExploreOptions;
  private readonly path: Choice[] = [];
  private readonly seen = new Map<string, number>();
  private readonly violations: Violation[] = [];
  private runs = 0;
  private interleavings = 0;
  private steps = 0;

  constructor(make: () => World, options: ExploreOptions = {}) {
    this.make = make;
    this.options = options;
  }

  explore(): Exploration {
    const { maxRuns = Number.POSITIVE_INFINITY, all = false } = this.options;
    let complete = true;
    do {
      if (this.runs >= maxRuns) {
        complete = false;
        break;
      }
      this.runs++;
      if (!this.runOnce()) complete = false;
      if (this.violations.length > 0 && !all) {
        complete = false;
        break;
      }
    } while (this.nextPath());
    return {
      runs: this.runs,
      interleavings: this.interleavings,
      steps: this.steps,
      states: this.seen.size,
      complete,
      violations: this.violations,
    };
  }

  private get bounded(): boolean {
    return this.options.preemptions !== undefined;
  }

  /** Runs the path, and on from its end by the first choice each time. False: it was cut short by a bound on steps. */
  private runOnce(): boolean {
    const world = this.make();
    const { kernel } = world;
    let epoch = new Epoch();
    let epochAt = 0;
    let last: SimTask | null = null;
    let preemptions = 0;
    const replayed = this.path.length;
    let depth = 0;
    /** Makes one step. Null: there is more; else the run is over, and whether it came to an end. */
    const advance = (): boolean | null => {
      const ready = kernel.ready();
      if (ready.length === 0) {
        const wrong = world.checkQuiet?.();
        if (wrong != null) return this.wrong(wrong, preemptions);
        if (depth >= replayed && this.wasHere(world, preemptions)) return true;
        if (kernel.clock.advance(kernel)) {
          epoch = new Epoch();
          epochAt = depth;
          last = null;
          return null;
        }
        this.interleavings++;
        const end = world.checkEnd?.(kernel.tasks.size <= 1 ? 'done' : 'idle');
        if (end != null) this.wrong(end, preemptions);
        return true;
      }
      if (depth >= (this.options.maxSteps ?? MAX_STEPS)) return false;
      const choice: Choice | null =
        depth < replayed ? this.path[depth]! : this.newChoice(ready, last, preemptions, epochAt);
      if (choice === null) return true; // all that is ready was explored in another order
      const task: SimTask | undefined = ready.find(({ serial }) => serial === choice.chosen);
      assert(task !== undefined, 'a run with the same choices is the same run');
      if (last !== null && last !== task && last.ready) preemptions++;
      kernel.footprint = new Footprint();
      kernel.step(task);
      this.steps++;
      choice.footprint = this.options.naive ? EVERYTHING : kernel.footprint;
      choice.enabled = new Set(
        kernel
          .ready()
          .map(({ serial }) => serial)
          .filter((serial) => !choice.ready.has(serial)),
      );
      depth++;
      const races = epoch.add(choice.chosen, choice.footprint);
      if (depth >= replayed) for (const j of races) this.race(epoch, epochAt, j, depth - 1 - epochAt);
      last = task;
      const wrong = world.check?.(task);
      return wrong == null ? null : this.wrong(wrong, preemptions);
    };
    let result: boolean | null = null;
    (world.drive ?? loop)(() => {
      result ??= advance();
      return result === null;
    });
    return result ?? true;
  }

  private newChoice(
    ready: readonly SimTask[],
    last: SimTask | null,
    preemptions: number,
    epoch: number,
  ): Choice | null {
    const parent = this.path[this.path.length - 1];
    const sleep = new Map<number, Footprint>();
    if (!this.bounded && parent !== undefined && this.path.length > epoch) {
      for (const [serial, footprint] of parent.sleep) {
        if (serial !== parent.chosen && !footprint.meets(parent.footprint)) sleep.set(serial, footprint);
      }
    }
    const awake = ready.filter(({ serial }) => !sleep.has(serial));
    if (awake.length === 0) return null;
    const chosen = last?.ready && awake.includes(last) ? last : awake[0]!;
    const choice: Choice = {
      ready: new Map(ready.map(({ serial, tid }) => [serial, tid])),
      backtrack: new Set([chosen.serial]),
      done: new Set(),
      sleep,
      chosen: chosen.serial,
      footprint: NOTHING,
      preemptions,
      last: last?.ready ? last.serial : -1,
      epoch,
      enabled: new Set(),
    };
    this.path.push(choice);
    return choice;
  }

  /** Step `i` of the epoch races with step `j`: it is to be tried before it. */
  private race(epoch: Epoch, epochAt: number, j: number, i: number): void {
    const choice = this.path[epochAt + j]!;
    const { who } = epoch.steps[i]!;
    if (choice.enabled.has(who)) return; // that very step made it ready
    if (this.bounded) {
      this.addBounded(choice, who);
      // Where the task that ran then was switched to, a switch costs nothing.
      let block = epochAt + j;
      while (block > epochAt && this.path[block - 1]!.chosen === choice.chosen) block--;
      if (block !== epochAt + j) this.addBounded(this.path[block]!, who);
      return;
    }
    const initials = [...epoch.initials(j, i)].filter((serial) => choice.ready.has(serial));
    if (initials.length === 0) {
      for (const serial of choice.ready.keys()) choice.backtrack.add(serial);
    } else if (!initials.some((serial) => choice.backtrack.has(serial))) {
      choice.backtrack.add(initials.includes(who) ? who : initials[0]!);
    }
  }

  private addBounded(choice: Choice, who: number): void {
    if (choice.ready.has(who)) choice.backtrack.add(who);
    else for (const serial of choice.ready.keys()) choice.backtrack.add(serial);
  }

  /** Whether what follows from here was explored, with as many preemptions left. */
  private wasHere(world: World, preemptions: number): boolean {
    const state = world.fingerprint?.();
    if (state === undefined) return false;
    const before = this.seen.get(state);
    if (before !== undefined && (!this.bounded || before <= preemptions)) return true;
    this.seen.set(state, preemptions);
    return false;
  }

  /** The deepest choice that is still open. False: there is none. */
  private nextPath(): boolean {
    for (let choice = this.path.pop(); choice !== undefined; choice = this.path.pop()) {
      choice.done.add(choice.chosen);
      if (!this.bounded) choice.sleep.set(choice.chosen, choice.footprint);
      for (const serial of choice.backtrack) {
        if (choice.done.has(serial) || choice.sleep.has(serial)) continue;
        if (this.bounded && this.cost(choice, serial) > this.options.preemptions!) continue;
        choice.chosen = serial;
        this.path.push(choice);
        return true;
      }
    }
    return false;
  }

  private cost(choice: Choice, serial: number): number {
    return choice.preemptions + (choice.last >= 0 && choice.last !== serial ? 1 : 0);
  }

  private wrong(what: string, preemptions: number): boolean {
    const schedule = this.path.map((choice) => choice.ready.get(choice.chosen)!);
    this.violations.push({ what, schedule, preemptions });
    return true;
  }
}

export const explore = (make: () => World, options: ExploreOptions = {}): Exploration =>
  new Explorer(make, options).explore();
