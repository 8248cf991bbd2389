/** What the threads of a process share, as far as the Linux host keeps it. */

import type { Siginfo } from '../abi/siginfo.ts';
import type { Tgid } from '../base/brand.ts';
import type { Disposition } from '../tracehook/signal.ts';
import type { QueuedSignal } from './queued-signals.ts';
import type { LinuxTask } from './task.ts';

export interface AddressSpace {
  /** Where a system call instruction is mapped. */
  syscallAt?: bigint;
  /** The processes that trace, or traced, somebody in it: what one of them plants is not for the others to see. */
  readonly tracers: Set<ThreadGroup>;
}

/** The disposition of SIGCHLD. */
export interface ChildSignals {
  readonly disposition: Disposition;
  /** SA_NOCLDSTOP, SA_NOCLDWAIT. */
  readonly noStops: boolean;
  readonly noWait: boolean;
}

/** A file descriptor for the memory of a task: it stays that of the address space it was opened for. */
export interface MemoryFile {
  readonly task: LinuxTask;
  readonly space: AddressSpace;
}

/** What a process that traces others opens in /proc (proc-files.ts). */
export interface ProcFiles {
  /** Whether its opens stop: by the filter of the whole tree; or by one of its own, as soon as that is in. */
  watched: 'no' | 'tree filter' | 'own filter';
  /** Filters that are still to be installed. */
  readonly due: Uint8Array[];
  /** By descriptor. */
  readonly memory: Map<number, MemoryFile>;
  /** Descriptors whose writes stop; −1: all. */
  readonly writes: Set<number>;
  /** Descriptors whose reads stop; −1: all. */
  readonly reads: Set<number>;
}

/** A thread group: what its threads share. */
export class ThreadGroup {
  tgid: Tgid;
  readonly threads = new Set<LinuxTask>();
  /** Threads that have not passed their exit (signal->live). */
  live = 0;
  /** Signal the parent gets at the end. */
  exitSignal = 17;
  /** Whether this very process is our child by birth (spawned), so that waiting for it reaps it. */
  readonly ours: boolean;
  /** The thread that made this process; null: none of ours. */
  parent: LinuxTask | null = null;
  /** The signal of the group stop it is in, or was in last. */
  stopSigno = 0;
  /** Stands for the address space: shared by those who share it, new at each exec. */
  space: AddressSpace = { tracers: new Set() };
  /** Children that are dead and forgotten, and the thread whose they were (parents.ts). */
  readonly dead = new Map<number, LinuxTask>();
  /** What its tracers' filters say (proc-filter.ts). */
  readonly procFiles: ProcFiles = { watched: 'no', due: [], memory: new Map(), writes: new Set(), reads: new Set() };
  /** What the process does about SIGCHLD, as far as it was seen to say; null: not yet asked. */
  childSignals: ChildSignals | null = null;
  /** What the process does about SIGTRAP (trap-action.ts); `changing`: it, or who shares its handlers, may change it at any time. */
  trapAction: 'unknown' | 'default' | 'changing' = 'unknown';
  /** Signals that we queued for the process. */
  readonly queued: QueuedSignal[] = [];
  /** The SIGCONT that ended the current group stop was reported by some thread. */
  continueReported = true;
  /** Its group stop is reported just now, and the kernel has told its parent. */
  toldParent = false;
  /** The SIGCHLD of that SIGCONT, which its parent is to get as a thread goes on (child-signals.ts). */
  owedContinue: Siginfo | null = null;
  /** A SIGCHLD of its tracees waits for one of its threads, all of which were held as it came (child-signals.ts). */
  holdsChildSignals = false;
  /** Its leader was given a signal that another thread came to take, and may not have taken it yet: the others’ calls are seen (maskChanged). */
  leaderOwes = false;
  /** A SIGCONT was sent to it, or to a thread of it, which may wait for that thread still. */
  maybeContinued = false;
  /** Likewise `LinuxTask.unseen`, of the signals that wait for the process, by the thread that they were sent to as such (unseen.ts). */
  readonly unseen = new Map<LinuxTask, bigint>();
  /** All threads joined the group stop, as far as was seen. */
  stopWhole = true;
  /** Who was given a signal that stops them all, and has not been seen to stop yet: others of them may be, or be disturbed in a call. */
  stopper: LinuxTask | null = null;
  /** Who was given a signal that ends them all (complete_signal, do_group_exit), and has not come to its end yet. */
  ending: LinuxTask | null = null;
  /** The wait status with which the whole process ends, once a thread was seen to exit with it. */
  exitStatus: number | null = null;
  /** SIGCONTs that some thread was seen to take. */
  continues = 0;

  constructor(tgid: Tgid, ours: boolean) {
    this.tgid = tgid;
    this.ours = ours;
  }
}
