/** The races of the seeds, explored with two preemptions: the invariants hold in each of their interleavings. */

import { describe, expect, test } from 'vitest';
import { type Box, exploreBox, type Program } from '../../../src/box/index.ts';
import * as races from './races.ts';

/** The last that a monitor said of the group. */
const lastOfGroup = (box: Box): string | undefined =>
  box.output
    .trimEnd()
    .split('\n')
    .filter((line) => line === 'running' || line.startsWith('stopped'))
    .at(-1);

/** The group goes on at the end: whoever was told that it is stopped must have been told that, too (R27). */
const endsRunning = (box: Box, ending: string): string | null =>
  ending === 'idle' && lastOfGroup(box)?.startsWith('stopped') ? `a lost SIGCONT:\n${box.output}` : null;
const reapsAll = (_box: Box, ending: string): string | null => (ending === 'done' ? null : `it ends ${ending}`);

type AtEnd = (box: Box, ending: string) => string | null;
const RACES: readonly { name: string; program: Program; atEnd: AtEnd | undefined }[] = (
  [
    ['SIGSTOP against SEIZE', races.attachStop('SEIZE')],
    ['SIGSTOP against ATTACH', races.attachStop('ATTACH')],
    ['NOTIFY against LISTEN', races.signalled('LISTEN', 'SIGSTOP', 'SIGCONT'), endsRunning],
    ['NOTIFY against CONT', races.signalled('CONT', 'SIGSTOP', 'SIGCONT'), endsRunning],
    ['NOTIFY, and another stop', races.signalled('LISTEN', 'SIGSTOP', 'SIGCONT', 'SIGSTOP')],
    ['NOTIFY against SIGKILL', races.signalled('LISTEN', 'SIGSTOP', 'SIGCONT', 'SIGKILL')],
    ['INTERRUPT against LISTEN', races.interruptListen],
    ['SIGKILL against SEIZE', races.killed(), reapsAll],
    ['SIGKILL against INTERRUPT', races.killed('INTERRUPT'), reapsAll],
    ['SIGKILL against a group stop', races.killed('SIGSTOP', 'SIGCONT'), reapsAll],
    ['SIGKILL against DETACH', races.killed('INTERRUPT', 'DETACH'), reapsAll],
    ['the death of the tracer against everything', races.tracerDies, reapsAll],
    ['exec by a thread against SEIZE', races.execAttach, reapsAll],
    ['a group stop of two threads', races.twoThreads('SIGSTOP', 'SIGCONT'), endsRunning],
  ] as readonly [string, Program, AtEnd?][]
).map(([name, program, atEnd]) => ({ name, program, atEnd }));

test.each(RACES)('$name', { timeout: 60_000 }, ({ program, atEnd }) => {
  const result = exploreBox(program, { preemptions: 2, maxRuns: 20_000, ...(atEnd && { atEnd }) });
  expect(result.violations).toEqual([]);
  expect(result.complete).toBe(true);
});

describe('with requests that are made in parts', () => {
  const atOnce = (box: Box): string | null =>
    box.output.startsWith('at once\n') ? null : `not at once:\n${box.output}`;
  const staysStopped = (box: Box): string | null => (box.output === 'stopped 19\n' ? null : box.output);
  const WINDOWS: typeof RACES = [
    { name: 'SEIZE of what is stopped', program: races.attachStopped('SEIZE'), atEnd: atOnce },
    { name: 'ATTACH to what is stopped', program: races.attachStopped('ATTACH'), atEnd: atOnce },
    {
      name: 'TRAPPING against SIGCONT, SEIZE',
      program: races.attachStopped('SEIZE', 'SIGCONT'),
      atEnd: endsRunning,
    },
    { name: 'TRAPPING against SIGCONT, ATTACH', program: races.attachStopped('ATTACH', 'SIGCONT'), atEnd: undefined },
    { name: 'TRAPPING against SIGKILL', program: races.attachStopped('SEIZE', 'SIGKILL'), atEnd: reapsAll },
    { name: 'TRAPPING against the death of the tracer', program: races.attacherDies, atEnd: staysStopped },
    { name: 'PTRACE_FROZEN against SIGKILL', program: races.requestsKilled, atEnd: reapsAll },
  ];

  const explored = ({ program, atEnd }: (typeof RACES)[number], bound: { preemptions?: number }): void => {
    const result = exploreBox(program, { ...bound, maxRuns: 60_000, splitsRequests: true, ...(atEnd && { atEnd }) });
    expect(result.violations).toEqual([]);
    expect(result.complete).toBe(true);
  };

  test.each([...RACES, ...WINDOWS])('$name', { timeout: 120_000 }, (race) => explored(race, { preemptions: 2 }));
  test.each(WINDOWS)('$name, without a bound', { timeout: 120_000 }, (race) => explored(race, {}));
});

test('two tracers against each other', { timeout: 60_000 }, () => {
  const result = exploreBox(races.twoTracers('SIGSTOP'), { preemptions: 1, maxRuns: 20_000 });
  expect(result.violations).toEqual([]);
});

test('a terminal that is given to a job before SIGCONT, and after it', () => {
  const options = { preemptions: 2, atEnd: reapsAll };
  expect(exploreBox(races.givesTerminal('terminal, SIGCONT'), options)).toMatchObject({
    violations: [],
    complete: true,
  });
  const [wrong] = exploreBox(races.givesTerminal('SIGCONT, terminal'), options).violations;
  expect(wrong?.what).toBe('it ends idle');
});
