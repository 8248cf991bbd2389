/**
 * A Host for the core's own tests: a script drives hooks on fake tasks; every callback, every Kernel call and every
 * thing a task does goes to one readable log. It walks the way to user mode as tracehook.h says, parks tasks on HELD,
 * and continues them only in `run()`: a wake is queued, never re-entrant. No clock, no randomness, no thread.
 */

import type { Siginfo } from '../../../src/abi/siginfo.ts';
import { defaultAction, SIG, signalName } from '../../../src/abi/signals.ts';
import { assert } from '../../../src/base/assert.ts';
import { type Tgid, type Tid, tgid, tid } from '../../../src/base/brand.ts';
import { type JobControl, type Kernel, Outcome, Step } from '../../../src/tracehook/hooks.ts';
import type { CurrentSyscall, Memory, Registers, SyscallState } from '../../../src/tracehook/machine.ts';
import type { DequeuedSignal, Disposition, SignalDecision } from '../../../src/tracehook/signal.ts';
import { ExitState, type Task, type TraceSlot } from '../../../src/tracehook/task.ts';
import {
  Attach,
  attachTask,
  DEATH_EVENTS,
  Engine,
  type EngineOps,
  Event,
  type EventMask,
  eventNames,
  Resume,
  resumeOf,
  SignalDisposition,
  SYSCALL_RESUMED,
  SyscallDisposition,
  setEvents,
  signalOf,
  syscallOf,
  UtraceCore,
} from '../../../src/utrace/index.ts';

/** Where a fake task is. */
export type Where = 'user' | 'asleep' | 'on the way' | 'held' | 'job stop' | 'zombie' | 'dead';

const nowhere = (): never => {
  throw new Error('a fake task has no machine state');
};

export class FakeTask implements Task {
  tid: Tid;
  readonly tgid: Tgid;
  exitState: ExitState = ExitState.ALIVE;
  starting = false;
  kernelThread = false;
  trace!: TraceSlot;

  where: Where = 'user';
  /** What follows once the core has answered something else than HELD, and what follows SIGKILL. */
  parked: { readonly next: (outcome: Outcome) => void; readonly onKill: () => void } | null = null;
  /** Sent, not delivered. */
  pending: DequeuedSignal[] = [];
  sigkill = false;
  /** Stopped by job control, whatever the core does with it meanwhile. */
  jobStopped = false;
  /** In a job control stop that the core took over; SIGCONT must wait. */
  jobHeld = false;
  contWaits = false;
  step: Step = Step.NONE;
  switches = 0;
  /** Reports since it was last in user mode: a bound, so that a loop of reports fails instead of hanging. */
  rounds = 0;
  /** What the parent's wait would show. */
  exitCode: number | null = null;
  decisions: SignalDecision[] = [];

  constructor(n: number) {
    this.tid = tid(n);
    this.tgid = tgid(n);
  }

  /** The number of the x86-64 call at hand, for engines that choose their calls. */
  nr = -1;

  get syscall(): SyscallState {
    return { abi: 'x86-64', nr: this.nr } as SyscallState;
  }
  get registers(): Registers {
    return nowhere();
  }
  get memory(): Memory {
    return nowhere();
  }
  currentSyscall(): CurrentSyscall {
    return { state: 'running' };
  }
}

type Kind = 'callback' | 'kernel' | 'task';

const nameOf = (table: Readonly<Record<string, number>>, value: number): string =>
  Object.keys(table).find((key) => table[key] === value) ?? String(value);
export const resumeName = (action: number): string => nameOf(Resume, resumeOf(action));
const eventName = (event: EventMask): string => eventNames(event).join('|') || '0';

export class ScriptedHost implements Kernel {
  hasSingleStep = true;
  hasBlockStep = true;
  readonly core: UtraceCore;
  readonly entries: { readonly kind: Kind; readonly text: string }[] = [];
  readonly faults: { error: unknown; engine: Engine; callback: string }[] = [];
  readonly tasks = new Map<number, FakeTask>();
  private queue: (() => void)[] = [];
  private lastTid = 9;

  constructor() {
    this.core = new UtraceCore(this, ({ error, engine, callback }) => this.faults.push({ error, engine, callback }));
  }

  // --- the log

  note(kind: Kind, text: string): void {
    this.entries.push({ kind, text });
  }

