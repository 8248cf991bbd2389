/** Who traces whom: the table, and what follows from it alone. */

import type { PtraceKernel } from '../tracehook/ptrace.ts';
import type { Task } from '../tracehook/task.ts';
import type { Link } from './link.ts';
import type { Traced } from './traced.ts';

export class LinkTable {
  /** Who is traced. */
  readonly traced = new Map<Task, Traced>();
  /** What each thread traces, in the order of attaching; the dead that it has not waited for included. */
  readonly tracers = new Map<Task, Link[]>();
  private readonly kernel: PtraceKernel;

  constructor(kernel: PtraceKernel) {
    this.kernel = kernel;
  }

  add(link: Link): void {
    link.traced.links.push(link);
    const links = this.tracers.get(link.tracer);
    if (links === undefined) this.tracers.set(link.tracer, [link]);
    else links.push(link);
  }

  remove(link: Link): void {
    const { tracer, traced } = link;
    link.over = true;
    const links = this.tracers.get(tracer);
    links?.splice(links.indexOf(link), 1);
    if (links?.length === 0) this.tracers.delete(tracer);
    traced.links.splice(traced.links.indexOf(link), 1);
  }

  /** The links on a task. */
  on(task: Task | undefined): readonly Link[] {
    return (task && this.traced.get(task))?.links ?? [];
  }

  /** Whether a tracer holds it. */
  isHeld(task: Task): boolean {
    return this.on(task).some((link) => link.isStopped);
  }

  /** The links of one thread. */
  by(tracer: Task): readonly Link[] {
    return this.tracers.get(tracer) ?? [];
  }

  /** The link of a tracer on a task. */
  linkOf(task: Task, tracer: Task): Link | undefined {
    return this.on(task).find((link) => link.tracer === tracer);
  }

  /** The links of all threads of a tracer's process, in the order in which wait looks at them. */
  linksOf(tracer: Task): Link[] {
    const found: Link[] = [];
    for (const [other, links] of this.tracers) {
      if (other === tracer || this.kernel.sameGroup(other, tracer)) found.push(...links);
    }
    return found;
  }

  /** Whether the tracer is the real parent's process, and will be told by the real kernel. */
  isNatural(link: Link): boolean {
    const { task } = link.traced;
    if (!this.kernel.isLeader(task)) return false;
    const parent = this.kernel.parentOf(task);
    return parent !== null && this.kernel.sameGroup(parent, link.tracer);
  }

  /** Whether a thread of the process is dead, and one of its tracers has yet to wait for it. */
  hasDead(task: Task): boolean {
    for (const links of this.tracers.values()) {
      if (links.some(({ death, traced }) => death !== null && this.kernel.sameGroup(traced.task, task))) return true;
    }
    return false;
  }

  /** The leader of the task's process, if somebody traces it. */
  tracedLeaderOf(task: Task): Traced | undefined {
    const leader = this.leaderOf(task);
    return leader && this.traced.get(leader);
  }

  leaderOf(task: Task): Task | undefined {
    return this.kernel.threadsOf(task).find((thread) => this.kernel.isLeader(thread));
  }
}
