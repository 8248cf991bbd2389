/** report_signal (seed 003: struct utrace_engine_ops, enum utrace_signal_action, utrace_get_signal). */

import { beforeEach, describe, expect, it } from 'vitest';
import type { Siginfo } from '../../../src/abi/siginfo.ts';
import { SIG } from '../../../src/abi/signals.ts';
import {
  control,
  deliver,
  disposition,
  type Engine,
  type EngineOps,
  Event,
  hold,
  ignore,
  Resume,
  run,
  SIGNAL_EVENTS,
  SIGNAL_HOLD,
  SignalDisposition,
  type SignalReport,
  type SignalVerdict,
} from '../../../src/utrace/index.ts';
import { type FakeTask, ScriptedHost } from './scripted-host.ts';

let host: ScriptedHost;
let task: FakeTask;
beforeEach(() => {
  host = new ScriptedHost();
  task = host.task();
});

type OnSignal = NonNullable<EngineOps['reportSignal']>;
const on = (name: string, reportSignal?: OnSignal, events = SIGNAL_EVENTS): Engine =>
  host.attach(task, name, events, reportSignal ? { reportSignal } : {});
const info = (signo: number): Siginfo => ({ signo, errno: 0, code: -6, pid: 1, uid: 0 });
const { TERM, CORE, STOP, TSTP } = SignalDisposition;

describe('events by what delivery would do', () => {
  const cases: [number, 'default' | 'ignore' | 'handler', number, string, string][] = [
    [SIG.SIGHUP, 'default', Event.SIGNAL_TERM, 'TERM', '10 dead 1'],
    [SIG.SIGSEGV, 'default', Event.SIGNAL_CORE, 'CORE', '10 dead 139'],
    [SIG.SIGSTOP, 'default', Event.SIGNAL_STOP, 'STOP', '10 job stop SIGSTOP'],
    [SIG.SIGTSTP, 'default', Event.SIGNAL_STOP, 'TSTP', '10 job stop SIGTSTP'],
    [SIG.SIGTTIN, 'default', Event.SIGNAL_STOP, 'TSTP', '10 job stop SIGTSTP'],
    [SIG.SIGCHLD, 'default', Event.SIGNAL_IGN, 'IGN', '10 user'],
    [SIG.SIGCONT, 'default', Event.SIGNAL_IGN, 'IGN', '10 user'],
    [SIG.SIGHUP, 'ignore', Event.SIGNAL_IGN, 'IGN', '10 user'],
    [SIG.SIGHUP, 'handler', Event.SIGNAL, 'DELIVER', '10 user'],
    [SIG.SIGTSTP, 'handler', Event.SIGNAL, 'DELIVER', '10 user'],
  ];
  for (const [signo, how, event, what, end] of cases) {
    it(`enum utrace_events: signal ${signo}, ${how}: ${what}; only its own bit brings the callback; unperturbed, it is delivered`, () => {
      host.dispositions.set(signo, how);
      on('A', undefined, event);
      on('B', undefined, SIGNAL_EVENTS & ~event);
      let original: unknown;
      on(
        'C',
        (_a, _e, _t, signal) => {
          original = signal.original;
        },
        event,
      );
      host.signal(task, signo);
      const name = cases.length > 0 ? host.take('callback') : [];
      expect(name.map((line) => line.replace(/SIG\w+/, 'S'))).toEqual([
        `A signal ${what} S [RESUME]`,
        `C signal ${what} S [RESUME]`,
      ]);
      expect(original).toEqual({ disposition: how });
      host = new ScriptedHost();
      task = host.task();
      host.dispositions.set(signo, how);
      on('A', undefined, event);
      host.signal(task, signo);
      expect(host.take('task').at(-1)).toBe(end);
      if (how === 'handler') expect(task.decisions[0]).toMatchObject({ how: 'handler', signo, changed: false });
    });
  }

  it('utrace_get_signal: nobody traces signals: the host delivers as it would without us', () => {
    host.attach(task, 'A', Event.SYSCALL_ENTRY);
    host.signal(task, SIG.SIGTERM);
    expect([task.decisions, task.exitCode]).toEqual([[], SIG.SIGTERM]);
  });

  it('delta: an ignored signal that nobody cares about is no report, so a step that was decided stays in force', () => {
    const a = host.attach(task, 'A', Event.SIGNAL_TERM | Event.SYSCALL_ENTRY, {
      reportSyscallEntry: () => run(Resume.STOP),
    });
    host.syscall(task);
    control(task, a, Resume.SINGLESTEP);
    host.signal(task, SIG.SIGCHLD);
    host.run();
    expect(host.take('task').at(-1)).toBe('10 user SINGLE');
  });

  it('requested by QUIESCE too', () => {
    on('A', undefined, Event.QUIESCE);
    host.signal(task, SIG.SIGCHLD);
    expect(host.take('callback')).toEqual(['A signal IGN SIGCHLD [RESUME]']);
  });

  it('an engine with QUIESCE and no report_signal gets report_quiesce with the event; the fate of the signal stays', () => {
    host.attach(task, 'A', Event.QUIESCE, { reportQuiesce: () => Resume.RESUME }, ['reportSignal']);
    on('B', (): SignalVerdict => ignore());
    host.attach(task, 'C', Event.QUIESCE, { reportQuiesce: () => Resume.RESUME }, ['reportSignal']);
    host.signal(task, SIG.SIGTERM);
    expect(host.take('callback')).toEqual([
      'A quiesce SIGNAL_TERM [RESUME]',
      'B signal TERM SIGTERM [RESUME]',
      'C quiesce SIGNAL_TERM [RESUME]',
    ]);
    expect(task.where).toBe('user');
  });
});

