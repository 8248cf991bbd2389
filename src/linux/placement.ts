/**
 * Where the tracer runs, and how it waits (native/place.c and wait.c have the mechanism). When one task makes all the
 * stops, two things are better than leaving it to the scheduler: to go to that task's CPU and step aside for it
 * (SCHED_IDLE), where we may come back from that; or to look for the stop in a short spin, on a CPU of our own. Both are
 * for the length of a slice. What is cheapest is measured, not assumed: on a busy machine SCHED_IDLE would starve us, and
 * a spin would be in the way. When several tasks stop, we stay where the scheduler puts us, so that parallel programs stay
 * parallel.
 */

import type { Native } from './native.ts';

type Mode = 'free' | 'follow' | 'spin';

/** Fewer stops than this in a slice: nothing to gain. */
const BUSY_STOPS = 16;
/** How often `check` is to be called. */
export const CHECK_STOPS = 32;
/** Every so many slices another mode gets one, to be measured again. */
const EXPLORE_EVERY = 100;
/** A slice that took so long (ms) was starved: the mode is left alone for a while. */
const STARVED_MS = 25;
const STARVED_PENALTY_SLICES = 500;
/** A stop across CPUs takes some ten µs to be seen. */
const SPIN_NS = 60_000;

export class Placement {
  private readonly native: Native;
  private readonly modes: readonly Mode[];
  private readonly stats = new Uint8Array(12);
  private readonly words = new Uint32Array(this.stats.buffer);
  /** ns a stop costs in each mode: a moving average; 0 unknown. */
  private readonly cost: Record<Mode, number> = { free: 0, follow: 0, spin: 0 };
  /** Slices for which a mode is not to be used. */
  private readonly penalty: Record<Mode, number> = { free: 0, follow: 0, spin: 0 };
  private mode: Mode = 'free';
  private slices = 0;
  private began = 0;
  private checked = 0;
  /** The task that made all stops of the last slice; 0: there were several, or too few. */
  private single = 0;

  constructor(native: Native) {
    this.native = native;
    if (process.env.UTRACE_PLACEMENT === 'off') this.modes = ['free'];
    else this.modes = native.placeAllowed() === 1 ? ['follow', 'spin', 'free'] : ['spin', 'free'];
  }

  begin(): void {
    this.began = performance.now();
    this.checked = this.began;
    this.mode = this.single === 0 ? 'free' : this.choose();
    if (this.mode === 'spin') this.native.spin(SPIN_NS);
    if (this.mode !== 'follow') return;
    const cpu = this.native.taskCpu(this.single);
    if (cpu < 0 || this.native.placeEnter(cpu) < 0) {
      this.native.placeLeave();
      this.mode = 'free';
    }
  }

  /** Once in CHECK_STOPS stops: has the task moved away? Then a stop costs several times more, and we go after it. */
  check(): void {
    if (this.mode !== 'follow') return;
    const now = performance.now();
    const ns = ((now - this.checked) * 1e6) / CHECK_STOPS;
    this.checked = now;
    if (ns < 1.6 * this.cost.follow && this.cost.follow !== 0) return;
    const cpu = this.native.taskCpu(this.single);
    if (cpu >= 0) this.native.placeEnter(cpu);
  }

  /** A mode that was never measured; else the cheapest; now and then another. */
  private choose(): Mode {
    this.slices++;
    const open = this.modes.filter((mode) => {
      if (this.penalty[mode] === 0) return true;
      this.penalty[mode]--;
      return false;
    });
    const explored = this.modes[(this.slices / EXPLORE_EVERY) % this.modes.length];
    if (explored !== undefined && open.includes(explored)) return explored;
    return open.reduce<Mode>((best, mode) => (this.cost[mode] < this.cost[best] ? mode : best), open[0] ?? 'free');
  }

  end(): void {
    if (this.mode === 'follow') this.native.placeLeave();
    if (this.mode === 'spin') this.native.spin(0);
    this.native.stats(this.stats);
    const [stops, switches, last] = this.words;
    const ms = performance.now() - this.began;
    const busy = stops! >= BUSY_STOPS;
    const single = busy && switches! <= stops! >> 4;
    // A slice that was not about one task says nothing of what a mode costs.
    if (single && this.single !== 0) {
      const ns = (ms * 1e6) / stops!;
      const before = this.cost[this.mode];
      this.cost[this.mode] = before === 0 ? ns : before * 0.7 + ns * 0.3;
      if (ms > STARVED_MS) this.penalty[this.mode] = STARVED_PENALTY_SLICES;
    }
    this.single = single ? last! : 0;
  }
}
