/**
 * What a process reads and writes in /proc of the tasks that are traced here: who traces them and in which state they are, as
 * that reader would see it without us. The text is proc-text.ts, memory memory.ts.
 */

import type { ProcFile } from '../tracehook/ptrace.ts';
import type { Task } from '../tracehook/task.ts';
import type { Link } from './link.ts';
import { type ProcPath, procPath, rewriteStat, rewriteStatus, type TaskStateText } from './proc-text.ts';
import type { Ptrace } from './ptrace.ts';

export function procFile(ptrace: Ptrace, reader: Task, path: string): ProcFile | null {
  const parsed = procPath(path);
  if (parsed === undefined) return null;
  const { kernel } = ptrace;
  const { pid, file } = parsed;
  const own = pid === 'self' || pid === 'thread-self';
  if (own && (pid === 'thread-self' || parsed.tid === undefined)) return ownFile(ptrace, reader, pid, file);
  const task = kernel.lookUp(parsed.tid ?? (pid as number), reader);
  if (typeof task === 'number') return null;
  if (file === 'mem') {
    // Its own memory is not for its breakpoints to hide from the program: natively it sees them.
    return ptrace.links.traced.has(task) && !kernel.sameGroup(reader, task) ? { kind: 'memory', task } : null;
  }
  const process = own ? kernel.tgidFor(reader, reader) : pid;
  return textFile(
    ptrace,
    reader,
    task,
    parsed.tid === undefined ? `${process}` : `${process}/task/${parsed.tid}`,
    file,
  );
}

/** /proc/self, /proc/thread-self: natively a traced program reads there who traces it. */
function ownFile(ptrace: Ptrace, reader: Task, which: 'self' | 'thread-self', file: ProcPath['file']): ProcFile | null {
  if (file === 'mem') return null;
  const { kernel } = ptrace;
  const tgid = kernel.tgidFor(reader, reader);
  if (which === 'thread-self') {
    return textFile(ptrace, reader, reader, `${tgid}/task/${kernel.tidFor(reader, reader)}`, file);
  }
  const leader = kernel.lookUp(tgid, reader);
  return typeof leader === 'number' ? null : textFile(ptrace, reader, leader, `${tgid}`, file);
}

function textFile(ptrace: Ptrace, reader: Task, task: Task, where: string, file: 'status' | 'stat'): ProcFile | null {
  const path = `/proc/${where}/${file}`;
  const view = viewOf(ptrace, reader, task);
  // In a stop of the reader's the task really is in one, and stat tells no more: a debugger looks at each stop.
  if (file === 'stat' && view !== undefined && view.stop !== null && view.traced.reporting) return null;
  const state = (text: string): TaskStateText => stateFor(ptrace, reader, task, text);
  if (file === 'stat') return { kind: 'text', path, rewrite: (text) => rewriteStat(text, { state: state(text) }) };
  const tracerPid = view === undefined ? 0 : ptrace.kernel.tidFor(view.tracer, reader);
  return { kind: 'text', path, rewrite: (text) => rewriteStatus(text, { tracerPid, state: state(text) }) };
}

/**
 * Whose tracee the task is to the reader: its own, or that of the last who attached. A program that asks whether it is debugged
 * means the debugger that it was started by, not one around them both, which came before.
 */
function viewOf(ptrace: Ptrace, reader: Task, task: Task): Link | undefined {
  const links = ptrace.links.on(task);
  return links.find((link) => ptrace.kernel.sameGroup(link.tracer, reader)) ?? links.at(-1);
}

const WORDS: Readonly<Record<string, TaskStateText>> = {
  R: 'R (running)',
  S: 'S (sleeping)',
  D: 'D (disk sleep)',
  T: 'T (stopped)',
  t: 't (tracing stop)',
  X: 'X (dead)',
  Z: 'Z (zombie)',
  P: 'P (parked)',
  I: 'I (idle)',
};

/** The state, of whose real one `text` (status or stat) tells. */
function stateFor(ptrace: Ptrace, reader: Task, task: Task, text: string): TaskStateText {
  const real = text.startsWith('Name:') ? /\nState:\t(.)/.exec(text)?.[1] : text[text.lastIndexOf(')') + 2];
  if (real === 'Z' || real === 'X') return WORDS[real]!;
  const view = viewOf(ptrace, reader, task);
  if (view !== undefined && view.stop !== null) return 't (tracing stop)';
  if (ptrace.kernel.jobStop(task) !== 0) return 'T (stopped)';
  // A stop of ours, or of another tracer's: without it the task would be on its way, or asleep in a wait that we serve.
  if (real === 't') return ptrace.news.sleepers.has(task) ? 'S (sleeping)' : 'R (running)';
  return WORDS[real ?? 'R'] ?? 'R (running)';
}
