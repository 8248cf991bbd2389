/** What the host could not do, as an error that says what to do. Races are not here: they are values. */

import { errnoMessage, errnoName } from '../abi/errno.ts';

export interface HostErrorDetails {
  /** The system call that failed. */
  readonly call?: string;
  /** The task it was about. */
  readonly tid?: number;
  readonly errno?: number;
  /** What the reader can do about it. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** A failure of the host. `code` is stable: an errno's name (EPERM, ESRCH, …) or UTRACE_*. */
export class HostError extends Error {
  override readonly name = 'HostError';
  readonly code: string;
  readonly call: string | undefined;
  readonly tid: number | undefined;
  readonly errno: number | undefined;
  readonly hint: string | undefined;

  constructor(code: string, message: string, details: HostErrorDetails = {}) {
    super(details.hint ? `${message} (${details.hint})` : message, { cause: details.cause });
    this.code = code;
    this.call = details.call;
    this.tid = details.tid;
    this.errno = details.errno;
    this.hint = details.hint;
  }
}

/** An errno (positive) from `call` on task `tid`. */
export function errnoError(errno: number, call: string, tid?: number, hint?: string): HostError {
  const code = errnoName(errno) ?? `E${errno}`;
  const of = tid === undefined ? '' : ` of task ${tid}`;
  return new HostError(code, `${call}${of}: ${errnoMessage(errno) ?? code}`, {
    call,
    errno,
    ...(tid === undefined ? {} : { tid }),
    ...(hint === undefined ? {} : { hint }),
  });
}

/** Returns `result` unless it is a negated errno, which is thrown. */
export function check(result: number, call: string, tid?: number): number {
  if (result < 0) throw errnoError(-result, call, tid);
  return result;
}
