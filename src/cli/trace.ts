/** `utrace trace`: runs a command (or attaches to processes) with a trace engine, a counting engine, or both. */

import { getRuntime, publishStatus, spawn } from '../session/index.ts';
import { CliError } from './errors.ts';
import { followPids } from './follow.ts';
import { beTransparent, endAs } from './job.ts';
import { Output } from './output.ts';
import { sessionWith } from './sessions.ts';
import { type Engines, makeTracers, type Plan, planOf, type TraceOptions } from './tracers.ts';

/** Returns the exit status of the command, or dies of the signal it died of. */
export async function trace(command: readonly string[], options: TraceOptions): Promise<number> {
  if (command.length === 0 && !options.pid?.length) {
    throw new CliError('nothing to trace', 'give a command after --, or processes with -p PID');
  }
  if (command.length > 0 && options.pid?.length) {
    throw new CliError('both a command and -p PID', 'trace one of them; a second `utrace trace -p` can do the other');
  }
  const plan = planOf(options);
  const output = Output.toFile(options.output, options.append);
  const engines = makeTracers(options, plan, output);
  // The socket of `utrace ps` is nobody's hurry.
  setImmediate(() => setTimeout(() => publish(), 50).unref());
  try {
    return command.length > 0
      ? await runCommand(command, options, plan, engines, output)
      : await followPids(options.pid!, options, engines, output);
  } finally {
    published?.close();
    output.close();
  }
}

let published: { close(): void } | undefined;

function publish(): void {
  try {
    published = publishStatus(getRuntime());
  } catch {
    // `utrace ps` will not see us; the trace is worth more
  }
}

async function runCommand(
  command: readonly string[],
  options: TraceOptions,
  plan: Plan,
  { tracers, finish }: Engines,
  output: Output,
): Promise<number> {
  const [file, ...args] = command;
  const seccomp = { auto: 'auto', always: true, never: false } as const;
  if ((await sessionWith(process.pid)) !== undefined) getRuntime().host.native.waitAll(1);
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
