/** control, examine, barrier, async handlers: what an engine may ask of a task from outside its callbacks, and learn. */

import { describe, expect, test } from 'vitest';
import type { Attachment } from '../../src/session/index.ts';
import {
  deliver,
  Event,
  run as proceed,
  Resume,
  type Session,
  SIG,
  type Task,
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
  type Target,
  target,
  threadsOf,
  until,
  watchLeaks,
  within,
} from '../support/live.ts';

watchLeaks();

/** Keeps the task stopped from its next report on. */
const stops: Tracer = { quiesce: (_task, event) => (event === 0 ? Resume.STOP : undefined) };

const examinable = (attachment: Attachment, task: Task): boolean => 'value' in attachment.examine(task, () => 1);

async function stopped(
  child: Target,
  action: typeof Resume.STOP | typeof Resume.INTERRUPT = Resume.STOP,
): Promise<[Session, Attachment, Task]> {
  const session = await attachTo(child.pid);
  const attachment = session.use(stops);
  const task = session.task(child.pid)!;
  expect(attachment.control(task, action)).toBe(action === Resume.STOP ? 'in progress' : 'ok');
  await until('stopped', () => examinable(attachment, task));
  return [session, attachment, task];
}

describe('UTRACE_STOP', () => {
  test('of a running task: in progress, then a callback, which answers STOP', async () => {
    const child = await target('puppet', ['spin'], 'spinning');
    const [, attachment, task] = await stopped(child);
    expect(stateOf(child.pid)).toBe('t');
    expect(attachment.control(task, Resume.STOP)).toBe('ok');
    expect(attachment.control(task, Resume.RESUME)).toBe('ok');
    await until('runs', () => stateOf(child.pid) === 'R');
  });

  test('of a sleeping task: does not interrupt system calls in progress', async () => {
    const child = await target('puppet', ['say ready', 'sleep 300', 'say after']);
    await until('asleep', () => stateOf(child.pid) === 'S');
    const session = await attachTo(child.pid);
    const attachment = session.use(stops);
    const task = session.tasks[0]!;
    expect(attachment.control(task, Resume.STOP)).toBe('in progress');
    await sleep(60);
    expect(stateOf(child.pid)).toBe('S');
    await until('stopped', () => examinable(attachment, task));
    expect(child.output).not.toContain('after');
    expect(attachment.control(task, Resume.RESUME)).toBe('ok');
    await child.end();
    expect(child.words).toBe('ready\nsleep = 0\nafter\n');
  });

  test('UTRACE_INTERRUPT and a callback that answers STOP: stopped out of a sleep, which is gone on with', async () => {
    const child = await target('puppet', ['say ready', 'sleep 300']);
    await until('asleep', () => stateOf(child.pid) === 'S');
    const [, attachment, task] = await stopped(child, Resume.INTERRUPT);
    expect(child.output).not.toContain('sleep');
    attachment.control(task, Resume.RESUME);
    await child.end();
    expect(child.words).toBe('ready\nsleep = 0\n');
  });

  test('of a task in a job control stop: ok at once; SIGCONT does not wake it until it is resumed', async () => {
    const child = await target('puppet', ['say ready', 'naps']);
    child.signal('SIGSTOP');
    await until('T, and the parent told', () => stateOf(child.pid) === 'T' && child.statuses.length === 1);
    const session = await attachTo(child.pid);
    const attachment = session.use(stops);
    const task = session.tasks[0]!;
    await until('taken over', () => stateOf(child.pid) === 't');
    await sleep(20);
    expect(attachment.control(task, Resume.STOP)).toBe('ok');
    expect(attachment.examine(task, ({ registers }) => registers.get('rip') > 0n)).toEqual({ value: true });
    child.signal('SIGCONT');
    await sleep(30);
    expect(stateOf(child.pid)).toBe('t');
    expect(attachment.control(task, Resume.RESUME)).toBe('ok');
    await until('runs', () => stateOf(child.pid) === 'S');
    await until('told', () => child.statuses.length === 2);
    expect(child.statuses).toEqual(['0x137f', '0xffff']);
  });

  test('resumed while the group is still stopped, it stays in its job control stop', async () => {
    const child = await target('puppet', ['say ready', 'naps']);
    child.signal('SIGSTOP');
    await until('T', () => stateOf(child.pid) === 'T');
    const session = await attachTo(child.pid);
    const attachment = session.use(stops);
    await until('taken over', () => stateOf(child.pid) === 't');
    await sleep(20);
    const task = session.tasks[0]!;
    expect(attachment.control(task, Resume.STOP)).toBe('ok');
    expect(attachment.control(task, Resume.RESUME)).toBe('ok');
    await sleep(30);
    expect(stateOf(child.pid)).toBe('t');
    await session.close();
    await until('T', () => stateOf(child.pid) === 'T');
    child.signal('SIGCONT');
    await until('runs', () => stateOf(child.pid) === 'S');
  });

  test('every thread of a process, each on its own', async () => {
    const child = await target('threads', ['many', '6']);
    const session = await attachTo(child.pid);
    const attachment = session.use(stops);
    for (const task of session.tasks) attachment.control(task, Resume.INTERRUPT);
    await until('all stopped', () => session.tasks.every((task) => examinable(attachment, task)));
    expect(session.tasks).toHaveLength(7);
    for (const task of session.tasks.slice(0, 3)) attachment.control(task, Resume.RESUME);
    expect(session.tasks.filter((task) => examinable(attachment, task))).toHaveLength(4);
  });
});

