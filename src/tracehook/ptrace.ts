/**
 * The seam between a kernel and ptrace(2). The kernel brings the calls of a tracer (ptrace, wait4, waitid) here instead of
 * making them, and says what only ptrace wants to know; what ptrace does to a task it asks of the kernel. Interfaces only.
 */

import type { Siginfo } from '../abi/siginfo.ts';
import type { Tid } from '../base/brand.ts';
import type { JobControl, Kernel, Outcome } from './hooks.ts';
import type { Disposition } from './signal.ts';
import type { Task } from './task.ts';

/** What is to become of a call that was brought here. */
export type Served =
  /** It is over: the result as the kernel's own would be (a failure is −errno). */
  | { readonly do: 'return'; readonly value: number | bigint }
  /** It is the kernel's own to make after all. */
  | { readonly do: 'make' }
  /** The kernel makes it, with these arguments replaced, and brings the result to {@link PtraceHooks.leave}. */
  | { readonly do: 'try'; readonly args: readonly { readonly arg: number; readonly value: bigint }[] }
  /** The caller sleeps until {@link PtraceKernel.wakeSleeper}, or until a signal interrupts it as it would the real call. */
  | { readonly do: 'sleep' };

/** A file of /proc that is not the same for a tracer under us as for the real kernel. */
export type ProcFile =
  /** The text of `path` (the reader's own: its pid namespace), made what the reader is to see. */
  | { readonly kind: 'text'; readonly path: string; readonly rewrite: (text: string) => string }
  /** The memory of a task: what is read and written by it is brought to `memoryRead` and `memoryWrite`. */
  | { readonly kind: 'memory'; readonly task: Task };

