/** forget_original_parent: who takes in the children of a thread that exits. */

import { SIG } from '../abi/signals.ts';
import { ExitState } from '../tracehook/task.ts';
import { releaseTask } from './exit.ts';
import type { SimKernel } from './kernel.ts';
import { notifyParentDead } from './notify-parent.ts';
import { killOrphanedGroup } from './process-groups.ts';
import type { SimTask } from './task.ts';

const livingThread = (task: SimTask, but: SimTask): SimTask | undefined =>
  task.process.threads.find((thread) => thread !== but && !thread.exiting && thread.alive);

/** find_new_reaper: another thread, else the nearest subreaper above, else init. */
function newReaper(kernel: SimKernel, father: SimTask): SimTask | null {
  const sibling = livingThread(father, father);
  if (sibling !== undefined) return sibling;
  for (let up = father.process.parent; up !== null; up = up.process.parent) {
    if (!up.process.subreaper && !up.process.isInit) continue;
    const thread = livingThread(up, father);
    if (thread !== undefined) return thread;
  }
  return kernel.init;
}

export function forgetOriginalParent(kernel: SimKernel, father: SimTask): void {
  if (father.children.length === 0) return;
  const reaper = newReaper(kernel, father);
  if (reaper === null) return;
  kernel.touch(reaper);
  for (const child of father.children.splice(0)) {
    kernel.touch(child);
    child.process.parent = reaper;
    child.siblingOrder = kernel.nextSerial();
    reaper.children.push(child);
    if (reaper.process === father.process) continue;
    reparentLeader(kernel, father, child);
  }
}

/** reparent_leader. */
function reparentLeader(kernel: SimKernel, father: SimTask, child: SimTask): void {
  child.process.exitSignal = SIG.SIGCHLD;
  if (kernel.logging) kernel.note(child, `is taken in by ${child.process.parent?.tid ?? 0}`);
  if (child.exitState === ExitState.ZOMBIE && !child.keeps && child.process.single && !child.announcing) {
    const autoreap = notifyParentDead(kernel, child);
    killOrphanedGroup(kernel, child.process, father);
    if (autoreap) releaseTask(kernel, child);
    return;
  }
  if (child.exitState !== ExitState.DEAD) killOrphanedGroup(kernel, child.process, father);
}
