/** Sets of system calls, per ABI: what an engine wants to see. Immutable. */

import type { AbiName } from './machine.ts';

/** Call numbers are below this on every ABI we know (x32 numbers are taken without their 0x40000000 bit). */
const WORDS = 1024 / 32;

export class SyscallSet {
  private readonly words: ReadonlyMap<AbiName, Uint32Array>;
  static readonly NONE = new SyscallSet(new Map());

  private constructor(words: ReadonlyMap<AbiName, Uint32Array>) {
    this.words = words;
  }

  /** A set from the call numbers of each ABI. Throws RangeError on a number outside 0–1023. */
  static of(numbers: Partial<Record<AbiName, Iterable<number>>>): SyscallSet {
    const words = new Map<AbiName, Uint32Array>();
    for (const [abi, list] of Object.entries(numbers)) {
      const bits = new Uint32Array(WORDS);
      for (const nr of list) {
        if (!Number.isInteger(nr) || nr < 0 || nr >= WORDS * 32)
          throw new RangeError(`not a system call number: ${nr}`);
        bits[nr >> 5]! |= 1 << (nr & 31);
      }
      words.set(abi as AbiName, bits);
    }
    return new SyscallSet(words);
  }

  has(abi: AbiName, nr: number): boolean {
    const bits = this.words.get(abi);
    return bits !== undefined && nr >= 0 && nr < WORDS * 32 && (bits[nr >> 5]! & (1 << (nr & 31))) !== 0;
  }

  /** The numbers of one ABI, ascending. */
  numbers(abi: AbiName): number[] {
    return Array.from({ length: WORDS * 32 }, (_, nr) => nr).filter((nr) => this.has(abi, nr));
  }

  /** The union. Returns one of the two where that one is it, so that repeated unions stay identical. */
  or(other: SyscallSet): SyscallSet {
    if (this.includes(other)) return this;
    if (other.includes(this)) return other;
    const words = new Map<AbiName, Uint32Array>();
    for (const abi of new Set([...this.words.keys(), ...other.words.keys()])) {
      const a = this.words.get(abi);
      const b = other.words.get(abi);
      words.set(
        abi,
        Uint32Array.from({ length: WORDS }, (_, i) => (a?.[i] ?? 0) | (b?.[i] ?? 0)),
      );
    }
    return new SyscallSet(words);
  }

  /** Whether every call of `other` is in this set. */
  includes(other: SyscallSet): boolean {
    for (const [abi, bits] of other.words) {
      const mine = this.words.get(abi);
      for (let i = 0; i < WORDS; i++) if ((bits[i]! & ~(mine?.[i] ?? 0)) !== 0) return false;
    }
    return true;
  }
}
