/**
 * Owns who planted which breakpoint instruction in one address space, so that debuggers do not see each other's (the
 * second would save the first one's 0xCC as the program's own byte). To its owner a breakpoint is what it wrote; to
 * everybody else the place looks as the program made it. Memory itself is read and written by the caller, who also knows
 * what to do when one of them is hit.
 *
 * The program may change under a breakpoint: it unmaps a library, maps another one, writes code. So a breakpoint counts
 * only while its instruction really is in memory; one that has gone is skipped when read, and dropped by the next write
 * there. For the same reason a write that the kernel refuses after {@link Breakpoints.write} needs no undoing.
 *
 * What a write means is told from the bytes alone: a debugger that stores 0xCC as *data* plants, too. Others then see
 * what was there before.
 */

import { assert } from '../base/assert.ts';

/** INT3 of x86-64 and i386. */
export const INT3 = Uint8Array.of(0xcc);
/** BRK #0 of arm64, little-endian: what gdb and lldb plant there. */
export const BRK = Uint8Array.of(0x00, 0x00, 0x20, 0xd4);

/** So many breakpoints side by side in one write are a fill (memset, padding), which is bytes of the program's. */
const FILL = 8;

interface Site<O> {
  readonly address: bigint;
  /** What the program has there without breakpoints. */
  original: Uint8Array;
  /** In the order they planted; never empty. */
  owners: O[];
}

/** The breakpoints of one address space. `O` stands for a debugger, by identity. */
export class Breakpoints<O> {
  private readonly instruction: Uint8Array;
  /** By address, ascending. */
  private sites: Site<O>[] = [];

  /** `instruction`: what a breakpoint is on this machine; it lies at multiples of its length. */
  constructor(instruction: Uint8Array = INT3) {
    assert(instruction.length > 0, 'a breakpoint has an instruction');
    this.instruction = instruction;
  }

  /** How many places have a breakpoint. */
  get size(): number {
    return this.sites.length;
  }

  /**
   * Turns `bytes`, just read at `address`, into what `owner` is to see, in place: its own breakpoints stay, others'
   * show the program's bytes. Who has planted none sees none.
   */
  view(owner: O, address: bigint, bytes: Uint8Array): void {
    const [from, to] = this.range(address, bytes.length);
    for (let i = from; i < to; i++) {
      const site = this.sites[i]!;
      const at = Number(site.address - address);
      if (this.inPlace(at, bytes) && !site.owners.includes(owner)) put(site.original, at, bytes);
    }
  }

  /** Whether {@link write} has anything to say of this write: if not, it can be made as it is, and `real` stay unread. */
  concerns(address: bigint, bytes: Uint8Array): boolean {
    const [from, to] = this.range(address, bytes.length);
    return from < to || this.find(address, bytes, 0) >= 0;
  }

  /**
   * `owner` writes `bytes` at `address`, where `real` is now. Answers what must really be written, of the same length
   * (it may be `bytes` itself). What becomes the instruction in the owner's eyes is planted; what was its own and
   * becomes something else is lifted; the rest changes the program for everybody, under others' breakpoints, too.
   * An instruction of which only a part is written is not recognised as planted.
   */
  write(owner: O, address: bigint, bytes: Uint8Array, real: Uint8Array): Uint8Array {
    assert(bytes.length === real.length, 'as many real bytes as are written');
    const [from, to] = this.range(address, bytes.length);
    const planted = this.plantedBy(owner, address, bytes, real);
    if (from === to && planted.length === 0) return bytes;
    const out = Uint8Array.from(bytes);
    const kept: Site<O>[] = [];
    for (let i = from; i < to; i++) {
      const site = this.sites[i]!;
      const at = Number(site.address - address);
      if (!this.inPlace(at, real)) continue;
      this.overwrite(site, owner, at, bytes);
      if (site.owners.length === 0) continue;
      put(this.instruction, at, out);
      kept.push(site);
    }
    if (planted.length > 0 || kept.length < to - from) this.replace(from, to, kept, planted);
    return out;
  }

  /** Who has a breakpoint at `address`, in the order they planted. */
  ownersAt(address: bigint): readonly O[] {
    const site = this.sites[this.lowerBound(address)];
    return site?.address === address ? site.owners : [];
  }

  /** Whether anybody else has a breakpoint somewhere. */
  hasOthers(owner: O): boolean {
    return this.sites.some((site) => site.owners.some((other) => other !== owner));
  }

  /** The owner is gone and leaves its instructions where they are, as natively: where no one else has one, the program's. */
  forget(owner: O): void {
    this.sites = this.sites.filter((site) => {
      site.owners = site.owners.filter((other) => other !== owner);
      return site.owners.length > 0;
    });
  }

