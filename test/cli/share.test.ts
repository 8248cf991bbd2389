/** `utrace share`, `join` and `ps` as processes: what a script sees of them. The terminal is terminal-share.test.ts. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  build,
  installed,
  type Ran,
  type Running,
  type RunOptions,
  run,
  scratch,
  sleep,
  status,
  until,
  utrace,
  utraceArgs,
} from './support.ts';

beforeAll(build, 120_000);

const strace = installed('strace');
const gdb = installed('gdb');
if (strace === undefined) console.log('skipped: most tests of utrace share: strace is not installed');
if (gdb === undefined) console.log('skipped: tests of utrace share with gdb: gdb is not installed');

/** A socket directory of the test's own: other supervisors on the machine are not its business. */
function place(): { env: Record<string, string>; dir: string; sockets: () => string[] } {
  const dir = scratch();
  const env = { ...(process.env as Record<string, string>), XDG_RUNTIME_DIR: dir, SHELL: '/bin/sh' };
  return {
    env,
    dir,
    sockets: () => {
      try {
        return readdirSync(join(dir, 'utrace'));
      } catch {
        return [];
      }
    },
  };
}

/** Runs a session that reads its standard input until `during` is over; then the shell exits with 5. */
async function session(
  options: readonly string[],
  during: (p: Running & { shell: number }) => Promise<void>,
  { env, dir }: { env: Record<string, string>; dir: string },
  more: RunOptions = {},
): Promise<Ran> {
  const over = join(dir, 'over');
  const script = `echo ready $$; while [ ! -e ${over} ]; do sleep 0.02; done; exit 5`;
  return utrace(['share', ...options, '--', '/bin/sh', '-c', script], {
    env,
    ...more,
    whileRunning: async (p) => {
      await until('the session is ready', () => /ready \d+\n/.test(p.stdout()));
      try {
        await during({ ...p, shell: Number(/ready (\d+)/.exec(p.stdout())![1]) });
      } finally {
        writeFileSync(over, '');
      }
    },
  });
}

function isClear(ran: Ran, ...words: (string | RegExp)[]): void {
  expect(ran.code).toBe(1);
  expect(ran.stdout).toBe('');
  expect(ran.stderr).toMatch(/^utrace: /);
  expect(ran.stderr).not.toMatch(/\n +at /);
  for (const word of words) expect(ran.stderr).toMatch(word);
}

