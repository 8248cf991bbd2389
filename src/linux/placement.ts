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
/** After so many slices another mode is tried, to be measured again: at first soon, then less and less often … */
const TRIAL_FIRST = 8;
const TRIAL_MOST = 100;
/** … for so many slices, of which the first does not count: the task has to be found, or to be moved, first. */
const TRIAL_SLICES = 2;
/** A mode that is not known yet: the code may still be cold. */
const FIRST_SLICES = 4;
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
  /** ns a stop costs in each mode: a moving average, quicker down than up; 0 unknown. */
  private readonly cost: Record<Mode, number> = { free: 0, follow: 0, spin: 0 };
  /** Slices for which a mode is not to be used. */
  private readonly penalty: Record<Mode, number> = { free: 0, follow: 0, spin: 0 };
  private mode: Mode = 'free';
  private before: Mode = 'free';
  private tried: Mode = 'free';
  private trial = 0;
  private trials = 0;
  private gap = TRIAL_FIRST;
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
    this.before = this.mode;
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

  /** The cheapest mode; now and then, and at first, another on trial. */
  private choose(): Mode {
    if (this.trial > 0) {
      this.trial--;
      return this.tried;
    }
    for (const mode of this.modes) if (this.penalty[mode] > 0) this.penalty[mode]--;
    const open = this.modes.filter((mode) => this.penalty[mode] === 0);
    const best = open.reduce<Mode>((a, b) => (this.cost[b] < this.cost[a] ? b : a), open[0] ?? 'free');
    const unknown = open.find((mode) => this.cost[mode] === 0);
    this.slices++;
    const others = open.filter((mode) => mode !== best);
    const due = this.slices >= this.gap;
    const next = unknown ?? (due ? others[this.trials++ % others.length] : undefined);
    if (next === undefined) return best;
    if (due) {
      this.slices = 0;
      this.gap = Math.min(this.gap * 2, TRIAL_MOST);
    }
    this.tried = next;
    this.trial = (unknown === undefined ? TRIAL_SLICES : FIRST_SLICES) - 1;
    return next;
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
    if (single && this.single !== 0 && this.mode === this.before) {
      const ns = (ms * 1e6) / stops!;
      const before = this.cost[this.mode];
      // What a mode can do counts for more than what disturbed it.
      const weight = ns < before ? 0.5 : 0.1;
      this.cost[this.mode] = before === 0 ? ns : before + weight * (ns - before);
      if (ms > STARVED_MS) this.penalty[this.mode] = STARVED_PENALTY_SLICES;
    }
    this.single = single ? last! : 0;
  }
}
