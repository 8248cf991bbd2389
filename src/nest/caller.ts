/**
 * The system calls of a program that is no generator but plain code (the supervisor): each is made by a task of the simulated
 * kernel, as its next step. Before it, and while it sleeps, the schedule decides who runs: so a call turns the crank of the run
 * until its own task has made it. Between two calls that code takes no time, as a generator does.
 */

import { syscallNumber } from '../abi/syscalls.ts';
import { getSignal } from '../sim/get-signal.ts';
import type { SimKernel } from '../sim/kernel.ts';
import { R } from '../sim/registers.ts';
import { returnToUser } from '../sim/return-to-user.ts';
import type { RunState } from '../sim/run-state.ts';
import { completeCall } from '../sim/syscall-path.ts';
import type { SimTask } from '../sim/task.ts';
import { AT, SYSCALL_END } from '../sim/text.ts';

const ARGUMENTS = [R.RDI, R.RSI, R.RDX, R.R10, R.R8, R.R9] as const;

/** Where what pointers of its calls point to lies, in its own memory. */
export const BUFFER = 0x10000000;
const BUFFER_SIZE = 0x40000;

/** Unwinds the code of a task that was killed, or whose run is over. */
export class Gone extends Error {
  override readonly name = 'Gone';
}

export type Word = number | bigint;

export class Caller {
  readonly kernel: SimKernel;
  readonly task: SimTask;
  private crank: () => boolean = () => false;
  private gone = false;
  /** A hash of all that its code was told: it stands for its state, as in frames.ts. */
  history = 0;

  constructor(kernel: SimKernel, task: SimTask) {
    this.kernel = kernel;
    this.task = task;
    task.ready = false; // its code has not made its first call
    task.mm.map(BUFFER, BUFFER_SIZE);
  }

  /** Its code begins: `crank` makes one step of the run, and answers false when that is over. */
  begin(crank: () => boolean): void {
    this.crank = crank;
  }

  /** A system call by its name. */
  call(name: string, ...args: Word[]): number {
    const { task } = this;
    const { registers } = task;
    const { words } = registers;
    const nr = syscallNumber('x86-64', name);
    if (nr === undefined) throw new RangeError(`no such system call: ${name}`);
    registers.leaveCall();
    words[R.RAX] = BigInt(nr);
    ARGUMENTS.forEach((place, i) => {
      words[place] = BigInt.asUintN(64, BigInt(args[i] ?? 0));
    });
    words[R.RIP] = BigInt(AT.SYSCALL);
    return this.turn(returnToUser, () => true);
  }

  /**
   * A call that the machine's programs have no instruction for here (a file of /proc, another's memory): `make` is what the
   * kernel does, in one step.
   */
  act(what: string, make: (kernel: SimKernel, task: SimTask) => number | RunState): number {
    const { registers } = this.task;
    let made = false;
    const state: RunState = {
      name: `in ${what}`,
      execute(kernel, task) {
        if (task.sigpending) return getSignal.execute(kernel, task); // then it comes here again
        made = true;
        const result = make(kernel, task);
        return typeof result === 'object' ? result : completeCall(kernel, task, result);
      },
    };
    registers.leaveCall();
    registers.ip = SYSCALL_END;
    return this.turn(state, () => made);
  }

  private turn(from: RunState, made: () => boolean): number {
    const { task } = this;
    if (this.gone) throw new Gone('its task is dead');
    task.run = from;
    task.ready = true;
    for (;;) {
      if (!this.crank()) {
        this.gone = true;
        throw new Gone('the run is over');
      }
      if (!task.alive) {
        this.gone = true;
        throw new Gone('its task is dead');
      }
      if (!this.atRest) continue;
      if (made()) break;
      task.run = from; // a signal was faster
    }
    task.ready = false;
    const { result } = task.registers;
    this.heard(result);
    return result;
  }

  /** In user mode, behind its system call instruction, with nothing to be done on the way. */
  private get atRest(): boolean {
    const { run, registers, ready, sigpending, trace, frames } = this.task;
    if (run !== returnToUser || !ready || sigpending || trace.report || trace.interrupt) return false;
    return frames.length === 1 && registers.ip === SYSCALL_END;
  }

  /** What its code does next is a function of what it was told. */
  heard(what: number | string | Uint8Array): void {
    const add = (value: number): void => {
      this.history = (Math.imul(this.history, 31) + value) | 0;
    };
    if (typeof what === 'number') add(what);
    else if (typeof what === 'string') for (let i = 0; i < what.length; i++) add(what.charCodeAt(i));
    else for (const byte of what) add(byte);
  }

  // --- its own memory ---

  put(offset: number, bytes: Uint8Array): number {
    this.task.mm.write(BUFFER + offset, bytes);
    return BUFFER + offset;
  }

  /** Bytes that the kernel has written. */
  get(offset: number, length: number): Uint8Array {
    const bytes = this.task.mm.read(BUFFER + offset, length);
    this.heard(bytes);
    return bytes;
  }

  getInt(offset: number): number {
    return new DataView(this.get(offset, 4).buffer).getInt32(0, true);
  }
}
