/** The races that the seeds are about, as small programs. Each prints what its tracer was told. */

import { SIG } from '../../../src/abi/signals.ts';
import { type Program, type Sys, type UserCode, W } from '../../../src/box/index.ts';

const sleeper: Program = function* tracee(sys) {
  for (;;) yield* sys.pause();
};

/** Waits for the next stop and says what it is: `SIG 19`, `stopped 19`, `running`, `dead`. */
function* next(sys: Sys, pid: number): UserCode<string> {
  const { pid: who, status } = yield* sys.wait4(pid, W.ALL);
  if (who < 0) return `error ${who}`;
  if ((status & 0xff) !== 0x7f) return 'dead';
  const code = status >> 8;
  if (code >> 8 === 128) return (code & 0xff) === SIG.SIGTRAP ? 'running' : `stopped ${code & 0xff}`;
  if (code >> 8 !== 0) return `event ${code >> 8}`;
  return `SIG ${code}`;
}

/** The loop of the seeds' tracer, for as long as its tracee lives: LISTEN in a group stop, else CONT. */
export function* monitor(sys: Sys, pid: number, inStop: 'LISTEN' | 'CONT' = 'LISTEN'): UserCode<void> {
  for (;;) {
    const what = yield* next(sys, pid);
    yield* sys.print(`${what}\n`);
    if (what === 'dead' || what.startsWith('error')) return;
    if (what.startsWith('stopped')) yield* sys.ptrace(inStop, pid);
    else if (what.startsWith('SIG')) yield* sys.ptrace('CONT', pid, 0, Number(what.slice(4)));
    else yield* sys.ptrace('CONT', pid);
  }
}

/** A tracee, a tracer with `monitor`, and signals by the mother, with nothing between them. */
export const signalled = (inStop: 'LISTEN' | 'CONT', ...signals: readonly string[]): Program =>
  function* main(sys) {
    const tracee = yield* sys.fork(sleeper);
    yield* sys.fork(function* tracer(sys) {
      yield* sys.ptrace('SEIZE', tracee);
      yield* monitor(sys, tracee, inStop);
    });
    for (const signal of signals) yield* sys.kill(tracee, signal);
  };

/** The tracer interrupts what it listens to, while SIGCONT comes. */
export const interruptListen: Program = function* main(sys) {
  const tracee = yield* sys.fork(sleeper);
  const tracer = yield* sys.fork(function* tracer(sys) {
    yield* sys.ptrace('SEIZE', tracee);
    yield* sys.kill(tracee, 'SIGSTOP');
    yield* sys.print(`${yield* next(sys, tracee)}\n`);
    yield* sys.ptrace('CONT', tracee, 0, SIG.SIGSTOP);
    yield* sys.print(`${yield* next(sys, tracee)}\n`);
    yield* sys.ptrace('LISTEN', tracee);
    yield* sys.ptrace('INTERRUPT', tracee);
    yield* monitor(sys, tracee);
  });
  yield* sys.kill(tracee, 'SIGCONT');
  void tracer;
};

/** Attaching to what is stopping, or stopped, or not yet. */
export const attachStop = (request: 'ATTACH' | 'SEIZE'): Program =>
  function* main(sys) {
    const tracee = yield* sys.fork(sleeper);
    yield* sys.fork(function* tracer(sys) {
      const result = yield* sys.ptrace(request, tracee);
      if (result < 0) return;
      yield* monitor(sys, tracee);
    });
    yield* sys.kill(tracee, 'SIGSTOP');
  };

/** SIGKILL against everything a tracer does. */
export const killed = (...doing: readonly ('INTERRUPT' | 'SIGSTOP' | 'SIGCONT' | 'DETACH')[]): Program =>
  function* main(sys) {
    const tracee = yield* sys.fork(sleeper);
    yield* sys.fork(function* tracer(sys) {
      yield* sys.ptrace('SEIZE', tracee);
      for (const what of doing) {
        if (what === 'INTERRUPT' || what === 'DETACH') yield* sys.ptrace(what, tracee);
        else yield* sys.kill(tracee, what);
      }
      yield* monitor(sys, tracee);
    });
    yield* sys.kill(tracee, 'SIGKILL');
    yield* sys.wait4(tracee);
    yield* sys.print('reaped\n');
  };

