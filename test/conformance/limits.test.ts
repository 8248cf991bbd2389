/** What cannot hold on a real Linux (the end of docs/specification.md): the limits are what it says they are. */

import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import {
  deliver,
  getRuntime,
  hold,
  ignore,
  run as proceed,
  Resume,
  SIG,
  SignalDisposition,
  signalOf,
  type Tracer,
} from '../../src/session/index.ts';
import {
  attachTo,
  Log,
  run,
  sleep,
  start,
  stateOf,
  status,
  target,
  threadsOf,
  until,
  watchLeaks,
  within,
} from '../support/live.ts';
import { program } from '../support/paths.ts';

watchLeaks();

describe('the exit code', () => {
  test('that an engine changed: later engines and the session show it, the real parent sees the true one', async () => {
    const log = new Log();
    const child = await target('puppet', ['-']);
    const session = await attachTo(child.pid, {
      tracers: [
        {
          exit: (_task, exit) => {
            exit.code = 0x500;
          },
        },
        { exit: (_task, exit) => log.add(`0x${exit.code.toString(16)} 0x${exit.original.toString(16)}`) },
      ],
    });
    child.write('exit 3\n');
    await child.end();
    expect(child.statuses).toEqual(['0x300']);
    expect(log.lines).toEqual(['0x500 0x300']);
    expect((await within('exited', session.exited))?.code).toBe(5);
  });

  test('of a program that the session spawned: the session shows the change too', async () => {
    const changes: Tracer = {
      exit: (_task, exit) => {
        exit.code = 0x900;
      },
    };
    const { ended } = await run('puppet', ['exit 3'], [changes]);
    expect(ended?.code).toBe(9);
  });

  test('where the exit is still a system call, its argument may be changed, for everybody', async () => {
    const child = await target('puppet', ['-']);
    const setCode: Tracer = { calls: ['exit_group'], syscallEntry: ({ syscall }) => void syscall.setArg(0, 5n) };
    await attachTo(child.pid, { tracers: [setCode] });
    child.write('exit 3\n');
    await child.end();
    expect(child.statuses).toEqual(['0x500']);
  });
});

test('TracerPid shows the supervisor, whatever tracerTask says', async () => {
  const child = await target('puppet', ['spin'], 'spinning');
  await attachTo(child.pid);
  expect(status(child.pid, 'TracerPid')).toBe(String(process.pid));
});

describe('SIGKILL and a stop in report_exit', () => {
  const stopsExit = (log: Log, which: (leader: boolean) => boolean): Tracer => ({
    exit: (task) => {
      if (!which((task.tid as number) === task.tgid)) return undefined;
      log.add('exit');
      return Resume.STOP;
    },
  });

  test('of a process that is exiting as a group: the signal is dropped (Linux ≥ 5.18); RESUME ends the stop', async () => {
    const log = new Log();
    const traced = await start('puppet', ['exit 3']);
    const attachment = traced.session.use(stopsExit(log, () => true));
    await log.has('exit');
    traced.signal('SIGKILL');
    const [major = 0, minor = 0] = execFileSync('uname', ['-r'], { encoding: 'latin1' }).split('.').map(Number);
    if (major > 5 || (major === 5 && minor >= 18)) {
      await sleep(50);
      expect(stateOf(traced.pid)).toBe('t');
      attachment.control(traced.task, Resume.RESUME);
      expect((await traced.end())?.code).toBe(3);
    } else {
      await traced.end();
    }
  });

  test('of a thread that exits alone: broken', async () => {
    const log = new Log();
    const staysOn: Tracer = { calls: ['exit_group'], syscallEntry: () => proceed(Resume.STOP) }; // the leader, for as long as that may take
    const traced = await start('threads', ['sibling-last'], [stopsExit(log, (leader) => !leader), staysOn]);
    await log.has('exit');
    traced.signal('SIGKILL');
    expect((await traced.end())?.signal).toBe(9);
  });
});

