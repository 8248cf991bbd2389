/** What was served, in words: for `utrace share --log`. */

import { errnoName } from '../abi/errno.ts';
import { PTRACE, PTRACE_EVENT } from '../abi/ptrace.ts';
import { signalName } from '../abi/signals.ts';
import { syscallName } from '../abi/syscalls.ts';
import type { Served } from '../tracehook/ptrace.ts';
import type { Task } from '../tracehook/task.ts';
import type { PtraceStop } from './stop.ts';

const nameIn = (table: Readonly<Record<string, number>>, value: number): string =>
  Object.entries(table).find(([, number]) => number === value)?.[0] ?? `0x${value.toString(16)}`;

/** The call a task is in: `ptrace(SEIZE, 17, 0x0, 0x1)`. */
export function describeCall(task: Task): string {
  const { syscall } = task;
  const name = syscallName(syscall.abi, syscall.nr) ?? `call ${syscall.nr}`;
  const args = [0, 1, 2, 3].map((i) => {
    if (name === 'ptrace' && i === 0) return nameIn(PTRACE, syscall.argInt(0));
    return i < 2 ? String(syscall.argInt(i)) : `0x${syscall.arg(i).toString(16)}`;
  });
  return `${name}(${args.join(', ')})`;
}

export function describeServed(served: Served): string {
  if (served.do !== 'return') return served.do === 'sleep' ? 'sleeps' : `goes to the kernel (${served.do})`;
  const value = Number(served.value);
  return value < 0 && value > -4096 ? `= -1 ${errnoName(-value) ?? -value}` : `= ${value}`;
}

export function describeStop(stop: PtraceStop): string {
  if (stop.kind === 'signal') return `stops before ${signalName(stop.code)}`;
  if (stop.kind === 'entry' || stop.kind === 'exit') return `stops at system call ${stop.kind}`;
  const signal = signalName(stop.code & 0x7f) ?? '';
  return stop.event === 0 ? `stops (${signal})` : `stops at ${nameIn(PTRACE_EVENT, stop.event)} (${signal})`;
}
