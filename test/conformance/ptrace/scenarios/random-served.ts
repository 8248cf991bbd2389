/** What random programs (test/fuzz) have found that was another log under `utrace share` alone, and not on the simulated kernel. */

import * as calls from '../calls.ts';
import { scenario } from '../play.ts';

export const randomServed = [
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
    'R32 a SIGCONT that came while the SIGSTOP of an ATTACH is shown cancels it, also when it does not wait any more itself',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.ptrace('ATTACH', tracee.pid);
      s.log('stop', yield* tracer.look(tracee.pid));
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      yield* s.root.kill(tracee.pid, 'SIGTSTP');
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      s.log('then', yield* tracer.look(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
    },
    ['stop: tracee stop SIGSTOP', 'then: tracee stop SIGTSTP | SIGTSTP SI_USER pid=root'],
  ),
  scenario(
    'R34 the SIGSTOP of an ATTACH, passed on while a sibling’s stops the group: it is that stop, once',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      for (const { pid } of [tracee, thread]) yield* tracer.ptrace('ATTACH', pid);
      for (const { pid } of [tracee, thread]) s.log('stop', yield* tracer.look(pid));
      for (const { pid } of [thread, tracee]) {
        yield* tracer.cont(pid, 'SIGSTOP');
        s.log('group stop', yield* tracer.look(pid), yield* tracer.ptrace('GETSIGINFO', pid));
      }
      yield* tracer.cont(tracee.pid);
      s.log('let go', yield* tracer.look(tracee.pid), yield* tracee.condition());
    },
    [
      'stop: tracee stop SIGSTOP',
      'stop: thread stop SIGSTOP',
      'group stop: thread stop SIGSTOP | EINVAL',
      'group stop: tracee stop SIGSTOP | EINVAL',
      'let go: none | runs',
    ],
  ),
  scenario(
    'R30 a signal that is ignored, sent to who was stopped and traced by nobody: who attaches later does not see it',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const tracee = yield* s.actor('tracee');
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      for (const signal of ['SIGCHLD', 'SIGWINCH'] as const) {
        yield* s.root.kill(tracee.pid, signal);
        yield* s.root.tgkill(tracee, signal);
      }
      yield* tracer.seize(tracee.pid);
      s.log('stop', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('runs', yield* tracer.look(tracee.pid), yield* tracee.condition());
      yield* s.root.kill(tracee.pid, 'SIGWINCH');
      s.log('sees', yield* tracer.look(tracee.pid));
    },
    ['stop: tracee EVENT_STOP SIGSTOP', 'runs: none | runs', 'sees: tracee stop SIGWINCH'],
  ),
  scenario(
    'R43 DETACH at the entry that SYSEMU skips, while the group stop lasts: back into it, and the call has its number still',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      s.log('stop', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      s.log('group stop', yield* tracer.look(tracee.pid));
      yield* tracee.start(calls.getppid());
      yield* tracer.cont(tracee.pid, 0, 'SYSEMU');
      s.log('entry', yield* tracer.look(tracee.pid));
      const { orig_rax: nr } = yield* tracer.getRegisters(tracee.pid);
      yield* tracer.ptrace('DETACH', tracee.pid);
      s.log('detached', yield* tracee.condition());
      yield* tracer.seize(tracee.pid);
      s.log('again', yield* tracer.look(tracee.pid));
      s.log('the same', (yield* tracer.getRegisters(tracee.pid)).orig_rax === nr);
    },
    [
      'stop: tracee stop SIGSTOP',
      'group stop: tracee EVENT_STOP SIGSTOP',
      'entry: tracee stop SIGTRAP',
      'detached: stopped',
      'again: tracee EVENT_STOP SIGSTOP',
      'the same: true',
    ],
  ),
  scenario(
    'R29 DETACH with a deadly signal at the SIGSTOP of an ATTACH, while the group stop lasts: it dies',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* s.root.kill(tracee.pid, 'SIGTSTP');
      yield* tracer.ptrace('ATTACH', tracee.pid);
      s.log('stop', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('its own', yield* tracer.look(tracee.pid));
      yield* tracer.ptrace('DETACH', tracee.pid, 0, calls.sig('SIGUSR2'));
      s.log('dead', yield* tracee.condition(), yield* s.root.look(tracee.pid));
    },
    ['stop: tracee stop SIGTSTP', 'its own: tracee stop SIGSTOP', 'dead: dead | tracee killed SIGUSR2'],
  ),
  scenario(
    'R31 another signal in place of the SIGSTOP of an ATTACH, while a sibling’s stops the group: it comes first, and is deadly',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.seize(tracee.pid);
      yield* tracer.ptrace('ATTACH', thread.pid);
      s.log('stop', yield* tracer.look(thread.pid));
      yield* s.root.kill(tracee.pid, 'SIGTTIN');
      s.log('sibling', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGTTIN');
      yield* tracer.syscall(thread.pid, 'SIGTERM');
      s.log('dead', yield* tracee.condition(), yield* tracer.look(thread.pid));
    },
    ['stop: thread stop SIGSTOP', 'sibling: tracee stop SIGTTIN', 'dead: dead | thread killed SIGTERM'],
  ),
  scenario(
    'R5 INTERRUPT of who ran out of a group stop, and is in a call as a SIGCONT ends that: the trap says so',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      s.log('stop', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      s.log('group stop', yield* tracer.look(tracee.pid));
      yield* tracer.syscall(tracee.pid);
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('entry', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      s.log('trap', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('sent', yield* tracer.look(tracee.pid));
    },
    [
      'stop: tracee stop SIGSTOP',
      'group stop: tracee EVENT_STOP SIGSTOP',
      'entry: tracee stop SYSCALL',
      'trap: tracee EVENT_STOP SIGTRAP',
      'sent: tracee stop SIGSTOP',
    ],
  ),
  scenario(
    'R12 a leader dies while the zombie of a thread of its waits for another tracer: its own tracer gets a SIGCHLD at once',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      const other = yield* s.actor('other');
      yield* tracer.do(calls.sigaction('SIGCHLD', 'handler'));
      yield* tracer.seize(tracee.pid);
      yield* other.seize(thread.pid);
      yield* thread.start(calls.exit(0));
      s.log('thread', yield* thread.condition(), yield* tracer.handled());
      yield* s.root.kill(tracee.pid, 'SIGKILL');
      s.log('leader', yield* tracee.condition(), yield* tracer.handled(), yield* tracer.look(tracee.pid));
      s.log('reaped', (yield* other.look(thread.pid)).ret === thread.pid);
      s.log('leader', yield* tracer.look(tracee.pid), yield* tracer.handled());
    },
    [
      'thread: dead | none',
      'leader: dead | SIGCHLD CLD_KILLED pid=tracee | none',
      'reaped: true',
      'leader: tracee killed SIGKILL | SIGCHLD CLD_KILLED pid=tracee, SIGCHLD CLD_KILLED pid=tracee',
    ],
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
    'R26 INTERRUPT in a delivery-stop, and LISTEN in the trap that follows: it hears of a SIGCONT',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      s.log('stop', yield* tracer.look(tracee.pid));
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* tracer.cont(tracee.pid, 0, 'SINGLESTEP');
      s.log('trap', yield* tracer.look(tracee.pid));
      yield* tracer.ptrace('LISTEN', tracee.pid);
      s.log('listens', yield* tracer.look(tracee.pid));
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('hears', yield* tracer.look(tracee.pid));
    },
    [
      'stop: tracee stop SIGSTOP',
      'trap: tracee EVENT_STOP SIGTRAP',
      'listens: none',
      'hears: tracee EVENT_STOP SIGTRAP',
    ],
  ),
  scenario(
    'R27 a SIGCONT while an INTERRUPT waits is told by the one trap of both: a listener in that hears no more of it',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      s.log('trap', yield* tracer.look(tracee.pid));
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      yield* tracer.cont(tracee.pid);
      s.log('another', yield* tracer.look(tracee.pid));
      yield* tracer.ptrace('LISTEN', tracee.pid);
      s.log('listens', yield* tracer.look(tracee.pid));
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      s.log('R26', yield* tracer.look(tracee.pid));
    },
    ['trap: tracee EVENT_STOP SIGTRAP', 'another: tracee EVENT_STOP SIGTRAP', 'listens: none', 'R26: none'],
  ),
  scenario(
    'R5 R34 who stopped by one signal, and is traced later, shows that one, though its group has stopped by another since',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const tracee = yield* s.actor('tracee');
      const thread = yield* tracee.make('thread', 'thread');
      yield* s.root.kill(tracee.pid, 'SIGTTIN');
      yield* tracer.seize(thread.pid);
      s.log('thread', yield* tracer.look(thread.pid));
      yield* tracer.cont(thread.pid);
      yield* s.root.kill(tracee.pid, 'SIGTSTP');
      s.log('signal', yield* tracer.look(thread.pid));
      yield* tracer.cont(thread.pid, 'SIGTSTP');
      s.log('thread', yield* tracer.look(thread.pid));
      yield* tracer.seize(tracee.pid);
      s.log('leader', yield* tracer.look(tracee.pid));
    },
    [
      'thread: thread EVENT_STOP SIGTTIN',
      'signal: thread stop SIGTSTP',
      'thread: thread EVENT_STOP SIGTSTP',
      'leader: tracee EVENT_STOP SIGTTIN',
    ],
  ),
  scenario(
    'R29 DETACH with a stop signal of who ran out of a group stop that lasts: back into that, by its signal',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.ptrace('ATTACH', tracee.pid);
      s.log('stop', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      s.log('group stop', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGTSTP');
      s.log('signal', yield* tracer.look(tracee.pid));
      yield* tracer.ptrace('DETACH', tracee.pid, 0, calls.sig('SIGTSTP'));
      s.log('detached', yield* tracee.condition());
      yield* tracer.seize(tracee.pid);
      s.log('again', yield* tracer.look(tracee.pid));
    },
    [
      'stop: tracee stop SIGSTOP',
      'group stop: tracee stop SIGSTOP',
      'signal: tracee stop SIGTSTP',
      'detached: stopped',
      'again: tracee EVENT_STOP SIGSTOP',
    ],
  ),
  scenario(
    'R41 R49 SIGKILL given at a call: the task shows its exit',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD', 'TRACEEXIT');
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      s.log('trap', yield* tracer.look(tracee.pid));
      yield* tracer.syscall(tracee.pid);
      s.log('entry', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGKILL');
      s.log('exit', yield* tracer.wait4(tracee.pid), yield* tracer.message(tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('dead', yield* tracer.wait4(tracee.pid));
    },
    [
      'trap: tracee EVENT_STOP SIGTRAP',
      'entry: tracee stop SYSCALL',
      'exit: tracee EVENT_EXIT | 9',
      'dead: tracee killed SIGKILL',
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
    'R30 who is not traced sleeps on in sigsuspend, whatever it ignores: what that blocks does not come',
    function* (s) {
      const { tracer, tracee: other } = yield* s.pair();
      const tracee = yield* s.actor('sleeper');
      yield* tracer.seize(other.pid);
      yield* tracee.start({ call: 'sigsuspend', args: [['SIGUSR1']] });
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      for (const signal of ['SIGWINCH', 'SIGCONT', 'SIGCHLD', 'SIGCONT'] as const)
        yield* s.root.kill(tracee.pid, signal);
      s.log('sleeps', yield* tracee.pending(), yield* tracee.condition());
      yield* s.root.kill(tracee.pid, 'SIGUSR2');
      s.log('dead', yield* tracee.condition(), yield* s.root.look(tracee.pid));
    },
    ['sleeps: true | runs', 'dead: dead | sleeper killed SIGUSR2'],
  ),
  scenario(
    'R31 a signal that is blocked as its tracer passes it on waits as what it was',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* s.root.tgkill(tracee, 'SIGUSR1');
      s.log('stop', yield* tracer.look(tracee.pid));
      yield* tracer.do({ call: 'ptrace', args: ['SETSIGMASK', tracee.pid, 8, ['SIGUSR1']] });
      yield* tracer.cont(tracee.pid, 'SIGUSR1');
      s.log('waits', yield* tracer.look(tracee.pid));
      s.log('read', yield* tracee.do({ call: 'sigtimedwait', args: [['SIGUSR1'], 1000] }));
    },
    ['stop: tracee stop SIGUSR1', 'waits: none', 'read: SIGUSR1 SI_TKILL pid=root'],
  ),
  scenario(
    'R30 a signal that is ignored, to a process whose leader is dead and was not traced: no thread’s tracer sees it',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const tracee = yield* s.actor('tracee');
      const thread = yield* tracee.make('thread', 'thread');
      yield* tracee.start(calls.exit(0));
      yield* tracer.ptrace('ATTACH', thread.pid);
      s.log('stop', yield* tracer.look(thread.pid));
      yield* tracer.cont(thread.pid);
      for (const signal of ['SIGWINCH', 'SIGCONT'] as const) yield* s.root.kill(tracee.pid, signal);
      s.log('nothing', yield* tracer.look(thread.pid));
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      s.log('signal', yield* tracer.look(thread.pid));
    },
    ['stop: thread stop SIGSTOP', 'nothing: none', 'signal: thread killed SIGUSR1'],
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
    'R16 an ATTACH to who was detached with a stop signal while its group stops: its SIGSTOP comes as it goes on',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.ptrace('ATTACH', thread.pid);
      s.log('stop', yield* tracer.look(thread.pid));
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.syscall(thread.pid, 'SIGSTOP');
      s.log('group stop', yield* tracer.look(thread.pid));
      yield* tracer.ptrace('DETACH', thread.pid);
      yield* tracer.ptrace('ATTACH', thread.pid);
      s.log('again', yield* tracer.look(thread.pid));
      yield* tracer.cont(thread.pid);
      s.log('its own', yield* tracer.look(thread.pid), yield* tracer.ptrace('GETSIGINFO', thread.pid));
    },
    [
      'stop: thread stop SIGSTOP',
      'group stop: thread stop SIGSTOP',
      'again: thread stop SIGSTOP',
      'its own: thread stop SIGSTOP | SIGSTOP SI_KERNEL pid=0',
    ],
  ),
  scenario(
    'R43 a step out of the entry that SYSEMU skips: the trap, and the call has its number still',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      s.log('stop', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid, 0, 'SYSEMU');
      s.log('entry', yield* tracer.look(tracee.pid));
      const { orig_rax: nr } = yield* tracer.getRegisters(tracee.pid);
      yield* tracer.cont(tracee.pid, 0, 'SINGLESTEP');
      s.log('step', yield* tracer.look(tracee.pid));
      s.log('the same', (yield* tracer.getRegisters(tracee.pid)).orig_rax === nr);
    },
    ['stop: tracee EVENT_STOP SIGTRAP', 'entry: tracee stop SYSCALL', 'step: tracee stop SIGTRAP', 'the same: true'],
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
    'R34 a stop signal that was passed on as its group stopped by another: PEEKSIGINFO does not show it',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const tracee = yield* s.actor('tracee');
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.ptrace('ATTACH', thread.pid);
      s.log('stop', yield* tracer.look(thread.pid));
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.syscall(thread.pid, 'SIGSTOP');
      s.log('group stop', yield* tracer.look(thread.pid), yield* tracer.ptrace('PEEKSIGINFO', thread.pid));
    },
    ['stop: thread stop SIGSTOP', 'group stop: thread stop SIGSTOP | []'],
  ),
  scenario(
    'R27 an INTERRUPT and a SIGCONT while the trap is shown that a SIGCONT made of a LISTEN: one more trap for both',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* s.root.tgkill(tracee, 'SIGCONT');
      yield* tracer.ptrace('LISTEN', tracee.pid);
      s.log('trapped again', yield* tracer.look(tracee.pid));
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* s.root.tgkill(tracee, 'SIGCONT');
      yield* tracer.cont(tracee.pid);
      s.log('one more', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('then', yield* tracer.look(tracee.pid));
    },
    ['trapped again: tracee EVENT_STOP SIGTRAP', 'one more: tracee EVENT_STOP SIGTRAP', 'then: tracee stop SIGCONT'],
  ),
  scenario(
    'R12 the child of a process whose dead thread its tracer has not waited for: dead, it is told by who took it in',
    function* (s) {
      const tracee = yield* s.actor('tracee');
      const thread = yield* tracee.make('thread', 'thread', true);
      const child = yield* tracee.make('child', 'fork', true);
      yield* s.root.seize(thread.pid);
      yield* s.root.kill(tracee.pid, 'SIGKILL');
      s.log('dead', yield* thread.condition(), yield* s.root.look(child.pid));
      yield* s.root.kill(child.pid, 'SIGKILL');
      s.log('taken in', yield* child.condition());
      for (let i = 0; i < 3; i++) s.log('told', yield* s.root.look(-1));
    },
    [
      'dead: dead | none',
      'taken in: dead',
      'told: child killed SIGKILL',
      'told: thread killed SIGKILL',
      'told: tracee killed SIGKILL',
    ],
  ),
  scenario(
    'R39 a call that a group stop ended has ended, also for who is traced no more as it is continued',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.do(calls.sigprocmask('block', ['SIGRT_1']));
      yield* tracee.start(calls.sigtimedwait(['SIGRT_1'], 60_000));
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.seize(tracee.pid);
      s.log('stop', yield* tracer.look(tracee.pid));
      yield* tracer.ptrace('DETACH', tracee.pid);
      yield* s.root.tgkill(tracee, 'SIGRT_1');
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('over', yield* tracee.result());
    },
    ['stop: tracee EVENT_STOP SIGSTOP', 'over: EINTR'],
  ),
  scenario(
    'R12 the dead that a process had not waited for, when it is dead itself: a tracer that takes them in is told of them',
    function* (s) {
      const tracee = yield* s.actor('tracee');
      const parent = yield* s.actor('parent');
      const first = yield* parent.make('first');
      const second = yield* parent.make('second');
      yield* s.root.seize(tracee.pid);
      s.log('nobody', yield* s.root.look(-1));
      for (const { pid } of [second, first, parent]) yield* s.root.kill(pid, 'SIGKILL');
      for (let i = 0; i < 4; i++) s.log('dead', yield* s.root.look(-1));
    },
    [
      'nobody: none',
      'dead: parent killed SIGKILL',
      'dead: first killed SIGKILL',
      'dead: second killed SIGKILL',
      'dead: none',
    ],
  ),
  scenario(
    'R45 a SIGCONT at the entry that SYSEMU skips: its trap is before that of the step out of there',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* tracer.cont(tracee.pid, 0, 'SYSEMU');
      s.log('entry', yield* tracer.look(tracee.pid));
      yield* s.root.tgkill(tracee, 'SIGCONT');
      yield* tracer.cont(tracee.pid, 0, 'SINGLESTEP');
      s.log('trap', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('step', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('signal', yield* tracer.look(tracee.pid));
    },
    [
      'entry: tracee stop SYSCALL',
      'trap: tracee EVENT_STOP SIGTRAP',
      'step: tracee stop SIGTRAP',
      'signal: tracee stop SIGCONT',
    ],
  ),
  scenario(
    'R31 what a signal does that is shown goes by what the program says as it is passed on',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const tracee = yield* s.actor('tracee');
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.seize(thread.pid);
      for (const what of ['ignore', 'handler', 'ignore'] as const) {
        yield* s.root.tgkill(thread, 'SIGUSR1');
        s.log('signal', yield* tracer.look(thread.pid));
        yield* tracee.do(calls.sigaction('SIGUSR1', what));
        yield* tracer.cont(thread.pid, 'SIGUSR1');
        s.log(what, yield* thread.condition(), yield* thread.handled());
      }
    },
    [
      'signal: thread stop SIGUSR1',
      'ignore: runs | none',
      'signal: thread stop SIGUSR1',
      'handler: runs | SIGUSR1 SI_TKILL pid=root',
      'signal: thread stop SIGUSR1',
      'ignore: runs | SIGUSR1 SI_TKILL pid=root',
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
    'R32 a SIGSTOP given at the trap of a step out of a call that was skipped, with a SIGCONT there: no group stop, and the SIGCONT comes',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* tracer.cont(tracee.pid, 0, 'SYSEMU');
      yield* tracer.cont(tracee.pid, 0, 'SINGLESTEP');
      s.log('step', yield* tracer.look(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      s.log('trap', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('signal', yield* tracer.look(tracee.pid));
    },
    [
      'step: tracee stop SIGTRAP | SIGTRAP TRAP_BRKPT',
      'trap: tracee EVENT_STOP SIGTRAP',
      'signal: tracee stop SIGCONT',
    ],
  ),
  scenario(
    'R29 R35 who has run out of its group’s stop is stopped anew by the SIGSTOP of a sibling that is let go with it',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      yield* tracer.ptrace('ATTACH', thread.pid);
      yield* tracer.syscall(tracee.pid);
      s.log('ran out', yield* tracer.look(tracee.pid));
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.syscall(thread.pid);
      s.log('its own', yield* tracer.look(thread.pid));
      yield* s.root.tgkill(tracee, 'SIGUSR2');
      yield* tracer.cont(thread.pid, 'SIGSTOP', 'DETACH');
      yield* s.root.kill(tracer.pid, 'SIGKILL');
      s.log('nobody traces it', yield* tracee.condition());
    },
    ['ran out: tracee stop SIGTRAP', 'its own: thread stop SIGSTOP', 'nobody traces it: stopped'],
  ),
  scenario(
    'R31 R33 a SIGCONT that a tracer gives in a signal’s place, and that is blocked, is sent anew: its trap is next',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.do(calls.sigprocmask('block', ['SIGCONT']));
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      s.log('signal', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGCONT');
      s.log('trap', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('no more', yield* tracer.look(tracee.pid), yield* tracee.condition());
    },
    ['signal: tracee stop SIGUSR1', 'trap: tracee EVENT_STOP SIGTRAP', 'no more: none | runs'],
  ),
  scenario(
    'R30 a signal that is ignored, sent to who was traced in its group stop, waits: whoever attaches next sees it',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGWINCH');
      yield* tracer.ptrace('DETACH', tracee.pid);
      yield* tracer.seize(tracee.pid);
      s.log('stop', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('signal', yield* tracer.look(tracee.pid));
    },
    ['stop: tracee EVENT_STOP SIGSTOP', 'signal: tracee stop SIGWINCH'],
  ),
];