describe('the answers', () => {
  test('control of a detached engine: gone; a second detach: gone', async () => {
    const child = await target('puppet', ['spin'], 'spinning');
    const session = await attachTo(child.pid);
    const attachment = session.use({ quiesce: () => undefined });
    const task = session.tasks[0]!;
    expect(attachment.control(task, Resume.DETACH)).toBe('ok');
    expect(attachment.control(task, Resume.STOP)).toBe('gone');
    expect(attachment.control(task, Resume.DETACH)).toBe('gone');
    expect(attachment.setEvents(task, 0)).toBe('gone');
    expect(await attachment.barrier(task)).toBe('gone');
  });

  test('after a detach that said ok nothing comes at all, not death nor reap', async () => {
    const log = new Log();
    const traced = await start('puppet', ['getppid', 'exit 0']);
    const attachment = traced.session.use({
      quiesce: (task) => {
        log.add('quiesce');
        if (log.lines.length === 1) setImmediate(() => log.add(`detach ${attachment.control(task, Resume.DETACH)}`));
        return Resume.STOP;
      },
      death: () => log.add('death'),
      reap: () => log.add('reap'),
    });
    attachment.control(traced.task, Resume.INTERRUPT);
    await traced.end();
    expect(log.lines).toEqual(['quiesce', 'detach ok']);
  });

  test('control of a dead task: gone; detach once death may have begun: already or gone; set events likewise', async () => {
    const answers: string[] = [];
    const traced = await start('puppet', ['exit 0']);
    const attachment = traced.session.use({
      death: (task) => {
        answers.push(attachment.control(task, Resume.STOP), attachment.control(task, Resume.DETACH));
        answers.push(attachment.setEvents(task, 0));
      },
      reap: (task) => {
        answers.push(attachment.control(task, Resume.DETACH));
      },
    });
    await traced.end();
    expect(answers).toEqual(['gone', 'already', 'already', 'gone']);
  });

  test('a death callback that detaches: no reap follows', async () => {
    const log = new Log();
    await run(
      'puppet',
      ['exit 0'],
      [
        {
          death: () => {
            log.add('death');
            return Resume.DETACH;
          },
          reap: () => log.add('reap'),
        },
      ],
    );
    expect(log.lines).toEqual(['death']);
  });

  test('a step of a task that is not stopped: not stopped', async () => {
    const child = await target('puppet', ['spin'], 'spinning');
    const session = await attachTo(child.pid);
    const attachment = session.use({ quiesce: () => undefined });
    expect(attachment.control(session.tasks[0]!, Resume.SINGLESTEP)).toBe('not stopped');
  });

  test('set events for a callback that is not there: TypeError', async () => {
    const child = await target('puppet', ['spin'], 'spinning');
    const session = await attachTo(child.pid);
    const attachment = session.use({ quiesce: () => undefined });
    expect(() => attachment.setEvents(session.tasks[0]!, Event.EXEC)).toThrow(TypeError);
  });

  test('detach from its own callback: nothing follows', async () => {
    const log = new Log();
    await run(
      'puppet',
      ['getppid 5'],
      [
        {
          calls: ['getppid'],
          syscallExit: () => {
            log.add('exit');
            return Resume.DETACH;
          },
          death: () => log.add('death'),
        },
      ],
    );
    expect(log.lines).toEqual(['exit']);
  });
});

