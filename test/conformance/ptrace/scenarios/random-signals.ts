/** What random programs (test/fuzz) have found about signals: ATTACH and its SIGSTOP, DETACH, who is shown what. Each was another log once, in a session or on the simulated kernel. */

import * as calls from '../calls.ts';
import { scenario } from '../play.ts';

export const randomSignals = [
  scenario(
    'R18 ATTACH to a stopped task: its SIGSTOP comes before the call that it was stopped in is made again',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const tracee = yield* tracer.make('tracee', 'fork', true);
      yield* s.root.kill(tracee.pid, 'SIGTSTP');
      yield* tracer.ptrace('ATTACH', tracee.pid);
      yield* tracer.syscall(tracee.pid);
      s.log('its SIGSTOP', yield* tracer.look(-1));
      yield* tracer.cont(tracee.pid);
      s.log('runs', yield* tracer.look(-1), yield* tracee.condition());
    },
    ['its SIGSTOP: tracee stop SIGSTOP', 'runs: none | runs'],
  ),
  scenario(
    'R32 a SIGCONT generated while the SIGSTOP of an ATTACH is shown cancels it',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.ptrace('ATTACH', tracee.pid);
      s.log('stop', yield* tracer.look(tracee.pid));
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      s.log('no group stop', yield* tracer.look(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
      yield* tracer.ptrace('DETACH', tracee.pid);
      s.log('then', yield* tracee.condition());
    },
    ['stop: tracee stop SIGSTOP', 'no group stop: tracee stop SIGCONT | SIGCONT SI_USER pid=root', 'then: runs'],
  ),
  scenario(
    'R16 the SIGSTOP of an ATTACH is the thread’s own: it comes before a signal of the process',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* s.root.kill(tracee.pid, 'SIGUSR2');
      yield* tracer.ptrace('ATTACH', tracee.pid);
      yield* tracer.cont(tracee.pid);
      for (let k = 0; k < 2; k++) {
        s.log('stop', yield* tracer.look(tracee.pid));
        yield* tracer.cont(tracee.pid);
      }
    },
    ['stop: tracee stop SIGSTOP', 'stop: tracee stop SIGUSR2'],
  ),
  scenario(
    'R30 a signal that ends a process whose leader is not traced: the tracer of a thread is not asked',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const tracee = yield* s.root.make('tracee', 'fork', false);
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.seize(thread.pid);
      yield* tracer.cont(thread.pid);
      s.log('runs', yield* thread.condition());
      yield* s.root.kill(tracee.pid, 'SIGUSR2');
      s.log('killed', yield* thread.condition(), yield* tracer.look(thread.pid), yield* s.root.look(tracee.pid));
    },
    ['runs: runs', 'killed: dead | thread killed SIGUSR2 | tracee killed SIGUSR2'],
  ),
  scenario(
    'R32 a SIGCONT that another thread takes cancels the SIGSTOP of an ATTACH, too',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.ptrace('ATTACH', thread.pid);
      s.log('stop', yield* tracer.look(thread.pid));
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      yield* tracer.cont(thread.pid, 'SIGSTOP');
      s.log('no group stop', yield* thread.condition(), yield* tracee.condition());
    },
    ['stop: thread stop SIGSTOP', 'no group stop: runs | runs'],
  ),
  scenario(
    'R18 the SIGSTOP of an ATTACH to a stopped thread is pending still',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.ptrace('ATTACH', tracee.pid);
      s.log('stop', yield* tracer.look(tracee.pid), yield* tracer.ptrace('PEEKSIGINFO', tracee.pid, 0));
      yield* s.root.do(calls.tgkill(tracee.pid, tracee.pid, 'SIGUSR1'));
      s.log('and more', yield* tracer.ptrace('PEEKSIGINFO', tracee.pid, 0));
    },
    [
      'stop: tracee stop SIGSTOP | [SIGSTOP SI_KERNEL pid=0]',
      'and more: [SIGSTOP SI_KERNEL pid=0, SIGUSR1 SI_TKILL pid=root]',
    ],
  ),
  scenario(
    'R16 R32 a SIGCONT before the DETACH cancels the SIGSTOP of an ATTACH that was not shown',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* s.root.kill(tracee.pid, 'SIGTSTP');
      yield* s.root.do(calls.tgkill(tracee.pid, tracee.pid, 'SIGHUP'));
      yield* tracer.ptrace('ATTACH', tracee.pid);
      s.log('stop', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('what comes first', yield* tracer.look(tracee.pid));
      yield* tracer.do(calls.tgkill(tracee.pid, tracee.pid, 'SIGCONT'));
      yield* tracer.ptrace('DETACH', tracee.pid);
      s.log('no SIGSTOP', yield* tracee.condition());
    },
    ['stop: tracee stop SIGTSTP', 'what comes first: tracee stop SIGHUP', 'no SIGSTOP: runs'],
  ),
  scenario(
    'R16 the SIGSTOP of an ATTACH is pending after a DETACH',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* s.root.kill(tracee.pid, 'SIGTSTP');
      yield* tracer.ptrace('ATTACH', tracee.pid);
      s.log('stop', yield* tracer.look(tracee.pid));
      yield* tracer.ptrace('DETACH', tracee.pid);
      yield* tracer.seize(tracee.pid);
      s.log('seized', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('its SIGSTOP', yield* tracer.look(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
    },
    [
      'stop: tracee stop SIGTSTP',
      'seized: tracee EVENT_STOP SIGTSTP',
      'its SIGSTOP: tracee stop SIGSTOP | SIGSTOP SI_KERNEL pid=0',
    ],
  ),
  scenario(
    'R30 … and where another tracer has the leader: it is',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* s.root.seize(thread.pid);
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGUSR2');
      s.log('leader', yield* tracer.look(tracee.pid));
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      s.log('thread', yield* s.root.look(thread.pid));
    },
    ['leader: tracee stop SIGUSR2', 'thread: thread stop SIGUSR1'],
  ),
  scenario(
    'R30 … and one that came while all its threads were stopped is shown to the tracer of the first that is let go',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.seize(thread.pid);
      s.log('stopped', yield* tracer.look(thread.pid));
      yield* s.root.kill(tracee.pid, 'SIGTERM');
      s.log('still', yield* tracee.condition(), yield* tracer.look(thread.pid));
      yield* tracer.cont(thread.pid);
      s.log('thread', yield* tracer.look(thread.pid), yield* tracee.condition());
    },
    ['stopped: thread EVENT_STOP SIGSTOP', 'still: stopped | none', 'thread: thread stop SIGTERM | stopped'],
  ),
  ...[false, true].map((waited) =>
    scenario(
      `R31 who is killed while a signal is shown that ${waited ? 'its tracer has waited for drops it' : 'nobody has waited for puts it back: an exec by a thread goes on with it'}`,
      function* (s) {
        const tracer = yield* s.root.make('tracer', 'fork', false);
        const tracee = yield* tracer.make('tracee', 'fork', true);
        const thread = yield* tracee.make('thread', 'thread', true);
        yield* tracer.seize(tracee.pid);
        yield* s.root.kill(tracee.pid, 'SIGSTOP');
        if (waited) s.log('stop', yield* tracer.look(tracee.pid));
        yield* thread.start({ call: 'exec', args: [] });
        s.log('after the exec', yield* tracee.condition());
        s.log('its parent', yield* tracer.do({ call: 'wait4', args: [tracee.pid, ['WNOHANG', 'WUNTRACED']] }));
      },
      waited
        ? ['stop: tracee stop SIGSTOP', 'after the exec: runs', 'its parent: none']
        : ['after the exec: stopped', 'its parent: tracee stop SIGSTOP'],
    ),
  ),
  scenario(
    'R38 a signal for a process whose leader is dead, and only its thread traced: it dies as it is sent',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const tracee = yield* tracer.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.seize(thread.pid);
      yield* tracee.start(calls.exit(3));
      s.log('leader', yield* tracee.condition());
      yield* tracer.kill(tracee.pid, 'SIGUSR2');
      s.log('thread', yield* thread.condition());
    },
    ['leader: dead', 'thread: dead'],
    { notPassive: 'another tracer has the leader then, and so its thread is asked' },
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
  scenario(
    'R39 a sleep that was never disturbed, alone, is the call that it was: a SIGCONT that is ignored, and who traces it later',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.start(calls.nanosleep(60_000));
      for (let i = 0; i < 2; i++) yield* s.root.tgkill(tracee, 'SIGCONT');
      yield* tracer.seize(tracee.pid);
      for (let i = 0; i < 2; i++) {
        yield* tracer.ptrace('INTERRUPT', tracee.pid);
        const stop = yield* tracer.look(tracee.pid);
        s.log('interrupted', stop, Number((yield* tracer.getRegisters(tracee.pid)).orig_rax));
        yield* tracer.cont(tracee.pid);
      }
    },
    ['interrupted: tracee EVENT_STOP SIGTRAP | 35', 'interrupted: tracee EVENT_STOP SIGTRAP | 219'],
    { notPassive: 'the other tracer is shown the SIGCONT, and that is a disturbance' },
  ),
  scenario(
    'R37 the SIGCHLD that tells a tracer of its tracee is its process’s: what is for the thread alone comes first',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* s.root.make('tracee', 'fork', true);
      const child = yield* tracee.make('child', 'fork', true);
      yield* tracer.ptrace('ATTACH', tracee.pid);
      s.log('attached', yield* tracer.look(tracee.pid));
      yield* child.ptrace('TRACEME', 0);
      yield* s.root.kill(child.pid, 'SIGUSR1');
      s.log('child', yield* child.condition());
      yield* s.root.tgkill(tracee, 'SIGSTOP');
      yield* tracer.cont(tracee.pid);
      s.log('first', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('second', yield* tracer.look(tracee.pid));
    },
    ['attached: tracee stop SIGSTOP', 'child: stopped', 'first: tracee stop SIGSTOP', 'second: tracee stop SIGCHLD'],
  ),
  scenario(
    'R32 a SIGCONT for a sibling cancels the SIGSTOP of an ATTACH that is passed on: it is not lost by that',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* tracer.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.seize(thread.pid);
      yield* tracer.ptrace('ATTACH', tracee.pid);
      s.log('attached', yield* tracer.look(tracee.pid));
      yield* s.root.tgkill(thread, 'SIGCONT');
      s.log('trap', yield* tracer.look(thread.pid));
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      s.log('runs', yield* tracee.condition());
      yield* tracer.syscall(thread.pid);
      s.log('next', yield* tracer.look(thread.pid));
      yield* tracer.syscall(thread.pid);
      s.log('next', yield* tracer.look(thread.pid));
    },
    [
      'attached: tracee stop SIGSTOP',
      'trap: thread EVENT_STOP SIGTRAP',
      'runs: runs',
      'next: thread stop SIGCONT',
      'next: thread stop SIGTRAP',
    ],
  ),
  scenario(
    'R33 a signal that is blocked as it is passed on waits again, and the trap of a SIGCONT that came meanwhile is not lost by that',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* tracee.do(calls.sigprocmask('set', ['SIGUSR1']));
      yield* tracee.start({ call: 'breakNops', args: [] });
      s.log('trap', yield* tracer.look(tracee.pid));
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      yield* tracer.syscall(tracee.pid, 'SIGUSR1');
      s.log('next', yield* tracer.look(tracee.pid));
      yield* tracer.syscall(tracee.pid);
      s.log('next', yield* tracer.look(tracee.pid));
    },
    ['trap: tracee stop SIGTRAP', 'next: tracee EVENT_STOP SIGTRAP', 'next: tracee stop SIGCONT'],
  ),
  scenario(
    'R33 a SIGCONT while the tracee is held in a call, and a stop signal that takes it back: the trap stays',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      for (let i = 0; i < 2; i++) {
        yield* tracer.ptrace('INTERRUPT', tracee.pid);
        s.log('interrupted', yield* tracer.look(tracee.pid));
        yield* tracer.syscall(tracee.pid);
      }
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      yield* tracer.tgkill(tracee, 'SIGTSTP');
      yield* tracer.syscall(tracee.pid);
      s.log('next', yield* tracer.look(tracee.pid));
      yield* tracer.syscall(tracee.pid);
      s.log('next', yield* tracer.look(tracee.pid));
    },
    [
      'interrupted: tracee EVENT_STOP SIGTRAP',
      'interrupted: tracee stop SIGTRAP',
      'next: tracee EVENT_STOP SIGTRAP',
      'next: tracee stop SIGTSTP',
    ],
  ),
  scenario(
    'R15 the SIGSTOP of an ATTACH is queued behind what waits for the thread already',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.kill(tracee.pid, 'SIGSTOP');
      s.log('tracee', yield* tracee.condition());
      yield* tracer.tgkill(tracee, 'SIGUSR1');
      yield* s.root.ptrace('ATTACH', tracee.pid);
      s.log('queue', yield* s.root.ptrace('PEEKSIGINFO', tracee.pid));
      yield* s.root.tgkill(tracee, 'SIGUSR2');
      s.log('queue', yield* s.root.ptrace('PEEKSIGINFO', tracee.pid));
    },
    [
      'tracee: stopped',
      'queue: [SIGUSR1 SI_TKILL pid=tracer, SIGSTOP SI_KERNEL pid=0]',
      'queue: [SIGUSR1 SI_TKILL pid=tracer, SIGSTOP SI_KERNEL pid=0, SIGUSR2 SI_TKILL pid=root]',
    ],
  ),
  scenario(
    'R31 another signal that a DETACH passes on has the real parent as its sender',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* s.root.make('tracee', 'fork', true);
      yield* tracer.seize(tracee.pid);
      yield* tracee.do(calls.sigaction('SIGUSR1', 'handler'));
      for (const request of ['CONT', 'DETACH'] as const) {
        yield* tracee.start({ call: 'breakNops', args: [] });
        s.log('trap', yield* tracer.look(tracee.pid));
        yield* tracer.do({ call: 'ptrace', args: [request, tracee.pid, 0, 10] });
        yield* tracee.result();
      }
      s.log('handled', yield* tracee.handled());
    },
    [
      'trap: tracee stop SIGTRAP',
      'trap: tracee stop SIGTRAP',
      'handled: SIGUSR1 SI_USER pid=tracer, SIGUSR1 SI_USER pid=root',
    ],
  ),
  scenario(
    'R15 the SIGSTOP of an ATTACH and another are one: the first of them',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.kill(tracee.pid, 'SIGSTOP');
      s.log('tracee', yield* tracee.condition());
      yield* tracer.ptrace('ATTACH', tracee.pid);
      yield* s.root.tgkill(tracee, 'SIGSTOP');
      s.log('queue', yield* tracer.ptrace('PEEKSIGINFO', tracee.pid));
    },
    ['tracee: stopped', 'queue: [SIGSTOP SI_KERNEL pid=0]'],
  ),
  scenario(
    'R30 a signal that the program ignores, to a process whose leader nobody traces: not shown to who traces a thread that runs out of the group’s stop',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* s.root.kill(tracee.pid, 'SIGTSTP');
      yield* tracer.seize(thread.pid);
      yield* tracer.cont(thread.pid);
      s.log('out of it', yield* thread.condition(), yield* tracee.condition());
      yield* s.root.kill(tracee.pid, 'SIGCHLD');
      s.log('dropped', yield* thread.condition(), yield* tracer.look(thread.pid));
    },
    ['out of it: runs | stopped', 'dropped: runs | none'],
    { notPassive: 'another tracer has the leader then, and the signal is not dropped' },
  ),
  scenario(
    'R31 a SIGCONT that the tracer has blocked meanwhile is queued again, and takes the SIGSTOP away that has come since',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.ptrace('ATTACH', tracee.pid);
      yield* s.root.tgkill(tracee, 'SIGCONT');
      yield* tracer.cont(tracee.pid);
      s.log('shown', yield* tracer.look(tracee.pid));
      yield* tracer.do({ call: 'ptrace', args: ['SETSIGMASK', tracee.pid, 8, ['SIGCONT']] });
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.cont(tracee.pid, 'SIGCONT', 'SYSCALL');
      s.log('entry', yield* tracer.look(tracee.pid), yield* tracer.ptrace('PEEKSIGINFO', tracee.pid));
    },
    ['shown: tracee stop SIGCONT', 'entry: tracee stop SIGTRAP | [SIGCONT SI_TKILL pid=root]'],
  ),
  scenario(
    'R23 PEEKSIGINFO does not show what was dropped before there was a tracer',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* s.root.tgkill(tracee, 'SIGWINCH');
      yield* s.root.kill(tracee.pid, 'SIGURG');
      yield* tracer.ptrace('ATTACH', tracee.pid);
      for (const flags of [0, 1]) s.log('queue', yield* tracer.ptrace('PEEKSIGINFO', tracee.pid, flags));
    },
    ['queue: [SIGSTOP SI_KERNEL pid=0]', 'queue: []'],
    { notPassive: 'there is a tracer then' },
  ),
  scenario(
    'R23 PEEKSIGINFO at a trap before the trap of a step shows the SIGTRAP that is next',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      yield* tracer.ptrace('SYSEMU', tracee.pid);
      yield* tracer.kill(tracee.pid, 'SIGCONT');
      yield* tracer.ptrace('SINGLESTEP', tracee.pid, 0, calls.sig('SIGUSR1'));
      s.log('queue', yield* tracer.ptrace('PEEKSIGINFO', tracee.pid, 0));
    },
    ['queue: [SIGUSR1 SI_KERNEL pid=0, SIGTRAP TRAP_BRKPT]'],
  ),
  scenario(
    'R30 a signal that a thread gives instead of the one it stopped for is from that thread',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const thread = yield* tracer.make('thread', 'thread', false);
      const tracee = yield* s.root.make('tracee', 'fork', true);
      yield* tracee.do(calls.sigaction('SIGUSR1', 'handler'));
      yield* thread.seize(tracee.pid);
      yield* tracer.tgkill(tracee, 'SIGINT');
      yield* thread.look(tracee.pid);
      yield* thread.cont(tracee.pid, 'SIGUSR1');
      s.log('another', yield* tracee.handled());
    },
    ['another: SIGUSR1 SI_USER pid=thread'],
  ),
  scenario(
    'R15 a tracer that is stopped for a signal, and its tracee stops: the SIGCHLD of that comes before it runs on',
    function* (s) {
      const outer = yield* s.root.make('outer', 'fork', false);
      const tracer = yield* s.root.make('tracer', 'fork', true);
      const tracee = yield* tracer.make('tracee', 'fork', false);
      yield* tracee.ptrace('TRACEME', 0);
      yield* outer.seize(tracer.pid);
      yield* tracer.start(calls.breakNops());
      s.log('trap', yield* outer.look(tracer.pid));
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      yield* outer.cont(tracer.pid);
      s.log('then', yield* tracer.pending(), yield* outer.look(tracer.pid));
    },
    ['trap: tracer stop SIGTRAP', 'then: true | tracer stop SIGCHLD'],
  ),
  scenario(
    'R16 an ATTACH to a thread takes away the SIGCONT that its leader has yet to take',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.ptrace('ATTACH', tracee.pid);
      s.log('attached', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid, 0, 'SINGLESTEP');
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('stepped', yield* tracer.look(tracee.pid));
      yield* tracer.ptrace('ATTACH', thread.pid);
      s.log('the other', yield* tracer.look(thread.pid));
      yield* tracer.syscall(tracee.pid);
      s.log('next', yield* tracer.look(tracee.pid));
    },
    [
      'attached: tracee stop SIGSTOP',
      'stepped: tracee stop SIGTRAP',
      'the other: thread stop SIGSTOP',
      'next: tracee stop SIGTRAP',
    ],
    { notPassive: 'the other tracer has SEIZEd both, and of those who goes on first takes it' },
  ),
  scenario(
    'R31 a real-time signal that the trap of a step is resumed with comes before those of its number that wait',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* s.root.do(calls.coreLimit(0));
      yield* tracer.seize(tracee.pid);
      yield* s.halt(tracer, tracee, calls.getppid());
      yield* tracer.cont(tracee.pid, 0, 'SYSEMU');
      s.log('call', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGRT_1', 'SINGLESTEP');
      s.log('step', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGRT_1');
      s.log('ends', yield* tracee.condition(), yield* tracer.look(tracee.pid));
    },
    ['call: tracee stop SIGTRAP', 'step: tracee stop SIGTRAP', 'ends: dead | tracee killed SIGRT_1'],
  ),
  scenario(
    'R14 a child of a thread that is traced, and whose leader is not, dies: the SIGCHLD is that thread’s',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      const child = yield* thread.make('child', 'fork', false);
      yield* tracer.seize(thread.pid);
      yield* s.root.kill(child.pid, 'SIGTRAP');
      s.log('told', yield* tracer.look(thread.pid), yield* tracer.ptrace('GETSIGINFO', thread.pid));
    },
    ['told: thread stop SIGCHLD | SIGCHLD CLD_KILLED pid=child status=0x5'],
  ),
  scenario(
    'R31 another signal than the trap of a breakpoint, and blocked: it waits for that thread, not for its process',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.seize(thread.pid);
      yield* tracer.seize(tracee.pid);
      yield* tracee.do(calls.sigprocmask('block', ['SIGUSR1']));
      yield* tracee.start(calls.breakCall(39));
      s.log('trap', yield* tracer.look(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGUSR1', 'SINGLESTEP');
      s.log('thread', yield* thread.condition());
      yield* tracer.look(tracee.pid);
      for (const flags of [0, 1]) s.log('queue', yield* tracer.ptrace('PEEKSIGINFO', tracee.pid, flags));
    },
    [
      'trap: tracee stop SIGTRAP | SIGTRAP SI_KERNEL',
      'thread: runs',
      'queue: [SIGUSR1 SI_USER pid=tracer]',
      'queue: []',
    ],
  ),
  scenario(
    'R29 a child of a thread dies, which ignores that: the signal for which a held leader was woken waits for the leader',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* tracer.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', true);
      s.log('SEIZE', yield* tracer.seize(tracee.pid));
      const child = yield* thread.startMake('child', 'fork');
      s.log('a child', yield* thread.result());
      s.log('SIGWINCH', yield* s.root.do({ call: 'kill', args: [tracee.pid, 28] }));
      s.log('  tracee', yield* tracee.condition());
      s.log('SINGLESTEP', yield* tracer.ptrace('SINGLESTEP', tracee.pid));
      s.log('  tracee', yield* tracee.condition());
      s.log('SIGTERM', yield* tracer.do({ call: 'kill', args: [tracee.pid, 15] }));
      s.log('  tracee', yield* tracee.condition());
      s.log('SIGKILL to the child', yield* s.root.do({ call: 'kill', args: [child.pid, 9] }));
      s.log('  child', yield* child.condition());
      yield* s.root.start({ call: 'getpid', args: [] });
      yield* s.root.result();
      s.log('  thread', yield* thread.condition());
      s.log('  tracee', yield* tracee.condition());
      s.log('wait', yield* tracer.wait4(tracee.pid));
      s.log('CONT', yield* tracer.cont(tracee.pid));
      s.log('  tracee', yield* tracee.condition());
      s.log('wait', yield* tracer.wait4(tracee.pid));
      s.log('CONT with SIGTERM', yield* tracer.do({ call: 'ptrace', args: ['CONT', tracee.pid, 0, 15] }));
      s.log('  thread', yield* thread.condition());
    },
    [
      'SEIZE: ok',
      'a child: child',
      'SIGWINCH: ok',
      '  tracee: stopped',
      'SINGLESTEP: ok',
      '  tracee: runs',
      'SIGTERM: ok',
      '  tracee: stopped',
      'SIGKILL to the child: ok',
      '  child: dead',
      '  thread: runs',
      '  tracee: stopped',
      'wait: tracee stop SIGTRAP',
      'CONT: ok',
      '  tracee: stopped',
      'wait: tracee stop SIGTERM',
      'CONT with SIGTERM: ok',
      '  thread: dead',
    ],
    { notPassive: 'the thread is traced, too, and then that SIGCHLD is for it' },
  ),
  scenario(
    'R27 a signal that the mask a tracer has set blocks goes back, and the trap of a SIGCONT that its leader has taken is next',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* tracer.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', true);
      s.log('TRACEME', yield* tracee.ptrace('TRACEME', 0));
      s.log('SIGTSTP', yield* s.root.do({ call: 'tgkill', args: [tracee.pid, thread.pid, 20] }));
      s.log('  tracee', yield* tracee.condition());
      s.log('  thread', yield* thread.condition());
      s.log('SEIZE', yield* tracer.seize(thread.pid));
      s.log('CONT', yield* tracer.cont(thread.pid));
      s.log('  thread', yield* thread.condition());
      s.log('SIGUSR1', yield* s.root.do({ call: 'kill', args: [tracee.pid, 10] }));
      s.log('  thread', yield* thread.condition());
      s.log('SETSIGMASK', yield* tracer.do({ call: 'ptrace', args: ['SETSIGMASK', thread.pid, 8, ['SIGUSR1']] }));
      s.log('SIGCONT', yield* s.root.do({ call: 'kill', args: [tracee.pid, 18] }));
      s.log('CONT of the leader', yield* tracer.cont(tracee.pid));
      s.log('  tracee', yield* tracee.condition());
      s.log('CONT with SIGUSR1', yield* tracer.do({ call: 'ptrace', args: ['CONT', thread.pid, 0, 10] }));
      s.log('  thread', yield* thread.condition());
      s.log('wait', yield* tracer.look(thread.pid));
    },
    [
      'TRACEME: ok',
      'SIGTSTP: ok',
      '  tracee: stopped',
      '  thread: stopped',
      'SEIZE: ok',
      'CONT: ok',
      '  thread: runs',
      'SIGUSR1: ok',
      '  thread: stopped',
      'SETSIGMASK: ok',
      'SIGCONT: ok',
      'CONT of the leader: ok',
      '  tracee: stopped',
      'CONT with SIGUSR1: ok',
      '  thread: stopped',
      'wait: thread EVENT_STOP SIGTRAP',
    ],
  ),
  scenario(
    'R30 a signal that is ignored, sent while a tracer had the leader: a thread takes it after that has let the leader go',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* tracer.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', true);
      s.log('SEIZE', yield* tracer.seize(tracee.pid));
      s.log('ATTACH of the thread', yield* tracer.ptrace('ATTACH', thread.pid));
      s.log('  thread', yield* thread.condition());
      s.log('SIGUSR1', yield* tracer.do({ call: 'kill', args: [tracee.pid, 10] }));
      s.log('  tracee', yield* tracee.condition());
      s.log('SIGCHLD', yield* s.root.do({ call: 'kill', args: [tracee.pid, 17] }));
      s.log('CONT with SIGSTOP', yield* tracer.do({ call: 'ptrace', args: ['CONT', thread.pid, 0, 19] }));
      s.log('  thread', yield* thread.condition());
      s.log('DETACH', yield* tracer.ptrace('DETACH', tracee.pid));
      s.log('wait', yield* tracer.look(thread.pid));
      s.log('CONT', yield* tracer.cont(thread.pid));
      s.log('  thread', yield* thread.condition());
      s.log('wait', yield* tracer.look(thread.pid));
    },
    [
      'SEIZE: ok',
      'ATTACH of the thread: ok',
      '  thread: stopped',
      'SIGUSR1: ok',
      '  tracee: stopped',
      'SIGCHLD: ok',
      'CONT with SIGSTOP: ok',
      '  thread: stopped',
      'DETACH: ok',
      'wait: thread stop SIGSTOP',
      'CONT: ok',
      '  thread: stopped',
      'wait: thread stop SIGCHLD',
    ],
  ),
  scenario(
    'R27 a signal that a mask blocks goes back, and the trap of a SIGCONT that a stop signal has taken away is next',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* tracer.make('tracee', 'fork', true);
      s.log('SEIZE', yield* tracer.seize(tracee.pid));
      s.log('SIGTSTP', yield* s.root.do({ call: 'kill', args: [tracee.pid, 20] }));
      s.log('  tracee', yield* tracee.condition());
      s.log('SIGUSR1', yield* s.root.do({ call: 'kill', args: [tracee.pid, 10] }));
      s.log('SETSIGMASK', yield* tracer.do({ call: 'ptrace', args: ['SETSIGMASK', tracee.pid, 8, ['SIGTSTP']] }));
      s.log('SIGCONT', yield* s.root.do({ call: 'kill', args: [tracee.pid, 18] }));
      s.log('SIGSTOP', yield* s.root.do({ call: 'kill', args: [tracee.pid, 19] }));
      s.log('CONT with SIGTSTP', yield* tracer.do({ call: 'ptrace', args: ['CONT', tracee.pid, 0, 20] }));
      s.log('  tracee', yield* tracee.condition());
      s.log('wait', yield* tracer.look(tracee.pid));
      s.log('CONT', yield* tracer.cont(tracee.pid));
      s.log('  tracee', yield* tracee.condition());
      s.log('wait', yield* tracer.look(tracee.pid));
    },
    [
      'SEIZE: ok',
      'SIGTSTP: ok',
      '  tracee: stopped',
      'SIGUSR1: ok',
      'SETSIGMASK: ok',
      'SIGCONT: ok',
      'SIGSTOP: ok',
      'CONT with SIGTSTP: ok',
      '  tracee: stopped',
      'wait: tracee EVENT_STOP SIGTRAP',
      'CONT: ok',
      '  tracee: stopped',
      'wait: tracee stop SIGUSR1',
    ],
  ),
  scenario(
    'R30 a signal that was dropped before a tracer came is not there for the next one',
    function* (s) {
      const tracee = yield* s.root.make('tracee', 'fork', true);
      s.log('SIGSTOP', yield* s.root.do({ call: 'kill', args: [tracee.pid, 19] }));
      s.log('  tracee', yield* tracee.condition());
      s.log('SIGCHLD', yield* s.root.do({ call: 'tgkill', args: [tracee.pid, tracee.pid, 17] }));
      s.log('SEIZE', yield* s.root.seize(tracee.pid));
      s.log('wait', yield* s.root.look(tracee.pid));
      s.log('DETACH', yield* s.root.ptrace('DETACH', tracee.pid));
      s.log('ATTACH', yield* s.root.ptrace('ATTACH', tracee.pid));
      for (const what of ['stop', 'SIGSTOP of the ATTACH', 'nothing']) {
        s.log(what, yield* s.root.look(tracee.pid));
        s.log('CONT', yield* s.root.cont(tracee.pid));
      }
    },
    [
      'SIGSTOP: ok',
      '  tracee: stopped',
      'SIGCHLD: ok',
      'SEIZE: ok',
      'wait: tracee EVENT_STOP SIGSTOP',
      'DETACH: ok',
      'ATTACH: ok',
      'stop: tracee stop SIGSTOP',
      'CONT: ok',
      'SIGSTOP of the ATTACH: tracee stop SIGSTOP',
      'CONT: ok',
      'nothing: none',
      'CONT: ESRCH',
    ],
    { notPassive: 'to a second tracer the signal is not one that is dropped: it waits for the others, too' },
  ),
  scenario(
    'R29 a second signal of the number that a held leader has yet to take is lost, and no trap tells of it',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* tracer.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.seize(tracee.pid);
      const child = yield* thread.startMake('child', 'fork');
      s.log('a child', yield* thread.result());
      yield* s.root.kill(tracee.pid, 'SIGWINCH');
      s.log('  tracee', yield* tracee.condition());
      s.log('SINGLESTEP', yield* tracer.ptrace('SINGLESTEP', tracee.pid));
      s.log('SIGTERM', yield* tracer.do({ call: 'kill', args: [tracee.pid, 15] }));
      s.log('  tracee', yield* tracee.condition());
      yield* s.root.kill(child.pid, 'SIGKILL');
      s.log('  child', yield* child.condition());
      s.log('SIGTERM', yield* tracer.do({ call: 'kill', args: [tracee.pid, 15] }));
      s.log('  thread', yield* thread.condition());
      s.log('wait', yield* tracer.wait4(tracee.pid));
      for (let k = 0; k < 2; k++) {
        yield* tracer.cont(tracee.pid);
        s.log('  tracee', yield* tracee.condition());
        s.log('wait', yield* tracer.look(tracee.pid));
      }
    },
    [
      'a child: child',
      '  tracee: stopped',
      'SINGLESTEP: ok',
      'SIGTERM: ok',
      '  tracee: stopped',
      '  child: dead',
      'SIGTERM: ok',
      '  thread: runs',
      'wait: tracee stop SIGTRAP',
      '  tracee: stopped',
      'wait: tracee stop SIGTERM',
      '  tracee: runs',
      'wait: none',
    ],
    { notPassive: 'the thread is traced, too, and then that SIGCHLD is for it' },
  ),
  scenario(
    'R30 a signal that nobody handles, sent as a held leader had no tracer: its thread, which has one, takes it',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* tracer.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.seize(thread.pid);
      const child = yield* thread.startMake('child', 'fork');
      s.log('a child', yield* thread.result());
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      s.log('  tracee', yield* tracee.condition());
      s.log('  thread', yield* thread.condition());
      yield* s.root.kill(child.pid, 'SIGUSR1');
      s.log('  child', yield* child.condition());
      s.log('ATTACH', yield* tracer.ptrace('ATTACH', tracee.pid));
      yield* tracer.cont(thread.pid);
      s.log('  thread', yield* thread.condition());
      s.log('wait', yield* tracer.look(thread.pid));
      yield* tracer.cont(thread.pid);
      s.log('  thread', yield* thread.condition());
      s.log('wait', yield* tracer.look(thread.pid));
      yield* tracer.cont(tracee.pid);
      s.log('  tracee', yield* tracee.condition());
      s.log('wait', yield* tracer.look(tracee.pid));
    },
    [
      'a child: child',
      '  tracee: stopped',
      '  thread: stopped',
      '  child: dead',
      'ATTACH: ok',
      '  thread: stopped',
      'wait: thread stop SIGCHLD',
      '  thread: runs',
      'wait: none',
      '  tracee: stopped',
      'wait: tracee stop SIGSTOP',
    ],
  ),
  scenario(
    'R12 the SIGCHLD of a tracee whose tracer is a held thread: another thread takes it, or the first of them that goes on',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* tracer.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.seize(tracee.pid);
      const child = yield* thread.startMake('child', 'fork');
      s.log('a child', yield* thread.result());
      const second = yield* thread.startMake('second', 'fork');
      s.log('a child', yield* thread.result());
      yield* tracer.ptrace('ATTACH', thread.pid);
      s.log('  thread', yield* thread.condition());
      yield* child.ptrace('TRACEME', 0);
      yield* tracer.do({ call: 'tgkill', args: [child.pid, child.pid, 19] });
      s.log('  child', yield* child.condition());
      s.log('  tracee', yield* tracee.condition());
      s.log('wait', yield* tracer.wait4(tracee.pid));
      yield* second.ptrace('TRACEME', 0);
      yield* s.root.kill(second.pid, 'SIGSTOP');
      s.log('  second', yield* second.condition());
      yield* tracer.cont(tracee.pid);
      s.log('  tracee', yield* tracee.condition());
      s.log('wait', yield* tracer.look(tracee.pid));
      s.log('wait', yield* tracer.wait4(thread.pid));
      yield* tracer.cont(thread.pid);
      s.log('  thread', yield* thread.condition());
      s.log('wait', yield* tracer.look(thread.pid));
    },
    [
      'a child: child',
      'a child: second',
      '  thread: stopped',
      '  child: stopped',
      '  tracee: stopped',
      'wait: tracee stop SIGCHLD',
      '  second: stopped',
      '  tracee: stopped',
      'wait: tracee stop SIGCHLD',
      'wait: thread stop SIGSTOP',
      '  thread: runs',
      'wait: none',
    ],
  ),
  scenario(
    'R37 a SIGCONT to a process that blocks it and runs out of its group stop is told of as that looks for signals next',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      yield* tracer.do({ call: 'sigaction', args: [17, 'handler', []] });
      const other = yield* s.root.make('other', 'fork', false);
      yield* other.do({ call: 'sigaction', args: [17, 'handler', []] });
      const child = yield* other.make('child', 'fork', true);
      const tracee = yield* tracer.make('tracee', 'fork', true);
      for (const task of [child, tracee]) {
        yield* tracer.ptrace('ATTACH', task.pid);
        s.log('wait', yield* tracer.wait4(task.pid));
        yield* tracer.do({ call: 'ptrace', args: ['SETSIGMASK', task.pid, 8, ['SIGCONT']] });
        yield* tracer.do({ call: 'ptrace', args: ['CONT', task.pid, 0, 19] });
        s.log('wait', yield* tracer.wait4(task.pid));
        yield* tracer.cont(task.pid);
        s.log(`  ${task.name}`, yield* task.condition());
        s.log('  tracer handled', yield* tracer.handled());
        s.log('  other handled', yield* other.handled());
        yield* s.root.kill(task.pid, 'SIGCONT');
        s.log(`  ${task.name}`, yield* task.condition());
        s.log('  tracer handled', yield* tracer.handled());
        s.log('  other handled', yield* other.handled());
        yield* s.root.do({ call: 'tgkill', args: [task.pid, task.pid, 19] });
        s.log('wait', yield* tracer.wait4(task.pid));
        s.log('  tracer handled', yield* tracer.handled());
        s.log('  other handled', yield* other.handled());
      }
    },
    [
      'wait: child stop SIGSTOP',
      'wait: child stop SIGSTOP',
      '  child: runs',
      '  tracer handled: SIGCHLD CLD_TRAPPED pid=child, SIGCHLD CLD_STOPPED pid=child',
      '  other handled: SIGCHLD CLD_STOPPED pid=child',
      '  child: runs',
      '  tracer handled: SIGCHLD CLD_TRAPPED pid=child, SIGCHLD CLD_STOPPED pid=child',
      '  other handled: SIGCHLD CLD_STOPPED pid=child',
      'wait: child stop SIGSTOP',
      '  tracer handled: SIGCHLD CLD_TRAPPED pid=child, SIGCHLD CLD_STOPPED pid=child, SIGCHLD CLD_CONTINUED pid=child',
      '  other handled: SIGCHLD CLD_STOPPED pid=child, SIGCHLD CLD_CONTINUED pid=child',
      'wait: tracee stop SIGSTOP',
      'wait: tracee stop SIGSTOP',
      '  tracee: runs',
      '  tracer handled: SIGCHLD CLD_TRAPPED pid=child, SIGCHLD CLD_STOPPED pid=child, SIGCHLD CLD_CONTINUED pid=child, SIGCHLD CLD_TRAPPED pid=tracee, SIGCHLD CLD_STOPPED pid=tracee',
      '  other handled: SIGCHLD CLD_STOPPED pid=child, SIGCHLD CLD_CONTINUED pid=child',
      '  tracee: runs',
      '  tracer handled: SIGCHLD CLD_TRAPPED pid=child, SIGCHLD CLD_STOPPED pid=child, SIGCHLD CLD_CONTINUED pid=child, SIGCHLD CLD_TRAPPED pid=tracee, SIGCHLD CLD_STOPPED pid=tracee',
      '  other handled: SIGCHLD CLD_STOPPED pid=child, SIGCHLD CLD_CONTINUED pid=child',
      'wait: tracee stop SIGSTOP',
      '  tracer handled: SIGCHLD CLD_TRAPPED pid=child, SIGCHLD CLD_STOPPED pid=child, SIGCHLD CLD_CONTINUED pid=child, SIGCHLD CLD_TRAPPED pid=tracee, SIGCHLD CLD_STOPPED pid=tracee, SIGCHLD CLD_CONTINUED pid=tracee',
      '  other handled: SIGCHLD CLD_STOPPED pid=child, SIGCHLD CLD_CONTINUED pid=child',
    ],
    { notPassive: 'a second tracer that has SEIZEd it makes it look for signals' },
  ),
  scenario(
    'R12 the SIGCHLD of a tracee whose tracer is held in a signal’s stop is what that takes next',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* s.root.make('tracee', 'fork', true);
      const child = yield* tracee.make('child', 'fork', true);
      yield* tracer.seize(tracee.pid);
      yield* s.root.do({ call: 'tgkill', args: [tracee.pid, tracee.pid, 18] });
      s.log('wait', yield* tracer.wait4(tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('wait', yield* tracer.wait4(tracee.pid));
      yield* child.ptrace('TRACEME', 0);
      yield* s.root.kill(child.pid, 'SIGUSR1');
      s.log('  child', yield* child.condition());
      s.log('SYSCALL', yield* tracer.do({ call: 'ptrace', args: ['SYSCALL', tracee.pid, 0, 18] }));
      s.log('  tracee', yield* tracee.condition());
      s.log('wait', yield* tracer.look(tracee.pid));
      s.log('CONT', yield* tracer.cont(tracee.pid));
      s.log('  tracee', yield* tracee.condition());
      s.log('wait', yield* tracer.look(tracee.pid));
    },
    [
      'wait: tracee EVENT_STOP SIGTRAP',
      'wait: tracee stop SIGCONT',
      '  child: stopped',
      'SYSCALL: ok',
      '  tracee: stopped',
      'wait: tracee stop SIGCHLD',
      'CONT: ok',
      '  tracee: runs',
      'wait: none',
    ],
  ),
  ...['SIGSTOP', 'entry', 'group stop'].map((where) =>
    scenario(
      `a thread that is let go on takes the SIGCONT that its leader, which traps for it, has sent to itself (${where})`,
      function* (s) {
        const tracer = yield* s.root.make('tracer', 'fork', false);
        const tracee = yield* tracer.make('tracee', 'fork', true);
        const thread = yield* tracee.make('thread', 'thread', true);
        if (where === 'group stop') {
          yield* s.root.kill(tracee.pid, 'SIGTTIN');
          s.log('stopped', yield* tracee.condition(), yield* thread.condition());
        }
        yield* tracer.ptrace('ATTACH', thread.pid);
        s.log('thread', yield* tracer.wait4(thread.pid));
        yield* tracer.seize(tracee.pid);
        if (where === 'entry') {
          yield* tracer.ptrace('SYSCALL', thread.pid);
          s.log('entry', yield* tracer.wait4(thread.pid));
        } else if (where === 'group stop') {
          yield* tracer.wait4(tracee.pid);
          yield* tracer.cont(tracee.pid);
        }
        yield* tracee.start({ call: 'kill', args: [tracee.pid, 18] });
        s.log('leader', yield* tracee.condition());
        yield* tracer.ptrace('SYSCALL', thread.pid);
        s.log('thread', yield* thread.condition(), yield* tracer.look(thread.pid));
        s.log('leader', yield* tracer.look(tracee.pid));
        yield* tracer.ptrace('SYSCALL', thread.pid);
        s.log('thread', yield* thread.condition(), yield* tracer.look(thread.pid));
        yield* tracer.cont(tracee.pid);
        s.log('leader', yield* tracee.condition(), yield* tracer.look(tracee.pid));
      },
      [
        ...(where === 'group stop'
          ? ['stopped: stopped | stopped', 'thread: thread stop SIGTTIN']
          : ['thread: thread stop SIGSTOP']),
        ...(where === 'entry' ? ['entry: thread stop SIGTRAP'] : []),
        'leader: stopped',
        where === 'entry' ? 'thread: stopped | thread stop SIGTRAP' : 'thread: stopped | thread stop SIGCONT',
        'leader: tracee EVENT_STOP SIGTRAP',
        where === 'entry' ? 'thread: stopped | thread stop SIGCONT' : 'thread: stopped | thread stop SIGTRAP',
        'leader: runs | none',
      ],
    ),
  ),
];
