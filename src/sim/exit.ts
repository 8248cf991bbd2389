/**
 * do_group_exit, do_exit, exit_notify, release_task: the end of a task, in the kernel's order: the exit report, ptrace's exit
 * event, then everything that cannot wait, in one step.
 */

import { bit } from '../abi/signal-set.ts';
import { CLD, SIG } from '../abi/signals.ts';
import { assert } from '../base/assert.ts';
import { Event } from '../tracehook/events.ts';
import { DeathSignal, Outcome } from '../tracehook/hooks.ts';
import { ExitState } from '../tracehook/task.ts';
import { Jobctl, participateGroupStop } from './jobctl.ts';
import type { SimKernel } from './kernel.ts';
import { notifyParentDead, notifyParentStopped, wakeParent } from './notify-parent.ts';
import { SignalFlag } from './process.ts';
import { killOrphanedGroup } from './process-groups.ts';
import { forgetOriginalParent } from './reparent.ts';
import { DEAD, follow, followEvent, type RunState } from './run-state.ts';
import { killThread, recalcSigpending, retargetShared } from './send-signal.ts';
import type { SimTask } from './task.ts';
import { disassociate } from './terminal.ts';

/** `code`: in wait's format (R49). */
export function doGroupExit(kernel: SimKernel, task: SimTask, code: number): RunState {
  const { process } = task;
  let status = code;
  if (process.exits) status = process.groupExitCode;
  else if (process.execTask !== null) status = 0;
  else {
    process.flags = SignalFlag.GROUP_EXIT;
    process.groupExitCode = code;
    process.exitBy = task;
    zapOtherThreads(kernel, task);
  }
  return doExit(kernel, task, status);
}

/** zap_other_threads. */
export function zapOtherThreads(kernel: SimKernel, task: SimTask): void {
  task.process.groupStopCount = 0;
  for (const thread of task.process.threads) if (thread !== task) killThread(kernel, thread);
}

export function doExit(kernel: SimKernel, task: SimTask, code: number): RunState {
  task.exitCode = code;
  synchronizeGroupExit(task, code);
  if (kernel.logging) kernel.note(task, `exits with 0x${code.toString(16)}`);
  if ((task.trace.events & Event.EXIT) === 0) return exitEvent(kernel, task);
  const reported = (): RunState => {
    task.exitCode = kernel.hooks.exitCode(task);
    return exitEvent(kernel, task);
  };
  return follow(task, kernel, kernel.hooks.exit(task, code), 'exit', reported, exitEvent);
}

/** synchronize_group_exit: the last thread to begin its exit ends the process. */
function synchronizeGroupExit(task: SimTask, code: number): void {
  const { process } = task;
  if (--process.quick > 0 || process.exits) return;
  process.flags = SignalFlag.GROUP_EXIT;
  process.groupExitCode = code;
  process.groupStopCount = 0;
  process.exitBy = task;
}

/** PTRACE_EVENT_EXIT, also of the killed (R49): SIGKILL was taken off the queue by now. */
function exitEvent(kernel: SimKernel, task: SimTask): RunState {
  task.pending.set &= ~bit(SIG.SIGKILL);
  const outcome = kernel.ptrace?.exitEvent(task, task.exitCode) ?? Outcome.GO;
  return followEvent(task, kernel, outcome, 'its exit event', finishExit, finishExit);
}

function finishExit(kernel: SimKernel, task: SimTask): RunState {
  const { process } = task;
  exitSignals(kernel, task);
  process.live--;
  const groupDead = process.live === 0;
  releaseMemory(kernel, task);
  if (groupDead) {
    process.timers?.end();
    process.files.closeAll(kernel);
    disassociate(kernel, process, true);
  }
  exitNotify(kernel, task, groupDead);
  return DEAD;
}

