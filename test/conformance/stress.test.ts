/**
 * Stress: threads and processes being born and dying while engines come and go, SIGKILL at any moment. Afterwards
 * nothing hangs, nothing leaks, nothing is left stopped. UTRACE_SEED=n repeats a run's choices.
 */

import { describe, expect, test } from 'vitest';
import { Prng } from '../../src/base/prng.ts';
import {
  attach,
  type HostError,
  ignore,
  Resume,
  type Session,
  SIG,
  spawn,
  type Tracer,
} from '../../src/session/index.ts';
import { Log, run, sleep, start, stateOf, target, threadsOf, until, watchLeaks, within } from '../support/live.ts';
import { program } from '../support/paths.ts';

watchLeaks();

const seed = Number(process.env.UTRACE_SEED ?? Date.now() % 1_000_000);
console.info(`stress: UTRACE_SEED=${seed}`);

const silent = { stdio: ['ignore', 'ignore', 2], seccomp: false } as const;

/** Balanced books: every task that was seen dies once and is reaped once, in this order. */
class Ledger {
  readonly born = new Map<number, number>();
  readonly dead = new Map<number, number>();
  readonly errors: string[] = [];
  readonly tracer: Tracer = {
    clone: (_task, child) => {
      this.born.set(child.tid, (this.born.get(child.tid) ?? 0) + 1);
    },
    death: (task) => {
      this.dead.set(task.tid, (this.dead.get(task.tid) ?? 0) + 1);
    },
    reap: (task) => {
      if (!this.dead.has(task.tid)) this.errors.push(`reap of ${task.tid} before its death`);
    },
  };

  check(): void {
    expect(this.errors).toEqual([]);
    for (const [tid, n] of this.born)
      if ((this.dead.get(tid) ?? 0) < n) this.errors.push(`${tid} was born and never died`);
    expect(this.errors).toEqual([]);
  }
}

describe('threads', () => {
  test('200 threads born and dying, three engines on each', async () => {
    const ledgers = [new Ledger(), new Ledger(), new Ledger()];
    const { output, ended } = await run(
      'threads',
      ['churn', '200'],
      ledgers.map(({ tracer }) => tracer),
    );
    expect([output, ended?.code]).toEqual(['churned\n', 0]);
    for (const ledger of ledgers) {
      expect(ledger.born.size).toBe(200);
      ledger.check();
    }
  });

  test('200 threads born and dying while engines attach and detach', async () => {
    const prng = new Prng(seed);
    const traced = await start('threads', ['churn', '400'], [{ syscallEntry: () => undefined }]);
    let over = false;
    void traced.session.finished.then(() => {
      over = true;
    });
    let rounds = 0;
    while (!over) {
      try {
        const attachment = traced.session.use({
          quiesce: () => (prng.chance(20) ? Resume.REPORT : undefined),
          syscallEntry: () => undefined,
          syscallExit: prng.chance(50) ? () => undefined : () => (prng.chance(5) ? Resume.DETACH : undefined),
          signal: () => undefined,
        });
        for (const task of traced.session.tasks) if (prng.chance(30)) attachment.control(task, Resume.INTERRUPT);
        await sleep(prng.below(4));
        await within('detach', attachment.detach());
      } catch (error) {
        if (!(error instanceof Error && error.message.includes('closed'))) throw error;
      }
      rounds++;
    }
    expect(rounds).toBeGreaterThan(0);
    expect(traced.output).toBe('churned\n');
  });

  test('a process of many threads, attached to and let go of thirty times while threads are born and die', async () => {
    const prng = new Prng(seed + 1);
    const child = await target('threads', ['born', '20']);
    for (let i = 0; i < 30; i++) {
      const session = await attach(child.pid, {
        tracers: [
          prng.chance(50) ? { syscallEntry: () => undefined } : { quiesce: () => undefined, signal: () => undefined },
        ],
      });
      await sleep(prng.below(6));
      await within('detach', session.detach());
    }
    await sleep(10);
    for (const tid of threadsOf(child.pid)) expect(stateOf(tid)).not.toMatch(/[tT]/);
    child.signal('SIGKILL');
    await child.end();
  });

  test('stop, step and go on, at random, threads that work', async () => {
    const prng = new Prng(seed + 2);
    const child = await target('threads', ['born', '6']);
    const session = await attach(child.pid);
    const attachment = session.use({
      quiesce: (_task, event) => (event === 0 && prng.chance(40) ? Resume.STOP : undefined),
      signal: (_task, { info }) => (info?.signo === SIG.SIGTRAP ? ignore() : undefined), // the steps' own
    });
    const actions = [
      Resume.STOP,
      Resume.INTERRUPT,
      Resume.REPORT,
      Resume.RESUME,
      Resume.SINGLESTEP,
      Resume.RESUME,
    ] as const;
    for (let i = 0; i < 300; i++) {
      for (const task of session.tasks) if (prng.chance(40)) attachment.control(task, prng.pick(actions));
      if (i % 5 === 0) await sleep(1);
    }
    for (const task of session.tasks) attachment.control(task, Resume.RESUME);
    child.signal('SIGKILL');
    await child.end();
    await within('finished', session.finished);
  });
});