describe('examine', () => {
  test('of a stopped task: its state; of one that is not kept stopped: invalid', async () => {
    const child = await target('puppet', ['spin'], 'spinning');
    const session = await attachTo(child.pid);
    const attachment = session.use(stops);
    const task = session.tasks[0]!;
    expect(attachment.examine(task, () => 1)).toEqual({ answer: 'invalid' });
    attachment.control(task, Resume.STOP);
    expect(attachment.examine(task, () => 1)).toEqual({ answer: 'not stopped' });
    await until('stopped', () => examinable(attachment, task));
    const ip = attachment.examine(task, ({ registers }) => registers.get('rip'));
    expect(attachment.examine(task, ({ registers }) => registers.get('rip'))).toEqual(ip);
  });

  test('fails as soon as SIGKILL struck, before we were told', async () => {
    const child = await target('puppet', ['spin'], 'spinning');
    const [, attachment, task] = await stopped(child);
    child.signal('SIGKILL');
    // No turn of the event loop in between: the kernel knows, we do not.
    expect(attachment.examine(task, () => 1)).toHaveProperty('answer');
    await child.end();
    expect(attachment.examine(task, () => 1)).toEqual({ answer: 'gone' });
  });

  test('fails when SIGKILL strikes during it', async () => {
    const child = await target('puppet', ['spin'], 'spinning');
    const [, attachment, task] = await stopped(child);
    const result = attachment.examine(task, () => {
      child.signal('SIGKILL');
      return 'scrambled';
    });
    expect(result).toEqual({ answer: 'not stopped' });
    await child.end();
  });

  test('… also when the task stands at its exit by then (R49)', async () => {
    const child = await target('puppet', ['spin'], 'spinning');
    const [, attachment, task] = await stopped(child);
    const result = attachment.examine(task, () => {
      child.signal('SIGKILL');
      for (const end = Date.now() + 50; Date.now() < end; ); // it gets there without us
      return 'scrambled';
    });
    expect(result).toEqual({ answer: 'not stopped' });
    await child.end();
  });
});

describe('SIGKILL beats everything', () => {
  test('a stopped task dies at once', async () => {
    const child = await target('puppet', ['spin'], 'spinning');
    const log = new Log();
    const [session] = await stopped(child);
    session.use({ death: () => log.add('death'), reap: () => log.add('reap') });
    child.signal('SIGKILL');
    await child.end();
    expect(child.statuses).toEqual(['0x9']);
    await within('finished', session.finished);
    expect(log.lines).toEqual(['death', 'reap']);
  });

  test('a task stopped at system call entry dies without making the call', async () => {
    const log = new Log();
    const traced = await start(
      'puppet',
      ['call 33 1 77 0', 'say alive'],
      [
        {
          calls: ['dup2'],
          syscallEntry: () => {
            log.add('stopped');
            return proceed(Resume.STOP);
          },
          syscallExit: () => log.add('made'),
          exit: (_task, { code }) => {
            log.add(`exit ${code}`);
            return Resume.STOP; // cannot be: it is SIGKILL
          },
        },
      ],
    );
    await log.has('stopped');
    traced.signal('SIGKILL');
    expect((await traced.end())?.signal).toBe(9);
    expect(log.lines).toEqual(['stopped', 'exit 9']);
  });

  test('a stop in report_exit is broken by SIGKILL, or (R49, Linux ≥ 5.18: dropped in a dying process) by close', async () => {
    const log = new Log();
    const traced = await start(
      'puppet',
      ['exit 3'],
      [
        {
          exit: () => {
            log.add('exit');
            return Resume.STOP;
          },
        },
      ],
    );
    await log.has('exit');
    traced.signal('SIGKILL');
    await within('close', traced.session.close());
    expect(await traced.session.exited).not.toBeNull();
  });

  test('while an async handler is pending', async () => {
    const log = new Log();
    let release = (): void => {};
    const traced = await start(
      'puppet',
      ['getppid', 'say alive'],
      [
        {
          calls: ['getppid'],
          syscallEntry: async () => {
            log.add('asked');
            await new Promise<void>((resolve) => {
              release = resolve;
            });
            log.add('answered');
          },
          death: () => log.add('death'),
        },
      ],
    );
    await log.has('asked');
    traced.signal('SIGKILL');
    expect((await traced.end())?.signal).toBe(9);
    expect(log.lines).toEqual(['asked', 'death']);
    release();
    await sleep(5);
    expect(log.lines).toEqual(['asked', 'death', 'answered']);
  });

  test('every thread of a stopped group', async () => {
    const child = await target('threads', ['many', '8']);
    const session = await attachTo(child.pid);
    const attachment = session.use(stops);
    for (const task of session.tasks) attachment.control(task, Resume.INTERRUPT);
    await until('all stopped', () => session.tasks.every((task) => examinable(attachment, task)));
    child.signal('SIGKILL');
    await child.end();
    await within('finished', session.finished);
    expect(child.statuses).toEqual(['0x9']);
  });
});

