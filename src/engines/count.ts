/** The counting engine: calls, errors and time per system call (`-c`). */

import type { SyscallSet } from '../tracehook/syscall-set.ts';
import type { Task } from '../tracehook/task.ts';
import { Summary } from './strace/summary.ts';
import type { Tracer } from './tracer.ts';

export interface CountOptions {
  /** The calls to count. Absent: all. */
  readonly calls?: SyscallSet;
  /** Microseconds from any origin: wall-clock time is counted. Absent: system time, if the host keeps it. */
  readonly clock?: () => number;
  readonly follow?: boolean;
}

/** A counting tracer, and what it has counted. */
export function count(options: CountOptions = {}): Tracer & { readonly summary: Summary } {
  const summary = new Summary();
  const { clock } = options;
  const now = clock === undefined ? (task: Task): number => task.systemTime ?? 0 : clock;
  /** When the call at hand of each task began. */
  const began = new Map<Task, number>();
  return {
    name: 'count',
    summary,
    ...(options.calls === undefined ? {} : { calls: options.calls }),
    ...(options.follow === undefined ? {} : { follow: options.follow }),
    syscallEntry(task) {
      began.set(task, now(task));
    },
    syscallExit(task) {
      const { abi, nr, failed } = task.syscall;
      const at = now(task);
      summary.add(abi, nr, failed, at - (began.get(task) ?? at));
    },
    death(task) {
      began.delete(task);
    },
  };
}
