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
import { UtraceCore } from '../utrace/index.ts';

export interface BoxOptions extends PtraceOptions {
  /** Keeps a log of every state change. */
  readonly logs?: boolean;
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
    this.ptrace = new Ptrace(this.core, new SimPtraceKernel(kernel), options);
    kernel.ptrace = this.ptrace;
    if (options.logs) kernel.log = new Log();
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
