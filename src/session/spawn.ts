/** `spawn` and `attach`: the two ways into a session. */

import { closeSync, openSync } from 'node:fs';
import { callsOf, type Tracer } from '../engines/tracer.ts';
import {
  attachProcess,
  attachTree,
  canFilterFreely,
  type LinuxTask,
  resolveProgram,
  type SpawnSpec,
  spawnError,
  spawnTask,
} from '../linux/index.ts';
import { SERVED_CALLS } from '../ptrace/index.ts';
import { SyscallSet } from '../tracehook/syscall-set.ts';
import { Resume } from '../utrace/index.ts';
import { getRuntime } from './runtime.ts';
import { Session, type SessionOptions } from './session.ts';

export interface SpawnOptions extends SessionOptions {
  /** Tracers that are there from the entry of execve on. */
  readonly tracers?: readonly Tracer[];
  readonly cwd?: string;
  /** The whole environment of the program; default: ours. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What becomes standard input, output and error: a file descriptor of ours, or 'ignore'. Default: 0, 1 and 2. */
  readonly stdio?: readonly [number | 'ignore', number | 'ignore', number | 'ignore'];
  /** The zeroth argument; default: `file`. */
  readonly argv0?: string;
  readonly uid?: number;
  readonly gid?: number;
  /** A process group of its own. */
  readonly newProcessGroup?: boolean;
  /** A session of its own (setsid). */
  readonly newSession?: boolean;
  /** A terminal (a file descriptor) whose foreground process group the program becomes. */
  readonly foregroundTty?: number;
  /**
   * Calls that no tracer wants do not stop: a seccomp filter, made of what `tracers` want. It stays for the life of the
   * tree, which dies with us and cannot be detached from. `'auto'` (default): when it gains something and needs no
   * NO_NEW_PRIVS; `true`: also with NO_NEW_PRIVS; `false`: never.
   */
  readonly seccomp?: boolean | 'auto';
  /** The tree's ptrace, wait4 and waitid are served by us: see `share`. */
  readonly shared?: boolean;
}

/**
 * Runs a program under trace. Settles once its execve is done: the first instruction of the program follows.
 * Rejects with HostError (`code`: ENOENT, EACCES, ENOEXEC, …) when it cannot be run.
 */
export async function spawn(file: string, args: readonly string[] = [], options: SpawnOptions = {}): Promise<Session> {
  const { host } = getRuntime();
  options.signal?.throwIfAborted();
  const env = options.env ?? process.env;
  const wanted = chooseFilter(options);
  const filter = options.shared ? SERVED_CALLS.or(wanted ?? SyscallSet.NONE) : wanted;
  // Opened and closed at once: a turn of the event loop in between would give the program its start.
  const devNull = options.stdio?.includes('ignore') ? openSync('/dev/null', 'r+') : -1;
  const stdio = (options.stdio ?? [0, 1, 2]).map((fd) => (fd === 'ignore' ? devNull : fd));
  try {
    const spec: SpawnSpec = {
      file: resolveProgram(file, env.PATH, options.cwd),
      argv: [options.argv0 ?? file, ...args],
      env,
      stdio: stdio as [number, number, number],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.uid === undefined ? {} : { uid: options.uid }),
      ...(options.gid === undefined ? {} : { gid: options.gid }),
      ...(options.newProcessGroup ? { pgid: 0 } : {}),
      ...(options.newSession ? { newSession: true } : {}),
      ...(options.foregroundTty === undefined ? {} : { foregroundTty: options.foregroundTty }),
      ...(filter === null ? {} : { filter }),
      ...(options.shared ? { served: true } : {}),
    };
    const task = spawnTask(host, spec);
    const session = new Session(task.tid, options, true);
    try {
      await started(task, session, spec, options.tracers ?? []);
    } catch (error) {
      await session.close();
      options.signal?.throwIfAborted();
      throw error;
    }
    return session;
  } finally {
    if (devNull >= 0) closeSync(devNull);
  }
}

function started(task: LinuxTask, session: Session, spec: SpawnSpec, tracers: readonly Tracer[]): Promise<void> {
  const { host } = session.runtime;
  return new Promise((resolve, reject) => {
    const observer = {
      onBeforeExec(which: LinuxTask): void {
        if (which !== task) return;
        session.add(task);
        if (!session.isOpen) return; // aborted meanwhile: it is killed
        session.use(holdAtExec());
        for (const tracer of tracers) session.use(tracer);
      },
      onSpawned(which: LinuxTask, failure: { errno: number; step: number } | null): void {
        if (which !== task) return;
        host.observers.delete(observer);
        if (failure === null) resolve();
        else reject(spawnError(spec, failure));
      },
    };
    host.observers.add(observer);
  });
}

/** Whoever awaits `spawn` gets a turn of the event loop, to attach what it likes, before the program runs. */
const holdAtExec = (): Tracer => ({
  name: 'spawn',
  follow: false,
  exec: () => new Promise((resolve) => setImmediate(() => resolve(Resume.DETACH))),
});

/** The union of what the tracers want, when a filter of it is allowed and gains something. */
function chooseFilter(options: SpawnOptions): SyscallSet | null {
  const { seccomp = 'auto', tracers = [] } = options;
  if (seccomp === false || tracers.length === 0 || options.follow === false) return null;
  if (seccomp === 'auto' && !canFilterFreely()) return null;
  let union = SyscallSet.NONE;
  for (const tracer of tracers) {
    if (!tracer.syscallEntry && !tracer.syscallExit) continue;
    const calls = callsOf(tracer);
    if (calls === undefined) return null; // somebody wants every call: every call stops
    union = union.or(calls);
  }
  // Nobody wants calls: nothing stops anyway, and the tree stays free to be detached from.
  return union === SyscallSet.NONE ? null : union;
}

export interface AttachOptions extends SessionOptions {
  readonly tracers?: readonly Tracer[];
  /** Its descendants too. */
  readonly tree?: boolean;
}

/**
 * Attaches to a process that runs: all its threads, without stopping them. Rejects with HostError: ESRCH no such
 * process, EPERM with the reason (already traced by whom, which user, Yama, …).
 */
export async function attach(pid: number, options: AttachOptions = {}): Promise<Session> {
  if (!Number.isInteger(pid) || pid < 1) throw new RangeError(`a process id is a positive integer, not ${pid}`);
  const { host } = getRuntime();
  options.signal?.throwIfAborted();
  const tasks = options.tree ? attachTree(host, pid) : attachProcess(host, pid);
  const session = new Session(tasks[0]!.tgid, options, false);
  for (const task of tasks) session.add(task);
  for (const tracer of options.tracers ?? []) session.use(tracer);
  // The loop's turn first: what the process does after this has settled is seen.
  await new Promise((resolve) => setImmediate(resolve));
  return session;
}
