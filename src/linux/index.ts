/** The Linux host: the real kernel as the core's kernel. */

export { attachProcess, attachTree } from './attach.ts';
export { detachTask } from './detach.ts';
export { HostError } from './errors.ts';
export { buildFilter } from './filter.ts';
export { type HostObserver, LinuxHost } from './host.ts';
export { Loop } from './loop.ts';
export * as proc from './proc.ts';
export { LinuxPtraceKernel } from './ptrace-kernel.ts';
export { canFilterFreely, joinTask, resolveProgram, type SpawnSpec, spawnError, spawnTask } from './spawn.ts';
export { stopName } from './stops.ts';
export { LinuxTask, Run, Stop } from './task.ts';
export { ThreadGroup } from './thread-group.ts';
