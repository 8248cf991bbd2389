/**
 * Processes that we spawned and let go (detach): they are still our children by birth, and nobody else waits for them.
 * Their zombies are collected as they die; none of this keeps the event loop alive.
 */

import type { EventLoop } from './event-loop.ts';
import type { Native } from './native.ts';

export class Released {
  private readonly pids = new Set<number>();
  private readonly native: Native;
  private readonly eventLoop: EventLoop;
  private readonly status = new Uint8Array(4);
  private readonly onSignal = (): void => this.collect();

  constructor(native: Native, eventLoop: EventLoop) {
    this.native = native;
    this.eventLoop = eventLoop;
  }

  add(pid: number): void {
    if (this.pids.size === 0) this.eventLoop.onChildSignal(this.onSignal);
    this.pids.add(pid);
    this.collect(); // it may have died before the handler was there
  }

  has(pid: number): boolean {
    return this.pids.has(pid);
  }

  /** It is traced again: its death will come to the tracer. */
  delete(pid: number): boolean {
    const was = this.pids.delete(pid);
    if (was && this.pids.size === 0) this.eventLoop.offChildSignal(this.onSignal);
    return was;
  }

  private collect(): void {
    for (const pid of [...this.pids]) if (this.native.waitChild(pid, this.status) !== 0) this.delete(pid);
  }
}
