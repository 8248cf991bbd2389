/** The shared sessions of this user: found by name, by supervisor, or by a process that is in one. */

import { readFileSync } from 'node:fs';
import { allStatus, type SupervisorStatus, statusOfSupervisor, supervisors } from '../session/index.ts';
import { CliError } from './errors.ts';

const NAME = /^[A-Za-z_][\w.-]{0,63}$/;

/** `1234 (build)`. */
const label = ({ supervisor, share }: SupervisorStatus): string =>
  share?.name === undefined ? String(supervisor) : `${supervisor} (${share.name})`;

export const isIn = ({ tasks }: SupervisorStatus, pid: number): boolean =>
  tasks.some((task) => task.pid === pid || task.tid === pid);

/** The supervisors that a word stands for: a name, a supervisor's pid, or that of a process it has. */
export function matching(all: readonly SupervisorStatus[], word: string): SupervisorStatus[] {
  const pid = Number(word);
  if (!Number.isInteger(pid)) return all.filter(({ share }) => share?.name === word);
  const itself = all.filter(({ supervisor }) => supervisor === pid);
  return itself.length > 0 ? itself : all.filter((one) => isIn(one, pid));
}

/** The supervisor of a session. Throws CliError, with what there is instead. */
export async function findSession(word: string): Promise<number> {
  // By its number, nobody else need be asked: one that hangs delays an answer.
  const itself = Number.isInteger(Number(word)) ? await statusOfSupervisor(Number(word)) : null;
  const all = itself === null ? await allStatus() : [itself];
  const sessions = all.filter(({ share }) => share !== undefined);
  const found = matching(sessions, word);
  if (found.length === 1) return found[0]!.supervisor;
  if (found.length > 1) {
    throw new CliError(
      `${found.length} sessions are called '${word}'`,
      `say which by its number: ${found.map(({ supervisor }) => supervisor).join(', ')}`,
    );
  }
  if (matching(all, word).length > 0) {
    throw new CliError(
      `${word} is traced by \`utrace trace\`, which is no session to join`,
      'start the command with `utrace share` instead',
    );
  }
  const owner = statusNumber(Number(word), 'Uid');
  if (owner !== undefined && owner !== process.getuid?.()) {
    throw new CliError(`process ${word} belongs to user ${owner}`, 'only its own user can join a session');
  }
  const silent = supervisors().filter((pid) => isAlive(pid) && !all.some(({ supervisor }) => supervisor === pid));
  if (itself === null && silent.length > 0) {
    throw new CliError(
      `there is no session '${word}' among those that answer`,
      `supervisor ${silent.join(', ')} does not: it is stopped (\`fg\` in its shell, or kill -CONT), or very busy`,
    );
  }
  throw new CliError(
    `there is no session '${word}'`,
    sessions.length > 0
      ? `there is: ${sessions.map(label).join(', ')}`
      : 'there is none at all: `utrace share` starts one',
  );
}

/** A number of /proc/PID/status; undefined when there is no such process. */
function statusNumber(pid: number, field: string): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'latin1');
    return Number(new RegExp(`^${field}:\\s*(\\d+)`, 'm').exec(text)?.[1]);
  } catch {
    return undefined;
  }
}

const isAlive = (pid: number): boolean => statusNumber(pid, 'Pid') !== undefined;

/** Throws CliError for a name that cannot be one, or is taken. */
export async function checkName(name: string): Promise<void> {
  if (!NAME.test(name)) {
    throw new CliError(
      `'${name}' cannot be the name of a session`,
      'a letter first, then letters, digits, dots, dashes and underscores',
    );
  }
  const taken = (await allStatus()).find(({ share }) => share?.name === name);
  if (taken !== undefined) {
    throw new CliError(
      `there is a session '${name}' already: supervisor ${taken.supervisor}`,
      `choose another name, or join it: utrace join ${name} -- COMMAND`,
    );
  }
}

/** The supervisor of the shared session that a process is in, if it is in one of this user. */
export async function sessionWith(pid: number): Promise<number | undefined> {
  const tracer = statusNumber(pid, 'TracerPid');
  if (tracer === undefined || tracer === 0) return undefined;
  const status = await statusOfSupervisor(tracer);
  return status?.share === undefined ? undefined : tracer;
}

/** Throws CliError in a process that is in a session already: one inside another has nothing to give. */
export async function notInSession(): Promise<void> {
  const supervisor = await sessionWith(process.pid);
  if (supervisor === undefined) return;
  throw new CliError(
    `this is session ${supervisor} already`,
    'all that runs here can have several tracers: start the command, and they, without utrace share',
  );
}
