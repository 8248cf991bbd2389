/**
 * get_signal: what a task does about signals on its way to user mode, one turn of the kernel's loop at a time, in the kernel's
 * order (R37). The hooks are where seed 003 puts tracehook_get_signal: before the dequeue.
 */

import type { Siginfo } from '../abi/siginfo.ts';
import { bit, STOP_SIGNALS } from '../abi/signal-set.ts';
import { defaultAction, SIG } from '../abi/signals.ts';
import { Outcome, Step } from '../tracehook/hooks.ts';
import type { DequeuedSignal } from '../tracehook/signal.ts';
import { doGroupExit } from './exit.ts';
import { doSignalStop, tellContinued } from './group-stop.ts';
import { setUpHandler } from './handler.ts';
import { Jobctl } from './jobctl.ts';
import type { SimKernel } from './kernel.ts';
import { SIG_DFL, SIG_IGN, SignalFlag } from './process.ts';
import { isOrphanedGroup } from './process-groups.ts';
import { restartWithoutHandler } from './restart.ts';
import { returnToUser } from './return-to-user.ts';
import { follow, type RunState } from './run-state.ts';
import { recalcSigpending, sendLocked } from './send-signal.ts';
import { takeSignal } from './take-signal.ts';
import type { SimTask } from './task.ts';

const CORE_FLAG = 0x80;
const SIGKILL_SET = bit(SIG.SIGKILL);

/** The way in, and the way back from a stop or a trap (`relock`): what prepare_signal left to be told is told here only. */
export const getSignal: RunState = {
  name: 'looking for signals',
  execute(kernel, task) {
    tellContinued(kernel, task);
    return nextSignal.execute(kernel, task);
  },
};

/** The loop: a signal of which nothing came is followed by the next. */
const nextSignal: RunState = {
  name: 'looking for more signals',
  execute(kernel, task) {
    const { process } = task;
    if (process.exits || task.fatalPending || (process.execTask !== null && process.execTask !== task)) {
      return die(kernel, task);
    }
    if ((task.jobctl & Jobctl.STOP_PENDING) !== 0) return doSignalStop(kernel, task, 0) ?? nextSignal;
    const { trace } = task;
    if (trace.events !== 0 || trace.report || trace.interrupt) {
      // A tracer may turn any signal into one that stops: SIGCONT must be able to cancel that, too (ptrace_signal).
      task.jobctl |= Jobctl.STOP_DEQUEUED;
      return follow(task, kernel, kernel.hooks.getSignal(task), 'a signal', afterHook, killedMeanwhile);
    }
    return deliverNext(kernel, task);
  },
};

/** SIGKILL, or the end of the group, or an exec of a sibling's. */
function die(kernel: SimKernel, task: SimTask): RunState {
  task.pending.set &= ~SIGKILL_SET;
  const { process } = task;
  task.killed = process.exitBy !== task || (process.groupExitCode & 0x7f) === SIG.SIGKILL;
  return doGroupExit(kernel, task, SIG.SIGKILL);
}

/** The end of ptrace_signal: who is killed while a signal is shown puts it back. An exec may go on with it. */
function killedMeanwhile(kernel: SimKernel, task: SimTask): RunState {
  if (task.taken !== null) sendLocked(kernel, task.taken.info, task, task.taken.scope);
  task.taken = null;
  return nextSignal;
}

function afterHook(kernel: SimKernel, task: SimTask, outcome: Outcome): RunState {
  if (task.fatalPending) return killedMeanwhile(kernel, task);
  task.taken = null;
  if (outcome === Outcome.DELIVER) {
    const decision = kernel.hooks.decision(task);
    if (decision.how === 'handler') return handle(kernel, task, decision.info);
    const own = defaultAction(decision.info.signo) === defaultAction(decision.signo);
    return act(kernel, task, decision.signo, own ? decision.info.signo : decision.signo);
  }
  return outcome === Outcome.AGAIN ? nextSignal : deliverNext(kernel, task);
}

/** dequeue_signal. SIGKILL is never taken: it was acted on before. */
export function dequeue(task: SimTask): Siginfo | null {
  const blocked = task.blocked | SIGKILL_SET;
  const info = task.pending.takeSynchronous(blocked) ?? takeSignal(task, blocked);
  if (info !== null && (bit(info.signo) & STOP_SIGNALS) !== 0n) task.jobctl |= Jobctl.STOP_DEQUEUED;
  return info;
}

export function dequeueForHooks(task: SimTask): DequeuedSignal | null {
  const shared = task.process.shared.list();
  const before = shared.length;
  const info = dequeue(task);
  task.taken = info === null ? null : { info, scope: shared.length < before ? 'process' : 'thread' };
  return info === null ? null : { info, disposition: task.handlers.disposition(info.signo) };
}

/** As without us: the next signal, by what the program asked for. */
function deliverNext(kernel: SimKernel, task: SimTask): RunState {
  const info = dequeue(task);
  if (info === null) return noMore(task);
  const { handler } = task.handlers.get(info.signo);
  if (handler === SIG_IGN) return nextSignal;
  if (handler !== SIG_DFL) return handle(kernel, task, info);
  return act(kernel, task, info.signo, info.signo);
}

/** There is none: the call that was interrupted is made anew, and sigsuspend's mask is put back. */
function noMore(task: SimTask): RunState {
  restartWithoutHandler(task);
  if (task.savedMask !== null) {
    task.blocked = task.savedMask;
    task.savedMask = null;
  }
  recalcSigpending(task);
  return returnToUser;
}

function handle(kernel: SimKernel, task: SimTask, info: Siginfo): RunState {
  setUpHandler(kernel, task, info);
  recalcSigpending(task);
  kernel.hooks.signalHandler(task, task.step !== Step.NONE);
  return task.step === Step.NONE ? returnToUser : handlerTrap;
}

/** signal_setup_done: who is stepped traps before its handler begins, and before anything else that is to be told (R45). */
const handlerTrap: RunState = {
  name: 'a handler is set up',
  execute(kernel, task) {
    return follow(task, kernel, kernel.hooks.getSignal(task), 'a handler', afterHandlerTrap, () => returnToUser);
  },
};

function afterHandlerTrap(kernel: SimKernel, task: SimTask, outcome: Outcome): RunState {
  return outcome === Outcome.DELIVER ? afterHook(kernel, task, outcome) : returnToUser;
}

/** The default action of `signo`; `shown` is what wait will say of it. */
function act(kernel: SimKernel, task: SimTask, signo: number, shown: number): RunState {
  const unkillable = (task.process.flags & SignalFlag.UNKILLABLE) !== 0;
  switch (defaultAction(signo)) {
    case 'ignore':
    case 'continue':
      return nextSignal;
    case 'stop':
      if (signo !== SIG.SIGSTOP && isOrphanedGroup(kernel, task.process.pgid)) return getSignal; // R36
      return doSignalStop(kernel, task, shown) ?? nextSignal;
    case 'core':
      if (unkillable) return nextSignal;
      return doGroupExit(kernel, task, shown | (task.process.coreLimit > 0 ? CORE_FLAG : 0));
    case 'term':
      return unkillable ? nextSignal : doGroupExit(kernel, task, shown);
  }
}
