/** A counterexample that people can read: few preemptions, and no choice in it that does not matter. */

import { type RunOptions, record, replay, run, runToBlock, type Scheduler } from '../schedule.ts';
import { type ExploreOptions, explore, type Violation, type World } from './explorer.ts';

/** Runs a world with its checks by a scheduler: what is wrong, or null. */
export function runChecked(world: World, scheduler: Scheduler, options: RunOptions = {}): string | null {
  const { kernel } = world;
  let wrong: string | null = null;
  const ending = run(kernel, scheduler, {
    ...options,
    ...(world.drive && { drive: world.drive }),
    afterStep: (task) => {
      wrong ??= world.check?.(task) ?? null;
    },
    onQuiet: () => {
      wrong ??= world.checkQuiet?.() ?? null;
    },
    until: () => wrong !== null,
  });
  if (ending === 'bound') return wrong;
  return wrong ?? world.checkEnd?.(ending) ?? null;
}

const kindOf = (what: string): string => what.replace(/\d+/g, 'N');

/** The shortest schedule found that shows the same: what comes after its end is run to block. */
export function shrink(make: () => World, violation: Violation, options: ExploreOptions = {}): Violation {
  let best = violation;
  for (let preemptions = 0; preemptions < violation.preemptions; preemptions++) {
    const found = explore(make, { ...options, preemptions, maxRuns: MAX_RUNS }).violations[0];
    if (found === undefined) continue;
    best = found;
    break;
  }
  const shows = (schedule: readonly number[]): boolean => {
    const what = runChecked(make(), replay(schedule));
    return what !== null && kindOf(what) === kindOf(best.what);
  };
  for (let length = 0; length <= best.schedule.length; length++) {
    const schedule = best.schedule.slice(0, length);
    if (shows(schedule)) return { ...best, schedule };
  }
  return best;
}

const MAX_RUNS = 5000;
/** A text of few bytes may ask for more than there is memory. */
const MAX_SCHEDULE = 1_000_000;

/** Runs a schedule and answers it in full. */
export function complete(world: World, schedule: readonly number[]): { what: string | null; schedule: number[] } {
  const all: number[] = [];
  const what = runChecked(world, record(replay(schedule, runToBlock()), all));
  return { what, schedule: all };
}

/** `2×3 4×1 …`: who runs, and for how many steps. */
export function scheduleText(schedule: readonly number[]): string {
  const parts: { tid: number; count: number }[] = [];
  for (const tid of schedule) {
    const top = parts[parts.length - 1];
    if (top?.tid === tid) top.count++;
    else parts.push({ tid, count: 1 });
  }
  return parts.map(({ tid, count }) => (count === 1 ? String(tid) : `${tid}x${count}`)).join(',');
}

/** The reverse of {@link scheduleText}. Throws RangeError on anything else. */
export function parseSchedule(text: string): number[] {
  if (text.trim() === '') return [];
  let steps = 0;
  return text.split(',').flatMap((part) => {
    const match = /^\s*(\d+)(?:x(\d+))?\s*$/.exec(part);
    if (match === null) throw new RangeError(`not a schedule: ${part}`);
    steps += Number(match[2] ?? 1);
    if (steps > MAX_SCHEDULE) throw new RangeError(`a schedule of more than ${MAX_SCHEDULE} steps`);
    return new Array<number>(Number(match[2] ?? 1)).fill(Number(match[1]));
  });
}
