/** Attaching, letting go, being refused, and what our own death leaves behind. */

import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { PTRACE } from '../../src/abi/ptrace.ts';
import { attach, getRuntime, HostError, Resume, spawn, type Tracer } from '../../src/session/index.ts';
import {
  attachTo,
  callOf,
  Log,
  Native,
  sleep,
  stateOf,
  status,
  Target,
  target,
  threadsOf,
  until,
  watchLeaks,
  within,
} from '../support/live.ts';
import { program, root, sessionBundle } from '../support/paths.ts';

watchLeaks();

const everything: Tracer = { syscallEntry: () => undefined, syscallExit: () => undefined, signal: () => undefined };
const tracerProcess = (...args: string[]): Native =>
  new Native(process.execPath, [`${root}/test/support/tracer-process.mjs`, sessionBundle, ...args]);

async function refusal(pid: number): Promise<HostError> {
  try {
    const session = await attach(pid);
    await session.close();
  } catch (error) {
    if (error instanceof HostError) return error;
    throw error;
  }
  throw new Error(`attached to ${pid}`);
}

describe('attach', () => {
  test('every thread of a process of 300', async () => {
    const child = await target('threads', ['many', '300']);
    const session = await attachTo(child.pid);
    expect(session.tasks.map((task) => task.tid as number).sort()).toEqual(threadsOf(child.pid).sort());
    for (const tid of threadsOf(child.pid)) expect(status(tid, 'TracerPid')).toBe(String(process.pid));
  });

  test('the exec of a thread whose leader had ended before', async () => {
    const child = await target('lateexec', ['/bin/true']);
    expect(stateOf(child.pid)).toBe('Z');
    const log = new Log();
    const session = await attachTo(child.pid, { tracers: [{ exec: (task) => log.add(`exec ${task.tid}`) }] });
    child.write('x');
    await log.has(`exec ${child.pid}`);
    await within('the end', session.finished);
    await child.end();
    expect(child.statuses).toEqual(['0x0']);
  });

  test('300 threads that sleep come under syscall trace at once, and go on sleeping in their call', async () => {
    const child = await target('threads', ['many', '300']);
    const tids = threadsOf(child.pid);
    await until('all asleep', () => tids.every((tid) => stateOf(tid) === 'S'));
    const before = tids.map(callOf);
    const log = new Log();
    await attachTo(child.pid, { tracers: [{ syscallEntry: (task) => log.add(`entry ${task.syscall.nr}`) }] });
    const { host } = getRuntime();
    await until('each in its call, traced', () =>
      tids.every((tid) => host.tasks.get(tid)!.resumedWith === PTRACE.SYSCALL && host.tasks.get(tid)!.entered),
    );
    await until('asleep again', () => tids.every((tid) => stateOf(tid) === 'S'));
    expect(tids.map(callOf)).toEqual(before);
    expect(log.lines).toEqual([]);
  });

  test('threads being born meanwhile: each is traced or was never there', async () => {
    const child = await target('threads', ['born', '8']);
    for (let i = 0; i < 15; i++) {
      const session = await attach(child.pid, { tracers: [everything] });
      await sleep(2);
      const tids = threadsOf(child.pid);
      await until('all ours', () =>
        tids.every(
          (tid) => ['', String(process.pid)].includes(status(tid, 'TracerPid')) || !existsSync(`/proc/${tid}`),
        ),
      );
      await within('detach', session.detach());
    }
    expect(['R', 'S']).toContain(stateOf(child.pid));
  });

  test('a thread found late, born of one attached early, comes by its clone', async () => {
    const child = await target('threads', ['burst', '100'], 'waiting');
    const log = new Log();
    const session = await attachTo(child.pid, { tracers: [{ clone: () => log.add('clone') }] });
    child.write('\n');
    await child.says('ready');
    await until('all there', () => session.tasks.length === 101);
    expect(log.count('clone')).toBe(100);
  });

  test('a tree: the process and its descendants', async () => {
    const child = await target('tree', ['2', '3'], '');
    await until('thirteen nodes', () => (child.output.match(/node/g) ?? []).length === 13);
    const session = await attachTo(child.pid, { tree: true });
    const nodes = [...child.output.matchAll(/node (\d+)/g)].map((match) => Number(match[1]));
    expect(session.tasks.map((task) => task.tid as number).sort()).toEqual(nodes.sort());
    for (const pid of nodes) process.kill(pid, 'SIGKILL');
    await within('finished', session.finished);
  });

  test('follow: false: children of an attached process go free', async () => {
    const child = await target('puppet', ['-']);
    const session = await attachTo(child.pid, { follow: false, tracers: [{ ...everything, follow: false }] });
    child.write('fork 3\n');
    await child.says('reaped status 0x300');
    expect(session.tasks).toHaveLength(1);
  });

  test('twice: two sessions on one process, each lets go by itself', async () => {
    const child = await target('puppet', ['-']);
    const [a, b] = [new Log(), new Log()];
    const getppids = (log: Log): Tracer => ({ calls: ['getppid'], syscallEntry: () => log.add('getppid') });
    const one = await attach(child.pid, { tracers: [getppids(a)] });
    const two = await attach(child.pid, { tracers: [getppids(b)] });
    child.write('getppid 2\n');
    await until('both', () => a.lines.length === 2 && b.lines.length === 2);
    await child.says('done');
    await within('detach', one.detach());
    child.write('getppid 3\nsay more\n');
    await child.says('more');
    expect([a.lines.length, b.lines.length]).toEqual([2, 5]);
    await within('detach', two.detach());
    expect(status(child.pid, 'TracerPid')).toBe('0');
  });

  test('again and again: attach, detach, twenty times, while it works', async () => {
    const child = await target('puppet', ['say ready', 'naps 200', 'say end']);
    for (let i = 0; i < 20; i++) {
      const session = await attach(child.pid, { tracers: [everything] });
      await sleep(i % 4);
      await within('detach', session.detach());
    }
    await child.end();
    expect(child.words).toBe('ready\nend\n');
  });

  test('to a zombie’s leader whose threads live', async () => {
    const child = await target('threads', ['leader-first'], '');
    await sleep(10);
    const session = await attachTo(child.pid, { tracers: [everything] }).catch((error: unknown) => error);
    if (session instanceof Error) expect((session as HostError).code).toMatch(/EPERM|ESRCH/);
    await child.end();
    expect(child.statuses.at(-1)).toBe('0x500');
  });

  test('what is sleeping is seen from the end of its call on: no call is missed', async () => {
    const child = await target('puppet', ['say ready', 'sleep 200', 'getppid 3', 'exit 0']);
    await until('asleep', () => stateOf(child.pid) === 'S');
    const log = new Log();
    await attachTo(child.pid, {
      tracers: [
        {
          syscallEntry: ({ syscall }) => log.add(`${syscall.nr}`),
          syscallExit: ({ syscall }) => log.add(`${syscall.nr} =`),
        },
      ],
    });
    await child.end();
    expect(log.lines.slice(0, 9)).toEqual(['230 =', '1', '1 =', '110', '110 =', '110', '110 =', '110', '110 =']);
    expect(child.words).toBe('ready\nsleep = 0\n');
  });
});