  /** The log since the last `take`, of some kinds or of all. */
  take(...kinds: Kind[]): string[] {
    const taken = this.entries.filter((entry) => kinds.length === 0 || kinds.includes(entry.kind));
    this.entries.length = 0;
    return taken.map((entry) => entry.text);
  }

  // --- tasks and engines

  /** A task in user mode that nobody traces. */
  task(): FakeTask {
    const task = new FakeTask(++this.lastTid);
    task.trace = this.core.initTask(task);
    this.tasks.set(task.tid, task);
    return task;
  }

  /** Attaches an engine whose callbacks log themselves and then answer as `script` says; nothing, if it says nothing. */
  attach(
    task: Task,
    name: string,
    events: EventMask,
    script: Partial<EngineOps> = {},
    without: (keyof EngineOps)[] = [],
  ): Engine {
    const engine = this.tryAttach(task, name, script, without);
    assert(engine instanceof Engine, `attach ${name}: ${String(engine)}`);
    if (events !== 0) setEvents(task, engine, events);
    return engine;
  }

  tryAttach(task: Task, name: string, script: Partial<EngineOps> = {}, without: (keyof EngineOps)[] = []) {
    return attachTask<unknown>(this.core, task, Attach.CREATE, this.ops(name, script, without), name);
  }

  ops(name: string, script: Partial<EngineOps> = {}, without: (keyof EngineOps)[] = []): EngineOps {
    const log = (text: string): void => this.note('callback', `${name} ${text}`);
    const ops: EngineOps = {
      name,
      reportQuiesce: (action, engine, task, event) => {
        log(`quiesce ${eventName(event)} [${resumeName(action)}]`);
        return script.reportQuiesce?.(action, engine, task, event);
      },
      reportSignal: (action, engine, task, signal) => {
        const what = nameOf(SignalDisposition, signalOf(action));
        log(`signal ${what} ${signal.info === null ? '-' : signalName(signal.info.signo)} [${resumeName(action)}]`);
        return script.reportSignal?.(action, engine, task, signal);
      },
      reportClone: (action, engine, task, flags, child) => {
        log(`clone ${child.tid} [${resumeName(action)}]`);
        return script.reportClone?.(action, engine, task, flags, child);
      },
      reportJctl: (action, engine, task, type, notify) => {
        log(`jctl ${type} ${notify} [${resumeName(action)}]`);
        return script.reportJctl?.(action, engine, task, type, notify);
      },
      reportVforkDone: (action, engine, task, child) => {
        log(`vfork done ${child} [${resumeName(action)}]`);
        return script.reportVforkDone?.(action, engine, task, child);
      },
      reportSeccomp: (action, engine, task, data) => {
        log(`seccomp ${data} [${resumeName(action)}]`);
        return script.reportSeccomp?.(action, engine, task, data);
      },
      reportExec: (action, engine, task, exec) => {
        log(`exec ${exec.path} [${resumeName(action)}]`);
        return script.reportExec?.(action, engine, task, exec);
      },
      reportSyscallEntry: (action, engine, task) => {
        const again = (action & SYSCALL_RESUMED) !== 0 ? ' again' : '';
        log(`entry ${nameOf(SyscallDisposition, syscallOf(action))}${again} [${resumeName(action)}]`);
        return script.reportSyscallEntry?.(action, engine, task);
      },
      reportSyscallExit: (action, engine, task) => {
        log(`exit-of-call [${resumeName(action)}]`);
        return script.reportSyscallExit?.(action, engine, task);
      },
      reportExit: (action, engine, task, exit) => {
        log(`exit ${exit.original} ${exit.code} [${resumeName(action)}]`);
        return script.reportExit?.(action, engine, task, exit);
      },
      reportDeath: (engine, task, groupDead, signal) => {
        log(`death ${groupDead} ${signal}`);
        return script.reportDeath?.(engine, task, groupDead, signal);
      },
      reportReap: (engine, task) => {
        log('reap');
        script.reportReap?.(engine, task);
      },
      ...(script.syscalls && { syscalls: script.syscalls }),
      ...(script.unsafeExec && { unsafeExec: script.unsafeExec }),
      ...(script.tracerTask && { tracerTask: script.tracerTask }),
    };
    for (const callback of without) delete ops[callback];
    return ops;
  }

