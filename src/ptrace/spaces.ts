/** Which address space a task is in, and whose breakpoints are in it: kept across births, and until a tracer has left. */

import type { PtraceKernel } from '../tracehook/ptrace.ts';
import type { Task } from '../tracehook/task.ts';
import type { Link } from './link.ts';
import type { LinkTable } from './link-table.ts';
import { Space } from './memory.ts';

export class Spaces {
  private readonly kernel: PtraceKernel;
  private readonly links: LinkTable;
  private readonly spaces = new WeakMap<object, Space>();

  constructor(kernel: PtraceKernel, links: LinkTable) {
    this.kernel = kernel;
    this.links = links;
  }

  of(task: Task): Space {
    const key = this.kernel.addressSpace(task);
    let space = this.spaces.get(key);
    if (space === undefined) {
      space = new Space();
      this.spaces.set(key, space);
    }
    return space;
  }

  /** A child with an address space of its own has its parent's breakpoints in it: those who trace it know theirs. */
  copy(parent: Task, child: Task): void {
    const { kernel } = this;
    const key = kernel.addressSpace(child);
    const from = kernel.addressSpace(parent);
    if (key === from || !this.spaces.get(from)?.hides) return;
    this.spaces.set(key, this.of(parent).copy(this.links.on(child).map((link) => link.tracer)));
  }

  /** A tracer let go of a task: when it traces nobody else in that address space, what it left there is the program's. */
  leave({ tracer, traced }: Link): void {
    const { kernel } = this;
    const key = kernel.addressSpace(traced.task);
    if (this.links.by(tracer).some((link) => kernel.addressSpace(link.traced.task) === key)) return;
    this.spaces.get(key)?.forget(tracer);
  }

  /** By whose eyes a process sees a task's memory: those of its thread that traces it. */
  eyes(reader: Task, task: Task): Task {
    const { kernel } = this;
    return this.links.on(task).find((link) => kernel.sameGroup(link.tracer, reader))?.tracer ?? reader;
  }
}
