/**
 * The friendly form of an engine: a plain object with typed callbacks. Which events it gets follows from which callbacks
 * it has. This file turns it into the core's EngineOps.
 */

import { CLONE } from '../abi/clone.ts';
import { Event, type EventMask, SIGNAL_EVENTS } from '../tracehook/events.ts';
import type { ExecInfo, JobControl } from '../tracehook/hooks.ts';
import { SyscallSet } from '../tracehook/syscall-set.ts';
import type { Task } from '../tracehook/task.ts';
import type {
  Engine,
  EngineOps,
  ExitReport,
  ResumeAction,
  SignalReport,
  SignalVerdict,
  SyscallVerdict,
  Verdict,
} from '../utrace/index.ts';
import { type CallChoice, chooseCalls } from './calls.ts';

/**
 * What you write. Every callback is optional and may be async: the task is held until the promise settles. Answer
 * nothing to have no opinion; otherwise a `Resume` action, or for `syscallEntry` the verdict of `run()`/`abort()`, for
 * `signal` that of `deliver()`/`ignore()`/`disposition()`. `action` is what would happen were this engine not there.
 */
export interface Tracer {
  /** For people: `utrace ps` and error messages. */
  readonly name?: string;
  /** Which system calls `syscallEntry` and `syscallExit` are called for. Absent: all. */
  readonly calls?: Iterable<CallChoice> | SyscallSet;
  /** New threads and children: `true` (default) both, `'threads'` only threads, `false` neither. */
  readonly follow?: boolean | 'threads';
  /** Before the call is attempted; `task.syscall` may be changed. */
  syscallEntry?(task: Task, action: number): Verdict<SyscallVerdict>;
  /** `task.syscall.result` is there, and may be changed. */
  syscallExit?(task: Task, action: ResumeAction): Verdict<ResumeAction>;
  /** A signal is about to be delivered, ignored, or to stop or end the process. */
  signal?(task: Task, signal: SignalReport, action: number): Verdict<SignalVerdict>;
  /** `child` has not run yet. */
  clone?(task: Task, child: Task, flags: number): Verdict<ResumeAction>;
  exec?(task: Task, exec: ExecInfo): Verdict<ResumeAction>;
  /** About to die; the state is still whole. */
  exit?(task: Task, exit: ExitReport): Verdict<ResumeAction>;
  death?(task: Task, groupDead: boolean, signal: number): Verdict<ResumeAction>;
  reap?(task: Task): void;
  jobControl?(task: Task, type: JobControl, notify: JobControl | null): Verdict<ResumeAction>;
  /** At every safe point, before the event's own callback; `event` 0: about to return to user mode. */
  quiesce?(task: Task, event: EventMask, action: ResumeAction): Verdict<ResumeAction>;
}

/** What an adapter asks of the session it is made for. */
export interface Follower {
  /** Attach this tracer to a newborn. */
  adopt(child: Task): void;
}

/** The calls a tracer wants; undefined: all. */
export function callsOf(tracer: Tracer): SyscallSet | undefined {
  if (tracer.calls === undefined) return undefined;
  return tracer.calls instanceof SyscallSet ? tracer.calls : chooseCalls(tracer.calls);
}

/** The event mask a tracer's callbacks ask for. */
export function eventsOf(tracer: Tracer): EventMask {
  return (
    (tracer.syscallEntry ? Event.SYSCALL_ENTRY : 0) |
    (tracer.syscallExit ? Event.SYSCALL_EXIT : 0) |
    (tracer.signal ? SIGNAL_EVENTS : 0) |
    (tracer.clone || tracer.follow !== false ? Event.CLONE : 0) |
    (tracer.exec ? Event.EXEC : 0) |
    (tracer.exit ? Event.EXIT : 0) |
    (tracer.death ? Event.DEATH : 0) |
    (tracer.reap ? Event.REAP : 0) |
    (tracer.jobControl ? Event.JCTL : 0) |
    (tracer.quiesce ? Event.QUIESCE : 0)
  );
}

/** Makes the core's engine of a tracer. One object serves all tasks, so that engines match by their ops. */
export function toOps(tracer: Tracer, follower: Follower): EngineOps {
  const ops: { -readonly [K in keyof EngineOps]: EngineOps[K] } = {};
  if (tracer.name !== undefined) ops.name = tracer.name;
  const calls = callsOf(tracer);
  if (calls !== undefined) ops.syscalls = calls;
  const follow = tracer.follow ?? true;
  if (tracer.clone || follow !== false) {
    ops.reportClone = (_action, _engine: Engine, task, flags, child) => {
      if (follow === true || (follow === 'threads' && (flags & CLONE.THREAD) !== 0)) follower.adopt(child);
      return tracer.clone?.(task, child, flags);
    };
  }
  if (tracer.syscallEntry) ops.reportSyscallEntry = (action, _engine, task) => tracer.syscallEntry!(task, action);
  if (tracer.syscallExit) ops.reportSyscallExit = (action, _engine, task) => tracer.syscallExit!(task, action);
  if (tracer.exec) ops.reportExec = (_action, _engine, task, exec) => tracer.exec!(task, exec);
  if (tracer.exit) ops.reportExit = (_action, _engine, task, exit) => tracer.exit!(task, exit);
  if (tracer.death) ops.reportDeath = (_engine, task, groupDead, signal) => tracer.death!(task, groupDead, signal);
  if (tracer.reap) ops.reportReap = (_engine, task) => tracer.reap!(task);
  if (tracer.jobControl) {
    ops.reportJctl = (_action, _engine, task, type, notify) => tracer.jobControl!(task, type, notify);
  }
  if (tracer.quiesce) ops.reportQuiesce = (action, _engine, task, event) => tracer.quiesce!(task, event, action);
  if (tracer.signal) ops.reportSignal = (action, _engine, task, signal) => tracer.signal!(task, signal, action);
  return ops;
}
