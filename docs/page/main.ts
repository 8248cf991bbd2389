/** The page: its controls, and what is drawn after each step. */

import { describe, logLine, random, roundRobin, runToBlock, type Scheduler, scheduleText, sequence } from 'utrace/sim';
import { byId, el } from './dom.ts';
import { EXAMPLES, exampleOf } from './examples.ts';
import type { ExploreReply } from './explore-worker.ts';
import { Explorer } from './explorer.ts';
import { timeText } from './layout.ts';
import { linkOf, runOfLink } from './link.ts';
import { Player } from './player.ts';
import { drawSequence } from './sequence-view.ts';
import { drawTasks } from './tasks-view.ts';

const ui = {
  program: byId('program', HTMLSelectElement),
  restart: byId('restart', HTMLButtonElement),
  next: byId('next', HTMLFieldSetElement),
  status: byId('status', HTMLParagraphElement),
  back: byId('back', HTMLButtonElement),
  position: byId('position', HTMLInputElement),
  forward: byId('forward', HTMLButtonElement),
  policy: byId('policy', HTMLSelectElement),
  seedLabel: byId('seed-label', HTMLLabelElement),
  seed: byId('seed', HTMLInputElement),
  splits: byId('splits', HTMLInputElement),
  play: byId('play', HTMLButtonElement),
  finish: byId('finish', HTMLButtonElement),
  exploreForm: byId('explore-form', HTMLFormElement),
  preemptions: byId('preemptions', HTMLSelectElement),
  explore: byId('explore', HTMLButtonElement),
  load: byId('load', HTMLButtonElement),
  found: byId('found', HTMLParagraphElement),
  link: byId('link', HTMLAnchorElement),
  command: byId('command', HTMLElement),
  clock: byId('clock', HTMLElement),
  tasks: byId('tasks', HTMLDivElement),
  sequence: byId('sequence', HTMLDivElement),
  output: byId('output', HTMLPreElement),
  log: byId('log', HTMLDivElement),
  source: byId('source', HTMLPreElement),
  sourceName: byId('source-name', HTMLElement),
};

/** Milliseconds between the steps of a run that plays. */
const PACE = 220;
/** A program that never ends is not run for ever. */
const FINISH_STEPS = 3000;

let player = new Player(EXAMPLES[0]!);
let scheduler: Scheduler = roundRobin();
let timer: ReturnType<typeof setTimeout> | undefined;
let counterexample: readonly number[] | null = null;
const explorer = new Explorer();

// --- drawing ---

function draw(): void {
  const { box, at, schedule, example, ended } = player;
  const { kernel } = box;
  const log = kernel.log!;
  drawNext();
  ui.status.className = `status ${ended === null ? '' : ended.wrong === null ? 'good' : 'bad'}`;
  ui.status.textContent = statusText();
  ui.back.disabled = at === 0;
  ui.forward.disabled = ended !== null;
  ui.finish.disabled = ended !== null;
  ui.play.disabled = ended !== null;
  ui.position.max = String(schedule.length);
  ui.position.value = String(at);
  ui.position.setAttribute('aria-valuetext', `step ${at} of ${schedule.length}`);
  ui.clock.textContent = `after step ${at}, at ${timeText(kernel.clock.now)} of virtual time`;
  drawTasks(ui.tasks, describe(box), schedule[at - 1] ?? null);
  drawSequence(ui.sequence, { sequence: sequence(log), ticks: player.ticks, at, goTo: (step) => goTo(step) });
  ui.output.textContent = box.output;
  ui.output.scrollTop = ui.output.scrollHeight;
  ui.log.replaceChildren(
    ...log.entries.map((entry) => el('div', entry.step === at ? 'line now' : 'line', logLine(entry))),
  );
  ui.log.scrollTop = ui.log.scrollHeight;
  const split = player.splits ? ' --split-requests' : '';
  ui.command.textContent = `utrace sim replay docs/examples/${example.id}.mjs ${scheduleText(schedule.slice(0, at))}${split}`;
  ui.link.href = linkOf(player);
  if (timer === undefined) history.replaceState(null, '', linkOf(player));
}

/** A button for each task that is ready. The focus stays with the task that was chosen last, if it can. */
function drawNext(): void {
  const focused = ui.next.contains(document.activeElement) ? (document.activeElement as HTMLElement).dataset.tid : null;
  const recorded = player.schedule[player.at];
  const buttons = player.previews().map(({ tid, name, text }, n) => {
    const button = el('button', 'choice', el('kbd', '', n < 9 ? String(n + 1) : ''), el('b', '', name), ` ${tid}`);
    button.append(el('span', 'what', text));
    button.type = 'button';
    button.dataset.tid = String(tid);
    button.setAttribute('aria-label', `${name} ${tid}: ${text}`);
    if (n < 9) button.setAttribute('aria-keyshortcuts', String(n + 1));
    if (tid === recorded) button.classList.add('recorded');
    button.addEventListener('click', () => choose(tid));
    return button;
  });
  ui.next.replaceChildren(...buttons);
  if (buttons.length === 0) ui.next.append(el('p', 'empty', 'Nobody is ready.'));
  if (focused === null) return;
  const same = buttons.find((button) => button.dataset.tid === focused) ?? buttons[0] ?? ui.back;
  same.focus();
}

function statusText(): string {
  const { ended, at, schedule } = player;
  if (ended === null) {
    const left = schedule.length - at;
    return left > 0 ? `${left} recorded steps follow; another choice forgets them.` : `${at} steps were made.`;
  }
  const how =
    ended.ending === 'done' ? 'All programs have ended.' : 'Nobody is ready, and nothing will make anybody so.';
  return ended.wrong === null ? how : `${how} Wrong: ${ended.wrong}.`;
}

// --- the run ---