  // --- Kernel

  findTask(n: Tid): Task | undefined {
    const task = this.tasks.get(n);
    return task && task.exitState !== ExitState.DEAD ? task : undefined;
  }

  notifyResume(t: Task): void {
    const task = t as FakeTask;
    this.note('kernel', `notifyResume ${task.tid}`);
    this.queue.push(() => {
      if (task.where === 'user') this.wayOut(task);
    });
  }

  interrupt(t: Task): void {
    const task = t as FakeTask;
    this.note('kernel', `interrupt ${task.tid}`);
    this.queue.push(() => {
      if (task.where === 'asleep') this.note('task', `${task.tid} interrupted`);
      if (task.where === 'user' || task.where === 'asleep') this.wayOut(task);
    });
  }

  wake(t: Task): void {
    const task = t as FakeTask;
    this.note('kernel', `wake ${task.tid}`);
    assert(this.entering !== task, 'no wake from within the hook that would hold the task');
    this.queue.push(() => this.woken(task));
  }

  holdJobStop(t: Task): boolean {
    const task = t as FakeTask;
    if (task.where !== 'job stop') return false;
    this.note('kernel', `holdJobStop ${task.tid}`);
    task.jobHeld = true;
    return true;
  }

  setStep(t: Task, step: Step): void {
    const task = t as FakeTask;
    if (task.step !== step) this.note('kernel', `setStep ${task.tid} ${nameOf(Step, step)}`);
    task.step = step;
  }

  isKilled(task: Task): boolean {
    return (task as FakeTask).sigkill;
  }

  switches(task: Task): number {
    return (task as FakeTask).switches;
  }

  eventsChanged(task: Task): void {
    this.note('kernel', `eventsChanged ${task.tid} ${eventName(task.trace?.events ?? 0)}`);
  }

  dequeueSignal(task: Task): DequeuedSignal | null {
    return (task as FakeTask).pending.shift() ?? null;
  }

  requeueSignal(t: Task, info: Siginfo): void {
    this.note('kernel', `requeue ${t.tid} ${signalName(info.signo)}`);
    (t as FakeTask).pending.unshift({ info, disposition: this.dispositions.get(info.signo) ?? 'default' });
  }

  // --- the script

  /** What the program does with a signal; `default` unless said otherwise. */
  readonly dispositions = new Map<number, Disposition>();

  /** Carries out what is queued: wakes, kicks, interrupted sleeps. */
  run(): void {
    for (let turns = 0; this.queue.length > 0; turns++) {
      assert(turns < 10_000, 'the queue never empties');
      this.queue.shift()!();
    }
  }

  /** `run`, with promises given their turn, until nothing moves. */
  async settle(): Promise<void> {
    this.run();
    for (let i = 0; i < 10; i++) {
      await Promise.resolve();
      await Promise.resolve();
      this.run();
    }
  }

  /** The task makes a system call: entry, the call itself, exit, and the way out. */
  syscall(task: FakeTask, body: 'returns' | 'sleeps' = 'returns'): void {
    task.where = 'on the way';
    const call = (aborts: boolean): void => {
      if (task.sigkill) {
        this.die(task, SIG.SIGKILL);
        return;
      }
      this.note('task', `${task.tid} call ${aborts ? 'aborted' : 'made'}`);
      if (body === 'sleeps' && !aborts && !task.trace.interrupt) {
        task.where = 'asleep';
        return;
      }
      this.syscallExit(task);
    };
    if ((task.trace.events & Event.SYSCALL_ENTRY) === 0) {
      call(false);
      return;
    }
    this.hook(
      task,
      () => this.core.syscallEntry(task),
      () => call(this.core.abortsSyscall(task)),
    );
  }

  /** A sleeping call returns. */
  wakeUp(task: FakeTask): void {
    assert(task.where === 'asleep', 'it sleeps');
    this.syscallExit(task);
  }

  private syscallExit(task: FakeTask): void {
    task.where = 'on the way';
    if ((task.trace.events & Event.SYSCALL_EXIT) === 0) {
      this.wayOut(task);
      return;
    }
    this.hook(
      task,
      () => this.core.syscallExit(task),
      () => this.wayOut(task),
    );
  }

