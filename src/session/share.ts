/** `share`: a session in which everything may trace everything it has a right to, several tracers at a time. */

import { LinuxPtraceKernel } from '../linux/index.ts';
import { Ptrace, type PtraceOptions, SERVED_CALLS } from '../ptrace/index.ts';
import { type BesideOptions, Gate, startBeside } from './beside.ts';
import { getRuntime, type Runtime } from './runtime.ts';
import type { Session } from './session.ts';
import { type SpawnOptions, spawn } from './spawn.ts';

export interface ShareOptions extends SpawnOptions {
  /** A second tracer of a thread gets EPERM, as on Linux alone. Of the whole supervisor: the first `share` decides. */
  readonly exclusive?: boolean;
  /**
   * Who reads in /proc what would be there without us (TracerPid, states): `tracers`, at some 30 µs for each file they open; or
   * `all`, at that cost for every program. Of the whole supervisor: the first `share` decides. Default: tracers.
   */
  readonly proc?: 'tracers' | 'all';
  /** Gets a line for each call served and each stop shown. */
  readonly log?: (line: string) => void;
  /** Tracers that start beside the program, before its first instruction. */
  readonly beside?: BesideOptions;
  /** The program is there, and has not run yet. */
  readonly onSpawned?: (session: Session) => void;
}

/** A shared session. It is over when the program, the tracers beside it and all that joined have ended. */
export interface Shared {
  readonly session: Session;
  /** The tracers that were started beside it. */
  readonly beside: readonly Session[];
  readonly finished: Promise<void>;
}

const NOBODY: BesideOptions = { commands: [], newProcessGroup: false, complain: () => {} };

const served = new WeakMap<Runtime, Ptrace>();

/** Who serves ptrace(2) in this process, if anybody does. */
export const servedBy = (runtime: Runtime): Ptrace | undefined => served.get(runtime);

/** Who serves ptrace(2) in this process; made when first asked for. */
export function servePtrace(runtime: Runtime, options: PtraceOptions = {}): Ptrace {
  let ptrace = served.get(runtime);
  if (ptrace === undefined) {
    const { host, core } = runtime;
    ptrace = new Ptrace(core, new LinuxPtraceKernel(host), options);
    host.ptrace = ptrace;
    host.servedCalls = SERVED_CALLS;
    host.keepAccounts(); // wait4 gives a rusage
    served.set(runtime, ptrace);
  }
  return ptrace;
}

/**
 * Runs a program whose ptrace, wait4 and waitid, and those of all it starts, are served by us: any number of unmodified
 * tracers can trace the same thread. Like `spawn` otherwise.
 */
export async function share(file: string, args: readonly string[] = [], options: ShareOptions = {}): Promise<Shared> {
  const { beside = NOBODY, tracers = [], ...rest } = options;
  const isFirst = servedBy(getRuntime()) === undefined;
  const ptrace = servePtrace(getRuntime(), options);
  if (isFirst) getRuntime().host.servedTree = { opens: options.proc === 'all' };
  const gate = new Gate();
  const all = beside.commands.length > 0 ? [...tracers, gate.tracer] : tracers;
  const session = await spawn(file, args, { ...rest, tracers: all, shared: true, follow: true });
  options.onSpawned?.(session);
  const sessions = await startBeside(session, ptrace, gate, beside);
  const finished = Promise.all([session, ...sessions].map((one) => one.finished)).then(() => {});
  return { session, beside: sessions, finished };
}
