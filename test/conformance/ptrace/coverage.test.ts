/** The scenarios as a set: every rule has one, no two have one title. */

import { describe, expect, test } from 'vitest';
import { GROUPS } from './scenarios/index.ts';
import { MULTI } from './scenarios/multi/index.ts';

const titles = [...Object.values(GROUPS), ...Object.values(MULTI)].flat().map(({ title }) => title);
const named = (letter: string): Set<number> =>
  new Set(titles.flatMap((title) => (title.startsWith(letter) ? [Number.parseInt(title.slice(1), 10)] : [])));

/** Pitfalls that are not about what a program sees, or that a scenario of a rule shows (P24 is R21, P35 R44, P39 R15). */
const ELSEWHERE = [1, 24, 35, 36, 39];

describe('the scenarios', () => {
  test('there is one for every rule, R1 to R58', () => {
    const rules = named('R');
    expect(Array.from({ length: 58 }, (_, n) => n + 1).filter((n) => !rules.has(n))).toEqual([]);
  });

  test('there is one for every pitfall that programs can see', () => {
    const pitfalls = named('P');
    const missing = Array.from({ length: 39 }, (_, n) => n + 1).filter((n) => !pitfalls.has(n));
    expect(missing).toEqual(ELSEWHERE);
  });

  test('each has a title of its own', () => {
    expect(titles.filter((title, n) => titles.indexOf(title) !== n)).toEqual([]);
  });
});
