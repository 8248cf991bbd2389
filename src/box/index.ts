/** `utrace/sim`: programs as generators, on a simulated Linux with utrace and ptrace. */

export * from '../sim/index.ts';
export { Box, type BoxOptions } from './box.ts';
export { type Counterexample, type Search, type SearchOptions, search } from './counterexample.ts';
export { describe, stopText, type TracedState, type TracerState } from './describe.ts';
export { type BoxExploreOptions, exploreBox, worldOf } from './explore.ts';
