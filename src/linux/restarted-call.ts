/**
 * A sleep that we alone disturbed goes on as restart_syscall (R39), and that is its number from then on. To the program, and to who
 * traces it, nothing has been: so at its next stop it is the call that it was.
 */

import { syscallNumber } from '../abi/syscalls.ts';
import { EventKind } from './event-buffer.ts';
import type { LinuxHost } from './host.ts';
import { isRestartBlock } from './restarts.ts';
import type { LinuxTask } from './task.ts';

const restartNumber = (host: LinuxHost, task: LinuxTask): number =>
  syscallNumber(host.arch.abiFromRegisters(task.registers), 'restart_syscall') ?? -1;

/** The task goes back into this call, which it was disturbed in for nothing; `result`: as that left it. */
export function noteDisturbed(task: LinuxTask, nr: number, result: number): void {
  if (isRestartBlock(result)) task.sleepsAs = nr;
}

/** At a stop, before anybody looks. */
export function showDisturbed(host: LinuxHost, task: LinuxTask, i: number): void {
  const { events } = host;
  const kind = events.kind(i);
  const { sleepsAs, registers } = task;
  if (kind === EventKind.DEATH || kind === EventKind.VOID) return;
  if (kind === EventKind.ENTRY || kind === EventKind.SECCOMP) {
    if (events.callNumber(i) !== restartNumber(host, task)) task.sleepsAs = -1;
    return;
  }
  task.sleepsAs = -1;
  const { syscallNumber: register } = host.arch;
  if (Number(BigInt.asIntN(32, registers.get(register))) !== restartNumber(host, task)) return;
  registers.set(register, BigInt(sleepsAs));
  task.flush(); // rejoinCall looks at what the kernel has
}