/** What a kernel calls. */
export interface PtraceHooks {
  /**
   * A call of this task, after its entry was reported and before it is made. `sleptOn`: one that it sleeps in all the time, as far as
   * anybody can tell; nobody woke it, its kernel alone had reason to disturb it.
   */
  enter(task: Task, sleptOn?: boolean): Served;
  /**
   * The stopped task on which the ptrace request at hand is to work; null: it needs no stop, or will be refused. For a kernel that
   * makes requests in parts.
   */
  stopAtHand(caller: Task): Task | null;
  /** The result of a call that was tried. `sleep` here: the call is entered anew. */
  leave(task: Task, result: number): Served;
  /** A sleeper was woken and can be answered now: `return`; `make`: if it makes its call once more; or `sleep` for no. */
  poll(task: Task): Served;
  /** PTRACE_EVENT_EXIT: also for a task that SIGKILL ended (R49). HELD: until `wake`; then {@link eventHeld} is asked. */
  exitEvent(task: Task, status: number): Outcome;
  /** A birth was reported and the child has begun its life (tracehook_report_clone_complete). HELD as above. */
  birthEvent(task: Task): Outcome;
  /** Whether such an event's stop still lasts. */
  eventHeld(task: Task): boolean;
  /** A running task has trapped because a SIGCONT was generated: TRAP_NOTIFY (R27, R33). */
  notified(task: Task): void;
  /** A SIGCONT ended the group stop, and the first to tell is a task that nobody traces, or that had run out of it (R35, R37). */
  continuedOutside(task: Task): void;
  /** A SIGCONT ended the group stop, and this task tells so just now: for a kernel that does as it is time for it (R37). */
  tellsContinued(task: Task): void;
  /** A SIGCONT ends the group stop that the task sits in: whether a tracer holds it there. */
  keepsStopped(task: Task): boolean;
  /** A SIGCONT comes: whether the task runs, and takes no notice of that. It blocks SIGCONT, and nobody has SEIZEd it (TRAP_NOTIFY). */
  missesContinue(task: Task): boolean;
  /** A SIGCONT ended a group stop for which threads were waited for still: its parent hears of the stop then (SIGNAL_CLD_STOPPED). */
  stopCutShort(task: Task): void;
  /** A task under {@link PtraceKernel.listen} trapped again: the stop signal of its group, or 0. */
  retrapped(task: Task, signo: number): void;
  /** A sibling's stop signal began a new group stop while the task sits in the one before. */
  stopsAnew(task: Task): void;
  /** A leader dies before its threads, by an exit of its own or by an exec of theirs: nobody can wait for it yet, or ever. */
  leaderDied(task: Task, status: number): void;
  /** An exec by another thread took its place: it goes without a word (R47). `as`: the number that it has then, that of the other. */
  vanished(task: Task, as?: Tid): void;
  /** Whether somebody ptraces the task: then no signal to it is dropped as it is sent (R30). */
  isTraced(task: Task): boolean;
  /** Whether its real parent's process traces it: to that its group's stops are a tracee's, and not a child's (R10). */
  isTracedByParent(task: Task): boolean;
  /** Whether somebody SEIZEd it, and nobody ATTACHed. */
  isSeized(task: Task): boolean;
  /** Whether a trap is due to a tracer of a task that none holds: the kernel makes one for it. */
  owesTrap(task: Task): boolean;
  /** Whether it traces anybody. */
  isTracer(task: Task): boolean;
  /** The task died or was let go: as a tracer it holds nothing any more. */
  tracerGone(task: Task): void;
  /** The process of this leader is dead, and its children are others' now. */
  processGone(leader: Task): void;
  /** SIGKILL broke the stop that the task was in. True: a signal was shown, and nobody has waited for it (current->exit_code). */
  killed(task: Task): boolean;
  /** The task's death is about to be known: whether its zombie must be kept until {@link PtraceKernel.reap}. */
  keepsZombie(task: Task): boolean;
  /** What `reader` opens by this absolute path; null: it is nobody's affair. */
  procFile(reader: Task, path: string): ProcFile | null;
  /** Bytes just read of a task's memory become, in place, what `reader` is to see. */
  memoryRead(reader: Task, task: Task, address: bigint, bytes: Uint8Array): void;
  /** What is really to be written where `writer` writes `bytes`, and `before` is now; or the errno that it gets. */
  memoryWrite(writer: Task, task: Task, address: bigint, bytes: Uint8Array, before: Uint8Array): Uint8Array | number;
  /** A child of `parent`'s process changed state for the real kernel: stopped or continued, as is said; or it is dead, and reaped by us. */
  childChanged(parent: Task, child: Task, what: JobControl | null): void;
}

/** What ptrace asks of a kernel. Results below zero are negated errnos. */
export interface PtraceKernel extends Pick<Kernel, 'findTask' | 'hasBlockStep' | 'holdJobStop' | 'setStep' | 'wake'> {
  /** The task that `viewer` means by a tid; an errno when there is none, or none that is under trace here. */
  lookUp(tid: number, viewer: Task): Task | number;
  /** The same for somebody who wants to trace it: a task from outside is taken under trace, if `viewer` may. */
  adopt(tid: number, viewer: Task): Task | number;
  /** A task's tid, and its process id, as `viewer` sees them (pid namespaces). 0: it cannot see it. */
  tidFor(task: Task, viewer: Task): number;
  tgidFor(task: Task, viewer: Task): number;
  pgidOf(task: Task): number;
  uidOf(task: Task): number;
  /** What a process id, process group or pidfd of `viewer` means, as our own ids; negative: errno. */
  pidFrom(id: number, viewer: Task): number;
  pidOfFd(fd: number, viewer: Task): number;
  /** 0, or the errno with which the real kernel would refuse `tracer` (uids, capabilities, dumpable, Yama). */
  mayTrace(tracer: Task, target: Task): number;

