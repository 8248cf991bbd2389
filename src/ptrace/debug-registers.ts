/**
 * Owns how the four real debug registers of one thread are shared out among its tracers. Each has registers of its own
 * (virtual-debug-registers.ts); what they enabled is merged into the real ones, a watch of the same address, length and
 * type once for all who want it, and a real DR6 is split again. The caller makes the real writes.
 *
 * Debug registers belong to a thread. As observed on Linux 6.18:
 * - A new thread or a forked child gets none of them ({@link DebugRegisters.copy}); exec clears them, without a write of
 *   ours ({@link DebugRegisters.clear}).
 * - A detach, and the tracer's death, leave them live: the next hit kills the program with SIGTRAP. Here they go with
 *   their owner, because the others still trace the thread and would be shown a trap that is nobody's.
 * - Every debug trap sets DR6 anew; a breakpoint instruction, a signal or a step over a system call (R45) leave it.
 */

import { ERRNO } from '../abi/errno.ts';
import {
  type Control,
  DR6_BS,
  DR6_REST,
  FRESH,
  inherited,
  type PokeErrno,
  peek,
  poke,
  SLOTS,
  TASK_SIZE_MAX,
  type VirtualDebugRegisters,
} from './virtual-debug-registers.ts';

/** A write of real debug register `index` (0–3, 7). */
export interface DebugWrite {
  readonly index: number;
  readonly value: bigint;
}

/** The errno that the tracer gets; or the real writes to make, in this order. */
export type DebugPoke =
  | { readonly errno: PokeErrno | typeof ERRNO.ENOSPC }
  | {
      readonly errno: 0;
      readonly writes: readonly DebugWrite[];
      /**
       * The kernel refused one of the writes (ENOSPC where `perf` has taken registers): takes this poke back, and
       * answers the writes that put the real registers back. Only until the next poke.
       */
      undo(): readonly DebugWrite[];
    };

/** What a debug trap was for one owner. Its DR6 says the same from now on. */
export interface DebugHit<O> {
  readonly owner: O;
  /** Which of its own slots, bit 0–3. */
  readonly slots: number;
  /** A single step. As the kernel has it, si_code is then TRAP_TRACE, else TRAP_HWBKPT. */
  readonly step: boolean;
}

/** What one real register watches. */
interface Watch {
  readonly address: bigint;
  readonly control: Control;
}

const sameWatch = (a: Watch | undefined, b: Watch | undefined): boolean =>
  a?.address === b?.address && a?.control === b?.control;

/** The real registers: who watches what, and which addresses they hold (a free one keeps its last). */
interface Real {
  readonly watches: readonly (Watch | undefined)[];
  readonly addresses: readonly bigint[];
}

const EMPTY: Real = { watches: new Array<undefined>(SLOTS).fill(undefined), addresses: new Array(SLOTS).fill(0n) };

/** The debug registers of one thread. `O` stands for a tracer, by identity. */
export class DebugRegisters<O> {
  private readonly limit: bigint;
  private readonly owners = new Map<O, VirtualDebugRegisters>();
  private real = EMPTY;

  /** `limit`: where user addresses end on this machine. */
  constructor(limit: bigint = TASK_SIZE_MAX) {
    this.limit = limit;
  }

  /** Whether anybody watches anything. */
  get inUse(): boolean {
    return this.real.watches.some((watch) => watch !== undefined);
  }

  /** What `owner` reads of register `index` (0–7). */
  peek(owner: O, index: number): bigint {
    return peek(this.of(owner), index);
  }

  /**
   * `owner` writes register `index`: EIO where there is none, EINVAL for what the kernel refuses, ENOSPC when more than
   * four different watches would be enabled.
   */
  poke(owner: O, index: number, value: bigint): DebugPoke {
    const before = this.owners.get(owner);
    const { real } = this;
    const poked = poke(this.of(owner), index, value, this.limit);
    this.owners.set(owner, poked.after);
    if (poked.errno !== 0) return { errno: poked.errno };
    const undo = (): readonly DebugWrite[] => {
      const undone = this.real;
      if (before === undefined) this.owners.delete(owner);
      else this.owners.set(owner, before);
      this.real = real;
      return restoring(undone, real);
    };
    const next = this.place();
    if (next === undefined) {
      undo();
      return { errno: ERRNO.ENOSPC };
    }
    this.real = next;
    return { errno: 0, writes: changing(real, next), undo };
  }

