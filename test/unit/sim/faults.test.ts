/** The search finds faults: each is one rule of the kernel or of ptrace broken, as real kernels had it before a seed mended it. */

import { describe, expect, test } from 'vitest';
import {
  Box,
  complete,
  diagram,
  explore,
  Log,
  type Program,
  parseSchedule,
  replay,
  runChecked,
  scheduleText,
  shrink,
  worldOf,
} from '../../../src/box/index.ts';
import { Jobctl } from '../../../src/sim/jobctl.ts';
import * as races from './races.ts';

interface Fault {
  readonly name: string;
  /** What it takes out. */
  readonly break: (box: Box) => void;
  readonly program: Program;
  readonly atEnd?: (box: Box, ending: string) => string | null;
}

const endsRunning = (box: Box, ending: string): string | null =>
  ending === 'idle' && box.output.trimEnd().split('\n').at(-1)?.startsWith('stopped') ? 'a lost SIGCONT' : null;

const FAULTS: readonly Fault[] = [
  {
    name: 'no notice of SIGCONT to who is not stopped (before seed 002)',
    break: ({ ptrace }) => {
      ptrace.notified = () => {};
    },
    program: races.signalled('LISTEN', 'SIGSTOP', 'SIGCONT'),
    atEnd: (box) => (/^SIG 19\nSIG 18/.test(box.output) ? 'it went on without a trap' : null),
  },
  {
    name: 'SIGKILL does not break a stop (R50)',
    break: ({ kernel }) => {
      kernel.breakStop = () => {};
    },
    program: races.holder(true),
  },
  {
    name: 'a parent is not woken when its child dies (__wake_up_parent)',
    break: ({ kernel }) => {
      const { wakeUp } = kernel;
      kernel.wakeUp = (task, why) => {
        if (why !== 'a child has news') wakeUp.call(kernel, task, why);
      };
    },
    program: function* main(sys) {
      const child = yield* sys.fork(function* child() {});
      yield* sys.wait4(child);
    },
  },
  {
    name: 'a group stop counts a thread twice (R34)',
    break: ({ kernel }) => {
      const { interruptSleep } = kernel;
      kernel.interruptSleep = (task, fatal) => {
        if ((task.jobctl & Jobctl.STOP_PENDING) !== 0) task.process.groupStopCount++;
        interruptSleep.call(kernel, task, fatal);
      };
    },
    program: races.twoThreads('SIGSTOP'),
  },
  {
    name: 'the wake-up of a tracer that waits is lost',
    break: ({ ptrace }) => {
      (ptrace.kernel as { wakeSleeper: unknown }).wakeSleeper = () => {};
      (ptrace.kernel as { sendChildSignal: unknown }).sendChildSignal = () => {};
    },
    program: races.killed('INTERRUPT'),
  },
  {
    name: 'SIGCONT does not wake who is stopped (R33)',
    break: ({ kernel }) => {
      const { wakeUp } = kernel;
      kernel.wakeUp = (task, why) => {
        if (why !== 'SIGCONT') wakeUp.call(kernel, task, why);
      };
    },
    program: races.signalled('LISTEN', 'SIGSTOP', 'SIGCONT'),
    atEnd: endsRunning,
  },
  {
    name: 'INTERRUPT of a sleeper sets its bit and wakes nobody (R24)',
    break: ({ kernel }) => {
      kernel.interrupt = () => {};
    },
    program: races.holder(false),
  },
];

describe.each(FAULTS)('$name', (fault) => {
  const make = (): ReturnType<typeof worldOf> => {
    const box = new Box().boot(fault.program);
    fault.break(box);
    return worldOf(box, fault.atEnd === undefined ? {} : { atEnd: fault.atEnd });
  };

  test('is found, and its schedule shows it again', () => {
    const { violations } = explore(make, { preemptions: 2, maxRuns: 20_000 });
    expect(violations.length).toBe(1);
    const shortest = shrink(make, violations[0]!);
    expect(shortest.schedule.length).toBeLessThanOrEqual(violations[0]!.schedule.length);
    const { schedule } = complete(make(), shortest.schedule);
    const text = scheduleText(schedule);
    expect(runChecked(make(), replay(parseSchedule(text)))).not.toBeNull();
  });
});

test('a run as a sequence diagram', () => {
  const box = new Box().boot(races.attachStop('SEIZE'));
  box.kernel.log = new Log();
  box.run();
  const text = diagram(box.kernel.log);
  expect(text).toMatch(/^sequenceDiagram\n {2}participant T2 as main 2\n/);
  expect(text).toContain('T2->>T3: kill SIGSTOP');
  expect(text).toContain('T4->>T3: PTRACE_SEIZE');
});
