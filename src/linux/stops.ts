/**
 * What each ptrace-stop means: decoded once, turned into hook calls, continued where a hook held the task. The order in
 * a stop is the kernel's own on the way to user mode (R37): the event, then signals, then the report that is owed.
 */

import { CLONE } from '../abi/clone.ts';
import { PTRACE, PTRACE_EVENT } from '../abi/ptrace.ts';
import { decodeSiginfo, type Siginfo } from '../abi/siginfo.ts';
import { defaultAction, SIG } from '../abi/signals.ts';
import { syscallName } from '../abi/syscalls.ts';
import { isStopped, stopEvent, stopSignal, termSignal } from '../abi/wait-status.ts';
import { unreachable } from '../base/assert.ts';
import type { Tid } from '../base/brand.ts';
import { Event, SIGNAL_EVENTS } from '../tracehook/events.ts';
import { DeathSignal, Outcome, Step } from '../tracehook/hooks.ts';
import type { SignalDecision } from '../tracehook/signal.ts';
import { ExitState } from '../tracehook/task.ts';
import { EventKind } from './event-buffer.ts';
import { type LinuxHost, QUEUED_ERRNO } from './host.ts';
import { resetHandler } from './inject.ts';
import { interruptPolitely } from './interrupt.ts';
import * as proc from './proc.ts';
import { detachNow, resumeTask, setSiginfo, wantsCall, wantsExit } from './resume.ts';
import { spawnEnded, spawnStop } from './spawn.ts';
import { type LinuxTask, Run, Stop, ThreadGroup } from './task.ts';

const SIGTRAP = 5;
const TRAP_BRKPT = 1;
const EINTR = 4;

type Then = NonNullable<LinuxTask['goesOn']>;

/** Goes on with `then` when the hook said GO; leaves the task held otherwise. */
function follow(task: LinuxTask, outcome: Outcome, then: Then): void {
  if (outcome === Outcome.HELD) task.goesOn = then;
  else then(task, outcome);
}

/** Handles event `i` of the buffer. */
export function dispatch(host: LinuxHost, i: number): void {
  const { events } = host;
  const tid = events.tid(i);
  const task = host.tasks.get(tid);
  const kind = events.kind(i);
  if (task === undefined) {
    if (kind !== EventKind.VOID) host.unborn.set(tid, events.status(i));
    return;
  }
  if (task.run === Run.STOPPED) brokenStop(host, task);
  if (host.accounting) task.systemTime = events.systemTime(i);
  if (kind === EventKind.VOID) {
    task.run = Run.RUNNING; // it died under the reading hand; its death follows
    return;
  }
  if (kind === EventKind.DEATH) {
    died(host, task, events.status(i));
    return;
  }
  const wasListening = task.run === Run.LISTENING;
  task.run = Run.STOPPED;
  task.registers.invalidate();
  const polite = task.politeInterrupt;
  task.interruptSent = false;
  task.politeInterrupt = false;
  if (task.spawning !== null && spawnStop(host, task, i)) return;
  switch (kind) {
    case EventKind.ENTRY:
      task.stop = Stop.ENTRY;
      task.entered = true;
      task.call.loadEntry(events, i);
      if (task.rejoins >= 0) {
        task.call.nr = task.rejoins; // what it says is restart_syscall, perhaps
        task.rejoins = -1;
        resumeTask(host, task);
        return;
      }
      entry(host, task);
      return;
    case EventKind.SECCOMP:
      task.stop = Stop.SECCOMP;
      if (task.entered) {
        resumeTask(host, task); // the entry-stop of this very call was reported
        return;
      }
      task.call.loadEntry(events, i);
      task.entered = true;
      entry(host, task);
      return;
    case EventKind.EXIT: {
      const known = task.entered;
      task.stop = Stop.EXIT;
      task.entered = false;
      task.call.loadExit(events, i, known);
      if (polite) restartSleep(host, task);
      exit(host, task);
      return;
    }
    case EventKind.SIGNAL:
      task.stop = Stop.SIGNAL;
      task.entered = false;
      task.rejoins = -1;
      signal(host, task, decodeSiginfo(events.siginfo(i)), stopSignal(events.status(i)));
      return;
    case EventKind.STOP:
      task.entered = false;
      task.rejoins = -1;
      eventStop(host, task, stopSignal(events.status(i)), wasListening, polite);
      return;
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
  task.registers.invalidate();
  task.interruptSent = false;
  const code = stopEvent(status);
  if (code === PTRACE_EVENT.STOP) eventStop(host, task, stopSignal(status), wasListening, false);
  else if (code === PTRACE_EVENT.EXIT) event(host, task, code, message(host, task));
  else resumeTask(host, task);
}

const messageBytes = new Uint8Array(8);
function message(host: LinuxHost, task: LinuxTask): number {
  host.native.ptraceData(PTRACE.GETEVENTMSG, task.tid, 0, messageBytes);
  return new Int32Array(messageBytes.buffer)[0]!;
}

/** A stop that we held was broken: only SIGKILL and its like do that (R50). */
function brokenStop(host: LinuxHost, task: LinuxTask): void {
  task.goesOn = null;
  task.pending = null;
  task.deliver = 0;
  task.stop = Stop.NONE;
  task.switches++;
  host.hooks.killed(task);
}

// --- system calls ---

function entry(host: LinuxHost, task: LinuxTask): void {
  if ((task.trace.events & Event.SYSCALL_ENTRY) !== 0 && wantsCall(task)) {
    const outcome = host.hooks.syscallEntry(task);
    if (outcome === Outcome.HELD) {
      task.goesOn = (held) => entered(host, held);
      return;
    }
    entered(host, task);
    return;
  }
  resumeTask(host, task);
}

function entered(host: LinuxHost, task: LinuxTask): void {
  if (host.hooks.abortsSyscall(task)) task.registers.set(host.arch.syscallNumber, -1n);
  resumeTask(host, task);
}

function exit(host: LinuxHost, task: LinuxTask): void {
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
    task.pending = {
      info: { signo: SIGTRAP, errno: 0, code: TRAP_BRKPT, addr: task.registers.get(host.arch.programCounter) },
      disposition: proc.disposition(task.tid, SIGTRAP),
    };
  }
  if (task.pending === null && !task.trace.report && !task.trace.interrupt) resumeTask(host, task);
  else wayOut(host, task);
}

