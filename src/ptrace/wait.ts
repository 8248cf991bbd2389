/**
 * wait4 and waitid: the stops and deaths that tracers are told, merged with what the real kernel knows of real children. Which
 * event it is (R8, R9, R13, R14), and what the caller's memory gets of it.
 */

import type { Siginfo } from '../abi/siginfo.ts';
import { CLD, SIG } from '../abi/signals.ts';
import { dumpedCore, exitCode, isExited, termSignal } from '../abi/wait-status.ts';
import type { PtraceKernel } from '../tracehook/ptrace.ts';
import type { Task } from '../tracehook/task.ts';
import type { Link } from './link.ts';

export const W = {
  WNOHANG: 1,
  WSTOPPED: 2,
  WEXITED: 4,
  WCONTINUED: 8,
  WNOWAIT: 0x01000000,
  WNOTHREAD: 0x20000000,
  WALL: 0x40000000,
  WCLONE: 0x80000000,
} as const;

/** Whom a call waits for, ids as the kernel has them. */
export type Whom =
  | { readonly type: 'all' }
  | { readonly type: 'pid'; readonly id: number }
  | { readonly type: 'pgid'; readonly id: number };

export interface WaitCall {
  readonly tracer: Task;
  readonly name: 'wait4' | 'waitid';
  readonly whom: Whom;
  readonly options: number;
  /** Where the caller wants what; 0n: not at all. */
  readonly statusAt: bigint;
  readonly siginfoAt: bigint;
  readonly rusageAt: bigint;
  /** A 32-bit caller, with 32-bit structures. */
  readonly narrow: boolean;
}

/** No child is seen as such, a tracee as ever. */
export const clonesAlone = ({ options }: WaitCall): boolean => (options & (W.WCLONE | W.WALL)) >>> 0 === W.WCLONE;

/** What was found for a wait. */
export interface WaitEvent {
  readonly link: Link;
  readonly status: number;
  readonly death: boolean;
  /** R11: the process was continued. */
  readonly continued?: boolean;
}

/** Whether the call may see this tracee at all: then it is not ECHILD. */
export function eligible(call: WaitCall, link: Link, kernel: PtraceKernel): boolean {
  const { tracer, whom, options } = call;
  if (link.over) return false;
  if (!counts(link, options)) return false;
  if (link.tracer !== tracer) {
    if ((options & W.WNOTHREAD) !== 0 || !kernel.sameGroup(link.tracer, tracer)) return false;
  }
  const { task } = link.traced;
  return isMeant(whom, task.tid, () => kernel.pgidOf(task));
}

/** eligible_pid. Its process group is asked for where it matters. */
export function isMeant(whom: Whom, tid: number, pgid: () => number): boolean {
  return whom.type === 'all' || whom.id === (whom.type === 'pid' ? tid : pgid());
}

/** wait_consider_task: the dead are nobody to wait for where deaths are not asked for. A leader with threads was one that goes on. */
function counts({ death, traced }: Link, options: number): boolean {
  if ((options & W.WEXITED) !== 0) return true;
  return death === null && (!traced.leaderDied || (options & W.WCONTINUED) !== 0);
}

/** What there is to tell of a tracee (task_stopped_code, wait_task_zombie); null: nothing. */
export function eventOf(link: Link, options: number): WaitEvent | null {
  if (link.death !== null) {
    if ((options & W.WEXITED) === 0) return null;
    const { kernel, task } = link.traced; // wait_task_zombie: what ended the process says more than how a thread of it ended
    return { link, status: kernel.groupExit(task) ?? link.death, death: true };
  }
  const { stop } = link;
  if (stop === null || stop.waited || link.listening) return null;
  return { link, status: (stop.code << 8) | 0x7f, death: false };
}

/** The siginfo that waitid and SIGCHLD give of an event (R7). */
export function childInfo(event: WaitEvent, kernel: PtraceKernel, viewer: Task): Siginfo {
  const { link, status, death } = event;
  const { task } = link.traced;
  const { utime, stime } = kernel.times(task);
  const ticks = (us: number): bigint => BigInt(Math.floor(us / 10_000));
  const [code, shown] = death
    ? deathCode(status)
    : event.continued
      ? [CLD.CLD_CONTINUED, SIG.SIGCONT]
      : [CLD.CLD_TRAPPED, status >> 8];
  return {
    signo: SIG.SIGCHLD,
    errno: 0,
    code,
    pid: kernel.tidFor(task, viewer),
    uid: kernel.uidOf(task),
    status: shown,
    utime: ticks(utime),
    stime: ticks(stime),
  };
}

/** CLD_* and si_status of a death. */
export function deathCode(status: number): [code: number, shown: number] {
  if (isExited(status)) return [CLD.CLD_EXITED, exitCode(status)];
  return [dumpedCore(status) ? CLD.CLD_DUMPED : CLD.CLD_KILLED, termSignal(status)];
}

/** The bytes that waitid writes of siginfo_t, without the times. `narrow`: for a 32-bit caller. */
export function waitidBytes(info: Siginfo | null, narrow = false): Uint8Array {
  const child = narrow ? 12 : 16;
  const bytes = new Uint8Array(child + 12);
  if (info === null) return bytes;
  const view = new DataView(bytes.buffer);
  view.setInt32(0, info.signo, true);
  view.setInt32(8, info.code, true);
  view.setInt32(child, info.pid ?? 0, true);
  view.setUint32(child + 4, info.uid ?? 0, true);
  view.setInt32(child + 8, info.status ?? 0, true);
  return bytes;
}

/** struct compat_rusage of a struct rusage: each long is 32 bits. */
export function narrowRusage(usage: Uint8Array): Uint8Array {
  const longs = new BigInt64Array(usage.buffer, usage.byteOffset, usage.length / 8);
  const narrow = new Uint8Array(longs.length * 4);
  const view = new DataView(narrow.buffer);
  for (const [i, value] of longs.entries()) view.setInt32(i * 4, Number(BigInt.asIntN(32, value)), true);
  return narrow;
}
