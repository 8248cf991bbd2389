/** A readable log of a run: what each task did, and why. Off unless asked for: it is strings. */

import type { SimKernel } from './kernel.ts';
import type { SimTask } from './task.ts';

interface Common {
  readonly step: number;
  readonly tid: number;
  readonly name: string;
}

export type Entry =
  /** Something happened to the task; `by`: in the step of another one. */
  | (Common & { readonly kind: 'note'; readonly text: string; readonly by: number })
  | (Common & { readonly kind: 'woken'; readonly text: string; readonly by: number })
  | (Common & { readonly kind: 'moved'; readonly from: string; readonly to: string })
  | (Common & { readonly kind: 'called'; readonly text: string; readonly target: number })
  /** The task makes a process or a thread. */
  | (Common & { readonly kind: 'made'; readonly child: number; readonly childName: string; readonly thread: boolean })
  | (Common & { readonly kind: 'printed'; readonly text: string });

export class Log {
  readonly entries: Entry[] = [];

  add(kernel: SimKernel, { tid, name }: SimTask, text: string): void {
    const by = kernel.current?.tid ?? tid;
    this.entries.push({ kind: 'note', step: kernel.steps, tid, name, text, by });
  }

  /** A sleeper may look again. */
  woken(kernel: SimKernel, { tid, name }: SimTask, text: string): void {
    const by = kernel.current?.tid ?? tid;
    this.entries.push({ kind: 'woken', step: kernel.steps, tid, name, text, by });
  }

  /** A system call that is about another task: kill, ptrace. */
  called(kernel: SimKernel, { tid, name }: SimTask, text: string, target: number): void {
    this.entries.push({ kind: 'called', step: kernel.steps, tid, name, text, target });
  }

  made(kernel: SimKernel, { tid, name }: SimTask, child: SimTask): void {
    const thread = !child.isLeader;
    this.entries.push({ kind: 'made', step: kernel.steps, tid, name, child: child.tid, childName: child.name, thread });
  }

  moved(kernel: SimKernel, { tid, name }: SimTask, from: string, to: string): void {
    this.entries.push({ kind: 'moved', step: kernel.steps, tid, name, from, to });
  }

  printed(kernel: SimKernel, { tid, name }: SimTask, text: string): void {
    this.entries.push({ kind: 'printed', step: kernel.steps, tid, name, text });
  }

  /** One line each. */
  text(): string {
    return this.entries.map(logLine).join('\n');
  }
}

export function logLine(entry: Entry): string {
  const who = `${String(entry.step).padStart(5)}  ${entry.name}[${entry.tid}]`;
  switch (entry.kind) {
    case 'note':
      return `${who} ${entry.text}${byWhom(entry)}`;
    case 'woken':
      return `${who} is woken: ${entry.text}${byWhom(entry)}`;
    case 'called':
      return `${who} calls ${entry.text}`;
    case 'made':
      return `${who} makes ${entry.thread ? 'thread' : 'process'} ${entry.child}`;
    case 'moved':
      return `${who} ${entry.from} → ${entry.to}`;
    case 'printed':
      return `${who} prints ${JSON.stringify(entry.text)}`;
  }
}

const byWhom = ({ by, tid }: { by: number; tid: number }): string => (by === tid ? '' : ` (by ${by})`);
