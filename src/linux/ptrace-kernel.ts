/** What ptrace asks of a kernel, on the real one. */

import { ERRNO } from '../abi/errno.ts';
import { PTRACE, PTRACE_O } from '../abi/ptrace.ts';
import type { Siginfo } from '../abi/siginfo.ts';
import { SIG } from '../abi/signals.ts';
import type { Tid } from '../base/brand.ts';
import type { Step } from '../tracehook/hooks.ts';
import type { PtraceKernel } from '../tracehook/ptrace.ts';
import type { Disposition } from '../tracehook/signal.ts';
import { ExitState, type Task } from '../tracehook/task.ts';
import { mayAccess, mayAdminister } from './access.ts';
import { attachThread } from './attach.ts';
import { childSignalsOf, sendChildSignal, tellContinued } from './child-signals.ts';
import { dropContinues } from './continues.ts';
import { type LinuxHost, optionsFor } from './host.ts';
import { queueTruly } from './inject.ts';
import { endListen, listenHeld, notified, rejoinGroupStop } from './job-control.ts';
import { parentOf } from './parents.ts';
import { idFrom, tgidFor, tidFor } from './pid-namespaces.ts';
import * as proc from './proc.ts';
import { filtersOf, noteTracer, watchProcFiles } from './proc-filter.ts';
import { machineRequest, machineRequest32, regsetRequest } from './ptrace-machine.ts';
import { waitsUpTo } from './queued-signals.ts';
import { insideCall } from './resume.ts';
import { recallWaiters } from './served.ts';
import { type LinuxTask, Run, Stop } from './task.ts';
import { beginsWithMask } from './temporary-mask.ts';
import { endsAsSent, isIgnored, noteSeen, noteUnseen } from './unseen.ts';
import { wayOut } from './way-out.ts';
import { reapKept } from './zombies.ts';

const RUSAGE_BYTES = 144;
const statusBytes = new Uint8Array(4);
const linux = (task: Task): LinuxTask => task as LinuxTask;

export class LinuxPtraceKernel implements PtraceKernel {
  private readonly host: LinuxHost;
  readonly hasBlockStep: boolean;

  constructor(host: LinuxHost) {
    this.host = host;
    this.hasBlockStep = host.hasBlockStep;
  }

  findTask(tid: Tid): Task | undefined {
    return this.host.findTask(tid);
  }

  holdJobStop(task: Task): boolean {
    return this.host.holdJobStop(task);
  }

  setStep(task: Task, step: Step): void {
    this.host.setStep(task, step);
  }

  stepPastCalls(task: Task, on: boolean): void {
    const t = linux(task);
    t.stepsPastCalls = on;
    t.stepLost = false;
  }

  wake(task: Task): void {
    this.host.wake(task);
  }

  lookUp(tid: number, viewer: Task): Task | number {
    const id = this.pidFrom(tid, viewer);
    const task = id > 0 ? this.host.tasks.get(id) : undefined;
    return task === undefined || task.exitState === ExitState.DEAD ? ERRNO.ESRCH : task;
  }

  adopt(tid: number, viewer: Task): Task | number {
    const known = this.lookUp(tid, viewer);
    if (typeof known !== 'number') return known;
    const id = this.pidFrom(tid, viewer);
    if (id <= 0 || proc.tgidOf(id) === undefined) return ERRNO.ESRCH;
    if (proc.tgidOf(id) === proc.self()) return ERRNO.EPERM;
    return mayAccess(viewer.tid, id) || attachThread(this.host, id);
  }

  tidFor(task: Task, viewer: Task): number {
    return tidFor(linux(task), linux(viewer));
  }

  tgidFor(task: Task, viewer: Task): number {
    return tgidFor(linux(task), linux(viewer));
  }

  childrenOf(task: Task): readonly { tid: number; pgid: number; isDead: boolean }[] {
    const children = proc.children(task.tid);
    return children.map((tid) => ({ tid, pgid: proc.processGroup(tid), isDead: proc.isDead(tid) }));
  }

  pgidOf(task: Task): number {
    return proc.processGroup(task.tid);
  }

  uidOf(task: Task): number {
    const { run, uid, tid } = linux(task);
    return run === Run.STOPPED && uid >= 0 ? uid : proc.realUid(tid);
  }

  pidFrom(id: number, viewer: Task): number {
    return idFrom(this.host, id, linux(viewer));
  }

  pidOfFd(fd: number, viewer: Task): number {
    return proc.pidOfFd(viewer.tid, fd) ?? -ERRNO.EBADF;
  }

  mayTrace(tracer: Task, target: Task): number {
    return mayAccess(tracer.tid, target.tid);
  }

