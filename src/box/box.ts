/** The kernel in a box: a simulated kernel, the core on it, and ptrace served, as CONFIG_UTRACE_PTRACE intended. */

import { Ptrace, type PtraceOptions } from '../ptrace/index.ts';
import {
  boot,
  dump,
  type Ending,
  Log,
  type Program,
  type RunOptions,
  run,
  runToBlock,
  type Scheduler,
  SimKernel,
  SimPtraceKernel,
  type SimTask,
} from '../sim/index.ts';
import type { Served } from '../tracehook/ptrace.ts';
import type { Task } from '../tracehook/task.ts';
import { UtraceCore } from '../utrace/index.ts';

const PTRACE_NR = 101;

/** What a tracer's calls depend on is what it traces: the explorer is to know. */
class BoxPtrace extends Ptrace {
  private readonly sim: SimKernel;

  constructor(core: UtraceCore, kernel: SimKernel, options: PtraceOptions) {
    super(core, new SimPtraceKernel(kernel), options);
    this.sim = kernel;
  }

  private touchTraced(tracer: Task): void {
    if (this.sim.footprint === null) return;
    for (const { traced } of this.links.linksOf(tracer)) this.sim.touch(traced.task as SimTask);
  }

  override enter(task: Task): Served {
    if (task.syscall.nr !== PTRACE_NR) this.touchTraced(task); // a request is about the task that it names
    return super.enter(task);
  }

  override stopAtHand(caller: Task): Task | null {
    this.touchTraced(caller);
    return super.stopAtHand(caller);
  }

  override poll(task: Task): Served {
    this.touchTraced(task);
    return super.poll(task);
  }

  override tracerGone(task: Task): void {
    this.touchTraced(task);
    super.tracerGone(task);
  }
}

export interface BoxOptions extends PtraceOptions {
  /** Keeps a log of every state change. */
  readonly logs?: boolean;
  /** Requests of ptrace are made in parts, with windows between them for others (src/sim/request.ts). */
  readonly splitsRequests?: boolean;
}

/** Everything of one simulated machine. */
export class Box {
  readonly kernel = new SimKernel();
  readonly core: UtraceCore;
  readonly ptrace: Ptrace;

  constructor(options: BoxOptions = {}) {
    const { kernel } = this;
    this.core = new UtraceCore(kernel, ({ error }) => {
      throw error;
    });
    kernel.hooks = this.core;
    this.ptrace = new BoxPtrace(this.core, kernel, options);
    kernel.ptrace = this.ptrace;
    if (options.logs) kernel.log = new Log();
    kernel.splitsRequests = options.splitsRequests === true;
  }

  /** Starts a program as a child of init. */
  start(program: Program, name?: string): SimTask {
    return boot(this.kernel, program, name === undefined ? {} : { name });
  }

  boot(program: Program, name?: string): this {
    this.start(program, name);
    return this;
  }

  run(scheduler: Scheduler = runToBlock(), options: RunOptions = {}): Ending {
    return run(this.kernel, scheduler, options);
  }

  /** All tasks, as text. */
  dump(): string {
    return dump(this.kernel);
  }

  /** What the programs printed, all together. */
  get output(): string {
    return this.kernel.output.map(({ text }) => text).join('');
  }
}