// --- the way to user mode ---

/** Makes the reports that are owed, decides the signal at hand, and lets the task go. */
function wayOut(host: LinuxHost, task: LinuxTask): void {
  for (;;) {
    if (task.run !== Run.STOPPED) return;
    let outcome: Outcome;
    if (task.trace.interrupt || task.pending !== null || (task.trace.report && task.stop !== Stop.EXIT)) {
      outcome = host.hooks.getSignal(task);
    } else if (task.trace.report) {
      outcome = host.hooks.resume(task);
    } else {
      break;
    }
    if (outcome === Outcome.HELD) {
      task.goesOn = (held, next) => afterHook(host, held, next) && wayOut(host, held);
      return;
    }
    if (!afterHook(host, task, outcome)) return;
  }
  resumeTask(host, task);
}

/** True: look again what is owed. */
function afterHook(host: LinuxHost, task: LinuxTask, outcome: Outcome): boolean {
  if (outcome === Outcome.DELIVER) {
    deliver(host, task, host.hooks.decision(task));
    resumeTask(host, task);
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
function passOn(host: LinuxHost, task: LinuxTask, signo: number): void {
  if (task.stop !== Stop.SIGNAL) {
    host.native.sendSignal(task.tgid, task.tid, signo);
    return;
  }
  task.deliver = signo;
  const action = defaultAction(signo);
  if (action === 'term' || action === 'core') task.fatalPassed = true; // unless it is caught: see `killedFromOutside`
}

/** Acts on what the engines decided about a signal. */
function deliver(host: LinuxHost, task: LinuxTask, decision: SignalDecision): void {
  if (task.stop !== Stop.SIGNAL) {
    // An artificial signal, or one that stands for a verdict: it needs a delivery-stop of its own (R41).
    const info = signalFor(decision);
    if (decision.how === 'default') unblock(host, task, info.signo);
    host.queueSignal(task, info, decision);
    return;
  }
  if (task.pending !== null) {
    // It comes before the signal at hand, which goes back on the queue.
    host.queueSignal(task, task.pending.info, null);
    task.pending = null;
  }
  const info = takeEffect(host, task, signalFor(decision), decision);
  if (task.run !== Run.STOPPED) return; // killed under our hand
  if (decision.changed || info !== decision.info || info.signo !== task.stopSigno) setSiginfo(host, task, info);
  passOn(host, task, info.signo);
  task.handlerTrap = decision.how === 'handler' && (task.trace.interrupt || task.step !== Step.NONE);
}

/** At the delivery-stop: makes sure that a default action that was decided is what the kernel does. */
function takeEffect(host: LinuxHost, task: LinuxTask, info: Siginfo, decision: SignalDecision): Siginfo {
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
  const bit = 1n << BigInt(signo - 1);
  if ((mask & bit) === 0n) return;
  view.setBigUint64(0, mask & ~bit, true);
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

// --- signals ---

function signal(host: LinuxHost, task: LinuxTask, info: Siginfo, signo: number): void {
  task.stopSigno = signo;
  if (task.handlerTrap) {
    task.handlerTrap = false;
    if (signo === SIGTRAP && info.code === SIGTRAP) {
      // R45: the frame is set up and the handler has not begun.
      task.stop = Stop.TRAP;
      host.hooks.signalHandler(task, true);
      wayOut(host, task);
      return;
    }
  }
  const index = info.errno === QUEUED_ERRNO ? task.queued.findIndex(({ cookie }) => BigInt(cookie) === info.value) : -1;
  if (index >= 0) {
    const [item] = task.queued.splice(index, 1);
    const { decision } = item!;
    const actual = decision === null ? item!.info : takeEffect(host, task, item!.info, decision);
    if (task.run !== Run.STOPPED) return; // killed under our hand
    setSiginfo(host, task, actual);
    if (decision !== null) {
      passOn(host, task, actual.signo); // decided before: engines have seen it
      task.handlerTrap = decision.how === 'handler' && (task.trace.interrupt || task.step !== Step.NONE);
      resumeTask(host, task);
      return;
    }
    info = item!.info;
  }
  if ((task.trace.events & (SIGNAL_EVENTS | Event.QUIESCE)) === 0 && !task.trace.report && !task.trace.interrupt) {
    passOn(host, task, signo);
    resumeTask(host, task);
    return;
  }
  task.pending = { info, disposition: proc.disposition(task.tid, signo) };
  wayOut(host, task);
}

// --- EVENT_STOP: group stops, interrupts, births ---

function eventStop(host: LinuxHost, task: LinuxTask, low: number, wasListening: boolean, polite: boolean): void {
  const { group } = task;
  if (low !== SIGTRAP) {
    task.stop = Stop.GROUP;
    if (wasListening || task.quietStop) {
      // Re-trapped in the same stop, or found in it: no news.
      task.quietStop = false;
      resumeTask(host, task);
      return;
    }
    group.continueReported = false;
    const last = host.isGroupStopped(group);
    if (last) host.observeJobControl(group, 'stopped');
    if ((task.trace.events & Event.JCTL) === 0) {
      resumeTask(host, task);
      return;
    }
    const outcome = host.hooks.jctl(task, 'stopped', last ? 'stopped' : null);
    follow(task, outcome, () => resumeTask(host, task));
    return;
  }
  task.stop = Stop.TRAP;
  task.quietStop = false;
  if (polite && rejoinCall(host, task) && !wasListening) {
    resumeTask(host, task);
    return;
  }
  if (!wasListening) {
    wayOut(host, task);
    return;
  }
  // SIGCONT: the group stop is over (R27). The first thread to leave it tells the parent.
  const first = !group.continueReported;
  group.continueReported = true;
  if (first) host.observeJobControl(group, 'continued');
  if ((task.trace.events & Event.JCTL) === 0) {
    wayOut(host, task);
    return;
  }
  follow(task, host.hooks.jctl(task, 'continued', first ? 'continued' : null), () => wayOut(host, task));
}

/** ERESTARTSYS, ERESTARTNOINTR, ERESTARTNOHAND, ERESTART_RESTARTBLOCK: the kernel makes the call again (R39). */
const isRestart = (result: number): boolean => (result <= -512 && result >= -514) || result === -516;

/**
 * A polite interruption that found the task in a system call: it goes back there, and what is owed comes when the call is
 * over, for a report does not disturb a call. The entry that follows is no news.
 */
function rejoinCall(host: LinuxHost, task: LinuxTask): boolean {
  const nr = Number(BigInt.asIntN(32, task.registers.get(host.arch.syscallNumber)));
  if (nr < 0) return false;
  const result = Number(BigInt.asIntN(64, task.registers.get(host.arch.syscallResult)));
  if (!isRestart(result) && !restartSleep(host, task)) return false;
  if (task.trace.interrupt || task.detaching) return false;
  if (!task.syscallStops && !task.trace.report) return false;
  task.rejoins = nr;
  return true;
}

/** Some calls answer EINTR to any interruption (R39). Where only we interrupted, the call is made again. */
function restartSleep(host: LinuxHost, task: LinuxTask): boolean {
  const { registers } = task;
  const { arch } = host;
  const nr = BigInt.asIntN(32, registers.get(arch.syscallNumber));
  if (nr < 0n || BigInt.asIntN(64, registers.get(arch.syscallResult)) !== BigInt(-EINTR)) return false;
  if (proc.signalPending(task.tid)) return false;
  registers.set(arch.syscallResult, nr);
  registers.set(arch.programCounter, registers.get(arch.programCounter) - BigInt(arch.syscallInstructionBytes));
  registers.set(arch.syscallNumber, -1n);
  return true;
}

// --- clone, exec, exit ---

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
    case PTRACE_EVENT.EXIT:
      task.stop = Stop.DYING;
      exiting(host, task, value);
      return;
    default:
      task.stop = Stop.OTHER;
      resumeTask(host, task);
  }
}

function cloned(host: LinuxHost, parent: LinuxTask, tid: number, code: number): void {
  const flags = cloneFlags(host, parent, code);
  const isThread = (flags & CLONE.THREAD) !== 0;
  const group = isThread ? parent.group : new ThreadGroup(tid as never, false);
  if (!isThread) group.exitSignal = flags & CLONE.CSIGNAL;
  // It may have been taken for an orphan (CLONE_PARENT: its creator is not its parent).
  const known = host.tasks.get(tid);
  const child = known ?? host.newTask(tid, group);
  child.filter = parent.filter;
  child.starting = known === undefined;
  const begun = (): void => {
    child.starting = false;
    // Nobody attached to it: it goes its own way. A tree with a filter of ours must keep its tracer (ENOSYS).
    if (child.trace.engines === 0 && child.filter === null) child.detaching = true;
    if (known !== undefined && child.detaching && child.run === Run.RUNNING) detachTask(host, child);
    const status = host.unborn.get(tid);
    if (status !== undefined) {
      host.unborn.delete(tid);
      dispatchStatus(host, tid, status);
    }
    resumeTask(host, parent);
  };
  if ((parent.trace.events & Event.CLONE) !== 0) {
    follow(parent, host.hooks.clone(parent, flags, child), begun);
  } else {
    begun();
  }
}

/** The flags of the clone just made, as the program gave them (or as fork and vfork stand for). */
function cloneFlags(host: LinuxHost, task: LinuxTask, code: number): number {
  const { registers } = task;
  const { arch } = host;
  const abi = arch.abiFromRegisters(registers);
  const name = syscallName(abi, Number(BigInt.asIntN(32, registers.get(arch.syscallNumber))));
  const [first, second] = arch.argumentRegisters(abi);
  if (name === 'clone') return Number(BigInt.asUintN(32, registers.get(first!)));
  if (name === 'clone3') {
    const args = new DataView(
      task.memory.read(registers.get(first!), Math.min(64, Number(registers.get(second!)))).buffer,
    );
    return Number(args.getBigUint64(0, true) & 0xffffff00n) | Number(args.getBigUint64(32, true) & 0xffn);
  }
  return code === PTRACE_EVENT.VFORK ? CLONE.VFORK | CLONE.VM | SIG.SIGCHLD : SIG.SIGCHLD;
}

/** R46: whoever execs becomes the leader; its old tid and the old leader are gone. */
function execed(host: LinuxHost, stopped: LinuxTask, oldTid: number): void {
  let task = stopped;
  if (oldTid !== stopped.tid) {
    const execer = host.tasks.get(oldTid);
    vanish(host, stopped);
    if (execer === undefined) return;
    task = execer;
    host.tasks.delete(oldTid);
    task.tid = stopped.tid as Tid;
    host.tasks.set(task.tid, task);
    task.run = Run.STOPPED;
    task.stop = Stop.EXEC;
    task.interruptSent = false;
    task.registers.invalidate();
  }
  for (const other of [...task.group.threads]) {
    if (other !== task) vanish(host, other); // its death was reported under no tid of its own
  }
  if (host.unborn.size > 0) adoptOrphans(host, task);
  if (task.spawning !== null) spawnEnded(host, task, null);
  const after = (): void => resumeTask(host, task);
  if ((task.trace.events & Event.EXEC) === 0) {
    after();
    return;
  }
  const path = proc.exePath(task.tid) ?? '';
  follow(task, host.hooks.exec(task, { oldTid: oldTid as Tid, path }), after);
}

/** R47: the old leader goes without a word of the kernel's. */
function vanish(host: LinuxHost, task: LinuxTask): void {
  if (task.run === Run.STOPPED) brokenStop(host, task);
  leaveGroup(task);
  bury(host, task, 0, DeathSignal.REAP);
}

function exiting(host: LinuxHost, task: LinuxTask, status: number): void {
  task.killed = killedFromOutside(host, task, status);
  const after = (): void => {
    leaveGroup(task);
    if (host.unborn.size > 0) adoptOrphans(host, task);
    resumeTask(host, task);
  };
  if ((task.trace.events & Event.EXIT) === 0) {
    after();
    return;
  }
  follow(task, host.hooks.exit(task, status), after);
}

/** Is this task dying of SIGKILL, or of what another thread of its group did? Then nobody may hold it. */
function killedFromOutside(host: LinuxHost, task: LinuxTask, status: number): boolean {
  if (termSignal(status) === SIG.SIGKILL) return true;
  if (task.fatalPassed && termSignal(status) !== 0) return false;
  if (task.group.threads.size === 1) return false;
  const nr = Number(BigInt.asIntN(32, task.registers.get(host.arch.syscallNumber)));
  const name = syscallName(host.arch.abiFromRegisters(task.registers), nr);
  return name !== 'exit' && name !== 'exit_group';
}

/** signal->live: counts the task out, once. */
function leaveGroup(task: LinuxTask): void {
  if (task.exited) return;
  task.exited = true;
  task.group.live--;
  task.groupDead = task.group.live === 0;
}

/**
 * Newborns whose parent was killed before its clone event could be read are tracees that nobody reports; a thread among
 * them would keep its whole group from dying. They are looked for whenever `gone` can report no birth any more: it
 * exits, or died, or execed over its siblings. Whoever still may is running: for a thread in its group, for a process in
 * that of its parent.
 */
function adoptOrphans(host: LinuxHost, gone: LinuxTask): void {
  for (const [tid, status] of [...host.unborn]) {
    const tgid = proc.tgidOf(tid);
    const isThread = tgid !== undefined && tgid !== tid;
    const creators = isThread ? tgid : proc.parentPid(tid);
    const mayCome = [...host.tasks.values()].some(
      (task) => task !== gone && task.tgid === creators && task.run === Run.RUNNING && !task.exited,
    );
    if (mayCome) continue;
    host.unborn.delete(tid);
    const child = host.newTask(tid, isThread ? gone.group : new ThreadGroup(tid as never, false));
    child.filter = gone.filter;
    for (const observer of host.observers) observer.onOrphan?.(child, gone);
    dispatchStatus(host, tid, status);
  }
}

function died(host: LinuxHost, task: LinuxTask, status: number): void {
  if (host.unborn.size > 0) adoptOrphans(host, task);
  if (task.spawning !== null) spawnEnded(host, task, status);
  leaveGroup(task);
  task.waitStatus = status;
  if (!task.isLeader) {
    bury(host, task, status, DeathSignal.REAP);
  } else {
    bury(host, task, status, task.groupDead ? task.group.exitSignal : DeathSignal.DELAYED_GROUP_LEADER);
  }
}

/** Death, then reap: our wait has reaped the task, or our hold on it. */
function bury(host: LinuxHost, task: LinuxTask, status: number, parentSignal: number): void {
  task.run = Run.GONE;
  task.stop = Stop.NONE;
  task.exitState = ExitState.ZOMBIE;
  host.hooks.death(task, task.groupDead, parentSignal);
  task.exitState = ExitState.DEAD;
  host.hooks.release(task);
  host.forget(task, status);
}

/** Asks for a task to be let go at its next stop, or now. */
export function detachTask(host: LinuxHost, task: LinuxTask): void {
  task.detaching = true;
  if (task.run === Run.LISTENING) {
    detachNow(host, task);
  } else if (task.run === Run.STOPPED && task.goesOn !== null) {
    host.wake(task); // what was decided where it is held is still done: it is let go as it resumes
  } else if (task.run === Run.RUNNING && !task.starting) {
    interruptPolitely(host, task);
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
