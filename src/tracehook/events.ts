/**
 * The event bits of seed 003 (enum utrace_events), and two that tracehooks of Linux had or gained beside them. An engine's mask is a union of these; a task's mask is the union
 * over its engines, and a host may skip the hooks of events that nobody asked for.
 */

export const Event = {
  /** The task is at a safe point. Comes before every other event but REAP. */
  QUIESCE: 1 << 0,
  /** The dead task was reaped: the last event, no more tracing possible. */
  REAP: 1 << 1,
  /** clone, fork or vfork succeeded; the child has not run yet. */
  CLONE: 1 << 2,
  /** execve succeeded; the new program has not run yet. */
  EXEC: 1 << 3,
  /** The task is exiting; its state is still whole. */
  EXIT: 1 << 4,
  /** The task is dead. */
  DEATH: 1 << 5,
  SYSCALL_ENTRY: 1 << 6,
  SYSCALL_EXIT: 1 << 7,
  /** A signal's handler is about to run. */
  SIGNAL: 1 << 8,
  /** A signal is about to be ignored. */
  SIGNAL_IGN: 1 << 9,
  /** A signal is about to stop the process. */
  SIGNAL_STOP: 1 << 10,
  /** A signal is about to terminate the process. */
  SIGNAL_TERM: 1 << 11,
  /** A signal is about to terminate the process with a core dump. */
  SIGNAL_CORE: 1 << 12,
  /** A job control stop or continue has completed. */
  JCTL: 1 << 13,
  /** A vfork's child has let its parent go on (tracehook_report_vfork_done). */
  VFORK_DONE: 1 << 14,
  /** A seccomp filter of the program's own said RET_TRACE: without a taker the call fails with ENOSYS. */
  SECCOMP: 1 << 15,
} as const;

/** A set of {@link Event} bits. */
export type EventMask = number;

/** All the kinds of signal events; they share one callback. */
export const SIGNAL_EVENTS =
  Event.SIGNAL | Event.SIGNAL_IGN | Event.SIGNAL_STOP | Event.SIGNAL_TERM | Event.SIGNAL_CORE;
export const SYSCALL_EVENTS = Event.SYSCALL_ENTRY | Event.SYSCALL_EXIT;
/** The events that come with death: while one is set in a dying task's mask, its death report is still to come. */
export const DEATH_EVENTS = Event.DEATH | Event.QUIESCE;
export const ALL_EVENTS = (1 << 16) - 1;

/** The names in a mask, as the seed spells them: for `utrace ps`, logs and error messages. */
export function eventNames(mask: EventMask): string[] {
  return Object.entries(Event)
    .filter(([, bit]) => (mask & bit) !== 0)
    .map(([name]) => name);
}
