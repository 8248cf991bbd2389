/** What ids mean in whose pid namespace. Ours is the outermost that we see; a viewer deeper down has its own numbers. */

import type { LinuxHost } from './host.ts';
import * as proc from './proc.ts';
import { type ProcFs, procfs } from './procfs.ts';
import type { LinuxTask } from './task.ts';
import type { ThreadGroup } from './thread-group.ts';

const ids = new WeakMap<LinuxTask, readonly number[]>();
const depths = new WeakMap<ThreadGroup, number>();

/** The task's ids, from our namespace inwards. Remembered: after its end nobody could be asked. */
function idsOf(task: LinuxTask): readonly number[] {
  let known = ids.get(task);
  if (known === undefined || known[0] !== task.tid) {
    known = proc.namespacedIds(task.tid) ?? [task.tid];
    ids.set(task, known);
  }
  return known;
}

/** Our own, by where we look. */
const own = new WeakMap<ProcFs, string | undefined>();

function ownNamespace(): string | undefined {
  const fs = procfs();
  if (!own.has(fs)) own.set(fs, proc.pidNamespace('self'));
  return own.get(fs);
}

/** How deep below ours a task's pid namespace is; 0: it is ours. A process never changes its own. */
export function depthOf(task: LinuxTask): number {
  let depth = depths.get(task.group);
  if (depth === undefined) {
    depth = proc.pidNamespace(task.tid) === ownNamespace() ? 0 : idsOf(task).length - 1;
    depths.set(task.group, depth);
  }
  return depth;
}

/** The tid of `task` as `viewer` sees it; 0: not at all. */
export function tidFor(task: LinuxTask, viewer: LinuxTask): number {
  const depth = depthOf(viewer);
  return depth === 0 ? task.tid : (idsOf(task)[depth] ?? 0);
}

/** The process id of `task` as `viewer` sees it; 0: not at all. */
export function tgidFor(task: LinuxTask, viewer: LinuxTask): number {
  if (depthOf(viewer) === 0) return task.tgid;
  for (const thread of task.group.threads) if (thread.isLeader) return tidFor(thread, viewer);
  return 0;
}

/** Our number for what `viewer` calls `id`; 0: it cannot mean any task of ours. */
export function idFrom(host: LinuxHost, id: number, viewer: LinuxTask): number {
  const depth = depthOf(viewer);
  if (depth === 0) return id;
  for (const task of host.tasks.values()) if (idsOf(task)[depth] === id) return task.tid;
  return 0;
}
