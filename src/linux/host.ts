/**
 * The Linux host: the tasks that are traced, and the Kernel the core asks things of. How a stop is handled is
 * stops.ts, how a task goes on is resume.ts, when we wait is loop.ts.
 */

import { PTRACE, PTRACE_EVENT, PTRACE_O } from '../abi/ptrace.ts';
import type { Siginfo } from '../abi/siginfo.ts';
import { SIG } from '../abi/signals.ts';
import { stopEvent, stopSignal } from '../abi/wait-status.ts';
import type { Tid } from '../base/brand.ts';
import { type Kernel, Outcome, type Step, type TraceHooks } from '../tracehook/hooks.ts';
import type { PtraceHooks } from '../tracehook/ptrace.ts';
import type { DequeuedSignal } from '../tracehook/signal.ts';
import { SyscallSet } from '../tracehook/syscall-set.ts';
import { ExitState, type Task } from '../tracehook/task.ts';
import { type Arch, currentArch } from './arch/index.ts';
import { deliverSoon } from './child-signals.ts';
import { letGoOn, pollYielding } from './continues.ts';
import { detachTask } from './detach.ts';
import { Due } from './due.ts';
import { EventBuffer, EventKind } from './event-buffer.ts';
import { type EventLoop, NODE_EVENT_LOOP } from './event-loop.ts';
import { EventOrder } from './event-order.ts';
import type { ServedTree } from './filter.ts';
import { pollBehind } from './first-stop.ts';
import { Holds } from './holds.ts';
import { interruptTask, reportSoon, traceSoon } from './interrupt.ts';
import { InterruptedCall } from './machine-state.ts';
import type { Native } from './native.ts';
import { openNative } from './native-log.ts';
import { parentOf } from './parents.ts';
import * as proc from './proc.ts';
import { QueuedSignals } from './queued-signals.ts';
import { Released } from './released.ts';
import { resumeTask, selectSyscallStops } from './resume.ts';
import { pokeServed, sleepNow } from './served.ts';
import { dispatch, dispatchStatus, unlessKilled } from './stops.ts';
import { LinuxTask, Run, Stop, type TaskCounts } from './task.ts';
import type { ThreadGroup } from './thread-group.ts';

const NONE_AHEAD = Number.MAX_SAFE_INTEGER;

/** si_code of PTRACE_EVENT_EXIT (R4). */
const EXIT_STOP = SIG.SIGTRAP | (PTRACE_EVENT.EXIT << 8);

const BASE_OPTIONS =
  PTRACE_O.TRACESYSGOOD |
  PTRACE_O.TRACEFORK |
  PTRACE_O.TRACEVFORK |
  PTRACE_O.TRACECLONE |
  PTRACE_O.TRACEEXEC |
  PTRACE_O.TRACEVFORKDONE |
  PTRACE_O.TRACEEXIT;

/** The options of a task: TRACESECCOMP only where a filter of ours is, else a guest's own RET_TRACE would not be ENOSYS. */
export const optionsFor = (filtered: boolean): number =>
  filtered ? BASE_OPTIONS | PTRACE_O.TRACESECCOMP | PTRACE_O.EXITKILL : BASE_OPTIONS;

/** What the layer above learns besides its engines' callbacks. */
export interface HostObserver {
  /** A task appeared: spawned, attached or cloned (then before its parent's clone callbacks). */
  onTask?(task: LinuxTask): void;
  /** A task is gone: dead and reaped (status: its wait status), or let go by `detach` (null). */
  onGone?(task: LinuxTask, status: number | null): void;
  /** A task whose parent was killed before the event of its birth was read: nobody reports it. */
  onOrphan?(task: LinuxTask, parent: LinuxTask): void;
  /** The exec of a spawned task: 0 done, else the step and errno that failed. */
  onSpawned?(task: LinuxTask, failure: { readonly errno: number; readonly step: number } | null): void;
  /** A spawned task stands before its exec: attach engines now. */
  onBeforeExec?(task: LinuxTask): void;
  /** A process is in a job control stop as a whole, or has left it. */
  onJobControl?(group: ThreadGroup, type: 'stopped' | 'continued'): void;
}