/** Why nobody else can be asked to attach; empty: somebody can. */
const noOtherUser =
  process.geteuid?.() !== 0
    ? 'only root can become another user'
    : spawnSync(process.execPath, ['-e', '0'], { uid: 65534, gid: 65534, cwd: '/' }).status !== 0
      ? 'another user cannot run this Node'
      : '';
if (noOtherUser !== '') console.log(`skipped: another user’s process: ${noOtherUser}`);

describe('refusals are typed errors that say what to do', () => {
  test('no such process: ESRCH', async () => {
    const error = await refusal(4_000_000);
    expect(error.code).toBe('ESRCH');
    expect(error.hint).toBe('there is no such process');
  });

  test('not a process id: RangeError', async () => {
    await expect(attach(0)).rejects.toThrow(RangeError);
    await expect(attach(-5)).rejects.toThrow(RangeError);
  });

  test('R15: already traced: EPERM, by whom', async () => {
    const child = await target('puppet', ['spin'], 'spinning');
    const holder = new Native('holder', [String(child.pid)]);
    await holder.says('holding');
    const error = await refusal(child.pid);
    expect(error.code).toBe('EPERM');
    expect(error.message).toContain(`already traced by ${holder.pid} (holder)`);
    expect(error.hint).toContain('one tracer');
    expect(error.tid).toBe(child.pid);
  });

  test('a kernel thread: EPERM', async () => {
    const error = await refusal(2);
    expect(error.code).toBe('EPERM');
    expect(error.message).toContain('kernel thread');
  });

  test('ourselves, a thread of ours, a child of ours by child_process', async () => {
    expect((await refusal(process.pid)).message).toContain('cannot trace itself');
    expect((await refusal(threadsOf(process.pid).at(-1)!)).message).toContain('cannot trace itself');
    const mine = new Native('puppet', ['-']);
    await mine.says('ready');
    const error = await refusal(mine.pid);
    expect(error.code).toBe('UTRACE_OWN_CHILD');
    expect(error.hint).toContain('spawn');
  });

  test.skipIf(noOtherUser !== '')('another user’s process: EPERM, whose', async () => {
    // What that user needs, where it can read it.
    const dir = mkdtempSync(join(tmpdir(), 'utrace-other-'));
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
    chmodSync(dir, 0o755);
    for (const file of [sessionBundle, `${root}/test/support/tracer-process.mjs`, `${root}/build/utrace.node`]) {
      copyFileSync(file, join(dir, basename(file)));
      chmodSync(join(dir, basename(file)), 0o755);
    }
    const child = await target('puppet', ['spin'], 'spinning');
    const other = new Native(
      process.execPath,
      [join(dir, 'tracer-process.mjs'), join(dir, basename(sessionBundle)), 'try', String(child.pid)],
      { uid: 65534, gid: 65534, cwd: dir, env: { UTRACE_NATIVE: join(dir, 'utrace.node') } },
    );
    await other.end();
    expect(other.output).toContain('HostError EPERM');
    expect(other.output).toContain(`cannot attach to ${child.pid}: it belongs to user 0`);
    expect(status(child.pid, 'TracerPid')).toBe('0');
  });

  test('a refused attach leaves nothing attached', async () => {
    const child = await target('threads', ['many', '3']);
    const one = threadsOf(child.pid)[2]!;
    const holder = new Native('holder', [String(one)]);
    await holder.says('holding');
    expect((await refusal(child.pid)).code).toBe('EPERM');
    await until('let go', () => threadsOf(child.pid).every((tid) => tid === one || status(tid, 'TracerPid') === '0'));
    expect(getRuntime().host.tasks.size).toBe(0);
  });
});

