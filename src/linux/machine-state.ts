/** The machine state of a stopped task, read on demand: the system call at hand, registers, memory. */

import { NT, PTRACE } from '../abi/ptrace.ts';
import type { AbiName, Memory, Registers, RegsetName, SyscallState } from '../tracehook/machine.ts';
import type { Arch } from './arch/index.ts';
import { errnoError, HostError } from './errors.ts';
import type { EventBuffer } from './event-buffer.ts';
import type { Native } from './native.ts';
import { type LinuxTask, Run } from './task.ts';

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
    for (let k = 0; k < 4; k++) this.words[k] = source[from + 2 + k]!;
    if (known) return;
    const { registers } = this.task;
    this.nr = Number(BigInt.asIntN(32, registers.get(this.arch.syscallNumber)));
    this.abi = this.arch.abiOf(source[from + 1]!, this.nr);
    this.arch.argumentRegisters(this.abi).forEach((name, index) => {
      this.wide[3 + index] = BigInt.asIntN(64, registers.get(name));
    });
  }

  /** The registers were changed under it. */
  reload(): void {
    const { registers } = this.task;
    this.nr = Number(BigInt.asIntN(32, registers.get(this.arch.syscallNumber)));
    this.wide[0] = BigInt.asIntN(64, registers.get(this.arch.programCounter));
    this.wide[1] = BigInt.asIntN(64, registers.get(this.arch.stackPointer));
    this.wide[9] = BigInt.asIntN(64, registers.get(this.arch.syscallResult));
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

  /** Sets two registers, without reading the others where nobody has. */
  setTwo(first: string, value1: number | bigint, second: string, value2: number | bigint): void {
    if (this.loaded || this.dirty) {
      this.set(first, BigInt(value1));
      this.set(second, BigInt(value2));
      return;
    }
    const word = this.bytes.length / this.names.length;
    this.native.pokeTwo(this.task.tid, this.index(first) * word, value1, this.index(second) * word, value2);
  }

  /** The task has run: what was read is void. */
  invalidate(): void {
    this.loaded = false;
  }

  /** Whether some are changed and not written back. */
  get changed(): boolean {
    return this.dirty;
  }

  /** Writes changes back. Returns a negated errno (the task died), or 0. */
  flush(): number {
    if (!this.dirty) return 0;
    this.dirty = false;
    const r = this.native.ptraceData(PTRACE.SETREGS, this.task.tid, 0, this.bytes);
    return r === -EIO && this.hasKernelBase() ? 0 : r;
  }

  /**
   * A program may give itself (WRGSBASE) what the kernel takes from no tracer. It writes the registers in their order, and what
   * comes before the bases is all that is changed here.
   */
  private hasKernelBase(): boolean {
    return this.names.some((name, i) => name.endsWith('s_base') && this.values[i]! >= USER_END);
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

/** The call that any task was interrupted in: a burst finds most tasks in one, and few need a register set of their own. */
export class InterruptedCall {
  nr = -1;
  result = 0;
  private readonly bytes: Uint8Array;
  private readonly words: Int32Array;
  private readonly nrAt: number;
  private readonly resultAt: number;
  private readonly native: Native;
  private readonly arch: Arch;

  constructor(native: Native, arch: Arch) {
    this.native = native;
    this.arch = arch;
    this.bytes = new Uint8Array(arch.registerBytes);
    this.words = new Int32Array(this.bytes.buffer);
    this.nrAt = 2 * arch.registerNames.indexOf(arch.syscallNumber);
    this.resultAt = 2 * arch.registerNames.indexOf(arch.syscallResult);
  }

  /** Looks at a stopped task that has changed no registers in this stop. False: it is in no call, or was killed. */
  load(tid: number): boolean {
    if (this.native.ptraceData(PTRACE.GETREGS, tid, 0, this.bytes) < 0) return false;
    this.nr = this.words[this.nrAt]!;
    this.result = (this.words[this.resultAt]! >>> 0) + this.words[this.resultAt + 1]! * 2 ** 32;
    return this.nr >= 0;
  }

  /** Whose number `nr` is. */
  get abi(): AbiName {
    const { registerNames } = this.arch;
    return this.arch.abiFromRegisters({ get: (name) => BigInt(this.words[2 * registerNames.indexOf(name)]! >>> 0) });
  }
}

const NOTE: Record<RegsetName, number> = {
  general: NT.PRSTATUS,
  'floating-point': NT.PRFPREG,
  xstate: NT.X86_XSTATE,
};

const EIO = 5;
/** Where addresses of programs end, with four-level page tables. */
const USER_END = (1n << 47n) - 4096n;

/** Strings are read into this first; most are short. */
const scratch = new Uint8Array(1 << 16);

export class TaskMemory implements Memory {
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

  copyTo(address: bigint | number, data: Uint8Array): boolean {
    return data.length === 0 || this.native.copyTo(this.task.tid, address, data) >= 0;
  }

  write(address: bigint | number, data: Uint8Array): void {
    if (data.length === 0) return;
    const n = this.native.writeMemory(this.task.tid, address, data);
    if (n < 0) throw errnoError(-n, `writing memory at 0x${address.toString(16)}`, this.task.tid);
  }
}