export class LinuxHost implements Kernel {
  readonly native: Native;
  readonly arch: Arch;
  readonly eventLoop: EventLoop;
  readonly events = new EventBuffer(64);
  readonly tasks = new Map<number, LinuxTask>();
  readonly counts: TaskCounts = { running: 0 };
  /** Stops and deaths of tasks whose parent's event has not come yet. */
  readonly unborn = new Map<number, number>();
  /** Statuses collected outside the loop, to be handled in it. */
  readonly backlog: { tid: number; status: number }[] = [];
  /** Held tasks that are to go on. */
  readonly wakes: LinuxTask[] = [];
  /** Tasks that sleep in a system call and are to be stopped when they come out of it; how often they had run by then. */
  readonly sleepers = new Map<LinuxTask, number>();
  /** Tasks that run free and whose calls somebody wants now. */
  readonly toTrace: LinuxTask[] = [];
  /** Tasks that were interrupted together, and will stop about now. */
  readonly due = new Due();
  /** Callers of served calls that wait for their answer at their stop. */
  readonly parked = new Set<LinuxTask>();
  /** Who lets its tracee go, and lingers in that call. */
  lingering: LinuxTask | null = null;
  /** Those for whom there may be an answer now. */
  readonly pokes = new Set<LinuxTask>();
  /** Those for whom it is not known yet whether they are to get a SIGCHLD. */
  readonly doubtful = new Set<LinuxTask>();
  /** Those that leave a SIGCONT to their leader. */
  readonly yielding = new Set<LinuxTask>();
  /** Those that wait for another thread to stop or end their process (first-stop.ts). */
  readonly behind = new Set<LinuxTask>();
  /** Those that are to get a SIGCHLD. */
  readonly signalled = new Set<LinuxTask>();
  /** Tasks whose zombie is, or is to be, kept; and tracers that die: they let go before they are reaped. */
  readonly keepers = new Set<LinuxTask>();
  /** Tasks past their exit event while zombies are kept. */
  readonly dying = new Set<LinuxTask>();
  /** Who serves ptrace, wait4 and waitid; null: nobody. */
  ptrace: PtraceHooks | null = null;
  servedCalls: SyscallSet = SyscallSet.NONE;
  servedTree: ServedTree = { opens: false };
  /** From which place in the order on the events that were collected are not handled yet. */
  private ahead = NONE_AHEAD;
  private readonly order = new EventOrder(this.events.capacity);
  /** The resume that the next `step` will make. */
  readonly next = { tid: 0, request: 0, data: 0 };
  readonly observers = new Set<HostObserver>();
  /** For a look at the call that a task was interrupted in. */
  readonly interrupted: InterruptedCall;
  readonly holds = new Holds(this);
  readonly queued: QueuedSignals;
  /** Processes of ours that are no longer traced. */
  readonly released: Released;
  hooks!: TraceHooks;
  /** Called when there may be something to do: the loop's. */
  kick: () => void = () => {};
  private readonly statusBytes = new Uint8Array(4);
  private readonly siginfoBytes = new Uint8Array(128);
  private readonly siginfoWords = new Int32Array(this.siginfoBytes.buffer);

  readonly hasSingleStep: boolean;
  readonly hasBlockStep: boolean;

  constructor(native: Native = openNative(), arch: Arch = currentArch(), eventLoop: EventLoop = NODE_EVENT_LOOP) {
    this.native = native;
    this.queued = new QueuedSignals(native);
    this.arch = arch;
    this.eventLoop = eventLoop;
    this.interrupted = new InterruptedCall(native, arch);
    this.released = new Released(native, eventLoop);
    this.hasSingleStep = arch.hasSingleStep;
    this.hasBlockStep = arch.hasBlockStep;
    native.setEvents(this.events.bytes);
  }

  newTask(tid: number, group: ThreadGroup): LinuxTask {
    const task = new LinuxTask(tid as Tid, group, this.native, this.arch, this.counts);
    group.threads.add(task);
    group.live++;
    task.trace = this.hooks.initTask(task);
    this.tasks.set(tid, task);
    for (const observer of this.observers) observer.onTask?.(task);
    return task;
  }

