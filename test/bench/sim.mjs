// One measurement of the simulated kernel, in a process of its own: node sim.mjs CASE prints JSON.
import { Box, exploreBox, roundRobin, runToBlock } from '../../dist/sim.js';
import listen from '../../docs/examples/listen.mjs';
import mended, { atEnd } from '../../docs/examples/lost-stop-mended.mjs';

const STEPS = 3_000_000;
const WALL = 0x40000000;

/** Steps a second of a program that does not end, once it is warm. */
function pace(program, scheduler) {
  const box = new Box().boot(program);
  box.run(scheduler, { maxSteps: STEPS / 10 });
  const began = process.cpuUsage();
  box.run(scheduler, { maxSteps: STEPS });
  const { user, system } = process.cpuUsage(began);
  return { perSecond: (STEPS / (user + system)) * 1e6 };
}

const [what, ...args] = process.argv.slice(2);

const cases = {
  calls: () =>
    pace(function* main(sys) {
      for (;;) yield* sys.getpid();
    }, runToBlock()),
  switches: () =>
    pace(function* main(sys) {
      for (let n = 0; n < 3; n++) {
        yield* sys.fork(function* child(sys) {
          for (;;) yield* sys.getppid();
        });
      }
      for (;;) yield* sys.getpid();
    }, roundRobin()),
  signals: () =>
    pace(function* main(sys) {
      const child = yield* sys.fork(function* child(sys) {
        yield* sys.sigaction('SIGUSR1', function* handler() {});
        for (;;) yield* sys.pause();
      });
      for (;;) yield* sys.kill(child, 'SIGUSR1');
    }, roundRobin()),
  traced: () =>
    pace(function* main(sys) {
      const child = yield* sys.fork(function* child(sys) {
        for (;;) yield* sys.getpid();
      });
      yield* sys.ptrace('SEIZE', child);
      yield* sys.ptrace('INTERRUPT', child);
      for (;;) {
        yield* sys.wait4(child, WALL);
        yield* sys.ptrace('SYSCALL', child);
      }
    }, runToBlock()),
  // The whole space of the LISTEN program with so many preemptions.
  listen() {
    const began = performance.now();
    const { runs, steps, complete, violations } = exploreBox(listen, { preemptions: Number(args[0]) });
    return { ms: performance.now() - began, runs, steps, whole: complete && violations.length === 0 };
  },
  // A long search, without a bound on preemptions, that is ended after so many runs.
  memory() {
    const { runs, steps, states } = exploreBox(mended, { maxRuns: Number(args[0]), atEnd });
    return { runs, steps, states, peakMb: process.resourceUsage().maxRSS / 1024 };
  },
};

console.log(JSON.stringify(cases[what]()));
