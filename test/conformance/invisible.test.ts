/** Invisible: what a parent, a terminal and the program itself see is what they see without us. The native run comes first. */

import { describe, expect, test } from 'vitest';
import type { Tracer } from '../../src/session/index.ts';
import {
  attachTo,
  Native,
  run,
  runNative,
  start,
  stateOf,
  status,
  target,
  threadsOf,
  until,
  watchLeaks,
} from '../support/live.ts';
import { program } from '../support/paths.ts';

watchLeaks();

/** What a test of invisibility traces with: as much as can be asked for. */
const everything: Tracer = {
  quiesce: () => undefined,
  syscallEntry: () => undefined,
  syscallExit: () => undefined,
  signal: () => undefined,
  clone: () => undefined,
  exec: () => undefined,
  exit: () => undefined,
  jobControl: () => undefined,
};
const nothing: Tracer = {};

/** What can be compared: without the pid, and with the job's own words after the shell's (two processes write). */
function comparable(output: string): string {
  const lines = output.replace(/^job \d+$/m, 'job').split('\n');
  const own = (line: string): boolean => line.startsWith('caught');
  return [...lines.filter((line) => !own(line)), ...lines.filter(own)].join('\n');
}

/** Plays a script on a job under a terminal, native; says what the shell saw. */
async function native(script: string, job: readonly string[]): Promise<string> {
  const shell = new Native('jobshell', [script, program(job[0]!), ...job.slice(1)]);
  await shell.says('\n');
  shell.write('\n');
  await shell.end();
  return comparable(shell.output);
}

/** The same with the job attached to, from outside. */
async function attached(script: string, job: readonly string[], tracer: Tracer): Promise<string> {
  const shell = new Native('jobshell', [script, program(job[0]!), ...job.slice(1)]);
  await until('the job', () => /^job \d+\n.*\n/.test(shell.output));
  await attachTo(Number(/^job (\d+)/.exec(shell.output)![1]), { tracers: [tracer] });
  shell.write('\n');
  await shell.end();
  return comparable(shell.output);
}

/** The same with terminal, shell and job all spawned by us. */
async function spawned(script: string, job: readonly string[], tracer: Tracer): Promise<string> {
  const shell = await start('jobshell', [script, program(job[0]!), ...job.slice(1)], [tracer]);
  await shell.says('\n');
  shell.write('\n');
  await shell.end();
  return comparable(shell.output);
}

const naps = ['puppet', 'say up', 'naps'];
const scripts: readonly (readonly [what: string, script: string, job: readonly string[]])[] = [
  ['Ctrl-C', 'cw', naps],
  ['Ctrl-\\', 'qw', naps],
  ['Ctrl-Z, fg, Ctrl-C', 'zwtFwtcw', naps],
  ['Ctrl-Z, bg, fg, Ctrl-C', 'zwtBwtF.cw', naps],
  ['Ctrl-Z, SIGKILL', 'zwtKw', naps],
  ['SIGSTOP, SIGCONT, SIGKILL', 'SwtCwtKw', naps],
  [
    'SIGTSTP, SIGSTOP (stopped already), SIGUSR1 (pending), SIGCONT',
    'TwtS.t1.tCwtcw',
    ['puppet', 'catch 10', 'say up', 'naps'],
  ],
  ['SIGSTOP and SIGCONT three times', 'SwtCwtSwtCwtSwtCwtcw', naps],
  ['reading from the terminal in the background: SIGTTIN', 'zwBwwtFwtcw', ['puppet', 'say up', 'naps 60', 'readtty']],
  ['a caught SIGTSTP', 'z.tcw', ['puppet', 'catch 20', 'say up', 'naps']],
  ['a caught SIGCONT', 'SwtCwtcw', ['puppet', 'catch 18', 'say up', 'naps']],
  ['an ignored SIGINT', 'c.tKw', ['puppet', 'ignore 2', 'say up', 'naps']],
  ['a job of five threads', 'zwtFwtSwtCwtcw', ['threads', 'many', '4']],
  ['a spinning job', 'zwtFwtcw', ['puppet', 'spin']],
];

describe('job control under a terminal: the real parent’s waitpid and SIGCHLD, with and without us', () => {
  test.each(scripts)('%s', async (_what, script, job) => {
    const oracle = await native(script, job);
    expect(oracle).toContain('wait 0x');
    expect(await attached(script, job, everything), 'attached').toBe(oracle);
    expect(await attached(script, job, nothing), 'attached, wanting nothing').toBe(oracle);
    expect(await spawned(script, job, everything), 'spawned').toBe(oracle);
  });
});

