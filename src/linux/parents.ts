/** Whose child a process is: who made it, or who took it in. */

import { ExitState } from '../tracehook/task.ts';
import type { LinuxHost } from './host.ts';
import * as proc from './proc.ts';
import type { LinuxTask } from './task.ts';
import type { ThreadGroup } from './thread-group.ts';

/** Whether a thread is there still: past its exit its children are another's, and it takes no signal. */
export const isThere = (task: LinuxTask): boolean => task.exitState === ExitState.ALIVE && !task.exited;

const threadOf = (group: ThreadGroup): LinuxTask | undefined => [...group.threads].find(isThere);

/** A thread exits: its children go to the end of those of another, or of who takes them in (forget_original_parent). */
export function orphan(host: LinuxHost, dead: LinuxTask): void {
  if (!dead.hasChildren) return;
  const heir = threadOf(dead.group);
  if (heir !== undefined) heir.hasChildren = true;
  const children = [...host.tasks.values()].filter(({ isLeader, group }) => isLeader && group.parent === dead);
  for (const child of children.sort((a, b) => a.siblingOrder - b.siblingOrder)) {
    child.moveToEnd();
    if (heir !== undefined) child.group.parent = heir;
  }
}

/** A live thread of the real parent; null when it is none of ours. */
export function parentOf(host: LinuxHost, group: ThreadGroup): LinuxTask | null {
  const { parent } = group;
  if (parent === null || isThere(parent)) return parent;
  const thread = threadOf(parent.group);
  if (thread !== undefined) return thread;
  const reaper = host.tasks.get(proc.parentPid(group.tgid));
  if (reaper === undefined || reaper.exitState !== ExitState.ALIVE) return null;
  if (reaper.group !== parent.group) becomeParent(reaper, group);
  return reaper;
}

/** Of so many children that died last it is known whose they were. */
const DEAD_MOST = 16;

/** The SIGCHLD of its death comes when it is forgotten: it was its tracers' first. */
export function noteDead({ tid }: LinuxTask, parent: LinuxTask): void {
  const { threads, dead } = parent.group;
  if (threads.size === 1) return; // it is that one's
  dead.set(tid, parent);
  if (dead.size > DEAD_MOST) dead.delete(dead.keys().next().value!);
}

/** Which thread of a process a child of its is of, or was. */
export function makerOf(host: LinuxHost, tid: number, group: ThreadGroup): LinuxTask | undefined {
  const maker = host.tasks.get(tid)?.group.parent ?? group.dead.get(tid);
  return maker?.group === group ? maker : undefined;
}

export function becomeParent(parent: LinuxTask, group: ThreadGroup): void {
  group.parent = parent;
  parent.hasChildren = true;
}
