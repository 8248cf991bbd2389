/** Sentences of the specification that no other file is about, each shown on a live process. See docs/specification.md. */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  Attach,
  abort,
  attachPid,
  attachTask,
  control,
  Engine,
  type EngineOps,
  Event,
  getRuntime,
  hold,
  ignore,
  run as proceed,
  Resume,
  SIG,
  SIGNAL_HOLD,
  SignalDisposition,
  setEvents,
  signalOf,
  statusLine,
  type Task,
  type Tracer,
} from '../../src/session/index.ts';
import {
  attachTo,
  Log,
  run,
  sleep,
  sleepsIn,
  start,
  stateOf,
  target,
  threadsOf,
  until,
  watchLeaks,
} from '../support/live.ts';
import { program } from '../support/paths.ts';

watchLeaks();

const PAUSE = 34;
/** Keeps the task stopped from its next report on. */
const stops: Tracer = { quiesce: (_task, event) => (event === 0 ? Resume.STOP : undefined) };

describe('attaching, by the calls of the core', () => {
  test('an engine that was only attached does nothing: not one stop', async () => {
    const child = await target('puppet', ['-']);
    await attachTo(child.pid, { follow: false });
    const { host, core } = getRuntime();
    const task = host.tasks.get(child.pid)!;
    await until('reading', () => sleepsIn(child.pid, 0));
    const engine = attachTask(core, task, Attach.CREATE, { name: 'idle' }, null) as Engine;
    const { switches } = task;
    child.write('getppid 1000\nraise 28\n');
    await until('done', () => child.output.split('done').length === 3);
    // SIGWINCH has its delivery-stop whatever we want (R30); nothing else stops.
    expect(task.switches - switches).toBeLessThanOrEqual(1);
    expect(control(task, engine, Resume.DETACH)).toBe('ok');
  });

  test('look-up, EXCLUSIVE, MATCH_OPS and MATCH_DATA, and the refusals', async () => {
    const child = await target('puppet', ['spin'], 'spinning');
    await attachTo(child.pid);
    const { host, core } = getRuntime();
    const task = host.tasks.get(child.pid)!;
    const [ops, other]: EngineOps<string>[] = [{ name: 'ours' }, { name: 'other' }];
    const engine = attachTask(core, task, Attach.CREATE, ops!, 'a');
    expect(engine).toBeInstanceOf(Engine);
    expect(attachPid(core, task.tid, Attach.MATCH_OPS, ops!, 'a')).toBe(engine);
    expect(attachPid(core, task.tid, Attach.MATCH_OPS | Attach.MATCH_DATA, ops!, 'b')).toBe('ENOENT');
    expect(attachPid(core, task.tid, Attach.MATCH_OPS, other!, 'a')).toBe('ENOENT');
    const exclusive = Attach.CREATE | Attach.EXCLUSIVE | Attach.MATCH_OPS;
    expect(attachTask(core, task, exclusive, ops!, 'a')).toBe('EEXIST');
    expect(attachTask(core, task, Attach.CREATE, null, 'a')).toBe('EINVAL');
    expect(attachPid(core, 4_000_000 as never, Attach.CREATE, ops!, 'a')).toBe('ESRCH');
    child.signal('SIGKILL');
    await child.end();
    await until('gone', () => !host.tasks.has(child.pid));
    // The handle stays valid for as long as it is held, and says gone.
    expect(control(task, engine as Engine, Resume.RESUME)).toBe('gone');
    expect(attachPid(core, task.tid, Attach.CREATE, ops!, 'a')).toBe('ESRCH');
    expect(attachTask(core, task, Attach.CREATE, ops!, 'a')).toBe('ESRCH');
  });

  test('the newborn is its parent’s clone callbacks’: attaching from outside says EAGAIN until they are over', async () => {
    const traced = await start('puppet', ['clone 0x11 3']);
    const { core } = getRuntime();
    const answers: unknown[] = [];
    traced.session.use({
      clone: async (_task, child) => {
        const attached = attachTask(core, child, Attach.CREATE, { name: 'creator' }, null);
        answers.push(attached instanceof Engine);
        await sleep(5);
        answers.push(attachTask(core, child, Attach.CREATE, { name: 'late' }, null));
      },
    });
    await traced.end();
    expect(answers).toEqual([true, 'EAGAIN']);
  });

  test('a clone callback that holds the parent holds the child too', async () => {
    for (let i = 0; i < 10; i++) {
      const log = new Log();
      const traced = await start('puppet', ['clone 0x11 3']);
      traced.session.use({
        clone: async (_task, child) => {
          await until('the child is there', () => stateOf(child.tid) === 't'); // a busy machine takes its time
          await sleep(10);
          log.add(`settled ${stateOf(child.tid)}`);
        },
        syscallEntry: (task) => {
          if ((task.tid as number) !== traced.pid) log.add('child runs');
        },
      });
      await traced.end();
      expect(log.lines[0]).toBe('settled t');
      expect(log.lines).toContain('child runs');
    }
  });

  test('SIGKILL of the parent meanwhile: the child goes on, and its engines see it to its end', async () => {
    for (let i = 0; i < 10; i++) {
      const log = new Log();
      const traced = await start('puppet', ['clone 0x11 3']);
      traced.session.use({
        clone: async (task) => {
          log.add('clone');
          await sleep(10);
          process.kill(task.tgid, 'SIGKILL');
          await new Promise(() => {});
        },
        exit: (task) => log.add(`exit ${(task.tid as number) === traced.pid ? 'parent' : 'child'}`),
        reap: (task) => log.add(`reap ${(task.tid as number) === traced.pid ? 'parent' : 'child'}`),
      });
      await traced.end();
      expect(log.lines.toSorted()).toEqual(['clone', 'exit child', 'exit parent', 'reap child', 'reap parent']);
    }
  });
});

