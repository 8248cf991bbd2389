/** Makes a test of each scenario: its log is the expected one. */

import { appendFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { perform, type Variant } from './harness.ts';
import type { Scenario } from './play.ts';
import { GROUPS } from './scenarios/index.ts';

/** Whether the log is the expected one, or one of them; the first of them is what a failure is compared with. */
export function check(scenario: Scenario, log: readonly string[]): void {
  const { expected } = scenario;
  const allowed = 'anyOf' in expected ? expected.anyOf : [expected];
  const same = allowed.find((lines) => JSON.stringify(lines) === JSON.stringify(log));
  expect(log).toEqual(same ?? allowed[0]);
}

/** One test for each scenario, several at a time: most of a scenario is waiting. */
export function runAll(
  how: string,
  variant: Variant,
  skipped: (scenario: Scenario) => string | undefined,
  groups: Readonly<Record<string, readonly Scenario[]>> = GROUPS,
): void {
  const record = process.env.UTRACE_CONF_RECORD;
  for (const [group, scenarios] of Object.entries(groups)) {
    describe.concurrent(`${group} ${how}`, () => {
      for (const scenario of scenarios) {
        test(scenario.title, { timeout: 120_000 }, async (context) => {
          const why =
            skipped(scenario) ?? (scenario.options.root && process.getuid?.() !== 0 ? 'needs to be root' : undefined);
          if (why !== undefined) return context.skip(why);
          const { log, trouble } = await perform(scenario, variant);
          if (record !== undefined) appendFileSync(record, `${JSON.stringify({ title: scenario.title, log })}\n`);
          check(scenario, log);
          if (trouble !== undefined) throw trouble;
        });
      }
    });
  }
}
