/**
 * Owns the constants of clocks and timers.
 * Order matters: flags are named in the order of their table. Data only.
 */

import { FlagTable } from './table.ts';

export const CLOCKS = new FlagTable('CLOCK_???', {
  CLOCK_REALTIME: 0,
  CLOCK_MONOTONIC: 1,
  CLOCK_PROCESS_CPUTIME_ID: 2,
  CLOCK_THREAD_CPUTIME_ID: 3,
  CLOCK_MONOTONIC_RAW: 4,
  CLOCK_REALTIME_COARSE: 5,
  CLOCK_MONOTONIC_COARSE: 6,
  CLOCK_BOOTTIME: 7,
  CLOCK_REALTIME_ALARM: 8,
  CLOCK_BOOTTIME_ALARM: 9,
  CLOCK_SGI_CYCLE: 0xa,
  CLOCK_TAI: 0xb,
});

export const ITIMERS = new FlagTable('ITIMER_???', {
  ITIMER_REAL: 0,
  ITIMER_VIRTUAL: 1,
  ITIMER_PROF: 2,
});

export const TIMER_FLAGS = new FlagTable('TIMER_???', {
  TIMER_ABSTIME: 1,
});

export const SIGEV = new FlagTable('SIGEV_???', {
  SIGEV_SIGNAL: 0,
  SIGEV_NONE: 1,
  SIGEV_THREAD: 2,
  SIGEV_THREAD_ID: 4,
});
