/** `utrace share`, `--with` and `join` as a person uses them: on terminals, with gdb and strace. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { build, cli, installed, program, scratch } from './support.ts';
import { playOn, type Step, why } from './terminals.ts';

beforeAll(build, 120_000);

const gdb = installed('gdb');
const strace = installed('strace');
const missing =
  why || (gdb === undefined ? 'gdb is not installed' : strace === undefined ? 'strace is not installed' : '');
if (missing && missing !== why) console.log(`skipped: utrace share under a terminal: ${missing}`);

const CTRL_C = '\u0003';
const CTRL_Z = '\u001a';
const utrace = `${process.execPath} ${cli}`;
const quietGdb = 'gdb -q -nx -iex "set debuginfod enabled off" -ex "set confirm off"';

/** Typed at a prompt, in one step each. */
const at = (prompt: string, on: number, ...lines: readonly string[]): Step[] =>
  lines.flatMap((line): Step[] => [
    { type: `${line}\n`, on },
    { expect: prompt, on },
  ]);
const GDB = '\\(gdb\\) ';
const SHELL = '\\$ ';
const inGdb = (...lines: string[]): Step[] => at(GDB, 0, ...lines);
const status: Step[] = [{ type: 'echo "status=$?"\n' }, { expect: 'status=\\d+' }];

/** A program under gdb that is seen to run on (on terminal 0); then Ctrl-C. */
const interrupted = (on = 0): Step[] => [
  { type: 'continue\n', on },
  { expect: 'Continuing', on },
  { skip: true },
  { expect: 'at \\d+' },
  { type: CTRL_C, on },
  { expect: 'SIGINT', on },
  { expect: GDB, on },
];

describe.skipIf(missing !== '')('share', () => {
  const scene = (steps: readonly Step[], count = 1): Promise<string[]> =>
    playOn(count, steps, { XDG_RUNTIME_DIR: scratch() });

  test('a shell, gdb in it, and strace on what gdb debugs', async () => {
    const log = join(scratch(), 'log');
    const [screen] = await scene([
      { type: `${utrace} share -- ${'bash --norc --noprofile -i'}\n` },
      { expect: SHELL },
      ...at(GDB, 0, `${quietGdb} ${program('counter')}`),
      ...inGdb('set pagination off', 'break tick', 'run'),
      ...inGdb(`shell ${strace} -f -q -o ${log} -p $(pgrep -P $PPID -x counter) & sleep 0.5`, 'delete'),
      ...interrupted(),
      ...inGdb('print count > 0'),
      ...interrupted(),
      ...inGdb('kill'),
      ...at(SHELL, 0, 'quit'),
      ...at(SHELL, 0, 'exit 4'),
      ...status,
    ]);
    expect(screen).toMatch(/Breakpoint 1, .*tick/);
    expect(screen).toContain('= 1');
    expect(screen).toContain('status=4');
    const text = readFileSync(log, 'utf8');
    expect(text).toMatch(/clock_nanosleep|nanosleep/);
    expect(text).not.toContain('SIGINT'); // gdb, which came first, keeps it to itself
    expect(text).toMatch(/\+\+\+ killed by SIGKILL \+\+\+/);
    expect(text).not.toContain('SIGTRAP'); // gdb's own affairs
  });

  test('--with gdb and strace: the command waits for both, gdb gets the terminal, Ctrl-C is its', async () => {
    const log = join(scratch(), 'log');
    const [screen] = await scene([
      {
        type: `${utrace} share -w '${strace} -q -o ${log} -p {pid}' -w '${quietGdb} -p {pid}' -- ${program('counter')}\n`,
      },
      { expect: GDB },
      ...inGdb('set pagination off', 'break tick', 'continue', 'print count', 'delete'),
      ...interrupted(),
      ...interrupted(),
      ...inGdb('kill'),
      ...at(SHELL, 0, 'quit'),
      ...status,
    ]);
    expect(screen).toContain('$1 = 0');
    expect(screen).toContain('status=137');
    const text = readFileSync(log, 'utf8');
    expect(text).toMatch(/^brk\(NULL\)/);
    expect(text.match(/--- SIGINT /g)).toHaveLength(2);
  });

  test('--with gdb: Ctrl-Z stops the whole job, fg brings gdb back, and the terminal is the shell’s in the end', async () => {
    const [screen] = await scene([
      { type: `${utrace} share -w '${quietGdb} -p {pid}' -- ${program('counter')}\n` },
      { expect: GDB },
      ...inGdb('print 6 * 7'),
      { type: CTRL_Z },
      { expect: 'Stopped' },
      { expect: SHELL },
      ...at(SHELL, 0, 'echo at the shell'),
      { type: 'fg\n' },
      { expect: 'share' },
      { wait: 0.5 },
      { type: 'print 7 * 7\n' },
      { expect: '= 49' },
      { expect: GDB },
      { type: 'quit\n' },
      { expect: 'go' },
      { wait: 0.2 },
      { type: CTRL_C },
      { expect: SHELL },
      ...status,
    ]);
    expect(screen).toContain('= 49');
    expect(screen).toContain('status=130');
  });

  test('join from a second terminal: gdb there, strace here, Ctrl-C and Ctrl-Z there', async () => {
    const log = join(scratch(), 'log');
    const pid = join(scratch(), 'pid');
    const screens = await scene(
      [
        { type: `${utrace} share -n two -w '${strace} -q -o ${log} -p {pid}' -- ${program('counter')} ${pid}\n` },
        { expect: '\ngo' },
        ...at(GDB, 1, `${utrace} join two -- ${quietGdb} -p $(cat ${pid})`),
        ...at(GDB, 1, 'set pagination off', 'print count > 0'),
        ...interrupted(1),
        { type: CTRL_Z, on: 1 },
        { expect: 'Stopped', on: 1 },
        ...at(SHELL, 1, 'echo the job stopped'),
        { type: 'fg\n', on: 1 },
        { expect: 'join', on: 1 },
        { wait: 0.5 },
        ...at(GDB, 1, 'print 1', 'detach'),
        ...at(SHELL, 1, 'quit', 'echo "joined=$?"'),
        ...at(SHELL, 1, `${utrace} join two sh -c "exit 6"`, 'echo "joined=$?"'),
        { type: CTRL_C },
        { expect: SHELL },
        ...status,
      ],
      2,
    );
    expect(screens[1]).toMatch(/= 1\r\n[\s\S]*SIGINT[\s\S]*the job stopped[\s\S]*joined=0[\s\S]*joined=6/);
    expect(screens[0]).toContain('status=130');
    const text = readFileSync(log, 'utf8');
    expect(text).toMatch(/--- SIGINT [\s\S]*\+\+\+ killed by SIGINT \+\+\+/);
  });
});
