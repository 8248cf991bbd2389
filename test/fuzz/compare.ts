/**
 * One program on the kernel, under `utrace share`, and on the simulated kernel: whether the logs are the same, and the least
 * program that differs. The simulated kernel has no order of its own: that of the real one must be among those it may take.
 */

import { spawnSync } from 'node:child_process';
import { Prng } from '../../src/base/prng.ts';
import { random, runToBlock, type Scheduler } from '../../src/box/index.ts';
import { NATIVE, perform, type Variant } from '../conformance/ptrace/harness.ts';
import { NestTheatre } from '../conformance/ptrace/nest-theatre.ts';
import { scenario } from '../conformance/ptrace/play.ts';
import { EXCLUSIVE, PASSIVE } from '../conformance/ptrace/share.ts';
import { SimTheatre } from '../conformance/ptrace/sim-theatre.ts';
import { Stage } from '../conformance/ptrace/stage.ts';
import { Author } from './author.ts';
import type { Program, Step } from './program.ts';
import { type Director, director, Replay } from './replay.ts';

export type Column = 'served' | 'passive' | 'sim' | 'nest';
/** Those that are compared with the real kernel. */
export const COLUMNS: readonly Column[] = ['served', 'passive', 'sim'];
/** Exclusive: a program may have a second tracer attach, which is allowed else. */
const VARIANTS: Readonly<Record<'served' | 'passive', Variant>> = { served: EXCLUSIVE, passive: PASSIVE };
/** So many orders of the simulated kernel are looked at before the real one's is missed. */
const SCHEDULES = 100;

/** How often a program is run on the kernel before its log is taken for the only one. */
const NATIVE_RUNS = 3;
/** More of them before a difference is believed, and as many with all on one CPU: what races is often decided by who runs where. */
const MORE_RUNS = 6;
const ONE_CPU: Variant = { ...NATIVE, prefix: ['taskset', '-c', '0'] };
const HAS_TASKSET = spawnSync('taskset', ['-c', '0', 'true']).status === 0;

interface Ran {
  readonly log: readonly string[];
  readonly code: readonly string[];
}

async function run(who: Director, variant: Variant): Promise<Ran> {
  const replay = new Replay(who);
  try {
    const { log, trouble } = await perform(
      scenario('fuzz', (stage) => replay.body(stage), []),
      variant,
    );
    return { log: trouble === undefined ? log : [...log, `trouble: ${trouble.message}`], code: replay.code };
  } catch (error) {
    return { log: [...replay.log, `trouble: ${(error as Error).message}`], code: replay.code };
  }
}

/** On the simulated kernel, by one order of those that are ready; or in a nest, where a supervisor serves it. */
function simulate(who: Director, scheduler: () => Scheduler, Theatre: typeof SimTheatre = SimTheatre): Ran {
  const replay = new Replay(who);
  try {
    const theatre = new Theatre({ exclusive: true, scheduler });
    const stage = new Stage(theatre);
    theatre.play(replay.body(stage));
    return { log: stage.lines.map(withoutPlaces), code: replay.code };
  } catch (error) {
    return { log: [...replay.log, `trouble: ${(error as Error).message}`], code: replay.code };
  }
}

/** Its programs are not compiled: where they stand is another number, but for a handler's first instruction. */
const withoutPlaces = (line: string): string =>
  line.replace(/rip=(?!0\b)-?\w+/, 'rip=…').replace(/rax=\w+ (?=orig_rax=EPERM)/, 'rax=… '); // outside of calls

const placeless = ({ log, code }: Ran): Ran => ({ log: log.map(withoutPlaces), code });

/** Simulates until the log is one of these. */
function simulateFor(program: Program, natives: readonly Ran[]): Ran {
  const wanted = natives.map(placeless);
  const first = simulate(director(program), runToBlock);
  if (among(first.log, wanted)) return first;
  for (let seed = 1; seed <= SCHEDULES; seed++) {
    const ran = simulate(director(program), () => random(seed));
    if (among(ran.log, wanted)) return ran;
  }
  return first;
}

const nested = (program: Program): Ran => simulate(director(program), runToBlock, NestTheatre);

/**
 * The same on the simulated kernel, and in a nest in it: `src/linux` is run without a kernel, some hundred times as fast, and what
 * differs always does. Several orders on the simulated kernel that give several logs are of no use, unless the nest's is one of them.
 */
export function tryNest(seed: number, swarm = false): Verdict {
  const author = new Author(new Prng(seed), swarm);
  const first = simulate(author, runToBlock);
  const program: Program = { cast: author.cast, steps: author.steps };
  const found = troubled(first.log) ? undefined : nestDiffers(program);
  return {
    seed,
    program,
    aside: troubled(first.log) || found === 'unsure',
    differences: typeof found === 'object' ? [found] : [],
  };
}

function nestDiffers(program: Program): Difference | 'unsure' | undefined {
  const first = simulate(director(program), runToBlock);
  if (troubled(first.log)) return 'unsure';
  const other = nested(program);
  if (same(first.log, other.log)) return undefined;
  const natives = [first];
  for (let k = 1; k <= SCHEDULES; k++) natives.push(simulate(director(program), () => random(k)));
  if (among(other.log, natives)) return undefined;
  if (natives.some(({ log }) => !same(log, first.log))) return 'unsure';
  return { column: 'nest', program, native: first.log, other: other.log, code: first.code };
}

const elsewhere = async (program: Program, column: Column, wanted: readonly Ran[]): Promise<Ran> =>
  column === 'sim' ? simulateFor(program, wanted) : run(director(program), VARIANTS[column as 'served']);

