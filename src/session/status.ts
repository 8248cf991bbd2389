/**
 * What `utrace ps` shows: a supervisor tells about its tasks over a Unix socket that only its user can reach
 * ($XDG_RUNTIME_DIR/utrace or /tmp/utrace-UID, mode 0700).
 */

import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { HostError } from '../linux/errors.ts';
import { type LinuxTask, proc, Run, stopName } from '../linux/index.ts';
import { type EngineStatus, engineStatus, statusLine } from '../utrace/index.ts';
import type { Runtime } from './runtime.ts';

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
}

export interface SupervisorStatus {
  readonly supervisor: number;
  readonly command: string;
  readonly tasks: readonly TaskStatus[];
}

/** The tasks of this process. */
export function statusOf({ host }: Runtime): SupervisorStatus {
  return {
    supervisor: process.pid,
    command: proc.commandLine(process.pid),
    tasks: [...host.tasks.values()].map((task) => ({
      tid: task.tid,
      pid: task.tgid,
      name: proc.taskName(task.tid),
      state: stateOf(task),
      utrace: statusLine(task),
      engines: engineStatus(task),
    })),
  };
}

function stateOf(task: LinuxTask): string {
  if (task.run === Run.RUNNING) return 'running';
  if (task.run === Run.LISTENING) return 'job control stop';
  return `held at ${stopName(task.stop)}`;
}

function socketDir(): string {
  const runtimeDir = process.env.XDG_RUNTIME_DIR;
  return runtimeDir !== undefined && existsSync(runtimeDir)
    ? join(runtimeDir, 'utrace')
    : `/tmp/utrace-${process.getuid?.() ?? 0}`;
}

/** The directory, made if need be. Throws where it is not ours alone: somebody else may have put it there. */
function ownSocketDir(): string {
  const dir = socketDir();
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const stat = lstatSync(dir);
  if (!stat.isDirectory() || stat.uid !== process.getuid?.() || (stat.mode & 0o077) !== 0) {
    throw new HostError('UTRACE_SOCKET_DIR', `${dir} is not a private directory of yours`, {
      hint: 'remove it, or set XDG_RUNTIME_DIR',
    });
  }
  return dir;
}

/** Answers `utrace ps` for as long as this process lives. Holds nothing: the process may end when it likes. */
export function publishStatus(runtime: Runtime): { close(): void } {
  const path = join(ownSocketDir(), `${process.pid}.sock`);
  try {
    unlinkSync(path);
  } catch {
    // there was none
  }
  const server: Server = createServer((socket) => {
    socket.on('error', () => {});
    socket.end(JSON.stringify(statusOf(runtime)));
  });
  server.on('error', () => {});
  server.listen(path, () => chmodSync(path, 0o600));
  server.unref();
  const close = (): void => {
    server.close();
    try {
      unlinkSync(path);
    } catch {
      // it is gone
    }
  };
  process.once('exit', close);
  return { close };
}

/** Asks every supervisor of this user. Sockets nobody answers on are removed. */
export async function allStatus(): Promise<SupervisorStatus[]> {
  const dir = socketDir();
  const names = existsSync(dir) ? readdirSync(dir).filter((name) => name.endsWith('.sock')) : [];
  const answers = await Promise.all(names.map((name) => ask(join(dir, name))));
  return answers.filter((answer) => answer !== null);
}

function ask(path: string): Promise<SupervisorStatus | null> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(path);
    socket.setTimeout(2000, () => socket.destroy(new Error('no answer')));
    socket.setEncoding('utf8');
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('end', () => {
      try {
        resolve(JSON.parse(text) as SupervisorStatus);
      } catch {
        resolve(null);
      }
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') unlinkSync(path);
      resolve(null);
    });
  });
}