describe('share', () => {
  test('ends as the command ends', async () => {
    expect(await utrace(['share', '--', '/bin/sh', '-c', 'exit 42'])).toMatchObject({ code: 42, stderr: '' });
    expect(await utrace(['share', '--', '/bin/sh', '-c', 'kill -TERM $$'])).toMatchObject({ signal: 'SIGTERM' });
  });

  test('without a command: the shell', async () => {
    const { env } = place();
    const ran = await utrace(['share'], { env, input: 'echo from $0; exit 3\n' });
    expect(ran).toMatchObject({ code: 3, stdout: 'from /bin/sh\n', stderr: '' });
  });

  test('not in a session: it is one already', async () => {
    const at = place();
    await session(
      ['--name', 'outer'],
      async ({ pid }) => {
        const inner = utraceArgs('share', '--', 'true');
        isClear(await utrace(['join', 'outer', '--', ...inner], at), `session ${pid} already`, 'without utrace share');
      },
      at,
    );
  });

  test('utrace trace of a command is one more tracer in it, and sees its command end', async () => {
    const file = join(scratch(), 'log');
    const script = 'ls / > /dev/null; sh -c "kill -TERM \\$\\$"; exit 3';
    const inner = utraceArgs('trace', '-o', file, '-e', 'execve', '--', '/bin/sh', '-c', script);
    expect(await utrace(['share', '--', ...inner])).toMatchObject({ code: 3 });
    const text = readFileSync(file, 'utf8');
    expect(text.match(/execve\(/g)).toHaveLength(3);
    expect(text).toMatch(/\+\+\+ killed by SIGTERM \+\+\+[\s\S]*\+\+\+ exited with 3 \+\+\+\n$/);
  });

  test('a log that cannot be written, a command that is not there', async () => {
    isClear(await utrace(['share', '--log', '/nowhere/log', '--', 'true']), '/nowhere/log', '--log');
    isClear(await utrace(['share', '--', 'nosuchprogram']), 'nosuchprogram', 'PATH');
  });

  test('a --with that does not attach is said, and the command runs', async () => {
    const ran = await utrace(['share', '--with', 'exit 9; : {pid}', '--', '/bin/sh', '-c', 'echo ran; exit 4']);
    expect(ran).toMatchObject({ code: 4, stdout: 'ran\n' });
    expect(ran.stderr).toMatch(/^utrace: 'exit 9; : \d+' exited with 9 before it attached to \d+: the command starts/);
  });

  test('one without {pid} is not waited for, and keeps the session', async () => {
    const { dir } = place();
    const file = join(dir, 'late');
    const ran = await utrace(['share', '--with', `sleep 0.3; echo late > ${file}`, '--', '/bin/sh', '-c', 'exit 4']);
    expect(ran).toMatchObject({ code: 4, stderr: '' });
    expect(readFileSync(file, 'utf8')).toBe('late\n');
  });

  test('SIGTERM after the command has ended ends the tracers', async () => {
    const ran = await utrace(
      ['share', '--with', 'echo tracer $$; exec sleep 60', '--', '/bin/sh', '-c', 'echo command $$; exit 4'],
      {
        whileRunning: async (p) => {
          const pid = (who: string): number => Number(new RegExp(`^${who} (\\d+)$`, 'm').exec(p.stdout())?.[1] ?? 0);
          await until('both have begun', () => pid('tracer') > 0 && pid('command') > 0);
          await until('the command is over', () => status(pid('command'), 'Name') === '');
          p.kill('SIGTERM');
          await until('the tracer is over', () => status(pid('tracer'), 'Name') === '');
        },
      },
    );
    expect(ran.code).toBe(4);
  });

  describe.skipIf(strace === undefined)('with strace beside it', () => {
    test('two traces, whole from the first instruction on, and the same', async () => {
      const { dir } = place();
      const [one, two] = [join(dir, 'one'), join(dir, 'two')];
      const with_ = (file: string): string[] => ['--with', `strace -q -o ${file} -p {pid}`];
      const ran = await utrace(['share', ...with_(one), ...with_(two), '--', '/bin/sh', '-c', 'echo out; exit 7']);
      expect(ran).toMatchObject({ code: 7, stdout: 'out\n', stderr: '' });
      const text = readFileSync(one, 'utf8');
      expect(text).toMatch(/^brk\(NULL\)/);
      expect(text).toMatch(/write\(1, "out\\n", 4\) += 4\n/);
      expect(text).toMatch(/exit_group\(7\) += \?\n\+\+\+ exited with 7 \+\+\+\n$/);
      expect(readFileSync(two, 'utf8')).toBe(text);
    });

    test('--exclusive: the second is refused, as on Linux alone', async () => {
      const { dir } = place();
      const attach = (name: string): string[] => ['--with', `strace -q -o ${join(dir, name)} -p {pid}`];
      const ran = await utrace([
        'share',
        '--exclusive',
        ...attach('a'),
        ...attach('b'),
        '--',
        '/bin/sh',
        '-c',
        'exit 7',
      ]);
      expect(ran.code).toBe(7);
      expect(ran.stderr).toMatch(/Operation not permitted/);
      expect(ran.stderr).toMatch(/utrace: 'strace .*' exited with 1 before it attached/);
    });
  });
});

describe('join', () => {
  test('runs the command in the session, with its own streams, directory and status', async () => {
    const at = place();
    const ran = await session(
      ['--name', 'build'],
      async ({ pid, shell }) => {
        for (const which of ['build', String(pid), String(shell)]) {
          const joined = await utrace(
            ['join', which, '--', '/bin/sh', '-c', 'cat; pwd; echo $X; echo err >&2; exit 6'],
            {
              env: { ...at.env, X: 'mine' },
              cwd: '/usr',
              input: 'in\n',
            },
          );
          expect(joined).toMatchObject({ code: 6, stdout: 'in\n/usr\nmine\n', stderr: 'err\n' });
        }
        const killed = await utrace(['join', 'build', '--', '/bin/sh', '-c', 'kill -INT $$'], at);
        expect(killed).toMatchObject({ signal: 'SIGINT' });
        const shellOf = await utrace(['join', 'build'], { ...at, input: 'echo $0; exit 8\n' });
        expect(shellOf).toMatchObject({ code: 8, stdout: '/bin/sh\n' });
      },
      at,
    );
    expect(ran).toMatchObject({ code: 5, stderr: '' });
    expect(at.sockets()).toEqual([]);
  });

  describe('--proc', () => {
    const script =
      'sleep 60 & P=$!; kill -STOP $P; sleep 0.2; grep -E "^(State|TracerPid)" /proc/$P/status; cut -d" " -f3 /proc/$P/stat; ' +
      'kill -KILL $P; grep -E "^(State|TracerPid)" /proc/self/status';

    test('all: who traces nobody reads there what is there without us', async () => {
      const native = await run(['/bin/sh', '-c', script]);
      expect(native.stdout).toContain('State:\tT (stopped)\nTracerPid:\t0\nT\n');
      const ours = await utrace(['share', '--proc', 'all', '--', '/bin/sh', '-c', script], place());
      expect(ours).toMatchObject({ code: native.code, stdout: native.stdout, stderr: native.stderr });
    });

    test('all: so does who joins', async () => {
      const at = place();
      await session(
        ['--name', 'looks', '--proc', 'all'],
        async () => {
          const joined = await utrace(['join', 'looks', '--', '/bin/sh', '-c', 'grep TracerPid /proc/$$/status'], at);
          expect(joined.stdout).toBe('TracerPid:\t0\n');
        },
        at,
      );
    });

    test('neither tracers nor all', async () => {
      const ran = await utrace(['share', '--proc', 'nobody', '--', 'true'], place());
      expect(ran.code).not.toBe(0);
      expect(ran.stderr).toMatch(/--proc 'nobody'.*tracers.*all/s);
    });
  });

  test('whoever joins is this very process, and is traced by the supervisor', async () => {
    const at = place();
    await session(
      [],
      async ({ pid }) => {
        const joined = await utrace(
          ['join', String(pid), '--', '/bin/sh', '-c', 'echo $$; grep TracerPid /proc/$$/status'],
          {
            ...at,
            whileRunning: (p) => {
              joinedPid = p.pid;
            },
          },
        );
        expect(joined.stdout).toBe(`${joinedPid}\nTracerPid:\t${pid}\n`);
      },
      at,
    );
  });
  let joinedPid = 0;

  test('a member of the session may join it once more', async () => {
    const at = place();
    await session(
      ['--name', 'twice'],
      async () => {
        const inner = utraceArgs('join', 'twice', '--', '/bin/sh', '-c', 'echo inner; exit 3');
        const joined = await utrace(['join', 'twice', '--', ...inner], at);
        expect(joined).toMatchObject({ code: 3, stdout: 'inner\n', stderr: '' });
      },
      at,
    );
  });

  test('the session lasts until those who joined have ended', async () => {
    const at = place();
    let joined: Promise<Ran> | undefined;
    const last = join(at.dir, 'last');
    const ended = session(
      ['--name', 'long'],
      () =>
        new Promise<void>((resolve, reject) => {
          const script = `echo in; while [ ! -e ${last} ]; do sleep 0.02; done; echo out`;
          joined = utrace(['join', 'long', '--', '/bin/sh', '-c', script], {
            ...at,
            whileRunning: (p) => until('it is in', () => p.stdout() === 'in\n').then(resolve, reject),
          });
        }),
      at,
    );
    let isOver = false;
    void ended.finally(() => {
      isOver = true;
    });
    await until('the command is over', () => readdirSync(at.dir).includes('over'));
    await sleep(200);
    expect(isOver).toBe(false);
    writeFileSync(last, '');
    expect((await ended).code).toBe(5);
    expect(await joined).toMatchObject({ code: 0, stdout: 'in\nout\n' });
  });

  describe.skipIf(strace === undefined)('of a tracer', () => {
    test('strace from elsewhere, on a process that another strace has', async () => {
      const at = place();
      const file = join(at.dir, 'first');
      await session(
        ['--name', 'two', '--with', `strace -q -f -o ${file} -p {pid}`],
        async ({ shell }) => {
          const second = await utrace(['join', 'two', '--', strace!, '-q', '-p', String(shell)], {
            ...at,
            whileRunning: async (p) => {
              await until('it traces', () => p.stderr().includes('wait4'));
              p.kill('SIGINT');
            },
          });
          expect(second.stderr).toMatch(/wait4\(-1, /);
        },
        at,
      );
      expect(readFileSync(file, 'utf8')).toMatch(/exit_group\(5\)/);
    });
  });

  test('bad input', async () => {
    const at = place();
    isClear(await utrace(['join', 'nix', '--', 'true'], at), "no session 'nix'", 'utrace share');
    const ran = await session(
      ['--name', 'one'],
      async ({ pid }) => {
        isClear(await utrace(['join', 'nix', '--', 'true'], at), "no session 'nix'", `there is: ${pid} (one)`);
        isClear(await utrace(['join', 'one', '--', 'nosuchprogram'], at), 'nosuchprogram', 'PATH');
        isClear(await utrace(['share', '--name', 'one', '--', 'true'], at), 'already', String(pid));
        isClear(await utrace(['share', '--name', '12', '--', 'true'], at), "'12' cannot be the name");
        process.kill(pid, 'SIGSTOP');
        isClear(await utrace(['join', 'one', '--', 'true'], at), 'among those that answer', String(pid), 'CONT');
        process.kill(pid, 'SIGCONT');
        const bad = join(at.dir, 'bad');
        writeFileSync(bad, '#!/no/such/interpreter\n', { mode: 0o755 });
        isClear(await utrace(['join', 'one', '--', bad], at), 'cannot run', 'ENOENT', 'interpreter');
      },
      at,
    );
    expect(ran.code).toBe(5);
    await utrace(['trace', '-o', '/dev/null', '--', '/bin/sh', '-c', 'exec sleep 30'], {
      env: at.env,
      whileRunning: async (p) => {
        await until('the socket is there', () => at.sockets().includes(`${p.pid}.sock`));
        isClear(await utrace(['join', String(p.pid), '--', 'true'], at), 'no session to join', 'utrace share');
        p.kill('SIGTERM');
      },
    });
    isClear(await utrace(['join', '99999999', '--', 'true'], at), "no session '99999999'");
  });
});

describe('ps', () => {
  test.skipIf(strace === undefined)('shows the tracers of a task and what each sees', async () => {
    const at = place();
    const file = join(at.dir, 'log');
    await session(
      ['--name', 'seen', '--with', `strace -q -f -o ${file} -p {pid}`],
      async ({ pid, shell }) => {
        const text = await utrace(['ps', 'seen'], at);
        expect(text.stdout).toContain(`supervisor ${pid} (session seen) `);
        expect(text.stdout).toMatch(/^ +tracer \d+ strace: seized, TRACESYSGOOD .*; last syscall; /m);
        expect(await utrace(['ps', '--names'], at)).toMatchObject({ code: 0, stdout: 'seen\n' });
        const json = await utrace(['ps', '--json', String(shell)], at);
        const [one] = JSON.parse(json.stdout) as [{ share: object; tasks: { tid: number; tracers: object[] }[] }];
        expect(one).toMatchObject({ share: { name: 'seen' }, tasks: [{ tid: shell }] });
        expect(one.tasks[0]!.tracers).toMatchObject([{ name: 'strace', how: 'seized', resumedWith: 'syscall' }]);
        expect((await utrace(['ps', 'unknown'], at)).code).toBe(1);
      },
      at,
    );
  });
});

describe('trace -p of a process in a session', () => {
  test('its supervisor traces it; Ctrl-C ends that, and nothing else', async () => {
    const at = place();
    const ran = await session(
      [],
      async ({ shell }) => {
        for (let again = 0; again < 2; again++) {
          const traced = await utrace(['trace', '-p', String(shell)], {
            ...at,
            whileRunning: async (p) => {
              await until('a whole round is traced', () => /execve[\s\S]*wait4\(-1[\s\S]*SIGCHLD/.test(p.stderr()));
              p.kill('SIGINT');
            },
          });
          expect(traced).toMatchObject({ code: 0, stdout: '' });
          expect(traced.stderr).toContain(`utrace: Process ${shell} attached`);
        }
        expect((await utrace(['ps', String(shell)], at)).stdout).not.toContain('strace:');
      },
      at,
    );
    expect(ran.code).toBe(5);
  });

  test('into a file, as a table, with other engines beside it', async () => {
    const at = place();
    const file = join(at.dir, 'trace');
    await session(
      [],
      async ({ shell }) => {
        const table = utrace(['trace', '-c', '-p', String(shell)], {
          ...at,
          whileRunning: async (p) => {
            await until('it is attached', () => p.stderr().includes('attached'));
            await utrace(['trace', '-q', '-o', file, '-e', '%process', '-p', String(shell)], {
              ...at,
              whileRunning: async (q) => {
                await until('there is text', () => /wait4/.test(readable(file)));
                q.kill('SIGINT');
              },
            });
            p.kill('SIGINT');
          },
        });
        expect((await table).stderr).toMatch(/^100\.00 .* total$/m);
      },
      at,
    );
    expect(readFileSync(file, 'utf8')).toMatch(/^\d+ +wait4\(-1, /m);
    expect(readFileSync(file, 'utf8')).not.toContain('faccessat');
  });

  test('it ends as the process ends, and with the supervisor', async () => {
    const at = place();
    let trace: Promise<Ran> | undefined;
    let attached: (() => void) | undefined;
    const isAttached = new Promise<void>((resolve) => {
      attached = resolve;
    });
    await session(
      [],
      async ({ shell }) => {
        trace = utrace(['trace', '-p', String(shell)], {
          ...at,
          whileRunning: (p) => until('it is attached', () => p.stderr().includes('attached')).then(attached),
        });
        await isAttached;
      },
      at,
    );
    const ended = await trace!;
    expect(ended.code).toBe(0);
    expect(ended.stderr).toMatch(/\+\+\+ exited with 5 \+\+\+\n$/);
    const orphaned = session(
      [],
      async (share) => {
        const traced = await utrace(['trace', '-p', String(share.shell)], {
          ...at,
          whileRunning: async (p) => {
            await until('it is attached', () => p.stderr().includes('attached'));
            process.kill(share.pid, 'SIGKILL');
          },
        });
        expect(traced.code).toBe(1);
        expect(traced.stderr).toMatch(/^utrace: supervisor \d+ is gone/m);
      },
      { ...at, dir: scratch() },
    );
    expect(await orphaned).toMatchObject({ signal: 'SIGKILL' });
  });

  test('a reader that does not read holds the process; one that is gone does not', async () => {
    const at = place();
    const calls = (pid: number): string => /^syscr: (\d+)/m.exec(readable(`/proc/${pid}/io`))?.[1] ?? 'none';
    await session(
      ['--name', 'paced'],
      async () => {
        const dd = ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', 'status=none'];
        await utrace(['join', 'paced', '--', ...dd], {
          ...at,
          whileRunning: async (traced) => {
            await until('dd runs', () => status(traced.pid, 'Name') === 'dd');
            await run(utraceArgs('trace', '-o', '/dev/null', '-p', String(traced.pid)), {
              ...at,
              whileRunning: async (reader) => {
                await until('it is attached', () => reader.stderr().includes('attached'));
                process.kill(reader.pid, 'SIGSTOP');
                let before = '';
                await untilAsync('dd is held', async () => {
                  before = calls(traced.pid);
                  await sleep(200);
                  return calls(traced.pid) === before;
                });
                process.kill(reader.pid, 'SIGCONT');
                await until('it goes on', () => calls(traced.pid) !== before);
                process.kill(reader.pid, 'SIGSTOP');
                await untilAsync('dd is held again', async () => {
                  before = calls(traced.pid);
                  await sleep(200);
                  return calls(traced.pid) === before;
                });
                process.kill(reader.pid, 'SIGKILL');
                await until('it goes on without', () => calls(traced.pid) !== before);
              },
            });
            process.kill(traced.pid, 'SIGKILL');
          },
        });
      },
      at,
    );
  });

  test.skipIf(gdb === undefined)('of one that gdb is stopped in: nothing until it goes on', async () => {
    const at = place();
    const [go, quit] = [join(at.dir, 'go'), join(at.dir, 'quit')];
    const wait = (file: string): string => `shell while [ ! -e ${file} ]; do sleep 0.02; done`;
    await session(
      ['--name', 'held'],
      async ({ shell }) => {
        const commands = [`attach ${shell}`, 'echo stopped\\n', wait(go), 'detach', wait(quit), 'quit'];
        const args = commands.flatMap((command) => ['-ex', command]);
        const debugger_ = utrace(['join', 'held', '--', gdb!, '-q', '-nx', '-batch', ...args], {
          ...at,
          whileRunning: async (p) => {
            await until('gdb has it', () => p.stdout().includes('stopped'));
            const traced = await utrace(['trace', '-q', '-p', String(shell)], {
              ...at,
              whileRunning: async (t) => {
                await untilAsync('ps shows both', async () =>
                  /strace: [\s\S]*tracer \d+ gdb: attached/.test((await utrace(['ps', String(shell)], at)).stdout),
                );
                expect(t.stderr()).toBe('');
                writeFileSync(go, '');
                await until('it goes on', () => /wait4\(-1/.test(t.stderr()));
                t.kill('SIGINT');
              },
            });
            expect(traced.code).toBe(0);
            writeFileSync(quit, '');
          },
        });
        expect((await debugger_).code).toBe(0);
      },
      at,
    );
  });
});

/** The text of a file; '' when it is not there. */
function readable(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

async function untilAsync(what: string, condition: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 15_000; !(await condition()); await sleep(20)) {
    if (performance.now() > end) throw new Error(`waited in vain: ${what}`);
  }
}

test('nothing of a session outlives it', async () => {
  const at = place();
  const pids: number[] = [];
  await run(
    utraceArgs('share', '--with', 'echo $$; exec sleep 60', '--', '/bin/sh', '-c', 'echo $$; setsid sleep 60'),
    {
      ...at,
      whileRunning: async (p) => {
        await until('both run', () => (p.stdout().match(/^\d+$/gm) ?? []).length === 2);
        pids.push(...p.stdout().trim().split('\n').map(Number));
        p.kill('SIGKILL');
      },
    },
  );
  for (const pid of pids) await until(`${pid} is gone`, () => ['', 'Z'].includes(status(pid, 'State').slice(0, 1)));
});
