/** A task on the real kernel: its place in the stop machinery, and its machine state read on demand. */

import { NT, PTRACE } from '../abi/ptrace.ts';
import type { Siginfo } from '../abi/siginfo.ts';
import type { Tgid, Tid } from '../base/brand.ts';
import type { Outcome } from '../tracehook/hooks.ts';
import { Step } from '../tracehook/hooks.ts';
import type { AbiName, CurrentSyscall, Memory, Registers, RegsetName, SyscallState } from '../tracehook/machine.ts';
import type { DequeuedSignal, SignalDecision } from '../tracehook/signal.ts';
import type { SyscallSet } from '../tracehook/syscall-set.ts';
import { ExitState, type Task, type TraceSlot } from '../tracehook/task.ts';
import type { Arch } from './arch/index.ts';
import { errnoError, HostError } from './errors.ts';
import type { EventBuffer } from './event-buffer.ts';
import type { Native } from './native.ts';
import * as proc from './proc.ts';

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

/** Kept by all tasks of a host. */
export interface TaskCounts {
  /** Tasks that are resumed: one of them may stop any moment. */
  running: number;
}

/** A thread group: what its threads share. */
export class ThreadGroup {
  tgid: Tgid;
  readonly threads = new Set<LinuxTask>();
  /** Threads that have not passed their exit (signal->live). */
  live = 0;
  /** Signal the parent gets at the end. */
  exitSignal = 17;
  /** Whether this very process is our child by birth (spawned), so that waiting for it reaps it. */
  readonly ours: boolean;
  /** The SIGCONT that ended the current group stop was reported by some thread. */
  continueReported = true;

