/** Where everything of a sequence diagram is: rows, lifelines and the states they show. Nothing here knows of a page. */

import { type Happening, type Sequence, stateKind } from 'utrace/sim';
import type { Tick } from './player.ts';

export type StateKind = ReturnType<typeof stateKind>;

export type Row =
  | { readonly kind: 'happening'; readonly y: number; readonly step: number; readonly happening: Happening }
  | { readonly kind: 'tick'; readonly y: number; readonly step: number; readonly text: string };

/** A piece of a lifeline: from where to where, and what the task is meanwhile. */
export interface Piece {
  readonly x: number;
  readonly from: number;
  readonly to: number;
  readonly state: StateKind;
}

export interface Layout {
  /** How wide each participant's column is. */
  readonly column: number;
  readonly width: number;
  readonly height: number;
  readonly columns: ReadonlyMap<number, { readonly x: number; readonly name: string; readonly dead: number | null }>;
  readonly rows: readonly Row[];
  readonly pieces: readonly Piece[];
}

export const ROW = 30;
export const GUTTER = 46;
const COLUMN = { least: 180, most: 300 };
const TOP = 10;

/** `room`: how wide it may be without being scrolled. */
export function layout(sequence: Sequence, ticks: readonly Tick[], room = 0): Layout {
  const count = sequence.participants.length;
  const column = Math.min(COLUMN.most, Math.max(COLUMN.least, Math.floor((room - GUTTER) / Math.max(1, count))));
  const columns = new Map<number, { x: number; name: string; dead: number | null }>();
  sequence.participants.forEach(({ tid, name }, n) => {
    columns.set(tid, { x: GUTTER + (n + 0.5) * column, name, dead: null });
  });
  const rows: Row[] = [];
  const pieces: Piece[] = [];
  const open = new Map<number, { from: number; state: StateKind }>();
  let y = TOP + ROW / 2;
  let tick = 0;

  const begin = (tid: number, state: StateKind): void => {
    const before = open.get(tid);
    if (before?.state === state) return;
    const line = columns.get(tid)!;
    if (before !== undefined) pieces.push({ x: line.x, from: before.from, to: y, state: before.state });
    if (state === 'dead') {
      open.delete(tid);
      line.dead = y;
    } else {
      open.set(tid, { from: y, state });
    }
  };
  const passTicks = (step: number): void => {
    for (; tick < ticks.length && ticks[tick]!.step < step; tick++) {
      const { now, step: after } = ticks[tick]!;
      rows.push({ kind: 'tick', y, step: after, text: timeText(now) });
      y += ROW;
    }
  };

  for (const happening of sequence.happenings) {
    passTicks(happening.step);
    if (happening.kind === 'message') {
      if (!open.has(happening.from)) begin(happening.from, 'runs');
      if (!open.has(happening.to) && columns.get(happening.to)!.dead === null) begin(happening.to, 'runs');
    } else if (!open.has(happening.at)) {
      begin(happening.at, 'runs');
    }
    if (happening.kind === 'moved') {
      const state = stateKind(happening.to);
      begin(happening.at, state);
      if (state === 'runs') continue; // the lifeline says it
    }
    rows.push({ kind: 'happening', y, step: happening.step, happening });
    y += ROW;
  }
  passTicks(Number.POSITIVE_INFINITY);
  for (const [tid, { from, state }] of open) pieces.push({ x: columns.get(tid)!.x, from, to: y, state });
  return { column, width: GUTTER + count * column, height: y + TOP, columns, rows, pieces };
}

/** Virtual nanoseconds in words. */
export const timeText = (now: number): string => `${Number((now / 1e9).toFixed(6))} s`;
