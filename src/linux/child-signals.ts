/**
 * SIGCHLD for tracers that are served: sent as the kernel sends it, or not at all where it would not be. Only a process itself
 * may queue a SIGCHLD with the code of a child's stop, so the tracer is made to, at a stop of its own.
 */

import { PTRACE } from '../abi/ptrace.ts';
import { encodeSiginfo, type Siginfo } from '../abi/siginfo.ts';
import { bit } from '../abi/signal-set.ts';
import { CLD, SIG } from '../abi/signals.ts';
import { syscallName } from '../abi/syscalls.ts';
import type { Disposition } from '../tracehook/signal.ts';
import type { LinuxHost } from './host.ts';
import { AT_BYTES, injectCall } from './inject.ts';
import { interruptPolitely } from './interrupt.ts';
import { isThere } from './parents.ts';
import { idFrom, tidFor } from './pid-namespaces.ts';
import * as proc from './proc.ts';
import { signalParked } from './served.ts';
import { unlessKilled } from './stops.ts';
import { type LinuxTask, Run, Stop } from './task.ts';
import type { ChildSignals, ThreadGroup } from './thread-group.ts';

const SA_NOCLDSTOP = 1;
const SA_NOCLDWAIT = 2;
const SIG_DFL = 0n;
const SIG_IGN = 1n;

/** A process says what it does about SIGCHLD: its sigaction, before it is made. */
export function noteChildSignals(task: LinuxTask): void {
  const { call, memory, group } = task;
  if (call.argInt(0) !== SIG.SIGCHLD) return;
  try {
    group.childSignals = readAction(task, call.abi === 'i386', syscallName(call.abi, call.nr) === 'signal', memory);
  } catch {
    group.childSignals = null; // a bad pointer: the call will fail
  }
}

function readAction(
  task: LinuxTask,
  narrow: boolean,
  plain: boolean,
  memory: LinuxTask['memory'],
): ChildSignals | null {
  const at = task.call.arg(1);
  if (at === 0n) return task.group.childSignals;
  if (plain) return { disposition: dispositionOf(at), noStops: false, noWait: at === SIG_IGN };
  const bytes = memory.read(at, narrow ? 8 : 16);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const handler = narrow ? BigInt(view.getUint32(0, true)) : view.getBigUint64(0, true);
  const flags = Number(narrow ? view.getUint32(4, true) : view.getBigUint64(8, true) & 0xffffffffn);
  return {
    disposition: dispositionOf(handler),
    noStops: (flags & SA_NOCLDSTOP) !== 0,
    noWait: (flags & SA_NOCLDWAIT) !== 0,
  };
}

const dispositionOf = (handler: bigint): Disposition =>
  handler === SIG_DFL ? 'default' : handler === SIG_IGN ? 'ignore' : 'handler';

/** What a process does about SIGCHLD. */
export function childSignalsOf(task: LinuxTask): ChildSignals {
  const { group } = task;
  group.childSignals ??= {
    disposition: proc.disposition(task.tid, SIG.SIGCHLD),
    noStops: false,
    noWait: false,
  };
  return group.childSignals;
}

const mask = new Uint8Array(8);

/** Whether the thread blocks a signal. */
export function blocksSignal(host: LinuxHost, task: LinuxTask, signo: number): boolean {
  if (task.run === Run.STOPPED && host.native.ptraceData(PTRACE.GETSIGMASK, task.tid, 8, mask) >= 0) {
    return (new DataView(mask.buffer).getBigUint64(0, true) & bit(signo)) !== 0n;
  }
  return proc.blocks(task.tid, signo);
}

/** do_notify_parent_cldstop, do_notify_parent. */
export function sendChildSignal(host: LinuxHost, tracer: LinuxTask, info: () => Siginfo, stop: boolean): void {
  const { disposition, noStops } = childSignalsOf(tracer);
  if (disposition === 'ignore' || (stop && noStops)) return;
  if (disposition === 'default' && !host.ptrace?.isTraced(tracer)) {
    // Ignored as it is sent, unless it is blocked: the tracer is asked at its next stop, which is mostly near.
    tracer.doubtfulSignal ??= info;
    if (tracer.run === Run.STOPPED) settleDoubt(host, tracer);
    else host.doubtful.add(tracer);
    return;
  }
  queue(host, tracer, info);
}

/**
 * At the delivery-stop of a SIGCHLD: whether it tells of a SIGCONT to a child all whose threads its tracers hold in the stop of their group, or
 * that blocks it and runs. They really listen, or trap for it, and so have told at once; a real tracee tells it as it goes on, or as it looks for
 * signals (get_signal), and that is what it does here.
 */
export function tellsTooEarly(host: LinuxHost, task: LinuxTask, info: Siginfo): boolean {
  const child = tellerTooEarly(host, task, info);
  if (child === undefined) return false;
  child.owedContinue = info;
  return true;
}

/** Whether such a one, which it has yet to drop, is all that woke a stopped task. */
export function wokenTooEarly(host: LinuxHost, task: LinuxTask): boolean {
  const { own, process, blocked } = proc.signalState(task.tid);
  if ((((own & ~bit(SIG.SIGTRAP)) | process) & ~blocked) !== bit(SIG.SIGCHLD)) return false;
  const info = host.queued.waiting(task, SIG.SIGCHLD, true);
  return info !== undefined && tellerTooEarly(host, task, info) !== undefined;
}

