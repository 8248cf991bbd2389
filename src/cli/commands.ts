/** What the command does but for `trace`, which alone has to start fast: a file of its own in the bundle. */

export { completion } from './completion.ts';
export { join } from './join.ts';
export { listNames, ps } from './ps.ts';
export { share } from './share.ts';
export { simExplore, simReplay, simRun } from './sim.ts';
