/** Small lives for a supervisor to look at, and what disturbs them. */

import { syscallNumber } from '../../../src/abi/syscalls.ts';
import { type Program, W } from '../../../src/box/index.ts';
import type { Tracer } from '../../../src/engines/index.ts';
import { FIRST, type Supervisor } from '../../../src/nest/index.ts';
import { SyscallSet } from '../../../src/tracehook/syscall-set.ts';

/** The same program, a while after all have begun. */
export const later = (program: Program, seconds = 1): Program =>
  function* later(sys) {
    yield* sys.sleep(seconds);
    return yield* program(sys);
  };

export const sleeper: Program = function* sleeper(sys) {
  for (;;) yield* sys.pause();
};

export const stopper: Program = function* stopper(sys) {
  yield* sys.kill(yield* sys.getpid(), 'SIGSTOP');
};

export const forker: Program = function* forker(sys) {
  const child = yield* sys.fork(function* child(sys) {
    return (yield* sys.getppid()) > 0 ? 3 : 4;
  });
  yield* sys.wait4(child);
};

/** Its child does nothing. */
export const parent: Program = function* parent(sys) {
  yield* sys.fork(function* child() {});
};

export const vforker: Program = function* vforker(sys) {
  yield* sys.vfork(function* child(sys) {
    yield* sys.exec('prog');
  });
};

export const threader: Program = function* threader(sys) {
  yield* sys.thread(function* thread(sys) {
    yield* sys.getpid();
  });
  yield* sys.getpid();
};

/** A thread that is not the leader execs. */
export const execer: Program = function* execer(sys) {
  yield* sys.thread(function* thread(sys) {
    yield* sys.exec('prog');
  });
  for (;;) yield* sys.pause();
};

/** The leader ends, and a thread execs when all is quiet. */
export const lateExec: Program = function* lateExec(sys) {
  yield* sys.thread(function* thread(sys) {
    yield* sys.sleep(1);
    yield* sys.exec('prog');
  });
  yield* sys.exit(0);
};

/** A thread execs when all is quiet. */
export const execsLater: Program = function* execsLater(sys) {
  yield* sys.thread(function* thread(sys) {
    yield* sys.sleep(1);
    yield* sys.exec('prog');
  });
  for (;;) yield* sys.pause();
};

/** A family: a child stops itself, is continued, and ends; test/programs/family.c is the same. */
export const family: Program = function* family(sys) {
  yield* sys.sleep(1);
  const child = yield* sys.fork(function* child(sys) {
    yield* sys.kill(yield* sys.getpid(), 'SIGSTOP');
    return 3;
  });
  yield* sys.wait4(child, W.UNTRACED);
  yield* sys.kill(child, 'SIGCONT');
  yield* sys.wait4(child);
  return 5;
};

/** Calls that are in a life's way now and then. */
export const SOME_CALLS = SyscallSet.of({ 'x86-64': [syscallNumber('x86-64', 'getpid')!] });

export const PROGRAMS: Readonly<Record<string, Program>> = {
  prog: function* prog(sys) {
    yield* sys.getpid();
  },
  sleeper,
};

/** Sends signals, one after the other. */
export const sender = (pid: number, ...signals: readonly string[]): Program =>
  function* sender(sys) {
    for (const signal of signals) yield* sys.kill(pid, signal);
  };

/** The same, when all is quiet. */
export const sendsLater = (pid: number, ...signals: readonly string[]): Program => later(sender(pid, ...signals));

/** The same, and another one when all is quiet. */
export const thenLater = (pid: number, signal: string, later: number, last: string): Program =>
  function* sender(sys) {
    yield* sys.kill(pid, signal);
    yield* sys.sleep(1);
    yield* sys.kill(later, last);
  };

/** Writes down what it is told; `calls`: of system calls, too. */
export const witness = (lines: string[], calls = false): Tracer => ({
  name: 'witness',
  ...(calls && {
    syscallEntry: (task) => void lines.push(`${task.tid} enters ${task.syscall.nr}`),
    syscallExit: (task) => void lines.push(`${task.tid} leaves ${task.syscall.nr}`),
  }),
  signal: (task, { info }) => void lines.push(`${task.tid} gets ${info?.signo}`),
  clone: (task, child) => void lines.push(`${task.tid} makes ${child.tid}`),
  exec: (task, { oldTid }) => void lines.push(`${task.tid} execs, as ${oldTid}`),
  jobControl: (task, type) => void lines.push(`${task.tid} is ${type}`),
  exit: (task, { code }) => void lines.push(`${task.tid} exits with ${code}`),
  death: (task) => void lines.push(`${task.tid} is dead`),
  reap: (task) => void lines.push(`${task.tid} is reaped`),
});

/** Attaches to the first program beside it, if that is still there. */
export function attachFirst(supervisor: Supervisor, tracer: Tracer): void {
  try {
    supervisor.attach(FIRST, tracer);
  } catch (error) {
    const task = supervisor.caller.kernel.tasks.get(FIRST);
    const lives = task?.alive && !task.exiting && !task.process.exits;
    if ((error as { code?: unknown }).code !== 'ESRCH' || lives) throw error;
  }
}
