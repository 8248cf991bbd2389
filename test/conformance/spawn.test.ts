/** Spawning: the program gets what was asked for, and otherwise what Node's child_process would give it. */

import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { getRuntime, HostError, SIG, type SpawnOptions, spawn, type Tracer } from '../../src/session/index.ts';
import { Log, Native, run, start, until, watchLeaks, within } from '../support/live.ts';
import { program, root, sessionBundle } from '../support/paths.ts';

watchLeaks();

const state = program('state');
async function failure(file: string, options: SpawnOptions = {}, args: string[] = []): Promise<HostError> {
  try {
    const session = await spawn(file, args, { stdio: ['ignore', 'ignore', 2], ...options });
    await session.close();
  } catch (error) {
    if (error instanceof HostError) return error;
    throw error;
  }
  throw new Error(`${file} ran`);
}

function scratch(): string {
  const dir = mkdtempSync(join(tmpdir(), 'utrace-spawn-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

describe('what the program gets', () => {
  test('signal mask, dispositions, ids, process group, session, directory as by child_process', async () => {
    const node = spawnSync(state, ['a', 'b'], {
      encoding: 'latin1',
      env: { FRUIT: 'fig' },
      argv0: 'state',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const { output } = await run('state', ['a', 'b'], [], { env: { FRUIT: 'fig' } });
    expect(output).toBe(node.stdout);
    expect(output).toContain('SigBlk:\t0000000000000000');
  });

  test('cwd, env, argv0', async () => {
    const { output } = await run('state', [], [], { cwd: '/usr/lib', env: { FRUIT: 'kiwi' }, argv0: 'zero' });
    expect(output).toContain('cwd /usr/lib\nFRUIT kiwi argv0 zero argc 1');
  });

  test('uid and gid: all of them, without supplementary groups of ours', async () => {
    const { output } = await run('state', [], [], { uid: 65534, gid: 65534 });
    expect(output).toContain('uid 65534 65534 gid 65534 65534 groups 1');
  });

  test('a process group or a session of its own', async () => {
    expect((await run('state', [], [], { newProcessGroup: true })).output).toContain('pgid own sid inherited');
    expect((await run('state', [], [], { newSession: true })).output).toContain('pgid own sid own');
    expect((await run('state')).output).toContain('pgid inherited sid inherited');
  });

  test('stdio: files of ours, and nothing else of ours', async () => {
    const dir = scratch();
    const out = openSync(join(dir, 'out'), 'w');
    const err = openSync(join(dir, 'err'), 'w');
    const input = openSync(join(dir, 'in'), 'w+');
    const script = 'echo to out; echo to err >&2; exec ls /proc/self/fd >&2';
    const session = await spawn('/bin/sh', ['-c', script], {
      stdio: [input, out, err],
    });
    expect(await within('end', session.exited)).toEqual({ code: 0, signal: null, core: false });
    expect(readFileSync(join(dir, 'out'), 'latin1')).toBe('to out\n');
    expect(readFileSync(join(dir, 'err'), 'latin1')).toBe(
      spawnSync('/bin/sh', ['-c', script], { encoding: 'latin1' }).stderr,
    );
  });

  test('stdio crossed over: 1 and 2 exchanged', async () => {
    const session = await spawn('/bin/sh', ['-c', 'test /proc/self/fd/1 -ef /proc/self/fd/0'], {
      stdio: ['ignore', 'ignore', 'ignore'],
    });
    expect((await within('end', session.exited))?.code).toBe(0);
  });

  test('no shell in between: arguments arrive as they are', async () => {
    const words = ['a b', '$HOME', '`x`', '"', "'", '', '*', 'ünï'];
    const dir = scratch();
    const out = openSync(join(dir, 'out'), 'w');
    const session = await spawn('printf', ['%s|', ...words], { stdio: ['ignore', out, 2] });
    await within('end', session.exited);
    expect(readFileSync(join(dir, 'out'), 'utf8')).toBe(`${words.join('|')}|`);
  });

  test('the foreground of a terminal', async () => {
    const traced = new Native('withtty', [
      process.execPath,
      `${root}/test/support/tracer-process.mjs`,
      sessionBundle,
      'foreground',
      state,
    ]);
    await traced.end();
    expect(traced.output).toContain('pgid own sid inherited');
    expect(traced.output).toContain('foreground yes');
    expect(traced.output).toContain('ended 0');
  });

  test('what engines see begins with the entry of execve, and nothing of the set-up', async () => {
    const log = new Log();
    await run(
      'puppet',
      ['exit 0'],
      [
        {
          syscallEntry: ({ syscall }) => log.add(`${syscall.nr}`),
          syscallExit: ({ syscall }) => log.add(`${syscall.nr} = ${syscall.result === 0 ? 0 : 'x'}`),
          exec: () => log.add('exec'),
        },
      ],
    );
    expect(log.lines.slice(0, 5)).toEqual(['59', 'exec', '59 = 0', '12', '12 = x']);
    expect(log.lines.at(-1)).toBe('231');
  });
});

describe('failures', () => {
  test('no such program: ENOENT, by name and by path', async () => {
    expect((await failure('no-such-program-here')).code).toBe('ENOENT');
    const error = await failure('/no/such/program');
    expect(error.code).toBe('ENOENT');
    expect(error.call).toBe('execve');
    expect(error.message).toContain("cannot run '/no/such/program'");
  });

  test('not executable: EACCES; not a program: ENOEXEC; a missing interpreter: ENOENT', async () => {
    const dir = scratch();
    const file = join(dir, 'file');
    writeFileSync(file, 'just text');
    expect((await failure(file)).code).toBe('EACCES');
    chmodSync(file, 0o755);
    expect((await failure(file)).code).toBe('ENOEXEC');
    writeFileSync(file, '#!/no/such/interpreter\n');
    expect((await failure(file)).code).toBe('ENOENT');
  });

  test('a bad working directory: ENOENT of chdir', async () => {
    const error = await failure('/bin/true', { cwd: '/no/such/dir' });
    expect(error.code).toBe('ENOENT');
    expect(error.call).toBe('chdir');
  });

  test('a child that failed and died before it could be seized still says why', async () => {
    const { native } = getRuntime().host;
    const { ptrace } = native;
    onTestFinished(() => {
      native.ptrace = ptrace;
    });
    const PTRACE_SEIZE = 0x4206;
    native.ptrace = (request, tid, addr, data) => {
      const dead = (): boolean => readFileSync(`/proc/${tid}/stat`, 'latin1').includes(') Z ');
      if (request === PTRACE_SEIZE) for (const end = Date.now() + 5000; !dead() && Date.now() < end; );
      return ptrace(request, tid, addr, data);
    };
    const error = await failure('/bin/true', { cwd: '/no/such/dir' });
    expect([error.code, error.call]).toEqual(['ENOENT', 'chdir']);
  });

  test('a bad file descriptor: EBADF of dup2', async () => {
    const error = await failure('/bin/true', { stdio: [0, 999, 2] });
    expect(error.code).toBe('EBADF');
    expect(error.call).toBe('dup2');
  });

  test('failures leave nothing behind, and no observers', async () => {
    const { host, faults } = getRuntime();
    const before = [host.observers.size, faults.size];
    for (let i = 0; i < 10; i++) {
      await failure('/no/such/program');
      await failure('/bin/true', { cwd: '/no/such/dir' });
    }
    expect([host.observers.size, faults.size]).toEqual(before);
  });
});

describe('the session', () => {
  test('exited: code, signal', async () => {
    expect((await run('puppet', ['exit 200'])).ended).toEqual({ code: 200, signal: null, core: false });
    expect((await run('puppet', ['raise 15'])).ended).toEqual({ code: null, signal: SIG.SIGTERM, core: false });
  });

  test('finished: after the last process of the tree, exited: with the first one', async () => {
    const log = new Log();
    const traced = await start('/bin/sh', ['-c', 'sleep 0.2 & exit 3']);
    void traced.session.exited.then((ended) => log.add(`exited ${ended?.code}`));
    void traced.session.finished.then(() => log.add('finished'));
    await log.has('finished');
    expect(log.lines).toEqual(['exited 3', 'finished']);
  });

  test('await using: what is still running is ended', async () => {
    let pid = 0;
    {
      await using session = await spawn(program('puppet'), ['spin'], { stdio: ['ignore', 'ignore', 2] });
      pid = session.pid;
    }
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  test('AbortSignal: before, during and after the start', async () => {
    const aborted = AbortSignal.abort(new Error('before'));
    await expect(spawn('/bin/true', [], { signal: aborted })).rejects.toThrow('before');
    const during = new AbortController();
    const starting = spawn(program('puppet'), ['spin'], { stdio: ['ignore', 'ignore', 2], signal: during.signal });
    during.abort(new Error('during'));
    await expect(starting).rejects.toThrow('during');
    const after = new AbortController();
    const session = await spawn(program('puppet'), ['spin'], { stdio: ['ignore', 'ignore', 2], signal: after.signal });
    after.abort();
    await within('finished', session.finished);
    expect(await session.exited).toMatchObject({ signal: 9 });
  });

  test('whoever awaits spawn attaches before the program runs, with stdio ignored too', async () => {
    for (let i = 0; i < 20; i++) {
      const session = await spawn(program('puppet'), ['getppid'], { stdio: ['ignore', 'ignore', 2], seccomp: false });
      let seen = 0;
      session.use({ calls: ['getppid'], syscallEntry: () => void seen++ });
      await within('finished', session.finished);
      expect(seen).toBe(1);
    }
  });

  test('a closed session takes no more tracers', async () => {
    const { session } = await run('puppet', ['exit 0']);
    expect(() => session.use({})).toThrow('closed');
  });

  test('two programs at once, each with its own tracers', async () => {
    const [a, b] = [new Log(), new Log()];
    const getppids = (log: Log): Tracer => ({ calls: ['getppid'], syscallEntry: () => log.add('getppid') });
    await Promise.all([run('puppet', ['getppid 20'], [getppids(a)]), run('puppet', ['getppid 30'], [getppids(b)])]);
    expect([a.lines.length, b.lines.length]).toEqual([20, 30]);
  });
});

describe('the seccomp filter of a spawned tree', () => {
  /** How many stops the host handles from the exec of a program to its end. */
  async function stopsOf(args: readonly string[], tracer: Tracer): Promise<number> {
    const { host } = getRuntime();
    const traced = await start('puppet', args, [tracer], { seccomp: true });
    const handle = host.handle.bind(host);
    let n = 0;
    host.handle = (i) => {
      n++;
      handle(i);
    };
    try {
      await traced.end();
    } finally {
      host.handle = handle;
    }
    return n;
  }

  test('calls that nobody wants never stop', async () => {
    const tracer: Tracer = { calls: ['ptrace'], syscallEntry: () => undefined };
    expect(await stopsOf(['getppid 5000'], tracer)).toBe(await stopsOf(['getppid 10'], tracer));
  });

  test('wanted ones stop once where only the entry, twice where the exit is wanted too', async () => {
    const count = (n: number, tracer: Tracer): Promise<number> =>
      stopsOf([`getppid ${n}`], { calls: ['getppid'], ...tracer });
    const entry: Tracer = { syscallEntry: () => undefined };
    const both: Tracer = { syscallEntry: () => undefined, syscallExit: () => undefined };
    expect((await count(1100, entry)) - (await count(100, entry))).toBe(1000);
    expect((await count(1100, both)) - (await count(100, both))).toBe(2000);
  });

  test('a tracer that comes later and wants more gets it: widening', async () => {
    const [a, b] = [new Log(), new Log()];
    const traced = await start('puppet', ['-'], [{ calls: ['getppid'], syscallEntry: () => a.add('getppid') }], {
      seccomp: true,
    });
    await traced.says('ready');
    traced.write('getppid 5\n');
    await traced.says('done');
    const attachment = traced.session.use({
      calls: ['close', 'getppid'],
      syscallEntry: ({ syscall }) => b.add(`${syscall.nr}`),
      syscallExit: ({ syscall }) => b.add(`${syscall.nr} =`),
    });
    traced.write('getppid 2\ncall 3 99 0 0\nsay more\n');
    await traced.says('more');
    expect(a.lines).toHaveLength(7);
    expect(b.lines).toEqual(['110', '110 =', '110', '110 =', '3', '3 =']);
    await attachment.detach();
    traced.write('getppid 1\ncall 3 99 0 0\nsay again\n');
    await traced.says('again');
    expect([a.lines.length, b.lines.length]).toEqual([8, 6]);
    traced.write('exit 0\n');
    await traced.end();
  });

  test('children inherit it; so do programs they exec', async () => {
    const log = new Log();
    const tracer: Tracer = { calls: ['getppid'], syscallEntry: ({ tgid }) => log.add(`${tgid}`) };
    await run(
      '/bin/sh',
      ['-c', `${program('puppet')} "getppid 3" & ${program('puppet')} "getppid 4"; wait`],
      [tracer],
      { seccomp: true },
    );
    expect(new Set(log.lines.slice(-7)).size).toBeGreaterThanOrEqual(2);
    expect(log.lines.length).toBeGreaterThanOrEqual(7);
  });

  test('the calls work as without it: the same output, no ENOSYS', async () => {
    const args = ['getppid', 'fork 3', 'thread', 'sleep 1', 'call 110 0 0 0'];
    const { output } = await run(
      'puppet',
      args,
      [{ calls: ['getppid', 'wait4'], syscallEntry: () => undefined, syscallExit: () => undefined }],
      { seccomp: true },
    );
    expect(output).toBe(execFileSync(program('puppet'), args, { encoding: 'latin1' }));
  });

  describe('a filter of the program’s own that says RET_TRACE: ENOSYS, as without us', () => {
    const others: Tracer = { calls: ['close'], syscallEntry: () => undefined };
    const same: Tracer = { calls: ['getppid'], syscallEntry: () => undefined };
    test.each([
      ['no filter of ours', [others], { seccomp: false }],
      ['no filter of ours, that call traced', [same], { seccomp: false }],
      ['a filter of ours for another call', [others], { seccomp: true }],
      ['a filter of ours for the same call', [same], { seccomp: true }],
      ['a filter of ours, and a tracer of every call beside it', [others, { syscallExit: () => undefined }], null],
    ] as const)('%s', async (_name, tracers, options) => {
      for (const data of ['0', '7']) {
        const oracle = execFileSync(program('ownfilter'), [data], { encoding: 'latin1' });
        expect(oracle).toBe('before works\ngetppid = -1 ENOSYS\ngetpid works\n');
        if (options !== null) {
          expect((await run('ownfilter', [data], tracers, options)).output).toBe(oracle);
        } else {
          const traced = await start('ownfilter', [data], tracers.slice(0, 1), { seccomp: true });
          traced.session.use(tracers[1]!);
          await traced.end();
          expect(traced.output).toBe(oracle);
        }
      }
    });
  });

  test('the program’s NO_NEW_PRIVS is what it was: root needs none for a filter', async () => {
    const { output } = await run('state', [], [{ calls: ['ptrace'], syscallEntry: () => undefined }], {
      seccomp: true,
    });
    expect(output).toContain('NoNewPrivs:\t0');
  });

  test('it cannot be detached from: the refusal is typed, and changes nothing', async () => {
    const opened: number[] = [];
    const session = await spawn('sh', ['-c', 'exec cat /etc/hostname'], {
      stdio: [0, 'ignore', 2],
      tracers: [{ calls: ['openat'], syscallExit: ({ syscall }) => void opened.push(syscall.result) }],
    });
    await expect(session.detach()).rejects.toMatchObject({ code: 'UTRACE_FILTERED' });
    expect((await session.exited)?.code).toBe(0);
    expect(opened.length).toBeGreaterThan(0);
  });

  test('i386 calls of a filtered tree', async () => {
    const log = new Log();
    const { ended } = await run(
      'calls-32',
      [],
      [{ calls: ['getppid'], syscallEntry: ({ syscall }) => log.add(`${syscall.abi} ${syscall.nr}`) }],
      { seccomp: true },
    );
    expect(log.lines).toEqual(['i386 64']);
    expect(ended?.code).toBe(7);
    await until('end', () => true);
  });
});
