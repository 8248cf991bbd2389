/** The way to user mode: the reports that are owed, what was decided about a signal, and then the resume. */

import { PTRACE } from '../abi/ptrace.ts';
import type { Siginfo } from '../abi/siginfo.ts';
import { bit } from '../abi/signal-set.ts';
import { defaultAction, SIG } from '../abi/signals.ts';
import { Outcome, Step } from '../tracehook/hooks.ts';
import type { SignalDecision } from '../tracehook/signal.ts';
import { continueComes, leavesToLeader, takeGiven } from './continues.ts';
import { stopsGroup, toDeliveryStop } from './delivery-stop.ts';
import type { LinuxHost } from './host.ts';
import { resetHandler } from './inject.ts';
import { tgidFor } from './pid-namespaces.ts';
import * as proc from './proc.ts';
import { resumeTask, setSiginfo } from './resume.ts';
import { type LinuxTask, Run, Stop } from './task.ts';

type Then = NonNullable<LinuxTask['goesOn']>;

/** Goes on with `then` when the hook said GO; leaves the task held otherwise. */
export function follow(task: LinuxTask, outcome: Outcome, then: Then): void {
  if (outcome === Outcome.HELD) task.goesOn = then;
  else then(task, outcome);
}

/** Makes the reports that are owed, decides the signal at hand, and lets the task go. */
export function wayOut(host: LinuxHost, task: LinuxTask, again = task.stop !== Stop.EXIT): void {
  for (;;) {
    if (task.run !== Run.STOPPED) return;
    if (task.given !== null && !task.trace.interrupt) takeGiven(task);
    if (owesTrap(host, task)) {
      task.trapsNext = true;
      break;
    }
    let outcome: Outcome;
    // After AGAIN, and where the kernel is looking for signals anyway, a report is one of getSignal's.
    if (task.trace.interrupt || task.pending !== null || (task.trace.report && again)) {
      outcome = host.hooks.getSignal(task);
    } else if (task.trace.report) {
      outcome = host.hooks.resume(task);
    } else {
      break;
    }
    if (outcome === Outcome.HELD) {
      task.trapShown = true;
      task.goesOn = (held, next) => {
        if (afterHook(host, held, next)) wayOut(host, held, again || next === Outcome.AGAIN);
      };
      return;
    }
    if (!afterHook(host, task, outcome)) return;
    again ||= outcome === Outcome.AGAIN;
  }
  if (task.mayYield && leavesToLeader(host, task)) return;
  resumeTask(host, task);
}

/**
 * A tracer's trap is made at a real one of its own, which tells whether a group stop lasts, and where it may listen: from another stop
 * the task goes on to that.
 */
export const owesTrap = (host: LinuxHost, task: LinuxTask): boolean =>
  task.pending === null &&
  task.trace.interrupt &&
  (task.stop === Stop.SIGNAL || task.stop === Stop.EXIT || (task.stop === Stop.TRAP && task.trapShown)) &&
  host.ptrace?.owesTrap(task) === true;

/** True: look again what is owed. */
function afterHook(host: LinuxHost, task: LinuxTask, outcome: Outcome): boolean {
  if (outcome === Outcome.DELIVER) {
    if (deliver(host, task, host.hooks.decision(task))) resumeTask(host, task);
    return false;
  }
  if (outcome === Outcome.GO && task.pending !== null) {
    // Nobody cares about this signal: as without us.
    const { info } = task.pending;
    task.pending = null;
    passOn(host, task, info.signo);
    resumeTask(host, task);
    return false;
  }
  return true;
}

