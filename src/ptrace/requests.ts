/** ptrace(2) itself: the requests, checked in the kernel's order. */

import { ERRNO } from '../abi/errno.ts';
import { PTRACE, PTRACE_EVENT, PTRACE_O_MASK } from '../abi/ptrace.ts';
import { decodeSiginfo, encodeSiginfo } from '../abi/siginfo.ts';
import { decodeSiginfo32, encodeSiginfo32 } from '../abi/siginfo-32.ts';
import { SIG, SIGNAL_MAX } from '../abi/signals.ts';
import type { Task } from '../tracehook/task.ts';
import { attach, traceMe } from './attach.ts';
import { readFrom, writeTo } from './caller.ts';
import type { Link, Mode } from './link.ts';
import { machineRequest, type Request, wordBytes } from './machine.ts';
import type { Ptrace } from './ptrace.ts';
import { syscallInfo } from './syscall-info.ts';

const RESUMES: ReadonlyMap<number, Mode> = new Map([
  [PTRACE.CONT, 'cont'],
  [PTRACE.SYSCALL, 'syscall'],
  [PTRACE.SINGLESTEP, 'step'],
  [PTRACE.SINGLEBLOCK, 'block'],
  [PTRACE.SYSEMU, 'sysemu'],
  [PTRACE.SYSEMU_SINGLESTEP, 'sysemu-step'],
]);

const EVENT_STOP_CODE = 128;

/** The call at hand of `caller`. A failure is −errno, or a Refusal. */
export function serveRequest(ptrace: Ptrace, caller: Task): number {
  const { syscall } = caller;
  const request = Number(BigInt.asIntN(64, syscall.arg(0)));
  const tid = syscall.argInt(1);
  if (request === PTRACE.TRACEME) return traceMe(ptrace, caller);
  if (request === PTRACE.ATTACH || request === PTRACE.SEIZE) {
    ptrace.kernel.becameTracer(caller); // refused, it may want to read in /proc who was before it
    const task = ptrace.kernel.adopt(tid, caller);
    if (typeof task === 'number') return -task;
    return attach(ptrace, caller, task, request === PTRACE.SEIZE, syscall.arg(2), syscall.arg(3));
  }
  const task = ptrace.kernel.lookUp(tid, caller);
  const link = typeof task === 'number' ? undefined : ptrace.links.linkOf(task, caller);
  if (link === undefined) return -ERRNO.ESRCH;
  if (link.death !== null) return ofTheDead(link, request);
  const r: Request = {
    kernel: ptrace.kernel,
    caller,
    link,
    request,
    addr: syscall.arg(2),
    data: syscall.arg(3),
    narrow: syscall.abi === 'i386',
  };
  if (request === PTRACE.KILL) {
    ptrace.kernel.kill(link.traced.task);
    return 0;
  }
  if (request === PTRACE.INTERRUPT) return interrupt(link);
  if (!link.isStopped || isSpuriousPid(link)) return -ERRNO.ESRCH; // R13, R23
  return whileTrapped(ptrace, link, () => stoppedRequest(ptrace, r));
}

/** looks_like_a_spurious_pid: an exec gave the task this number, and its tracer has not waited for that yet. */
function isSpuriousPid({ stop, traced, tracer, message }: Link): boolean {
  if (stop === null || stop.waited || stop.code !== (SIG.SIGTRAP | (PTRACE_EVENT.EXEC << 8))) return false;
  return message !== BigInt(traced.kernel.tidFor(traced.task, tracer));
}

/** On whose stop the call at hand of `caller` is to work; null: on none. */
export function stopAtHand(ptrace: Ptrace, caller: Task): Task | null {
  const { syscall } = caller;
  if (WITHOUT_STOP.has(Number(BigInt.asIntN(64, syscall.arg(0))))) return null;
  const task = ptrace.kernel.lookUp(syscall.argInt(1), caller);
  const link = typeof task === 'number' ? undefined : ptrace.links.linkOf(task, caller);
  return link?.death === null && link.isStopped ? link.traced.task : null;
}

/** R23. */
const WITHOUT_STOP: ReadonlySet<number> = new Set([
  PTRACE.TRACEME,
  PTRACE.ATTACH,
  PTRACE.SEIZE,
  PTRACE.INTERRUPT,
  PTRACE.KILL,
]);

/** A zombie answers to those requests that ask for no stop. */
function ofTheDead(link: Link, request: number): number {
  if (request === PTRACE.KILL) return 0;
  if (request === PTRACE.INTERRUPT) return link.seized ? 0 : -ERRNO.EIO;
  return -ERRNO.ESRCH;
}

/** In a group stop the task is under a real LISTEN: what looks at it takes it out of that for a moment. */
function whileTrapped(ptrace: Ptrace, link: Link, request: () => number): number {
  const { task, inJobStop } = link.traced;
  if (!inJobStop) link.traced.retrap();
  if (!inJobStop || !ptrace.kernel.holdJobStop(task)) return request();
  try {
    return request();
  } finally {
    ptrace.kernel.wake(task);
  }
}

