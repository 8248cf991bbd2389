/** Owns the decoders of clocks, sleeps and timers. */

import { TIMERFD_FLAGS, TIMERFD_SETTIME_FLAGS } from '../../abi/flags/polling.ts';
import { CLOCKS, ITIMERS, SIGEV, TIMER_FLAGS } from '../../abi/flags/time.ts';
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
  outStruct,
  signalText,
  structAt,
  uint,
} from './args.ts';
import type { CallContext } from './context.ts';
import { addrText, i32, i64, u64 } from './text.ts';
import { dateComment, dateText, itimerspec, itimerval, timespec, timeval } from './times.ts';

const EINTR = 4;
const ERESTART_FIRST = 512;
const ERESTART_LAST = 516;

/** What sleep had left: only there when a signal interrupted it. */
const interrupted = (c: CallContext): boolean => {
  const errno = -c.call.result;
  return c.call.failed && (errno === EINTR || (errno >= ERESTART_FIRST && errno <= ERESTART_LAST));
};

const remaining: Arg = (c, i) => (interrupted(c) ? structAt(c, c.addr(i), 16, timespec) : c.addrText(i));
const tsIn = inStruct(16, timespec);
const tsOut = outStruct(16, timespec);
const tvOut = outStruct(16, timeval);
const tvIn = inStruct(16, timeval);
const clock = oneOf(CLOCKS);
const timezone = (b: Uint8Array): string => `{tz_minuteswest=${i32(b, 0)}, tz_dsttime=${i32(b, 4)}}`;

/** struct sigevent. */
export function sigevent(b: Uint8Array): string {
  const value = u64(b, 0);
  const notify = i32(b, 12);
  const named = notify === 0 || notify === 2 || notify === 4;
  let text = value === 0 ? '{' : `{sigev_value={sival_int=${i32(b, 0)}, sival_ptr=${addrText(value)}}, `;
  text += `sigev_signo=${named ? signalText(i32(b, 8)) : i32(b, 8)}, sigev_notify=${SIGEV.value(notify)}`;
  if (notify === 4) text += `, sigev_notify_thread_id=${i32(b, 16)}`;
  if (notify === 2)
    text += `, sigev_notify_function=${addrText(u64(b, 16))}, sigev_notify_attributes=${addrText(u64(b, 24))}`;
  return `${text}}`;
}

function timesText(b: Uint8Array): string {
  return `{tms_utime=${i64(b, 0)}, tms_stime=${i64(b, 8)}, tms_cutime=${i64(b, 16)}, tms_cstime=${i64(b, 24)}}`;
}

/** The decoders of this family, by call name. */
export const timeCalls: Readonly<Record<string, CallSpec>> = {
  nanosleep: call([tsIn], [remaining]),
  clock_nanosleep: call([clock, flags(TIMER_FLAGS), tsIn], [remaining]),
  clock_gettime: call([clock], [tsOut]),
  clock_gettime64: both([clock], [tsOut]),
  clock_getres: call([clock], [tsOut]),
  clock_settime: call([clock, tsIn]),
  gettimeofday: call([], [tvOut, outStruct(8, timezone)]),
  settimeofday: call([tvIn, inStruct(8, timezone)]),
  time: call([], [outStruct(8, (b) => `[${i64(b, 0)}${dateComment(i64(b, 0), 0)}]`)], (c) => {
    if (!c.call.failed) c.aux = ` (${dateText(c.call.result, 0)})`;
    return decimalResult(c);
  }),
  times: call([], [outStruct(32, timesText)]),
  alarm: both([uint]),
  getitimer: call([oneOf(ITIMERS)], [outStruct(32, itimerval)]),
  setitimer: call([oneOf(ITIMERS), inStruct(32, itimerval)], [outStruct(32, itimerval)]),
  timer_create: call([clock, inStruct(32, sigevent)], [outStruct(4, (b) => `[${i32(b, 0)}]`)]),
  timer_settime: call([int, flags(TIMER_FLAGS), inStruct(32, itimerspec)], [outStruct(32, itimerspec)]),
  timer_gettime: call([int], [outStruct(32, itimerspec)]),
  timer_getoverrun: both([int]),
  timer_delete: both([int]),
  timerfd_create: both([clock, flags(TIMERFD_FLAGS)], undefined, fdResult),
  timerfd_settime: call([fd, flags(TIMERFD_SETTIME_FLAGS), inStruct(32, itimerspec)], [outStruct(32, itimerspec)]),
  timerfd_gettime: call([fd], [outStruct(32, itimerspec)]),
};
