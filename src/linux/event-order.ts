/**
 * In which order events are handled that were collected together. A wait for anyone tells of the last attached first, whoever was
 * first; what happens to several threads at once, the kernel does to the oldest first: it kills, stops and continues a group along
 * its list of threads, and a parent makes its child before that can do anything. So it is the oldest first here; but before that the
 * one that was just let go, and made its group stop or end: it is there at once, and the others have to be woken.
 */

import { PTRACE_EVENT } from '../abi/ptrace.ts';
import { SIG } from '../abi/signals.ts';
import { stopEvent, stopSignal } from '../abi/wait-status.ts';
import { EventKind } from './event-buffer.ts';
import type { LinuxHost } from './host.ts';

export class EventOrder {
  private readonly places: Int32Array;
  private readonly ages: Float64Array;

  constructor(capacity: number) {
    this.places = new Int32Array(capacity);
    this.ages = new Float64Array(capacity);
  }

  /** The slot of the event that is the `k`th. */
  at(k: number): number {
    return this.places[k]!;
  }

  /** Of the first `n` slots of the buffer. The events of one task stay as they came. `cause`: who was just let go; 0: nobody. */
  arrange(host: LinuxHost, n: number, cause: number): void {
    const { places } = this;
    const ages = this.ages;
    for (let i = 0; i < n; i++) {
      const age = n === 1 ? 0 : ageOf(host, i, cause);
      let k = i;
      for (; k > 0 && age >= 0 && ages[k - 1]! > age; k--) {
        ages[k] = ages[k - 1]!;
        places[k] = places[k - 1]!;
      }
      ages[k] = age;
      places[k] = i;
    }
  }
}

/** Grows with each birth. Below zero: nothing goes past that event, which is about others as well. */
function ageOf({ events, tasks }: LinuxHost, i: number, cause: number): number {
  const kind = events.kind(i);
  if (kind === EventKind.DEATH || kind === EventKind.VOID) return -1;
  const code = kind === EventKind.EVENT ? stopEvent(events.status(i)) : 0;
  if (code === PTRACE_EVENT.EXEC) return -1;
  const stopsGroup = kind === EventKind.STOP && stopSignal(events.status(i)) !== SIG.SIGTRAP;
  if (events.tid(i) === cause && (stopsGroup || code === PTRACE_EVENT.EXIT)) return 0;
  return tasks.get(events.tid(i))?.age ?? Number.MAX_VALUE;
}
