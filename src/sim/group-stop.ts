/** Job control stops: how a group stop begins, who joins it, and how a thread leaves it (do_signal_stop, R33–R36). */

import { CLD } from '../abi/signals.ts';
import { Event } from '../tracehook/events.ts';
import { type JobControl, Outcome } from '../tracehook/hooks.ts';
import { getSignal } from './get-signal.ts';
import { groupStopSignal, Jobctl, participateGroupStop, setPending } from './jobctl.ts';
import type { SimKernel } from './kernel.ts';
import { notifyParentStopped } from './notify-parent.ts';
import { CLD_MASK, SignalFlag } from './process.ts';
import { follow, type RunState } from './run-state.ts';
import { signalWakeUp } from './send-signal.ts';
import type { SimTask } from './task.ts';

const GROUP_STOP = Jobctl.STOP_PENDING | Jobctl.STOP_CONSUME;

/** do_signal_stop. `signo` 0: joins the stop that another thread began. Null: there is no stop to be made after all. */
export function doSignalStop(kernel: SimKernel, task: SimTask, signo: number): RunState | null {
  if ((task.jobctl & Jobctl.STOP_PENDING) === 0 && !beginGroupStop(kernel, task, signo)) return null;
  const complete = participateGroupStop(task);
  task.jobctl |= Jobctl.STOPPED;
  task.continued = false;
  task.ready = false;
  if (kernel.logging) kernel.note(task, complete ? 'stops, the last of its group' : 'stops');
  if (complete) notifyParentStopped(kernel, task, CLD.CLD_STOPPED);
  if ((task.trace.events & Event.JCTL) !== 0) {
    const outcome = kernel.hooks.jctl(task, 'stopped', complete ? 'stopped' : null);
    task.jobReporting = outcome === Outcome.HELD;
  }
  return jobStopped;
}

/** The first half of do_signal_stop: asks every thread to join. */
function beginGroupStop(kernel: SimKernel, task: SimTask, signo: number): boolean {
  const { process } = task;
  // A SIGCONT since the signal was taken cancels the stop (R32).
  if ((task.jobctl & Jobctl.STOP_DEQUEUED) === 0 || process.exits || process.execTask !== null) return false;
  if ((process.flags & SignalFlag.STOP_STOPPED) === 0) process.groupExitCode = signo;
  process.groupStopCount = 0;
  if (!setPending(task, signo | GROUP_STOP)) return false;
  process.groupStopCount++;
  for (const thread of process.threads) {
    if (thread !== task && thread.isStopping && kernel.ptrace?.isTraced(thread) === true) {
      // Its tracers see it in a trap: TASK_TRACED, and asked to stop once more.
      thread.jobctl = (thread.jobctl & ~Jobctl.STOP_SIGMASK) | signo;
      kernel.ptrace.stopsAnew(thread);
    }
    if (thread === task || thread.isStopping || !setPending(thread, signo | GROUP_STOP)) continue;
    process.groupStopCount++;
    if ((thread.jobctl & Jobctl.LISTENING) !== 0) kernel.wakeUp(thread, 'a group stop');
    else signalWakeUp(kernel, thread, false);
  }
  return true;
}

/** A held task that only listens traps again, where it is, for the news of its group (R26). */
export function retrap(kernel: SimKernel, task: SimTask): void {
  const joins = (task.jobctl & Jobctl.STOP_PENDING) !== 0;
  if (!joins && (task.jobctl & Jobctl.TRAP_NOTIFY) === 0) return;
  task.jobctl &= ~(Jobctl.LISTENING | Jobctl.TRAP_NOTIFY);
  tellContinued(kernel, task);
  if (joins && participateGroupStop(task)) notifyParentStopped(kernel, task, CLD.CLD_STOPPED);
  kernel.ptrace?.retrapped(task, groupStopSignal(task));
}

/** TASK_STOPPED. SIGCONT ends it, unless the core holds the task; so does ptrace, which lets it run out (R35). */
export const jobStopped: RunState = {
  name: 'stopped',
  execute(kernel, task) {
    if (task.jobReporting) {
      task.jobReporting = kernel.hooks.proceed(task) === Outcome.HELD;
      if (task.jobReporting) return stays(task);
    }
    if (task.jobHeld || task.requests > 0) return stays(task);
    if (task.continued) return leave(kernel, task);
    return task.isStopped ? stays(task) : getSignal.execute(kernel, task);
  },
};

/** JOBCTL_TRAPPING: from the group stop to the trap that a newcomer is to find. Who attached waits meanwhile. */
export const trapping: RunState = {
  name: 'stopped, on its way to a trap',
  execute(kernel, task) {
    const { arrive, leaves } = task.arrival!;
    const how = task.continued ? 'continued' : leaves ? 'leaves' : 'stopped';
    if (how === 'stopped') {
      task.jobctl |= Jobctl.STOPPED;
      task.ready = false;
    }
    arrive(how);
    const next =
      how === 'stopped' ? jobStopped : how === 'continued' ? leave(kernel, task) : getSignal.execute(kernel, task);
    kernel.clearTrapping(task);
    return next;
  },
};

function stays(task: SimTask): RunState {
  task.ready = false;
  return jobStopped;
}

/** Out of the stop by SIGCONT: the first thread tells the parent, each tells the engines. */
function leave(kernel: SimKernel, task: SimTask): RunState {
  task.continued = false;
  if ((task.trace.events & Event.JCTL) === 0) return getSignal;
  // Who is held in it is out of it when its tracer lets it go.
  const first = kernel.ptrace?.keepsStopped(task) !== true && tellParent(kernel, task) === 'continued';
  return follow(
    task,
    kernel,
    kernel.hooks.jctl(task, 'continued', first ? 'continued' : null),
    'the end of its stop',
    () => getSignal,
  );
}

/** The same, and its tracers. */
export function tellContinued(kernel: SimKernel, task: SimTask): void {
  if (tellParent(kernel, task) === 'continued') kernel.ptrace?.tellsContinued(task);
}

/** SIGNAL_CLD_MASK: what prepare_signal left to be told (R37). That the group goes on is for the caller to tell its tracers. */
function tellParent(kernel: SimKernel, task: SimTask): JobControl | null {
  const { process } = task;
  const why = process.flags & CLD_MASK;
  if (why === 0) return null;
  process.flags &= ~CLD_MASK;
  const continued = (why & SignalFlag.CLD_CONTINUED) !== 0;
  notifyParentStopped(kernel, task, continued ? CLD.CLD_CONTINUED : CLD.CLD_STOPPED);
  if (!continued) kernel.ptrace?.stopCutShort(task);
  return continued ? 'continued' : 'stopped';
}
