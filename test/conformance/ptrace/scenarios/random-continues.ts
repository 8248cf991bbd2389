/** What random programs (test/fuzz) have found about SIGCONT: who takes it, and who is told. Each was another log once, in a session or on the simulated kernel. */

import * as calls from '../calls.ts';
import { scenario } from '../play.ts';

export const randomContinues = [
  scenario(
    'R37 that a process was continued, its tracer is told by SIGCHLD, as its parent is',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.do(calls.sigaction('SIGCHLD', 'handler'));
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('stopped', yield* tracer.handled());
      yield* tracer.cont(tracee.pid);
      s.log('told as it goes on', (yield* tracer.handled()).slice(2));
      const before = (yield* tracer.handled()).length;
      yield* tracer.do(calls.sigaction('SIGCHLD', 'handler', ['SA_NOCLDSTOP']));
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      for (const signal of [0, 'SIGCONT', 'SIGSTOP']) yield* tracer.cont(tracee.pid, signal);
      yield* tracer.ptrace('LISTEN', tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('not of stops', (yield* tracer.handled()).slice(before));
    },
    {
      anyOf: [
        [
          'stopped: SIGCHLD CLD_TRAPPED pid=tracee, SIGCHLD CLD_STOPPED pid=tracee',
          'told as it goes on: SIGCHLD CLD_CONTINUED pid=tracee',
          'not of stops: none',
        ],
        // The handler is entered once more: which of those SIGCHLDs are one, is a matter of how soon it runs.
        [
          'stopped: SIGCHLD CLD_TRAPPED pid=tracee, SIGCHLD CLD_STOPPED pid=tracee',
          'told as it goes on: SIGCHLD CLD_CONTINUED pid=tracee, SIGCHLD CLD_STOPPED pid=tracee',
          'not of stops: none',
        ],
      ],
    },
  ),
  scenario(
    'R37 a SIGCONT while a signal is shown: its SIGCHLD is not before the stop for it',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.do(calls.sigaction('SIGCHLD', 'handler'));
      yield* tracer.ptrace('ATTACH', tracee.pid);
      yield* tracer.look(tracee.pid);
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      s.log('stopped', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      s.log('signal', yield* tracer.look(tracee.pid), yield* tracer.handled());
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      yield* tracer.cont(tracee.pid);
      s.log('SIGCONT', yield* tracer.look(tracee.pid), yield* tracer.handled());
    },
    [
      'stopped: tracee stop SIGSTOP',
      'signal: tracee stop SIGSTOP | SIGCHLD CLD_TRAPPED pid=tracee, SIGCHLD CLD_STOPPED pid=tracee, SIGCHLD CLD_TRAPPED pid=tracee',
      'SIGCONT: tracee stop SIGCONT | SIGCHLD CLD_TRAPPED pid=tracee, SIGCHLD CLD_STOPPED pid=tracee, SIGCHLD CLD_TRAPPED pid=tracee, SIGCHLD CLD_TRAPPED pid=tracee',
    ],
  ),
  scenario(
    'R37 a SIGCONT in a group stop that is held, and then listened to: its SIGCHLD comes before the trap',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.do(calls.sigaction('SIGCHLD', 'handler'));
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.look(tracee.pid);
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      s.log('stopped', yield* tracer.look(tracee.pid), yield* tracer.handled());
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      yield* tracer.ptrace('LISTEN', tracee.pid);
      // The SIGCHLD of the trap comes at once after that of the SIGCONT: whether there is room for it is a race.
      s.log('listens', yield* tracer.look(tracee.pid), (yield* tracer.handled()).slice(0, 3));
    },
    [
      'stopped: tracee EVENT_STOP SIGSTOP | SIGCHLD CLD_TRAPPED pid=tracee, SIGCHLD CLD_STOPPED pid=tracee',
      'listens: tracee EVENT_STOP SIGTRAP | SIGCHLD CLD_TRAPPED pid=tracee, SIGCHLD CLD_STOPPED pid=tracee, SIGCHLD CLD_CONTINUED pid=tracee',
    ],
  ),
  scenario(
    'R37 a thread that nobody traces is the first out of a group stop: the tracer of the leader is told',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.make('thread', 'thread', false);
      yield* tracer.do(calls.sigaction('SIGCHLD', 'handler'));
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.seize(tracee.pid);
      s.log('stopped', yield* tracer.look(tracee.pid), yield* tracer.handled());
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('continued', yield* tracer.look(tracee.pid), yield* tracer.handled());
    },
    [
      'stopped: tracee EVENT_STOP SIGSTOP | SIGCHLD CLD_STOPPED pid=tracee',
      'continued: none | SIGCHLD CLD_STOPPED pid=tracee, SIGCHLD CLD_CONTINUED pid=tracee',
    ],
  ),
  scenario(
    'R37 that a SEIZEd process was continued waits for the trap that comes first',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.do(calls.sigaction('SIGCHLD', 'handler'));
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      yield* tracer.cont(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      const before = (yield* tracer.handled()).length;
      yield* tracer.cont(tracee.pid);
      s.log('trap', yield* tracer.look(tracee.pid), (yield* tracer.handled()).slice(before));
      const then = (yield* tracer.handled()).length;
      yield* tracer.cont(tracee.pid);
      s.log('signal', yield* tracer.look(tracee.pid), (yield* tracer.handled()).slice(then, then + 1));
    },
    [
      'trap: tracee EVENT_STOP SIGTRAP | SIGCHLD CLD_STOPPED pid=tracee',
      'signal: tracee stop SIGCONT | SIGCHLD CLD_CONTINUED pid=tracee',
    ],
  ),
  scenario(
    'R37 the end of a group stop that was never whole wakes who waits for a SIGCONT',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.seize(thread.pid);
      yield* tracer.seize(tracee.pid);
      yield* s.root.tgkill(tracee, 'SIGUSR1');
      yield* s.root.tgkill(thread, 'SIGSTOP');
      yield* tracer.cont(thread.pid, 'SIGSTOP');
      yield* tracer.cont(thread.pid);
      s.log('waited', yield* tracer.look(-1), yield* tracee.condition(), yield* thread.condition());
      yield* tracer.start({ call: 'wait4', args: [tracee.pid, ['__WALL', 'WCONTINUED']] });
      yield* s.root.tgkill(thread, 'SIGCONT');
      s.log('woken', yield* tracer.result());
    },
    ['waited: tracee stop SIGUSR1 | stopped | runs', 'woken: tracee continued'],
  ),
  scenario(
    'R37 the SIGSTOP of an ATTACH, passed on, takes effect before signals of lower numbers that came meanwhile',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.ptrace('ATTACH', tracee.pid);
      s.log('stop', yield* tracer.look(tracee.pid));
      yield* s.root.tgkill(tracee, 'SIGUSR1');
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      s.log('group stop', yield* tracer.look(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('then', yield* tracer.look(tracee.pid));
    },
    ['stop: tracee stop SIGSTOP', 'group stop: tracee stop SIGSTOP | EINVAL', 'then: tracee stop SIGUSR1'],
  ),
  scenario(
    'R33 a SIGCONT to a process whose leader is ATTACHed is shown to that one’s tracer, not taken by a thread that nobody traces',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const tracee = yield* s.actor('tracee');
      yield* tracee.make('thread', 'thread');
      yield* tracer.ptrace('ATTACH', tracee.pid);
      s.log('stop', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('leader', yield* tracer.look(tracee.pid));
    },
    ['stop: tracee stop SIGSTOP', 'leader: tracee stop SIGCONT'],
  ),
  scenario(
    'R33 … and whose leader is SEIZEd: that traps, and does not want it then; another takes it',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const tracee = yield* s.actor('tracee');
      const thread = yield* tracee.make('thread', 'thread');
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('trap', yield* tracer.look(tracee.pid), yield* thread.condition());
      yield* tracer.cont(tracee.pid);
      s.log('no signal', yield* tracer.look(tracee.pid), yield* tracee.condition());
    },
    ['trap: tracee EVENT_STOP SIGTRAP | runs', 'no signal: none | runs'],
  ),
  scenario(
    'R37 R45 a SIGCONT to a process whose leader is stepped out of a call by it: the trap, then the signal, and no thread takes it',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const tracee = yield* s.actor('tracee');
      const thread = yield* tracee.make('thread', 'thread');
      for (const { pid } of [tracee, thread]) {
        yield* tracer.ptrace('ATTACH', pid);
        s.log('stop', yield* tracer.look(pid));
      }
      yield* tracer.cont(thread.pid);
      yield* s.root.tgkill(tracee, 'SIGUSR2');
      yield* tracer.cont(tracee.pid);
      s.log('signal', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid, 0, 'SINGLESTEP');
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('step', yield* tracer.look(tracee.pid), yield* tracer.look(thread.pid));
      yield* tracer.cont(tracee.pid);
      s.log('signal', yield* tracer.look(tracee.pid), yield* tracer.look(thread.pid));
    },
    [
      'stop: tracee stop SIGSTOP',
      'stop: thread stop SIGSTOP',
      'signal: tracee stop SIGUSR2',
      'step: tracee stop SIGTRAP | none',
      'signal: tracee stop SIGCONT | none',
    ],
  ),
  scenario(
    'R33 a SIGCONT that the leader takes, or that is blocked, does not disturb who is ATTACHed: neither a call nor a step',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const tracee = yield* s.actor('tracee');
      const thread = yield* tracee.make('thread', 'thread');
      for (const { pid } of [tracee, thread]) {
        yield* tracer.ptrace('ATTACH', pid);
        s.log('stop', yield* tracer.look(pid));
      }
      yield* tracer.syscall(thread.pid);
      s.log('entry', yield* tracer.look(thread.pid));
      yield* tracer.syscall(thread.pid);
      yield* tracer.cont(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('taken', yield* tracer.look(tracee.pid), yield* tracer.look(thread.pid));
      yield* tracer.cont(tracee.pid);
      yield* tracee.do(calls.sigprocmask('block', ['SIGCONT']));
      yield* s.root.tgkill(tracee, 'SIGUSR1');
      s.log('signal', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid, 0, 'SINGLESTEP');
      yield* s.root.tgkill(tracee, 'SIGCONT');
      s.log('blocked', yield* tracer.look(tracee.pid), yield* tracer.look(thread.pid));
    },
    [
      'stop: tracee stop SIGSTOP',
      'stop: thread stop SIGSTOP',
      'entry: thread stop SIGTRAP',
      'taken: tracee stop SIGCONT | none',
      'signal: tracee stop SIGUSR1',
      'blocked: none | none',
    ],
  ),
  scenario(
    'R33 a SIGCONT to a process whose leader nobody traces and that ignores it: a thread that is ATTACHed hears nothing of it',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const tracee = yield* s.actor('tracee');
      const thread = yield* tracee.make('thread', 'thread');
      yield* tracer.ptrace('ATTACH', thread.pid);
      s.log('stop', yield* tracer.look(thread.pid));
      yield* tracer.cont(thread.pid);
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('runs', yield* tracer.look(thread.pid));
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      s.log('group stop', yield* tracer.look(thread.pid));
      yield* tracer.cont(thread.pid, 0, 'SINGLESTEP');
      s.log('runs', yield* tracer.look(thread.pid), yield* thread.condition());
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('still', yield* tracer.look(thread.pid), yield* tracee.condition());
    },
    [
      'stop: thread stop SIGSTOP',
      'runs: none',
      'group stop: thread stop SIGSTOP',
      'runs: none | runs',
      'still: none | runs',
    ],
  ),
  scenario(
    'R33 a SIGCONT that a SEIZEd leader sends to its own process is its own, after the trap',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const tracee = yield* s.actor('tracee');
      const thread = yield* tracee.make('thread', 'thread');
      yield* tracer.ptrace('ATTACH', thread.pid);
      s.log('stop', yield* tracer.look(thread.pid));
      yield* tracer.cont(thread.pid);
      yield* tracer.seize(tracee.pid);
      yield* tracee.start(calls.kill(tracee.pid, 'SIGCONT'));
      s.log('trap', yield* tracer.look(tracee.pid), yield* tracer.look(thread.pid));
      yield* tracer.cont(tracee.pid);
      s.log('signal', yield* tracer.look(tracee.pid), yield* tracer.look(thread.pid));
    },
    ['stop: thread stop SIGSTOP', 'trap: tracee EVENT_STOP SIGTRAP | none', 'signal: tracee stop SIGCONT | none'],
  ),
  scenario(
    'R33 a SIGCONT while a signal is shown takes the SIGSTOP of an ATTACH away that was to come after it',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* s.root.kill(tracee.pid, 'SIGTSTP');
      yield* s.root.tgkill(tracee, 'SIGUSR2');
      yield* tracer.ptrace('ATTACH', tracee.pid);
      s.log('stop', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('signal', yield* tracer.look(tracee.pid));
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      yield* tracer.cont(tracee.pid);
      s.log('then', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('no more', yield* tracer.look(tracee.pid), yield* tracee.condition());
    },
    ['stop: tracee stop SIGTSTP', 'signal: tracee stop SIGUSR2', 'then: tracee stop SIGCONT', 'no more: none | runs'],
  ),
  scenario(
    'R37 what sigsuspend blocks stays blocked while the SIGSTOP of an ATTACH, and then another signal, is shown in it',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.start(calls.sigsuspend(['SIGUSR1']));
      yield* tracer.ptrace('ATTACH', tracee.pid);
      s.log('stop', yield* tracer.look(tracee.pid), yield* tracer.ptrace('GETSIGMASK', tracee.pid));
      yield* tracer.syscall(tracee.pid, 'SIGSTOP');
      s.log('group stop', yield* tracer.look(tracee.pid));
      yield* s.root.kill(tracee.pid, 'SIGWINCH');
      yield* tracer.cont(tracee.pid);
      s.log('signal', yield* tracer.look(tracee.pid), yield* tracer.ptrace('GETSIGMASK', tracee.pid));
      yield* s.root.tgkill(tracee, 'SIGUSR1');
      yield* s.root.kill(tracee.pid, 'SIGTSTP');
      yield* tracer.syscall(tracee.pid);
      s.log('not what it blocks', yield* tracer.look(tracee.pid));
      yield* tracer.syscall(tracee.pid);
      s.log('but when it is over', yield* tracer.look(tracee.pid), yield* tracer.ptrace('GETSIGMASK', tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('then', yield* tracer.look(tracee.pid), yield* tracee.condition());
    },
    [
      'stop: tracee stop SIGSTOP | 0x0',
      'group stop: tracee stop SIGSTOP',
      'signal: tracee stop SIGWINCH | 0x0',
      'not what it blocks: tracee stop SIGTSTP',
      'but when it is over: tracee stop SIGUSR1 | 0x0',
      'then: none | runs',
    ],
  ),
  scenario(
    'R33 a SIGCONT for another thread does not end the call of one that was ATTACHed',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.ptrace('ATTACH', tracee.pid);
      yield* tracer.cont(tracee.pid);
      s.log('runs', yield* tracee.condition());
      yield* tracee.start(calls.sigtimedwait(['SIGUSR1'], 60_000));
      yield* s.root.tgkill(thread, 'SIGCONT');
      s.log('sleeps', yield* tracee.pending());
      yield* s.root.tgkill(tracee, 'SIGCONT');
      s.log('its own', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('over', yield* tracee.result());
    },
    ['runs: runs', 'sleeps: true', 'its own: tracee stop SIGCONT', 'over: EINTR'],
  ),
  scenario(
    'R33 a call that a SIGCONT has ended, which was shown, has ended, though a second one waits at the DETACH',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.ptrace('ATTACH', tracee.pid);
      yield* tracer.cont(tracee.pid);
      s.log('runs', yield* tracee.condition());
      yield* tracee.start(calls.sigtimedwait(['SIGUSR1'], 60_000));
      yield* s.root.tgkill(tracee, 'SIGCONT');
      s.log('stop', yield* tracer.look(tracee.pid));
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      yield* tracer.ptrace('DETACH', tracee.pid, 0, calls.sig('SIGCONT'));
      s.log('over', yield* tracee.result());
    },
    ['runs: runs', 'stop: tracee stop SIGCONT', 'over: EINTR'],
  ),
  scenario(
    'R33 a call that an INTERRUPT has ended, whose trap was shown, has ended, though a SIGCONT waits at the DETACH',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* tracee.start(calls.sigtimedwait(['SIGUSR1'], 60_000));
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      s.log('stop', yield* tracer.look(tracee.pid));
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      yield* tracer.ptrace('DETACH', tracee.pid);
      s.log('over', yield* tracee.result());
    },
    ['stop: tracee EVENT_STOP SIGTRAP', 'over: EINTR'],
  ),
  scenario(
    'R39 a SIGCONT that is blocked, passed on from the entry of a call: the stop signal that it takes away ends that call',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.ptrace('ATTACH', tracee.pid);
      yield* tracer.do({ call: 'ptrace', args: ['SETSIGMASK', tracee.pid, 8, ['SIGCONT']] });
      yield* tracer.cont(tracee.pid, 0, 'SYSCALL');
      s.log('entry', yield* tracer.look(tracee.pid));
      yield* s.root.tgkill(tracee, 'SIGSTOP');
      yield* tracer.cont(tracee.pid, 'SIGCONT', 'SINGLESTEP');
      s.log('step', yield* tracer.look(tracee.pid), yield* tracee.condition());
    },
    ['entry: tracee stop SIGTRAP', 'step: tracee stop SIGTRAP | stopped'],
  ),
  scenario(
    'R33 a SIGCONT to a process that nobody traces does not end the sigtimedwait of its thread',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* s.root.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* thread.start(calls.sigtimedwait(['SIGUSR1'], 60_000));
      yield* tracer.do(calls.kill(tracee.pid, 'SIGCONT'));
      s.log('sleeps', yield* thread.pending(), yield* tracee.condition());
    },
    ['sleeps: true | runs'],
    { notPassive: 'the other tracer is shown the trap of the SIGCONT, and that is a disturbance' },
  ),
  scenario(
    'R33 a SIGCONT to a process whose leader is SEIZEd ends the sigtimedwait of its thread: the leader traps, and does not want it',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* thread.start(calls.sigtimedwait(['SIGUSR1'], 60_000));
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('leader', yield* tracer.look(tracee.pid));
      s.log('over', yield* thread.result());
    },
    ['leader: tracee EVENT_STOP SIGTRAP', 'over: EINTR'],
  ),
  scenario(
    'R27 LISTEN in the trap of an INTERRUPT that came at the entry that SYSEMU skipped: a SIGCONT makes it trap again',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* tracer.cont(tracee.pid, 0, 'SYSEMU_SINGLESTEP');
      s.log('entry', yield* tracer.look(tracee.pid));
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* tracer.cont(tracee.pid, 0, 'SINGLESTEP');
      s.log('trap', yield* tracer.look(tracee.pid));
      yield* tracer.ptrace('LISTEN', tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('again', yield* tracer.look(tracee.pid));
    },
    ['entry: tracee stop SIGTRAP', 'trap: tracee EVENT_STOP SIGTRAP', 'again: tracee EVENT_STOP SIGTRAP'],
  ),
  scenario(
    'R37 a leader that is held in a stop that is over: a thread that listens tells that the process goes on',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.do(calls.sigaction('SIGCHLD', 'handler'));
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.ptrace('ATTACH', tracee.pid);
      yield* tracer.seize(thread.pid);
      yield* tracer.ptrace('LISTEN', thread.pid);
      const before = (yield* tracer.handled()).length;
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('told', (yield* tracer.handled()).slice(before, before + 1));
    },
    ['told: SIGCHLD CLD_CONTINUED pid=tracee'],
  ),
  scenario(
    'R37 a SIGCONT while a signal is shown, and SIGSTOP in place of that SIGCONT: the new stop takes the place of what was to be told',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* s.root.make('tracee', 'fork', true);
      yield* tracer.do(calls.sigaction('SIGCHLD', 'handler'));
      yield* tracer.ptrace('ATTACH', tracee.pid);
      s.log('attached', yield* tracer.look(tracee.pid), yield* tracer.handled());
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      s.log('group stop', yield* tracer.look(tracee.pid), yield* tracer.handled());
      yield* tracer.cont(tracee.pid);
      s.log('signal', yield* tracer.look(tracee.pid), yield* tracer.handled());
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      yield* tracer.cont(tracee.pid);
      s.log('SIGCONT', yield* tracer.look(tracee.pid), yield* tracer.handled());
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      s.log('stopped', yield* tracer.look(tracee.pid), yield* tracer.handled());
    },
    [
      'attached: tracee stop SIGSTOP | SIGCHLD CLD_TRAPPED pid=tracee',
      'group stop: tracee stop SIGSTOP | SIGCHLD CLD_TRAPPED pid=tracee, SIGCHLD CLD_STOPPED pid=tracee',
      'signal: tracee stop SIGUSR1 | SIGCHLD CLD_TRAPPED pid=tracee, SIGCHLD CLD_STOPPED pid=tracee, SIGCHLD CLD_TRAPPED pid=tracee',
      'SIGCONT: tracee stop SIGCONT | SIGCHLD CLD_TRAPPED pid=tracee, SIGCHLD CLD_STOPPED pid=tracee, SIGCHLD CLD_TRAPPED pid=tracee, SIGCHLD CLD_TRAPPED pid=tracee',
      'stopped: tracee stop SIGSTOP | SIGCHLD CLD_TRAPPED pid=tracee, SIGCHLD CLD_STOPPED pid=tracee, SIGCHLD CLD_TRAPPED pid=tracee, SIGCHLD CLD_TRAPPED pid=tracee, SIGCHLD CLD_STOPPED pid=tracee',
    ],
  ),
  scenario(
    'R37 a stop signal that came at a system call’s entry, and the SIGCONT after its group’s stop was left: the tracer is told of that',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.do(calls.sigaction('SIGCHLD', 'handler'));
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGTSTP');
      s.log('stop', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid, 0, 'SYSCALL');
      s.log('entry', yield* tracer.look(tracee.pid));
      yield* s.root.tgkill(tracee, 'SIGTTIN');
      yield* tracer.cont(tracee.pid, 0, 'SYSCALL');
      s.log('exit', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid, 0, 'SYSCALL');
      s.log('stop', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGTTIN', 'SYSCALL');
      s.log('group stop', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid);
      const before = (yield* tracer.handled()).length;
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      // The SIGCHLD of the trap comes at once after that of the SIGCONT: whether there is room for it is a race.
      s.log('told', (yield* tracer.handled()).slice(before, before + 1));
    },
    [
      'stop: tracee stop SIGTSTP',
      'entry: tracee stop SIGTRAP',
      'exit: tracee stop SIGTRAP',
      'stop: tracee stop SIGTTIN',
      'group stop: tracee EVENT_STOP SIGTTIN',
      'told: SIGCHLD CLD_CONTINUED pid=tracee',
    ],
  ),
  scenario(
    'R37 a SIGCONT while a stop signal is shown to who let it run out of its group’s stop: told at the signal after the next',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.do(calls.sigaction('SIGCHLD', 'handler'));
      yield* tracer.ptrace('ATTACH', tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGTTIN');
      yield* tracer.cont(tracee.pid, 'SIGSTOP', 'SYSEMU');
      s.log('group stop', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid, 0, 'SYSEMU_SINGLESTEP');
      s.log('signal', yield* tracer.look(tracee.pid));
      yield* s.root.tgkill(tracee, 'SIGCONT');
      yield* tracer.cont(tracee.pid, 'SIGTTIN');
      s.log('next', yield* tracer.look(tracee.pid), yield* tracer.handled());
      yield* tracer.cont(tracee.pid);
      s.log('runs', yield* tracee.condition());
      const before = (yield* tracer.handled()).length;
      yield* s.root.kill(tracee.pid, 'SIGRT_1');
      // The SIGCHLD of the trap comes at once after that of the SIGCONT: whether there is room for it is a race.
      s.log('told', (yield* tracer.handled()).slice(before, before + 1));
    },
    [
      'group stop: tracee stop SIGSTOP',
      'signal: tracee stop SIGTTIN',
      'next: tracee stop SIGCONT | SIGCHLD CLD_TRAPPED pid=tracee, SIGCHLD CLD_STOPPED pid=tracee, SIGCHLD CLD_TRAPPED pid=tracee, SIGCHLD CLD_TRAPPED pid=tracee',
      'runs: runs',
      'told: SIGCHLD CLD_CONTINUED pid=tracee',
    ],
  ),
  scenario(
    'R37 a SIGCONT to a stop that is not whole, while all threads are held: its end is told as one goes on',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.do(calls.sigaction('SIGCHLD', 'handler'));
      yield* tracer.ptrace('ATTACH', tracee.pid);
      s.log('leader', yield* tracer.look(tracee.pid));
      yield* s.root.tgkill(thread, 'SIGSTOP');
      yield* tracer.ptrace('ATTACH', thread.pid);
      s.log('thread', yield* tracer.look(thread.pid));
      const before = (yield* tracer.handled()).length;
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('not told', (yield* tracer.handled()).slice(before));
      yield* tracer.cont(thread.pid);
      s.log('told', (yield* tracer.handled()).slice(before, before + 1));
    },
    [
      'leader: tracee stop SIGSTOP',
      'thread: thread stop SIGSTOP',
      'not told: none',
      'told: SIGCHLD CLD_STOPPED pid=tracee',
    ],
  ),
  scenario(
    'R45 the trap of a handler that is stepped into is told before a SIGCONT that has come meanwhile',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.do(calls.sigaction('SIGCONT', 'handler'));
      yield* tracer.do(calls.sigaction('SIGCHLD', 'handler'));
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      yield* tracer.cont(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGTTIN');
      s.log('signal', yield* tracer.look(tracee.pid), yield* tracer.handled());
      yield* s.root.tgkill(tracee, 'SIGCONT');
      yield* tracer.cont(tracee.pid, 'SIGCONT', 'SINGLESTEP');
      s.log('handler', yield* tracer.look(tracee.pid), (yield* tracer.handled()).slice(3));
      yield* tracer.cont(tracee.pid);
      // The SIGCHLD of the trap comes at once after that of the SIGCONT: whether there is room for it is a race.
      s.log('then', (yield* tracer.handled()).slice(4, 5));
    },
    [
      'signal: tracee stop SIGTTIN | SIGCHLD CLD_TRAPPED pid=tracee, SIGCHLD CLD_STOPPED pid=tracee, SIGCHLD CLD_TRAPPED pid=tracee',
      'handler: tracee stop SIGTRAP | SIGCHLD CLD_TRAPPED pid=tracee',
      'then: SIGCHLD CLD_CONTINUED pid=tracee',
    ],
  ),
  scenario(
    'R37 a thread that ignores another signal does not look for the SIGCONT that waits for its leader',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* s.root.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', false);
      yield* tracer.seize(tracee.pid);
      yield* tracee.do(calls.sigaction('SIGCONT', 'handler'));
      yield* tracee.start(calls.kill(tracee.pid, 'SIGCONT'));
      s.log('stopped', yield* tracer.look(tracee.pid));
      yield* thread.do(calls.sigaction('SIGUSR1', 'ignore'));
      s.log('thread', yield* thread.handled());
      yield* tracer.cont(tracee.pid);
      s.log('signal', yield* tracer.look(tracee.pid));
    },
    ['stopped: tracee EVENT_STOP SIGTRAP', 'thread: none', 'signal: tracee stop SIGCONT'],
  ),
  scenario(
    'R37 a SIGCONT that the leader has yet to take, and another: they are one, and no thread takes it',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* s.root.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', false);
      yield* tracer.seize(tracee.pid);
      yield* tracee.do(calls.sigaction('SIGCONT', 'handler'));
      yield* tracee.start(calls.kill(tracee.pid, 'SIGCONT'));
      s.log('stopped', yield* tracer.look(tracee.pid));
      yield* thread.start(calls.pause());
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('another', yield* thread.pending(), yield* thread.handled());
      yield* tracer.cont(tracee.pid);
      s.log('signal', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('then', yield* tracer.look(tracee.pid));
    },
    [
      'stopped: tracee EVENT_STOP SIGTRAP',
      'another: true | none',
      'signal: tracee EVENT_STOP SIGTRAP',
      'then: tracee stop SIGCONT',
    ],
  ),
  scenario(
    'R37 a SIGCONT while a stop signal is shown, and both are suppressed: it is not told before the next stop signal',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.do(calls.sigaction('SIGCHLD', 'handler'));
      yield* s.root.tgkill(tracee, 'SIGSTOP');
      yield* tracer.ptrace('ATTACH', tracee.pid);
      s.log('stopped', yield* tracer.look(tracee.pid));
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.cont(tracee.pid);
      s.log('stop signal', yield* tracer.look(tracee.pid));
      yield* s.root.tgkill(tracee, 'SIGCONT');
      yield* tracer.cont(tracee.pid);
      s.log('SIGCONT', yield* tracer.look(tracee.pid), (yield* tracer.handled()).slice(2));
      yield* s.root.tgkill(tracee, 'SIGSTOP');
      yield* tracer.cont(tracee.pid);
      s.log('the next', yield* tracer.look(tracee.pid), (yield* tracer.handled()).slice(3));
    },
    [
      'stopped: tracee stop SIGSTOP',
      'stop signal: tracee stop SIGSTOP',
      'SIGCONT: tracee stop SIGCONT | SIGCHLD CLD_TRAPPED pid=tracee',
      'the next: tracee stop SIGSTOP | SIGCHLD CLD_TRAPPED pid=tracee',
    ],
  ),
  scenario(
    'R37 a SIGCONT while a stop signal is shown, which then is delivered: it is not told at the entry of the call that is made again',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.do(calls.sigaction('SIGCHLD', 'handler'));
      yield* s.root.tgkill(tracee, 'SIGSTOP');
      yield* tracer.ptrace('ATTACH', tracee.pid);
      yield* tracer.cont(tracee.pid);
      s.log('stop signal', yield* tracer.look(tracee.pid));
      yield* s.root.tgkill(tracee, 'SIGCONT');
      yield* tracer.cont(tracee.pid, 'SIGSTOP', 'SYSCALL');
      s.log('SIGCONT', yield* tracer.look(tracee.pid), (yield* tracer.handled()).slice(2));
      yield* tracer.cont(tracee.pid, 'SIGCONT', 'SYSCALL');
      s.log('the call', yield* tracer.look(tracee.pid), (yield* tracer.handled()).slice(3));
    },
    [
      'stop signal: tracee stop SIGSTOP',
      'SIGCONT: tracee stop SIGCONT | SIGCHLD CLD_TRAPPED pid=tracee',
      'the call: tracee stop SIGTRAP | SIGCHLD CLD_TRAPPED pid=tracee',
    ],
  ),
  scenario(
    'R37 a leader that is held in its group’s stop, and SIGCONT: its tracer is told as another thread leaves the stop',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* s.root.make('tracee', 'fork', false);
      const thread = yield* tracee.make('thread', 'thread', false);
      yield* tracer.do(calls.sigaction('SIGCHLD', 'handler'));
      yield* s.root.seize(thread.pid);
      yield* s.root.tgkill(tracee, 'SIGSTOP');
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('held', yield* tracer.handled());
      yield* s.root.cont(thread.pid);
      s.log('a thread', (yield* tracer.handled()).slice(1));
    },
    ['held: SIGCHLD CLD_STOPPED pid=tracee', 'a thread: SIGCHLD CLD_CONTINUED pid=tracee'],
  ),
  scenario(
    'R37 a tracee that has run out of its group’s stop is held in a trap, and SIGCONT: that it was continued is told as it listens',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.do(calls.sigaction('SIGCHLD', 'handler'));
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      yield* tracer.cont(tracee.pid);
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      s.log('trap', yield* tracer.look(tracee.pid));
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('SIGCONT', (yield* tracer.handled()).slice(3));
      yield* tracer.ptrace('LISTEN', tracee.pid);
      // The SIGCHLD of the trap comes at once after that of the SIGCONT: whether there is room for it is a race.
      s.log('listens', yield* tracer.look(tracee.pid), (yield* tracer.handled()).slice(3, 4));
    },
    [
      'trap: tracee EVENT_STOP SIGSTOP',
      'SIGCONT: none',
      'listens: tracee EVENT_STOP SIGTRAP | SIGCHLD CLD_CONTINUED pid=tracee',
    ],
  ),
  scenario(
    'R33 a SIGCONT that a SEIZEd leader sends to its own process is taken by the thread that goes on first, if that is SEIZEd, too',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracee.do(calls.sigaction('SIGCONT', 'handler'));
      yield* tracer.seize(tracee.pid);
      yield* tracer.seize(thread.pid);
      yield* tracee.start(calls.kill(tracee.pid, 'SIGCONT'));
      s.log('traps', yield* tracer.look(tracee.pid), yield* tracer.look(thread.pid));
      yield* tracer.cont(thread.pid);
      s.log('first', yield* tracer.look(thread.pid));
      yield* tracer.cont(tracee.pid);
      s.log('then', yield* tracer.look(tracee.pid), yield* tracee.result());
    },
    ['traps: tracee EVENT_STOP SIGTRAP | thread EVENT_STOP SIGTRAP', 'first: thread stop SIGCONT', 'then: none | ok'],
  ),
  scenario(
    'R27 two SIGCONTs while a tracer holds its tracee in a group stop, both taken by another thread, are one trap',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      yield* s.root.tgkill(thread, 'SIGSTOP');
      s.log('stop', yield* tracer.look(tracee.pid), yield* thread.condition());
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('runs', yield* thread.condition());
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      yield* tracer.cont(tracee.pid);
      s.log('trap', yield* tracer.look(tracee.pid));
      yield* tracer.syscall(tracee.pid);
      s.log('then', yield* tracer.look(tracee.pid));
    },
    [
      'stop: tracee EVENT_STOP SIGSTOP | stopped',
      'runs: runs',
      'trap: tracee EVENT_STOP SIGTRAP',
      'then: tracee stop SYSCALL',
    ],
  ),
  scenario(
    'R33 a thread that changes its mask takes the SIGCONT that its leader has yet to take',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.ptrace('ATTACH', tracee.pid);
      yield* tracer.look(tracee.pid);
      yield* tracer.cont(tracee.pid, 0, 'SINGLESTEP');
      yield* thread.ptrace('TRACEME', 0);
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('leader', yield* tracer.look(tracee.pid), yield* thread.condition());
      yield* thread.start(calls.sigprocmask('block', ['SIGUSR1']));
      s.log('thread', yield* s.root.look(thread.pid));
      yield* s.root.cont(thread.pid);
      s.log('goes on', yield* thread.result());
      yield* tracer.cont(tracee.pid);
      s.log('nothing is left', yield* tracee.condition());
    },
    ['leader: tracee stop SIGTRAP | runs', 'thread: thread stop SIGCONT', 'goes on: ok', 'nothing is left: runs'],
    { notPassive: 'the other tracer has SEIZEd both, and of those who goes on first takes it' },
  ),
  scenario(
    'R33 a SIGCONT that its leader has taken while a thread stood in a call: a step over that call ends in the trap of it first',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.seize(thread.pid);
      yield* tracer.ptrace('INTERRUPT', thread.pid);
      yield* tracer.look(thread.pid);
      yield* tracer.cont(thread.pid, 0, 'SYSEMU');
      s.log('entry', yield* tracer.look(thread.pid));
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      for (const when of ['first', 'then']) {
        yield* tracer.cont(thread.pid, 0, 'SINGLESTEP');
        s.log(when, yield* tracer.look(thread.pid));
      }
    },
    ['entry: thread stop SIGTRAP', 'first: thread EVENT_STOP SIGTRAP', 'then: thread stop SIGTRAP'],
  ),
  scenario(
    'R33 SIGCONTs that come while a SEIZEd thread is held in its group’s stop are told with one trap',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      for (const { pid } of [tracee, thread]) {
        yield* tracer.seize(pid);
        yield* tracer.look(pid);
      }
      for (const pid of [tracee.pid, tracee.pid]) yield* s.root.kill(pid, 'SIGCONT');
      for (const when of ['first', 'then', 'last']) {
        yield* tracer.cont(thread.pid);
        s.log(when, yield* tracer.look(thread.pid));
      }
    },
    ['first: thread EVENT_STOP SIGTRAP', 'then: thread stop SIGCONT', 'last: none'],
  ),
  scenario(
    'R45 a step over a call, after which a SIGCONT and then a stop signal wait for who ran out of a group stop: that it was continued is told first',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.do(calls.sigaction('SIGCHLD', 'handler'));
      yield* tracer.ptrace('ATTACH', tracee.pid);
      yield* tracer.look(tracee.pid);
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      yield* tracer.look(tracee.pid);
      yield* tracer.cont(tracee.pid, 0, 'SYSEMU');
      yield* tracer.look(tracee.pid);
      const before = (yield* tracer.handled()).length;
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.cont(tracee.pid, 0, 'SINGLESTEP');
      s.log('stops', yield* tracer.look(tracee.pid));
      // The SIGCHLD of the trap comes at once after it: whether there is room for it is a race of the kernel's.
      s.log('told first', (yield* tracer.handled()).slice(before, before + 1));
    },
    ['stops: tracee stop SIGTRAP', 'told first: SIGCHLD CLD_CONTINUED pid=tracee'],
  ),
  scenario(
    'R33 a SIGCONT that comes while its leader is held in another stop is taken by a thread that is let go from one',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      for (const { pid } of [tracee, thread]) {
        yield* tracer.ptrace('ATTACH', pid);
        yield* tracer.look(pid);
      }
      yield* tracer.cont(tracee.pid, 0, 'SINGLESTEP');
      s.log('steps', yield* tracee.condition());
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('leader', yield* tracer.look(tracee.pid));
      yield* tracer.cont(thread.pid, 'SIGSTOP');
      s.log('thread', yield* tracer.look(thread.pid));
      yield* tracer.cont(tracee.pid);
      s.log('leader goes on', yield* tracee.condition());
    },
    ['steps: runs', 'leader: tracee stop SIGTRAP', 'thread: thread stop SIGCONT', 'leader goes on: runs'],
  ),
  scenario(
    'R45 a step over a call, during which the group began to stop: the group’s stop is shown first, and then the trap',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.ptrace('ATTACH', thread.pid);
      yield* tracer.look(thread.pid);
      yield* tracer.cont(thread.pid, 0, 'SYSEMU');
      s.log('entry', yield* tracer.look(thread.pid));
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      s.log('leader', yield* tracee.condition());
      yield* tracer.cont(thread.pid, 0, 'SINGLESTEP');
      s.log('first', yield* tracer.look(thread.pid));
      yield* tracer.cont(thread.pid);
      s.log('then', yield* tracer.look(thread.pid));
    },
    ['entry: thread stop SIGTRAP', 'leader: stopped', 'first: thread stop SIGSTOP', 'then: thread stop SIGTRAP'],
  ),
  scenario(
    'R45 a step over a call of a thread that ran out of a group stop, which is over by then: its trap is shown, though the leader takes the SIGCONT',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.ptrace('ATTACH', thread.pid);
      yield* tracer.look(thread.pid);
      yield* tracer.cont(thread.pid, 'SIGSTOP');
      s.log('group', yield* tracer.look(thread.pid));
      yield* tracer.cont(thread.pid, 0, 'SYSEMU');
      s.log('entry', yield* tracer.look(thread.pid));
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('leader', yield* tracee.condition());
      yield* tracer.cont(thread.pid, 0, 'SINGLESTEP');
      s.log('trap', yield* tracer.look(thread.pid));
    },
    ['group: thread stop SIGSTOP', 'entry: thread stop SIGTRAP', 'leader: runs', 'trap: thread stop SIGTRAP'],
  ),
  scenario(
    'R33 a child asks to be traced while its parent is held in the trap of a SIGCONT: that trap is shown once',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const child = yield* tracee.make('child', 'fork');
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('trap', yield* tracer.look(tracee.pid));
      s.log('asks', yield* child.ptrace('TRACEME', 0));
      yield* tracer.cont(tracee.pid);
      s.log('then', yield* tracer.look(tracee.pid));
    },
    ['trap: tracee EVENT_STOP SIGTRAP', 'asks: ok', 'then: tracee stop SIGCONT'],
  ),
  scenario(
    'R11 a SIGCONT that a SIGSTOP has taken away, both while who ran out of its group stop is shown a signal: not told before the next stop',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.do(calls.sigaction('SIGCHLD', 'handler'));
      yield* tracer.ptrace('ATTACH', tracee.pid);
      yield* tracer.look(tracee.pid);
      yield* s.root.tgkill(tracee, 'SIGSTOP');
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      s.log('group', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('signal', yield* tracer.look(tracee.pid));
      const before = (yield* tracer.handled()).length;
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      yield* s.root.tgkill(tracee, 'SIGSTOP');
      yield* tracer.cont(tracee.pid);
      s.log('next', yield* tracer.look(tracee.pid), (yield* tracer.handled()).slice(before));
      yield* tracer.cont(tracee.pid);
      s.log('then', yield* tracee.condition(), (yield* tracer.handled()).slice(before + 1));
    },
    [
      'group: tracee stop SIGSTOP',
      'signal: tracee stop SIGSTOP',
      'next: tracee stop SIGSTOP | SIGCHLD CLD_TRAPPED pid=tracee',
      'then: runs | none',
    ],
  ),
  scenario(
    'R37 a SIGCONT while an ATTACHed leader that ran out of its group stop is shown the SIGSTOP: the next signal is shown before it is told',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* s.root.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', true);
      s.log('sigaction', yield* tracer.do({ call: 'sigaction', args: [17, 'handler', []] }));
      s.log('SIGSTOP', yield* s.root.do({ call: 'kill', args: [tracee.pid, 19] }));
      s.log('  tracee', yield* tracee.condition());
      s.log('  thread', yield* thread.condition());
      s.log('SEIZE', yield* tracer.seize(thread.pid));
      s.log('  handled', (yield* tracer.handled()).slice(0));
      s.log('ATTACH', yield* tracer.ptrace('ATTACH', tracee.pid));
      s.log('  handled', (yield* tracer.handled()).slice(1));
      s.log('CONT', yield* tracer.cont(tracee.pid));
      s.log('  handled', (yield* tracer.handled()).slice(2));
      s.log('SIGCONT', yield* tracer.do({ call: 'tgkill', args: [tracee.pid, thread.pid, 18] }));
      s.log('SIGCHLD', yield* s.root.do({ call: 'kill', args: [tracee.pid, 17] }));
      s.log('CONT with SIGSTOP', yield* tracer.do({ call: 'ptrace', args: ['CONT', tracee.pid, 0, 19] }));
      s.log('  handled', (yield* tracer.handled()).slice(3));
      s.log('wait', yield* tracer.look(tracee.pid));
      s.log('CONT', yield* tracer.cont(tracee.pid));
      s.log('  handled', (yield* tracer.handled()).slice(4));
    },
    [
      'sigaction: ok',
      'SIGSTOP: ok',
      '  tracee: stopped',
      '  thread: stopped',
      'SEIZE: ok',
      '  handled: SIGCHLD CLD_STOPPED pid=thread',
      'ATTACH: ok',
      '  handled: SIGCHLD CLD_STOPPED pid=tracee',
      'CONT: ok',
      '  handled: SIGCHLD CLD_TRAPPED pid=tracee',
      'SIGCONT: ok',
      'SIGCHLD: ok',
      'CONT with SIGSTOP: ok',
      '  handled: SIGCHLD CLD_TRAPPED pid=tracee',
      'wait: tracee stop SIGCHLD',
      'CONT: ok',
      '  handled: none',
    ],
  ),
  scenario(
    'R37 a SIGCONT to a child that a tracer holds in its stop: its parent, which is traced, hears of it as the child goes on',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const parent = yield* s.root.make('parent', 'fork', true);
      const child = yield* parent.make('child', 'fork', true);
      s.log('SIGSTOP', yield* s.root.do({ call: 'kill', args: [child.pid, 19] }));
      s.log('  child', yield* child.condition());
      s.log('SEIZE of the parent', yield* s.root.seize(parent.pid));
      s.log('SEIZE of the child', yield* tracer.seize(child.pid));
      s.log('SIGCONT', yield* tracer.do({ call: 'kill', args: [child.pid, 18] }));
      s.log('  parent', yield* parent.condition());
      s.log('  child', yield* child.condition());
      s.log('CONT', yield* tracer.cont(child.pid));
      s.log('  parent', yield* parent.condition());
      s.log('  child', yield* child.condition());
      s.log('wait', yield* s.root.look(parent.pid));
      s.log('siginfo', yield* s.root.ptrace('GETSIGINFO', parent.pid));
    },
    [
      'SIGSTOP: ok',
      '  child: stopped',
      'SEIZE of the parent: ok',
      'SEIZE of the child: ok',
      'SIGCONT: ok',
      '  parent: runs',
      '  child: stopped',
      'CONT: ok',
      '  parent: stopped',
      '  child: stopped',
      'wait: parent stop SIGCHLD',
      'siginfo: SIGCHLD CLD_CONTINUED pid=child status=0x12',
    ],
  ),
  scenario(
    'R27 a SIGCONT that a stop signal takes away was there: who is held, and was shown the trap of one that came before, traps once more',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* tracer.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.seize(thread.pid);
      yield* tracer.ptrace('INTERRUPT', thread.pid);
      s.log('wait', yield* tracer.wait4(thread.pid));
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('  tracee', yield* tracee.condition());
      yield* tracer.cont(thread.pid);
      s.log('wait', yield* tracer.wait4(thread.pid));
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('wait', yield* tracer.wait4(tracee.pid));
      yield* s.root.kill(tracee.pid, 'SIGTTIN');
      yield* tracer.cont(tracee.pid);
      s.log('wait', yield* tracer.wait4(tracee.pid));
      for (let k = 0; k < 2; k++) {
        yield* tracer.cont(thread.pid);
        s.log('  thread', yield* thread.condition());
        s.log('wait', yield* tracer.look(thread.pid));
      }
    },
    [
      'wait: thread EVENT_STOP SIGTRAP',
      '  tracee: runs',
      'wait: thread EVENT_STOP SIGTRAP',
      'wait: tracee EVENT_STOP SIGTRAP',
      'wait: tracee stop SIGTTIN',
      '  thread: stopped',
      'wait: thread EVENT_STOP SIGTRAP',
      '  thread: runs',
      'wait: none',
    ],
  ),
  scenario(
    'R33 a SIGCONT that came to who stands in the trap of an INTERRUPT traps it once more, though a stop signal has taken that away and is taken itself',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* tracer.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.ptrace('ATTACH', tracee.pid);
      s.log('tracee', yield* tracer.wait4(tracee.pid));
      yield* tracer.seize(thread.pid);
      yield* tracer.ptrace('INTERRUPT', thread.pid);
      s.log('thread', yield* tracer.wait4(thread.pid));
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      yield* s.root.kill(tracee.pid, 'SIGTTIN');
      yield* tracer.ptrace('SYSCALL', tracee.pid, 0, 19);
      s.log('tracee', yield* tracer.wait4(tracee.pid));
      yield* tracer.cont(thread.pid);
      s.log('thread', yield* thread.condition(), yield* tracer.look(thread.pid));
      yield* tracer.cont(thread.pid);
      s.log('then', yield* thread.condition());
    },
    [
      'tracee: tracee stop SIGSTOP',
      'thread: thread EVENT_STOP SIGTRAP',
      'tracee: tracee stop SIGTTIN',
      'thread: stopped | thread EVENT_STOP SIGTRAP',
      'then: runs',
    ],
  ),
  ...(['leader', 'thread'] as const).map((next) =>
    scenario(
      `a SIGCONT to another thread, while one is shown a signal out of the stop of their group, is told of by who looks for signals anew: the ${next}`,
      function* (s) {
        const tracer = yield* s.root.make('tracer', 'fork', false);
        const tracee = yield* s.root.make('tracee', 'fork', true);
        const thread = yield* tracee.make('thread', 'thread', true);
        yield* tracer.do({ call: 'sigaction', args: [17, 'handler', []] });
        yield* s.root.kill(tracee.pid, 'SIGTSTP');
        s.log('stopped', yield* tracee.condition(), yield* thread.condition());
        yield* s.root.do({ call: 'tgkill', args: [tracee.pid, thread.pid, 33] });
        yield* s.root.tgkill(tracee, 'SIGUSR1');
        yield* tracer.ptrace('ATTACH', thread.pid);
        yield* tracer.seize(tracee.pid);
        s.log('attached', yield* tracee.condition(), yield* thread.condition());
        yield* tracer.cont(thread.pid);
        s.log('thread', yield* tracer.wait4(thread.pid));
        yield* tracer.wait4(tracee.pid);
        yield* tracer.cont(tracee.pid);
        s.log('tracee', yield* tracer.wait4(tracee.pid));
        yield* tracer.ptrace('SYSCALL', thread.pid);
        s.log('thread', yield* tracer.wait4(thread.pid));
        const before = (yield* tracer.handled()).length;
        yield* s.root.tgkill(tracee, 'SIGCONT');
        yield* tracer.ptrace('SYSCALL', thread.pid);
        s.log('thread', yield* tracer.wait4(thread.pid));
        const then = (yield* tracer.handled()).length;
        s.log('told', (yield* tracer.handled()).slice(before));
        if (next === 'thread') {
          yield* tracer.cont(thread.pid);
          s.log('thread', yield* thread.condition());
          yield* s.root.tgkill(thread, 'SIGUSR2');
          s.log('thread', yield* tracer.wait4(thread.pid));
          s.log('told', (yield* tracer.handled()).slice(then, then + 1));
          return;
        }
        yield* tracer.cont(tracee.pid);
        s.log('tracee', yield* tracer.wait4(tracee.pid));
        s.log('told', (yield* tracer.handled()).slice(then, then + 1));
        const last = (yield* tracer.handled()).length;
        yield* tracer.cont(tracee.pid);
        s.log('tracee', yield* tracer.wait4(tracee.pid));
        s.log('told', (yield* tracer.handled()).slice(last, last + 1));
      },
      [
        'stopped: stopped | stopped',
        'attached: stopped | stopped',
        'thread: thread stop SIGSTOP',
        'tracee: tracee stop SIGUSR1',
        'thread: thread stop SIGRT_1',
        'thread: thread stop SIGTRAP',
        'told: SIGCHLD CLD_TRAPPED pid=thread',
        ...(next === 'thread'
          ? ['thread: runs', 'thread: thread stop SIGUSR2']
          : [
              'tracee: tracee EVENT_STOP SIGTRAP',
              'told: SIGCHLD CLD_STOPPED pid=tracee',
              'tracee: tracee stop SIGCONT',
            ]),
        'told: SIGCHLD CLD_CONTINUED pid=tracee',
      ],
    ),
  ),
  ...(['a thread', 'a process'] as const).map((whom) =>
    scenario(
      `R25 a SIGCONT to ${whom} that ignores it is dropped as it is sent, though another thread handles it from then on`,
      function* (s) {
        const tracer = yield* s.root.make('tracer', 'fork', false);
        const tracee = yield* s.root.make('tracee', 'fork', true);
        const thread = yield* tracee.make('thread', 'thread', true);
        const [other, named] = whom === 'a thread' ? [tracee, thread] : [thread, tracee];
        yield* tracer.ptrace('ATTACH', other.pid);
        yield* other.condition();
        yield* tracer.seize(named.pid);
        yield* s.root.kill(tracer.pid, 'SIGKILL');
        yield* tracer.condition();
        s.log('  other', yield* other.condition(), 'named', yield* named.condition());
        yield* other.start({ call: 'sigaction', args: [18, 'handler', []] });
        if (whom === 'a thread') yield* s.root.tgkill(named, 'SIGCONT');
        else yield* s.root.kill(named.pid, 'SIGCONT');
        s.log('sigaction', yield* other.result());
        s.log('  other', yield* other.condition(), 'named', yield* named.condition());
        s.log('handled', yield* named.handled(), yield* other.handled());
      },
      ['  other: stopped | named | stopped', 'sigaction: ok', '  other: runs | named | runs', 'handled: none | none'],
      { notPassive: 'a SIGCONT to who is traced waits' },
    ),
  ),
  scenario(
    'R33 a SIGCONT that a step out of a signal’s stop puts off is told of as the next one makes it trap once more, where its tracer listens',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* s.root.make('tracee', 'fork', true);
      yield* tracer.do({ call: 'sigaction', args: [17, 'handler', []] });
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      s.log('  tracee', yield* tracee.condition());
      yield* s.root.kill(tracee.pid, 'SIGTTIN');
      yield* tracer.seize(tracee.pid);
      s.log('wait', yield* tracer.wait4(tracee.pid));
      yield* tracer.ptrace('SYSCALL', tracee.pid);
      s.log('wait', yield* tracer.wait4(tracee.pid));
      yield* tracer.kill(tracee.pid, 'SIGCONT');
      yield* tracer.ptrace('SINGLESTEP', tracee.pid);
      s.log('wait', yield* tracer.wait4(tracee.pid));
      const before = (yield* tracer.handled()).length;
      yield* tracer.kill(tracee.pid, 'SIGCONT');
      s.log('LISTEN', yield* tracer.ptrace('LISTEN', tracee.pid));
      s.log('wait', yield* tracer.wait4(tracee.pid));
      s.log('told', (yield* tracer.handled()).slice(before, before + 1));
    },
    [
      '  tracee: stopped',
      'wait: tracee EVENT_STOP SIGSTOP',
      'wait: tracee stop SIGTTIN',
      'wait: tracee EVENT_STOP SIGTRAP',
      'LISTEN: ok',
      'wait: tracee EVENT_STOP SIGTRAP',
      'told: SIGCHLD CLD_CONTINUED pid=tracee',
    ],
  ),
  scenario(
    'R31 a signal that is ignored waits on after its tracer has let go, in the stop that this makes at a system call: the next is shown it',
    function* (s) {
      const first = yield* s.root.make('first', 'fork', false);
      const second = yield* s.root.make('second', 'fork', false);
      const tracee = yield* s.root.make('tracee', 'fork', true);
      yield* first.ptrace('ATTACH', tracee.pid);
      s.log('wait', yield* first.wait4(tracee.pid));
      yield* first.ptrace('SYSEMU_SINGLESTEP', tracee.pid);
      s.log('wait', yield* first.wait4(tracee.pid));
      yield* s.root.kill(tracee.pid, 'SIGCHLD');
      yield* first.ptrace('DETACH', tracee.pid, 0, 20);
      s.log('  tracee', yield* tracee.condition());
      yield* second.seize(tracee.pid);
      s.log('wait', yield* second.wait4(tracee.pid));
      s.log('waits', yield* second.ptrace('PEEKSIGINFO', tracee.pid, 1, 0));
    },
    [
      'wait: tracee stop SIGSTOP',
      'wait: tracee stop SIGTRAP',
      '  tracee: stopped',
      'wait: tracee EVENT_STOP SIGTSTP',
      'waits: [SIGCHLD SI_USER pid=root]',
    ],
  ),
  scenario(
    'R27 a SIGCONT that a thread is passed at the entry of its call, whose exit is shown: who is held tells of it when it goes on',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* s.root.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.do({ call: 'sigaction', args: [17, 'handler', []] });
      yield* tracer.seize(thread.pid);
      yield* s.root.tgkill(tracee, 'SIGSTOP');
      s.log('  tracee', yield* tracee.condition(), 'thread', yield* thread.condition());
      yield* tracer.seize(tracee.pid);
      yield* tracer.ptrace('SYSCALL', thread.pid);
      s.log('wait', yield* tracer.wait4(thread.pid));
      const before = (yield* tracer.handled()).length;
      yield* tracer.ptrace('SYSCALL', thread.pid, 0, 18);
      s.log('wait', yield* tracer.wait4(thread.pid));
      s.log('told', (yield* tracer.handled()).slice(before, before + 1));
      const then = (yield* tracer.handled()).length;
      yield* tracer.cont(thread.pid);
      s.log('wait', yield* tracer.wait4(thread.pid));
      s.log('told', (yield* tracer.handled()).slice(then, then + 1));
    },
    [
      '  tracee: stopped | thread | stopped',
      'wait: thread stop SIGTRAP',
      'wait: thread stop SIGTRAP',
      'told: SIGCHLD CLD_TRAPPED pid=thread',
      'wait: thread EVENT_STOP SIGTRAP',
      'told: SIGCHLD CLD_CONTINUED pid=tracee',
    ],
  ),
];