/** The signal goes on to the program, as it is. */
export function passOn(host: LinuxHost, task: LinuxTask, signo: number): void {
  if (task.stop !== Stop.SIGNAL) {
    host.native.sendSignal(task.tgid, task.tid, signo);
    return;
  }
  const action = defaultAction(signo);
  // It has done what it was for: who installs a handler from now on is too late.
  if (signo === SIG.SIGCONT && proc.disposition(task.tid, signo) !== 'handler') {
    task.deliver = 0;
    return;
  }
  // It is on its way back into its group's stop, which is the one that this would make: unless others have run out of it.
  const stopsAnyway = action === 'stop' && task.trapsNext && proc.disposition(task.tid, signo) === 'default';
  const { threads } = task.group;
  const stopsOthers = action === 'stop' && [...threads].some((thread) => thread !== task && thread.ranOut);
  task.deliver = stopsAnyway && !stopsOthers ? 0 : signo;
  // A new group stop begins, unless a SIGCONT has come since, or it has yet to join the one that there is.
  const begins = action === 'stop' && !task.stopsWithGroup && !proc.isPending(task.tid, SIG.SIGCONT);
  if (begins) {
    for (const thread of threads) thread.ranOut = false;
    task.group.stopper = task;
  }
  if (action !== 'term' && action !== 'core') return;
  task.fatalPassed = true; // unless it is caught: see `killedFromOutside`
  if (threads.size > 1 && killsAll(task, signo)) task.group.ending = task;
}

/** Whether a signal that is delivered now ends the process: the first of a pid namespace is spared. */
const killsAll = (task: LinuxTask, signo: number): boolean =>
  proc.disposition(task.tid, signo) === 'default' && !proc.blocks(task.tid, signo) && tgidFor(task, task) !== 1;

/** Acts on what the engines decided about a signal. True: the task may go on. */
function deliver(host: LinuxHost, task: LinuxTask, decision: SignalDecision): boolean {
  if (task.stop !== Stop.SIGNAL) {
    // An artificial signal, or one that stands for a verdict: it needs a delivery-stop of its own (R41).
    const info = signalFor(decision);
    if (decision.how === 'default' && defaultAction(info.signo) === 'continue') return true; // has done it as it was sent
    // R32: and to send the signal would take the SIGCONT away that has cancelled it.
    if (stopsGroup(decision) && continueComes(task)) return true;
    if (decision.how === 'default') unblock(host, task, info.signo);
    if (task.stop === Stop.TRAP || task.stop === Stop.EXIT) {
      toDeliveryStop(host, task, info, decision);
      return false;
    }
    host.queued.add(task, info, decision);
    return true;
  }
  if (task.pending !== null) {
    // It comes before the signal at hand, which goes back on the queue.
    host.queued.add(task, task.pending.info, null);
    task.pending = null;
  }
  const info = takeEffect(host, task, signalFor(decision), decision);
  if (task.run !== Run.STOPPED) return false; // killed under our hand
  if (decision.changed || info !== decision.info || info.signo !== task.stopSigno) setSiginfo(host, task, info);
  passOn(host, task, info.signo);
  task.handlerTrap =
    decision.how === 'handler' && (task.trace.interrupt || task.trace.report || task.step !== Step.NONE);
  return true;
}

/** At the delivery-stop: makes sure that a default action that was decided is what the kernel does. */
export function takeEffect(host: LinuxHost, task: LinuxTask, info: Siginfo, decision: SignalDecision): Siginfo {
  if (decision.how === 'handler') return info;
  unblock(host, task, info.signo);
  if (proc.disposition(task.tid, info.signo) === 'default' || resetHandler(host, task, info.signo)) return info;
  return { signo: defaultAction(info.signo) === 'stop' ? SIG.SIGSTOP : SIG.SIGKILL, errno: 0, code: 0 };
}

const maskBytes = new Uint8Array(8);

/** A forced action does not ask whether the program blocks the signal; a delivery does (R31). */
function unblock(host: LinuxHost, task: LinuxTask, signo: number): void {
  const { native } = host;
  if (native.ptraceData(PTRACE.GETSIGMASK, task.tid, 8, maskBytes) < 0) return;
  const view = new DataView(maskBytes.buffer);
  const mask = view.getBigUint64(0, true);
  if ((mask & bit(signo)) === 0n) return;
  view.setBigUint64(0, mask & ~bit(signo), true);
  native.ptraceData(PTRACE.SETSIGMASK, task.tid, 8, maskBytes);
}

/** The signal whose delivery does what was decided: the one reported if its own action is that, else the stand-in. */
function signalFor(decision: SignalDecision): Siginfo {
  const { how, signo, info } = decision;
  // Of the stop signals SIGSTOP alone does not ask about orphaned process groups (R36).
  const own =
    defaultAction(info.signo) === defaultAction(signo) && (info.signo === SIG.SIGSTOP) === (signo === SIG.SIGSTOP);
  return how === 'handler' || own ? info : { ...info, signo };
}
