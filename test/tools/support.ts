/**
 * For the tests with real tools: each scene is played by the tool alone, on the kernel's own ptrace, and under
 * `utrace share`; what the tool says must be the same. Here: the runs, and what no two runs share taken out of texts.
 */

import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'vitest';
import { build as buildCommand, byProcess, cli, installed, type Ran, type RunOptions, run } from '../cli/support.ts';
import { root } from '../support/paths.ts';

const sources = join(root, 'test', 'tools', 'programs');
const built = join(root, 'build', 'test', 'tools');
export const debuggee = join(built, 'debuggee');
export const reaper = join(built, 'reaper');
/** affinity.c */
export const affinity = join(built, 'affinity');
/** turns.c */
export const turns = join(built, 'turns');

const mtime = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

export function build(): void {
  buildCommand();
  mkdirSync(built, { recursive: true });
  for (const program of [debuggee, reaper, affinity, turns]) {
    const source = join(sources, `${basename(program)}.c`);
    if (mtime(program) > mtime(source)) continue;
    const flags = ['-O0', '-g', '-std=gnu11', '-Wall', '-Wextra', '-Werror', '-pthread', '-fno-pie', '-no-pie'];
    execFileSync(process.env.CC ?? 'cc', [...flags, '-o', program, source], { stdio: 'inherit' });
  }
}

/** Whether a tool is there; says which tests are skipped when it is not. */
export function has(tool: string): boolean {
  const found = installed(tool) !== undefined;
  if (!found) console.log(`skipped: the tests with ${tool}: it is not installed`);
  return found;
}

/** A command as it runs in a session of tracers. */
export const shared = (...command: string[]): string[] => [process.execPath, cli, 'share', '--', ...command];

/** What identifies a run and not what was done: addresses, pids, times, random bytes. */
export function steady(text: string): string {
  return text
    .replace(/0x[0-9a-f]{5,}/g, 'ADDR')
    .replace(/getrandom\("[^"]*"/g, 'getrandom("…"')
    .replace(/\b\d{3,8}\b/g, 'N')
    .replace(/\b0\.\d{6}\b/g, 'T')
    .replace(/(si_[us]time)=\d+/g, '$1=N')
    .replace(/^(Terminated|Killed|warning: Source file is more recent.*)\n/gm, '') // a shell's words, when it finds the time
    .replace(/ +/g, ' ');
}

/** Lines in an order that does not depend on who was first. */
export const unordered = (text: string): string => text.split('\n').sort().join('\n');

export interface SceneOptions extends RunOptions {
  /** What becomes of the text before it is compared: before, and after what differs from run to run was taken out. */
  readonly raw?: (text: string) => string;
  readonly as?: (text: string) => string;
}

/** Plays a scene twice: the two must tell the same, and end the same. The text of the run that was shared. */
export async function same(command: readonly string[], options: SceneOptions = {}): Promise<string> {
  const told = (ran: Ran): string => {
    const whole = `${ran.stdout}\n--- errors ---\n${ran.stderr}`;
    const text = steady(options.raw?.(whole) ?? whole);
    return `${options.as?.(text) ?? text}\nended: ${statusOf(ran)}`;
  };
  const native = told(await run(command, options));
  const ours = await run(shared(...command), options);
  expect(told(ours)).toBe(native);
  return `${ours.stdout}\n${ours.stderr}`;
}

/** As a shell has it: utrace cannot die of a signal that dumps core, and says 128 + its number instead. */
const SIGNALS: Readonly<Record<string, number>> = { SIGUSR1: 10, SIGSEGV: 11 };
const statusOf = ({ code, signal }: Ran): string | number =>
  signal === null ? (code ?? '') : (SIGNALS[signal] ?? -1) + 128 > 127 ? 128 + SIGNALS[signal]! : signal;

/** gdb without a user's settings, told what to do. */
export function gdb(commands: readonly string[], ...args: string[]): string[] {
  const settings = ['set debuginfod enabled off', 'set startup-with-shell off', 'set width 0', 'set confirm off'];
  return [
    'gdb',
    ...['-nx', '-q', '-batch'],
    ...settings.flatMap((line) => ['-iex', line]),
    ...commands.flatMap((line) => ['-ex', line]),
    ...args,
  ];
}

/** A text of shell commands, run by sh. */
export const sh = (script: string): string[] => ['sh', '-c', script];

/**
 * `strace -f -o`, process by process; what was broken off is joined again. Who was born first is no matter, nor whether
 * two children died so close together that their parent got one SIGCHLD.
 */
export const perProcess = (text: string): string =>
  Object.values(byProcess(text))
    .map(
      (lines) =>
        lines
          .filter((line) => !line.startsWith('--- SIGCHLD'))
          .join('\n')
          .replace(/\bP\d+\b/g, 'N'), // as `steady` has them: a number may be a pid in one of the two runs, and a size in both
    )
    .sort()
    .join('\n\n');
