/**
 * What a callback answers. A verdict is a small number: the resume action in the low bits and, for signals and system
 * calls, a disposition above it. The types keep the three kinds apart, so that a wrong answer does not compile.
 */

import type { Brand } from '../base/brand.ts';

/**
 * enum utrace_resume_action, in the order of the 2009 revision: the smallest of all engines' choices prevails, and
 * INTERRUPT is a stronger REPORT (docs/deltas.md).
 */
export const Resume = {
  /** Stay stopped after the callbacks, until `control` says otherwise. The only sticky one. */
  STOP: 0,
  /** Make a signal report soon, interrupting a system call. */
  INTERRUPT: 1,
  /** Make some report soon. */
  REPORT: 2,
  /** Run one instruction. */
  SINGLESTEP: 3,
  /** Run to the next branch. */
  BLOCKSTEP: 4,
  /** Run. */
  RESUME: 5,
  /** Detach my engine; otherwise like RESUME. */
  DETACH: 6,
} as const;
export type ResumeAction = (typeof Resume)[keyof typeof Resume];

export const RESUME_MASK = 0x0f;

/** enum utrace_syscall_action. */
export const SyscallDisposition = { RUN: 0x00, ABORT: 0x10 } as const;
export type SyscallDisposition = (typeof SyscallDisposition)[keyof typeof SyscallDisposition];

/** enum utrace_signal_action. */
export const SignalDisposition = {
  /** Deliver according to the sigaction. */
  DELIVER: 0x00,
  IGN: 0x10,
  /** Terminate the process. */
  TERM: 0x20,
  /** Terminate the process with a core dump. */
  CORE: 0x30,
  /** Stop absolutely, as SIGSTOP. */
  STOP: 0x40,
  /** Stop as job control would, as SIGTSTP. */
  TSTP: 0x50,
  /** In a callback's argument: a report before pending signals. */
  REPORT: 0x60,
  /** In a callback's argument: a report after a signal handler was set up. */
  HANDLER: 0x70,
} as const;
export type SignalDisposition = (typeof SignalDisposition)[keyof typeof SignalDisposition];

export const DISPOSITION_MASK = 0xf0;
/** UTRACE_SIGNAL_HOLD: push the signal back on the queue, to be seen again. */
export const SIGNAL_HOLD = 0x100;
/** UTRACE_SYSCALL_RESUMED (2009): this entry report repeats one that ended in a stop. */
export const SYSCALL_RESUMED = 0x100;

/** What a syscall-entry callback answers: made by {@link run} and {@link abort}. */
export type SyscallVerdict = Brand<number, 'SyscallVerdict'>;
/** What a signal callback answers: made by {@link deliver}, {@link ignore}, {@link disposition} and {@link hold}. */
export type SignalVerdict = Brand<number, 'SignalVerdict'>;

/** Makes the system call. */
export const run = (resume: ResumeAction = Resume.RESUME): SyscallVerdict =>
  (SyscallDisposition.RUN | resume) as SyscallVerdict;
/** Does not make the system call; its result is what was set with `task.syscall.setResult`, else −ENOSYS. */
export const abort = (resume: ResumeAction = Resume.RESUME): SyscallVerdict =>
  (SyscallDisposition.ABORT | resume) as SyscallVerdict;

/** Delivers the signal as the sigaction says. */
export const deliver = (resume: ResumeAction = Resume.RESUME): SignalVerdict =>
  (SignalDisposition.DELIVER | resume) as SignalVerdict;
/** Drops the signal. */
export const ignore = (resume: ResumeAction = Resume.RESUME): SignalVerdict =>
  (SignalDisposition.IGN | resume) as SignalVerdict;
/** Any other fate of the signal. */
export const disposition = (
  what: Exclude<SignalDisposition, typeof SignalDisposition.REPORT | typeof SignalDisposition.HANDLER>,
  resume: ResumeAction = Resume.RESUME,
): SignalVerdict => (what | resume) as SignalVerdict;
/** The same verdict, and the signal goes back on the queue to be seen again. */
export const hold = (verdict: SignalVerdict): SignalVerdict => (verdict | SIGNAL_HOLD) as SignalVerdict;

/** The resume action in any verdict or `action` argument. */
export const resumeOf = (action: number): ResumeAction => (action & RESUME_MASK) as ResumeAction;
/** The system call's fate in an `action` argument of a syscall-entry callback. */
export const syscallOf = (action: number): SyscallDisposition => (action & DISPOSITION_MASK) as SyscallDisposition;
/** The signal's fate in an `action` argument of a signal callback. */
export const signalOf = (action: number): SignalDisposition => (action & DISPOSITION_MASK) as SignalDisposition;

/** The answers of `control`, `setEvents`, `barrier` and the examiner: the races have names, they are not exceptions. */
export const Answer = {
  OK: 'ok',
  /** −EINPROGRESS: a callback may be under way, or the task has yet to stop. */
  IN_PROGRESS: 'in progress',
  /** −EALREADY: the death or reap report may already have begun. */
  ALREADY: 'already',
  /** −ESRCH: the engine is detached, or the task dead or reaped. */
  GONE: 'gone',
  /** −EAGAIN: the task is not stopped (a step), or woke up (an examination). */
  NOT_STOPPED: 'not stopped',
  /** −EOPNOTSUPP: this machine cannot do that step. */
  UNSUPPORTED: 'unsupported',
  /** −EINVAL: not a valid action, or this engine does not keep the task stopped. */
  INVALID: 'invalid',
} as const;
export type Answer = (typeof Answer)[keyof typeof Answer];
