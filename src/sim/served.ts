/**
 * The calls of a tracer (ptrace, wait4, waitid) are brought to whoever serves ptrace, as on every host (tracehook/ptrace.ts). Here
 * a sleeper simply sleeps: no real call stands in for it.
 */

import type { Served } from '../tracehook/ptrace.ts';
import type { SimKernel } from './kernel.ts';
import { awaitTrap, freeze, stopAtHand } from './request.ts';
import { RESTART } from './restart.ts';
import type { RunState } from './run-state.ts';
import { completeCall } from './syscall-path.ts';
import { findCall } from './syscalls/table.ts';
import type { SimTask } from './task.ts';

export const serveAgain: RunState = { name: 'in a served call', execute: served };

export function served(kernel: SimKernel, task: SimTask): RunState {
  const target = kernel.splitsRequests ? stopAtHand(kernel, task) : null;
  return target === null ? enter(kernel, task) : freeze(kernel, task, target, enter);
}

function enter(kernel: SimKernel, task: SimTask): RunState {
  return answer(kernel, task, kernel.ptrace!.enter(task));
}

function answer(kernel: SimKernel, task: SimTask, result: Served): RunState {
  const { syscall } = task;
  switch (result.do) {
    case 'return':
      return task.awaits === null
        ? completeCall(kernel, task, result.value)
        : awaitTrap(kernel, task, Number(result.value));
    case 'make':
      return make(kernel, task);
    case 'sleep':
      task.ready = false;
      return SLEEPS[findCall(syscall.nr)!.name as keyof typeof SLEEPS];
    case 'try': {
      const given = result.args.map(({ arg }) => ({ arg, value: syscall.arg(arg) }));
      for (const { arg, value } of result.args) syscall.setArg(arg, value);
      const made = findCall(syscall.nr)!.make(kernel, task, syscall); // with WNOHANG: it does not sleep
      for (const { arg, value } of given) syscall.setArg(arg, value);
      if (typeof made === 'object') return made;
      const left = kernel.ptrace!.leave(task, Number(made));
      return left.do === 'return' ? completeCall(kernel, task, left.value) : served(kernel, task);
    }
  }
}

/** The kernel's own call after all. It may sleep there until it is recalled. */
function make(kernel: SimKernel, task: SimTask): RunState {
  const made = findCall(task.syscall.nr)!.make(kernel, task, task.syscall);
  return typeof made === 'object' ? made : completeCall(kernel, task, made);
}

/** Asleep until there may be an answer. The wake-up asks for it first, then looks for signals, as do_wait does. */
export class ServedSleep implements RunState {
  readonly name: string;
  readonly sleeps = 'interruptible';

  constructor(call: string) {
    this.name = `sleeping in ${call}, served`;
  }

  execute(kernel: SimKernel, task: SimTask): RunState {
    const polled = kernel.ptrace!.poll(task);
    if (polled.do === 'return') return completeCall(kernel, task, polled.value);
    if (task.fatalPending || (task.sigpending && polled.do !== 'make')) return completeCall(kernel, task, RESTART.SYS);
    return served(kernel, task); // anew: a real child may have news
  }
}

const SLEEPS = { wait4: new ServedSleep('wait4'), waitid: new ServedSleep('waitid') } as const;

/** Threads that sleep in a wait of the kernel's own come back to whoever serves (pitfall 7). */
export function recallWaiters(kernel: SimKernel, task: SimTask): void {
  for (const waiter of [...task.process.waiters]) {
    task.process.waiters.delete(waiter);
    waiter.run = serveAgain;
    waiter.ready = true;
    kernel.touch(waiter);
  }
}
