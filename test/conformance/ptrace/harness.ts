/** Carries scenarios out with real processes. */

import type { Scenario } from './play.ts';
import { Stage } from './stage.ts';
import { Theatre } from './theatre.ts';

export interface Variant {
  /** What the first actor is run under: `[]` for the kernel itself. */
  readonly prefix: readonly string[];
  /** Whether every tracee gets a second tracer that wants nothing. */
  readonly passive?: boolean;
  /** How many looks, a millisecond apart, must find nothing running. */
  readonly quiet: number;
}
export const NATIVE: Variant = { prefix: [], quiet: 2 };

export interface Outcome {
  readonly log: readonly string[];
  /** What went wrong after the last line: the stage could not be cleared in order. */
  readonly trouble?: Error;
}

/** Runs a scenario to its end. */
export async function perform(scenario: Scenario, variant: Variant): Promise<Outcome> {
  const theatre = new Theatre(variant);
  let stage: Stage | undefined;
  try {
    await theatre.open();
    stage = new Stage(theatre);
    const play = scenario.body(stage);
    let step = play.next();
    while (!step.done) step = play.next(await theatre.perform(step.value));
  } catch (error) {
    await theatre.close().catch(() => {});
    const log = stage?.lines.map((line) => `  ${line}`).join('\n') ?? '';
    throw new Error(`${(error as Error).message}\nthe log so far:\n${log}`, { cause: error });
  }
  try {
    await theatre.close();
  } catch (error) {
    return { log: stage.lines, trouble: error as Error };
  }
  return { log: stage.lines };
}