describe('dispositions', () => {
  it('the previous engine’s return value sets the signal action the next one sees; the last one is acted on', () => {
    on('A', () => ignore());
    on('B', () => disposition(CORE));
    on('C', () => ignore());
    host.signal(task, SIG.SIGTERM);
    expect(host.take('callback')).toEqual([
      'A signal TERM SIGTERM [RESUME]',
      'B signal IGN SIGTERM [RESUME]',
      'C signal CORE SIGTERM [RESUME]',
    ]);
    expect(task.where).toBe('user');
  });

  const fates: [string, SignalVerdict, string][] = [
    ['IGN: ignore the signal', ignore(), '10 user'],
    ['TERM: terminate the process', disposition(TERM), '10 dead 10'],
    ['CORE: terminate with core dump', disposition(CORE), '10 dead 138'],
    ['STOP: deliver as absolute stop', disposition(STOP), '10 job stop SIGSTOP'],
    ['TSTP: deliver as job control stop', disposition(TSTP), '10 job stop SIGTSTP'],
    ['DELIVER: deliver according to sigaction', deliver(), '10 handles SIGUSR1'],
  ];
  for (const [title, verdict, end] of fates) {
    it(`enum utrace_signal_action/${title}; info.signo is what is reported`, () => {
      host.dispositions.set(SIG.SIGUSR1, 'handler');
      on('A', () => verdict);
      host.signal(task, SIG.SIGUSR1);
      expect(host.take('task')).toContain(end);
      for (const decision of task.decisions) expect(decision.info.signo).toBe(SIG.SIGUSR1);
    });
  }

  it('DELIVER acts by the settings in the action: engines may change them', () => {
    host.dispositions.set(SIG.SIGUSR1, 'handler');
    const set = (what: 'default' | 'ignore' | 'handler') => (signal: SignalReport) => {
      signal.action = { disposition: what };
      return deliver();
    };
    const end = (how: 'default' | 'ignore' | 'handler', signo: number): string => {
      task = host.task();
      on('A', (_a, _e, _t, signal) => set(how)(signal));
      host.take();
      host.signal(task, signo);
      return host.take('task').join().replaceAll(String(task.tid), '');
    };
    expect(end('default', SIG.SIGUSR1)).toBe(' exits, dead 10');
    expect(end('ignore', SIG.SIGUSR1)).toBe(' user');
    expect(end('handler', SIG.SIGHUP)).toBe(' handles SIGHUP, user');
    expect(end('default', SIG.SIGCHLD)).toBe(' user');
  });

  it('the siginfo can be changed at will, including the number: the next engine and the program see the new one', () => {
    host.dispositions.set(SIG.SIGUSR2, 'handler');
    on('A', (_a, _e, _t, signal) => {
      signal.info = info(SIG.SIGUSR2);
      signal.action = { disposition: 'handler' };
      return deliver();
    });
    on('B');
    host.signal(task, SIG.SIGTERM);
    expect(host.take('callback')[1]).toBe('B signal DELIVER SIGUSR2 [RESUME]');
    expect(task.decisions).toEqual([{ how: 'handler', signo: SIG.SIGUSR2, info: info(SIG.SIGUSR2), changed: true }]);
  });

  it('a changed siginfo with TERM: the new number is what the process dies of', () => {
    on('A', (_a, _e, _t, signal) => {
      signal.info = info(SIG.SIGHUP);
      return disposition(TERM);
    });
    host.signal(task, SIG.SIGUSR1);
    expect(task.exitCode).toBe(SIG.SIGHUP);
  });

  it('orig_ka is what was in force before other engines intervened', () => {
    host.dispositions.set(SIG.SIGUSR1, 'handler');
    on('A', (_a, _e, _t, signal) => {
      signal.action = { disposition: 'ignore' };
      return deliver();
    });
    let seen: unknown;
    on('B', (_a, _e, _t, signal) => {
      seen = [signal.original, signal.action];
    });
    host.signal(task, SIG.SIGUSR1);
    expect(seen).toEqual([{ disposition: 'handler' }, { disposition: 'ignore' }]);
  });

  it('a throwing callback leaves the fate of the signal as the engines before decided', () => {
    on('A', () => ignore());
    on('B', () => {
      throw new Error('boom');
    });
    host.signal(task, SIG.SIGTERM);
    expect([task.where, host.faults.length]).toEqual(['user', 1]);
  });

  it('SIGKILL is never reported: nothing can interfere with it', () => {
    on('A', () => ignore(Resume.STOP), SIGNAL_EVENTS | Event.QUIESCE);
    host.kill(task);
    expect(host.take('callback')).toEqual(['A quiesce DEATH [RESUME]']);
    expect(task.exitCode).toBe(SIG.SIGKILL);
  });
});

