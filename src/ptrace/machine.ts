/** Requests about machine state: made for real on the tracee, with the caller's memory in between. */

import { ERRNO } from '../abi/errno.ts';
import { asksOfProcess, PEEKED_MOST, peekChanged } from '../abi/peek-siginfo.ts';
import { NT, PTRACE } from '../abi/ptrace.ts';
import { decodeSiginfo, encodeSiginfo, SIGINFO_SIZE } from '../abi/siginfo.ts';
import { encodeSiginfo32 } from '../abi/siginfo-32.ts';
import { bit } from '../abi/signal-set.ts';
import type { PtraceKernel } from '../tracehook/ptrace.ts';
import type { Task } from '../tracehook/task.ts';
import { Refusal, readFrom, writeTo } from './caller.ts';
import type { Link, Owed } from './link.ts';
import { peekUser, pokeUser } from './user-area.ts';

/** What a request handler gets. */
export interface Request {
  readonly kernel: PtraceKernel;
  readonly caller: Task;
  readonly link: Link;
  readonly request: number;
  readonly addr: bigint;
  readonly data: bigint;
  /** A 32-bit caller: words and structures are those of i386. */
  readonly narrow: boolean;
}

/** Byte sizes of what the request reads or writes at `data`; of i386, where that is another. */
const FIXED: ReadonlyMap<number, { readonly bytes: number; readonly narrow?: number; readonly reads: boolean }> =
  new Map([
    [PTRACE.GETREGS, { bytes: 216, narrow: 68, reads: true }],
    [PTRACE.SETREGS, { bytes: 216, narrow: 68, reads: false }],
    [PTRACE.GETFPREGS, { bytes: 512, narrow: 108, reads: true }],
    [PTRACE.SETFPREGS, { bytes: 512, narrow: 108, reads: false }],
    [PTRACE.GET_THREAD_AREA, { bytes: 16, reads: true }],
    [PTRACE.SET_THREAD_AREA, { bytes: 16, reads: false }],
  ]);
/** Of i386 only. */
const FIXED_NARROW: typeof FIXED = new Map([
  [PTRACE.GETFPXREGS, { bytes: 512, reads: true }],
  [PTRACE.SETFPXREGS, { bytes: 512, reads: false }],
]);

const WORD = 8;
const WORD_NARROW = 4;
const wordOf = (r: Request): number => (r.narrow ? WORD_NARROW : WORD);
/** A word of the caller's. */
export function wordBytes(r: Request, value: bigint): Uint8Array<ArrayBuffer> {
  const word = new Uint8Array(WORD);
  new DataView(word.buffer).setBigUint64(0, BigInt.asUintN(64, value), true);
  return word.slice(0, wordOf(r));
}
/** More than any register set the kernel has. */
const REGSET_MAX = 1 << 16;
const PEEKSIGINFO_BYTES = 16;

/** The result, or undefined: not a request of this kind. */
export function machineRequest(r: Request): number | undefined {
  const fixed = FIXED.get(r.request) ?? (r.narrow ? FIXED_NARROW.get(r.request) : undefined);
  if (fixed !== undefined) return fixedRequest(r, r.narrow ? (fixed.narrow ?? fixed.bytes) : fixed.bytes, fixed.reads);
  switch (r.request) {
    case PTRACE.PEEKTEXT:
    case PTRACE.PEEKDATA:
      return peek(r);
    case PTRACE.POKETEXT:
    case PTRACE.POKEDATA:
      return poke(r);
    case PTRACE.PEEKUSER:
      return peekUser(r);
    case PTRACE.POKEUSER:
      return pokeUser(r);
    case PTRACE.ARCH_PRCTL:
      return r.narrow ? undefined : archRequest(r);
    case PTRACE.GETREGSET:
    case PTRACE.SETREGSET:
      return regset(r);
    case PTRACE.PEEKSIGINFO:
      return peekSiginfo(r);
    case PTRACE.GETSIGMASK:
    case PTRACE.SETSIGMASK:
      return sigmask(r);
    case PTRACE.SECCOMP_GET_FILTER:
    case PTRACE.SECCOMP_GET_METADATA:
      return seccompFilter(r);
    case PTRACE.GET_RSEQ_CONFIGURATION:
    case PTRACE.GET_SYSCALL_USER_DISPATCH_CONFIG:
    case PTRACE.SET_SYSCALL_USER_DISPATCH_CONFIG:
      return sized(r);
    default:
      return undefined;
  }
}

