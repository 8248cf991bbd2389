/** `utrace sim`: a program of simulated tasks, run once, in every interleaving, or by a schedule. */

import { writeFileSync } from 'node:fs';
import {
  Box,
  diagram,
  type Ending,
  parseSchedule,
  random,
  record,
  replay,
  roundRobin,
  runChecked,
  runToBlock,
  type Scheduler,
  scheduleText,
  search,
  startOf,
  worldOf,
} from '../box/index.ts';
import { loadProgram, type SimFile } from './sim-file.ts';

export interface ShowOptions {
  readonly log?: boolean;
  readonly dump?: boolean;
  readonly diagram?: string;
  readonly exclusive?: boolean;
  readonly splitRequests?: boolean;
}

export interface RunSimOptions extends ShowOptions {
  readonly random?: number;
  readonly roundRobin?: boolean;
}

export interface ExploreSimOptions extends ShowOptions {
  readonly preemptions?: number;
  readonly maxRuns?: number;
}

const isShown = ({ log, diagram: file }: ShowOptions): boolean => log === true || file !== undefined;

const machineOf = ({ exclusive = false, splitRequests = false }: ShowOptions) => ({
  exclusive,
  splitsRequests: splitRequests,
});

function addPrograms({ kernel }: Box, { programs }: SimFile): void {
  for (const [path, program] of Object.entries(programs)) kernel.programs.set(path, startOf(program));
}

function makeBox(file: SimFile, options: ShowOptions): Box {
  const box = new Box({ logs: isShown(options), ...machineOf(options) });
  addPrograms(box, file);
  return box.boot(file.main);
}

/** Prints what a run that is over has to show. */
function show(box: Box, options: ShowOptions): void {
  process.stdout.write(box.output);
  const { log } = box.kernel;
  if (log !== null && options.log) process.stderr.write(`${log.text()}\n`);
  if (options.dump) process.stderr.write(`${box.dump()}\n`);
  if (log !== null && options.diagram !== undefined) writeFileSync(options.diagram, `${diagram(log)}\n`);
}

/** Runs a box with its checks by a schedule; the exit status. */
function runShown(file: SimFile, scheduler: Scheduler, options: ShowOptions, announce: boolean): number {
  const box = makeBox(file, options);
  const chosen: number[] = [];
  let ending: Ending | undefined;
  const atEnd = (ended: Box, how: Ending): string | null => {
    ending = how;
    return file.atEnd?.(ended, how) ?? null;
  };
  const wrong = runChecked(worldOf(box, { atEnd }), record(scheduler, chosen));
  show(box, options);
  if (announce) process.stderr.write(`schedule: ${scheduleText(chosen)}\n`);
  if (wrong !== null) {
    process.stderr.write(`utrace: ${wrong}\n`);
    return 1;
  }
  if (ending === 'idle') process.stderr.write('utrace: some tasks wait for ever; --dump shows them\n');
  return 0;
}

export async function simRun(path: string, options: RunSimOptions): Promise<number> {
  const file = await loadProgram(path);
  const { random: seed } = options;
  const scheduler = seed !== undefined ? random(seed) : options.roundRobin ? roundRobin() : runToBlock();
  return runShown(file, scheduler, options, seed !== undefined);
}

export async function simReplay(path: string, schedule: string, options: ShowOptions): Promise<number> {
  const file = await loadProgram(path);
  return runShown(file, replay(parseSchedule(schedule)), options, false);
}

/** Every interleaving; the exit status is 1 when one of them is wrong. */
export async function simExplore(path: string, options: ExploreSimOptions): Promise<number> {
  const file = await loadProgram(path);
  const { preemptions, maxRuns } = options;
  const limits = { ...(preemptions !== undefined && { preemptions }), ...(maxRuns !== undefined && { maxRuns }) };
  const began = performance.now();
  const { exploration, outcomes, counterexample } = search(file.main, {
    ...limits,
    ...machineOf(options),
    prepare: (box) => addPrograms(box, file),
    ...(file.atEnd !== undefined && { atEnd: file.atEnd }),
  });
  const ms = Math.round(performance.now() - began);
  const { runs, steps, states, complete } = exploration;
  const all = complete ? 'all there are' : 'not all there are';
  process.stderr.write(
    `${runs} runs, ${steps} steps, ${states} quiet states, ${outcomes.size} outcomes, ${ms} ms; ${all}\n`,
  );
  if (counterexample === null) return 0;
  const { what, schedule } = counterexample;
  process.stderr.write(`utrace: ${what}\n\n  utrace sim replay ${path} ${scheduleText(schedule)}\n\n`);
  if (options.log || options.dump || options.diagram !== undefined) runShown(file, replay(schedule), options, false);
  return 1;
}
