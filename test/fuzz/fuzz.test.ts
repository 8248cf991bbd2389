/** A few random programs, new ones in each run: natively and under `utrace share`, the logs are the same. `npm run fuzz` goes on. */

import { beforeAll, expect, test } from 'vitest';
import { build } from '../cli/support.ts';
import { shareMissing } from '../conformance/ptrace/share.ts';
import { asScenario, COLUMNS, shrink, sideBySide, trySeed } from './compare.ts';

const SHRINK_MS = 30_000;

let missing: string | undefined;
beforeAll(() => {
  build();
  missing = shareMissing();
}, 120_000);

const PROGRAMS = 4;
const seeds = Array.from({ length: PROGRAMS }, () => Math.floor(Math.random() * 2 ** 32));

test.concurrent.each(seeds)('the program of seed %i', { timeout: 180_000 }, async (seed) => {
  if (missing !== undefined) return;
  const { differences } = await trySeed(seed, COLUMNS);
  if (differences[0] === undefined) return;
  const small = await shrink(differences[0], performance.now() + SHRINK_MS);
  expect.fail(
    `npm run fuzz -- --seed ${seed}\n${small.column}:\n${sideBySide(small)}\n${asScenario(small, `seed ${seed}`)}`,
  );
});
