/**
 * A run as the end of a link: `#program=lost-stop&schedule=2x4,4,3&at=5`, with `&split=1` if requests are made in parts. Nothing here
 * knows of a page.
 */

import { parseSchedule, scheduleText } from 'utrace/sim';
import { EXAMPLES, type Example, exampleOf } from './examples.ts';
import { Player } from './player.ts';

export function linkOf({ example, schedule, at, splits }: Player): string {
  const parts = [`program=${example.id}`];
  if (splits) parts.push('split=1');
  if (schedule.length > 0) parts.push(`schedule=${scheduleText(schedule)}`);
  if (at < schedule.length) parts.push(`at=${at}`);
  return `#${parts.join('&')}`;
}

export interface Linked {
  readonly player: Player;
  /** What is wrong with the link, or null: as much of it as fits was run. */
  readonly problem: string | null;
}

/** A schedule that is longer is no run of a program of ours. */
const MAX_STEPS = 100_000;

export function runOfLink(hash: string): Linked {
  const parts = new URLSearchParams(hash.replace(/^#/, ''));
  const id = parts.get('program');
  const example: Example | undefined = id === null ? EXAMPLES[0] : exampleOf(id);
  if (example === undefined) return { player: new Player(EXAMPLES[0]!), problem: `There is no program “${id}”.` };
  const splits = parts.get('split') === '1';
  let schedule: number[];
  try {
    schedule = parseSchedule(parts.get('schedule') ?? '');
  } catch (error) {
    return { player: new Player(example), problem: `The link is damaged: ${(error as Error).message}.` };
  }
  if (schedule.length > MAX_STEPS) return { player: new Player(example), problem: 'The link is too long a run.' };
  const player = new Player(example, schedule, splits);
  const at = Number(parts.get('at') ?? schedule.length);
  try {
    player.goTo(Number.isInteger(at) && at >= 0 ? at : schedule.length);
  } catch (error) {
    player.schedule.length = player.at;
    return { player, problem: `The link's schedule fits for ${player.at} steps only: ${(error as Error).message}.` };
  }
  return { player, problem: null };
}
