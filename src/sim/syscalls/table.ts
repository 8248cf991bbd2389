/** The system calls there are, by number (x86-64). Anything else is ENOSYS. */

import { ERRNO } from '../../abi/errno.ts';
import { syscallNumber } from '../../abi/syscalls.ts';
import type { SyscallState } from '../../tracehook/machine.ts';
import type { SimKernel } from '../kernel.ts';
import { MemoryFault } from '../memory.ts';
import type { RunState } from '../run-state.ts';
import type { SimTask } from '../task.ts';
import { FILE_CALLS } from './files.ts';
import { MEMORY_CALLS } from './memory.ts';
import { PROCESS_CALLS } from './processes.ts';
import { SIGNAL_CALLS } from './signals.ts';
import { TIME_CALLS } from './time.ts';

/** A result (a failure is −errno), or where the task goes on. */
export type Make = (kernel: SimKernel, task: SimTask, call: SyscallState) => number | bigint | RunState;

export interface Call {
  readonly name: string;
  /** Whoever serves ptrace is asked first. */
  readonly served: boolean;
  readonly make: Make;
}

const SERVED = new Set(['ptrace', 'wait4', 'waitid']);

/** copy_from_user and copy_to_user that fail. */
const guarded =
  (make: Make): Make =>
  (kernel, task, call) => {
    try {
      return make(kernel, task, call);
    } catch (error) {
      if (error instanceof MemoryFault) return -ERRNO.EFAULT;
      throw error;
    }
  };

let table: (Call | undefined)[] | null = null;

export function findCall(nr: number): Call | undefined {
  table ??= build();
  return table[nr];
}

function build(): (Call | undefined)[] {
  const calls: (Call | undefined)[] = [];
  const all = { ...PROCESS_CALLS, ...SIGNAL_CALLS, ...FILE_CALLS, ...TIME_CALLS, ...MEMORY_CALLS };
  for (const [name, make] of Object.entries(all)) {
    const nr = syscallNumber('x86-64', name);
    if (nr !== undefined) calls[nr] = { name, served: SERVED.has(name), make: guarded(make) };
  }
  return calls;
}
