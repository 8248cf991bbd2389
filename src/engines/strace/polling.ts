/** Owns the decoders of waiting for descriptors: poll, select, epoll, and eventfd. */

import { EPOLL_CTLS, EPOLL_EVENTS, EPOLL_FLAGS, EVENTFD_FLAGS, POLL_EVENTS } from '../../abi/flags/polling.ts';
import {
  type Arg,
  both,
  type CallSpec,
  call,
  decimalResult,
  fd,
  fdResult,
  flags,
  inStruct,
  int,
  oneOf,
  structAt,
  uint,
  ulong,
} from './args.ts';
import type { CallContext } from './context.ts';
import { sigset } from './signals.ts';
import { addrText, i32, u16, u32, u64 } from './text.ts';
import { timespecAt, timevalAt } from './times.ts';

const POLLFD_SIZE = 8;

/** The descriptors to poll, as given. */
function pollfds(c: CallContext): string {
  const address = c.addr(0);
  const count = c.call.argInt(1) >>> 0;
  if (address === 0) return 'NULL';
  if (count === 0) return '[]';
  const shown = c.shown(count);
  const b = c.readSome(address, shown * POLLFD_SIZE);
  if (b === undefined || b.length < POLLFD_SIZE) return addrText(address);
  let text = '[';
  for (let k = 0; k < shown; k++) {
    const at = k * POLLFD_SIZE;
    if (k > 0) text += ', ';
    if (b.length < at + POLLFD_SIZE) return `${text}... /* ${addrText(BigInt(address) + BigInt(at))} */]`;
    const n = i32(b, at);
    text += n < 0 ? `{fd=${n}}` : `{fd=${c.fd(n)}, events=${POLL_EVENTS.flags(u16(b, at + 4))}}`;
  }
  return count > shown ? `${text}, ...]` : `${text}]`;
}

/** The descriptors that are ready: ` ([{fd=3, revents=POLLIN}])`. */
function pollReady(c: CallContext): string | undefined {
  const count = c.call.argInt(1) >>> 0;
  const b = c.read(c.addr(0), count * POLLFD_SIZE);
  if (b === undefined) return undefined;
  let text = '[';
  let found = 0;
  for (let k = 0; k < count; k++) {
    const at = k * POLLFD_SIZE;
    const revents = u16(b, at + 6);
    if (revents === 0) continue;
    if (found > 0) text += ', ';
    if (!c.verbose && found === c.stringLimit) {
      text += '...';
      break;
    }
    text += `{fd=${c.fd(i32(b, at))}, revents=${POLL_EVENTS.flags(revents)}}`;
    found++;
  }
  return `${text}]`;
}

const timespecIn = (c: CallContext, i: number): string => structAt(c, c.addr(i), 16, (b) => timespecAt(b, 0));
const timevalIn = (c: CallContext, i: number): string => structAt(c, c.addr(i), 16, (b) => timevalAt(b, 0));

/** `left {tv_sec=…}`: what select and ppoll had left, when they write it back. */
function left(c: CallContext, i: number, format: (b: Uint8Array, at: number) => string): string {
  const b = c.read(c.addr(i), 16);
  return b === undefined ? '' : `left ${format(b, 0)}`;
}

const poll = both(
  (c) => {
    c.complete = false;
    return `${pollfds(c)}, ${c.call.argInt(1) >>> 0}, ${c.call.argInt(2)}`;
  },
  (c) => {
    if (c.call.failed) return '';
    if (c.call.result === 0) c.aux = ' (Timeout)';
    else {
      const ready = pollReady(c);
      if (ready !== undefined) c.aux = ` (${ready})`;
    }
    return '';
  },
);

const ppoll = call(
  (c) => {
    c.complete = false;
    const head = `${pollfds(c)}, ${c.call.argInt(1) >>> 0}, ${timespecIn(c, 2)}`;
    return `${head}, ${sigset(c, c.addr(3), c.addr(4))}, ${c.addr(4)}`;
  },
  (c) => {
    if (c.call.failed) return '';
    if (c.call.result === 0) {
      c.aux = ' (Timeout)';
      return '';
    }
    const parts = [pollReady(c) ?? '', left(c, 2, timespecAt)].filter((part) => part !== '');
    if (parts.length > 0) c.aux = ` (${parts.join(', ')})`;
    return '';
  },
);

const FD_SET_MAX = 1024;

function setMembers(c: CallContext, address: number | bigint, count: number): number[] | undefined {
  const bytes = Math.ceil(count / (8 * c.wordSize)) * c.wordSize;
  const b = c.read(address, bytes);
  if (b === undefined) return undefined;
  const out: number[] = [];
  for (let k = 0; k < count; k++) if (((b[k >> 3] as number) >> (k & 7)) & 1) out.push(k);
  return out;
}

