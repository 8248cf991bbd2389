/** Runs a task on from its stop while the loop waits for it. */

import { PTRACE_EVENT } from '../abi/ptrace.ts';
import { isStopped, stopEvent } from '../abi/wait-status.ts';
import type { LinuxHost } from './host.ts';
import * as proc from './proc.ts';
import { type LinuxTask, Run } from './task.ts';

const bytes = new Uint8Array(4);
const words = new Int32Array(bytes.buffer);

/** To its next stop: the wait status. Null: it is dying, of which the loop hears. */
export function runToStop(host: LinuxHost, task: LinuxTask, request: number): number | null {
  const { native } = host;
  const { tid } = task;
  if (host.toldMore(task) || task.flush() < 0) return null;
  task.invalidate();
  task.switches++;
  proc.forgetStatus();
  if (native.resume(tid, request, 0) < 0) return null;
  if (native.waitTask(tid, bytes) <= 0) {
    task.run = Run.RUNNING; // killed before that resume, which took it past its exit
    return null;
  }
  const status = words[0]!;
  if (isStopped(status) && stopEvent(status) !== PTRACE_EVENT.EXIT) return status;
  task.run = Run.RUNNING;
  host.backlog.push({ tid, status });
  return null;
}
