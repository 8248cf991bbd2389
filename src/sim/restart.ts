/** The four restart codes (include/linux/errno.h), and what becomes of them (arch/x86/kernel/signal.c, R39). */

import { ERRNO } from '../abi/errno.ts';
import { SA } from './process.ts';
import { R } from './registers.ts';
import type { SimTask } from './task.ts';

export const RESTART = { SYS: -512, NOINTR: -513, NOHAND: -514, BLOCK: -516 } as const;
const NR_RESTART_SYSCALL = 219;
/** Bytes of the syscall instruction. */
export const SYSCALL_BYTES = 2;

const inCall = (task: SimTask): boolean => task.syscall.nr >= 0;

function again(task: SimTask, nr: number | bigint): void {
  const { words } = task.registers;
  words[R.RAX] = BigInt(nr);
  words[R.RIP] = words[R.RIP]! - BigInt(SYSCALL_BYTES);
}

/** handle_signal: a handler is about to run. */
export function restartBeforeHandler(task: SimTask, saFlags: number): void {
  if (!inCall(task)) return;
  const { registers } = task;
  switch (registers.result) {
    case RESTART.BLOCK:
    case RESTART.NOHAND:
      registers.result = -ERRNO.EINTR;
      return;
    case RESTART.SYS:
      if ((saFlags & SA.RESTART) === 0) {
        registers.result = -ERRNO.EINTR;
        return;
      }
      again(task, registers.words[R.ORIG_RAX]!);
      return;
    case RESTART.NOINTR:
      again(task, registers.words[R.ORIG_RAX]!);
      return;
  }
}

/** arch_do_signal_or_restart: no handler is to run. */
export function restartWithoutHandler(task: SimTask): void {
  if (!inCall(task)) return;
  const { registers } = task;
  switch (registers.result) {
    case RESTART.NOHAND:
    case RESTART.SYS:
    case RESTART.NOINTR:
      again(task, registers.words[R.ORIG_RAX]!);
      return;
    case RESTART.BLOCK:
      again(task, NR_RESTART_SYSCALL);
      return;
  }
}