/** Copies out what was read, when it was. */
function done(r: Request, result: number, bytes: Uint8Array): number {
  if (result >= 0) writeTo(r.caller, r.data, bytes);
  return result;
}

/** The request as the caller's ABI has it. */
const make = (r: Request, request: number, data: bigint | Uint8Array): number =>
  r.narrow
    ? r.kernel.machine32(r.link.traced.task, request, r.addr, data)
    : r.kernel.machine(r.link.traced.task, request, r.addr, data);

function fixedRequest(r: Request, bytes: number, reads: boolean): number {
  if (!reads) return make(r, r.request, readFrom(r.caller, r.data, bytes));
  const buffer = new Uint8Array(bytes);
  return done(r, make(r, r.request, buffer), buffer);
}

/** The others' breakpoints are not there for whoever reads (pitfall 37). */
function peek(r: Request): number {
  const { traced, tracer } = r.link;
  const word = new Uint8Array(wordOf(r));
  const result = make(r, r.request, word);
  if (result >= 0 && traced.space.hides) traced.space.read(tracer, r.addr, word);
  return done(r, result, word);
}

function poke(r: Request): number {
  const { traced, tracer } = r.link;
  const { space, task } = traced;
  const word = wordBytes(r, r.data);
  const real = new Uint8Array(word.length);
  if (make(r, PTRACE.PEEKDATA, real) < 0) return -ERRNO.EIO;
  const out = space.write(r.kernel, task, tracer, r.addr, word, real);
  if (typeof out === 'number') return -out;
  word.set(out);
  const view = new DataView(word.buffer);
  return make(r, r.request, r.narrow ? BigInt(view.getUint32(0, true)) : view.getBigUint64(0, true));
}

const ARCH_GET = new Set([0x1003n, 0x1004n]); // ARCH_GET_FS, ARCH_GET_GS

function archRequest(r: Request): number {
  const { task } = r.link.traced;
  if (r.request === PTRACE.ARCH_PRCTL && ARCH_GET.has(r.data)) {
    const word = new Uint8Array(WORD);
    const result = r.kernel.machine(task, r.request, word, r.data);
    if (result >= 0) writeTo(r.caller, r.addr, word);
    return result;
  }
  const result = r.kernel.machine(task, r.request, r.addr, r.data);
  return result;
}

function regset(r: Request): number {
  const { task } = r.link.traced;
  const word = wordOf(r);
  const iov = readFrom(r.caller, r.data, 2 * word);
  const base = wordAt(iov, 0, word);
  const size = Number(wordAt(iov, word, word) & 0xffff_ffffn);
  const note = Number(BigInt.asUintN(32, r.addr));
  const length = Math.min(size, REGSET_MAX);
  const reads = r.request === PTRACE.GETREGSET;
  const bytes = reads ? new Uint8Array(length) : readFrom(r.caller, base, length);
  const n = r.kernel.regset(task, r.request, note, bytes);
  if (n < 0) return n;
  if (reads) writeTo(r.caller, base, bytes.subarray(0, n));
  writeTo(r.caller, r.data + BigInt(word), wordBytes(r, BigInt(n)));
  if (!reads && note === NT.PRSTATUS) r.kernel.refreshCall(task);
  return 0;
}

function wordAt(bytes: Uint8Array, at: number, word: number): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return word === WORD ? view.getBigUint64(at, true) : BigInt(view.getUint32(at, true));
}

