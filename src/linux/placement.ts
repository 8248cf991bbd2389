/**
 * Where the tracer runs (native/place.c has the mechanism). When one task makes all the stops, the tracer goes to that
 * task's CPU and steps aside for it (SCHED_IDLE), for the length of a slice; otherwise it stays where the scheduler puts
 * it, so that parallel programs stay parallel. What is cheaper is measured, not assumed: on a busy machine SCHED_IDLE
 * would starve us.
 */

import type { Native } from './native.ts';

type Mode = 'free' | 'follow';

/** Fewer stops than this in a slice: nothing to gain. */
const BUSY_STOPS = 16;
/** How often `check` is to be called. */
export const CHECK_STOPS = 32;
/** Every so many slices the other mode gets one, to be measured again. */
const EXPLORE_EVERY = 200;
/** A slice that took so long (ms) in `follow` was starved. */
const STARVED_MS = 25;
const STARVED_PENALTY_SLICES = 500;

export class Placement {
  private readonly native: Native;
  private readonly allowed: boolean;
  private readonly stats = new Uint8Array(12);
  private readonly words = new Uint32Array(this.stats.buffer);
  /** ns a stop costs in each mode: a moving average; 0 unknown. */
  private readonly cost: Record<Mode, number> = { free: 0, follow: 0 };
  private mode: Mode = 'free';
  private slices = 0;
  private penalty = 0;
  private began = 0;
  private checked = 0;
  /** The task that made all stops of the last slice; 0: there were several, or too few. */
  private single = 0;

  constructor(native: Native) {
    this.native = native;
    this.allowed = process.env.UTRACE_PLACEMENT !== 'off' && native.placeAllowed() === 1;
  }

  begin(): void {
    this.began = performance.now();
    this.checked = this.began;
    this.mode = this.choose();
    if (this.mode === 'free') return;
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

  private choose(): Mode {
    if (!this.allowed || this.single === 0) return 'free';
    if (this.penalty > 0) {
      this.penalty--;
      return 'free';
    }
    this.slices++;
    const { free, follow } = this.cost;
    const best: Mode = follow === 0 || free === 0 || follow <= free ? 'follow' : 'free';
    if (this.slices % EXPLORE_EVERY !== 0) return best;
    return best === 'follow' ? 'free' : 'follow';
  }

  end(): void {
    if (this.mode === 'follow') this.native.placeLeave();
    this.native.stats(this.stats);
    const [stops, switches, last] = this.words;
    const ms = performance.now() - this.began;
    const busy = stops! >= BUSY_STOPS;
    this.single = busy && switches! <= stops! >> 4 ? last! : 0;
    if (!busy) return;
    const ns = (ms * 1e6) / stops!;
    const before = this.cost[this.mode];
    this.cost[this.mode] = before === 0 ? ns : before * 0.7 + ns * 0.3;
    if (this.mode === 'follow' && ms > STARVED_MS) this.penalty = STARVED_PENALTY_SLICES;
  }
}
