/** A readable log of a run: what each task did, and why. Off unless asked for: it is strings. */

import type { SimKernel } from './kernel.ts';
import type { SimTask } from './task.ts';

export type Entry =
  | { readonly kind: 'note'; readonly step: number; readonly tid: number; readonly name: string; readonly text: string }
  | {
      readonly kind: 'moved';
      readonly step: number;
      readonly tid: number;
      readonly name: string;
      readonly from: string;
      readonly to: string;
    }
  | {
      readonly kind: 'printed';
      readonly step: number;
      readonly tid: number;
      readonly name: string;
      readonly text: string;
    };

export class Log {
  readonly entries: Entry[] = [];

  add(kernel: SimKernel, { tid, name }: SimTask, text: string): void {
    this.entries.push({ kind: 'note', step: kernel.steps, tid, name, text });
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
      return `${who} ${entry.text}`;
    case 'moved':
      return `${who} ${entry.from} → ${entry.to}`;
    case 'printed':
      return `${who} prints ${JSON.stringify(entry.text)}`;
  }
}
