/** One tracer on one task, in words: for `utrace ps`. */

import { PTRACE_O } from '../abi/ptrace.ts';
import type { Link, Mode } from './link.ts';
import { describeStop } from './log.ts';

export interface LinkStatus {
  /** The tracer's thread, and its process. */
  readonly tracer: number;
  readonly tracerPid: number;
  readonly how: 'seized' | 'attached';
  /** PTRACE_O_*, without the prefix. */
  readonly options: readonly string[];
  /** The request it let the task go on with last. */
  readonly resumedWith: Mode;
  /** What this tracer sees: the stop that the task is in for it; null: it runs. */
  readonly stop: string | null;
  /** A wait has told the tracer of that stop, or of the death. */
  readonly waited: boolean;
  /** It listens: PTRACE_LISTEN in a group stop. */
  readonly listening: boolean;
  /** Stops that are still to be shown. */
  readonly owed: number;
  /** The task is dead, and this tracer has not taken it. */
  readonly dead: boolean;
}

export function linkStatus(link: Link): LinkStatus {
  return {
    tracer: link.tracer.tid,
    tracerPid: link.tracer.tgid,
    how: link.seized ? 'seized' : 'attached',
    options: Object.entries(PTRACE_O)
      .filter(([, bit]) => (link.options & bit) !== 0)
      .map(([name]) => name),
    resumedWith: link.mode,
    stop: link.stop === null ? null : describeStop(link.stop),
    waited: link.stop?.waited ?? false,
    listening: link.listening,
    owed: link.owed.length + (link.trapStop || link.notify ? 1 : 0),
    dead: link.death !== null,
  };
}
