/** PTRACE_PEEKSIGINFO (struct ptrace_peeksiginfo_args), of a queue that is to be shown otherwise than the kernel has it. */

import { SIGINFO_SIZE } from './siginfo.ts';

/** More at a time are not looked for. */
export const PEEKED_MOST = 1024;
const FLAGS_AT = 8;
const COUNT_AT = 12;
/** PTRACE_PEEKSIGINFO_SHARED */
const SHARED = 1;

/** Whether it is the queue of the process that is asked for, and not the thread's own. */
export const asksOfProcess = (args: Uint8Array): boolean =>
  (new DataView(args.buffer, args.byteOffset).getUint32(FLAGS_AT, true) & SHARED) !== 0;

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
  const queue = Array.from({ length: n }, (_, i): Uint8Array => all.subarray(i * SIGINFO_SIZE, (i + 1) * SIGINFO_SIZE));
  const asked = change(queue).slice(from, from + count);
  for (const [i, bytes] of asked.entries()) into.set(bytes, i * SIGINFO_SIZE);
  return asked.length;
}