const setCount = (c: CallContext): number => Math.max(0, Math.min(c.call.argInt(0), FD_SET_MAX));

function fdSet(c: CallContext, i: number): string {
  const address = c.addr(i);
  if (address === 0) return 'NULL';
  const list = c.call.argInt(0) < 0 ? undefined : setMembers(c, address, setCount(c));
  return list === undefined ? addrText(address) : `[${list.map((n) => c.fd(n)).join(' ')}]`;
}

const SET_NAMES = ['in', 'out', 'except'] as const;

function selectReady(c: CallContext): string {
  const parts: string[] = [];
  for (let k = 0; k < SET_NAMES.length; k++) {
    const address = c.addr(k + 1);
    if (address === 0) continue;
    const list = setMembers(c, address, setCount(c));
    if (list !== undefined && list.length > 0) parts.push(`${SET_NAMES[k]} [${list.map((n) => c.fd(n)).join(' ')}]`);
  }
  return parts.join(', ');
}

function selectExit(c: CallContext, format: (b: Uint8Array, at: number) => string): string {
  if (c.call.failed) return '';
  if (c.call.result === 0) {
    c.aux = ' (Timeout)';
    return '';
  }
  const parts = [selectReady(c), left(c, 4, format)].filter((part) => part !== '');
  if (parts.length > 0) c.aux = ` (${parts.join(', ')})`;
  return '';
}

const sets = (c: CallContext): string => `${c.call.argInt(0)}, ${fdSet(c, 1)}, ${fdSet(c, 2)}, ${fdSet(c, 3)}`;

const select = call(
  (c) => {
    c.complete = false;
    return `${sets(c)}, ${timevalIn(c, 4)}`;
  },
  (c) => selectExit(c, timevalAt),
);

const pselect6 = call(
  (c) => {
    c.complete = false;
    const head = `${sets(c)}, ${timespecIn(c, 4)}, `;
    const pair = structAt(
      c,
      c.addr(5),
      16,
      (b) => `{sigmask=${sigset(c, u64(b, 0), u64(b, 8))}, sigsetsize=${u64(b, 8)}}`,
    );
    return head + pair;
  },
  (c) => selectExit(c, timespecAt),
);

const EPOLL_EVENT_SIZE = 12;

/** struct epoll_event (packed on x86-64). */
function epollEvent(b: Uint8Array, at: number): string {
  return `{events=${EPOLL_EVENTS.flags(u32(b, at))}, data={u32=${u32(b, at + 4)}, u64=${u64(b, at + 4)}}}`;
}

const epollEvents: Arg = (c, i) => {
  if (c.call.failed) return c.addrText(i);
  const count = c.call.result;
  if (count === 0) return '[]';
  const shown = c.shown(count);
  const b = c.read(c.addr(i), shown * EPOLL_EVENT_SIZE);
  if (b === undefined) return c.addrText(i);
  let text = '[';
  for (let k = 0; k < shown; k++) text += (k === 0 ? '' : ', ') + epollEvent(b, k * EPOLL_EVENT_SIZE);
  return count > shown ? `${text}, ...]` : `${text}]`;
};

const EPOLL_CTL_DEL = 2;
const epollEventIn = inStruct(EPOLL_EVENT_SIZE, (b) => epollEvent(b, 0));

/** The decoders of this family, by call name. */
export const pollingCalls: Readonly<Record<string, CallSpec>> = {
  poll,
  ppoll,
  select,
  pselect6,
  epoll_create: both([int], undefined, fdResult),
  epoll_create1: both([flags(EPOLL_FLAGS)], undefined, fdResult),
  epoll_ctl: both([
    fd,
    oneOf(EPOLL_CTLS),
    fd,
    (c, i) => (c.call.argInt(1) === EPOLL_CTL_DEL ? c.addrText(i) : epollEventIn(c, i)),
  ]),
  epoll_wait: both([fd], [epollEvents, int, int], decimalResult),
  epoll_pwait: both([fd], [epollEvents, int, int, (c, i) => sigset(c, c.addr(i), c.addr(5)), ulong]),
  epoll_pwait2: call(
    [fd],
    [epollEvents, int, (c, i) => timespecIn(c, i), (c, i) => sigset(c, c.addr(i), c.addr(5)), ulong],
  ),
  eventfd2: both([uint, flags(EVENTFD_FLAGS)], undefined, fdResult),
};
