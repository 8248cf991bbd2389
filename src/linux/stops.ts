/**
 * What each ptrace-stop means: decoded once, and given to the file that owns its kind. The order in a stop is the kernel's
 * own on the way to user mode (R37): the event, then signals, then the report that is owed.
 */

import { PTRACE, PTRACE_EVENT } from '../abi/ptrace.ts';
import { decodeSiginfo, type Siginfo } from '../abi/siginfo.ts';
import { bit } from '../abi/signal-set.ts';
import { SIG } from '../abi/signals.ts';
import { isStopped, stopEvent, stopSignal } from '../abi/wait-status.ts';
import { unreachable } from '../base/assert.ts';
import type { Tid } from '../base/brand.ts';
import { Event } from '../tracehook/events.ts';
import { beginLife, cloned } from './births.ts';
import { settleDoubt, tellsTooEarly } from './child-signals.ts';
import { claimSignals, disturbedForNothing, maskChanged } from './continues.ts';
import { died, execed, exiting, newLeader, whoExits } from './deaths.ts';
import { HostError } from './errors.ts';
import { EventKind } from './event-buffer.ts';
import { FILTER_COOKIE, LOOK_COOKIE, PROC_COOKIE } from './filter.ts';
import type { LinuxHost } from './host.ts';
import { eventStop } from './job-control.ts';
import * as proc from './proc.ts';
import { showDisturbed } from './restarted-call.ts';
import { resumeTask } from './resume.ts';
import { interruptRejoin, wokenServed } from './served.ts';
import { drop, isUnseen, leftTooEarly, signal } from './signals.ts';
import { spawnStop } from './spawn.ts';
import { enter, entry, exit, giveWay, goBack, isInterrupted, restartSleep } from './system-calls.ts';
import { type LinuxTask, Run, Sleep, Stop } from './task.ts';
import { giveMaskBack } from './temporary-mask.ts';
import { wasDropped } from './unseen.ts';
import { follow } from './way-out.ts';

const TRAP_BRKPT = 1;
const COOKIES: ReadonlySet<number> = new Set([FILTER_COOKIE, LOOK_COOKIE, PROC_COOKIE]);

/** Handles event `i` of the buffer. */
export function dispatch(host: LinuxHost, i: number): void {
  try {
    dispatchEvent(host, i);
  } catch (error) {
    passKill(host, error);
  }
}

/**
 * SIGKILL ends any stop at any moment, also while it is looked at (R50): then nothing is to be done about that stop, and the
 * death follows.
 */
export function unlessKilled(host: LinuxHost, work: () => void): void {
  try {
    work();
  } catch (error) {
    passKill(host, error);
  }
}

function passKill(host: LinuxHost, error: unknown): void {
  const { code, tid = 0 } = error as Partial<HostError>;
  const task = host.tasks.get(tid);
  if (!(error instanceof HostError) || code !== 'ESRCH' || task?.run !== Run.STOPPED || !host.isKilled(task))
    throw error;
}

