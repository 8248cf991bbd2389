/** One tracer thread on one task (what task->ptrace, ->parent and the jobctl bits are in the kernel). State, and small rules. */

import { PTRACE_O } from '../abi/ptrace.ts';
import type { Siginfo } from '../abi/siginfo.ts';
import { SIG } from '../abi/signals.ts';
import type { Task } from '../tracehook/task.ts';
import type { PtraceStop } from './stop.ts';
import type { Traced } from './traced.ts';

/** A signal that is one tracer's alone. */
export interface Owed extends Siginfo {
  /** What waited for the thread before it: bit n − 1 stands for signal n. */
  readonly behind?: bigint;
}

/** How a tracer let the task go on last. */
export type Mode = 'cont' | 'syscall' | 'step' | 'block' | 'sysemu' | 'sysemu-step';

export class Link {
  readonly traced: Traced;
  readonly tracer: Task;
  /** PT_SEIZED. */
  readonly seized: boolean;
  /** Order of attaching, over all links: for wait(-1). */
  readonly serial: number;
  options: number;
  mode: Mode = 'cont';
  /** The stop it is in: not null: the task does not run. */
  stop: PtraceStop | null = null;
  /** JOBCTL_LISTENING: `stop` is invisible to wait and to requests (R13). */
  listening = false;
  /** JOBCTL_TRAP_STOP: an INTERRUPT to come; any stop satisfies it (R24). */
  trapStop = false;
  /** JOBCTL_TRAP_NOTIFY: the group stop began or ended; only an EVENT_STOP satisfies it (R27). */
  notify = false;
  /** Signal stops that this tracer alone is to see: attaching's SIGSTOP (R16), a child's first (R20), exec's SIGTRAP (R48). */
  readonly owed: Owed[] = [];
  /** Other signals come before what is owed (R16): it is looked at again after each. */
  defers = false;
  /** Its last stop was at the entry of a call. */
  inCall = false;
  /** It was shown a stop while another tracer holds the task in a call: to it that call is over. */
  skipsExit = false;
  /** It traces the task since before its last group stop ended: the end is its affair. */
  inJobStop = false;
  /** It let the task run out of a group stop that lasts (R35). */
  ranOut = false;
  /** JOBCTL_STOP_PENDING: a new group stop began while it was shown the one before. It is next, as the task is let go. */
  stopsAnew = false;
  /**
   * The signals that were pending as it was resumed last, when nobody ran who would have taken them, or as the last tracer of its
   * leader left that: none of them has ended the process as it was sent.
   */
  found = 0n;
  /** It is to be told that the process goes on, just before its next stop: natively the two are one SIGCHLD. */
  owesContinued = false;
  /** … but not before that of the SIGCONT, which came while it was shown a signal: the kernel tells before it looks for signals. */
  continuedLate = false;
  /** … if there was one: its next stop says. */
  maybeLate = false;
  /** How many SIGCONTs there had been as it was shown its last signal. */
  continues = 0;
  /** task->ptrace_message. */
  message = 0n;
  /** What it was resumed with, for the report that shows the stop to take. */
  signo = 0;
  /** The wait status of the dead, until this tracer took it. */
  death: number | null = null;
  /** Detached, or the tracer is gone. */
  over = false;

  constructor(traced: Traced, tracer: Task, seized: boolean, options: number, serial: number) {
    this.traced = traced;
    this.tracer = tracer;
    this.seized = seized;
    this.options = options;
    this.serial = serial;
  }

  has(option: keyof typeof PTRACE_O): boolean {
    return (this.options & PTRACE_O[option]) !== 0;
  }

  /** Whether it wants system call stops. */
  get wantsCalls(): boolean {
    return this.mode === 'syscall' || this.emulates;
  }

  /** It let the task go on to the end of a call, where it stops before it looks for signals. */
  get awaitsExit(): boolean {
    return this.inCall && this.stop === null && this.wantsCalls;
  }

  get emulates(): boolean {
    return this.mode === 'sysemu' || this.mode === 'sysemu-step';
  }

  get steps(): boolean {
    return this.mode === 'step' || this.mode === 'block' || this.mode === 'sysemu-step';
  }

  /** In a stop that requests may work on (R13, R23). */
  get isStopped(): boolean {
    return this.stop !== null && !this.listening;
  }

  /** A trap is owed to this tracer. */
  get owes(): boolean {
    return this.stop === null && (this.trapStop || this.notify || (this.owed.length > 0 && !this.defers));
  }

  /** R33: a SIGCONT flushes the SIGSTOP of an ATTACH, too. That SIGSTOP; undefined: there was none. */
  dropStops(): Owed | undefined {
    const at = this.owed.findIndex(({ signo }) => signo === SIG.SIGSTOP);
    return at < 0 ? undefined : this.owed.splice(at, 1)[0];
  }
}
