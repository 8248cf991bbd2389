/**
 * SIGKILL at each moment of the supervisor's own: between any two of the system calls that it makes about a task. Random
 */

import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { Prng } from '../../src/base/prng.ts';
import { cli, run } from '../cli/support.ts';
import { root } from '../support/paths.ts';
import { build, debuggee, has, reaper, sh } from './support.ts';

beforeAll(build, 120_000);

const KILLS = Number(process.env.UTRACE_KILLS ?? 6);
const SEED = Number(process.env.UTRACE_SEED ?? Math.floor(Math.random() * 2 ** 31));
const addon = join(root, 'test', 'tools', 'programs', 'killing-addon.cjs');
const settings = `-nx -q -batch -ex 'set debuginfod enabled off'`;
const gdb = `gdb ${settings} -ex 'break add' -ex run -ex 'ignore 1 3' -ex continue --args ${debuggee} hits 6 >/dev/null 2>&1; echo`;
const strace = 'strace -f -o /dev/null';

/**
 * Where strace has tried out what ptrace can do, and its program runs. Before, it has children that sleep or stop for ever, also on the
 * kernel alone, unless it ends them.
 */
const STRACE_RUNS = 200;

/** Whom to kill, in what, from which call about its threads on, and about how many there are. */
const SCENES = [
  ['gdb', gdb, 1, 1500],
  ['debuggee', gdb, 1, 900],
  ['strace', `${strace} ${debuggee} family 8`, STRACE_RUNS, 1500],
  ['debuggee', `${strace} ${debuggee} family 8`, 1, 1500],
  ['strace', `${strace} ${debuggee} threads`, STRACE_RUNS, 1000],
  ['debuggee', `${strace} ${strace} ${debuggee} threads`, 1, 1000],
] as const;

interface Moment {
  readonly who: string;
  readonly at: number;
  readonly where?: string;
}

/** What the supervisor says; everybody that it leaves must be gone for this to return. */
async function killAt(scene: string, { who, at, where }: Moment): Promise<string> {
  const env = {
    ...process.env,
    NODE_OPTIONS: '--enable-source-maps',
    UTRACE_NATIVE: addon,
    UTRACE_KILL_WHO: who,
    UTRACE_KILL_AT: String(at),
    ...(where === undefined ? {} : { UTRACE_KILL_IN: where }),
  };
  const { stderr } = await run([reaper, process.execPath, cli, 'share', '--', ...sh(scene)], { env, deadline: 20_000 });
  return stderr;
}

describe.skipIf(!has('gdb'))('killed before', () => {
  // It is resumed past its exit then, and would be waited for, while its threads wait for us. The first two install its filters.
  test.each([1, 2])('a call that it is to make for us: the %ith time', async (at) => {
    const said = await killAt(gdb, { who: 'gdb', at, where: '^resume.*inject' });
    expect(said).toMatch(/^killed \d+ before resume/m);
    expect(said).not.toMatch(/^ +at /m);
  });

  test(`any call, ${KILLS} times`, { timeout: KILLS * 25_000 }, async () => {
    console.log(`kills between calls: UTRACE_SEED=${SEED}`);
    const failures: string[] = [];
    for (let i = 0; i < KILLS; i++) {
      const random = new Prng(SEED + i);
      const [who, scene, from, calls] = SCENES[random.below(SCENES.length)]!;
      const at = from + random.below(calls - from);
      const about = `seed ${SEED + i}: ${who} at call ${at} of ${scene}`;
      try {
        const said = await killAt(scene, { who, at });
        if (/^ +at |wrong:/m.test(said)) failures.push(`${about}\n${said}`);
      } catch (error) {
        failures.push(`${about}\n${(error as Error).message}`);
      }
    }
    expect(failures).toEqual([]);
  });
});
