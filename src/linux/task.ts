/** A task on the real kernel: its place in the stop machinery. Its machine state is machine-state.ts. */

import type { Siginfo } from '../abi/siginfo.ts';
import type { Tgid, Tid } from '../base/brand.ts';
import type { Outcome } from '../tracehook/hooks.ts';
import { Step } from '../tracehook/hooks.ts';
import type { CurrentSyscall, Memory, SyscallState } from '../tracehook/machine.ts';
import type { DequeuedSignal } from '../tracehook/signal.ts';
import type { SyscallSet } from '../tracehook/syscall-set.ts';
import { ExitState, type Task, type TraceSlot } from '../tracehook/task.ts';
import type { Arch } from './arch/index.ts';
import { CallState, TaskMemory, TaskRegisters } from './machine-state.ts';
import type { Native } from './native.ts';
import * as proc from './proc.ts';
import type { QueuedSignal } from './queued-signals.ts';
import type { ThreadGroup } from './thread-group.ts';

/** Where the real task is, as far as we know. */
export const Run = {
  /** Resumed (or never stopped): it will tell. */
  RUNNING: 0,
  /** In a ptrace-stop that we have waited for: ours to read and resume. */
  STOPPED: 1,
  /** In a group stop, under PTRACE_LISTEN. */
  LISTENING: 2,
  GONE: 3,
} as const;
export type Run = (typeof Run)[keyof typeof Run];

/** The kind of ptrace-stop a STOPPED task is in. */
export const Stop = {
  NONE: 0,
  ENTRY: 1,
  SECCOMP: 2,
  EXIT: 3,
  SIGNAL: 4,
  /** EVENT_STOP while the group is stopped (R5). */
  GROUP: 5,
  /** EVENT_STOP for an INTERRUPT, a SIGCONT or a birth. */
  TRAP: 6,
  CLONE: 7,
  EXEC: 8,
  DYING: 9,
  OTHER: 10,
} as const;
export type Stop = (typeof Stop)[keyof typeof Stop];

/** The sleep of a served call, for which a real one stands in: what disturbs that one alone is nothing to the task (served.ts). */
export const Sleep = {
  NONE: 0,
  /** Disturbed, and on its way back to the call. */
  BACK: 1,
  /** Woken, or woken on that way: there is something for it to look at. */
  NEWS: 2,
  /** Back at the call, and nothing has woken it. */
  ON: 3,
} as const;
export type Sleep = (typeof Sleep)[keyof typeof Sleep];

/** Kept by all tasks of a host. */
export interface TaskCounts {
  /** Tasks that are resumed: one of them may stop any moment. */
  running: number;
}

/** A call of this task that is served, not made (served.ts). */
export interface ServedCall {
  readonly nr: number;
  /**
   * `parked`: in its stop, to be answered soon. `asleep`: really asleep. `trying`: made for real, the result is looked at.
   * `signalling`: another call is made in its place, by which the caller gets a SIGCHLD.
   */
  phase: 'parked' | 'asleep' | 'trying' | 'signalling';
  /** The arguments that were replaced. */
  given?: readonly { readonly register: string; readonly value: bigint }[];
  /** When that is done, the call returns this; undefined: it is made again. */
  value?: bigint;
  /** Takes the result of one that is tried; absent: it is for PtraceHooks.leave. */
  readonly done?: (result: number) => void;
}

/** A task on its way to its first exec under trace. */
export interface Spawning {
  /** Lets it go on: it waits until its tracer is there. Null once done. */
  go: (() => void) | null;
  /** Where the child writes which step failed; −1: nowhere. */
  readonly errFd: number;
  running: boolean;
  failed: boolean;
}

let serial = 0;

/** The files of this folder share the fields; outside it a task is what `Task` shows. */
export class LinuxTask implements Task {
  tid: Tid;
  group: ThreadGroup;
  exitState: ExitState = ExitState.ALIVE;
  starting = false;
  /** The child whose clone is being reported: it begins its life when that is over. */
  newborn: LinuxTask | null = null;
  readonly kernelThread = false;
  trace!: TraceSlot;

  stop: Stop = Stop.NONE;
  /** Tracers were shown something at it. */
  trapShown = false;
  step: Step = Step.NONE;
  /** The exit of a call is no trap of a step's. */
  stepsPastCalls = false;
  /** … and the call was an exec or a sigreturn, whose registers know of no step. */
  stepLost = false;
  /** What to do when a held task is let go. */
  goesOn: ((task: LinuxTask, outcome: Outcome) => void) | null = null;
  /** On the wake list already. */
  waking = false;
  waitStatus?: number;
  ownStatus?: number;
  /** The exit code an engine put in place of the true one. */
  changedStatus: number | null = null;
  /** Its real user id, as the stop that it stands in told; −1: not told. */
  uid = -1;
  systemTime = 0;
  userTime = 0;
  /** Counts resumes: `Kernel.switches`. */
  switches = 0;

