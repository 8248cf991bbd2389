/** x86-64: struct user_regs_struct, the 64-bit and the 32-bit system call conventions. */

import type { AbiName } from '../../tracehook/machine.ts';
import type { Arch } from './arch.ts';

const AUDIT_ARCH_X86_64 = 0xc000003e;
const AUDIT_ARCH_I386 = 0x40000003;
const X32_BIT = 0x40000000;

const REGISTERS = [
  'r15',
  'r14',
  'r13',
  'r12',
  'rbp',
  'rbx',
  'r11',
  'r10',
  'r9',
  'r8',
  'rax',
  'rcx',
  'rdx',
  'rsi',
  'rdi',
  'orig_rax',
  'rip',
  'cs',
  'eflags',
  'rsp',
  'ss',
  'fs_base',
  'gs_base',
  'ds',
  'es',
  'fs',
  'gs',
] as const;

const ARGS_64 = ['rdi', 'rsi', 'rdx', 'r10', 'r8', 'r9'] as const;
const ARGS_32 = ['rbx', 'rcx', 'rdx', 'rsi', 'rdi', 'rbp'] as const;

export const x86_64: Arch = {
  registerBytes: REGISTERS.length * 8,
  registerNames: REGISTERS,
  syscallNumber: 'orig_rax',
  syscallResult: 'rax',
  programCounter: 'rip',
  stackPointer: 'rsp',
  argumentRegisters: (abi: AbiName) => (abi === 'i386' ? ARGS_32 : ARGS_64),
  abiOf(auditArch, nr) {
    if (auditArch >>> 0 === AUDIT_ARCH_I386) return 'i386';
    return (nr & X32_BIT) !== 0 && nr >= 0 ? 'x32' : 'x86-64';
  },
  // USER32_CS
  abiFromRegisters: (registers) => (registers.get('cs') === 0x23n ? 'i386' : 'x86-64'),
  execveNumber: 59,
  syscallInstructionBytes: 2,
  isSyscallInstruction: (code) =>
    (code[0] === 0x0f && (code[1] === 0x05 || code[1] === 0x34)) || (code[0] === 0xcd && code[1] === 0x80),
  syscallInstruction: (abi) => Uint8Array.of(...(abi === 'i386' ? [0xcd, 0x80] : [0x0f, 0x05])),
  hasSingleStep: true,
  hasBlockStep: true,
  auditArchs: [
    [AUDIT_ARCH_X86_64, 'x86-64'],
    [AUDIT_ARCH_I386, 'i386'],
  ],
};
