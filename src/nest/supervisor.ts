/**
 * The Linux host as a process of the simulated kernel: the same `src/linux`, the same core and, if it serves, the same ptrace, over
 * a simulated system-call interface. Its code runs where the run is driven: between the steps of tasks (caller.ts).
 */

import { eventsOf, type Tracer, toOps } from '../engines/tracer.ts';
import { x86_64 } from '../linux/arch/x86-64.ts';
import { attachProcess, LinuxHost, LinuxPtraceKernel, type LinuxTask, Loop, spawnTask } from '../linux/index.ts';
import { useProcFs } from '../linux/procfs.ts';
import { Ptrace, SERVED_CALLS } from '../ptrace/index.ts';
import type { SimKernel, SimTask } from '../sim/index.ts';
import type { SyscallSet } from '../tracehook/syscall-set.ts';
import type { Task } from '../tracehook/task.ts';
import { Attach, attachTask, Engine, setEvents, UtraceCore } from '../utrace/index.ts';
import { Caller, Gone } from './caller.ts';
import { ChildAction } from './child-action.ts';
import { SimEventLoop } from './event-loop.ts';
import { SimNative } from './native.ts';
import { SimProcFs } from './proc.ts';
import { Slice } from './slice.ts';

export interface SupervisorOptions {
  /** Its tracees' ptrace, wait4 and waitid are served. */
  readonly serves?: boolean;
  /** … but a second tracer of a task is refused. */
  readonly exclusively?: boolean;
  /** A slice is over after so many waits. */
  readonly sliceSteps?: number;
}

const SLICE_STEPS = 16;

export class Supervisor {
  readonly task: SimTask;
  readonly caller: Caller;
  readonly eventLoop: SimEventLoop;
  readonly slice: Slice;
  readonly host: LinuxHost;
  readonly core: UtraceCore;
  readonly loop: Loop;
  /** Null: it serves nobody. */
  readonly ptrace: Ptrace | null;
  /** What escaped from its code. */
  failure: unknown = null;
  readonly procfs: SimProcFs;
  private readonly main: (supervisor: Supervisor) => void;

  constructor(
    kernel: SimKernel,
    task: SimTask,
    main: (supervisor: Supervisor) => void,
    options: SupervisorOptions = {},
  ) {
    this.task = task;
    this.main = main;
    this.caller = new Caller(kernel, task);
    const children = new ChildAction(this.caller);
    this.eventLoop = new SimEventLoop(this.caller, children);
    this.slice = new Slice(this.caller, children, options.sliceSteps ?? SLICE_STEPS);
    this.slice.waitAll(true); // ptrace below is served, too: what it spawned dies, for it, as an ordinary child
    this.host = new LinuxHost(new SimNative(this.caller, this.slice), x86_64, this.eventLoop);
    this.core = new UtraceCore(this.host, ({ error }) => {
      throw error;
    });
    this.host.hooks = this.core;
    this.loop = new Loop(this.host);
    this.ptrace = options.serves
      ? new Ptrace(this.core, new LinuxPtraceKernel(this.host), { exclusive: options.exclusively === true })
      : null;
    if (this.ptrace !== null) {
      this.host.ptrace = this.ptrace;
      this.host.servedCalls = SERVED_CALLS;
    }
    this.procfs = new SimProcFs(this.caller);
  }

  /** Runs its code to the end of that, of its task, or of the run. */
  run(crank: () => boolean): void {
    const before = useProcFs(this.procfs);
    this.caller.begin(crank);
    try {
      this.main(this);
      this.eventLoop.run();
      this.caller.call('exit_group', 0);
    } catch (error) {
      if (error instanceof Gone) return;
      this.failure = error;
      this.exit();
    } finally {
      useProcFs(before);
    }
  }

  private exit(): void {
    try {
      this.caller.call('exit_group', 1);
    } catch (error) {
      if (!(error instanceof Gone)) throw error;
    }
  }

  /** Puts a tracer on tasks, and on those to come that it follows. */
  trace(tracer: Tracer): (task: Task) => void {
    const ops = toOps(tracer, { adopt: (child) => adopt(child) });
    const events = eventsOf(tracer);
    const adopt = (task: Task): void => {
      const engine = attachTask(this.core, task, Attach.CREATE, ops, undefined);
      if (engine instanceof Engine) setEvents(task, engine, events);
    };
    if (tracer.follow !== false) this.host.observers.add({ onOrphan: (task) => adopt(task) });
    return adopt;
  }

  attach(pid: number, tracer: Tracer): LinuxTask[] {
    const adopt = this.trace(tracer);
    const tasks = attachProcess(this.host, pid);
    for (const task of tasks) adopt(task);
    return tasks;
  }

  /** A program that the kernel knows by this path. `filter`: calls that stop the task, others run free. */
  spawn(file: string, tracer: Tracer, filter?: SyscallSet): LinuxTask {
    const adopt = this.trace(tracer);
    const all = this.ptrace === null ? filter : SERVED_CALLS.or(filter ?? SERVED_CALLS);
    const task = spawnTask(this.host, {
      file,
      argv: [file],
      env: {},
      stdio: [0, 1, 2],
      ...(all && { filter: all }),
      ...(this.ptrace && { served: true }),
    });
    this.host.observers.add({ onBeforeExec: (which) => which === task && adopt(task) });
    return task;
  }
}