describe('stop', () => {
  test.each([
    ['exits', ['exit 3', 'say no'], 231, { code: 3 }],
    ['execs', ['exec /bin/true', 'say no'], 59, { code: 0 }],
  ] as const)('an engine can keep a thread from beginning to exit or exec: it %s', async (_what, args, nr, status) => {
    const log = new Log();
    const traced = await start('puppet', args);
    const attachment = traced.session.use({
      calls: [nr === 59 ? 'execve' : 'exit_group'],
      syscallEntry: ({ syscall }) => {
        if (syscall.nr !== nr || log.lines.length > 0) return undefined;
        log.add('stopped');
        return proceed(Resume.STOP);
      },
      exec: () => log.add('exec'),
      exit: () => log.add('exit'),
    });
    await log.has('stopped');
    await sleep(30);
    expect(log.lines).toEqual(['stopped']);
    expect(stateOf(traced.pid)).toBe('t');
    attachment.control(traced.task, Resume.RESUME);
    expect(await traced.end()).toMatchObject(status);
    expect(traced.output).toBe('');
  });

  test('… or to die by another signal than SIGKILL', async () => {
    const log = new Log();
    const traced = await start('puppet', ['raise 15', 'say no']);
    const attachment = traced.session.use({
      signal: (_task, { info }) => {
        if (log.count('stopped') > 0) return undefined;
        log.add(info?.signo === SIG.SIGTERM ? 'stopped' : 'what?');
        return hold(ignore(Resume.STOP));
      },
      exit: () => log.add('exit'),
    });
    await log.has('stopped');
    await sleep(30);
    expect([stateOf(traced.pid), log.lines]).toEqual(['t', ['stopped']]);
    attachment.control(traced.task, Resume.RESUME);
    expect((await traced.end())?.signal).toBe(SIG.SIGTERM);
  });

  const pausing: Tracer = { calls: ['pause'], syscallEntry: () => proceed(Resume.STOP) };
  test('a fatal signal of another thread breaks it', async () => {
    const { ended } = await run('threads', ['kill'], [pausing]);
    expect(ended?.signal).toBe(SIG.SIGSEGV);
  });

  test('an exec of another thread breaks it', async () => {
    const { ended, output } = await run('threads', ['exec', program('state')], [pausing]);
    expect(ended?.code).toBe(0);
    expect(output).toContain('fds');
  });

  test('an exit_group of another thread breaks it, also in report_exit of a thread that exits alone', async () => {
    const log = new Log();
    const { ended } = await run(
      'threads',
      ['leader-first'],
      [
        {
          exit: (task) => {
            const leader = (task.tid as number) === task.tgid;
            log.add(leader ? 'leader' : 'thread');
            return leader ? Resume.STOP : undefined;
          },
        },
      ],
    );
    expect(log.lines).toEqual(['leader', 'thread']);
    expect(ended?.code).toBe(5);
  });

  test('STOP in report_exec: the new program does not run', async () => {
    const log = new Log();
    const traced = await start('puppet', [`exec ${program('puppet')} say`]);
    const attachment = traced.session.use({
      exec: () => {
        log.add('exec');
        return Resume.STOP;
      },
      syscallEntry: ({ syscall }) => log.add(`${syscall.nr}`),
    });
    await log.has('exec');
    const before = log.lines.length;
    await sleep(30);
    expect(stateOf(traced.pid)).toBe('t');
    expect(log.lines.length).toBe(before);
    attachment.control(traced.task, Resume.RESUME);
    await traced.end();
    expect(log.lines.length).toBeGreaterThan(before);
  });

  test('a callback that answers otherwise clears the engine’s stop', async () => {
    const log = new Log();
    const traced = await start('puppet', ['getppid', 'say on']);
    traced.session.use({
      calls: ['getppid'],
      quiesce: (_task, event) => (event === Event.SYSCALL_ENTRY ? Resume.STOP : undefined),
      syscallEntry: () => {
        log.add('entry');
        return proceed();
      },
    });
    await traced.end();
    expect(log.lines).toEqual(['entry']);
    expect(traced.output).toBe('on\n');
  });
});

