/**
 * One run of a program, step by step, that can go back: a schedule, and how much of it has been run. Programs are generators and
 * cannot be copied, so going back is running again from the beginning. Nothing here knows of a page.
 */

import { Box, type Ending, type Scheduler, type SimTask, worldOf } from 'utrace/sim';
import type { Example } from './examples.ts';

export interface Ended {
  readonly ending: Ending;
  /** What is wrong with the run, or null. */
  readonly wrong: string | null;
}

/** What a task would do if it were chosen. */
export interface Preview {
  readonly tid: number;
  readonly name: string;
  readonly text: string;
}

/** Virtual time went on after this step. */
export interface Tick {
  readonly step: number;
  /** Nanoseconds since the start. */
  readonly now: number;
}

/** Beyond this many steps it is not worth a second to show what comes next. */
const PREVIEW_STEPS = 2000;

export class Player {
  readonly example: Example;
  /** Requests of ptrace are made in parts. */
  readonly splits: boolean;
  /** Tids, one for each step; those after `at` are to come again if nobody chooses otherwise. */
  schedule: number[] = [];
  at = 0;
  ended: Ended | null = null;
  readonly ticks: Tick[] = [];
  private current!: Box;
  private last: SimTask | null = null;

  constructor(example: Example, schedule: readonly number[] = [], splits = false) {
    this.example = example;
    this.splits = splits;
    this.schedule = [...schedule];
    this.begin();
  }

  get box(): Box {
    return this.current;
  }

  get ready(): readonly SimTask[] {
    return this.ended === null ? this.box.kernel.ready() : [];
  }

  /** Whether there is a recorded step after this one. */
  get hasNext(): boolean {
    return this.at < this.schedule.length;
  }

  /** The task of this tid runs a step; if another was to run here, what was recorded after is forgotten. */
  choose(tid: number): void {
    const task = this.ready.find((one) => (one.tid as number) === tid);
    if (task === undefined) throw new RangeError(`task ${tid} is not ready`);
    if (this.schedule[this.at] !== tid) this.schedule.length = this.at;
    if (!this.hasNext) this.schedule.push(tid);
    this.step(task);
  }

  /** The step that was recorded, or else the one that a scheduler chooses. False: the run is over. */
  next(scheduler: Scheduler): boolean {
    const { ready } = this;
    if (ready.length === 0) return false;
    const recorded = this.schedule[this.at];
    this.choose(recorded ?? scheduler.choose(ready, this.last).tid);
    return true;
  }

  /** To after so many steps of the schedule. Throws RangeError if the schedule does not fit the program. */
  goTo(at: number): void {
    if (at < this.at) this.begin();
    while (this.at < at && this.hasNext) this.choose(this.schedule[this.at]!);
  }

  /** What each of those who are ready would do. */
  previews(): Preview[] {
    return this.ready.map(({ tid, name, run }) => ({
      tid,
      name,
      text: this.at > PREVIEW_STEPS ? run.name : this.preview(tid),
    }));
  }

  private preview(tid: number): string {
    const other = new Player(this.example, this.schedule.slice(0, this.at), this.splits);
    other.goTo(this.at);
    const log = other.box.kernel.log!;
    const before = log.entries.length;
    other.choose(tid);
    const own = log.entries.slice(before).filter((entry) => entry.tid === tid);
    for (const entry of own) {
      if (entry.kind === 'printed') return `prints “${entry.text.trim()}”`;
      if (entry.kind === 'made') return `makes ${entry.childName}`;
    }
    for (const entry of own) {
      if (entry.kind !== 'called') continue;
      return entry.target === tid ? entry.text : `${entry.text} → ${this.nameOf(entry.target)}`;
    }
    const moved = own.find((entry) => entry.kind === 'moved');
    return moved === undefined ? 'goes on' : moved.to === 'user' ? 'returns to user' : moved.to;
  }

  private nameOf(tid: number): string {
    const task = [...this.box.kernel.tasks.values()].find((one) => (one.tid as number) === tid);
    return task?.name ?? String(tid);
  }

  private begin(): void {
    this.current = new Box({ logs: true, splitsRequests: this.splits }).boot(this.example.main);
    this.at = 0;
    this.last = null;
    this.ended = null;
    this.ticks.length = 0;
  }

  private step(task: SimTask): void {
    const { kernel } = this.box;
    const world = worldOf(this.box, { atEnd: this.example.atEnd });
    kernel.step(task);
    this.at++;
    this.last = task;
    const wrong = world.check?.(task) ?? null;
    if (wrong !== null) this.ended = { ending: 'until', wrong };
    while (this.ended === null && kernel.ready().length === 0) {
      const forgotten = world.checkQuiet?.() ?? null;
      if (forgotten === null && kernel.clock.advance(kernel)) {
        this.ticks.push({ step: this.at, now: kernel.clock.now });
        continue;
      }
      const ending = kernel.tasks.size <= 1 ? 'done' : 'idle';
      this.ended = { ending, wrong: forgotten ?? world.checkEnd?.(ending) ?? null };
    }
  }
}
