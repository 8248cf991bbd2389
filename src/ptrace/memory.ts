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

  /** `bytes`, just read at `address`, become what `owner` is to see. */
  read(owner: Task, address: bigint, bytes: Uint8Array): void {
    this.breakpoints.view(owner, address, bytes);
  }

  /** `owner` writes `bytes` at `address`, where `before` is now. Answers what is really to be written, or an errno. */
  write(
    kernel: PtraceKernel,
    task: Task,
    owner: Task,
    address: bigint,
    bytes: Uint8Array,
    before: Uint8Array,
  ): Uint8Array | number {
    const { breakpoints } = this;
    const seen = before.slice();
    breakpoints.view(owner, address, seen);
    const isCode = (): boolean => kernel.isCode(task, address);
    if (!this.codeWrites.allows(owner, address, bytes, seen, breakpoints.hasOthers(owner), isCode)) return ERRNO.EIO;
    return breakpoints.concerns(address, bytes) ? breakpoints.write(owner, address, bytes, before) : bytes;
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
