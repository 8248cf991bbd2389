/**
 * All that the future of a quiet kernel depends on, as text. A program is a generator whose state cannot be read; it is a function
 * of what it was told, so the history of its results stands for it (frames.ts keeps a hash). Variables that two programs
 * both change are not seen.
 */

import type { SimKernel } from './kernel.ts';
import type { Process } from './process.ts';
import type { SignalQueue } from './signal-queue.ts';
import { Sleeping } from './sleep.ts';
import type { SimTask } from './task.ts';

export function fingerprint(kernel: SimKernel): string {
  const parts: string[] = [String(kernel.clock.now), kernel.terminal.text()];
  for (const process of kernel.processes.values()) parts.push(processText(process));
  for (const task of kernel.tasks.values()) parts.push(taskText(task));
  parts.push(...kernel.output.map(({ tid, text }) => `${tid}:${text}`));
  return parts.join('\n');
}

const queueText = (queue: SignalQueue): string =>
  [queue.set, ...queue.list().map((info) => `${info.signo},${info.code},${info.pid ?? ''},${info.status ?? ''}`)].join(
    ' ',
  );

const processText = (process: Process): string =>
  [
    process.tgid,
    process.flags,
    process.groupStopCount,
    process.groupExitCode,
    process.parent?.tid ?? 0,
    process.exitSignal,
    process.parentExecId,
    process.pgid,
    process.sid,
    Number(process.terminal !== null),
    process.live,
    process.credentials.uid,
    process.leader.tid,
    queueText(process.shared),
    process.timers?.text() ?? '',
    [...process.waiters].map(({ tid }) => tid).join(','),
  ].join('|');

const taskText = (task: SimTask): string =>
  [
    task.tid,
    task.tgid,
    task.run.name,
    task.run instanceof Sleeping ? (task.run.sleep.deadline ?? '') : '',
    task.jobctl,
    task.exitState,
    task.exitCode,
    task.execId,
    task.taken === null ? '' : `${task.taken.scope} ${task.taken.info.signo}`,
    task.blocked,
    task.savedMask ?? '',
    Number(task.sigpending),
    Number(task.woken),
    task.step,
    Number(task.stepsPastCalls),
    Number(task.stepLost),
    Number(task.jobHeld),
    Number(task.keeps),
    task.registers.words.join(','),
    task.children.map(({ tid }) => tid).join(','),
    queueText(task.pending),
    task.frames.map((frame) => frame.history).join(','),
  ].join('|');
