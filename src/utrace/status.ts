/** task_utrace_proc_status: what the seed adds to /proc/PID/status, and a longer form for people. */

import { eventNames } from '../tracehook/events.ts';
import type { Task } from '../tracehook/task.ts';
import { utraceOf } from './state.ts';

/** The seed's line: `Utrace: <mask in hex> (stopped) (report) (interrupt)`; null for a task without engines. */
export function statusLine(task: Task): string | null {
  const u = utraceOf(task);
  if (u.attached.length + u.attaching.length === 0) return null;
  const flags = `${u.stopped ? ' (stopped)' : ''}${u.report ? ' (report)' : ''}${u.interrupt ? ' (interrupt)' : ''}`;
  return `Utrace: ${u.events.toString(16)}${flags}`;
}

/** One engine of a task, as `utrace ps` shows it. */
export interface EngineStatus {
  readonly name: string;
  readonly events: readonly string[];
  readonly stops: boolean;
  readonly busy: boolean;
}

export function engineStatus(task: Task): EngineStatus[] {
  const u = utraceOf(task);
  return [...u.attached, ...u.attaching]
    .filter((engine) => !engine.detached)
    .map((engine) => ({
      name: engine.ops?.name ?? '(unnamed)',
      events: eventNames(engine.events),
      stops: engine.wantsStop,
      busy: engine.busy > 0,
    }));
}
