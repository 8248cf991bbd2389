/** The test programs of seeds 002 (TRAP_NOTIFY) and 000 (LISTEN), line by line. */

import { SIG } from '../../../src/abi/signals.ts';
import { type Program, W } from '../../../src/box/index.ts';

/** They differ in one request: what the tracer does in a group stop. */
const seedProgram = (inGroupStop: 'CONT' | 'LISTEN'): Program =>
  function* main(sys) {
    const tracee = yield* sys.fork(function* tracee(sys) {
      for (;;) yield* sys.pause();
    });

    const tracer = yield* sys.fork(function* tracer(sys) {
      yield* sys.ptrace('SEIZE', tracee);
      yield* sys.ptrace('INTERRUPT', tracee);
      for (;;) {
        yield* sys.waitid(tracee, W.UNTRACED);

        const si = yield* sys.getSiginfo(tracee);
        if (typeof si === 'number') return 1;
        if (si.code === 0) {
          yield* sys.print(`tracer: SIG ${si.signo}\n`);
          yield* sys.ptrace('CONT', tracee, 0, si.signo);
          continue;
        }
        const stopped = si.signo !== SIG.SIGTRAP;
        yield* sys.print(`tracer: stopped=${Number(stopped)} signo=${si.signo}\n`);
        if (stopped) yield* sys.ptrace(inGroupStop, tracee);
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
  };

export const NOTIFY = seedProgram('CONT');
export const LISTEN = seedProgram('LISTEN');

const ROUND = [
  'mother: SIGSTOP',
  'tracer: SIG 19',
  'tracer: stopped=1 signo=19',
  'mother: SIGCONT',
  'tracer: stopped=0 signo=5',
  'tracer: SIG 18',
];
/** Both print the same. */
export const TRANSCRIPT = ['tracer: stopped=0 signo=5', ...ROUND, ...ROUND, ...ROUND];
