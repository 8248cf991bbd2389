/**
 * A run as a sequence diagram: who did what to whom, who was told what, in which order. As data (`sequence`), which any drawing
 * can be made from, and as Mermaid text (`diagram`).
 */

import type { Entry, Log } from './log.ts';

/** One row of the diagram. */
export type Happening =
  /** From one participant to another; `wakes`: no call, but what a step of the one does to the other. */
  | {
      readonly kind: 'message';
      readonly step: number;
      readonly from: number;
      readonly to: number;
      readonly text: string;
      readonly wakes: boolean;
    }
  | {
      readonly kind: 'note';
      readonly step: number;
      readonly at: number;
      readonly text: string;
      readonly prints: boolean;
    }
  /** The task is in another run state. */
  | { readonly kind: 'moved'; readonly step: number; readonly at: number; readonly to: string };

export interface Sequence {
  /** In the order in which they came. */
  readonly participants: readonly { readonly tid: number; readonly name: string }[];
  readonly happenings: readonly Happening[];
}

/** Calls that everybody makes all the time; and those that show as what they do. */
const DULL = new Set(['write', 'read', 'getpid', 'nanosleep', 'rt_sigreturn', 'pause', 'fork', 'vfork', 'clone']);

export function sequence(log: Log): Sequence {
  const names = new Map<number, string>();
  const happenings: Happening[] = [];
  for (const entry of log.entries) {
    if (!names.has(entry.tid)) names.set(entry.tid, entry.name);
    if (entry.kind === 'made') names.set(entry.child, entry.childName);
    const happening = happeningOf(entry, names);
    if (happening?.kind === 'moved' && stateKind(happening.to) === 'sleeps') dropCall(happenings, happening);
    if (happening !== null && !isTold(happenings, happening)) happenings.push(happening);
  }
  return { participants: [...names].map(([tid, name]) => ({ tid, name })), happenings };
}

function happeningOf(entry: Entry, names: ReadonlyMap<number, string>): Happening | null {
  const { step, tid } = entry;
  switch (entry.kind) {
    case 'called': {
      const { target, text } = entry;
      if (target !== tid && names.has(target))
        return { kind: 'message', step, from: tid, to: target, text, wakes: false };
      const whom = target === tid ? '' : ` (${target})`; // a process group, or nobody that was seen
      return DULL.has(text) ? null : { kind: 'note', step, at: tid, text: text + whom, prints: false };
    }
    case 'made':
      return {
        kind: 'message',
        step,
        from: tid,
        to: entry.child,
        text: entry.thread ? 'thread' : 'fork',
        wakes: false,
      };
    case 'woken':
      if (entry.by === tid || !names.has(entry.by)) return null;
      return { kind: 'message', step, from: entry.by, to: tid, text: entry.text, wakes: true };
    case 'printed':
      return { kind: 'note', step, at: tid, text: entry.text.trimEnd(), prints: true };
    case 'moved':
      return { kind: 'moved', step, at: tid, to: entry.to };
    case 'note':
      return null;
  }
}

/** Who sleeps in a call is not also said to call it. */
function dropCall(before: Happening[], { step, at, to }: { step: number; at: number; to: string }): void {
  const last = before.at(-1);
  if (last?.kind !== 'note' || last.prints || last.step !== step || last.at !== at) return;
  if (to.startsWith(`sleeping in ${last.text}`)) before.pop();
}

/** A wake-up that comes of a call is told by the call. */
function isTold(before: readonly Happening[], happening: Happening): boolean {
  if (happening.kind !== 'message' || !happening.wakes) return false;
  const { step, from, to } = happening;
  for (let i = before.length - 1; i >= 0 && before[i]!.step === step; i--) {
    const one = before[i]!;
    if (one.kind === 'message' && one.from === from && one.to === to) return true;
  }
  return false;
}

/** What kind of state a run state is, by its name. */
export function stateKind(name: string): 'runs' | 'sleeps' | 'held' | 'stopped' | 'dead' {
  if (name.startsWith('sleeping')) return 'sleeps';
  if (name.startsWith('held')) return 'held';
  if (name.startsWith('stopped')) return 'stopped';
  return name === 'dead' ? 'dead' : 'runs';
}

/** What a participant of the Mermaid text is called. */
const id = (tid: number): string => `T${tid}`;
const plain = (text: string): string => text.replaceAll(';', ',').replaceAll('#', '').replaceAll('\n', ' ').trim();

export function diagram(log: Log): string {
  const { participants, happenings } = sequence(log);
  return [
    'sequenceDiagram',
    ...participants.map(({ tid, name }) => `  participant ${id(tid)} as ${name} ${tid}`),
    ...happenings.flatMap((happening) => mermaidLine(happening) ?? []),
  ].join('\n');
}

function mermaidLine(happening: Happening): string | null {
  switch (happening.kind) {
    case 'message': {
      const { from, to, text, wakes } = happening;
      return `  ${id(from)}${wakes ? '-->>' : '->>'}${id(to)}: ${wakes ? 'wakes: ' : ''}${plain(text)}`;
    }
    case 'note':
      return `  Note over ${id(happening.at)}: ${happening.prints ? `“${plain(happening.text)}”` : plain(happening.text)}`;
    case 'moved':
      if (stateKind(happening.to) === 'runs') return null;
      return `  Note over ${id(happening.at)}: ${plain(happening.to)}`;
  }
}
