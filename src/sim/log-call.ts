/** System calls in the words of a log. */

import { PTRACE } from '../abi/ptrace.ts';
import { signalName } from '../abi/signals.ts';
import { syscallInfo } from '../abi/syscalls.ts';
import type { SimKernel } from './kernel.ts';
import type { SimTask } from './task.ts';

const REQUESTS = new Map<number, string>(Object.entries(PTRACE).map(([name, n]) => [n, name]));
const signal = (n: number): string => signalName(n) ?? String(n);

/** Writes down a call, and whom it is about. */
export function logCall(kernel: SimKernel, task: SimTask): void {
  const { syscall, tid } = task;
  const info = syscallInfo('x86-64', syscall.nr);
  const name = info?.name ?? `call ${syscall.nr}`;
  const arg = (n: number): number => syscall.argInt(n);
  const [text, target] = ((): [string, number] => {
    switch (name) {
      case 'kill':
      case 'tkill':
        return [`${name} ${signal(arg(1))}`, arg(0)];
      case 'tgkill':
        return [`tgkill ${signal(arg(2))}`, arg(1)];
      case 'ptrace': {
        const request = REQUESTS.get(arg(0)) ?? String(arg(0));
        const data = syscall.arg(3);
        const gives = request === 'CONT' && data !== 0n ? ` ${signal(Number(data))}` : '';
        return [`PTRACE_${request}${gives}`, arg(0) === PTRACE.TRACEME ? tid : arg(1)];
      }
      default:
        return [name, tid];
    }
  })();
  kernel.log?.called(kernel, task, text, target);
}
