// The test program of seed 000 (PTRACE_LISTEN), line by line: the tracer leaves its tracee stopped for as long as the group
// is, and is told when it goes on.

const [WSTOPPED, SIGTRAP] = [2, 5];

export default function* mother(sys) {
  const tracee = yield* sys.fork(function* tracee(sys) {
    for (;;) yield* sys.pause();
  });

  const tracer = yield* sys.fork(function* tracer(sys) {
    yield* sys.ptrace('SEIZE', tracee);
    yield* sys.ptrace('INTERRUPT', tracee);
    for (;;) {
      yield* sys.waitid(tracee, WSTOPPED);

      const si = yield* sys.getSiginfo(tracee);
      if (typeof si === 'number') return 1;
      if (!si.code) {
        yield* sys.print(`tracer: SIG ${si.signo}\n`);
        yield* sys.ptrace('CONT', tracee, 0, si.signo);
        continue;
      }
      const stopped = si.signo !== SIGTRAP;
      yield* sys.print(`tracer: stopped=${Number(stopped)} signo=${si.signo}\n`);
      if (stopped) yield* sys.ptrace('LISTEN', tracee);
      else yield* sys.ptrace('CONT', tracee);
    }
  });

  for (let i = 0; i < 3; i++) {
    yield* sys.sleep(1);
    yield* sys.print('mother: SIGSTOP\n');
    yield* sys.kill(tracee, 'SIGSTOP');
    yield* sys.sleep(1);
    yield* sys.print('mother: SIGCONT\n');
    yield* sys.kill(tracee, 'SIGCONT');
  }
  yield* sys.sleep(1);

  yield* sys.kill(tracer, 'SIGKILL');
  yield* sys.kill(tracee, 'SIGKILL');
  return 0;
}

/** What is wrong with the end of a run, or null. */
export const atEnd = (_box, ending) => (ending === 'done' ? null : 'somebody waits for ever');
