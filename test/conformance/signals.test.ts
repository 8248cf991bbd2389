/** What engines may do with signals: every disposition, changed and made-up signals, reports without a signal. */

import { describe, expect, test } from 'vitest';
import {
  deliver,
  disposition,
  hold,
  ignore,
  Resume,
  SIG,
  SignalDisposition,
  type SignalVerdict,
  signalOf,
  type Tracer,
} from '../../src/session/index.ts';
import {
  attachTo,
  Log,
  run,
  runNative,
  sleep,
  start,
  stateOf,
  target,
  until,
  watchLeaks,
  within,
} from '../support/live.ts';

watchLeaks();

const USR1 = SIG.SIGUSR1;
/** Decides the first report of a signal; later ones are left alone. */
function decides(signo: number, verdict: () => SignalVerdict): Tracer {
  let done = false;
  return {
    signal: (_task, { info }) => {
      if (done || info?.signo !== signo) return undefined;
      done = true;
      return verdict();
    },
  };
}

describe('dispositions', () => {
  test('UTRACE_SIGNAL_IGN: a signal that would end the program is dropped', async () => {
    const { output } = await run('puppet', ['raise 15', 'say alive'], [{ signal: () => ignore() }]);
    expect(output).toBe('alive\n');
  });

  test('UTRACE_SIGNAL_DELIVER: what the sigaction says, also after an earlier engine said IGN', async () => {
    const tracers: Tracer[] = [{ signal: () => ignore() }, { signal: () => deliver() }];
    const { output } = await run('puppet', ['catch 10', 'raise 10'], tracers);
    expect(output).toBe('caught 10 signo 10 code -6 errno 0 value 0 sender self\n');
  });

  test.each([
    ['default', 'default 10'],
    ['ignored', 'ignore 10'],
    ['handled', 'catch 10'],
  ])('UTRACE_SIGNAL_TERM: the process dies of the signal (%s by the program)', async (_how, setup) => {
    const { output, ended } = await run(
      'puppet',
      [setup, 'raise 10', 'say alive'],
      [decides(USR1, () => disposition(SignalDisposition.TERM))],
    );
    expect(output).toBe('');
    expect(ended?.signal).toBe(USR1);
  });

  test.each([
    ['default', 'default 3'],
    ['ignored', 'ignore 3'],
    ['handled', 'catch 3'],
  ])('UTRACE_SIGNAL_CORE: the process dies of the signal, with core (%s by the program)', async (_how, setup) => {
    const { output, ended } = await run(
      'puppet',
      [setup, 'raise 3', 'say alive'],
      [decides(SIG.SIGQUIT, () => disposition(SignalDisposition.CORE))],
    );
    expect(output).toBe('');
    expect(ended?.signal).toBe(SIG.SIGQUIT);
  });

  test.each([
    'TERM',
    'STOP',
  ] as const)('UTRACE_SIGNAL_%s: a 32-bit program that handles the signal (TERM: a system call of its own resets the handler)', async (what) => {
    expect((await runNative('handler-32')).output).toBe('caught\nalive\n');
    const traced = await start('handler-32', [], [decides(USR1, () => disposition(SignalDisposition[what]))]);
    if (what === 'STOP') {
      await until('stopped', () => traced.session.runtime.host.tasks.get(traced.pid)?.run === 2);
      traced.signal('SIGCONT');
    }
    const ended = await traced.end();
    expect(traced.output).toBe(what === 'TERM' ? '' : 'alive\n');
    expect(ended).toMatchObject(what === 'TERM' ? { signal: USR1 } : { code: 7 });
  });

  test('UTRACE_SIGNAL_TERM for a signal that never terminates: SIGTERM stands for it', async () => {
    const { ended } = await run(
      'puppet',
      ['catch 15', 'raise 28', 'say alive'],
      [decides(SIG.SIGWINCH, () => disposition(SignalDisposition.TERM))],
    );
    expect(ended?.signal).toBe(SIG.SIGTERM);
  });

  test.each([
    ['STOP', SignalDisposition.STOP],
    ['TSTP', SignalDisposition.TSTP],
  ] as const)('UTRACE_SIGNAL_%s: the process stops instead of taking the signal; SIGCONT goes on', async (_name, what) => {
    // A session whose leader is its parent: not an orphaned process group (R36).
    const child = await target('puppet', ['catch 10', '-']);
    await attachTo(child.pid, { tracers: [decides(USR1, () => disposition(what))] });
    child.signal('SIGUSR1');
    await until('stopped', () => child.statuses.length === 1 && stateOf(child.pid) === 't');
    expect(child.statuses).toEqual([what === SignalDisposition.STOP ? '0x137f' : '0x147f']);
    child.signal('SIGCONT');
    await until('continued', () => child.statuses.length === 2);
    child.write('exit 0\n');
    await child.end();
    expect(child.output).not.toContain('caught');
  });

  test('TSTP in an orphaned process group does nothing (R36), STOP stops always', async () => {
    const traced = await start(
      'puppet',
      ['catch 10', 'raise 10', 'say on'],
      [decides(USR1, () => disposition(SignalDisposition.TSTP))],
      { newSession: true },
    );
    await traced.end();
    expect(traced.output).toBe('on\n');
  });
});