  /** The task clones; returns the child, which starts (from its own way out) when the parent's report is over. */
  clone(task: FakeTask, flags = 0): FakeTask {
    const child = this.task();
    child.starting = true;
    child.where = 'on the way';
    task.where = 'on the way';
    const born = (): void => {
      child.starting = false;
      this.note('task', `${child.tid} starts`);
      this.wayOut(child);
    };
    const next = (): void => {
      born();
      this.wayOut(task);
    };
    if ((task.trace.events & Event.CLONE) === 0) next();
    else
      this.hook(
        task,
        () => this.core.clone(task, flags, child),
        next,
        () => {
          born();
          this.die(task, SIG.SIGKILL);
        },
      );
    return child;
  }

  exec(task: FakeTask, path: string, oldTid: Tid = task.tid): void {
    task.where = 'on the way';
    if ((task.trace.events & Event.EXEC) === 0) {
      this.wayOut(task);
      return;
    }
    this.hook(
      task,
      () => this.core.exec(task, { oldTid, path }),
      () => this.wayOut(task),
    );
  }

  /** A signal arrives; the task takes it at once if it is in user mode. */
  signal(task: FakeTask, signo: number, more: Partial<Siginfo> = {}): void {
    const disposition = this.dispositions.get(signo) ?? 'default';
    task.pending.push({ info: { signo, errno: 0, code: 0, ...more }, disposition });
    if (task.where === 'user') this.wayOut(task);
  }

  /** SIGCONT's effect on the job control stop. */
  cont(task: FakeTask): void {
    if (!task.jobStopped) return;
    if (task.jobHeld || task.parked !== null) {
      task.contWaits = true;
      return;
    }
    task.jobStopped = false;
    task.where = 'on the way';
    this.note('task', `${task.tid} continues`);
    if ((task.trace.events & Event.JCTL) === 0) {
      this.wayOut(task);
      return;
    }
    this.hook(
      task,
      () => this.core.jctl(task, 'continued', 'continued'),
      () => this.wayOut(task),
    );
  }

  /** exit(code): `code` is the wait status. */
  exit(task: FakeTask, code: number): void {
    this.die(task, code);
  }

  /** SIGKILL, at any point, also from within a callback. */
  kill(task: FakeTask): void {
    if (task.sigkill || task.exitState !== ExitState.ALIVE) return;
    task.sigkill = true;
    this.note('task', `${task.tid} SIGKILL`);
    if (task.where === 'on the way' && task.parked === null) return; // running in the kernel: it will see
    if (this.entering === null) this.killed(task);
    else this.queue.push(() => this.killed(task)); // by a callback on another task
  }

  private killed(task: FakeTask): void {
    if (task.exitState !== ExitState.ALIVE || (task.where === 'on the way' && task.parked === null)) return;
    const onKill = task.parked?.onKill ?? (() => this.die(task, SIG.SIGKILL));
    task.parked = null;
    task.jobHeld = false;
    task.where = 'on the way';
    this.core.killed(task);
    onKill();
  }

  /** The parent reaps the zombie. */
  reap(task: FakeTask): void {
    assert(task.exitState === ExitState.ZOMBIE, 'a zombie');
    task.exitState = ExitState.DEAD;
    task.where = 'dead';
    this.note('task', `${task.tid} reaped`);
    this.core.release(task);
  }

  // --- how a task goes

  /** The task whose hook is running. */
  private entering: FakeTask | null = null;

  private hook(
    task: FakeTask,
    call: () => Outcome,
    next: (outcome: Outcome) => void,
    onKill = (): void => this.die(task, SIG.SIGKILL),
  ): void {
    assert(this.entering === null, 'hooks do not nest');
    assert(++task.rounds < 300, 'reports without end');
    task.switches++;
    task.where = 'on the way';
    this.entering = task;
    let outcome: Outcome;
    try {
      outcome = call();
    } finally {
      this.entering = null;
    }
    if (outcome !== Outcome.HELD) {
      next(outcome);
      return;
    }
    assert(!task.sigkill, 'nothing holds a task against SIGKILL');
    task.where = 'held';
    task.parked = { next, onKill };
    this.note('task', `${task.tid} held`);
  }

