/** What ptrace asks of a kernel, on the simulated one. */

import { ERRNO } from '../abi/errno.ts';
import { PTRACE_O } from '../abi/ptrace.ts';
import type { Siginfo } from '../abi/siginfo.ts';
import { bit, takenUpTo } from '../abi/signal-set.ts';
import { SIG } from '../abi/signals.ts';
import type { Tid } from '../base/brand.ts';
import type { Step } from '../tracehook/hooks.ts';
import type { PtraceKernel } from '../tracehook/ptrace.ts';
import type { Disposition } from '../tracehook/signal.ts';
import { ExitState, type Task } from '../tracehook/task.ts';
import { mayAccess } from './credentials.ts';
import { reapKept } from './exit.ts';
import { jobStopped, tellContinued } from './group-stop.ts';
import { groupStopSignal, Jobctl } from './jobctl.ts';
import type { SimKernel } from './kernel.ts';
import { SA, SignalFlag } from './process.ts';
import { machineRequest, regsetRequest } from './ptrace-machine.ts';
import { beginTrapping } from './request.ts';
import { dropContinues, sendLocked, signalWakeUp } from './send-signal.ts';
import { recallWaiters, ServedSleep } from './served.ts';
import type { Arrival, SimTask } from './task.ts';
import { isText } from './text.ts';

const NO_USAGE = new Uint8Array(144);
const NO_TIME = Object.freeze({ utime: 0, stime: 0 });
const sim = (task: Task): SimTask => task as SimTask;

export class SimPtraceKernel implements PtraceKernel {
  private readonly kernel: SimKernel;
  readonly hasBlockStep: boolean;

  constructor(kernel: SimKernel) {
    this.kernel = kernel;
    this.hasBlockStep = kernel.hasBlockStep;
  }

  findTask(tid: Tid): Task | undefined {
    return this.kernel.findTask(tid);
  }
  holdJobStop(task: Task): boolean {
    return this.kernel.holdJobStop(task);
  }
  wake(task: Task): void {
    this.kernel.wake(task);
  }

  setStep(task: Task, step: Step): void {
    this.kernel.setStep(task, step);
  }
  stepPastCalls(task: Task, on: boolean): void {
    const t = sim(task);
    t.stepsPastCalls = on;
    t.stepLost = false;
  }

  // --- who is who ---

  lookUp(tid: number, viewer: Task): Task | number {
    void viewer;
    const task = this.kernel.lookUp(tid);
    return task === undefined || task.exitState === ExitState.DEAD ? ERRNO.ESRCH : task;
  }
  /** Everything is under trace here. */
  adopt(tid: number, viewer: Task): Task | number {
    return this.lookUp(tid, viewer);
  }
  tidFor(task: Task): number {
    return task.tid;
  }
  tgidFor(task: Task): number {
    return task.tgid;
  }
  pgidOf(task: Task): number {
    return sim(task).process.pgid;
  }
  uidOf(task: Task): number {
    return sim(task).process.credentials.uid;
  }
  pidFrom(id: number): number {
    return id;
  }
  pidOfFd(): number {
    return -ERRNO.EBADF;
  }
  mayTrace(tracer: Task, target: Task): number {
    return mayAccess(sim(tracer).process.credentials, sim(target).process.credentials);
  }
  maySetOptions(tracer: Task, options: number): number {
    if ((options & PTRACE_O.SUSPEND_SECCOMP) === 0) return 0;
    const { process, filters } = sim(tracer);
    return process.credentials.euid === 0 && filters.length === 0 ? 0 : ERRNO.EPERM;
  }
  parentOf(task: Task): Task | null {
    return sim(task).process.parent;
  }
  childrenOf(task: Task): readonly { tid: number; pgid: number; isDead: boolean }[] {
    const children = sim(task).process.threads.flatMap((thread) => thread.children);
    return children.map(({ tid, process, alive }) => ({ tid, pgid: process.pgid, isDead: !alive }));
  }
  processOf(task: Task): object {
    return sim(task).process;
  }
  sameGroup(a: Task, b: Task): boolean {
    return sim(a).process === sim(b).process;
  }
  isLeader(task: Task): boolean {
    return sim(task).isLeader;
  }
  groupExit(task: Task): number | null {
    const { process } = sim(task);
    return process.exits ? process.groupExitCode : null;
  }
  threadsOf(task: Task): readonly Task[] {
    return sim(task).process.threads.filter((thread) => thread.alive);
  }
  siblingOrder(task: Task): number {
    return sim(task).siblingOrder;
  }
  addressSpace(task: Task): object {
    return sim(task).mm;
  }
  times(): { readonly utime: number; readonly stime: number } {
    return NO_TIME;
  }
  rusage(): Uint8Array {
    return NO_USAGE;
  }

