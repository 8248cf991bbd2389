/**
 * Under a real terminal, as a job of an interactive bash: what the keyboard and the shell do to a command they do to
 * `utrace trace COMMAND` too. Every scene is played without utrace first; the screens must tell the same.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { build, cli, scratch } from './support.ts';
import { play, type Step, why } from './terminals.ts';

beforeAll(build, 120_000);

/** The command is under way: past the moment in which its shell makes the process it waits for, where keys act otherwise. */
const GO: readonly Step[] = [{ expect: '\ngo' }, { wait: 0.2 }];
const CTRL_C = '\u0003';
const CTRL_Z = '\u001a';
const CTRL_BACKSLASH = '\u001c';

/** Plays a scene of `script` bare, and under utrace; gives both screens, the command's name made the same. */
async function both(
  script: string,
  steps: readonly Step[],
): Promise<{ bare: string[]; traced: string[]; log: string }> {
  const log = join(scratch(), 'log');
  const prefix = `${process.execPath} ${cli} trace -o ${log} -- `;
  const command = `sh -c '${script}'`;
  const tell = (screen: string): string[] =>
    screen
      .replaceAll(prefix, '')
      .replace(/\r/g, '')
      .split('\n')
      .map((line) =>
        line
          .replace(/(?<!status=)\b\d{3,}\b/g, 'PID')
          .replace(/ +/g, ' ')
          .trim(),
      )
      .filter((line) => line !== '' && line !== '$');
  const bare = tell(await play([{ type: `${command}\n` }, ...steps]));
  const traced = tell(await play([{ type: `${prefix}${command}\n` }, ...steps]));
  return { bare, traced, log: readFileSync(log, 'utf8') };
}

const status: Step[] = [{ expect: '\\$ ' }, { type: 'echo "status=$?"\n' }, { expect: 'status=\\d+' }];

