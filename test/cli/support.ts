/**
 * For the tests of the command: runs dist/cli.js (and strace, the oracle) as processes of their own, each in a process
 * group that is ended with the run, and makes their texts comparable.
 */

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { root } from '../support/paths.ts';

export const cli = join(root, 'dist', 'cli.js');
const sources = join(root, 'test', 'cli', 'programs');
const built = join(root, 'build', 'test', 'cli');
/** A built program of test/cli/programs. */
export const program = (name: string): string => join(built, name);

const mtime = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** Builds the command and the programs, where they are stale. */
export function build(): void {
  execFileSync(process.execPath, [join(root, 'scripts', 'ensure-built.mjs')], { stdio: ['ignore', 2, 2] });
  mkdirSync(built, { recursive: true });
  const newest = Math.max(...readdirSync(sources).map((file) => mtime(join(sources, file))));
  for (const file of readdirSync(sources)) {
    if (!file.endsWith('.c')) continue;
    const out = join(built, file.slice(0, -2));
    if (mtime(out) > newest) continue;
    // Calls with wrong arguments are the point: no warnings. Fixed addresses: no PIE.
    const flags = ['-O1', '-g', '-std=gnu11', '-w', '-pthread', '-fno-pie', '-no-pie'];
    execFileSync(process.env.CC ?? 'cc', [...flags, '-o', out, join(sources, file)], { stdio: 'inherit' });
  }
}

/** The whole path of a program, or undefined: it is not installed. */
export function installed(name: string): string | undefined {
  return ['/usr/bin', '/bin', '/usr/local/bin', '/usr/sbin']
    .map((dir) => join(dir, name))
    .find((path) => existsSync(path));
}

export interface Ran {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Called with the process once it is started. */
  readonly whileRunning?: (running: Running) => Promise<void> | void;
  /** Ends the run by force after so long. */
  readonly deadline?: number;
}

export interface Running {
  readonly pid: number;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly kill: (signal: NodeJS.Signals) => void;
}

/** Runs a command to its end, in a session of its own (no terminal). Whatever of its group is left then is killed. */
export async function run(command: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const [file = '', ...args] = command;
  const child = spawn(file, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const pid = child.pid!;
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  const endGroup = (): void => {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // all are gone
    }
  };
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    endGroup();
  }, options.deadline ?? 25_000);
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.on('close', (code, signal) => resolve({ code, signal }));
    child.on('error', reject);
  });
  try {
    await options.whileRunning?.({
      pid,
      stdout: () => stdout,
      stderr: () => stderr,
      kill: (signal) => child.kill(signal),
    });
    const { code, signal } = await ended;
    if (late) throw new Error(`${command.join(' ')} did not end\n${stdout}\n${stderr}`);
    return { code, signal, stdout, stderr };
  } finally {
    clearTimeout(timer);
    endGroup();
  }
}

/** The command line of utrace. */
export const utraceArgs = (...args: string[]): string[] => [process.execPath, cli, ...args];
export const utrace = (args: readonly string[], options: RunOptions = {}): Promise<Ran> =>
  run(utraceArgs(...args), options);

