/** Single steps and block steps of simulated programs: where they stop. */

import { expect, test } from 'vitest';
import { Box, type Program, type Sys, type UserCode, W } from '../../../src/box/index.ts';
import { AT } from '../../../src/sim/text.ts';

const RIP = 16 * 8;
const STOPS = 9;

/** Runs `tracee` by such requests from its first stop on: where it is after each, and with which si_code. */
function stepped(request: 'SINGLESTEP' | 'SINGLEBLOCK', tracee: (sys: Sys) => UserCode<void>): string[] {
  const seen: string[] = [];
  const main: Program = function* main(sys) {
    const pid = yield* sys.fork(function* child(sys) {
      yield* sys.ptrace('TRACEME', 0);
      yield* sys.kill(yield* sys.getpid(), 'SIGSTOP');
      for (;;) yield* tracee(sys);
    });
    yield* sys.wait4(pid);
    for (let n = 0; n < STOPS; n++) {
      yield* sys.ptrace(request, pid);
      yield* sys.wait4(pid, W.ALL);
      const info = yield* sys.getSiginfo(pid);
      yield* sys.ptrace('PEEKUSER', pid, RIP, sys.at('set'));
      const ip = Number(new DataView(sys.task.mm.read(sys.at('set'), 8).buffer).getBigUint64(0, true));
      seen.push(`${nameOf(ip)} ${typeof info === 'number' ? info : info.code}`);
    }
    yield* sys.kill(pid, 'SIGKILL');
    yield* sys.wait4(pid);
  };
  expect(new Box().boot(main).run()).toBe('done');
  return seen;
}

/** `SYSCALL+2`: in which routine, and how many bytes from its start. */
function nameOf(ip: number): string {
  const [name, at] = Object.entries(AT).findLast(([, start]) => start <= ip) ?? ['?', 0];
  return ip === at ? name : `${name}+${ip - at}`;
}

function* body(sys: Sys): UserCode<void> {
  yield* sys.nop();
  yield* sys.getpid();
}

const TRAP_BRKPT = 1;
const TRAP_TRACE = 2;

test('a single step stops after each instruction', () => {
  expect(stepped('SINGLESTEP', body)).toEqual([
    `NOP ${TRAP_TRACE}`,
    `NOP+1 ${TRAP_TRACE}`,
    `SYSCALL ${TRAP_TRACE}`,
    `SYSCALL+2 ${TRAP_BRKPT}`,
    `NOP ${TRAP_TRACE}`,
    `NOP+1 ${TRAP_TRACE}`,
    `SYSCALL ${TRAP_TRACE}`,
    `SYSCALL+2 ${TRAP_BRKPT}`,
    `NOP ${TRAP_TRACE}`,
  ]);
});

test('a block step stops after each branch, and at the end of a call', () => {
  expect(stepped('SINGLEBLOCK', body)).toEqual([
    `NOP ${TRAP_TRACE}`,
    `SYSCALL ${TRAP_TRACE}`,
    `SYSCALL+2 ${TRAP_BRKPT}`,
    `NOP ${TRAP_TRACE}`,
    `SYSCALL ${TRAP_TRACE}`,
    `SYSCALL+2 ${TRAP_BRKPT}`,
    `NOP ${TRAP_TRACE}`,
    `SYSCALL ${TRAP_TRACE}`,
    `SYSCALL+2 ${TRAP_BRKPT}`,
  ]);
});
