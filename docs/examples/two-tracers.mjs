// Two tracers on one thread, which Linux alone does not allow. A signal is shown to one after the other: the watcher passes it
// on, the debugger takes it away. Whoever attached first is shown it first, so whether the watcher sees it is a race.

const [WALL, SIGTRAP] = [0x40000000, 5];

/** The next stop of a tracee: its signal, 0 for a trap, null when it is gone. */
function* nextStop(sys, tracee) {
  const { pid, status } = yield* sys.wait4(tracee, WALL);
  if (pid < 0 || (status & 0xff) !== 0x7f) return null;
  return status >> 8 === ((128 << 8) | SIGTRAP) ? 0 : (status >> 8) & 0xff;
}

export default function* parent(sys) {
  const tracee = yield* sys.fork(function* tracee(sys) {
    for (;;) yield* sys.pause();
  });

  const watcher = yield* sys.fork(function* watcher(sys) {
    yield* sys.ptrace('SEIZE', tracee);
    for (let signal = yield* nextStop(sys, tracee); signal !== null; signal = yield* nextStop(sys, tracee)) {
      if (signal !== 0) yield* sys.print(`watcher: signal ${signal}\n`);
      yield* sys.ptrace('CONT', tracee, 0, signal);
    }
  });

  const debug = yield* sys.fork(function* debug(sys) {
    yield* sys.ptrace('SEIZE', tracee);
    yield* sys.ptrace('INTERRUPT', tracee);
    for (let signal = yield* nextStop(sys, tracee); signal !== null; signal = yield* nextStop(sys, tracee)) {
      yield* sys.print(signal === 0 ? 'debug: a look at it\n' : `debug: takes signal ${signal}\n`);
      yield* sys.ptrace('CONT', tracee);
    }
  });

  yield* sys.sleep(1);
  yield* sys.kill(tracee, 'SIGUSR1'); // it would end the tracee
  yield* sys.sleep(1);
  yield* sys.kill(tracee, 'SIGKILL');
  for (const child of [tracee, watcher, debug]) yield* sys.wait4(child);
}

/** What is wrong with the end of a run, or null. */
export const atEnd = (_box, ending) => (ending === 'done' ? null : 'somebody waits for ever');