describe('the last reports', () => {
  test('report_reap waits for an async report_death', async () => {
    const log = new Log();
    await run(
      'puppet',
      ['exit 0'],
      [
        {
          death: async () => {
            log.add('death');
            await sleep(40);
            log.add('settled');
          },
          reap: () => log.add('reap'),
        },
      ],
    );
    await log.has('reap');
    expect(log.lines).toEqual(['death', 'settled', 'reap']);
  });

  test('too late: setting DEATH or QUIESCE on the dead, clearing REAP as it is reaped', async () => {
    const traced = await start('puppet', ['exit 0']);
    const answers: string[] = [];
    const b = traced.session.use({ quiesce: () => undefined, death: () => undefined, reap: () => undefined });
    b.setEvents(traced.task, Event.REAP);
    traced.session.use({
      death: (task) => {
        answers.push(b.setEvents(task, Event.REAP | Event.DEATH), b.setEvents(task, Event.REAP | Event.QUIESCE));
      },
      reap: (task) => {
        answers.push(b.setEvents(task, 0));
      },
    });
    await traced.end();
    expect(answers).toEqual(['already', 'already', 'gone']);
  });
});

describe('control and set events of a stopped task', () => {
  async function stoppedBy(
    ...tracers: Tracer[]
  ): Promise<[Task, ReturnType<Awaited<ReturnType<typeof attachTo>>['use']>[], () => Promise<void>]> {
    const child = await target('puppet', ['spin'], 'spinning');
    const session = await attachTo(child.pid);
    const attachments = tracers.map((tracer) => session.use(tracer));
    const task = session.task(child.pid)!;
    for (const attachment of attachments) attachment.control(task, Resume.STOP);
    await until('stopped', () => attachments.every((attachment) => 'value' in attachment.examine(task, () => 1)));
    return [task, attachments, () => until('runs', () => stateOf(child.pid) === 'R')];
  }
  /** Stops at its first report only, and logs each. */
  const once = (log: Log): Tracer => ({
    quiesce: (_task, event) => {
      if (event !== 0) return undefined;
      log.add('quiesce');
      return log.lines.length === 1 ? Resume.STOP : Resume.RESUME;
    },
    exec: () => undefined,
  });

  test('REPORT: a callback before it resumes; none while another keeps it stopped', async () => {
    const [log, other] = [new Log(), new Log()];
    const [task, [a, b], runs] = await stoppedBy(once(log), once(other));
    expect(a!.control(task, Resume.REPORT)).toBe('ok');
    await sleep(20);
    expect(log.lines).toEqual(['quiesce']);
    expect(b!.control(task, Resume.RESUME)).toBe('ok');
    await log.has('quiesce');
    await runs();
    expect(log.lines).toEqual(['quiesce', 'quiesce']);
  });

  test('RESUME of a task that is not stopped: no effect', async () => {
    const log = new Log();
    const [task, [a], runs] = await stoppedBy(once(log));
    a!.control(task, Resume.RESUME);
    await runs();
    expect(a!.control(task, Resume.RESUME)).toBe('ok');
    await sleep(10);
    expect(log.lines).toEqual(['quiesce']);
  });

  test('setEvents: ok; the stop stays; with QUIESCE a report comes when it resumes, without it none', async () => {
    for (const mask of [Event.QUIESCE, Event.EXEC]) {
      const log = new Log();
      const [task, [a], runs] = await stoppedBy(once(log));
      expect(a!.setEvents(task, mask)).toBe('ok');
      expect(a!.examine(task, () => 1)).toEqual({ value: 1 });
      expect(log.lines).toEqual(['quiesce']);
      a!.control(task, Resume.RESUME);
      await runs();
      expect(log.lines).toHaveLength(mask === Event.QUIESCE ? 2 : 1);
    }
  });

  test('SINGLESTEP and BLOCKSTEP of a stopped task', async () => {
    for (const step of [Resume.SINGLESTEP, Resume.BLOCKSTEP] as const) {
      const ips: bigint[] = [];
      let stopNow = true;
      const [task, [a], runs] = await stoppedBy({
        quiesce: ({ registers }, event) => {
          if (event !== 0 || !stopNow) return undefined;
          ips.push(registers.get('rip'));
          return Resume.STOP;
        },
        signal: ({ registers }, { info }) => {
          if (info?.signo !== SIG.SIGTRAP) return undefined;
          ips.push(registers.get('rip'));
          return ignore(Resume.STOP);
        },
      });
      const n = ips.length;
      stopNow = false;
      for (let i = 1; i <= 3; i++) {
        expect(a!.control(task, step)).toBe('ok');
        await until('a step', () => ips.length === n + i && 'value' in a!.examine(task, () => 1));
      }
      // The loop has a few instructions: each step is at another of them.
      expect(new Set(ips.slice(n)).size).toBeGreaterThan(1);
      a!.control(task, Resume.RESUME);
      await runs();
      await sleep(5);
      expect(ips).toHaveLength(n + 3);
    }
  });

  test('examine: invalid when the engine lets it go meanwhile', async () => {
    const [task, [a], runs] = await stoppedBy(stops);
    const result = a!.examine(task, () => a!.control(task, Resume.RESUME));
    expect(result).toHaveProperty('answer');
    await runs();
  });

  test('the line that the seed adds to /proc/PID/status', async () => {
    const log = new Log();
    const [task, [a], runs] = await stoppedBy(once(log));
    expect(statusLine(task)).toMatch(/^Utrace: [0-9a-f]+ \(stopped\)$/);
    a!.control(task, Resume.RESUME);
    await runs();
    expect(statusLine(task)).toMatch(/^Utrace: [0-9a-f]+$/);
  });
});