/** The tracer dies, at any moment. */
export const tracerDies: Program = function* main(sys) {
  const tracee = yield* sys.fork(sleeper);
  const tracer = yield* sys.fork(function* tracer(sys) {
    yield* sys.ptrace('SEIZE', tracee);
    yield* sys.ptrace('INTERRUPT', tracee);
    yield* monitor(sys, tracee);
  });
  yield* sys.kill(tracee, 'SIGSTOP');
  yield* sys.kill(tracer, 'SIGKILL');
  yield* sys.kill(tracee, 'SIGCONT');
  yield* sys.kill(tracee, 'SIGTERM');
  yield* sys.wait4(tracee);
  yield* sys.print('reaped\n');
};

/** Two tracers on one task, and a stop. */
export const twoTracers = (...signals: readonly string[]): Program =>
  function* main(sys) {
    const tracee = yield* sys.fork(sleeper);
    for (let k = 0; k < 2; k++) {
      yield* sys.fork(function* tracer(sys) {
        yield* sys.ptrace('SEIZE', tracee);
        yield* monitor(sys, tracee);
      });
    }
    for (const signal of signals) yield* sys.kill(tracee, signal);
  };

/** A group of two threads stops and goes on, both traced. */
export const twoThreads = (...signals: readonly string[]): Program =>
  function* main(sys) {
    const tracee = yield* sys.fork(function* leader(sys) {
      yield* sys.thread(sleeper);
      for (;;) yield* sys.pause();
    });
    yield* sys.fork(function* tracer(sys) {
      yield* sys.ptrace('SEIZE', tracee);
      yield* monitor(sys, tracee);
    });
    for (const signal of signals) yield* sys.kill(tracee, signal);
  };

/** exec by a thread that is not the leader, against an attach to either. */
export const execAttach: Program = function* main(sys) {
  const tracee = yield* sys.fork(function* leader(sys) {
    yield* sys.thread(function* thread(sys) {
      yield* sys.exec('sleeper');
    });
    for (;;) yield* sys.pause();
  });
  yield* sys.fork(function* tracer(sys) {
    const result = yield* sys.ptrace('SEIZE', tracee);
    if (result < 0) return;
    yield* sys.ptrace('INTERRUPT', tracee);
    yield* monitor(sys, tracee);
  });
  yield* sys.kill(tracee, 'SIGTERM');
  yield* sys.wait4(tracee);
  yield* sys.print('reaped\n');
};

/** A tracer that stops its tracee and does nothing more; SIGKILL by the mother if `kills`. */
export const holder = (kills: boolean): Program =>
  function* main(sys) {
    const tracee = yield* sys.fork(sleeper);
    yield* sys.fork(function* tracer(sys) {
      yield* sys.ptrace('SEIZE', tracee);
      yield* sys.ptrace('INTERRUPT', tracee);
      yield* sys.print(`${yield* next(sys, tracee)}\n`);
      yield* sys.pause();
    });
    if (kills) yield* sys.kill(tracee, 'SIGKILL');
  };

/** A thread listens in the trap of an INTERRUPT while its sibling begins a group stop (R26). */
export const interruptThenStop: Program = function* main(sys) {
  const [reader, writer] = yield* sys.pipe();
  const tracee = yield* sys.fork(function* leader(sys) {
    yield* sys.thread(sleeper);
    yield* sys.write(writer, 'x');
    for (;;) yield* sys.pause();
  });
  yield* sys.read(reader);
  yield* sys.ptrace('SEIZE', tracee);
  yield* sys.ptrace('INTERRUPT', tracee);
  yield* sys.wait4(tracee, W.ALL);
  yield* sys.ptrace('LISTEN', tracee);
  yield* sys.fork(function* mother(sys) {
    yield* sys.kill(tracee, 'SIGSTOP');
  });
  yield* sys.print(`${yield* next(sys, tracee)}\n`);
  yield* sys.pause();
};

/** SIGCONT comes to a task in a system call under PTRACE_SYSCALL: its exit stop is first, the notice of the group second (R27). */
export const notifyUnderSyscall: Program = function* main(sys) {
  const tracee = yield* sys.fork(sleeper);
  yield* sys.ptrace('SEIZE', tracee);
  yield* sys.ptrace('INTERRUPT', tracee);
  yield* next(sys, tracee);
  for (let k = 0; k < 2; k++) {
    yield* sys.ptrace('SYSCALL', tracee);
    yield* next(sys, tracee);
    if (k === 0) yield* sys.kill(tracee, 'SIGCONT');
  }
  yield* sys.ptrace('CONT', tracee);
  yield* sys.print(`${yield* next(sys, tracee)}\n`);
};

