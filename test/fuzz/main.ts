/**
 * npm run fuzz -- [--minutes N] [--seed S] [--column served|passive|sim]: random programs, natively, served and simulated, for N minutes;
 * with a seed: the program of that seed alone. What differs is made small and printed.
 */

import { parseArgs } from 'node:util';
import { setup, teardown } from '../support/global-setup.ts';
import { asScenario, COLUMNS, type Column, shrink, sideBySide, trySeed, type Verdict } from './compare.ts';
import { stepText } from './program.ts';

const SHRINK_MS = 180_000;
const DEFAULT_MINUTES = 5;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    seed: { type: 'string', multiple: true },
    column: { type: 'string' },
    jobs: { type: 'string', default: '2' },
    show: { type: 'boolean', default: false },
    'no-shrink': { type: 'boolean', default: false },
  },
});
const columns = values.column === undefined ? COLUMNS : [values.column as Column];
if (!columns.every((column) => COLUMNS.includes(column))) throw new Error(`--column: one of ${COLUMNS.join(', ')}`);
const end = performance.now() + Number(values.minutes ?? DEFAULT_MINUTES) * 60_000;
const given = values.seed?.map(Number);
const count = { programs: 0, aside: 0, differences: 0 };

function nextSeed(): number | undefined {
  if (given !== undefined) return given.shift();
  return performance.now() < end ? Math.floor(Math.random() * 2 ** 32) : undefined;
}

async function report({ seed, program, differences }: Verdict): Promise<void> {
  if (values.show) console.log(program.steps.map((step) => `  ${stepText(step)}`).join('\n'));
  for (const difference of differences) {
    count.differences++;
    console.log(`\nseed ${seed}: ${difference.column} differs (${program.steps.length} steps)`);
    const small = values['no-shrink'] ? difference : await shrink(difference, performance.now() + SHRINK_MS);
    console.log(`seed ${seed}, ${small.column}, ${small.program.steps.length} steps:\n${sideBySide(small)}`);
    console.log(asScenario(small, `seed ${seed}`));
  }
}

async function work(): Promise<void> {
  for (let seed = nextSeed(); seed !== undefined; seed = nextSeed()) {
    const verdict = await trySeed(seed, columns);
    count.programs++;
    if (verdict.aside) count.aside++;
    if (given !== undefined)
      console.log(`seed ${seed}: ${verdict.aside ? 'set aside' : `${verdict.differences.length} differences`}`);
    await report(verdict);
  }
}

await setup();
await Promise.all(Array.from({ length: Number(values.jobs) }, work));
console.log(`${count.programs} programs, ${count.aside} set aside, ${count.differences} differences`);
teardown();
process.exitCode = count.differences === 0 ? 0 : 1;
