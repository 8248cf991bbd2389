/** What is behind the page: runs that go back, links that carry them, and where the diagram puts things. */

import { describe, expect, test } from 'vitest';
import { EXAMPLES, exampleOf } from '../../docs/page/examples.ts';
import { layout } from '../../docs/page/layout.ts';
import { linkOf, runOfLink } from '../../docs/page/link.ts';
import { Player } from '../../docs/page/player.ts';
import { describe as describeBox, random, roundRobin, sequence } from '../../src/box/index.ts';
import { TRANSCRIPT } from '../unit/sim/seeds.ts';

const playerOf = (id: string): Player => new Player(exampleOf(id)!);
const finish = (player: Player, scheduler = roundRobin()): Player => {
  while (player.next(scheduler));
  return player;
};
const logOf = ({ box }: Player): string => box.kernel.log!.text();

describe('a run', () => {
  test.each(EXAMPLES.map(({ id }) => id))('%s goes to its end, by a hundred schedules', (id) => {
    const ends = new Set<string>();
    for (let seed = 0; seed < 100; seed++) {
      const { ending, wrong } = finish(playerOf(id), random(seed)).ended!;
      ends.add(`${ending}: ${wrong}`);
    }
    const right = 'done: null';
    expect([...ends].sort()).toEqual(id === 'lost-stop' ? [right, 'idle: the parent waits for ever'] : [right]);
  });

  test.each(['notify', 'listen'])('%s prints its transcript, second by second', (id) => {
    const player = finish(playerOf(id));
    expect(player.box.output.trimEnd().split('\n')).toEqual(TRANSCRIPT);
    expect(player.ticks.map(({ now }) => now / 1e9)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test('going back and on again is the same run', () => {
    const player = finish(playerOf('two-tracers'), random(3));
    const [whole, at] = [logOf(player), player.at];
    player.goTo(10);
    expect(player).toMatchObject({ at: 10, ended: null });
    expect(whole.startsWith(logOf(player))).toBe(true);
    player.goTo(at);
    expect(logOf(player)).toBe(whole);
    expect(player.ended).toEqual({ ending: 'done', wrong: null });
  });

  test('another choice forgets what was recorded; the recorded one does not', () => {
    const player = finish(playerOf('lost-stop'));
    const { length } = player.schedule;
    player.goTo(4);
    player.choose(player.schedule[4]!);
    expect(player.schedule.length).toBe(length);
    const other = player.ready.find(({ tid }) => tid !== player.schedule[5])!;
    player.choose(other.tid);
    expect(player).toMatchObject({ at: 6, schedule: expect.objectContaining({ length: 6 }) });
  });

  test('who is not ready cannot be chosen', () => {
    expect(() => playerOf('listen').choose(77)).toThrow(RangeError);
  });

  test('a preview says what a choice would do, and does nothing', () => {
    const player = playerOf('lost-stop');
    expect(player.previews()).toEqual([{ tid: 2, name: 'parent', text: 'makes tracee' }]);
    player.goTo(0);
    player.choose(2);
    player.choose(2);
    const before = logOf(player);
    expect(player.previews()).toEqual([
      { tid: 2, name: 'parent', text: 'kill SIGSTOP → tracee' },
      { tid: 3, name: 'tracee', text: 'pause' },
      { tid: 4, name: 'tracer', text: 'PTRACE_SEIZE → tracee' },
    ]);
    expect(logOf(player)).toBe(before);
  });
});

describe('a link', () => {
  test('carries a run, and where in it one is', () => {
    const player = finish(playerOf('two-tracers'), random(5));
    player.goTo(12);
    const { player: again, problem } = runOfLink(linkOf(player));
    expect(problem).toBeNull();
    expect(again.schedule).toEqual(player.schedule);
    expect(logOf(again)).toBe(logOf(player));
    expect(linkOf(again)).toBe(linkOf(player));
  });

  test.each([
    ['', null],
    ['#program=lost-stop', null],
    ['#program=nothing', 'There is no program “nothing”.'],
    ['#program=listen&schedule=2,x', 'The link is damaged: not a schedule: x.'],
    ['#program=listen&schedule=2x99999999999', 'The link is damaged: a schedule of more than 1000000 steps.'],
    ['#program=listen&schedule=2x200000', 'The link is too long a run.'],
    ['#program=listen&schedule=2,9', "The link's schedule fits for 1 steps only: task 9 is not ready."],
    ['#program=listen&schedule=2&at=-3', null],
  ])('%s', (hash, problem) => {
    expect(runOfLink(hash).problem).toBe(problem);
  });
});

test('the diagram: a row for each event, lifelines without gaps, the dead end', () => {
  const player = finish(playerOf('lost-stop'));
  const plan = layout(sequence(player.box.kernel.log!), player.ticks, 800);
  expect([...plan.columns.values()].map(({ name }) => name)).toEqual(['parent', 'tracee', 'tracer']);
  const ys = plan.rows.map(({ y }) => y);
  expect(new Set(ys).size).toBe(ys.length);
  expect(ys).toEqual([...ys].sort((a, b) => a - b));
  for (const { x, dead } of plan.columns.values()) {
    const own = plan.pieces.filter((piece) => piece.x === x);
    own.slice(1).forEach((piece, n) => {
      expect(piece.from).toBe(own[n]!.to);
    });
    expect(dead).toBe(own.at(-1)!.to);
  }
});

test('a task is told with who holds it', () => {
  const player = playerOf('lost-stop');
  for (const tid of [2, 2, 2, 4, 3]) player.choose(tid);
  const tracee = describeBox(player.box).find(({ tid }) => tid === 3)!;
  expect(tracee).toMatchObject({ letter: 't', run: 'held at a signal', jobctl: ['STOP_DEQUEUED', 'TRACED'] });
  expect(tracee.tracers).toEqual([
    { tid: 4, seized: true, stop: 'delivery of SIGSTOP', news: true, listening: false, owed: [] },
  ]);
});
