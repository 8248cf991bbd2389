/** TRACEME, ATTACH and SEIZE: who may, and what the new tracer sees first. */

import { ERRNO } from '../abi/errno.ts';
import { PTRACE_O_MASK } from '../abi/ptrace.ts';
import { SI, SIG } from '../abi/signals.ts';
import { ExitState, type Task } from '../tracehook/task.ts';
import type { Link } from './link.ts';
import type { Ptrace } from './ptrace.ts';
import { groupStop, trapStop } from './stop.ts';

/** R19. */
export function traceMe(ptrace: Ptrace, task: Task): number {
  const parent = ptrace.kernel.parentOf(task);
  if (parent === null || !mayShare(ptrace, task, parent)) return -ERRNO.EPERM;
  const link = ptrace.linking.link(task, parent, false, 0);
  if (link === undefined) return -ERRNO.EPERM;
  ptrace.kernel.recallWaiters(parent); // pitfall 7
  return 0;
}

/** R15–R18. */
export function attach(ptrace: Ptrace, tracer: Task, task: Task, seize: boolean, addr: bigint, data: bigint): number {
  const { kernel } = ptrace;
  if (seize && (addr !== 0n || (data & ~BigInt(PTRACE_O_MASK)) !== 0n)) return -ERRNO.EIO;
  if (kernel.sameGroup(tracer, task)) return -ERRNO.EPERM;
  const refused = kernel.mayTrace(tracer, task);
  if (refused !== 0) return -refused;
  if (seize) {
    const forbidden = kernel.maySetOptions(tracer, Number(data));
    if (forbidden !== 0) return -forbidden;
  }
  if (task.exitState !== ExitState.ALIVE || !mayShare(ptrace, task, tracer)) return -ERRNO.EPERM;
  if (tracesInCircle(ptrace, tracer, task)) return -ERRNO.EPERM;
  const link = ptrace.linking.link(task, tracer, seize, seize ? Number(data) : 0);
  if (link === undefined) return -ERRNO.EPERM;
  const { traced } = link;
  const signo = kernel.jobStop(task);
  kernel.recallWaiters(tracer);
  if (!seize) {
    kernel.dropContinues(task);
    const behind = kernel.ownPendingSignals(task);
    link.owed.push({ signo: SIG.SIGSTOP, errno: 0, code: SI.SI_KERNEL, pid: 0, uid: 0, behind }); // R16
  }
  if (signo !== 0) {
    const show = (): void => traced.show(link, seize ? trapStop(signo, traced.who(link)) : groupStop(signo)); // R18
    if (kernel.enterTrap === undefined || traced.links.length > 1) show();
    else kernel.enterTrap(task, (how) => arrive(link, how, show));
  } else if (!seize) {
    if (traced.reporting)
      traced.showOwed(link); // held by another tracer: at a safe point already
    else traced.summon();
  }
  return 0;
}

/** The task is in its trap. */
function arrive(link: Link, how: 'stopped' | 'continued' | 'leaves', show: () => void): void {
  if (link.over) return;
  if (how === 'leaves') {
    link.trapStop = true;
    link.traced.summon();
  } else if (how === 'stopped' || !link.seized) {
    show(); // an ATTACHed one stays in the stop that it was found in (R33)
  }
}

/** One link per tracer; with --exclusive one tracer. */
function mayShare(ptrace: Ptrace, task: Task, tracer: Task): boolean {
  const links = ptrace.links.on(task);
  if (ptrace.exclusive && links.length > 0) return false;
  return !links.some((link) => ptrace.kernel.sameGroup(link.tracer, tracer));
}

/** A traces B traces A: the two would wait for each other (pitfall 2). */
function tracesInCircle(ptrace: Ptrace, tracer: Task, target: Task): boolean {
  const seen = new Set<Task>();
  const reaches = (from: Task): boolean => {
    if (ptrace.kernel.sameGroup(from, tracer)) return true;
    if (seen.has(from)) return false;
    seen.add(from);
    for (const [other, links] of ptrace.links.tracers) {
      if (!ptrace.kernel.sameGroup(other, from)) continue;
      if (links.some((link) => reaches(link.traced.task))) return true;
    }
    return false;
  };
  return reaches(target);
}