  maySetOptions(tracer: Task, options: number): number {
    // Whoever has a filter may not; that everybody here has ours does not count.
    return (options & PTRACE_O.SUSPEND_SECCOMP) === 0 || mayAdminister(tracer.tid) ? 0 : ERRNO.EPERM;
  }

  suspendSeccomp(task: Task, on: boolean): number {
    const t = linux(task);
    const options = optionsFor(t.filter !== null) | (on ? PTRACE_O.SUSPEND_SECCOMP : 0);
    return this.host.native.ptrace(PTRACE.SETOPTIONS, t.tid, 0, options);
  }

  mayReadFilters(tracer: Task): number {
    return mayAdminister(tracer.tid) ? 0 : ERRNO.EACCES;
  }

  ownFilters(task: Task): number {
    return filtersOf(linux(task));
  }

  machine(task: Task, request: number, addr: bigint | Uint8Array, data: bigint | Uint8Array): number {
    return machineRequest(this.host, linux(task), request, addr, data);
  }

  machine32(task: Task, request: number, addr: bigint, data: bigint | Uint8Array): number {
    return machineRequest32(this.host, linux(task), request, addr, data);
  }

  regset(task: Task, request: number, note: number, data: Uint8Array): number {
    return regsetRequest(this.host, linux(task), request, note, data);
  }

  refreshCall(task: Task): void {
    const t = linux(task);
    if (!t.touched || t.run !== Run.STOPPED) return;
    t.touched = false;
    t.call.reload();
  }

  disposition(task: Task, signo: number): Disposition {
    return proc.disposition(task.tid, signo);
  }

  blocks(task: Task, signo: number): boolean {
    return proc.blocks(task.tid, signo); // PTRACE_GETSIGMASK tells the mask that sigsuspend will restore
  }

  sendSignal(task: Task, info: Siginfo): void {
    this.host.queued.add(linux(task), info, null);
  }

  sendBefore(task: Task, info: Siginfo): void {
    this.host.queued.addBefore(linux(task), info);
  }

  passSignal(task: Task, info: Siginfo): void {
    // sig_ignored, of who was let go with it. (A SIGCONT does something even so.)
    const t = linux(task);
    const isTraced = this.host.ptrace?.isTraced(t) === true;
    const counts = info.signo === SIG.SIGCONT || isTraced || proc.blocks(t.tid, info.signo);
    if (!counts && isIgnored(t, info.signo)) return;
    // A stop signal that it takes away has made the task look for signals already.
    if (info.signo === SIG.SIGCONT && t.run === Run.STOPPED && insideCall(t.stop) && proc.signalPending(t.tid))
      t.missedStop = true;
    const item = this.host.queued.addUnlessLost(t, info);
    if (item === undefined || isTraced || !endsAsSent(t, info.signo)) return;
    item.ends = true;
    if (t.stop === Stop.ENTRY && beginsWithMask(t)) t.registers.set(this.host.arch.syscallNumber, -1n); // it does not come to block it
  }

  putBack(task: Task, info: Siginfo): void {
    const t = linux(task);
    // A SIGSTOP that waits, which a SIGCONT takes away, would come in the way of the task's own call.
    const fromOutside = info.signo === SIG.SIGCONT && proc.isPending(t.tid, SIG.SIGSTOP);
    if (fromOutside || !queueTruly(this.host, t, info)) this.host.queued.putBack(t, info);
    else if (info.signo === SIG.SIGCONT) {
      const { ranOut } = t;
      t.ranOut = false;
      notified(this.host, t, ranOut); // its trap was in the way of that call
    }
  }

  kill(task: Task): void {
    this.host.native.sendSignal(task.tgid, 0, 9);
  }

  breakpointAddress(task: Task): bigint {
    return task.registers.get(this.host.arch.programCounter) - 1n;
  }

  programCounter(task: Task): bigint {
    return task.registers.get(this.host.arch.programCounter);
  }

  setProgramCounter(task: Task, address: bigint): void {
    task.registers.set(this.host.arch.programCounter, address);
  }

  pastBreakpoint(address: bigint): bigint {
    return address + 1n;
  }

  isCode(task: Task, address: bigint): boolean {
    const permissions = proc.permissionsAt(task.tid, address);
    return permissions.includes('x') && !permissions.includes('w');
  }

  addressSpace(task: Task): object {
    return linux(task).group.space;
  }

  jobStop(task: Task): number {
    const t = linux(task);
    return t.inGroupStop ? t.groupSigno : 0;
  }

  groupStop(task: Task): number {
    return linux(task).ranOut ? linux(task).group.stopSigno : this.jobStop(task);
  }

  joinsStop(task: Task): boolean {
    return linux(task).stopsWithGroup && this.jobStop(task) === 0;
  }