/** A signal to a task that is held at a system call. */
export const signalAtCall: Program = function* main(sys) {
  const tracee = yield* sys.fork(sleeper);
  yield* sys.ptrace('SEIZE', tracee);
  yield* sys.ptrace('INTERRUPT', tracee);
  yield* next(sys, tracee);
  yield* sys.ptrace('SYSCALL', tracee);
  yield* next(sys, tracee);
  yield* sys.kill(tracee, 'SIGUSR1');
  yield* sys.ptrace('CONT', tracee);
  yield* sys.print(`${yield* next(sys, tracee)}\n`);
};

/** The tracee is dead, and its tracer has not waited: the parent is told nothing yet (R12). */
export const tracerFirst: Program = function* main(sys) {
  const [reader, writer] = yield* sys.pipe();
  const tracee = yield* sys.fork(sleeper);
  yield* sys.fork(function* tracer(sys) {
    yield* sys.ptrace('SEIZE', tracee);
    yield* sys.write(writer, 'x');
    yield* sys.pause();
  });
  yield* sys.read(reader);
  yield* sys.kill(tracee, 'SIGKILL');
  yield* sys.sleep(1);
  const { pid } = yield* sys.wait4(tracee, W.NOHANG);
  yield* sys.print(String(pid));
};

/** Attaching to what has stopped: the first wait after it finds the stop, though it does not wait (R18). Prints whether it did. */
export const attachStopped = (request: 'ATTACH' | 'SEIZE', ...signals: readonly string[]): Program =>
  function* main(sys) {
    const tracee = yield* sys.fork(sleeper);
    yield* sys.kill(tracee, 'SIGSTOP');
    yield* sys.wait4(tracee, W.UNTRACED);
    yield* sys.fork(function* tracer(sys) {
      if ((yield* sys.ptrace(request, tracee)) < 0) return;
      const { pid } = yield* sys.wait4(tracee, W.ALL | W.NOHANG);
      yield* sys.print(pid === tracee ? 'at once\n' : 'not yet\n');
      if (pid === tracee) yield* sys.ptrace('CONT', tracee);
      yield* monitor(sys, tracee);
    });
    for (const signal of signals) yield* sys.kill(tracee, signal);
    if (!signals.includes('SIGKILL')) yield* sys.pause(); // else its end would orphan the stopped group
  };

/** SIGKILL while requests work on the stop. */
export const requestsKilled: Program = function* main(sys) {
  const tracee = yield* sys.fork(sleeper);
  yield* sys.fork(function* tracer(sys) {
    yield* sys.ptrace('SEIZE', tracee);
    yield* sys.ptrace('INTERRUPT', tracee);
    yield* next(sys, tracee);
    yield* sys.getSiginfo(tracee);
    yield* sys.ptrace('CONT', tracee);
    yield* monitor(sys, tracee);
  });
  yield* sys.kill(tracee, 'SIGKILL');
  yield* sys.wait4(tracee);
  yield* sys.print('reaped\n');
};

/** The tracer dies while its attach waits for the trap; the next tracer finds the task as it should be. */
export const attacherDies: Program = function* main(sys) {
  const tracee = yield* sys.fork(sleeper);
  yield* sys.kill(tracee, 'SIGSTOP');
  yield* sys.wait4(tracee, W.UNTRACED);
  const tracer = yield* sys.fork(function* tracer(sys) {
    yield* sys.ptrace('SEIZE', tracee);
    yield* sys.pause();
  });
  yield* sys.kill(tracer, 'SIGKILL');
  yield* sys.wait4(tracer);
  yield* sys.ptrace('SEIZE', tracee);
  yield* sys.print(`${yield* next(sys, tracee)}\n`);
};

/** A shell gives the terminal to a job that reads from it: SIGCONT after that, or (wrong) before. */
export const givesTerminal = (order: 'terminal, SIGCONT' | 'SIGCONT, terminal'): Program =>
  function* main(sys) {
    const shell = yield* sys.fork(function* shell(sys) {
      yield* sys.setsid();
      yield* sys.ioctl(0, 'TIOCSCTTY');
      yield* sys.type(0, 'x\n');
      const job = yield* sys.fork(function* job(sys) {
        yield* sys.setpgid(0, 0);
        yield* sys.read(0);
      });
      yield* sys.setpgid(job, job);
      if (order === 'SIGCONT, terminal') yield* sys.kill(-job, 'SIGCONT');
      yield* sys.tcsetpgrp(0, job);
      if (order === 'terminal, SIGCONT') yield* sys.kill(-job, 'SIGCONT');
      yield* sys.wait4(job);
    });
    yield* sys.wait4(shell);
  };
