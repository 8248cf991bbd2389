/** Process groups and sessions: orphaned groups (R36), and setpgid, setsid. */

import { ERRNO } from '../abi/errno.ts';
import { SI, SIG } from '../abi/signals.ts';
import type { SimKernel } from './kernel.ts';
import { type Process, SignalFlag } from './process.ts';
import { sendLocked } from './send-signal.ts';
import type { SimTask } from './task.ts';

const isGone = (process: Process): boolean => process.threads.length === 0 || process.live === 0;

/** will_become_orphaned_pgrp: no member but `ignored` has a parent in another group of the same session. */
export function isOrphanedGroup(kernel: SimKernel, pgid: number, ignored: Process | null = null): boolean {
  for (const member of kernel.groupMembers(pgid)) {
    if (member === ignored || isGone(member)) continue;
    const parent = member.parent?.process;
    if (parent === undefined || parent.isInit) continue;
    if (parent.pgid !== pgid && parent.sid === member.sid) return false;
  }
  return true;
}

/** kill_orphaned_pgrp: a group that has just lost its last tie, with a stopped member: SIGHUP, SIGCONT. */
export function killOrphanedGroup(kernel: SimKernel, process: Process, parent: SimTask | null): void {
  const above = parent?.process ?? process.parent?.process;
  const ignored = parent === null ? process : null;
  if (above === undefined || above.pgid === process.pgid || above.sid !== process.sid) return;
  const members = kernel.groupMembers(process.pgid);
  const stopped = members.some((member) => (member.flags & SignalFlag.STOP_STOPPED) !== 0 && !isGone(member));
  if (!stopped || !isOrphanedGroup(kernel, process.pgid, ignored)) return;
  for (const member of members) {
    for (const signo of [SIG.SIGHUP, SIG.SIGCONT]) {
      if (isGone(member)) continue;
      sendLocked(kernel, { signo, errno: 0, code: SI.SI_KERNEL, pid: 0, uid: 0 }, member.leader, 'process', true);
    }
  }
}

export function setpgid(kernel: SimKernel, task: SimTask, pid: number, group: number): number {
  const target = pid === 0 ? task.process : kernel.lookUp(pid)?.process;
  const pgid = group === 0 ? (target?.tgid ?? 0) : group;
  if (group < 0) return -ERRNO.EINVAL;
  if (target === undefined || (pid !== 0 && (target.tgid as number) !== pid)) return -ERRNO.ESRCH;
  kernel.touch(target.leader);
  if (target !== task.process) {
    if (target.parent?.process !== task.process) return -ERRNO.ESRCH;
    if (target.sid !== task.process.sid) return -ERRNO.EPERM;
    if (target.execed) return -ERRNO.EACCES;
  }
  if (target.sid === (target.tgid as number)) return -ERRNO.EPERM;
  if (pgid !== (target.tgid as number)) {
    const members = kernel.groupMembers(pgid);
    if (!members.some((member) => member.sid === task.process.sid)) return -ERRNO.EPERM;
  }
  kernel.touchGroup(target.pgid);
  kernel.touchGroup(pgid);
  target.pgid = pgid;
  return 0;
}

export function setsid(kernel: SimKernel, task: SimTask): number {
  const { process } = task;
  if (kernel.groupMembers(process.tgid).length > 0) return -ERRNO.EPERM;
  kernel.touchGroup(process.pgid);
  process.sid = process.tgid;
  process.pgid = process.tgid;
  process.terminal = null;
  return process.tgid;
}
