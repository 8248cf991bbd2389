/** Which mode of placement is chosen by what slices have cost: a disturbance is not what a mode costs. */

import { expect, test } from 'vitest';
import { Trials } from '../../../src/linux/placement.ts';

type Mode = ReturnType<Trials['choose']>;
const NS: Readonly<Record<Mode, number>> = { follow: 9_000, hold: 9_000, spin: 22_000, free: 60_000 };
const STOPS = 40; // so few that no slice counts as starved

/** Of so many slices, how many were spent in each mode. `factor`: what makes the `n`th of a mode dearer. */
function slices(count: number, factor: (mode: Mode, n: number) => number): Record<Mode, number> {
  const trials = new Trials(['follow', 'spin', 'free']);
  const spent: Record<Mode, number> = { follow: 0, hold: 0, spin: 0, free: 0 };
  let before: Mode = 'free';
  for (let i = 0; i < count; i++) {
    const mode = trials.choose();
    const ns = NS[mode] * factor(mode, spent[mode]++);
    if (mode === before) trials.measured(mode, (ns * STOPS) / 1e6, STOPS);
    before = mode;
  }
  return spent;
}

test('the cheapest is used, but for trials', () => {
  expect(slices(400, () => 1).follow).toBeGreaterThan(370);
});

test('one slice in which another program had the CPU does not change that', () => {
  expect(slices(400, (mode, n) => (mode === 'follow' && n === 60 ? 50 : 1)).follow).toBeGreaterThan(370);
});

test('what a mode cost while the code was cold is forgotten at its first trial', () => {
  expect(slices(400, (mode, n) => (mode === 'follow' && n < 4 ? 7 : 1)).follow).toBeGreaterThan(350);
});

test('a mode that has become dearer for good is left', () => {
  const spent = slices(800, (mode, n) => (mode === 'follow' && n > 60 ? 5 : 1));
  expect(spent.spin).toBeGreaterThan(600);
});
