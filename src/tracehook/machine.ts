/**
 * Machine state of a task: what seed 003's chapter "Machine State" offers (user_regset, asm/syscall.h,
 * task_current_syscall), as interfaces. Valid only while the task is at a safe point, but for `currentSyscall`.
 */

import type { SyscallAbi } from '../abi/syscalls.ts';

/** Which table a system call number belongs to. A 32-bit program on x86-64 makes `i386` calls. */
export type AbiName = SyscallAbi;

/**
 * The system call at hand (asm/syscall.h). `nr` and arguments are valid from syscall entry to the return to user
 * mode; the result from syscall exit on.
 */
export interface SyscallState {
  readonly abi: AbiName;
  /** The number, as the program gave it; −1 when the task is not in a system call. */
  readonly nr: number;
  /** Argument `index` (0–5) as a number. Exact up to 2^53; larger (negative) values lose low bits: see {@link arg}. */
  argNumber(index: number): number;
  /** The low 32 bits of argument `index`, signed: file descriptors, flags, small integers. */
  argInt(index: number): number;
  /** Argument `index` (0–5), 64 bits, unsigned. */
  arg(index: number): bigint;
  /** The result, signed: −4095…−1 is an errno. Exact up to 2^53. Only from syscall exit on. */
  readonly result: number;
  /** The result, 64 bits, signed. */
  readonly result64: bigint;
  /** Whether the call failed (the result is a negated errno). */
  readonly failed: boolean;
  /** Address of the instruction after the system call instruction. */
  readonly instructionPointer: bigint;
  /** The stack pointer at the call. */
  readonly stackPointer: bigint;

  /** At entry: makes another call instead. −1 skips the call; the result is then what `setResult` says, else −ENOSYS. */
  setNumber(nr: number): void;
  /** At entry: changes argument `index` (0–5). */
  setArg(index: number, value: bigint): void;
  /** At exit (or at an entry that is aborted): what the program sees as the result. A failure is −errno. */
  setResult(value: bigint): void;
}

/** What the task's memory is read and written through. Errors are thrown as HostError with the errno's name as code. */
export interface Memory {
  /**
   * Reads up to `length` bytes at `address`. Returns fewer when the range runs into unmapped memory;
   * throws EFAULT when not even the first byte can be read. The array is the caller's.
   */
  read(address: bigint | number, length: number): Uint8Array;
  /** Reads a NUL-terminated string of at most `max` bytes; `terminated` says whether the NUL was found. */
  readString(address: bigint | number, max: number): { readonly bytes: Uint8Array; readonly terminated: boolean };
  /** Writes all of `data`, also to read-only mappings (as a debugger's breakpoint needs). Throws EFAULT. */
  write(address: bigint | number, data: Uint8Array): void;
  /** copy_to_user: writes as the program itself could. False: EFAULT, and some of it may have been written. */
  copyTo(address: bigint | number, data: Uint8Array): boolean;
}

/** One register set as the kernel lays it out (struct user_regset): NT_PRSTATUS, NT_PRFPREG, NT_X86_XSTATE. */
export type RegsetName = 'general' | 'floating-point' | 'xstate';

/** The registers. General registers by name; whole sets as bytes. */
export interface Registers {
  /** Register `name` (`rip`, `orig_rax`, …, on arm64 `pc`, `x0`, …), 64 bits unsigned. Throws on an unknown name. */
  get(name: string): bigint;
  set(name: string, value: bigint): void;
  /** The names `get` and `set` take on this machine. */
  readonly names: readonly string[];
  readSet(name: RegsetName): Uint8Array;
  writeSet(name: RegsetName, data: Uint8Array): void;
}

/** The answer of `task_current_syscall`: valid on any task at any time, stopped or not. */
export type CurrentSyscall =
  | { readonly state: 'running' }
  | {
      readonly state: 'blocked';
      /** −1 when blocked outside a system call. */
      readonly nr: number;
      readonly args: readonly bigint[];
      readonly stackPointer: bigint;
      readonly programCounter: bigint;
    };
