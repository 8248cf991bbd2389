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
  | (Common & { readonly kind: 'moved'; readonly from: string; readonly to: string })
  | (Common & { readonly kind: 'called'; readonly text: string; readonly target: number })
  | (Common & { readonly kind: 'printed'; readonly text: string });

export class Log {
  readonly entries: Entry[] = [];

  add(kernel: SimKernel, { tid, name }: SimTask, text: string): void {
    const by = kernel.current?.tid ?? tid;
    this.entries.push({ kind: 'note', step: kernel.steps, tid, name, text, by });
  }

  /** A system call that is about another task: kill, ptrace. */
  called(kernel: SimKernel, { tid, name }: SimTask, text: string, target: number): void {
    this.entries.push({ kind: 'called', step: kernel.steps, tid, name, text, target });
  }

  moved(kernel: SimKernel, { tid, name }: SimTask, from: string, to: string): void {
    this.entries.push({ kind: 'moved', step: kernel.steps, tid, name, from, to });
  }

  printed(kernel: SimKernel, { tid, name }: SimTask, text: string): void {
    this.entries.push({ kind: 'printed', step: kernel.steps, tid, name, text });
  }

  /** One line each. */
  text(): string {
    return this.entries.map(line).join('\n');
  }
}

function line(entry: Entry): string {
  const who = `${String(entry.step).padStart(5)}  ${entry.name}[${entry.tid}]`;
  switch (entry.kind) {
    case 'note':
      return `${who} ${entry.text}${entry.by === entry.tid ? '' : ` (by ${entry.by})`}`;
    case 'called':
      return `${who} calls ${entry.text}`;
    case 'moved':
      return `${who} ${entry.from} → ${entry.to}`;
    case 'printed':
      return `${who} prints ${JSON.stringify(entry.text)}`;
  }
}