  constructor(tgid: Tgid, ours: boolean) {
    this.tgid = tgid;
    this.ours = ours;
  }
}

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
  step: Step = Step.NONE;
  /** What to do when a held task is let go. */
  goesOn: ((task: LinuxTask, outcome: Outcome) => void) | null = null;
  /** On the wake list already. */
  waking = false;
  waitStatus?: number;
  /** The exit code an engine put in place of the true one. */
  changedStatus: number | null = null;
  systemTime = 0;
  /** Counts resumes: `Kernel.switches`. */
  switches = 0;

  /** Between entry and exit of a system call, as far as stops told. */
  entered = false;
  /** The request it was last resumed with. */
  resumedWith = 0;
  /** A PTRACE_INTERRUPT is on its way. */
  interruptSent = false;
  /** That INTERRUPT was only for a report: a sleep it disturbs is to go on as if nothing had been. */
  politeInterrupt = false;
  /** It was interrupted in this call, which it makes again: that entry is no news. −1: none. */
  rejoins = -1;
  /** The seccomp filter of its tree, as a set of calls; null: none. */
  filter: SyscallSet | null = null;
  /** The call at hand is to fail with ENOSYS. */
  refused = false;
  /** Takes a stop for every system call, whatever the filter says. */
  syscallStops = false;
  /** The step over a system call ends in a SIGTRAP of our making after its exit (R45). */
  stepTrap = false;

  /** The signal of the current delivery-stop, until dequeued. */
  pending: DequeuedSignal | null = null;
  /** Its signo, for as long as the stop lasts. */
  stopSigno = 0;
  /** Signals we queued ourselves, waiting for their delivery-stop. */
  readonly queued: {
    readonly signo: number;
    readonly info: Siginfo;
    readonly decision: SignalDecision | null;
    readonly cookie: number;
  }[] = [];
  /** The signal the next resume passes on. */
  deliver = 0;
  /** The handler just being set up is to be reported (R45). */
  handlerTrap = false;
  /** We passed on a signal that ends the process: an EVENT_EXIT that follows is its own doing. */
  fatalPassed = false;
  /** At EVENT_EXIT: killed from outside, so that nothing may hold it. */
  killed = false;
  /** `live` of its group no longer counts it. */
  exited = false;
  /** Its death was the group's (no thread was left that had not exited). */
  groupDead = false;
  /** To be let go for good at its next stop. */
  detaching = false;
  /** Attached while it was in a group stop: entering that is no news. */
  quietStop = false;
  /** Being spawned: its own set-up is hidden until execve. */
  spawning: { goFd: number; errFd: number; running: boolean; failed: boolean } | null = null;

  // Made when first needed: most tasks of a large process are never looked at.
  private callState: CallState | null = null;
  private taskRegisters: TaskRegisters | null = null;
  private taskMemory: TaskMemory | null = null;
  private readonly native: Native;
  private readonly arch: Arch;

  private place: Run = Run.RUNNING;
  private readonly counts: TaskCounts;

  constructor(tid: Tid, group: ThreadGroup, native: Native, arch: Arch, counts: TaskCounts) {
    this.tid = tid;
    this.group = group;
    this.counts = counts;
    counts.running++;
    this.native = native;
    this.arch = arch;
  }

  get run(): Run {
    return this.place;
  }

  set run(run: Run) {
    if (this.place === Run.RUNNING) this.counts.running--;
    if (run === Run.RUNNING) this.counts.running++;
    this.place = run;
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

/** The system call at hand: copied from the stop, so that it stays readable while the task is held. */
export class CallState implements SyscallState {
  abi: AbiName = 'x86-64';
  nr = -1;
  /** ip, sp, nr, six arguments, result; 64 bits each, low word first. */
  private readonly words = new Int32Array(20);
  private readonly wide = new BigInt64Array(this.words.buffer);
  private readonly task: LinuxTask;
  private readonly arch: Arch;

  constructor(task: LinuxTask, arch: Arch) {
    this.task = task;
    this.arch = arch;
  }

  /** Takes over PTRACE_SYSCALL_INFO_ENTRY (or SECCOMP): ip, sp, nr, args. */
  loadEntry(buffer: EventBuffer, i: number): void {
    const from = buffer.callWords(i);
    const { words: source } = buffer;
    const { words } = this;
    for (let k = 0; k < 18; k++) words[k] = source[from + 2 + k]!;
    this.nr = words[4]!;
    this.abi = this.arch.abiOf(source[from + 1]!, this.nr);
  }

  /** Takes over PTRACE_SYSCALL_INFO_EXIT: ip, sp, rval; without a seen entry the call is read from the registers. */
  loadExit(buffer: EventBuffer, i: number, known: boolean): void {
    const from = buffer.callWords(i);
    const { words: source } = buffer;
    this.words[18] = source[from + 6]!;
    this.words[19] = source[from + 7]!;
    if (known) return;
    const { registers } = this.task;
    this.nr = Number(BigInt.asIntN(32, registers.get(this.arch.syscallNumber)));
    this.abi = this.arch.abiOf(source[from + 1]!, this.nr);
    for (let k = 0; k < 4; k++) this.words[k] = source[from + 2 + k]!;
    this.arch.argumentRegisters(this.abi).forEach((name, index) => {
      this.wide[3 + index] = BigInt.asIntN(64, registers.get(name));
    });
  }

  get instructionPointer(): bigint {
    return BigInt.asUintN(64, this.wide[0]!);
  }

  get stackPointer(): bigint {
    return BigInt.asUintN(64, this.wide[1]!);
  }

  argNumber(index: number): number {
    return (this.words[6 + 2 * index]! >>> 0) + this.words[7 + 2 * index]! * 4294967296;
  }

  argInt(index: number): number {
    return this.words[6 + 2 * index]!;
  }

  arg(index: number): bigint {
    return BigInt.asUintN(64, this.wide[3 + index]!);
  }

  get result(): number {
    return (this.words[18]! >>> 0) + this.words[19]! * 4294967296;
  }

  get result64(): bigint {
    return this.wide[9]!;
  }

  get failed(): boolean {
    const high = this.words[19]!;
    const low = this.words[18]!;
    return high === -1 && low < 0 && low >= -4095;
  }

  setNumber(nr: number): void {
    this.nr = nr;
    this.task.registers.set(this.arch.syscallNumber, BigInt(nr));
  }

  setArg(index: number, value: bigint): void {
    this.wide[3 + index] = BigInt.asIntN(64, value);
    this.task.registers.set(this.arch.argumentRegisters(this.abi)[index]!, value);
  }

  setResult(value: bigint): void {
    this.wide[9] = BigInt.asIntN(64, value);
    this.task.registers.set(this.arch.syscallResult, value);
  }
}

/** General registers, fetched once a stop and written back before the resume if changed. */
export class TaskRegisters implements Registers {
  readonly names: readonly string[];
  private readonly bytes: Uint8Array;
  private readonly values: BigUint64Array;
  private loaded = false;
  private dirty = false;
  private readonly task: LinuxTask;
  private readonly native: Native;

  constructor(task: LinuxTask, native: Native, arch: Arch) {
    this.task = task;
    this.native = native;
    this.names = arch.registerNames;
    this.bytes = new Uint8Array(arch.registerBytes);
    this.values = new BigUint64Array(this.bytes.buffer);
  }

  /** The task has run: what was read is void. */
  invalidate(): void {
    this.loaded = false;
  }

  /** Writes changes back. Returns a negated errno (the task died), or 0. */
  flush(): number {
    if (!this.dirty) return 0;
    this.dirty = false;
    return this.native.ptraceData(PTRACE.SETREGS, this.task.tid, 0, this.bytes);
  }

  private load(): void {
    if (this.loaded) return;
    this.needStop();
    const r = this.native.ptraceData(PTRACE.GETREGS, this.task.tid, 0, this.bytes);
    if (r < 0) throw errnoError(-r, 'ptrace(PTRACE_GETREGS)', this.task.tid, 'the task was killed meanwhile');
    this.loaded = true;
  }

  private index(name: string): number {
    const index = this.names.indexOf(name);
    if (index < 0) throw new RangeError(`no register '${name}' here; there are ${this.names.join(', ')}`);
    return index;
  }

  private needStop(): void {
    if (this.task.run === Run.STOPPED) return;
    throw new HostError('ESRCH', `task ${this.task.tid} is not stopped`, {
      tid: this.task.tid,
      hint: 'read registers in a callback, or after one that answered STOP',
    });
  }

  get(name: string): bigint {
    this.load();
    return this.values[this.index(name)]!;
  }

  set(name: string, value: bigint): void {
    this.load();
    this.values[this.index(name)] = BigInt.asUintN(64, value);
    this.dirty = true;
  }

  readSet(name: RegsetName): Uint8Array {
    this.needStop();
    this.flush();
    const into = new Uint8Array(16384);
    const n = this.native.regset(PTRACE.GETREGSET, this.task.tid, NOTE[name], into);
    if (n < 0) throw errnoError(-n, 'ptrace(PTRACE_GETREGSET)', this.task.tid);
    return into.slice(0, n);
  }

  writeSet(name: RegsetName, data: Uint8Array): void {
    this.needStop();
    this.flush();
    const n = this.native.regset(PTRACE.SETREGSET, this.task.tid, NOTE[name], data);
    if (n < 0) throw errnoError(-n, 'ptrace(PTRACE_SETREGSET)', this.task.tid);
    this.loaded = false;
  }
}

const NOTE: Record<RegsetName, number> = {
  general: NT.PRSTATUS,
  'floating-point': NT.PRFPREG,
  xstate: NT.X86_XSTATE,
};

/** Strings are read into this first; most are short. */
const scratch = new Uint8Array(1 << 16);

class TaskMemory implements Memory {
  private readonly task: LinuxTask;
  private readonly native: Native;

  constructor(task: LinuxTask, native: Native) {
    this.task = task;
    this.native = native;
  }

  read(address: bigint | number, length: number): Uint8Array {
    if (length === 0) return new Uint8Array(0);
    const into = length <= scratch.length ? scratch : new Uint8Array(length);
    const n = this.native.readMemory(this.task.tid, address, into, length);
    if (n < 0) throw errnoError(-n, `reading memory at 0x${address.toString(16)}`, this.task.tid);
    return into === scratch ? scratch.slice(0, n) : into.subarray(0, n);
  }

  readString(address: bigint | number, max: number): { bytes: Uint8Array; terminated: boolean } {
    const into = max <= scratch.length ? scratch : new Uint8Array(max);
    const n = this.native.readString(this.task.tid, address, into, max);
    if (n >= 0) return { bytes: into.slice(0, n), terminated: n < max };
    if (n > -(2 ** 20)) throw errnoError(-n, `reading a string at 0x${address.toString(16)}`, this.task.tid);
    return { bytes: into.slice(0, -(2 ** 20) - n), terminated: false };
  }

  write(address: bigint | number, data: Uint8Array): void {
    if (data.length === 0) return;
    const n = this.native.writeMemory(this.task.tid, address, data);
    if (n < 0) throw errnoError(-n, `writing memory at 0x${address.toString(16)}`, this.task.tid);
  }
}