describe('the signal itself', () => {
  test('info->si_signo may be changed: another signal is delivered', async () => {
    const { output } = await run(
      'puppet',
      ['catch 12', 'raise 10'],
      [
        {
          signal: (_task, signal) => {
            if (signal.info?.signo !== USR1) return;
            signal.info = { ...signal.info, signo: SIG.SIGUSR2 };
            signal.action = { disposition: 'handler' };
            return deliver();
          },
        },
      ],
    );
    expect(output).toBe('caught 12 signo 12 code -6 errno 0 value 0 sender self\n');
  });

  test('the siginfo may be changed: a SA_SIGINFO handler sees it', async () => {
    const { output } = await run(
      'puppet',
      ['catch 10', 'queue 10 5'],
      [
        {
          signal: (_task, signal) => {
            if (signal.info) signal.info = { ...signal.info, value: 1234n, errno: 7 };
            return deliver();
          },
        },
      ],
    );
    expect(output).toBe('caught 10 signo 10 code -1 errno 7 value 1234 sender self\n');
  });

  test('engines share it: the next sees what the one before left', async () => {
    const log = new Log();
    await run(
      'puppet',
      ['catch 10', 'queue 10 5'],
      [
        {
          signal: (_task, signal) => {
            if (signal.info) signal.info = { ...signal.info, value: 6n };
          },
        },
        { signal: (_task, signal, action) => log.add(`${signal.info?.value} ${signalOf(action)}`) },
      ],
    );
    expect(log.lines).toEqual([`6 ${SignalDisposition.DELIVER}`]);
  });

  test('HOLD: pushed back on the queue, it is seen again, with its siginfo', async () => {
    const log = new Log();
    let held = 0;
    const { output } = await run(
      'puppet',
      ['catch 34', 'queue 34 77', 'say on'],
      [
        {
          signal: (_task, { info }) => {
            log.add(`${info?.signo} code ${info?.code} value ${info?.value}`);
            return held++ < 3 ? hold(ignore()) : deliver();
          },
        },
      ],
    );
    expect(log.lines).toEqual(Array.from({ length: 4 }, () => '34 code -1 value 77'));
    expect(output).toBe('caught 34 signo 34 code -1 errno 0 value 77 sender self\non\n');
  });

  test('HOLD with TERM of another: no signal is lost while an engine makes up its mind with STOP', async () => {
    const log = new Log();
    const traced = await start('puppet', ['catch 10', 'raise 10', 'say on']);
    let stop = true;
    const attachment = traced.session.use({
      signal: (_task, { info }, action) => {
        log.add(`${info?.signo} ${signalOf(action)}`);
        if (!stop) return undefined;
        stop = false;
        return hold(ignore(Resume.STOP));
      },
    });
    await log.has('10 0');
    await until('stopped', () => 'value' in attachment.examine(traced.task, () => 1));
    expect(attachment.control(traced.task, Resume.RESUME)).toBe('ok');
    await traced.end();
    expect(traced.output).toBe('caught 10 signo 10 code -6 errno 0 value 0 sender self\non\n');
    expect(log.lines).toEqual(['10 0', '10 0']);
  });

  test('the original signal is left in info over STOP|IGN, and found again when resumed with INTERRUPT', async () => {
    const log = new Log();
    const traced = await start('puppet', ['catch 10', 'raise 10', 'say on']);
    const attachment = traced.session.use({
      quiesce: () => undefined,
      signal: (_task, signal, action) => {
        const report = signalOf(action) === SignalDisposition.REPORT;
        log.add(`${report ? 'report' : 'signal'} ${signal.info?.signo}`);
        if (!report) return ignore(Resume.STOP);
        signal.action = { disposition: 'handler' };
        return deliver();
      },
    });
    await log.has('signal 10');
    await until('stopped', () => 'value' in attachment.examine(traced.task, () => 1));
    attachment.control(traced.task, Resume.INTERRUPT);
    await traced.end();
    expect(log.lines).toEqual(['signal 10', 'report 10']);
    expect(traced.output).toBe('caught 10 signo 10 code -6 errno 0 value 0 sender self\non\n');
  });

  test('R30: suppressed and delivered signals under a flood: exactly those', async () => {
    let n = 0;
    const { output } = await run(
      'puppet',
      ['catch 34', ...Array.from({ length: 40 }, (_, i) => `queue 34 ${i}`)],
      [{ signal: () => (n++ % 2 === 0 ? ignore() : deliver()) }],
    );
    const values = [...output.matchAll(/value (\d+)/g)].map((match) => Number(match[1]));
    expect(values).toEqual(Array.from({ length: 20 }, (_, i) => 2 * i + 1));
  });
});