  /** Between entry and exit of a system call, as far as stops told. */
  entered = false;
  /** The request it was last resumed with. */
  resumedWith = 0;
  /** A PTRACE_INTERRUPT is on its way. */
  interruptSent = false;
  /** … and it may have stopped for something else before that came: the trap is the one after that stop. */
  interruptLate = false;
  /** That INTERRUPT was only for a report: a sleep it disturbs is to go on as if nothing had been. */
  politeInterrupt = false;
  /** It sleeps in restart_syscall, after a disturbance for nothing, and this is its call; −1: it does not. */
  sleepsAs = -1;
  /** It was interrupted in this call, which it makes again: that entry is no news. −1: none. */
  rejoins = -1;
  /** Its own signal mask, while that of the call which it makes again is kept in its place (temporary-mask.ts). */
  ownMask: bigint | null = null;
  /** It has come to this call again before a signal that waits; it does not make it, and takes that first. −1: none. */
  givesWay = -1;
  /** It is on its way to this call again, which was tried. −1: none. */
  reruns = -1;
  /** The seccomp filter of its tree, as a set of calls; null: none. */
  filter: SyscallSet | null = null;
  /** The call at hand is to fail with ENOSYS. */
  refused = false;
  /** Takes a stop for every system call, whatever the filter says. */
  syscallStops = false;
  /** The call that is served for it. */
  served: ServedCall | null = null;
  sleep: Sleep = Sleep.NONE;
  /** Its wait was left to the kernel; it has not been seen since. */
  waitsForReal = false;
  /** The number of the call that was answered without being made: restored for whoever sees its exit. */
  answered = -1;
  /** That was because a tracer had it skipped: there is always somebody who sees its exit, we. */
  skips = false;
  /** SIGCHLDs that it is to get. */
  readonly childSignals: Siginfo[] = [];
  /** A SIGCHLD that it gets if it blocks them. */
  doubtfulSignal: (() => Siginfo) | null = null;
  /** A tracer changed its registers. */
  touched = false;
  /** How often in a row it does not linger (linger.ts): still, and the last time. */
  lingerSkips = 0;
  lingerGap = 0;
  /** What it had before it was last held (holds.ts); null: it never was. */
  affinity: Uint8Array | null = null;
  /** It was not found to be given that back: as the thread of another tid, if at all. */
  lostAffinity = false;
  /** Its zombie is kept until every tracer took its death. */
  keeps = false;
  /** Its first stop was seen: if it was born under trace, that of its birth. */
  begun = false;
  /** Born under trace: the trap of its birth is to come. */
  awaitsBirth = false;
  /** The signal of the group stop that it is in, or was in last. */
  groupSigno = 0;
  /** It was let go out of a group stop that lasts (R35). */
  ranOut = false;
  /** As soon as what it stands in is over it traps: to go back into that, or to learn whether that lasts. */
  trapsNext = false;
  /** Its clone was given CLONE_UNTRACED, and where that was in memory. */
  untraced: { readonly at?: bigint; readonly given?: bigint } | null = null;
  /** Held, and under a real LISTEN meanwhile. */
  lone = false;
  /** Its death is being reported. */
  reporting = false;
  /** The step over a system call ends in a SIGTRAP of our making after its exit (R45). */
  stepTrap = false;

