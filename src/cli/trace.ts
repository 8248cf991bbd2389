/** `utrace trace`: runs a command (or attaches to processes) with a trace engine, a counting engine, or both. */

import { readFileSync } from 'node:fs';
import {
  type CallStatus,
  count,
  parseExpressions,
  type StraceOptions,
  type SummarySort,
  type SyscallSelection,
  strace,
  summarySort,
  type TraceExpression,
  type Tracer,
} from '../engines/index.ts';
import { attach, getRuntime, publishStatus, type Session, SyscallSet, spawn } from '../session/index.ts';
import { CliError } from './errors.ts';
import { beTransparent, endAs } from './job.ts';
import { Output } from './output.ts';

/** What commander made of the command line. */
export interface TraceOptions {
  readonly pid?: readonly number[];
  readonly follow: boolean;
  readonly expr?: readonly string[];
  readonly output?: string;
  readonly append?: boolean;
  /** `-c`: count only. */
  readonly summaryOnly?: boolean;
  /** `-C`, `--count`: trace and count. A string: the calls to count. */
  readonly count?: string | true;
  readonly sort?: string;
  readonly wall?: boolean;
  readonly json?: boolean;
  readonly strings?: number;
  readonly verbose?: boolean;
  readonly fds?: boolean;
  readonly t?: number;
  readonly relative?: boolean;
  readonly durations?: boolean;
  readonly numbers?: boolean;
  readonly column?: number;
  /** `-q`, `-qq`: how often it was given. */
  readonly quiet?: number;
  readonly successful?: boolean;
  readonly failed?: boolean;
  readonly env?: readonly string[];
  readonly user?: string;
  readonly cwd?: string;
  readonly seccomp?: 'auto' | 'always' | 'never';
}

const STAMPS = ['none', 't', 'tt', 'ttt'] as const;

/** Returns the exit status of the command, or dies of the signal it died of. */
export async function trace(command: readonly string[], options: TraceOptions): Promise<number> {
  if (command.length === 0 && !options.pid?.length) {
    throw new CliError('nothing to trace', 'give a command after --, or processes with -p PID');
  }
  if (command.length > 0 && options.pid?.length) {
    throw new CliError('both a command and -p PID', 'trace one of them; a second `utrace trace -p` can do the other');
  }
  const counting = options.summaryOnly || options.count !== undefined;
  if (options.json && !counting)
    throw new CliError('--json is the form of the table', 'ask for a table: -c, -C or --count EXPR');
  const plan: Plan = {
    selection: parseExpressions(options.expr ?? []),
    counted: typeof options.count === 'string' ? parseExpressions([options.count]) : undefined,
    sort: sortKey(options.sort),
    user: options.user === undefined ? {} : userIds(options.user),
  };
  const output = new Output(options.output, options.append);
  const { tracers, finish } = makeTracers(options, plan, output);
  // The socket of `utrace ps` is nobody's hurry.
  setImmediate(() => setTimeout(() => publish(), 50).unref());
  try {
    return command.length > 0
      ? await runCommand(command, options, plan, tracers, output, finish)
      : await followPids(options.pid!, options, tracers, finish);
  } finally {
    published?.close();
    output.close();
  }
}

/** What the options say, understood before anything is opened or started. */
interface Plan {
  readonly selection: TraceExpression;
  readonly counted: TraceExpression | undefined;
  readonly sort: SummarySort | undefined;
  readonly user: { readonly uid?: number; readonly gid?: number };
}

let published: { close(): void } | undefined;

function publish(): void {
  try {
    published = publishStatus(getRuntime());
  } catch {
    // `utrace ps` will not see us; the trace is worth more
  }
}

/** The engines the options ask for, and what is to be printed when all is over. */
function makeTracers(
  options: TraceOptions,
  { selection, counted = selection, sort }: Plan,
  output: Output,
): { tracers: Tracer[]; finish: () => void } {
  const tracers: Tracer[] = [];
  const ends: (() => void)[] = [];
  const { follow } = options;
  if (!options.summaryOnly) {
    const tracer = strace({ ...straceOptions(options, selection, output), ...callsOf(selection.syscalls), follow });
    tracers.push(tracer);
    output.beforeFlush = () => tracer.writer.flushPartial();
    ends.push(() => tracer.writer.end());
  }
  if (options.summaryOnly || options.count !== undefined) {
    if (!options.wall) getRuntime().host.keepAccounts();
    const counter = count({ follow, ...(options.wall ? { clock: micros } : {}), ...callsOf(counted.syscalls) });
    tracers.push(counter);
    ends.push(() => {
      const { summary } = counter;
      output.write(options.json ? `${JSON.stringify(summary.json(sort), null, 2)}\n` : summary.text(sort));
    });
  }
  return {
    tracers,
    finish: () => {
      for (const end of ends) end();
    },
  };
}

/** µs since the epoch. */
const micros = (): number => Math.floor((performance.timeOrigin + performance.now()) * 1000);

