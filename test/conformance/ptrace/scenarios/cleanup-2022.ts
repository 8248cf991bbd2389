/** R52–R58: what the clean-up of 2022 settled (seed 004), as far as programs can see it. */

import * as calls from '../calls.ts';
import { scenario } from '../play.ts';

export const cleanup2022 = [
  scenario(
    'R52 PTRACE_KILL is SIGKILL, on a running tracee too',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      s.log('running', yield* tracer.ptrace('KILL', tracee.pid), yield* tracer.wait4(tracee.pid));
      const other = yield* s.tracee('other');
      yield* tracer.seize(other.pid, 'TRACESYSGOOD');
      yield* s.halt(tracer, other, calls.getppid());
      yield* tracer.syscall(other.pid);
      yield* tracer.wait4(other.pid);
      s.log('stopped', yield* tracer.ptrace('KILL', other.pid), yield* tracer.wait4(other.pid));
    },
    ['running: ok | tracee killed SIGKILL', 'stopped: ok | other killed SIGKILL'],
  ),
  scenario(
    'R53 TRACED is cleared on resume, on a fatal wake and on unlink',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const other = yield* s.actor('other');
      yield* tracer.seize(tracee.pid);
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* tracer.wait4(tracee.pid);
      s.log('stopped', yield* tracer.ptrace('GETEVENTMSG', tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('resumed', yield* tracer.ptrace('GETEVENTMSG', tracee.pid));
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* tracer.wait4(tracee.pid);
      yield* tracer.cont(tracee.pid, 0, 'DETACH');
      yield* other.seize(tracee.pid);
      s.log(
        'unlinked: not stopped for the next',
        yield* other.look(tracee.pid),
        yield* other.ptrace('GETREGS', tracee.pid),
      );
      yield* other.ptrace('INTERRUPT', tracee.pid);
      yield* other.wait4(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGKILL');
      s.log('fatal', yield* other.ptrace('GETEVENTMSG', tracee.pid));
    },
    ['stopped: 0x0', 'resumed: ESRCH', 'unlinked: not stopped for the next: none | ESRCH', 'fatal: ESRCH'],
  ),
  scenario(
    'R54 requests of a listening or a dying task: ESRCH',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACEEXIT');
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* tracer.wait4(tracee.pid);
      yield* tracer.ptrace('LISTEN', tracee.pid);
      s.log(
        'listening',
        yield* tracer.ptrace('GETREGS', tracee.pid),
        yield* tracer.ptrace('PEEKDATA', tracee.pid, s.world.word),
      );
      yield* s.root.kill(tracee.pid, 'SIGKILL');
      s.log('at its exit', yield* tracer.wait4(tracee.pid), (yield* tracer.ptrace('GETREGS', tracee.pid)).ret);
      yield* tracer.cont(tracee.pid);
      s.log('dead', yield* tracer.ptrace('GETREGS', tracee.pid), yield* tracer.wait4(tracee.pid));
    },
    ['listening: ESRCH | ESRCH', 'at its exit: tracee EVENT_EXIT | 0', 'dead: ESRCH | tracee killed SIGKILL'],
  ),
  scenario(
    'R55 no stop once a fatal signal is pending: what follows the kill is not seen',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      yield* s.halt(tracer, tracee, calls.getppid());
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGKILL');
      s.log('neither the trap nor the signal', yield* tracer.wait4(tracee.pid));
    },
    ['neither the trap nor the signal: tracee killed SIGKILL'],
  ),
  scenario(
    'R56 after waking, siginfo, message and code of the stop are gone',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACEFORK');
      yield* tracee.startMake('child', 'fork');
      yield* tracer.wait4(tracee.pid);
      s.log('message', s.who(yield* tracer.message(tracee.pid)));
      yield* tracer.cont(tracee.pid);
      yield* tracee.result();
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      yield* tracer.wait4(tracee.pid);
      s.log('message', yield* tracer.message(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
    },
    ['message: child', 'message: 0 | SIGUSR1 SI_USER pid=root'],
  ),
  scenario(
    'R57 the tracer dies while a delivery-stop is not yet waited for: the signal is delivered',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.do(calls.sigaction('SIGUSR1', 'handler'));
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      yield* tracer.start(calls.exitGroup(0));
      s.log('handled', yield* tracee.handled());
    },
    ['handled: SIGUSR1 SI_USER pid=root'],
  ),
  scenario(
    'R57 the tracer dies after it waited for a delivery-stop: the signal is lost',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.do(calls.sigaction('SIGUSR1', 'handler'));
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      yield* tracer.wait4(tracee.pid);
      yield* tracer.start(calls.exitGroup(0));
      s.log('handled', yield* tracee.handled(), yield* tracee.condition());
    },
    ['handled: none | runs'],
  ),
  scenario(
    'R57 the tracer dies at a syscall-stop not yet waited for: without TRACESYSGOOD a fatal SIGTRAP',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* s.halt(tracer, tracee, calls.getppid());
      yield* tracer.syscall(tracee.pid);
      yield* tracer.start(calls.exitGroup(0));
      s.log('tracee', (yield* s.root.wait4(tracee.pid)).status! & 0x7f);
    },
    ['tracee: 5'],
  ),
  scenario(
    'R57 the tracer dies at a syscall-stop: with TRACESYSGOOD, or waited for, the task runs on',
    function* (s) {
      const first = yield* s.actor('first');
      const tracee = yield* s.tracee();
      yield* first.seize(tracee.pid, 'TRACESYSGOOD');
      yield* s.halt(first, tracee, calls.getppid());
      yield* first.syscall(tracee.pid);
      yield* first.start(calls.exitGroup(0));
      s.log('with TRACESYSGOOD', yield* tracee.result());
      const second = yield* s.actor('second');
      yield* second.seize(tracee.pid);
      yield* s.halt(second, tracee, calls.getppid());
      yield* second.syscall(tracee.pid);
      yield* second.wait4(tracee.pid);
      yield* second.start(calls.exitGroup(0));
      s.log('waited for', yield* tracee.result());
    },
    ['with TRACESYSGOOD: root', 'waited for: root'],
  ),
  scenario(
    'R58 stops survive wakers that are no resume: signals, SIGCONT, a second INTERRUPT',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      yield* tracer.wait4(tracee.pid);
      for (const signal of ['SIGUSR2', 'SIGCONT', 'SIGSTOP', 'SIGTERM']) yield* s.root.kill(tracee.pid, signal);
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      s.log('still', yield* tracee.condition(), yield* tracer.look(tracee.pid));
      s.log('the same stop', yield* tracer.ptrace('GETSIGINFO', tracee.pid));
    },
    ['still: stopped | none', 'the same stop: SIGUSR1 SI_USER pid=root'],
  ),
];
