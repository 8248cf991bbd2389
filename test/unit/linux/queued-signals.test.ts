/** PTRACE_PEEKSIGINFO of a task for which we queued signals: what they really are, and no more than was asked for. */

import { expect, test } from 'vitest';
import { decodeSiginfo, encodeSiginfo, SIGINFO_SIZE, type Siginfo } from '../../../src/abi/siginfo.ts';
import type { Native } from '../../../src/linux/native.ts';
import { QueuedSignals } from '../../../src/linux/queued-signals.ts';
import { type LinuxTask, Stop } from '../../../src/linux/task.ts';

const args = (from: bigint, count: number): Uint8Array => {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, from, true);
  view.setInt32(12, count, true);
  return bytes;
};

/** A kernel with one thread, whose queue it shows from the first on. */
function machine() {
  const waiting: Uint8Array[] = [];
  const native = {
    queueSignal: (_tgid: number, _tid: number, _signo: number, bytes: Uint8Array) => waiting.push(bytes),
    ptraceRaw: (_request: number, _tid: number, given: Uint8Array, into: Uint8Array) => {
      const count = new DataView(given.buffer).getInt32(12, true);
      const shown = waiting.slice(0, count);
      for (const [i, bytes] of shown.entries()) into.set(bytes, i * SIGINFO_SIZE);
      return shown.length;
    },
  } as unknown as Native;
  const task = {
    ...{ tid: 7, tgid: 7, queued: [], unseen: 0n, pending: null, stop: Stop.TRAP },
    group: { queued: [] },
  } as unknown as LinuxTask;
  return { queued: new QueuedSignals(native), task, waiting };
}

const infoOf = (signo: number): Siginfo => ({ signo, errno: 0, code: 0, pid: 3, uid: 4 });

test('what waits is shown as it is, from where and as many as asked', () => {
  const { queued, task, waiting } = machine();
  waiting.push(encodeSiginfo(infoOf(34)));
  for (const signo of [35, 36, 37]) queued.add(task, infoOf(signo), null);
  const peek = (from: bigint, count: number): number[] => {
    const into = new Uint8Array(8 * SIGINFO_SIZE); // there is more room than that: others are to be shown before
    const n = queued.peek(task, args(from, count), into, null);
    return Array.from({ length: n }, (_, i) => decodeSiginfo(into.subarray(i * SIGINFO_SIZE)).signo);
  };
  expect(peek(0n, 8)).toEqual([34, 35, 36, 37]);
  expect(peek(1n, 2)).toEqual([35, 36]);
  expect(peek(3n, 2)).toEqual([37]);
  expect(peek(4n, 2)).toEqual([]);
});

test('what was dropped before there was a tracer is not shown, and the trap that is next is', () => {
  const { queued, task, waiting } = machine();
  for (const signo of [28, 34]) waiting.push(encodeSiginfo(infoOf(signo)));
  task.pending = { info: infoOf(5), disposition: 'default' };
  const peek = (): number[] => {
    const into = new Uint8Array(8 * SIGINFO_SIZE);
    const n = queued.peek(task, args(0n, 8), into, ({ signo }) => signo === 28);
    return Array.from({ length: n }, (_, i) => decodeSiginfo(into.subarray(i * SIGINFO_SIZE)).signo);
  };
  expect(peek()).toEqual([34, 5]);
  task.stop = Stop.SIGNAL; // it is shown now
  expect(peek()).toEqual([34]);
});
