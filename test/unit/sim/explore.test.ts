/** The explorer sees every interleaving that matters; what it leaves out changes no outcome. */

import { describe, expect, test } from 'vitest';
import {
  type Box,
  type BoxExploreOptions,
  type Exploration,
  exploreBox,
  type Program,
} from '../../../src/box/index.ts';
import { killed } from './races.ts';
import { LISTEN, NOTIFY, TRANSCRIPT } from './seeds.ts';

/** All that a program may print, and how it may end. */
function outcomes(program: Program, options: BoxExploreOptions = {}): { all: string[]; result: Exploration } {
  const all = new Set<string>();
  const atEnd = (box: Box, ending: string): null => {
    all.add(`${ending}: ${box.output.trimEnd().replaceAll('\n', ', ')}`);
    return null;
  };
  const result = exploreBox(program, { ...options, atEnd });
  expect(result.violations).toEqual([]);
  expect(result.complete).toBe(true);
  return { all: [...all].sort(), result };
}

/** Each process prints one letter. */
const printers = (letters: string): Program =>
  function* main(sys) {
    for (const letter of letters) {
      yield* sys.fork(function* printer(sys) {
        yield* sys.print(letter);
      });
    }
  };

describe('what can happen', () => {
  test('two that print, in both orders', () => {
    expect(outcomes(printers('ab')).all).toEqual(['done: ab', 'done: ba']);
  });

  test('three that print, in all six orders', () => {
    expect(outcomes(printers('abc'), { preemptions: 2 }).all).toEqual(
      ['abc', 'acb', 'bac', 'bca', 'cab', 'cba'].map((text) => `done: ${text}`),
    );
  });
});

describe('the reduction leaves out no outcome', () => {
  const attacher: Program = function* main(sys) {
    const me = yield* sys.getpid();
    yield* sys.fork(function* tracer(sys) {
      yield* sys.ptrace('SEIZE', me);
      yield* sys.ptrace('INTERRUPT', me);
      yield* sys.print(String((yield* sys.wait4(me, 0x40000000)).status));
    });
    yield* sys.kill(me, 'SIGSTOP');
  };

  test.each([
    ['an attach and a stop', attacher],
    ['an attach and SIGKILL', killed()],
  ] as const)('%s', (_name, program) => {
    const every = outcomes(program, { naive: true, fingerprints: false });
    const reduced = outcomes(program, { fingerprints: false });
    expect(reduced.all).toEqual(every.all);
    expect(reduced.result.runs).toBeLessThanOrEqual(every.result.runs);
    expect(outcomes(program).all).toEqual(every.all); // with states told apart
    expect(outcomes(program, { preemptions: 20, fingerprints: false }).all).toEqual(every.all);
  });
});

describe('the programs of the seeds print their transcripts in every interleaving', () => {
  const expected = [`done: ${TRANSCRIPT.join(', ')}`];

  test.each([
    ['002, TRAP_NOTIFY', NOTIFY],
    ['000, LISTEN', LISTEN],
  ] as const)('%s', (_name, program) => {
    expect(outcomes(program).all).toEqual(expected);
    expect(outcomes(program, { preemptions: 2 }).all).toEqual(expected);
  });
});
