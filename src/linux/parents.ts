/** Whose child a process is: who made it, or who took it in. */

import { ExitState } from '../tracehook/task.ts';
import type { LinuxHost } from './host.ts';
import * as proc from './proc.ts';
import type { LinuxTask, ThreadGroup } from './task.ts';

/** A process has died: its children go to the end of those of who takes them in (forget_original_parent). */
export function orphan(host: LinuxHost, dead: ThreadGroup): void {
  const children = [...host.tasks.values()].filter(({ isLeader, group }) => isLeader && group.parent?.group === dead);
  for (const child of children.sort((a, b) => a.siblingOrder - b.siblingOrder)) child.moveToEnd();
}

/** A live thread of the real parent; null when it is none of ours. */
export function parentOf(host: LinuxHost, group: ThreadGroup): LinuxTask | null {
  const { parent } = group;
  if (parent === null || parent.exitState === ExitState.ALIVE) return parent;
  for (const thread of parent.group.threads) if (thread.exitState === ExitState.ALIVE) return thread;
  const reaper = host.tasks.get(proc.parentPid(group.tgid));
  if (reaper === undefined || reaper.exitState !== ExitState.ALIVE) return null;
  group.parent = reaper;
  return reaper;
}