const callsOf = (selection: SyscallSelection): { calls?: SyscallSet } =>
  selection.all
    ? {}
    : { calls: SyscallSet.of({ 'x86-64': selection.numbers('x86-64'), i386: selection.numbers('i386') }) };

function sortKey(text: string | undefined): SummarySort | undefined {
  if (text === undefined) return undefined;
  const key = summarySort(text);
  if (key === undefined)
    throw new CliError(`cannot sort by '${text}'`, 'sort by time, calls, errors, name, min, max, avg or nothing');
  return key;
}

function straceOptions(options: TraceOptions, selection: TraceExpression, output: Output): StraceOptions {
  const { successful, failed } = options;
  const wanted = (status: CallStatus): boolean =>
    successful || failed
      ? (status === 'successful' && !!successful) || (status === 'failed' && !!failed)
      : (selection.status?.has(status) ?? true);
  return {
    write: output.write,
    clock: micros,
    prefix: !options.follow ? 'none' : options.output === undefined ? 'terminal' : 'file',
    signals: selection.signals,
    verbose: options.verbose ?? false,
    quiet: Math.min(options.quiet ?? 0, 2) as 0 | 1 | 2,
    announceMode: options.output === undefined && !options.quiet,
    ...(options.output === undefined ? { announce: (tid) => `utrace: Process ${tid} attached` } : {}),
    timestamps: STAMPS[Math.min(options.t ?? 0, STAMPS.length - 1)]!,
    relative: options.relative ?? false,
    durations: options.durations ?? false,
    numbers: options.numbers ?? false,
    ...(options.strings === undefined ? {} : { stringLimit: options.strings }),
    ...(options.column === undefined ? {} : { column: options.column }),
    ...(options.fds ? { fdPath } : {}),
    ...(successful || failed || selection.status !== undefined ? { status: wanted } : {}),
  };
}

function fdPath(fd: number, tid: number): string | undefined {
  return getRuntime().host.fdPath(tid, fd);
}

async function runCommand(
  command: readonly string[],
  options: TraceOptions,
  plan: Plan,
  tracers: Tracer[],
  output: Output,
  finish: () => void,
): Promise<number> {
  const [file, ...args] = command;
  const seccomp = { auto: 'auto', always: true, never: false } as const;
  const session = await spawn(file!, args, {
    tracers,
    follow: options.follow,
    env: environment(options.env ?? []),
    seccomp: seccomp[options.seccomp ?? 'auto'],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...plan.user,
  });
  beTransparent(session, { beforeStop: () => output.flush() });
  const status = await session.exited;
  await session.finished;
  finish();
  output.flush();
  published?.close(); // we may end by a signal
  return endAs(status);
}

/** `-E VAR=VAL` sets, `-E VAR` removes. */
function environment(changes: readonly string[]): Record<string, string | undefined> {
  const env: Record<string, string | undefined> = { ...process.env };
  for (const change of changes) {
    const at = change.indexOf('=');
    if (at < 0) env[change] = undefined;
    else env[change.slice(0, at)] = change.slice(at + 1);
  }
  return env;
}

function userIds(name: string): { uid: number; gid: number } {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((entry) => entry.split(':'))
    .find((fields) => fields[0] === name || fields[2] === name);
  if (line === undefined)
    throw new CliError(`no user '${name}' in /etc/passwd`, 'give a name or a number that is there');
  return { uid: Number(line[2]), gid: Number(line[3]) };
}

async function followPids(
  pids: readonly number[],
  options: TraceOptions,
  tracers: Tracer[],
  finish: () => void,
): Promise<number> {
  const sessions: Session[] = [];
  const stop = new AbortController();
  const letGo = (): void => {
    for (const session of sessions) void session.detach();
  };
  // Before the word that it is attached: whoever reads that may send a signal at once.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const) {
    process.once(signal, () => stop.abort());
  }
  stop.signal.addEventListener('abort', letGo);
  for (const pid of pids) {
    if (stop.signal.aborted) break;
    try {
      const session = await attach(pid, { follow: options.follow });
      for (const tracer of tracers) session.use(tracer);
      sessions.push(session);
      if (!options.quiet) process.stderr.write(`utrace: Process ${pid} attached${threads(session)}\n`);
    } catch (error) {
      // The others are worth tracing; if there is none, this is what went wrong.
      if (pid === pids.at(-1) && sessions.length === 0) throw error;
      const { message, hint } = error as CliError;
      process.stderr.write(
        `utrace: ${message}\n${hint === undefined || message.includes(hint) ? '' : `        ${hint}\n`}`,
      );
    }
  }
  if (stop.signal.aborted) letGo(); // also the one that came while it was being attached
  await Promise.all(sessions.map((session) => session.finished));
  finish();
  return 0;
}

/** ` with 3 threads`, as strace says it; nothing for one. */
function threads(session: Session): string {
  const count = [...getRuntime().host.tasks.values()].filter((task) => task.tgid === session.pid).length;
  return count > 1 ? ` with ${count} threads` : '';
}
