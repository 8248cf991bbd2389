/** The public API of utrace. */

export { ERRNO, errnoName } from '../abi/errno.ts';
export type { Siginfo } from '../abi/siginfo.ts';
export { SIG, signalName } from '../abi/signals.ts';
export { syscallName, syscallNumber } from '../abi/syscalls.ts';
export type { ExitStatus } from '../abi/wait-status.ts';
export { type CallChoice, chooseCalls } from '../engines/calls.ts';
export type { Tracer } from '../engines/tracer.ts';
export { HostError } from '../linux/errors.ts';
export type { ExecInfo, JobControl } from '../tracehook/hooks.ts';
export { DeathSignal } from '../tracehook/hooks.ts';
export type { AbiName, CurrentSyscall, Memory, Registers, SyscallState } from '../tracehook/machine.ts';
export type { SigAction } from '../tracehook/signal.ts';
export { SyscallSet } from '../tracehook/syscall-set.ts';
export { ExitState, type Task } from '../tracehook/task.ts';
export * from '../utrace/index.ts';
export type { BesideOptions } from './beside.ts';
export type { EventsOptions, TraceEvent, TraceEvents } from './events.ts';
export { join, joinHandlers } from './join.ts';
export { getRuntime } from './runtime.ts';
export { Attachment, Session, type SessionOptions } from './session.ts';
export { type Shared, type ShareOptions, servePtrace, share } from './share.ts';
export { ask, type Handler, supervisors } from './socket.ts';
export { type AttachOptions, attach, type SpawnOptions, spawn } from './spawn.ts';
export {
  allStatus,
  publishStatus,
  type SupervisorStatus,
  statusOf,
  statusOfSupervisor,
  type TaskStatus,
  type TracerStatus,
} from './status.ts';
