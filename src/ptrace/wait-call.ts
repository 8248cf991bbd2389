/** A wait call as its registers have it. */

import { syscallName } from '../abi/syscalls.ts';
import type { PtraceKernel } from '../tracehook/ptrace.ts';
import type { Task } from '../tracehook/task.ts';
import { W, type WaitCall, type Whom } from './wait.ts';

const P_ALL = 0;
export const P_PID = 1;
const P_PGID = 2;
const P_PIDFD = 3;

/** Undefined: the real kernel is to say what is wrong with it. */
export function parseWait(kernel: PtraceKernel, tracer: Task): WaitCall | undefined {
  const { syscall } = tracer;
  if (syscallName(syscall.abi, syscall.nr) === 'waitid') {
    const options = syscall.argInt(3) >>> 0;
    const known = W.WNOHANG | W.WSTOPPED | W.WEXITED | W.WCONTINUED | W.WNOWAIT | W.WNOTHREAD | W.WALL | W.WCLONE;
    if ((options & ~known) !== 0 || (options & (W.WEXITED | W.WSTOPPED | W.WCONTINUED)) === 0) return undefined;
    const whom = whomOfWaitid(kernel, tracer, syscall.argInt(0), syscall.argInt(1));
    if (whom === undefined) return undefined;
    return {
      tracer,
      name: 'waitid',
      whom,
      options,
      statusAt: 0n,
      siginfoAt: syscall.arg(2),
      narrow: syscall.abi === 'i386',
      rusageAt: syscall.arg(4),
    };
  }
  const options = syscall.argInt(2) >>> 0;
  const known = W.WNOHANG | W.WSTOPPED | W.WCONTINUED | W.WNOTHREAD | W.WALL | W.WCLONE;
  if ((options & ~known) !== 0) return undefined;
  const pid = syscall.argInt(0);
  let whom: Whom;
  if (pid === -1) whom = { type: 'all' };
  else if (pid === 0) whom = { type: 'pgid', id: kernel.pgidOf(tracer) };
  else if (pid === -0x80000000) return undefined;
  else whom = { type: pid > 0 ? 'pid' : 'pgid', id: kernel.pidFrom(Math.abs(pid), tracer) };
  const rusageAt = syscallName(syscall.abi, syscall.nr) === 'waitpid' ? 0n : syscall.arg(3);
  return {
    tracer,
    name: 'wait4',
    whom,
    options: (options | W.WEXITED) >>> 0,
    statusAt: syscall.arg(1),
    siginfoAt: 0n,
    narrow: syscall.abi === 'i386',
    rusageAt,
  };
}

function whomOfWaitid(kernel: PtraceKernel, tracer: Task, type: number, id: number): Whom | undefined {
  switch (type) {
    case P_ALL:
      return { type: 'all' };
    case P_PID:
      return id > 0 ? { type: 'pid', id: kernel.pidFrom(id, tracer) } : undefined;
    case P_PGID:
      if (id < 0) return undefined;
      return { type: 'pgid', id: id === 0 ? kernel.pgidOf(tracer) : kernel.pidFrom(id, tracer) };
    case P_PIDFD: {
      const pid = kernel.pidOfFd(id, tracer);
      return pid > 0 ? { type: 'pid', id: pid } : undefined;
    }
    default:
      return undefined;
  }
}