  /**
   * A SIGTRAP with TRAP_TRACE or TRAP_HWBKPT, and the real DR6 of it: whom it concerns, and how. `stepping`: those who
   * are to be told if it was a single step.
   */
  hit(realDr6: bigint, stepping: Iterable<O> = []): DebugHit<O>[] {
    const steppers = new Set((realDr6 & DR6_BS) === 0n ? [] : stepping);
    const fired = this.real.watches.filter((watch, i) => watch && ((realDr6 >> BigInt(i)) & 1n) === 1n);
    const hits: DebugHit<O>[] = [];
    for (const owner of new Set([...this.owners.keys(), ...steppers])) {
      const registers = this.of(owner);
      const step = steppers.has(owner);
      let slots = 0;
      registers.slots.forEach((slot, i) => {
        if (slot.enabled && fired.some((watch) => sameWatch(watch, slot))) slots |= 1 << i;
      });
      if (slots === 0 && !step) continue; // natively there would have been no trap: its DR6 stays
      this.owners.set(owner, { ...registers, dr6: DR6_REST | BigInt(slots) | (step ? DR6_BS : 0n) });
      hits.push({ owner, slots, step });
    }
    return hits;
  }

  /** The owner is gone, its watches with it: the real writes. */
  forget(owner: O): readonly DebugWrite[] {
    const before = this.real;
    this.owners.delete(owner);
    this.real = this.place() ?? before; // there is always room for less
    return changing(before, this.real);
  }

  /** exec: everything is as new, the real registers too. */
  clear(): void {
    this.owners.clear();
    this.real = EMPTY;
  }

  /**
   * clone and fork: the registers of the newborn, whose real ones are free. `keep` says who an owner is there, undefined
   * for one that does not trace it.
   */
  copy<P>(keep: (owner: O) => P | undefined): DebugRegisters<P> {
    const child = new DebugRegisters<P>(this.limit);
    for (const [owner, registers] of this.owners) {
      const kept = keep(owner);
      if (kept !== undefined) child.owners.set(kept, inherited(registers));
    }
    return child;
  }

  private of(owner: O): VirtualDebugRegisters {
    return this.owners.get(owner) ?? FRESH;
  }

  /** Where the enabled watches of all owners go; undefined when they do not fit. What has a register keeps it. */
  private place(): Real | undefined {
    const wanted: Watch[] = [];
    for (const { slots } of this.owners.values()) {
      for (const slot of slots) {
        if (slot.enabled && !wanted.some((watch) => sameWatch(watch, slot))) wanted.push(slot);
      }
    }
    const watches = this.real.watches.map((watch) => wanted.find((other) => sameWatch(watch, other)));
    for (const watch of wanted) {
      if (watches.includes(watch)) continue;
      const free = watches.indexOf(undefined);
      if (free < 0) return undefined;
      watches[free] = watch;
    }
    return { watches, addresses: watches.map((watch, i) => watch?.address ?? this.real.addresses[i]!) };
  }
}

/** The real DR7: each watch enabled locally, as debuggers do it. */
function controlOf(watches: Real['watches']): bigint {
  let dr7 = 0;
  watches.forEach((watch, i) => {
    if (watch !== undefined) dr7 |= (1 << (2 * i)) | (watch.control << (16 + 4 * i));
  });
  return BigInt(dr7 >>> 0);
}

const newAddresses = (from: Real, to: Real): DebugWrite[] =>
  to.addresses.map((value, index) => ({ index, value })).filter(({ index, value }) => value !== from.addresses[index]);

/**
 * The writes from one state to another. The kernel checks each against what the others hold: an address is written
 * while its slot is disabled (of length one, then: any address will do), and enabled by the DR7 that follows.
 */
function changing(from: Real, to: Real): readonly DebugWrite[] {
  const addresses = newAddresses(from, to);
  const staying = controlOf(from.watches.map((watch, i) => (sameWatch(watch, to.watches[i]) ? watch : undefined)));
  const before = controlOf(from.watches);
  const after = controlOf(to.watches);
  const busy = addresses.some(({ index }) => from.watches[index] !== undefined);
  const writes = busy ? [{ index: 7, value: staying }, ...addresses] : addresses;
  if (after !== (busy ? staying : before)) writes.push({ index: 7, value: after });
  return writes;
}

/** The writes back to `to` from anywhere on the way between them. */
const restoring = (from: Real, to: Real): readonly DebugWrite[] =>
  from === to ? [] : [{ index: 7, value: 0n }, ...newAddresses(from, to), { index: 7, value: controlOf(to.watches) }];
