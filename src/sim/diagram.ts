/** A run as a sequence diagram (Mermaid): who did what to whom, who was told what, in which order. */

import type { Entry, Log } from './log.ts';

/** What a participant is called. */
const id = (tid: number): string => `T${tid}`;
const plain = (text: string): string => text.replaceAll(';', ',').replaceAll('#', '').replaceAll('\n', ' ').trim();

/** States worth a note. */
const SHOWN = /^(held|stopped|dead|sleeping)/;
/** Calls that everybody makes all the time. */
const DULL = new Set(['write', 'read', 'getpid', 'nanosleep', 'rt_sigreturn', 'pause']);

export function diagram(log: Log): string {
  const names = new Map<number, string>();
  const lines: string[] = [];
  for (const entry of log.entries) {
    if (!names.has(entry.tid)) names.set(entry.tid, entry.name);
    const line = lineOf(entry);
    if (line !== null) lines.push(`  ${line}`);
  }
  const participants = [...names].map(([tid, name]) => `  participant ${id(tid)} as ${name} ${tid}`);
  return ['sequenceDiagram', ...participants, ...lines.filter(among(names))].join('\n');
}

/** Only those that were seen can be drawn. */
const among =
  (names: ReadonlyMap<number, string>) =>
  (line: string): boolean =>
    [...line.matchAll(/\bT(\d+)(?=->>|:|-x)/g)].every(([, tid]) => names.has(Number(tid)));

function lineOf(entry: Entry): string | null {
  const me = id(entry.tid);
  switch (entry.kind) {
    case 'called':
      if (entry.target !== entry.tid) return `${me}->>${id(entry.target)}: ${plain(entry.text)}`;
      return DULL.has(entry.text) ? null : `Note over ${me}: ${plain(entry.text)}`;
    case 'printed':
      return `Note over ${me}: “${plain(entry.text)}”`;
    case 'moved':
      return SHOWN.test(entry.to) ? `Note over ${me}: ${plain(entry.to)}` : null;
    case 'note':
      return null;
  }
}