function dispatchEvent(host: LinuxHost, i: number): void {
  const { events } = host;
  const tid = events.tid(i);
  const kind = events.kind(i);
  const task = host.tasks.get(tid) ?? (startsLife(host, i) ? undefined : newLeader(host, tid));
  if (task === undefined) {
    if (kind !== EventKind.VOID) host.unborn.set(tid, events.status(i));
    return;
  }
  if (task.run === Run.STOPPED || (task.lone && kind !== EventKind.STOP)) brokenStop(host, task);
  if (host.accounting) {
    task.systemTime = events.systemTime(i);
    task.userTime = events.userTime(i);
  }
  if (kind === EventKind.VOID) {
    task.run = Run.RUNNING; // it died under the reading hand; its death follows
    return;
  }
  if (kind === EventKind.DEATH) {
    died(host, task, events.status(i));
    return;
  }
  if (task.starting) {
    host.unborn.set(tid, events.status(i)); // its parent's clone callbacks come first
    return;
  }
  const wasListening = task.run === Run.LISTENING;
  task.run = Run.STOPPED;
  if (task.group.stopper === task) task.group.stopper = null;
  task.uid = events.uid(i);
  task.killing = false;
  task.trapShown = false;
  task.invalidate();
  const late = kind === EventKind.STOP && trapsLate(task, stopSignal(events.status(i)));
  const polite = task.politeInterrupt || late;
  const asked = task.interruptSent || !task.begun || late;
  task.begun = true;
  task.awaitsBirth = false;
  const byInterrupt = kind === EventKind.STOP || (kind === EventKind.EXIT && task.served === null); // the end of a sleep
  if (!task.interruptSent || byInterrupt) task.interruptLate = false;
  task.interruptSent = false;
  task.politeInterrupt = false;
  task.waitsForReal = false;
  const { noTrap } = task;
  task.noTrap = false;
  task.mayYield = false;
  if (kind !== EventKind.STOP) {
    task.heardContinue = task.leavesGroupStop = task.trapDue = false;
    if (kind !== EventKind.SIGNAL) task.takesContinue = false;
    task.toldContinues = -1;
    task.trapTells = task.leftCall = false;
  }
  if (kind === EventKind.SIGNAL) task.seen &= ~bit(stopSignal(events.status(i)));
  else if (kind !== EventKind.STOP && kind !== EventKind.EXIT && task.goesBack === 0) task.seen = 0n;
  if (task.sleep !== Sleep.NONE) task.sleep = sleepAt(kind, task.sleep);
  if (kind !== EventKind.SIGNAL && kind !== EventKind.STOP) task.leavesStop = false;
  if (task.letGo) letGoTo(task, kind, events.status(i));
  if (kind !== EventKind.EXIT && kind !== EventKind.STOP) task.missedStop = false;
  if (task.doubtfulSignal !== null) settleDoubt(host, task);
  if (task.sleepsAs >= 0) showDisturbed(host, task, i);
  if (task.served !== null && wokenServed(host, task, kind)) return;
  if (task.spawning !== null && spawnStop(host, task, i)) return;
  switch (kind) {
    case EventKind.ENTRY:
      task.reruns = -1;
      task.stop = Stop.ENTRY;
      task.entered = true;
      task.call.loadEntry(events, i);
      if (task.ownMask !== null) {
        giveMaskBack(host, task);
        if (task.rejoins < 0 && proc.signalPending(task.tid)) {
          giveWay(host, task);
          return;
        }
      }
      if (task.rejoins >= 0) {
        task.call.nr = task.rejoins; // what it says is restart_syscall, perhaps
        task.rejoins = -1;
        resumeTask(host, task);
        return;
      }
      entry(host, task);
      return;
    case EventKind.SECCOMP: {
      task.reruns = -1;
      task.stop = Stop.SECCOMP;
      const reported = task.entered; // at the entry-stop of this very call
      task.call.loadEntry(events, i);
      const ours = isOurs(host, task, i);
      const data = events.retData(i);
      task.refused = !ours || !COOKIES.has(data);
      task.entered = true;
      if (task.refused && (task.trace.events & Event.SECCOMP) !== 0)
        traced(host, task, events.retData(i), reported || !ours);
      else if (reported || !ours) enter(host, task);
      else entry(host, task);
      return;
    }
    case EventKind.EXIT: {
      const known = task.entered;
      task.stop = Stop.EXIT;
      task.entered = false;
      task.call.loadExit(events, i, known);
      if (task.registersChanged) task.call.reload(); // a served call that was tried, or woken
      if (task.givesWay >= 0) {
        goBack(host, task);
        return;
      }
      if (isInterrupted(task)) {
        claimSignals(host, task);
        const isStopping = task.stopsWithGroup || task.group.stopper?.run === Run.RUNNING;
        const mayGoBack = !asked && !isStopping;
        if (mayGoBack && disturbedForNothing(host, task)) {
          task.politeInterrupt = true; // the trap is next
          task.disturbed = true;
          task.trapsNext = true;
          resumeTask(host, task);
          return;
        }
        if (mayGoBack && leftTooEarly(host, task)) {
          task.rejoins = task.call.nr;
          resumeTask(host, task);
          return;
        }
      }
      if (polite) restartSleep(host, task);
      if (task.group.leaderOwes) maskChanged(host, task);
      exit(host, task);
      return;
    }
    case EventKind.SIGNAL: {
      const info = decodeSiginfo(events.siginfo(i));
      const signo = stopSignal(events.status(i));
      task.stop = Stop.SIGNAL;
      task.entered = false;
      if (isStepTrap(info) && (noTrap || leftTooEarly(host, task))) {
        resumeTask(host, task);
        return;
      }
      claimSignals(host, task);
      if (tellsTooEarly(host, task, info) || (task.rejoins >= 0 && isUnseen(host, task, info))) {
        drop(host, task, info);
        return;
      }
      const isNews = !sleepsUntraced(host, task) || !wasDropped(host, task, info);
      interruptRejoin(host, task, isNews, () => signal(host, task, info, signo));
      return;
    }
    case EventKind.STOP: {
      const signo = stopSignal(events.status(i));
      task.stop = Stop.TRAP;
      task.entered = false;
      // The SIGCHLD that it gets here is no polite thing.
      const goesBack = polite && (task.rejoins < 0 || task.childSignals.length === 0);
      const isNews = !goesBack && (signo !== SIG.SIGTRAP || !sleepsUntraced(host, task));
      interruptRejoin(host, task, isNews, () => eventStop(host, task, signo, wasListening, goesBack, asked));
      return;
    }
    case EventKind.EVENT:
      event(host, task, stopEvent(events.status(i)), events.message(i));
      return;
    case EventKind.SYSCALL:
      task.stop = Stop.OTHER;
      resumeTask(host, task);
      return;
    default:
      throw new RangeError(`event kind ${kind}`);
  }
}

