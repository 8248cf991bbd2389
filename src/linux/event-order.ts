/**
 * In which order events are handled that were collected together. A wait for anyone tells of the last attached first, whoever was
 * first; what happens to several threads at once, the kernel does to the oldest first: it kills, stops and continues a group along
 * its list of threads, and a parent makes its child before that can do anything. So it is the oldest first here; but before that the
 * one that was just let go, and made its group stop or end, or that called exit_group: it is there at once, and the others have to
 * be woken. Of several deadly signals the lowest is taken first, whoever takes it, and nobody takes another.
 */

import { PTRACE_EVENT } from '../abi/ptrace.ts';
import { bit, byDefault } from '../abi/signal-set.ts';
import { SIGNAL_MAX } from '../abi/signals.ts';
import { stopEvent, stopSignal } from '../abi/wait-status.ts';
import { endsOthers } from './call-of.ts';
import { EventKind, isOfGroup } from './event-buffer.ts';
import type { LinuxHost } from './host.ts';
import type { LinuxTask } from './task.ts';

export class EventOrder {
  private readonly places: Int32Array;
  private readonly ages: Float64Array;
  /** Of each slot. */
  private readonly whose: (LinuxTask | undefined)[];
  /** Counts the arrangements. */
  private serial = 0;
  /** Whose an event is may be another matter when its turn comes: there is an exec among them, or somebody new. */
  private unsure = false;
  private count = 0;

  constructor(capacity: number) {
    this.places = new Int32Array(capacity);
    this.ages = new Float64Array(capacity);
    this.whose = Array.from({ length: capacity });
  }

  /** The slot of the event that is the `k`th. */
  at(k: number): number {
    return this.places[k]!;
  }

  /** Of the first `n` slots of the buffer. The events of one task stay as they came. `cause`: who was just let go; 0: nobody. */
  arrange(host: LinuxHost, n: number, cause: number): void {
    const { places } = this;
    const ages = this.ages;
    const whose = this.whose;
    const serial = ++this.serial;
    this.count = n;
    this.unsure = false;
    for (let i = 0; i < n; i++) {
      const task = host.tasks.get(host.events.tid(i));
      const age = ageOf(host, i, cause, task);
      whose[i] = task;
      if (task === undefined || age < 0) this.unsure = true;
      let k = i;
      for (; k > 0 && age >= 0 && ages[k - 1]! > age; k--) {
        ages[k] = ages[k - 1]!;
        places[k] = places[k - 1]!;
      }
      ages[k] = age;
      places[k] = i;
    }
    for (let k = 0; k < n; k++) {
      const task = whose[places[k]!];
      if (task === undefined) continue;
      task.collectedIn = serial;
      task.collectedAt = k;
    }
  }

  /** Whether there is an event of the task's from the `from`th on. */
  hasMore(host: LinuxHost, task: LinuxTask, from: number): boolean {
    if (this.unsure) return this.next(host, task.tid, from) >= 0;
    return task.collectedIn === this.serial && task.collectedAt >= from;
  }

  /** The slot of the first of them; −1: there is none. */
  next({ events }: LinuxHost, tid: number, from: number): number {
    for (let k = from; k < this.count; k++) if (events.tid(this.at(k)) === tid) return this.at(k);
    return -1;
  }
}

const DEADLY = byDefault('term', 'core');

/** Grows with each birth. Below zero: nothing goes past that event, which is about others as well. */
function ageOf(host: LinuxHost, i: number, cause: number, task: LinuxTask | undefined): number {
  const { events } = host;
  const kind = events.kind(i);
  if (kind === EventKind.DEATH || kind === EventKind.VOID) return -1;
  const status = events.status(i);
  const event = kind === EventKind.EVENT ? stopEvent(status) : 0;
  if (event === PTRACE_EVENT.EXEC) return -1;
  if (events.tid(i) === cause && isOfGroup(kind, status)) return 0;
  if (task === undefined) return Number.MAX_VALUE;
  if (event === PTRACE_EVENT.EXIT && host.ptrace !== null && endsOthers(host, task)) return 0;
  const signo = kind === EventKind.SIGNAL ? stopSignal(status) : 0;
  if ((DEADLY & bit(signo)) !== 0n && task.group.threads.size > 1) {
    const [oldest] = task.group.threads;
    return oldest!.age + signo / (SIGNAL_MAX + 1);
  }
  return task.age;
}
