/** R8–R14: who learns of which stop and which end, by wait. */

import * as calls from '../calls.ts';
import { scenario } from '../play.ts';

export const wait = [
  scenario(
    'R8 a stop is reported once, WNOWAIT leaves it, WUNTRACED is not needed',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      s.log('running', yield* tracer.wait4(tracee.pid, ['WNOHANG']));
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      s.log('peek', yield* tracer.waitid('P_PID', tracee.pid, ['WSTOPPED', 'WNOWAIT']));
      s.log('peek', yield* tracer.waitid('P_PID', tracee.pid, ['WSTOPPED', 'WNOWAIT', 'WNOHANG']));
      s.log('take', yield* tracer.wait4(tracee.pid, []));
      s.log('again', yield* tracer.wait4(tracee.pid, ['WNOHANG']));
      s.log('again', yield* tracer.waitid('P_PID', tracee.pid, ['WSTOPPED', 'WNOHANG']));
      s.log('requests work', (yield* tracer.ptrace('GETREGS', tracee.pid)).ret);
      yield* tracer.cont(tracee.pid);
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      s.log('even who asks for exits alone', yield* tracer.waitid('P_PID', tracee.pid, ['WEXITED']));
    },
    [
      'running: none',
      'peek: SIGCHLD CLD_TRAPPED pid=tracee status=0x8005',
      'peek: SIGCHLD CLD_TRAPPED pid=tracee status=0x8005',
      'take: tracee EVENT_STOP SIGTRAP',
      'again: none',
      'again: none',
      'requests work: 0',
      'even who asks for exits alone: SIGCHLD CLD_TRAPPED pid=tracee status=0x8005',
    ],
  ),
  scenario(
    'R8 requests need no wait: the stop is there before it is reported',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      s.log('siginfo', yield* tracer.ptrace('GETSIGINFO', tracee.pid));
      s.log('resume', yield* tracer.cont(tracee.pid));
      s.log('nothing is left to report', yield* tracer.look(tracee.pid));
    },
    ['siginfo: SIGTRAP 0x8005 pid=tracee', 'resume: ok', 'nothing is left to report: none'],
  ),
  scenario(
    'R8 a wait that sleeps is woken by the stop',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* tracer.start(tracer.waiting(tracee.pid, []));
      s.log('sleeps', yield* tracer.pending());
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      const reply = yield* tracer.result();
      s.log('woken', reply, reply.usage ?? false);
      yield* tracer.cont(tracee.pid);
      yield* tracer.start(tracer.waiting(-1, ['__WALL']));
      yield* s.root.kill(tracee.pid, 'SIGKILL');
      const death = yield* tracer.result();
      s.log('woken', death, death.usage ?? false);
      s.log('none left', yield* tracer.wait4(-1));
    },
    ['sleeps: true', 'woken: tracee stop SIGUSR1 | true', 'woken: tracee killed SIGKILL | true', 'none left: ECHILD'],
  ),
  scenario(
    'R9 the tracer is one thread: its sibling may wait, unless __WNOTHREAD, but not make requests',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const sibling = yield* tracer.make('sibling', 'thread');
      yield* tracer.seize(tracee.pid);
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      s.log('its request', yield* sibling.ptrace('GETSIGINFO', tracee.pid));
      s.log('its wait, by itself', yield* sibling.look(tracee.pid, '__WNOTHREAD'));
      s.log('its wait', yield* sibling.look(tracee.pid));
      s.log('its resume', yield* sibling.cont(tracee.pid));
      s.log('resume', yield* tracer.cont(tracee.pid));
    },
    [
      'its request: ESRCH',
      'its wait, by itself: ECHILD',
      'its wait: tracee EVENT_STOP SIGTRAP',
      'its resume: ESRCH',
      'resume: ok',
    ],
  ),
  scenario(
    'R9 each tracee is one thread: the others of its group run',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const leader = yield* s.tracee('leader');
      const thread = yield* leader.make('thread', 'thread', true);
      yield* tracer.seize(thread.pid);
      yield* tracer.ptrace('INTERRUPT', thread.pid);
      s.log('thread', yield* tracer.wait4(thread.pid));
      s.log('not with __WNOTHREAD of another kind', yield* tracer.look(leader.pid));
      s.log('leader runs', yield* leader.do(calls.getppid()));
      s.log('leader is not traced', yield* tracer.ptrace('INTERRUPT', leader.pid));
      yield* tracer.seize(leader.pid);
      yield* tracer.ptrace('INTERRUPT', leader.pid);
      s.log('leader', yield* tracer.wait4(-1));
    },
    [
      'thread: thread EVENT_STOP SIGTRAP',
      'not with __WNOTHREAD of another kind: ECHILD',
      'leader runs: root',
      'leader is not traced: ESRCH',
      'leader: leader EVENT_STOP SIGTRAP',
    ],
  ),
  scenario(
    'R10 the real parent sees the group-stop of a child that somebody else traces',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      s.log('delivery, parent', yield* s.root.wait4(tracee.pid, ['WUNTRACED', 'WNOHANG']));
      s.log('delivery, tracer', yield* tracer.wait4(tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      s.log('group stop, parent', yield* s.root.wait4(tracee.pid, ['WUNTRACED', 'WNOHANG']));
      s.log('group stop, tracer', yield* tracer.look(tracee.pid));
      yield* tracer.ptrace('LISTEN', tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('continued, parent', yield* s.root.wait4(tracee.pid, ['WCONTINUED', 'WNOHANG']));
      s.log('continued, tracer', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('SIGCONT', yield* tracer.wait4(tracee.pid));
      s.log('delivery, parent', yield* s.root.wait4(tracee.pid, ['WUNTRACED', 'WCONTINUED', 'WNOHANG']));
    },
    [
      'delivery, parent: none',
      'delivery, tracer: tracee stop SIGSTOP',
      'group stop, parent: tracee stop SIGSTOP',
      'group stop, tracer: tracee EVENT_STOP SIGSTOP',
      'continued, parent: tracee continued',
      'continued, tracer: tracee EVENT_STOP SIGTRAP',
      'SIGCONT: tracee stop SIGCONT',
      'delivery, parent: none',
    ],
  ),
  scenario(
    'R10 the group-stop is hidden where tracer and real parent are one thread group',
    function* (s) {
      const parent = yield* s.actor('parent');
      const tracee = yield* parent.make('tracee', 'fork', true);
      yield* parent.seize(tracee.pid);
      yield* parent.kill(tracee.pid, 'SIGSTOP');
      s.log('delivery', yield* parent.wait4(tracee.pid, ['WUNTRACED']));
      yield* parent.cont(tracee.pid, 'SIGSTOP');
      s.log('group stop', yield* parent.wait4(tracee.pid, ['WUNTRACED', 'WNOHANG']));
      s.log('once', yield* parent.wait4(tracee.pid, ['WUNTRACED', 'WNOHANG']));
      yield* parent.ptrace('LISTEN', tracee.pid);
      s.log('listening', yield* parent.wait4(tracee.pid, ['WUNTRACED', 'WNOHANG']));
      yield* parent.kill(tracee.pid, 'SIGKILL');
      s.log('death', yield* parent.wait4(tracee.pid));
      s.log('once', yield* parent.wait4(tracee.pid));
    },
    [
      'delivery: tracee stop SIGSTOP',
      'group stop: tracee EVENT_STOP SIGSTOP',
      'once: none',
      'listening: none',
      'death: tracee killed SIGKILL',
      'once: ECHILD',
    ],
  ),
  scenario(
    'R11 the WCONTINUED state is one per process: a tracer that takes it robs the parent',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.wait4(tracee.pid);
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      yield* tracer.wait4(tracee.pid);
      yield* tracer.ptrace('LISTEN', tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      yield* tracer.wait4(tracee.pid);
      yield* tracer.cont(tracee.pid);
      yield* tracer.wait4(tracee.pid);
      yield* tracer.cont(tracee.pid, 'SIGCONT');
      s.log('tracer', yield* tracer.look(tracee.pid, 'WCONTINUED'));
      s.log('parent', yield* s.root.wait4(tracee.pid, ['WCONTINUED', 'WNOHANG']));
    },
    ['tracer: tracee continued', 'parent: none'],
  ),
  scenario(
    'R12 zombies go to the tracer first, then to the real parent',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* tracee.start(calls.exitGroup(3));
      s.log('parent', yield* s.root.wait4(tracee.pid, ['WNOHANG']));
      s.log('peek', yield* tracer.waitid('P_PID', tracee.pid, ['WEXITED', 'WNOWAIT']));
      s.log('parent', yield* s.root.wait4(tracee.pid, ['WNOHANG']));
      const reply = yield* tracer.wait4(tracee.pid);
      s.log('tracer', reply, reply.usage ?? false);
      s.log('once', yield* tracer.wait4(tracee.pid));
      s.log('parent', yield* s.root.wait4(tracee.pid));
      s.log('once', yield* s.root.wait4(tracee.pid));
    },
    [
      'parent: none',
      'peek: SIGCHLD CLD_EXITED pid=tracee status=0x3',
      'parent: none',
      'tracer: tracee exit 3 | true',
      'once: ECHILD',
      'parent: tracee exit 3',
      'once: ECHILD',
    ],
  ),
  scenario(
    'R12 a wait of the parent that sleeps goes on when the tracer has reaped',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const parent = s.root;
      yield* tracer.seize(tracee.pid);
      yield* parent.start(parent.waiting(tracee.pid, []));
      yield* tracee.start(calls.exitGroup(9));
      s.log('parent sleeps', yield* parent.pending());
      s.log('tracer', yield* tracer.wait4(tracee.pid));
      s.log('parent', yield* parent.result());
    },
    ['parent sleeps: true', 'tracer: tracee exit 9', 'parent: tracee exit 9'],
  ),
  scenario(
    'R12 a detached zombie is the parent’s',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* tracee.start(calls.exitGroup(3));
      s.log('requests', yield* tracer.cont(tracee.pid, 0, 'DETACH'), yield* tracer.ptrace('INTERRUPT', tracee.pid));
      yield* tracer.start(calls.exitGroup(0));
      s.log('parent', yield* s.root.wait4(tracee.pid));
    },
    ['requests: ESRCH | ok', 'parent: tracee exit 3'],
  ),
  scenario(
    'R12 the exit of a leader waits for its siblings; an exited thread is reaped by its tracer',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const leader = yield* s.tracee('leader');
      const thread = yield* leader.make('thread', 'thread', true);
      yield* tracer.seize(leader.pid);
      yield* tracer.seize(thread.pid);
      yield* leader.start(calls.exit(4));
      s.log('leader is dead', yield* leader.condition(), yield* tracer.look(leader.pid));
      s.log('thread runs', yield* thread.do(calls.getppid()));
      yield* thread.start(calls.exit(5));
      s.log('thread', yield* tracer.wait4(thread.pid));
      s.log('leader', yield* tracer.wait4(leader.pid));
      s.log('parent', yield* s.root.wait4(leader.pid));
    },
    [
      'leader is dead: dead | none',
      'thread runs: root',
      'thread: thread exit 5',
      'leader: leader exit 5',
      'parent: leader exit 5',
    ],
  ),
  scenario(
    'R13 a LISTENING tracee is invisible to wait and answers ESRCH to all but INTERRUPT',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.wait4(tracee.pid);
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      s.log('group stop', yield* tracer.wait4(tracee.pid));
      s.log('listen', yield* tracer.ptrace('LISTEN', tracee.pid));
      s.log('wait', yield* tracer.look(tracee.pid));
      for (const request of ['GETREGS', 'GETSIGINFO', 'CONT', 'SYSCALL', 'LISTEN', 'DETACH', 'GETEVENTMSG']) {
        s.log(request, yield* tracer.ptrace(request, tracee.pid));
      }
      s.log('stopped', yield* tracee.condition());
      s.log('INTERRUPT', yield* tracer.ptrace('INTERRUPT', tracee.pid));
      s.log('wait', yield* tracer.look(tracee.pid));
    },
    [
      'group stop: tracee EVENT_STOP SIGSTOP',
      'listen: ok',
      'wait: none',
      'GETREGS: ESRCH',
      'GETSIGINFO: ESRCH',
      'CONT: ESRCH',
      'SYSCALL: ESRCH',
      'LISTEN: ESRCH',
      'DETACH: ESRCH',
      'GETEVENTMSG: ESRCH',
      'stopped: stopped',
      'INTERRUPT: ok',
      'wait: tracee EVENT_STOP SIGSTOP',
    ],
  ),
  scenario(
    'R13 LISTEN before the stop was waited for: nothing to wait for any more',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.seize(tracee.pid);
      s.log('listen', yield* tracer.ptrace('LISTEN', tracee.pid));
      s.log('wait', yield* tracer.look(tracee.pid));
      yield* tracer.start(tracer.waiting(tracee.pid));
      s.log('sleeps', yield* tracer.pending());
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('woken', yield* tracer.result());
    },
    ['listen: ok', 'wait: none', 'sleeps: true', 'woken: tracee EVENT_STOP SIGTRAP'],
  ),
  scenario(
    'R14 wait(-1) scans the tracees from the one attached last, whatever stopped first',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const first = yield* s.tracee('first');
      const second = yield* s.tracee('second');
      const third = yield* s.tracee('third');
      for (const actor of [second, first, third]) yield* tracer.seize(actor.pid);
      for (const actor of [third, second, first]) yield* tracer.ptrace('INTERRUPT', actor.pid);
      for (let k = 0; k < 3; k++) s.log('wait', yield* tracer.look(-1));
      s.log('wait', yield* tracer.look(-1));
    },
    [
      'wait: third EVENT_STOP SIGTRAP',
      'wait: first EVENT_STOP SIGTRAP',
      'wait: second EVENT_STOP SIGTRAP',
      'wait: none',
    ],
  ),
  scenario(
    'R14 wait(-1) scans one’s own children in the order of their birth, traced or not',
    function* (s) {
      const parent = yield* s.actor('parent');
      const first = yield* parent.make('first', 'fork', true);
      const second = yield* parent.make('second', 'fork', true);
      const third = yield* parent.make('third');
      for (const actor of [second, first]) yield* actor.ptrace('TRACEME', 0);
      for (const actor of [second, first]) yield* actor.start(calls.kill(actor.pid, 'SIGUSR1'));
      yield* third.start(calls.exitGroup(0));
      for (let k = 0; k < 4; k++) s.log('wait', yield* parent.look(-1));
    },
    ['wait: first stop SIGUSR1', 'wait: second stop SIGUSR1', 'wait: third exit 0', 'wait: none'],
  ),
  scenario(
    'R14 wait(-1) with children of one’s own beside tracees; the filters of wait',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const child = yield* tracer.make('child');
      const tracee = yield* s.tracee();
      yield* tracer.seize(tracee.pid);
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* child.start(calls.exitGroup(1));
      s.log('another pid', yield* tracer.look(s.root.pid));
      s.log('another group', yield* tracer.look(-tracer.pid));
      s.log('a tracee is found as a clone too', yield* tracer.wait4(-1, ['__WCLONE', 'WNOHANG']));
      s.log('own group', yield* tracer.look(0));
      s.log('it was taken', yield* tracer.look(0));
      s.log('one is left', yield* tracer.look(0));
    },
    [
      'another pid: ECHILD',
      'another group: ECHILD',
      'a tracee is found as a clone too: tracee EVENT_STOP SIGTRAP',
      'own group: child exit 1',
      'it was taken: none',
      'one is left: none',
    ],
  ),
];
