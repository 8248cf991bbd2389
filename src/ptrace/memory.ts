/**
 * A task's memory, as each tracer sees and changes it: without the breakpoints of others (breakpoints.ts), and code not by two
 * at a time (code-writes.ts). Whichever way it comes: PEEK and POKE, or /proc/PID/mem.
 */

import { ERRNO } from '../abi/errno.ts';
import type { PtraceKernel } from '../tracehook/ptrace.ts';
import type { Task } from '../tracehook/task.ts';
import { Breakpoints } from './breakpoints.ts';
import { CodeWrites } from './code-writes.ts';

/** What is known of one address space. */
export class Space {
  readonly breakpoints: Breakpoints<Task>;
  readonly codeWrites = new CodeWrites<Task>();

  constructor(breakpoints = new Breakpoints<Task>()) {
    this.breakpoints = breakpoints;
  }

  /** Whether memory looks otherwise to some than it is. */
  get hides(): boolean {
    return this.breakpoints.size > 0;
  }

  /** `bytes`, just read at `address`, become what `owner` is to see. True: they changed. */
  read(owner: Task, address: bigint, bytes: Uint8Array): boolean {
    const before = bytes.slice();
    this.breakpoints.view(owner, address, bytes);
    return bytes.some((byte, i) => byte !== before[i]);
  }

  /**
   * `owner` writes `bytes` at `address`, where `real` is now (it may be shorter: what is not mapped the kernel will not write
   * either). Answers what is really to be written; null: just that; or an errno.
   */
  write(
    kernel: PtraceKernel,
    task: Task,
    owner: Task,
    address: bigint,
    bytes: Uint8Array,
    real: Uint8Array,
  ): Uint8Array | null | number {
    const { breakpoints } = this;
    const mapped = bytes.subarray(0, real.length);
    const seen = real.slice();
    breakpoints.view(owner, address, seen);
    const isCode = (): boolean => kernel.isCode(task, address);
    if (!this.codeWrites.allows(owner, address, mapped, seen, breakpoints.hasOthers(owner), isCode)) return ERRNO.EIO;
    if (!breakpoints.concerns(address, mapped)) return null;
    const out = bytes.slice();
    out.set(breakpoints.write(owner, address, mapped, real));
    return out.some((byte, i) => byte !== bytes[i]) ? out : null;
  }

  /** The owner traces nobody here any more: what it left is the program's. */
  forget(owner: Task): void {
    this.breakpoints.forget(owner);
    this.codeWrites.forget(owner);
  }

  /** fork: the child's space, of which those who trace it know what they planted. */
  copy(tracers: readonly Task[]): Space {
    return new Space(this.breakpoints.copy((owner) => (tracers.includes(owner) ? owner : undefined)));
  }
}
