/** The fourteen events: each comes when the seed says, with the seed's information. */

import { describe, expect, test } from 'vitest';
import {
  DeathSignal,
  Event,
  type ExitReport,
  eventNames,
  SIG,
  SIGNAL_EVENTS,
  SignalDisposition,
  signalOf,
  type Task,
  type Tracer,
} from '../../src/session/index.ts';
import { attachTo, Log, run, runNative, start, target, until, watchLeaks, within } from '../support/live.ts';
import { program } from '../support/paths.ts';

watchLeaks();

const dispositionName = (action: number): string =>
  Object.entries(SignalDisposition).find(([, value]) => value === signalOf(action))?.[0] ?? '?';

/** Logs the signals a program gets: number, si_code, what would be done. */
function signalLog(log: Log): Tracer {
  return {
    name: 'signals',
    signal: (_task, signal, action) => {
      if (signal.info === null) log.add(`none ${dispositionName(action)}`);
      else {
        const { signo, code } = signal.info;
        log.add(`${signo} code ${code} ${signal.original?.disposition} ${dispositionName(action)}`);
      }
    },
  };
}

describe('signals', () => {
  test('report_signal: a caught signal is DELIVER, with its siginfo', async () => {
    const log = new Log();
    const { output } = await run(
      'puppet',
      ['catch 10', 'raise 10', 'kill 10', 'catch 34', 'queue 34 77'],
      [signalLog(log)],
    );
    expect(log.lines).toEqual([
      `10 code -6 handler DELIVER`,
      `10 code 0 handler DELIVER`,
      `34 code -1 handler DELIVER`,
    ]);
    expect(output).toBe(
      (await runNative('puppet', ['catch 10', 'raise 10', 'kill 10', 'catch 34', 'queue 34 77'])).output,
    );
  });

  test('report_signal: an ignored signal is IGN, by SIG_IGN (while traced it is queued) or by default', async () => {
    const log = new Log();
    const { ended } = await run(
      'puppet',
      ['ignore 10', 'raise 10', 'raise 28', 'raise 18', 'exit 2'],
      [signalLog(log)],
    );
    expect(log.lines).toEqual([
      '10 code -6 ignore IGN',
      `${SIG.SIGWINCH} code -6 default IGN`,
      `${SIG.SIGCONT} code -6 default IGN`,
    ]);
    expect(ended?.code).toBe(2);
  });

  test.each([
    [SIG.SIGTERM, 'TERM'],
    [SIG.SIGUSR2, 'TERM'],
    [SIG.SIGRTMIN + 5, 'TERM'],
    [SIG.SIGQUIT, 'CORE'],
    [SIG.SIGSYS, 'CORE'],
  ])('report_signal: default action of signal %i is %s', async (signo, disposition) => {
    const log = new Log();
    const { ended } = await run('puppet', [`raise ${signo}`], [signalLog(log)]);
    expect(log.lines).toEqual([`${signo} code -6 default ${disposition}`]);
    expect(ended?.signal).toBe(signo);
  });

  test('report_signal: a fault has its address and code', async () => {
    const infos: unknown[] = [];
    const { ended } = await run(
      'puppet',
      ['segv 0x1230'],
      [
        {
          signal: (_task, { info }) => {
            infos.push({ signo: info?.signo, code: info?.code, addr: info?.addr });
          },
        },
      ],
    );
    expect(infos).toEqual([{ signo: SIG.SIGSEGV, code: 1, addr: 0x1230n }]);
    expect(ended?.signal).toBe(SIG.SIGSEGV);
  });

  test('report_signal: SIGSTOP is STOP, SIGTSTP and its like are TSTP', async () => {
    const log = new Log();
    const traced = await start('puppet', ['raise 19', 'raise 20', 'exit 1'], [signalLog(log)], { newSession: true });
    await log.has('19 code -6 default STOP');
    await until('T', () => traced.session.task(traced.pid) && log.lines.length >= 1);
    traced.signal('SIGCONT');
    // Orphaned process group (R36): SIGTSTP does nothing.
    expect((await traced.end())?.code).toBe(1);
    expect(log.lines).toContain('20 code -6 default TSTP');
    expect(log.lines.filter((line) => line.startsWith('18 '))).toEqual(['18 code 0 default IGN']);
  });

  test('report_signal: signals that are blocked are not reported until they are unblocked (R30)', async () => {
    const log = new Log();
    const tracer: Tracer = {
      ...signalLog(log),
      syscallEntry: (task) => {
        if (task.syscall.nr === 110) log.add('getppid');
      },
    };
    await run('puppet', ['catch 10', 'block 10', 'raise 10', 'getppid', 'unblock 10', 'getppid'], [tracer]);
    expect(log.lines).toEqual(['getppid', '10 code -6 handler DELIVER', 'getppid']);
  });

  test('each kind of signal is an event of its own: an engine gets those of its mask only', async () => {
    const log = new Log();
    const traced = await start('puppet', ['-'], []);
    await traced.says('ready');
    const attachment = traced.session.use({
      signal: (_task, { info }) => {
        log.add(`${info?.signo}`);
      },
    });
    attachment.setEvents(traced.task, Event.SIGNAL_IGN);
    traced.write('catch 10\nraise 10\nraise 28\nraise 17\nexit 0\n');
    await traced.end();
    expect(log.lines).toEqual(['28', '17']);
    expect(eventNames(SIGNAL_EVENTS)).toHaveLength(5);
  });
});

