/** What the options of `utrace trace` say: which engines there are to be, and what they print. */

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
import { getRuntime, SyscallSet } from '../session/index.ts';
import { CliError } from './errors.ts';
import type { Output } from './output.ts';

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

/** What the options say, understood before anything is opened or started. */
export interface Plan {
  readonly selection: TraceExpression;
  readonly counted: TraceExpression | undefined;
  readonly sort: SummarySort | undefined;
  readonly user: { readonly uid?: number; readonly gid?: number };
}

/** Throws CliError, or an ExpressionError, for what makes no sense. */
export function planOf(options: TraceOptions): Plan {
  const counting = options.summaryOnly || options.count !== undefined;
  if (options.json && !counting)
    throw new CliError('--json is the form of the table', 'ask for a table: -c, -C or --count EXPR');
  return {
    selection: parseExpressions(options.expr ?? []),
    counted: typeof options.count === 'string' ? parseExpressions([options.count]) : undefined,
    sort: sortKey(options.sort),
    user: options.user === undefined ? {} : userIds(options.user),
  };
}

export interface Engines {
  readonly tracers: readonly Tracer[];
  /** Writes what is left to write when all is over. */
  readonly finish: () => void;
}

/** The engines the options ask for, and what is to be printed when all is over. */
export function makeTracers(
  options: TraceOptions,
  { selection, counted = selection, sort }: Plan,
  output: Output,
): Engines {
  const tracers: Tracer[] = [];
  const ends: (() => void)[] = [];
  const { follow } = options;
  if (!options.summaryOnly) {
    const tracer = strace({ ...straceOptions(options, selection, output), ...callsOf(selection.syscalls), follow });
    tracers.push(tracer);
    output.beforeFlush = () => tracer.writer.flushPartial();
    // A call that blocks says nothing more for now: its beginning is to be seen all the same.
    const { syscallEntry } = tracer;
    if (syscallEntry !== undefined) {
      tracer.syscallEntry = (task, action) => {
        const answer = syscallEntry.call(tracer, task, action);
        output.touch();
        return answer;
      };
    }
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

function userIds(name: string): { uid: number; gid: number } {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((entry) => entry.split(':'))
    .find((fields) => fields[0] === name || fields[2] === name);
  if (line === undefined)
    throw new CliError(`no user '${name}' in /etc/passwd`, 'give a name or a number that is there');
  return { uid: Number(line[2]), gid: Number(line[3]) };
}
