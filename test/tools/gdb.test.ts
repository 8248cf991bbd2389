/** gdb, in a session and without: the same scripts on the same programs must say the same. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { scratch } from '../cli/support.ts';
import { build, debuggee, gdb, has, same, sh, unordered } from './support.ts';

beforeAll(build, 120_000);

/** Scenes by name: what of the debuggee, and the commands. `words`: what must be among what gdb said. */
type Scene = readonly [name: string, scene: string, commands: readonly string[], words: RegExp];

const play = async ([, scene, commands, words]: Scene, as?: (text: string) => string): Promise<void> => {
  const args = scene === '' ? [debuggee] : [debuggee, ...scene.split(' ')];
  const text = await same(gdb(commands, '--args', ...args), as === undefined ? {} : { as });
  expect(text).toMatch(words);
};

const ONE: readonly Scene[] = [
  [
    'breakpoints, finish',
    '',
    ['break add', 'run', 'bt', 'info locals', 'continue', 'finish', 'info breakpoints', 'delete', 'continue'],
    /exited with code 022/,
  ],
  ['a condition', '', ['break add if a == 6', 'run', 'bt', 'continue'], /add \(a=6/],
  [
    'step, next, stepi',
    '',
    ['break twice', 'run', 'step', 'step', 'step', 'next', 'next', 'stepi', 'nexti', 'x/i $pc', 'delete', 'continue'],
    /exited with code 022/,
  ],
  [
    'until, advance',
    'hits 3',
    ['break hits', 'run', 'next', 'next', 'until', 'advance add', 'up', 'kill'],
    /hits \(n=3\)/,
  ],
  ['watch', '', ['break main', 'run', 'watch counter', 'continue', 'continue', 'continue'], /New value = 18/],
  ['rwatch', '', ['break main', 'run', 'rwatch counter', 'continue', 'continue', 'delete', 'continue'], /Value = 6/],
  ['hbreak', '', ['break main', 'run', 'hbreak add', 'continue', 'bt', 'delete', 'continue'], /Hardware assisted/],
  [
    'a watch in software',
    'hits 3',
    ['set can-use-hw-watchpoints 0', 'break hits', 'run', 'watch sum', 'continue', 'continue', 'kill'],
    /New value = 1/,
  ],
  ['catch syscall', '', ['catch syscall write', 'run', 'bt -1', 'continue', 'continue'], /returned from syscall/],
  [
    'stepi over a call',
    '',
    ['catch syscall write', 'run', 'stepi', 'stepi', 'x/i $pc', 'delete', 'continue'],
    /ADDR|0x/,
  ],
  ['catch exec', 'exec', ['catch exec', 'run', 'info inferiors', 'continue'], /exec'd/],
  ['catch signal', 'signals', ['catch signal SIGUSR1', 'run', 'bt -1', 'continue', 'continue'], /Catchpoint 1/],
  [
    'handle',
    'signals',
    ['handle SIGUSR1 nostop noprint pass', 'handle SIGUSR2 stop print nopass', 'run', 'continue'],
    /exited with code 012/,
  ],
  ['signal 0', 'signals', ['run', 'signal 0', 'continue'], /exited with code 014/],
  ['a signal injected', 'signals', ['break signals', 'run', 'next', 'next', 'signal SIGUSR2', 'continue'], /SIGUSR2/],
  ['queue-signal', 'signals', ['run', 'queue-signal SIGUSR2', 'continue', 'continue'], /exited with code/],
  [
    'steps across signals',
    'signals',
    ['break signals', 'run', 'next', 'next', 'next', 'step', 'stepi', 'delete', 'continue', 'continue'],
    /SIGUSR1/,
  ],
  [
    'a call of a function',
    '',
    ['break add', 'run', 'print twice(5)', 'delete', 'print twice(5)', 'continue'],
    /\$1 = 10/,
  ],
  [
    'registers written',
    '',
    ['break add', 'run', 'set var $rax=5', 'print $rax', 'set var a=4', 'delete', 'continue'],
    /\$1 = 5/,
  ],
  ['a crash', 'crash', ['run', 'bt', 'print counter', 'print $_siginfo.si_signo', 'continue'], /SIGSEGV/],
  ['kill, and run again', '', ['break add', 'run', 'kill', 'info inferiors', 'run', 'bt'], /Breakpoint 1, add/],
  ['detach', '', ['break add', 'run', 'detach'], /Detaching|detached/],
  [
    'record and go back',
    'steps 2',
    ['break steps', 'run', 'record', 'next', 'next', 'reverse-next', 'record stop', 'kill'],
    /steps/,
  ],
  [
    'a checkpoint',
    'steps 2',
    ['break steps', 'run', 'checkpoint', 'next', 'restart 1', 'next', 'kill'],
    /Switching to/,
  ],
  ['catch fork', 'fork', ['catch fork', 'run', 'continue'], /exited with code 031/],
  [
    'into the child of a fork',
    'fork',
    ['set follow-fork-mode child', 'break in_child', 'run', 'bt -2', 'continue'],
    /exited with code 05/,
  ],
  ['catch vfork', 'vfork', ['catch vfork', 'run', 'continue'], /exited with code 036/],
  [
    'into the child of a vfork',
    'vfork',
    ['set follow-fork-mode child', 'catch exec', 'run', 'continue'],
    /exited normally/,
  ],
  [
    'both after a fork',
    'fork',
    [
      'set detach-on-fork off',
      'break in_child',
      'catch fork',
      'run',
      'next',
      'info inferiors',
      'inferior 2',
      'continue',
      'bt -2',
      'kill',
      'inferior 1',
      'kill',
    ],
    /in_child/,
  ],
];

/** Threads come and go in an order of their own. */
const MANY: readonly Scene[] = [
  [
    'threads',
    'threads',
    ['break meet', 'run', 'info threads', 'thread apply all bt', 'delete', 'continue'],
    /exited with code 014/,
  ],
  [
    'scheduler-locking',
    'threads',
    [
      'break meet',
      'run',
      'set scheduler-locking on',
      'next',
      'next',
      'set scheduler-locking off',
      'delete',
      'continue',
    ],
    /exited with code 014/,
  ],
  [
    'a breakpoint in each thread',
    'threads',
    ['break take_turn', 'run', 'continue', 'continue', 'delete', 'continue'],
    /exited with code 014/,
  ],
  [
    'a watch in each thread',
    'threads',
    ['break meet', 'run', 'watch counter', 'continue', 'continue', 'continue', 'info threads', 'delete', 'continue'],
    /New value = 6/,
  ],
  [
    'steps in a thread',
    'threads',
    ['break take_turn', 'run', 'next', 'next', 'bt', 'delete', 'continue'], // a third would give the next thread its turn
    /exited with code 014/,
  ],
  [
    'non-stop',
    'threads',
    ['set non-stop on', 'break meet', 'run', 'info threads', 'delete', 'continue'],
    /exited with code 014/,
  ],
];

describe.skipIf(!has('gdb'))('gdb', () => {
  test.each(ONE)('%s', async (...scene) => play(scene));
  test.each(MANY)('%s', async (...scene) => play(scene, threadsUnordered));

  test('a shell starts the program', async () => {
    const text = await same(gdb(['set startup-with-shell on', 'break add', 'run', 'bt', 'kill'], '--args', debuggee));
    expect(text).toMatch(/Breakpoint 1, add/);
  });

  test('a script with commands at a breakpoint', async () => {
    const script = join(scratch(), 'script');
    writeFileSync(script, 'break add\ncommands\nprint a\ncontinue\nend\nrun\n');
    expect(await same(gdb([], '-x', script, '--args', debuggee, 'hits', '5'))).toMatch(/\$5 = 6/);
  });

  test('exec by a thread', async () => {
    const script = ['catch exec', 'run', 'info threads', 'continue'];
    // The leader dies of it, and gdb may see that before or after.
    const as = (text: string): string =>
      text.replace(/^\[(Thread .* exited|New LWP N)\]\n/gm, '').replace(/(Thread|\*) \d /g, '$1 K ');
    expect(await same(gdb(script, '--args', debuggee, 'thread-exec'), { as })).toMatch(/exited normally/);
  });

  test('cores: of a program that goes on, and of one that crashed', async () => {
    const core = join(scratch(), 'core');
    await same(gdb(['break add', 'run', `generate-core-file ${core}`, 'continue', 'kill'], '--args', debuggee));
    expect(await same(gdb(['bt', 'info threads'], debuggee, core))).toMatch(/add \(a=3, b=0\)/);
    await same(gdb(['run', `generate-core-file ${core}`, 'kill'], '--args', debuggee, 'crash'));
    expect(await same(gdb(['bt', 'print counter'], debuggee, core))).toMatch(/= 42/);
  });

  const attached = (...commands: string[]): string[] => {
    const tool = gdb(commands, '-p').map((word) => `'${word}'`);
    return sh(
      `${debuggee} loop >/dev/null & p=$!; sleep 0.2; ${tool.join(' ')} $p 2>&1; kill -TERM $p 2>/dev/null; wait $p; echo ended $?`,
    );
  };

  test('attach, work, detach: the program goes on', async () => {
    const text = await same(attached('break twice', 'continue', 'bt', 'finish', 'watch counter', 'delete', 'detach'), {
      as: withoutPlace,
    });
    expect(text).toMatch(/Breakpoint 1, twice[\s\S]*ended 143/);
  });

  test('attach, kill', async () => {
    expect(await same(attached('break twice', 'continue', 'kill'), { as: withoutPlace })).toMatch(/ended 137/);
  });
});

/** Where a program was when gdb came, and what it had counted, is chance. */
const withoutPlace = (text: string): string =>
  text
    .replace(/^(ADDR in )?\S*nanosleep[^\n]*\n(N?\t[^\n]*\n)?/gm, '')
    .replace(/\b(n|a|b|once|returned is \$1) ?= ?(\d+|N)/g, '$1=N');

/**
 * At the end of a process gdb may find the leader a zombie before it has heard of the other threads' deaths: then it
 * drops it, to take it up again ("New process"), and says one exit more. Whoever gives another its turn may still be in that
 * write, or wait in a read already.
 */
const threadsUnordered = (text: string): string =>
  unordered(
    text
      .replace(/^\[(New process N|Thread ADDR \(LWP N\) exited)\]\n/gm, '')
      .replace(/__GI___libc_(read|write) \(nbytes=1, .*/g, 'a read or write'),
  );
