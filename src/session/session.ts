/** A session: processes under trace, and the tracers on them. `spawn` and `attach` make one. */

import { type ExitStatus, exitStatus } from '../abi/wait-status.ts';
import { eventsOf, type Tracer, toOps } from '../engines/tracer.ts';
import { HostError, type HostObserver, type LinuxTask, Run, type ThreadGroup } from '../linux/index.ts';
import type { EventMask } from '../tracehook/events.ts';
import type { Task } from '../tracehook/task.ts';
import {
  Answer,
  Attach,
  attachTask,
  barrier,
  control,
  Engine,
  type Examiner,
  engineStatus,
  type FaultHandler,
  finishExamine,
  prepareExamine,
  Resume,
  type ResumeAction,
  setEvents,
} from '../utrace/index.ts';
import { type EventsOptions, TraceEvents } from './events.ts';
import { getRuntime, type Runtime } from './runtime.ts';

/** One tracer in a session, on all the tasks it follows. */
export class Attachment {
  readonly tracer: Tracer;
  private readonly session: Session;
  private readonly ops;
  private readonly engines = new Map<Task, Engine>();
  private events: EventMask;

  /** Made by {@link Session.use}. */
  constructor(session: Session, tracer: Tracer) {
    this.session = session;
    this.tracer = tracer;
    this.events = eventsOf(tracer);
    this.ops = toOps(tracer, { adopt: (child) => this.adopt(child) });
  }

  /** Attaches to a task, unless it is there already. False: the task is dead. */
  adopt(task: Task): boolean {
    if (this.engines.has(task)) return true;
    const engine = attachTask(this.session.runtime.core, task, Attach.CREATE, this.ops, undefined);
    if (!(engine instanceof Engine)) return false;
    this.engines.set(task, engine);
    setEvents(task, engine, this.events);
    return true;
  }

  /** The engine on one task, for the calls of the core (`control`, `setEvents`, …). */
  engine(task: Task): Engine | undefined {
    return this.engines.get(task);
  }

  /** The tasks this tracer is on. */
  get tasks(): Task[] {
    return [...this.engines.keys()];
  }

  /** Asks a task to stop, go on, step, report: see the core's `control`. */
  control(task: Task, action: ResumeAction): Answer {
    const engine = this.engines.get(task);
    if (engine === undefined) return Answer.GONE;
    const answer = control(task, engine, action);
    if (action === Resume.DETACH && answer !== Answer.ALREADY) this.engines.delete(task);
    return answer;
  }

  /** Changes the events of this tracer on one task. */
  setEvents(task: Task, events: EventMask): Answer {
    const engine = this.engines.get(task);
    return engine === undefined ? Answer.GONE : setEvents(task, engine, events);
  }

  /** Settles when no callback of this tracer is running on the task any more. `ok` or `gone`. */
  barrier(task: Task, options: { readonly signal?: AbortSignal } = {}): Promise<Answer> {
    const engine = this.engines.get(task);
    return engine === undefined ? Promise.resolve(Answer.GONE) : waitBarrier(engine, options.signal);
  }

  /**
   * Examines a task that this tracer keeps stopped: `read` gets it at its safe point. The result is thrown away, and
   * the answer given instead, when the task was not stopped throughout.
   */
  examine<T>(task: Task, read: (task: Task) => T): { readonly value: T } | { readonly answer: Answer } {
    const engine = this.engines.get(task);
    if (engine === undefined) return { answer: Answer.GONE };
    const examiner: Examiner | Answer = prepareExamine(task, engine);
    if (typeof examiner === 'string') return { answer: examiner };
    let value: T;
    try {
      value = read(task);
    } catch (error) {
      const after = finishExamine(task, engine, examiner);
      if (after !== Answer.OK) return { answer: after };
      throw error;
    }
    const answer = finishExamine(task, engine, examiner);
    return answer === Answer.OK ? { value } : { answer };
  }

  /** Detaches from all tasks; settles when no callback is running any more. */
  async detach(): Promise<void> {
    const waits: Promise<Answer>[] = [];
    for (const [task, engine] of [...this.engines]) {
      if (control(task, engine, Resume.DETACH) === Answer.IN_PROGRESS) waits.push(waitBarrier(engine));
    }
    this.engines.clear();
    this.session.dropped(this);
    await Promise.all(waits);
  }

