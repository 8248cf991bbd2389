/**
 * A tracer that handles SIGCHLD lingers in the call that lets its tracee go (src/linux/linger.ts): it is told of every stop,
 * as ever, and one whose tracee waits for it is not kept.
 */

import { beforeAll, expect, test } from 'vitest';
import { run } from '../cli/support.ts';
import { build, shared, turns } from './support.ts';

beforeAll(build, 120_000);

async function played(...args: string[]): Promise<{ told: number; ms: number }> {
  const ran = await run(shared(turns, ...args));
  expect(ran).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^\d+ of \d+ told\nms \d+\n$/) });
  const [told, , ms] = ran.stdout.match(/\d+/g)!.map(Number);
  return { told: told!, ms: ms! };
}

test('each step brings one SIGCHLD', async () => {
  expect((await played('step', '2000')).told).toBe(2000);
});

test('a tracer that its tracee waits for goes on', async () => {
  const { told, ms } = await played('blocked', '1000');
  expect(told).toBeGreaterThan(0);
  expect(told).toBeLessThanOrEqual(1000);
  expect(ms).toBeLessThan(1900); // were it kept each time, this would be 2000 and more
});
