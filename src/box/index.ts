/** `utrace/sim`: programs as generators, on a simulated Linux with utrace and ptrace. */

export * from '../sim/index.ts';
export { Box, type BoxOptions } from './box.ts';
export { type BoxExploreOptions, exploreBox, worldOf } from './explore.ts';