  private woken(task: FakeTask): void {
    if (task.exitState !== ExitState.ALIVE) return; // a wake from before SIGKILL
    if (task.parked !== null) {
      const { next, onKill } = task.parked;
      task.parked = null;
      this.hook(task, () => this.core.proceed(task), next, onKill);
    } else if (task.jobHeld) {
      task.jobHeld = false;
      assert(this.core.proceed(task) === Outcome.GO, 'nothing to do on waking in a job control stop');
      if (task.contWaits) {
        task.contWaits = false;
        this.cont(task);
      }
    }
  }

  /** tracehook.h: the signal check first, then notify_resume, again until nothing is owed. */
  private wayOut(task: FakeTask): void {
    task.where = 'on the way';
    if (task.sigkill) {
      this.die(task, SIG.SIGKILL);
      return;
    }
    if (task.trace.interrupt || task.pending.length > 0) {
      this.hook(
        task,
        () => this.core.getSignal(task),
        (outcome) => this.signalled(task, outcome),
      );
      return;
    }
    if (task.trace.report) {
      this.hook(
        task,
        () => this.core.resume(task),
        () => this.wayOut(task),
      );
      return;
    }
    task.where = 'user';
    task.rounds = 0;
    task.switches++;
    this.note('task', `${task.tid} user${task.step === Step.NONE ? '' : ` ${nameOf(Step, task.step)}`}`);
  }

  private signalled(task: FakeTask, outcome: Outcome): void {
    if (task.sigkill) {
      this.wayOut(task);
      return;
    }
    // The seed's −1: get_signal_to_deliver comes straight back, so that a REPORT asked for in a stop finds its siginfo.
    if (outcome === Outcome.AGAIN) {
      this.hook(
        task,
        () => this.core.getSignal(task),
        (again) => this.signalled(task, again),
      );
      return;
    }
    if (outcome === Outcome.DELIVER) {
      const decision = this.core.decision(task);
      task.decisions.push(decision);
      this.act(task, decision.how, decision.signo, decision.info);
      return;
    }
    const next = task.pending.shift();
    if (!next) {
      this.wayOut(task);
      return;
    }
    if (next.disposition === 'ignore') {
      this.wayOut(task);
      return;
    }
    this.act(task, next.disposition, next.info.signo, next.info);
  }

  private act(task: FakeTask, how: 'handler' | 'default', signo: number, info: Siginfo): void {
    if (how === 'handler') {
      this.note('task', `${task.tid} handles ${signalName(signo)}`);
      this.core.signalHandler(task, task.step !== Step.NONE);
      this.wayOut(task);
      return;
    }
    const action = defaultAction(signo);
    if (action === 'term') {
      this.die(task, info.signo);
      return;
    }
    if (action === 'core') {
      this.die(task, info.signo | 0x80);
      return;
    }
    if (action === 'stop') {
      this.jobStop(task, signo);
      return;
    }
    this.wayOut(task);
  }

  private jobStop(task: FakeTask, signo: number): void {
    this.note('task', `${task.tid} job stop ${signalName(signo)}`);
    const there = (): void => {
      if (task.sigkill) {
        this.die(task, SIG.SIGKILL);
        return;
      }
      task.where = 'job stop';
      if (!task.contWaits) return;
      task.contWaits = false;
      this.cont(task);
    };
    task.jobStopped = true;
    if ((task.trace.events & Event.JCTL) === 0) {
      there();
      return;
    }
    this.hook(task, () => this.core.jctl(task, 'stopped', 'stopped' satisfies JobControl), there);
  }

  private die(task: FakeTask, code: number): void {
    task.where = 'on the way';
    this.note('task', `${task.tid} exits`);
    if ((task.trace.events & Event.EXIT) === 0) {
      this.dead(task, code);
      return;
    }
    const next = (): void => this.dead(task, this.core.exitCode(task));
    this.hook(
      task,
      () => this.core.exit(task, code),
      next,
      () => this.dead(task, code),
    );
  }

  private dead(task: FakeTask, code: number): void {
    task.exitState = ExitState.ZOMBIE;
    task.where = 'zombie';
    task.exitCode = code;
    this.note('task', `${task.tid} dead ${code}`);
    this.core.death(task, true, SIG.SIGCHLD);
  }
}

/** Whether a death report is owed by this task's mask. */
export const owesDeath = (task: Task): boolean => (task.trace.events & DEATH_EVENTS) !== 0;
