/** `utrace sim`: the tutorial's programs, run, explored and replayed. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { root } from '../support/paths.ts';
import { build, scratch, utrace } from './support.ts';

const example = (name: string): string => join(root, 'docs', 'examples', name);
beforeAll(build, 120_000);

test('run: what the programs print, and the tasks at the end', async () => {
  const { code, stdout } = await utrace(['sim', 'run', example('lost-stop.mjs')]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'tracer: had a look\nparent: it is stopped\n' });
});

test('explore finds the lost stop; replay shows it again; a diagram of it', async () => {
  const diagram = join(scratch(), 'wrong.mmd');
  const found = await utrace(['sim', 'explore', example('lost-stop.mjs'), '--preemptions', '2', '--diagram', diagram]);
  expect(found.code).toBe(1);
  expect(found.stderr).toContain('utrace: the parent waits for ever');
  expect(readFileSync(diagram, 'utf8')).toMatch(/^sequenceDiagram\n {2}participant T2 as parent 2\n/);
  const schedule = /sim replay \S+ (\S+)/.exec(found.stderr)?.[1] ?? '';
  const again = await utrace(['sim', 'replay', example('lost-stop.mjs'), schedule, '--log']);
  expect(again.code).toBe(1);
  expect(again.stderr).toContain('PTRACE_INTERRUPT');
});

test('explore: the mended program is right in every interleaving of two preemptions', async () => {
  const { code, stderr } = await utrace(['sim', 'explore', example('lost-stop-mended.mjs'), '--preemptions', '2']);
  expect(stderr).toContain('all there are');
  expect(code).toBe(0);
});

test('what is wrong with a file is said', async () => {
  expect((await utrace(['sim', 'run', '/nothing/there.mjs'])).stderr).toContain('there is no /nothing/there.mjs');
  const file = join(scratch(), 'empty.mjs');
  writeFileSync(file, 'export const main = 1;\n');
  expect((await utrace(['sim', 'run', file])).stderr).toContain('has no program');
  const replay = await utrace(['sim', 'replay', example('lost-stop.mjs'), '2x3,nonsense']);
  expect(replay).toMatchObject({ code: 1, stderr: 'utrace: not a schedule: nonsense\n' });
});

test('a program in TypeScript', async () => {
  const file = join(scratch(), 'program.ts');
  const lines = [
    "import type { Program, Sys } from 'utrace/sim';",
    'const text: string = `hello\\n`;',
    'export default (function* main(sys: Sys): Generator { yield* sys.print(text as string); } as unknown as Program);',
  ];
  writeFileSync(file, lines.join('\n'));
  expect(await utrace(['sim', 'run', file])).toMatchObject({ code: 0, stdout: 'hello\n' });
  writeFileSync(file, 'export default function* main(sys: { }');
  expect(await utrace(['sim', 'run', file])).toMatchObject({ code: 1, stdout: '' });
});
