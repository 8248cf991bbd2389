/**
 * Owns the debug registers of one thread as *one* tracer reads and writes them (PTRACE_PEEKUSER and POKEUSER at
 * offsetof(struct user, u_debugreg[i])), by the kernel's own checks: arch/x86/kernel/ptrace.c, ptrace_set_debugreg and
 * below. Values: a write makes a new one. What the processor gets of it is debug-registers.ts.
 *
 * Observed on Linux 6.18:
 * - A slot is *present* once its address was written or it was enabled. Only then are its bits in DR7 checked while it is
 *   disabled, and only then do they stay its length for the check of an address written later.
 * - The length is checked against the address whichever comes last; an enabled slot without an address is at 0.
 * - A DR7 that is refused changes nothing that can be read. But slots before the bad one became present, and disabled
 *   ones forgot their length.
 * - Bits of DR7 other than the slots' are kept as written, do nothing, and are never refused; so are all bits of DR6.
 * - Reading DR4 and DR5 gives 0, writing them EIO. Addresses from TASK_SIZE_MAX on: EINVAL. Bad bits in DR7: EINVAL.
 */

import { ERRNO } from '../abi/errno.ts';

/** Where user addresses end (TASK_SIZE_MAX) with four-level page tables. With five (`la57`): 2^56 − 4096. */
export const TASK_SIZE_MAX = 0x7ffffffff000n;

/** DR6 at rest: the bits the processor has set always. */
export const DR6_REST = 0xffff0ff0n;
/** DR6: the trap was a single step. */
export const DR6_BS = 0x4000n;

export const SLOTS = 4;

/** Type and length of a slot, four bits as in DR7: type (0 execute, 1 write, 3 read or write) | length << 2. */
export type Control = number;

interface Slot {
  readonly present: boolean;
  readonly enabled: boolean;
  readonly control: Control;
  readonly address: bigint;
}

const ABSENT: Slot = { present: false, enabled: false, control: 0, address: 0n };

export interface VirtualDebugRegisters {
  readonly slots: readonly Slot[];
  readonly dr6: bigint;
  /** As written; what is enabled is in the slots. */
  readonly dr7: bigint;
}

/** As after exec: nothing is set. */
export const FRESH: VirtualDebugRegisters = { slots: new Array<Slot>(SLOTS).fill(ABSENT), dr6: DR6_REST, dr7: 0n };

/**
 * Those of a new thread or forked child: DR6 and DR7 read as the parent's, the addresses as 0, and nothing is enabled
 * until DR7 is written again.
 */
export const inherited = ({ dr6, dr7 }: VirtualDebugRegisters): VirtualDebugRegisters => ({ ...FRESH, dr6, dr7 });

/** Register `index`; 0 where there is none. */
export function peek(registers: VirtualDebugRegisters, index: number): bigint {
  if (index === 6) return registers.dr6;
  if (index === 7) return registers.dr7;
  return registers.slots[index]?.address ?? 0n;
}

export type PokeErrno = typeof ERRNO.EIO | typeof ERRNO.EINVAL;

/** What a write came to: an errno or 0, and the registers after it, which a refusal may have changed, too. */
export interface Poked {
  readonly errno: 0 | PokeErrno;
  readonly after: VirtualDebugRegisters;
}

/** Writes register `index`. `limit`: where user addresses end. */
export function poke(before: VirtualDebugRegisters, index: number, value: bigint, limit: bigint): Poked {
  const bits = BigInt.asUintN(64, value);
  if (index === 6) return { errno: 0, after: { ...before, dr6: bits } };
  if (index === 7) return pokeControl(before, bits, limit);
  const slot = before.slots[index];
  if (slot === undefined) return { errno: ERRNO.EIO, after: before };
  // A slot that was not there becomes a disabled watch of one byte.
  const next = { ...slot, present: true, address: bits };
  if (!valid(next, limit)) return { errno: ERRNO.EINVAL, after: before };
  return { errno: 0, after: { ...before, slots: before.slots.with(index, next) } };
}

/** ptrace_write_dr7. */
function pokeControl(before: VirtualDebugRegisters, dr7: bigint, limit: bigint): Poked {
  const wanted = before.slots.map((slot, i): Slot => {
    const enabled = ((dr7 >> BigInt(2 * i)) & 3n) !== 0n;
    if (!slot.present && !enabled) return slot;
    return { ...slot, present: true, enabled, control: Number((dr7 >> BigInt(16 + 4 * i)) & 15n) };
  });
  const bad = wanted.findIndex((slot) => slot.present && !valid(slot, limit));
  if (bad < 0) return { errno: 0, after: { ...before, slots: wanted, dr7 } };
  const slots = before.slots.map((slot, i): Slot => {
    if (slot.enabled) return slot;
    return { ...slot, present: slot.present || (i < bad && wanted[i]!.present), control: 0 };
  });
  return { errno: ERRNO.EINVAL, after: { ...before, slots } };
}

/** Length − 1 by the two bits in DR7. */
const MASKS = [0n, 1n, 7n, 3n] as const;

/** Whether the kernel takes such a breakpoint: its type, length, alignment, and no byte of it in kernel space. */
function valid({ address, control }: Slot, limit: bigint): boolean {
  const type = control & 3;
  const mask = MASKS[control >> 2]!;
  if (type === 2 || (type === 0 && mask !== 0n)) return false; // I/O ports; an instruction has no length
  return (address & mask) === 0n && address + mask < limit;
}
