/** Wait statuses (R1): made by wait4, decoded here and nowhere else. */

export const isExited = (status: number): boolean => (status & 0x7f) === 0;
export const exitCode = (status: number): number => (status >> 8) & 0xff;
export const isSignaled = (status: number): boolean => (status & 0x7f) !== 0 && (status & 0x7f) !== 0x7f;
export const termSignal = (status: number): number => status & 0x7f;
export const dumpedCore = (status: number): boolean => (status & 0x80) !== 0;
export const isStopped = (status: number): boolean => (status & 0xff) === 0x7f;
/** The low byte of a stop's code: a signal, with 0x80 for a syscall-stop under TRACESYSGOOD. */
export const stopSignal = (status: number): number => (status >> 8) & 0xff;
/** PTRACE_EVENT_* of a stop, or 0. */
export const stopEvent = (status: number): number => status >> 16;

/** How a process ended, as a parent's wait would say it. */
export type ExitStatus =
  | { readonly code: number; readonly signal: null; readonly core: false }
  | { readonly code: null; readonly signal: number; readonly core: boolean };

/** Decodes the status of a process that is gone. */
export const exitStatus = (status: number): ExitStatus =>
  isExited(status)
    ? { code: exitCode(status), signal: null, core: false }
    : { code: null, signal: termSignal(status), core: dumpedCore(status) };
