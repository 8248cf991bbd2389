/**
 * How a task goes on: one real request, made from what all engines want (architecture.md, "One resume"). Nothing else
 * resumes a task.
 */

import { PTRACE } from '../abi/ptrace.ts';
import { encodeSiginfo } from '../abi/siginfo.ts';
import { Event, SYSCALL_EVENTS } from '../tracehook/events.ts';
import { Step } from '../tracehook/hooks.ts';
import { giveChildSignals, takeHeldSignals } from './child-signals.ts';
import { detachNow } from './detach.ts';
import { errnoError, HostError } from './errors.ts';
import { waitsForStop } from './first-stop.ts';
import type { LinuxHost } from './host.ts';
import * as proc from './proc.ts';
import { installProcFilters } from './proc-filter.ts';
import { restartsCall } from './restarts.ts';
import { type LinuxTask, Run, Stop } from './task.ts';
import { giveMaskBack, keepsMask } from './temporary-mask.ts';

const ESRCH = 3;

/** Decides whether the task needs a stop at every system call, or its tree's filter does it for us. */
export function selectSyscallStops(host: LinuxHost, task: LinuxTask): void {
  const { events, syscalls } = task.trace;
  const covered = task.filter !== null && syscalls !== null && task.filter.includes(syscalls);
  const wants = (events & SYSCALL_EVENTS) !== 0;
  const before = task.syscallStops;
  task.syscallStops = (wants && !covered) || task.spawning !== null;
  // A task that runs free must be stopped once to run otherwise. Inside a call it will only be seen at the next one.
  if (task.syscallStops && !before && task.run === Run.RUNNING && task.resumedWith !== PTRACE.SYSCALL) {
    host.toTrace.push(task);
    host.kick();
  }
}

/** Whether some engine wants the exit of the call the task is in. */
export function wantsExit(task: LinuxTask): boolean {
  const { events, syscalls } = task.trace;
  return (events & Event.SYSCALL_EXIT) !== 0 && (syscalls === null || syscalls.has(task.call.abi, task.call.nr));
}

/** Whether some engine wants this call at all. */
export function wantsCall(task: LinuxTask): boolean {
  const { syscalls } = task.trace;
  return syscalls === null || syscalls.has(task.call.abi, task.call.nr);
}

/** Stops inside a system call: the task will not be asked for signals before the call is over. */
export const insideCall = (stop: Stop): boolean =>
  stop === Stop.ENTRY || stop === Stop.SECCOMP || stop === Stop.CLONE || stop === Stop.EXEC || stop === Stop.OTHER;

/** Nobody is attached any more. A tree with a filter of ours must keep its tracer, else its calls fail with ENOSYS. */
const isAbandoned = (task: LinuxTask): boolean =>
  task.trace.engines === 0 && task.filter === null && task.spawning === null && !task.starting;

/** A signal that we queued is on its way, and only we know its true siginfo. */
const owesSignal = (task: LinuxTask): boolean => task.queued.length > 0 && proc.signalPending(task.tid);