function stoppedRequest(ptrace: Ptrace, r: Request): number {
  const { link, data } = r;
  const mode = RESUMES.get(r.request);
  if (mode !== undefined) return resume(ptrace, link, mode, data);
  switch (r.request) {
    case PTRACE.DETACH:
      return detach(ptrace, link, data);
    case PTRACE.LISTEN:
      return listen(ptrace, link);
    case PTRACE.SETOPTIONS:
    case PTRACE.OLDSETOPTIONS:
      return setOptions(ptrace, link, data);
    case PTRACE.GETEVENTMSG: {
      writeTo(r.caller, data, wordBytes(r, link.message));
      return 0;
    }
    case PTRACE.GETSIGINFO:
      return getSiginfo(r);
    case PTRACE.SETSIGINFO:
      return setSiginfo(r);
    case PTRACE.GET_SYSCALL_INFO: {
      ptrace.kernel.refreshCall(link.traced.task);
      const { bytes, actual } = syscallInfo(link.traced.task, link.stop!);
      const size = Number(r.addr < BigInt(actual) ? r.addr : BigInt(actual));
      writeTo(r.caller, data, bytes.subarray(0, size));
      return actual;
    }
    default:
      return machineRequest(r) ?? -ERRNO.EIO;
  }
}

/** R23: a signal number, or 0. */
const validSignal = (data: bigint): boolean => data <= BigInt(SIGNAL_MAX);

function resume(ptrace: Ptrace, link: Link, mode: Mode, data: bigint): number {
  if (!validSignal(data)) return -ERRNO.EIO;
  if (mode === 'block' && !ptrace.kernel.hasBlockStep) return -ERRNO.EIO;
  const { traced } = link;
  link.mode = mode;
  link.signo = Number(data);
  link.found = ptrace.leaderCounts(link) ? 0n : ptrace.kernel.pendingSignals(traced.task);
  link.stop = null;
  link.listening = false;
  traced.updateEvents();
  if (link.stopsAnew) {
    traced.show(link, traced.trapFor(link));
    return 0;
  }
  const stepping = traced.links.filter(({ steps }) => steps);
  const emulated = stepping.length > 0 && stepping.every((other) => other.mode === 'sysemu-step');
  ptrace.kernel.stepPastCalls(traced.task, emulated);
  traced.settle();
  if (link.owes && !ptrace.kernel.joinsStop(traced.task)) traced.summon();
  return 0;
}

function detach(ptrace: Ptrace, link: Link, data: bigint): number {
  if (!validSignal(data)) return -ERRNO.EIO;
  link.signo = Number(data);
  ptrace.linking.unlink(link);
  return 0;
}

/** R24. */
function interrupt(link: Link): number {
  if (!link.seized) return -ERRNO.EIO;
  const { traced } = link;
  if (link.listening) {
    traced.retrap();
    traced.show(link, traced.trapFor(link));
    return 0;
  }
  link.trapStop = true;
  traced.summon();
  return 0;
}

/** R25, R27. */
function listen(ptrace: Ptrace, link: Link): number {
  const { stop, traced } = link;
  // By its siginfo, which SETSIGINFO may have changed.
  if (!link.seized || stop === null || (stop.siginfo?.code ?? 0) >> 8 !== EVENT_STOP_CODE) return -ERRNO.EIO;
  link.listening = true;
  if (link.notify) {
    if (traced.listenIfAll(true)) ptrace.looksForSignals(traced);
    else traced.show(link, traced.trapFor(link));
  } else if (traced.inJobStop) traced.settle();
  else if (stop.group !== true || !traced.runsOutWith(link)) traced.listenIfAll(false);
  return 0;
}

/** R28. */
function setOptions(ptrace: Ptrace, link: Link, data: bigint): number {
  if ((data & ~BigInt(PTRACE_O_MASK)) !== 0n) return -ERRNO.EINVAL;
  const refused = ptrace.kernel.maySetOptions(link.tracer, Number(data));
  if (refused !== 0) return -refused;
  const { traced } = link;
  const rested = traced.seccompRests;
  const before = link.options;
  link.options = Number(data);
  if (rested !== traced.seccompRests) {
    const result = ptrace.kernel.suspendSeccomp(traced.task, traced.seccompRests);
    if (result < 0) {
      link.options = before;
      return result;
    }
  }
  traced.updateEvents();
  return 0;
}

function getSiginfo(r: Request): number {
  const info = r.link.stop!.siginfo;
  if (info === null) return -ERRNO.EINVAL;
  writeTo(r.caller, r.data, r.narrow ? encodeSiginfo32(info) : encodeSiginfo(info));
  return 0;
}

function setSiginfo(r: Request): number {
  const bytes = readFrom(r.caller, r.data, 128);
  const stop = r.link.stop!;
  if (stop.siginfo === null) return -ERRNO.EINVAL;
  stop.siginfo = r.narrow ? decodeSiginfo32(bytes) : decodeSiginfo(bytes);
  return 0;
}
