/** Runs the code of docs/writing-an-engine.md and compares what it prints with what the page says. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { formatWithOptions } from 'node:util';
import { afterEach, describe, expect, test, vi } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/writing-an-engine.md'), 'utf8');
const blocks = [...page.matchAll(/^## (\d+\. .*)$[\s\S]*?```ts\n([\s\S]*?)```\s+```text\n([\s\S]*?)```/gm)];
const out = join(root, 'build', 'docs');

describe('docs/writing-an-engine.md', () => {
  afterEach(() => vi.restoreAllMocks());

  test('has its six steps', () => expect(blocks).toHaveLength(6));

  test.each(
    blocks.map(([, title, code, expected]) => ({ title: title!, code: code!, expected: expected! })),
  )('$title', async ({ title, code, expected }) => {
    let printed = '';
    vi.spyOn(console, 'log').mockImplementation((...args: unknown[]) => {
      printed += `${formatWithOptions({ colors: false }, ...args)}\n`;
    });
    mkdirSync(out, { recursive: true });
    const file = join(out, `step-${Number.parseInt(title, 10)}.ts`);
    const source = join(root, 'src', 'session', 'index.ts');
    writeFileSync(file, `${code.replaceAll("from 'utrace'", `from '${source}'`)}\nexport {};\n`);
    await import(/* @vite-ignore */ file);
    expect(printed).toBe(expected);
  });
});
