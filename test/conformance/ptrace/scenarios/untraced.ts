/** Nobody traces here: what a tracer that wants nothing must not change. */

import * as calls from '../calls.ts';
import { scenario } from '../play.ts';

export const UNTRACED = [
  scenario(
    'a passive tracer: signals, handled, ignored, blocked and fatal',
    function* (s) {
      const tracee = yield* s.tracee();
      yield* tracee.do(calls.sigaction('SIGUSR1', 'handler'));
      yield* tracee.do(calls.sigprocmask('block', ['SIGUSR2']));
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      yield* s.root.kill(tracee.pid, 'SIGWINCH');
      yield* s.root.kill(tracee.pid, 'SIGUSR2');
      yield* s.root.tgkill(tracee, 'SIGUSR1');
      s.log('handled', yield* tracee.handled(), yield* tracee.do(calls.sigpending()));
      yield* tracee.start(calls.pause());
      yield* s.root.kill(tracee.pid, 'SIGWINCH');
      s.log('sleeps on', yield* tracee.pending());
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      s.log('pause', yield* tracee.result());
      yield* s.root.kill(tracee.pid, 'SIGTERM');
      s.log('death', yield* s.root.wait4(tracee.pid));
    },
    [
      'handled: SIGUSR1 SI_USER pid=root, SIGUSR1 SI_TKILL pid=root | 0x800',
      'sleeps on: true',
      'pause: EINTR',
      'death: tracee killed SIGTERM',
    ],
  ),
  scenario(
    'a passive tracer: group stops, seen by the parent',
    function* (s) {
      const tracee = yield* s.tracee();
      for (const signal of ['SIGSTOP', 'SIGTSTP']) {
        yield* s.root.kill(tracee.pid, signal);
        s.log(signal, yield* s.root.wait4(tracee.pid, ['WUNTRACED']), yield* tracee.condition());
        yield* s.root.kill(tracee.pid, 'SIGCONT');
        s.log('SIGCONT', yield* s.root.wait4(tracee.pid, ['WCONTINUED']), yield* tracee.condition());
      }
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* s.root.kill(tracee.pid, 'SIGKILL');
      s.log('death', yield* s.root.wait4(tracee.pid));
    },
    [
      'SIGSTOP: tracee stop SIGSTOP | stopped',
      'SIGCONT: tracee continued | runs',
      'SIGTSTP: tracee stop SIGTSTP | stopped',
      'SIGCONT: tracee continued | runs',
      'death: tracee killed SIGKILL',
    ],
  ),
  scenario(
    'a passive tracer: fork, exec, threads, exit',
    function* (s) {
      const tracee = yield* s.tracee();
      const child = yield* tracee.make('child', 'fork', true);
      s.log('execve', yield* child.do(calls.exec()));
      yield* child.start(calls.exitGroup(4));
      s.log('wait', yield* tracee.wait4(child.pid));
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* thread.start(calls.exit(0));
      s.log('getppid', yield* tracee.do(calls.getppid()));
      const second = yield* tracee.make('second', 'thread', true);
      yield* second.start(calls.exec());
      s.log('execve of a thread', yield* second.result(), yield* second.do(calls.getpid()));
    },
    ['execve: ok', 'wait: child exit 4', 'getppid: root', 'execve of a thread: ok | tracee'],
  ),
];
