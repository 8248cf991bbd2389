/** A simulated task (task_struct): data, and predicates over it. What happens to it is in the files named for that. */

import type { Siginfo } from '../abi/siginfo.ts';
import type { SigSet } from '../abi/signal-set.ts';
import { SIG } from '../abi/signals.ts';
import type { Tgid, Tid } from '../base/brand.ts';
import { Step } from '../tracehook/hooks.ts';
import type { CurrentSyscall } from '../tracehook/machine.ts';
import { ExitState, type Task, type TraceSlot } from '../tracehook/task.ts';
import type { DebugRegisters } from './debug.ts';
import type { Frame, Start } from './frames.ts';
import { Jobctl } from './jobctl.ts';
import { type AddressSpace, TaskMemory } from './memory.ts';
import type { Process, SignalHandlers } from './process.ts';
import { CallState, type TaskRegisters } from './registers.ts';
import type { RunState } from './run-state.ts';
import type { SeccompFilter } from './seccomp.ts';
import type { Scope } from './send-signal.ts';
import { SignalQueue } from './signal-queue.ts';

/** `how`: it stopped again; SIGCONT was faster; or another tracer lets it run out of its stop. */
export interface Arrival {
  readonly tracer: SimTask;
  readonly arrive: (how: 'stopped' | 'continued' | 'leaves') => void;
  leaves: boolean;
}

export class SimTask implements Task {
  tid: Tid;
  process: Process;
  mm: AddressSpace;
  handlers: SignalHandlers;
  readonly registers: TaskRegisters;
  readonly syscall: CallState;
  readonly memory = new TaskMemory(this);
  trace!: TraceSlot;

  exitState: ExitState = ExitState.ALIVE;
  starting = false;
  readonly kernelThread = false;
  waitStatus?: number;
  /** Grows with each birth. */
  readonly serial: number;
  /** Grows along the list of its parent's children: who was taken in comes after who was born there. */
  siblingOrder: number;

  /** What it does when it is next chosen to run. */
  run: RunState;
  /** TASK_RUNNING: the scheduler may choose it. */
  ready = false;
  /** It has not run since it was woken. */
  woken = false;
  /** Times it was chosen after it had waited (nvcsw). */
  switches = 0;

  jobctl = 0;
  readonly pending = new SignalQueue();
  blocked: SigSet = 0n;
  /** sigsuspend: the mask that is to be restored (TIF_RESTORE_SIGMASK). */
  savedMask: SigSet | null = null;
  /** sigtimedwait: what it waits for though it blocks it is not ignored meanwhile. */
  realBlocked: SigSet = 0n;
  /** The signal that is being shown, and the queue that it came from. */
  taken: { readonly info: Siginfo; readonly scope: Scope } | null = null;
  /** What tracers gave it at a call: it sends that to itself as it goes on. */
  readonly passed: Siginfo[] = [];
  /** TIF_SIGPENDING. */
  sigpending = false;
  step: Step = Step.NONE;
  /** The exit of a call is no trap of a step's. */
  stepsPastCalls = false;
  /** … and the call was an exec or a sigreturn, whose registers know of no step. */
  stepLost = false;
  /** Null: never used. */
  debug: DebugRegisters | null = null;

  /** PF_EXITING. */
  exiting = false;
  /** Dies of SIGKILL or of what another thread did: nobody may hold it. */
  killed = false;
  /** self_exec_id: which program it runs, by number. */
  execId = 0;
  /** What do_exit was given, in wait's format. */
  exitCode = 0;
  /** Its zombie is kept until every tracer took its death (R12). */
  keeps = false;

  /** Its death is being reported. */
  announcing = false;

  /** The core keeps it in its job control stop, whatever SIGCONT says meanwhile. */
  jobHeld = false;
  /** The report of its job control stop was answered HELD. */
  jobReporting = false;
  /** SIGCONT came, and it has yet to leave its stop. */
  continued = false;
  /** JOBCTL_TRAPPING: what is to be done when it is in its trap, and who waits for that. */
  arrival: Arrival | null = null;
  /** As a tracer: the task whose trap its call waits for. */
  awaits: SimTask | null = null;
  /** Requests that work on it (JOBCTL_PTRACE_FROZEN). */
  requests = 0;

  /** The leaders that it made, or took in, by birth: where wait looks. */
  readonly children: SimTask[] = [];
  /** The parent that waits for this vfork child to exec or exit. */
  vforkParent: SimTask | null = null;
  /** Programs on the stack: the main one, and the handlers that have not returned. */
  readonly frames: Frame[] = [];
  /** What the next child runs: a clone does not copy a generator. */
  childStart: Start | null = null;
  /** Where the library of the program keeps what pointers point to. */
  scratch = 0;
  stack: number;
  /** How to make an interrupted sleep anew: restart_syscall. */
  restart: (() => RunState) | null = null;
  readonly filters: SeccompFilter[] = [];
  noNewPrivs = false;
  /** PTRACE_O_SUSPEND_SECCOMP. */
  filtersRest = false;
  name: string;

  constructor(
    tid: Tid,
    process: Process,
    parts: {
      mm: AddressSpace;
      handlers: SignalHandlers;
      registers: TaskRegisters;
      serial: number;
      run: RunState;
      stack: number;
    },
  ) {
    this.tid = tid;
    this.process = process;
    this.mm = parts.mm;
    this.handlers = parts.handlers;
    this.registers = parts.registers;
    this.syscall = new CallState(parts.registers);
    this.serial = parts.serial;
    this.siblingOrder = parts.serial;
    this.run = parts.run;
    this.stack = parts.stack;
    this.name = process.name;
  }

  get tgid(): Tgid {
    return this.process.tgid;
  }

  get isLeader(): boolean {
    return this.process.leader === this;
  }

  get ownStatus(): number {
    return this.exitCode;
  }

  /** fatal_signal_pending. */
  get fatalPending(): boolean {
    return this.pending.has(SIG.SIGKILL);
  }

  /** task_is_stopped: reads the job-control bit, never the scheduler's state (R53). */
  get isStopped(): boolean {
    return (this.jobctl & Jobctl.STOPPED) !== 0;
  }

  /** The same, or on its way from there to a trap: as good as stopped for its group. */
  get isStopping(): boolean {
    return (this.jobctl & (Jobctl.STOPPED | Jobctl.TRAPPING)) !== 0;
  }

  /** task_is_traced: held at a hook. */
  get isHeld(): boolean {
    return (this.jobctl & Jobctl.TRACED) !== 0;
  }

  get alive(): boolean {
    return this.exitState === ExitState.ALIVE;
  }

  currentSyscall(): CurrentSyscall {
    if (this.ready) return { state: 'running' };
    const { syscall } = this;
    return {
      state: 'blocked',
      nr: syscall.nr,
      args: [0, 1, 2, 3, 4, 5].map((i) => syscall.arg(i)),
      stackPointer: syscall.stackPointer,
      programCounter: syscall.instructionPointer,
    };
  }
}
