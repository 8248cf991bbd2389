/**
 * The search finds faults of the Linux host: each is one rule of src/linux left out, by its module's function or by what it is
 * given of the kernel. The table of docs/simulation.md is what UTRACE_SIM_TABLE=1 prints.
 */

import { afterEach, describe, expect, test, vi } from 'vitest';
import { PTRACE } from '../../../src/abi/ptrace.ts';
import {
  complete,
  type Program,
  parseSchedule,
  random,
  record,
  replay,
  runChecked,
  scheduleText,
} from '../../../src/box/index.ts';
import { exploreNest, FIRST, type Nest, type NestExploreOptions, worldOfNest } from '../../../src/nest/index.ts';
import { monitor } from '../sim/races.ts';
import * as programs from './programs.ts';

/** The function that is left out. */
const left = vi.hoisted(() => ({ out: '' }));

type Functions = Record<string, (...args: never[]) => unknown>;

/** A module whose functions of these names can be left out: they answer what is given here. */
const { without } = vi.hoisted(() => ({
  without: async (original: () => Promise<unknown>, answers: Record<string, (...args: never[]) => unknown>) => {
    const module = (await original()) as Functions;
    const changed: Functions = {};
    for (const [name, answer] of Object.entries(answers)) {
      changed[name] = (...args) => (left.out === name ? answer(...args) : module[name]!(...args));
    }
    return { ...module, ...changed };
  },
}));

vi.mock('../../../src/linux/system-calls.ts', (original) => without(original, { rejoinCall: () => false }));
vi.mock('../../../src/linux/served.ts', (original) => without(original, { sleepParked: () => {} }));

interface Fault {
  readonly name: string;
  /** A function of src/linux that is left out … */
  readonly out?: string;
  /** … or what is taken from the supervisor. */
  readonly break?: (nest: Nest) => void;
  readonly options: Partial<NestExploreOptions>;
  /** In the middle of a long run, where the search comes late: by schedules at random. */
  readonly random?: true;
}

/** Seconds until a slice in which nothing stops is over. */
const SLICE_END = 0.002;
const quiet = programs.witness([]);
const attached = (...beside: readonly Program[]): Partial<NestExploreOptions> => ({
  beside,
  main: (supervisor) => programs.attachFirst(supervisor, quiet),
});
const { sender } = programs;

/** A sleep that any interruption ends (R39); interrupted politely it must not show. */
const watcher: Program = function* watcher(sys) {
  const fd = yield* sys.call('epoll_create1', 0);
  const result = yield* sys.call('epoll_wait', fd, sys.at('text'), 1, 3000);
  yield* sys.print(String(result));
};

/** One task traces another, served. */
const tracing: Program = function* tracing(sys) {
  const tracee = yield* sys.fork(function* tracee(sys) {
    yield* sys.sleep(1);
  });
  yield* sys.ptrace('SEIZE', tracee);
  yield* sys.ptrace('INTERRUPT', tracee);
  yield* monitor(sys, tracee);
};
const served: Partial<NestExploreOptions> = {
  serves: true,
  main: (supervisor) => void supervisor.spawn('tracing', {}),
  programs: { tracing },
};

