// The test program of seed 002 (PTRACE_SEIZE, TRAP_NOTIFY), line by line: the tracer keeps its tracee running, and is told
// each time that the tracee's group stops or goes on.

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
      yield* sys.print(`tracer: stopped=${Number(si.signo !== SIGTRAP)} signo=${si.signo}\n`);
      yield* sys.ptrace('CONT', tracee);
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
