/** The registers of a simulated x86-64 task: struct user_regs_struct as 27 words, and the system call that they hold. */

import type { Registers, RegsetName, SyscallState } from '../tracehook/machine.ts';

/** user_regs_struct, in order. */
export const REGISTER_NAMES = (
  'r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss ' +
  'fs_base gs_base ds es fs gs'
).split(' ');

/** Places in the struct. */
export const R = {
  R11: 6,
  R10: 7,
  R9: 8,
  R8: 9,
  RAX: 10,
  RCX: 11,
  RDX: 12,
  RSI: 13,
  RDI: 14,
  ORIG_RAX: 15,
  RIP: 16,
  CS: 17,
  EFLAGS: 18,
  RSP: 19,
  SS: 20,
} as const;
const ARGUMENTS = [R.RDI, R.RSI, R.RDX, R.R10, R.R8, R.R9] as const;
export const REGISTERS_SIZE = REGISTER_NAMES.length * 8;
const FPREGS_SIZE = 512;
const MINUS_ONE = 0xffff_ffff_ffff_ffffn;
const CS_USER = 0x33n;
const SS_USER = 0x2bn;
const INTERRUPTS_ON = 0x202n;

export class TaskRegisters implements Registers {
  readonly names = REGISTER_NAMES;
  readonly words: BigUint64Array<ArrayBuffer>;
  readonly floating = new Uint8Array(FPREGS_SIZE);

  constructor(from?: TaskRegisters) {
    this.words = new BigUint64Array(REGISTER_NAMES.length);
    if (from !== undefined) {
      this.words.set(from.words);
      return;
    }
    this.words[R.ORIG_RAX] = MINUS_ONE;
    this.words[R.CS] = CS_USER;
    this.words[R.SS] = SS_USER;
    this.words[R.EFLAGS] = INTERRUPTS_ON;
  }

  private index(name: string): number {
    const index = REGISTER_NAMES.indexOf(name);
    if (index < 0) throw new RangeError(`no such register: ${name}`);
    return index;
  }
  get(name: string): bigint {
    return this.words[this.index(name)]!;
  }
  set(name: string, value: bigint): void {
    this.words[this.index(name)] = BigInt.asUintN(64, value);
  }
  readSet(name: RegsetName): Uint8Array {
    return name === 'general' ? new Uint8Array(this.words.slice().buffer) : this.floating.slice();
  }
  writeSet(name: RegsetName, data: Uint8Array): void {
    const into = name === 'general' ? new Uint8Array(this.words.buffer) : this.floating;
    into.set(data.subarray(0, into.length));
  }

  // --- what the kernel uses ---

  /** The result register, signed. */
  get result(): number {
    return Number(BigInt.asIntN(64, this.words[R.RAX]!));
  }
  set result(value: number | bigint) {
    this.words[R.RAX] = BigInt.asUintN(64, BigInt(value));
  }
  get ip(): number {
    return Number(this.words[R.RIP]!);
  }
  set ip(address: number) {
    this.words[R.RIP] = BigInt(address);
  }
  /** orig_rax as the kernel reads it: the low 32 bits, signed. */
  get call(): number {
    return Number(BigInt.asIntN(32, this.words[R.ORIG_RAX]!));
  }
  leaveCall(): void {
    this.words[R.ORIG_RAX] = MINUS_ONE;
  }
}

/** The call at hand, read from the registers whenever it is asked for: nothing to be kept in step. */
export class CallState implements SyscallState {
  readonly abi = 'x86-64' as const;
  private readonly regs: TaskRegisters;

  constructor(regs: TaskRegisters) {
    this.regs = regs;
  }

  get nr(): number {
    return this.regs.call;
  }
  arg(index: number): bigint {
    return this.regs.words[ARGUMENTS[index] ?? R.RDI]!;
  }
  argNumber(index: number): number {
    return Number(this.arg(index));
  }
  argInt(index: number): number {
    return Number(BigInt.asIntN(32, this.arg(index)));
  }
  get result(): number {
    return this.regs.result;
  }
  get result64(): bigint {
    return BigInt.asIntN(64, this.regs.words[R.RAX]!);
  }
  get failed(): boolean {
    const { result64 } = this;
    return result64 < 0n && result64 >= -4095n;
  }
  get instructionPointer(): bigint {
    return this.regs.words[R.RIP]!;
  }
  get stackPointer(): bigint {
    return this.regs.words[R.RSP]!;
  }
  setNumber(nr: number): void {
    this.regs.words[R.ORIG_RAX] = BigInt.asUintN(64, BigInt(nr));
  }
  setArg(index: number, value: bigint): void {
    this.regs.words[ARGUMENTS[index] ?? R.RDI] = BigInt.asUintN(64, value);
  }
  setResult(value: bigint): void {
    this.regs.result = value;
  }
}
