/** R14: in which order a wait looks at children and tracees, thread by thread: children by birth, then whom the thread traces. */

import type { Task } from '../tracehook/task.ts';
import type { Link } from './link.ts';
import type { Ptrace } from './ptrace.ts';
import { clonesAlone, type WaitCall } from './wait.ts';

const OTHERS = 1e9;
const THREAD = 2 * OTHERS;

/** Of a tracee that the wait sees as a child: whose. */
function parentFor({ kernel }: Ptrace, call: WaitCall, { traced: { task } }: Link): Task | null {
  const parent = kernel.isLeader(task) && !clonesAlone(call) ? kernel.parentOf(task) : null;
  return parent !== null && kernel.sameGroup(parent, call.tracer) ? parent : null;
}

/** Where a link is in that order. */
export function rankOf(ptrace: Ptrace, call: WaitCall, link: Link): number {
  const parent = parentFor(ptrace, call, link);
  return parent !== null
    ? childRank(ptrace, call, parent, ptrace.kernel.siblingOrder(link.traced.task))
    : turnOf(ptrace, call, link.tracer) + OTHERS - link.serial;
}

const childRank = (ptrace: Ptrace, call: WaitCall, parent: Task, birth: number): number =>
  turnOf(ptrace, call, parent) + birth;

/** do_wait goes through the threads of the process, those that come after the caller first: through the children of each, and what it traces. */
function turnOf({ kernel }: Ptrace, { tracer }: WaitCall, thread: Task): number {
  if (thread === tracer) return 0;
  const threads = kernel.threadsOf(tracer);
  const at = threads.indexOf(thread) - threads.indexOf(tracer);
  return THREAD * (at < 0 ? at + threads.length : at);
}

/** Whether a child of such a birth comes before a link; one that was taken in (null) is the last of the children. */
export function comesBefore(
  ptrace: Ptrace,
  call: WaitCall,
  link: Link,
): (parent: Task | null, birth: number) => boolean {
  const rank = rankOf(ptrace, call, link);
  const isChild = parentFor(ptrace, call, link) !== null;
  return (parent, birth) => (parent === null ? !isChild : childRank(ptrace, call, parent, birth) < rank);
}