describe.skipIf(why !== '')('as a foreground job', () => {
  test('Ctrl-C kills the command, and utrace ends like it', async () => {
    const { bare, traced, log } = await both('echo go; sleep 30', [...GO, { type: CTRL_C }, ...status]);
    expect(traced).toEqual(bare);
    expect(traced).toContain('status=130');
    expect(log).toContain('--- SIGINT {si_signo=SIGINT, si_code=SI_KERNEL} ---');
  });

  test('Ctrl-C that the command handles is not ours', async () => {
    const { bare, traced } = await both('trap "echo caught; exit 9" INT; echo go; sleep 30; true', [
      ...GO,
      { type: CTRL_C },
      { expect: 'caught' },
      ...status,
    ]);
    expect(traced).toEqual(bare);
    expect(traced).toContain('status=9');
  });

  test('Ctrl-\\', async () => {
    const { bare, traced } = await both('ulimit -c 0; echo go; sleep 30; true', [
      ...GO,
      { type: CTRL_BACKSLASH },
      ...status,
    ]);
    expect(bare).toContain('status=131');
    expect(traced).toContain('status=131');
  });

  test('Ctrl-Z stops the job as the shell sees it; fg continues it', async () => {
    const { bare, traced, log } = await both('echo go; sleep 0.5; echo over; exit 3', [
      ...GO,
      { type: CTRL_Z },
      { expect: 'Stopped' },
      { expect: '\\$ ' },
      { type: 'jobs -s | wc -l\n' },
      { expect: '\n1' },
      { expect: '\\$ ' },
      { type: 'fg\n' },
      { expect: '\nover' },
      ...status,
    ]);
    expect(traced).toEqual(bare);
    expect(traced).toContain('status=3');
    expect(log).toContain('--- stopped by SIGTSTP ---');
    expect(log).toContain('--- SIGCONT ');
  });

  test('stopped and continued three times', async () => {
    const once: Step[] = [
      { type: CTRL_Z },
      { expect: 'Stopped' },
      { expect: '\\$ ' },
      { type: 'fg\n' },
      { expect: 'sh -c' },
      // bash says so first, then gives it the terminal, then continues it: Ctrl-Z before that is lost, bare too.
      { wait: 0.1 },
    ];
    const { bare, traced } = await both('echo go; read x; echo "got $x"', [
      ...GO,
      ...once,
      ...once,
      ...once,
      { type: 'line\n' },
      { expect: 'got line' },
      ...status,
    ]);
    expect(traced).toEqual(bare);
  });

  test('bg continues it in the background; it ends there', async () => {
    const { bare, traced } = await both('echo go; sleep 0.5; exit 3', [
      ...GO,
      { type: CTRL_Z },
      { expect: 'Stopped' },
      { expect: '\\$ ' },
      { type: 'bg\n' },
      { expect: '\\$ ' },
      { type: 'wait %1; echo "status=$?"\n' },
      { expect: 'status=3' },
    ]);
    const steady = (lines: string[]): string[] => lines.filter((line) => /status=|Stopped|Exit/.test(line));
    expect(steady(traced)).toEqual(steady(bare));
  });

  test('a stopped job is killed by Ctrl-C after fg', async () => {
    const { bare, traced } = await both('echo go; sleep 30', [
      ...GO,
      { type: CTRL_Z },
      { expect: 'Stopped' },
      { expect: '\\$ ' },
      { type: 'fg\n' },
      { expect: 'sleep 30' },
      { wait: 0.3 }, // the shell says so before it gives the terminal away
      { type: CTRL_C },
      ...status,
    ]);
    expect(traced).toEqual(bare);
    expect(traced).toContain('status=130');
  });

  test('kill %1 ends a stopped job', async () => {
    const { bare, traced } = await both('echo go; sleep 30', [
      ...GO,
      { type: CTRL_Z },
      { expect: 'Stopped' },
      { expect: '\\$ ' },
      { type: 'kill %1; sleep 0.3\n' },
      { expect: 'Terminated' },
    ]);
    const end = (lines: string[]): string[] =>
      lines.filter((line) => line.includes('Terminated')).map((line) => line.slice(4));
    expect(end(traced)).toEqual(end(bare));
  });

  test('it reads the terminal', async () => {
    const { bare, traced } = await both('echo go; read a; echo "read <$a>"; test -t 0 && test -t 1 && echo tty', [
      ...GO,
      { type: 'hello\n' },
      { expect: 'read <hello>' },
      { expect: '\ntty' },
      ...status,
    ]);
    expect(traced).toEqual(bare);
  });

  test('in the background, reading stops it with SIGTTIN, as the shell says', async () => {
    const scene: Step[] = [
      { expect: '\\$ ' },
      { type: 'sleep 0.5; jobs\n' },
      { expect: 'Stopped' },
      { expect: '\\$ ' },
      { type: 'fg\n' },
      { type: 'late\n' },
      { expect: 'read <late>' },
      ...status,
    ];
    const log = join(scratch(), 'log');
    const command = `sh -c 'read a; echo "read <$a>"' &\n`;
    const bare = await play([{ type: command }, ...scene]);
    const traced = await play([{ type: `${process.execPath} ${cli} trace -o ${log} -- ${command}` }, ...scene]);
    const told = (screen: string): string[] =>
      screen
        .split(/[\r\n]+/)
        .filter((line) => /Stopped|read </.test(line) && !line.includes('sh -c \'read a; echo "read <$a>"\' &'))
        .map((line) => line.replace(/\S*\/node .*?-- /, '').replace(/ +/g, ' '));
    expect(told(traced)).toEqual(told(bare));
    expect(readFileSync(log, 'utf8')).toContain('--- stopped by SIGTTIN ---');
  });

  test('in a pipeline', async () => {
    const log = join(scratch(), 'log');
    const scene: Step[] = [
      { expect: '\nGO' },
      { wait: 0.2 }, // as GO: past the vfork, in which a stopped child keeps its shell from stopping
      { type: CTRL_Z },
      { expect: 'Stopped' },
      { expect: '\\$ ' },
      { type: 'fg\n' },
      { expect: '\nOVER' },
    ];
    const screen = await play([
      {
        type: `${process.execPath} ${cli} trace -o ${log} -- sh -c 'echo go; sleep 1; echo over' | sed -u y/gover/GOVER/\n`,
      },
      ...scene,
    ]);
    expect(screen).toContain('OVER');
  });

  test('a call that blocks is seen before it returns', async () => {
    const screen = await play([
      { type: `${process.execPath} ${cli} trace -e read sh -c 'read x; exit 4'\n` },
      { expect: '\nread\\(0, $' },
      { type: 'typed\n' },
      { expect: 'exited with 4' },
      ...status,
    ]);
    expect(screen).toContain('status=4');
  });
});
