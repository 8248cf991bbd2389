/** The simulated kernel, as the layers above use it. */

export { boot } from './boot.ts';
export { type Credentials, ROOT } from './credentials.ts';
export { diagram, type Happening, type Sequence, sequence, stateKind } from './diagram.ts';
export { dump, stateLetter, stateOf, type TaskState } from './dump.ts';
export { type Exploration, type ExploreOptions, explore, type Violation, type World } from './explore/explorer.ts';
export { complete, parseSchedule, runChecked, scheduleText, shrink } from './explore/shrink.ts';
export { fingerprint } from './fingerprint.ts';
export type { UserCode } from './frames.ts';
export { SimKernel } from './kernel.ts';
export { type Entry, Log, logLine } from './log.ts';
export { type Handler, type Program, Sys, startOf, W } from './program.ts';
export { SimPtraceKernel } from './ptrace-kernel.ts';
export { hasNews, isOwedSignal, isPending, isStuck } from './quiet.ts';
export {
  type Drive,
  type Ending,
  priorities,
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