describe('SIGKILL at random moments', () => {
  test('of a churning process under three engines, one of them async, 40 times', async () => {
    const prng = new Prng(seed + 3);
    for (let i = 0; i < 40; i++) {
      const ledger = new Ledger();
      const session = await spawn(program('threads'), ['churn', '4000'], {
        ...silent,
        tracers: [
          ledger.tracer,
          {
            syscallEntry: () => undefined,
            syscallExit: () => undefined,
            exit: () => (prng.chance(50) ? Resume.STOP : undefined),
          },
          {
            calls: ['getppid'],
            syscallEntry: () => (prng.chance(20) ? sleep(1) : undefined) as Promise<void> | undefined,
          },
        ],
      });
      await sleep(prng.below(30));
      process.kill(session.pid, 'SIGKILL');
      // What an engine stops in its exit it may hold (Linux ≥ 5.18 drops SIGKILL for a process that is exiting anyway).
      let closed = false;
      const go = setInterval(() => {
        closed = true;
        void session.close();
      }, 500);
      await within('the end', session.finished).finally(() => clearInterval(go));
      if (closed) continue; // detached by then: its books are open
      ledger.check();
    }
  });

  test('of a shell that forks without end, and of what it forked, 30 times', async () => {
    const prng = new Prng(seed + 4);
    for (let i = 0; i < 30; i++) {
      const session = await spawn('/bin/sh', ['-c', 'while :; do /bin/true & /bin/true; done'], {
        ...silent,
        seccomp: prng.chance(50),
        tracers: [{ calls: ['execve', 'wait4'], syscallEntry: () => undefined, signal: () => undefined }],
      });
      await sleep(prng.below(25));
      if (prng.chance(50)) process.kill(session.pid, 'SIGKILL');
      await sleep(prng.below(5));
      await within('close', session.close());
    }
  });

  test('of processes that are attached to, at the moment of attaching', async () => {
    const prng = new Prng(seed + 5);
    for (let i = 0; i < 25; i++) {
      const child = await target('threads', ['born', '5']);
      setTimeout(() => child.signal('SIGKILL'), prng.below(4));
      await sleep(prng.below(4));
      let session: Session | null = null;
      try {
        session = await attach(child.pid, { tracers: [{ syscallEntry: () => undefined }] });
      } catch (error) {
        expect((error as HostError).code).toMatch(/ESRCH|EPERM/);
      }
      await child.end();
      if (session !== null) await within('finished', session.finished);
    }
  });
});

test('exec from a thread that is not the leader, under three engines, 40 times', async () => {
  for (let i = 0; i < 40; i++) {
    const ledgers = [new Ledger(), new Ledger(), new Ledger()];
    const logs = ledgers.map(() => new Log());
    const session = await spawn(program('threads'), ['exec', '/bin/true'], {
      ...silent,
      tracers: ledgers.map(({ tracer }, k) => ({
        ...tracer,
        exec: (task, { oldTid }) =>
          logs[k]!.add(`${(task.tid as number) === task.tgid} ${(oldTid as number) === task.tid}`),
        syscallEntry: () => undefined,
      })),
    });
    await within('the end', session.finished);
    expect(await session.exited).toMatchObject({ code: 0 });
    for (const log of logs) expect(log.lines).toEqual(['true true', 'true false']);
  }
});

test('1 000 processes from a shell loop: each seen to be born, to exec, to exit, to die', async () => {
  const counts = { clone: 0, exec: 0, exit: 0, death: 0, reap: 0 };
  const session = await spawn('/bin/sh', ['-c', 'i=0; while [ $i -lt 1000 ]; do /bin/true; i=$((i+1)); done'], {
    ...silent,
    tracers: [
      {
        clone: () => void counts.clone++,
        exec: () => void counts.exec++,
        exit: () => void counts.exit++,
        death: () => void counts.death++,
        reap: () => void counts.reap++,
      },
      { calls: ['execve'], syscallEntry: () => undefined, syscallExit: () => undefined },
    ],
  });
  await within('the end', session.finished, 60_000);
  expect(counts).toEqual({ clone: 1000, exec: 1001, exit: 1001, death: 1001, reap: 1001 });
}, 90_000);

test('many sessions at once', async () => {
  const sessions = await Promise.all(
    Array.from({ length: 30 }, (_, i) =>
      spawn(program('puppet'), [`getppid ${200 + i}`, 'fork 0', `exit ${i}`], {
        ...silent,
        tracers: [{ calls: ['getppid'], syscallExit: () => undefined }],
      }),
    ),
  );
  const codes = await within('all', Promise.all(sessions.map((session) => session.exited)));
  expect(codes.map((status) => status?.code)).toEqual(Array.from({ length: 30 }, (_, i) => i));
  await Promise.all(sessions.map((session) => session.finished));
  await until('nothing runs', () => sessions.every((session) => session.tasks.length === 0));
});
