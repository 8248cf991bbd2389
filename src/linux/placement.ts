/**
 * Where the tracer runs, and how it waits (native/place.c and wait.c have the mechanism). When one task makes all the
 * stops, two things are better than leaving it to the scheduler: to go to that task's CPU and step aside for it
 * (SCHED_IDLE), where we may come back from that; or to look for the stop in a short spin, on a CPU of our own. When a few
 * take turns they are brought to one CPU, and we go there; in a session of tracers, where a tracer that is served and its
 * tracee do, they are held there (holds.ts). All this is for the length of a slice. What is cheapest is measured, not assumed: on a busy machine SCHED_IDLE would starve us, a spin
 * would be in the way, and tasks that run at the same time are better apart. When many tasks stop, we stay where the
 * scheduler puts us, so that parallel programs stay parallel.
 */

import type { LinuxHost } from './host.ts';
import type { LinuxTask } from './task.ts';

type Mode = 'free' | 'follow' | 'hold' | 'spin';

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
/** A slice in which a mode was dearer counts for so much, and for no more than so many times dearer. */
const CAUTION = 0.1;
const DISTURBED = 2;
/** A stop across CPUs takes some ten µs to be seen. */
const SPIN_NS = 60_000;
/** More tasks than this are not told apart (UT_CREW). */
const CREW_MOST = 4;

/** What each mode costs, and which is to be used next. */
export class Trials {
  private readonly modes: readonly Mode[];
  /** ns a stop costs in each mode: at once what is less, and slowly what is more; 0 unknown. */
  readonly cost: Record<Mode, number> = { free: 0, follow: 0, hold: 0, spin: 0 };
  /** Slices for which a mode is not to be used. */
  private readonly penalty: Record<Mode, number> = { free: 0, follow: 0, hold: 0, spin: 0 };
  private tried: Mode = 'free';
  private trial = 0;
  private trials = 0;
  private gap = TRIAL_FIRST;
  private slices = 0;

  constructor(modes: readonly Mode[]) {
    this.modes = modes;
  }

  /** The cheapest mode; now and then, and at first, another on trial. */
  choose(): Mode {
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

  /** A slice in a mode took so long, with so many stops. */
  measured(mode: Mode, ms: number, stops: number): void {
    const ns = (ms * 1e6) / stops;
    const before = this.cost[mode];
    // What a mode can do counts, and not what disturbed it: one slice in which another program had the CPU may look fifty times worse.
    const isBest = before === 0 || ns < before;
    this.cost[mode] = isBest ? ns : before + CAUTION * (Math.min(ns, DISTURBED * before) - before);
    if (ms > STARVED_MS) this.penalty[mode] = STARVED_PENALTY_SLICES;
  }
}

export class Placement {
  private readonly host: LinuxHost;
  private readonly ofOne: Trials;
  private readonly ofSome: Trials;
  /** Of a few in a session of tracers. */
  private readonly ofServed: Trials;
  private readonly stats = new Uint8Array(4 * (4 + CREW_MOST));
  private readonly words = new Int32Array(this.stats.buffer);
  private mode: Mode = 'free';
  private before: Mode = 'free';
  private began = 0;
  private checked = 0;
  /** The tasks that made all stops of the last slice, the main one first; empty: there were too many, or too few stops. */
  private crew: readonly number[] = [];
  private trials: Trials;

  constructor(host: LinuxHost) {
    this.host = host;
    const off = process.env.UTRACE_PLACEMENT === 'off';
    const follow: Mode[] = !off && host.native.placeAllowed() === 1 ? ['follow'] : [];
    this.ofOne = new Trials([...follow, ...(off ? [] : (['spin'] as const)), 'free']);
    this.ofSome = new Trials([...follow, 'free']);
    this.ofServed = new Trials([...(off ? [] : (['hold'] as const)), 'free']);
    this.trials = this.ofOne;
  }

  begin(): void {
    this.began = performance.now();
    this.checked = this.began;
    this.before = this.mode;
    this.mode = this.crew.length === 0 ? 'free' : this.trials.choose();
    if (this.mode === 'spin') this.host.native.spin(SPIN_NS);
    if (this.mode === 'hold' && !this.host.holds.begin(this.tasks())) this.mode = 'free';
    if (this.mode === 'follow' && !this.gather()) {
      this.host.native.placeLeave();
      this.mode = 'free';
    }
  }

  /** Those of the crew who are still there. */
  private tasks(): readonly LinuxTask[] {
    const { tasks } = this.host;
    return this.crew.map((tid) => tasks.get(tid)).filter((task) => task !== undefined);
  }

  /** Goes to where the first of the crew is, and has the others come. */
  private gather(): boolean {
    const { native } = this.host;
    const [first, ...others] = this.crew;
    const cpu = native.taskCpu(first!);
    if (cpu < 0 || native.placeEnter(cpu) < 0) return false;
    for (const tid of others) {
      const at = native.taskCpu(tid);
      if (at >= 0 && at !== cpu) native.placeBring(tid);
    }
    return true;
  }

  /** Once in CHECK_STOPS stops: has a task moved away? Then a stop costs several times more, and we go after it. */
  check(): void {
    if (this.mode !== 'follow') return;
    const now = performance.now();
    const ns = ((now - this.checked) * 1e6) / CHECK_STOPS;
    this.checked = now;
    const { follow } = this.trials.cost;
    if (follow !== 0 && ns >= 1.6 * follow) this.gather();
  }

  end(): void {
    const { native, holds } = this.host;
    if (this.mode === 'hold') holds.end();
    if (this.mode === 'follow') native.placeLeave();
    if (this.mode === 'spin') native.spin(0);
    native.stats(this.stats);
    const [stops = 0, switches = 0, last = 0, count = 0] = this.words;
    const ms = performance.now() - this.began;
    let crew: readonly number[] = [];
    if (stops >= BUSY_STOPS) {
      if (switches <= stops >> 4) crew = [last];
      else if (count <= CREW_MOST) crew = [...this.words.subarray(4, 4 + count)];
    }
    const ofMany = this.host.ptrace === null ? this.ofSome : this.ofServed;
    const trials = crew.length > 1 ? ofMany : this.ofOne;
    // A slice says what a mode costs if it was about what the slice before was about.
    const isSame = crew.length > 0 && this.crew.length > 0 && trials === this.trials;
    if (isSame && this.mode === this.before) trials.measured(this.mode, ms, stops);
    this.crew = crew;
    this.trials = trials;
  }
}
