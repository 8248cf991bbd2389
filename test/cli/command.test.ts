/** The command as a process: what goes in, what comes out, how it ends. */

import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';
import { beforeAll, describe, expect, test } from 'vitest';
import { build, cli, installed, type Ran, run, scratch, sleep, status, until, utrace, utraceArgs } from './support.ts';

beforeAll(build, 120_000);

const sh = (script: string): string[] => ['--', '/bin/sh', '-c', script];
const quiet = ['-o', '/dev/null'];

/** One line (two with a hint), no stack, status 1. */
function isOneClearError(ran: Ran, ...words: (string | RegExp)[]): void {
  expect(ran.code).toBe(1);
  expect(ran.stdout).toBe('');
  expect(ran.stderr).toMatch(/^utrace: /);
  expect(ran.stderr).not.toMatch(/\n +at /);
  expect(ran.stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(3);
  for (const word of words) expect(ran.stderr).toMatch(word);
}

/** A process that lives until it is killed, outside our group. */
async function sleeper(): Promise<{ pid: number; end: () => void }> {
  const pid = Number(
    execFileSync(
      '/bin/sh',
      ['-c', 'setsid /bin/sh -c "while :; do /bin/sleep 0.02; done" </dev/null >/dev/null 2>&1 & echo $!'],
      { encoding: 'utf8' },
    ),
  );
  await until('the sleeper runs', () => existsSync(`/proc/${pid}`));
  return { pid, end: () => process.kill(pid, 'SIGKILL') };
}

test('UTRACE_NATIVE_LOG: what it asked of the kernel, and the stops it got', async () => {
  const path = join(scratch(), 'native.log');
  const ran = await utrace(['trace', ...quiet, '--', '/bin/true'], {
    env: { ...process.env, UTRACE_NATIVE_LOG: path },
  });
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  for (const line of lines) expect(line).toMatch(/^\d+\.\d{3} /);
  const [, pid] = /ptrace SEIZE (\d+) 0 \d+ = 0$/m.exec(lines.join('\n')) ?? [];
  const stops = lines.filter((line) => line.includes(`   ${pid} `)).map((line) => line.replace(/^.*? {3}\d+ /, ''));
  expect(stops).toContain(`EVENT SIGTRAP EXEC ${pid}`);
  expect(stops).toContainEqual(expect.stringMatching(/^ENTRY SIGTRAP exit_group\(0, /));
  expect(stops.at(-1)).toBe('DEATH status 0');
});

test('UTRACE_NATIVE_LOG that cannot be written is said', async () => {
  const path = join(scratch(), 'not there', 'native.log');
  const ran = await utrace(['trace', '--', '/bin/true'], { env: { ...process.env, UTRACE_NATIVE_LOG: path } });
  isOneClearError(ran, 'UTRACE_NATIVE_LOG', path);
});

describe('its compiled code', () => {
  const dist = dirname(cli);
  let main = '';
  beforeAll(() => {
    main = readFileSync(join(dist, 'cli-main.cjs'), 'utf8');
  });

  test('is that of its text, and the V8 that made it takes it', () => {
    const kept = readFileSync(join(dist, 'cli-main.cache'));
    expect(main).toContain(kept.toString('latin1', 0, 40));
    const script = new Script(main, { filename: join(dist, 'cli-main.cjs'), cachedData: kept.subarray(40) });
    expect(script.cachedDataRejected).toBe(!main.includes(`\n//# v8=${process.versions.v8}\n`));
  });

  test('is not that of another text, nor needed', async () => {
    const copy = join(scratch(), 'dist');
    cpSync(dist, copy, { recursive: true, filter: (path) => !path.endsWith('.map') && !path.endsWith('types') });
    const other = join(copy, 'cli.js');
    const env = { ...process.env, UTRACE_NATIVE: join(dist, '../build/utrace.node') };
    const says = async (): Promise<string> => (await run([process.execPath, other, 'trace'], { env })).stderr;
    expect(await says()).toContain('nothing to trace');
    const changed = main.replaceAll('nothing to trace', 'NOTHING to trace').replace(/text=\w/, 'text=?');
    writeFileSync(join(copy, 'cli-main.cjs'), changed);
    expect(await says()).toContain('NOTHING to trace');
    rmSync(join(copy, 'cli-main.cache'));
    expect(await says()).toContain('NOTHING to trace');
  });
});

describe('how it ends', () => {
  for (const code of [0, 1, 42, 255]) {
    test(`exit ${code}`, async () => {
      expect(await utrace(['trace', ...quiet, ...sh(`exit ${code}`)])).toMatchObject({ code, signal: null });
    });
  }
  for (const signal of ['SIGTERM', 'SIGKILL', 'SIGINT', 'SIGHUP', 'SIGUSR2', 'SIGALRM'] as const) {
    test(`killed by ${signal}`, async () => {
      expect(await utrace(['trace', ...quiet, ...sh(`kill -${signal.slice(3)} $$`)])).toMatchObject({
        code: null,
        signal,
      });
    });
  }
  for (const [signal, number] of [
    ['SEGV', 11],
    ['ABRT', 6],
    ['QUIT', 3],
    ['PIPE', 13],
    ['USR1', 10],
  ] as const) {
    test(`killed by SIG${signal}, which is not mirrored but said`, async () => {
      const ran = await utrace(['trace', ...quiet, ...sh(`ulimit -c 0; kill -${signal} $$`)]);
      expect(ran).toMatchObject({ code: 128 + number, signal: null, stderr: '' });
    });
  }
  test('SIGTERM to utrace reaches the command, which may make its own of it', async () => {
    const ran = await utrace(
      ['trace', ...quiet, ...sh('trap "echo got it; exit 7" TERM; echo ready; while :; do sleep 0.02; done')],
      {
        whileRunning: async (p) => {
          await until('it is ready', () => p.stdout().includes('ready'));
          p.kill('SIGTERM');
        },
      },
    );
    expect(ran).toMatchObject({ code: 7, stdout: 'ready\ngot it\n' });
  });
  test('processes left behind are waited for, as strace does; a signal ends that', async () => {
    const ran = await utrace(['trace', ...quiet, '--seccomp', 'never', ...sh('setsid sleep 30 & echo $!; exit 3')], {
      whileRunning: async (p) => {
        await until('it said its child', () => p.stdout().includes('\n'));
        const child = Number(p.stdout());
        await until('the child sleeps', () => status(child, 'Name') === 'sleep');
        await sleep(200);
        p.kill('SIGTERM');
        await until('utrace let it go', () => status(child, 'TracerPid') === '0');
        expect(status(child, 'State')).toMatch(/^S/);
        process.kill(child, 'SIGKILL');
      },
    });
    expect(ran.code).toBe(3);
  });
});

describe('what comes out', () => {
  test('the output of the command is its own', async () => {
    const script = 'echo out; echo err >&2; cat';
    const ran = await utrace(['trace', ...quiet, ...sh(script)], { input: 'in\n' });
    expect(ran).toMatchObject({ code: 0, stdout: 'out\nin\n', stderr: 'err\n' });
  });
  test('-o writes a file, -A appends to it', async () => {
    const file = join(scratch(), 'log');
    await utrace(['trace', '-e', 'exit_group', '-o', file, ...sh('exit 1')]);
    const one = readFileSync(file, 'utf8');
    expect(one).toMatch(/^\d+ +exit_group\(1\) += \?\n\d+ +\+\+\+ exited with 1 \+\+\+\n$/);
    await utrace(['trace', '-e', 'exit_group', '-A', '-o', file, ...sh('exit 2')]);
    expect(readFileSync(file, 'utf8').startsWith(one)).toBe(true);
    expect(readFileSync(file, 'utf8')).toContain('exit_group(2)');
    await utrace(['trace', '-e', 'exit_group', '-o', file, ...sh('exit 3')]);
    expect(readFileSync(file, 'utf8')).not.toContain('exit_group(2)');
  });
  test('a large trace is whole: every one of 20 000 calls', async () => {
    const file = join(scratch(), 'log');
    const ran = await utrace([
      'trace',
      '-e',
      'lseek',
      '-o',
      file,
      '--',
      '/bin/dd',
      'if=/dev/zero',
      'of=/dev/null',
      'bs=1',
      'count=10000',
      'status=none',
    ]);
    expect(ran.code).toBe(0);
    const all = join(scratch(), 'all');
    await utrace([
      'trace',
      '-e',
      'read,write',
      '-o',
      all,
      '--',
      '/bin/dd',
      'if=/dev/zero',
      'of=/dev/null',
      'bs=1',
      'count=10000',
      'status=none',
    ]);
    const lines = readFileSync(all, 'utf8').split('\n');
    expect(lines.filter((line) => line.includes('"\\0", 1) '))).toHaveLength(20_000);
    expect(lines.at(-2)).toContain('+++ exited with 0 +++');
  });
  test('a large trace through a pipe that is read slowly is whole', async () => {
    const command = `${utraceArgs('trace', '-e', 'read').join(' ')} -- dd if=/dev/zero of=/dev/null bs=1 count=10000 status=none 2>&1 | (sleep 0.5; grep -c '"\\\\0", 1) *= 1$')`;
    const ran = await run(['/bin/sh', '-c', command]);
    expect(ran.stdout).toBe('10000\n');
  });
  test('nobody reads standard error any more, or it is closed: the command goes on', async () => {
    const line = `${utraceArgs('trace').join(' ')} -- sh -c 'ls / >/dev/null; ls / >/dev/null; echo done; exit 5'`;
    const left = await run(['/bin/bash', '-c', `${line} 2> >(exec true)`]);
    expect(left).toMatchObject({ code: 5, stdout: 'done\n' });
    const closed = await run(['/bin/bash', '-c', `${line} 2>&-`]);
    expect(closed).toMatchObject({ code: 5, stdout: 'done\n' });
  });
  test('a full disk is said once, and the command goes on', async () => {
    const ran = await utrace(['trace', '-o', '/dev/full', ...sh('ls / >/dev/null; echo done; exit 5')]);
    expect(ran).toMatchObject({ code: 5, stdout: 'done\n' });
    expect(ran.stderr.match(/cannot write the trace/g)).toHaveLength(1);
  });
});

describe('two engines', () => {
  const command = ['--', '/bin/sh', '-c', 'cat /etc/passwd /nothing >/dev/null 2>&1; ls / >/dev/null'];
  const traced = (text: string): string[] =>
    text
      .split('\n')
      .filter((line) => /^\d/.test(line))
      .map((line) => line.replace(/^\d+ +/, ''))
      .map((line) => line.replace(/0x[0-9a-f]+/g, 'A'));
  const counted = (text: string): Record<string, string> =>
    Object.fromEntries(
      [...text.matchAll(/^ *[\d.]+ +[\d.]+ +\d+ +(\d+ +(?:\d+ )?) *(\w+)$/gm)].map(([, n, name]) => [
        name!,
        n!.trim().replace(/ +/g, ' '),
      ]),
    );

  test('a trace of some calls and a count of others: each as it would be alone', async () => {
    const dir = scratch();
    const at = (name: string): string => join(dir, name);
    await utrace(['trace', '-o', at('both'), '-e', 'openat', '-e', 'signal=none', '--count', '%memory', ...command]);
    await utrace(['trace', '-o', at('trace'), '-e', 'openat', '-e', 'signal=none', ...command]);
    await utrace(['trace', '-o', at('count'), '-c', '-e', '%memory', ...command]);
    const text = readFileSync(at('both'), 'utf8');
    const table = text.slice(text.indexOf('% time'));
    expect(traced(text.slice(0, text.indexOf('% time')))).toEqual(traced(readFileSync(at('trace'), 'utf8')));
    expect(counted(table)).toEqual(counted(readFileSync(at('count'), 'utf8')));
    expect(Object.keys(counted(table)).sort()).toEqual(expect.arrayContaining(['brk', 'mmap', 'mprotect', 'munmap']));
    expect(text).not.toMatch(/^\d+ +mmap/m);
  });
  test('-C counts what is traced', async () => {
    const file = join(scratch(), 'log');
    await utrace(['trace', '-C', '-o', file, '-e', 'openat', ...command]);
    const text = readFileSync(file, 'utf8');
    const calls = traced(text).filter((line) => line.includes('openat('));
    const failed = calls.filter((line) => line.includes('= -1 '));
    expect(counted(text)).toMatchObject({ openat: `${calls.length} ${failed.length}` });
  });
  test('-c: only the table, in the order asked for', async () => {
    const ran = await utrace(['trace', '-c', '-S', 'name', ...command]);
    const names = Object.keys(counted(ran.stderr)).filter((name) => name !== 'total');
    expect(names).toEqual([...names].sort());
    expect(ran.stderr.split('\n')[0]).toBe('% time     seconds  usecs/call     calls    errors syscall');
    expect(ran.stdout).toBe('');
  });
  test('--json', async () => {
    const file = join(scratch(), 'json');
    await utrace(['trace', '-c', '--json', '-o', file, ...command]);
    const { calls, total } = JSON.parse(readFileSync(file, 'utf8')) as {
      calls: { syscall: string; calls: number; errors: number }[];
      total: { calls: number };
    };
    expect(calls.find(({ syscall }) => syscall === 'execve')).toMatchObject({ calls: 3, errors: 0 });
    expect(total.calls).toBe(calls.reduce((sum, row) => sum + row.calls, 0));
  });
  test('-w: wall-clock time', async () => {
    const ran = await utrace(['trace', '-c', '-w', '-e', 'clock_nanosleep,nanosleep', '--', '/bin/sleep', '0.3']);
    const seconds = Number(/^100\.00 +([\d.]+)/m.exec(ran.stderr)?.[1]);
    expect(seconds).toBeGreaterThanOrEqual(0.3);
    expect(seconds).toBeLessThan(2);
  });
});

describe('how the command is started', () => {
  test('-E sets and removes variables', async () => {
    const ran = await utrace([
      'trace',
      ...quiet,
      '-E',
      'NEW=a=b',
      '-E',
      'HOME',
      ...sh('echo "$NEW"; env | grep -c ^HOME='),
    ]);
    expect(ran.stdout).toBe('a=b\n0\n');
  });
  test('--cwd', async () => {
    const dir = scratch();
    expect((await utrace(['trace', ...quiet, '--cwd', dir, ...sh('pwd')])).stdout).toBe(`${dir}\n`);
  });
  test.skipIf(process.getuid?.() !== 0)('-u (skipped unless root)', async () => {
    const ran = await utrace(['trace', ...quiet, '-u', 'nobody', ...sh('id -un; id -G')]);
    expect(ran.stdout.split('\n')[0]).toBe('nobody');
    expect(ran.stdout.split('\n')[1]).not.toMatch(/\b0\b/);
  });
  test('--no-follow leaves children alone', async () => {
    const ran = await utrace(['trace', '--no-follow', '-e', 'execve', ...sh('/bin/true; exit 0')]);
    expect(ran.stderr.match(/execve/g)).toHaveLength(1);
    expect((await utrace(['trace', '-e', 'execve', ...sh('/bin/true; exit 0')])).stderr.match(/execve/g)).toHaveLength(
      2,
    );
  });
  for (const when of ['auto', 'always', 'never']) {
    test(`--seccomp ${when}: the same trace`, async () => {
      const ran = await utrace([
        'trace',
        '--seccomp',
        when,
        '-e',
        'openat',
        ...sh('cat /etc/passwd >/dev/null; grep -E "Seccomp:|NoNewPrivs" /proc/self/status'),
      ]);
      expect(ran.stderr).toContain('"/etc/passwd"');
      expect(ran.stderr).not.toContain('execve');
      expect(/Seccomp:\s*(\d)/.exec(ran.stdout)?.[1]).toBe(
        when === 'never' ? '0' : when === 'always' || process.getuid?.() === 0 ? '2' : '0',
      );
    });
  }
});

describe('-p', () => {
  test('attaches, traces, and lets go at SIGINT: the process runs on', async () => {
    const target = await sleeper();
    try {
      const ran = await utrace(['trace', '-p', String(target.pid)], {
        whileRunning: async (p) => {
          await until('it traces', () => p.stderr().includes('wait4'));
          expect(status(target.pid, 'TracerPid')).toBe(String(p.pid));
          p.kill('SIGINT');
        },
      });
      expect(ran.code).toBe(0);
      expect(ran.stderr).toMatch(new RegExp(`^utrace: Process ${target.pid} attached\\n`));
      await until('it is not traced', () => status(target.pid, 'TracerPid') === '0');
      expect(status(target.pid, 'State')).toMatch(/^[SR]/);
    } finally {
      target.end();
    }
  });
  test('several, separated or repeated; one that is not there is said and left out', async () => {
    const targets = await Promise.all([sleeper(), sleeper(), sleeper()]);
    const [a, b, c] = targets.map(({ pid }) => pid);
    try {
      const ran = await utrace(['trace', '-e', 'none', '-p', `${a},${b}`, '-p', '99999999', '-p', String(c)], {
        whileRunning: async (p) => {
          await until('all are attached', () => p.stderr().includes(`Process ${c} attached`));
          for (const { pid } of targets) expect(status(pid, 'TracerPid')).toBe(String(p.pid));
          p.kill('SIGTERM');
        },
      });
      expect(ran.code).toBe(0);
      expect(ran.stderr).toContain('99999999');
      for (const { pid } of targets) expect(status(pid, 'TracerPid')).toBe('0');
    } finally {
      for (const { end } of targets) end();
    }
  });
  test('the end of the process ends the trace', async () => {
    const target = await sleeper();
    const ran = await utrace(['trace', '-e', 'none', '-p', String(target.pid)], {
      whileRunning: async (p) => {
        await until('it is attached', () => p.stderr().includes('attached'));
        target.end();
      },
    });
    expect(ran.code).toBe(0);
    expect(ran.stderr).toContain('+++ killed by SIGKILL +++');
  });
  test('a process that someone traces already: by whom is said', async () => {
    const target = await sleeper();
    try {
      await utrace(['trace', ...quiet, '-p', String(target.pid)], {
        whileRunning: async (p) => {
          await until('it is traced', () => status(target.pid, 'TracerPid') === String(p.pid));
          isOneClearError(await utrace(['trace', '-p', String(target.pid)]), /already traced/, String(p.pid));
          p.kill('SIGINT');
        },
      });
    } finally {
      target.end();
    }
  });
});

describe('what is wrong is said in a line, with what to do', () => {
  const cases: Record<string, [args: string[], ...words: (string | RegExp)[]]> = {
    'a call nobody knows': [['trace', '-e', 'opeanat', '--', 'true'], "did you mean 'openat'"],
    'a class nobody knows': [['trace', '-e', '%fil', '--', 'true'], "did you mean '%file'"],
    'a signal nobody knows': [['trace', '-e', 'signal=SIGCHILD', '--', 'true'], "did you mean 'SIGCHLD'"],
    'a qualifier nobody knows': [['trace', '-e', 'trase=open', '--', 'true'], "did you mean 'trace'"],
    'a pattern that is none': [['trace', '-e', '/(', '--', 'true'], 'not a regular expression'],
    '--count of a call nobody knows': [['trace', '--count', 'reed', '--', 'true'], "did you mean 'read'"],
    'no command': [['trace'], 'give a command'],
    'a command and -p': [['trace', '-p', '1', '--', 'true'], 'both a command and -p'],
    'no such process': [['trace', '-p', '99999999'], '99999999'],
    'a pid that is none': [['trace', '-p', 'x'], 'positive integer'],
    'no such program': [['trace', '--', 'no-such-program'], 'no-such-program'],
    'no such directory': [['trace', '--cwd', '/nothing', '--', 'true'], '/nothing'],
    'no such user': [['trace', '-u', 'no-such-user', '--', 'true'], 'no-such-user'],
    'a file that cannot be written': [['trace', '-o', '/nothing/x', '--', 'true'], '/nothing/x', '-o'],
    'an option nobody knows': [['trace', '--verbos', '--', 'true'], '--verbos', '--verbose'],
    'a bad -s': [['trace', '-s', '-1', '--', 'true'], '-s'],
    'a bad -S': [['trace', '-c', '-S', 'color', '--', 'true'], 'time, calls, errors'],
    'a bad --seccomp': [['trace', '--seccomp', 'maybe', '--', 'true'], 'auto'],
    '--json without a table': [['trace', '--json', '--', 'true'], '-c'],
    'a command nobody knows': [['trase', 'ls'], 'trace'],
    'a shell nobody knows': [['completion', 'fish'], 'bash'],
  };
  for (const [name, [args, ...words]] of Object.entries(cases)) {
    test(name, async () => isOneClearError(await utrace(args), ...words));
  }
  test('a directory, a text without #!, and a file without permission are not programs', async () => {
    const dir = scratch();
    writeFileSync(join(dir, 'text'), 'no program\n');
    const cannotRun = async (file: string): Promise<void> =>
      isOneClearError(await utrace(['trace', ...quiet, '--', file]), file);
    await cannotRun(join(dir, 'text'));
    chmodSync(join(dir, 'text'), 0o755);
    await cannotRun(join(dir, 'text'));
    await cannotRun(dir);
  });
  test('a mistake in -e does not cost the file of -o', async () => {
    const file = join(scratch(), 'log');
    writeFileSync(file, 'precious\n');
    await utrace(['trace', '-o', file, '-e', 'opeanat', '--', 'true']);
    expect(readFileSync(file, 'utf8')).toBe('precious\n');
  });
});

describe('help', () => {
  for (const [args, ...words] of [
    [['--help'], 'trace', 'share', 'join', 'ps', 'completion'],
    [['share', '--help'], '--with', '--name', '{pid}', 'Examples'],
    [['join', '--help'], 'terminal', 'Examples'],
    [['trace', '--help'], '-e, --expr', '--count', 'Examples', '%network'],
    [['ps', '--help'], '--json'],
    [['completion', '--help'], 'bash', 'zsh'],
    [['help', 'trace'], '--output'],
  ] as const) {
    test(args.join(' '), async () => {
      const ran = await utrace([...args]);
      expect(ran).toMatchObject({ code: 0, stderr: '' });
      for (const word of words) expect(ran.stdout).toContain(word);
      expect(Math.max(...ran.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
    });
  }
  test('--version', async () => {
    expect((await utrace(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('ps', () => {
  const place = (): { env: Record<string, string>; dir: string } => {
    const dir = scratch();
    return { env: { ...(process.env as Record<string, string>), XDG_RUNTIME_DIR: dir }, dir: join(dir, 'utrace') };
  };

  test('shows tasks, engines and the seed’s line, in text and as JSON', async () => {
    const { env, dir } = place();
    await utrace(['trace', ...quiet, '--count', '%memory', ...sh('sleep 30 & echo $! $$; wait')], {
      env,
      whileRunning: async (p) => {
        await until('the socket is there', () => existsSync(join(dir, `${p.pid}.sock`)) && p.stdout().includes('\n'));
        const [child, shell] = p.stdout().trim().split(' ').map(Number);
        await sleep(100);
        const text = await utrace(['ps'], { env });
        expect(text.code).toBe(0);
        expect(text.stdout).toContain(`supervisor ${p.pid} `);
        expect(text.stdout).toMatch(new RegExp(`^ +${child} +sleep +running$`, 'm'));
        expect(text.stdout).toMatch(/^ +Utrace:\s+[0-9a-f]+/m);
        expect(text.stdout).toMatch(/^ +strace: .*SYSCALL_ENTRY/m);
        expect(text.stdout).toMatch(/^ +count: /m);
        const one = await utrace(['ps', '--json', String(shell)], { env });
        const [supervisor] = JSON.parse(one.stdout) as {
          supervisor: number;
          tasks: { tid: number; utrace: string; engines: { name: string }[] }[];
        }[];
        expect(supervisor).toMatchObject({ supervisor: p.pid, tasks: [{ tid: shell }] });
        expect(supervisor!.tasks[0]!.utrace).toMatch(/^Utrace:/);
        expect(supervisor!.tasks[0]!.engines.map(({ name }) => name)).toEqual(
          expect.arrayContaining(['strace', 'count']),
        );
        expect((await utrace(['ps', '99999999'], { env })).code).toBe(1);
        process.kill(child!, 'SIGKILL');
        p.kill('SIGTERM');
      },
    });
    expect(readdirSync(dir)).toEqual([]);
    expect(await utrace(['ps'], { env })).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'utrace: nothing is being traced by you\n',
    });
  });
  test('a socket that a killed supervisor left behind is removed', async () => {
    const { env, dir } = place();
    await utrace(['trace', ...quiet, '--', '/bin/sleep', '30'], {
      env,
      whileRunning: async (p) => {
        await until('the socket is there', () => existsSync(join(dir, `${p.pid}.sock`)));
        process.kill(-p.pid, 'SIGKILL');
      },
    });
    expect(readdirSync(dir)).toHaveLength(1);
    expect((await utrace(['ps'], { env })).code).toBe(1);
    expect(readdirSync(dir)).toEqual([]);
  });
  test('a directory that is not ours alone is not used: the trace goes on without', async () => {
    const { env, dir } = place();
    mkdirSync(dir, { mode: 0o777 });
    chmodSync(dir, 0o777);
    const ran = await utrace(['trace', ...quiet, ...sh('sleep 0.3; exit 4')], { env });
    expect(ran).toMatchObject({ code: 4, stderr: '' });
    expect(readdirSync(dir)).toEqual([]);
  });
});

describe('completion', () => {
  const script = (): string => execFileSync(process.execPath, [cli, 'completion', 'bash'], { encoding: 'utf8' });
  const bash = installed('bash');

  /** What bash would offer for a command line, its last word being completed. */
  function complete(...words: string[]): string[] {
    const quoted = words.map((word) => `'${word}'`).join(' ');
    const text = `${script()}\nCOMP_WORDS=(${quoted}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _utrace; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync(bash!, ['--norc', '-c', text], { encoding: 'utf8', cwd: '/' }).trim().split('\n');
  }

  test.skipIf(bash === undefined)('bash', () => {
    expect(complete('utrace', '')).toEqual(expect.arrayContaining(['trace', 'ps', 'completion']));
    expect(complete('utrace', 't')).toEqual(['trace']);
    expect(complete('utrace', 'trace', '--se')).toEqual(['--seccomp']);
    expect(complete('utrace', 'trace', '--seccomp', 'a')).toEqual(['auto', 'always']);
    expect(complete('utrace', 'trace', '-e', 'openat')).toEqual(expect.arrayContaining(['openat', 'openat2']));
    expect(complete('utrace', 'trace', '-e', 'read,opena')).toEqual(
      expect.arrayContaining(['read,openat', 'read,openat2']),
    );
    expect(complete('utrace', 'trace', '-e', '%net')).toEqual(['%network']);
    expect(complete('utrace', 'trace', '-u', 'nobod')).toEqual(['nobody']);
    expect(complete('utrace', 'trace', '-o', '/etc/passw')).toContain('/etc/passwd');
    expect(complete('utrace', 'completion', 'z')).toEqual(['zsh']);
    expect(complete('utrace', 'ps', '--j')).toEqual(['--json']);
  });
  const zsh = installed('zsh');
  if (zsh === undefined) console.log('skipped: the completion of zsh: zsh is not installed');
  test.skipIf(zsh === undefined)('zsh can read its script', () => {
    const text = execFileSync(process.execPath, [cli, 'completion', 'zsh'], { encoding: 'utf8' });
    execFileSync(zsh!, ['-f', '-c', `autoload -U compinit; compinit -u -D\n${text}`], { timeout: 10_000 });
  });
});
