/**
 * Who takes the SIGCONT that was sent to a process, and what else its leader has yet to take. Alone the kernel wakes the leader for it,
 * if that wants it (complete_signal); under us it traps every thread (R33), and whoever goes on first would take it. So the others wait
 * in that trap for the leader; and where a tracer holds the leader in another stop, one that takes it gives it to the leader, for later.
 * A leader that is SEIZEd, and so traps alone, too, does not want it by then.
 */

import type { Siginfo } from '../abi/siginfo.ts';
import { bit, STOP_SIGNALS } from '../abi/signal-set.ts';
import { SI, SIG } from '../abi/signals.ts';
import { syscallName } from '../abi/syscalls.ts';
import { ExitState } from '../tracehook/task.ts';
import { callOf } from './call-of.ts';
import type { LinuxHost } from './host.ts';
import { tgidFor } from './pid-namespaces.ts';
import * as proc from './proc.ts';
import { type LinuxTask, Run, Stop } from './task.ts';
import { isDropped, wasDropped } from './unseen.ts';
import { wayOut } from './way-out.ts';

const SIGCONT_BIT = bit(SIG.SIGCONT);
const SIGCHLD_BIT = bit(SIG.SIGCHLD);
const SIGTRAP_BIT = bit(SIG.SIGTRAP);
/** Calls that set the mask of the thread, and are over then. */
const MASK_CALLS: ReadonlySet<string | undefined> = new Set([
  ...['rt_sigprocmask', 'rt_sigreturn', 'sigprocmask', 'sigreturn', 'ssetmask'],
]);
/** A leader that does not come to take it in so many ms is busy in the kernel … */
const PATIENCE_MS = 20;
/** … unless it only waits for a CPU: then so often. */
const PATIENCE_TIMES = 50;

/** A stop of its leader's, which may have come in the way of taking a signal. */
export function claimSignals(host: LinuxHost, task: LinuxTask): void {
  if (!task.isLeader || task.group.threads.size === 1 || !host.ptrace?.isTraced(task)) return;
  const { process, blocked } = proc.signalState(task.tid);
  task.owns = process & ~blocked;
  if (host.ptrace.isSeized(task)) task.owns &= ~SIGCONT_BIT;
}

const ownsContinue = (leader: LinuxTask | undefined): boolean =>
  leader !== undefined && (leader.owns & SIGCONT_BIT) !== 0n;

/** Whether it traps for a SIGCONT, or may. */
const isTrapped = (host: LinuxHost, leader: LinuxTask): boolean =>
  leader.run === Run.STOPPED && host.ptrace?.isSeized(leader) === true;

/** A task goes on that was held: ptrace_stop ends with a look for signals, and what its leader has yet to take is among them. */
export function letGoOn(host: LinuxHost, task: LinuxTask): void {
  if (task.isLeader) return;
  const leader = host.tasks.get(task.tgid);
  task.takesContinue = ownsContinue(leader) || (leader !== undefined && isTrapped(host, leader) && continueComes(task));
}

/**
 * Whether a task that was ATTACHed was disturbed for nothing: the trap of a SIGCONT is none of its tracer's, and no signal is there
 * that it would take.
 */
export function disturbedForNothing(host: LinuxHost, task: LinuxTask): boolean {
  if (task.missedStop || !host.ptrace?.isTraced(task) || host.ptrace.isSeized(task)) return false;
  const { own, process, blocked } = proc.signalState(task.tid);
  const leader = host.tasks.get(task.tgid);
  const elsewhere =
    leader !== undefined &&
    leader !== task &&
    (comes(host, leader) || ownsContinue(leader) || isDropped(host, task, SIG.SIGCONT));
  const pending = (own & ~SIGTRAP_BIT) | (elsewhere ? process & ~SIGCONT_BIT : process);
  return (pending & ~blocked) === 0n;
}

/** Whether the trap of a step waits for it. */
export const hasTrap = (task: LinuxTask): boolean => (proc.signalState(task.tid).own & SIGTRAP_BIT) !== 0n;

/** Whether the leader is on its way to take a SIGCONT: not from a stop of a tracer's. */
function comes(host: LinuxHost, leader: LinuxTask): boolean {
  if (leader.exited || leader.exitState !== ExitState.ALIVE || host.ptrace!.isSeized(leader)) return false;
  if (leader.run === Run.RUNNING) return true;
  return leader.run === Run.LISTENING && !host.ptrace!.isTraced(leader);
}

/** Whether it is worth waiting for: not if it sleeps for the end of its vfork. */
function isComing(host: LinuxHost, leader: LinuxTask): boolean {
  if (comes(host, leader)) return true;
  if (leader.run !== Run.RUNNING || leader.exited || !host.ptrace!.isSeized(leader)) return false;
  return proc.state(leader.tid) !== 'D';
}

