/**
 * The engine's callbacks, as seed 003's second patch has them: which tracers see which event, and in which order. System calls
 * and signals go from tracer to tracer, each seeing what the one before left; events are shown to all at once.
 */

import { CLONE } from '../abi/clone.ts';
import { PTRACE_EVENT } from '../abi/ptrace.ts';
import { bit } from '../abi/signal-set.ts';
import { SI, SIG } from '../abi/signals.ts';
import type { Tid } from '../base/brand.ts';
import type { ExecInfo, JobControl } from '../tracehook/hooks.ts';
import type { PtraceKernel } from '../tracehook/ptrace.ts';
import type { Task } from '../tracehook/task.ts';
import {
  abort,
  type EngineOps,
  Resume,
  run,
  type SignalReport,
  SyscallDisposition,
  type SyscallVerdict,
  syscallOf,
} from '../utrace/index.ts';
import type { Link } from './link.ts';
import { looksAgain, owedReport, signalReport, stopsAlone, takesAnother } from './signals.ts';
import { eventStop, groupStop, syscallStop, trapStop } from './stop.ts';
import type { Report, Traced } from './traced.ts';

/** What the callbacks need of the rest. */
export interface ReportContext {
  readonly kernel: PtraceKernel;
  /** Whether the process has a thread that nobody holds. */
  hasFreeThread(traced: Traced): boolean;
  /** All who were to see a signal saw it. `another`: it was dropped, and get_signal goes on with the next. */
  signalOver(traced: Traced, another: boolean): void;
  /** The tracers of its leader are to be told of the SIGCONT by the first thread that leaves the stop … */
  owesContinued(traced: Traced): void;
  /** … which is this one, if none was. */
  leavesStop(traced: Traced): void;
  /** A link on a newborn, like its parent's (R20). */
  linkChild(parent: Link, child: Task): void;
  /** The newborn's links are made. */
  copySpace(parent: Task, child: Task): void;
  died(traced: Traced, status: number): void;
  reaped(traced: Traced): void;
}

export function makeOps(context: ReportContext): EngineOps<Traced> {
  const { kernel } = context;
  return {
    name: 'ptrace',
    reportQuiesce: (_action, { data }, _task, event) => (event === 0 ? data.action : undefined),
    reportSyscallEntry: (action, { data }) => data.run(entry(data, kernel, action)) as SyscallVerdict,
    reportSyscallExit: (_action, { data }) => data.run(exit(data, kernel)) as Resume5,
    reportSeccomp: (action, { data }, _task, value) => data.run(seccomp(data, action, value)) as SyscallVerdict,
    reportClone: (_action, { data }, _task, flags, child) => clone(data, context, flags, child),
    reportVforkDone: (_action, { data }, _task, child) => data.run(vforkDone(data, kernel, child)) as Resume5,
    reportExec: (_action, { data }, _task, exec) => data.run(execed(data, kernel, exec)) as Resume5,
    reportJctl: (_action, { data }, _task, type, notify) =>
      data.run(jobControl(context, data, type, notify)) as Resume5,
    reportSignal: (action, { data }, task, signal) =>
      data.run(
        signal.original === null
          ? owedReport(data, kernel, task, action, signal)
          : wholeSignal(context, data, task, action, signal),
      ) as never,
    reportDeath: (_engine, task) => {
      const traced = (_engine as { data: Traced }).data;
      context.died(traced, task.waitStatus ?? 0);
    },
    reportReap: ({ data }) => context.reaped(data),
    tracerTask: ({ data }) => data.links[0]?.tracer ?? null,
  };
}

type Resume5 = (typeof Resume)[keyof typeof Resume];

/** R41: a signal given at a syscall-stop is sent anew, for everybody. */
function passSignal(link: Link, kernel: PtraceKernel, task: Task): void {
  if (link.signo === 0) return;
  kernel.passSignal(task, { signo: link.signo, errno: 0, code: 0x80, pid: 0, uid: 0 });
  link.signo = 0;
}

