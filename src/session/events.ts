/** `session.events()`: what happens, as objects in a bounded queue. */

import { errnoName } from '../abi/errno.ts';
import type { Siginfo } from '../abi/siginfo.ts';
import { signalName } from '../abi/signals.ts';
import { syscallInfo } from '../abi/syscalls.ts';
import { type ExitStatus, exitStatus } from '../abi/wait-status.ts';
import { BoundedQueue } from '../base/queue.ts';
import type { CallChoice } from '../engines/calls.ts';
import type { Tracer } from '../engines/tracer.ts';
import type { SyscallSet } from '../tracehook/syscall-set.ts';
import type { Task } from '../tracehook/task.ts';
import type { Attachment } from './session.ts';

interface Common {
  readonly tid: number;
  readonly pid: number;
}

/** One thing that happened. Addresses and arguments are bigint, unsigned; results signed. */
export type TraceEvent = Common &
  (
    | {
        readonly type: 'syscall';
        readonly name: string;
        readonly nr: number;
        readonly args: readonly bigint[];
        readonly result: bigint;
        /** The errno's name when the call failed. */
        readonly error: string | null;
      }
    | { readonly type: 'signal'; readonly signal: string; readonly info: Siginfo }
    | { readonly type: 'clone'; readonly child: number; readonly flags: number }
    | { readonly type: 'exec'; readonly path: string; readonly oldTid: number }
    | { readonly type: 'exit'; readonly status: ExitStatus }
    | { readonly type: 'jobControl'; readonly state: 'stopped' | 'continued' }
  );

export interface EventsOptions {
  /** Only these system calls. Absent: all. Empty: none. */
  readonly calls?: Iterable<CallChoice> | SyscallSet;
  /** Events the queue holds; default 4096. */
  readonly buffer?: number;
  /** When it is full: hold the tasks until half is read (default), or drop events and count them. */
  readonly overflow?: 'hold' | 'drop';
}

const ARGS = [0, 1, 2, 3, 4, 5];

export class TraceEvents implements AsyncIterableIterator<TraceEvent> {
  private readonly queue: BoundedQueue<TraceEvent>;
  private readonly attachment: Attachment;
  private readonly drop: boolean;
  /** Events dropped so far (`overflow: 'drop'`). */
  dropped = 0;

  constructor(options: EventsOptions, use: (tracer: Tracer) => Attachment) {
    this.queue = new BoundedQueue(options.buffer ?? 4096);
    this.drop = options.overflow === 'drop';
    this.attachment = use(this.tracer(options));
  }

  private tracer(options: EventsOptions): Tracer {
    const common = (task: Task): Common => ({ tid: task.tid, pid: task.tgid });
    return {
      name: 'events',
      ...(options.calls === undefined ? {} : { calls: options.calls }),
      syscallExit: (task) => {
        const { syscall } = task;
        const info = syscallInfo(syscall.abi, syscall.nr);
        return this.emit({
          type: 'syscall',
          ...common(task),
          name: info?.name ?? `syscall_${syscall.nr}`,
          nr: syscall.nr,
          args: ARGS.slice(0, info?.argCount ?? 6).map((index) => syscall.arg(index)),
          result: syscall.result64,
          error: syscall.failed ? (errnoName(-syscall.result) ?? `E${-syscall.result}`) : null,
        });
      },
      signal: (task, { info }) =>
        info === null
          ? undefined
          : this.emit({ type: 'signal', ...common(task), signal: signalName(info.signo) ?? `SIG${info.signo}`, info }),
      clone: (task, child, flags) => this.emit({ type: 'clone', ...common(task), child: child.tid, flags }),
      exec: (task, { path, oldTid }) => this.emit({ type: 'exec', ...common(task), path, oldTid }),
      exit: (task, { code }) => this.emit({ type: 'exit', ...common(task), status: exitStatus(code) }),
      jobControl: (task, state) => this.emit({ type: 'jobControl', ...common(task), state }),
    };
  }

  private emit(event: TraceEvent): undefined | Promise<undefined> {
    if (this.queue.push(event)) return undefined;
    if (this.drop) {
      this.dropped++;
      return undefined;
    }
    return this.emitLater(event);
  }

  private async emitLater(event: TraceEvent): Promise<undefined> {
    do await this.queue.room();
    while (!this.queue.push(event));
    return undefined;
  }

  next(): Promise<IteratorResult<TraceEvent, undefined>> {
    return this.queue.next();
  }

  /** Leaving the loop early: the engine is detached, tasks run on. */
  async return(): Promise<IteratorResult<TraceEvent, undefined>> {
    this.queue.end(true);
    await this.attachment.detach();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The session's: nothing more will come. */
  finish(): void {
    this.queue.end();
  }
}