describe('a resume action beside a disposition', () => {
  it('UTRACE_STOP with a job control stop: when that is over, the task stops before user mode', () => {
    const a = on('A', () => disposition(TSTP, Resume.STOP));
    host.signal(task, SIG.SIGUSR1);
    expect(task.where).toBe('job stop');
    host.cont(task);
    expect([task.where, a.wantsStop]).toEqual(['held', true]);
    control(task, a, Resume.RESUME);
    host.run();
    expect(task.where).toBe('user');
  });

  it('a fatal signal is not held up by it: STOP takes effect on the way to user mode, and there is none', () => {
    on('A', () => disposition(TERM, Resume.STOP));
    host.signal(task, SIG.SIGUSR1);
    expect(task.where).toBe('zombie');
  });
});

describe('REPORT and INTERRUPT: a report before pending signals', () => {
  it('SIGNAL_REPORT when some engine used REPORT or INTERRUPT: before the pending signal, without a sigaction', () => {
    let original: unknown = 'none';
    const a = on(
      'A',
      (_a, _e, _t, signal) => {
        original = original === 'none' ? signal.original : original;
      },
      SIGNAL_EVENTS | Event.QUIESCE,
    );
    control(task, a, Resume.INTERRUPT);
    host.signal(task, SIG.SIGCHLD);
    host.run();
    expect(host.take('callback')).toEqual(['A signal REPORT - [RESUME]', 'A signal IGN SIGCHLD [RESUME]']);
    expect(original).toBeNull();
    expect(task.where).toBe('user');
  });

  it('REPORT also becomes a signal report when the task enters the signal check anyway', () => {
    const a = on('A', undefined, SIGNAL_EVENTS | Event.QUIESCE);
    control(task, a, Resume.REPORT);
    host.signal(task, SIG.SIGCHLD);
    expect(host.take('callback')).toEqual(['A signal REPORT - [RESUME]', 'A signal IGN SIGCHLD [RESUME]']);
  });

  it('the callback can deliver an artificial signal, which it must set completely', () => {
    let made = false;
    const a = on('A', (_a, _e, _t, signal) => {
      if (made) return;
      made = true;
      signal.info = info(SIG.SIGUSR1);
      signal.action = { disposition: 'handler' };
      return deliver();
    }, Event.QUIESCE); // biome-ignore format: short
    control(task, a, Resume.INTERRUPT);
    host.run();
    expect(task.decisions).toEqual([{ how: 'handler', signo: SIG.SIGUSR1, info: info(SIG.SIGUSR1), changed: true }]);
    expect(task.where).toBe('user');
  });

  it('DELIVER without a siginfo delivers nothing', () => {
    const a = on('A', () => deliver(), Event.QUIESCE);
    control(task, a, Resume.INTERRUPT);
    host.run();
    expect([task.decisions, task.where]).toEqual([[], 'user']);
  });

  it('UTRACE_INTERRUPT: an opportunity to introduce a forced disposition (TERM), without a siginfo too', () => {
    const a = on('A', () => disposition(TERM), Event.QUIESCE);
    control(task, a, Resume.INTERRUPT);
    host.run();
    expect(task.decisions).toEqual([
      { how: 'default', signo: SIG.SIGTERM, info: { signo: SIG.SIGTERM, errno: 0, code: 0 }, changed: true },
    ]);
    expect(task.exitCode).toBe(SIG.SIGTERM);
  });

  it('no answer, or RESUME with the disposition as it came, does nothing', () => {
    const a = on('A', (action) => action as SignalVerdict, Event.QUIESCE);
    control(task, a, Resume.INTERRUPT);
    host.run();
    expect([task.decisions, task.where]).toEqual([[], 'user']);
  });

  it('utrace_get_signal: asking for REPORT or INTERRUPT again from here does not loop', () => {
    let calls = 0;
    const a = on('A', () => {
      calls++;
      return ignore(calls % 2 ? Resume.INTERRUPT : Resume.REPORT);
    }, Event.QUIESCE); // biome-ignore format: short
    control(task, a, Resume.INTERRUPT);
    host.run();
    expect([calls, task.where]).toEqual([1, 'user']);
    host.attach(task, 'B', Event.QUIESCE, { reportQuiesce: () => Resume.INTERRUPT }, ['reportSignal']);
    control(task, a, Resume.INTERRUPT);
    host.run();
    expect([calls, task.where]).toEqual([2, 'user']);
  });

  it('STOP from here: ideal place to stop; the step of a report is done on the way to user mode', () => {
    let answer: SignalVerdict = ignore(Resume.STOP);
    const a = on('A', () => answer, Event.QUIESCE);
    control(task, a, Resume.INTERRUPT);
    host.run();
    expect(task.where).toBe('held');
    answer = ignore(Resume.SINGLESTEP);
    control(task, a, Resume.INTERRUPT);
    host.run();
    expect([task.where, task.step]).toEqual(['user', 1]);
  });
});

