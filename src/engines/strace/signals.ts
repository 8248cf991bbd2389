/** Owns the decoders of signal calls: sigaction, sigprocmask, kill, sigaltstack, signalfd and their kin. */

import { SIGNALFD_FLAGS } from '../../abi/flags/polling.ts';
import { SA_FLAGS, SIGALTSTACK_FLAGS } from '../../abi/flags/process.ts';
import { FlagTable } from '../../abi/flags/table.ts';
import { SIG_HOW, sigsetText } from '../../abi/signals.ts';
import {
  type Arg,
  both,
  type CallSpec,
  call,
  decimalResult,
  errorText,
  fd,
  fdResult,
  flags,
  inStruct,
  int,
  oneOf,
  signal,
  signalText,
  structAt,
  ulong,
} from './args.ts';
import type { CallContext } from './context.ts';
import { siginfoBytes } from './siginfo.ts';
import { addrText, hexText, u32, word } from './text.ts';
import { timespec } from './times.ts';

const HOW = new FlagTable('SIG_???', SIG_HOW);
const SIGSET_SIZE = 8;

/** A 64-bit signal set at offset `at`. */
export const sigsetAt = (b: Uint8Array, at: number): string => sigsetText(u32(b, at), u32(b, at + 4));

/** A signal set in memory; the address when its size is not the kernel's. */
export function sigset(c: CallContext, address: number | bigint, size: number | bigint): string {
  return Number(size) === SIGSET_SIZE ? structAt(c, address, SIGSET_SIZE, (b) => sigsetAt(b, 0)) : addrText(address);
}

const handlerText = (handler: number | bigint): string =>
  handler === 0
    ? 'SIG_DFL'
    : handler === 1
      ? 'SIG_IGN'
      : handler === 0xffffffffffffffffn
        ? 'SIG_ERR'
        : addrText(handler);

const SA_RESTORER = 0x04000000;

/** struct sigaction of the kernel: handler, flags, restorer, mask. */
function sigaction(b: Uint8Array, c: CallContext): string {
  const w = c.wordSize;
  const f = u32(b, w);
  // An unsigned long, of which a C library that passes an int fills the upper half with its sign.
  const high = w === 8 ? u32(b, w + 4) : 0;
  const upper = high === 0 ? '' : `|${hexText(BigInt(high) << 32n)}`;
  let text = `{sa_handler=${handlerText(word(b, 0, w))}, sa_mask=${sigsetAt(b, 3 * w)}, sa_flags=${SA_FLAGS.flags(f)}${upper}`;
  if (f & SA_RESTORER) text += `, sa_restorer=${addrText(word(b, 2 * w, w))}`;
  return `${text}}`;
}

const actionArg =
  (out: boolean): Arg =>
  (c, i) =>
    out && c.call.failed ? c.addrText(i) : structAt(c, c.addr(i), 3 * c.wordSize + SIGSET_SIZE, sigaction);

const setIn =
  (sizeArg: number): Arg =>
  (c, i) =>
    sigset(c, c.addr(i), c.addr(sizeArg));
const setOut =
  (sizeArg: number): Arg =>
  (c, i) =>
    c.call.failed ? c.addrText(i) : sigset(c, c.addr(i), c.addr(sizeArg));

/** stack_t. */
function stack(b: Uint8Array, c: CallContext): string {
  const w = c.wordSize;
  return `{ss_sp=${addrText(word(b, 0, w))}, ss_flags=${SIGALTSTACK_FLAGS.flags(u32(b, w))}, ss_size=${word(b, 2 * w, w)}}`;
}

const stackArg =
  (out: boolean): Arg =>
  (c, i) =>
    out && c.call.failed ? c.addrText(i) : structAt(c, c.addr(i), 3 * c.wordSize, stack);

/** Offset of the signal mask in x86-64's struct ucontext, which the stack pointer is at when rt_sigreturn is called. */
const UCONTEXT_MASK = 296n;

const sigreturn = call((c) => {
  const b = c.read(c.call.stackPointer + UCONTEXT_MASK, SIGSET_SIZE);
  return b === undefined ? '' : `{mask=${sigsetAt(b, 0)}}`;
});

const sigwaitResult = (c: CallContext): string => {
  if (c.call.failed) return errorText(-c.call.result);
  if (c.call.result > 0) c.aux = ` (${signalText(c.call.result)})`;
  return decimalResult(c);
};

/** The decoders of this family, by call name. */
export const signalCalls: Readonly<Record<string, CallSpec>> = {
  rt_sigaction: both([signal, actionArg(false)], [actionArg(true), ulong]),
  rt_sigprocmask: both([oneOf(HOW), setIn(3)], [setOut(3), ulong]),
  rt_sigpending: both(
    [],
    [
      (c, i) => {
        const size = Number(c.addr(1));
        if (c.call.failed || size === 0 || size > SIGSET_SIZE) return c.addrText(i);
        return structAt(c, c.addr(i), size, (b) => (size === SIGSET_SIZE ? sigsetAt(b, 0) : sigsetText(u32(b, 0), 0)));
      },
      ulong,
    ],
  ),
  rt_sigsuspend: both([setIn(1), ulong]),
  rt_sigtimedwait: call(
    [setIn(3)],
    [
      (c, i) => (c.call.failed ? c.addrText(i) : structAt(c, c.addr(i), 128, siginfoBytes)),
      inStruct(16, timespec),
      ulong,
    ],
    sigwaitResult,
  ),
  rt_sigqueueinfo: call([int, signal, inStruct(128, siginfoBytes)]),
  rt_tgsigqueueinfo: call([int, int, signal, inStruct(128, siginfoBytes)]),
  rt_sigreturn: sigreturn,
  kill: both([int, signal]),
  tkill: both([int, signal]),
  tgkill: both([int, int, signal]),
  pause: both([]),
  sigaltstack: both([stackArg(false)], [stackArg(true)]),
  signalfd: call([fd, setIn(2), ulong], undefined, fdResult),
  signalfd4: both([fd, setIn(2), ulong, flags(SIGNALFD_FLAGS)], undefined, fdResult),
};
