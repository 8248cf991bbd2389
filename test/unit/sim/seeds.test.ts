/** The programs of seeds 002 and 000 print the transcripts of the seeds, whoever runs when. */

import { describe, expect, test } from 'vitest';
import { Box, random, record, replay, roundRobin, runToBlock } from '../../../src/box/index.ts';
import { LISTEN, NOTIFY, TRANSCRIPT } from './seeds.ts';

describe.each([
  ['seed 002, TRAP_NOTIFY', NOTIFY],
  ['seed 000, LISTEN', LISTEN],
] as const)('%s', (_name, program) => {
  const transcript = (box: Box): string[] => box.output.trimEnd().split('\n');

  test('each runs as long as it can', () => {
    const box = new Box().boot(program);
    expect(box.run(runToBlock())).toBe('done');
    expect(transcript(box)).toEqual(TRANSCRIPT);
  });

  test('round robin', () => {
    const box = new Box().boot(program);
    expect(box.run(roundRobin())).toBe('done');
    expect(transcript(box)).toEqual(TRANSCRIPT);
  });

  test('a hundred random schedules', () => {
    for (let seed = 0; seed < 100; seed++) {
      const box = new Box().boot(program);
      expect(box.run(random(seed)), `seed ${seed}`).toBe('done');
      expect(transcript(box), `seed ${seed}`).toEqual(TRANSCRIPT);
    }
  });

  test('a recorded schedule, replayed, is the same run', () => {
    const schedule: number[] = [];
    const first = new Box({ logs: true }).boot(program);
    first.run(record(random(42), schedule));
    const second = new Box({ logs: true }).boot(program);
    second.run(replay(schedule));
    expect(second.kernel.log?.text()).toBe(first.kernel.log?.text());
  });
});
