/** What is the architecture's: register layout, system call convention, single-step. Everything else is generic. */

import type { AbiName, Registers } from '../../tracehook/machine.ts';

export interface Arch {
  /** Byte length of the general register set (PTRACE_GETREGS or NT_PRSTATUS). */
  readonly registerBytes: number;
  /** Register names in the order of the set; each is 64 bits wide. */
  readonly registerNames: readonly string[];
  /** Names of the registers that carry the system call. */
  readonly syscallNumber: string;
  readonly syscallResult: string;
  readonly programCounter: string;
  readonly stackPointer: string;
  /** The argument registers of an ABI, first to sixth. */
  argumentRegisters(abi: AbiName): readonly string[];
  /** AUDIT_ARCH_* to the table its call numbers belong to. */
  abiOf(auditArch: number, nr: number): AbiName;
  /** The ABI of the system call that the registers of a task are in. */
  abiFromRegisters(registers: Pick<Registers, 'get'>): AbiName;
  /** The number of execve on the native ABI. */
  readonly execveNumber: number;
  /** Bytes of the longest system call instruction, and whether `code` begins with one. */
  readonly syscallInstructionBytes: number;
  isSyscallInstruction(code: Uint8Array): boolean;
  /** The instruction that makes a system call of an ABI. */
  syscallInstruction(abi: AbiName): Uint8Array;
  readonly hasSingleStep: boolean;
  readonly hasBlockStep: boolean;
  /** AUDIT_ARCH_* and the ABI's own view, for a seccomp filter: native first. */
  readonly auditArchs: readonly (readonly [auditArch: number, abi: AbiName])[];
}