/** At the trap of a SIGCONT, when its tracers have seen it. True: the task waits for its leader, and goes on by itself. */
export function leavesToLeader(host: LinuxHost, task: LinuxTask): boolean {
  task.mayYield = false;
  if (host.ptrace === null) return false;
  const leader = host.tasks.get(task.tgid);
  if (leader === undefined || leader === task) return false;
  const { process, blocked } = proc.signalState(task.tid);
  if ((process & ~blocked & SIGCONT_BIT) === 0n || proc.blocks(leader.tid, SIG.SIGCONT)) return false;
  if (ownsContinue(leader)) {
    if (task.takesContinue) leader.owns &= ~SIGCONT_BIT;
    else task.declines = true;
    return false;
  }
  if (!isComing(host, leader)) return false;
  task.goesOn = () => goOn(host, task);
  host.yielding.add(task);
  waitForLeader(host, task, leader, PATIENCE_TIMES);
  return true;
}

function waitForLeader(host: LinuxHost, task: LinuxTask, leader: LinuxTask, times: number): void {
  host.eventLoop.after(PATIENCE_MS, () => {
    if (!host.yielding.has(task)) return;
    if (times > 1 && proc.state(leader.tid) === 'R') {
      waitForLeader(host, task, leader, times - 1);
      return;
    }
    host.yielding.delete(task);
    host.wake(task);
  });
}

/** Whether a SIGCONT waits for the process. */
const continueWaits = (task: LinuxTask): boolean => (proc.signalState(task.tid).process & SIGCONT_BIT) !== 0n;

/** Whether a SIGCONT waits that the task will take. */
export function continueComes(task: LinuxTask): boolean {
  const { own, process, blocked } = proc.signalState(task.tid);
  return ((own | process) & ~blocked & SIGCONT_BIT) !== 0n;
}

/** Whether a signal waits that the task will take: not the SIGCONT of a process whose leader takes it, or drops it. */
export function wouldTake(host: LinuxHost, task: LinuxTask): boolean {
  const { own, process, blocked } = proc.signalState(task.tid);
  const waits = (own | process) & ~blocked;
  if (waits !== SIGCONT_BIT || (own & SIGCONT_BIT) !== 0n || host.ptrace === null) return waits !== 0n;
  const leader = host.tasks.get(task.tgid);
  if (leader === undefined || leader === task || proc.blocks(leader.tid, SIG.SIGCONT)) return true;
  return !comes(host, leader) && !isDropped(host, task, SIG.SIGCONT);
}

/** The leader has told something since. */
export function pollYielding(host: LinuxHost): void {
  for (const task of host.yielding) {
    const leader = host.tasks.get(task.tgid);
    const waits = leader !== undefined && isComing(host, leader) && task.run === Run.STOPPED;
    if (waits && continueWaits(task)) continue;
    host.yielding.delete(task);
    host.wake(task);
  }
}

function goOn(host: LinuxHost, task: LinuxTask): void {
  host.yielding.delete(task);
  task.takesContinue = false;
  const leader = host.tasks.get(task.tgid);
  if (leader?.run === Run.STOPPED && !host.ptrace!.isSeized(leader)) {
    task.declines = continueWaits(task);
    if (task.declines) leader.owns |= SIGCONT_BIT;
    else leader.owns &= ~SIGCONT_BIT;
  }
  wayOut(host, task);
}

/** At the delivery-stop of a process's signal, for which the task was not meant. True: it is its leader's. */
export function giveToLeader(host: LinuxHost, task: LinuxTask, info: Siginfo): boolean {
  const { declines } = task;
  if (info.signo === SIG.SIGCONT) task.declines = false;
  const leader = host.tasks.get(task.tgid);
  if (leader === undefined || leader === task || leader.given !== null) return false;
  const isLeaders =
    info.signo === SIG.SIGCONT
      ? (declines && info.code !== SI.SI_TKILL && ownsContinue(leader)) || isOwnOf(host, leader, task, info)
      : wokeForNothing(host, leader, task, info);
  if (!isLeaders) return false;
  leader.owns |= bit(info.signo);
  leader.given = info;
  task.group.leaderOwes = true;
  return true;
}

/**
 * Whether a thread was woken by a signal that alone had been dropped as it was sent (the SIGCHLD of a child of its), and so came to take
 * one for which its leader had been woken, that a tracer holds.
 */
