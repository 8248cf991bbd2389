/** PTRACE_EVENT_STOP: group stops and their end, interrupts, births (R5, R25–R27). */

import { SIG } from '../abi/signals.ts';
import { Event } from '../tracehook/events.ts';
import type { LinuxHost } from './host.ts';
import { resumeTask } from './resume.ts';
import { rejoinCall } from './system-calls.ts';
import { type LinuxTask, Stop } from './task.ts';
import { follow, wayOut } from './way-out.ts';

export function eventStop(host: LinuxHost, task: LinuxTask, low: number, wasListening: boolean, polite: boolean): void {
  const { group } = task;
  if (low !== SIG.SIGTRAP) {
    task.stop = Stop.GROUP;
    group.stopSigno = low;
    if (wasListening || task.quietStop) {
      // Re-trapped in the same stop, or found in it: no news.
      task.quietStop = false;
      resumeTask(host, task);
      return;
    }
    group.continueReported = false;
    const last = host.isGroupStopped(group);
    if (last) host.observeJobControl(group, 'stopped');
    if ((task.trace.events & Event.JCTL) === 0) {
      resumeTask(host, task);
      return;
    }
    const outcome = host.hooks.jctl(task, 'stopped', last ? 'stopped' : null);
    follow(task, outcome, () => resumeTask(host, task));
    return;
  }
  task.stop = Stop.TRAP;
  task.quietStop = false;
  if (polite && rejoinCall(host, task) && !wasListening) {
    resumeTask(host, task);
    return;
  }
  if (!wasListening) {
    wayOut(host, task);
    return;
  }
  // SIGCONT: the group stop is over (R27). The first thread to leave it tells the parent.
  const first = !group.continueReported;
  group.continueReported = true;
  if (first) host.observeJobControl(group, 'continued');
  if ((task.trace.events & Event.JCTL) === 0) {
    wayOut(host, task);
    return;
  }
  follow(task, host.hooks.jctl(task, 'continued', first ? 'continued' : null), () => wayOut(host, task));
}