describe('async handlers', () => {
  test('the task is held until the handler settles; its answer counts', async () => {
    const traced = await start(
      'puppet',
      ['call 110 0 0 0'],
      [
        {
          calls: ['getppid'],
          syscallExit: async (task) => {
            await sleep(60);
            expect(stateOf(task.tid)).toBe('t');
            task.syscall.setResult(77n);
          },
        },
      ],
    );
    await traced.end();
    expect(traced.output).toBe('call = 77\n');
  });

  test('engines after it are called after it has settled', async () => {
    const log = new Log();
    await run(
      'puppet',
      ['getppid'],
      [
        {
          calls: ['getppid'],
          syscallEntry: async () => {
            await sleep(20);
            log.add('a');
          },
        },
        { calls: ['getppid'], syscallEntry: () => log.add('b') },
      ],
    );
    expect(log.lines).toEqual(['a', 'b']);
  });

  test('detach meanwhile: in progress; barrier waits; then gone', async () => {
    const log = new Log();
    let release = (): void => {};
    const traced = await start('puppet', ['getppid 3', 'say on']);
    const attachment = traced.session.use({
      calls: ['getppid'],
      syscallEntry: async () => {
        log.add('asked');
        await new Promise<void>((resolve) => {
          release = resolve;
        });
      },
    });
    await log.has('asked');
    const { task } = traced;
    const barrier = attachment.barrier(task).then((answer) => log.add(`barrier ${answer}`));
    expect(attachment.control(task, Resume.DETACH)).toBe('in progress');
    expect(attachment.control(task, Resume.DETACH)).toBe('gone');
    await sleep(20);
    expect(log.lines).toEqual(['asked']);
    release();
    await barrier;
    await traced.end();
    expect(log.lines).toEqual(['asked', 'barrier gone']);
    expect(traced.output).toBe('on\n');
  });

  test('letting the session go while a handler runs: its answer is still in force, then the task is free', async () => {
    const log = new Log();
    const child = await target('puppet', ['catch 10', '-']);
    const session = await attachTo(child.pid, {
      tracers: [
        {
          signal: async (_task, signal) => {
            log.add('asked');
            await sleep(50);
            if (signal.info) signal.info = { ...signal.info, code: -1, value: 5n };
            return deliver();
          },
        },
      ],
    });
    child.signal('SIGUSR1');
    await log.has('asked');
    await within('detach', session.detach());
    expect(status(child.pid, 'TracerPid')).toBe('0');
    await child.says('caught 10 signo 10 code -1 errno 0 value 5');
  });

  test('many tasks held at once by one tracer', async () => {
    let most = 0;
    let now = 0;
    const { output } = await run(
      'threads',
      ['churn', '60'],
      [
        {
          calls: ['getppid'],
          syscallEntry: async () => {
            most = Math.max(most, ++now);
            await sleep(1);
            now--;
          },
        },
      ],
    );
    expect(output).toBe('churned\n');
    expect(most).toBeGreaterThan(1);
  });
});

test('report_exit: STOP keeps the task before it cleans up its state; it can be examined', async () => {
  const log = new Log();
  const traced = await start('puppet', ['exit 3'], []);
  const attachment = traced.session.use({
    exit: () => {
      log.add('exit');
      return Resume.STOP;
    },
  });
  await log.has('exit');
  const { task } = traced;
  await until('stopped', () => examinable(attachment, task));
  expect(attachment.examine(task, ({ memory, registers }) => memory.read(registers.get('rsp'), 8).length)).toEqual({
    value: 8,
  });
  expect(threadsOf(traced.pid)).toHaveLength(1);
  expect(attachment.control(task, Resume.RESUME)).toBe('ok');
  expect((await traced.end())?.code).toBe(3);
  expect(SIG.SIGKILL).toBe(9);
});
