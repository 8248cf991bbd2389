/** strace, in a session and without: what it prints must be the same. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { run, scratch } from '../cli/support.ts';
import { root } from '../support/paths.ts';
import { build, debuggee, has, perProcess, same, sh, shared, steady } from './support.ts';

beforeAll(build, 120_000);

const exec = join(root, 'build', 'programs', 'threads');

/** Scenes whose lines come in one order only. */
const ONE: readonly (readonly [name: string, command: readonly string[], words: RegExp])[] = [
  ['a command', ['strace', 'ls', root], /openat\(.*\+\+\+ exited with 0/s],
  ['to a file', ['strace', '-o', '|cat >&2', 'ls', root], /exited with 0/],
  ['an exit status', ['strace', '-e', 'trace=exit_group', 'sh', '-c', 'exit 7'], /exited with 7/],
  ['a signal that kills', ['strace', '-e', 'trace=kill', 'sh', '-c', 'kill -TERM $$'], /killed by SIGTERM/],
  ['a crash', ['strace', '-e', 'trace=none', debuggee, 'crash'], /SIGSEGV.*core dumped|killed by SIGSEGV/s],
  ['signals', ['strace', '-e', 'trace=tgkill,rt_sigaction,rt_sigreturn', debuggee, 'signals'], /--- SIGUSR1/],
  ['-D', ['strace', '-D', '-e', 'trace=write', 'echo', 'x'], /exited with 0/],
  ['-DD', ['strace', '-DD', '-e', 'trace=write', 'echo', 'x'], /exited with 0/],
  ['-DDD', ['strace', '-DDD', '-e', 'trace=write', 'echo', 'x'], /exited with 0/],
  [
    'a call that is made to fail',
    ['strace', '-e', 'trace=write', '-e', 'inject=write:error=EIO', 'echo', 'x'],
    /INJECTED/,
  ],
  ['a result that is made up', ['strace', '-e', 'trace=write', '-e', 'inject=write:retval=2', 'echo', 'x'], /INJECTED/],
  [
    'a signal that is injected',
    ['strace', '-e', 'trace=write', '-e', 'inject=write:signal=SIGUSR1', 'echo', 'x'],
    /SIGUSR1/,
  ],
  ['-k', ['strace', '-k', '-e', 'trace=write', debuggee], /main/],
  ['-y -P', ['strace', '-y', '-P', '/etc/hostname', 'cat', '/etc/hostname'], /hostname/],
  ['exec by a thread', ['strace', '-f', '-e', 'trace=execve', exec, 'exec', '/bin/true'], /superseded by execve/],
  ['what is not there', ['strace', '/nonexistent'], /No such file/],
  [
    'SIGTERM to strace',
    sh('strace -e trace=none sleep 9 & s=$!; sleep 0.5; kill -TERM $s; wait $s; echo ended $?'),
    /ended 1/,
  ],
];

/** Scenes of several processes or threads: each one's lines, in its order. */
const MANY: readonly (readonly [name: string, command: readonly string[], words: RegExp])[] = [
  [
    'stopped and continued',
    [
      'strace',
      '-f',
      '-o',
      '|cat >&2',
      '-e',
      'trace=kill',
      'sh',
      '-c',
      '(sleep 0.3; kill -CONT $$) & kill -STOP $$; wait',
    ],
    /stopped by SIGSTOP/,
  ],
  [
    'a pipeline',
    ['strace', '-f', '-o', '|cat >&2', '-e', 'trace=!wait4,rt_sigreturn', 'sh', '-c', 'ls / | wc -l'],
    /exited with 0/,
  ],
  ['threads', ['strace', '-f', '-o', '|cat >&2', '-e', 'trace=write,exit', debuggee, 'threads'], /exited with 12/],
  ['fork', ['strace', '-f', '-o', '|cat >&2', '-e', 'trace=process', debuggee, 'fork'], /exited with 25/],
  ['vfork', ['strace', '-f', '-o', '|cat >&2', '-e', 'trace=process', debuggee, 'vfork'], /exited with 30/],
  [
    '--seccomp-bpf',
    ['strace', '-f', '--seccomp-bpf', '-o', '|cat >&2', '-e', 'trace=openat,write', 'sh', '-c', 'ls / | wc -l'],
    /openat/,
  ],
  [
    'a filter',
    ['strace', '-f', '-o', '|cat >&2', '-e', 'trace=%file', 'sh', '-c', 'cat /etc/hostname; ls /'],
    /hostname/,
  ],
];

describe.skipIf(!has('strace'))('strace', () => {
  test.each(ONE)('%s', async (_name, command, words) => {
    expect(await same(command)).toMatch(words);
  });
  test.each(MANY)('%s', async (_name, command, words) => {
    expect(await same(command, { raw: perProcess })).toMatch(words);
  });

  test('-c counts the same calls', async () => {
    // Without the times, and without the order that they make.
    const as = (text: string): string =>
      text
        .replace(/^ *N\.00 0\.N .*total$|^ *[\dN]+\.\d+ +\S+ +[\dN]* *(?=\d+ .*[a-z])/gm, '')
        .split('\n')
        .sort()
        .join('\n');
    await same(['strace', '-c', '-f', '-o', '|cat >&2', 'sh', '-c', 'true'], { as });
  });

  test('a job is stopped and continued', async () => {
    const script = [
      `set -m; strace -e trace=none ${debuggee} loop 2>&1 & until p=$(pgrep -x -P $! debuggee); do sleep 0.1; done; sleep 0.5`,
      'kill -TSTP $p; sleep 0.2; kill -CONT $p; sleep 0.2; kill $p; wait $!; echo ended $?',
    ].join('; ');
    const text = await same(['bash', '-c', script]);
    expect(text).toMatch(/--- SIGTSTP[\s\S]*--- stopped by SIGTSTP[\s\S]*--- SIGCONT[\s\S]*killed by SIGTERM/);
  });

  test('-p, and Ctrl-C: the program goes on', async () => {
    const script = `${debuggee} loop >/dev/null & p=$!; sleep 0.3; timeout -s INT 0.5 strace -e trace=clock_nanosleep -p $p 2>&1; echo strace $?; kill -TERM $p; wait $p 2>/dev/null; echo ended $?`;
    // How many calls it made in that time is chance.
    const as = (text: string): string => text.replace(/^(clock_nanosleep\(.*| ?<detached .*|strace: .*)\n/gm, '');
    expect(await same(sh(script), { as })).toMatch(/clock_nanosleep[\s\S]*ended 143/);
  });

  test('-f -p of a process with threads', async () => {
    const script = `${exec} many 20 >/dev/null & p=$!; sleep 0.5; timeout -s INT 0.7 strace -f -o ${join(scratch(), 'out')} -p $p 2>&1 | sort; kill -KILL $p; wait $p 2>/dev/null; echo ended $?`;
    expect(await same(sh(script))).toMatch(/attached with 21 threads[\s\S]*ended 137/);
  });

  test('of strace', async () => {
    // Natively the inner one is refused; here it says what it says alone.
    const alone = await run(['strace', '-e', 'trace=write', debuggee]);
    const dir = scratch();
    const inner = ['strace', '-o', join(dir, 'inner'), '-e', 'trace=write', debuggee];
    await run(shared('strace', '-f', '-o', join(dir, 'outer'), '-e', 'trace=ptrace,wait4', ...inner));
    expect(steady(readFileSync(join(dir, 'inner'), 'utf8'))).toBe(steady(alone.stderr));
    expect(readFileSync(join(dir, 'outer'), 'utf8')).toMatch(/ptrace\(PTRACE_GET_SYSCALL_INFO/);
  });
});