  // --- machine state ---

  machine(task: Task, request: number, addr: bigint | Uint8Array, data: bigint | Uint8Array): number {
    return machineRequest(this.kernel, sim(task), request, addr, data);
  }
  /** There are no 32-bit programs here. */
  machine32(): number {
    return -ERRNO.EIO;
  }
  regset(task: Task, request: number, note: number, data: Uint8Array): number {
    return regsetRequest(sim(task), request, note, data);
  }
  /** The call is read from the registers each time. */
  refreshCall(): void {}
  breakpointAddress(task: Task): bigint {
    return BigInt(sim(task).registers.ip - 1);
  }

  programCounter(task: Task): bigint {
    return BigInt(sim(task).registers.ip);
  }
  setProgramCounter(task: Task, address: bigint): void {
    sim(task).registers.ip = Number(address);
  }
  pastBreakpoint(address: bigint): bigint {
    return address + 1n;
  }
  isCode(task: Task, address: bigint): boolean {
    return isText(Number(address)) && sim(task).mm.has(address);
  }

  // --- seccomp, /proc ---

  suspendSeccomp(task: Task, on: boolean): number {
    sim(task).filtersRest = on;
    return 0;
  }
  mayReadFilters(tracer: Task): number {
    return sim(tracer).process.credentials.euid === 0 ? 0 : ERRNO.EACCES;
  }
  ownFilters(): number {
    return 0;
  }
  /** There is no /proc. */
  becameTracer(): void {}

  // --- signals ---

  disposition(task: Task, signo: number): Disposition {
    return sim(task).handlers.disposition(signo);
  }
  blocks(task: Task, signo: number): boolean {
    return (sim(task).blocked & bit(signo)) !== 0n;
  }
  hasPendingUpTo(task: Task, signo: number): boolean {
    const { pending, blocked } = sim(task);
    return (pending.set & ~blocked & takenUpTo(signo)) !== 0n;
  }
  hasPending(task: Task, signo: number): boolean {
    return (this.pendingSignals(task) & bit(signo)) !== 0n;
  }
  pendingSignals(task: Task): bigint {
    const { pending, process } = sim(task);
    return pending.set | process.shared.set;
  }
  dropContinues(task: Task): void {
    dropContinues(sim(task));
  }
  letGo(task: Task): void {
    sim(task).sigpending = true;
  }
  ownPendingSignals(task: Task): bigint {
    return sim(task).pending.set;
  }
  continues(task: Task): number {
    return sim(task).process.continues;
  }
  sendSignal(task: Task, info: Siginfo): void {
    sendLocked(this.kernel, info, sim(task), 'thread', true);
  }
  sendBefore(task: Task, info: Siginfo): void {
    if (!sim(task).pending.replace(info)) this.sendSignal(task, info);
  }
  passSignal(task: Task, info: Siginfo): void {
    sim(task).passed.push(info);
  }
  putBack(task: Task, info: Siginfo): void {
    const t = sim(task);
    sendLocked(this.kernel, info, t, t.taken?.scope ?? 'thread', true);
  }
  kill(task: Task): void {
    const info = { signo: SIG.SIGKILL, errno: 0, code: 0x80, pid: 0, uid: 0 };
    sendLocked(this.kernel, info, sim(task), 'process', true);
  }
  sendChildSignal(tracer: Task, info: () => Siginfo, stop: boolean): void {
    const t = sim(tracer);
    this.kernel.touch(t);
    const { handlers } = t;
    if (handlers.disposition(SIG.SIGCHLD) === 'ignore') return;
    if (stop && (handlers.get(SIG.SIGCHLD).flags & SA.NOCLDSTOP) !== 0) return;
    sendLocked(this.kernel, info(), t, 'process');
  }
  ignoresChildren(tracer: Task): boolean {
    const { handlers } = sim(tracer);
    return handlers.disposition(SIG.SIGCHLD) === 'ignore' || (handlers.get(SIG.SIGCHLD).flags & SA.NOCLDWAIT) !== 0;
  }

