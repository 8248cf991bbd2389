/**
 * The core's part of a task (struct utrace): its engines, its flags, and the report pass it is in. The lists and flags
 * are the seed's; `pass` takes the place of the kernel stack on which the seed's reporting loops live, so that a pass
 * can wait for an async handler.
 */

import type { Kernel } from '../tracehook/hooks.ts';
import type { SignalDecision } from '../tracehook/signal.ts';
import type { SyscallSet } from '../tracehook/syscall-set.ts';
import type { Task, TraceSlot } from '../tracehook/task.ts';
import { Resume, type ResumeAction } from './actions.ts';
import type { Engine, ExitReport, FaultHandler, SignalReport } from './engine.ts';
import type { Point } from './report.ts';

/** What the core as a whole is given. */
export interface Core {
  readonly kernel: Kernel;
  readonly onFault: FaultHandler;
  /** The newborn in whose parent's clone report we are: only its creator may attach. */
  cloning: Task | null;
}

/** struct utrace_report, and where in the pass we are. One per task, reused: passes of one task never nest. */
export class Pass {
  /** Null: no pass is under way. */
  point: Point | null = null;
  /** Index into `attached` of the engine at hand. */
  index = 0;
  /** Whether the quiesce callback of that engine was made. */
  quiesced = false;
  /** The smallest resume action so far. */
  action: ResumeAction = Resume.RESUME;
  /** The same without the STOPs: what holds if everybody who wanted a stop has changed his mind by the end of the pass. */
  unstopped: ResumeAction = Resume.RESUME;
  /** The disposition bits of the last answer. */
  result = 0;
  /** Some engine detached. */
  detaches = false;
  /** Some engine wanted this event. */
  takers = false;
  /** A stop was broken by SIGKILL. */
  killed = false;
  /** Event bit of this occurrence; 0 for a report without an event. */
  event = 0;
  /** Distinguishes passes, for an async answer that comes too late. */
  serial = 0;

  begin(point: Point, event: number): void {
    this.point = point;
    this.event = event;
    this.index = 0;
    this.quiesced = false;
    this.action = Resume.RESUME;
    this.unstopped = Resume.RESUME;
    this.result = 0;
    this.detaches = false;
    this.takers = false;
    this.killed = false;
    this.serial++;
  }
}

// What a task begins with, shared by all: a large process has thousands. Replaced, never changed.
const NO_EXIT: ExitReport = Object.freeze({ original: 0, code: 0 });
const NO_SIGNAL: SignalReport = Object.freeze<SignalReport>({
  info: null,
  original: null,
  action: { disposition: 'default' },
});

export class Utrace implements TraceSlot {
  readonly core: Core;
  readonly task: Task;
  /** utrace_flags. */
  events = 0;
  syscalls: SyscallSet | null = null;
  /** What the task's own passes walk. Changed only between passes. */
  attached: Engine[] = [];
  /** Newly attached: joins `attached` when the next pass starts. */
  attaching: Engine[] = [];
  /** The engine whose callback is running. */
  reporting: Engine | null = null;
  /** Safely inside utrace_stop, or in a job control stop that the core counts as one. */
  stopped = false;
  report = false;
  interrupt = false;
  signalHandler = false;
  /** In the death report. */
  death = false;
  /** release has been called. */
  reap = false;
  /** An entry report follows one that ended in a stop. */
  resumed = false;

  private ownPass: Pass | null = null;
  /** Where HELD was answered: what `proceed` goes on with. */
  heldAt: Point | null = null;

  // What the report at hand is about; each is valid during its pass.
  aborts = false;
  cloneFlags = 0;
  child: Task | null = null;
  exec: { oldTid: Task['tid']; path: string } | null = null;
  exitReport: ExitReport = NO_EXIT;
  vforkChild: Task['tid'] | null = null;
  seccompData = 0;
  jctlType: 'stopped' | 'continued' = 'stopped';
  jctlNotify: 'stopped' | 'continued' | null = null;
  groupDead = false;
  deathSignal = 0;
  signal: SignalReport = NO_SIGNAL;
  /** The siginfo as dequeued, to tell whether an engine changed it. */
  dequeued: SignalReport['info'] = null;
  decision: SignalDecision | null = null;

  constructor(core: Core, task: Task) {
    this.core = core;
    this.task = task;
  }

  /** Made when the first report comes: most tasks of a large process never have one. */
  get pass(): Pass {
    this.ownPass ??= new Pass();
    return this.ownPass;
  }

  get engines(): number {
    return this.attached.length + this.attaching.length;
  }

  /** Whether a pass is under way: running, or waiting for an async handler. */
  get waiting(): boolean {
    return this.ownPass !== null && this.ownPass.point !== null;
  }
}

/** The core's part of a task. The cast is sound: only `initTask` makes slots. */
export const utraceOf = (task: Task): Utrace => task.trace as Utrace;
