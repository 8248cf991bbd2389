/** docs/specification.md names tests: each of them is there. */

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const root = new URL('../../../', import.meta.url);
const text = readFileSync(new URL('docs/specification.md', root), 'utf8');
const rows = text.split('\n').filter((line) => line.startsWith('|'));
/** The rows of sentences: without heads and rules. */
const sentences = rows.map((row) => row.split('|')).filter(([, first]) => !/^ sentence |^-+$/.test(first ?? ''));

/** The titles that the pattern finds and that are not in their file. */
function missing(pattern: RegExp, folder: string): { readonly count: number; readonly missing: readonly string[] } {
  const sources = new Map<string, string>();
  const found = [...text.matchAll(pattern)].map(([, file = '', title = '']) => ({
    file,
    title: title.replace(/\s+/g, ' '),
  }));
  const absent = found.filter(({ file, title }) => {
    if (!sources.has(file)) sources.set(file, readFileSync(new URL(`${folder}/${file}.test.ts`, root), 'utf8'));
    return !sources.get(file)!.includes(title);
  });
  return { count: found.length, missing: absent.map(({ file, title }) => `${file}: ${title}`) };
}

it('every unit test that docs/specification.md names exists', () => {
  const units = missing(/`(\w+)` “([^”]+)”/g, 'test/unit/core');
  expect(units.missing).toEqual([]);
  expect(units.count).toBeGreaterThan(100);
});

it('every live test that it names exists', () => {
  const live = missing(/`(\w+)`:\s+\*([^*]+)\*/g, 'test/conformance');
  expect(live.missing).toEqual([]);
  expect(live.count).toBeGreaterThan(150);
});

it('every sentence has a live test, or says why not', () => {
  for (const [, sentence, , live] of sentences) {
    expect(live, sentence).toMatch(/`\w+`: \*[^*]+\*|\*\*no\*\* \(\d+\)|unit only: /);
  }
  const limits = text.slice(text.indexOf('## What cannot hold'));
  for (const [, sentence, , live = ''] of sentences) {
    for (const [, n] of live.matchAll(/\((\d+)\)/g)) expect(limits, sentence).toMatch(new RegExp(`^${n}\\. `, 'm'));
  }
});

it('every delta it names is in docs/deltas.md, and no row lacks a column', () => {
  const deltas = readFileSync(new URL('docs/deltas.md', root), 'utf8');
  for (const [, n] of text.matchAll(/Δ(\d+)/g)) expect(deltas).toMatch(new RegExp(`^${n}\\. `, 'm'));
  for (const row of rows) expect(row.split('|').length, row).toBe(5);
});
