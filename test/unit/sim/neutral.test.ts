/** `utrace/sim` stands alone: one file, without Node's modules, without the addon. */

import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { root } from '../../support/paths.ts';

const bundle = join(root, 'dist', 'sim.js');
beforeAll(() => {
  execFileSync(process.execPath, [join(root, 'scripts', 'ensure-built.mjs')], { stdio: ['ignore', 2, 2] });
}, 120_000);

test('it imports nothing', () => {
  const code = readFileSync(bundle, 'utf8');
  expect(code).not.toMatch(/^\s*(import|export)\b[^;]*\bfrom\s*['"]/m);
  expect(code).not.toMatch(
    /['"]node:|\brequire\s*\(|\bimport\s*\(|\bprocess\.(env|platform|binding|dlopen)\b|\bBuffer\b/,
  );
});

test('it works in Node where there is nothing else of ours', () => {
  const dir = mkdtempSync(join(tmpdir(), 'utrace-sim-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  copyFileSync(bundle, join(dir, 'sim.mjs'));
  copyFileSync(join(root, 'docs', 'examples', 'listen.mjs'), join(dir, 'listen.mjs'));
  const main = join(dir, 'main.mjs');
  writeFileSync(
    main,
    `import { Box } from './sim.mjs';
     import listen from './listen.mjs';
     const box = new Box().boot(listen);
     console.log(box.run(), box.output.split('\\n').length);`,
  );
  expect(execFileSync(process.execPath, [main], { cwd: dir, encoding: 'utf8', env: {} })).toBe('done 20\n');
});
