/**
 * When we wait. While stops come in fast, slices of tracing alternate with turns of the event loop: a slice lasts
 * SLICE_TICKS ms at most, and that is how late a timer or a socket can be served, plus one callback. When nothing stops
 * for IDLE_TICKS ms, SIGCHLD wakes us.
 */

import { settleDoubt } from './child-signals.ts';
import { check } from './errors.ts';
import type { Timer } from './event-loop.ts';
import type { LinuxHost } from './host.ts';
import { pollSleepers } from './interrupt.ts';
import { STEP_RESUME_FAILED, STEP_SLICE_OVER } from './native.ts';
import { CHECK_STOPS, Placement } from './placement.ts';
import { forgetStatus } from './proc.ts';
import { flushResume } from './resume.ts';
import { endLingering, sleepParked } from './served.ts';
import { pollDying } from './zombies.ts';

const TICK_NS = 1_000_000;
/** A slice ends after so many ticks without a stop … */
const IDLE_TICKS = 2;
/** … and after so many in any case. */
const SLICE_TICKS = 5;
/** How often those are looked at that slept in a system call when a report was asked for, in ms. */
const SLEEPER_MS = 2;
/** … and that doubles up to this. */
const SLEEPER_MAX_MS = 100;
/** A lost SIGCHLD (somebody changed its handler) costs no more than this, in ms. */
const WATCHDOG_MS = 500;
/** How often those about to die are looked at before we wait. */
const DYING_TURNS = 400;
/** After so many stops that were the only one, it is only looked for more … */
const ALONE = 32;
/** … once in so many. */
const LOOK_TURNS = 8;
const ECHILD = 10;

export class Loop {
  private readonly host: LinuxHost;
  private readonly placement: Placement;
  private scheduled = false;
  private pumping = false;
  private watchdog: Timer | null = null;
  private sleeperTimer: Timer | null = null;
  private sleeperMs = SLEEPER_MS;
  /** How often in a row a stop was the only one. */
  private alone = 0;
  private turns = 0;
  /**
   * Never a slice in the signal's own callback: libuv goes on as long as its pipe holds signals, and a slice among many
   * tasks makes more of them than it takes, so that no timer would ever be served.
   */
  private readonly onSignal = (): void => this.later(false);
  /** Called when an error that is not an engine's escapes from the handling of a stop. */
  onError: (error: unknown) => void = (error) => {
    throw error;
  };

  constructor(host: LinuxHost) {
    this.host = host;
    this.placement = new Placement(host);
    host.kick = () => this.schedule();
  }

  /** There is something to do: soon, from the event loop. */
  schedule(): void {
    if (this.watchdog === null) this.start();
    this.later(true);
  }

  private later(block: boolean): void {
    if (this.scheduled || this.pumping) return;
    this.scheduled = true;
    this.host.eventLoop.soon(() => {
      this.scheduled = false;
      this.pump(block);
    });
  }

  private start(): void {
    // A timer that holds the process: while there are tasks, there is work.
    const { eventLoop } = this.host;
    this.watchdog = eventLoop.every(WATCHDOG_MS, () => this.pump(false));
    eventLoop.onChildSignal(this.onSignal);
  }

  private stop(): void {
    const { eventLoop } = this.host;
    if (this.watchdog !== null) eventLoop.cancel(this.watchdog);
    if (this.sleeperTimer !== null) eventLoop.cancel(this.sleeperTimer);
    this.watchdog = null;
    this.sleeperTimer = null;
    eventLoop.offChildSignal(this.onSignal);
  }

  /** One slice. */
  private pump(block: boolean): void {
    if (this.pumping) return;
    this.pumping = true;
    let busy = false;
    try {
      busy = this.slice(block);
    } catch (error) {
      this.onError(error);
      busy = true;
    } finally {
      this.pumping = false;
    }
    const { host } = this;
    if (host.tasks.size === 0 && host.wakes.length === 0) {
      this.stop();
      return;
    }
    if (busy || host.hasReady) this.schedule();
    else if (host.sleepers.size > 0) this.pollSleepersLater();
  }

  /** Runs until the slice is over (true: there is more) or nothing stops any more (false). */
  private slice(block: boolean): boolean {
    const { host } = this;
    const { native, next, events } = host;
    check(native.sliceBegin(TICK_NS, IDLE_TICKS, SLICE_TICKS), 'timer_create');
    this.placement.begin();
    let over = false;
    let stops = 0;
    let dyingTurns = 0;
    try {
      pollDying(host, true);
      while (!over) {
        host.handleReady();
        pollDying(host);
        const { tid, request } = next;
        const isDue = host.due.left > 0;
        const awaitsDeath = host.dying.size > 0 && dyingTurns < DYING_TURNS;
        forgetStatus();
        let n = isDue ? this.collectDue() : this.step(block && !awaitsDeath);
        if (n >= STEP_SLICE_OVER) {
          over = true;
          n -= STEP_SLICE_OVER;
        }
        if (n === -ECHILD) break;
        if (n <= STEP_RESUME_FAILED) check(n - STEP_RESUME_FAILED, 'resuming', tid);
        check(n, 'wait4');
        if (n === 0 && !over) {
          if (endLingering(host) || isDue || host.hasReady) continue;
          if (host.dying.size > 0 && dyingTurns++ < DYING_TURNS) continue;
          break;
        }
        const waited = host.lingering !== null;
        host.handleAll(n, isDue || request === 0 ? 0 : tid);
        if (waited) endLingering(host);
        if (n > 0) {
          block = true;
          dyingTurns = 0;
          if ((stops & (CHECK_STOPS - 1)) + n >= CHECK_STOPS) this.placement.check();
          stops += n;
        }
      }
    } finally {
      endLingering(host);
      for (const task of [...host.doubtful]) settleDoubt(host, task);
      sleepParked(host);
      flushResume(host);
      this.placement.end();
      native.sliceEnd();
    }
    if (over && (stops > 0 || host.due.left > 0)) return true;
    // Between the last look and the return of SIGCHLD for stops something may have stopped: also where the slice is over, that we were
    // kept from.
    const n = native.step(0, 0, 0, events.capacity, 0) & ~STEP_SLICE_OVER;
    if (n <= 0) return false;
    host.handleAll(n);
    flushResume(host);
    return true;
  }

  /** Makes the resume that is next, and collects who has stopped; waits for the first if `block`. */
  private step(block: boolean): number {
    const { native, next, events, counts } = this.host;
    const { tid, request, data } = next;
    next.request = 0;
    const { running } = counts;
    // With one task running there is nothing to look for beside its next stop; with many asleep, seldom.
    const looks = running > 2 && (this.alone < ALONE || this.turns++ % LOOK_TURNS === 0);
    const n = native.step(tid, request, data, looks ? events.capacity : 1, block && running > 0 ? 1 : 0);
    if (looks) this.alone = (n & ~STEP_SLICE_OVER) > 1 ? 0 : this.alone + 1;
    return n;
  }

  private collectDue(): number {
    const { host } = this;
    flushResume(host);
    return host.due.collect(host.native, host.events.capacity);
  }

  private pollSleepersLater(): void {
    if (this.sleeperTimer !== null) return;
    this.sleeperTimer = this.host.eventLoop.after(this.sleeperMs, () => {
      this.sleeperTimer = null;
      pollSleepers(this.host);
      this.sleeperMs = Math.min(this.sleeperMs * 2, SLEEPER_MAX_MS);
      if (this.host.sleepers.size > 0) this.pollSleepersLater();
      else this.sleeperMs = SLEEPER_MS;
    });
  }
}
