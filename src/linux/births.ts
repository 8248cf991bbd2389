/** Births: clone, fork and vfork, in whichever order the parent's and the child's stops come (R21). */

import { CLONE } from '../abi/clone.ts';
import { PTRACE_EVENT } from '../abi/ptrace.ts';
import { SIG } from '../abi/signals.ts';
import { syscallName } from '../abi/syscalls.ts';
import { Event } from '../tracehook/events.ts';
import { Outcome } from '../tracehook/hooks.ts';
import { detachTask } from './detach.ts';
import type { LinuxHost } from './host.ts';
import { becomeParent } from './parents.ts';
import * as proc from './proc.ts';
import { inheritProcFiles } from './proc-filter.ts';
import { resumeTask } from './resume.ts';
import { followEvent } from './served.ts';
import { dispatchStatus } from './stops.ts';
import { type LinuxTask, Run } from './task.ts';
import { ThreadGroup } from './thread-group.ts';
import { inheritTrapAction } from './trap-action.ts';
import { giveUntraced } from './untraced.ts';
import { follow } from './way-out.ts';

export function cloned(host: LinuxHost, parent: LinuxTask, tid: number, code: number): void {
  const flags = cloneFlags(host, parent, code) | giveUntraced(parent);
  const isThread = (flags & CLONE.THREAD) !== 0;
  const group = isThread ? parent.group : new ThreadGroup(tid as never, false);
  if (!isThread) {
    group.exitSignal = flags & CLONE.CSIGNAL;
    const real = (flags & CLONE.PARENT) !== 0 ? parent.group.parent : parent;
    if (real !== null) becomeParent(real, group);
    group.childSignals = parent.group.childSignals;
    inheritTrapAction(parent.group, group, flags);
    inheritProcFiles(parent.group, group);
    group.space = (flags & CLONE.VM) !== 0 ? parent.group.space : { tracers: new Set(parent.group.space.tracers) };
  }
  // It may have been taken for an orphan (CLONE_PARENT: its creator is not its parent).
  const known = host.tasks.get(tid);
  const child = known ?? host.newTask(tid, group);
  if (known === undefined) child.awaitsBirth = true;
  host.holds.born(parent, tid);
  child.filter = parent.filter;
  child.starting = known === undefined;
  parent.newborn = child;
  const begun = (): void => {
    parent.newborn = null;
    // Its parent's event is told first, whose tracer may learn of both by one SIGCHLD alone.
    const outcome = host.ptrace?.birthEvent(parent) ?? Outcome.GO;
    beginLife(host, child, known !== undefined);
    followEvent(host, parent, outcome, () => resumeTask(host, parent));
  };
  if ((parent.trace.events & Event.CLONE) !== 0) {
    follow(parent, host.hooks.clone(parent, flags, child), begun);
  } else {
    begun();
  }
}

/** The report of its clone is over, or was broken off. */
export function beginLife(host: LinuxHost, child: LinuxTask, known = false): void {
  const { tid } = child;
  child.starting = false;
  if (child.run === Run.GONE) return;
  // Nobody attached to it: it goes its own way. A tree with a filter of ours must keep its tracer (ENOSYS).
  if (child.trace.engines === 0 && child.filter === null) child.detaching = true;
  if (known && child.detaching && child.run === Run.RUNNING) detachTask(host, child);
  const status = host.unborn.get(tid);
  if (status !== undefined) {
    host.unborn.delete(tid);
    dispatchStatus(host, tid, status);
  }
}

/**
 * A task was killed and stands at its EVENT_EXIT: a clone event of its that nobody has read is lost. Its newborns are
 * tracees of ours already, whether their first stop has come or is to come.
 */
export function adoptNewborns(host: LinuxHost, gone: LinuxTask): void {
  const threads = proc.threads(gone.tgid) ?? [];
  for (const tid of [...threads, ...proc.children(gone.tgid)]) {
    if (host.tasks.has(tid) || proc.tracerPid(tid) !== proc.self()) continue;
    adopt(host, tid, gone, threads.includes(tid));
  }
}

function adopt(host: LinuxHost, tid: number, gone: LinuxTask, isThread: boolean): void {
  const status = host.unborn.get(tid);
  host.unborn.delete(tid);
  const child = host.newTask(tid, isThread ? gone.group : new ThreadGroup(tid as never, false));
  child.awaitsBirth = true;
  host.holds.born(gone, tid);
  child.filter = gone.filter;
  if (!isThread) {
    becomeParent(gone, child.group);
    child.group.trapAction = 'changing'; // how it was made is not known
    inheritProcFiles(gone.group, child.group);
  }
  for (const observer of host.observers) observer.onOrphan?.(child, gone);
  if (status !== undefined) dispatchStatus(host, tid, status);
}

/** The flags of the clone just made, as the program gave them (or as fork and vfork stand for). */
function cloneFlags(host: LinuxHost, task: LinuxTask, code: number): number {
  const { registers } = task;
  const { arch } = host;
  const abi = arch.abiFromRegisters(registers);
  const name = syscallName(abi, Number(BigInt.asIntN(32, registers.get(arch.syscallNumber))));
  const [first, second] = arch.argumentRegisters(abi);
  if (name === 'clone') return Number(BigInt.asUintN(32, registers.get(first!)));
  if (name === 'clone3') {
    const args = new DataView(
      task.memory.read(registers.get(first!), Math.min(64, Number(registers.get(second!)))).buffer,
    );
    return Number(args.getBigUint64(0, true) & 0xffffff00n) | Number(args.getBigUint64(32, true) & 0xffn);
  }
  return code === PTRACE_EVENT.VFORK ? CLONE.VFORK | CLONE.VM | SIG.SIGCHLD : SIG.SIGCHLD;
}

/**
 * Newborns whose parent was killed before its clone event could be read are tracees that nobody reports; a thread among
 * them would keep its whole group from dying. They are looked for whenever `gone` can report no birth any more: it
 * exits, or died, or execed over its siblings. Whoever still may is running: for a thread in its group, for a process in
 * that of its parent.
 */
export function adoptOrphans(host: LinuxHost, gone: LinuxTask): void {
  for (const tid of [...host.unborn.keys()]) {
    if (host.tasks.has(tid)) continue; // its birth is being reported
    const tgid = proc.tgidOf(tid);
    const isThread = tgid !== undefined && tgid !== tid;
    const creators = isThread ? tgid : proc.parentPid(tid);
    const mayCome = [...host.tasks.values()].some(
      (task) => task !== gone && task.tgid === creators && task.run === Run.RUNNING && !task.exited,
    );
    if (mayCome) continue;
    adopt(host, tid, gone, isThread);
  }
}
