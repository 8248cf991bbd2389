/**
 * An engine: what somebody attaches to a task (struct utrace_engine_ops, struct utrace_attached_engine).
 * This file owns the shapes; how they are called is report.ts.
 */

import type { Siginfo } from '../abi/siginfo.ts';
import type { Tid } from '../base/brand.ts';
import type { Event, EventMask } from '../tracehook/events.ts';
import { type ExecInfo, type JobControl, Step } from '../tracehook/hooks.ts';
import type { SigAction } from '../tracehook/signal.ts';
import type { SyscallSet } from '../tracehook/syscall-set.ts';
import type { Task } from '../tracehook/task.ts';
import type { ResumeAction, SignalVerdict, SyscallVerdict } from './actions.ts';

/**
 * An answer that comes later and takes effect at once, without a turn of the event loop: for engines that are themselves
 * driven by a host. It must not be given before the callback has returned.
 */
export class Hold<R extends number = number> {
  /** The core's, once the callback has returned this hold. */
  settle: ((answer?: number | void) => void) | null = null;

  /** Gives the answer; nothing happens when SIGKILL was faster. */
  release(answer?: R): void {
    const { settle } = this;
    this.settle = null;
    settle?.(answer);
  }
}

/** Now, later (the task is held meanwhile), or nothing: no opinion, leave it as the engines before decided. */
export type Verdict<R extends number> = R | void | PromiseLike<R | void> | Hold<R>;

/** A signal under report. Engines share it: each sees what the one before left. */
export interface SignalReport {
  /**
   * The signal. In a report without one (REPORT, HANDLER) it is null until an engine that wants to deliver a signal
   * sets it; after a stop it is what the last callback left. Changes are made by assigning a new object.
   */
  info: Siginfo | null;
  /** What was in force before any engine intervened; null when the report began without a signal. */
  readonly original: Readonly<SigAction> | null;
  /** What DELIVER will act on. */
  action: SigAction;
}

/**
 * The callbacks. Each belongs to the event of its name; `unsafeExec` and `tracerTask` to none. `action` is what would
 * happen were this engine not there; use `resumeOf`, `syscallOf` and `signalOf` on it. `task` is at a safe point until
 * the callback returns (or its promise settles). A callback that throws is detached; the error goes to `onFault`.
 */
export interface EngineOps<D = unknown> {
  /** For people: shown by `utrace ps` and in errors. */
  readonly name?: string;
  /** Which calls are reported to this engine's syscall callbacks; absent: all. Not to be changed while attached. */
  readonly syscalls?: SyscallSet;
  /** QUIESCE: `event` is the bit of the event that follows, or 0: the task is about to return to user mode. */
  reportQuiesce?(action: ResumeAction, engine: Engine<D>, task: Task, event: EventMask): Verdict<ResumeAction>;
  reportSignal?(action: number, engine: Engine<D>, task: Task, signal: SignalReport): Verdict<SignalVerdict>;
  reportClone?(action: ResumeAction, engine: Engine<D>, task: Task, flags: number, child: Task): Verdict<ResumeAction>;
  reportJctl?(
    action: ResumeAction,
    engine: Engine<D>,
    task: Task,
    type: JobControl,
    notify: JobControl | null,
  ): Verdict<ResumeAction>;
  reportExec?(action: ResumeAction, engine: Engine<D>, task: Task, exec: ExecInfo): Verdict<ResumeAction>;
  reportSyscallEntry?(action: number, engine: Engine<D>, task: Task): Verdict<SyscallVerdict>;
  reportSyscallExit?(action: ResumeAction, engine: Engine<D>, task: Task): Verdict<ResumeAction>;
  /** VFORK_DONE: `child` is the tid of the child that let the parent go on. */
  reportVforkDone?(action: ResumeAction, engine: Engine<D>, task: Task, child: Tid): Verdict<ResumeAction>;
  /**
   * SECCOMP: the call at hand, before it is made; `data` is the filter's SECCOMP_RET_DATA. To have asked for the event is to
   * be the tracer that RET_TRACE needs: the call is made unless the answer is ABORT.
   */
  reportSeccomp?(action: number, engine: Engine<D>, task: Task, data: number): Verdict<SyscallVerdict>;
  /** `exit.code`: the wait status, which may be changed; `exit.original`: as the program made it. */
  reportExit?(action: ResumeAction, engine: Engine<D>, task: Task, exit: ExitReport): Verdict<ResumeAction>;
  /** Only DETACH has a meaning here. `signal`: see `DeathSignal`. */
  reportDeath?(engine: Engine<D>, task: Task, groupDead: boolean, signal: number): Verdict<ResumeAction>;
  /** The last callback; the engine is detached when it returns. */
  reportReap?(engine: Engine<D>, task: Task): void;
  /** LSM_UNSAFE_* bits for the exec in progress. */
  unsafeExec?(engine: Engine<D>, task: Task): number;
  /** The task that uses ptrace on this one by way of this engine. */
  tracerTask?(engine: Engine<D>, task: Task): Task | null;
}

export interface ExitReport {
  readonly original: number;
  code: number;
}

/** `ENGINE_STOP`: the engine keeps its task stopped. Lives beside the event bits, as in the seed. */
export const ENGINE_STOP = 1 << 16;

/**
 * The handle of one engine on one task (struct utrace_attached_engine). It stays valid for as long as somebody holds
 * it; once detached every call on it answers `gone`.
 */
export class Engine<D = unknown> {
  /** Null once fully detached. */
  ops: EngineOps<D> | null;
  readonly data: D;
  /** Event mask and {@link ENGINE_STOP}. */
  flags = 0;
  /** Marked for detach: `ops` are to be called no more. */
  detached = false;
  /** The step it wants when the task resumes from a stop: by its last callback, or by `control`. */
  step: Step = Step.NONE;
  /** Callbacks under way: more than zero while one is on the stack or its promise has not settled. */
  busy = 0;
  /** Called once each, when `busy` falls to zero. */
  waiters: (() => void)[] | null = null;

  constructor(ops: EngineOps<D>, data: D) {
    this.ops = ops;
    this.data = data;
  }

  get wantsStop(): boolean {
    return (this.flags & ENGINE_STOP) !== 0;
  }

  /** The events this engine asked for. */
  get events(): EventMask {
    return this.flags & ~ENGINE_STOP;
  }
}

/** The name of the callback of each event, for the check that a mask asks only for callbacks that are there. */
export const CALLBACK_OF: Readonly<Record<keyof typeof Event, keyof EngineOps>> = {
  QUIESCE: 'reportQuiesce',
  REAP: 'reportReap',
  CLONE: 'reportClone',
  EXEC: 'reportExec',
  EXIT: 'reportExit',
  DEATH: 'reportDeath',
  SYSCALL_ENTRY: 'reportSyscallEntry',
  SYSCALL_EXIT: 'reportSyscallExit',
  SIGNAL: 'reportSignal',
  SIGNAL_IGN: 'reportSignal',
  SIGNAL_STOP: 'reportSignal',
  SIGNAL_TERM: 'reportSignal',
  SIGNAL_CORE: 'reportSignal',
  JCTL: 'reportJctl',
  VFORK_DONE: 'reportVforkDone',
  SECCOMP: 'reportSeccomp',
};

/** Where an error in an engine's code goes. */
export type FaultHandler = (fault: {
  readonly error: unknown;
  readonly engine: Engine;
  readonly tid: Tid;
  readonly callback: string;
}) => void;
