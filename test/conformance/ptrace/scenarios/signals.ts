/** R30–R32, R37: signals on their way to a traced task. */

import * as calls from '../calls.ts';
import { scenario } from '../play.ts';

export const signals = [
  scenario(
    'R30 every signal stops the tracee, ignored ones too; SIGKILL does not',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.do(calls.sigaction('SIGUSR1', 'ignore'));
      yield* tracer.seize(tracee.pid);
      for (const signal of ['SIGUSR1', 'SIGWINCH', 'SIGCHLD', 'SIGTERM', 'SIGRT_1'] as const) {
        yield* s.root.kill(tracee.pid, signal);
        s.log(signal, yield* tracer.wait4(tracee.pid));
        yield* tracer.cont(tracee.pid);
      }
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('SIGCONT, first', yield* tracer.wait4(tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('SIGCONT, then', yield* tracer.wait4(tracee.pid));
      yield* tracer.cont(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGKILL');
      s.log('SIGKILL', yield* tracer.wait4(tracee.pid));
    },
    [
      'SIGUSR1: tracee stop SIGUSR1',
      'SIGWINCH: tracee stop SIGWINCH',
      'SIGCHLD: tracee stop SIGCHLD',
      'SIGTERM: tracee stop SIGTERM',
      'SIGRT_1: tracee stop SIGRT_1',
      'SIGCONT, first: tracee EVENT_STOP SIGTRAP',
      'SIGCONT, then: tracee stop SIGCONT',
      'SIGKILL: tracee killed SIGKILL',
    ],
  ),
  scenario(
    'R30 blocked signals wait until they are unblocked',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.do(calls.sigprocmask('block', ['SIGUSR1', 'SIGUSR2']));
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGUSR2');
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      s.log('blocked', yield* tracer.look(tracee.pid));
      yield* tracee.start(calls.sigprocmask('unblock', ['SIGUSR1', 'SIGUSR2']));
      for (let k = 0; k < 2; k++) {
        s.log('unblocked', yield* tracer.wait4(tracee.pid));
        yield* tracer.cont(tracee.pid);
      }
      s.log('call', yield* tracee.result());
    },
    ['blocked: none', 'unblocked: tracee stop SIGUSR1', 'unblocked: tracee stop SIGUSR2', 'call: ok'],
  ),
  scenario(
    'R30 a blocked signal that is waited for makes no stop',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.do(calls.sigprocmask('block', ['SIGUSR1']));
      const fd = (yield* tracee.do(calls.signalfd(['SIGUSR1']))).ret;
      yield* tracer.seize(tracee.pid);
      yield* tracee.start(calls.sigtimedwait(['SIGUSR1'], 5000), calls.readSignal(fd));
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      s.log('sigtimedwait', yield* tracee.result());
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      s.log('signalfd', yield* tracee.result());
      s.log('no stop', yield* tracer.look(tracee.pid));
    },
    ['sigtimedwait: SIGUSR1 SI_USER pid=root', 'signalfd: SIGUSR1', 'no stop: none'],
  ),
  scenario(
    'R31 resuming with 0 drops the signal, with the same number delivers it as it was',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.do(calls.sigaction('SIGUSR1', 'handler'));
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      yield* tracer.wait4(tracee.pid);
      yield* tracer.cont(tracee.pid, 0);
      s.log('dropped', yield* tracee.handled());
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      yield* tracer.wait4(tracee.pid);
      yield* tracer.cont(tracee.pid, 'SIGUSR1');
      s.log('delivered', yield* tracee.handled());
    },
    ['dropped: none', 'delivered: SIGUSR1 SI_USER pid=root'],
  ),
  scenario(
    'R31 another number rewrites the siginfo to SI_USER from the tracer',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.do(calls.sigaction('SIGUSR2', 'handler'));
      yield* tracee.do(calls.sigaction('SIGTERM', 'handler'));
      yield* tracer.seize(tracee.pid);
      yield* s.root.tgkill(tracee, 'SIGUSR1');
      s.log('stop', yield* tracer.wait4(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGUSR2');
      s.log('handled', yield* tracee.handled());
      s.log('no second stop', yield* tracer.look(tracee.pid));
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      yield* tracer.wait4(tracee.pid);
      yield* tracer.cont(tracee.pid, 'SIGTERM', 'SYSCALL');
      s.log('under SYSCALL', yield* tracer.wait4(tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('handled', yield* tracee.handled());
    },
    [
      'stop: tracee stop SIGUSR1 | SIGUSR1 SI_TKILL pid=root',
      'handled: SIGUSR2 SI_USER pid=tracer',
      'no second stop: none',
      'under SYSCALL: tracee stop SIGTRAP',
      'handled: SIGUSR2 SI_USER pid=tracer, SIGTERM SI_USER pid=tracer',
    ],
  ),
  scenario(
    'R31 SETSIGINFO changes what the handler sees',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.do(calls.sigaction('SIGUSR1', 'handler'));
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      yield* tracer.wait4(tracee.pid);
      const info = { signo: 10, errno: 0, code: -1, pid: tracer.pid, uid: 0, value: 5n };
      s.log('SETSIGINFO', yield* tracer.setSiginfo(tracee.pid, info));
      s.log('GETSIGINFO', yield* tracer.ptrace('GETSIGINFO', tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGUSR1');
      s.log('handled', yield* tracee.handled());
    },
    ['SETSIGINFO: ok', 'GETSIGINFO: SIGUSR1 SI_QUEUE pid=tracer value=5', 'handled: SIGUSR1 SI_QUEUE pid=tracer'],
  ),
  scenario(
    'R31 SETSIGINFO with another number: the number of the resume counts',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      for (const signal of ['SIGUSR1', 'SIGUSR2']) yield* tracee.do(calls.sigaction(signal, 'handler'));
      yield* tracer.seize(tracee.pid);
      for (const signal of ['SIGUSR1', 'SIGUSR2']) {
        yield* s.root.kill(tracee.pid, 'SIGUSR1');
        yield* tracer.wait4(tracee.pid);
        yield* tracer.setSiginfo(tracee.pid, { signo: 12, errno: 0, code: -1, pid: 0, uid: 0, value: 5n });
        yield* tracer.cont(tracee.pid, signal);
      }
      s.log('handled', yield* tracee.handled());
    },
    ['handled: SIGUSR1 SI_USER pid=tracer, SIGUSR2 SI_QUEUE pid=0'],
  ),
  scenario(
    'R31 a signal that is blocked by now is queued again, and stops again',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.do(calls.sigaction('SIGUSR1', 'handler'));
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      s.log('stop', yield* tracer.wait4(tracee.pid));
      yield* tracer.do({ call: 'ptrace', args: ['SETSIGMASK', tracee.pid, 8, ['SIGUSR1']] });
      yield* tracer.cont(tracee.pid, 'SIGUSR1');
      s.log('queued', yield* tracer.look(tracee.pid), yield* tracee.handled());
      const pending = yield* tracee.do(calls.sigpending());
      s.log('pending', pending);
      yield* tracee.start(calls.sigprocmask('unblock', ['SIGUSR1']));
      s.log('again', yield* tracer.wait4(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGUSR1');
      s.log('handled', yield* tracee.handled());
    },
    [
      'stop: tracee stop SIGUSR1',
      'queued: none | none',
      'pending: 0x200',
      'again: tracee stop SIGUSR1 | SIGUSR1 SI_USER pid=root',
      'handled: SIGUSR1 SI_USER pid=root',
    ],
  ),
  scenario(
    'R31 a fatal signal that is passed on kills; the default of an ignored one does nothing',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGWINCH');
      yield* tracer.wait4(tracee.pid);
      yield* tracer.cont(tracee.pid, 'SIGWINCH');
      s.log('SIGWINCH', yield* tracer.look(tracee.pid), yield* tracee.condition());
      yield* s.root.kill(tracee.pid, 'SIGTERM');
      yield* tracer.wait4(tracee.pid);
      yield* tracer.cont(tracee.pid, 'SIGTERM');
      s.log('SIGTERM', yield* tracer.wait4(tracee.pid));
    },
    ['SIGWINCH: none | runs', 'SIGTERM: tracee killed SIGTERM'],
  ),
  scenario(
    'R31 SIGKILL given at a delivery-stop kills',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      yield* tracer.wait4(tracee.pid);
      s.log('CONT', yield* tracer.cont(tracee.pid, 'SIGKILL'));
      s.log('death', yield* tracer.wait4(tracee.pid));
    },
    ['CONT: ok', 'death: tracee killed SIGKILL'],
  ),
  scenario(
    'R32 a stop signal acts only after it was injected',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      s.log('delivery', yield* tracer.wait4(tracee.pid));
      yield* tracer.cont(tracee.pid, 0);
      s.log('dropped', yield* tracer.look(tracee.pid), yield* tracee.do(calls.getppid()));
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      yield* tracer.wait4(tracee.pid);
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      s.log('injected', yield* tracer.wait4(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
    },
    [
      'delivery: tracee stop SIGSTOP',
      'dropped: none | root',
      'injected: tracee EVENT_STOP SIGSTOP | SIGSTOP 0x8013 pid=tracee',
    ],
  ),
  scenario(
    'R32 a SIGCONT generated during the delivery-stop of a stop signal cancels that stop',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      s.log('delivery', yield* tracer.wait4(tracee.pid));
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      s.log('no group stop', yield* tracer.wait4(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('then', yield* tracer.wait4(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGCONT');
      s.log('no stop', yield* tracer.look(tracee.pid), yield* tracee.condition());
      s.log('parent', yield* s.root.wait4(tracee.pid, ['WUNTRACED', 'WCONTINUED', 'WNOHANG']));
    },
    [
      'delivery: tracee stop SIGSTOP',
      'no group stop: tracee EVENT_STOP SIGTRAP | SIGTRAP 0x8005 pid=tracee',
      'then: tracee stop SIGCONT | SIGCONT SI_USER pid=root',
      'no stop: none | runs',
      'parent: none',
    ],
  ),
  scenario(
    'R37 the order on the way to user mode: the trap of INTERRUPT, then signals by number',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* s.halt(tracer, tracee, calls.getppid());
      for (const signal of ['SIGTERM', 'SIGUSR1', 'SIGSTOP', 'SIGHUP']) yield* s.root.kill(tracee.pid, signal);
      yield* s.root.tgkill(tracee, 'SIGUSR2');
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      for (let k = 0; k < 6; k++) {
        yield* tracer.cont(tracee.pid);
        s.log('stop', yield* tracer.wait4(tracee.pid));
      }
      yield* tracer.cont(tracee.pid);
      s.log('call', yield* tracee.result());
    },
    [
      'stop: tracee EVENT_STOP SIGTRAP',
      'stop: tracee stop SIGUSR2',
      'stop: tracee stop SIGHUP',
      'stop: tracee stop SIGUSR1',
      'stop: tracee stop SIGTERM',
      'stop: tracee stop SIGSTOP',
      'call: root',
    ],
  ),
  scenario(
    'R37 a synchronous signal comes before lower numbers',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      yield* s.halt(tracer, tracee, calls.getppid());
      yield* tracer.syscall(tracee.pid);
      yield* tracer.wait4(tracee.pid);
      yield* tracer.syscall(tracee.pid);
      yield* tracer.wait4(tracee.pid);
      yield* s.root.tgkill(tracee, 'SIGHUP');
      yield* s.root.tgkill(tracee, 'SIGSEGV');
      // Given at a syscall-stop it has a code above SI_USER, as a fault has. The one of root is of no account then.
      yield* tracer.cont(tracee.pid, 'SIGBUS');
      for (let k = 0; k < 3; k++) {
        s.log('stop', yield* tracer.wait4(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
        yield* tracer.cont(tracee.pid);
      }
      s.log('call', yield* tracee.result());
    },
    [
      'stop: tracee stop SIGBUS | SIGBUS SI_KERNEL',
      'stop: tracee stop SIGSEGV | SIGSEGV SI_TKILL pid=root',
      'stop: tracee stop SIGHUP | SIGHUP SI_TKILL pid=root',
      'call: root',
    ],
  ),
  scenario(
    'R37 a fault: the instruction runs again when the signal is dropped',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* tracee.start(calls.fault('ill'));
      for (let k = 0; k < 2; k++) {
        s.log('fault', yield* tracer.wait4(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
        yield* tracer.cont(tracee.pid);
      }
      s.log('fault', yield* tracer.wait4(tracee.pid));
      const regs = yield* tracer.getRegisters(tracee.pid);
      yield* tracer.setRegisters(tracee.pid, { ...regs, rip: (regs.rip ?? 0n) + 2n });
      yield* tracer.cont(tracee.pid, 'SIGILL');
      s.log('death', (yield* tracer.wait4(tracee.pid)).status! & 0x7f);
    },
    [
      'fault: tracee stop SIGILL | SIGILL ILL_ILLOPN',
      'fault: tracee stop SIGILL | SIGILL ILL_ILLOPN',
      'fault: tracee stop SIGILL',
      'death: 4',
    ],
  ),
];
