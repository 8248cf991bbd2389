/**
 * Signal-delivery-stops, one tracer after the other: each sees what the one before left; who suppresses the signal ends the
 * chain; and the stops that are shown without a signal of the program's being there.
 */

import type { Siginfo } from '../abi/siginfo.ts';
import { SI, SIG } from '../abi/signals.ts';
import type { PtraceKernel } from '../tracehook/ptrace.ts';
import type { Task } from '../tracehook/task.ts';
import { deliver, ignore, SignalDisposition, type SignalReport, signalOf } from '../utrace/index.ts';
import type { Link } from './link.ts';
import { handlerStop, signalStop } from './stop.ts';
import type { Report, Traced } from './traced.ts';
import { trapOwners } from './user-area.ts';

const TRAP_BRKPT = 1;
const TRAP_TRACE = 2;
const TRAP_HWBKPT = 4;

/** Who is shown a signal, in order. */
function audience(traced: Traced, kernel: PtraceKernel, info: Siginfo): Link[] {
  const { links } = traced;
  const first = (chosen: (link: Link) => boolean): Link[] => [
    ...links.filter(chosen),
    ...links.filter((link) => !chosen(link)),
  ];
  if (info.signo === SIG.SIGTRAP) {
    const steppers = links.filter((link) => link.steps);
    if (info.code === TRAP_HWBKPT || (info.code === TRAP_TRACE && traced.debug.inUse)) {
      const owners = trapOwners(traced, steppers);
      if (owners.length > 0) return links.filter((link) => owners.includes(link));
    }
    if (info.code === TRAP_TRACE || info.code === TRAP_BRKPT) {
      if (steppers.length > 0) return steppers;
    } else if (info.code === SI.SI_KERNEL) {
      const at = kernel.breakpointAddress(traced.task);
      const planters = traced.breakpoints.ownersAt(at);
      return first((link) => planters.includes(link.tracer));
    }
  }
  // What a tracer sent is its own affair first: gdb stops threads so, and suppresses the signal.
  if (info.code === SI.SI_TKILL) return first((link) => kernel.tgidFor(link.tracer, traced.task) === info.pid);
  return [...links];
}

/** What a tracer's resumption made of the signal (R31); null: dropped. */
function afterStop(link: Link, kernel: PtraceKernel, task: Task, info: Siginfo): Siginfo | null {
  const { signo, traced } = link;
  link.signo = 0;
  if (signo === 0) return null;
  const changed =
    signo === info.signo
      ? info
      : {
          signo,
          errno: 0,
          code: SI.SI_USER,
          pid: kernel.tgidFor(link.tracer, task),
          uid: kernel.uidOf(link.tracer),
        };
  // It was not blocked as it was dequeued: only another number, or a mask that a tracer set, can be.
  const mayBlock = signo !== info.signo || traced.maskSet;
  if (mayBlock && signo !== SIG.SIGKILL && signo !== SIG.SIGSTOP && kernel.blocks(task, signo)) {
    kernel.sendSignal(task, changed);
    return null;
  }
  return changed;
}

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
  const before = signal.info!;
  traced.maskSet = false;
  for (const link of traced.links) {
    link.defers = false;
    if (before.signo === SIG.SIGSTOP) link.dropStops(); // R16: the two are one
  }
  let info: Siginfo = before;
  for (const link of audience(traced, kernel, before)) {
    if (link.over) continue;
    const stop = signalStop(info);
    traced.show(link, stop);
    yield;
    const left = afterStop(link, kernel, task, stop.siginfo ?? info);
    if (left === null) return ignore(traced.action);
    info = left;
  }
  if (info === before) return (action & ~0xf) | traced.action;
  signal.info = info;
  if (info.signo !== before.signo) signal.action = { disposition: kernel.disposition(task, info.signo) };
  return info.signo === before.signo ? (action & ~0xf) | traced.action : deliver(traced.action);
}

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
  }
  let injected: Siginfo | null = null;
  for (let owing = owingLinks(traced); owing.length > 0; owing = owingLinks(traced)) {
    const shown: { link: Link; info: Siginfo }[] = [];
    for (const link of owing) {
      if (link.trapStop || link.notify) {
        traced.show(link, traced.trapFor(link));
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
    for (const { link, info } of shown) {
      const left = afterStop(link, kernel, task, info);
      if (left === null) continue;
      if (injected === null) injected = left;
      else kernel.sendSignal(task, left);
    }
  }
  if (injected === null) return (action & ~0xf) | traced.action;
  signal.info = injected;
  signal.action = { disposition: kernel.disposition(task, injected.signo) };
  return deliver(traced.action);
}

const owingLinks = (traced: Traced): Link[] => traced.links.filter((link) => link.owes);