function* entry(traced: Traced, kernel: PtraceKernel, action: number): Report {
  const { task } = traced;
  let skip = syscallOf(action) === SyscallDisposition.ABORT;
  for (const link of [...traced.links]) {
    link.skipsExit = false;
    if (!link.wantsCalls || link.over) continue;
    const emulated = link.emulates;
    traced.show(link, syscallStop('entry', link.has('TRACESYSGOOD'), traced.who(link)));
    yield;
    kernel.refreshCall(task);
    passSignal(link, kernel, task);
    if (emulated) skip = true; // R43; the others still see entry and exit
  }
  return skip ? abort(traced.action) : run(traced.action);
}

function* exit(traced: Traced, kernel: PtraceKernel): Report {
  for (const link of [...traced.links]) {
    const { skipsExit } = link;
    link.skipsExit = false;
    if (skipsExit || link.mode !== 'syscall' || link.over) continue; // R38; SYSEMU has no exit stop
    traced.show(link, syscallStop('exit', link.has('TRACESYSGOOD'), traced.who(link)));
    yield;
    passSignal(link, kernel, traced.task);
  }
  return traced.action;
}

/** R44. */
function* seccomp(traced: Traced, action: number, data: number): Report {
  for (const link of traced.links) {
    if (link.has('TRACESECCOMP')) traced.show(link, eventStop(PTRACE_EVENT.SECCOMP, BigInt(data), traced.who(link)));
  }
  yield;
  return syscallOf(action) === SyscallDisposition.ABORT ? abort(traced.action) : run(traced.action);
}

/** R21: which event a birth is; 0: none. */
function kindOfBirth(flags: number): { event: number; option: 'TRACEVFORK' | 'TRACECLONE' | 'TRACEFORK' } {
  if ((flags & CLONE.VFORK) !== 0) return { event: PTRACE_EVENT.VFORK, option: 'TRACEVFORK' };
  if ((flags & CLONE.CSIGNAL) !== SIG.SIGCHLD) return { event: PTRACE_EVENT.CLONE, option: 'TRACECLONE' };
  return { event: PTRACE_EVENT.FORK, option: 'TRACEFORK' };
}

/** The newborn is linked while it is reported; the event is shown when it has begun its life. */
function clone(traced: Traced, context: ReportContext, flags: number, child: Task): Resume5 {
  const { event, option } = kindOfBirth(flags);
  const untraced = (flags & CLONE.UNTRACED) !== 0;
  for (const link of traced.links) {
    const enabled = !untraced && link.has(option);
    if (enabled) traced.births.push({ link, event, child: BigInt(context.kernel.tidFor(child, link.tracer)) });
    if (enabled || (flags & CLONE.PTRACE) !== 0) context.linkChild(link, child);
  }
  context.copySpace(traced.task, child);
  return traced.action;
}

/** tracehook_report_clone_complete. Not a report of the core's: the child runs already (pitfalls 24, 25). */
export function* birthEvent(traced: Traced): Report {
  for (const { link, event, child } of traced.births.splice(0)) {
    if (!link.over) traced.show(link, eventStop(event, child, traced.who(link)));
  }
  yield;
  return Resume.RESUME;
}

function* vforkDone(traced: Traced, kernel: PtraceKernel, child: Tid): Report {
  for (const link of traced.links) {
    if (!link.has('TRACEVFORKDONE')) continue;
    const task = kernel.findTask(child);
    const pid = task === undefined ? child : kernel.tidFor(task, link.tracer);
    traced.show(link, eventStop(PTRACE_EVENT.VFORK_DONE, BigInt(pid), traced.who(link)));
  }
  yield;
  return traced.action;
}

function* wholeSignal(
  { kernel, signalOver }: ReportContext,
  traced: Traced,
  task: Task,
  action: number,
  signal: SignalReport,
): Report {
  const answer = yield* signalReport(traced, kernel, task, action, signal);
  // do_signal_stop, at once: a stop that is whole takes the place of what was to be told of the one before.
  if (stopsAlone(task, kernel, answer, signal)) for (const link of traced.links) link.owesContinued = false;
  signalOver(traced, looksAgain(traced, kernel, answer, signal) && takesAnother(task, kernel));
  return answer;
}

