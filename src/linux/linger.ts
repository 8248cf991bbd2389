/**
 * A tracer that lets its tracee go lingers in that call until the tracee has stopped again: a step is over before its tracer
 * could do anything else, and the SIGCHLD of its stop is queued where the tracer stands, while one that runs would have to be
 * interrupted for it. That is only for tracers that handle SIGCHLD, and not for long: until somebody tells something, or
 * nobody does for the ticks that a wait lasts. When it was in vain, the next times are left out.
 */

import { PTRACE } from '../abi/ptrace.ts';
import { syscallName } from '../abi/syscalls.ts';
import { childSignalsOf } from './child-signals.ts';
import type { LinuxHost } from './host.ts';
import { type LinuxTask, Run, Stop } from './task.ts';

const LETS_GO: ReadonlySet<number> = new Set([PTRACE.CONT, PTRACE.SYSCALL, PTRACE.SINGLESTEP, PTRACE.SINGLEBLOCK]);
/** So often in a row it is left out, at most. */
const GAP_MOST = 255;

/** At its call: whether it is to linger there, with this result. */
export function lingers(host: LinuxHost, task: LinuxTask, result: number | bigint): boolean {
  const { wakes, lingering, ptrace } = host;
  const { call } = task;
  if (lingering !== null || wakes.length === 0) return false;
  if (syscallName(call.abi, call.nr) !== 'ptrace' || !LETS_GO.has(call.argInt(0)) || Number(result) !== 0) return false;
  const { disposition, noStops } = childSignalsOf(task);
  if (disposition !== 'handler' || noStops || task.childSignals.length > 0 || ptrace!.isTraced(task)) return false;
  if (task.lingerSkips > 0) {
    task.lingerSkips--;
    return false;
  }
  host.lingering = task;
  return true;
}

/** Who lingers is to go on; null: nobody does, or not any more. */
export function lingered(host: LinuxHost): LinuxTask | null {
  const task = host.lingering;
  host.lingering = null;
  if (task === null || task.run !== Run.STOPPED || task.stop !== Stop.SECCOMP) return null;
  task.lingerGap = task.childSignals.length > 0 ? 0 : Math.min(2 * task.lingerGap + 1, GAP_MOST);
  task.lingerSkips = task.lingerGap;
  return task;
}