describe('letting go', () => {
  test('a process we spawned runs on after detach, and its zombie is collected', async () => {
    const session = await spawn(program('puppet'), ['sleep 100', 'exit 4'], {
      stdio: ['ignore', 'ignore', 2],
      seccomp: false,
    });
    await within('detach', session.detach());
    expect(status(session.pid, 'TracerPid')).toBe('0');
    expect(stateOf(session.pid)).toMatch(/[RS]/);
    await until('gone', () => !existsSync(`/proc/${session.pid}`));
  });

  test('and may be attached to again', async () => {
    const session = await spawn(program('puppet'), ['spin'], { stdio: ['ignore', 'ignore', 2], seccomp: false });
    await within('detach', session.detach());
    const again = await attachTo(session.pid);
    process.kill(session.pid, 'SIGKILL');
    expect((await within('end', again.exited))?.signal).toBe(9);
  });

  test('close kills what was spawned, also what forks meanwhile, and lets go what was attached', async () => {
    const session = await spawn('/bin/sh', ['-c', 'while :; do /bin/true & done'], {
      stdio: ['ignore', 'ignore', 2],
      seccomp: false,
    });
    await sleep(60);
    await within('close', session.close());
    const child = await target('puppet', ['spin'], 'spinning');
    const attached = await attach(child.pid);
    await attached.close();
    expect(stateOf(child.pid)).toBe('R');
  });

  test('detach of stopped tasks lets them run', async () => {
    const child = await target('threads', ['many', '4']);
    const session = await attachTo(child.pid);
    const attachment = session.use({ quiesce: (_task, event) => (event === 0 ? Resume.STOP : undefined) });
    for (const task of session.tasks) attachment.control(task, Resume.INTERRUPT);
    await until('stopped', () => session.tasks.every((task) => 'value' in attachment.examine(task, () => 1)));
    await within('detach', session.detach());
    for (const tid of threadsOf(child.pid)) await until('asleep again', () => stateOf(tid) === 'S');
  });
});