function wokeForNothing(host: LinuxHost, leader: LinuxTask, task: LinuxTask, info: Siginfo): boolean {
  if (info.code !== SI.SI_USER || (leader.owns & bit(info.signo)) === 0n || leader.run !== Run.STOPPED) return false;
  if (host.ptrace!.isTraced(task)) return false;
  const { own, process, blocked } = proc.signalState(task.tid);
  const rest = (own | process) & ~blocked & ~leader.owns;
  return rest === SIGCHLD_BIT && isDropped(host, task, SIG.SIGCHLD, task);
}

/** The leader of another thread, if it has yet to take what was given to it. */
function owingLeader(host: LinuxHost, task: LinuxTask): LinuxTask | undefined {
  if (!task.group.leaderOwes) return undefined;
  const leader = host.tasks.get(task.tgid);
  if (leader === undefined || leader.given === null) {
    task.group.leaderOwes = false;
    return undefined;
  }
  return leader === task ? undefined : leader;
}

/**
 * At the exit of a call, all of which are seen of such a thread: if it has changed its mask, the kernel looks anew for what is pending
 * (recalc_sigpending), and that is what its leader has yet to take, too.
 */
export function maskChanged(host: LinuxHost, task: LinuxTask): void {
  if (MASK_CALLS.has(syscallName(task.call.abi, task.call.nr))) takeOver(host, task);
}

/** What the leader has yet to take, if the task would take it, is the task's now. */
function takeOver(host: LinuxHost, task: LinuxTask): boolean {
  const leader = owingLeader(host, task);
  if (leader === undefined || proc.blocks(task.tid, leader.given!.signo)) return false;
  task.given = leader.given;
  leader.given = null;
  return true;
}

/** Whether the leader has sent it itself: then it runs, and wants it also where it traps; another that traps takes it if it goes on first. */
function isOwnOf(host: LinuxHost, leader: LinuxTask, task: LinuxTask, { code, pid }: Siginfo): boolean {
  if (code !== SI.SI_USER || pid !== tgidFor(task, task) || leader.run !== Run.STOPPED) return false;
  if (host.ptrace?.isSeized(task) || task.takesContinue) return false;
  return host.ptrace?.isSeized(leader) === true && callOf(host, leader) === 'kill' && callOf(host, task) !== 'kill';
}

/**
 * At the delivery-stop of a process's signal: whether its leader has yet to take one of that number. Two are one (legacy_queue), and
 * disturb no thread; but for a SIGCONT the leader traps once more, first (TRAP_NOTIFY).
 */
export function joinsGiven(host: LinuxHost, task: LinuxTask, { signo, code }: Siginfo): boolean {
  if (code === SI.SI_TKILL) return false;
  const leader = owingLeader(host, task);
  if (leader?.given?.signo !== signo) return false;
  if (signo === SIG.SIGCONT && host.ptrace?.isTraced(leader)) host.ptrace.notified(leader);
  return true;
}

/**
 * A thread is given another signal while its leader has yet to take one: it looks for signals, and that is its process's still.
 * True: it comes before the other, which is queued again.
 */
export function takeFromLeader(host: LinuxHost, task: LinuxTask, info: Siginfo): boolean {
  if (owingLeader(host, task) === undefined) return false;
  if (!host.ptrace!.isTraced(task) && wasDropped(host, task, info)) return false; // it has looked for nothing
  if (!takeOver(host, task)) return false;
  if (info.code === SI.SI_TKILL || info.signo < task.given!.signo) return false; // next, then
  host.queued.again(task, info);
  return true;
}

/** A stop signal that the kernel is not told of takes the SIGCONTs away: what a leader has yet to take, too. */
export function dropContinues(host: LinuxHost, task: LinuxTask): void {
  const { group } = task;
  for (const thread of group.threads) if (thread.given?.signo === SIG.SIGCONT) thread.given = null;
  const waits = (thread: LinuxTask): boolean => proc.isPending(thread.tid, SIG.SIGCONT);
  if (!waits(task) && !(group.maybeContinued && [...group.threads].some(waits))) {
    group.maybeContinued = false;
    return;
  }
  const item = host.queued.add(task, { signo: SIG.SIGSTOP, errno: 0, code: 0, pid: 0, uid: 0 }, null);
  if (item !== undefined) item.cancelled = true; // it has done what it was for
}

/** The leader goes on: what was given to it is next, unless a stop signal has come since. */
export function takeGiven(task: LinuxTask): void {
  const { given } = task;
  if (given === null || task.pending !== null || (task.stop !== Stop.TRAP && task.stop !== Stop.SIGNAL)) return;
  const { own, process } = proc.signalState(task.tid);
  task.given = null;
  if (given.signo !== SIG.SIGCONT || ((own | process) & STOP_SIGNALS) === 0n) {
    task.pending = { info: given, disposition: proc.disposition(task.tid, given.signo) };
  }
}
