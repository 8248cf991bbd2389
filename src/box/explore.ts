/** Exploring a box: every interleaving of its programs, with the invariants checked at every step. */

import {
  type Ending,
  type Exploration,
  type ExploreOptions,
  explore,
  fingerprint,
  type Program,
  type World,
} from '../sim/index.ts';
import { Box, type BoxOptions } from './box.ts';
import { ptraceFingerprint } from './fingerprint.ts';
import { checkQuiet, checkStep } from './invariants.ts';

export interface BoxExploreOptions extends ExploreOptions, BoxOptions {
  /** Called with each box before its program starts. */
  readonly prepare?: (box: Box) => void;
  /** At the end of each run: what is wrong with it, or null. */
  readonly atEnd?: (box: Box, ending: Ending) => string | null;
  /** What follows a state that was seen before is not explored again; on unless said otherwise. */
  readonly fingerprints?: boolean;
}

/** A box as the explorer sees it. */
export function worldOf(box: Box, options: BoxExploreOptions = {}): World {
  const { kernel, ptrace } = box;
  return {
    kernel,
    check: () => checkStep(kernel, ptrace),
    checkQuiet: () => checkQuiet(kernel, ptrace),
    checkEnd: (ending) => options.atEnd?.(box, ending) ?? null,
    ...(options.fingerprints !== false && {
      fingerprint: () => `${fingerprint(kernel)}\n${ptraceFingerprint(ptrace)}`,
    }),
  };
}

export function exploreBox(program: Program, options: BoxExploreOptions = {}): Exploration {
  const make = (): World => {
    const box = new Box(options);
    options.prepare?.(box);
    return worldOf(box.boot(program), options);
  };
  return explore(make, options);
}
