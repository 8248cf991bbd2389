/** Draws the sequence diagram as SVG. */

import type { Happening, Sequence } from 'utrace/sim';
import { el, svg } from './dom.ts';
import { GUTTER, type Layout, layout, ROW, type Row } from './layout.ts';
import type { Tick } from './player.ts';

const HEAD = 38;
/** Widths of a letter. */
const LETTER = 6.95;
const short = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most - 1)}…`);

export interface SequenceView {
  readonly sequence: Sequence;
  readonly ticks: readonly Tick[];
  /** The step that was run last. */
  readonly at: number;
  /** Somebody wants to see the run after this step. */
  readonly goTo: (step: number) => void;
}

/** Draws it anew, and shows its end. */
export function drawSequence(into: HTMLElement, view: SequenceView): void {
  const plan = layout(view.sequence, view.ticks, into.clientWidth);
  into.replaceChildren();
  if (plan.columns.size === 0) {
    into.append(el('p', 'empty', 'Nothing has happened yet.'));
    return;
  }
  into.append(drawHead(plan), drawBody(plan, view));
  into.scrollTop = into.scrollHeight;
}

/** The participants: they stay in sight. */
function drawHead({ width, columns, column }: Layout): SVGSVGElement {
  const head = svg('svg', { class: 'head', width, height: HEAD, 'aria-hidden': 'true' });
  for (const [tid, { x, name, dead }] of columns) {
    const group = svg('g', { class: dead === null ? 'participant' : 'participant gone' });
    const wide = Math.min(170, column - 40);
    group.append(
      svg('rect', { x: x - wide / 2, y: 5, width: wide, height: HEAD - 10, rx: 7 }),
      svg('text', { x, y: HEAD / 2, 'text-anchor': 'middle', 'dominant-baseline': 'central' }, `${name} ${tid}`),
    );
    head.append(group);
  }
  return head;
}

function drawBody(plan: Layout, view: SequenceView): SVGSVGElement {
  const { width, height, columns, rows, pieces } = plan;
  const body = svg('svg', { class: 'body', width, height, role: 'img' });
  body.append(svg('title', {}, describe(view)), arrowHeads());
  drawBands(body, plan, view);
  for (const { x, from, to, state } of pieces) {
    const wide = state === 'held' || state === 'stopped' ? 8 : state === 'runs' ? 4 : 2;
    body.append(svg('line', { class: `life ${state}`, x1: x, x2: x, y1: from, y2: to, 'stroke-width': wide }));
  }
  for (const { x, dead } of columns.values()) {
    if (dead !== null) body.append(svg('path', { class: 'grave', d: `M${x - 6} ${dead - 6}l12 12m0 -12l-12 12` }));
  }
  let step = -1;
  for (const row of rows) {
    const group = svg('g', { 'data-step': row.step });
    if (row.kind === 'happening' && row.step !== step) {
      step = row.step;
      const label = svg(
        'text',
        { class: 'step', x: GUTTER - 10, y: row.y, 'dominant-baseline': 'central' },
        String(step),
      );
      group.append(label);
    }
    if (row.kind === 'tick') drawTick(group, row, width);
    else drawHappening(group, row.happening, row.y, plan);
    body.append(group);
  }
  body.addEventListener('click', (event) => {
    const group = (event.target as Element).closest('[data-step]');
    if (group !== null) view.goTo(Number(group.getAttribute('data-step')));
  });
  return body;
}

const describe = ({ sequence: { participants, happenings }, at }: SequenceView): string =>
  `Sequence diagram of ${participants.map(({ name }) => name).join(', ')} after ${at} steps, ${happenings.length} events. The log tells the same as text.`;

function arrowHeads(): SVGDefsElement {
  const head = (id: string): SVGMarkerElement =>
    svg(
      'marker',
      { id, viewBox: '0 0 10 10', refX: 9, refY: 5, markerWidth: 8, markerHeight: 8, orient: 'auto-start-reverse' },
      svg('path', { d: 'M0 0.8L10 5L0 9.2z' }),
    );
  return svg('defs', {}, head('call-head'), head('wake-head'));
}

/** Behind the rows of each step a band, so that a click anywhere in it goes there; the last step's stands out. */
function drawBands(body: SVGSVGElement, { rows, width }: Layout, { at }: SequenceView): void {
  for (const { y, step } of rows) {
    const now = step === at ? 'band now' : 'band';
    body.append(svg('rect', { class: now, 'data-step': step, x: 0, y: y - ROW / 2, width, height: ROW }));
  }
}

function drawTick(group: SVGGElement, { y, text }: Row & { kind: 'tick' }, width: number): void {
  group.append(
    svg('line', { class: 'tick', x1: GUTTER, x2: width, y1: y, y2: y }),
    svg('text', { class: 'tick', x: GUTTER - 10, y, 'dominant-baseline': 'central' }, text),
  );
}

function drawHappening(group: SVGGElement, happening: Happening, y: number, { columns, column }: Layout): void {
  if (happening.kind === 'message') {
    const from = columns.get(happening.from)!.x;
    const to = columns.get(happening.to)!.x;
    drawMessage(group, happening, from, to, y);
    return;
  }
  const { x } = columns.get(happening.at)!;
  const text = happening.kind === 'moved' ? happening.to : happening.prints ? `“${happening.text}”` : happening.text;
  if (text === 'dead') return; // the cross says it
  const kind = happening.kind === 'moved' ? `state ${text.split(' ')[0]}` : happening.prints ? 'prints' : 'call';
  drawNote(group, kind, short(text, Math.floor((column - 22) / LETTER)), text, x, y);
}

function drawNote(group: SVGGElement, kind: string, shown: string, text: string, x: number, y: number): void {
  const wide = shown.length * LETTER + 16;
  group.append(
    svg('rect', { class: `note ${kind}`, x: x - wide / 2, y: y - 11, width: wide, height: 22, rx: 6 }),
    svg(
      'text',
      { class: `note ${kind}`, x, y, 'text-anchor': 'middle', 'dominant-baseline': 'central' },
      svg('title', {}, text),
      shown,
    ),
  );
}

function drawMessage(
  group: SVGGElement,
  { text, wakes }: Happening & { kind: 'message' },
  from: number,
  to: number,
  y: number,
): void {
  const gap = to > from ? 6 : -6;
  const line = y + 8;
  const kind = wakes ? 'wake' : 'call';
  const most = Math.floor((Math.abs(to - from) - 14) / LETTER);
  group.append(
    svg('line', {
      class: `message ${kind}`,
      x1: from + gap,
      x2: to - gap,
      y1: line,
      y2: line,
      'marker-end': `url(#${kind}-head)`,
    }),
    svg(
      'text',
      { class: `message ${kind}`, x: (from + to) / 2, y: y + 1, 'text-anchor': 'middle' },
      svg('title', {}, text),
      short(text, most),
    ),
  );
}
