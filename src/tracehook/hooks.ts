/**
 * The hooks of seed 003's tracehook.h: a host calls them when a task is at a safe point; the core answers what the
 * task should do. In the kernel a hook may sleep; here it answers HELD instead, and is asked again by `proceed`.
 */

import type { Tid } from '../base/brand.ts';
import type { DequeuedSignal, SignalDecision } from './signal.ts';
import type { Task, TraceSlot } from './task.ts';

export const Outcome = {
  /** Go on. */
  GO: 0,
  /**
   * The task must stay where it is. The core will call {@link Kernel.wake}; then the host calls `proceed` for the
   * answer. SIGKILL ends it earlier: then the host calls `killed`.
   */
  HELD: 1,
  /** getSignal only: nothing to deliver now, look again (the seed's −1). */
  AGAIN: 2,
  /** getSignal only: deliver `TraceHooks.decision(task)`. */
  DELIVER: 3,
} as const;
export type Outcome = (typeof Outcome)[keyof typeof Outcome];

export type JobControl = 'stopped' | 'continued';

/** What an exec report says of the exec. */
export interface ExecInfo {
  /** The tid the execing thread had: differs from the task's tid when it was not the leader. */
  readonly oldTid: Tid;
  /** The path of the program that now runs, as the kernel resolved it; empty when it cannot be read. */
  readonly path: string;
}

/** `signal` of a death report when no signal is sent to a parent (DEATH_REAP, DEATH_DELAYED_GROUP_LEADER). */
export const DeathSignal = { REAP: -1, DELAYED_GROUP_LEADER: -2 } as const;

export interface TraceHooks {
  /** utrace_init_task: for every new task, before any other hook. */
  initTask(task: Task): TraceSlot;

  /** tracehook_report_syscall_entry. On GO the host asks `abortsSyscall`. Only if SYSCALL_ENTRY is in the mask. */
  syscallEntry(task: Task): Outcome;
  /** Whether the last entry report ended in ABORT (or in SIGKILL): the call must not be made. */
  abortsSyscall(task: Task): boolean;
  /** tracehook_report_syscall_exit. Only if SYSCALL_EXIT is in the mask. */
  syscallExit(task: Task): Outcome;
  /** tracehook_report_clone: the child exists and has not run; its `starting` is true until this has gone. */
  clone(task: Task, flags: number, child: Task): Outcome;
  /** tracehook_report_vfork_done. Only if VFORK_DONE is in the mask. */
  vforkDone(task: Task, child: Tid): Outcome;
  /** A filter of the program's own said RET_TRACE. Only if SECCOMP is in the mask; on GO the host asks `abortsSyscall`. */
  seccomp(task: Task, data: number): Outcome;
  /** tracehook_report_exec. */
  exec(task: Task, info: ExecInfo): Outcome;
  /** tracehook_report_exit: `code` as the parent's wait would show it. On GO, `exitCode` says what engines made of it. */
  exit(task: Task, code: number): Outcome;
  exitCode(task: Task): number;
  /** tracehook_report_death: `exitState` is set. `signal`: what the parent is sent, or a DeathSignal. */
  death(task: Task, groupDead: boolean, signal: number): void;
  /** tracehook_prepare_release_task: the task was reaped; `exitState` is DEAD. */
  release(task: Task): void;
  /** tracehook_notify_jctl: `notify` is the si_code's meaning the parent is told, or null when it is told nothing. */
  jctl(task: Task, type: JobControl, notify: JobControl | null): Outcome;

  /** tracehook_get_signal: before each signal is delivered, and on the way out when `interrupt` is set. */
  getSignal(task: Task): Outcome;
  decision(task: Task): SignalDecision;
  /** tracehook_signal_handler: a handler's frame was set up. */
  signalHandler(task: Task, stepping: boolean): void;
  /** tracehook_notify_resume: on the way to user mode when `report` is set. */
  resume(task: Task): Outcome;

  /** Goes on where HELD was answered, after {@link Kernel.wake}. */
  proceed(task: Task): Outcome;
  /** SIGKILL (or its like) broke whatever held the task: it will do nothing but exit. */
  killed(task: Task): void;

  /** tracehook_unsafe_exec: LSM_UNSAFE_* bits of all engines. */
  unsafeExec(task: Task): number;
  /** tracehook_tracer_task: who ptraces this task, by an engine's word. */
  tracerTask(task: Task): Task | null;
}

export const Step = { NONE: 0, SINGLE: 1, BLOCK: 2 } as const;
export type Step = (typeof Step)[keyof typeof Step];

/** What the core asks of the kernel it runs on. None of these waits. */
export interface Kernel {
  /** arch_has_single_step, arch_has_block_step. */
  readonly hasSingleStep: boolean;
  readonly hasBlockStep: boolean;
  /** The live (or zombie) task with this tid. */
  findTask(tid: Tid): Task | undefined;
  /** set_notify_resume: the task must come to the `resume` hook soon; a sleep in a system call is not disturbed. */
  notifyResume(task: Task): void;
  /** signal_wake_up(0): the task must come to `getSignal` soon; a sleep is interrupted as SIGSTOP would. */
  interrupt(task: Task): void;
  /** Ends a HELD: the host calls `proceed` and goes on. Never from within the hook that answered HELD. */
  wake(task: Task): void;
  /**
   * Whether the task sits quietly in a job control stop (TASK_STOPPED). If so, the host keeps it examinable and
   * stopped until `wake`, whatever SIGCONT says meanwhile.
   */
  holdJobStop(task: Task): boolean;
  /** user_enable_single_step and so on, for the next return to user mode. */
  setStep(task: Task, step: Step): void;
  /** Whether SIGKILL is pending, or is what the task is dying of: then nothing may hold it. */
  isKilled(task: Task): boolean;
  /** A number that changes whenever the task has run (nvcsw). */
  switches(task: Task): number;
  /** The task's mask changed (TIF_SYSCALL_TRACE and the like). */
  eventsChanged(task: Task): void;
  /** dequeue_signal: the next signal to deliver, or null. SIGKILL never comes this way. */
  dequeueSignal(task: Task): DequeuedSignal | null;
  /** push_back_signal: puts a signal (back) at the head of the task's queue. */
  requeueSignal(task: Task, info: DequeuedSignal['info']): void;
}
