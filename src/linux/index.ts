/** The Linux host: the real kernel as the core's kernel. */

export { attachProcess, attachTree } from './attach.ts';
export { HostError } from './errors.ts';
export { type HostObserver, LinuxHost } from './host.ts';
export { Loop } from './loop.ts';
export { resolveProgram, type SpawnSpec, spawnError, spawnTask, canFilterFreely } from './spawn.ts';
export { detachTask, stopName } from './stops.ts';
export { LinuxTask, Run, Stop, ThreadGroup } from './task.ts';
export * as proc from './proc.ts';
