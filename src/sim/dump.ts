/** All tasks, told: who they are, where they are, and what is pending. As data, and as text. */

import { signalName } from '../abi/signals.ts';
import { ExitState } from '../tracehook/task.ts';
import { jobctlNames } from './jobctl.ts';
import type { SimKernel } from './kernel.ts';
import type { SimTask } from './task.ts';

export interface TaskState {
  readonly tid: number;
  readonly name: string;
  /** The letter of /proc/PID/stat. */
  readonly letter: 'R' | 'S' | 'T' | 't' | 'Z' | 'X';
  readonly ready: boolean;
  /** Its run state. */
  readonly run: string;
  readonly tgid: number;
  readonly parent: number;
  readonly pgid: number;
  /** Names of signals: its own first, then those of its process. */
  readonly pending: readonly string[];
  /** JOBCTL_* without the prefix. */
  readonly jobctl: readonly string[];
  readonly engines: number;
  /** A report, or an interrupt, that the core owes it. */
  readonly report: boolean;
  readonly interrupt: boolean;
}

export const dump = (kernel: SimKernel): string =>
  [...kernel.tasks.values()].map((task) => taskLine(stateOf(task))).join('\n');

export function stateLetter(task: SimTask): TaskState['letter'] {
  if (task.exitState === ExitState.ZOMBIE) return 'Z';
  if (task.exitState === ExitState.DEAD) return 'X';
  if (task.isStopped) return 'T';
  if (task.isHeld && !task.ready) return 't';
  return task.ready ? 'R' : 'S';
}

export function stateOf(task: SimTask): TaskState {
  const { process, pending, trace } = task;
  return {
    tid: task.tid,
    name: task.name,
    letter: stateLetter(task),
    ready: task.ready,
    run: task.run.name,
    tgid: task.tgid,
    parent: process.parent?.tid ?? 0,
    pgid: process.pgid,
    pending: [...pending.list(), ...process.shared.list()].map(({ signo }) => signalName(signo) ?? String(signo)),
    jobctl: jobctlNames(task.jobctl),
    engines: trace.engines,
    report: trace.report,
    interrupt: trace.interrupt,
  };
}

function taskLine(state: TaskState): string {
  const { name, tid, letter, run, parent, pgid, pending, jobctl, engines, report, interrupt } = state;
  const parts = [`${name}[${tid}]`, letter, run, `parent ${parent}`, `pgid ${pgid}`];
  if (pending.length > 0) parts.push(`pending ${pending.join(' ')}`);
  if (jobctl.length > 0) parts.push(jobctl.join('|'));
  if (engines > 0) parts.push(`${engines} engine${engines > 1 ? 's' : ''}`);
  if (report) parts.push('report');
  if (interrupt) parts.push('interrupt');
  return parts.join('  ');
}
