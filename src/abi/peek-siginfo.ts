/** PTRACE_PEEKSIGINFO (struct ptrace_peeksiginfo_args), of a queue that is to be shown otherwise than the kernel has it. */

import { SIGINFO_SIZE } from './siginfo.ts';

/** More at a time are not looked for. */
export const PEEKED_MOST = 1024;
const FLAGS_AT = 8;
const COUNT_AT = 12;
const ARGS_SIZE = 16;
/** PTRACE_PEEKSIGINFO_SHARED */
const SHARED = 1;

/** Whether it is the queue of the process that is asked for, and not the thread's own. */
export const asksOfProcess = (args: Uint8Array): boolean =>
  (new DataView(args.buffer, args.byteOffset).getUint32(FLAGS_AT, true) & SHARED) !== 0;

/** struct ptrace_peeksiginfo_args of all that waits for a thread itself, or for its process. */
export function asksForAll(ofProcess: boolean): Uint8Array {
  const args = new Uint8Array(ARGS_SIZE);
  const view = new DataView(args.buffer);
  view.setUint32(FLAGS_AT, ofProcess ? SHARED : 0, true);
  view.setInt32(COUNT_AT, PEEKED_MOST, true);
  return args;
}

/** The first `n` siginfos of a buffer; none, if it is an errno. */
export const siginfosIn = (all: Uint8Array, n: number): Uint8Array[] =>
  Array.from({ length: Math.max(n, 0) }, (_, i) => all.subarray(i * SIGINFO_SIZE, (i + 1) * SIGINFO_SIZE));

/**
 * The whole queue, as `peek` has it (a number of siginfos, or −errno), changed by `change`; of that, into `into`, what `args` ask for.
 * How many those are, or −errno.
 */
export function peekChanged(
  args: Uint8Array,
  into: Uint8Array,
  peek: (args: Uint8Array, into: Uint8Array) => number,
  change: (queue: Uint8Array[]) => Uint8Array[],
): number {
  const all = new Uint8Array(PEEKED_MOST * SIGINFO_SIZE);
  const whole = args.slice();
  const view = new DataView(whole.buffer);
  const from = Number(view.getBigUint64(0, true));
  const count = view.getInt32(COUNT_AT, true);
  view.setBigUint64(0, 0n, true);
  view.setInt32(COUNT_AT, PEEKED_MOST, true);
  const n = peek(whole, all);
  if (n < 0) return n;
  const asked = change(siginfosIn(all, n)).slice(from, from + count);
  for (const [i, bytes] of asked.entries()) into.set(bytes, i * SIGINFO_SIZE);
  return asked.length;
}
