// A tracer that interrupts its tracee to look at it, and lets it go on. It takes the first stop it sees for that of its
// INTERRUPT. Meanwhile the parent stops the tracee with SIGSTOP, and waits for that.

const [WUNTRACED, WALL, SIGTRAP] = [2, 0x40000000, 5];

export default function* parent(sys) {
  const tracee = yield* sys.fork(function* tracee(sys) {
    for (;;) yield* sys.pause();
  });

  yield* sys.fork(function* tracer(sys) {
    yield* sys.ptrace('SEIZE', tracee);
    yield* sys.ptrace('INTERRUPT', tracee);
    yield* sys.wait4(tracee, WALL);
    yield* sys.print('tracer: had a look\n');
    yield* sys.ptrace('CONT', tracee);

    for (;;) {
      const { pid, status } = yield* sys.wait4(tracee, WALL);
      if (pid < 0 || (status & 0xff) !== 0x7f) return; // it is gone
      const signal = (status >> 8) & 0xff;
      const isEventStop = status >> 16 === 128;
      if (!isEventStop) yield* sys.ptrace('CONT', tracee, 0, signal);
      else if (signal === SIGTRAP) yield* sys.ptrace('CONT', tracee);
      else yield* sys.ptrace('LISTEN', tracee);
    }
  });

  yield* sys.kill(tracee, 'SIGSTOP');
  yield* sys.wait4(tracee, WUNTRACED);
  yield* sys.print('parent: it is stopped\n');
  yield* sys.kill(tracee, 'SIGKILL');
  yield* sys.wait4(tracee);
}

/** What is wrong with the end of a run, or null. */
export const atEnd = (_box, ending) => (ending === 'done' ? null : 'the parent waits for ever');