  /** The session's: a task is gone. */
  forget(task: Task): void {
    this.engines.delete(task);
  }
}

function waitBarrier(engine: Engine, signal?: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const look = (): void => resolve(barrier(engine));
    const answer = barrier(engine, look);
    if (answer !== Answer.IN_PROGRESS) resolve(answer);
    else signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

export interface SessionOptions {
  /** Children and new threads belong to the session too: `true` (default), or only threads. */
  readonly follow?: boolean;
  /** Ends the session, as `close` does, when it aborts. */
  readonly signal?: AbortSignal;
}

export class Session implements AsyncDisposable {
  readonly runtime: Runtime;
  /** The process the session began with. */
  readonly pid: number;
  /** How that process ended; rejects never. Null: the session was closed before. */
  readonly exited: Promise<ExitStatus | null>;
  /** Settles when the last process of the session is gone or let go. Rejects with the first error of a tracer. */
  readonly finished: Promise<void>;

  private readonly base: Attachment;
  private readonly attachments = new Set<Attachment>();
  private readonly members = new Set<LinuxTask>();
  private readonly streams = new Set<TraceEvents>();
  private readonly observer: HostObserver;
  private readonly ownsProcess: boolean;
  private resolveExited!: (status: ExitStatus | null) => void;
  private resolveFinished!: () => void;
  private rejectFinished!: (error: unknown) => void;
  private fault: { readonly error: unknown } | null = null;
  private closed = false;
  /** Closing kills: what is born meanwhile is killed too. */
  private killing = false;
  private readonly onFault = (fault: Parameters<FaultHandler>[0]): void => this.faulted(fault);
  /** Listeners for job control of whole processes: the command line's. */
  readonly onJobControl = new Set<(tgid: number, type: 'stopped' | 'continued') => void>();

  /** Use `spawn` or `attach`. `ownsProcess`: closing kills what is left, rather than letting it go. */
  constructor(pid: number, options: SessionOptions, ownsProcess: boolean) {
    this.runtime = getRuntime();
    this.pid = pid;
    this.ownsProcess = ownsProcess;
    this.exited = new Promise((resolve) => {
      this.resolveExited = resolve;
    });
    this.finished = new Promise((resolve, reject) => {
      this.resolveFinished = resolve;
      this.rejectFinished = reject;
    });
    this.finished.catch(() => {}); // may be looked at late, or never
    // Keeps the session's tasks traced, and follows; wants nothing that would stop a call.
    this.base = new Attachment(this, { name: 'session', follow: options.follow === false ? 'threads' : true });
    const adopt = this.base.adopt.bind(this.base);
    this.base.adopt = (task) => this.join(task as LinuxTask, adopt);
    this.observer = {
      onGone: (task, status) => this.gone(task, status),
      onOrphan: (task, parent) => this.orphan(task, parent),
      onJobControl: (group, type) => this.jobControl(group, type),
    };
    this.runtime.host.observers.add(this.observer);
    this.runtime.faults.add(this.onFault);
    options.signal?.addEventListener('abort', () => void this.close(), { once: true });
    if (options.signal?.aborted) queueMicrotask(() => void this.close());
  }

  /** The tasks of the session that are alive. */
  get tasks(): Task[] {
    return [...this.members];
  }

  task(tid: number): Task | undefined {
    return this.tasks.find((task) => (task.tid as number) === tid);
  }

  /** Whether it still takes tracers. */
  get isOpen(): boolean {
    return !this.closed;
  }

  /** The session's: takes a task in. */
  add(task: LinuxTask): void {
    this.base.adopt(task);
  }

  private join(task: LinuxTask, adopt: (task: Task) => boolean): boolean {
    if (this.killing) this.runtime.host.native.sendSignal(task.tgid, 0, 9);
    else if (this.closed) return false;
    if (!adopt(task)) return false;
    this.members.add(task);
    return true;
  }

  /** A newborn whose parent was killed before its clone could be reported: it is followed all the same. */
  private orphan(task: LinuxTask, parent: LinuxTask): void {
    if (!this.members.has(parent)) return;
    for (const attachment of [this.base, ...this.attachments]) {
      if ((attachment.tracer.follow ?? true) === true) attachment.adopt(task);
    }
  }

  /** Puts a tracer on every task of the session, and on those to come that it follows. */
  use(tracer: Tracer): Attachment {
    this.mustBeOpen();
    const attachment = new Attachment(this, tracer);
    this.attachments.add(attachment);
    for (const task of this.members) attachment.adopt(task);
    return attachment;
  }

  /**
   * What happens, as a stream of objects. The queue holds `buffer` events (default 4096). When the reader is slow and it
   * is full, the tasks are held until half of it is read (`overflow: 'hold'`, the default) or events are dropped and
   * counted (`overflow: 'drop'`).
   */
  events(options: EventsOptions = {}): TraceEvents {
    this.mustBeOpen();
    const stream = new TraceEvents(options, (tracer) => this.use(tracer));
    this.streams.add(stream);
    return stream;
  }

  private mustBeOpen(): void {
    if (this.closed) throw new Error('the session is closed: spawn or attach anew');
  }

  /**
   * Lets every task go: it runs on (or stays stopped) as if it had never been traced. Rejects, and changes nothing, for
   * a tree that has a seccomp filter of ours and no other session: without a tracer its calls would fail with ENOSYS.
   */
  async detach(): Promise<void> {
    if ([...this.members].some((task) => task.filter !== null && this.hasAlone(task))) {
      throw new HostError('UTRACE_FILTERED', 'a tree with a seccomp filter of utrace cannot be let go', {
        hint: 'spawn it with { seccomp: false }, wait for it, or close() the session, which kills it',
      });
    }
    await this.end(false);
  }

  /** Whether the session's processes carry a seccomp filter of ours. */
  get filtered(): boolean {
    return [...this.members].some((task) => task.filter !== null);
  }

  /** Nobody else's engine is on the task: another session's, or ptrace's. */
  private hasAlone(task: LinuxTask): boolean {
    const own = [this.base, ...this.attachments].filter((attachment) => attachment.engine(task) !== undefined);
    return task.trace.engines <= own.length;
  }

  /** Ends the session: processes it spawned are killed, those it attached to are let go. */
  close(): Promise<void> {
    return this.end(this.ownsProcess);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  private async end(kill: boolean): Promise<void> {
    if (!this.closed) {
      this.closed = true;
      this.killing = kill;
      const { host } = this.runtime;
      for (const attachment of [...this.attachments]) await attachment.detach();
      if (kill) {
        for (const tgid of new Set([...this.members].map((task) => task.tgid))) host.native.sendSignal(tgid, 0, 9);
      } else {
        for (const task of [...this.members]) {
          this.base.control(task, Resume.DETACH);
          if (task.trace.engines === 0 && task.run !== Run.GONE) host.releaseTask(task);
          else if (engineStatus(task).length > 0) this.gone(task, null); // another session's now
        }
      }
      host.kick();
      if (this.members.size === 0) this.settle();
    }
    await this.finished.catch(() => {});
  }

  /** The attachment's: it has detached from everything. */
  dropped(attachment: Attachment): void {
    this.attachments.delete(attachment);
  }

  private gone(task: LinuxTask, status: number | null): void {
    if (!this.members.delete(task)) return;
    this.base.forget(task);
    for (const attachment of this.attachments) attachment.forget(task);
    if (task.tgid === this.pid && task.group.threads.size === 0) {
      this.resolveExited(status === null ? null : exitStatus(task.changedStatus ?? status));
    }
    if (this.members.size === 0) this.settle();
  }

  private settle(): void {
    const { host } = this.runtime;
    host.observers.delete(this.observer);
    this.runtime.faults.delete(this.onFault);
    for (const stream of this.streams) stream.finish();
    this.resolveExited(null);
    if (this.fault !== null) this.rejectFinished(this.fault.error);
    else this.resolveFinished();
    this.closed = true;
  }

  private faulted(fault: { readonly error: unknown; readonly engine: Engine }): void {
    const mine = [...this.attachments].some((attachment) => attachment.tracer === tracerOf(fault.engine, attachment));
    if (mine || this.fault !== null) this.fault ??= { error: fault.error };
  }

  private jobControl(group: ThreadGroup, type: 'stopped' | 'continued'): void {
    for (const task of group.threads) {
      if (!this.members.has(task)) continue;
      for (const listener of this.onJobControl) listener(group.tgid, type);
      return;
    }
  }
}

/** The tracer behind an engine, when it is this attachment's. */
function tracerOf(engine: Engine, attachment: Attachment): Tracer | undefined {
  return attachment.tasks.some((task) => attachment.engine(task) === engine) ? attachment.tracer : undefined;
}
