/** Owns the rendering of times: timespec, timeval, itimerspec, and the date comments of verbose output. */

import type { CallContext } from './context.ts';
import { i64, u64 } from './text.ts';

const two = (n: number): string => (n < 10 ? `0${n}` : String(n));

function zone(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  const abs = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(abs / 60))}${two(abs % 60)}`;
}

/** `2023-11-14T22:13:20.123456789+0000`, local time; empty for times that are none. */
export function dateText(sec: number | bigint, nsec: number | bigint, digits: 6 | 9 = 9): string {
  const n = Number(nsec);
  const date = new Date(Number(sec) * 1000);
  if (n >= 10 ** digits || Number.isNaN(date.getTime())) return '';
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  const fraction = n === 0 ? '' : `.${String(n).padStart(digits, '0')}`;
  return `${day}T${time}${fraction}${zone(date)}`;
}

/** A date as a comment after a time; nothing for time 0. */
export function dateComment(sec: number | bigint, nsec: number | bigint, digits: 6 | 9 = 9): string {
  const text = Number(sec) === 0 && Number(nsec) === 0 ? '' : dateText(sec, nsec, digits);
  return text === '' ? '' : ` /* ${text} */`;
}

/** Size of a 64-bit struct timespec or timeval. */
export const TIMESPEC_SIZE = 16;

/** struct timespec at offset `at`. */
export const timespecAt = (b: Uint8Array, at: number): string => `{tv_sec=${i64(b, at)}, tv_nsec=${u64(b, at + 8)}}`;
/** struct timeval at offset `at`. */
export const timevalAt = (b: Uint8Array, at: number): string => `{tv_sec=${i64(b, at)}, tv_usec=${u64(b, at + 8)}}`;

export const timespec = (b: Uint8Array): string => timespecAt(b, 0);
export const timeval = (b: Uint8Array): string => timevalAt(b, 0);

/** struct itimerspec. */
export const itimerspec = (b: Uint8Array): string => `{it_interval=${timespecAt(b, 0)}, it_value=${timespecAt(b, 16)}}`;
/** struct itimerval. */
export const itimerval = (b: Uint8Array): string => `{it_interval=${timevalAt(b, 0)}, it_value=${timevalAt(b, 16)}}`;

const UTIME_NOW = 0x3fffffff;
const UTIME_OMIT = 0x3ffffffe;

/** The pair of utimensat, with its special values by name. */
export function utimensPair(b: Uint8Array, _c: CallContext): string {
  const one = (at: number): string => {
    const nsec = Number(u64(b, at + 8));
    if (nsec === UTIME_NOW) return 'UTIME_NOW';
    if (nsec === UTIME_OMIT) return 'UTIME_OMIT';
    return timespecAt(b, at) + dateComment(i64(b, at), nsec);
  };
  return `[${one(0)}, ${one(16)}]`;
}
