/** Every scenario on the simulated kernel. Those that do not hold yet are listed with the reason; one that holds must not be. */

import { describe, expect, test } from 'vitest';
import type { Scenario } from './play.ts';
import { GROUPS } from './scenarios/index.ts';
import { MULTI } from './scenarios/multi/index.ts';
import { SimTheatre } from './sim-theatre.ts';
import { Stage } from './stage.ts';

interface Options {
  readonly exclusive: boolean;
  readonly splitsRequests: boolean;
}

/** By title: why not. */
const NOT_YET: Readonly<Record<string, string>> = {
  'P2 two tasks that trace each other': 'our ptrace refuses a circle, since it could hold itself for ever',
};

function perform(scenario: Scenario, options: Options): readonly string[] {
  const theatre = new SimTheatre(options);
  const stage = new Stage(theatre);
  try {
    theatre.play(scenario.body(stage));
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

function runAll(groups: Readonly<Record<string, readonly Scenario[]>>, options: Options): void {
  for (const [group, scenarios] of Object.entries(groups)) {
    const parts = options.splitsRequests ? ', requests in parts' : '';
    describe(`${group} on the simulated kernel${parts}`, () => {
      for (const scenario of scenarios) {
        const why = NOT_YET[scenario.title];
        test(why === undefined ? scenario.title : `${scenario.title} (not yet: ${why})`, () => {
          if (why === undefined) check(scenario, perform(scenario, options));
          else expect(() => check(scenario, perform(scenario, options)), 'it holds: take it off the list').toThrow();
        });
      }
    });
  }
}

for (const splitsRequests of [false, true]) {
  runAll(GROUPS, { exclusive: true, splitsRequests });
  runAll(MULTI, { exclusive: false, splitsRequests });
}
