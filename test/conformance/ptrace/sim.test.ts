/**
 * Every scenario on the simulated kernel, and in a nest in it, where a supervisor serves it. Those that do not hold yet are listed with
 * the reason; one that holds must not be.
 */

import { describe, expect, test } from 'vitest';
import { NestTheatre } from './nest-theatre.ts';
import type { Scenario } from './play.ts';
import { GROUPS } from './scenarios/index.ts';
import { MULTI } from './scenarios/multi/index.ts';
import { SimTheatre } from './sim-theatre.ts';
import { Stage } from './stage.ts';

interface Options {
  readonly exclusive: boolean;
  readonly splitsRequests: boolean;
  readonly nests?: boolean;
}

/** By title: why not. */
const NOT_YET: Readonly<Record<string, string>> = {
  'P2 two tasks that trace each other': 'our ptrace refuses a circle, since it could hold itself for ever',
};
const NOT_YET_IN_A_NEST: Readonly<Record<string, string>> = {
  ...NOT_YET,
  'R10 beside a stopped child that its parent traces another that has stopped is seen': 'the other is not found there',
  'P31 SIGCHLD of what a thread traces, that is no leader: it takes the signal, which is its process’s':
    'a thread that blocks it does not find it in its sigtimedwait',
  'R26 R27 LISTEN with a new group stop waiting: it traps again, and with that the stop is whole':
    'the stop is not whole with that trap',
};

function perform(scenario: Scenario, options: Options): readonly string[] {
  const theatre = options.nests ? new NestTheatre(options) : new SimTheatre(options);
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
    const where = options.nests ? 'in a nest' : 'on the simulated kernel';
    describe(`${group} ${where}${parts}`, () => {
      for (const scenario of scenarios) {
        const why = (options.nests ? NOT_YET_IN_A_NEST : NOT_YET)[scenario.title];
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

runAll(GROUPS, { exclusive: true, splitsRequests: false, nests: true });
runAll(MULTI, { exclusive: false, splitsRequests: false, nests: true });
