/** An address space (mm_struct): pages, shared until written after a fork; and a task's view of it as the seam wants it. */

import type { Memory } from '../tracehook/machine.ts';

const PAGE = 4096;
/** What every page is until it is written. */
const ZEROS = new Uint8Array(PAGE);

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

export class AddressSpace {
  private readonly pages = new Map<number, Page>();
  /** Functions that programs gave as handlers, by the address they were given. */
  readonly routines: Map<number, unknown>;
  private nextRoutine: number;
  /** How many tasks use it. */
  users = 0;

  constructor(from?: AddressSpace) {
    this.routines = new Map(from?.routines);
    this.nextRoutine = from?.nextRoutine ?? 0;
    if (from === undefined) return;
    for (const [number, page] of from.pages) {
      page.shared = true;
      this.pages.set(number, { bytes: page.bytes, shared: true });
    }
  }

  map(address: number, length: number, bytes?: Uint8Array): void {
    for (let at = 0; at < length; at += PAGE) {
      this.pages.set((address + at) / PAGE, { bytes: ZEROS, shared: true });
    }
    if (bytes !== undefined) this.write(address, bytes);
  }

  /** A page that is the same in all address spaces, until one writes to it. */
  mapShared(address: number, bytes: Uint8Array): void {
    this.pages.set(address / PAGE, { bytes, shared: true });
  }

  /** Where the next routine goes that is put into the page at `base`; it is all at once there. */
  placeRoutine(base: number, code: Uint8Array, routine: unknown): number {
    for (const [at, known] of this.routines) if (known === routine) return at;
    const at = base + this.nextRoutine;
    this.nextRoutine += 16;
    this.write(at, code);
    this.routines.set(at, routine);
    return at;
  }

  private page(address: number): Page | undefined {
    return this.pages.get(Math.floor(address / PAGE));
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

  write(where: bigint | number, data: Uint8Array): void {
    const address = Number(where);
    for (let done = 0; done < data.length; ) {
      const page = this.page(address + done);
      if (page === undefined) throw new MemoryFault(BigInt(address + done));
      if (page.shared) {
        page.bytes = page.bytes.slice();
        page.shared = false;
      }
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