describe('info across a stop', () => {
  it('the original signal can be left in info while returning STOP|IGN and is found again on INTERRUPT', () => {
    host.dispositions.set(SIG.SIGUSR1, 'handler');
    const a = on('A', (action, _e, _t, signal) => {
      if ((action & 0xf0) !== SignalDisposition.REPORT) return ignore(Resume.STOP);
      if (signal.info) signal.action = { disposition: 'handler' };
      return deliver();
    }, SIGNAL_EVENTS | Event.QUIESCE); // biome-ignore format: short
    host.signal(task, SIG.SIGUSR1, { pid: 77 });
    expect(task.where).toBe('held');
    control(task, a, Resume.INTERRUPT);
    host.run();
    expect(host.take('callback')).toEqual(['A signal DELIVER SIGUSR1 [RESUME]', 'A signal REPORT SIGUSR1 [RESUME]']);
    expect(task.decisions).toMatchObject([{ how: 'handler', signo: SIG.SIGUSR1, info: { pid: 77 } }]);
  });

  it('… and on REPORT; and through a second stop', () => {
    let stops = 2;
    const a = on('A', () => ignore(stops-- > 0 ? Resume.STOP : Resume.RESUME), SIGNAL_EVENTS | Event.QUIESCE);
    host.signal(task, SIG.SIGUSR1);
    control(task, a, Resume.REPORT);
    host.run();
    expect(task.where).toBe('held');
    control(task, a, Resume.REPORT);
    host.run();
    expect(host.take('callback').slice(1)).toEqual([
      'A signal REPORT SIGUSR1 [RESUME]',
      'A signal REPORT SIGUSR1 [RESUME]',
    ]);
    expect(task.where).toBe('user');
  });

  it('“just resumed using REPORT or INTERRUPT”: after RESUME it is gone, and a later report has no signal', () => {
    let stops = 1;
    const a = on('A', () => ignore(stops-- > 0 ? Resume.STOP : Resume.RESUME), SIGNAL_EVENTS | Event.QUIESCE);
    host.signal(task, SIG.SIGUSR1);
    control(task, a, Resume.RESUME);
    host.run();
    control(task, a, Resume.INTERRUPT);
    host.run();
    expect(host.take('callback')).toEqual(['A signal TERM SIGUSR1 [RESUME]', 'A signal REPORT - [RESUME]']);
  });
});

