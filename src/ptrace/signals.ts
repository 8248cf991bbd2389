/**
 * Signal-delivery-stops, one tracer after the other: each sees what the one before left; who suppresses the signal ends the
 * chain; and the stops that are shown without a signal of the program's being there.
 */

import type { Siginfo } from '../abi/siginfo.ts';
import { bit, STOP_SIGNALS, signalsIn } from '../abi/signal-set.ts';
import { defaultAction, SI, SIG } from '../abi/signals.ts';
import type { PtraceKernel } from '../tracehook/ptrace.ts';
import { ExitState, type Task } from '../tracehook/task.ts';
import { deliver, ignore, SignalDisposition, type SignalReport, signalOf } from '../utrace/index.ts';
import type { Link } from './link.ts';
import { handlerStop, signalStop } from './stop.ts';
import type { Report, Traced } from './traced.ts';
import { trapOwners } from './user-area.ts';

const TRAP_BRKPT = 1;
const TRAP_TRACE = 2;
const TRAP_HWBKPT = 4;

/** Who is shown a signal, in order. */
interface Audience {
  /** Those who asked for just this trap: each is shown it, whatever the one before made of it. */
  readonly claimants: readonly Link[];
  /** Shown it, one after the other, as long as nobody suppresses it; by claimants: as long as one of them passes it on. */
  readonly others: readonly Link[];
  /** Where the breakpoint is that was hit. */
  readonly breakpoint?: bigint;
}

function audience(traced: Traced, kernel: PtraceKernel, info: Siginfo): Audience {
  const { links } = traced;
  if (info.signo === SIG.SIGTRAP) {
    const steppers = links.filter((link) => link.steps);
    if (info.code === TRAP_HWBKPT || (info.code === TRAP_TRACE && traced.debug.inUse)) {
      const owners = trapOwners(traced, steppers);
      if (owners.length > 0) return { claimants: links.filter((link) => owners.includes(link)), others: [] };
    }
    if (info.code === TRAP_TRACE || info.code === TRAP_BRKPT) {
      if (steppers.length > 0) return { claimants: steppers, others: [] };
    } else if (info.code === SI.SI_KERNEL) {
      const breakpoint = kernel.breakpointAddress(traced.task);
      const owners = traced.space.breakpoints.ownersAt(breakpoint);
      if (owners.length > 0) {
        const claimants = owners.flatMap((owner) => links.filter((link) => link.tracer === owner));
        return { claimants, others: links.filter((link) => !claimants.includes(link)), breakpoint };
      }
    }
  }
  // What a tracer sent is its own affair first: gdb stops threads so, and suppresses the signal.
  const sent = (link: Link): boolean =>
    info.code === SI.SI_TKILL && kernel.tgidFor(link.tracer, traced.task) === info.pid;
  return { claimants: [], others: [...links.filter(sent), ...links.filter((link) => !sent(link))] };
}

/** Whether there was a SIGCONT since the stop for a signal was shown. */
function wasContinued({ traced: { task }, continues }: Link, kernel: PtraceKernel, signo: number): boolean {
  if (kernel.continues(task) !== continues || kernel.hasPending(task, SIG.SIGCONT)) return true;
  // One that waits for another thread: a stop signal took away all that had come before it.
  return defaultAction(signo) === 'stop' && continueWaits(kernel, task);
}

/** Whether a SIGCONT waits for a thread of its process. */
const continueWaits = (kernel: PtraceKernel, task: Task): boolean =>
  kernel.threadsOf(task).some((thread) => kernel.hasPending(thread, SIG.SIGCONT));

/** current->parent: the tracer, or, when that has let go, the real one. */
const parentNow = ({ over, tracer, traced }: Link, kernel: PtraceKernel): Task =>
  (over ? kernel.parentOf(traced.task) : null) ?? tracer;

/** ptrace_signal: another signal than the one that was shown, from the very thread that gave it. */
const sentBy = (sender: Task, signo: number, kernel: PtraceKernel, task: Task): Siginfo => ({
  signo,
  errno: 0,
  code: SI.SI_USER,
  pid: kernel.tidFor(sender, task),
  uid: kernel.uidOf(sender),
});

/** What a tracer's resumption made of the signal (R31); null: dropped. */
function afterStop(link: Link, kernel: PtraceKernel, task: Task, info: Siginfo): Siginfo | null {
  const { signo, traced } = link;
  link.signo = 0;
  const passed = signo === 0 ? null : passedOn(traced, kernel, task, signo, info, parentNow(link, kernel));
  // The loop of get_signal goes on, and its traps come before what it tells as it begins; for a handler it begins anew.
  const isHandled = passed !== null && kernel.disposition(task, signo) === 'handler';
  if (link.ranOut && !isHandled) {
    if (wasContinued(link, kernel, info.signo)) link.continuedLate = true;
    else {
      // A stop signal, which takes a SIGCONT away, or that of another thread's.
      link.maybeLate = (kernel.pendingSignals(task) & STOP_SIGNALS) !== 0n || continueWaits(kernel, task);
    }
  }
  return passed;
}

