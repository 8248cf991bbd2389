/**
 * Between the command and its shell: utrace stands where the command would stand. What the terminal sends goes to both,
 * other signals are passed on, the shell sees its job stop when the command stops, and utrace ends as the command ended.
 */

import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { type ExitStatus, getRuntime, type Session } from '../session/index.ts';

/** A continued job's processes get SIGCONT from the shell; only what is still stopped after this long gets ours. */
const CONTINUE_MS = 50;

/** A Ctrl-C that we learn of no later than so after the command’s end is the one that it had, too. */
const SAME_KEY_MS = 200;

/** What /proc/PID/stat says of job control; undefined when the process is gone. */
export function placeOf(
  pid: number,
): { ppid: number; pgrp: number; session: number; tty: number; foreground: number } | undefined {
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
export function inForeground(): boolean {
  const own = placeOf(process.pid);
  return own !== undefined && own.tty !== 0 && own.foreground === own.pgrp;
}

/** A shell with job control started us: it is told when its jobs stop, and continues them. */
export function isJob(): boolean {
  const own = placeOf(process.pid);
  const parent = own && placeOf(own.ppid);
  return (
    own !== undefined &&
    parent !== undefined &&
    own.tty !== 0 &&
    parent.session === own.session &&
    parent.pgrp !== own.pgrp
  );
}

export interface JobOptions {
  /** Called before this process stops. */
  readonly beforeStop?: () => void;
  /** The command is over, others run on, and we are asked to end. Default: they are let go where that can be. */
  readonly leaveRest?: () => void;
  /** Another has the terminal: a command that stops for want of it is not the job that stops. */
  readonly isTaken?: () => boolean;
}

/** Takes over the signals of this process for as long as the command lives. */
export function beTransparent(session: Session, options: JobOptions = {}): void {
  const { beforeStop, leaveRest = () => leaveTheRest(session), isTaken } = options;
  let over = false;
  let isNewKey = false;
  void session.exited.then(() => {
    over = true;
    setTimeout(() => {
      isNewKey = true;
    }, SAME_KEY_MS).unref();
  });
  const pass = (signal: NodeJS.Signals): void => {
    if (over) {
      leaveRest();
      return;
    }
    try {
      process.kill(session.pid, signal);
    } catch {
      // it is gone already
    }
  };
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, pass);
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    process.on(signal, () => {
      if (over ? isNewKey : !inForeground()) pass(signal);
    });
  }

  /** The processes of the session that are stopped. */
  const stopped = new Set<number>();
  /** The terminal (or somebody) asked us, too, to stop. */
  let asked = false;
  /**
   * `stopped`: we stopped ourselves, and have not been told of the SIGCONT yet; what we are told before that is of the
   * past. `waking`: told, but the command is not seen to go on yet: that it is stopped may be of the past.
   */
  let phase: 'running' | 'stopped' | 'waking' = 'running';
  let timer: NodeJS.Timeout | undefined;
  const stopLikeTheCommand = (): void => {
    if (phase === 'stopped' || !stopped.has(session.pid) || !isJob()) return;
    if (isTaken?.()) {
      asked = false;
      return;
    }
    // As long as anything runs, it needs us: a child of the command may be the one who will continue it.
    const still = [...getRuntime().host.tasks.values()].some((task) => !stopped.has(task.tgid));
    if (!asked && (still || phase === 'waking')) return;
    asked = false;
    phase = 'stopped';
    clearTimeout(timer);
    beforeStop?.();
    process.kill(process.pid, 'SIGSTOP');
  };
  // SIGTTIN: the command read the terminal from the background. (SIGTTOU can be of our own writing: it stops us at once.)
  for (const signal of ['SIGTSTP', 'SIGTTIN'] as const) {
    process.on(signal, () => {
      if (phase === 'stopped') return;
      asked = true;
      stopLikeTheCommand();
    });
  }
  session.onJobControl.add((tgid, type) => {
    if (type === 'stopped') {
      stopped.add(tgid);
      stopLikeTheCommand();
      return;
    }
    stopped.delete(tgid);
    if (tgid === session.pid && phase === 'waking') phase = 'running';
  });
  process.on('SIGCONT', () => {
    asked = false;
    phase = 'waking';
    clearTimeout(timer);
    timer = setTimeout(() => {
      phase = 'running';
      if (stopped.has(session.pid)) pass('SIGCONT');
    }, CONTINUE_MS).unref();
  });
}

/** The command is over and what it left behind runs on: we are asked to end, not they. A filtered tree cannot outlive us. */
function leaveTheRest(session: Session): void {
  void (session.filtered ? session.close() : session.detach());
}

/** The exit status of the command; or this process dies of the signal that killed the command. */
export function endAs(status: ExitStatus | null): number {
  if (status === null) return 1;
  if (status.signal === null) return status.code;
  if (!status.core && !NOT_OURS.has(status.signal)) {
    process.removeAllListeners();
    process.kill(process.pid, status.signal);
  }
  return 128 + status.signal;
}

/** We would dump a core of our own, or (the last two) Node makes something else of it. */
const NOT_OURS: ReadonlySet<number> = new Set(
  (
    [
      'SIGQUIT',
      'SIGILL',
      'SIGTRAP',
      'SIGABRT',
      'SIGBUS',
      'SIGFPE',
      'SIGSEGV',
      'SIGXCPU',
      'SIGXFSZ',
      'SIGSYS',
      'SIGPIPE',
      'SIGUSR1',
    ] as const
  ).map((name) => constants.signals[name]),
);