  /** The signal of the current delivery-stop, until dequeued. */
  pending: DequeuedSignal | null = null;
  /** Its signo, for as long as the stop lasts. */
  stopSigno = 0;
  /** A SIGCONT has ended its group's stop, and it has yet to go on from that. */
  leavesGroupStop = false;
  /** It is on its way back into the stop of its group, of so many threads, if that lasts: its next trap says. 0: it is not. */
  goesBack = 0;
  /** Signals we queued ourselves, waiting for their delivery-stop. */
  readonly queued: QueuedSignal[] = [];
  /** The signal that it was stopped for last. */
  shown: Siginfo | null = null;
  /** Signals that wait and that its tracers are not to see (unseen.ts): bit n − 1 stands for signal n. */
  unseen = 0n;
  /** Signals that waited as its last tracer left it: until it is seen to go on. */
  seen = 0n;
  /** The signal the next resume passes on. */
  deliver = 0;
  /** The trap of a step that waits is that of a disturbance for nothing (continues.ts). */
  noTrap = false;
  /** … and so was the end of its call. */
  disturbed = false;
  /** The signals of its process that are its own to take, as it goes on from its stop (continues.ts): bit n − 1 stands for signal n. */
  owns = 0n;
  /** One of them that another thread came to take. */
  given: Siginfo | null = null;
  /** A SIGCONT came while it was held: its trap is next as it goes on. */
  trapDue = false;
  /** It is in the trap of a SIGCONT, which its leader may be the one to take. */
  mayYield = false;
  /** Its last tracer, or SIGCONT, has let it go, and since then it has not come to the program. */
  letGo = false;
  /** … and it is on its way to take a signal that stops or ends its process, or was given it. */
  takesStop = false;
  /** It is not to take its process's SIGCONT. */
  declines = false;
  /** … or it is: it was let go while its leader stood in another stop (continues.ts). */
  takesContinue = false;
  /** The SIGCONT that waits was there as it was shown its last trap, out of a LISTEN. */
  heardContinue = false;
  /**
   * How many SIGCONTs of its process there had been as its tracer was shown its last trap, which tells of those that came while it was held
   * (TRAP_NOTIFY is one bit); -1: it has stopped since.
   */
  toldContinues = -1;
  /** It goes on from a signal's stop to a trap of ours: if it was in a call, that has ended. */
  leftCall = false;
  /** It stands in a real trap: what its tracers are shown tells of what came before that, and a SIGCONT that comes after it makes it trap once more. */
  trapTells = false;
  /** Its group began to stop while it was held at the entry of a call: TIF_SIGPENDING, which ends that call, though the stop be over. */
  missedStop = false;
  /** It comes out of a group stop, or of one of its last tracer's, which has ended its call, and signals wait that it looks at first. */
  leavesStop = false;
  /** The handler just being set up is to be reported (R45). */
  handlerTrap = false;
  /** We passed on a signal that ends the process: an EVENT_EXIT that follows is its own doing. */
  fatalPassed = false;
  /** We sent it a SIGKILL, which has ended its stop. */
  killing = false;
  /** At EVENT_EXIT: killed from outside, so that nothing may hold it. */
  killed = false;
  /** Processes were born to it, or given to it. */
  hasChildren = false;
  /** `live` of its group no longer counts it. */
  exited = false;
  /** Its death was the group's (no thread was left that had not exited). */
  groupDead = false;
  /** To be let go for good at its next stop. */
  detaching = false;
  /** Attached while it was in a group stop: entering that is no news. */
  quietStop = false;
  /** Being spawned: its own set-up is hidden until execve. */
  spawning: Spawning | null = null;

  // Made when first needed: most tasks of a large process are never looked at.
  private callState: CallState | null = null;
  private taskRegisters: TaskRegisters | null = null;
  private taskMemory: TaskMemory | null = null;
  private readonly native: Native;
  private readonly arch: Arch;

  private place: Run = Run.RUNNING;
  private readonly counts: TaskCounts;

  /** Grows with each birth, as far as we saw them. */
  readonly age: number;
  /** In which arrangement of events its last one is, and at which place (event-order.ts). */
  collectedIn = 0;
  collectedAt = 0;
  /** Grows along the list of its parent's children. */
  private order: number;

  constructor(tid: Tid, group: ThreadGroup, native: Native, arch: Arch, counts: TaskCounts) {
    this.age = serial++;
    this.order = this.age;
    this.tid = tid;
    this.group = group;
    this.counts = counts;
    counts.running++;
    this.native = native;
    this.arch = arch;
  }

  get siblingOrder(): number {
    return this.order;
  }

  /** Its parent has died, and another takes it in: as the last of its children. */
  moveToEnd(): void {
    this.order = serial++;
  }

  /** By an exec it is its process's leader, in the place of that one. */
  takePlaceOf(leader: LinuxTask): void {
    this.order = leader.order;
  }

  get run(): Run {
    return this.place;
  }

  /** In its group's stop: free to leave it, or held there. */
  get inGroupStop(): boolean {
    return this.run === Run.LISTENING || (this.run === Run.STOPPED && this.stop === Stop.GROUP);
  }

  set run(run: Run) {
    if (this.place === Run.RUNNING) this.counts.running--;
    if (run === Run.RUNNING) this.counts.running++;
    this.place = run;
  }

  /** The stop of its group lasts, and it is in that, or, held elsewhere, has yet to join it (JOBCTL_STOP_PENDING): it has not run out of it. */
  get stopsWithGroup(): boolean {
    return !this.group.continueReported && !this.ranOut;
  }

  get tgid(): Tgid {
    return this.group.tgid;
  }

  get isLeader(): boolean {
    return (this.tid as number) === this.group.tgid;
  }

  get call(): CallState {
    this.callState ??= new CallState(this, this.arch);
    return this.callState;
  }

  get registers(): TaskRegisters {
    this.taskRegisters ??= new TaskRegisters(this, this.native, this.arch);
    return this.taskRegisters;
  }

  /** The task has run: what was read of its registers is void. */
  invalidate(): void {
    this.taskRegisters?.invalidate();
  }

  /** Whether registers were changed since the stop. */
  get registersChanged(): boolean {
    return this.taskRegisters?.changed ?? false;
  }

  /** Writes changed registers back. Returns a negated errno (the task died), or 0. */
  flush(): number {
    return this.taskRegisters?.flush() ?? 0;
  }

  get memory(): Memory {
    this.taskMemory ??= new TaskMemory(this, this.native);
    return this.taskMemory;
  }

  get syscall(): SyscallState {
    return this.call;
  }

  currentSyscall(): CurrentSyscall {
    return proc.currentSyscall(this.tid);
  }
}