test('setEvents while a callback is under way: in progress; the new mask is in force', async () => {
  const log = new Log();
  const traced = await start('puppet', ['getppid 2', 'say on']);
  let release = (): void => {};
  const attachment = traced.session.use({
    calls: ['getppid'],
    syscallEntry: async () => {
      log.add('entry');
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    },
    syscallExit: () => log.add('exit'),
  });
  await log.has('entry');
  expect(attachment.setEvents(traced.task, 0)).toBe('in progress');
  const barrier = attachment.barrier(traced.task).then((answer) => log.add(`barrier ${answer}`));
  release();
  await barrier;
  await traced.end();
  expect(log.lines).toEqual(['entry', 'barrier ok']);
});

test('UTRACE_INTERRUPT of a task about to enter a call: the call is interrupted', async () => {
  const log = new Log();
  const traced = await start('puppet', ['epoll 5000']);
  const attachment = traced.session.use({
    calls: ['epoll_wait'],
    quiesce: () => undefined,
    syscallEntry: () => {
      log.add('entry');
      return proceed(Resume.STOP);
    },
  });
  await log.has('entry');
  expect(attachment.control(traced.task, Resume.INTERRUPT)).toBe('ok');
  await traced.end();
  expect(traced.output).toBe('epoll = -1 EINTR\n');
});

