/**
 * ptrace that a supervisor in the box serves: the races of the seeds, under random schedules, with all invariants checked, of the
 * supervisor and of the ptrace below it. UTRACE_NEST_SEED and UTRACE_NEST_SEEDS choose which schedules, and how many.
 */

import { expect, test } from 'vitest';
import { type Program, priorities, random, runChecked, W } from '../../../src/box/index.ts';
import { type Nest, worldOfNest } from '../../../src/nest/index.ts';
import * as races from '../sim/races.ts';
import { PROGRAMS, sleeper } from './programs.ts';

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

/** Runs a program under some schedules of each kind; `times` as many where the race is a rare one. */
function runs(program: Program, atEnd: (nest: Nest) => string | null, times = 1): void {
  for (let seed = FROM; seed < FROM + SEEDS * times; seed++) {
    for (const scheduler of [random(seed), priorities(seed)]) {
      const world = worldOfNest({
        serves: true,
        main: (supervisor) => void supervisor.spawn('race', {}),
        programs: { ...PROGRAMS, race: program },
        atEnd: (nest, ending) => (ending === 'done' ? atEnd(nest) : `it ends ${ending}:\n${nest.box.dump()}`),
      });
      expect(runChecked(world, scheduler, { maxSteps: 20_000 }), `seed ${seed}`).toBeNull();
      expect(world.kernel.tasks.size, `seed ${seed}: it does not end`).toBe(1);
    }
  }
}

test.each(RACES)('%s', { timeout: 600_000 }, (_name, race) => {
  runs(ended(race), () => null);
});

test('one INTERRUPT is one trap', { timeout: 600_000 }, () => {
  const interrupts: Program = function* interrupts(sys) {
    const tracee = yield* sys.fork(sleeper);
    const tracer = yield* sys.fork(function* tracer(sys) {
      yield* sys.ptrace('SEIZE', tracee);
      yield* sys.ptrace('INTERRUPT', tracee);
      yield* races.monitor(sys, tracee);
    });
    yield* sys.sleep(1);
    yield* sys.kill(tracer, 'SIGKILL');
    yield* sys.kill(tracee, 'SIGKILL');
  };
  runs(interrupts, ({ box }) => (box.output === 'running\n' ? null : `it says ${box.output}`), 4);
});

test('the INTERRUPT that wakes a wait comes as its child’s death has ended that already', { timeout: 600_000 }, () => {
  const waits: Program = function* waits(sys) {
    const tracee = yield* sys.fork(sleeper);
    const tracer = yield* sys.fork(function* tracer(sys) {
      const child = yield* sys.fork(function* child(sys) {
        yield* sys.sleep(1);
      });
      yield* sys.ptrace('SEIZE', tracee);
      yield* sys.sleep(0.5);
      const { pid } = yield* sys.wait4(-1, W.ALL);
      return pid === child ? 3 : 4;
    });
    yield* sys.sleep(0.4);
    yield* sys.ptrace('SEIZE', tracer);
    yield* races.monitor(sys, tracer);
    yield* sys.kill(tracee, 'SIGKILL');
  };
  runs(waits, ({ box }) => (box.output === 'SIG 17\ndead\n' ? null : `it says ${box.output}`));
});
