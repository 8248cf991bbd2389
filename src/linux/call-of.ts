/** The system call that a stopped task is in, by its registers. */

import { syscallName } from '../abi/syscalls.ts';
import type { LinuxHost } from './host.ts';
import type { LinuxTask } from './task.ts';

export function callOf(host: LinuxHost, { registers }: LinuxTask): string | undefined {
  const nr = Number(BigInt.asIntN(32, registers.get(host.arch.syscallNumber)));
  return syscallName(host.arch.abiFromRegisters(registers), nr);
}

/** Likewise of one whose stop was collected, and not handled yet. */
export function callAt({ interrupted }: LinuxHost, tid: number): string | undefined {
  return interrupted.load(tid) ? syscallName(interrupted.abi, interrupted.nr) : undefined;
}