  leaveJobStop(task: Task): void {
    const t = linux(task);
    if (t.run === Run.LISTENING && this.host.retrap(t) === null) return;
    t.goesOn = null;
    t.run = Run.STOPPED;
    t.stop = Stop.TRAP;
    t.ranOut = true;
    wayOut(this.host, t); // what is owed is shown before it runs: no call is made again first
  }

  listen(task: Task, again: boolean): boolean {
    const listens = listenHeld(this.host, linux(task));
    // An INTERRUPT of who listens makes it trap, whether the kernel has news for it or not.
    if (listens && again) this.host.native.ptrace(PTRACE.INTERRUPT, task.tid, 0, 0);
    return listens;
  }

  unlisten(task: Task): void {
    endListen(this.host, linux(task));
  }

  hasPendingUpTo(task: Task, signo: number): boolean {
    return waitsUpTo(linux(task), signo);
  }

  hasPending(task: Task, signo: number): boolean {
    return linux(task).given?.signo === signo || proc.isPending(task.tid, signo);
  }

  pendingSignals(task: Task): bigint {
    return proc.pendingSignals(task.tid);
  }

  dropContinues(task: Task): void {
    dropContinues(this.host, linux(task));
  }

  letGo(task: Task): void {
    const t = linux(task);
    if (t.run !== Run.STOPPED) return;
    if (insideCall(t.stop)) t.trapsNext ||= t.stop !== Stop.ENTRY || !beginsWithMask(t);
    else t.leavesStop = proc.signalPending(t.tid);
  }

  ownPendingSignals(task: Task): bigint {
    return proc.signalState(task.tid).own;
  }

  continues(task: Task): number {
    return linux(task).group.continues;
  }

  toldContinues(task: Task): void {
    if (!linux(task).trapTells) linux(task).toldContinues = linux(task).group.continues;
  }

  siblingOrder(task: Task): number {
    return linux(task).siblingOrder;
  }

  takeContinued(task: Task, peek: boolean): boolean {
    const t = linux(task);
    const r = this.host.native.takeContinued(t.tid, peek ? 1 : 0, statusBytes);
    if (r <= 0) return false;
    const status = new Int32Array(statusBytes.buffer)[0]!;
    if (status === 0xffff) return true;
    if (!peek) this.host.backlog.push({ tid: t.tid, status }); // a stop of its was faster
    return false;
  }

  rejoinGroupStop(task: Task): void {
    rejoinGroupStop(this.host, linux(task));
  }

  trapOver(task: Task): void {
    tellContinued(this.host, linux(task));
  }

  toldParent(task: Task): boolean {
    return linux(task).group.toldParent;
  }

  parentOf(task: Task): Task | null {
    return parentOf(this.host, linux(task).group);
  }

  processOf(task: Task): object {
    return linux(task).group;
  }

  sameGroup(a: Task, b: Task): boolean {
    return linux(a).group === linux(b).group;
  }

  isLeader(task: Task): boolean {
    return linux(task).isLeader;
  }

  groupExit(task: Task): number | null {
    return linux(task).group.exitStatus;
  }

  threadsOf(task: Task): readonly Task[] {
    return [...linux(task).group.threads];
  }

  reap(task: Task): void {
    reapKept(this.host, linux(task));
  }

  times(task: Task): { readonly utime: number; readonly stime: number } {
    const t = linux(task);
    return this.host.accounting ? { utime: t.userTime, stime: t.systemTime } : proc.times(t.tid);
  }

  rusage(task: Task): Uint8Array {
    const bytes = new Uint8Array(RUSAGE_BYTES);
    const view = new DataView(bytes.buffer);
    const { utime, stime } = this.times(task);
    for (const [at, us] of [
      [0, utime],
      [16, stime],
    ] as const) {
      view.setBigInt64(at, BigInt(Math.floor(us / 1e6)), true);
      view.setBigInt64(at + 8, BigInt(Math.floor(us % 1e6)), true);
    }
    return bytes;
  }

  beginsTrace(task: Task): void {
    noteUnseen(this.host, linux(task));
  }

  endsTrace(task: Task): void {
    noteSeen(linux(task));
    linux(task).letGo = true;
  }

  becameTracer(tracer: Task, task?: Task): void {
    watchProcFiles(linux(tracer));
    if (task !== undefined) noteTracer(this.host, linux(tracer), linux(task));
  }

  wakeSleeper(task: Task): void {
    this.host.pokes.add(linux(task));
    this.host.kick();
  }

  recallWaiters(task: Task): void {
    recallWaiters(this.host, linux(task));
  }

  sendChildSignal(tracer: Task, info: () => Siginfo, stop: boolean): void {
    sendChildSignal(this.host, linux(tracer), info, stop);
  }

  ignoresChildren(tracer: Task): boolean {
    const { disposition, noWait } = childSignalsOf(linux(tracer));
    return disposition === 'ignore' || noWait;
  }
}
