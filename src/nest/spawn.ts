/** native/spawn.c's child, as a simulated program: what a spawned task does before its exec. */

import type { SpawnRequest } from '../linux/native.ts';
import type { Start } from '../sim/frames.ts';
import { startOf } from '../sim/program.ts';

const STEP = { SESSION: 2, PGID: 3, SECCOMP: 8, EXEC: 9 } as const;
const SET_MODE_FILTER = 1;
const PR_SET_NO_NEW_PRIVS = 38;
const FAILED = 127;

type Pipe = readonly [reader: number, writer: number];

export const spawnProgram = (how: SpawnRequest, go: Pipe, err: Pipe): Start =>
  startOf(function* spawned(sys) {
    const { mm } = sys.task;
    yield* sys.close(go[1]);
    yield* sys.close(err[0]);
    function* fail(errno: number, step: number) {
      mm.write(sys.at('text'), new Uint8Array(Int32Array.of(errno, step).buffer));
      yield* sys.call('write', err[1], sys.at('text'), 8);
      return FAILED;
    }
    if (how.newSession) {
      const r = yield* sys.call('setsid');
      if (r < 0) return yield* fail(-r, STEP.SESSION);
    } else if (how.pgid !== undefined) {
      const r = yield* sys.setpgid(0, how.pgid);
      if (r < 0) return yield* fail(-r, STEP.PGID);
    }
    let n: number;
    do n = yield* sys.call('read', go[0], sys.at('text'), 1);
    while (n === -4);
    if (n !== 1) return FAILED; // the tracer is gone
    if (how.filter !== undefined) {
      if (how.noNewPrivs) yield* sys.call('prctl', PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
      const at = sys.at('text');
      const head = BigUint64Array.of(BigInt(how.filter.length / 8), BigInt(at + 16));
      mm.write(at, new Uint8Array(head.buffer));
      mm.write(at + 16, how.filter);
      const r = yield* sys.call('seccomp', SET_MODE_FILTER, 0, at);
      if (r < 0) return yield* fail(-r, STEP.SECCOMP);
    }
    return yield* fail(-(yield* sys.exec(how.file)), STEP.EXEC);
  });
