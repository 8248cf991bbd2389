/** A box with a supervisor in it: utrace on ptrace on utrace. And the exploration of that. */

import { Box, type BoxOptions } from '../box/box.ts';
import { type BoxExploreOptions, worldOf } from '../box/explore.ts';
import {
  type Drive,
  type Ending,
  type Exploration,
  explore,
  type Program,
  type RunOptions,
  run,
  runToBlock,
  type Scheduler,
  startOf,
  type World,
} from '../sim/index.ts';
import { checkSupervisor } from './invariants.ts';
import { Supervisor, type SupervisorOptions } from './supervisor.ts';

export interface NestOptions extends BoxOptions, SupervisorOptions {
  /** What the supervisor does before it waits for what happens. */
  readonly main: (supervisor: Supervisor) => void;
  /** Programs that run from the start, beside the supervisor. They are tasks 3, 4 and so on. */
  readonly beside?: readonly Program[];
  /** What execve finds. */
  readonly programs?: Readonly<Record<string, Program>>;
}

/** The supervisor's own program: its code is not a generator's. */
const supervisor: Program = function* supervisor() {};

export const SUPERVISOR = 2;
export const FIRST = 3;

export class Nest {
  readonly box: Box;
  readonly supervisor: Supervisor;

  constructor(options: NestOptions) {
    const { beside = [], programs = {} } = options;
    this.box = new Box(options);
    const { kernel } = this.box;
    for (const [path, program] of Object.entries(programs)) kernel.programs.set(path, startOf(program));
    this.supervisor = new Supervisor(kernel, this.box.start(supervisor), options.main, options);
    for (const program of beside) this.box.start(program);
  }

  readonly drive: Drive = (advance) => {
    this.supervisor.run(advance);
    while (advance());
  };

  run(scheduler: Scheduler = runToBlock(), options: RunOptions = {}): Ending {
    const ending = run(this.box.kernel, scheduler, { ...options, drive: this.drive });
    if (this.supervisor.failure !== null) throw this.supervisor.failure;
    return ending;
  }
}

export interface NestExploreOptions extends NestOptions, Omit<BoxExploreOptions, 'atEnd' | 'prepare'> {
  /** Called with each nest before it runs. */
  readonly prepare?: (nest: Nest) => void;
  /** At the end of each run: what is wrong with it, or null. */
  readonly atEnd?: (nest: Nest, ending: Ending) => string | null;
}

/** A nest as the explorer sees it. */
export function worldOfNest(options: NestExploreOptions): World {
  const { prepare, atEnd, ...rest } = options;
  const nest = new Nest(rest);
  prepare?.(nest);
  const { box } = nest;
  const world = worldOf(box, { fingerprints: rest.fingerprints ?? true });
  const check = (): string | null => checkSupervisor(nest.supervisor, box.ptrace);
  return {
    ...world,
    ...(world.fingerprint && { fingerprint: () => `${world.fingerprint!()}\n${nest.supervisor.caller.history}` }),
    drive: nest.drive,
    check: (task) => world.check?.(task) ?? (nest.supervisor.failure === null ? null : check()),
    checkQuiet: () => world.checkQuiet?.() ?? check(),
    checkEnd: (ending) => check() ?? atEnd?.(nest, ending) ?? null,
  };
}

export const exploreNest = (options: NestExploreOptions): Exploration => explore(() => worldOfNest(options), options);
