/** The Linux host on the simulated kernel tells of a program what it tells of it on the real one. */

import { expect, test } from 'vitest';
import { Nest } from '../../src/nest/index.ts';
import { run, watchLeaks } from '../support/live.ts';
import { family, witness } from '../unit/nest/programs.ts';

watchLeaks();

/** By task, with names for tids. SIGCHLDs, which may be merged, left out. */
function lives(lines: readonly string[]): string[][] {
  const tids = [...new Set(lines.flatMap((line) => line.match(/\b(?<=^|makes |as )\d+/g) ?? []))];
  const named = lines
    .filter((line) => !line.endsWith('gets 17'))
    .map((line) => line.replace(/\b(?<=^|makes |as )\d+/g, (tid) => `#${tids.indexOf(tid)}`));
  return tids.map((_, i) => named.filter((line) => line.startsWith(`#${i} `)));
}

test('a family: fork, a stop of its own, SIGCONT, exit', async () => {
  const native: string[] = [];
  await run('family', [], [witness(native)]);
  const simulated: string[] = [];
  const nest = new Nest({
    main: (supervisor) => void supervisor.spawn('family', witness(simulated)),
    programs: { family },
  });
  expect(nest.run()).toBe('done');
  expect(lives(simulated)).toEqual(lives(native));
  expect(lives(native)[1]).toEqual([
    '#1 gets 19',
    '#1 is stopped',
    '#1 is continued',
    '#1 gets 18',
    '#1 exits with 768',
    '#1 is dead',
    '#1 is reaped',
  ]);
});