test('a stopped task that an engine holds is in state t, not T; let go it passes through R to T', async () => {
  const child = await target('threads', ['many', '1']);
  child.signal('SIGSTOP');
  await until('T', () => threadsOf(child.pid).every((tid) => stateOf(tid) === 'T'));
  const session = await attachTo(child.pid);
  const attachment = session.use({ quiesce: () => undefined });
  await until('t', () => threadsOf(child.pid).every((tid) => stateOf(tid) === 't'));
  await until('held', () => session.tasks.every((task) => attachment.control(task, Resume.STOP) === 'ok'));
  await session.close();
  await until('T', () => threadsOf(child.pid).every((tid) => stateOf(tid) === 'T'));
  await until('the parent told', () => child.statuses.length > 0);
  expect(child.statuses).toEqual(['0x137f']);
});

test('an artificial signal to a handler waits while the program blocks it', async () => {
  const child = await target('puppet', ['catch 10', 'block 10', '-']);
  const log = new Log();
  const session = await attachTo(child.pid);
  const attachment = session.use({
    quiesce: () => undefined,
    signal: (_task, signal, action) => {
      if (signalOf(action) !== SignalDisposition.REPORT || log.lines.length > 0) return undefined;
      log.add('given');
      signal.info = { signo: SIG.SIGUSR1, errno: 0, code: -1, pid: 0, uid: 0, value: 99n };
      signal.action = { disposition: 'handler' };
      return deliver();
    },
  });
  attachment.control(session.tasks[0]!, Resume.INTERRUPT);
  await log.has('given');
  child.write('say still\n');
  await child.says('still');
  expect(child.output).not.toContain('caught');
  child.write('unblock 10\n');
  await child.says('caught 10 signo 10 code -1 errno 0 value 99 sender nobody');
  child.write('exit 0\n');
  await child.end();
});

test('a standard signal that is held back merges with one of the same number that is pending by then', async () => {
  const { host } = getRuntime();
  const child = await target('puppet', ['catch 10', '-']);
  const log = new Log();
  const session = await attachTo(child.pid, {
    tracers: [
      {
        signal: async (task, { info }) => {
          log.add(`${info?.signo}`);
          if (log.lines.length > 1) return undefined;
          host.native.sendSignal(task.tgid, task.tid, SIG.SIGUSR1); // the same number, to the same thread
          return hold(ignore());
        },
      },
    ],
  });
  child.signal('SIGUSR1');
  await child.says('caught 10');
  await sleep(30);
  expect(log.lines).toEqual(['10', '10']); // three would be three signals
  // What waits for a signal that will never come does not keep the task from being let go.
  await within('detach', session.detach());
  expect(status(child.pid, 'TracerPid')).toBe('0');
  child.write('exit 0\n');
  await child.end();
});

test('letting go from the middle of a call that answers EINTR to anything makes it anew, time-out and all', async () => {
  const child = await target('puppet', ['say ready', 'epoll 400']);
  const began = performance.now();
  await until('asleep', () => stateOf(child.pid) === 'S');
  await sleep(250);
  const session = await attachTo(child.pid);
  await session.close();
  await child.end();
  expect(child.words).toBe('ready\nepoll = 0\n');
  expect(performance.now() - began).toBeGreaterThan(600);
});

test('BLOCKSTEP where the machine has no branch stepping is a step of one instruction', async () => {
  const steps = (how: readonly string[]): number =>
    execFileSync(program('stepper'), [...how, program('steps')], { encoding: 'latin1' }).split('\n').length;
  const hasBlocks = steps(['block']) < steps([]);
  let n = 0;
  let on = false;
  const tracer: Tracer = {
    calls: ['getpid'],
    syscallExit: () => {
      on = !on;
      return on ? Resume.BLOCKSTEP : undefined;
    },
    quiesce: () => (on ? Resume.BLOCKSTEP : undefined),
    signal: (_task, { info }) => {
      if (info?.signo !== SIG.SIGTRAP) return undefined;
      if (on) n++;
      return ignore(on ? Resume.BLOCKSTEP : Resume.RESUME);
    },
  };
  const { ended } = await run('steps', [], [tracer]);
  expect(ended?.code).toBe(0);
  expect(n).toBeGreaterThan(hasBlocks ? 2 : 10);
});
