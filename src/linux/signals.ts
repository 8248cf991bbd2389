/** Signal-delivery-stops: whose signal it is, and who is to be asked. */

import type { Siginfo } from '../abi/siginfo.ts';
import { SIG } from '../abi/signals.ts';
import { Event, SIGNAL_EVENTS } from '../tracehook/events.ts';
import { Step } from '../tracehook/hooks.ts';
import { wokenTooEarly } from './child-signals.ts';
import { giveToLeader, joinsGiven, takeFromLeader } from './continues.ts';
import type { LinuxHost } from './host.ts';
import * as proc from './proc.ts';
import { isCutShort } from './restarts.ts';
import { resumeTask, setSiginfo } from './resume.ts';
import { interruptRejoin } from './served.ts';
import { undisturbed } from './system-calls.ts';
import { type LinuxTask, Run, Stop } from './task.ts';
import { dispositionOf } from './trap-action.ts';
import { takeUnseen, wasDropped } from './unseen.ts';
import { passOn, takeEffect, wayOut } from './way-out.ts';

export function signal(host: LinuxHost, task: LinuxTask, info: Siginfo, signo: number): void {
  task.stopSigno = signo;
  if (isEnding(task) || host.queued.isLate(task, info)) {
    resumeTask(host, task); // the kernel would have ended it before it could take another
    return;
  }
  if (signo === SIG.SIGCONT) task.group.continues++;
  if (task.handlerTrap) {
    task.handlerTrap = false;
    if (signo === SIG.SIGTRAP && info.code === SIG.SIGTRAP) {
      // R45: the frame is set up and the handler has not begun.
      task.stop = Stop.TRAP;
      host.hooks.signalHandler(task, true);
      wayOut(host, task);
      return;
    }
  }
  if (host.ptrace !== null && joinsGiven(host, task, info)) {
    undisturbed(host, task);
    wayOut(host, task);
    return;
  }
  if (host.ptrace !== null && takeFromLeader(host, task, info)) {
    wayOut(host, task);
    return;
  }
  const item = host.queued.take(task, info);
  if (item !== undefined) {
    const { decision } = item;
    if (item.cancelled) {
      wayOut(host, task);
      return;
    }
    const actual = decision === null ? item.info : takeEffect(host, task, item.info, decision);
    if (task.run !== Run.STOPPED) return; // killed under our hand
    setSiginfo(host, task, actual);
    if (decision !== null) {
      passOn(host, task, actual.signo); // decided before: engines have seen it
      task.handlerTrap =
        decision.how === 'handler' && (task.trace.interrupt || task.trace.report || task.step !== Step.NONE);
      resumeTask(host, task);
      return;
    }
    info = item.info;
  } else if (takeUnseen(host, task, info) || (host.ptrace !== null && giveToLeader(host, task, info))) {
    wayOut(host, task);
    return;
  }
  if ((task.trace.events & (SIGNAL_EVENTS | Event.QUIESCE)) === 0 && !task.trace.report && !task.trace.interrupt) {
    if (host.ptrace?.isTraced(task) === false && wasDropped(host, task, info)) {
      if (task.leavesStop) task.leavesStop = proc.signalPending(task.tid);
      else undisturbed(host, task); // alone it is dropped as it is sent
    }
    passOn(host, task, signo);
    resumeTask(host, task);
    return;
  }
  task.pending = { info, disposition: dispositionOf(host, task, signo) };
  wayOut(host, task);
}

/** At the exit of a call, or at the trap of a step out of it: whether that was left for a SIGCHLD only that comes too early, and is dropped next. */
export function leftTooEarly(host: LinuxHost, task: LinuxTask): boolean {
  const { ptrace, interrupted } = host;
  if (ptrace === null || !interrupted.load(task.tid)) return false;
  return isCutShort(interrupted.result) && wokenTooEarly(host, task);
}

/** Whether the signal is one that alone the kernel had dropped. */
export const isUnseen = (host: LinuxHost, task: LinuxTask, info: Siginfo): boolean =>
  host.queued.find(task, info) === undefined && takeUnseen(host, task, info);

/** The signal disturbs nobody. The call of which no exit was shown goes on, unless that is owed now. */
export function drop(host: LinuxHost, task: LinuxTask, { signo }: Siginfo): void {
  if (signo === SIG.SIGCONT) task.group.continues++;
  const goOn = (): void => {
    undisturbed(host, task);
    wayOut(host, task);
  };
  if (task.trace.interrupt || task.detaching) interruptRejoin(host, task, true, goOn);
  else goOn();
}

/** Whether another thread of its process was given a signal that ends them all. */
function isEnding({ group }: LinuxTask): boolean {
  const { ending } = group;
  if (ending !== null && ending.run === Run.STOPPED && ending.stop !== Stop.DYING) group.ending = null; // it has survived that
  return group.ending !== null;
}
