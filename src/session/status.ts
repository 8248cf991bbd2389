/** What `utrace ps` shows: the tasks of a supervisor, the engines and the tracers on each, and where each stands. */

import { type LinuxTask, proc, Run, stopName } from '../linux/index.ts';
import { type LinkStatus, linkStatus } from '../ptrace/index.ts';
import { type EngineStatus, engineStatus, statusLine } from '../utrace/index.ts';
import type { Runtime } from './runtime.ts';
import { servedBy } from './share.ts';
import { ask, type Handler, listen, supervisors } from './socket.ts';

/** A process that traces by ptrace, as we serve it. */
export interface TracerStatus extends LinkStatus {
  readonly name: string;
}

/** One traced task, as JSON over the socket. */
export interface TaskStatus {
  readonly tid: number;
  readonly pid: number;
  readonly name: string;
  /** `running`, `listening` (job control stop), or the stop it is held in. */
  readonly state: string;
  /** The seed's line of /proc/PID/status. */
  readonly utrace: string | null;
  readonly engines: readonly EngineStatus[];
  /** Those that trace it by ptrace, in the order of attaching. */
  readonly tracers: readonly TracerStatus[];
}

export interface SupervisorStatus {
  readonly supervisor: number;
  readonly command: string;
  /** It is a session that others can join (`utrace share`). */
  readonly share?: { readonly name?: string };
  readonly tasks: readonly TaskStatus[];
}

/** The tasks of this process. */
export function statusOf(runtime: Runtime): SupervisorStatus {
  const ptrace = servedBy(runtime);
  return {
    supervisor: process.pid,
    command: proc.commandLine(process.pid),
    tasks: [...runtime.host.tasks.values()].map((task) => ({
      tid: task.tid,
      pid: task.tgid,
      name: proc.taskName(task.tid),
      state: stateOf(task),
      utrace: statusLine(task),
      engines: engineStatus(task),
      tracers: (ptrace?.links.on(task) ?? []).map((link) => ({
        ...linkStatus(link),
        name: proc.taskName(link.tracer.tid),
      })),
    })),
  };
}

function stateOf(task: LinuxTask): string {
  if (task.run === Run.RUNNING) return 'running';
  if (task.run === Run.LISTENING) return 'job control stop';
  return `held at ${stopName(task.stop)}`;
}

/** Answers `utrace ps`, and what else `handlers` do, for as long as this process lives. */
export function publishStatus(
  runtime: Runtime,
  share?: SupervisorStatus['share'],
  handlers: Readonly<Record<string, Handler>> = {},
): { close(): void } {
  return listen({
    status: () => ({ ...statusOf(runtime), ...(share === undefined ? {} : { share }) }),
    ...handlers,
  });
}

/** Asks one supervisor of this user; null: there is none, or it does not answer. */
export async function statusOfSupervisor(supervisor: number): Promise<SupervisorStatus | null> {
  try {
    const { answer, socket } = await ask<SupervisorStatus>(supervisor, { status: null });
    socket.destroy();
    return answer;
  } catch {
    return null;
  }
}

/** Asks every supervisor of this user. Sockets nobody answers on are removed. */
export async function allStatus(): Promise<SupervisorStatus[]> {
  const answers = await Promise.all(supervisors().map(statusOfSupervisor));
  return answers.filter((answer) => answer !== null);
}
