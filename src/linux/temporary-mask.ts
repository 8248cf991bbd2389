/**
 * Calls that sleep with another signal mask than their thread's (set_user_sigmask). One that a stop of ours disturbs is made again,
 * and in between the kernel looks for signals with the thread's own: what the call blocks would come. So that mask is kept until the
 * call has begun anew.
 */

import { PTRACE } from '../abi/ptrace.ts';
import { syscallName } from '../abi/syscalls.ts';
import type { LinuxHost } from './host.ts';
import * as proc from './proc.ts';
import type { LinuxTask } from './task.ts';

const CALLS: ReadonlySet<string | undefined> = new Set([
  ...['rt_sigsuspend', 'ppoll', 'pselect6', 'epoll_pwait', 'epoll_pwait2', 'io_pgetevents'],
]);

const bytes = new Uint8Array(8);
const view = new DataView(bytes.buffer);

const setMask = (host: LinuxHost, task: LinuxTask, mask: bigint): void => {
  view.setBigUint64(0, mask, true);
  host.native.ptraceData(PTRACE.SETSIGMASK, task.tid, 8, bytes);
};

/** `nr`: the call that the task is about to make again. */
export function keepMask(host: LinuxHost, task: LinuxTask, nr: number): void {
  if (!CALLS.has(syscallName(host.arch.abiFromRegisters(task.registers), nr))) return;
  if (task.ownMask !== null) {
    task.rejoins = nr;
    return;
  }
  if (host.native.ptraceData(PTRACE.GETSIGMASK, task.tid, 8, bytes) < 0) return;
  const own = view.getBigUint64(0, true);
  const { blocked } = proc.signalState(task.tid);
  if (own === blocked) return;
  setMask(host, task, blocked);
  task.ownMask = own;
  task.rejoins = nr;
}

/** The call begins, or the task goes on to something else. */
export function giveMaskBack(host: LinuxHost, task: LinuxTask): void {
  if (task.ownMask === null) return;
  setMask(host, task, task.ownMask);
  task.ownMask = null;
}
