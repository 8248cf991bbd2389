/**
 * A stage in a nest: the actors run in the simulated kernel under a supervisor that serves them, as under `utrace share`. The play goes
 * on whenever nobody has anything to do.
 */

import type { Scheduler, SimTask } from '../../../src/box/index.ts';
import { Nest } from '../../../src/nest/index.ts';
import { SLOTS } from './layout.ts';
import type { Call, Op, Play } from './play.ts';
import { type SimOptions, SimTheatre } from './sim-theatre.ts';

const SPINS = 16;
const USHER = SLOTS - 1;
const MAX_STEPS = 2_000_000;
/** What the supervisor waits for of itself is over sooner. */
const PATIENCE_NS = 200e6;

const OPENING = [
  [USHER, [{ call: 'clone', args: [['SIGCHLD'], 0, 0] }]],
  [0, [{ call: 'prctl', args: [36, 1] }]],
  [0, [{ call: 'setpgid', args: [0, 0] }]],
] as const satisfies readonly (readonly [number, readonly Call[]])[];

export class NestTheatre extends SimTheatre {
  private readonly nest: Nest;
  private queue: Play<unknown> | null = null;
  private op: Op | null = null;
  private last: SimTask | null = null;
  private opened = 0;
  private spins = 0;
  private steps = 0;
  private over = false;
  private readonly choose: Scheduler;
  failure: unknown = null;

  constructor(options: SimOptions) {
    const nest = new Nest({
      ...options,
      exclusive: false,
      serves: true,
      exclusively: options.exclusive,
      main: (supervisor) => void supervisor.spawn(`actor ${SLOTS - 1}`, {}),
    });
    super(options, nest.box);
    this.nest = nest;
    this.choose = this.scheduler();
  }

  protected override settle(): void {}

  override play(play: Play<unknown>): void {
    this.queue = play;
    this.nest.drive(() => this.advance());
    if (this.failure !== null) throw this.failure;
    if (this.nest.supervisor.failure !== null) throw this.nest.supervisor.failure;
    if (!this.over) throw new Error(`the run has ended\n${this.situation()}`);
  }

  /** A step of whoever is ready; or the next of the play. */
  private advance(): boolean {
    if (this.over) return false;
    if (++this.steps > MAX_STEPS) return this.fail(new Error(`it does not come to rest\n${this.situation()}`));
    const { kernel } = this.box;
    const ready = kernel.ready();
    const busy = ready.filter((task) => !this.slots.some((slot) => slot.spinning && slot.task === task));
    if (busy.length > 0) {
      this.spins = 0;
      const last = this.last !== null && busy.includes(this.last) ? this.last : null; // not one that spins
      this.last = this.choose.choose(busy, last);
      kernel.step(this.last);
      return true;
    }
    if (ready.length > 0 && this.spins++ < SPINS) {
      for (const task of ready) if (task.ready) kernel.step(task);
      return true;
    }
    this.findNewborns();
    if (kernel.clock.advance(kernel, kernel.clock.now + PATIENCE_NS)) return true;
    this.spins = 0;
    try {
      this.goOn();
    } catch (error) {
      return this.fail(error);
    }
    return !this.over;
  }

  private fail(error: unknown): false {
    this.failure = error;
    this.over = true;
    return false;
  }

  private goOn(): void {
    const extra = OPENING[this.opened];
    if (extra !== undefined) {
      this.opened++;
      this.post(extra[0], extra[1]);
      return;
    }
    let told: unknown;
    if (this.op !== null) {
      if (this.op.op === 'reply' && this.isPending(this.op)) {
        const { kernel } = this.box;
        if (kernel.clock.advance(kernel)) return;
      }
      told = this.op.op === 'post' || this.op.op === 'release' ? undefined : this.perform(this.op);
    }
    const { value, done } = this.queue!.next(told);
    if (done) {
      this.over = true;
      return;
    }
    this.op = value;
    if (value.op === 'post' || value.op === 'release') this.perform(value);
  }
}
