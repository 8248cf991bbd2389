/** struct signal_struct and sighand_struct: what the threads of a process share. Data, and the rules that keep it whole. */

import type { SigSet } from '../abi/signal-set.ts';
import { SIGNAL_MAX } from '../abi/signals.ts';
import type { Tgid } from '../base/brand.ts';
import type { Disposition } from '../tracehook/signal.ts';
import type { Credentials } from './credentials.ts';
import type { FileTable } from './files.ts';
import { SignalQueue } from './signal-queue.ts';
import type { SimTask } from './task.ts';
import type { Terminal } from './terminal.ts';
import type { Timers } from './timers.ts';

/** signal->flags. */
export const SignalFlag = {
  STOP_STOPPED: 1,
  STOP_CONTINUED: 2,
  GROUP_EXIT: 4,
  /** The first thread out of the stop tells the parent so. */
  CLD_STOPPED: 16,
  CLD_CONTINUED: 32,
  /** init. */
  UNKILLABLE: 64,
} as const;
export const CLD_MASK = SignalFlag.CLD_STOPPED | SignalFlag.CLD_CONTINUED;
const STOP_MASK = CLD_MASK | SignalFlag.STOP_STOPPED | SignalFlag.STOP_CONTINUED;

export const SA = {
  NOCLDSTOP: 1,
  NOCLDWAIT: 2,
  SIGINFO: 4,
  RESTORER: 0x04000000,
  RESTART: 0x10000000,
  NODEFER: 0x40000000,
  RESETHAND: 0x80000000,
} as const;

export const SIG_DFL = 0n;
export const SIG_IGN = 1n;

/** struct k_sigaction. */
export interface Action {
  readonly handler: bigint;
  readonly flags: number;
  readonly mask: SigSet;
  readonly restorer: bigint;
}
const DEFAULT: Action = Object.freeze({ handler: SIG_DFL, flags: 0, mask: 0n, restorer: 0n });

/** sighand_struct: shared with CLONE_SIGHAND. */
export class SignalHandlers {
  private readonly actions: Action[];

  constructor(from?: SignalHandlers) {
    this.actions = from === undefined ? new Array<Action>(SIGNAL_MAX + 1).fill(DEFAULT) : from.actions.slice();
  }

  get(signo: number): Action {
    return this.actions[signo] ?? DEFAULT;
  }
  set(signo: number, action: Action): void {
    this.actions[signo] = action;
  }
  disposition(signo: number): Disposition {
    const { handler } = this.get(signo);
    return handler === SIG_DFL ? 'default' : handler === SIG_IGN ? 'ignore' : 'handler';
  }
  /** flush_signal_handlers, at exec: handlers are gone, what is ignored stays so. */
  reset(): void {
    this.actions.forEach((action, signo) => {
      if (action.handler !== SIG_IGN) this.actions[signo] = DEFAULT;
    });
  }
}

export class Process {
  readonly tgid: Tgid;
  leader!: SimTask;
  /** In the order in which they came, the dead that are not reaped included. */
  readonly threads: SimTask[] = [];
  /** Who took a signal of the process's last, for who was asked first did not want it: from there it is looked on (curr_target). */
  target: SimTask | null = null;
  flags = 0;
  groupStopCount = 0;
  /** SIGCONTs that were generated. */
  continues = 0;
  groupExitCode = 0;
  /** signal->group_exec_task: the thread that waits for all others to go. */
  execTask: SimTask | null = null;
  /** Who began the end of the group. */
  exitBy: SimTask | null = null;
  /** No thread was left that had not exited. */
  groupDead = false;
  /** Threads that have not passed their exit (signal->live). */
  live = 0;
  /** Threads that have not begun to exit (signal->quick_threads). */
  quick = 0;
  readonly shared = new SignalQueue();
  /** real_parent: the thread that made it, or who took it in. */
  parent: SimTask | null = null;
  /** What the parent is sent at the end; 0: nothing. */
  exitSignal = 0;
  /** parent_exec_id: which program of its parent's it was made by. Any other is sent SIGCHLD. */
  parentExecId = 0;
  pgid: number;
  sid: number;
  /** The controlling terminal of its session (signal->tty). */
  terminal: Terminal | null = null;
  /** Null: it never had any. */
  timers: Timers | null = null;
  /** PR_SET_CHILD_SUBREAPER. */
  subreaper = false;
  /** Takes in orphans for whom there is nobody else. */
  isInit = false;
  /** wait_chldexit: threads that sleep in a wait of the kernel's own. */
  readonly waiters = new Set<SimTask>();
  credentials: Credentials;
  files: FileTable;
  /** RLIMIT_CORE is not zero. */
  coreLimit = 0;
  /** Has called execve: setpgid by the parent comes too late. */
  execed = false;
  name: string;

  constructor(
    tgid: Tgid,
    from: { pgid: number; sid: number; credentials: Credentials; files: FileTable; name: string },
  ) {
    this.tgid = tgid;
    this.pgid = from.pgid;
    this.sid = from.sid;
    this.credentials = from.credentials;
    this.files = from.files;
    this.name = from.name;
  }

  /** Part of __exit_signal: a thread is no more. */
  drop(thread: SimTask): void {
    const { threads } = this;
    const at = threads.indexOf(thread);
    threads.splice(at, 1);
    if (this.target === thread) this.target = threads[at] ?? threads[0] ?? null;
  }

  /** signal_set_stop_flags. */
  setStopFlags(flags: number): void {
    if ((this.flags & SignalFlag.GROUP_EXIT) !== 0) return;
    this.flags = (this.flags & ~STOP_MASK) | flags;
  }

  get exits(): boolean {
    return (this.flags & SignalFlag.GROUP_EXIT) !== 0;
  }

  /** A group stop is under way, or lasts. */
  get inGroupStop(): boolean {
    return this.groupStopCount > 0 || (this.flags & SignalFlag.STOP_STOPPED) !== 0;
  }

  /** thread_group_empty. */
  get single(): boolean {
    return this.threads.length <= 1;
  }
}