describe('attach and detach leave a process as it was', () => {
  test('a running process: still running', async () => {
    const child = await target('puppet', ['spin'], 'spinning');
    const session = await attachTo(child.pid, { tracers: [everything] });
    await session.close();
    expect(stateOf(child.pid)).toBe('R');
    expect(status(child.pid, 'TracerPid')).toBe('0');
    expect(child.statuses).toEqual([]);
  });

  test('R18, R29: a stopped process stays stopped, and SIGCONT works, during and after', async () => {
    for (const when of ['while attached', 'after detach']) {
      const child = await target('puppet', ['say ready', 'naps']);
      child.signal('SIGSTOP');
      // A SIGCONT before the parent has looked takes the stop back, for waitpid.
      await until('T, and the parent told', () => stateOf(child.pid) === 'T' && child.statuses.length === 1);
      const session = await attachTo(child.pid, { tracers: [everything] });
      await until('held', () => stateOf(child.pid) === 't');
      if (when === 'after detach') {
        await session.close();
        await until('T', () => status(child.pid, 'State').includes('T (stopped)')); // by way of R, as R29 does it
        expect(status(child.pid, 'TracerPid')).toBe('0');
      }
      child.signal('SIGCONT');
      await until(`running, ${when}`, () => stateOf(child.pid) === 'S');
      await session.close();
      expect(stateOf(child.pid)).toMatch(/[RS]/); // it naps
      await until('told', () => child.statuses.length === 2);
      expect(child.statuses).toEqual(['0x137f', '0xffff']);
    }
  });

  test('R34: detach from a stopped group of threads leaves each stopped', async () => {
    const child = await target('threads', ['many', '5']);
    child.signal('SIGSTOP');
    await until('T', () => stateOf(child.pid) === 'T');
    const session = await attachTo(child.pid, { tracers: [everything] });
    await session.close();
    expect(session.runtime.host.tasks.size).toBe(0);
    for (const tid of threadsOf(child.pid)) await until('T', () => stateOf(tid) === 'T');
    child.signal('SIGCONT');
    await until('S', () => stateOf(child.pid) === 'S');
  });

  test('stopped while attached, detached, continued: the parent is told each once', async () => {
    const child = await target('puppet', ['say ready', 'naps']);
    const session = await attachTo(child.pid, { tracers: [everything] });
    child.signal('SIGSTOP');
    await until('told', () => child.statuses.length === 1);
    await session.close();
    await until('T', () => stateOf(child.pid) === 'T');
    child.signal('SIGCONT');
    await until('told', () => child.statuses.length === 2);
    expect(child.statuses).toEqual(['0x137f', '0xffff']);
  });

  const sleeps = ['sleep 600', 'epoll 600', 'futex 600', 'poll 600', 'select 600', 'recv 600'];
  test.each(sleeps)('%s: attach and detach do not disturb it', async (command) => {
    const oracle = await runNative('puppet', ['say ready', command]);
    const child = await target('puppet', ['say ready', command]);
    await until('asleep', () => stateOf(child.pid) === 'S' && !child.output.includes('='));
    const session = await attachTo(child.pid, { tracers: [everything] });
    await session.close();
    await child.end();
    expect(child.words).toBe(oracle.output);
  });

  test('a call that sleeps with a mask of its own, of a 32-bit program: attaching does not let in what it blocks', async () => {
    const play = async (trace: boolean): Promise<string> => {
      const child = await target('ppoll-32', []);
      await until('asleep', () => stateOf(child.pid) === 'S' && child.output.includes('ready'));
      child.signal('SIGUSR1');
      const session = trace ? await attachTo(child.pid, { tracers: [everything] }) : null;
      await child.end();
      await session?.close();
      return child.words;
    };
    const oracle = await play(false);
    expect(oracle).toContain('caught at its end');
    expect(await play(true)).toBe(oracle);
  });

  test.each([...sleeps, 'pause'])('%s: interrupted by SIGSTOP and SIGCONT, as without us', async (command) => {
    const play = async (trace: boolean): Promise<string> => {
      const child = await target('puppet', ['catch 10', 'say ready', command]);
      await until('asleep', () => stateOf(child.pid) === 'S');
      const session = trace ? await attachTo(child.pid, { tracers: [everything] }) : null;
      child.signal('SIGSTOP');
      await until('stopped', () => child.statuses.includes('0x137f'));
      child.signal('SIGCONT');
      if (command === 'pause') {
        await until('continued', () => child.statuses.includes('0xffff'));
        child.signal('SIGUSR1');
      }
      await child.end();
      await session?.close();
      return child.words;
    };
    const oracle = await play(false);
    expect(await play(true)).toBe(oracle);
  });

  test.each(sleeps)('%s: interrupted by a handler, with and without SA_RESTART, as without us', async (command) => {
    for (const how of ['catch', 'catch-restart']) {
      const play = async (trace: boolean): Promise<string> => {
        const child = await target('puppet', [`${how} 10`, 'say ready', command]);
        await until('asleep', () => stateOf(child.pid) === 'S');
        const session = trace ? await attachTo(child.pid, { tracers: [everything] }) : null;
        child.signal('SIGUSR1');
        await child.end();
        await session?.close();
        return child.words;
      };
      const oracle = await play(false);
      expect(await play(true), how).toBe(oracle);
    }
  });
});

describe('the program itself', () => {
  const scenes: readonly (readonly string[])[] = [
    [
      'puppet',
      'catch 10',
      'raise 10',
      'kill 10',
      'queue 10 5',
      'block 12',
      'raise 12',
      'default 12',
      'ignore 12',
      'unblock 12',
    ],
    ['puppet', 'catch 34', 'block 34', 'queue 34 1', 'queue 34 2', 'queue 34 3', 'unblock 34'],
    ['puppet', 'catch 17', 'fork 3', 'vfork 4', 'clone 0x11 5', 'thread'],
    ['puppet', 'catch 11', 'raise 11', 'catch 5', 'raise 5'],
    ['puppet', 'poll 10', 'select 10', 'epoll 10', 'futex 10', 'recv 10', 'sleep 10'],
    ['threads', 'sibling-last'],
    ['threads', 'leader-first'],
    ['threads', 'kill'],
    ['threads', 'churn', '60'],
    ['calls-32'],
    ['int80'],
  ];
  test.each(scenes.map((scene) => [scene.join(' '), scene] as const))('%s', async (_name, [file, ...args]) => {
    const oracle = await runNative(file!, args);
    for (const tracers of [[everything], [nothing], [everything, everything, nothing]]) {
      const { output, ended } = await run(file!, args, tracers);
      expect(output).toBe(oracle.output);
      expect(ended?.code ?? null).toBe(oracle.code);
    }
  });
});
