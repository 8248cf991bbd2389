/**
 * npm run fuzz -- [--minutes N] [--seed S] [--column served|passive|sim] [--swarm]: random programs, natively, served and simulated, for N minutes;
 * with a seed: the program of that seed alone. What differs is made small and printed.
 */

import { parseArgs } from 'node:util';
import { setup, teardown } from '../support/global-setup.ts';
import { asScenario, COLUMNS, type Column, shrink, sideBySide, trySeed, type Verdict } from './compare.ts';
import { stepText } from './program.ts';

const SHRINK_MS = 180_000;
const DEFAULT_MINUTES = 5;

const USAGE = `usage: npm run fuzz -- [options]
  --minutes N    new programs for so long (default: ${DEFAULT_MINUTES})
  --seed S       only the program of this seed; may be given more than once
  --column C     only this column: ${COLUMNS.join(', ')}; or nest: against the simulated kernel, not the real one
  --jobs N       so many programs at a time (default: 2)
  --swarm        each program has weights of its own: some things not at all, much of others
  --show         prints each program
  --no-shrink    what differs is printed as it is`;

/** Ends with what is wrong, and how it is done. */
function misused(why: string): never {
  console.error(`fuzz: ${why}\n${USAGE}`);
  process.exit(2);
}

const options = {
  minutes: { type: 'string', default: String(DEFAULT_MINUTES) },
  seed: { type: 'string', multiple: true },
  column: { type: 'string' },
  jobs: { type: 'string', default: '2' },
  swarm: { type: 'boolean', default: false },
  show: { type: 'boolean', default: false },
  'no-shrink': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

function readOptions() {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    return misused((error as Error).message);
  }
}

const values = readOptions();
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
for (const [name, text] of Object.entries({ minutes: values.minutes, jobs: values.jobs }))
  if (!(Number(text) > 0)) misused(`--${name} takes a number above 0, not '${text}'`);
for (const seed of values.seed ?? []) if (!/^\d+$/.test(seed)) misused(`--seed takes a number, not '${seed}'`);
const known: readonly Column[] = [...COLUMNS, 'nest'];
const columns = values.column === undefined ? COLUMNS : [values.column as Column];
if (!columns.every((column) => known.includes(column))) misused(`--column: one of ${known.join(', ')}`);
const end = performance.now() + Number(values.minutes) * 60_000;
const given = values.seed?.map(Number);
const count = { programs: 0, aside: 0, differences: 0 };

/** A signal ends the run: those programs that run come to their end, and nothing is made small any more. */
let isEnded = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => (isEnded = true));

function nextSeed(): number | undefined {
  if (isEnded) return undefined;
  if (given !== undefined) return given.shift();
  return performance.now() < end ? Math.floor(Math.random() * 2 ** 32) : undefined;
}

async function report({ seed, program, differences }: Verdict): Promise<void> {
  if (values.show) console.log(program.steps.map((step) => `  ${stepText(step)}`).join('\n'));
  for (const difference of differences) {
    count.differences++;
    console.log(`\nseed ${seed}: ${difference.column} differs (${program.steps.length} steps)`);
    const late = performance.now() + SHRINK_MS;
    const isOver = (): boolean => isEnded || performance.now() > late;
    const small = values['no-shrink'] ? difference : await shrink(difference, isOver);
    console.log(`seed ${seed}, ${small.column}, ${small.program.steps.length} steps:\n${sideBySide(small)}`);
    console.log(asScenario(small, `seed ${seed}`));
  }
}

async function work(): Promise<void> {
  for (let seed = nextSeed(); seed !== undefined; seed = nextSeed()) {
    const verdict = await trySeed(seed, columns, values.swarm);
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
