/** PTRACE_EVENT_STOP: group stops and their end, interrupts, births (R5, R25–R27). */

import { PTRACE, PTRACE_EVENT } from '../abi/ptrace.ts';
import { bit, STOP_SIGNALS } from '../abi/signal-set.ts';
import { SIG } from '../abi/signals.ts';
import { isStopped, stopEvent } from '../abi/wait-status.ts';
import { Event } from '../tracehook/events.ts';
import { Outcome, Step } from '../tracehook/hooks.ts';
import { disturbedForNothing, hasTrap, leavesToLeader } from './continues.ts';
import type { LinuxHost } from './host.ts';
import { interruptPolitely } from './interrupt.ts';
import * as proc from './proc.ts';
import { insideCall, resumeTask } from './resume.ts';
import { rejoinCall, undisturbed } from './system-calls.ts';
import { type LinuxTask, Run, Stop } from './task.ts';
import type { ThreadGroup } from './thread-group.ts';
import { hasEnded } from './unseen.ts';
import { follow, wayOut } from './way-out.ts';

const JOB_CONTROL = STOP_SIGNALS | bit(SIG.SIGCONT);

/** Held in a trap by somebody who only listens: a real LISTEN tells of the group (R26). False: it is in no such trap. */
export function listenHeld(host: LinuxHost, task: LinuxTask): boolean {
  if (task.run !== Run.STOPPED || task.stop !== Stop.TRAP || task.lone) return false;
  task.flush();
  task.invalidate();
  if (host.native.ptrace(PTRACE.LISTEN, task.tid, 0, 0) < 0) return false;
  task.lone = true;
  task.run = Run.LISTENING;
  return true;
}

/** Back into its trap. */
export function endListen(host: LinuxHost, task: LinuxTask): void {
  if (!task.lone) return;
  task.lone = false;
  const status = host.trapListener(task.tid);
  if (status === null) return;
  if (isStopped(status) && stopEvent(status) === PTRACE_EVENT.STOP) task.run = Run.STOPPED;
  else host.backlog.push({ tid: task.tid, status });
}

/** Whoever held it in a stop of its own leaves it: back into that of its group, out of which it has run. */
export function rejoinGroupStop(host: LinuxHost, task: LinuxTask): void {
  if (!task.ranOut) return;
  task.ranOut = false;
  task.trapsNext = true;
  task.goesBack = task.group.threads.size;
  if (task.run === Run.RUNNING) interruptPolitely(host, task);
}

/** A SIGCONT was generated while it was in no group stop, or had run out of it. */
export function notified(host: LinuxHost, task: LinuxTask, ranOut: boolean): void {
  if (!host.ptrace?.isTraced(task)) return;
  if (ranOut) stopOver(host, task);
  host.ptrace.notified(task);
}

const isAnyOut = ({ threads }: ThreadGroup): boolean => [...threads].some(({ ranOut }) => ranOut);

/** SIGCONT has ended the stop of the group, out of which the task had run, or another. */
function stopOver(host: LinuxHost, task: LinuxTask): void {
  const { group } = task;
  if (group.continueReported) return;
  group.continueReported = true;
  host.observeJobControl(group, 'continued');
  if (group.stopWhole) host.ptrace?.continuedOutside(task);
  else host.ptrace?.stopCutShort(task);
}

/** A task has trapped for a SIGCONT: who of its process is held meanwhile, and not before a call, does so as it goes on; no call is disturbed by that. */
function owesTraps(task: LinuxTask): void {
  for (const other of task.group.threads) {
    if (other !== task && other.run === Run.STOPPED && !insideCall(other.stop)) other.trapDue = true;
  }
}

/** Whether a SIGCONT waits for its process, or a stop signal, which takes those away. */
const jobControlWaits = ({ group }: LinuxTask): boolean =>
  [...group.threads].some(({ tid }) => (proc.pendingSignals(tid) & JOB_CONTROL) !== 0n);

/** do_signal_stop has had all look for signals, though who is held before a call may never stop. */
function missStop({ threads }: ThreadGroup): void {
  for (const task of threads)
    if (task.run === Run.STOPPED && (task.stop === Stop.ENTRY || task.stop === Stop.SECCOMP)) task.missedStop = true;
}