/** The end of ptrace_signal: what is delivered; null: it is blocked, and queued again. */
function passedOn(
  traced: Traced,
  kernel: PtraceKernel,
  task: Task,
  signo: number,
  info: Siginfo,
  sender: Task,
): Siginfo | null {
  const changed = signo === info.signo ? info : sentBy(sender, signo, kernel, task);
  // It was not blocked as it was dequeued: only another number, or a mask that a tracer set, can be.
  const mayBlock = signo !== info.signo || traced.maskSet;
  if (mayBlock && signo !== SIG.SIGKILL && signo !== SIG.SIGSTOP && kernel.blocks(task, signo)) {
    kernel.putBack(task, changed);
    return null;
  }
  return changed;
}

/**
 * A trap is shown to each who asked for it, as if it were alone. What the last of them passes on; null: nobody does.
 *
 * A breakpoint that several planted is hit by each in turn. The first sets the task back to it, and will lift its own and
 * step: the next is shown the task as the CPU left it, past the breakpoint, and sets it back again. Those before wait with
 * their steps meanwhile. When all have lifted theirs the program's own instruction is there, and one step of it is the step of
 * all. Whoever comes to it without having been shown it (it stepped here, or was not alone in planting since) runs into the
 * instruction that still is there, and that is a hit for its owners: so nobody's breakpoint is ever passed unseen.
 */
function* claimedStops(
  traced: Traced,
  kernel: PtraceKernel,
  info: Siginfo,
  claimants: readonly Link[],
  breakpoint: bigint | undefined,
): Generator<undefined, Siginfo | null, undefined> {
  const { task } = traced;
  let passed: Siginfo | null = null;
  let shown = false;
  for (const link of claimants) {
    if (link.over) continue;
    let setBack = false;
    if (breakpoint !== undefined && shown) {
      if (!traced.space.breakpoints.ownersAt(breakpoint).includes(link.tracer)) continue; // lifted meanwhile
      const past = kernel.pastBreakpoint(breakpoint);
      const at = kernel.programCounter(task);
      setBack = at === breakpoint;
      if (setBack) kernel.setProgramCounter(task, past);
      else if (at !== past) break; // sent elsewhere: it will not run what is here
    }
    const stop = signalStop(joinsOwed(link, info) ?? info);
    traced.show(link, stop);
    shown = true;
    yield;
    passed = afterStop(link, kernel, task, stop.siginfo ?? info) ?? passed;
    if (setBack && kernel.programCounter(task) === kernel.pastBreakpoint(breakpoint!)) {
      kernel.setProgramCounter(task, breakpoint!);
    }
  }
  return shown ? passed : info;
}

/** R48: the trap of a step over an exec finds the exec's in the queue, and the two are one (legacy_queue). */
const joinsOwed = ({ owed }: Link, { signo }: Siginfo): Siginfo | undefined =>
  owed[0]?.signo === signo ? owed.shift() : undefined;

/** complete_signal: one that ends a process whose leader is not traced does so as it is sent, and no thread's tracer is asked:
 * if a thread is there that wants it, and not all are stopped. */
const endsProcess = ({ original, info }: SignalReport): boolean =>
  info?.code === SI.SI_USER && defaultAction(info.signo) === 'term' && original?.disposition === 'default';

/** Whether a signal ends the process as it is sent, if who is to take it is not traced (complete_signal). */
export const endsAsSent = (kernel: PtraceKernel, task: Task, signo: number): boolean =>
  defaultAction(signo) === 'term' && kernel.disposition(task, signo) === 'default' && !kernel.blocks(task, signo);

/** Whether one waits that has ended the process as it was sent, for a tracer that counts no leader. */
function isOver(link: Link, kernel: PtraceKernel): boolean {
  const { traced, found } = link;
  const { task } = traced;
  if (traced.leaderCounts(link)) return false;
  const waits = kernel.pendingSignals(task) & ~kernel.ownPendingSignals(task) & ~found;
  return [...signalsIn(waits)].some((signo) => endsAsSent(kernel, task, signo));
}

/** Whether a signal waits that the task takes next. */
export const takesAnother = (task: Task, kernel: PtraceKernel): boolean =>
  [...signalsIn(kernel.pendingSignals(task))].some((signo) => !kernel.blocks(task, signo));

