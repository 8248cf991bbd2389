/** The one host of this process: a tracee has one tracer thread, and ours is the thread that imports this. */

import { isMainThread } from 'node:worker_threads';
import { HostError, LinuxHost, Loop } from '../linux/index.ts';
import { type FaultHandler, UtraceCore } from '../utrace/index.ts';

export interface Runtime {
  readonly host: LinuxHost;
  readonly core: UtraceCore;
  readonly loop: Loop;
  /** Errors in engines' code: each session looks for its own. */
  readonly faults: Set<FaultHandler>;
}

let runtime: Runtime | null = null;

/** Loads the addon and starts nothing yet. Throws HostError where utrace cannot run. */
export function getRuntime(): Runtime {
  if (runtime !== null) return runtime;
  if (!isMainThread) {
    throw new HostError('UTRACE_WORKER', 'utrace runs on the main thread only', {
      hint: 'SIGCHLD, which wakes it, is the main thread’s; call spawn and attach there',
    });
  }
  const host = new LinuxHost();
  const faults = new Set<FaultHandler>();
  const core = new UtraceCore(host, (fault) => {
    for (const handler of faults) handler(fault);
  });
  host.hooks = core;
  runtime = { host, core, loop: new Loop(host), faults };
  return runtime;
}
