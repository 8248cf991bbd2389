/** The import rule of docs/architecture.md: who may import whom. Debts are listed, not hidden. */

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const src = resolve(import.meta.dirname, '../../src');

/** Each layer, and what it may import besides itself. */
const MAY: Record<string, readonly string[]> = {
  base: [],
  abi: ['base'],
  tracehook: ['base', 'abi'],
  utrace: ['base', 'abi', 'tracehook'],
  linux: ['base', 'abi', 'tracehook'],
  ptrace: ['base', 'abi', 'tracehook', 'utrace'],
  sim: ['base', 'abi', 'tracehook'],
  box: ['base', 'abi', 'tracehook', 'utrace', 'ptrace', 'sim'],
  engines: ['base', 'abi', 'tracehook', 'utrace'],
  nest: ['base', 'abi', 'tracehook', 'utrace', 'linux', 'ptrace', 'sim', 'box', 'engines'],
  session: ['base', 'abi', 'tracehook', 'utrace', 'linux', 'ptrace', 'engines'],
  cli: ['base', 'abi', 'tracehook', 'utrace', 'engines', 'session', 'box'],
};
const DEBTS: readonly string[] = [];

const files = readdirSync(src, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
  .map((entry) => join(entry.parentPath, entry.name));

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, path]) => resolve(dirname(file), path!));
}

const layerOf = (file: string): string => relative(src, file).split('/')[0]!;

test('there is something to check', () => {
  expect(files.length).toBeGreaterThan(30);
});

test.each(files.map((file) => relative(src, file)))('%s imports only what its layer may', (name) => {
  const file = join(src, name);
  const layer = layerOf(file);
  expect(MAY, `the layer of ${name} is not known`).toHaveProperty(layer);
  const wrong = importsOf(file)
    .filter((target) => target.startsWith(src))
    .filter((target) => layerOf(target) !== layer && !MAY[layer]!.includes(layerOf(target)))
    .map((target) => `${name} imports ${relative(src, target)}`)
    .filter((line) => !DEBTS.includes(line));
  expect(wrong).toEqual([]);
});

test('the core and what it stands on know no clock, no randomness, no Node', () => {
  const pure = files.filter((file) =>
    ['base', 'abi', 'tracehook', 'utrace', 'ptrace', 'sim', 'box'].includes(layerOf(file)),
  );
  for (const file of pure) {
    const code = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    expect(code, relative(src, file)).not.toMatch(
      /\bnode:|Date\.now|performance\.|Math\.random|setTimeout|setImmediate/,
    );
  }
});
