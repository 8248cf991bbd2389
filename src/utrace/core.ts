/** The core as a host sees it (TraceHooks), over the passes of this folder. One per host. */

import { assert } from '../base/assert.ts';
import { Event, type EventMask } from '../tracehook/events.ts';
import type { ExecInfo, JobControl, Kernel, TraceHooks } from '../tracehook/hooks.ts';
import { Outcome } from '../tracehook/hooks.ts';
import type { SignalDecision } from '../tracehook/signal.ts';
import type { Task, TraceSlot } from '../tracehook/task.ts';
import { abandon, release, reportDeath } from './death.ts';
import type { FaultHandler } from './engine.ts';
import { CLONE, EXEC, EXIT, JCTL, RESUME, SECCOMP, SYSCALL_ENTRY, SYSCALL_EXIT, VFORK_DONE } from './points.ts';
import { type Point, runPass, startReport } from './report.ts';
import { getSignal } from './signal.ts';
import { type Core, Utrace, utraceOf } from './state.ts';

function report(u: Utrace, point: Point, event: EventMask): Outcome {
  startReport(u, point, event);
  return runPass(u);
}

export class UtraceCore implements Core, TraceHooks {
  readonly kernel: Kernel;
  readonly onFault: FaultHandler;
  cloning: Task | null = null;

  constructor(kernel: Kernel, onFault: FaultHandler) {
    this.kernel = kernel;
    this.onFault = onFault;
  }

  initTask(task: Task): TraceSlot {
    return new Utrace(this, task);
  }

  syscallEntry(task: Task): Outcome {
    const u = utraceOf(task);
    u.aborts = false;
    u.resumed = false;
    return report(u, SYSCALL_ENTRY, Event.SYSCALL_ENTRY);
  }

  abortsSyscall(task: Task): boolean {
    return utraceOf(task).aborts;
  }

  syscallExit(task: Task): Outcome {
    return report(utraceOf(task), SYSCALL_EXIT, Event.SYSCALL_EXIT);
  }

  clone(task: Task, flags: number, child: Task): Outcome {
    const u = utraceOf(task);
    u.cloneFlags = flags;
    u.child = child;
    this.cloning = child;
    const outcome = report(u, CLONE, Event.CLONE);
    this.cloning = null;
    return outcome;
  }

  vforkDone(task: Task, child: Task['tid']): Outcome {
    const u = utraceOf(task);
    u.vforkChild = child;
    return report(u, VFORK_DONE, Event.VFORK_DONE);
  }

  seccomp(task: Task, data: number): Outcome {
    const u = utraceOf(task);
    u.aborts = false;
    u.seccompData = data;
    return report(u, SECCOMP, Event.SECCOMP);
  }

  exec(task: Task, info: ExecInfo): Outcome {
    const u = utraceOf(task);
    u.exec = info;
    return report(u, EXEC, Event.EXEC);
  }

  exit(task: Task, code: number): Outcome {
    const u = utraceOf(task);
    u.exitReport = { original: code, code };
    return report(u, EXIT, Event.EXIT);
  }

  exitCode(task: Task): number {
    return utraceOf(task).exitReport.code;
  }

  death(task: Task, groupDead: boolean, signal: number): void {
    reportDeath(utraceOf(task), groupDead, signal);
  }

  release(task: Task): void {
    release(utraceOf(task));
  }

  jctl(task: Task, type: JobControl, notify: JobControl | null): Outcome {
    const u = utraceOf(task);
    u.stopped = false;
    u.heldAt = null;
    u.jctlType = type;
    u.jctlNotify = notify;
    return report(u, JCTL, Event.JCTL);
  }

  getSignal(task: Task): Outcome {
    return getSignal(utraceOf(task));
  }

  decision(task: Task): SignalDecision {
    const { decision } = utraceOf(task);
    assert(decision !== null, 'getSignal answered DELIVER');
    return decision;
  }

  signalHandler(task: Task, stepping: boolean): void {
    const u = utraceOf(task);
    if (stepping) u.interrupt = true;
    // It says what the report now owed is about. If none is owed, it must not be left for a later one to find.
    u.signalHandler = u.interrupt || u.report;
  }

  resume(task: Task): Outcome {
    const u = utraceOf(task);
    if (u.interrupt) return Outcome.GO; // getSignal will report
    u.signalHandler = false; // a handler was set up, and this report is not about that
    return report(u, RESUME, 0);
  }

  proceed(task: Task): Outcome {
    const u = utraceOf(task);
    if (u.waiting) {
      if (u.reporting !== null) return Outcome.HELD; // a wake from before: the handler has yet to answer
      const child = u.pass.point === CLONE ? u.child : null;
      this.cloning = child;
      const outcome = runPass(u);
      this.cloning = null;
      return outcome;
    }
    const at = u.heldAt;
    if (at === null) return Outcome.GO;
    u.heldAt = null;
    return at.woken(u);
  }

  killed(task: Task): void {
    abandon(utraceOf(task));
  }

  unsafeExec(task: Task): number {
    const u = utraceOf(task);
    let bits = 0;
    // Also those that no pass has met yet: they may examine the task as soon as it stops.
    for (const engine of [...u.attached, ...u.attaching]) {
      if (!engine.detached) bits |= engine.ops?.unsafeExec?.(engine, task) ?? 0;
    }
    return bits;
  }

  tracerTask(task: Task): Task | null {
    const u = utraceOf(task);
    for (const engine of [...u.attached, ...u.attaching]) {
      const tracer = engine.detached ? null : (engine.ops?.tracerTask?.(engine, task) ?? null);
      if (tracer !== null) return tracer;
    }
    return null;
  }
}
