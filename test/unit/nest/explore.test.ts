/**
 * The Linux host under the search: its own code between the system calls of its simulated process, and everybody else's steps in
 * every order that one preemption allows. UTRACE_NEST_RUNS: how many runs each case may take (0: all there are); UTRACE_NEST_CALLS:
 * with the tracees' system calls traced, too.
 */

import { describe, expect, test } from 'vitest';
import { exploreNest } from '../../../src/nest/index.ts';
import { ABANDONED, type Case, KILLED, LIVES } from './cases.ts';
import { attachFirst, PROGRAMS, witness } from './programs.ts';

const asked = process.env.UTRACE_NEST_RUNS;
const all = asked === '0';
const maxRuns = all ? Number.POSITIVE_INFINITY : Number(asked ?? 1500);

function exploreCase({ beside, main }: Case) {
  let lines: string[] = [];
  return exploreNest({
    preemptions: Number(process.env.UTRACE_NEST_PREEMPTIONS ?? 1),
    maxRuns,
    beside,
    programs: PROGRAMS,
    prepare: () => {
      lines = [];
    },
    main: (supervisor) =>
      main === undefined
        ? attachFirst(supervisor, witness(lines, process.env.UTRACE_NEST_CALLS !== undefined))
        : main(supervisor, lines),
    atEnd: (nest, ending) => (ending === 'done' ? null : `it ends ${ending}:\n${nest.box.dump()}`),
  });
}

describe.each([
  ['lives', LIVES],
  ['the tracee is killed', KILLED],
  ['the supervisor is killed', ABANDONED],
] as const)('%s', (_what, cases) => {
  test.each(cases)('$name', { timeout: all ? 3_600_000 : 60_000 }, (which) => {
    const { violations, complete, runs } = exploreCase(which);
    expect(violations).toEqual([]);
    if (all || asked === undefined) expect(complete, `${runs} runs`).toBe(all || which.complete === true);
  });
});
