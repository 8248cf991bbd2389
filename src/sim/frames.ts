/** What a program is to the simulated machine: a generator that says which routine to call next, with which registers. */

import type { Siginfo } from '../abi/siginfo.ts';
import type { SigSet } from '../abi/signal-set.ts';
import type { SimTask } from './task.ts';

/** A call of a routine of the text: the registers it is given. The result is what rax holds when it returns. */
export interface UserCall {
  readonly at: number;
  /** rax: the number of a system call. */
  readonly nr: number;
  readonly args: readonly (number | bigint)[];
}

export type UserCode<T> = Generator<UserCall, T, number>;
/** What runs on a frame. It ends with an exit code (a thread, a program), or with nothing (a handler). */
export type Code = UserCode<number | void>;
/** Makes the code of a frame for the task that begins to run it. */
export type Start = (task: SimTask) => Code;
/** The same for a handler. */
export type HandlerStart = (task: SimTask, signo: number, info: Siginfo) => Code;

export interface Frame {
  /** Null: not begun. */
  code: Code | null;
  readonly start: Start;
  /** A hash of all that the code was told: its state is a function of that. */
  history: number;
  /** A handler: what rt_sigreturn restores. */
  readonly context: { readonly words: BigUint64Array<ArrayBuffer>; readonly mask: SigSet } | null;
  /** How the code ends when it returns: exit_group, exit or rt_sigreturn. */
  readonly end: 'process' | 'thread' | 'handler';
}
