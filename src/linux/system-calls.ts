/** System call stops: entry and exit, and calls that a stop of ours interrupted. */

import { SIG } from '../abi/signals.ts';
import { syscallName } from '../abi/syscalls.ts';
import { Event } from '../tracehook/events.ts';
import { Outcome } from '../tracehook/hooks.ts';
import { noteChildSignals } from './child-signals.ts';
import { hasTrap, wouldTake } from './continues.ts';
import type { LinuxHost } from './host.ts';
import * as proc from './proc.ts';
import { serveProcFile } from './proc-files.ts';
import { filtersOf } from './proc-filter.ts';
import { noteDisturbed } from './restarted-call.ts';
import { isCutShort, isRestart, makeAgain } from './restarts.ts';
import { resumeTask, wantsCall, wantsExit } from './resume.ts';
import { answer, restoreNumber, serve } from './served.ts';
import { type LinuxTask, Stop } from './task.ts';
import { keepMask } from './temporary-mask.ts';
import { dispositionOf, noteTrapAction } from './trap-action.ts';
import { noteContinueAction } from './unseen.ts';
import { takeUntraced } from './untraced.ts';
import { owesTrap, wayOut } from './way-out.ts';

const SIGACTION: ReadonlySet<string | undefined> = new Set(['rt_sigaction', 'sigaction', 'signal']);
const SIGRETURN: ReadonlySet<string | undefined> = new Set(['rt_sigreturn', 'sigreturn']);
const AFFINITY: ReadonlySet<string | undefined> = new Set(['sched_getaffinity', 'sched_setaffinity']);
const callName = (task: LinuxTask): string | undefined => syscallName(task.call.abi, task.call.nr);

const SECCOMP_MODE_FILTER = 2;
const TRAP_BRKPT = 1;
const EINTR = 4;
const ENOSYS = 38n;

export function entry(host: LinuxHost, task: LinuxTask): void {
  if ((task.trace.events & Event.SYSCALL_ENTRY) !== 0 && wantsCall(task)) {
    const outcome = host.hooks.syscallEntry(task);
    if (outcome === Outcome.HELD) {
      task.goesOn = (held) => entered(host, held);
      return;
    }
    entered(host, task);
    return;
  }
  enter(host, task);
}

function entered(host: LinuxHost, task: LinuxTask): void {
  if (host.hooks.abortsSyscall(task)) {
    if (host.ptrace !== null) {
      task.answered = task.call.nr; // R43: SYSEMU skips the call, and leaves its number
      task.skips = true;
    }
    task.registers.set(host.arch.syscallNumber, -1n);
  }
  enter(host, task);
}

/** Makes the call; or not, if a filter of the program's own said RET_TRACE, for it has no tracer. */
export function enter(host: LinuxHost, task: LinuxTask): void {
  if (task.stop === Stop.SECCOMP && !task.refused && host.ptrace !== null) {
    const name = callName(task);
    if (SIGACTION.has(name)) {
      noteChildSignals(task);
      noteTrapAction(task);
      noteContinueAction(host, task);
    } else if (name === 'clone' || name === 'clone3') takeUntraced(task);
    else if (AFFINITY.has(name)) host.holds.lookedAt(task);
    else if (name === 'prctl') answer(host, task, proc.filters(task.tid) > filtersOf(task) ? SECCOMP_MODE_FILTER : 0);
    else if (host.servedCalls.has(task.call.abi, task.call.nr)) {
      serve(host, task);
      return;
    } else if (task.group.procFiles.watched !== 'no') serveProcFile(host, task);
  }
  if (task.refused) {
    task.refused = false;
    task.registers.set(host.arch.syscallNumber, -1n);
    task.registers.set(host.arch.syscallResult, -ENOSYS);
  }
  resumeTask(host, task);
}

export function exit(host: LinuxHost, task: LinuxTask): void {
  restoreNumber(host, task);
  if (wantsExit(task)) {
    const outcome = host.hooks.syscallExit(task);
    if (outcome === Outcome.HELD) {
      task.goesOn = (held) => exited(host, held);
      return;
    }
  }
  exited(host, task);
}

