/** `utrace trace -p`: processes that run already, and those that a shared session has: its supervisor traces them for us. */

import type { Tracer } from '../engines/index.ts';
import { attach, getRuntime, type Session } from '../session/index.ts';
import { CliError } from './errors.ts';
import type { Output } from './output.ts';
import { traceThrough } from './remote-trace.ts';
import { sessionWith } from './sessions.ts';
import type { TraceOptions } from './tracers.ts';

/** What became of one process id. */
export type Attached =
  | { readonly pid: number; readonly threads: number }
  | { readonly pid: number; readonly message: string; readonly hint?: string };

/** What is being followed: by us, or by another for us. */
interface Following {
  readonly attached: readonly Attached[];
  readonly finished: Promise<void>;
  letGo(): void;
}

/** Returns the exit status, once all have ended or were let go. Throws when there is nothing to follow. */
export async function followPids(
  pids: readonly number[],
  options: TraceOptions,
  { tracers, finish }: { readonly tracers: readonly Tracer[]; readonly finish: () => void },
  output: Output,
): Promise<number> {
  const all: Following[] = [];
  const stop = new AbortController();
  const letGo = (): void => {
    for (const following of all) following.letGo();
  };
  // Before the word that it is attached: whoever reads that may send a signal at once.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const) {
    process.once(signal, () => stop.abort());
  }
  stop.signal.addEventListener('abort', letGo);
  const { own, others } = await whose(pids);
  if (own.length > 0) {
    const ours = await followOwn(own, options, tracers, stop.signal);
    all.push({ ...ours, finished: ours.finished.then(finish) });
  }
  for (const [supervisor, theirs] of others) {
    if (!stop.signal.aborted) all.push(await traceThrough(supervisor, theirs, options, output));
  }
  const results = all.flatMap(({ attached }) => attached);
  report(results, options.quiet !== undefined);
  if (stop.signal.aborted) letGo(); // also the one that came while it was being attached
  await Promise.all(all.map(({ finished }) => finished));
  return 0;
}

/** Those of shared sessions by their supervisors; the others. */
async function whose(pids: readonly number[]): Promise<{ own: number[]; others: Map<number, number[]> }> {
  const own: number[] = [];
  const others = new Map<number, number[]>();
  for (const pid of pids) {
    const supervisor = await sessionWith(pid);
    if (supervisor === undefined) own.push(pid);
    else others.set(supervisor, [...(others.get(supervisor) ?? []), pid]);
  }
  return { own, others };
}

/** Attaches, as far as it can be done. */
export async function followOwn(
  pids: readonly number[],
  { follow }: Pick<TraceOptions, 'follow'>,
  tracers: readonly Tracer[],
  stop?: AbortSignal,
): Promise<Following> {
  const attached: Attached[] = [];
  const sessions: Session[] = [];
  for (const pid of pids) {
    if (stop?.aborted) break;
    try {
      const session = await attach(pid, { follow });
      for (const tracer of tracers) session.use(tracer);
      sessions.push(session);
      attached.push({ pid, threads: threads(session) });
    } catch (error) {
      const { message, hint } = error as CliError;
      attached.push({ pid, message, ...(hint === undefined ? {} : { hint }) });
    }
  }
  return {
    attached,
    finished: Promise.all(sessions.map((session) => session.finished)).then(() => {}),
    letGo: () => {
      for (const session of sessions) void session.close();
    },
  };
}

/** Says what was attached to. Throws, when there is nothing, what went wrong last. */
function report(results: readonly Attached[], quiet: boolean): void {
  const last = results.findLast((one) => 'message' in one);
  const none = results.length > 0 && results.every((one) => 'message' in one);
  for (const one of results) {
    if (!('message' in one)) {
      // ` with 3 threads`, as strace says it; nothing for one.
      const more = one.threads > 1 ? ` with ${one.threads} threads` : '';
      if (!quiet) process.stderr.write(`utrace: Process ${one.pid} attached${more}\n`);
    } else if (!none || one !== last) {
      const { message, hint } = one;
      const more = hint === undefined || message.includes(hint) ? '' : `        ${hint}\n`;
      process.stderr.write(`utrace: ${message}\n${more}`);
    }
  }
  if (none && last !== undefined) throw new CliError(last.message, last.hint);
}

const threads = (session: Session): number =>
  [...getRuntime().host.tasks.values()].filter((task) => task.tgid === session.pid).length;
