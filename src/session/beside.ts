/**
 * Tracers that are started beside the program of a shared session, and the program's start: it is held at its exec until each
 * of them is there.
 */

import type { Tracer } from '../engines/tracer.ts';
import type { Ptrace } from '../ptrace/index.ts';
import { Resume, type ResumeAction } from '../utrace/index.ts';
import type { Session } from './session.ts';
import { spawn } from './spawn.ts';

/** How long the program waits for them. A debugger reads the symbols of large programs before it says anything. */
const WAIT_MS = 10_000;
/** Attaching is a few calls: how often they are looked at. */
const LOOK_MS = 2;

export interface BesideOptions {
  /** Commands, run by sh; `{pid}` in them is the program's process id. */
  readonly commands: readonly string[];
  /** Each in a process group of its own: background jobs of the terminal. */
  readonly newProcessGroup: boolean;
  /** How long the program waits for them, in ms. */
  readonly patience?: number;
  /** One was started. */
  readonly onStart?: (tracer: Session) => void;
  /** What went wrong with one, in a line. */
  readonly complain: (line: string) => void;
}

/** Keeps a program at its first exec. */
export class Gate {
  private open: () => void = () => {};
  private readonly opened = new Promise<ResumeAction>((resolve) => {
    this.open = () => resolve(Resume.DETACH);
  });
  readonly tracer: Tracer = { name: 'share', follow: false, exec: () => this.opened };

  release(): void {
    this.open();
  }
}

/**
 * Starts them, one after the other, so that they attach in the order given (R31: a signal that one swallows, the next does
 * not see); then lets the program go. Returns their sessions.
 */
export async function startBeside(
  program: Session,
  ptrace: Ptrace,
  gate: Gate,
  options: BesideOptions,
): Promise<readonly Session[]> {
  const started: Session[] = [];
  try {
    for (const text of options.commands) {
      const command = text.replaceAll('{pid}', String(program.pid));
      const session = await spawn('/bin/sh', ['-c', command], {
        argv0: 'sh',
        shared: true,
        newProcessGroup: options.newProcessGroup,
      });
      options.onStart?.(session);
      started.push(session);
      if (command !== text) await attached(program, ptrace, session, command, options);
    }
    return started;
  } catch (error) {
    for (const session of started) await session.close();
    await program.close();
    throw error;
  } finally {
    gate.release();
  }
}

/** Settles when one of `tracer`'s processes has the program, or nothing more is to be expected of it. */
async function attached(
  program: Session,
  ptrace: Ptrace,
  tracer: Session,
  command: string,
  { patience = WAIT_MS, complain }: BesideOptions,
): Promise<void> {
  const end = performance.now() + patience;
  let over = false;
  const ended = tracer.finished
    .catch(() => {})
    .then(() => {
      over = true;
    });
  while (!isThere(ptrace, program, tracer)) {
    if (program.task(program.pid) === undefined) return; // killed meanwhile
    if (over) {
      const status = await tracer.exited;
      const how =
        status === null
          ? 'ended'
          : status.signal === null
            ? `exited with ${status.code}`
            : `was killed by signal ${status.signal}`;
      complain(`'${command}' ${how} before it attached to ${program.pid}: the command starts without it`);
      return;
    }
    if (performance.now() > end) {
      complain(
        `'${command}' has not attached to ${program.pid} in ${patience / 1000} s: the command starts without it`,
      );
      return;
    }
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, LOOK_MS))]);
  }
}

/**
 * It has the program, and has asked for the stop that it begins with, or waits for what comes: SEIZE alone is not the whole of
 * an attach, and between it and the INTERRUPT the program would run.
 */
function isThere(ptrace: Ptrace, program: Session, tracer: Session): boolean {
  const task = program.task(program.pid);
  const links = ptrace.links.on(task);
  return links.some(
    (link) =>
      tracer.tasks.includes(link.tracer) && (link.owes || link.stop !== null || ptrace.news.sleepers.has(link.tracer)),
  );
}
