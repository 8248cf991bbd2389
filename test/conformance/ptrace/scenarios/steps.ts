/** R45: single steps. */

import * as calls from '../calls.ts';
import { scenario } from '../play.ts';
import type { Actor, Stage } from '../stage.ts';

const GETPPID = 110;

/** Steps once; logs the stop, its siginfo, and how far it went. */
function* step(s: Stage, label: string, tracer: Actor, pid: number, signal: calls.Signal = 0) {
  const before = yield* tracer.getRegisters(pid);
  yield* tracer.cont(pid, signal, 'SINGLESTEP');
  const stop = yield* tracer.wait4(pid);
  const info = yield* tracer.ptrace('GETSIGINFO', pid);
  const { rip = 0n } = yield* tracer.getRegisters(pid);
  const moved = rip - (before.rip ?? 0n);
  s.log(
    label,
    stop,
    info,
    moved >= 0n && moved < 16n ? `+${moved}` : rip === BigInt(s.world.handler) ? 'handler' : 'away',
  );
}

export const steps = [
  scenario(
    'R45 an ordinary step: SIGTRAP, code 2',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      yield* s.halt(tracer, tracee, calls.getppid());
      s.log('int3', yield* tracer.ptrace('GETSIGINFO', tracee.pid));
      for (const label of ['nop', 'nop', 'nop']) yield* step(s, label, tracer, tracee.pid);
      yield* tracer.cont(tracee.pid);
      s.log('result', yield* tracee.result());
    },
    [
      'int3: SIGTRAP SI_KERNEL',
      'nop: tracee stop SIGTRAP | SIGTRAP TRAP_TRACE | +1',
      'nop: tracee stop SIGTRAP | SIGTRAP TRAP_TRACE | +1',
      'nop: tracee stop SIGTRAP | SIGTRAP TRAP_TRACE | +1',
      'result: root',
    ],
  ),
  scenario(
    'R45 a step over a system call instruction: one SIGTRAP, code 1, and no syscall-stops',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      yield* tracee.start(calls.breakCall(GETPPID));
      s.log('int3', yield* tracer.wait4(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
      yield* step(s, 'syscall', tracer, tracee.pid);
      yield* step(s, 'nop', tracer, tracee.pid);
      yield* tracer.cont(tracee.pid);
      s.log('result', s.who((yield* tracee.result()).ret));
    },
    [
      'int3: tracee stop SIGTRAP | SIGTRAP SI_KERNEL',
      'syscall: tracee stop SIGTRAP | SIGTRAP TRAP_BRKPT | +2',
      'nop: tracee stop SIGTRAP | SIGTRAP TRAP_TRACE | +1',
      'result: root',
    ],
  ),
  scenario(
    'R45 a step from the entry-stop ends the call with a SIGTRAP, code 1',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      yield* tracee.start(calls.breakCall(GETPPID));
      yield* tracer.wait4(tracee.pid);
      yield* tracer.syscall(tracee.pid);
      s.log('entry', yield* tracer.wait4(tracee.pid));
      yield* step(s, 'the rest of the call', tracer, tracee.pid);
      yield* tracer.cont(tracee.pid);
      s.log('result', s.who((yield* tracee.result()).ret));
    },
    [
      'entry: tracee stop SYSCALL',
      'the rest of the call: tracee stop SIGTRAP | SIGTRAP TRAP_BRKPT | +0',
      'result: root',
    ],
  ),
  scenario(
    'R45 a step into a handler: SIGTRAP at its first instruction',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.do(calls.sigaction('SIGUSR1', 'handler'));
      yield* tracer.seize(tracee.pid);
      yield* s.halt(tracer, tracee, calls.getppid());
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      yield* step(s, 'the signal comes first', tracer, tracee.pid);
      yield* step(s, 'into the handler', tracer, tracee.pid, 'SIGUSR1');
      s.log('not run yet', yield* tracee.handled());
      yield* tracer.cont(tracee.pid);
      s.log('result', yield* tracee.result(), yield* tracee.handled());
    },
    [
      'the signal comes first: tracee stop SIGUSR1 | SIGUSR1 SI_USER pid=root | +0',
      'into the handler: tracee stop SIGTRAP | SIGTRAP TRAP_UNK | handler',
      'not run yet: none',
      'result: root | SIGUSR1 SI_USER pid=root',
    ],
  ),
  scenario(
    'R45 a step with a signal that is dropped goes on by one instruction',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* s.halt(tracer, tracee, calls.getppid());
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      yield* step(s, 'signal', tracer, tracee.pid);
      yield* step(s, 'nop', tracer, tracee.pid);
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* step(s, 'interrupted', tracer, tracee.pid);
      yield* step(s, 'nop', tracer, tracee.pid);
    },
    [
      'signal: tracee stop SIGUSR1 | SIGUSR1 SI_USER pid=root | +0',
      'nop: tracee stop SIGTRAP | SIGTRAP TRAP_TRACE | +1',
      'interrupted: tracee EVENT_STOP SIGTRAP | SIGTRAP 0x8005 pid=tracee | +0',
      'nop: tracee stop SIGTRAP | SIGTRAP TRAP_TRACE | +1',
    ],
  ),
  scenario(
    'R45 a step in a spinning task, from an EVENT_STOP',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* tracee.start(calls.spin());
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      s.log('stop', yield* tracer.wait4(tracee.pid));
      yield* tracer.cont(tracee.pid, 0, 'SINGLESTEP');
      s.log('step', yield* tracer.wait4(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
      yield* tracee.release();
      yield* tracer.cont(tracee.pid);
      s.log('result', yield* tracee.result());
    },
    ['stop: tracee EVENT_STOP SIGTRAP', 'step: tracee stop SIGTRAP | SIGTRAP TRAP_TRACE', 'result: ok'],
  ),
  scenario(
    'R45 the trap of a step that is passed on to a program that has come to handle SIGTRAP since the steps before',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* s.halt(tracer, tracee, calls.getppid());
      yield* step(s, 'nop', tracer, tracee.pid);
      yield* tracer.cont(tracee.pid);
      s.log('result', s.who((yield* tracee.result()).ret));
      s.log('sigaction', yield* tracee.do(calls.sigaction('SIGTRAP', 'handler')));
      yield* s.halt(tracer, tracee, calls.getppid());
      yield* step(s, 'nop', tracer, tracee.pid);
      yield* tracer.cont(tracee.pid, 'SIGTRAP');
      s.log('goes on', yield* tracee.result());
      s.log('handled', (yield* tracee.handled()).length);
      yield* tracee.do(calls.sigaction('SIGTRAP', 'default'));
      yield* s.halt(tracer, tracee, calls.getppid());
      yield* step(s, 'nop', tracer, tracee.pid);
      yield* tracer.cont(tracee.pid, 'SIGTRAP');
      s.log('default', yield* tracer.wait4(tracee.pid));
    },
    [
      'nop: tracee stop SIGTRAP | SIGTRAP TRAP_TRACE | +1',
      'result: root',
      'sigaction: ok',
      'nop: tracee stop SIGTRAP | SIGTRAP TRAP_TRACE | +1',
      'goes on: root',
      'handled: 1',
      'nop: tracee stop SIGTRAP | SIGTRAP TRAP_TRACE | +1',
      'default: tracee killed SIGTRAP',
    ],
  ),
];
