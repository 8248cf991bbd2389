/** The simulated kernel, as the layers above use it. */

export { boot } from './boot.ts';
export { type Credentials, ROOT } from './credentials.ts';
export { dump, stateLetter } from './dump.ts';
export type { UserCode } from './frames.ts';
export { SimKernel } from './kernel.ts';
export { type Entry, Log } from './log.ts';
export { type Handler, type Program, Sys, startOf, W } from './program.ts';
export { SimPtraceKernel } from './ptrace-kernel.ts';
export {
  type Ending,
  type RunOptions,
  random,
  record,
  replay,
  roundRobin,
  run,
  runToBlock,
  type Scheduler,
} from './schedule.ts';
export type { SimTask } from './task.ts';