describe('clone', () => {
  const clones = (log: { flags: number; thread: boolean; pid: number; tid: number }[]): Tracer => ({
    clone: (task, child, flags) => {
      log.push({ flags, thread: child.tgid === task.tgid, pid: child.tgid, tid: child.tid });
    },
  });

  test.each([
    ['fork 3', 0x1200011],
    ['vfork 3', 0x4111],
    ['clone 0x11 3', 0x11],
    ['clone 0x0f 3', 0x0f],
    ['clone 0x411 3', 0x411],
    ['clone3 0x400 3', 0x411],
  ])('report_clone: %s passes the flags of the call', async (command, flags) => {
    const log: { flags: number; thread: boolean; pid: number; tid: number }[] = [];
    const { output } = await run('puppet', [command], [clones(log)]);
    expect(output).toBe((await runNative('puppet', [command])).output);
    expect(log).toHaveLength(1);
    expect(log[0]!.flags.toString(16)).toBe(flags.toString(16));
    expect(log[0]!.thread).toBe(false);
  });

  test('report_clone: a thread has CLONE_THREAD, the group of its parent, a tid of its own', async () => {
    const log: { flags: number; thread: boolean; pid: number; tid: number }[] = [];
    const { pid } = await run('puppet', ['thread'], [clones(log)]);
    expect(log).toHaveLength(1);
    expect(log[0]).toMatchObject({ thread: true, pid });
    expect(log[0]!.tid).not.toBe(pid);
    expect(log[0]!.flags & 0x10000).not.toBe(0);
  });
});