/** Who tells it. */
function tellerTooEarly(host: LinuxHost, task: LinuxTask, { signo, code, pid }: Siginfo): ThreadGroup | undefined {
  if (host.ptrace === null || signo !== SIG.SIGCHLD || code !== CLD.CLD_CONTINUED) return undefined;
  const group = host.tasks.get(idFrom(host, pid ?? 0, task))?.group;
  if (group === undefined || group.parent?.group !== task.group) return undefined;
  for (const thread of group.threads)
    if (!thread.exited && !staysInStop(host, thread) && !host.ptrace.missesContinue(thread)) return undefined;
  return group;
}

const staysInStop = (host: LinuxHost, task: LinuxTask): boolean =>
  (task.inGroupStop || task.leavesGroupStop) && host.ptrace!.keepsStopped(task);

/** A thread goes on from its group's stop, that a SIGCONT has ended, or looks for signals. */
export function tellContinued(host: LinuxHost, task: LinuxTask): void {
  const { group } = task;
  task.leavesGroupStop = false;
  const { owedContinue, parent } = group;
  group.owedContinue = null;
  if (owedContinue !== null && parent !== null && parent.run !== Run.GONE)
    sendChildSignal(host, parent, () => owedContinue, true);
}

/** Whether a SIGCHLD that is ignored unless it is blocked is to be sent. */
export function settleDoubt(host: LinuxHost, tracer: LinuxTask): void {
  const info = tracer.doubtfulSignal;
  host.doubtful.delete(tracer);
  tracer.doubtfulSignal = null;
  if (info !== null && tracer.run !== Run.GONE && blocksSignal(host, tracer, SIG.SIGCHLD)) queue(host, tracer, info);
}

function queue(host: LinuxHost, tracer: LinuxTask, info: () => Siginfo): void {
  if (tracer.childSignals.length > 0 || isQueued(tracer)) return; // one is all there ever is
  tracer.childSignals.push(info());
  host.signalled.add(tracer);
  host.kick();
}

/** Whether one that we queued is still to be delivered. */
const isQueued = (task: LinuxTask): boolean =>
  task.queued.some(({ signo }) => signo === SIG.SIGCHLD) && proc.isPending(task.tid, SIG.SIGCHLD);

/**
 * A SIGCHLD that a stopped thread itself takes as it goes on: we queue it, and its true siginfo is put in place as it is
 * delivered. One that is blocked is for somebody to read as it is, and one of a traced thread for its tracers.
 */
export function queueDirectly(host: LinuxHost, task: LinuxTask): boolean {
  const [info] = task.childSignals;
  if (info === undefined || host.ptrace!.isTraced(task) || blocksSignal(host, task, SIG.SIGCHLD)) return false;
  task.childSignals.shift();
  host.queued.add(task, info, null);
  return true;
}

/** Brings those that are to get a SIGCHLD to a stop. */
export function deliverSoon(host: LinuxHost): void {
  for (const task of [...host.signalled]) {
    host.signalled.delete(task);
    if (task.childSignals.length === 0) continue;
    const taker = isHeld(host, task) ? freeThread(host, task) : task;
    if (taker === undefined) {
      task.group.holdsChildSignals = true;
      continue;
    }
    if (taker !== task) takeChildSignals(taker, task);
    if (taker.served?.phase === 'parked') unlessKilled(host, () => signalParked(host, taker));
    else if (taker.run === Run.RUNNING) interruptPolitely(host, taker);
  }
}

const isHeld = (host: LinuxHost, task: LinuxTask): boolean =>
  task.inGroupStop || host.ptrace?.keepsStopped(task) === true;

/** Of a process whose thread is held, who takes its SIGCHLD at once (complete_signal). */
const freeThread = (host: LinuxHost, { group }: LinuxTask): LinuxTask | undefined =>
  [...group.threads].find((task) => isThere(task) && !isHeld(host, task) && !blocksSignal(host, task, SIG.SIGCHLD));

const takeChildSignals = (to: LinuxTask, from: LinuxTask): void => {
  if (to.childSignals.length === 0) to.childSignals.push(...from.childSignals); // one is all there ever is
  from.childSignals.length = 0;
};

/** A thread goes on while others are held: it is the first to look for what its process has waiting. */
export function takeHeldSignals(host: LinuxHost, task: LinuxTask): void {
  if (blocksSignal(host, task, SIG.SIGCHLD)) return;
  task.group.holdsChildSignals = false;
  for (const other of task.group.threads) if (other !== task && isHeld(host, other)) takeChildSignals(task, other);
}

/**
 * By its tid: the signal is its process's, the thread that traces is asked first to take it, and none may queue a child's code
 * under another number than its own. At a stop of the tracer's, as it is about to go on: on its way to user mode only, since in the middle of a call there is
 * no way to make another one. (A served call is: see served.ts.)
 */
export function giveChildSignals(host: LinuxHost, task: LinuxTask): void {
  if (task.stop === Stop.SIGNAL) {
    task.trapsNext = task.politeInterrupt = task.leftCall = true; // and there, before it comes to the program
    return;
  }
  if ((task.stop !== Stop.TRAP && task.stop !== Stop.EXIT) || task.served !== null) {
    host.signalled.add(task); // interrupted once it runs
    return;
  }
  queueDirectly(host, task);
  for (let info = task.childSignals.shift(); info !== undefined; info = task.childSignals.shift()) {
    if (task.run !== Run.STOPPED) return;
    injectCall(
      host,
      task,
      'rt_sigqueueinfo',
      [BigInt(tidFor(task, task)), BigInt(info.signo), AT_BYTES],
      encodeSiginfo(info),
    );
  }
}