function exited(host: LinuxHost, task: LinuxTask): void {
  if (task.stepTrap) {
    // R45: the step over a system call ends here, in a SIGTRAP that the kernel would have sent.
    task.stepTrap = false;
    if (task.stepsPastCalls) {
      task.stepLost ||= SIGRETURN.has(callName(task)); // it takes TF back, too
    } else {
      const addr = task.registers.get(host.arch.programCounter);
      const info = { signo: SIG.SIGTRAP, errno: 0, code: TRAP_BRKPT, addr };
      const traps = owesTrap(host, task);
      // A SIGTRAP that waits already is there in its place (legacy_queue).
      if (!traps && (hasTrap(task) || (mayTrap(host, task) && host.queued.add(task, info, null) !== undefined))) {
        resumeTask(host, task);
        return;
      }
      task.pending = { info, disposition: dispositionOf(host, task, SIG.SIGTRAP) };
      if (traps) {
        task.trapsNext = true;
        resumeTask(host, task);
        return;
      }
    }
  }
  if (task.pending === null && !task.trace.report && !task.trace.interrupt) resumeTask(host, task);
  else wayOut(host, task);
}

/**
 * A trap of a SEIZEd task is before any signal, also that of a SIGCONT which came while it stood in its call (TRAP_NOTIFY); and so are a
 * stop of its group that has begun meanwhile, and the news that a group goes on, out of whose stop the task had run. Whether there is one
 * the kernel alone knows: so the signal waits for the task, and it says.
 */
function mayTrap(host: LinuxHost, task: LinuxTask): boolean {
  const { group, tid, ranOut, missedStop } = task;
  const isSeized = host.ptrace?.isSeized(task) === true;
  const mayBe = ranOut || missedStop || (isSeized && (group.maybeContinued || proc.isPending(tid, SIG.SIGCONT)));
  return mayBe && !proc.blocksOrIgnores(tid, SIG.SIGTRAP);
}

/** At its exit: whether something has come in the way of the call. What sigreturn gives is the result of another. */
export function isInterrupted(task: LinuxTask): boolean {
  const { result } = task.call;
  return isCutShort(result) && !SIGRETURN.has(callName(task));
}

/**
 * At the entry of a call that is made again, where the kernel would have looked for signals once more (restore_saved_sigmask): the call
 * is not made …
 */
export function giveWay(host: LinuxHost, task: LinuxTask): void {
  task.givesWay = task.call.nr;
  task.registers.set(host.arch.syscallNumber, -1n);
  resumeTask(host, task);
}

/** … and is the next instruction again. */
export function goBack(host: LinuxHost, task: LinuxTask): void {
  const { givesWay } = task;
  task.givesWay = -1;
  makeAgain(host, task, givesWay);
  task.registers.set(host.arch.syscallNumber, BigInt(givesWay));
  resumeTask(host, task);
}

/**
 * A polite interruption that found the task in a system call: it goes back there, and what is owed comes when the call is
 * over, for a report does not disturb a call. The entry that follows is no news, unless a signal had made it leave that call before.
 */
export function rejoinCall(host: LinuxHost, task: LinuxTask, leftCall: boolean): boolean {
  const { interrupted } = host;
  if (!interrupted.load(task.tid)) return false;
  const { nr, result } = interrupted;
  if (!isRestart(result) && !restartSleep(host, task)) return false;
  if (task.trace.interrupt || task.detaching) return false;
  noteDisturbed(task, nr, result);
  keepMask(host, task, nr);
  if (leftCall || (!task.syscallStops && !task.trace.report && task.rejoins < 0)) return false;
  task.rejoins = nr;
  return true;
}

/** A stop of a task that nobody traces, for what alone it had not even noticed: a call goes on as if nothing had been. */
export function undisturbed(host: LinuxHost, task: LinuxTask): void {
  const { interrupted } = host;
  if (!interrupted.load(task.tid)) return;
  const { nr, result } = interrupted;
  if (!isRestart(result) && !restartSleep(host, task)) return;
  noteDisturbed(task, nr, result);
  keepMask(host, task, nr);
}

/** Some calls answer EINTR to any interruption (R39). Where only we interrupted, the call is made again. */
export function restartSleep(host: LinuxHost, task: LinuxTask): boolean {
  const { registers } = task;
  const { arch } = host;
  const nr = BigInt.asIntN(32, registers.get(arch.syscallNumber));
  if (nr < 0n || BigInt.asIntN(64, registers.get(arch.syscallResult)) !== BigInt(-EINTR)) return false;
  if (wouldTake(host, task)) return false;
  makeAgain(host, task, Number(nr));
  return true;
}