/** A directory for the length of the test. */
export function scratch(): string {
  const dir = mkdtempSync(join(tmpdir(), 'utrace-cli-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until `condition` holds. */
export async function until(what: string, condition: () => unknown, deadline = 15_000): Promise<void> {
  const end = performance.now() + deadline;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`waited in vain: ${what}`);
    await sleep(5);
  }
}

/** One field of /proc/PID/status; '' when the process is gone. */
export function status(pid: number, field: string): string {
  try {
    return new RegExp(`^${field}:\\s*(.*)$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? '';
  } catch {
    return '';
  }
}

// --- texts ---

/** Calls that the installed strace (6.1) has no names for, or names otherwise than it is known since. */
const NEWER =
  /syscall_0x1c[3-9]|\b(fchmodat2|cachestat|futex_wake|futex_wait|futex_requeue)\(|F_[GS]ET_RW_HINT|0x40[bc] \/\* F_\?\?\?/;
/** Calls whose every number may differ from run to run. */
const MOVING =
  /^(\S+ )?(clock_gettime|clock_getres|gettimeofday|time|times|sysinfo|f?statfs|getrusage|getcpu|getitimer|timer_gettime|timerfd_gettime|getpgrp|getppid|getpgid|getsid|add_key|keyctl|sched_getattr|sched_setattr|name_to_handle_at|(shm|sem|msg)[a-z]+)\(/;

/** Takes out of one line what no two runs share. */
function steady(line: string): string {
  let text = line
    .replace(/(execve(?:at)?\(.*), 0x[0-9a-f]+ (\/\* \d+ vars?)/, '$1, ENV $2')
    .replace(/(\\x[0-9a-f]{2})+/g, '\\xNN')
    .replace(/\b1[789]\d{8}\b/g, 'EPOCH')
    .replace(/\b(socket|pipe|anon_inode):\[\d+\]/g, '$1:[N]')
    .replace(/#\d+>\(deleted\)/g, '#N>(deleted)')
    .replace(/utrace-cli-\w+/g, 'utrace-cli-DIR')
    .replace(/\/\* 20\d\d-\d\d-\d\dT\S+ \*\//g, '/* DATE */')
    .replace(/left \{[^}]*\}/g, 'left N')
    .replace(/(EPOCH), tv_(n|u)sec=\d+/g, '$1, tv_$2sec=N')
    .replace(/(_[acmb]time)=\S+ \/\*[^*]*\*\//g, '$1=EPOCH')
    .replace(/(_[acmb]time(?:_nsec)?)=\d+/g, '$1=N')
    .replace(/(st_ino|stx_ino|d_ino|d_off|st_blocks|stx_mnt_id|si_[us]time)=\d+/g, '$1=N')
    .replace(/(ru_\w+)=(\{[^}]*\}|\d+)/g, '$1=N');
  if (MOVING.test(text)) text = text.replace(/0x[0-9a-f]+|\d+/g, (n) => (n.startsWith('0x') ? n : 'N'));
  return text;
}

/** Calls that tell of sizes, and of no process: where a pid is 4096, a page is none. */
const SIZES = /^(?:mmap|munmap|mprotect|brk|read|pread64|getdents64|fstat|newfstatat|statx)\(/;

/** The lines of a trace with `PID ` before each, process by process, what was broken off joined again. */
export function byProcess(text: string): Record<string, string[]> {
  const lines = text.split('\n').filter(Boolean);
  const pids = [...new Set(lines.map((line) => Number.parseInt(line, 10)))].sort((a, b) => a - b);
  const names = new Map(pids.map((pid, k) => [String(pid), `P${k}`]));
  const out: Record<string, string[]> = {};
  const open = new Map<string, string>();
  for (const line of lines) {
    const [, pid = '', words = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const whole = joined(open, pid, words);
    if (whole === undefined || NEWER.test(whole)) continue;
    const named = SIZES.test(whole) ? whole : whole.replace(/\b\d+\b/g, (n) => names.get(n) ?? n);
    const known = named.replace(/ +/g, ' ');
    const name = names.get(pid) ?? '?';
    out[name] ??= [];
    out[name].push(steady(known));
  }
  return out;
}

/** A call in one piece; undefined while its end is still to come. */
function joined(open: Map<string, string>, pid: string, words: string): string | undefined {
  const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(words);
  const before = open.get(pid);
  const whole = resumed && before !== undefined ? before + resumed[1] : words;
  if (resumed) open.delete(pid);
  const broken = /^(.*?) ?<unfinished \.\.\.>$/.exec(whole);
  if (broken && !whole.endsWith(') = ?')) {
    open.set(pid, broken[1]!);
    return undefined;
  }
  return whole;
}
