/** Signals as they cross the seam. */

import type { Siginfo } from '../abi/siginfo.ts';

/** What the program asked to be done with a signal: all of `struct k_sigaction` that can be seen from outside. */
export type Disposition = 'default' | 'ignore' | 'handler';

/** A `k_sigaction`, which engines may change. */
export interface SigAction {
  disposition: Disposition;
}

/** A signal just dequeued for delivery. */
export interface DequeuedSignal {
  readonly info: Siginfo;
  readonly disposition: Disposition;
}

/** What is to happen to a signal, in the seed's terms: by a representative signal whose default action does it. */
export interface SignalDecision {
  /** `handler`: run the program's handler. Otherwise the default action of `signo`. */
  readonly how: 'handler' | 'default';
  /** The signal whose action is taken: the signal itself, or SIGTERM, SIGQUIT, SIGSTOP, SIGTSTP standing for a verdict. */
  readonly signo: number;
  /** What is reported: to the handler, or as the cause of death. */
  readonly info: Siginfo;
  /** Whether an engine changed the siginfo (or made it up). */
  readonly changed: boolean;
}
