/** Sleeping on virtual time, the restart of such a sleep (ERESTART_RESTARTBLOCK), and timers. */

import { ERRNO } from '../../abi/errno.ts';
import { SIGNAL_MAX } from '../../abi/signals.ts';
import type { SimKernel } from '../kernel.ts';
import { RESTART } from '../restart.ts';
import type { RunState } from '../run-state.ts';
import { sleepOn } from '../sleep.ts';
import type { SimTask } from '../task.ts';
import { type Setting, type TimerEvent, timersOf } from '../timers.ts';
import type { Make } from './table.ts';

const SECOND = 1e9;
const MILLISECOND = 1e6;
const MICROSECOND = 1e3;

/** struct timespec in nanoseconds. */
export function readTime(task: SimTask, at: bigint): number {
  const view = new DataView(task.mm.read(at, 16).buffer);
  return Number(view.getBigInt64(0, true)) * SECOND + Number(view.getBigInt64(8, true));
}

function sleepUntil(kernel: SimKernel, task: SimTask, deadline: number, what = 'nanosleep'): RunState {
  task.restart = () => sleepUntil(kernel, task, deadline, what);
  return sleepOn(kernel, task, {
    what,
    check: () => (kernel.clock.now >= deadline ? 0 : null),
    interrupted: RESTART.BLOCK,
    ...(Number.isFinite(deadline) ? { deadline } : {}),
  });
}

/** struct itimerspec, or with `unit` 1000 struct itimerval. Null: no such time. */
function readSetting(task: SimTask, at: bigint, unit: number): Setting | null {
  const view = new DataView(task.mm.read(at, 32).buffer);
  const [interval, value] = [0, 16].map((offset) => {
    const seconds = Number(view.getBigInt64(offset, true));
    const rest = Number(view.getBigInt64(offset + 8, true)) * unit;
    return seconds < 0 || rest < 0 || rest >= SECOND ? Number.NaN : seconds * SECOND + rest;
  });
  return Number.isNaN(interval! + value!) ? null : { interval: interval!, value: value! };
}

function writeSetting(task: SimTask, at: bigint, { interval, value }: Setting, unit: number): void {
  if (at === 0n) return;
  const words = [interval, value].flatMap((time) => {
    const seconds = Math.floor(time / SECOND);
    return [BigInt(seconds), BigInt(Math.ceil((time - seconds * SECOND) / unit))];
  });
  task.mm.write(at, new Uint8Array(BigInt64Array.from(words).buffer));
}

const ITIMER = { REAL: 0, VIRTUAL: 1, PROF: 2 } as const;

function itimer(kernel: SimKernel, task: SimTask, which: number): Setting | null {
  const { process } = task;
  if (which !== ITIMER.REAL) return timersOf(kernel, process).cpu[which - 1] ?? null;
  const { remaining, interval } = timersOf(kernel, process).real;
  return { value: remaining, interval };
}

const setitimer: Make = (kernel, task, call) => {
  const which = call.argInt(0);
  const old = itimer(kernel, task, which);
  const setting = call.arg(1) === 0n ? { value: 0, interval: 0 } : readSetting(task, call.arg(1), MICROSECOND);
  if (old === null || setting === null) return -ERRNO.EINVAL;
  const timers = timersOf(kernel, task.process);
  if (which === ITIMER.REAL) timers.setReal(setting);
  else timers.cpu[which - 1] = setting;
  writeSetting(task, call.arg(2), old, MICROSECOND);
  return 0;
};

/** What is left, in seconds: rather too much than too little, and not 0 while there is something (alarm_setitimer). */
function wholeSeconds(time: number): number {
  const seconds = Math.floor(time / SECOND);
  const rest = time - seconds * SECOND;
  return (seconds === 0 && rest > 0) || rest >= SECOND / 2 ? seconds + 1 : seconds;
}