const same = (a: readonly string[], b: readonly string[]): boolean => JSON.stringify(a) === JSON.stringify(b);
const among = (log: readonly string[], logs: readonly Ran[]): boolean => logs.some((one) => same(one.log, log));
/** It came to no end, or a tracer sleeps in an attach: for an exec that waits for what that tracer would have to do (cred_guard_mutex). */
const troubled = (log: readonly string[]): boolean =>
  log.at(-1)?.startsWith('trouble: ') === true || log.some((line) => /ptrace (SEIZE|ATTACH) .*: …$/.test(line));

/** A second tracer was refused, which it is not where one more is to attach. */
const isRefused = (log: readonly string[]): boolean =>
  log.some((line) => /ptrace (TRACEME|ATTACH|SEIZE) .*: EPERM$/.test(line));

export interface Difference {
  readonly column: Column;
  readonly program: Program;
  readonly native: readonly string[];
  readonly other: readonly string[];
  readonly code: readonly string[];
}

export interface Verdict {
  readonly seed: number;
  readonly program: Program;
  /** The kernel itself gave several logs, and ours is none of them, or does not come to rest: nothing is said of it. */
  readonly aside: boolean;
  readonly differences: readonly Difference[];
}

/** Writes a program for a seed, and runs it everywhere. `swarm`: with weights of its own (see Author). */
export async function trySeed(seed: number, columns: readonly Column[], swarm = false): Promise<Verdict> {
  if (columns[0] === 'nest') return tryNest(seed, swarm);
  const author = new Author(new Prng(seed), swarm);
  const first = await run(author, NATIVE);
  const program: Program = { cast: author.cast, steps: author.steps };
  const natives = [first];
  while (natives.length < NATIVE_RUNS) natives.push(await run(director(program), NATIVE));
  let aside = natives.some(({ log }) => troubled(log));
  const differences: Difference[] = [];
  for (const column of aside ? [] : columns) {
    if (column === 'passive' && isRefused(first.log)) continue;
    let other = await elsewhere(program, column, natives);
    const isThere = (): boolean => among(other.log, column === 'sim' ? natives.map(placeless) : natives);
    if (isThere()) continue;
    for (let k = 0; k < MORE_RUNS && !isThere(); k++) {
      natives.push(await run(director(program), NATIVE));
      if (HAS_TASKSET) natives.push(await run(director(program), ONE_CPU));
    }
    if (natives.some(({ log }) => !same(log, first.log))) {
      if (column === 'sim') other = simulateFor(program, natives);
      aside = !isThere();
      continue;
    }
    differences.push({
      column,
      program,
      native: (column === 'sim' ? placeless(first) : first).log,
      other: other.log,
      code: first.code,
    });
  }
  return { seed, program, aside, differences };
}

/** Whether a program still differs: the kernel must be of one mind, and ours twice of another. */
async function differs(program: Program, column: Column): Promise<Difference | undefined> {
  if (column === 'nest') {
    const found = nestDiffers(program);
    return typeof found === 'object' ? found : undefined;
  }
  let native = await run(director(program), NATIVE);
  if (troubled(native.log)) return undefined;
  const again = await run(director(program), NATIVE);
  const other = await elsewhere(program, column, [native]);
  const isSame = same(native.log, again.log);
  if (column === 'sim') native = placeless(native);
  if (!isSame || same(native.log, other.log)) return undefined;
  return { column, program, native: native.log, other: other.log, code: native.code };
}

/** Leaves out what is not needed for the difference, till `isOver`. */
export async function shrink(found: Difference, isOver: () => boolean): Promise<Difference> {
  let best = found;
  const attempt = async (steps: readonly Step[], cast = best.program.cast): Promise<boolean> => {
    if (isOver()) return false;
    const smaller = await differs({ cast, steps }, found.column);
    if (smaller !== undefined) best = smaller;
    return smaller !== undefined;
  };
  for (let size = Math.ceil(best.program.steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let changed = true; changed; ) {
      changed = false;
      for (let at = best.program.steps.length - size; at > -size; at -= size) {
        const { steps } = best.program;
        const from = Math.max(at, 0);
        if (await attempt([...steps.slice(0, from), ...steps.slice(Math.max(at + size, 0))])) changed = true;
      }
      if (size > 1) break;
    }
  }
  for (const role of [...best.program.cast].reverse()) {
    const { cast, steps } = best.program;
    if (cast.some(({ by }) => by === role.name)) continue;
    if (steps.some((step) => JSON.stringify(step).includes(`"${role.name}"`))) continue;
    await attempt(
      steps,
      cast.filter((one) => one !== role),
    );
  }
  return best;
}

/** The two logs, line by line, with the lines that differ marked. */
export function sideBySide({ native, other }: Difference): string {
  let at = 0;
  while (at < native.length && native[at] === other[at]) at++;
  const text = (name: string, lines: readonly string[]): string[] => [
    `  from line ${at} on, ${name}:`,
    ...lines.slice(at).map((line) => `    ${line}`),
  ];
  return [
    ...native.slice(0, at).map((line) => `    ${line}`),
    ...text('the kernel', native),
    ...text('ours', other),
  ].join('\n');
}

/** As a scenario of test/conformance/ptrace. */
export function asScenario({ native, code }: Difference, title: string): string {
  const body = code.map((line) => `    ${line}`).join('\n');
  const expected = native.map((line) => `    ${JSON.stringify(line)},`).join('\n');
  return `scenario(\n  '${title}',\n  function* (s) {\n${body}\n  },\n  [\n${expected}\n  ],\n),`;
}