describe('actions', () => {
  /** Answers the exit of getppid, and logs what its callbacks are told. */
  const answers = (
    log: Log,
    name: string,
    answer: typeof Resume.REPORT | typeof Resume.INTERRUPT | undefined,
  ): Tracer => ({
    calls: ['getppid'],
    quiesce: (_task, event) => {
      if (event === 0) log.add(`${name} quiesce 0`);
    },
    syscallExit: (_task, action) => {
      log.add(`${name} exit ${action}`);
      return answer;
    },
    signal: (_task, { info, original }, action) => {
      if (info === null) log.add(`${name} signal ${signalOf(action)} ${original}`);
    },
  });

  test('`action` begins as RESUME and shows what the engines before chose', async () => {
    const log = new Log();
    const traced = await start('puppet', ['getppid']);
    traced.session.use(answers(log, 'a', Resume.REPORT));
    traced.session.use(answers(log, 'b', undefined));
    traced.session.use(answers(log, 'c', Resume.INTERRUPT));
    traced.session.use(answers(log, 'd', Resume.REPORT));
    await traced.end();
    expect(log.lines.slice(0, 4)).toEqual([
      `a exit ${Resume.RESUME}`,
      `b exit ${Resume.REPORT}`,
      `c exit ${Resume.REPORT}`,
      `d exit ${Resume.INTERRUPT}`,
    ]);
  });

  test('REPORT and INTERRUPT from a callback: one more report, the last before user mode', async () => {
    for (const answer of [Resume.REPORT, Resume.INTERRUPT] as const) {
      const log = new Log();
      const traced = await start('puppet', ['getppid']);
      traced.session.use(answers(log, 'a', answer));
      await traced.end();
      const last = answer === Resume.REPORT ? 'a quiesce 0' : `a signal ${SignalDisposition.REPORT} null`;
      expect(log.lines).toEqual([`a exit ${Resume.RESUME}`, last]);
    }
  });

  test('with more callbacks to come the last round decides: a step chosen before it, or in it', async () => {
    for (const last of [Resume.RESUME, Resume.SINGLESTEP] as const) {
      let traps = 0;
      const traced = await start('puppet', ['getppid', 'say on']);
      traced.session.use({
        calls: ['getppid'],
        syscallExit: () => Resume.SINGLESTEP,
        quiesce: (_task, event) => (event === 0 ? last : undefined),
        signal: (_task, { info }) => {
          if (info?.signo !== SIG.SIGTRAP) return undefined;
          traps++;
          return ignore();
        },
      });
      traced.session.use({ calls: ['getppid'], syscallExit: () => Resume.REPORT, quiesce: () => undefined });
      await traced.end();
      expect(traced.output).toBe('on\n');
      expect(traps).toBe(last === Resume.RESUME ? 0 : 1);
    }
  });

  test('the last engine’s disposition counts, each sees the one before, and HOLD is in it', async () => {
    const log = new Log();
    let first = true;
    const traced = await start('puppet', ['catch 10', 'raise 10', 'say on']);
    traced.session.use({
      signal: () => {
        if (!first) return undefined;
        first = false;
        return hold(ignore());
      },
    });
    traced.session.use({
      signal: (_task, _signal, action) => log.add(`${signalOf(action)} ${(action & SIGNAL_HOLD) !== 0}`),
    });
    await traced.end();
    expect(log.lines).toEqual([`${SignalDisposition.IGN} true`, `${SignalDisposition.DELIVER} false`]);
    expect(traced.output).toContain('caught 10');
  });

  test('an aborted call in one engine, a step in none: the call’s exit is still reported', async () => {
    const log = new Log();
    await run(
      'puppet',
      ['getppid'],
      [{ calls: ['getppid'], syscallEntry: () => abort() }, answers(log, 'b', undefined)],
    );
    expect(log.lines).toEqual([`b exit ${Resume.RESUME}`]);
  });
});

