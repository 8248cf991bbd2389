/** Two tracers and a signal: one after the other, each sees what the one before left (P16–P18). */

import * as calls from '../../calls.ts';
import { scenario } from '../../play.ts';

const USR1 = { signo: 10, errno: 0, code: -1, pid: 0, uid: 0, value: 5n };

export const signalChain = [
  scenario(
    'P16 a signal goes from one to the other, in the order they attached, and then to the task',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      yield* tracee.do(calls.sigaction('SIGUSR1', 'handler'));
      yield* a.seize(tracee.pid);
      yield* b.seize(tracee.pid);
      yield* s.root.tgkill(tracee, 'SIGUSR1');
      s.log('a', yield* a.look(tracee.pid), yield* a.ptrace('GETSIGINFO', tracee.pid));
      s.log('b, not yet', yield* b.look(tracee.pid), yield* b.ptrace('GETSIGINFO', tracee.pid));
      yield* a.cont(tracee.pid, 'SIGUSR1');
      s.log('b', yield* b.look(tracee.pid), yield* b.ptrace('GETSIGINFO', tracee.pid));
      s.log('a is through', yield* a.ptrace('GETSIGINFO', tracee.pid), yield* tracee.handled());
      yield* b.cont(tracee.pid, 'SIGUSR1');
      s.log('handled', yield* tracee.handled());
      s.log('no more', yield* a.look(tracee.pid), yield* b.look(tracee.pid));
    },
    [
      'a: tracee stop SIGUSR1 | SIGUSR1 SI_TKILL pid=root',
      'b, not yet: none | ESRCH',
      'b: tracee stop SIGUSR1 | SIGUSR1 SI_TKILL pid=root',
      'a is through: ESRCH | none',
      'handled: SIGUSR1 SI_TKILL pid=root',
      'no more: none | none',
    ],
    { onlyServed: true },
  ),
  scenario(
    'P16 what the first suppresses the second never sees',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      yield* tracee.do(calls.sigaction('SIGUSR1', 'handler'));
      yield* a.seize(tracee.pid);
      yield* b.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      s.log('a', yield* a.wait4(tracee.pid));
      yield* a.cont(tracee.pid, 0);
      s.log('b', yield* b.look(tracee.pid), yield* tracee.handled(), yield* tracee.condition());
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      yield* a.wait4(tracee.pid);
      yield* a.cont(tracee.pid, 'SIGUSR1');
      s.log('b', yield* b.wait4(tracee.pid));
      yield* b.cont(tracee.pid, 0);
      s.log('the second suppresses', yield* tracee.handled(), yield* tracee.condition());
    },
    ['a: tracee stop SIGUSR1', 'b: none | none | runs', 'b: tracee stop SIGUSR1', 'the second suppresses: none | runs'],
    { onlyServed: true },
  ),
  scenario(
    'P16 a number that the first changes is what the second sees, from the first',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      for (const signal of ['SIGUSR2', 'SIGTERM']) yield* tracee.do(calls.sigaction(signal, 'handler'));
      yield* a.seize(tracee.pid);
      yield* b.seize(tracee.pid);
      yield* s.root.tgkill(tracee, 'SIGUSR1');
      yield* a.wait4(tracee.pid);
      yield* a.cont(tracee.pid, 'SIGUSR2');
      s.log('b', yield* b.wait4(tracee.pid), yield* b.ptrace('GETSIGINFO', tracee.pid));
      yield* b.cont(tracee.pid, 'SIGTERM');
      s.log('handled', yield* tracee.handled());
    },
    ['b: tracee stop SIGUSR2 | SIGUSR2 SI_USER pid=a', 'handled: SIGTERM SI_USER pid=b'],
    { onlyServed: true },
  ),
  scenario(
    'P16 a siginfo that the first sets carries on',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      yield* tracee.do(calls.sigaction('SIGUSR1', 'handler'));
      yield* a.seize(tracee.pid);
      yield* b.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      yield* a.wait4(tracee.pid);
      s.log('set', yield* a.setSiginfo(tracee.pid, { ...USR1, pid: a.pid }));
      yield* a.cont(tracee.pid, 'SIGUSR1');
      s.log('b', yield* b.wait4(tracee.pid), yield* b.ptrace('GETSIGINFO', tracee.pid));
      yield* b.cont(tracee.pid, 'SIGUSR1');
      s.log('handled', yield* tracee.handled());
    },
    ['set: ok', 'b: tracee stop SIGUSR1 | SIGUSR1 SI_QUEUE pid=a value=5', 'handled: SIGUSR1 SI_QUEUE pid=a'],
    { onlyServed: true },
  ),
  scenario(
    'P16 both sleep in wait: the signal wakes one, then the other',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      yield* a.seize(tracee.pid);
      yield* b.seize(tracee.pid);
      yield* a.start(a.waiting(tracee.pid));
      yield* b.start(b.waiting(-1));
      yield* s.root.kill(tracee.pid, 'SIGTERM');
      s.log('a', yield* a.result());
      s.log('b sleeps', yield* b.pending());
      yield* a.cont(tracee.pid, 'SIGTERM');
      s.log('b', yield* b.result());
      yield* a.start(a.waiting(tracee.pid));
      yield* b.cont(tracee.pid, 'SIGTERM');
      s.log('a', yield* a.result());
      s.log('b', yield* b.wait4(tracee.pid));
    },
    [
      'a: tracee stop SIGTERM',
      'b sleeps: true',
      'b: tracee stop SIGTERM',
      'a: tracee killed SIGTERM',
      'b: tracee killed SIGTERM',
    ],
    { onlyServed: true },
  ),
  scenario(
    'P17 the SIGTRAP of a breakpoint goes first to who planted it',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      yield* a.seize(tracee.pid);
      yield* b.seize(tracee.pid);
      yield* s.halt(a, tracee, calls.getppid());
      yield* b.ptrace('INTERRUPT', tracee.pid);
      yield* a.cont(tracee.pid);
      s.log('b', yield* b.wait4(tracee.pid));
      const { rip: at = 0n } = yield* b.getRegisters(tracee.pid);
      const { value: text = 0n } = yield* b.ptrace('PEEKTEXT', tracee.pid, at + 1n);
      yield* b.ptrace('POKETEXT', tracee.pid, at + 1n, (text & ~0xffn) | 0xccn);
      yield* b.cont(tracee.pid);
      s.log('b', yield* b.wait4(tracee.pid), yield* b.ptrace('GETSIGINFO', tracee.pid));
      s.log('a', yield* a.look(tracee.pid));
      yield* b.ptrace('POKETEXT', tracee.pid, at + 1n, text);
      const regs = yield* b.getRegisters(tracee.pid);
      yield* b.setRegisters(tracee.pid, { ...regs, rip: at + 1n });
      yield* b.cont(tracee.pid, 0, 'SINGLESTEP');
      s.log('b steps', yield* b.wait4(tracee.pid), yield* b.ptrace('GETSIGINFO', tracee.pid));
      s.log('a', yield* a.look(tracee.pid));
      yield* b.cont(tracee.pid);
      s.log('a', yield* a.look(tracee.pid), yield* tracee.result());
    },
    [
      'b: tracee EVENT_STOP SIGTRAP',
      'b: tracee stop SIGTRAP | SIGTRAP SI_KERNEL',
      'a: none',
      'b steps: tracee stop SIGTRAP | SIGTRAP TRAP_TRACE',
      'a: none',
      'a: none | root',
    ],
    { onlyServed: true },
  ),
  scenario(
    'P17 a signal that a tracer itself sends with tgkill goes to it first',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      yield* a.seize(tracee.pid);
      yield* b.seize(tracee.pid);
      yield* b.tgkill(tracee, 'SIGSTOP');
      s.log('b', yield* b.look(tracee.pid), yield* b.ptrace('GETSIGINFO', tracee.pid));
      s.log('a', yield* a.look(tracee.pid));
      yield* b.cont(tracee.pid, 0);
      s.log('a never sees it', yield* a.look(tracee.pid), yield* tracee.condition());
    },
    ['b: tracee stop SIGSTOP | SIGSTOP SI_TKILL pid=b', 'a: none', 'a never sees it: none | runs'],
    { onlyServed: true },
  ),
  scenario(
    'P18 a signal given at a syscall-stop is a new one, for everybody',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      yield* tracee.do(calls.sigaction('SIGUSR1', 'handler'));
      yield* a.seize(tracee.pid, 'TRACESYSGOOD');
      yield* b.seize(tracee.pid);
      yield* s.halt(a, tracee, calls.getppid());
      yield* a.syscall(tracee.pid);
      s.log('a', yield* a.wait4(tracee.pid));
      yield* a.cont(tracee.pid, 'SIGUSR1');
      s.log('a', yield* a.wait4(tracee.pid), yield* a.ptrace('GETSIGINFO', tracee.pid));
      yield* a.cont(tracee.pid, 'SIGUSR1');
      s.log('b', yield* b.wait4(tracee.pid), yield* b.ptrace('GETSIGINFO', tracee.pid));
      yield* b.cont(tracee.pid, 'SIGUSR1');
      s.log('result', yield* tracee.result(), yield* tracee.handled());
    },
    [
      'a: tracee stop SYSCALL',
      'a: tracee stop SIGUSR1 | SIGUSR1 SI_KERNEL pid=0',
      'b: tracee stop SIGUSR1 | SIGUSR1 SI_KERNEL pid=0',
      'result: root | SIGUSR1 SI_KERNEL pid=0',
    ],
    { onlyServed: true },
  ),
];