/** A signal of the program's. */
export function* signalReport(
  traced: Traced,
  kernel: PtraceKernel,
  task: Task,
  action: number,
  signal: SignalReport,
): Report {
  if (signalOf(action) === SignalDisposition.IGN && signal.action.disposition !== signal.original?.disposition) {
    return (action & ~0xf) | traced.action; // an engine before us dropped it
  }
  const ends = endsProcess(signal);
  const before = signal.info!;
  traced.maskSet = false;
  const joined = new Map<Link, Siginfo>();
  for (const link of traced.links) {
    link.defers = false;
    if (before.signo !== SIG.SIGSTOP) continue;
    const stop = link.dropStops(); // R16: the two are one, and that which came first
    if (stop !== undefined && ((stop.behind ?? 0n) & bit(SIG.SIGSTOP)) === 0n) joined.set(link, stop);
  }
  const { claimants, others, breakpoint } = audience(traced, kernel, before);
  let info = before;
  if (claimants.length > 0) {
    if (claimants.every((link) => isOver(link, kernel))) return ignore(traced.action);
    const passed = yield* claimedStops(traced, kernel, before, claimants, breakpoint);
    if (passed === null) return ignore(traced.action);
    info = passed;
  }
  const mask = bit(before.signo);
  const isOverBy = (link: Link): boolean => (!ends || (link.found & mask) !== 0n) && isOver(link, kernel);
  const without = new Set(others.filter(isOverBy));
  if (without.size > 0 && without.size === others.length) return ignore(traced.action); // the other one ends it
  for (const link of others) {
    const found = (link.found & mask) !== 0n;
    if (link.over || without.has(link) || (ends && !found && !traced.leaderCounts(link))) continue;
    const stop = signalStop(joined.get(link) ?? info);
    traced.show(link, stop);
    yield;
    const left = afterStop(link, kernel, task, stop.siginfo ?? info);
    if (left === null) return ignore(traced.action);
    info = left;
  }
  signal.info = info;
  if (info.signo === before.signo && !changedBehind(task, kernel, signal)) return (action & ~0xf) | traced.action;
  signal.action = { disposition: kernel.disposition(task, info.signo) };
  return deliver(traced.action);
}

/** get_signal asks what the program does about a signal when the tracers have seen it: another thread may have said something since. */
const changedBehind = (task: Task, kernel: PtraceKernel, { info, original, action }: SignalReport): boolean =>
  action.disposition === original?.disposition &&
  kernel.threadsOf(task).length > 1 &&
  kernel.disposition(task, info!.signo) !== action.disposition;

/** Whether a signal would stop the task's group. */
const stops = (task: Task, kernel: PtraceKernel, signo: number): boolean =>
  defaultAction(signo) === 'stop' && (signo === SIG.SIGSTOP || kernel.disposition(task, signo) === 'default');

/** Whether the group's stop by a signal that is passed on will be whole with the task. */
export const stopsAlone = (task: Task, kernel: PtraceKernel, answer: number, { info }: SignalReport): boolean =>
  signalOf(answer) !== SignalDisposition.IGN &&
  info !== null &&
  stops(task, kernel, info.signo) &&
  kernel.threadsOf(task).every((thread) => thread === task || thread.exitState !== ExitState.ALIVE);

/** Whether the loop of get_signal goes on after a signal: that is dropped, or was to stop the group, and a SIGCONT has come since. */
export const looksAgain = (
  { task, links }: Traced,
  kernel: PtraceKernel,
  answer: number,
  { info }: SignalReport,
): boolean =>
  signalOf(answer) === SignalDisposition.IGN ||
  (info !== null && stops(task, kernel, info.signo) && links.some((link) => link.continuedLate));

/** A report that was asked for: the traps that are owed, and a handler stepped into. */
export function* owedReport(
  traced: Traced,
  kernel: PtraceKernel,
  task: Task,
  action: number,
  signal: SignalReport,
): Report {
  if (signalOf(action) === SignalDisposition.HANDLER) {
    for (const link of traced.links) if (link.steps) traced.show(link, handlerStop(traced.who(link)));
    yield;
    return (action & ~0xf) | traced.action; // what is owed beside it comes as the task looks for signals
  }
  let injected: Siginfo | null = null;
  for (let owing = owingLinks(traced); owing.length > 0; owing = owingLinks(traced)) {
    const shown: { link: Link; info: Siginfo }[] = [];
    let traps = false;
    const continued = kernel.hasPending(task, SIG.SIGCONT);
    const continues = kernel.continues(task);
    for (const link of owing) {
      if (link.trapStop || link.notify) {
        traced.show(link, traced.trapFor(link));
        traps = true;
        continue;
      }
      if (kernel.hasPendingUpTo(task, link.owed[0]!.signo)) {
        link.defers = true;
        continue;
      }
      const info = link.owed.shift()!;
      const stop = signalStop(info);
      traced.show(link, stop);
      shown.push({ link, info });
    }
    yield;
    if (traps) traced.trapOver();
    for (const { link, info } of shown) {
      const left = afterStop(link, kernel, task, info);
      if (left === null) continue;
      const isContinued = (): boolean =>
        kernel.continues(task) !== continues || (!continued && continueWaits(kernel, task));
      if (stops(task, kernel, left.signo) && isContinued()) continue; // R32
      if (injected === null) injected = left;
      else kernel.sendSignal(task, left);
    }
    if (traced.links.some((link) => link.owes && (link.trapStop || link.notify))) break; // a trap is a stop of its own
  }
  if (injected === null) return (action & ~0xf) | traced.action;
  signal.info = injected;
  signal.action = { disposition: kernel.disposition(task, injected.signo) };
  return deliver(traced.action);
}

const owingLinks = (traced: Traced): Link[] => traced.links.filter((link) => link.owes);
