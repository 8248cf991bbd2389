/** Two gdbs on one program, unmodified: each with breakpoints of its own. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { run, scratch } from '../cli/support.ts';
import { program } from '../support/paths.ts';
import { build, gdb, has, sh, shared } from './support.ts';

beforeAll(build, 120_000);

const HITS = 6;
const COUNT: Readonly<Record<string, string>> = { tick: 'ticks', tock: 'tocks' };

/** A gdb that stops at each call of a function, says what it sees there, and leaves. */
function script(at: string, other: string): string[] {
  const look = [
    `printf "${at} %ld, pc +%d\\n", ${COUNT[at]}, (int)((long)$pc - (long)${at})`,
    `printf "${other} has %x\\n", *(unsigned char *)${other}`,
    `printf "${at} has %x\\n", *(unsigned char *)${at}`,
  ];
  const hits = Array.from({ length: HITS }, () => ['continue', ...look]).flat();
  return ['set pagination off', `break *${at}`, ...hits, 'delete', 'detach'];
}

const quoted = (words: readonly string[]): string =>
  words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');

interface Seen {
  readonly counts: number[];
  readonly bytes: string[];
  readonly text: string;
}

function seen(text: string, at: string): Seen {
  const counts = [...text.matchAll(new RegExp(`^${at} (\\d+), pc \\+0$`, 'gm'))].map((match) => Number(match[1]));
  return { counts, bytes: [...text.matchAll(/^\w+ has (\w+)$/gm)].map((match) => match[1]!), text };
}

/** Both gdbs attached to one process that calls tick and tock in turn. */
async function pair(places: readonly [string, string]): Promise<readonly [Seen, Seen]> {
  const dir = scratch();
  const target = program('planter');
  const start = (i: number): string => {
    const at = places[i]!;
    const command = gdb(script(at, at === 'tick' ? 'tock' : 'tick'), target);
    return `${quoted(command.slice(0, -1))} -p $P ${target} > out${i} 2>&1 &`;
  };
  writeFileSync(
    join(dir, 'play'),
    `${target} forever & P=$!; sleep 0.2\n${start(0)} A=$!\n${start(1)} B=$!\nwait $A; wait $B\nkill -9 $P; cat out0; echo =====; cat out1\n`,
  );
  const { stdout } = await run(shared(...sh('. ./play')), { cwd: dir, deadline: 60_000 });
  const [first = '', second = ''] = stdout.split('=====\n');
  return [seen(first, places[0]), seen(second, places[1])];
}

describe.skipIf(!has('gdb'))('two gdbs', () => {
  test.each([
    ['at different places', ['tick', 'tock']],
    ['at the same place', ['tick', 'tick']],
  ] as const)('%s', { timeout: 90_000 }, async (_, places) => {
    for (const { counts, bytes, text } of await pair(places)) {
      expect(counts, text).toHaveLength(HITS);
      expect(counts, text).toEqual(counts.map((_, i) => counts[0]! + i));
      expect(new Set(bytes), text).not.toContain('cc');
      expect(text).toMatch(/detached\]/);
    }
  });
});