const FAULTS: readonly Fault[] = [
  {
    name: 'a newborn whose parent was killed before its clone event was read is not looked for',
    break: ({ supervisor: { procfs } }) => {
      const { read } = procfs;
      procfs.read = (path) => read.call(procfs, path)?.replace(/^TracerPid:\t.*$/m, 'TracerPid:\t0');
    },
    options: {
      ...attached(programs.later(programs.threader), programs.sendsLater(FIRST, 'SIGKILL')),
      preemptions: 0,
    },
  },
  {
    name: 'the stop of a newborn that comes before its birth is forgotten (R21)',
    break: ({ supervisor: { host } }) => {
      host.unborn.set = () => host.unborn;
    },
    options: attached(programs.forker),
  },
  {
    name: 'what is read of a stop that SIGKILL ended is believed (R50)',
    break: ({ supervisor: { slice } }) => {
      slice.isAtExit = () => false;
    },
    options: attached(programs.later(programs.parent), programs.sendsLater(FIRST, 'SIGKILL')),
    random: true,
  },
  {
    name: 'a call that a polite interruption ended is not made again (R39)',
    out: 'rejoinCall',
    options: {
      beside: [watcher],
      main: (supervisor) => {
        supervisor.eventLoop.after(1000, () => {
          const [task] = supervisor.attach(FIRST, quiet);
          supervisor.eventLoop.after(500, () => supervisor.host.releaseTask(task!));
        });
      },
      atEnd: ({ box }) => (box.output === '0' ? null : `the program saw ${box.output}`),
    },
  },
  {
    name: 'a group stop is left by CONT (R26)',
    break: ({ supervisor: { host } }) => {
      const { native } = host;
      const { ptrace } = native;
      native.ptrace = (request, ...rest) =>
        ptrace.call(native, request === PTRACE.LISTEN ? PTRACE.CONT : request, ...rest);
    },
    options: {
      ...attached(programs.stopper),
      atEnd: (_nest, ending) => (ending === 'idle' ? null : 'it ran out of its stop'),
    },
  },
  {
    name: 'SIGCHLD does not wake the event loop',
    break: ({ supervisor: { eventLoop } }) => {
      eventLoop.onChildSignal = () => {};
    },
    options: attached(programs.family),
  },
  {
    name: 'nobody looks once more between the last wait of a slice and SIGCHLD for stops',
    break: ({ supervisor: { host } }) => {
      const { native } = host;
      const { step } = native;
      native.step = (tid, request, data, max, block) =>
        request === 0 && block === 0 && max === host.events.capacity
          ? 0
          : step.call(native, tid, request, data, max, block);
    },
    options: attached(programs.sleeper, programs.later(sender(FIRST, 'SIGTERM'), SLICE_END)),
  },
  {
    name: 'a signal is not passed on',
    break: ({ supervisor: { host } }) => {
      const { native } = host;
      const { ptrace } = native;
      native.ptrace = (request, tid, addr, data) =>
        ptrace.call(native, request, tid, addr, request === PTRACE.CONT ? 0 : data);
    },
    options: attached(programs.sleeper, programs.sendsLater(FIRST, 'SIGTERM')),
  },
  {
    name: 'that a task was killed is not asked of the kernel (R50)',
    break: ({ supervisor: { host } }) => {
      host.isKilled = () => false;
    },
    options: attached(programs.execer, sender(FIRST, 'SIGKILL')),
  },
  {
    name: 'what came instead of a group stop is dropped',
    break: ({ supervisor: { host } }) => {
      host.backlog.push = () => 0;
    },
    options: {
      beside: [programs.stopper, programs.sendsLater(FIRST, 'SIGCONT')],
      main: (supervisor) => {
        const [task] = supervisor.attach(FIRST, quiet);
        supervisor.eventLoop.after(1000, () => supervisor.host.releaseTask(task!));
      },
    },
  },
  {
    name: 'a tracer that waits is left in its stop, where no signal reaches it',
    out: 'sleepParked',
    options: served,
  },
  {
    name: 'the wake-up of a task that is held is lost',
    break: ({ supervisor: { host } }) => {
      host.wake = () => {};
    },
    options: served,
  },
];

const RANDOM_RUNS = 2000;

/** The schedule that shows what is wrong, and how many runs it took. */
function search(options: NestExploreOptions): { found: readonly number[] | null; runs: number } {
  const { violations, runs } = exploreNest(options);
  return { found: violations[0]?.schedule ?? null, runs };
}

function tryRandom(options: NestExploreOptions): { found: readonly number[] | null; runs: number } {
  for (let seed = 0; seed < RANDOM_RUNS; seed++) {
    const found: number[] = [];
    const wrong = runChecked(worldOfNest(options), record(random(seed), found));
    if (wrong !== null) return { found, runs: seed + 1 };
  }
  return { found: null, runs: RANDOM_RUNS };
}

afterEach(() => {
  left.out = '';
});

describe.each(FAULTS)('$name', (fault) => {
  const optionsOf = (broken: boolean): NestExploreOptions => {
    left.out = broken ? (fault.out ?? '') : '';
    return {
      preemptions: 1,
      maxRuns: 3000,
      main: () => {},
      atEnd: (_nest, ending) => (ending === 'done' ? null : `it ends ${ending}`),
      ...fault.options,
      programs: { ...programs.PROGRAMS, ...fault.options.programs },
      prepare: (nest) => {
        if (broken) fault.break?.(nest);
      },
    };
  };

  test('is found, and its schedule shows it again', { timeout: 120_000 }, () => {
    const options = optionsOf(true);
    const { found, runs } = fault.random ? tryRandom(options) : search(options);
    if (process.env.UTRACE_SIM_TABLE) console.log(`| ${fault.name} | ${runs}${fault.random ? ', at random' : ''} |`);
    expect(found).not.toBeNull();
    const { schedule } = complete(worldOfNest(options), found!);
    const text = scheduleText(schedule);
    expect(runChecked(worldOfNest(options), replay(parseSchedule(text)))).not.toBeNull();
  });

  test('without it nothing is wrong, as far as that takes', { timeout: 120_000 }, () => {
    expect(exploreNest({ ...optionsOf(false), maxRuns: 150 }).violations).toEqual([]);
  });
});
