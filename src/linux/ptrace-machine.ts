/** Ptrace requests about the machine state of a stopped task, made for real: what we have put there for the while is not shown. */

import { ERRNO } from '../abi/errno.ts';
import { asksOfProcess } from '../abi/peek-siginfo.ts';
import { PTRACE } from '../abi/ptrace.ts';
import type { LinuxHost } from './host.ts';
import { type LinuxTask, Run } from './task.ts';
import { unseenBy } from './unseen.ts';

const REGSET_PROBE = 16384;

/** Requests that change registers. */
const SETS: ReadonlySet<number> = new Set([
  PTRACE.SETREGS,
  PTRACE.SETREGSET,
  PTRACE.POKEUSER,
  PTRACE.ARCH_PRCTL,
  PTRACE.SET_SYSCALL_INFO,
]);

/** After a request: what was read of the registers may be void. */
function changed(task: LinuxTask, request: number, result: number): number {
  if (SETS.has(request)) {
    task.invalidate();
    task.touched = true;
  }
  return result;
}

export function machineRequest(
  host: LinuxHost,
  task: LinuxTask,
  request: number,
  addr: bigint | Uint8Array,
  data: bigint | Uint8Array,
): number {
  if (task.run !== Run.STOPPED) return -ERRNO.ESRCH;
  task.flush();
  if (request === PTRACE.GETSIGMASK && task.ownMask !== null) {
    new DataView((data as Uint8Array).buffer).setBigUint64(0, task.ownMask, true);
    return 0;
  }
  if (request === PTRACE.SETSIGMASK) task.ownMask = null;
  if (request === PTRACE.PEEKSIGINFO) {
    const args = addr as Uint8Array;
    return host.queued.peek(task, args, data as Uint8Array, unseenBy(host, task, asksOfProcess(args)));
  }
  return changed(task, request, host.native.ptraceRaw(request, task.tid, addr, data));
}

/** The same, with the layouts of i386. */
export function machineRequest32(
  { native }: LinuxHost,
  task: LinuxTask,
  request: number,
  addr: bigint,
  data: bigint | Uint8Array,
): number {
  if (task.run !== Run.STOPPED) return -ERRNO.ESRCH;
  task.flush();
  return changed(task, request, native.ptrace32(request, task.tid, addr, data));
}

/** GETREGSET and SETREGSET: the length, or −errno. */
export function regsetRequest(
  { native }: LinuxHost,
  task: LinuxTask,
  request: number,
  note: number,
  data: Uint8Array,
): number {
  if (task.run !== Run.STOPPED) return -ERRNO.ESRCH;
  task.flush();
  // Of no bytes the kernel only says whether there is such a set.
  if (data.length === 0)
    return Math.min(native.regset(PTRACE.GETREGSET, task.tid, note, new Uint8Array(REGSET_PROBE)), 0);
  return changed(task, request, native.regset(request, task.tid, note, data));
}