describe('our own death (SIGKILL)', () => {
  const jobs: readonly (readonly [string, readonly string[], string])[] = [
    ['spinning', ['spin'], 'spinning'],
    ['making calls', ['say ready', 'naps'], 'ready'],
  ];
  test.each(jobs)('an attached process that is %s runs on', async (_what, args, ready) => {
    for (let i = 0; i < 3; i++) {
      const child = await target('puppet', args, ready);
      const tracer = tracerProcess('attach', String(child.pid));
      await tracer.says('attached');
      await sleep(i * 7);
      await tracer.kill();
      await until('free', () => status(child.pid, 'TracerPid') === '0');
      await sleep(20);
      expect(stateOf(child.pid)).toMatch(/[RS]/);
      expect(child.statuses).toEqual([]);
      await child.kill();
    }
  });

  test('a process in a group stop stays stopped (R51), and continues', async () => {
    const child = await target('puppet', ['say ready', 'naps']);
    const tracer = tracerProcess('attach', String(child.pid));
    await tracer.says('attached');
    child.signal('SIGSTOP');
    await until('stopped', () => child.statuses.length === 1);
    await tracer.kill();
    await until('T', () => stateOf(child.pid) === 'T' && status(child.pid, 'TracerPid') === '0');
    child.signal('SIGCONT');
    await until('told', () => child.statuses.length === 2);
    expect(child.statuses).toEqual(['0x137f', '0xffff']);
    expect(stateOf(child.pid)).toMatch(/[RS]/); // it naps
  });

  test('a process that we hold stopped runs on', async () => {
    const child = await target('puppet', ['say ready', 'naps']);
    const tracer = tracerProcess('hold', String(child.pid));
    await tracer.says('attached');
    expect(stateOf(child.pid)).toBe('t');
    await tracer.kill();
    await until('runs', () => stateOf(child.pid) === 'S' && status(child.pid, 'TracerPid') === '0');
  });

  test('a tree with our seccomp filter dies with us: no call ever fails with ENOSYS', async () => {
    const tracer = tracerProcess('spawn', program('puppet'), 'say up', 'getppid 100000000');
    await tracer.says('spawned');
    const pid = Number(/spawned (\d+)/.exec(tracer.output)![1]);
    await sleep(50);
    await tracer.kill();
    await until('dead', () => stateOf(pid) === '' || stateOf(pid) === 'Z');
  });
});

test('a target is what it seems: launch says statuses of the real parent', async () => {
  const child = new Target('puppet', ['exit 3']);
  await child.end();
  expect(child.statuses).toEqual(['0x300']);
});