function choose(tid: number): void {
  pause();
  player.choose(tid);
  draw();
}

function goTo(at: number): void {
  pause();
  player.goTo(Math.max(0, at));
  draw();
}

function forward(): void {
  pause();
  player.next(scheduler);
  draw();
}

function load(next: Player, problem: string | null = null): void {
  pause();
  stopExploring();
  player = next;
  counterexample = null;
  ui.load.hidden = true;
  ui.found.textContent = '';
  ui.found.className = 'status';
  ui.program.value = player.example.id;
  ui.splits.checked = player.splits;
  ui.source.textContent = player.example.text;
  ui.sourceName.textContent = `docs/examples/${player.example.id}.mjs`;
  newScheduler();
  draw();
  if (problem !== null) {
    ui.status.textContent = problem;
    ui.status.className = 'status bad';
  }
}

function newScheduler(): void {
  const { value } = ui.policy;
  ui.seedLabel.hidden = value !== 'random';
  scheduler =
    value === 'random' ? random(ui.seed.valueAsNumber || 0) : value === 'round-robin' ? roundRobin() : runToBlock();
}

/** Steps by themselves, until somebody does something else. */
function play(): void {
  ui.play.textContent = 'Pause';
  timer = setTimeout(() => {
    const went = player.next(scheduler);
    if (went && player.ended === null) play();
    else pause();
    draw();
  }, PACE);
}

function pause(): void {
  clearTimeout(timer);
  timer = undefined;
  ui.play.textContent = 'Play';
}

function finish(): void {
  pause();
  for (let n = 0; n < FINISH_STEPS && player.next(scheduler); n++);
  draw();
}

// --- the search ---

function stopExploring(): void {
  explorer.stop();
  ui.explore.textContent = 'Explore';
}

function explore(): void {
  if (explorer.busy) {
    stopExploring();
    found('Given up.', '');
    return;
  }
  const { value } = ui.preemptions;
  const request = {
    program: player.example.id,
    splits: player.splits,
    preemptions: value === 'any' ? null : Number(value),
  };
  ui.load.hidden = true;
  ui.explore.textContent = 'Give up';
  found('Exploring…', '');
  const began = performance.now();
  explorer.start(
    request,
    (reply) => {
      if (reply.kind === 'progress') found(`Exploring: ${reply.runs} runs…`, '');
      else showSearch(reply, performance.now() - began);
    },
    (message) => {
      ui.explore.textContent = 'Explore';
      found(`The search failed: ${message}`, 'bad');
    },
  );
}

function found(text: string, tone: '' | 'good' | 'bad'): void {
  ui.found.textContent = text;
  ui.found.className = `status ${tone}`;
}

function showSearch(reply: ExploreReply & { kind: 'result' }, ms: number): void {
  ui.explore.textContent = 'Explore';
  const { runs, steps, outcomes, complete } = reply;
  const outcome = outcomes === 1 ? 'one outcome' : `${outcomes} outcomes`;
  const how = `${runs} runs, ${steps} steps, ${outcome}, ${(ms / 1000).toFixed(1)} s`;
  if (reply.counterexample === null) {
    found(`${how}. Nothing is wrong in ${complete ? 'any' : 'those that were seen'}.`, 'good');
    return;
  }
  const { what, schedule } = reply.counterexample;
  counterexample = schedule;
  ui.load.hidden = false;
  found(`${how}. A run of ${schedule.length} steps is wrong: ${what}.`, 'bad');
}

/** At its beginning, to be walked through. */
function loadCounterexample(): void {
  if (counterexample === null) return;
  pause();
  player = new Player(player.example, counterexample, player.splits);
  draw();
  ui.forward.focus();
}

// --- controls ---

function bind(): void {
  for (const { id, title } of EXAMPLES) ui.program.append(new Option(title, id));
  const anew = (): void => load(new Player(exampleOf(ui.program.value)!, [], ui.splits.checked));
  ui.program.addEventListener('change', anew);
  ui.splits.addEventListener('change', anew);
  ui.restart.addEventListener('click', () => {
    pause();
    player = new Player(player.example, [], player.splits);
    newScheduler();
    draw();
  });
  ui.back.addEventListener('click', () => goTo(player.at - 1));
  ui.forward.addEventListener('click', forward);
  ui.position.addEventListener('input', () => goTo(ui.position.valueAsNumber));
  ui.policy.addEventListener('change', newScheduler);
  ui.seed.addEventListener('change', newScheduler);
  ui.play.addEventListener('click', togglePlay);
  ui.finish.addEventListener('click', finish);
  ui.load.addEventListener('click', loadCounterexample);
  ui.exploreForm.addEventListener('submit', (event) => {
    event.preventDefault();
    explore();
  });
  addEventListener('hashchange', fromLink);
  addEventListener('keydown', onKey);
}

function togglePlay(): void {
  if (timer !== undefined) {
    pause();
    draw();
  } else if (player.ended === null) {
    play();
  }
}

/** Keys mean something of their own in these. */
const TYPES_IN = 'input:not([type="checkbox"]), select, textarea';
const CLICKS = 'button, a, input';

function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const on = event.target as Element;
  if (on.matches(TYPES_IN)) return;
  const { key } = event;
  if (/^[1-9]$/.test(key)) {
    const task = player.ready[Number(key) - 1];
    if (task !== undefined) choose(task.tid);
  } else if (key === 'ArrowLeft') goTo(player.at - 1);
  else if (key === 'ArrowRight') forward();
  else if (key === 'Home') goTo(0);
  else if (key === ' ' && !on.matches(CLICKS)) togglePlay();
  else return;
  event.preventDefault();
}

function fromLink(): void {
  const { player: next, problem } = runOfLink(location.hash);
  load(next, problem);
}

bind();
fromLink();
