/** Every scenario on the simulated kernel. Those that do not hold yet are listed with the reason; one that holds must not be. */

import { describe, expect, test } from 'vitest';
import type { Scenario } from './play.ts';
import { GROUPS } from './scenarios/index.ts';
import { MULTI } from './scenarios/multi/index.ts';
import { SimTheatre } from './sim-theatre.ts';
import { Stage } from './stage.ts';

/** By title: why not. */
const NOT_YET: Readonly<Record<string, string>> = {
  'P2 two tasks that trace each other': 'our ptrace refuses a circle, since it could hold itself for ever',
};

function perform(scenario: Scenario, exclusive: boolean): readonly string[] {
  const theatre = new SimTheatre({ exclusive });
  theatre.open();
  const stage = new Stage(theatre);
  try {
    const play = scenario.body(stage);
    for (let step = play.next(); !step.done; ) step = play.next(theatre.perform(step.value));
  } catch (error) {
    const log = stage.lines.map((line) => `  ${line}`).join('\n');
    throw new Error(`${(error as Error).message}\nthe log so far:\n${log}`, { cause: error });
  }
  return stage.lines;
}

function check(scenario: Scenario, log: readonly string[]): void {
  const { expected } = scenario;
  const allowed = 'anyOf' in expected ? expected.anyOf : [expected];
  const same = allowed.find((lines) => JSON.stringify(lines) === JSON.stringify(log));
  expect(log).toEqual(same ?? allowed[0]);
}

function runAll(groups: Readonly<Record<string, readonly Scenario[]>>, exclusive: boolean): void {
  for (const [group, scenarios] of Object.entries(groups)) {
    describe(`${group} on the simulated kernel`, () => {
      for (const scenario of scenarios) {
        const why = NOT_YET[scenario.title];
        test(why === undefined ? scenario.title : `${scenario.title} (not yet: ${why})`, () => {
          if (why === undefined) check(scenario, perform(scenario, exclusive));
          else expect(() => check(scenario, perform(scenario, exclusive)), 'it holds: take it off the list').toThrow();
        });
      }
    });
  }
}

runAll(GROUPS, true);
runAll(MULTI, false);
