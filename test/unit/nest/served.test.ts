/**
 * ptrace that a supervisor in the box serves: the races of the seeds, under random schedules, with all invariants checked, of the
 * supervisor and of the ptrace below it. UTRACE_NEST_SEED and UTRACE_NEST_SEEDS choose which schedules, and how many.
 */

import { expect, test } from 'vitest';
import { type Program, random, runChecked } from '../../../src/box/index.ts';
import { worldOfNest } from '../../../src/nest/index.ts';
import * as races from '../sim/races.ts';
import { PROGRAMS } from './programs.ts';

const SEEDS = Number(process.env.UTRACE_NEST_SEEDS ?? 40);
const FROM = Number(process.env.UTRACE_NEST_SEED ?? 0);
const SPAWNED = 3;

/** Runs a race as a child, and ends everybody but the supervisor: most races leave sleepers. */
const ended = (race: Program): Program =>
  function* main(sys) {
    yield* sys.setpgid(0, 0);
    yield* sys.fork(race);
    yield* sys.sleep(2);
    yield* sys.kill(-SPAWNED, 'SIGKILL');
  };

const RACES: readonly (readonly [string, Program])[] = [
  ['NOTIFY against LISTEN', races.signalled('LISTEN', 'SIGSTOP', 'SIGCONT')],
  ['NOTIFY against CONT', races.signalled('CONT', 'SIGSTOP', 'SIGCONT')],
  ['INTERRUPT against LISTEN', races.interruptListen],
  ['SIGSTOP against SEIZE', races.attachStop('SEIZE')],
  ['SIGSTOP against ATTACH', races.attachStop('ATTACH')],
  ['SIGKILL against SEIZE', races.killed()],
  ['SIGKILL against everything', races.killed('INTERRUPT', 'SIGSTOP', 'SIGCONT', 'DETACH')],
  ['the death of the tracer', races.tracerDies],
  ['exec by a thread against SEIZE', races.execAttach],
  ['two tracers, and a stop', races.twoTracers('SIGSTOP', 'SIGCONT')],
  ['a group stop of two threads', races.twoThreads('SIGSTOP', 'SIGCONT')],
  ['the tracer is told first', races.tracerFirst],
];

test.each(RACES)('%s', { timeout: 600_000 }, (_name, race) => {
  for (let seed = FROM; seed < FROM + SEEDS; seed++) {
    const world = worldOfNest({
      serves: true,
      main: (supervisor) => void supervisor.spawn('race', {}),
      programs: { ...PROGRAMS, race: ended(race) },
      atEnd: (nest, ending) => (ending === 'done' ? null : `it ends ${ending}:\n${nest.box.dump()}`),
    });
    expect(runChecked(world, random(seed), { maxSteps: 20_000 }), `seed ${seed}`).toBeNull();
    expect(world.kernel.tasks.size, `seed ${seed}: it does not end`).toBe(1);
  }
});
