/** wait4 and waitid as the kernel itself makes them, for children by birth (do_wait). Traced tasks are served (served.ts). */

import { ERRNO } from '../abi/errno.ts';
import { CLD, SIG } from '../abi/signals.ts';
import { dumpedCore, exitCode, isExited, termSignal } from '../abi/wait-status.ts';
import type { SyscallState } from '../tracehook/machine.ts';
import { ExitState } from '../tracehook/task.ts';
import { releaseTask } from './exit.ts';
import type { SimKernel } from './kernel.ts';
import { MemoryFault } from './memory.ts';
import { SignalFlag } from './process.ts';
import { RESTART } from './restart.ts';
import type { RunState } from './run-state.ts';
import { sleepOn } from './sleep.ts';
import type { SimTask } from './task.ts';

export const W = {
  NOHANG: 1,
  UNTRACED: 2,
  EXITED: 4,
  CONTINUED: 8,
  NOWAIT: 0x01000000,
  NOTHREAD: 0x20000000,
  ALL: 0x40000000,
  CLONE: 0x80000000,
} as const;
const P = { ALL: 0, PID: 1, PGID: 2 } as const;
const RUSAGE_SIZE = 144;
const WAITID_SIZE = 28;

interface Wait {
  readonly name: string;
  readonly matches: (leader: SimTask) => boolean;
  readonly options: number;
  readonly statusAt: bigint;
  readonly infoAt: bigint;
  readonly rusageAt: bigint;
}

/** What was found. */
interface Found {
  readonly child: SimTask;
  /** wait4's status word. */
  readonly status: number;
  readonly code: number;
  readonly shown: number;
}

export function wait4(kernel: SimKernel, task: SimTask, call: SyscallState): number | RunState {
  const options = call.argInt(2) >>> 0;
  const known = W.NOHANG | W.UNTRACED | W.CONTINUED | W.NOTHREAD | W.ALL | W.CLONE;
  if ((options & ~known) !== 0) return -ERRNO.EINVAL;
  const pid = call.argInt(0);
  if (pid === -0x80000000) return -ERRNO.ESRCH;
  const [type, id] = pid === -1 ? [P.ALL, 0] : pid < 0 ? [P.PGID, -pid] : pid === 0 ? [P.PGID, 0] : [P.PID, pid];
  return doWait(kernel, task, {
    name: 'wait4',
    matches: matcher(task, type, id),
    options: (options | W.EXITED) >>> 0,
    statusAt: call.arg(1),
    infoAt: 0n,
    rusageAt: call.arg(3),
  });
}

export function waitid(kernel: SimKernel, task: SimTask, call: SyscallState): number | RunState {
  const options = call.argInt(3) >>> 0;
  const known = W.NOHANG | W.UNTRACED | W.EXITED | W.CONTINUED | W.NOWAIT | W.NOTHREAD | W.ALL | W.CLONE;
  if ((options & ~known) !== 0 || (options & (W.EXITED | W.UNTRACED | W.CONTINUED)) === 0) return -ERRNO.EINVAL;
  const [type, id] = [call.argInt(0), call.argInt(1)];
  if (type < P.ALL || type > P.PGID || (type === P.PID && id <= 0) || (type === P.PGID && id < 0)) {
    return -ERRNO.EINVAL;
  }
  return doWait(kernel, task, {
    name: 'waitid',
    matches: matcher(task, type, id),
    options,
    statusAt: 0n,
    infoAt: call.arg(2),
    rusageAt: call.arg(4),
  });
}

/** eligible_pid. */
function matcher(task: SimTask, type: number, id: number): (leader: SimTask) => boolean {
  if (type === P.ALL) return () => true;
  if (type === P.PID) return (leader) => (leader.tgid as number) === id;
  const pgid = id === 0 ? task.process.pgid : id;
  return (leader) => leader.process.pgid === pgid;
}

function doWait(kernel: SimKernel, task: SimTask, wait: Wait): number | RunState {
  const { process } = task;
  const check = (): number | null => {
    const found = look(kernel, task, wait);
    if (typeof found !== 'number') return tell(kernel, task, wait, found);
    if (found !== 0) return found;
    if ((wait.options & W.NOHANG) === 0) return null;
    if (wait.infoAt !== 0n) write(task, wait.infoAt, new Uint8Array(WAITID_SIZE));
    return 0;
  };
  const now = check();
  if (now !== null) return now;
  process.waiters.add(task);
  return sleepOn(kernel, task, {
    what: wait.name,
    check,
    interrupted: RESTART.SYS,
    leave: () => process.waiters.delete(task),
  });
}