  // --- job control ---

  jobStop(task: Task): number {
    const t = sim(task);
    return t.isStopping ? t.jobctl & Jobctl.STOP_SIGMASK : 0;
  }

  groupStop(task: Task): number {
    return groupStopSignal(sim(task));
  }

  joinsStop(task: Task): boolean {
    return (sim(task).jobctl & Jobctl.STOP_PENDING) !== 0;
  }

  leaveJobStop(task: Task): void {
    const t = sim(task);
    if (t.arrival !== null) t.arrival.leaves = true;
    if (!t.isStopped) return; // a SIGCONT was faster
    t.jobctl &= ~Jobctl.STOPPED;
    t.run = jobStopped;
    this.kernel.wakeUp(t, 'its tracer lets it run out of the stop');
  }

  enterTrap(task: Task, arrive: Arrival['arrive']): void {
    const { kernel } = this;
    const t = sim(task);
    const tracer = kernel.current;
    const atOnce = !kernel.splitsRequests || t.jobHeld || t.jobReporting; // an engine keeps it where it is
    if (atOnce || tracer === null) arrive('stopped');
    else beginTrapping(kernel, t, tracer, arrive);
  }

  rejoinGroupStop(task: Task): void {
    const t = sim(task);
    if (t.exiting || t.isStopping || !t.process.inGroupStop) return;
    t.jobctl |= Jobctl.STOP_PENDING;
    if ((t.jobctl & Jobctl.STOP_SIGMASK) === 0) t.jobctl |= SIG.SIGSTOP;
    signalWakeUp(this.kernel, t, false);
  }

  listen(task: Task, again: boolean): boolean {
    const t = sim(task);
    this.kernel.touch(t);
    if (!t.isHeld) return false;
    t.jobctl |= Jobctl.LISTENING;
    if (again) t.jobctl |= Jobctl.TRAP_NOTIFY;
    if ((t.jobctl & (Jobctl.STOP_PENDING | Jobctl.TRAP_NOTIFY)) !== 0)
      this.kernel.wakeUp(t, 'it listens, and there is news');
    return true;
  }

  trapOver(task: Task): void {
    tellContinued(this.kernel, sim(task));
  }

  unlisten(task: Task): void {
    sim(task).jobctl &= ~(Jobctl.LISTENING | Jobctl.TRAP_NOTIFY);
  }

  takeContinued(task: Task, peek: boolean): boolean {
    const { process } = sim(task);
    if ((process.flags & SignalFlag.STOP_CONTINUED) === 0) return false;
    if (!peek) process.flags &= ~SignalFlag.STOP_CONTINUED;
    return true;
  }

  // --- waiting and death ---

  reap(task: Task, told = false): void {
    reapKept(this.kernel, sim(task), told);
  }

  wakeSleeper(task: Task): void {
    const t = sim(task);
    if (t.run instanceof ServedSleep || (t.ready && t.exitState === ExitState.ALIVE)) {
      this.kernel.wakeUp(t, 'its wait may have an answer');
    }
  }

  recallWaiters(task: Task): void {
    recallWaiters(this.kernel, sim(task));
  }
}
