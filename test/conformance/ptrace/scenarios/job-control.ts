/** R33–R36: group stops, SIGCONT, orphaned process groups. */

import * as calls from '../calls.ts';
import { scenario } from '../play.ts';

export const jobControl = [
  scenario(
    'R33 SIGCONT, as it is generated, flushes stop signals',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* s.halt(tracer, tracee, calls.getppid());
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* s.root.kill(tracee.pid, 'SIGTSTP');
      s.log('queued', yield* tracer.ptrace('PEEKSIGINFO', tracee.pid, 1));
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('flushed', yield* tracer.ptrace('PEEKSIGINFO', tracee.pid, 1));
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      s.log('and the other way', yield* tracer.ptrace('PEEKSIGINFO', tracee.pid, 1));
    },
    [
      'queued: [SIGSTOP SI_USER pid=root, SIGTSTP SI_USER pid=root]',
      'flushed: [SIGCONT SI_USER pid=root]',
      'and the other way: [SIGSTOP SI_USER pid=root]',
    ],
  ),
  scenario(
    'R33 SIGCONT does not wake an ATTACHed tracee out of its group-stop; it runs when it is resumed',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.ptrace('ATTACH', tracee.pid);
      yield* tracer.wait4(tracee.pid);
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      s.log('group stop', yield* tracer.wait4(tracee.pid));
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('stays', yield* tracer.look(tracee.pid), yield* tracee.condition());
      s.log('parent', yield* s.root.wait4(tracee.pid, ['WCONTINUED', 'WNOHANG']));
      yield* tracer.cont(tracee.pid);
      s.log('then', yield* tracer.wait4(tracee.pid));
      s.log('parent', yield* s.root.wait4(tracee.pid, ['WCONTINUED', 'WNOHANG']));
    },
    [
      'group stop: tracee stop SIGSTOP',
      'stays: none | stopped',
      'parent: tracee continued',
      'then: tracee stop SIGCONT',
      'parent: none',
    ],
  ),
  scenario(
    'R33 SIGCONT wakes a listener and notifies it, though it is blocked or ignored',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.do(calls.sigprocmask('block', ['SIGCONT']));
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.wait4(tracee.pid);
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      yield* tracer.wait4(tracee.pid);
      yield* tracer.ptrace('LISTEN', tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('notified', yield* tracer.wait4(tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('SIGCONT is blocked', yield* tracer.look(tracee.pid), yield* tracee.do(calls.getppid()));
    },
    ['notified: tracee EVENT_STOP SIGTRAP', 'SIGCONT is blocked: none | root'],
  ),
  scenario(
    'R34 each thread joins a group stop once; the last one tells the real parent',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const leader = yield* s.tracee('leader');
      const thread = yield* leader.make('thread', 'thread', true);
      yield* tracer.seize(leader.pid);
      yield* tracer.seize(thread.pid);
      // The thread is held in another trap, so that it cannot join.
      yield* s.root.tgkill(thread, 'SIGUSR1');
      s.log('thread', yield* tracer.wait4(thread.pid));
      yield* s.root.tgkill(leader, 'SIGSTOP');
      s.log('leader', yield* tracer.wait4(leader.pid));
      yield* tracer.cont(leader.pid, 'SIGSTOP');
      s.log('leader', yield* tracer.wait4(leader.pid));
      s.log('parent', yield* s.root.wait4(leader.pid, ['WUNTRACED', 'WNOHANG']));
      yield* tracer.cont(thread.pid);
      s.log('thread', yield* tracer.wait4(thread.pid));
      s.log('parent', yield* s.root.wait4(leader.pid, ['WUNTRACED', 'WNOHANG']));
    },
    [
      'thread: thread stop SIGUSR1',
      'leader: leader stop SIGSTOP',
      'leader: leader EVENT_STOP SIGSTOP',
      'parent: none',
      'thread: thread EVENT_STOP SIGSTOP',
      'parent: leader stop SIGSTOP',
    ],
  ),
  scenario(
    'R34 a group stop of two threads, and its end',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const leader = yield* s.tracee('leader');
      const thread = yield* leader.make('thread', 'thread', true);
      yield* tracer.seize(leader.pid);
      yield* tracer.seize(thread.pid);
      yield* s.root.tgkill(leader, 'SIGSTOP');
      yield* tracer.wait4(leader.pid);
      yield* tracer.cont(leader.pid, 'SIGSTOP');
      for (const actor of [leader, thread]) s.log('stopped', yield* tracer.wait4(actor.pid));
      for (const actor of [leader, thread]) yield* tracer.ptrace('LISTEN', actor.pid);
      yield* s.root.tgkill(leader, 'SIGCONT');
      for (const actor of [leader, thread]) s.log('notified', yield* tracer.wait4(actor.pid));
      for (const actor of [leader, thread]) yield* tracer.cont(actor.pid);
      s.log('leader', yield* tracer.wait4(leader.pid));
      s.log('thread', yield* tracer.look(thread.pid), yield* thread.do(calls.getppid()));
    },
    [
      'stopped: leader EVENT_STOP SIGSTOP',
      'stopped: thread EVENT_STOP SIGSTOP',
      'notified: leader EVENT_STOP SIGTRAP',
      'notified: thread EVENT_STOP SIGTRAP',
      'leader: leader stop SIGCONT',
      'thread: none | root',
    ],
  ),
  scenario(
    'R35 CONT out of a group-stop runs that tracee; a later stop signal starts a new group stop',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.wait4(tracee.pid);
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      s.log('group stop', yield* tracer.wait4(tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('runs', yield* tracee.do(calls.getppid()));
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      s.log('the group is still stopped', yield* tracer.wait4(tracee.pid));
      yield* tracer.cont(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGTSTP');
      s.log('delivery', yield* tracer.wait4(tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGTSTP');
      s.log('group stop', yield* tracer.wait4(tracee.pid));
      s.log('parent', yield* s.root.wait4(tracee.pid, ['WUNTRACED', 'WNOHANG']));
    },
    [
      'group stop: tracee EVENT_STOP SIGSTOP',
      'runs: root',
      'the group is still stopped: tracee EVENT_STOP SIGSTOP',
      'delivery: tracee stop SIGTSTP',
      'group stop: tracee EVENT_STOP SIGTSTP',
      'parent: tracee stop SIGSTOP',
    ],
  ),
  scenario(
    'R36 orphaned process group: TSTP, TTIN and TTOU do nothing, SIGSTOP stops',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      s.log('setsid', yield* tracee.do(calls.setsid()));
      yield* tracer.seize(tracee.pid);
      for (const signal of ['SIGTSTP', 'SIGTTIN', 'SIGTTOU', 'SIGSTOP']) {
        yield* s.root.kill(tracee.pid, signal);
        s.log(signal, yield* tracer.wait4(tracee.pid));
        yield* tracer.cont(tracee.pid, signal);
        s.log('then', yield* tracer.look(tracee.pid));
      }
    },
    [
      'setsid: tracee',
      'SIGTSTP: tracee stop SIGTSTP',
      'then: none',
      'SIGTTIN: tracee stop SIGTTIN',
      'then: none',
      'SIGTTOU: tracee stop SIGTTOU',
      'then: none',
      'SIGSTOP: tracee stop SIGSTOP',
      'then: tracee EVENT_STOP SIGSTOP',
    ],
  ),
  scenario(
    'R36 a process group that is not orphaned: TSTP stops',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      s.log('setpgid', yield* tracee.do(calls.setpgid(0, 0)));
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(-tracee.pid, 'SIGTSTP');
      s.log('SIGTSTP', yield* tracer.wait4(tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGTSTP');
      s.log('then', yield* tracer.look(tracee.pid));
      s.log('parent', yield* s.root.wait4(-tracee.pid, ['WUNTRACED', 'WNOHANG']));
    },
    ['setpgid: ok', 'SIGTSTP: tracee stop SIGTSTP', 'then: tracee EVENT_STOP SIGTSTP', 'parent: tracee stop SIGTSTP'],
  ),
  scenario(
    'R50 SIGKILL of a group-stopped task with TRACEEXIT: the event, and then the death',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACEEXIT');
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.wait4(tracee.pid);
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      s.log('group stop', yield* tracer.wait4(tracee.pid));
      yield* tracer.ptrace('LISTEN', tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGKILL');
      s.log('exit', yield* tracer.wait4(tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('death', yield* tracer.wait4(tracee.pid));
      s.log('parent', yield* s.root.wait4(tracee.pid));
    },
    [
      'group stop: tracee EVENT_STOP SIGSTOP',
      'exit: tracee EVENT_EXIT',
      'death: tracee killed SIGKILL',
      'parent: tracee killed SIGKILL',
    ],
  ),
];
