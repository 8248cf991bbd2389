/** Who has which affinity, on a kernel that is a table: the moments that real runs seldom meet. */

import { beforeEach, expect, test } from 'vitest';
import { Holds } from '../../../src/linux/holds.ts';
import type { LinuxHost } from '../../../src/linux/host.ts';
import { type LinuxTask, Run } from '../../../src/linux/task.ts';

const [ALL, FIRST, SECOND] = [0b11, 0b01, 0b10];
const FIFO = 1;
const [ESRCH, EPERM] = [3, 1];
/** By tid; 0: the supervisor's own. */
const masks = new Map<number, number>();
const policies = new Map<number, number>();
const refused = new Set<number>();
/** Who has another tid as soon as it was looked at. */
const moves = new Map<number, number>();

const native = {
  currentCpu: () => 0,
  schedPolicy: (tid: number) => policies.get(tid) ?? 0,
  affinity: (tid: number, into: Uint8Array) => {
    const mask = masks.get(tid);
    if (mask === undefined) return -ESRCH;
    into.set([mask, 0]);
    const next = moves.get(tid);
    if (next !== undefined) {
      masks.delete(tid);
      masks.set(next, mask);
    }
    return 2;
  },
  setAffinity: (tid: number, mask: Uint8Array) => {
    if (refused.has(tid)) return -EPERM;
    if (!masks.has(tid)) return -ESRCH;
    masks.set(tid, mask[0]!);
    return 0;
  },
};

let holds: Holds;
const taskOf = (tid: number, filter: unknown = {}): LinuxTask =>
  ({ tid, filter, run: Run.STOPPED, served: null, affinity: null, lostAffinity: false, call: { nr: 204 } }) as never;

beforeEach(() => {
  masks.clear();
  policies.clear();
  refused.clear();
  moves.clear();
  for (const tid of [0, 10, 11]) masks.set(tid, ALL);
  holds = new Holds({ native } as unknown as LinuxHost);
});

test('all are where we are, and then as they were', () => {
  masks.set(11, 0b101);
  expect(holds.begin([taskOf(10), taskOf(11)])).toBe(true);
  expect([...masks.values()]).toEqual([FIRST, FIRST, FIRST]);
  holds.end();
  expect(Object.fromEntries(masks)).toEqual({ 0: ALL, 10: ALL, 11: 0b101 });
});

test('who would survive us, has no time to share, may not be here or may not be moved is left alone', () => {
  policies.set(11, FIFO);
  for (const tid of [12, 13]) masks.set(tid, ALL);
  masks.set(13, SECOND);
  refused.add(12);
  expect(holds.begin([taskOf(10, null), taskOf(11), taskOf(12), taskOf(13), taskOf(99)])).toBe(false);
  expect(Object.fromEntries(masks)).toEqual({ 0: ALL, 10: ALL, 11: ALL, 12: ALL, 13: SECOND });
});

test('what somebody else sets meanwhile stays', () => {
  holds.begin([taskOf(10)]);
  masks.set(10, SECOND);
  holds.end();
  expect(masks.get(10)).toBe(SECOND);
});

test('while somebody looks nobody is held', () => {
  const [a, b] = [taskOf(10), taskOf(11)];
  holds.begin([a, b]);
  holds.lookedAt(a);
  expect([...masks.values()]).toEqual([ALL, ALL, ALL]);
  expect(holds.begin([a, b])).toBe(false);
  a.served!.done!(0);
  expect(holds.begin([a, b])).toBe(true);
});

test('nor is the end of the look missed when who looks is killed', () => {
  const [a, b] = [taskOf(10), taskOf(11)];
  holds.lookedAt(a);
  a.served = null;
  expect(holds.begin([b])).toBe(true);
});

test('a newborn gets what who had it has, also where that is held, or dead', () => {
  const parent = taskOf(10);
  holds.begin([parent]);
  for (const tid of [20, 21, 22]) masks.set(tid, FIRST);
  holds.born(parent, 20);
  expect(masks.get(20)).toBe(ALL);
  holds.end();
  holds.born(parent, 21);
  expect(masks.get(21)).toBe(ALL);
  masks.delete(10);
  holds.born(parent, 22);
  expect(masks.get(22)).toBe(ALL);
});

test('a newborn of one that is on one CPU of its own accord stays there', () => {
  const parent = taskOf(10);
  masks.set(10, FIRST);
  holds.begin([parent]);
  masks.set(20, FIRST);
  holds.born(parent, 20);
  expect(masks.get(20)).toBe(FIRST);
});

test('a thread that has the tid of its leader by the time it is let go', () => {
  const thread = taskOf(11);
  holds.begin([taskOf(10), thread]);
  masks.set(10, masks.get(11)!);
  masks.delete(11);
  holds.end();
  masks.set(10, FIRST);
  Object.assign(thread, { tid: 10 });
  holds.renamed(thread);
  expect(masks.get(10)).toBe(ALL);
});

test('one that leaves us leaves as it was', () => {
  const task = taskOf(10);
  holds.begin([task]);
  holds.detached(task);
  expect(masks.get(10)).toBe(ALL);
});

test('who calls exec between the look at its affinity and the change has it back under its new tid', () => {
  const task = taskOf(11);
  expect(holds.begin([task])).toBe(true);
  moves.set(11, 10); // its leader's: that is gone
  holds.end();
  expect(masks.get(10)).toBe(FIRST);
  Object.assign(task, { tid: 10 });
  holds.renamed(task);
  expect(Object.fromEntries(masks)).toEqual({ 0: ALL, 10: ALL });
});

test('who was held by its leader’s tid, after its exec and before we heard of that, is not left so as the leader goes', () => {
  const [leader, thread] = [taskOf(10), taskOf(11)];
  masks.delete(11); // its tid is 10
  expect(holds.begin([leader])).toBe(true);
  expect(masks.get(10)).toBe(FIRST);
  holds.forget(leader);
  Object.assign(thread, { tid: 10 });
  holds.renamed(thread);
  holds.end();
  expect(Object.fromEntries(masks)).toEqual({ 0: ALL, 10: ALL });
});
