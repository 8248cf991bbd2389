/** dequeue_signal: a signal is taken off the queues, and the timer that sent it goes on. */

import type { Siginfo } from '../abi/siginfo.ts';
import type { SigSet } from '../abi/signal-set.ts';
import type { SimTask } from './task.ts';

/** The thread's own come first. Null: none that is not blocked. */
export function takeSignal({ pending, process }: SimTask, blocked: SigSet): Siginfo | null {
  const info = pending.take(blocked) ?? process.shared.take(blocked);
  return info === null || process.timers === null ? info : process.timers.taken(info);
}
