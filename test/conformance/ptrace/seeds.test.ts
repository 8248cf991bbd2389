/**
 * The scenes of the patches that made group stops observable: TRAP_NOTIFY (seed 002) and LISTEN (seed 000) tell the same story,
 * alone on Linux, served, and both at once on one tracee, each its own.
 */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { cli } from '../../cli/support.ts';
import { program as built } from '../../support/paths.ts';

const run = promisify(execFile);
const program = built('groupstops');

/** The transcript that both patches print; whoever says it. */
const STORY = [
  'stopped=0 signo=5',
  ...Array.from({ length: 3 }, () => ['SIG 19', 'stopped=1 signo=19', 'stopped=0 signo=5', 'SIG 18']).flat(),
];

async function lines(prefix: readonly string[], ...tracers: string[]): Promise<string[]> {
  const [file, ...args] = [...prefix, program, ...tracers];
  const { stdout } = await run(file!, args, { timeout: 30_000, killSignal: 'SIGKILL' });
  return stdout.trimEnd().split('\n');
}

const saidBy = (who: string, told: readonly string[]): string[] =>
  told.filter((line) => line.startsWith(`${who}: `)).map((line) => line.slice(who.length + 2));

const SHARE = [process.execPath, cli, 'share', '--'];

describe.concurrent('a tracer that is told of group stops', () => {
  for (const [how, prefix] of [
    ['on Linux alone', []],
    ['served', SHARE],
  ] as const) {
    for (const who of ['notify', 'listen']) {
      test(`${who}: ${how}`, { timeout: 60_000 }, async () => {
        const told = await lines(prefix, who);
        expect(saidBy(who, told)).toEqual(STORY);
        // Between the mother's words: what she did is seen before she goes on.
        expect(told.indexOf('mother: SIGSTOP')).toBe(1);
        expect(told.indexOf(`${who}: stopped=1 signo=19`)).toBeLessThan(told.indexOf('mother: SIGCONT'));
      });
    }
  }

  test('both at once on one tracee, each its own story', { timeout: 60_000 }, async () => {
    const told = await lines(SHARE, 'listen', 'notify');
    expect(saidBy('listen', told)).toEqual(STORY);
    expect(saidBy('notify', told)).toEqual(STORY);
  });

  test('two listeners and one that goes on', { timeout: 60_000 }, async () => {
    const told = await lines(SHARE, 'listen', 'notify', 'listen');
    expect(saidBy('notify', told)).toEqual(STORY);
    expect(saidBy('listen', told)).toHaveLength(2 * STORY.length);
  });
});