  /**
   * A ptrace request about machine state, made for real on a stopped task. `addr` and `data`: a number, or bytes that take
   * the place of what the caller's pointer points to.
   */
  machine(task: Task, request: number, addr: bigint | Uint8Array, data: bigint | Uint8Array): number;
  /** The same as a 32-bit tracer would make it: words, and what `data` points to, have the layouts of i386. */
  machine32(task: Task, request: number, addr: bigint, data: bigint | Uint8Array): number;
  /** GETREGSET and SETREGSET: how many bytes the set has, or were taken. */
  regset(task: Task, request: number, note: number, data: Uint8Array): number;
  /** report_single_step: where SYSEMU steps, the exit of a call is no trap; the step ends with the instruction after it, but for an exec and a sigreturn, which lose it. */
  stepPastCalls(task: Task, on: boolean): void;
  /** What the call at hand is may have changed: read it anew. */
  refreshCall(task: Task): void;
  /** What the program would do with a signal. */
  disposition(task: Task, signo: number): Disposition;
  /** Whether the thread blocks a signal. */
  blocks(task: Task, signo: number): boolean;
  /** Sends a thread a signal with just this siginfo. */
  sendSignal(task: Task, info: Siginfo): void;
  /** The same for one that came before another of that number, which waits for the thread: that was lost (legacy_queue). */
  sendBefore(task: Task, info: Siginfo): void;
  /** The same for what a tracer gave the task at a call: it sends that itself, when it goes on (ptrace_report_syscall, R41). */
  passSignal(task: Task, info: Siginfo): void;
  /** The signal that it is stopped for, or what became of it, is blocked now: back to the queue that it came from. */
  putBack(task: Task, info: Siginfo): void;
  kill(task: Task): void;
  /** Where the breakpoint instruction is that a task has just run. */
  breakpointAddress(task: Task): bigint;
  /** Where the task goes on. */
  programCounter(task: Task): bigint;
  setProgramCounter(task: Task, address: bigint): void;
  /** Where the CPU leaves a task that has run a breakpoint instruction at `address`. */
  pastBreakpoint(address: bigint): bigint;
  /** Whether there is code at an address that the program cannot write itself. */
  isCode(task: Task, address: bigint): boolean;
  /** Something that stands for the task's address space: the same object for all who share it. */
  addressSpace(task: Task): object;

  /** The stop signal of the group stop that the task really sits in; 0: none. */
  jobStop(task: Task): number;
  /** The same for its group, though the task itself may have run out of the stop (R5, R35). */
  groupStop(task: Task): number;
  /**
   * A newcomer traces a task that sits in its group stop, and is to find it in a trap (JOBCTL_TRAPPING). `arrive` is called when it
   * is there; till then the newcomer's call does not return. How it is then: stopped still; just continued, which is told
   * next; or about to leave the stop, let go by another. Absent: it is there at once.
   */
  enterTrap?(task: Task, arrive: (how: 'stopped' | 'continued' | 'leaves') => void): void;
  /** Whether a group stop has begun that the task has yet to join (JOBCTL_STOP_PENDING): it will, as soon as it goes on. */
  joinsStop(task: Task): boolean;
  /** Lets a task run out of its group stop, which stays (R35). */
  leaveJobStop(task: Task): void;

