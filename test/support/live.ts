/**
 * Live processes for tests: started under trace or beside it, their output read as it comes, all of them ended when the
 * test is over. Nothing here knows what is being tested.
 */

import {
  type SpawnOptions as ChildOptions,
  type ChildProcess,
  execFileSync,
  spawn as spawnChild,
} from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished } from 'vitest';
import {
  type AttachOptions,
  attach,
  type ExitStatus,
  getRuntime,
  type Session,
  type SpawnOptions,
  spawn,
  type Task,
  type Tracer,
} from '../../src/session/index.ts';
import { program } from './paths.ts';

/** How long anything may take that should happen "at once"; generous, for a loaded machine. */
const DEADLINE_MS = 15_000;

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until `condition` holds; throws with `what` when it does not come to be. */
export async function until(what: string, condition: () => unknown, deadline = DEADLINE_MS): Promise<void> {
  const end = performance.now() + deadline;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`waited in vain: ${what}`);
    await sleep(2);
  }
}

/** `promise`, or an error after the deadline: a hang becomes a message. */
export async function within<T>(what: string, promise: Promise<T>, deadline = DEADLINE_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`did not happen: ${what}`)), deadline);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

const path = (file: string): string => (file.includes('/') ? file : program(file));

// --- /proc ---

const text = (file: string): string => {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
};
/** One field of /proc/PID/status; '' when the process is gone. */
export const status = (pid: number, field: string): string =>
  new RegExp(`^${field}:\\s*(.*)$`, 'm').exec(text(`/proc/${pid}/status`))?.[1] ?? '';
/** The state letter (R, S, T, t, Z); '' when it is gone. */
export const stateOf = (pid: number): string => status(pid, 'State').slice(0, 1);
/** What the task is doing: /proc/PID/syscall. */
export const callOf = (pid: number): string => text(`/proc/${pid}/syscall`).trim();
export const threadsOf = (pid: number): number[] => {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    return [];
  }
};
/** Whether the task sleeps in this system call. */
export const sleepsIn = (pid: number, nr: number): boolean => callOf(pid).startsWith(`${nr} `);

// --- processes beside the trace ---

/** A process that nobody traces (yet), with its output as it comes. */
export class Native {
  readonly process: ChildProcess;
  output = '';
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;

  constructor(file: string, args: readonly string[] = [], options: ChildOptions = {}) {
    this.process = spawnChild(path(file), [...args], { stdio: ['pipe', 'pipe', 'inherit'], ...options });
    this.process.stdout?.on('data', (data: Buffer) => {
      this.output += data.toString('latin1');
    });
    this.ended = new Promise((resolve) => this.process.on('close', (code, signal) => resolve({ code, signal })));
    onTestFinished(() => this.kill());
  }

  get pid(): number {
    return this.process.pid!;
  }

  async says(what: string): Promise<void> {
    await until(`'${what}' from ${this.pid}; it said: ${this.output}`, () => this.output.includes(what));
  }

  write(what: string): void {
    this.process.stdin?.write(what);
  }

  signal(name: NodeJS.Signals): void {
    process.kill(this.pid, name);
  }

  async kill(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill('SIGKILL');
    await within(`the end of ${this.pid}`, this.ended);
  }

  async end(): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    return within(`the end of ${this.pid}; it said: ${this.output}`, this.ended);
  }
}

/**
 * A process to attach to. Its parent is a little C program, not us: what is asked of us as its tracer must not get mixed
 * up with what Node's child_process asks of it as its parent.
 */
export class Target extends Native {
  constructor(file: string, args: readonly string[] = []) {
    super('launch', [path(file), ...args]);
  }

  override get pid(): number {
    return Number(/^pid (\d+)/.exec(this.output)?.[1] ?? 0);
  }

  /** What the real parent's waitpid said, in order. */
  get statuses(): string[] {
    return [...this.output.matchAll(/^status (0x[0-9a-f]+)$/gm)].map((match) => match[1]!);
  }

  /** The output without what `launch` said, and without addresses and pids of its own. */
  get words(): string {
    return this.output.replace(/^(pid|status) .*\n/gm, '');
  }
}

/** Starts a target and waits until it has said `ready`. */
export async function target(file: string, args: readonly string[] = [], ready = 'ready'): Promise<Target> {
  const child = new Target(file, args);
  await child.says('pid ');
  if (ready !== '') await child.says(ready);
  return child;
}

/** Runs a program to its end, untraced: the oracle. */
export async function runNative(
  file: string,
  args: readonly string[] = [],
): Promise<{ output: string; code: number | null; signal: NodeJS.Signals | null }> {
  const child = new Native(file, args);
  const ended = await child.end();
  return { output: child.output, ...ended };
}

// --- processes under trace ---

