/**
 * The reports that are not about signals or death: system calls, clone, exec, exit, job control, and the return to user
 * mode. Each is a Point: its callback, and what follows the pass (utrace_report_*, utrace_resume).
 */

import { Event } from '../tracehook/events.ts';
import type { ExecInfo } from '../tracehook/hooks.ts';
import { Outcome } from '../tracehook/hooks.ts';
import { DISPOSITION_MASK, Resume, SYSCALL_RESUMED, SyscallDisposition } from './actions.ts';
import { beginStop, finishInStop, finishReport, type Point, reset, runPass, startReport, stepOf } from './report.ts';
import type { Utrace } from './state.ts';

const noStop = (): Outcome => Outcome.GO;

/** System call entry: the one event where STOP takes effect at once, before the call is attempted. */
export const SYSCALL_ENTRY: Point = {
  callback: 'reportSyscallEntry',
  signal: false,
  call: (ops, engine, u) =>
    ops.reportSyscallEntry!(
      u.pass.action | (u.pass.result & DISPOSITION_MASK) | (u.resumed ? SYSCALL_RESUMED : 0),
      engine,
      u.task,
    ),
  finish(u) {
    u.aborts = (u.pass.result & DISPOSITION_MASK) === SyscallDisposition.ABORT;
    const outcome = finishInStop(u, SYSCALL_ENTRY);
    // SIGKILL kept it from stopping: do not let the call proceed.
    if (outcome === Outcome.GO && u.pass.action === Resume.STOP) u.aborts = true;
    return outcome;
  },
  woken(u) {
    // Who stopped here may want to decide only now: another entry report, if one was asked for (2009).
    if (!u.report || (u.events & Event.SYSCALL_ENTRY) === 0) return Outcome.GO;
    const before = u.aborts ? SyscallDisposition.ABORT : SyscallDisposition.RUN;
    u.resumed = true;
    startReport(u, SYSCALL_ENTRY, Event.SYSCALL_ENTRY);
    u.pass.result = before;
    return runPass(u);
  },
};

export const SYSCALL_EXIT: Point = {
  callback: 'reportSyscallExit',
  signal: false,
  call: (ops, engine, u) => ops.reportSyscallExit!(u.pass.action, engine, u.task),
  finish(u) {
    finishReport(u);
    return Outcome.GO;
  },
  woken: noStop,
};

export const CLONE: Point = {
  callback: 'reportClone',
  signal: false,
  call(ops, engine, u) {
    return ops.reportClone!(u.pass.action, engine, u.task, u.cloneFlags, u.child!);
  },
  finish(u) {
    finishReport(u);
    return Outcome.GO;
  },
  woken: noStop,
};

export const VFORK_DONE: Point = {
  callback: 'reportVforkDone',
  signal: false,
  call: (ops, engine, u) => ops.reportVforkDone!(u.pass.action, engine, u.task, u.vforkChild!),
  finish(u) {
    finishReport(u);
    return Outcome.GO;
  },
  woken: noStop,
};

/** A filter's RET_TRACE: like a syscall entry, its STOP holds the task before the call. */
export const SECCOMP: Point = {
  callback: 'reportSeccomp',
  signal: false,
  call: (ops, engine, u) =>
    ops.reportSeccomp!(u.pass.action | (u.pass.result & DISPOSITION_MASK), engine, u.task, u.seccompData),
  finish(u) {
    u.aborts = (u.pass.result & DISPOSITION_MASK) === SyscallDisposition.ABORT;
    const outcome = finishInStop(u, SECCOMP);
    if (outcome === Outcome.GO && u.pass.action === Resume.STOP) u.aborts = true;
    return outcome;
  },
  woken: noStop,
};

export const EXEC: Point = {
  callback: 'reportExec',
  signal: false,
  call: (ops, engine, u) => ops.reportExec!(u.pass.action, engine, u.task, u.exec as ExecInfo),
  finish(u) {
    finishReport(u);
    return Outcome.GO;
  },
  woken: noStop,
};

/** Exit: STOP holds the task while its state is still whole. */
export const EXIT: Point = {
  callback: 'reportExit',
  signal: false,
  call: (ops, engine, u) => ops.reportExit!(u.pass.action, engine, u.task, u.exitReport),
  finish: (u) => finishInStop(u, EXIT),
  woken: noStop,
};

export const JCTL: Point = {
  callback: 'reportJctl',
  signal: false,
  call: (ops, engine, u) => ops.reportJctl!(u.pass.action, engine, u.task, u.jctlType, u.jctlNotify),
  finish(u) {
    // In a job control stop it is quiescent already: held means that SIGCONT does not make it go on either.
    if (u.jctlType === 'stopped') return finishInStop(u, JCTL);
    finishReport(u);
    return Outcome.GO;
  },
  woken: noStop,
};

/** utrace_resume: no event, only quiesce callbacks; the last report before user mode, so its action is what happens. */
export const RESUME: Point = {
  callback: 'reportQuiesce',
  signal: false,
  call: () => undefined, // event 0 is wanted by nobody: never made
  finish: (u) => finishResumeReport(u, RESUME),
  woken: noStop, // the host looks again whether something is owed
};

/** finish_resume_report: the end of a pass whose action is final. */
export function finishResumeReport(u: Utrace, at: Point): Outcome {
  const { pass } = u;
  const { kernel } = u.core;
  reset(u, false);
  switch (pass.action) {
    case Resume.STOP:
      if (beginStop(u, at)) return Outcome.HELD;
      pass.killed = true;
      return Outcome.GO;
    case Resume.INTERRUPT:
      u.interrupt = true;
      return Outcome.GO;
    default:
      kernel.setStep(u.task, stepOf(kernel, pass.action));
      return Outcome.GO;
  }
}
