/** Calls that the kernel makes again, on the way to user mode, by their results (R39). */

import type { LinuxHost } from './host.ts';
import { type LinuxTask, Stop } from './task.ts';

const EINTR = 4;

/** ERESTART_RESTARTBLOCK. */
export const isRestartBlock = (result: number): boolean => result === -516;

/** ERESTARTSYS, ERESTARTNOINTR, ERESTARTNOHAND, ERESTART_RESTARTBLOCK. */
export const isRestart = (result: number): boolean => (result <= -512 && result >= -514) || isRestartBlock(result);

/** What a call returns that something has come in the way of. */
export const isCutShort = (result: number): boolean => isRestart(result) || result === -EINTR;

/**
 * Whether a task stands in the middle of a call that will be made again: it runs the instruction before this one. A handler, which
 * may prevent that, is not asked for.
 */
export function restartsCall(host: LinuxHost, task: LinuxTask): boolean {
  if (task.stop !== Stop.TRAP && task.stop !== Stop.SIGNAL && task.stop !== Stop.EXIT) return false;
  const { registers } = task;
  const { arch } = host;
  if (BigInt.asIntN(64, registers.get(arch.syscallNumber)) < 0n) return false;
  return isRestart(Number(BigInt.asIntN(64, registers.get(arch.syscallResult))));
}

/** The instruction of a call that is over is run again, as a new call of this number. */
export function makeAgain({ arch }: LinuxHost, { registers }: LinuxTask, nr: number): void {
  registers.set(arch.syscallResult, BigInt(nr));
  registers.set(arch.programCounter, registers.get(arch.programCounter) - BigInt(arch.syscallInstructionBytes));
  registers.set(arch.syscallNumber, -1n); // it is in none
}
