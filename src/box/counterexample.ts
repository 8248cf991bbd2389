/** A whole search, as a person wants it: what can come of a program, and if something is wrong the shortest schedule to it. */

import { complete, type Exploration, type ExploreOptions, type Program, shrink, type World } from '../sim/index.ts';
import { Box, type BoxOptions } from './box.ts';
import { type BoxExploreOptions, exploreBox, worldOf } from './explore.ts';

export interface Search {
  readonly exploration: Exploration;
  /** How runs ended and what they printed, and how many did so. */
  readonly outcomes: ReadonlyMap<string, number>;
  readonly counterexample: Counterexample | null;
}

export interface Counterexample {
  readonly what: string;
  /** To its very end: tids, one for each step. */
  readonly schedule: readonly number[];
}

export type SearchOptions = BoxOptions & ExploreOptions & Pick<BoxExploreOptions, 'prepare' | 'atEnd'>;

export function search(program: Program, options: SearchOptions = {}): Search {
  const { atEnd, prepare, ...rest } = options;
  const outcomes = new Map<string, number>();
  const exploration = exploreBox(program, {
    ...options,
    atEnd: (box, ending) => {
      const text = `${ending}\n${box.output}`;
      outcomes.set(text, (outcomes.get(text) ?? 0) + 1);
      return atEnd?.(box, ending) ?? null;
    },
  });
  const [found] = exploration.violations;
  if (found === undefined) return { exploration, outcomes, counterexample: null };
  const make = (): World => {
    const box = new Box(rest);
    prepare?.(box);
    return worldOf(box.boot(program), { ...(atEnd && { atEnd }) });
  };
  const shortest = shrink(make, found, rest);
  const { schedule } = complete(make(), shortest.schedule);
  return { exploration, outcomes, counterexample: { what: shortest.what, schedule } };
}
