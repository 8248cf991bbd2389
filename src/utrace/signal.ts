/** utrace_get_signal: the report before a signal is delivered, and the one that REPORT and INTERRUPT ask for. */

import { defaultAction, SIG } from '../abi/signals.ts';
import { unreachable } from '../base/assert.ts';
import { Event, SIGNAL_EVENTS } from '../tracehook/events.ts';
import { Outcome } from '../tracehook/hooks.ts';
import type { Disposition } from '../tracehook/signal.ts';
import { DISPOSITION_MASK, Resume, SIGNAL_HOLD, SignalDisposition } from './actions.ts';
import { finishResumeReport } from './points.ts';
import { finishReport, type Point, reset, runPass, startReport } from './report.ts';
import type { Utrace } from './state.ts';

/** What normal delivery would do, as an event and as a disposition. */
function classify(signo: number, disposition: Disposition): readonly [event: number, result: number] {
  if (disposition === 'ignore') return [Event.SIGNAL_IGN, SignalDisposition.IGN];
  if (disposition === 'handler') return [Event.SIGNAL, SignalDisposition.DELIVER];
  switch (defaultAction(signo)) {
    case 'core':
      return [Event.SIGNAL_CORE, SignalDisposition.CORE];
    case 'ignore':
    case 'continue':
      return [Event.SIGNAL_IGN, SignalDisposition.IGN];
    case 'stop':
      return [Event.SIGNAL_STOP, signo === SIG.SIGSTOP ? SignalDisposition.STOP : SignalDisposition.TSTP];
    case 'term':
      return [Event.SIGNAL_TERM, SignalDisposition.TERM];
  }
}

/** AGAIN: look again. GO: nobody cares, or nothing is pending: do what would be done without us. */
export function getSignal(u: Utrace): Outcome {
  if (u.interrupt || u.report || u.signalHandler) {
    if (!u.interrupt && !u.report) {
      // Only here to clear the flag: nobody asked for a report after the handler was set up.
      u.signalHandler = false;
      return Outcome.AGAIN;
    }
    const result = u.signalHandler ? SignalDisposition.HANDLER : SignalDisposition.REPORT;
    u.interrupt = false;
    u.signalHandler = false;
    startReport(u, SIGNAL, 0);
    u.pass.result = result;
    // `info` stays what the last callback left, so that a signal can be found again after a stop.
    u.signal = { info: u.signal.info, original: null, action: { disposition: 'default' } };
    u.dequeued = null;
    return runPass(u);
  }
  if ((u.events & (SIGNAL_EVENTS | Event.QUIESCE)) === 0) return Outcome.GO;
  const next = u.core.kernel.dequeueSignal(u.task);
  if (next === null) return Outcome.GO;
  const [event, result] = classify(next.info.signo, next.disposition);
  u.signal = {
    info: next.info,
    original: { disposition: next.disposition },
    action: { disposition: next.disposition },
  };
  u.dequeued = next.info;
  // Nobody cares about this kind: no report, so that one which was decided (a step) stays in force.
  if (result === SignalDisposition.IGN && (u.events & (event | Event.QUIESCE)) === 0) {
    u.signal = { ...u.signal, info: null };
    return Outcome.AGAIN;
  }
  startReport(u, SIGNAL, event);
  u.pass.result = result;
  return runPass(u);
}

export const SIGNAL: Point = {
  callback: 'reportSignal',
  signal: true,
  call: (ops, engine, u) => ops.reportSignal!(u.pass.result | u.pass.action, engine, u.task, u.signal),
  finish: decide,
  woken: (u) => {
    if ((u.pass.result & SIGNAL_HOLD) !== 0) pushBack(u);
    // What is left in `info` is found again only by a report that this resume asked for.
    else if (!u.interrupt && !u.report) u.signal = { ...u.signal, info: null };
    return Outcome.AGAIN;
  },
};

/** Turns the disposition into a decision, expressed as a signal whose action it is. */
function decide(u: Utrace): Outcome {
  const { pass, signal } = u;
  const verdict = (pass.result & DISPOSITION_MASK) as SignalDisposition;
  switch (verdict) {
    case SignalDisposition.TERM:
      return decided(u, SIG.SIGTERM);
    case SignalDisposition.CORE:
      return decided(u, SIG.SIGQUIT);
    case SignalDisposition.STOP:
      return decided(u, SIG.SIGSTOP);
    case SignalDisposition.TSTP:
      return decided(u, SIG.SIGTSTP);
    case SignalDisposition.DELIVER: {
      const signo = signal.info?.signo ?? 0;
      if (signo === 0 || signal.action.disposition === 'ignore') return ignored(u);
      if (signal.action.disposition === 'handler') {
        // An engine that wants to stop or step gets another report once the handler's frame is there.
        if (pass.action !== Resume.RESUME) u.interrupt = true;
        return decided(u, signo, 'handler');
      }
      const action = defaultAction(signo);
      return action === 'ignore' || action === 'continue' ? ignored(u) : decided(u, signo);
    }
    case SignalDisposition.IGN:
    case SignalDisposition.REPORT:
    case SignalDisposition.HANDLER:
      return ignored(u);
    default:
      return unreachable(verdict);
  }
}

function decided(u: Utrace, signo: number, how: 'handler' | 'default' = 'default'): Outcome {
  // TERM, CORE, STOP and TSTP need no siginfo from the engine: the representative signal stands in.
  const info = u.signal.info ?? { signo, errno: 0, code: 0 };
  u.decision = { how, signo, info, changed: info !== u.dequeued };
  if ((u.pass.result & SIGNAL_HOLD) !== 0) pushBack(u);
  // A stop or a step takes effect should the task come back from a default action.
  if (how === 'default') finishReport(u);
  else if (u.pass.detaches) reset(u, false);
  u.signal = { ...u.signal, info: null };
  return Outcome.DELIVER;
}

/** On the way straight to user mode: this is where a stop or a step happens. */
function ignored(u: Utrace): Outcome {
  const outcome = finishResumeReport(u, SIGNAL);
  if (outcome === Outcome.HELD) return outcome; // HOLD is done after the stop
  if ((u.pass.result & SIGNAL_HOLD) !== 0 && !u.pass.killed) pushBack(u);
  u.signal = { ...u.signal, info: null };
  return Outcome.AGAIN;
}

function pushBack(u: Utrace): void {
  const { info } = u.signal;
  if (info !== null && info.signo !== 0) u.core.kernel.requeueSignal(u.task, info);
  u.signal = { ...u.signal, info: null };
}
