/**
 * Attaching to a stopped process while SIGCONT comes: a race that the real kernel decides as it likes. All that it does is among
 * what the simulated kernel does in all interleavings, and that is no more than what was ever seen.
 */

import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { exploreBox, type Program, W } from '../../src/box/index.ts';
import { program } from '../support/paths.ts';

/** The same as test/programs/trapping.c does once. */
const attaches = (request: 'SEIZE' | 'ATTACH'): Program =>
  function* main(sys) {
    const tracee = yield* sys.fork(function* tracee(sys) {
      for (;;) yield* sys.pause();
    });
    yield* sys.kill(tracee, 'SIGSTOP');
    yield* sys.wait4(tracee, W.UNTRACED);
    const other = yield* sys.fork(function* other(sys) {
      yield* sys.kill(tracee, 'SIGCONT');
    });
    yield* sys.ptrace(request, tracee);
    let { pid, status } = yield* sys.wait4(tracee, W.ALL | W.NOHANG);
    yield* sys.print(pid === tracee ? `at once ${(status >> 8).toString(16)}` : 'not yet');
    yield* sys.wait4(other);
    if (pid === tracee) yield* sys.ptrace('CONT', tracee);
    for (;;) {
      yield* sys.sleep(1);
      ({ pid, status } = yield* sys.wait4(tracee, W.ALL | W.NOHANG));
      if (pid !== tracee) break;
      yield* sys.print(` ${(status >> 8).toString(16)}`);
      yield* sys.ptrace('CONT', tracee, 0, status >> 16 !== 0 ? 0 : (status >> 8) & 0xff);
    }
    yield* sys.kill(tracee, 'SIGKILL');
  };

/** Seen in 15 000 times on Linux 6.18. */
const SEEN = {
  // SIGSTOP's group stop; EVENT_STOP; SIGCONT (0x12). The second: SIGCONT came on the way to the trap (TRAPPING).
  SEIZE: ['at once 8005 12', 'at once 8013 8005 12', 'not yet'],
  ATTACH: ['at once 13', 'at once 13 12', 'not yet 13 13'],
} as const;

test.each(['SEIZE', 'ATTACH'] as const)('%s against SIGCONT', { timeout: 60_000 }, (request) => {
  const simulated = new Set<string>();
  const result = exploreBox(attaches(request), {
    splitsRequests: true,
    atEnd: (box) => {
      simulated.add(box.output);
      return null;
    },
  });
  expect(result).toMatchObject({ violations: [], complete: true });
  expect([...simulated].sort()).toEqual(SEEN[request]);
  const real = execFileSync(program('trapping'), [request, '300'], { encoding: 'utf8' }).trimEnd().split('\n');
  for (const outcome of real) expect(SEEN[request]).toContain(outcome);
});

test('without windows the one in which SIGCONT comes on the way to the trap is never seen', () => {
  const simulated = new Set<string>();
  const atEnd = ({ output }: { output: string }): null => {
    simulated.add(output);
    return null;
  };
  expect(exploreBox(attaches('SEIZE'), { atEnd }).complete).toBe(true);
  expect([...simulated].sort()).toEqual(['at once 8013 8005 12', 'not yet']);
});
