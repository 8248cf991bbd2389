/**
 * The cases of explore.test.ts under random schedules and random priorities, with and without their system calls traced: what takes more
 * preemptions than are explored. UTRACE_NEST_SEED and UTRACE_NEST_SEEDS choose which schedules, and how many.
 */

import { expect, test } from 'vitest';
import { priorities, random, runChecked } from '../../../src/box/index.ts';
import { worldOfNest } from '../../../src/nest/index.ts';
import { ABANDONED, KILLED, LIVES } from './cases.ts';
import { attachFirst, PROGRAMS, witness } from './programs.ts';

const SEEDS = Number(process.env.UTRACE_NEST_SEEDS ?? 40);
const FROM = Number(process.env.UTRACE_NEST_SEED ?? 0);
/** About how many steps a life takes. */
const LENGTH = 120;

test.each([...LIVES, ...KILLED, ...ABANDONED])('$name', { timeout: 600_000 }, ({ beside, main }) => {
  for (let seed = FROM; seed < FROM + SEEDS; seed++) {
    for (const calls of [false, true]) {
      for (const [kind, scheduler] of [
        random(seed),
        priorities(seed, 2, LENGTH),
        priorities(seed, 3, LENGTH),
      ].entries()) {
        const world = worldOfNest({
          beside,
          programs: PROGRAMS,
          main: (supervisor) =>
            main === undefined ? attachFirst(supervisor, witness([], calls)) : main(supervisor, []),
          atEnd: (nest, ending) => (ending === 'done' ? null : `it ends ${ending}:\n${nest.box.dump()}`),
        });
        const which = `seed ${seed}, ${calls ? 'with' : 'without'} calls, schedule ${kind}`;
        expect(runChecked(world, scheduler, { maxSteps: 20_000 }), which).toBeNull();
        expect(world.kernel.tasks.size, `${which}: it does not end`).toBe(1);
      }
    }
  }
});