describe('a newborn whose parent is SIGKILLed before its clone event is read', () => {
  const wait = new Int32Array(new SharedArrayBuffer(4));
  /** The event loop stands still, and so the tracer too, until it is so. */
  function standStill(what: string, condition: () => boolean): void {
    for (let i = 0; !condition(); i++) {
      if (i > 3000) throw new Error(`waited in vain: ${what}`);
      Atomics.wait(wait, 0, 0, 1);
    }
  }
  const ends = (log: Log, pid: () => number): Tracer => {
    const who = (task: Task): string => ((task.tid as number) === pid() ? 'first' : 'newborn');
    return {
      clone: () => log.add('clone'),
      exit: (task, { code }) => log.add(`exit ${who(task)} 0x${code.toString(16)}`),
      death: (task) => log.add(`death ${who(task)}`),
      reap: (task) => log.add(`reap ${who(task)}`),
    };
  };

  test('a process: it is followed all the same', async () => {
    const log = new Log();
    const traced = await start('puppet', ['-'], [ends(log, () => traced.pid)]);
    await traced.says('ready');
    await until('reading', () => sleepsIn(traced.pid, 0));
    const children = (): string => readFileSync(`/proc/${traced.pid}/task/${traced.pid}/children`, 'latin1');
    traced.write('clone 0x11 3\n');
    standStill('both in their stops', () => {
      const child = Number(children().trim());
      return child > 0 && stateOf(child) === 't' && stateOf(traced.pid) === 't';
    });
    traced.signal('SIGKILL'); // breaks the clone event's stop, which nobody has waited for
    expect((await traced.end())?.signal).toBe(9);
    expect(log.lines.toSorted()).toEqual(
      ['exit first 0x9', 'death first', 'reap first', 'exit newborn 0x300', 'death newborn', 'reap newborn'].toSorted(),
    );
  });

  test('a thread: it dies with its group, and the group is not kept from dying', async () => {
    const log = new Log();
    const traced = await start('threads', ['burst', '1'], [ends(log, () => traced.pid)]);
    await traced.says('waiting');
    await until('reading', () => sleepsIn(traced.pid, 0));
    traced.write('\n');
    standStill('both in their stops', () => {
      const tids = threadsOf(traced.pid);
      return tids.length === 2 && tids.every((tid) => stateOf(tid) === 't');
    });
    traced.signal('SIGKILL');
    expect((await traced.end())?.signal).toBe(9);
    expect(log.lines.filter((line) => line.includes('first'))).toEqual(['exit first 0x9', 'death first', 'reap first']);
    expect(log.lines).not.toContain('clone');
  });
});

describe('signal reports', () => {
  test('QUIESCE alone brings them, and SIGKILL is never among them', async () => {
    const log = new Log();
    const child = await target('puppet', ['catch 10', '-']);
    await attachTo(child.pid);
    const { host, core } = getRuntime();
    const task = host.tasks.get(child.pid)!;
    const ops: EngineOps<null> = {
      reportQuiesce: () => undefined,
      reportSignal: (_action, _engine, _task, { info }) => log.add(`${info?.signo}`),
    };
    const engine = attachTask(core, task, Attach.CREATE, ops, null) as Engine;
    setEvents(task, engine, Event.QUIESCE);
    child.signal('SIGUSR1');
    await log.has('10');
    child.signal('SIGKILL');
    await child.end();
    expect(log.lines).toEqual(['10']);
  });

  test.each([
    ['REPORT', Resume.REPORT],
    ['INTERRUPT', Resume.INTERRUPT],
  ] as const)('HANDLER takes the place of a report that %s asked for before a handler was set up', async (_name, action) => {
    const log = new Log();
    const traced = await start('puppet', ['catch 10', 'raise 10', 'say on']);
    const attachment = traced.session.use({
      quiesce: (_task, event) => {
        if (event === 0) log.add('quiesce 0');
      },
      signal: (task, { info, original }, verdict) => {
        const deliver = signalOf(verdict) === SignalDisposition.DELIVER;
        log.add(deliver ? `deliver ${info?.signo}` : `${signalOf(verdict)} ${original} ${task.registers.get('rdi')}`);
        if (deliver) attachment.control(task, action);
      },
    });
    await traced.end();
    expect(traced.output).toContain('caught 10');
    // The handler's first argument is in place: its frame is set up.
    expect(log.lines).toEqual(['deliver 10', `${SignalDisposition.HANDLER} null 10`]);
  });
});

test('task_current_syscall of a task that nobody stopped', async () => {
  const child = await target('puppet', ['say ready', 'pause']);
  const session = await attachTo(child.pid);
  await until('asleep', () => sleepsIn(child.pid, PAUSE));
  expect(session.tasks[0]!.currentSyscall()).toMatchObject({ state: 'blocked', nr: PAUSE });
  expect(stateOf(child.pid)).toBe('S');
});
