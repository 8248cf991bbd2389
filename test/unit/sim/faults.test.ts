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
  type SimPtraceKernel,
  scheduleText,
  shrink,
  startOf,
  W,
  worldOf,
} from '../../../src/box/index.ts';
import { Jobctl } from '../../../src/sim/jobctl.ts';
import * as races from './races.ts';

interface Fault {
  readonly name: string;
  /** In the windows of a request: requests are made in parts. */
  readonly splitsRequests?: boolean;
  /** What it takes out. */
  readonly break: (box: Box) => void;
  /** Of the machine, whole or not. */
  readonly prepare?: (box: Box) => void;
  readonly program: Program;
  readonly atEnd?: (box: Box, ending: string) => string | null;
}

const endsRunning = (box: Box, ending: string): string | null =>
  ending === 'idle' && box.output.trimEnd().split('\n').at(-1)?.startsWith('stopped') ? 'a lost SIGCONT' : null;

const reapsAll = (_box: Box, ending: string): string | null => (ending === 'done' ? null : `it ends ${ending}`);

/** Some wake-ups are lost. */
const withoutWakeUp =
  (...reasons: readonly string[]) =>
  ({ kernel }: Box): void => {
    const { wakeUp } = kernel;
    kernel.wakeUp = (task, why) => {
      if (!reasons.includes(why)) wakeUp.call(kernel, task, why);
    };
  };

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
    break: withoutWakeUp('a child has news'),
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
    break: withoutWakeUp('SIGCONT'),
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
  {
    name: 'NOTIFY is cleared by any trap (seed 002: it is sticky, R27)',
    break: ({ ptrace }) => {
      const { stopped } = ptrace;
      ptrace.stopped = (link, stop) => {
        stopped.call(ptrace, link, stop);
        link.notify = false;
      };
    },
    program: races.notifyUnderSyscall,
    atEnd: (box) => (box.output === 'running\n' ? null : 'a lost notice'),
  },
  {
    name: 'SIGCONT does not cancel a stop signal that was taken off the queue (R32)',
    break: ({ kernel }) => {
      const { continuedBy } = kernel;
      kernel.continuedBy = (process, ends) => {
        for (const thread of process.threads) thread.jobctl |= Jobctl.STOP_DEQUEUED;
        continuedBy.call(kernel, process, ends);
      };
    },
    program: races.signalled('LISTEN', 'SIGSTOP', 'SIGCONT'),
    atEnd: (box, ending) =>
      ending === 'idle' && [...box.kernel.tasks.values()].some((task) => task.isStopped)
        ? 'stopped after SIGCONT'
        : null,
  },
  {
    name: 'a zombie is not kept for its tracer (R12)',
    break: ({ ptrace }) => {
      ptrace.keepsZombie = () => false;
    },
    program: races.tracerFirst,
    atEnd: (box) => (box.output === '0' ? null : 'the parent was first'),
  },
  {
    name: 'the death of a tracer detaches nobody (R51)',
    break: ({ ptrace }) => {
      ptrace.tracerGone = () => {};
    },
    program: races.tracerDies,
    atEnd: reapsAll,
  },
  {
    name: 'a task stops though SIGKILL is pending (R55)',
    break: ({ kernel }) => {
      kernel.isKilled = () => false;
      kernel.breakStop = () => {};
    },
    program: races.holder(true),
  },
  {
    name: 'the wake-up of a held task is lost',
    break: ({ kernel }) => {
      kernel.wake = () => {};
    },
    program: races.tracerDies,
    atEnd: reapsAll,
  },
  {
    name: 'what was queued to a held task is forgotten (recalc_sigpending in ptrace_stop)',
    break: ({ kernel }) => {
      const { step } = kernel;
      kernel.step = (task) => {
        const held = task.isHeld;
        step.call(kernel, task);
        if (held && !task.isHeld) task.sigpending = false;
      };
    },
    program: races.signalAtCall,
  },
  {
    name: 'a signal wakes nobody (signal_wake_up)',
    break: ({ kernel }) => {
      const { interruptSleep } = kernel;
      kernel.interruptSleep = (task, fatal) => {
        if (fatal) interruptSleep.call(kernel, task, fatal);
      };
    },
    program: function* main(sys) {
      const child = yield* sys.fork(function* child(sys) {
        yield* sys.sigaction('SIGUSR1', function* handler() {});
        yield* sys.pause();
      });
      yield* sys.kill(child, 'SIGUSR1');
    },
  },
  {
    name: 'exec is not told that the other threads are gone (de_thread)',
    break: withoutWakeUp('a thread is gone', 'the leader is dead'),
    prepare: ({ kernel }) => {
      kernel.programs.set(
        'nothing',
        startOf(function* nothing() {}),
      );
    },
    program: function* main(sys) {
      yield* sys.thread(function* thread(sys) {
        yield* sys.pause();
      });
      yield* sys.exec('nothing');
    },
    atEnd: reapsAll,
  },
  {
    name: 'the end of a vfork is not told (mm_release)',
    break: withoutWakeUp('its vfork is over'),
    program: function* main(sys) {
      yield* sys.vfork(function* child() {});
    },
  },
  {
    name: 'a stop is reported twice (R8)',
    break: ({ ptrace }) => {
      const { stopped } = ptrace;
      ptrace.stopped = (link, stop) => {
        Object.defineProperty(stop, 'waited', { get: () => false, set: () => {} });
        stopped.call(ptrace, link, stop);
      };
    },
    program: function* main(sys) {
      const tracee = yield* sys.fork(function* tracee(sys) {
        yield* sys.pause();
      });
      yield* sys.ptrace('SEIZE', tracee);
      yield* sys.ptrace('INTERRUPT', tracee);
      const all = W.ALL;
      yield* sys.wait4(tracee, all);
      const { pid } = yield* sys.wait4(tracee, all | W.NOHANG);
      yield* sys.print(String(pid));
    },
    atEnd: (box) => (box.output === '0' ? null : 'twice'),
  },
  {
    name: 'TRACEME does not reach a parent that waits already (pitfall 7)',
    break: ({ ptrace }) => {
      (ptrace.kernel as { recallWaiters: unknown }).recallWaiters = () => {};
    },
    program: function* main(sys) {
      const tracee = yield* sys.fork(function* tracee(sys) {
        yield* sys.ptrace('TRACEME', 0);
        yield* sys.kill(yield* sys.getpid(), 'SIGUSR1');
      });
      yield* sys.wait4(tracee);
      yield* sys.ptrace('CONT', tracee);
      yield* sys.wait4(tracee);
    },
    atEnd: reapsAll,
  },
  {
    name: 'news for a listener are not told where it is held (R26)',
    break: ({ ptrace }) => {
      ptrace.retrapped = () => {};
    },
    program: races.interruptThenStop,
    atEnd: (box, ending) => (ending === 'idle' && !box.output.includes('stopped') ? 'a lost group stop' : null),
  },
  {
    name: 'a pipe wakes no reader',
    break: withoutWakeUp('a pipe changed'),
    program: function* main(sys) {
      const [reader, writer] = yield* sys.pipe();
      yield* sys.fork(function* child(sys) {
        yield* sys.write(writer, 'x');
      });
      yield* sys.read(reader);
    },
  },
  {
    name: 'attaching to a stopped task does not wait for its trap (TRAPPING, before d79fdd6d96f4)',
    splitsRequests: true,
    break: ({ kernel, ptrace }) => {
      const host = ptrace.kernel as SimPtraceKernel;
      const { enterTrap } = host;
      host.enterTrap = (task, arrive) => {
        enterTrap.call(host, task, arrive);
        kernel.current!.awaits = null;
      };
    },
    program: races.attachStopped('SEIZE'),
    atEnd: (box) => (box.output.startsWith('at once\n') ? null : 'the next wait does not find the stop'),
  },
  {
    name: 'SIGKILL on the way to the trap does not end TRAPPING (task_clear_jobctl_pending)',
    splitsRequests: true,
    break: ({ kernel }) => {
      const { clearTrapping } = kernel;
      kernel.clearTrapping = (task) => {
        if (!task.fatalPending) clearTrapping.call(kernel, task);
      };
    },
    program: races.attachStopped('SEIZE', 'SIGKILL'),
    atEnd: reapsAll,
  },
  {
    name: 'SIGKILL wakes a task on which a request works (PTRACE_FROZEN, before 9899d11f6544; CVE-2013-0871)',
    splitsRequests: true,
    break: ({ kernel }) => {
      const { breakStop } = kernel;
      kernel.breakStop = (task) => {
        task.jobctl &= ~Jobctl.PTRACE_FROZEN;
        breakStop.call(kernel, task);
      };
    },
    program: races.requestsKilled,
  },
  {
    name: 'the thaw does not look for a SIGKILL that came meanwhile (ptrace_unfreeze_traced)',
    splitsRequests: true,
    break: ({ kernel }) => {
      kernel.thaw = (task) => {
        if (--task.requests === 0) task.jobctl &= ~Jobctl.PTRACE_FROZEN;
      };
    },
    program: races.requestsKilled,
  },
];

describe.each(FAULTS)('$name', (fault) => {
  const make = (broken: boolean) => (): ReturnType<typeof worldOf> => {
    const box = new Box({ splitsRequests: fault.splitsRequests === true }).boot(fault.program);
    fault.prepare?.(box);
    if (broken) fault.break(box);
    return worldOf(box, fault.atEnd === undefined ? {} : { atEnd: fault.atEnd });
  };
  const bounds = { preemptions: 2, maxRuns: 20_000 };

  test('is found, and its schedule shows it again', () => {
    const { violations, runs } = explore(make(true), bounds);
    if (process.env.UTRACE_SIM_TABLE) console.log(`| ${fault.name} | ${runs} |`);
    expect(violations.length).toBe(1);
    const shortest = shrink(make(true), violations[0]!);
    expect(shortest.schedule.length).toBeLessThanOrEqual(violations[0]!.schedule.length);
    const { schedule } = complete(make(true)(), shortest.schedule);
    const text = scheduleText(schedule);
    expect(runChecked(make(true)(), replay(parseSchedule(text)))).not.toBeNull();
  });

  test('without it nothing is wrong', () => {
    expect(explore(make(false), bounds)).toMatchObject({ violations: [], complete: true });
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
