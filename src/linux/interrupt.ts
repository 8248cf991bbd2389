/**
 * How a running task is brought to a stop. INTERRUPT does it at once, and wakes a sleep as SIGSTOP would. A mere report
 * must not: a task that sleeps in a system call is watched until it has run, and stopped then.
 */

import { ERRNO } from '../abi/errno.ts';
import { PTRACE } from '../abi/ptrace.ts';
import { syscallNumber } from '../abi/syscalls.ts';
import type { LinuxHost } from './host.ts';
import * as proc from './proc.ts';
import { flushResume } from './resume.ts';
import { type LinuxTask, Run } from './task.ts';

/** UTRACE_INTERRUPT: the task traps soon, its sleep interrupted. */
export function interruptTask(host: LinuxHost, task: LinuxTask): void {
  task.politeInterrupt = false;
  sendInterrupt(host, task, false);
}

/**
 * The same, but where only we disturb a system call it goes on as if nothing had been: the kernel restarts most by itself,
 * and those it does not are made again (stops.ts, restartSleep).
 */
export function interruptPolitely(host: LinuxHost, task: LinuxTask): void {
  sendInterrupt(host, task, true);
}

/** Its resume may have been put off. */
function resumeFirst(host: LinuxHost, task: LinuxTask): void {
  if (host.next.tid === (task.tid as number)) flushResume(host);
}

function sendInterrupt(host: LinuxHost, task: LinuxTask, polite: boolean): void {
  if (task.interruptSent) return;
  if (host.toldMore(task)) return; // it has stopped: a trap still to come would be taken for a SIGCONT's
  resumeFirst(host, task);
  // Who is to be born traps anyway, and may stand there already.
  const sent = task.awaitsBirth ? 0 : host.native.interrupt(task.tid);
  if (sent === -ERRNO.EALREADY) return;
  task.interruptSent = true;
  task.politeInterrupt = polite;
  task.interruptLate = sent > 0;
}

/** UTRACE_REPORT: brings the task to a stop without disturbing a system call in progress. */
export function reportSoon(host: LinuxHost, task: LinuxTask): void {
  if (task.interruptSent || host.sleepers.has(task)) return;
  if (task.resumedWith === PTRACE.SYSCALL && task.entered) return; // the exit stop will come
  resumeFirst(host, task);
  if (task.resumedWith !== PTRACE.SYSCALL && FRAGILE.has(host.native.taskSyscall(task.tid))) watch(host, task);
  else interruptPolitely(host, task); // one that sleeps goes back to sleep (stops.ts, rejoinCall)
}

/**
 * Calls that answer EINTR to any interruption (R39) and whose time-out would begin anew if they were made again. Every
 * other call is restarted by the kernel so that the program cannot tell.
 */
const FRAGILE: ReadonlySet<number> = new Set(
  [
    ...['epoll_wait', 'epoll_pwait', 'epoll_pwait2', 'semop', 'semtimedop', 'io_getevents', 'io_pgetevents'],
    ...[
      'rt_sigtimedwait',
      'io_uring_enter',
      'recvfrom',
      'recvmsg',
      'recvmmsg',
      'accept',
      'accept4',
      'connect',
      'sendto',
    ],
    ...['sendmsg', 'msgrcv', 'msgsnd'],
  ].map((name) => syscallNumber('x86-64', name)!),
);

/** The same as a byte for each number. */
const FRAGILE_BYTES = Uint8Array.from({ length: Math.max(...FRAGILE) + 1 }, (_, nr) => Number(FRAGILE.has(nr)));

/** Somebody wants the system calls of tasks that run free: each is stopped once, to run otherwise. */
export function traceSoon(host: LinuxHost, tasks: readonly LinuxTask[]): void {
  const bytes = new Uint8Array(tasks.length * 4);
  const tids = new Int32Array(bytes.buffer);
  let count = 0;
  for (const task of tasks) {
    if (task.run !== Run.RUNNING || !task.syscallStops || task.resumedWith === PTRACE.SYSCALL) continue;
    if (task.interruptSent || task.awaitsBirth || host.sleepers.has(task)) continue;
    tids[count++] = task.tid;
  }
  flushResume(host);
  const answers = new Int8Array(count);
  host.native.interruptAll(bytes, count, FRAGILE_BYTES, new Uint8Array(answers.buffer));
  for (let i = 0; i < count; i++) {
    const tid = tids[i]!;
    const task = host.tasks.get(Math.abs(tid))!;
    task.interruptSent = tid > 0 && answers[i] !== -ERRNO.EALREADY;
    task.politeInterrupt = task.interruptSent;
    task.interruptLate = answers[i] === 1;
    if (tid < 0) watch(host, task); // it was not to be interrupted after all
  }
  host.due.add(bytes, count);
}

function watch(host: LinuxHost, task: LinuxTask): void {
  host.sleepers.set(task, proc.timesRun(task.tid));
  host.kick();
}

/** Looks at those that slept: one that has run since is out of that call. */
export function pollSleepers(host: LinuxHost): void {
  for (const [task, timesRun] of [...host.sleepers]) {
    if (task.run !== Run.RUNNING) {
      host.sleepers.delete(task);
    } else if (host.native.taskSyscall(task.tid) < 0 || proc.timesRun(task.tid) !== timesRun) {
      host.sleepers.delete(task);
      const { report, interrupt } = task.trace;
      if (report || interrupt || task.detaching || task.syscallStops) interruptPolitely(host, task);
    }
  }
}
