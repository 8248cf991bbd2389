/** `utrace ps`: who traces what, on this machine, for this user. */

import { allStatus, type SupervisorStatus, type TaskStatus, type TracerStatus } from '../session/index.ts';
import { isIn, matching } from './sessions.ts';

/**
 * Prints the tasks of all supervisors, or only those of sessions and processes that `words` name. Returns the exit status: 1
 * when there are none.
 */
export async function ps(words: readonly string[], json: boolean): Promise<number> {
  const all = await allStatus();
  const found = words.length === 0 ? all : all.map((one) => only(one, words)).filter((one) => one !== null);
  if (json) {
    process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
    return found.length > 0 ? 0 : 1;
  }
  if (found.length === 0) {
    const what =
      words.length === 0 ? 'nothing is being traced by you' : `nothing of yours is traced as ${words.join(' ')}`;
    process.stderr.write(`utrace: ${what}\n`);
    return 1;
  }
  process.stdout.write(found.map(describe).join(''));
  return 0;
}

/** The sessions, one a line: for scripts. */
export async function listNames(): Promise<number> {
  const sessions = (await allStatus()).filter(({ share }) => share !== undefined);
  for (const { supervisor, share } of sessions) process.stdout.write(`${share?.name ?? supervisor}\n`);
  return sessions.length > 0 ? 0 : 1;
}

/** A whole session, where a word names it; the processes that are meant, otherwise; null: nothing. */
function only(status: SupervisorStatus, words: readonly string[]): SupervisorStatus | null {
  const own = words.filter((word) => matching([status], word).length > 0);
  if (own.length === 0) return null;
  const pids = own.map(Number);
  if (pids.some((pid) => !isIn(status, pid))) return status;
  return { ...status, tasks: status.tasks.filter(({ tid, pid }) => pids.includes(tid) || pids.includes(pid)) };
}

function describe({ supervisor, command, share, tasks }: SupervisorStatus): string {
  const name = share === undefined ? '' : share.name === undefined ? ' (session)' : ` (session ${share.name})`;
  return `supervisor ${supervisor}${name}  ${command}\n${tasks.map(describeTask).join('')}`;
}

function describeTask({ tid, pid, name, state, utrace, engines, tracers }: TaskStatus): string {
  const where = tid === pid ? `${tid}` : `${pid}/${tid}`;
  const lines = [`  ${where.padEnd(15)} ${name.padEnd(15)} ${state}`];
  if (utrace !== null) lines.push(`    ${utrace}`);
  for (const engine of engines) {
    const notes = `${engine.stops ? ' holds it' : ''}${engine.busy ? ' (in a callback)' : ''}`;
    lines.push(`    ${engine.name}: ${engine.events.join(' ')}${notes}`);
  }
  for (const tracer of tracers) lines.push(`    ${describeTracer(tracer)}`);
  return `${lines.join('\n')}\n`;
}

/** `tracer 17 gdb: attached, TRACESYSGOOD TRACECLONE; last cont; stops before SIGINT, which it has not waited for`. */
function describeTracer(link: TracerStatus): string {
  const { tracer, tracerPid, name, how, options, resumedWith, stop, waited, listening, owed, dead } = link;
  const who = tracer === tracerPid ? `${tracer}` : `${tracerPid}/${tracer}`;
  const news = waited ? '' : ', which it has not waited for';
  const where = dead
    ? 'dead, which it has not waited for'
    : stop === null
      ? 'runs'
      : listening
        ? `${stop}; listens`
        : `${stop}${news}`;
  const more = owed === 0 ? '' : `; ${owed} more to come`;
  const wants = options.length === 0 ? '' : `, ${options.join(' ')}`;
  return `tracer ${who} ${name}: ${how}${wants}; last ${resumedWith}; ${where}${more}`;
}
