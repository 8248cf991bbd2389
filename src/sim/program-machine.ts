/**
 * How a simulated program gets into the machine: calls of the routines of its text, and places in its memory for what pointers
 * point to.
 */

import { signalNumber } from '../abi/signals.ts';
import { syscallNumber } from '../abi/syscalls.ts';
import type { UserCall, UserCode } from './frames.ts';
import type { SimTask } from './task.ts';
import { AT } from './text.ts';

/** A number, or a name: `SIGSTOP`, `STOP`. */
export type SignalArg = number | string;
export type Word = number | bigint;

export const signalOf = (signal: SignalArg): number => {
  const signo = typeof signal === 'number' ? signal : signalNumber(signal);
  if (signo === undefined) throw new RangeError(`no such signal: ${signal}`);
  return signo;
};

const numbers = new Map<string, number>();
function numberOf(name: string): number {
  let nr = numbers.get(name);
  if (nr === undefined) {
    nr = syscallNumber('x86-64', name);
    if (nr === undefined) throw new RangeError(`no such system call: ${name}`);
    numbers.set(name, nr);
  }
  return nr;
}

/** Places in a task's scratch memory. */
const SPACE = {
  status: 0,
  siginfo: 0x40,
  usage: 0x100,
  set: 0x200,
  action: 0x240,
  time: 0x280,
  times: 0x2c0,
  text: 0x400,
} as const;
/** What every library call is made of. */
export class Machine {
  readonly task: SimTask;

  constructor(task: SimTask) {
    this.task = task;
  }

  // --- the machine ---

  /** Any system call by number or name. */
  *call(nr: number | string, ...args: Word[]): UserCode<number> {
    return yield { at: AT.SYSCALL, nr: typeof nr === 'number' ? nr : numberOf(nr), args };
  }

  /** Calls a routine of the text (text.ts). */
  *routine(at: number, nr = 0, ...args: Word[]): UserCode<number> {
    return yield { at, nr, args } satisfies UserCall;
  }

  /** One instruction that does nothing. */
  *nop(): UserCode<number> {
    return yield { at: AT.NOP, nr: 0, args: [] };
  }

  /** Where bytes of this task's are; `name` keeps what is used together apart. */
  at(name: keyof typeof SPACE): number {
    return this.task.scratch + SPACE[name];
  }
  protected put(name: keyof typeof SPACE, bytes: Uint8Array): number {
    this.task.mm.write(this.at(name), bytes);
    return this.at(name);
  }
  protected view(name: keyof typeof SPACE, length: number): DataView {
    return new DataView(this.task.mm.read(this.at(name), length).buffer);
  }
}
