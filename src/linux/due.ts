/**
 * Tasks that were interrupted together. Their stops are asked for by tid, in that order: a wait for anyone looks at all
 * tracees each time, which makes the attach to a process of many threads quadratic. Twice: for the stop of the
 * interruption, and for the entry of the call that most then make again.
 */

import type { Native } from './native.ts';

const ROUNDS = 2;

export class Due {
  private tids: Uint8Array = new Uint8Array(0);
  private count = 0;
  private from = 0;
  private rounds = 0;

  /** How many have yet to be asked for in this round. */
  get left(): number {
    return this.count - this.from;
  }

  /** Takes over `count` tids, 32 bits each. Those of an earlier burst are left to the wait for anyone. */
  add(tids: Uint8Array, count: number): void {
    this.tids = tids;
    this.count = count;
    this.from = 0;
    this.rounds = ROUNDS;
  }

  /** Collects from up to `max` of them; one that has not stopped by now is left to the next round, or the wait for anyone. */
  collect(native: Native, max: number): number {
    const count = Math.min(this.left, max);
    const n = native.collectOf(this.tids, this.from, count);
    this.from += count;
    if (this.from === this.count && --this.rounds > 0) this.from = 0;
    return n;
  }
}
