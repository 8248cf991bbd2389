/**
 * Several unmodified tools on one thread, which Linux alone refuses: each must say what it says when it is alone, and
 * nothing of the others.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { run, scratch, utraceArgs } from '../cli/support.ts';
import { build, debuggee, gdb, has, sh, shared, steady } from './support.ts';

beforeAll(build, 120_000);

const quote = (words: readonly string[]): string => words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
const read = (path: string): string => readFileSync(path, 'utf8');
const lines = (path: string, pattern: RegExp): number =>
  read(path)
    .split('\n')
    .filter((line) => pattern.test(line)).length;

/** So many rounds of `hits`: an openat of /dev/null and a write in each, between them one close. */
const ROUNDS = 200;

/** Starts the debuggee, then tracers on it (`P` is its pid), tells it to go on when all are attached, waits for all. */
async function beside(tracers: readonly string[], dir: string, options = {}): Promise<string> {
  const fifo = join(dir, 'go');
  const starts = tracers.map((tracer, i) => `${tracer.replaceAll(/\bP\b/g, '$p')} >${dir}/said.${i} 2>&1 & t="$t $!"`);
  const script = [
    `mkfifo ${fifo}; touch ${tracers.map((_, i) => `${dir}/said.${i}`).join(' ')}; ${debuggee} when-told ${ROUNDS} <${fifo} >/dev/null & p=$!; exec 9>${fifo}; sleep 0.2; t=`,
    ...starts,
    // Every tracer says that it is there.
    `for i in ${tracers.map((_, i) => i).join(' ')}; do n=0; while ! grep -q attached ${dir}/said.$i && [ ! -e ${dir}/ready.$i ] && [ $n -lt 200 ]; do sleep 0.05; n=$((n+1)); done; done`,
    'echo go >&9; wait $p; echo program $?; for q in $t; do wait $q; echo tracer $?; done',
  ].join('\n');
  const ran = await run(shared(...sh(script)), options);
  expect(ran.stderr).toBe('');
  return ran.stdout;
}

const STATUS = ((ROUNDS * (ROUNDS - 1)) / 2) & 0x7f;

