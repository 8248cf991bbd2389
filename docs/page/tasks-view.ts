/** A card for each task: where it is, what is pending, who holds it. */

import { stateKind, type TracedState, type TracerState } from 'utrace/sim';
import { el } from './dom.ts';

const LETTERS: Readonly<Record<TracedState['letter'], string>> = {
  R: 'ready',
  S: 'sleeps',
  T: 'stopped',
  t: 'held',
  Z: 'zombie',
  X: 'dead',
};

export function drawTasks(into: HTMLElement, tasks: readonly TracedState[], lastTid: number | null): void {
  const names = new Map(tasks.map(({ tid, name }) => [tid, name]));
  into.replaceChildren(...tasks.filter(({ tid }) => tid !== 1).map((task) => card(task, names, task.tid === lastTid)));
  if (into.childElementCount === 0) into.append(el('p', 'empty', 'All tasks are gone.'));
}

function card(task: TracedState, names: ReadonlyMap<number, string>, ran: boolean): HTMLElement {
  const { tid, name, letter, run, tgid, parent, pgid, pending, jobctl, tracers } = task;
  const who = (of: number): string => (of === 1 ? 'init' : `${names.get(of) ?? 'task'} ${of}`);
  const article = el('article', `card ${letter === 'R' ? 'runs' : letter === 'Z' ? 'dead' : stateKind(run)}`);
  article.setAttribute('aria-label', `${name} ${tid}`);
  if (ran) article.classList.add('ran');
  const badge = el('span', 'badge', `${letter} ${LETTERS[letter]}`);
  const facts = el('dl');
  fact(facts, 'state', run);
  if (tgid !== tid) fact(facts, 'thread of', who(tgid));
  fact(facts, 'parent', `${who(parent)}, group ${pgid}`);
  if (pending.length > 0) fact(facts, 'pending', ...chips(pending, 'signal'));
  if (jobctl.length > 0) fact(facts, 'jobctl', ...chips(jobctl, 'bit'));
  if (task.report || task.interrupt) {
    const owed = [...(task.report ? ['report'] : []), ...(task.interrupt ? ['interrupt'] : [])];
    fact(facts, 'utrace', ...chips(owed, 'bit'));
  }
  for (const tracer of tracers) fact(facts, 'traced by', `${who(tracer.tid)} `, ...tracerFacts(tracer));
  article.append(el('h3', '', `${name} `, el('small', '', String(tid)), badge), facts);
  return article;
}

function fact(into: HTMLElement, name: string, ...value: (Node | string)[]): void {
  into.append(el('dt', '', name), el('dd', '', ...value));
}

const chips = (texts: readonly string[], kind: string): Node[] => texts.map((text) => el('span', `chip ${kind}`, text));

function tracerFacts({ stop, listening, news, owed }: TracerState): Node[] {
  const parts: Node[] = [];
  if (stop !== null) parts.push(el('span', 'chip hold', listening ? `listens in ${stop}` : `holds it: ${stop}`));
  if (news) parts.push(el('span', 'chip news', 'not waited for'));
  for (const what of owed) parts.push(el('span', 'chip bit', what));
  return parts;
}
