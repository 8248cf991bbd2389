/**
 * Which steps of an execution depend on each other, and the order that this makes of them (happens-before, as clock vectors).
 * Two steps of different tasks may change places unless their footprints meet (footprint.ts): coarse, but never wrong.
 */

import type { Footprint } from '../footprint.ts';

export interface StepRecord {
  /** Who: the task's serial number, which an exec does not change. */
  readonly who: number;
  readonly footprint: Footprint;
  /** For each task the last step of its that comes before this one, this one included. */
  readonly clock: Map<number, number>;
}

/** The steps since time last went on: nothing before that can change places with anything after it. */
export class Epoch {
  readonly steps: StepRecord[] = [];
  private readonly lastOf = new Map<number, number>();

  /** Adds a step; answers the earlier ones with which it races: dependent, and ordered by nothing else, the last first. */
  add(who: number, footprint: Footprint): number[] {
    const { steps } = this;
    const at = steps.length;
    const own = this.lastOf.get(who);
    const clock = new Map(own === undefined ? [] : steps[own]!.clock);
    const races: number[] = [];
    for (let j = at - 1; j >= 0; j--) {
      const earlier = steps[j]!;
      if ((clock.get(earlier.who) ?? -1) >= j || !earlier.footprint.meets(footprint)) continue;
      if (earlier.who !== who) races.push(j);
      for (const [task, step] of earlier.clock) if (step > (clock.get(task) ?? -1)) clock.set(task, step);
    }
    clock.set(who, at);
    this.lastOf.set(who, at);
    steps.push({ who, footprint, clock });
    return races;
  }

  private happensBefore(j: number, i: number): boolean {
    return (this.steps[i]!.clock.get(this.steps[j]!.who) ?? -1) >= j;
  }

  /**
   * Who may run first in `notdep(j).i`: the steps after `j` that do not depend on it, and then step `i` (the initials of
   * Abdulla and others, 2014).
   */
  initials(j: number, i: number): Set<number> {
    const tail: number[] = [];
    for (let k = j + 1; k < i; k++) if (!this.happensBefore(j, k)) tail.push(k);
    tail.push(i);
    const first = new Set<number>();
    tail.forEach((k, n) => {
      const { who } = this.steps[k]!;
      if (!tail.slice(0, n).some((earlier) => this.happensBefore(earlier, k))) first.add(who);
    });
    return first;
  }
}