/** The children of all threads, the caller's own first, by birth (R14). A number: nothing yet (0), or −ECHILD. */
function look(kernel: SimKernel, task: SimTask, wait: Wait): Found | number {
  let any = false;
  for (const thread of (wait.options & W.NOTHREAD) !== 0 ? [task] : threadsFrom(task)) {
    for (const child of thread.children) {
      if (!wait.matches(child) || !isEligible(child, wait.options)) continue;
      kernel.touch(child);
      const found = consider(kernel, child, wait.options);
      if (found !== null) return found;
      // wait_consider_task: a zombie is nobody to wait for where deaths are not asked for.
      any ||= child.exitState !== ExitState.ZOMBIE || (wait.options & W.EXITED) !== 0 || !isVisible(child);
    }
  }
  return any ? 0 : -ERRNO.ECHILD;
}

/** while_each_thread. */
function threadsFrom(task: SimTask): SimTask[] {
  const threads = [...task.process.threads];
  const at = Math.max(threads.indexOf(task), 0);
  return [...threads.slice(at), ...threads.slice(0, at)];
}

/** eligible_child. */
function isEligible({ process }: SimTask, options: number): boolean {
  if ((options & W.ALL) !== 0) return true;
  return (process.exitSignal !== SIG.SIGCHLD) === ((options & W.CLONE) !== 0);
}

/** Of a zombie: whether it is its parent's to see. */
const isVisible = ({ process, keeps, announcing }: SimTask): boolean => process.single && !keeps && !announcing;

/** wait_consider_task. A zombie that a tracer must see first, or a leader's with threads, is not there yet (R12): they may stop. */
function consider(kernel: SimKernel, child: SimTask, options: number): Found | null {
  const { process } = child;
  if (child.exitState === ExitState.ZOMBIE && isVisible(child)) {
    if ((options & W.EXITED) === 0) return null;
    const status = child.waitStatus ?? 0;
    if (isExited(status)) return { child, status, code: CLD.CLD_EXITED, shown: exitCode(status) };
    const code = dumpedCore(status) ? CLD.CLD_DUMPED : CLD.CLD_KILLED;
    return { child, status, code, shown: termSignal(status) };
  }
  const stopped = (process.flags & SignalFlag.STOP_STOPPED) !== 0 && process.groupExitCode !== 0;
  if (stopped && (options & W.UNTRACED) !== 0 && kernel.ptrace?.isTracedByParent(child) !== true) {
    const signo = process.groupExitCode;
    return { child, status: (signo << 8) | 0x7f, code: CLD.CLD_STOPPED, shown: signo };
  }
  if ((options & W.CONTINUED) !== 0 && (process.flags & SignalFlag.STOP_CONTINUED) !== 0) {
    return { child, status: 0xffff, code: CLD.CLD_CONTINUED, shown: SIG.SIGCONT };
  }
  return null;
}

/** Takes the news, unless WNOWAIT, and writes down what it is. */
function tell(kernel: SimKernel, task: SimTask, wait: Wait, { child, status, code, shown }: Found): number {
  const { process } = child;
  const pid = child.tgid;
  if ((wait.options & W.NOWAIT) === 0) {
    if (code === CLD.CLD_STOPPED) process.groupExitCode = 0;
    else if (code === CLD.CLD_CONTINUED) process.flags &= ~SignalFlag.STOP_CONTINUED;
    else releaseTask(kernel, child);
  }
  try {
    if (wait.statusAt !== 0n) write(task, wait.statusAt, words(status));
    if (wait.infoAt !== 0n) {
      write(task, wait.infoAt, words(SIG.SIGCHLD, 0, code, 0, pid, process.credentials.uid, shown));
    }
    if (wait.rusageAt !== 0n) write(task, wait.rusageAt, new Uint8Array(RUSAGE_SIZE));
  } catch (error) {
    if (error instanceof MemoryFault) return -ERRNO.EFAULT;
    throw error;
  }
  return wait.name === 'waitid' ? 0 : pid;
}

const words = (...values: number[]): Uint8Array => new Uint8Array(Int32Array.from(values).buffer);
const write = (task: SimTask, at: bigint, bytes: Uint8Array): void => task.mm.write(at, bytes);