describe('UTRACE_SIGNAL_HOLD', () => {
  it('the signal is pushed back and seen again after whatever action is taken now', () => {
    let first = true;
    on('A', () => {
      const verdict = first ? hold(ignore()) : ignore();
      first = false;
      return verdict;
    });
    host.signal(task, SIG.SIGUSR1);
    expect(host.take('callback', 'kernel').filter((line) => !line.startsWith('events'))).toContain(
      'requeue 10 SIGUSR1',
    );
    expect([task.where, task.pending.length, first]).toEqual(['user', 0, false]);
  });

  it('… after a stop: pushed back when the stop is over, then reported again', () => {
    let first = true;
    const a = on('A', () => {
      const verdict = first ? hold(ignore(Resume.STOP)) : ignore();
      first = false;
      return verdict;
    });
    host.signal(task, SIG.SIGUSR1);
    expect([task.where, task.pending.length]).toEqual(['held', 0]);
    control(task, a, Resume.RESUME);
    host.run();
    expect(host.take('callback')).toEqual(['A signal TERM SIGUSR1 [RESUME]', 'A signal TERM SIGUSR1 [RESUME]']);
    expect(task.where).toBe('user');
  });

  it('… while another signal is acted on: an engine slips one in before the original', () => {
    host.dispositions.set(SIG.SIGUSR2, 'handler').set(SIG.SIGUSR1, 'handler');
    let first = true;
    on('A', () => {
      if (!first) return;
      first = false;
      return hold(disposition(TSTP));
    });
    host.signal(task, SIG.SIGUSR1);
    expect([task.where, task.pending.map((p) => p.info.signo)]).toEqual(['job stop', [SIG.SIGUSR1]]);
    host.cont(task);
    expect(host.take('task')).toContain('10 handles SIGUSR1');
  });

  it('might be in the next engine’s action argument, which decides', () => {
    let seen = 0;
    on('A', () => hold(ignore()));
    on('B', (action) => {
      seen = action & SIGNAL_HOLD;
      return ignore();
    });
    host.signal(task, SIG.SIGUSR1);
    expect([seen, task.pending.length, task.where]).toEqual([SIGNAL_HOLD, 0, 'user']);
  });

  it('without a signal there is nothing to push back', () => {
    const a = on('A', () => hold(ignore()), Event.QUIESCE);
    control(task, a, Resume.INTERRUPT);
    host.run();
    expect([task.pending.length, task.where]).toEqual([0, 'user']);
  });
});

