/**
 * A signal that was decided on where the kernel is delivering none: the task goes on to a delivery-stop of its own. For that
 * moment it blocks every other signal, since those of lower numbers that wait would come first.
 */

import { PTRACE, PTRACE_EVENT } from '../abi/ptrace.ts';
import { decodeSiginfo, SIGINFO_SIZE, type Siginfo } from '../abi/siginfo.ts';
import { bit } from '../abi/signal-set.ts';
import { defaultAction, SIG } from '../abi/signals.ts';
import { stopEvent, stopSignal } from '../abi/wait-status.ts';
import type { SignalDecision } from '../tracehook/signal.ts';
import type { LinuxHost } from './host.ts';
import { eventStop, notified } from './job-control.ts';
import { resumeTask } from './resume.ts';
import { runToStop } from './run-on.ts';
import { signal } from './signals.ts';
import { type LinuxTask, Stop } from './task.ts';
import { lendMask } from './temporary-mask.ts';

/** SIGSTOP cannot be blocked: there may be one of the process's, and one of the thread's. And its group may stop, and be continued. */
const MAX_STOPS = 8;

const siginfoBytes = new Uint8Array(SIGINFO_SIZE);

/** From a stop on the way to user mode. Whatever becomes of the task is dealt with. */
export function toDeliveryStop(host: LinuxHost, task: LinuxTask, info: Siginfo, decision: SignalDecision): void {
  if (info.signo === SIG.SIGKILL) {
    host.queued.add(task, info, decision);
    resumeTask(host, task);
    return;
  }
  const giveBack = lendMask(host, task, ~bit(info.signo));
  if (giveBack === null) return; // killed
  // Its group stops already, and it with it: one that were queued for that would be in the way of the next.
  if (stopsGroup(decision) && task.stopsWithGroup) host.native.ptrace(PTRACE.INTERRUPT, task.tid, 0, 0);
  else host.queued.add(task, info, decision);
  const meanwhile: Siginfo[] = [];
  const status = nextStop(host, task, info, decision, meanwhile);
  if (status === null) return;
  giveBack();
  for (const other of meanwhile) host.queued.again(task, other);
  if (stopEvent(status) !== PTRACE_EVENT.STOP) {
    task.stop = Stop.SIGNAL;
    signal(host, task, decodeSiginfo(siginfoBytes), info.signo);
    return;
  }
  const item = task.queued.at(-1);
  if (item?.decision === decision) item.cancelled = true;
  task.stop = Stop.TRAP;
  task.trapShown = false;
  eventStop(host, task, stopSignal(status), false, false, false);
}

/** Whether what was decided is to stop the process. */
export const stopsGroup = ({ how, signo }: SignalDecision): boolean =>
  how === 'default' && defaultAction(signo) === 'stop';

/** Runs the task to the delivery-stop of `own`, or to a trap: the wait status; null: it is dying. Other signals are taken out. */
function nextStop(
  host: LinuxHost,
  task: LinuxTask,
  own: Siginfo,
  decision: SignalDecision,
  meanwhile: Siginfo[],
): number | null {
  const { native } = host;
  const { tid } = task;
  for (let stops = 0; stops < MAX_STOPS; stops++) {
    const status = runToStop(host, task, PTRACE.CONT);
    if (status === null) return null;
    if (stopEvent(status) === PTRACE_EVENT.STOP) {
      // While it was held its group was continued, which cancels a stop signal (R32), or stopped, which is what one would do.
      if (stopsGroup(decision)) return status;
      // For another that is a matter of later.
      if (stopSignal(status) === SIG.SIGTRAP) {
        if (own.signo !== SIG.SIGCONT) notified(host, task, task.ranOut);
        task.ranOut = false;
      } else task.trapsNext = true;
      continue;
    }
    if (native.ptraceData(PTRACE.GETSIGINFO, tid, 0, siginfoBytes) < 0) return null;
    const info = decodeSiginfo(siginfoBytes);
    if (host.queued.find(task, info)?.decision === decision) return status;
    meanwhile.push(info);
    // The two were one (legacy_queue): the kernel has dropped ours.
    if (info.signo === own.signo && info.signo < SIG.SIGRTMIN)
      host.queued.add(task, own, task.queued.pop()?.decision ?? null);
  }
  return null;
}
