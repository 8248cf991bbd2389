/**
 * What a tracer reads and writes in /proc of its tracee, natively and in a session of tracers: the same. And debuggers with
 * breakpoints in one program, each as if it were alone.
 */

import { beforeAll, describe, expect, test } from 'vitest';
import { build, type Ran, run } from '../cli/support.ts';
import { program } from '../support/paths.ts';
import { shared } from '../tools/support.ts';

beforeAll(build, 120_000);

const DEADLINE = 25_000;
const played = async (command: readonly string[]): Promise<Ran> => run(command, { deadline: DEADLINE });
/** Those of several processes come in any order. */
const lines = ({ stdout }: Ran): string[] => stdout.trimEnd().split('\n').sort();

test('status and stat: a tracer reads who traces, and the state, as it would alone', async () => {
  const native = await played([program('procreader')]);
  const ours = await played(shared(program('procreader')));
  expect(ours.stdout).toBe(native.stdout);
  expect(native.stdout).toMatch(/its end: status 0\n$/);
});

test('a program that was started by its tracer finds that one, also inside the strace of another', async () => {
  const asks = 'echo "$PPID"; sed -n s/TracerPid:.//p /proc/$$/status';
  const traced = ['strace', '-o', '/dev/null', '/bin/sh', '-c', asks];
  for (const command of [traced, shared(...traced), shared('strace', '-f', '-o', '/dev/null', ...traced)]) {
    const [parent, tracer] = (await played(command)).stdout.split('\n');
    expect(tracer).toBe(parent);
  }
});

test('memory by a descriptor for a leader that has ended, as natively', async () => {
  const native = await played([program('leaderless')]);
  expect(native.stdout).toContain('read 8: 42\nwritten 8: 43\n');
  const ours = await played(shared(program('leaderless')));
  expect(ours.stdout).toBe(native.stdout);
});

test.each(['peek:tick', 'mem:both', 'file:both'])('a debugger alone, as natively: %s', async (way) => {
  const native = await played([program('planter'), way]);
  expect(native.stdout).toContain(`${way}: 25 hits, 0 missed, 0 strange\n`);
  const ours = await played(shared(program('planter'), way));
  expect(ours.stdout).toBe(native.stdout);
});

describe('a fork has the breakpoints in it: each debugger finds its own there, and lifts it', () => {
  test('alone, as natively', async () => {
    const native = await played([program('planter'), 'fork', 'mem:tick']);
    expect(native.stdout).toContain('mem:tick: followed, 0 strange\n');
    const ours = await played(shared(program('planter'), 'fork', 'mem:tick'));
    expect(ours.stdout).toBe(native.stdout);
  });

  test('three of them', async () => {
    const ways = ['mem:tick', 'file:tick', 'peek:tock'];
    const ours = await played(shared(program('planter'), 'fork', ...ways));
    const each = ways.map((way) => `${way}: followed, 0 strange`);
    expect(lines(ours)).toEqual([...each, 'the program: alive, as it was'].sort());
  });
});

describe('several debuggers at a time see each hit of their own breakpoints, and nothing of the others', () => {
  test.each([
    ['at different places', ['peek:tick', 'peek:tock']],
    ['at the same place', ['peek:tick', 'mem:tick']],
    ['at the same places, by files', ['mem:both', 'file:both']],
    ['four of them', ['mem:both', 'mem:tick', 'peek:tock', 'file:both']],
  ])('%s', async (_, ways) => {
    const ours = await played(shared(program('planter'), ...ways));
    const each = ways.map((way) => `${way}: 25 hits, 0 missed, 0 strange`);
    expect(lines(ours)).toEqual([...each, 'the program: alive, as it was'].sort());
  });
});