describe('reports without a signal', () => {
  test('UTRACE_REPORT from control: a task in user mode reports, with UTRACE_SIGNAL_REPORT and no signal', async () => {
    const child = await target('puppet', ['spin'], 'spinning');
    const log = new Log();
    const session = await attachTo(child.pid);
    const attachment = session.use({
      quiesce: () => undefined,
      signal: (_task, { info }, action) => log.add(`${signalOf(action)} ${info}`),
    });
    expect(attachment.control(session.tasks[0]!, Resume.REPORT)).toBe('ok');
    await log.has(`${SignalDisposition.REPORT} null`);
    expect(stateOf(child.pid)).toBe('R');
  });

  test('UTRACE_REPORT does not interrupt a system call; the report comes when it is over', async () => {
    const child = await target('puppet', ['say ready', 'sleep 400']);
    await until('asleep', () => stateOf(child.pid) === 'S');
    const log = new Log();
    const session = await attachTo(child.pid);
    const attachment = session.use({ quiesce: (_task, event) => log.add(`quiesce ${event}`) });
    attachment.control(session.tasks[0]!, Resume.REPORT);
    await sleep(100);
    expect(log.lines).toEqual([]);
    expect(child.output).not.toContain('sleep');
    await child.end();
    expect(child.words).toBe('ready\nsleep = 0\n');
    expect(log.lines.length).toBeGreaterThan(0);
  });

  test('UTRACE_INTERRUPT interrupts a sleep as SIGSTOP would: it reports at once, and the sleep goes on', async () => {
    const began = performance.now();
    const child = await target('puppet', ['say ready', 'sleep 500']);
    await until('asleep', () => stateOf(child.pid) === 'S');
    const log = new Log();
    const session = await attachTo(child.pid);
    const attachment = session.use({
      quiesce: () => undefined,
      signal: (_task, _signal, action) => log.add(`${signalOf(action)}`),
    });
    attachment.control(session.tasks[0]!, Resume.INTERRUPT);
    await log.has(`${SignalDisposition.REPORT}`);
    expect(child.output).not.toContain('sleep');
    await child.end();
    expect(child.words).toBe('ready\nsleep = 0\n');
    expect(performance.now() - began).toBeGreaterThan(450);
  });

  test('UTRACE_INTERRUPT: calls that SIGSTOP makes fail with EINTR do so here, as without us', async () => {
    for (const command of ['epoll 300', 'poll 300', 'futex 300']) {
      const oracle = await target('puppet', ['say ready', command]);
      await until('asleep', () => stateOf(oracle.pid) === 'S');
      oracle.signal('SIGSTOP');
      await until('T', () => stateOf(oracle.pid) === 'T');
      oracle.signal('SIGCONT');
      await oracle.end();

      const child = await target('puppet', ['say ready', command]);
      await until('asleep', () => stateOf(child.pid) === 'S');
      const session = await attachTo(child.pid);
      const attachment = session.use({ quiesce: () => undefined, signal: () => undefined });
      attachment.control(session.tasks[0]!, Resume.INTERRUPT);
      await child.end();
      expect(child.words).toBe(oracle.words);
    }
  });

  test('a callback may deliver an artificial signal from a REPORT', async () => {
    const child = await target('puppet', ['catch 10', '-']);
    const session = await attachTo(child.pid);
    let given = false;
    const attachment = session.use({
      quiesce: () => undefined,
      signal: (_task, signal, action) => {
        if (signalOf(action) !== SignalDisposition.REPORT || given) return undefined;
        given = true;
        signal.info = { signo: USR1, errno: 0, code: -1, pid: 0, uid: 0, value: 99n };
        signal.action = { disposition: 'handler' };
        return deliver();
      },
    });
    attachment.control(session.tasks[0]!, Resume.INTERRUPT);
    await child.says('caught 10 signo 10 code -1 errno 0 value 99 sender nobody');
    child.write('exit 0\n');
    await child.end();
  });

  test('a callback may end the process from a REPORT', async () => {
    const child = await target('puppet', ['catch 15', 'spin'], 'spinning');
    const session = await attachTo(child.pid);
    const attachment = session.use({ quiesce: () => undefined, signal: () => disposition(SignalDisposition.TERM) });
    attachment.control(session.tasks[0]!, Resume.INTERRUPT);
    expect(await within('the end', session.exited)).toMatchObject({ signal: SIG.SIGTERM });
  });

  test('UTRACE_SIGNAL_HANDLER: the report after a handler’s frame is set up, before its first instruction', async () => {
    const log = new Log();
    const at: bigint[] = []; // rsp at DELIVER; rsp and rdi at HANDLER
    const { output } = await run(
      'puppet',
      ['catch 10', 'raise 10', 'say on'],
      [
        {
          quiesce: () => undefined,
          signal: (task, { info }, action) => {
            log.add(`${signalOf(action)} ${info?.signo ?? 'none'}`);
            if (signalOf(action) === SignalDisposition.DELIVER) {
              at.push(task.registers.get('rsp'));
              return deliver(Resume.SINGLESTEP);
            }
            if (signalOf(action) === SignalDisposition.HANDLER)
              at.push(task.registers.get('rsp'), task.registers.get('rdi'));
            return info?.signo === SIG.SIGTRAP ? ignore() : undefined;
          },
        },
      ],
    );
    expect(log.lines.slice(0, 2)).toEqual([`${SignalDisposition.DELIVER} 10`, `${SignalDisposition.HANDLER} none`]);
    expect(at[1]! < at[0]!).toBe(true); // the frame
    expect(at[2]).toBe(10n); // the handler's first argument
    expect(output).toBe((await runNative('puppet', ['catch 10', 'raise 10', 'say on'])).output);
  });
});
