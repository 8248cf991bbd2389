/** An address space (mm_struct): pages, shared until written after a fork; and a task's view of it as the seam wants it. */

import type { Memory } from '../tracehook/machine.ts';

/** Smaller than the machine's: most are written once after a fork, and copied for that. */
const PAGE = 512;
/** What every page is until it is written. */
const ZEROS = new Uint8Array(PAGE);
const ROUTINE_ALIGN = 16;

/** As a host's error at the seam: `code` is the errno's name. */
export class MemoryFault extends Error {
  override readonly name = 'MemoryFault';
  readonly code = 'EFAULT';
  readonly address: bigint;
  constructor(address: bigint) {
    super(`nothing is mapped at 0x${address.toString(16)}`);
    this.address = address;
  }
}

interface Page {
  bytes: Uint8Array;
  /** Other address spaces have it too: copied before it is written. */
  shared: boolean;
}

const ZERO_PAGE: Page = { bytes: ZEROS, shared: true };

export class AddressSpace {
  /** What was written, or loaded; the rest of what is mapped is zeros. */
  private readonly pages = new Map<number, Page>();
  readonly regions: { readonly start: number; readonly end: number }[];
  /** Functions that programs gave as handlers, by the address they were given. */
  readonly routines: Map<number, unknown>;
  private nextRoutine: number;
  /** How many tasks use it. */
  users = 0;

  constructor(from?: AddressSpace) {
    this.regions = from?.regions.slice() ?? [];
    this.routines = new Map(from?.routines);
    this.nextRoutine = from?.nextRoutine ?? 0;
    if (from === undefined) return;
    for (const [number, page] of from.pages) {
      page.shared = true;
      this.pages.set(number, { bytes: page.bytes, shared: true });
    }
  }

  map(start: number, length: number): void {
    this.regions.push({ start, end: start + length });
  }

  /** Bytes that are the same in all address spaces, until one writes to them. */
  mapShared(start: number, bytes: Uint8Array): void {
    this.map(start, bytes.length);
    for (let at = 0; at < bytes.length; at += PAGE) {
      this.pages.set((start + at) / PAGE, { bytes: bytes.subarray(at, at + PAGE), shared: true });
    }
  }

  /** Where the next routine goes that is put into the page at `base`; it is all at once there. */
  placeRoutine(base: number, code: Uint8Array, routine: unknown): number {
    for (const [at, known] of this.routines) if (known === routine) return at;
    const at = base + this.nextRoutine;
    this.nextRoutine += ROUTINE_ALIGN;
    this.write(at, code);
    this.routines.set(at, routine);
    return at;
  }

  private page(address: number): Page | undefined {
    const page = this.pages.get(Math.floor(address / PAGE));
    if (page !== undefined) return page;
    return this.regions.some(({ start, end }) => address >= start && address < end) ? ZERO_PAGE : undefined;
  }

  has(address: bigint | number): boolean {
    return this.page(Number(address)) !== undefined;
  }

  /** One byte of text; −1: nothing is there. */
  byte(address: number): number {
    const page = this.page(address);
    return page === undefined ? -1 : page.bytes[address % PAGE]!;
  }

  read(where: bigint | number, length: number): Uint8Array {
    const address = Number(where);
    const first = this.page(address);
    if (first === undefined) throw new MemoryFault(BigInt(where));
    const from = address % PAGE;
    if (from + length <= PAGE) return first.bytes.slice(from, from + length);
    const out = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const page = this.page(address + done);
      if (page === undefined) return out.subarray(0, done);
      const at = (address + done) % PAGE;
      const some = Math.min(PAGE - at, length - done);
      out.set(page.bytes.subarray(at, at + some), done);
      done += some;
    }
    return out;
  }

  /** A page that may be written. */
  private ownPage(address: number): Page {
    const page = this.page(address);
    if (page === undefined) throw new MemoryFault(BigInt(address));
    if (!page.shared) return page;
    const own = { bytes: page.bytes.slice(), shared: false };
    this.pages.set(Math.floor(address / PAGE), own);
    return own;
  }

  write(where: bigint | number, data: Uint8Array): void {
    const address = Number(where);
    for (let done = 0; done < data.length; ) {
      const page = this.ownPage(address + done);
      const at = (address + done) % PAGE;
      const some = Math.min(PAGE - at, data.length - done);
      page.bytes.set(data.subarray(done, done + some), at);
      done += some;
    }
  }
}

/** The memory of a task, whatever address space it is in at the moment. */
export class TaskMemory implements Memory {
  private readonly owner: { readonly mm: AddressSpace };

  constructor(owner: { readonly mm: AddressSpace }) {
    this.owner = owner;
  }

  read(address: bigint | number, length: number): Uint8Array {
    return this.owner.mm.read(address, length);
  }

  write(address: bigint | number, data: Uint8Array): void {
    this.owner.mm.write(address, data);
  }

  copyTo(address: bigint | number, data: Uint8Array): boolean {
    try {
      this.owner.mm.write(address, data);
      return true;
    } catch (error) {
      if (error instanceof MemoryFault) return false;
      throw error;
    }
  }

  readString(address: bigint | number, max: number): { readonly bytes: Uint8Array; readonly terminated: boolean } {
    const bytes = this.read(address, max);
    const end = bytes.indexOf(0);
    return end < 0 ? { bytes, terminated: false } : { bytes: bytes.subarray(0, end), terminated: true };
  }
}
