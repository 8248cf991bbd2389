/** All tasks of a box, told with who traces them: what a page or a debugger of kernels shows. */

import { PTRACE_EVENT } from '../abi/ptrace.ts';
import { signalName } from '../abi/signals.ts';
import type { Link } from '../ptrace/link.ts';
import type { PtraceStop } from '../ptrace/stop.ts';
import { type SimTask, stateOf, type TaskState } from '../sim/index.ts';
import type { Box } from './box.ts';

export interface TracerState {
  readonly tid: number;
  readonly seized: boolean;
  /** The stop in which it holds the task, in words; null: it lets it run. */
  readonly stop: string | null;
  /** Its wait has yet to take that stop. */
  readonly news: boolean;
  readonly listening: boolean;
  /** The bits of task->jobctl that are this tracer's, and what else it is owed. */
  readonly owed: readonly string[];
}

export interface TracedState extends TaskState {
  readonly tracers: readonly TracerState[];
}

export function describe({ kernel, ptrace }: Box): TracedState[] {
  return [...kernel.tasks.values()].map((task: SimTask) => ({
    ...stateOf(task),
    tracers: ptrace.links.on(task).map(tracerState),
  }));
}

function tracerState(link: Link): TracerState {
  const { stop, listening } = link;
  const owed: string[] = [];
  if (link.trapStop) owed.push('TRAP_STOP');
  if (link.notify) owed.push('TRAP_NOTIFY');
  for (const { signo } of link.owed) owed.push(nameOf(signo));
  return {
    tid: link.tracer.tid,
    seized: link.seized,
    stop: stop === null ? null : stopText(stop),
    news: stop !== null && !stop.waited && !listening,
    listening,
    owed,
  };
}

const nameOf = (signo: number): string => signalName(signo) ?? `signal ${signo}`;
const EVENTS = new Map<number, string>(Object.entries(PTRACE_EVENT).map(([name, n]) => [n, `EVENT_${name}`]));

/** A stop in words: `delivery of SIGSTOP`, `group stop by SIGSTOP`, `EVENT_EXEC`, `entry of a call`. */
export function stopText({ kind, code, event, group }: PtraceStop): string {
  if (kind === 'entry' || kind === 'exit') return `${kind} of a call`;
  if (kind === 'signal') return `delivery of ${nameOf(code)}`;
  if (group) return `group stop by ${nameOf(code & 0xff)}`;
  return EVENTS.get(event) ?? nameOf(code & 0xff);
}
