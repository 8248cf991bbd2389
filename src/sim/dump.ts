/** All tasks as text: who they are, where they are, and what is pending. */

import { signalName } from '../abi/signals.ts';
import { ExitState } from '../tracehook/task.ts';
import { jobctlNames } from './jobctl.ts';
import type { SimKernel } from './kernel.ts';
import type { SimTask } from './task.ts';

export const dump = (kernel: SimKernel): string => [...kernel.tasks.values()].map(taskLine).join('\n');

/** The letter of /proc/PID/stat. */
export function stateLetter(task: SimTask): string {
  if (task.exitState === ExitState.ZOMBIE) return 'Z';
  if (task.exitState === ExitState.DEAD) return 'X';
  if (task.isStopped) return 'T';
  if (task.isHeld) return 't';
  return task.ready ? 'R' : 'S';
}

function taskLine(task: SimTask): string {
  const { process, pending, trace } = task;
  const parts = [
    `${task.name}[${task.tid}]`,
    stateLetter(task),
    task.run.name,
    `parent ${process.parent?.tid ?? 0}`,
    `pgid ${process.pgid}`,
  ];
  const waiting = [...pending.list(), ...process.shared.list()].map(({ signo }) => signalName(signo) ?? String(signo));
  if (waiting.length > 0) parts.push(`pending ${waiting.join(' ')}`);
  const bits = jobctlNames(task.jobctl);
  if (bits.length > 0) parts.push(bits.join('|'));
  if (trace.engines > 0) parts.push(`${trace.engines} engine${trace.engines > 1 ? 's' : ''}`);
  if (trace.report) parts.push('report');
  if (trace.interrupt) parts.push('interrupt');
  return parts.join('  ');
}
