/** Attaching: utrace_attach_task and utrace_attach_pid. */

import type { Tid } from '../base/brand.ts';
import { ExitState, type Task } from '../tracehook/task.ts';
import { Engine, type EngineOps } from './engine.ts';
import { type Core, type Utrace, utraceOf } from './state.ts';

/** Flags of {@link attachTask}, combined with OR. */
export const Attach = {
  /** Only consider engines matching the ops object. */
  MATCH_OPS: 0x01,
  /** Only consider engines matching the data. */
  MATCH_DATA: 0x02,
  /** Attach a new engine. Without it, only look up one that is attached. */
  CREATE: 0x10,
  /** With CREATE: refuse if a matching engine is attached already. */
  EXCLUSIVE: 0x20,
} as const;

/**
 * Why an attach was refused: ENOENT no such engine (look-up), EEXIST a matching one is there (EXCLUSIVE), ESRCH the
 * task is dead or reaped, EPERM a kernel thread, EINVAL no ops, EAGAIN the task is being born and its parent's
 * clone callbacks come first (the seed waits; here: try again after them).
 */
export type AttachRefusal = 'ENOENT' | 'EEXIST' | 'ESRCH' | 'EPERM' | 'EINVAL' | 'EAGAIN';

function find(u: Utrace, flags: number, ops: EngineOps | null, data: unknown): Engine | undefined {
  const matches = (engine: Engine): boolean =>
    !engine.detached &&
    !((flags & Attach.MATCH_OPS) !== 0 && engine.ops !== ops) &&
    !((flags & Attach.MATCH_DATA) !== 0 && engine.data !== data);
  return u.attached.find(matches) ?? u.attaching.find(matches);
}

/**
 * Attaches an engine to a task, or looks one up. The new engine wants no events: `setEvents` comes next.
 * It may be called at any time, also from a callback, and on the child in a clone callback.
 */
export function attachTask<D>(
  core: Core,
  task: Task,
  flags: number,
  ops: EngineOps<D> | null,
  data: D,
): Engine<D> | AttachRefusal {
  const u = utraceOf(task);
  const create = (flags & Attach.CREATE) !== 0;
  if (task.exitState === ExitState.DEAD) return create ? 'ESRCH' : 'ENOENT';
  if (!create) return (find(u, flags, ops as EngineOps, data) as Engine<D> | undefined) ?? 'ENOENT';
  if (task.kernelThread) return 'EPERM';
  if (ops === null || typeof ops !== 'object') return 'EINVAL';
  if (task.starting && !isCreator(core, task)) return 'EAGAIN';
  if ((flags & Attach.EXCLUSIVE) !== 0 && find(u, flags, ops as EngineOps, data)) return 'EEXIST';
  const engine = new Engine<D>(ops, data);
  // The first engine goes on the list at once; later ones when no pass can be walking it. (A list of one is made as it
  // is: the room that push would leave for more adds up in a process of many threads.)
  if (u.attached.length === 0 && !u.waiting) u.attached = [engine as Engine];
  else if (u.attaching.length === 0) u.attaching = [engine as Engine];
  else u.attaching.push(engine as Engine);
  return engine;
}

/** Whether we are in the clone report of this newborn's parent. */
function isCreator(core: Core, task: Task): boolean {
  return core.cloning === task;
}

/** The same by tid: ESRCH when no such task is there. */
export function attachPid<D>(
  core: Core,
  tid: Tid,
  flags: number,
  ops: EngineOps<D> | null,
  data: D,
): Engine<D> | AttachRefusal {
  const task = core.kernel.findTask(tid);
  return task ? attachTask(core, task, flags, ops, data) : 'ESRCH';
}