/** `asked`: we sent an INTERRUPT, or it was just born. */
export function eventStop(
  host: LinuxHost,
  task: LinuxTask,
  low: number,
  wasListening: boolean,
  polite: boolean,
  asked = true,
): void {
  const { group, leftCall } = task;
  task.trapsNext = task.trapTells = task.leftCall = false;
  if (task.lone) {
    task.lone = false;
    task.stop = Stop.TRAP;
    if (low === SIG.SIGTRAP && task.ranOut) stopOver(host, task);
    task.ranOut = low !== SIG.SIGTRAP; // its tracers' stop holds it, not its group's
    if (task.ranOut) {
      group.stopSigno = low;
      if (!group.stopWhole && host.isGroupStopped(group)) {
        group.stopWhole = true;
        host.observeJobControl(group, 'stopped');
      }
    }
    host.ptrace?.retrapped(task, low === SIG.SIGTRAP ? 0 : low);
    task.trapShown = true;
    task.heardContinue = proc.isPending(task.tid, SIG.SIGCONT);
    return;
  }
  const { trapDue } = task;
  task.trapDue = false;
  const goesBack = task.goesBack > 0;
  task.goesBack = 0;
  if (goesBack && low === SIG.SIGTRAP) stopOver(host, task);
  else if (goesBack && hasEnded(host, task)) {
    task.stop = Stop.TRAP;
    resumeTask(host, task); // to its death
    return;
  }
  const { ranOut, heardContinue, toldContinues } = task;
  task.heardContinue = false;
  task.toldContinues = -1;
  if (low === SIG.SIGTRAP) task.ranOut = false;
  if (low !== SIG.SIGTRAP && task.ranOut && asked) {
    task.stop = Stop.TRAP; // only our INTERRUPT: the group is stopped still
    wayOut(host, task);
    return;
  }
  if (low !== SIG.SIGTRAP) {
    task.stop = Stop.GROUP;
    group.stopSigno = low;
    // do_signal_stop: who is in its stop stays in that; who is traced is in a trap, and stops anew.
    if (!wasListening || host.ptrace?.isTraced(task)) task.groupSigno = low;
    if (wasListening || task.quietStop) {
      // Re-trapped in the same stop, or found in it: no news.
      task.quietStop = false;
      if (wasListening && !asked) host.ptrace?.stopsAnew(task);
      resumeTask(host, task);
      return;
    }
    const wasWhole = !group.continueReported && group.stopWhole;
    group.continueReported = false;
    if (!goesBack) missStop(group);
    const last = host.isGroupStopped(group);
    group.stopWhole = last;
    if (last) host.observeJobControl(group, 'stopped');
    if ((task.trace.events & Event.JCTL) === 0) {
      resumeTask(host, task);
      return;
    }
    group.toldParent = last && !wasWhole;
    const outcome = host.hooks.jctl(task, 'stopped', last ? 'stopped' : null);
    group.toldParent = false;
    follow(task, outcome, () => resumeTask(host, task));
    return;
  }
  task.stop = Stop.TRAP;
  task.quietStop = false;
  if (host.ptrace?.isTraced(task) === false) task.letGo = true;
  const { disturbed } = task;
  task.disturbed = false;
  if (polite && rejoinCall(host, task, leftCall) && !wasListening) {
    if (disturbed && leavesToLeader(host, task)) return;
    resumeTask(host, task);
    return;
  }
  if (!wasListening) {
    task.trapTells = true;
    // Not of our asking, or its group's stop is over: a SIGCONT was generated (R33).
    if (host.ptrace !== null && (!asked || ranOut || (!heardContinue && proc.isPending(task.tid, SIG.SIGCONT)))) {
      group.maybeContinued = true;
      const isNews = toldContinues !== group.continues || jobControlWaits(task);
      if (ranOut || isAnyOut(group)) stopOver(host, task);
      if (ranOut || isNews) host.ptrace.notified(task);
      owesTraps(task);
      const forNothing = !trapDue && disturbedForNothing(host, task);
      task.missedStop = false;
      if (!trapDue && !task.leavesStop && (forNothing || !host.ptrace.isTraced(task))) undisturbed(host, task);
      task.noTrap = forNothing && task.step !== Step.NONE && hasTrap(task);
      task.mayYield = true;
    }
    wayOut(host, task);
    return;
  }
  task.leavesStop = host.ptrace !== null && proc.signalPending(task.tid);
  owesTraps(task);
  // SIGCONT: the group stop is over (R27). The first thread to leave it tells the parent.
  const first = !group.continueReported;
  group.continueReported = true;
  if (first) host.observeJobControl(group, 'continued');
  if (first && !group.stopWhole) host.ptrace?.stopCutShort(task);
  const tells = first && group.stopWhole;
  task.mayYield = true;
  if ((task.trace.events & Event.JCTL) === 0) {
    if (tells) host.ptrace?.continuedOutside(task); // the leader may be traced
    wayOut(host, task);
    return;
  }
  task.leavesGroupStop = true;
  const outcome = host.hooks.jctl(task, 'continued', tells ? 'continued' : null);
  follow(task, outcome, () => {
    if (outcome === Outcome.HELD) {
      // SIGCONTs that have come meanwhile are told with the trap that is owed now (TRAP_NOTIFY is one bit): it is a new one.
      task.trapShown = true;
      task.heardContinue = proc.isPending(task.tid, SIG.SIGCONT);
    }
    wayOut(host, task);
  });
}
