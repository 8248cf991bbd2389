/**
 * A few random programs, natively and under `utrace share`: the logs are the same. Always the same few, so that a change is what
 * breaks them; `UTRACE_FUZZ=random` takes new ones, and `npm run fuzz` goes on.
 */

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
const random = process.env.UTRACE_FUZZ === 'random';
const seeds = Array.from({ length: PROGRAMS }, (_, i) => (random ? Math.floor(Math.random() * 2 ** 32) : i + 1));

test.concurrent.each(seeds)('the program of seed %i', { timeout: 180_000 }, async (seed) => {
  if (missing !== undefined) return;
  const { differences } = await trySeed(seed, COLUMNS);
  if (differences[0] === undefined) return;
  const end = performance.now() + SHRINK_MS;
  const small = await shrink(differences[0], () => performance.now() > end);
  expect.fail(
    `npm run fuzz -- --seed ${seed}\n${small.column}:\n${sideBySide(small)}\n${asScenario(small, `seed ${seed}`)}`,
  );
});
