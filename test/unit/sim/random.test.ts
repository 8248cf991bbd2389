/** Random tracers, signals, threads, execs and deaths, by random schedules: the invariants hold, and SIGKILL ends it all. */

import { expect, test } from 'vitest';
import { PTRACE_O_MASK } from '../../../src/abi/ptrace.ts';
import { Prng } from '../../../src/base/prng.ts';
import {
  Box,
  type Program,
  random,
  runChecked,
  type Sys,
  startOf,
  type UserCode,
  W,
  worldOf,
} from '../../../src/box/index.ts';

const SIGNALS = ['SIGSTOP', 'SIGCONT', 'SIGTSTP', 'SIGUSR1', 'SIGCHLD', 'SIGTERM', 34] as const;
const ROUNDS = 12;
const O_SUSPEND_SECCOMP = 1 << 21;

/** What a tracee does with its life. */
function* live(sys: Sys, prng: Prng, depth: number): UserCode<void> {
  for (let k = 0; k < ROUNDS; k++) {
    switch (prng.below(9)) {
      case 0:
        if (depth < 2) yield* sys.fork((child) => live(child, prng, depth + 1));
        break;
      case 1:
        if (depth < 2) yield* sys.thread((child) => live(child, prng, depth + 1));
        break;
      case 2:
        if (depth < 2) yield* sys.vfork((child) => live(child, prng, 3));
        break;
      case 3:
        if (prng.chance(20)) yield* sys.exec('again');
        break;
      case 4:
        yield* sys.sigaction('SIGUSR1', function* handler(inner) {
          yield* inner.getpid();
        });
        break;
      case 5:
        yield* sys.sigprocmask(prng.pick(['block', 'unblock']), [prng.pick(SIGNALS)]);
        break;
      case 6:
        yield* sys.wait4(-1, prng.pick([W.NOHANG, W.UNTRACED | W.NOHANG, W.NOHANG | W.ALL]));
        break;
      case 7:
        yield* sys.sleep(1);
        break;
      default:
        yield* sys.getppid();
    }
  }
  if (prng.chance(50)) yield* sys.pause();
}

/** Does to tasks whatever ptrace offers. */
function* trace(sys: Sys, prng: Prng): UserCode<void> {
  const anyPid = (): number => 3 + prng.below(8);
  for (let k = 0; k < ROUNDS * 2; k++) {
    const pid = anyPid();
    const options = prng.chance(50) ? 0 : (prng.uint32() & PTRACE_O_MASK & ~O_SUSPEND_SECCOMP) >>> 0;
    switch (prng.below(10)) {
      case 0:
        yield* sys.ptrace('SEIZE', pid, 0, options);
        break;
      case 1:
        yield* sys.ptrace('ATTACH', pid);
        break;
      case 2:
        yield* sys.ptrace('INTERRUPT', pid);
        break;
      case 3:
        yield* sys.ptrace('LISTEN', pid);
        break;
      case 4:
        yield* sys.ptrace('DETACH', pid, 0, prng.pick([0, 0, 19, 10]));
        break;
      case 5:
        yield* sys.ptrace('SETOPTIONS', pid, 0, options);
        break;
      case 6:
        yield* sys.wait4(-1, W.ALL | W.NOHANG | W.UNTRACED);
        break;
      case 7:
        yield* sys.getSiginfo(pid);
        break;
      case 8:
        if (prng.chance(30)) yield* sys.sleep(1);
        break;
      default:
        yield* sys.ptrace(prng.pick(['CONT', 'SYSCALL', 'SINGLESTEP']), pid, 0, prng.pick([0, 0, 18, 19, 10]));
    }
  }
}

const chaos = (prng: Prng): Program =>
  function* main(sys) {
    for (let k = 0; k < 2; k++) yield* sys.fork((child) => live(child, prng, 0));
    for (let k = 0; k < 2; k++) yield* sys.fork((child) => trace(child, prng));
    for (let k = 0; k < ROUNDS; k++) {
      yield* sys.kill(3 + prng.below(8), prng.pick(SIGNALS));
      if (prng.chance(30)) yield* sys.sleep(1);
    }
    yield* sys.kill(-1, 'SIGKILL');
  };

const COUNT = Number(process.env.UTRACE_SIM_SEEDS ?? 200);
const FIRST = Number(process.env.UTRACE_SIM_SEED ?? 1);

test(`${COUNT} random lives`, { timeout: 600_000 }, () => {
  for (let seed = FIRST; seed < FIRST + COUNT; seed++) {
    const box = new Box({ exclusive: seed % 2 === 0, splitsRequests: seed % 4 < 2 });
    const prng = new Prng(seed);
    box.kernel.programs.set(
      'again',
      startOf((sys) => live(sys, prng, 1)),
    );
    box.boot(chaos(prng));
    const atEnd = (_box: Box, ending: string): string | null => (ending === 'done' ? null : `it ends ${ending}`);
    let wrong: string | null;
    try {
      wrong = runChecked(worldOf(box, { atEnd }), random(seed), { maxSteps: 20_000 });
    } catch (error) {
      wrong = (error as Error).stack ?? String(error);
    }
    expect(wrong, `UTRACE_SIM_SEED=${seed} UTRACE_SIM_SEEDS=1\n${box.dump()}`).toBeNull();
  }
});