/** A process that was spawned under trace. Its input is a pipe that never ends, its output a file read on demand. */
export class Traced {
  readonly session: Session;
  private readonly dir: string;
  private readonly input: number;

  constructor(session: Session, dir: string, input: number) {
    this.session = session;
    this.dir = dir;
    this.input = input;
  }

  get pid(): number {
    return this.session.pid;
  }

  get output(): string {
    return text(join(this.dir, 'out'));
  }

  async says(what: string): Promise<void> {
    await until(`'${what}' from ${this.pid}; it said: ${this.output}`, () => this.output.includes(what));
  }

  write(what: string): void {
    writeSync(this.input, what);
  }

  signal(name: NodeJS.Signals): void {
    process.kill(this.pid, name);
  }

  /** The first task, which must be alive. */
  get task(): Task {
    const task = this.session.task(this.pid);
    if (task === undefined) throw new Error(`task ${this.pid} is gone`);
    return task;
  }

  /** Waits for the end of the whole tree. */
  async end(): Promise<ExitStatus | null> {
    const ended = await within(`the end of ${this.pid}; it said: ${this.output}`, this.session.exited);
    await within('the end of the session', this.session.finished);
    return ended;
  }

  async close(): Promise<void> {
    await within(`closing the session of ${this.pid}`, this.session.close());
    closeSync(this.input);
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** Starts a program under trace. It is ended with the test. */
export async function start(
  file: string,
  args: readonly string[] = [],
  tracers: readonly Tracer[] = [],
  options: Omit<SpawnOptions, 'tracers' | 'stdio'> = {},
): Promise<Traced> {
  const dir = mkdtempSync(join(tmpdir(), 'utrace-test-'));
  const fifo = join(dir, 'in');
  execFileSync('mkfifo', [fifo]);
  const input = openSync(fifo, 'r+');
  const output = openSync(join(dir, 'out'), 'w');
  try {
    const session = await within(
      `the exec of ${file}`,
      spawn(path(file), args, { argv0: file, seccomp: false, ...options, tracers, stdio: [input, output, 2] }),
    );
    const traced = new Traced(session, dir, input);
    onTestFinished(() => traced.close());
    return traced;
  } catch (error) {
    closeSync(input);
    rmSync(dir, { recursive: true, force: true });
    throw error;
  } finally {
    closeSync(output);
  }
}

/** Runs a program under trace to its end. */
export async function run(
  file: string,
  args: readonly string[] = [],
  tracers: readonly Tracer[] = [],
  options: Omit<SpawnOptions, 'tracers' | 'stdio'> = {},
): Promise<{ output: string; ended: ExitStatus | null; session: Session; pid: number }> {
  const traced = await start(file, args, tracers, options);
  const ended = await traced.end();
  return { output: traced.output, ended, session: traced.session, pid: traced.pid };
}

/** Attaches for the length of the test. */
export async function attachTo(pid: number, options: AttachOptions = {}): Promise<Session> {
  const session = await within(`attaching to ${pid}`, attach(pid, options));
  onTestFinished(() => within(`letting ${pid} go`, session.close()));
  return session;
}

// --- what was seen ---

/** A log of callbacks, in order. */
export class Log {
  readonly lines: string[] = [];
  add(line: string): void {
    this.lines.push(line);
  }
  /** How often a line was logged. */
  count(line: string): number {
    return this.lines.filter((item) => item === line).length;
  }
  async has(line: string): Promise<void> {
    await until(`'${line}' in the log: ${this.lines.join(' | ')}`, () => this.lines.includes(line));
  }
}

// --- nothing is left ---

/** Everybody's children in /proc that have us for a parent or a tracer. */
function ofOurs(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => threadsOf(Number(name)))
    .filter((tid) => status(tid, 'PPid') === String(process.pid) || status(tid, 'TracerPid') === String(process.pid))
    .map((tid) => `${tid} ${status(tid, 'Name')} ${status(tid, 'State')}`);
}

/** After a test: no task, no sleeper, no child, no tracee of this process is left. */
export async function expectNothingLeft(): Promise<void> {
  const { host } = getRuntime();
  const left = (): Record<string, unknown> => ({
    tasks: [...host.tasks.keys()],
    sleepers: host.sleepers.size,
    unborn: [...host.unborn.keys()],
    wakes: host.wakes.length,
    backlog: host.backlog.length,
    processes: ofOurs(),
  });
  const nothing = { tasks: [], sleepers: 0, unborn: [], wakes: 0, backlog: 0, processes: [] };
  try {
    await until('nothing is left', () => JSON.stringify(left()) === JSON.stringify(nothing), 3000);
  } catch {
    expect(left()).toEqual(nothing);
  }
}

/** For the top of a file: every test in it must leave nothing behind. (Finishers run last-in first-out: this one last.) */
export function watchLeaks(): void {
  beforeEach((context) => {
    context.onTestFinished(expectNothingLeft);
  });
}