/** Whether this is the trap of an INTERRUPT that came as the task had stopped for something else already. */
export const trapsLate = (task: LinuxTask, signo: number): boolean =>
  task.interruptLate && !task.interruptSent && signo === SIG.SIGTRAP && !proc.isPending(task.tid, SIG.SIGCONT);

/** What a stop means to the sleep of a served call. */
function sleepAt(kind: number, sleep: Sleep): Sleep {
  switch (kind) {
    case EventKind.SIGNAL:
    case EventKind.STOP:
      return sleep === Sleep.ON ? Sleep.NONE : sleep;
    case EventKind.ENTRY:
      return sleep === Sleep.BACK ? Sleep.ON : Sleep.NONE;
    case EventKind.SECCOMP:
      return sleep === Sleep.BACK || sleep === Sleep.ON ? Sleep.ON : Sleep.NONE;
    default:
      return Sleep.NONE;
  }
}

/** It was let go, and makes its first stop: that of its group, or one of the program's, and not one before those. */
function letGoTo(task: LinuxTask, kind: number, status: number): void {
  if (kind === EventKind.SIGNAL || (kind === EventKind.STOP && stopSignal(status) === SIG.SIGTRAP)) return;
  task.letGo = task.takesStop = false;
}

/** Asleep in a call that is served, and nobody's tracee: what the program ignores does not wake it. */
const sleepsUntraced = (host: LinuxHost, task: LinuxTask): boolean =>
  task.sleep !== Sleep.NONE && host.ptrace?.isTraced(task) === false;

/** Of a step out of a call that was interrupted. */
const isStepTrap = ({ signo, code }: Siginfo): boolean => signo === SIG.SIGTRAP && code === TRAP_BRKPT;

/** Whether this may be the first that a newborn tells. */
function startsLife({ events }: LinuxHost, i: number): boolean {
  const kind = events.kind(i);
  return kind !== EventKind.DEATH && kind !== EventKind.EVENT;
}

/** A filter of the program's own said RET_TRACE, and somebody wants to know: the call is made then. */
function traced(host: LinuxHost, task: LinuxTask, data: number, reported: boolean): void {
  follow(task, host.hooks.seccomp(task, data), () => {
    task.refused = false;
    if (host.hooks.abortsSyscall(task)) task.registers.set(host.arch.syscallNumber, -1n);
    if (reported) enter(host, task);
    else entry(host, task);
  });
}

