/** The supervisor's event loop: turns, timers on virtual time, and SIGCHLD, which wakes it. Idle, its task really sleeps. */

import { ERRNO } from '../abi/errno.ts';
import type { EventLoop, Timer } from '../linux/event-loop.ts';
import { sleepOn } from '../sim/sleep.ts';
import type { Caller } from './caller.ts';
import type { ChildAction } from './child-action.ts';

const NS_PER_MS = 1e6;

interface SimTimer {
  at: number;
  readonly every: number;
  readonly run: () => void;
}

export class SimEventLoop implements EventLoop {
  private readonly caller: Caller;
  private readonly children: ChildAction;
  private readonly turns: (() => void)[] = [];
  private readonly timers = new Set<SimTimer>();
  private readonly listeners = new Set<() => void>();
  /** Asleep, with nothing to do. */
  idle = false;

  constructor(caller: Caller, children: ChildAction) {
    this.caller = caller;
    this.children = children;
  }

  soon(run: () => void): void {
    this.turns.push(run);
  }

  after(ms: number, run: () => void): Timer {
    return this.add({ at: this.caller.kernel.clock.now + ms * NS_PER_MS, every: 0, run });
  }

  /** Holds the loop open and never comes: that is the watchdog's, which would hide a lost SIGCHLD. */
  every(ms: number, run: () => void): Timer {
    return this.add({ at: Number.POSITIVE_INFINITY, every: ms, run });
  }

  private add(timer: SimTimer): Timer {
    this.timers.add(timer);
    return timer;
  }

  cancel(timer: Timer): void {
    this.timers.delete(timer as SimTimer);
  }

  onChildSignal(run: () => void): void {
    this.listeners.add(run);
    this.children.handle(true);
  }

  offChildSignal(run: () => void): void {
    this.listeners.delete(run);
    if (this.listeners.size === 0) this.children.handle(false);
  }

  /** Until nothing holds it open. */
  run(): void {
    for (;;) {
      for (const turn of this.turns.splice(0)) turn();
      const { now } = this.caller.kernel.clock;
      for (const timer of [...this.timers]) {
        if (timer.at > now || !this.timers.delete(timer)) continue;
        timer.run();
      }
      if (this.children.came) {
        this.children.came = false;
        for (const listener of [...this.listeners]) listener();
      }
      if (this.turns.length > 0) continue;
      if (this.timers.size === 0) return;
      this.sleep();
    }
  }

  private sleep(): void {
    const { kernel } = this.caller;
    const deadline = Math.min(...[...this.timers].map(({ at }) => at));
    const finite = Number.isFinite(deadline);
    this.idle = true;
    this.caller.act('its event loop', (_kernel, task) =>
      sleepOn(kernel, task, {
        what: 'its event loop',
        check: () => (this.children.came || kernel.clock.now >= deadline ? 0 : null),
        interrupted: -ERRNO.EINTR,
        ...(finite && { deadline }),
      }),
    );
    this.idle = false;
  }
}
