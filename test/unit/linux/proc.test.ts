/** What /proc tells of a task that is about to be gone. */

import { afterEach, beforeEach, expect, test } from 'vitest';
import * as proc from '../../../src/linux/proc.ts';
import { type ProcFs, useProcFs } from '../../../src/linux/procfs.ts';

let before: ProcFs;
const files = new Map<string, string>();

beforeEach(() => {
  files.clear();
  before = useProcFs({
    pid: 1,
    read: (path) => files.get(path),
    list: () => undefined,
    link: () => undefined,
    owner: () => undefined,
  });
  proc.forgetStatus();
});
afterEach(() => void useProcFs(before));

const status = (tgid: number, pid: number): string =>
  `Name:\tsh\nState:\tX (dead)\nTgid:\t${tgid}\nPid:\t${pid}\nTracerPid:\t7\nNSpid:\t\nSigPnd:\t${'f'.repeat(16)}\nShdPnd:\t${'f'.repeat(16)}\n`;

test('a status that is read while its task is reaped is of a task that is gone', () => {
  files.set('/proc/5/status', status(0, 5)); // as Linux writes it: the ids are looked up as it writes
  expect(proc.tgidOf(5)).toBeUndefined();
  expect(proc.namespacedIds(5)).toBeUndefined();
  expect(proc.tracerPid(5)).toBe(0);
  expect(proc.pendingSignals(5)).toBe(0n);
});

test('that of a task that is there is what it says', () => {
  files.set('/proc/5/status', status(4, 5));
  expect(proc.tgidOf(5)).toBe(4);
  expect(proc.tracerPid(5)).toBe(7);
  expect(proc.pendingSignals(5)).not.toBe(0n);
});
