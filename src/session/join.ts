/**
 * `utrace join`: a process from anywhere becomes a member of a shared session. It keeps its terminal, its parent, its process
 * group: it asks the supervisor to seize it, installs the session's filter, and execs. Both sides are here.
 */

import { errnoName } from '../abi/errno.ts';
import {
  buildFilter,
  canFilterFreely,
  HostError,
  joinTask,
  type LinuxTask,
  proc,
  resolveProgram,
} from '../linux/index.ts';
import { SERVED_CALLS } from '../ptrace/index.ts';
import { getRuntime } from './runtime.ts';
import type { Session } from './session.ts';
import { ask, type Handler, socketPath } from './socket.ts';

interface JoinAnswer {
  /** It is in the session by birth: there is nothing to do but to exec. */
  readonly member: boolean;
  /** struct sock_filter[], base64. */
  readonly filter: string;
}

const EPERM = 1;
const ECANCELED = 125;

/** The supervisor's side: what its socket answers. */
export function joinHandlers(session: Session): Readonly<Record<string, Handler>> {
  const { host } = session.runtime;
  return {
    join: ({ pid }: { pid: number }): JoinAnswer => ({
      member: host.tasks.get(pid)?.filter != null,
      filter: Buffer.from(buildFilter(host.arch, SERVED_CALLS, host.servedTree)).toString('base64'),
    }),
    seize: ({ pid }: { pid: number }, socket) => {
      if (!session.isOpen) throw new HostError('UTRACE_OVER', 'the session has ended', { hint: 'start another' });
      if (!Number.isInteger(pid) || pid < 1 || host.tasks.has(pid)) {
        throw new HostError('EINVAL', `process ${pid} cannot join session ${process.pid}: it is in it already`);
      }
      const task = seize(session, pid, () => socket.write('+'));
      socket.on('end', () => socket.end()).resume(); // its end is closed by the exec
      const observer = {
        onBeforeExec: (which: LinuxTask) => {
          if (which === task) session.add(task);
        },
        onSpawned: (which: LinuxTask) => {
          if (which === task) host.observers.delete(observer);
        },
      };
      host.observers.add(observer);
    },
  };
}

function seize(session: Session, pid: number, go: () => void): LinuxTask {
  try {
    return joinTask(session.runtime.host, pid, SERVED_CALLS, go);
  } catch (error) {
    if ((error as HostError).errno !== EPERM) throw error;
    const tracer = proc.tracerPid(pid);
    throw new HostError('EPERM', `supervisor ${process.pid} may not trace process ${pid}`, {
      errno: EPERM,
      hint:
        tracer !== 0
          ? `${tracer} (${proc.taskName(tracer)}) traces it already: join from elsewhere`
          : 'it must have the same user and no more rights than the session',
    });
  }
}

/**
 * This process becomes the program, in the session of `supervisor`. Returns never; rejects with HostError when it cannot be.
 * Nothing of this process is left: whoever waits for it waits for the program.
 */
export async function join(supervisor: number, file: string, args: readonly string[] = []): Promise<never> {
  const { env } = process;
  const program = resolveProgram(file, env.PATH, undefined);
  const { answer, socket } = await ask<JoinAnswer>(supervisor, { join: { pid: process.pid } });
  socket.destroy();
  const why = new Uint8Array(4096);
  const result = getRuntime().host.native.become(
    {
      file: program,
      argv: [file, ...args],
      envp: Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`])),
      stdin: 0,
      stdout: 1,
      stderr: 2,
      ...(answer.member ? {} : { filter: Buffer.from(answer.filter, 'base64'), noNewPrivs: canFilterFreely() ? 0 : 1 }),
    },
    answer.member ? '' : socketPath(supervisor),
    supervisor,
    Buffer.from(`${JSON.stringify({ seize: { pid: process.pid } })}\n`),
    why,
  );
  if (result === -ECANCELED) throw refusal(why);
  const name = errnoName(-result) ?? `errno ${-result}`;
  throw new HostError(name, `cannot run '${program}' in session ${supervisor}: ${name}`, {
    errno: -result,
    hint: 'check that it is executable and that its interpreter exists, and that the session still runs',
  });
}

/** The supervisor's own words. */
function refusal(answer: Uint8Array): HostError {
  const text = Buffer.from(answer).toString().split('\n')[0]!;
  const { error } = JSON.parse(text) as { error: { code: string; message: string } };
  return new HostError(error.code, error.message);
}
