/**
 * A tracer that is served and its tracee are held on one CPU while they take quick turns (src/linux/holds.ts): none of them is
 * to notice, nobody is to be left with that, and what somebody else sets meanwhile stays.
 */

import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Running, run, sleep, status, until } from '../cli/support.ts';
import { affinity, build, has, shared } from './support.ts';

beforeAll(build, 120_000);

const STOPS = '12000';
const allowed = (pid: number): string => status(pid, 'Cpus_allowed_list');

/** Who takes turns, once they do. */
async function players(running: Running): Promise<readonly number[]> {
  await until('its beginning', () => /^began (\d+) (\d+)$/m.test(running.stdout()));
  return /^began (\d+) (\d+)$/m.exec(running.stdout())!.slice(1).map(Number);
}

/** Looks from outside until the turns are over: all affinities that were seen, and that at the end. */
async function watch(running: Running, pid: number): Promise<{ seen: Set<string>; last: string }> {
  const seen = new Set<string>();
  await until('the end of the turns', () => {
    for (let i = 0; i < 20; i++) seen.add(allowed(pid));
    return /^done$/m.test(running.stdout());
  });
  await sleep(50); // the slice is over by then
  return { seen, last: allowed(pid) };
}

describe.skipIf(cpus().length < 2)('held on one CPU', () => {
  const all = allowed(process.pid);

  test('and nobody who looks, or is born meanwhile, notices', async () => {
    const ran = await run(shared(affinity, STOPS), {
      whileRunning: async (running) => {
        const [tracer] = await players(running);
        const { seen, last } = await watch(running, tracer!);
        expect(
          [...seen].filter((list) => /^\d+$/.test(list)),
          'it never was held',
        ).not.toEqual([]);
        expect(last).toBe(all);
      },
    });
    expect(ran).toMatchObject({ stdout: expect.stringMatching(/^began \d+ \d+\ndone\n$/), stderr: '', code: 0 });
  });

  test('and a thread that calls exec is not left so under its new tid', async () => {
    const ran = await run(shared(affinity, 'exec', STOPS));
    expect(ran).toMatchObject({ stdout: expect.stringMatching(/^began \d+ \d+\ndone\n$/), stderr: '', code: 0 });
  });

  test('with UTRACE_PLACEMENT=off nobody is', async () => {
    await run(shared(affinity, STOPS), {
      env: { ...process.env, UTRACE_PLACEMENT: 'off' },
      whileRunning: async (running) => {
        const [tracer] = await players(running);
        const { seen } = await watch(running, tracer!);
        expect([...seen]).toEqual([all]);
      },
    });
  });

  test.skipIf(!has('taskset'))('what somebody outside sets meanwhile stays', async () => {
    await run(shared(affinity, 'pin', STOPS), {
      whileRunning: async (running) => {
        const [tracer] = await players(running);
        const held = new Set<string>();
        await until('it is held', () => {
          const now = allowed(tracer!);
          if (/^\d+$/.test(now)) held.add(now);
          return held.size > 0 || /^done$/m.test(running.stdout());
        });
        const other = `${[0, 1].find((cpu) => !held.has(`${cpu}`))}`;
        execFileSync('taskset', ['-pc', other, `${tracer}`]);
        const { last } = await watch(running, tracer!);
        expect(last).toBe(other);
      },
    });
  });
});
