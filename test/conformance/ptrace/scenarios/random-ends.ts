/** What random programs (test/fuzz) have found about exec, exit, SIGKILL and the dead. Each was another log once, in a session or on the simulated kernel. */

import * as calls from '../calls.ts';
import { scenario } from '../play.ts';
import type { Actor } from '../stage.ts';

export const randomEnds = [
  scenario(
    'R12 the death of a leader is told again when its last thread is gone: with what its process ended with',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.do(calls.sigaction('SIGCHLD', 'handler', ['SA_NOCLDSTOP']));
      for (const { pid } of [tracee, thread]) yield* tracer.seize(pid);
      yield* tracee.start(calls.exit(3));
      s.log('leader', yield* tracer.handled());
      yield* s.root.tgkill(thread, 'SIGTERM');
      yield* tracer.cont(thread.pid, 'SIGTERM');
      s.log('thread', (yield* tracer.handled()).slice(1));
      s.log('reaped', yield* tracer.look(thread.pid), (yield* tracer.handled()).slice(2));
      s.log('end', yield* tracer.look(tracee.pid));
    },
    [
      'leader: SIGCHLD CLD_EXITED pid=tracee',
      'thread: SIGCHLD CLD_KILLED pid=thread',
      'reaped: thread killed SIGTERM | SIGCHLD CLD_KILLED pid=tracee',
      'end: tracee killed SIGTERM',
    ],
  ),
  scenario(
    'R51 the tracer of a group-stopped task with TRACEEXIT dies after it, not having waited',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACEEXIT');
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      yield* s.root.kill(tracee.pid, 'SIGKILL');
      s.log('killed', yield* tracee.condition());
      yield* s.root.kill(tracer.pid, 'SIGKILL');
      s.log('tracer', yield* s.root.look(tracer.pid));
      s.log('tracee', yield* s.root.look(tracee.pid));
    },
    ['killed: stopped', 'tracer: tracer killed SIGKILL', 'tracee: tracee killed SIGKILL'],
  ),
  scenario(
    'R47 the leader makes room for a thread that execs: its tracer gets a SIGCHLD, and nothing to wait for',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.do(calls.sigaction('SIGCHLD', 'handler'));
      yield* tracer.seize(tracee.pid);
      yield* thread.start(calls.exec());
      s.log('exec', yield* tracer.handled(), yield* tracer.look(-1));
    },
    ['exec: SIGCHLD CLD_EXITED pid=tracee | ECHILD'],
  ),
  scenario(
    'R47 the same, with EVENT_EXIT and EVENT_EXEC',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.do(calls.sigaction('SIGCHLD', 'handler'));
      yield* tracer.seize(tracee.pid, 'TRACEEXIT', 'TRACEEXEC');
      yield* tracer.seize(thread.pid, 'TRACEEXIT', 'TRACEEXEC');
      yield* thread.start(calls.exec());
      s.log('stop', yield* tracer.look(-1), yield* tracer.handled());
      yield* tracer.cont(tracee.pid);
      s.log('after', yield* tracer.handled(), yield* tracer.look(-1));
    },
    {
      // The two may have become one by the time that they are taken.
      anyOf: [
        [
          'stop: tracee EVENT_EXIT | SIGCHLD CLD_TRAPPED pid=tracee',
          'after: SIGCHLD CLD_TRAPPED pid=tracee, SIGCHLD CLD_EXITED pid=tracee, SIGCHLD CLD_TRAPPED pid=tracee | tracee EVENT_EXEC',
        ],
        [
          'stop: tracee EVENT_EXIT | SIGCHLD CLD_TRAPPED pid=tracee',
          'after: SIGCHLD CLD_TRAPPED pid=tracee, SIGCHLD CLD_EXITED pid=tracee | tracee EVENT_EXEC',
        ],
      ],
    },
  ),
  scenario(
    'R52 a leader that exits before its threads',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.do(calls.sigaction('SIGCHLD', 'handler'));
      yield* tracer.seize(tracee.pid);
      yield* tracee.start(calls.exit(3));
      s.log('exit', yield* tracee.condition(), yield* tracer.handled(), yield* tracer.look(-1));
      yield* thread.start(calls.exit(4));
      s.log('exit', yield* thread.condition(), yield* tracer.handled(), yield* tracer.look(-1));
    },
    [
      'exit: dead | SIGCHLD CLD_EXITED pid=tracee | none',
      'exit: dead | SIGCHLD CLD_EXITED pid=tracee, SIGCHLD CLD_EXITED pid=tracee | tracee exit 4',
    ],
  ),
  scenario(
    'R12 a wait for stops alone, of a tracee that dies: there is nobody to wait for, before the SIGCHLD could interrupt it',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.do(calls.sigaction('SIGCHLD', 'handler'));
      yield* tracer.seize(tracee.pid);
      yield* tracer.start({ call: 'waitid', args: ['P_PID', tracee.pid, ['WSTOPPED', '__WALL']] });
      s.log('sleeps', yield* tracer.pending());
      yield* s.root.kill(tracee.pid, 'SIGKILL');
      s.log('wait', yield* tracer.result(), yield* tracer.handled());
    },
    ['sleeps: true', 'wait: ECHILD | SIGCHLD CLD_KILLED pid=tracee'],
  ),
  scenario(
    'R50 SIGKILL is not queued: PEEKSIGINFO of who stops on its way out does not show it',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACEEXIT');
      yield* s.root.kill(tracee.pid, 'SIGKILL');
      s.log('stop', yield* tracer.look(tracee.pid));
      s.log('its own', yield* tracer.ptrace('PEEKSIGINFO', tracee.pid, 0, 0));
      s.log('its process’s', yield* tracer.ptrace('PEEKSIGINFO', tracee.pid, 1, 0));
    },
    ['stop: tracee EVENT_EXIT', 'its own: []', 'its process’s: []'],
  ),
  scenario(
    'R12 a child that its parent made before an exec ends with SIGCHLD, whatever the clone said',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const child = yield* tracee.make('child', { flags: [] }, true);
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(child.pid, 'SIGKILL');
      s.log('before', yield* tracee.condition());
      const other = yield* tracee.make('other', { flags: [] }, true);
      s.log('exec', yield* tracee.do({ call: 'exec', args: [] }));
      yield* s.root.kill(other.pid, 'SIGKILL');
      s.log('after', yield* tracer.look(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
    },
    ['before: runs', 'exec: ok', 'after: tracee stop SIGCHLD | SIGCHLD CLD_KILLED pid=other status=0x9'],
  ),
  scenario(
    'R12 a thread that died by itself, and then its process by a signal: who waits for the thread is told of that',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* tracer.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', true);
      const other = yield* tracee.make('other', 'thread', true);
      yield* tracer.seize(thread.pid);
      yield* tracer.seize(other.pid);
      yield* other.start({ call: 'exit', args: [3] });
      s.log('one', yield* tracer.look(other.pid));
      yield* thread.start({ call: 'exit', args: [4] });
      yield* s.root.kill(tracee.pid, 'SIGKILL');
      s.log('the other', yield* tracer.look(thread.pid));
      s.log('the process', yield* tracer.look(tracee.pid));
    },
    ['one: other exit 3', 'the other: thread killed SIGKILL', 'the process: tracee killed SIGKILL'],
  ),
  scenario(
    'R12 R9 a leader dies before a thread that another traces: to its parent it is there until that is waited for',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* s.root.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.seize(thread.pid);
      yield* s.root.kill(tracee.pid, 'SIGKILL');
      const wait = { call: 'waitid', args: ['P_PID', tracee.pid, ['WSTOPPED', 'WNOHANG']] };
      s.log('before', yield* s.root.do(wait));
      s.log('thread', yield* tracer.look(thread.pid));
      s.log('after', yield* s.root.do(wait));
    },
    ['before: none', 'thread: thread killed SIGKILL', 'after: ECHILD'],
  ),
  scenario(
    'R47 an exec changes the number of a thread: until its tracer has waited for that its requests find nobody',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.seize(thread.pid, 'TRACEEXEC');
      yield* thread.start({ call: 'exec', args: [] });
      s.log('not waited', yield* tracer.ptrace('GETEVENTMSG', tracee.pid), yield* tracer.cont(tracee.pid));
      s.log('exec', yield* tracer.look(tracee.pid));
      s.log('waited', yield* tracer.cont(tracee.pid));
    },
    ['not waited: ESRCH | ESRCH', 'exec: tracee EVENT_EXEC', 'waited: ok'],
  ),
  scenario(
    'R12 a dead tracee whose tracer becomes its parent has one death',
    function* (s) {
      const tracee = yield* s.root.make('tracee', 'fork', true);
      const child = yield* tracee.make('child', 'fork', true);
      yield* s.root.ptrace('SEIZE', child.pid);
      yield* s.root.kill(child.pid, 'SIGKILL');
      yield* s.root.kill(tracee.pid, 'SIGKILL');
      s.log('parent', yield* s.root.look(tracee.pid));
      s.log('child', yield* s.root.look(child.pid));
      s.log('again', yield* s.root.look(child.pid));
    },
    ['parent: tracee killed SIGKILL', 'child: child killed SIGKILL', 'again: ECHILD'],
  ),
  scenario(
    'R12 SIGCHLD tells what a thread itself ended with, a wait what its process did',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.do(calls.sigaction('SIGCHLD', 'handler', ['SA_NOCLDSTOP']));
      yield* tracer.seize(thread.pid, 'TRACEEXIT');
      yield* thread.start(calls.exit(3));
      s.log('exit', yield* tracer.look(thread.pid));
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      s.log('end', yield* tracer.do({ call: 'wait4', args: [thread.pid, ['__WALL']] }), yield* tracer.handled());
    },
    ['exit: thread EVENT_EXIT', 'end: thread killed SIGUSR1 | SIGCHLD CLD_EXITED pid=thread'],
  ),
  scenario(
    'R12 who sleeps for stops only is woken by the death of a leader that has threads',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const tracee = yield* tracer.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.seize(tracee.pid);
      yield* s.root.ptrace('SEIZE', thread.pid);
      yield* tracer.start({ call: 'waitid', args: ['P_ALL', 0, ['WSTOPPED', '__WALL']] });
      yield* tracee.start(calls.exit(3));
      s.log('leader', yield* tracer.result(), yield* thread.condition());
    },
    ['leader: ECHILD | runs'],
  ),
  scenario(
    'R46 SIGKILL while an exec waits for threads to go: it has failed by the exit event',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      for (const { pid } of [tracee, thread]) yield* tracer.seize(pid, 'TRACEEXIT');
      yield* tracee.start(calls.exec());
      s.log('thread', yield* tracer.look(thread.pid), yield* tracee.condition());
      yield* s.root.kill(tracee.pid, 'SIGKILL');
      const { rax } = yield* tracer.getRegisters(tracee.pid);
      s.log('exec', yield* tracer.look(tracee.pid), `rax ${BigInt.asIntN(64, rax!)}`);
    },
    ['thread: thread EVENT_EXIT | runs', 'exec: tracee EVENT_EXIT | rax -11'],
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
  ...['DETACH', 'SIGKILL'].map((how) =>
    scenario(
      `R48 the SIGTRAP of an exec waits at the exit stop of that call: it outlives its tracer’s ${how === 'DETACH' ? how : 'death'}, and is deadly`,
      function* (s) {
        const { tracer, tracee } = yield* s.pair();
        yield* tracer.ptrace('ATTACH', tracee.pid);
        s.log('attached', yield* tracer.look(tracee.pid));
        yield* tracer.setOptions(tracee.pid, 'TRACESYSGOOD');
        yield* tracer.syscall(tracee.pid);
        yield* tracer.wait4(tracee.pid);
        yield* tracer.syscall(tracee.pid);
        yield* tracee.start({ call: 'exec', args: [] });
        for (const stop of ['exit', 'entry']) {
          s.log(stop, yield* tracer.wait4(tracee.pid));
          yield* tracer.syscall(tracee.pid);
        }
        s.log('exec', yield* tracer.wait4(tracee.pid));
        if (how === 'DETACH') yield* tracer.ptrace('DETACH', tracee.pid);
        else yield* s.root.kill(tracer.pid, 'SIGKILL');
        s.log('end', yield* tracee.condition());
      },
      [
        'attached: tracee stop SIGSTOP',
        'exit: tracee stop SYSCALL',
        'entry: tracee stop SYSCALL',
        'exec: tracee stop SYSCALL',
        'end: dead',
      ],
    ),
  ),
  scenario(
    'R12 R51 the zombie that a tracer has not waited for: as that dies, the real parent is told of it first, and then of the tracer',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* s.root.make('tracee', 'fork', true);
      yield* s.root.do(calls.sigaction('SIGCHLD', 'handler'));
      yield* tracer.seize(tracee.pid);
      yield* tracee.start(calls.exitGroup(7));
      s.log('the tracee is dead', yield* s.root.handled());
      yield* s.root.kill(tracer.pid, 'SIGKILL');
      const [first] = yield* s.root.handled(); // how many there are is a matter of time
      s.log('its tracer, too', [first!]);
    },
    ['the tracee is dead: none', 'its tracer, too: SIGCHLD CLD_EXITED pid=tracee'],
  ),
  scenario(
    'R49 an exit stop that another thread’s new group stop is under way at: it is the last, for which SIGKILL is the reason',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* s.root.kill(tracee.pid, 'SIGTTIN');
      yield* tracer.seize(thread.pid);
      yield* s.root.kill(tracee.pid, 'SIGTERM');
      s.log('trap', yield* tracer.look(thread.pid));
      yield* tracer.cont(thread.pid, 'SIGSTOP', 'SINGLESTEP');
      s.log('signal', yield* tracer.look(thread.pid));
      yield* tracer.seize(tracee.pid, 'TRACEEXIT');
      s.log('leader', yield* tracer.look(tracee.pid));
      yield* tracer.cont(thread.pid, 'SIGSTOP', 'SYSCALL');
      s.log('thread', yield* tracer.look(thread.pid));
      yield* s.root.kill(tracee.pid, 'SIGKILL');
      s.log('leader', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGCONT', 'SYSCALL');
      s.log('dead', yield* tracer.look(tracee.pid));
    },
    [
      'trap: thread EVENT_STOP SIGTTIN',
      'signal: thread stop SIGTERM',
      'leader: tracee EVENT_STOP SIGTTIN',
      'thread: thread EVENT_STOP SIGSTOP',
      'leader: tracee EVENT_EXIT',
      'dead: none',
    ],
  ),
  scenario(
    'R21 a newborn that was stepped once: what it does first has yet to come',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACEFORK');
      const child = yield* tracee.startMake('child', 'fork');
      s.log('born', yield* tracer.look(child.pid));
      yield* tracer.cont(child.pid, 0, 'SINGLESTEP');
      s.log('step', yield* tracer.look(child.pid));
      yield* child.start({ call: 'getppid', args: [] });
      yield* tracer.cont(child.pid, 0, 'SYSCALL');
      s.log('call', yield* tracer.look(child.pid));
      s.log('getppid', String((yield* tracer.getRegisters(child.pid)).orig_rax));
    },
    ['born: child EVENT_STOP SIGTRAP', 'step: child stop SIGTRAP', 'call: child stop SIGTRAP', 'getppid: 110'],
  ),
  scenario(
    'R30 a deadly signal to a stopped process whose leader nobody traces: who steps one of its threads is shown no trap any more',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* thread.start(calls.nanosleep(60_000));
      yield* tracer.seize(thread.pid);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      s.log('stop', yield* tracer.look(thread.pid));
      yield* tracer.cont(thread.pid, 0, 'SINGLESTEP');
      s.log('runs', yield* thread.condition());
      yield* s.root.kill(tracee.pid, 'SIGRT_1');
      s.log('dead', yield* thread.condition(), yield* tracee.condition(), yield* tracer.look(thread.pid));
    },
    ['stop: thread EVENT_STOP SIGSTOP', 'runs: runs', 'dead: dead | dead | thread killed SIGRT_1'],
    { notPassive: 'another tracer has the leader then, and is shown it first' },
  ),
  scenario(
    'R45 two steps into a handler: it has done nothing yet',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.do(calls.sigaction('SIGUSR1', 'handler'));
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      s.log('signal', yield* tracer.look(tracee.pid));
      for (let k = 0; k < 3; k++) {
        yield* tracer.cont(tracee.pid, k === 0 ? 'SIGUSR1' : 0, 'SINGLESTEP');
        s.log('step', yield* tracer.look(tracee.pid), yield* tracee.handled());
      }
      yield* tracer.cont(tracee.pid);
      s.log('then', yield* tracee.handled());
    },
    [
      'signal: tracee stop SIGUSR1',
      'step: tracee stop SIGTRAP | none',
      'step: tracee stop SIGTRAP | none',
      'step: tracee stop SIGTRAP | none',
      'then: SIGUSR1 SI_USER pid=root',
    ],
  ),
  scenario(
    'R49 a thread that ends its process is at its exit before the others are: what is told first',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* s.root.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.do(calls.sigaction('SIGCHLD', 'handler'));
      yield* tracer.seize(thread.pid, 'TRACEEXIT');
      yield* tracer.seize(tracee.pid);
      yield* thread.start(calls.exitGroup(7));
      s.log('told first', (yield* tracer.handled()).slice(0, 1));
      s.log('exit', yield* tracer.look(thread.pid));
    },
    ['told first: SIGCHLD CLD_TRAPPED pid=thread', 'exit: thread EVENT_EXIT'],
  ),
  scenario(
    'R49 a SIGCONT and then a SIGKILL in a group stop that is held: that it was continued is not told',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.do(calls.sigaction('SIGCHLD', 'handler'));
      yield* tracer.seize(tracee.pid, 'TRACEEXIT');
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      yield* s.root.kill(tracee.pid, 'SIGKILL');
      s.log('exit', yield* tracer.look(tracee.pid), (yield* tracer.handled()).slice(2));
    },
    ['exit: tracee EVENT_EXIT | SIGCHLD CLD_TRAPPED pid=tracee'],
  ),
  scenario(
    'R36 a stopped process for which a deadly signal waits, and SIGCONT: none of its threads comes to the program any more',
    function* (s) {
      const tracee = yield* s.root.make('tracee', 'fork', false);
      const threads: Actor[] = [];
      for (const name of ['one', 'two', 'three']) threads.push(yield* tracee.make(name, 'thread', false));
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      for (const thread of threads) yield* thread.start(calls.getppid());
      yield* s.root.kill(tracee.pid, 'SIGTERM');
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      for (const thread of threads) s.log('its call is not made', yield* thread.pending());
      s.log('the process', yield* tracee.condition());
    },
    ['its call is not made: true', 'its call is not made: true', 'its call is not made: true', 'the process: dead'],
  ),
  scenario(
    'R14 a dead child of a tracee that has died is its ancestor’s, and is found before that tracee',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const tracee = yield* tracer.make('tracee', 'fork');
      yield* s.root.ptrace('SEIZE', tracee.pid);
      const child = yield* tracee.make('child', 'fork');
      s.log('nothing yet', yield* s.root.look(-1));
      yield* s.root.kill(child.pid, 'SIGTERM');
      s.log('child', yield* child.condition());
      yield* s.root.kill(tracee.pid, 'SIGKILL');
      s.log('tracee', yield* tracee.condition());
      for (let i = 0; i < 3; i++) s.log('wait', yield* s.root.look(-1));
    },
    [
      'nothing yet: none',
      'child: dead',
      'tracee: dead',
      'wait: child killed SIGTERM',
      'wait: tracee killed SIGKILL',
      'wait: none',
    ],
  ),
  scenario(
    'R30 a deadly signal that came when nobody ran who would have taken it: the trap of a step comes before it',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.seize(thread.pid, 'TRACESYSGOOD');
      yield* s.root.tgkill(tracee, 'SIGSTOP');
      s.log('stop', yield* tracer.look(thread.pid));
      yield* tracer.syscall(thread.pid);
      s.log('entry', yield* tracer.look(thread.pid));
      yield* s.root.kill(tracee.pid, 'SIGINT');
      yield* tracer.cont(thread.pid, 0, 'SINGLESTEP');
      s.log('step', yield* tracer.look(thread.pid), yield* tracer.ptrace('GETSIGINFO', thread.pid));
      const r = yield* tracer.getRegisters(thread.pid);
      s.log('at', String(r.rax), String(r.orig_rax));
      yield* tracer.cont(thread.pid);
      s.log('next', yield* tracer.look(thread.pid), yield* tracer.ptrace('GETSIGINFO', thread.pid));
    },
    [
      'stop: thread EVENT_STOP SIGSTOP',
      'entry: thread stop SYSCALL',
      'step: thread stop SIGTRAP | SIGTRAP TRAP_BRKPT',
      'at: 18446744073709551104 | 0',
      'next: thread stop SIGINT | SIGINT SI_USER pid=root',
    ],
  ),
  scenario(
    'R41 of two signals that end a process, the one that came as its leader was not traced any more ends it, and not the lower one of before',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.seize(thread.pid);
      yield* tracer.ptrace('ATTACH', tracee.pid);
      yield* tracer.look(tracee.pid);
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      yield* tracer.look(thread.pid);
      yield* tracer.cont(thread.pid);
      yield* tracer.cont(tracee.pid, 0, 'SINGLESTEP');
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      s.log('step', yield* tracer.look(tracee.pid));
      yield* tracer.ptrace('DETACH', tracee.pid, 0, calls.sig('SIGCONT'));
      s.log('in its group’s stop', yield* tracee.condition(), yield* thread.condition());
      yield* s.root.kill(tracee.pid, 'SIGUSR2');
      s.log('ends', yield* tracer.look(thread.pid));
    },
    ['step: tracee stop SIGTRAP', 'in its group’s stop: stopped | runs', 'ends: thread killed SIGUSR2'],
    { notPassive: 'another tracer has the leader then, and so its thread is asked' },
  ),
  scenario(
    'R41 a deadly signal that waits already, and is given with a DETACH at a call',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.ptrace('ATTACH', tracee.pid);
      yield* tracer.look(tracee.pid);
      yield* tracer.cont(tracee.pid, 0, 'SYSCALL');
      s.log('entry', yield* tracer.look(tracee.pid));
      yield* s.root.tgkill(tracee, 'SIGUSR1');
      yield* tracer.ptrace('DETACH', tracee.pid, 0, calls.sig('SIGUSR1'));
      s.log('ends', yield* tracee.condition());
    },
    ['entry: tracee stop SIGTRAP', 'ends: dead'],
  ),
  scenario(
    'R57 EXITKILL, and a tracee that stands at the entry of a call',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'EXITKILL');
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* tracer.look(tracee.pid);
      yield* tracer.cont(tracee.pid, 0, 'SYSCALL');
      s.log('entry', yield* tracer.look(tracee.pid));
      yield* s.root.kill(tracer.pid, 'SIGKILL');
      s.log('its tracer is killed', yield* tracee.condition());
    },
    ['entry: tracee stop SIGTRAP', 'its tracer is killed: dead'],
  ),
  scenario(
    'R50 SIGKILL to a process one of whose threads is held at its exit event: the leader’s death waits until that thread was waited for',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.seize(thread.pid, 'TRACEEXIT');
      yield* s.root.ptrace('ATTACH', tracee.pid);
      yield* s.root.look(tracee.pid);
      yield* thread.start(calls.exit(3));
      s.log('held', yield* tracer.look(thread.pid));
      yield* s.root.kill(tracee.pid, 'SIGKILL');
      for (const options of [[], ['__WCLONE']]) {
        s.log('not yet', yield* s.root.do({ call: 'wait4', args: [tracee.pid, [...options, 'WNOHANG']] }));
      }
      s.log('thread', yield* tracer.look(thread.pid));
      s.log('then', yield* s.root.look(tracee.pid));
    },
    [
      'held: thread EVENT_EXIT',
      'not yet: none',
      'not yet: none',
      'thread: thread killed SIGKILL',
      'then: tracee killed SIGKILL',
    ],
  ),
  scenario(
    'R51 the tracer of two threads dies that are held at their exit events: both go on at once',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* tracer.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', true);
      for (const { pid } of [tracee, thread]) yield* tracer.seize(pid, 'TRACEEXIT');
      yield* s.root.kill(tracee.pid, 'SIGKILL');
      s.log('held', yield* tracer.look(tracee.pid), yield* tracer.look(thread.pid));
      yield* s.root.kill(tracer.pid, 'SIGKILL');
      s.log('go on', yield* thread.condition());
    },
    ['held: tracee EVENT_EXIT | thread EVENT_EXIT', 'go on: dead'],
  ),
  scenario(
    'R53 DETACH at an entry with a deadly signal, while the group stops: it ends the process as it is sent',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* tracer.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', true);
      s.log('SEIZE', yield* tracer.seize(tracee.pid));
      s.log('SIGUSR1', yield* s.root.do({ call: 'kill', args: [tracee.pid, 10] }));
      s.log('  tracee', yield* tracee.condition());
      s.log('SIGTTIN', yield* tracer.do({ call: 'kill', args: [tracee.pid, 21] }));
      s.log('  thread', yield* thread.condition());
      s.log('SEIZE of the thread', yield* tracer.seize(thread.pid));
      s.log('SYSCALL', yield* tracer.ptrace('SYSCALL', thread.pid));
      s.log('wait', yield* tracer.look(thread.pid));
      s.log('DETACH', yield* tracer.do({ call: 'ptrace', args: ['DETACH', thread.pid, 0, 15] }));
      s.log('  tracee', yield* tracee.condition());
      s.log('  thread', yield* thread.condition());
    },
    [
      'SEIZE: ok',
      'SIGUSR1: ok',
      '  tracee: stopped',
      'SIGTTIN: ok',
      '  thread: stopped',
      'SEIZE of the thread: ok',
      'SYSCALL: ok',
      'wait: thread stop SIGTRAP',
      'DETACH: ok',
      '  tracee: dead',
      '  thread: dead',
    ],
  ),
  scenario(
    'R53 DETACH at the entry of a sigsuspend with a deadly signal that this is to block: it ends the process as it is sent',
    function* (s) {
      const tracee = yield* s.root.make('tracee', 'fork', true);
      yield* tracee.start({ call: 'sigsuspend', args: [['SIGUSR1']] });
      s.log('ATTACH', yield* s.root.ptrace('ATTACH', tracee.pid));
      s.log('  tracee', yield* tracee.condition());
      s.log('SYSCALL', yield* s.root.ptrace('SYSCALL', tracee.pid));
      s.log('  tracee', yield* tracee.condition());
      s.log('wait', yield* s.root.look(tracee.pid));
      s.log('DETACH with SIGUSR1', yield* s.root.do({ call: 'ptrace', args: ['DETACH', tracee.pid, 0, 10] }));
      s.log('  tracee', yield* tracee.condition());
    },
    [
      'ATTACH: ok',
      '  tracee: stopped',
      'SYSCALL: ok',
      '  tracee: stopped',
      'wait: tracee stop SIGTRAP',
      'DETACH with SIGUSR1: ok',
      '  tracee: dead',
    ],
    { notPassive: 'another tracer has it then, and it is asked' },
  ),
  scenario(
    'R12 the last thread of a process dies, and waits for its tracer: a dead child of theirs is there for who takes it in, and comes first',
    function* (s) {
      const tracee = yield* s.root.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', true);
      const child = yield* tracee.make('child', 'fork', true);
      yield* s.root.seize(thread.pid, 'TRACEEXIT');
      s.log('SIGTERM', yield* s.root.do({ call: 'kill', args: [tracee.pid, 15] }));
      s.log('  tracee', yield* tracee.condition());
      s.log('  thread', yield* thread.condition());
      s.log('SIGUSR1 to the child', yield* s.root.do({ call: 'kill', args: [child.pid, 10] }));
      s.log('  child', yield* child.condition());
      s.log('wait', yield* s.root.look(-1));
      s.log('CONT', yield* s.root.cont(thread.pid));
      s.log('  thread', yield* thread.condition());
      for (const wait of ['wait', 'and again', 'and again']) {
        s.log(wait, yield* s.root.look(-1));
      }
    },
    [
      'SIGTERM: ok',
      '  tracee: dead',
      '  thread: stopped',
      'SIGUSR1 to the child: ok',
      '  child: dead',
      'wait: thread EVENT_EXIT',
      'CONT: ok',
      '  thread: dead',
      'wait: child killed SIGUSR1',
      'and again: thread killed SIGTERM',
      'and again: tracee killed SIGTERM',
    ],
  ),
  scenario(
    'R50 SIGKILL while a leader is held at its exit event, and its thread, in an exec, waits for it: the leader’s stop is no more',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* tracer.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.seize(tracee.pid, 'TRACEEXIT');
      yield* tracer.seize(thread.pid, 'TRACEEXIT');
      yield* thread.start({ call: 'exec', args: [] });
      s.log('  tracee', yield* tracee.condition());
      s.log('SIGKILL', yield* s.root.do({ call: 'kill', args: [tracee.pid, 9] }));
      s.log('  tracee', yield* tracee.condition());
      s.log('  thread', yield* thread.condition());
      s.log('GETEVENTMSG', yield* tracer.ptrace('GETEVENTMSG', tracee.pid));
      for (const wait of ['wait', 'and again']) {
        s.log(wait, yield* tracer.look(-1));
      }
      s.log('CONT of the thread', yield* tracer.cont(thread.pid));
      s.log('  thread', yield* thread.condition());
      for (const wait of ['wait', 'and again', 'and again']) {
        s.log(wait, yield* tracer.look(-1));
      }
    },
    [
      '  tracee: stopped',
      'SIGKILL: ok',
      '  tracee: dead',
      '  thread: stopped',
      'GETEVENTMSG: ESRCH',
      'wait: thread EVENT_EXIT',
      'and again: none',
      'CONT of the thread: ok',
      '  thread: dead',
      'wait: thread killed SIGKILL',
      'and again: tracee killed SIGKILL',
      'and again: ECHILD',
    ],
  ),
  scenario(
    'R48 the SIGTRAP of an exec comes before a signal of a lower number that waits for the thread; a SIGSTOP does not',
    function* (s) {
      const tracee = yield* s.root.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* s.root.seize(thread.pid, 'TRACEEXIT');
      s.log('TRACEME', yield* tracee.ptrace('TRACEME', 0));
      yield* tracee.start({ call: 'exec', args: [] });
      s.log('  thread', yield* thread.condition());
      s.log('SIGINT', yield* s.root.do({ call: 'tgkill', args: [tracee.pid, tracee.pid, 2] }));
      s.log('wait', yield* s.root.look(thread.pid));
      s.log('CONT of the thread', yield* s.root.cont(thread.pid));
      s.log('wait', yield* s.root.look(thread.pid));
      s.log('  tracee', yield* tracee.condition());
      for (const what of ['first', 'second', 'third']) {
        s.log(what, yield* s.root.look(tracee.pid));
        s.log('CONT', yield* s.root.cont(tracee.pid));
      }
    },
    [
      'TRACEME: ok',
      '  thread: stopped',
      'SIGINT: ok',
      'wait: thread EVENT_EXIT',
      'CONT of the thread: ok',
      'wait: thread exit 0',
      '  tracee: stopped',
      'first: tracee stop SIGTRAP',
      'CONT: ok',
      'second: tracee stop SIGINT',
      'CONT: ok',
      'third: none',
      'CONT: ESRCH',
    ],
  ),
  ...['dies', 'detaches'].map((how) =>
    scenario(
      `a deadly signal to itself ends who has run out of its group’s stop, and whose tracer ${how} before that call, and does not wait for the end of the stop`,
      function* (s) {
        const { tracer, tracee } = yield* s.pair();
        yield* tracer.ptrace('ATTACH', tracee.pid);
        s.log('ATTACH', yield* tracer.wait4(tracee.pid));
        yield* tracer.ptrace('CONT', tracee.pid, 0, 19);
        s.log('stopped', yield* tracer.wait4(tracee.pid));
        yield* tracer.ptrace('SYSCALL', tracee.pid);
        s.log('entry', yield* tracer.wait4(tracee.pid));
        yield* tracer.ptrace('SYSCALL', tracee.pid);
        yield* tracee.start({ call: 'kill', args: [tracee.pid, 12] });
        s.log('exit', yield* tracer.wait4(tracee.pid));
        yield* tracer.ptrace('SYSCALL', tracee.pid);
        s.log('kill', yield* tracer.wait4(tracee.pid));
        if (how === 'dies') yield* s.root.kill(tracer.pid, 'SIGKILL');
        else yield* tracer.ptrace('DETACH', tracee.pid);
        s.log('tracee', yield* tracee.condition());
      },
      [
        'ATTACH: tracee stop SIGSTOP',
        'stopped: tracee stop SIGSTOP',
        'entry: tracee stop SIGTRAP',
        'exit: tracee stop SIGTRAP',
        'kill: tracee stop SIGTRAP',
        'tracee: dead',
      ],
      { notPassive: 'to who is traced still a deadly signal waits for the end of the stop' },
    ),
  ),
  scenario(
    'a deadly signal that came while it was traced waits for the end of the stop of its group, also as its tracer dies',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.ptrace('ATTACH', tracee.pid);
      s.log('ATTACH', yield* tracer.wait4(tracee.pid));
      yield* tracer.ptrace('CONT', tracee.pid, 0, 19);
      s.log('stopped', yield* tracer.wait4(tracee.pid));
      yield* tracer.ptrace('SYSEMU', tracee.pid);
      s.log('entry', yield* tracer.wait4(tracee.pid));
      yield* s.root.tgkill(tracee, 'SIGUSR1');
      yield* s.root.kill(tracer.pid, 'SIGKILL');
      s.log('tracer', yield* tracer.condition());
      s.log('tracee', yield* tracee.condition());
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('SIGCONT', yield* tracee.condition());
    },
    [
      'ATTACH: tracee stop SIGSTOP',
      'stopped: tracee stop SIGSTOP',
      'entry: tracee stop SIGTRAP',
      'tracer: dead',
      'tracee: stopped',
      'SIGCONT: dead',
    ],
  ),
];