describe('SIGNAL_HANDLER', () => {
  const handler = (verdict: SignalVerdict): Engine => {
    host.dispositions.set(SIG.SIGUSR1, 'handler');
    return on(
      'A',
      (action) => ((action & 0xf0) === SignalDisposition.DELIVER ? verdict : undefined),
      SIGNAL_EVENTS | Event.QUIESCE,
    );
  };

  it('DELIVER|SINGLESTEP ensures a HANDLER report once the handler is set up, before its first instruction', () => {
    handler(deliver(Resume.SINGLESTEP));
    host.signal(task, SIG.SIGUSR1);
    expect(host.take('callback', 'task')).toEqual([
      'A signal DELIVER SIGUSR1 [RESUME]',
      '10 handles SIGUSR1',
      'A signal HANDLER - [RESUME]',
      '10 user',
    ]);
  });

  it('DELIVER|STOP: the stop happens after the handler was set up', () => {
    const a = handler(deliver(Resume.STOP));
    host.signal(task, SIG.SIGUSR1);
    expect(host.take('callback').at(-1)).toBe('A signal HANDLER - [RESUME]');
    expect([task.where, a.wantsStop]).toEqual(['held', true]);
  });

  it('it serves in lieu of a REPORT asked for by REPORT or INTERRUPT', () => {
    const a = handler(deliver());
    const asking = host.attach(task, 'B', SIGNAL_EVENTS, {
      reportSignal: (_x, _e, t) => void control(t, a, Resume.INTERRUPT),
    });
    host.signal(task, SIG.SIGUSR1);
    expect(host.take('callback').filter((line) => line.startsWith('A'))).toEqual([
      'A signal DELIVER SIGUSR1 [RESUME]',
      'A signal HANDLER - [RESUME]',
    ]);
    expect(asking.busy).toBe(0);
  });

  it('it is requested implicitly by stepping into the delivery', () => {
    const a = handler(deliver(Resume.RESUME));
    const b = host.attach(task, 'B', Event.SYSCALL_EXIT, { reportSyscallExit: () => Resume.SINGLESTEP });
    host.syscall(task);
    expect(task.step).toBe(1);
    host.signal(task, SIG.SIGUSR1);
    expect(host.take('callback').at(-1)).toBe('A signal HANDLER - [RESUME]');
    expect([a.busy, b.busy]).toEqual([0, 0]);
  });

  it('utrace_resume: while INTERRUPT is owed it makes no report and leaves that to the signal check', () => {
    const a = handler(deliver());
    control(task, a, Resume.INTERRUPT);
    host.core.signalHandler(task, false);
    expect(host.core.resume(task)).toBe(0);
    expect(host.take('callback')).toEqual([]);
    host.run();
    expect(host.take('callback')).toEqual(['A signal HANDLER - [RESUME]']);
  });

  it('plain DELIVER brings no report, and a later INTERRUPT is not mistaken for one', () => {
    const a = handler(deliver());
    host.signal(task, SIG.SIGUSR1);
    expect(host.take('callback')).toEqual(['A signal DELIVER SIGUSR1 [RESUME]']);
    control(task, a, Resume.INTERRUPT);
    host.run();
    expect(host.take('callback')).toEqual(['A signal REPORT - [RESUME]']);
  });
});
