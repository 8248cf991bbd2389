/**
 * Between the command and its shell: utrace stands where the command would stand. What the terminal sends goes to both,
 * other signals are passed on, the shell sees its job stop when the command stops, and utrace ends as the command ended.
 */

import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { type ExitStatus, getRuntime, type Session } from '../session/index.ts';

/** A continued job's processes get SIGCONT from the shell; only what is still stopped after this long gets ours. */
const CONTINUE_MS = 50;

/** What /proc/PID/stat says of job control; undefined when the process is gone. */
function placeOf(pid: number): { ppid: number; pgrp: number; session: number; tty: number; foreground: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [, ppid = 0, pgrp = 0, session = 0, tty = 0, foreground = 0] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    return { ppid, pgrp, session, tty, foreground };
  } catch {
    return undefined;
  }
}

/** We are in the foreground of a terminal: what it sends, the command gets too. */
function inForeground(): boolean {
  const own = placeOf(process.pid);
  return own !== undefined && own.tty !== 0 && own.foreground === own.pgrp;
}

/** A shell with job control started us: it is told when its jobs stop, and continues them. */
function isJob(): boolean {
  const own = placeOf(process.pid);
  const parent = own && placeOf(own.ppid);
  return own !== undefined && parent !== undefined && own.tty !== 0 && parent.session === own.session && parent.pgrp !== own.pgrp;
}

/** Takes over the signals of this process for as long as the command lives. */
export function beTransparent(session: Session, beforeStop: () => void): void {
  let over = false;
  void session.exited.then(() => {
    over = true;
  });
  const pass = (signal: NodeJS.Signals): void => {
    if (over) return leaveTheRest(session);
    try {
      process.kill(session.pid, signal);
    } catch {
      // it is gone already
    }
  };
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, pass);
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    process.on(signal, () => {
      if (over || !inForeground()) pass(signal);
    });
  }

  /** The processes of the session that are stopped. */
  const stopped = new Set<number>();
  /** The terminal (or somebody) asked us, too, to stop. */
  let asked = false;
  const stopLikeTheCommand = (): void => {
    if (!stopped.has(session.pid) || !isJob()) return;
    // As long as anything runs, it needs us: a child of the command may be the one who will continue it.
    const still = [...getRuntime().host.tasks.values()].some((task) => !stopped.has(task.tgid));
    if (still && !asked) return;
    asked = false;
    beforeStop();
    process.kill(process.pid, 'SIGSTOP');
  };
  process.on('SIGTSTP', () => {
    asked = true;
    stopLikeTheCommand();
  });
  session.onJobControl.add((tgid, type) => {
    if (type === 'continued') {
      stopped.delete(tgid);
      if (tgid === session.pid) asked = false;
      return;
    }
    stopped.add(tgid);
    stopLikeTheCommand();
  });
  process.on('SIGCONT', () => {
    asked = false;
    setTimeout(() => {
      if (stopped.has(session.pid)) pass('SIGCONT');
    }, CONTINUE_MS).unref();
  });
}

/** The command is over and what it left behind runs on: we are asked to end, not they. A filtered tree cannot outlive us. */
function leaveTheRest(session: Session): void {
  const filtered = [...getRuntime().host.tasks.values()].some((task) => task.filter !== null);
  void (filtered ? session.close() : session.detach());
}

/** The exit status of the command; or this process dies of the signal that killed the command. */
export function endAs(status: ExitStatus | null): number {
  if (status === null) return 1;
  if (status.signal === null) return status.code;
  if (!status.core && !CORE_SIGNALS.has(status.signal)) {
    process.removeAllListeners();
    process.kill(process.pid, status.signal);
  }
  return 128 + status.signal;
}

/** We would dump a core of our own. */
const CORE_SIGNALS: ReadonlySet<number> = new Set(
  (['SIGQUIT', 'SIGILL', 'SIGTRAP', 'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGSEGV', 'SIGXCPU', 'SIGXFSZ', 'SIGSYS'] as const).map(
    (name) => constants.signals[name],
  ),
);
