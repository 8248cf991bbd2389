/** A task as the seam shows it: what a host owns and the core looks at. */

import type { Tgid, Tid } from '../base/brand.ts';
import type { EventMask } from './events.ts';
import type { CurrentSyscall, Memory, Registers, SyscallState } from './machine.ts';
import type { SyscallSet } from './syscall-set.ts';

/** `exit_state`: nonzero once the task will never run user code again. */
export const ExitState = { ALIVE: 0, ZOMBIE: 1, DEAD: 2 } as const;
export type ExitState = (typeof ExitState)[keyof typeof ExitState];

/** The core's part of a task (`task_struct.utrace`): made by {@link TraceHooks.initTask}, opaque but for this. */
export interface TraceSlot {
  /** `utrace_flags`: the union of what all engines want. Zero: no engine is attached. */
  readonly events: EventMask;
  /** Which calls the engines that want system calls want, together; null: all. A host need not stop for others. */
  readonly syscalls: SyscallSet | null;
  /** How many engines are attached. */
  readonly engines: number;
  /** A report is owed before the task returns to user mode. */
  readonly report: boolean;
  /** A signal report is owed before the task returns to user mode or takes a signal. */
  readonly interrupt: boolean;
}

export interface Task {
  /** Changes once at most: a thread that execs takes the tid of its group's leader. */
  readonly tid: Tid;
  readonly tgid: Tgid;
  readonly exitState: ExitState;
  /** PF_STARTING: the parent's clone report has not been made yet; nobody else may attach. */
  readonly starting: boolean;
  /** PF_KTHREAD: utrace is for users. */
  readonly kernelThread: boolean;
  readonly trace: TraceSlot;
  /** Once dead: how it ended, as wait(2) says it. Absent where the host cannot tell (an old leader replaced by exec). */
  readonly waitStatus?: number;
  /** What it ended with itself, which SIGCHLD tells though all of its process end with another status (task->exit_code). */
  readonly ownStatus?: number;
  /** System time used so far, in µs: a host that is asked to keep it does so at each stop. */
  readonly systemTime?: number;

  readonly syscall: SyscallState;
  readonly registers: Registers;
  readonly memory: Memory;
  /** `task_current_syscall`: at any time, stopped or not. */
  currentSyscall(): CurrentSyscall;
}