/** CLOCK_REALTIME, _MONOTONIC, _BOOTTIME, _TAI: all of them the virtual time. */
const CLOCKS: ReadonlySet<number> = new Set([0, 1, 7, 11]);
const SIGEV = { SIGNAL: 0, NONE: 1, THREAD: 2, THREAD_ID: 4 } as const;
const TIMER_ABSTIME = 1;

/** good_sigevent. Undefined: it is not. */
function readEvent(kernel: SimKernel, task: SimTask, at: bigint): TimerEvent | undefined {
  const view = new DataView(task.mm.read(at, 20).buffer);
  const [signo, notify, tid] = [8, 12, 16].map((offset) => view.getInt32(offset, true));
  const value = view.getBigUint64(0, true);
  if (notify === SIGEV.NONE) return { signo: 0, value, thread: null, silent: true };
  if (signo! < 1 || signo! > SIGNAL_MAX) return undefined;
  if (notify === SIGEV.SIGNAL || notify === SIGEV.THREAD) return { signo: signo!, value, thread: null, silent: false };
  if (notify !== SIGEV.THREAD_ID) return undefined;
  const thread = kernel.lookUp(tid!);
  return thread?.process === task.process ? { signo: signo!, value, thread, silent: false } : undefined;
}

const timerCreate: Make = (kernel, task, call) => {
  if (!CLOCKS.has(call.argInt(0))) return -ERRNO.EINVAL;
  const event = call.arg(1) === 0n ? null : readEvent(kernel, task, call.arg(1));
  if (event === undefined) return -ERRNO.EINVAL;
  const id = timersOf(kernel, task.process).create(event);
  task.mm.write(call.arg(2), new Uint8Array(Int32Array.of(id).buffer));
  return 0;
};

const timerSettime: Make = (kernel, task, call) => {
  const timers = timersOf(kernel, task.process);
  const setting = readSetting(task, call.arg(2), 1);
  const old = timers.get(call.argInt(0));
  if (setting === null || old === null) return -ERRNO.EINVAL;
  timers.set(call.argInt(0), setting, (call.argInt(1) & TIMER_ABSTIME) !== 0);
  writeSetting(task, call.arg(3), old, 1);
  return 0;
};

export const TIME_CALLS: Readonly<Record<string, Make>> = {
  nanosleep(kernel, task, call) {
    const time = readTime(task, call.arg(0));
    return time < 0 ? -ERRNO.EINVAL : sleepUntil(kernel, task, kernel.clock.now + time);
  },
  /** Of no descriptors: a sleep. */
  poll(kernel, task, call) {
    if (call.argInt(1) !== 0) return -ERRNO.ENOSYS;
    const ms = call.argInt(2);
    return sleepUntil(kernel, task, ms < 0 ? Number.POSITIVE_INFINITY : kernel.clock.now + ms * MILLISECOND, 'poll');
  },
  restart_syscall: (_kernel, task) => task.restart?.() ?? -ERRNO.EINTR,
  alarm(kernel, task, call) {
    const timers = timersOf(kernel, task.process);
    const left = wholeSeconds(timers.real.remaining);
    timers.setReal({ value: call.argNumber(0) * SECOND, interval: 0 });
    return left;
  },
  setitimer,
  getitimer(kernel, task, call) {
    const setting = itimer(kernel, task, call.argInt(0));
    if (setting === null) return -ERRNO.EINVAL;
    writeSetting(task, call.arg(1), setting, MICROSECOND);
    return 0;
  },
  timer_create: timerCreate,
  timer_settime: timerSettime,
  timer_gettime(kernel, task, call) {
    const setting = timersOf(kernel, task.process).get(call.argInt(0));
    if (setting === null) return -ERRNO.EINVAL;
    writeSetting(task, call.arg(1), setting, 1);
    return 0;
  },
  timer_getoverrun: (kernel, task, call) => timersOf(kernel, task.process).overrun(call.argInt(0)),
  timer_delete: (kernel, task, call) => timersOf(kernel, task.process).delete(call.argInt(0)),
};