/** Lets a STOPPED task go on. */
export function resumeTask(host: LinuxHost, task: LinuxTask): void {
  // SIGKILL has ended the stop: it would be taken past its exit event, which is still to be handled.
  if (task.run !== Run.STOPPED || host.toldMore(task)) return;
  if (task.killing) {
    task.killing = false;
    task.run = Run.RUNNING;
    return;
  }
  if ((task.detaching || isAbandoned(task)) && !owesSignal(task)) {
    detachNow(host, task);
    return;
  }
  if (task.group.procFiles.due.length > 0 && task.run === Run.STOPPED) installProcFilters(host, task);
  if (task.group.holdsChildSignals) takeHeldSignals(host, task);
  if (task.childSignals.length > 0 && task.run === Run.STOPPED) giveChildSignals(host, task);
  if (task.run !== Run.STOPPED) return; // it was killed meanwhile, and what it stands at now is the loop's
  const { stop, trace } = task;
  if (stop === Stop.GROUP) {
    task.flush();
    task.run = Run.LISTENING;
    task.switches++;
    task.invalidate();
    host.native.ptrace(PTRACE.LISTEN, task.tid, 0, 0);
    return;
  }
  if (task.letGo && stop !== Stop.DYING && waitsForStop(host, task)) return;
  if (task.step === Step.NONE) task.stepTrap = false; // the last word counts
  let request: number = PTRACE.CONT;
  const keeps = keepsMask(host, task);
  if (task.handlerTrap) {
    request = PTRACE.SINGLESTEP;
  } else if (keeps || task.givesWay >= 0) {
    request = PTRACE.SYSCALL; // to where the call begins anew, or to its end
  } else if (task.step !== Step.NONE && !task.stepLost && stop !== Stop.DYING) {
    request = stepRequest(task, host);
  } else if (
    task.syscallStops ||
    (task.group.leaderOwes && !task.isLeader) ||
    task.rejoins >= 0 ||
    task.served?.phase === 'trying' ||
    task.served?.phase === 'signalling' ||
    (task.skips && insideCall(stop)) ||
    (insideCall(stop) && task.entered && wantsExit(task))
  ) {
    request = PTRACE.SYSCALL;
  } else if (insideCall(stop) && (trace.report || trace.interrupt)) {
    request = PTRACE.SYSCALL; // the exit stop is where the report will be made
  }
  task.owns = 0n;
  if (task.trapsNext || (insideCall(stop) ? trace.interrupt : task.given !== null)) {
    task.interruptSent = true;
    task.interruptLate = false;
    host.native.ptrace(PTRACE.INTERRUPT, task.tid, 0, 0);
  }
  if (!keeps && task.rejoins < 0) giveMaskBack(host, task);
  if (task.flush() < 0 && task.run !== Run.STOPPED) return;
  task.invalidate();
  const { deliver } = task;
  task.deliver = 0;
  task.run = Run.RUNNING;
  task.stop = Stop.NONE;
  task.resumedWith = request;
  if (request !== PTRACE.SYSCALL) {
    task.entered = false; // no exit stop will say that the call is over
    task.answered = -1;
  }
  task.switches++;
  queueResume(host, task.tid, request, deliver);
}

/** The request for a step: past a system call instruction while calls are traced, the step is made of its exit (R45). */
function stepRequest(task: LinuxTask, host: LinuxHost): number {
  if (task.skips && insideCall(task.stop)) {
    task.stepTrap = true; // its exit is seen in any case
    return PTRACE.SYSCALL;
  }
  if (task.syscallStops && (insideCall(task.stop) || restartsCall(host, task) || atSyscallInstruction(task, host))) {
    task.stepTrap = true;
    return PTRACE.SYSCALL;
  }
  return task.step === Step.BLOCK ? PTRACE.SINGLEBLOCK : PTRACE.SINGLESTEP;
}

function atSyscallInstruction(task: LinuxTask, host: LinuxHost): boolean {
  try {
    const pc = task.registers.get(host.arch.programCounter);
    return host.arch.isSyscallInstruction(task.memory.read(pc, host.arch.syscallInstructionBytes));
  } catch (error) {
    if (error instanceof HostError) return false;
    throw error;
  }
}

/** The last resume of a batch is fused with the wait that follows; those before it are made at once. */
function queueResume(host: LinuxHost, tid: number, request: number, data: number): void {
  const { next } = host;
  flushResume(host);
  next.tid = tid;
  next.request = request;
  next.data = data;
}

/** Makes the resume that was left for the next wait. */
export function flushResume(host: LinuxHost): void {
  const { next } = host;
  if (next.request === 0) return;
  const { tid, request, data } = next;
  next.request = 0;
  const r = host.native.resume(tid, request, data);
  if (r < 0 && r !== -ESRCH) throw errnoError(-r, 'resuming', tid); // ESRCH: killed; its death follows
}

/** Puts the siginfo an engine made in place of the one the kernel has. */
export function setSiginfo(host: LinuxHost, task: LinuxTask, info: Parameters<typeof encodeSiginfo>[0]): void {
  host.native.ptraceData(PTRACE.SETSIGINFO, task.tid, 0, encodeSiginfo(info));
}
