/**
 * Calls that sleep with another signal mask than their thread's (set_user_sigmask). One that a stop of ours disturbs is made again,
 * and in between the kernel looks for signals with the thread's own: what the call blocks would come. So that mask is kept until the
 * call has begun anew.
 */

import { PTRACE } from '../abi/ptrace.ts';
import { syscallName, syscallNumber } from '../abi/syscalls.ts';
import type { LinuxHost } from './host.ts';
import * as proc from './proc.ts';
import { restartsCall } from './restarts.ts';
import { type LinuxTask, Run } from './task.ts';

/** Those that are made again; and where the argument is that may have the mask. The last three: of 32-bit programs. */
const CALLS: Readonly<Record<string, number>> = {
  rt_sigsuspend: 0,
  ppoll: 3,
  epoll_pwait: 4,
  epoll_pwait2: 4,
  pselect6: 5,
  io_pgetevents: 5,
  ppoll_time64: 3,
  pselect6_time64: 5,
  io_pgetevents_time64: 5,
};
/** The same of all calls that begin with another mask. */
const MASK_AT: Readonly<Record<string, number>> = { ...CALLS, rt_sigtimedwait: 0, rt_sigtimedwait_time64: 0 };
/** The numbers of CALLS in any ABI: most calls need no look at the registers, to learn which it is. */
const NUMBERS: ReadonlySet<number | undefined> = new Set(
  (['x86-64', 'i386', 'x32', 'arm64'] as const).flatMap((abi) =>
    Object.keys(CALLS).map((name) => syscallNumber(abi, name)),
  ),
);

const bytes = new Uint8Array(8);
const view = new DataView(bytes.buffer);

const setMask = (host: LinuxHost, task: LinuxTask, mask: bigint): void => {
  view.setBigUint64(0, mask, true);
  host.native.ptraceData(PTRACE.SETSIGMASK, task.tid, 8, bytes);
};

const ALL = (1n << 64n) - 1n;

/** The mask that the task has where no call of its has another. Null: it was killed. */
function getMask(host: LinuxHost, task: LinuxTask): bigint | null {
  return host.native.ptraceData(PTRACE.GETSIGMASK, task.tid, 8, bytes) < 0 ? null : view.getBigUint64(0, true);
}

/** `nr`: the call that the task is about to make again. */
export function keepMask(host: LinuxHost, task: LinuxTask, nr: number): void {
  if (!NUMBERS.has(nr)) return;
  const name = syscallName(host.arch.abiFromRegisters(task.registers), nr);
  if (name === undefined || !Object.hasOwn(CALLS, name)) return;
  if (task.ownMask !== null) {
    task.rejoins = nr;
    return;
  }
  const own = getMask(host, task);
  if (own === null) return;
  const { blocked } = proc.signalState(task.tid);
  if (own === blocked) return;
  setMask(host, task, blocked);
  task.ownMask = own;
  task.rejoins = nr;
}

/** As a task goes back to its call: no signal comes on the way there. */
export function blockAll(host: LinuxHost, task: LinuxTask): void {
  const own = task.ownMask === null ? getMask(host, task) : null;
  if (own === null) return;
  setMask(host, task, ALL);
  task.ownMask = own;
}

/** Gives a stopped task another mask for a moment, and how it gets back what it had; null: it was killed. */
export function lendMask(host: LinuxHost, task: LinuxTask, mask: bigint): (() => void) | null {
  const own = getMask(host, task);
  if (own === null) return null;
  const { blocked } = proc.signalState(task.tid);
  setMask(host, task, mask);
  return () => {
    if (task.run !== Run.STOPPED) return;
    setMask(host, task, blocked);
    // The kernel forgets which it is to restore.
    if (own !== blocked) task.ownMask ??= own;
  };
}

/**
 * Whether the call that the task is about to make begins with another mask: then the kernel looks anew for what is pending
 * (recalc_sigpending), and that somebody has woken the task before is forgotten.
 */
export function beginsWithMask({ call }: LinuxTask): boolean {
  const name = syscallName(call.abi, call.nr);
  const at = name === undefined ? undefined : MASK_AT[name];
  return at !== undefined && call.arg(at) !== 0n;
}

/** As the task goes on: whether it is to its call again, without a handler on the way, whose frame would have that mask. */
export const keepsMask = (host: LinuxHost, task: LinuxTask): boolean =>
  task.ownMask !== null &&
  restartsCall(host, task) &&
  (task.deliver === 0 || proc.disposition(task.tid, task.deliver) !== 'handler');

/** The call begins, or the task goes on to something else. */
export function giveMaskBack(host: LinuxHost, task: LinuxTask): void {
  if (task.ownMask === null) return;
  setMask(host, task, task.ownMask);
  task.ownMask = null;
}