  /** exec: a new address space. */
  clear(): void {
    this.sites = [];
  }

  /**
   * fork: the child's own address space, with the same bytes. `keep` says who an owner is there, undefined for one that
   * does not trace the child; a breakpoint that nobody keeps is the child's own, as natively.
   */
  copy<P>(keep: (owner: O) => P | undefined): Breakpoints<P> {
    const child = new Breakpoints<P>(this.instruction);
    for (const { address, original, owners } of this.sites) {
      const kept = new Set(owners.map(keep).filter((owner) => owner !== undefined));
      if (kept.size > 0) child.sites.push({ address, original, owners: [...kept] });
    }
    return child;
  }

  /** What a write does to one breakpoint that is in place, at offset `at` of `bytes`. */
  private overwrite(site: Site<O>, owner: O, at: number, bytes: Uint8Array): void {
    const mine = site.owners.includes(owner);
    const before = mine ? this.instruction : site.original;
    const after = before.slice();
    const start = Math.max(at, 0);
    after.set(bytes.subarray(start, Math.max(at + after.length, 0)), start - at);
    if (same(after, before)) return;
    if (mine) site.owners = site.owners.filter((other) => other !== owner);
    if (same(after, this.instruction)) site.owners = [...site.owners, owner];
    else site.original = after;
  }

  /** The places where `bytes` has the instruction and memory does not: neither a breakpoint nor the program's own. */
  private plantedBy(owner: O, address: bigint, bytes: Uint8Array, real: Uint8Array): Site<O>[] {
    const width = this.instruction.length;
    const found: Site<O>[] = [];
    let run = 0;
    let last = -width;
    for (let at = this.find(address, bytes, 0); at >= 0; at = this.find(address, bytes, at + width)) {
      if (this.inPlace(at, real)) continue;
      run = run > 0 && at === last + width ? run + 1 : 1;
      last = at;
      if (run < FILL) {
        found.push({ address: address + BigInt(at), original: real.slice(at, at + width), owners: [owner] });
      } else if (run === FILL) found.length -= FILL - 1;
    }
    return found;
  }

  /** The offset, from `from` on, of the next whole instruction in `bytes`; −1 when there is none. */
  private find(address: bigint, bytes: Uint8Array, from: number): number {
    const width = this.instruction.length;
    const phase = width === 1 ? 0 : Number(address % BigInt(width));
    const last = this.instruction[width - 1]!; // that of BRK is rarer than its first
    for (let end = bytes.indexOf(last, from + width - 1); end >= 0; end = bytes.indexOf(last, end + 1)) {
      const at = end - width + 1;
      if ((phase + at) % width === 0 && this.inPlace(at, bytes)) return at;
    }
    return -1;
  }

  /** Whether `bytes` has the instruction at offset `at`, as far as `bytes` goes. */
  private inPlace(at: number, bytes: Uint8Array): boolean {
    const end = Math.min(at + this.instruction.length, bytes.length);
    for (let i = Math.max(at, 0); i < end; i++) if (bytes[i] !== this.instruction[i - at]) return false;
    return true;
  }

  private replace(from: number, to: number, kept: readonly Site<O>[], planted: readonly Site<O>[]): void {
    const between = [...kept, ...planted].sort((a, b) => (a.address < b.address ? -1 : 1));
    this.sites = this.sites.slice(0, from).concat(between, this.sites.slice(to));
  }

  /** The sites that `length` bytes at `address` touch: from, to (exclusive). */
  private range(address: bigint, length: number): readonly [number, number] {
    if (this.sites.length === 0 || length === 0) return [0, 0];
    const from = this.lowerBound(address - BigInt(this.instruction.length - 1));
    const end = address + BigInt(length);
    // Most reads touch none: then one look is enough.
    const next = this.sites[from];
    return [from, next === undefined || next.address >= end ? from : this.lowerBound(end)];
  }

  /** The first site at or above `address`. */
  private lowerBound(address: bigint): number {
    let low = 0;
    let high = this.sites.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.sites[middle]!.address < address) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Copies `source` to offset `at` (which may be negative) of `target`, as far as they overlap. */
function put(source: Uint8Array, at: number, target: Uint8Array): void {
  const end = Math.min(at + source.length, target.length);
  for (let i = Math.max(at, 0); i < end; i++) target[i] = source[i - at]!;
}

const same = (a: Uint8Array, b: Uint8Array): boolean => a.every((byte, i) => byte === b[i]);