/** Whether our filter traces the call that stopped; else it was a filter of the program's own. */
function isOurs(host: LinuxHost, task: LinuxTask, i: number): boolean {
  const { words } = host.events;
  const from = host.events.callWords(i);
  const nr = host.events.callNumber(i);
  if (task.filter === null) return false;
  const data = host.events.retData(i);
  if (host.ptrace !== null && (data === LOOK_COOKIE || data === PROC_COOKIE)) return true;
  return task.filter.has(host.arch.abiOf(words[from + 1]!, nr), nr);
}

/** Handles a stop or death whose details were not read into the buffer. */
export function dispatchStatus(host: LinuxHost, tid: number, status: number): void {
  const task = host.tasks.get(tid);
  if (task === undefined) return;
  if (task.run === Run.STOPPED) brokenStop(host, task);
  if (!isStopped(status)) {
    died(host, task, status);
    return;
  }
  const wasListening = task.run === Run.LISTENING;
  task.run = Run.STOPPED;
  task.uid = -1;
  task.invalidate();
  const asked = task.interruptSent || !task.begun;
  task.begun = true;
  task.awaitsBirth = false;
  task.interruptSent = false;
  task.trapShown = false;
  const code = stopEvent(status);
  if (code === PTRACE_EVENT.STOP) eventStop(host, task, stopSignal(status), wasListening, false, asked);
  else if (code === PTRACE_EVENT.EXIT) event(host, task, code, message(host, task));
  else resumeTask(host, task);
}

const messageBytes = new Uint8Array(8);
function message(host: LinuxHost, task: LinuxTask): number {
  host.native.ptraceData(PTRACE.GETEVENTMSG, task.tid, 0, messageBytes);
  return new Int32Array(messageBytes.buffer)[0]!;
}

/** A stop that we held was broken: only SIGKILL and its like do that (R50). */
export function brokenStop(host: LinuxHost, task: LinuxTask): void {
  task.goesOn = null;
  task.pending = null;
  task.deliver = 0;
  task.served = null;
  task.lone = false;
  host.parked.delete(task);
  // Its process may live on, in an exec by another thread.
  if (host.ptrace?.killed(task) === true && task.shown !== null) host.queued.putBack(task, task.shown);
  task.stop = Stop.NONE;
  task.switches++;
  host.hooks.killed(task);
  const { newborn } = task;
  task.newborn = null;
  if (newborn !== null) beginLife(host, newborn); // nobody else lets it go
}

function event(host: LinuxHost, task: LinuxTask, code: number, value: number): void {
  switch (code) {
    case PTRACE_EVENT.FORK:
    case PTRACE_EVENT.VFORK:
    case PTRACE_EVENT.CLONE:
      task.stop = Stop.CLONE;
      cloned(host, task, value, code);
      return;
    case PTRACE_EVENT.EXEC:
      task.stop = Stop.EXEC;
      execed(host, task, value);
      return;
    case PTRACE_EVENT.EXIT: {
      const dying = whoExits(host, task);
      dying.stop = Stop.DYING;
      exiting(host, dying, value);
      return;
    }
    case PTRACE_EVENT.VFORK_DONE:
      task.stop = Stop.OTHER;
      if ((task.trace.events & Event.VFORK_DONE) === 0) resumeTask(host, task);
      else follow(task, host.hooks.vforkDone(task, value as Tid), () => resumeTask(host, task));
      return;
    default:
      task.stop = Stop.OTHER;
      resumeTask(host, task);
  }
}

/** For switches over stop kinds elsewhere. */
export const stopName = (stop: Stop): string => {
  switch (stop) {
    case Stop.NONE:
      return 'none';
    case Stop.ENTRY:
      return 'syscall entry';
    case Stop.SECCOMP:
      return 'syscall entry (seccomp)';
    case Stop.EXIT:
      return 'syscall exit';
    case Stop.SIGNAL:
      return 'signal delivery';
    case Stop.GROUP:
      return 'group stop';
    case Stop.TRAP:
      return 'trap';
    case Stop.CLONE:
      return 'clone';
    case Stop.EXEC:
      return 'exec';
    case Stop.DYING:
      return 'exit';
    case Stop.OTHER:
      return 'other';
    default:
      return unreachable(stop);
  }
};
