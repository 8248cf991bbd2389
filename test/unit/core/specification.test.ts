/** docs/specification.md names tests: each of them is there. */

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const root = new URL('../../../', import.meta.url);
const text = readFileSync(new URL('docs/specification.md', root), 'utf8');

it('every test that docs/specification.md names exists', () => {
  const sources = new Map<string, string>();
  let count = 0;
  const missing: string[] = [];
  for (const [, file = '', title = ''] of text.matchAll(/`(\w+)` “([^”]+)”/g)) {
    if (!sources.has(file)) {
      sources.set(file, readFileSync(new URL(`test/unit/core/${file}.test.ts`, root), 'utf8'));
    }
    count++;
    if (!sources.get(file)!.includes(title)) missing.push(`${file}: ${title}`);
  }
  expect(missing).toEqual([]);
  expect(count).toBeGreaterThan(100);
});

it('every delta it names is in docs/deltas.md, and no row lacks a column', () => {
  const deltas = readFileSync(new URL('docs/deltas.md', root), 'utf8');
  for (const [, n] of text.matchAll(/Δ(\d+)/g)) expect(deltas).toMatch(new RegExp(`^${n}\\. `, 'm'));
  for (const line of text.split('\n').filter((row) => row.startsWith('|'))) {
    expect(line.split('|').length, line).toBe(5);
  }
});