function peekSiginfo(r: Request): number {
  const args = readFrom(r.caller, r.addr, PEEKSIGINFO_BYTES).slice();
  const view = new DataView(args.buffer);
  const asked = view.getInt32(12, true);
  if (asked < 0) return -ERRNO.EINVAL;
  const count = Math.min(asked, PEEKED_MOST);
  view.setInt32(12, count, true); // the kernel writes so many, and knows of no buffer's end
  const into = new Uint8Array(count * SIGINFO_SIZE);
  const { owed, traced } = r.link;
  const n = withOwed(owed, args, into, (given, room) => r.kernel.machine(traced.task, r.request, given, room));
  for (let i = 0; i < n; i++) {
    const bytes = into.subarray(i * SIGINFO_SIZE, (i + 1) * SIGINFO_SIZE);
    const info = r.narrow ? encodeSiginfo32(decodeSiginfo(bytes)) : bytes;
    if (!r.caller.memory.copyTo(r.data + BigInt(i * SIGINFO_SIZE), info)) return i > 0 ? i : -ERRNO.EFAULT;
  }
  return n;
}

/** What is owed to the tracer is pending for the thread, behind what was there before: the kernel has it queued so. */
function withOwed(
  owed: readonly Owed[],
  args: Uint8Array,
  into: Uint8Array,
  peek: (args: Uint8Array, into: Uint8Array) => number,
): number {
  if (owed.length === 0 || asksOfProcess(args)) return peek(args, into);
  return peekChanged(args, into, peek, (queue) => {
    for (const info of owed.toReversed()) {
      const { signo, behind = 0n } = info;
      // legacy_queue: a second one of these is dropped as it is sent.
      if ((behind & bit(signo)) !== 0n) continue;
      const same = queue.findIndex((bytes) => decodeSiginfo(bytes).signo === signo);
      if (same >= 0) queue.splice(same, 1);
      const at = queue.findIndex((bytes) => (behind & bit(decodeSiginfo(bytes).signo)) === 0n);
      queue.splice(at < 0 ? queue.length : at, 0, encodeSiginfo(info));
    }
    return queue;
  });
}

function sigmask(r: Request): number {
  if (r.addr !== 8n) return -ERRNO.EINVAL;
  const { task } = r.link.traced;
  if (r.request === PTRACE.SETSIGMASK) {
    r.link.traced.maskSet = true;
    return r.kernel.machine(task, r.request, r.addr, readFrom(r.caller, r.data, 8));
  }
  const mask = new Uint8Array(8);
  return done(r, r.kernel.machine(task, r.request, r.addr, mask), mask);
}

const FILTER_MAX = 4096 * 8;

function seccompFilter(r: Request): number {
  const { task } = r.link.traced;
  const refused = r.kernel.mayReadFilters(r.caller);
  if (refused !== 0) return -refused;
  const below = BigInt(r.kernel.ownFilters(task)); // the oldest are the first
  if (r.request === PTRACE.SECCOMP_GET_METADATA) {
    const size = Math.min(Number(r.addr), 16);
    const bytes = readFrom(r.caller, r.data, size);
    if (size >= 8) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      view.setBigUint64(0, view.getBigUint64(0, true) + below, true);
      const result = r.kernel.machine(task, r.request, BigInt(size), bytes);
      view.setBigUint64(0, view.getBigUint64(0, true) - below, true);
      return done(r, result, bytes);
    }
    return done(r, r.kernel.machine(task, r.request, BigInt(size), bytes), bytes);
  }
  const into = new Uint8Array(FILTER_MAX);
  const n = r.kernel.machine(task, r.request, r.addr + below, into);
  if (n > 0 && r.data !== 0n) writeTo(r.caller, r.data, into.subarray(0, n * 8));
  return n;
}

/** Requests whose `addr` is the size of what is at `data`. */
function sized(r: Request): number {
  if (r.addr > 4096n) throw new Refusal(ERRNO.EINVAL);
  const writes = r.request === PTRACE.SET_SYSCALL_USER_DISPATCH_CONFIG;
  const bytes = writes ? readFrom(r.caller, r.data, Number(r.addr)) : new Uint8Array(Number(r.addr));
  const result = r.kernel.machine(r.link.traced.task, r.request, r.addr, bytes);
  if (!writes && result >= 0)
    writeTo(r.caller, r.data, bytes.subarray(0, Math.min(bytes.length, result || bytes.length)));
  return result;
}
