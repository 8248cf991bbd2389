/**
 * Tasks that are held on our CPU for the length of a slice: a tracer that is served and its tracee wake each other and us at
 * every stop, which costs several times less on one CPU, and the scheduler would part them again and again. It is done by
 * their affinity, so this file also sees to it that nobody is left with that:
 *
 * - Only tasks that die with us are held (EXITKILL): those of a tree with our filter.
 * - Newborns inherit it from who is held, and get what that one had before anybody lets them run.
 * - Whoever asks for an affinity, or sets one, stops for it (filter.ts), and while that call lasts nobody is held.
 * - What somebody outside has set meanwhile stays.
 */

import type { LinuxHost } from './host.ts';
import { type LinuxTask, Run } from './task.ts';

/** More than any kernel has CPUs for. */
const MASK_BYTES = 1024;
/** SCHED_OTHER, SCHED_BATCH, SCHED_IDLE: those who share a CPU with us. Of others we would get none. */
const FAIR: ReadonlySet<number> = new Set([0, 3, 5]);

export class Holds {
  private readonly host: LinuxHost;
  private readonly held = new Set<LinuxTask>();
  /** Those in a call that asks for an affinity or sets one. */
  private readonly looking = new Set<LinuxTask>();
  /** What we ourselves had; null: nobody is held, and we are where the scheduler puts us. */
  private ours: Uint8Array | null = null;
  /** The CPU where we are, and nothing else. */
  private readonly here = new Uint8Array(MASK_BYTES);
  private readonly read = new Uint8Array(MASK_BYTES);

  constructor(host: LinuxHost) {
    this.host = host;
  }

  /** Holds these, as far as that may be, and us with them, where we are. False: it may not be now. */
  begin(tasks: readonly LinuxTask[]): boolean {
    for (const task of this.looking) if (task.served?.phase !== 'trying') this.looking.delete(task);
    if (this.looking.size > 0 || !this.stay()) return false;
    for (const task of tasks) if (task.filter !== null && task.run !== Run.GONE) this.hold(task);
    if (this.held.size === 0) this.end();
    return this.held.size > 0;
  }

  private stay(): boolean {
    const { native } = this.host;
    const cpu = native.currentCpu();
    const ours = this.affinity(0);
    if (ours === null || cpu < 0) return false;
    this.here.fill(0);
    this.here[cpu >> 3] = 1 << (cpu & 7);
    if (native.setAffinity(0, this.here.subarray(0, ours.length)) < 0) return false;
    this.ours = ours.slice();
    return true;
  }

  private hold(task: LinuxTask): void {
    const { native } = this.host;
    const { tid } = task;
    if (!FAIR.has(native.schedPolicy(tid))) return;
    const before = this.affinity(tid);
    if (before === null || !before.some((byte, i) => (byte & this.here[i]!) !== 0)) return; // not a CPU it may be on
    task.affinity = before.slice();
    if (native.setAffinity(tid, this.here.subarray(0, before.length)) >= 0) this.held.add(task);
  }

  /** Everybody has the affinity again that they had. */
  end(): void {
    if (this.ours === null) return;
    for (const task of this.held) this.release(task);
    this.held.clear();
    this.host.native.setAffinity(0, this.ours);
    this.ours = null;
  }

  private release(task: LinuxTask): void {
    const now = this.affinity(task.tid);
    // Dead; or it has another tid by now, or has got one since the look just before.
    if (now === null) task.lostAffinity = true;
    else if (same(now, this.here)) task.lostAffinity = this.host.native.setAffinity(task.tid, task.affinity!) < 0;
  }

  /** It calls sched_getaffinity or sched_setaffinity, for itself or for another: without us in between. */
  lookedAt(task: LinuxTask): void {
    this.end();
    this.looking.add(task);
    task.served = { nr: task.call.nr, phase: 'trying', done: () => void this.looking.delete(task) };
  }

  /** An exec gave it the tid of its leader. */
  renamed(task: LinuxTask): void {
    if (!task.lostAffinity) return;
    task.lostAffinity = false;
    this.host.native.setAffinity(task.tid, task.affinity!);
  }

  /** It is gone. Its tid need not be: a leader's is the new program's since before that one's exec is told. */
  forget(task: LinuxTask): void {
    if (this.held.has(task)) this.end();
    this.looking.delete(task);
  }

  /** It leaves us. */
  detached(task: LinuxTask): void {
    if (this.held.has(task)) this.end();
  }

  /** Before the child runs: what it inherited may be ours. */
  born(parent: LinuxTask, tid: number): void {
    if (parent.affinity === null) return;
    const inherited = this.affinity(tid)?.slice();
    if (inherited === undefined || !isOne(inherited)) return;
    const own = (this.held.has(parent) ? null : this.affinity(parent.tid)) ?? parent.affinity;
    if (!same(inherited, own)) this.host.native.setAffinity(tid, own);
  }

  /** Valid until the next call. Null: there is no such task. */
  private affinity(tid: number): Uint8Array | null {
    const n = this.host.native.affinity(tid, this.read);
    return n < 0 ? null : this.read.subarray(0, n);
  }
}

/** As far as the first goes. */
const same = (a: Uint8Array, b: Uint8Array): boolean => a.every((byte, i) => byte === b[i]);

const isOne = (mask: Uint8Array): boolean => {
  const [first, ...others] = mask.filter((byte) => byte !== 0);
  return first !== undefined && others.length === 0 && (first & (first - 1)) === 0;
};