  /** Forgets a task: dead and reaped, or detached. */
  forget(task: LinuxTask, status: number | null): void {
    task.run = Run.GONE;
    task.goesOn = null;
    task.group.threads.delete(task);
    if (this.tasks.get(task.tid) === task) this.tasks.delete(task.tid);
    this.sleepers.delete(task);
    this.parked.delete(task);
    this.pokes.delete(task);
    this.doubtful.delete(task);
    this.holds.forget(task);
    this.yielding.delete(task);
    this.behind.delete(task);
    this.dropKeeper(task);
    if (status === null && task.group.ours && task.group.threads.size === 0) this.released.add(task.group.tgid);
    for (const observer of this.observers) observer.onGone?.(task, status);
  }

  /** The zombie of a task is not, or no longer, kept. */
  dropKeeper(task: LinuxTask): void {
    this.dying.delete(task);
    if (this.keepers.delete(task) && this.keepers.size === 0) this.native.holdDeaths(0);
  }

  /** Whether stops bring the task's system time along (a few hundred ns each). */
  accounting = false;

  /** What a file descriptor of a task refers to; −100 (AT_FDCWD): its working directory. */
  fdPath(tid: number, fd: number): string | undefined {
    return fd === -100 ? proc.cwdPath(tid) : proc.fdPath(tid, fd);
  }

  /** Keeps `Task.systemTime` up to date from now on. */
  keepAccounts(): void {
    this.accounting = true;
    this.native.wantRusage(1);
  }

  // --- Kernel ---

  findTask(tid: Tid): Task | undefined {
    const task = this.tasks.get(tid);
    return task?.exitState === ExitState.DEAD ? undefined : task;
  }

  notifyResume(task: Task): void {
    const t = task as LinuxTask;
    if (t.run === Run.RUNNING) reportSoon(this, t);
  }

  interrupt(task: Task): void {
    const t = task as LinuxTask;
    if (t.served?.phase === 'parked') sleepNow(this, t);
    if (t.run === Run.RUNNING && !t.starting) interruptTask(this, t); // a newborn stops anyway
  }

  wake(task: Task): void {
    const t = task as LinuxTask;
    if (t.waking || t.run === Run.GONE) return;
    t.waking = true;
    this.wakes.push(t);
    this.kick();
  }

  holdJobStop(task: Task): boolean {
    const t = task as LinuxTask;
    if (t.run !== Run.LISTENING) return false;
    const status = this.retrap(t);
    if (status === null) return false;
    t.run = Run.STOPPED;
    t.stop = Stop.GROUP;
    t.goesOn = resumeHeld(this);
    return true;
  }

  /**
   * Brings a LISTENING task back into a trap. Null when it is not in a group stop any more: what came instead is put on
   * the backlog.
   */
  retrap(task: LinuxTask): number | null {
    const { tid } = task;
    const status = this.trapListener(tid);
    if (status === null) return null; // it died, as the loop will learn
    const isGroupStop = stopEvent(status) === PTRACE_EVENT.STOP && stopSignal(status) !== SIG.SIGTRAP;
    if (isGroupStop) return status;
    this.backlog.push({ tid, status });
    this.kick();
    return null;
  }

  setStep(task: Task, step: Step): void {
    (task as LinuxTask).step = step;
  }

  isKilled(task: Task): boolean {
    const t = task as LinuxTask;
    if (t.run === Run.GONE || (t.stop === Stop.DYING && t.killed)) return true;
    if (t.run !== Run.STOPPED) return false;
    // SIGKILL breaks a stop at once (R50), and we learn of it later: ask the kernel which stop it is in. On its way out it
    // may stand at its exit by now (R49).
    if (this.native.ptraceData(PTRACE.GETSIGINFO, t.tid, 0, this.siginfoBytes) < 0) return true;
    return t.stop !== Stop.DYING && this.siginfoWords[2] === EXIT_STOP;
  }

  switches(task: Task): number {
    return (task as LinuxTask).switches;
  }

  eventsChanged(task: Task): void {
    selectSyscallStops(this, task as LinuxTask);
  }

  dequeueSignal(task: Task): DequeuedSignal | null {
    const t = task as LinuxTask;
    const { pending } = t;
    t.pending = null;
    t.shown = pending?.info ?? null;
    return pending;
  }

  requeueSignal(task: Task, info: Siginfo): void {
    this.queued.add(task as LinuxTask, info, null);
  }

