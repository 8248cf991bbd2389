/** Owns the decoders of clone and clone3. */

import { CLONE_FLAGS, UNSHARE_FLAGS } from '../../abi/flags/process.ts';
import { arrayAt, call, signalText, structAt } from './args.ts';
import type { CallContext } from './context.ts';
import { addrText, hexText, i32, u32, u64 } from './text.ts';

const CSIGNAL = 255;
const CLONE_PIDFD = 0x1000;
const CLONE_SETTLS = 0x80000;
const CLONE_PARENT_SETTID = 0x100000;
const CLONE_CHILD_CLEARTID = 0x200000;
const CLONE_CHILD_SETTID = 0x1000000;
const CLONE_CHILD_TID = CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID;

function cloneFlags(value: number): string {
  const sig = value & CSIGNAL;
  const rest = (value & ~CSIGNAL) >>> 0;
  if (rest === 0) return sig === 0 ? '0' : signalText(sig);
  return sig === 0 ? CLONE_FLAGS.flags(rest) : `${CLONE_FLAGS.flags(rest)}|${signalText(sig)}`;
}

/** clone(2) on x86: flags, stack, parent_tid, child_tid, tls (64-bit order). */
export const clone = call(
  (c) => {
    const f = c.call.argInt(0);
    c.complete = (f & (CLONE_PARENT_SETTID | CLONE_PIDFD | CLONE_CHILD_TID | CLONE_SETTLS)) === 0;
    return `child_stack=${c.addrText(1)}, flags=${cloneFlags(f)}`;
  },
  (c) => {
    const f = c.call.argInt(0);
    let text = '';
    if (f & (CLONE_PARENT_SETTID | CLONE_PIDFD)) {
      const address = c.addr(2);
      const label = f & CLONE_PARENT_SETTID ? 'parent_tid' : 'pidfd';
      const value = c.call.failed ? addrText(address) : structAt(c, address, 4, (b) => `[${i32(b, 0)}]`);
      text += `, ${label}=${value}`;
    }
    if (f & CLONE_SETTLS) text += `, tls=${hexText(c.addr(4))}`;
    if (f & CLONE_CHILD_TID) text += `, child_tidptr=${c.addrText(3)}`;
    return text;
  },
);

const CLONE_ARGS_SIZE = 64;
const CLONE_ARGS_FULL = 88;
const CLONE_INTO_CGROUP = 2;
const CLONE_CLEAR_SIGHAND = 1;

/** struct clone_args: flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid…, cgroup. */
function cloneArgs(b: Uint8Array, c: CallContext): string {
  const low = u32(b, 0);
  const high = u32(b, 4);
  const upper = [
    ...(high & CLONE_CLEAR_SIGHAND ? ['CLONE_CLEAR_SIGHAND'] : []),
    ...(high & CLONE_INTO_CGROUP ? ['CLONE_INTO_CGROUP'] : []),
  ];
  const names = [...(low === 0 ? [] : [UNSHARE_FLAGS.flags(low)]), ...upper].join('|');
  let text = `{flags=${names === '' ? '0' : names}`;
  if (low & CLONE_PIDFD) text += `, pidfd=${addrText(u64(b, 8))}`;
  if (low & CLONE_CHILD_TID) text += `, child_tid=${addrText(u64(b, 16))}`;
  if (low & CLONE_PARENT_SETTID) text += `, parent_tid=${addrText(u64(b, 24))}`;
  text += `, exit_signal=${Number(u64(b, 32)) === 0 ? '0' : signalText(Number(u64(b, 32)))}`;
  text += `, stack=${addrText(u64(b, 40))}, stack_size=${hexText(u64(b, 48))}`;
  if (low & CLONE_SETTLS) text += `, tls=${addrText(u64(b, 56))}`;
  if (b.length >= 80 && (u64(b, 64) !== 0 || u64(b, 72) !== 0)) {
    text += `, set_tid=${arrayAt(c, u64(b, 64), Number(u64(b, 72)), 4, (e) => String(i32(e, 0)))}`;
    text += `, set_tid_size=${u64(b, 72)}`;
  }
  if (b.length >= CLONE_ARGS_FULL && (high & CLONE_INTO_CGROUP || u64(b, 80) !== 0)) text += `, cgroup=${u64(b, 80)}`;
  return `${text}}`;
}

interface Clone3 {
  readonly flags: number;
  readonly pidfd: number | bigint;
  readonly parentTid: number | bigint;
}

/** clone3(2). */
export const clone3 = call(
  (c) => {
    const size = Number(c.addr(1));
    const b = size >= CLONE_ARGS_SIZE ? c.read(c.addr(0), Math.min(size, CLONE_ARGS_FULL)) : undefined;
    if (b === undefined) return `${c.addrText(0)}, ${size}`;
    const f = u32(b, 0);
    const kept: Clone3 = { flags: f, pidfd: u64(b, 8), parentTid: u64(b, 24) };
    c.saved = kept;
    c.complete = false;
    return cloneArgs(b, c);
  },
  (c) => {
    const kept = c.saved as Clone3;
    const out: string[] = [];
    if (!c.call.failed) {
      const one = (b: Uint8Array): string => `[${i32(b, 0)}]`;
      if (kept.flags & CLONE_PIDFD) out.push(`pidfd=${structAt(c, kept.pidfd, 4, one)}`);
      if (kept.flags & CLONE_PARENT_SETTID) out.push(`parent_tid=${structAt(c, kept.parentTid, 4, one)}`);
    }
    return `${out.length === 0 ? '' : ` => {${out.join(', ')}}`}, ${c.addr(1)}`;
  },
);
