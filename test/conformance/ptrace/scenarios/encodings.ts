/** R1–R7: what wait, siginfo and the event message say of each kind of stop. */

import * as calls from '../calls.ts';
import { scenario } from '../play.ts';
import { hex } from '../text.ts';

export const encodings = [
  scenario(
    'R1 wait status: a stop, an exit, a death by a signal, continued',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.ptrace('ATTACH', tracee.pid);
      s.log('stop', hex((yield* tracer.wait4(tracee.pid)).status ?? 0));
      yield* tracer.cont(tracee.pid);
      yield* tracee.start(calls.exitGroup(0x1234));
      s.log('exit', hex((yield* tracer.wait4(tracee.pid)).status ?? 0));
      const other = yield* s.tracee('other');
      yield* tracer.seize(other.pid);
      yield* tracer.kill(other.pid, 'SIGKILL');
      s.log('death', hex((yield* tracer.wait4(other.pid)).status ?? 0));
      const child = yield* s.tracee('child');
      yield* s.root.kill(child.pid, 'SIGSTOP');
      s.log('stopped', hex((yield* s.root.wait4(child.pid, ['WUNTRACED'])).status ?? 0));
      yield* s.root.kill(child.pid, 'SIGCONT');
      s.log('continued', hex((yield* s.root.wait4(child.pid, ['WCONTINUED'])).status ?? 0));
    },
    ['stop: 0x137f', 'exit: 0x3400', 'death: 0x9', 'stopped: 0x137f', 'continued: 0xffff'],
  ),
  scenario(
    'R2 signal-delivery-stop: the code is the signal, the siginfo is the real one',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      for (const signal of ['SIGUSR1', 'SIGSTOP', 'SIGCHLD'] as const) {
        yield* s.root.kill(tracee.pid, signal);
        const stop = yield* tracer.wait4(tracee.pid);
        s.log(signal, stop, hex(stop.status ?? 0), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
        yield* tracer.cont(tracee.pid);
      }
      yield* s.root.tgkill(tracee, 'SIGUSR2');
      s.log('tgkill', yield* tracer.wait4(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('still there', yield* tracee.do(calls.getppid()));
    },
    [
      'SIGUSR1: tracee stop SIGUSR1 | 0xa7f | SIGUSR1 SI_USER pid=root',
      'SIGSTOP: tracee stop SIGSTOP | 0x137f | SIGSTOP SI_USER pid=root',
      'SIGCHLD: tracee stop SIGCHLD | 0x117f | SIGCHLD SI_USER pid=root',
      'tgkill: tracee stop SIGUSR2 | SIGUSR2 SI_TKILL pid=root',
      'still there: root',
    ],
  ),
];