/** exit_signals: takes no signal any more; others take what was meant for all. */
function exitSignals(kernel: SimKernel, task: SimTask): void {
  const { process } = task;
  task.exiting = true;
  if (process.single || process.exits) return;
  retargetShared(kernel, task, ~task.blocked);
  if ((task.jobctl & Jobctl.STOP_PENDING) !== 0 && participateGroupStop(task)) {
    notifyParentStopped(kernel, task, CLD.CLD_STOPPED);
  }
  recalcSigpending(task);
}

/** mm_release: a vfork is over. */
export function releaseMemory(kernel: SimKernel, task: SimTask): void {
  task.mm.users--;
  const { vforkParent } = task;
  task.vforkParent = null;
  if (vforkParent !== null) kernel.wakeUp(vforkParent, 'its vfork is over');
}

function exitNotify(kernel: SimKernel, task: SimTask, groupDead: boolean): void {
  const { process } = task;
  kernel.ptrace?.tracerGone(task); // exit_ptrace (R51)
  forgetOriginalParent(kernel, task);
  if (groupDead) {
    killOrphanedGroup(kernel, process, null);
    kernel.ptrace?.processGone(process.leader);
  }
  task.exitState = ExitState.ZOMBIE;
  task.ready = false;
  task.waitStatus = process.exits ? process.groupExitCode : task.exitCode;
  kernel.changed(task, 'is dead');
  process.groupDead = groupDead;
  // A leader's death is known when its group is empty (R12).
  if (task.isLeader && !process.single) {
    kernel.ptrace?.leaderDied(task, task.exitCode);
    if (process.execTask !== null) kernel.wakeUp(process.execTask, 'the leader is dead');
    return;
  }
  announceDeath(kernel, task);
}

/** The death report, and then the parent, unless a tracer is first (R12). */
function announceDeath(kernel: SimKernel, task: SimTask): void {
  const { process } = task;
  task.keeps = kernel.ptrace?.keepsZombie(task) === true;
  const signal = task.isLeader
    ? process.groupDead
      ? process.exitSignal
      : DeathSignal.DELAYED_GROUP_LEADER
    : DeathSignal.REAP;
  task.announcing = true;
  kernel.hooks.death(task, process.groupDead, signal);
  task.announcing = false;
  if (task.keeps && kernel.ptrace?.keepsZombie(task) === true) return;
  task.keeps = false;
  endZombie(kernel, task);
}

/** No tracer has a claim on the zombie any more: its parent may see it, or it goes. */
function endZombie(kernel: SimKernel, task: SimTask): void {
  kernel.touch(task);
  const autoreap = task.isLeader ? notifyParentDead(kernel, task) : true;
  if (autoreap) releaseTask(kernel, task);
}

/** What {@link PtraceKernel.reap} asks for. */
export function reapKept(kernel: SimKernel, task: SimTask, told: boolean): void {
  if (!task.keeps) return;
  task.keeps = false;
  if (task.exitState !== ExitState.ZOMBIE || task.announcing) return;
  const { parent } = task.process;
  if (told && parent !== null) wakeParent(kernel, parent, task);
  else endZombie(kernel, task);
}

/** release_task: it is gone. The last thread of a dead leader lets the leader's death be known. */
export function releaseTask(kernel: SimKernel, task: SimTask): void {
  const { process } = task;
  assert(task.exitState === ExitState.ZOMBIE, 'only the dead are reaped, and once');
  task.exitState = ExitState.DEAD;
  kernel.changed(task, 'is reaped');
  kernel.hooks.release(task);
  kernel.forget(task);
  process.drop(task);
  if (task.isLeader) {
    const siblings = process.parent?.children ?? [];
    const at = siblings.indexOf(task);
    if (at >= 0) siblings.splice(at, 1);
    return;
  }
  if (process.execTask !== null) kernel.wakeUp(process.execTask, 'a thread is gone');
  else if (process.leader.exitState === ExitState.ZOMBIE && process.single) {
    if (process.exits) process.leader.exitCode = process.groupExitCode;
    process.leader.waitStatus = process.leader.exitCode;
    announceDeath(kernel, process.leader);
  }
}