/** R46, R48. */
function* execed(traced: Traced, kernel: PtraceKernel, exec: ExecInfo): Report {
  traced.debug.clear();
  for (const link of traced.links) {
    if (link.has('TRACEEXEC')) {
      traced.show(link, eventStop(PTRACE_EVENT.EXEC, BigInt(exec.oldTid), traced.who(link)));
    } else if (!link.seized) {
      const { pid, uid } = traced.who(link);
      const trap = { signo: SIG.SIGTRAP, errno: 0, code: SI.SI_USER, pid, uid };
      const behind = kernel.ownPendingSignals(traced.task);
      if ((behind & bit(SIG.SIGTRAP)) !== 0n) continue; // the two are one (legacy_queue)
      if (kernel.blocks(traced.task, SIG.SIGTRAP)) kernel.sendSignal(traced.task, trap);
      else link.owed.push({ ...trap, behind });
    }
  }
  yield;
  return traced.action;
}

/** R33–R35. In a group stop nobody is waited for: the task is stopped anyway, and must hear SIGCONT. */
function* jobControl(
  { kernel, signalOver, hasFreeThread, owesContinued, leavesStop }: ReportContext,
  traced: Traced,
  type: JobControl,
  notify: JobControl | null,
): Report {
  for (const link of traced.links) link.ranOut = false;
  if (type === 'stopped') {
    traced.inJobStop = true;
    const signo = kernel.jobStop(traced.task) || SIG.SIGSTOP;
    for (const link of traced.links) {
      link.inJobStop = true;
      if (link.stop !== null) continue;
      traced.show(link, link.seized ? trapStop(signo, traced.who(link)) : groupStop(signo));
    }
    return Resume.RESUME;
  }
  traced.inJobStop = false;
  // R37: on its way out of its stop it tells of SIGCONT first.
  const stays = traced.links.some((link) => link.isStopped);
  const leads = kernel.isLeader(traced.task);
  // Who sleeps in a wait is woken as a thread leaves the stop, not by the SIGCONT: one that is held has yet to leave it.
  // A thread that nobody traces tells it as it leaves the stop, at once; but only to the parent, and to who traces the leader.
  const isFree = hasFreeThread(traced);
  const leaves = !stays || isFree;
  if (!stays || (leads && isFree)) traced.continued();
  if (notify !== null && leaves) traced.tellContinued();
  else if (notify !== null) owesContinued(traced);
  for (const link of traced.links) {
    if (!link.inJobStop) continue; // attached since SIGCONT came: it hears nothing of that
    link.inJobStop = false;
    link.stopsAnew = false;
    link.dropStops(); // R33
    if (!link.seized) continue; // R33: an ATTACHed one stays where it is
    link.notify = true;
    if (link.stop === null || link.listening) traced.show(link, traced.trapFor(link));
  }
  yield;
  kernel.trapOver?.(traced.task);
  if (!leaves) traced.continued();
  if (!leads) leavesStop(traced);
  signalOver(traced, false);
  // Who held it meanwhile is shown the trap of the SIGCONT next: at one of its own, with which those that came since are told, too.
  // That of a new group stop is shown as the task joins it.
  const isOwed = traced.links.some((link) => link.notify) && !kernel.joinsStop(traced.task);
  return isOwed ? Resume.INTERRUPT : traced.action;
}

/** R49. Not a report of the core's: it is made for the killed, too. */
export function* exitEvent(traced: Traced, status: number): Report {
  for (const link of traced.links) {
    link.stopsAnew = link.owesContinued = false; // do_exit: whatever it was to stop for, or to tell of, is over
    if (link.has('TRACEEXIT')) traced.show(link, eventStop(PTRACE_EVENT.EXIT, BigInt(status), traced.who(link)));
  }
  yield;
  return Resume.RESUME;
}
