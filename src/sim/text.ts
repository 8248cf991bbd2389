/**
 * The text of every program: a few routines of real x86-64 bytes, so that instruction pointers, steps and breakpoints mean what
 * they mean on the machine. What lies between two calls of them is the generator's, and takes no time.
 */

import type { AddressSpace } from './memory.ts';

const TEXT = 0x400000;
const SIZE = 512;
/** Where handlers get an address: a nop, then the generator's turn. */
export const ROUTINES = 0x401000;
export const ROUTINE_CODE = Uint8Array.of(0x90, 0xc3);

export const AT = {
  /** syscall; ret */
  SYSCALL: TEXT,
  /** int3; nop nop nop nop; ret */
  BREAK_NOPS: TEXT + 0x10,
  /** int3; syscall; nop nop nop nop; ret */
  BREAK_CALL: TEXT + 0x20,
  /** nop; ret */
  NOP: TEXT + 0x30,
  /** ud2 */
  UNDEFINED: TEXT + 0x40,
  /** mov [rdi], rsi; ret */
  STORE: TEXT + 0x50,
  /** mov rax, [rdi]; ret */
  LOAD: TEXT + 0x60,
  /** syscall, for rt_sigreturn; never returned from */
  RESTORER: TEXT + 0x70,
} as const;

/** Behind the system call instruction of the library. */
export const SYSCALL_END = AT.SYSCALL + 2;

const CODE: readonly (readonly [at: number, code: readonly number[]])[] = [
  [AT.SYSCALL, [0x0f, 0x05, 0xc3]],
  [AT.BREAK_NOPS, [0xcc, 0x90, 0x90, 0x90, 0x90, 0xc3]],
  [AT.BREAK_CALL, [0xcc, 0x0f, 0x05, 0x90, 0x90, 0x90, 0x90, 0xc3]],
  [AT.NOP, [0x90, 0xc3]],
  [AT.UNDEFINED, [0x0f, 0x0b]],
  [AT.STORE, [0x48, 0x89, 0x37, 0xc3]],
  [AT.LOAD, [0x48, 0x8b, 0x07, 0xc3]],
  [AT.RESTORER, [0x0f, 0x05]],
];

export const isText = (address: number): boolean => address >= TEXT && address < ROUTINES + SIZE;

/** Data of the program: a word of its own first, then what its library needs. */
export const DATA = 0x600000;
/** What pointers of one task point to; one after the other for threads. */
export const SCRATCH = 0x700000;
export const SCRATCH_SIZE = 0x1000;
export const STACKS = 0x7f000000;
export const STACK_SIZE = 0x1000;

const TEXT_PAGE = new Uint8Array(SIZE);
for (const [at, code] of CODE) TEXT_PAGE.set(code, at - TEXT);

/** What execve makes of an empty address space. */
export function loadProgram(mm: AddressSpace): void {
  mm.mapShared(TEXT, TEXT_PAGE);
  mm.map(ROUTINES, SIZE);
  mm.map(DATA, SIZE);
}
