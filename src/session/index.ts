/** The public API of utrace. */

export { type AttachOptions, attach, type SpawnOptions, spawn } from './spawn.ts';
export { Attachment, Session, type SessionOptions } from './session.ts';
export type { EventsOptions, TraceEvent, TraceEvents } from './events.ts';
export type { Tracer } from '../engines/tracer.ts';
export { type CallChoice, chooseCalls } from '../engines/calls.ts';
export { HostError } from '../linux/errors.ts';
export { getRuntime } from './runtime.ts';
export { allStatus, publishStatus, statusOf, type SupervisorStatus, type TaskStatus } from './status.ts';
export * from '../utrace/index.ts';
export type { AbiName, CurrentSyscall, Memory, Registers, SyscallState } from '../tracehook/machine.ts';
export { SyscallSet } from '../tracehook/syscall-set.ts';
export { ExitState, type Task } from '../tracehook/task.ts';
export type { ExecInfo, JobControl } from '../tracehook/hooks.ts';
export { DeathSignal } from '../tracehook/hooks.ts';
export type { SigAction } from '../tracehook/signal.ts';
export type { Siginfo } from '../abi/siginfo.ts';
export type { ExitStatus } from '../abi/wait-status.ts';
export { SIG, signalName } from '../abi/signals.ts';
export { ERRNO, errnoName } from '../abi/errno.ts';
export { syscallName, syscallNumber } from '../abi/syscalls.ts';
