/** The Linux host in the box: what it tells, whoever runs when; and ptrace that it serves, on the ptrace that the box serves. */

import { describe, expect, test } from 'vitest';
import { Box, random, record, replay, roundRobin, runToBlock } from '../../../src/box/index.ts';
import { eventsOf, toOps } from '../../../src/engines/tracer.ts';
import { FIRST, Nest, type NestOptions } from '../../../src/nest/index.ts';
import type { Task } from '../../../src/tracehook/task.ts';
import { Attach, attachTask, Engine, setEvents } from '../../../src/utrace/index.ts';
import { LISTEN, NOTIFY, TRANSCRIPT } from '../sim/seeds.ts';
import { attachFirst, family, witness } from './programs.ts';

/** What each told, in its order: between tasks it is the schedule's. SIGCHLDs, which may be merged, left out. */
function lives(lines: readonly string[], parent: number): readonly string[][] {
  const named = lines
    .filter((line) => !line.endsWith('gets 17'))
    .map((line) => line.replace(/^\d+|(?<=makes )\d+/g, (tid) => (Number(tid) === parent ? 'parent' : 'child')));
  return ['parent', 'child'].map((who) => named.filter((line) => line.startsWith(`${who} `)));
}

describe('a family under an attached supervisor', () => {
  /** The same tracer, on the simulated kernel itself. */
  function direct(): readonly string[][] {
    const lines: string[] = [];
    const box = new Box();
    const ops = toOps(witness(lines, true), { adopt: (child) => adopt(child) });
    const adopt = (task: Task): void => {
      const engine = attachTask(box.core, task, Attach.CREATE, ops, undefined);
      if (engine instanceof Engine) setEvents(task, engine, eventsOf(witness(lines, true)));
    };
    const task = box.start(family);
    adopt(task);
    expect(box.run()).toBe('done');
    return lives(fromTheFork(lines), task.tid);
  }

  /** Up to the first sleep it is not attached yet; and a wait that a SIGCHLD interrupts is made again. */
  const fromTheFork = (lines: readonly string[]): string[] =>
    lines.filter((line) => !/(enters|leaves) (35|61)$/.test(line));
  const options = (lines: string[]): NestOptions => ({
    main: (supervisor) => attachFirst(supervisor, witness(lines, true)),
    beside: [family],
  });

  test('tells what the simulated kernel tells, in any schedule', () => {
    const expected = direct();
    expect(expected.flat().length).toBeGreaterThan(20);
    const schedulers = [runToBlock(), roundRobin(), ...Array.from({ length: 60 }, (_, seed) => random(seed))];
    for (const [n, scheduler] of schedulers.entries()) {
      const lines: string[] = [];
      expect(new Nest(options(lines)).run(scheduler), `schedule ${n}`).toBe('done');
      expect(lives(fromTheFork(lines), FIRST), `schedule ${n}`).toEqual(expected);
    }
  });

  test('a recorded schedule, replayed, is the same run', () => {
    const schedule: number[] = [];
    const first = new Nest({ ...options([]), logs: true });
    first.run(record(random(7), schedule));
    const second = new Nest({ ...options([]), logs: true });
    second.run(replay(schedule));
    expect(second.box.kernel.log?.text()).toBe(first.box.kernel.log?.text());
  });
});

describe.each([
  ['seed 002, TRAP_NOTIFY', NOTIFY],
  ['seed 000, LISTEN', LISTEN],
] as const)('%s, its ptrace served by a supervisor', (_name, program) => {
  test('prints the transcript, whoever runs when', { timeout: 60_000 }, () => {
    const schedulers = [runToBlock(), roundRobin(), ...Array.from({ length: 40 }, (_, seed) => random(seed))];
    for (const [n, scheduler] of schedulers.entries()) {
      const nest = new Nest({
        serves: true,
        main: (supervisor) => void supervisor.spawn('seed', {}),
        programs: { seed: program },
      });
      expect(nest.run(scheduler), `schedule ${n}`).toBe('done');
      expect(nest.box.output.trimEnd().split('\n'), `schedule ${n}`).toEqual(TRANSCRIPT);
    }
  });
});
