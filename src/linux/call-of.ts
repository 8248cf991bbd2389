/** The system call that a stopped task is in, by its registers. */

import { syscallName } from '../abi/syscalls.ts';
import type { LinuxHost } from './host.ts';
import type { LinuxTask } from './task.ts';

export function callOf(host: LinuxHost, { registers }: LinuxTask): string | undefined {
  const nr = Number(BigInt.asIntN(32, registers.get(host.arch.syscallNumber)));
  return syscallName(host.arch.abiFromRegisters(registers), nr);
}

/** At its exit event, handled or only collected: whether it is the one that ended the others of its process. */
export function endsOthers({ interrupted }: LinuxHost, { tid, group }: LinuxTask): boolean {
  if (group.threads.size === 1) return false;
  if (group.ending?.tid === tid) return true;
  return interrupted.load(tid) && syscallName(interrupted.abi, interrupted.nr) === 'exit_group';
}