  /**
   * A held task that is in a trap of ptrace's own goes under a real LISTEN, to be told of its group. `again`: it is to trap once more
   * in any case. False: it cannot.
   */
  listen(task: Task, again: boolean): boolean;
  /** Back from that. */
  unlisten(task: Task): void;
  /** A tracer lets go of the task in a stop: it is to look for signals, and so takes none of its process's till then (__ptrace_unlink). */
  letGo(task: Task): void;
  /** The task is out of a trap of ptrace's own, and looks for signals again: what there is to tell of its group is told now. */
  trapOver?(task: Task): void;
  /** While a group stop is reported: whether the kernel has told the task's real parent of it, as it would not if that were its tracer (R10). */
  toldParent?(task: Task): boolean;
  /** Whether `signo`, or a signal that is taken before it, waits for the thread itself and is not blocked: it comes before one made for the thread. */
  hasPendingUpTo(task: Task, signo: number): boolean;
  /** Whether a signal waits for the task, blocked or not. */
  hasPending(task: Task, signo: number): boolean;
  /** Those that do, its own and its process's: bit n − 1 stands for signal n. */
  pendingSignals(task: Task): bigint;
  /** Its own alone. */
  ownPendingSignals(task: Task): bigint;
  /** A stop signal that the kernel is not told of takes the SIGCONTs away that wait for the task's process, or a thread of it (R32). */
  dropContinues(task: Task): void;
  /** How many SIGCONTs there were for the task's process, of those that are not pending any more at least. */
  continues(task: Task): number;
  /** Its tracer is shown a trap, which tells of all SIGCONTs that have come by now (TRAP_NOTIFY): for a kernel that has it trap later. */
  toldContinues?(task: Task): void;
  /** A number that grows along the list of its parent's children: by birth; those that were taken in come last. */
  siblingOrder(task: Task): number;
  /** Takes (or, `peek`, looks at) the news that a process was continued: one per process (R11). */
  takeContinued(task: Task, peek: boolean): boolean;

  /** Nobody traces it any more: if it ran out of its group's stop, it goes back (R29). */
  rejoinGroupStop(task: Task): void;

  /** The real parent's task: the thread that made this process; null when it is none of ours. */
  parentOf(task: Task): Task | null;
  /** The children by birth of a task's process, those that nobody traces included. */
  childrenOf(task: Task): readonly { readonly tid: number; readonly pgid: number; readonly isDead: boolean }[];
  /** 0, or the errno with which the real kernel would refuse these options to that tracer. */
  maySetOptions(tracer: Task, options: number): number;
  /** Whether the stopped task's seccomp filters rest (PTRACE_O_SUSPEND_SECCOMP): the kernel's own answer. */
  suspendSeccomp(task: Task, on: boolean): number;
  /** 0, or the errno with which the kernel refuses to show filters to that tracer. */
  mayReadFilters(tracer: Task): number;
  /** How many filters of ours lie below the program's own. */
  ownFilters(task: Task): number;
  /** Something that stands for a task's process: the same object for all its threads. */
  processOf(task: Task): object;
  /** Whether these are threads of one process. */
  sameGroup(a: Task, b: Task): boolean;
  isLeader(task: Task): boolean;
  /** The wait status with which the task's whole process ends; null: that has not begun (SIGNAL_GROUP_EXIT). */
  groupExit(task: Task): number | null;
  /** The live tasks of a process. */
  threadsOf(task: Task): readonly Task[];
  /** The zombie that was kept may go: for its real parent to see. `told`: as its tracer that had its SIGCHLD, if that can be. */
  reap(task: Task, told?: boolean): void;
  /** User and system time so far, in µs. */
  times(task: Task): { readonly utime: number; readonly stime: number };
  /** The rusage of a task, as wait4 gives it. */
  rusage(task: Task): Uint8Array;

  /** Somebody traces `task` from now on, and nobody did. */
  beginsTrace?(task: Task): void;
  /** Nobody does any more. */
  endsTrace?(task: Task): void;
  /**
   * The tracer's process traces `task` from now on (or tried to): the files of /proc it opens are asked for by `procFile`, what it
   * writes there into memory by `memoryWrite`, and what others read of the memory of `task` by `memoryRead`.
   */
  becameTracer(tracer: Task, task?: Task): void;

  /** A sleeper is to be polled. */
  wakeSleeper(task: Task): void;
  /** A thread may sit in a wait that the real kernel makes: it comes here again. */
  recallWaiters(task: Task): void;
  /** SIGCHLD for the process of `tracer`, as do_notify_parent_cldstop would send it. */
  sendChildSignal(tracer: Task, info: () => Siginfo, stop: boolean): void;
  /** Whether the process asked not to keep its children's zombies (SIG_IGN, SA_NOCLDWAIT). */
  ignoresChildren(tracer: Task): boolean;
}