  /** Lets a task go for good. */
  releaseTask(task: LinuxTask): void {
    detachTask(this, task);
  }

  // --- the loop's ---

  /** Handles what was collected into slot `i` of the event buffer. */
  handle(i: number): void {
    dispatch(this, i);
  }

  /** Handles the `n` events that were collected into the buffer, after `cause` was let go (0: nobody). */
  handleAll(n: number, cause = 0): void {
    const { order } = this;
    if (n === 1) {
      this.handle(0);
      return;
    }
    order.arrange(this, n, cause);
    try {
      for (let k = 0; k < n; k++) {
        this.ahead = k + 1;
        this.handle(order.at(k));
      }
    } finally {
      this.ahead = NONE_AHEAD;
    }
  }

  /** Whether the task has told more, which is collected and not handled yet: it is not where we take it to be any more. */
  toldMore(task: LinuxTask): boolean {
    return this.order.hasMore(this, task, this.ahead) || this.isInBacklog(task.tid);
  }

  private isInBacklog(tid: number): boolean {
    return this.backlog.length > 0 && this.backlog.some((item) => item.tid === tid);
  }

  /** What a LISTENING task tells next: at once, since it is brought to a trap if it has not told yet. Null: it is gone, or has told. */
  trapListener(tid: number): number | null {
    if (this.isInBacklog(tid)) return null; // it will be handled as what it is
    const told = this.order.next(this, tid, this.ahead);
    if (told >= 0) {
      if (this.events.kind(told) === EventKind.VOID) return null;
      const status = this.events.status(told);
      this.events.drop(told);
      return status;
    }
    if (this.native.ptrace(PTRACE.INTERRUPT, tid, 0, 0) < 0) return null;
    if (this.native.waitTask(tid, this.statusBytes) <= 0) return null;
    return new Int32Array(this.statusBytes.buffer)[0]!;
  }

  /** Whether {@link handleReady} has something to do. */
  get hasReady(): boolean {
    const { wakes, backlog, pokes, signalled, toTrace } = this;
    return wakes.length > 0 || backlog.length > 0 || pokes.size > 0 || signalled.size > 0 || toTrace.length > 0;
  }

  /** Handles what needs no waiting: held tasks that were let go, and the backlog. True if anything was done. */
  handleReady(): boolean {
    let any = false;
    if (this.yielding.size > 0) pollYielding(this);
    if (this.behind.size > 0) pollBehind(this);
    for (let task = this.wakes.shift(); task !== undefined; task = this.wakes.shift()) {
      any = true;
      task.waking = false;
      const { goesOn } = task;
      if (goesOn === null || task.run !== Run.STOPPED) continue;
      const outcome = this.hooks.proceed(task);
      if (outcome === Outcome.HELD) continue;
      task.goesOn = null;
      letGoOn(this, task);
      unlessKilled(this, () => goesOn(task, outcome));
    }
    for (let item = this.backlog.shift(); item !== undefined; item = this.backlog.shift()) {
      any = true;
      const { tid, status } = item;
      unlessKilled(this, () => dispatchStatus(this, tid, status));
    }
    if (this.signalled.size > 0) deliverSoon(this);
    for (const task of this.pokes) {
      any = true;
      this.pokes.delete(task);
      unlessKilled(this, () => pokeServed(this, task));
    }
    if (this.toTrace.length > 0) traceSoon(this, this.toTrace.splice(0));
    return any;
  }

  /** Whether the thread group has a thread that is neither in a group stop nor gone. */
  isGroupStopped(group: ThreadGroup): boolean {
    for (const task of group.threads) {
      if (!task.inGroupStop && !task.ranOut && !task.exited) return false;
    }
    return true;
  }

  observeJobControl(group: ThreadGroup, type: 'stopped' | 'continued'): void {
    const leader = this.tasks.get(group.tgid);
    const parent = this.ptrace === null ? null : parentOf(this, group);
    if (parent !== null && leader !== undefined) this.ptrace?.childChanged(parent, leader, type);
    for (const observer of this.observers) observer.onJobControl?.(group, type);
  }
}

/** What follows a hold: the task goes on from where it was. */
const resumeHeld =
  (host: LinuxHost) =>
  (task: LinuxTask): void =>
    resumeTask(host, task);