describe('exec', () => {
  test('report_exec: the path, and the same tid for a leader', async () => {
    const log: unknown[] = [];
    const { pid } = await run(
      'puppet',
      ['exec /bin/true'],
      [
        {
          exec: (task, { path, oldTid }) => {
            log.push({ tid: task.tid, path: path.replace(/.*\//, ''), oldTid });
          },
        },
      ],
    );
    expect(log).toEqual([
      { tid: pid, path: 'puppet', oldTid: pid },
      { tid: pid, path: 'true', oldTid: pid },
    ]);
  });

  test('R46: exec by a thread: it takes the tgid; its old tid is told; the others die; under three engines', async () => {
    const logs = [0, 1, 2].map(() => new Log());
    const tracers = logs.map(
      (log): Tracer => ({
        clone: (_task, child) => log.add(`clone ${child.tid}`),
        exec: (task, { oldTid }) => log.add(`exec ${task.tid} was ${oldTid}`),
        death: (task) => log.add(`death ${task.tid}`),
        reap: (task) => log.add(`reap ${task.tid}`),
      }),
    );
    const { pid, ended } = await run('threads', ['exec', program('state')], tracers);
    expect(ended?.code).toBe(0);
    for (const { lines } of logs) {
      const [sleeper, execer] = lines.filter((line) => line.startsWith('clone ')).map((line) => line.slice(6));
      expect(lines).toContain(`exec ${pid} was ${execer}`);
      // The sleeping thread and the old leader died before; the execer never dies under its old tid (R46, R47).
      const before = lines.slice(0, lines.indexOf(`exec ${pid} was ${execer}`));
      expect(before.filter((line) => line.startsWith('death')).sort()).toEqual(
        [`death ${pid}`, `death ${sleeper}`].sort(),
      );
      expect(before.filter((line) => line.startsWith('reap')).sort()).toEqual(
        [`reap ${pid}`, `reap ${sleeper}`].sort(),
      );
      expect(lines).not.toContain(`death ${execer}`);
      expect(lines.filter((line) => line === `death ${pid}`)).toHaveLength(2);
      expect(lines.at(-1)).toBe(`reap ${pid}`);
    }
  });
});

describe('exit, death, reap', () => {
  function endLog(log: Log, name: (task: Task) => string): Tracer {
    return {
      exit: (task, exit: ExitReport) =>
        log.add(`exit ${name(task)} 0x${exit.code.toString(16)} 0x${exit.original.toString(16)}`),
      death: (task, groupDead, signal) => log.add(`death ${name(task)} ${groupDead} ${signal}`),
      reap: (task) => log.add(`reap ${name(task)}`),
    };
  }
  const role = (task: Task): string => ((task.tid as number) === (task.tgid as number) ? 'leader' : 'thread');

  test('report_exit: the code is the wait status; death before reap, each once', async () => {
    const log = new Log();
    await run('puppet', ['exit 3'], [endLog(log, role)]);
    expect(log.lines).toEqual(['exit leader 0x300 0x300', `death leader true ${SIG.SIGCHLD}`, 'reap leader']);
  });

  test('report_exit: death by a signal has the signal as its code', async () => {
    const log = new Log();
    await run('puppet', ['raise 15'], [endLog(log, role)]);
    expect(log.lines[0]).toBe('exit leader 0xf 0xf');
  });

  test('report_exit: SIGKILL makes it too (R49), and cannot be held', async () => {
    const log = new Log();
    await run('puppet', ['raise 9'], [endLog(log, role)]);
    expect(log.lines).toEqual(['exit leader 0x9 0x9', `death leader true ${SIG.SIGCHLD}`, 'reap leader']);
  });

  test('report_death: group_dead with the last thread; a thread is reaped by itself', async () => {
    const log = new Log();
    await run('threads', ['sibling-last'], [endLog(log, role)]);
    expect(log.lines).toEqual([
      'exit thread 0x700 0x700',
      `death thread false ${DeathSignal.REAP}`,
      'reap thread',
      'exit leader 0x400 0x400',
      `death leader true ${SIG.SIGCHLD}`,
      'reap leader',
    ]);
  });

  test('report_death: a leader that goes first is a delayed group leader (R12: it is reported last)', async () => {
    const log = new Log();
    const { ended } = await run('threads', ['leader-first'], [endLog(log, role)]);
    expect(ended?.code).toBe(5);
    expect(log.lines).toEqual([
      'exit leader 0x300 0x300',
      'exit thread 0x500 0x500',
      `death thread true ${DeathSignal.REAP}`,
      'reap thread',
      `death leader false ${DeathSignal.DELAYED_GROUP_LEADER}`,
      'reap leader',
    ]);
  });

  test('report_death: a child made with another exit signal tells its parent that one', async () => {
    const log = new Log();
    await run('puppet', ['clone 0x0c 3'], [{ death: (_task, groupDead, signal) => log.add(`${groupDead} ${signal}`) }]);
    expect(log.lines).toEqual([`true ${SIG.SIGUSR2}`, `true ${SIG.SIGCHLD}`]);
  });

  test('a crash in one thread: each thread exits, dies and is reaped once, the group dies once', async () => {
    const log = new Log();
    const { ended } = await run('threads', ['kill'], [endLog(log, role)]);
    expect(ended?.signal).toBe(SIG.SIGSEGV);
    expect(log.lines.filter((line) => line.startsWith('exit'))).toHaveLength(3);
    expect(log.lines.filter((line) => line.startsWith('death'))).toHaveLength(3);
    expect(log.lines.filter((line) => line.startsWith('reap'))).toHaveLength(3);
    expect(log.lines.filter((line) => line.startsWith('death') && line.includes('true'))).toHaveLength(1);
  });
});

describe('system calls', () => {
  test('report_syscall_entry and _exit: number, arguments, result, failure', async () => {
    const log = new Log();
    await run(
      'puppet',
      ['call 110 1 2 3', 'call 3 99 0 0'],
      [
        {
          calls: ['getppid', 'close'],
          syscallEntry: ({ syscall }) => log.add(`${syscall.nr}(${[0, 1, 2].map((i) => syscall.arg(i))})`),
          syscallExit: ({ syscall }) => log.add(`${syscall.nr} = ${syscall.failed ? syscall.result : 'ok'}`),
        },
      ],
    );
    const own = log.lines.slice(-4);
    expect(own).toEqual(['110(1,2,3)', '110 = ok', '3(99,0,0)', '3 = -9']);
  });

  test('report_syscall_exit only: the call and its arguments are there too', async () => {
    const log = new Log();
    await run(
      'puppet',
      ['call 110 1 2 3'],
      [
        {
          calls: ['getppid'],
          syscallExit: ({ syscall }) => log.add(`${syscall.nr}(${[0, 1, 2].map((i) => syscall.arg(i))})`),
        },
      ],
    );
    expect(log.lines).toEqual(['110(1,2,3)']);
  });
});

describe('job control', () => {
  test('report_jctl: each thread of a group stops, the last with notify; the first to go on has notify', async () => {
    const child = await target('threads', ['many', '3']);
    const log = new Log();
    const session = await attachTo(child.pid, {
      tracers: [{ jobControl: (_task, type, notify) => log.add(`${type} ${notify}`) }],
    });
    expect(session.tasks).toHaveLength(4);
    child.signal('SIGSTOP');
    await until('four stopped', () => log.lines.length === 4);
    expect(log.lines).toEqual(['stopped null', 'stopped null', 'stopped null', 'stopped stopped']);
    child.signal('SIGCONT');
    await until('four continued', () => log.lines.length === 8);
    expect(log.lines.slice(4)).toEqual(['continued continued', 'continued null', 'continued null', 'continued null']);
  });
});

test('report_quiesce: comes before each event but reap, with its bit; 0 on the way to user mode', async () => {
  const log = new Log();
  const traced = await start(
    'puppet',
    ['catch 10', 'raise 10', 'fork 0', 'exit 0'],
    [
      {
        calls: ['getppid'],
        follow: false,
        quiesce: (_task, event) => log.add(`Q ${eventNames(event).join() || '0'}`),
        clone: () => log.add('CLONE'),
        exec: () => log.add('EXEC'),
        signal: (_task, { info }) => log.add(`SIGNAL ${info?.signo}`),
        exit: () => log.add('EXIT'),
        death: () => log.add('DEATH'),
        reap: () => log.add('REAP'),
      },
    ],
  );
  await traced.end();
  for (const name of ['CLONE', 'EXEC', 'EXIT', 'DEATH']) {
    const at = log.lines.indexOf(name);
    expect(log.lines[at - 1]).toBe(`Q ${name}`);
  }
  // A signal report takes the place of the quiesce callback (seed: utrace_get_signal).
  expect(log.lines).toContain('SIGNAL 10');
  expect(log.lines).not.toContain('Q SIGNAL');
  expect(log.lines.slice(-2)).toEqual(['DEATH', 'REAP']);
});

test('an error in a callback detaches that engine, and is told by finished', async () => {
  const traced = await start(
    'puppet',
    ['getppid 3', 'exit 4'],
    [
      {
        calls: ['getppid'],
        syscallEntry: () => {
          throw new Error('mine');
        },
      },
    ],
  );
  await expect(within('finished', traced.session.finished)).rejects.toThrow('mine');
  expect((await traced.session.exited)?.code).toBe(4);
});