describe.skipIf(!has('strace'))('several straces', () => {
  test('with filters of their own', async () => {
    const dir = scratch();
    const said = await beside(
      [`strace -o ${dir}/a -e trace=openat -p P`, `strace -o ${dir}/b -e trace=write -p P`],
      dir,
    );
    expect(said).toBe(`program ${STATUS}\ntracer 0\ntracer 0\n`);
    expect([lines(`${dir}/a`, /^openat\(/), lines(`${dir}/a`, /^(write|close)/)]).toEqual([ROUNDS + 1, 0]);
    expect([lines(`${dir}/b`, /^write\(/), lines(`${dir}/b`, /^(openat|close)/)]).toEqual([ROUNDS, 0]);
    for (const file of ['a', 'b']) expect(read(`${dir}/${file}`)).toMatch(/\+\+\+ exited with/);
  });

  test('three of one thread say the same', async () => {
    const dir = scratch();
    const said = await beside(
      ['a', 'b', 'c'].map((file) => `strace -o ${dir}/${file} -p P`),
      dir,
    );
    expect(said).toBe(`program ${STATUS}\ntracer 0\ntracer 0\ntracer 0\n`);
    // The call it slept in is broken off by whoever attaches: those who are there already see it begin anew.
    const after = (file: string): string => read(join(dir, file)).replace(/^read\(.*\n/gm, '');
    expect(after('a').split('\n').length).toBeGreaterThan(3 * ROUNDS);
    expect(after('b')).toBe(after('a'));
    expect(after('c')).toBe(after('a'));
  });

  test('of a command, and one more that comes later and goes before its end', async () => {
    const dir = scratch();
    const script = [
      `strace -f -o ${dir}/a -e trace=clock_nanosleep ${debuggee} loop >/dev/null & s=$!; sleep 0.5`,
      `p=$(pgrep -P $s -x debuggee); timeout -s INT 0.5 strace -o ${dir}/b -e trace=clock_nanosleep -p $p 2>/dev/null`,
      'kill -TERM $p; wait $s; echo ended $?',
    ].join('\n');
    const { stdout } = await run(shared(...sh(script)));
    expect(stdout).toBe('ended 143\n');
    expect(lines(`${dir}/b`, /^clock_nanosleep\(.*= 0/)).toBeGreaterThan(20);
    expect(lines(`${dir}/a`, /clock_nanosleep\(.*= 0/)).toBeGreaterThan(lines(`${dir}/b`, /clock_nanosleep\(.*= 0/));
    expect(read(`${dir}/a`)).toMatch(/killed by SIGTERM/);
    expect(read(`${dir}/b`)).not.toMatch(/SIGTRAP|SIGSTOP/);
  });
});

describe.skipIf(!has('strace') || !has('gdb'))('gdb and strace', () => {
  const script = [
    'break add if a == 3',
    'continue',
    'bt 2',
    'next',
    'next',
    'stepi',
    'watch sum',
    'continue',
    'continue',
  ];
  const rest = ['delete', 'continue'];
  // In the end gdb says that nothing runs any more.
  const DONE = 'info breakpoints';

  test('strace of a process that gdb steps: gdb as alone, strace without a trace of gdb', async () => {
    const dir = scratch();
    const tool = (where: string): string =>
      `${quote(gdb([`shell touch ${where}/ready.0`, ...script, ...rest, DONE], '-p'))} P`;
    expect(await beside([tool(dir)], dir)).toBe(`program ${STATUS}\ntracer 0\n`);
    const alone = read(`${dir}/said.0`);
    const both = scratch();
    expect(await beside([tool(both), `strace -o ${both}/out -p P`], both)).toBe(
      `program ${STATUS}\ntracer 0\ntracer 0\n`,
    );
    expect(steady(read(`${both}/said.0`))).toBe(steady(alone));
    expect(alone).toMatch(/Breakpoint 1, add[\s\S]*watchpoint 2/i);
    expect([lines(`${both}/out`, /^openat\(/), lines(`${both}/out`, /^write\(/)]).toEqual([ROUNDS + 1, ROUNDS]);
    expect(read(`${both}/out`)).not.toMatch(/SIGTRAP|SIGSTOP/);
  });

  test('gdb runs a program, strace comes to it', async () => {
    const dir = scratch();
    const attach = `shell strace -o ${dir}/out -e trace=openat,write -p $(pgrep -x debuggee -P $PPID) 2>${dir}/err & while ! grep -q attached ${dir}/err; do sleep 0.05; done`;
    const commands = [
      'break hits',
      'run',
      attach,
      'next',
      'next',
      'next',
      'break add if a == 3',
      'continue',
      'bt 2',
      ...rest,
    ];
    const { stdout } = await run(shared(...gdb(commands, '--args', debuggee, 'hits', '20')));
    expect(stdout).toMatch(/add \(a=3, b=3\)[\s\S]*exited with code 076/);
    expect([lines(`${dir}/out`, /^openat\(/), lines(`${dir}/out`, /^write\(/)]).toEqual([21, 20]);
    expect(read(`${dir}/out`)).not.toMatch(/SIGTRAP/);
  });

  test('gdb on strace on a program', async () => {
    const dir = scratch();
    const commands = ['handle all nostop noprint pass', 'run', 'info inferiors'];
    const inner = ['strace', '-o', join(dir, 'out'), '-e', 'trace=write', debuggee];
    const { stdout } = await run(shared(...gdb(commands, '--args', ...inner)));
    expect(stdout).toMatch(/Inferior 1 \(process \d+\) exited with code 022/);
    expect(read(`${dir}/out`)).toMatch(/^write\(3, "x", 1\) += 1\n\+\+\+ exited with 18/);
  });

  test('gdb comes to strace that traces a program', async () => {
    const dir = scratch();
    const tool = quote(
      gdb(
        [
          // Or gdb 13 forgets a register that it borrowed, when a SIGCHLD comes in the middle of such a step.
          'set displaced-stepping off',
          'break wait4',
          'continue',
          'continue',
          'continue',
          'delete',
          'detach',
        ],
        '-p',
      ),
    );
    const text = [
      `strace -o ${dir}/out -e trace=clock_nanosleep ${debuggee} loop >/dev/null & s=$!; sleep 0.5`,
      `${tool} $s >${dir}/gdb 2>&1; sleep 0.2; kill $(pgrep -P $s -x debuggee); wait $s; echo ended $?`,
    ].join('\n');
    const { stdout } = await run(shared(...sh(text)));
    expect(stdout).toBe('ended 143\n');
    expect(read(`${dir}/gdb`)).toMatch(/Breakpoint 1, [\s\S]*Breakpoint 1, [\s\S]*detached/);
    expect(read(`${dir}/out`)).toMatch(/killed by SIGTERM/);
  });

  test('strace on gdb that debugs a program: gdb as alone', async () => {
    const dir = scratch();
    const tool = gdb(['break add', 'run', 'bt', 'next', 'continue', 'delete', 'continue'], '--args', debuggee);
    const alone = await run(tool);
    const ran = await run(shared('strace', '-f', '-o', join(dir, 'out'), '-e', 'trace=ptrace,wait4', ...tool));
    expect(steady(ran.stdout)).toBe(steady(alone.stdout));
    expect(lines(`${dir}/out`, /ptrace\(PTRACE_CONT/)).toBeGreaterThan(2);
    expect(read(`${dir}/out`)).toMatch(/exited with 18/);
  });
});

describe.skipIf(!has('strace'))('engines of the library beside them', () => {
  test('utrace trace of a process that strace traces', async () => {
    const dir = scratch();
    const ours = quote(utraceArgs('trace', '-o', `${dir}/ours`, '-e', 'openat', '-p')).concat(' P');
    const said = await beside([`strace -o ${dir}/theirs -e trace=openat -p P`, ours], dir);
    expect(said).toBe(`program ${STATUS}\ntracer 0\ntracer 0\n`);
    expect([lines(`${dir}/theirs`, /openat\(/), lines(`${dir}/ours`, /openat\(/)]).toEqual([ROUNDS + 1, ROUNDS + 1]);
  });
});
