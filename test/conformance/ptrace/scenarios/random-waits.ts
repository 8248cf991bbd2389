/** What random programs (test/fuzz) have found about waits: what they find, in which order, and what wakes them. Each was another log once, in a session or on the simulated kernel. */

import * as calls from '../calls.ts';
import { scenario } from '../play.ts';

export const randomWaits = [
  scenario(
    'R10 the stop of a child that its parent traces is not taken by a wait, and is there when the parent has detached',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const tracee = yield* tracer.make('tracee', 'fork', true);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.ptrace('ATTACH', tracee.pid);
      s.log('tracee', yield* tracer.look(tracee.pid));
      const wait = { call: 'wait4', args: [tracee.pid, ['WNOHANG', 'WUNTRACED']] } as const;
      s.log('no child', yield* tracer.do(wait));
      yield* tracer.ptrace('DETACH', tracee.pid);
      s.log('child', yield* tracer.do(wait));
    },
    ['tracee: tracee stop SIGSTOP', 'no child: none', 'child: tracee stop SIGSTOP'],
  ),
  scenario(
    'R10 beside a stopped child that its parent traces another that has stopped is seen',
    function* (s) {
      const tracee = yield* s.tracee();
      const second = yield* s.actor('second');
      yield* s.root.kill(second.pid, 'SIGSTOP');
      yield* s.root.ptrace('SEIZE', tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGTSTP');
      yield* s.root.cont(tracee.pid, 'SIGTSTP');
      s.log('tracee', yield* s.root.look(tracee.pid));
      s.log('look', yield* s.root.waitid('P_ALL', 0, ['WEXITED', 'WSTOPPED', 'WNOHANG', 'WNOWAIT']));
      s.log('take', yield* s.root.do({ call: 'wait4', args: [-1, ['WNOHANG', 'WUNTRACED']] }));
    },
    [
      'tracee: tracee EVENT_STOP SIGTSTP',
      'look: SIGCHLD CLD_STOPPED pid=second status=0x13',
      'take: second stop SIGSTOP',
    ],
    { onlyNative: 'the real kernel shows the stop that is to be hidden first, and with WNOWAIT no other' },
  ),
  scenario(
    'R14 a wait that sleeps and is woken by both: the stop of its own child comes before that of a thread that it traces',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const tracee = yield* tracer.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.seize(thread.pid);
      yield* tracer.start({ call: 'wait4', args: [-1, ['__WALL', 'WUNTRACED']] });
      yield* s.root.tgkill(tracee, 'SIGTSTP');
      s.log('first', yield* tracer.result());
      s.log('second', yield* tracer.look(-1));
    },
    ['first: tracee stop SIGTSTP', 'second: thread EVENT_STOP SIGTSTP'],
  ),
  scenario(
    'R14 a child that was born before the tracee, and is none, is told of first',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const elder = yield* tracer.make('elder');
      const tracee = yield* tracer.make('tracee', 'fork', true);
      const younger = yield* tracer.make('younger');
      yield* tracer.seize(tracee.pid);
      for (const actor of [younger, tracee, elder])
        yield* s.root.kill(actor.pid, actor === tracee ? 'SIGUSR1' : 'SIGKILL');
      for (let k = 0; k < 4; k++) s.log('wait', yield* tracer.look(-1));
    },
    ['wait: elder killed SIGKILL', 'wait: tracee stop SIGUSR1', 'wait: younger killed SIGKILL', 'wait: none'],
  ),
  scenario(
    'P30 children of one’s own that died together are told of one by one, whatever else was asked in between',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const tracee = yield* tracer.make('tracee', 'fork', true);
      const children = [yield* tracer.make('a'), yield* tracer.make('b'), yield* tracer.make('c')];
      yield* tracer.seize(tracee.pid);
      s.log('nothing yet', yield* tracer.look(-1));
      for (const child of children) yield* s.root.kill(child.pid, 'SIGKILL');
      s.log('tracee', yield* tracer.look(tracee.pid));
      for (let k = 0; k < 4; k++) s.log('wait', yield* tracer.look(-1));
    },
    [
      'nothing yet: none',
      'tracee: none',
      'wait: a killed SIGKILL',
      'wait: b killed SIGKILL',
      'wait: c killed SIGKILL',
      'wait: none',
    ],
  ),
  scenario(
    'P28 the tracer became the real parent when the old one died: one death, told once',
    function* (s) {
      yield* s.root.do(calls.sigaction('SIGCHLD', 'handler', ['SA_NOCLDSTOP']));
      const parent = yield* s.actor('parent');
      const tracee = yield* parent.make('tracee', 'fork', true);
      yield* s.root.seize(tracee.pid);
      yield* s.root.kill(parent.pid, 'SIGKILL');
      s.log('the parent', yield* s.root.look(parent.pid), yield* s.root.handled());
      yield* s.root.kill(tracee.pid, 'SIGKILL');
      s.log('the tracee', yield* s.root.look(tracee.pid), (yield* s.root.handled()).slice(1));
      s.log('none left', yield* s.root.look(-1), (yield* s.root.handled()).slice(2));
    },
    [
      'the parent: parent killed SIGKILL | SIGCHLD CLD_KILLED pid=parent',
      'the tracee: tracee killed SIGKILL | SIGCHLD CLD_KILLED pid=tracee',
      'none left: ECHILD | none',
    ],
  ),
  scenario(
    'P30 a wait that sleeps is woken by the end of a child that was taken in, its parent dead',
    function* (s) {
      const parent = yield* s.actor('parent');
      const orphan = yield* parent.make('orphan');
      const tracee = yield* s.tracee();
      yield* s.root.seize(tracee.pid);
      yield* s.root.kill(parent.pid, 'SIGKILL');
      s.log('the parent', yield* s.root.look(parent.pid));
      yield* s.root.start(s.root.waiting(-1));
      yield* tracee.do(calls.kill(orphan.pid, 'SIGKILL'));
      s.log('the orphan', yield* s.root.result());
    },
    ['the parent: parent killed SIGKILL', 'the orphan: orphan killed SIGKILL'],
  ),
  scenario(
    'R10 the group-stop of a child that is traced is hidden from waitid, too',
    function* (s) {
      const tracee = yield* s.tracee();
      yield* s.root.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* s.root.cont(tracee.pid, 'SIGSTOP');
      s.log('the tracer', yield* s.root.look(tracee.pid));
      s.log('the parent', yield* s.root.waitid('P_ALL', 0, ['WSTOPPED', 'WNOHANG', 'WNOWAIT']));
      s.log('the parent', yield* s.root.waitid('P_ALL', 0, ['WSTOPPED', 'WNOHANG']));
    },
    ['the tracer: tracee EVENT_STOP SIGSTOP', 'the parent: none', 'the parent: none'],
  ),
  scenario(
    'R10 a group-stop that was hidden from the parent is there for it when it has detached',
    function* (s) {
      const tracee = yield* s.tracee();
      yield* tracee.ptrace('TRACEME', 0);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* s.root.cont(tracee.pid, 'SIGSTOP');
      s.log('as its tracer', yield* s.root.look(-1));
      s.log('not as its parent', yield* s.root.look(-1, 'WUNTRACED'));
      yield* s.root.ptrace('DETACH', tracee.pid);
      s.log('as its parent', yield* s.root.look(tracee.pid, 'WUNTRACED'));
      s.log('once', yield* s.root.look(tracee.pid, 'WUNTRACED'));
    },
    [
      'as its tracer: tracee stop SIGSTOP',
      'not as its parent: none',
      'as its parent: tracee stop SIGSTOP',
      'once: none',
    ],
  ),
  scenario(
    'P31 SIGCHLD of what a thread traces, that is no leader: it takes the signal, which is its process’s',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracer.make('thread', 'thread');
      yield* tracer.do(calls.sigaction('SIGCHLD', 'handler'));
      yield* thread.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      s.log('the thread', yield* thread.handled());
      yield* thread.do(calls.sigprocmask('block', ['SIGCHLD']));
      yield* thread.cont(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      s.log('the other, where it blocks it', yield* tracer.handled());
    },
    ['the thread: SIGCHLD CLD_TRAPPED pid=tracee', 'the other, where it blocks it: SIGCHLD CLD_TRAPPED pid=tracee'],
  ),
  scenario(
    'R11 a SIGCONT to a task that ran out of its group stop: its tracer is told of that first',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.do(calls.sigaction('SIGCHLD', 'handler'));
      yield* s.root.kill(tracee.pid, 'SIGTSTP');
      yield* tracer.ptrace('ATTACH', tracee.pid);
      yield* tracer.look(tracee.pid);
      yield* tracer.cont(tracee.pid);
      s.log('stopped', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('runs', yield* tracee.condition(), yield* tracer.handled());
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      // The SIGCHLD of its stop comes at once after that of the SIGCONT: whether there is room for it is a race.
      s.log('SIGCONT', yield* tracer.look(tracee.pid), (yield* tracer.handled()).slice(0, 3));
    },
    [
      'stopped: tracee stop SIGSTOP',
      'runs: runs | SIGCHLD CLD_STOPPED pid=tracee, SIGCHLD CLD_TRAPPED pid=tracee',
      'SIGCONT: tracee stop SIGCONT | SIGCHLD CLD_STOPPED pid=tracee, SIGCHLD CLD_TRAPPED pid=tracee, SIGCHLD CLD_CONTINUED pid=tracee',
    ],
  ),
  scenario(
    'R8 a wait for stops only: a zombie is nobody to wait for',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* tracer.start({ call: 'waitid', args: ['P_PID', tracee.pid, ['WSTOPPED', '__WALL']] });
      yield* s.root.kill(tracee.pid, 'SIGKILL');
      s.log('woken', yield* tracer.result());
      s.log('its death is there', yield* tracer.look(tracee.pid));
    },
    ['woken: ECHILD', 'its death is there: tracee killed SIGKILL'],
  ),
  scenario(
    'R8 a parent that waits for the tracee that is its child, and handles SIGCHLD: its wait is not interrupted',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const tracee = yield* tracer.make('tracee', 'fork', true);
      yield* tracer.do(calls.sigaction('SIGCHLD', 'handler', ['SA_NOCLDSTOP']));
      yield* tracer.ptrace('ATTACH', tracee.pid);
      s.log('stop', yield* tracer.wait4(tracee.pid));
      yield* tracer.start(tracer.waiting(tracee.pid));
      yield* s.root.kill(tracee.pid, 'SIGKILL');
      s.log('death', yield* tracer.result(), yield* tracer.handled());
    },
    ['stop: tracee stop SIGSTOP', 'death: tracee killed SIGKILL | SIGCHLD CLD_KILLED pid=tracee'],
  ),
  scenario(
    'R14 who is taken in by a parent comes after the children it had',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const tracee = yield* tracer.make('tracee', 'fork', true);
      const second = yield* s.actor('second');
      yield* s.root.seize(tracee.pid);
      yield* s.root.ptrace('INTERRUPT', tracee.pid);
      yield* s.root.kill(tracer.pid, 'SIGKILL');
      yield* s.root.kill(second.pid, 'SIGKILL');
      s.log('in turn', yield* s.root.look(-1), yield* s.root.look(-1), yield* s.root.look(-1));
    },
    ['in turn: tracer killed SIGKILL | second killed SIGKILL | tracee EVENT_STOP SIGTRAP'],
  ),
  scenario(
    'R10 a parent that traced its child out of a group stop, and detaches, is told of that stop',
    function* (s) {
      const tracee = yield* s.actor('tracee');
      yield* s.root.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      s.log('stop', yield* s.root.wait4(tracee.pid));
      yield* s.root.cont(tracee.pid, 'SIGSTOP');
      s.log('group stop', yield* s.root.wait4(tracee.pid));
      yield* s.root.cont(tracee.pid);
      s.log('out of it', yield* s.root.look(tracee.pid), yield* tracee.condition());
      yield* s.root.ptrace('INTERRUPT', tracee.pid);
      s.log('stop', yield* s.root.wait4(tracee.pid));
      yield* s.root.ptrace('DETACH', tracee.pid);
      s.log('as a parent', yield* s.root.waitid('P_PID', tracee.pid, ['WSTOPPED', 'WNOHANG']));
    },
    [
      'stop: tracee stop SIGSTOP',
      'group stop: tracee EVENT_STOP SIGSTOP',
      'out of it: none | runs',
      'stop: tracee EVENT_STOP SIGSTOP',
      'as a parent: SIGCHLD CLD_STOPPED pid=tracee status=0x13',
    ],
  ),
  scenario(
    'R8 a wait for clones alone sees every tracee, also one that is its tracer’s own child and dies',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const tracees = [];
      for (const name of ['a', 'b', 'c']) tracees.push(yield* tracer.make(name, 'fork', true));
      const untraced = yield* tracer.make('untraced');
      for (const { pid } of tracees) yield* tracer.seize(pid);
      for (const { pid } of [untraced, ...tracees]) yield* s.root.kill(pid, 'SIGKILL');
      const [a, b] = tracees;
      s.log('a', yield* tracer.do({ call: 'wait4', args: [a!.pid, ['__WCLONE', 'WNOHANG']] }));
      s.log('a again', yield* tracer.do({ call: 'wait4', args: [a!.pid, ['__WCLONE', 'WNOHANG']] }));
      s.log('the last', yield* tracer.do({ call: 'waitid', args: ['P_ALL', 0, ['WEXITED', 'WNOWAIT', '__WCLONE']] }));
      s.log('b', yield* tracer.do({ call: 'waitid', args: ['P_PID', b!.pid, ['WEXITED', '__WCLONE']] }));
      s.log('c', yield* tracer.do({ call: 'wait4', args: [-1, ['__WCLONE']] }));
      s.log('no more', yield* tracer.do({ call: 'wait4', args: [-1, ['__WCLONE', 'WNOHANG']] }));
      s.log('untraced', yield* tracer.do({ call: 'wait4', args: [-1, []] }));
    },
    [
      'a: a killed SIGKILL',
      'a again: ECHILD',
      'the last: SIGCHLD CLD_KILLED pid=c status=0x9',
      'b: SIGCHLD CLD_KILLED pid=b status=0x9',
      'c: c killed SIGKILL',
      'no more: ECHILD',
      'untraced: untraced killed SIGKILL',
    ],
  ),
  scenario(
    'R11 a SIGCONT to who is held in a group stop: a wait that sleeps for it is woken as it is let go',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const other = yield* tracer.make('other', 'thread', false);
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      s.log('stop', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      s.log('group stop', yield* tracer.look(tracee.pid));
      yield* other.start({ call: 'wait4', args: [tracee.pid, ['__WALL', 'WCONTINUED']] });
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('sleeps', yield* other.pending());
      yield* tracer.cont(tracee.pid);
      s.log('woken', yield* other.pending());
    },
    ['stop: tracee stop SIGSTOP', 'group stop: tracee EVENT_STOP SIGSTOP', 'sleeps: true', 'woken: false'],
  ),
  scenario(
    'R14 a thread that its tracer traces is no child of it, though its process is: it has its place among the tracees',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* tracer.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', true);
      const second = yield* s.root.make('second', 'fork', true);
      yield* tracer.seize(thread.pid);
      yield* tracer.seize(second.pid);
      yield* s.root.do({ call: 'tgkill', args: [tracee.pid, thread.pid, calls.sig('SIGUSR1')] });
      yield* s.root.kill(second.pid, 'SIGUSR2');
      s.log('the last attached', yield* tracer.look(-1));
      s.log('the one before', yield* tracer.look(-1));
    },
    ['the last attached: second stop SIGUSR2', 'the one before: thread stop SIGUSR1'],
  ),
  scenario(
    'R9 a wait for stops: as the last child dies it is ECHILD, and not interrupted by the SIGCHLD of that',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* tracer.make('tracee', 'fork', true);
      yield* tracer.do({ call: 'sigaction', args: [calls.sig('SIGCHLD'), 'handler', ['SA_NOCLDSTOP']] });
      yield* tracer.seize(tracee.pid);
      yield* tracer.start({ call: 'waitid', args: ['P_ALL', 0, ['WSTOPPED']] });
      yield* s.root.kill(tracee.pid, 'SIGKILL');
      s.log('wait', yield* tracer.result());
      s.log('handled', (yield* tracer.handled()).length);
    },
    ['wait: ECHILD', 'handled: 1'],
  ),
  scenario(
    'R9 a wait for stops: a leader that is dead before its threads is nobody to wait for, to its parent that traces it',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* tracer.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.seize(tracee.pid);
      s.log('alive', yield* tracer.do({ call: 'waitid', args: ['P_ALL', 0, ['WSTOPPED', 'WNOHANG']] }));
      yield* tracee.start({ call: 'exit', args: [3] });
      s.log('dead', yield* tracer.do({ call: 'waitid', args: ['P_ALL', 0, ['WSTOPPED', 'WNOHANG']] }));
      s.log(
        'or its SIGCONT',
        yield* tracer.do({ call: 'waitid', args: ['P_ALL', 0, ['WSTOPPED', 'WCONTINUED', 'WNOHANG']] }),
      );
      s.log('the thread', yield* thread.condition());
    },
    ['alive: none', 'dead: ECHILD', 'or its SIGCONT: none', 'the thread: runs'],
  ),
  scenario(
    'R11 a SIGCONT to who is held in a group stop, and whose tracer is its parent: a wait that sleeps for it sleeps on',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* tracer.make('tracee', 'fork', true);
      yield* tracer.ptrace('ATTACH', tracee.pid);
      s.log('stop', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      s.log('group stop', yield* tracer.look(tracee.pid));
      yield* tracer.start({ call: 'wait4', args: [tracee.pid, ['__WNOTHREAD', 'WCONTINUED']] });
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('sleeps', yield* tracer.pending());
    },
    ['stop: tracee stop SIGSTOP', 'group stop: tracee stop SIGSTOP', 'sleeps: true'],
    { onlyNative: 'its parent is told as it really leaves its stop' },
  ),
  scenario(
    'R10 a dead leader whose thread stops: its parent is told of the stop',
    function* (s) {
      const parent = yield* s.root.make('parent', 'fork', false);
      const tracee = yield* parent.make('tracee', 'fork', true);
      yield* tracee.make('thread', 'thread', true);
      yield* tracee.start({ call: 'exit', args: [3] });
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      s.log('stop', yield* parent.do({ call: 'wait4', args: [tracee.pid, ['WNOHANG', 'WUNTRACED']] }));
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('end', yield* parent.do({ call: 'wait4', args: [tracee.pid, ['WNOHANG', 'WCONTINUED']] }));
    },
    ['stop: tracee stop SIGSTOP', 'end: tracee continued'],
  ),
  scenario(
    "R14 who takes its leader's number by an exec takes its place among the children, too: a stop comes before a SIGCONT",
    function* (s) {
      const tracee = yield* s.root.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      yield* thread.ptrace('TRACEME', 0);
      yield* thread.start(calls.exec());
      const options = ['WNOHANG', 'WCONTINUED'] as const;
      s.log('first', yield* s.root.do({ call: 'wait4', args: [tracee.pid, options] }));
      s.log('second', yield* s.root.do({ call: 'wait4', args: [tracee.pid, options] }));
    },
    ['first: tracee stop SIGTRAP', 'second: tracee continued'],
  ),
  scenario(
    'R14 a wait looks at what the calling thread traces first, then at the threads after it, and those before it last',
    function* (s) {
      const first = yield* s.actor('first');
      const second = yield* first.make('second', 'thread');
      const third = yield* first.make('third', 'thread');
      const ofThird = yield* s.actor('ofThird');
      const ofSecond = yield* s.actor('ofSecond');
      const ofFirst = yield* s.actor('ofFirst');
      const pairs = [
        [third, ofThird],
        [first, ofFirst],
        [second, ofSecond],
      ] as const;
      for (const [tracer, tracee] of pairs) {
        yield* tracer.seize(tracee.pid);
        yield* tracer.ptrace('INTERRUPT', tracee.pid);
      }
      for (const tracer of [first, second, third]) {
        s.log('next', yield* tracer.waitid('P_ALL', 0, ['WEXITED', 'WSTOPPED', 'WNOHANG', 'WNOWAIT']));
      }
      s.log('second', yield* second.look(-1));
      s.log('then', yield* second.look(-1));
      s.log('last', yield* second.look(-1));
      s.log('no more', yield* second.look(-1));
    },
    [
      'next: SIGCHLD CLD_TRAPPED pid=ofFirst status=0x8005',
      'next: SIGCHLD CLD_TRAPPED pid=ofSecond status=0x8005',
      'next: SIGCHLD CLD_TRAPPED pid=ofThird status=0x8005',
      'second: ofSecond EVENT_STOP SIGTRAP',
      'then: ofThird EVENT_STOP SIGTRAP',
      'last: ofFirst EVENT_STOP SIGTRAP',
      'no more: none',
    ],
  ),
  scenario(
    'R47 an exec by another thread: who waits for that thread is woken where the leader, to which it gave its number, was its tracee',
    function* (s) {
      for (const whose of ['its own', 'another’s', 'nobody’s']) {
        const tracer = yield* s.root.make(`tracer, ${whose}`, 'fork', false);
        const other = yield* s.root.make('other', 'fork', false);
        const tracee = yield* s.root.make('tracee', 'fork', true);
        const thread = yield* tracee.make('thread', 'thread', true);
        yield* tracer.seize(thread.pid, 'TRACEEXEC');
        if (whose === 'its own') yield* tracer.seize(tracee.pid);
        if (whose === 'another’s') yield* other.seize(tracee.pid);
        yield* tracer.start({ call: 'wait4', args: [thread.pid, ['__WALL']] });
        yield* thread.start({ call: 'exec', args: [] });
        s.log(whose, yield* thread.condition(), yield* tracer.pending());
        if (whose === 'its own') s.log('wait', yield* tracer.result());
        for (const { pid } of [tracer, other, tracee]) yield* s.root.kill(pid, 'SIGKILL');
      }
    },
    ['its own: dead | false', 'wait: ECHILD', 'another’s: dead | true', 'nobody’s: dead | true'],
  ),
  scenario(
    'R47 who waits for a thread that has lost its number to an exec sleeps on: a signal that it ignores does not wake it, one that it handles does',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.do(calls.sigaction('SIGUSR1', 'handler'));
      yield* tracer.seize(thread.pid);
      yield* tracer.start({ call: 'wait4', args: [thread.pid, ['__WALL']] });
      yield* thread.start({ call: 'exec', args: [] });
      s.log('sleeps', yield* thread.condition(), yield* tracer.pending());
      yield* s.root.kill(tracer.pid, 'SIGWINCH');
      yield* s.root.kill(tracer.pid, 'SIGCONT');
      yield* s.root.tgkill(tracer, 'SIGURG');
      s.log('sleeps on', yield* tracer.pending());
      yield* s.root.kill(tracer.pid, 'SIGUSR1');
      s.log('woken', yield* tracer.result());
    },
    ['sleeps: runs | true', 'sleeps on: true', 'woken: ECHILD'],
  ),
  scenario(
    'R11 a wait for a process group sleeps on when its only child leaves the group and dies, and SIGCHLD is blocked',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* s.root.make('tracee', 'fork', true);
      yield* tracer.do(calls.sigprocmask('block', ['SIGCHLD']));
      yield* tracer.seize(tracee.pid);
      yield* tracer.start({ call: 'wait4', args: [0, ['__WALL']] });
      yield* tracee.do(calls.setsid());
      yield* s.root.kill(tracee.pid, 'SIGKILL');

      s.log('sleeps', yield* tracee.condition(), yield* tracer.pending());
    },
    ['sleeps: dead | true'],
  ),
  scenario(
    'R14 a child that was taken in, and stopped before: its place is before that of a tracee that was taken in after it',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* tracer.make('tracee', 'fork', true);
      const child0 = yield* tracee.make('child0', 'fork', true);
      const child1 = yield* tracee.make('child1', { flags: [] }, true);
      yield* s.root.seize(child1.pid);
      yield* s.root.kill(child1.pid, 'SIGCONT');
      s.log('child1', yield* child1.condition());
      yield* s.root.tgkill(child0, 'SIGSTOP');
      s.log('child0', yield* child0.condition());
      yield* s.root.kill(tracee.pid, 'SIGUSR2');
      s.log('tracee', yield* tracee.condition());
      s.log('wait', yield* s.root.do({ call: 'waitid', args: ['P_PGID', 0, ['WEXITED', 'WSTOPPED', 'WNOHANG']] }));
      s.log('wait', yield* s.root.do({ call: 'waitid', args: ['P_PGID', 0, ['WEXITED', 'WSTOPPED', 'WNOHANG']] }));
    },
    [
      'child1: stopped',
      'child0: stopped',
      'tracee: dead',
      'wait: SIGCHLD CLD_STOPPED pid=child0 status=0x13',
      'wait: SIGCHLD CLD_TRAPPED pid=child1 status=0x8005',
    ],
  ),
  scenario(
    'R14 the stop of a tracee that is its child comes before the group stop of a younger child that another traces',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* s.root.make('tracee', 'fork', true);
      const second = yield* s.root.make('second', 'fork', true);
      yield* tracer.ptrace('ATTACH', second.pid);
      s.log('second', yield* second.condition());
      yield* s.root.seize(tracee.pid);
      yield* s.root.kill(tracer.pid, 'SIGCONT');
      yield* tracer.syscall(second.pid, 'SIGSTOP');
      yield* s.root.ptrace('INTERRUPT', tracee.pid);
      s.log('tracee', yield* tracee.condition());
      for (let i = 0; i < 2; i++) {
        s.log('wait', yield* s.root.do({ call: 'wait4', args: [-1, ['__WALL', 'WNOHANG', 'WUNTRACED']] }));
      }
    },
    ['second: stopped', 'tracee: stopped', 'wait: tracee EVENT_STOP SIGTRAP', 'wait: second stop SIGSTOP'],
  ),
  scenario(
    'R11 a SIGCONT to who is held does not wake a wait, but one that is woken by another sees it',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* s.root.make('tracee', 'fork', true);
      const second = yield* s.root.make('second', 'fork', true);
      yield* tracer.seize(tracee.pid);
      yield* tracer.ptrace('ATTACH', second.pid);
      s.log('second', yield* second.condition());
      yield* tracer.syscall(second.pid, 'SIGSTOP');
      s.log('stop', yield* tracer.look(second.pid));
      yield* tracer.start({ call: 'wait4', args: [-1, ['__WALL', 'WCONTINUED']] });
      yield* s.root.kill(second.pid, 'SIGCONT');
      s.log('sleeps', yield* tracer.pending());
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('wait', yield* tracer.result());
      s.log('next', yield* tracer.look(-1));
    },
    [
      'second: stopped',
      'stop: second stop SIGSTOP',
      'sleeps: true',
      'wait: second continued',
      'next: tracee EVENT_STOP SIGTRAP',
    ],
  ),
  scenario(
    'R14 a wait for deaths and SIGCONTs has the stop of its tracee, though an older child has stopped',
    function* (s) {
      const tracee = yield* s.root.make('tracee', 'fork', true);
      const second = yield* s.root.make('second', 'fork', true);
      yield* s.root.seize(second.pid);
      yield* s.root.kill(second.pid, 'SIGTTIN');
      s.log('second', yield* second.condition());
      yield* s.root.syscall(second.pid, 'SIGSTOP');
      yield* s.root.tgkill(tracee, 'SIGTTIN');
      s.log('tracee', yield* tracee.condition());
      yield* s.root.kill(second.pid, 'SIGCONT');
      for (let i = 0; i < 2; i++) {
        s.log('wait', yield* s.root.do({ call: 'wait4', args: [0, ['__WALL', 'WNOHANG', 'WCONTINUED']] }));
      }
    },
    ['second: stopped', 'tracee: stopped', 'wait: second EVENT_STOP SIGSTOP', 'wait: second continued'],
  ),
  scenario(
    'R11 a wait for stops and the death of a tracee that is another’s child: its SIGCHLD interrupts it',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* s.root.make('tracee', 'fork', true);
      const second = yield* s.root.make('second', 'fork', true);
      yield* tracer.do(calls.sigaction('SIGCHLD', 'handler', []));
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.ptrace('ATTACH', tracee.pid);
      yield* tracer.ptrace('ATTACH', second.pid);
      s.log('its stop', yield* tracer.look(second.pid));
      s.log('stop', yield* tracer.do({ call: 'waitid', args: ['P_ALL', 0, ['WEXITED', 'WSTOPPED', 'WCONTINUED']] }));
      yield* tracer.start({ call: 'waitid', args: ['P_ALL', 0, ['WSTOPPED', '__WALL']] });
      yield* s.root.kill(second.pid, 'SIGKILL');
      s.log('interrupted', yield* tracer.result());
    },
    ['its stop: second stop SIGSTOP', 'stop: SIGCHLD CLD_TRAPPED pid=tracee status=0x13', 'interrupted: EINTR'],
  ),
  scenario(
    'R11 the death of a tracee wakes who waits for its stops, though its SIGCHLD, which is ignored, would not',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* tracer.make('tracee', 'fork', true);
      yield* tracer.seize(tracee.pid);
      yield* tracer.start({ call: 'waitid', args: ['P_PID', tracee.pid, ['WSTOPPED']] });
      yield* s.root.kill(tracee.pid, 'SIGKILL');
      s.log('nobody', yield* tracer.result());
    },
    ['nobody: ECHILD'],
  ),
  scenario(
    'R14 a dead child that was taken in is told of before a tracee that is another’s child',
    function* (s) {
      const parent = yield* s.root.make('parent', 'fork', false);
      const tracee = yield* parent.make('tracee', 'fork', true);
      yield* s.root.seize(tracee.pid);
      const child = yield* tracee.make('child', 'fork', true);
      yield* s.root.kill(child.pid, 'SIGKILL');
      s.log('dead', yield* child.condition());
      yield* s.root.ptrace('INTERRUPT', tracee.pid);
      s.log('stop', yield* s.root.look(tracee.pid));
      yield* s.root.kill(tracee.pid, 'SIGKILL');
      for (let k = 0; k < 2; k++) s.log('wait', yield* s.root.look(-1));
    },
    ['dead: dead', 'stop: tracee stop SIGCHLD', 'wait: child killed SIGKILL', 'wait: tracee killed SIGKILL'],
  ),
  scenario(
    'R14 a wait that was not about its tracees has told of a child: those that are left have their order',
    function* (s) {
      const parent = yield* s.root.make('parent', 'fork', false);
      const child = yield* parent.make('child', 'fork', false);
      const tracee = yield* s.root.make('tracee', 'fork', true);
      yield* s.root.kill(child.pid, 'SIGUSR1');
      yield* s.root.kill(parent.pid, 'SIGUSR1');
      yield* tracee.ptrace('TRACEME', 0);
      yield* tracee.do(calls.setsid());
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      for (const pid of [0, -1, -1]) s.log('wait', yield* s.root.wait4(pid, ['WNOHANG']));
    },
    ['wait: parent killed SIGUSR1', 'wait: tracee stop SIGUSR1', 'wait: child killed SIGUSR1'],
  ),
  scenario(
    'R14 a stop of a child that a wait has told of which saw no tracee: the next wait tells of the tracee as a tracer is told',
    function* (s) {
      const child = yield* s.root.make('child', 'fork', false);
      const tracee = yield* s.root.make('tracee', 'fork', true);
      for (const signal of ['SIGSTOP', 'SIGCONT'] as const) yield* s.root.kill(tracee.pid, signal);
      yield* tracee.do(calls.setsid());
      yield* s.root.kill(child.pid, 'SIGSTOP');
      yield* s.root.seize(tracee.pid);
      s.log('child', yield* s.root.waitid('P_PGID', 0, ['WSTOPPED', 'WNOHANG']));
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      s.log('tracee', yield* s.root.waitid('P_ALL', 0, ['WEXITED', 'WSTOPPED', 'WCONTINUED', 'WNOHANG']));
    },
    ['child: SIGCHLD CLD_STOPPED pid=child status=0x13', 'tracee: SIGCHLD CLD_TRAPPED pid=tracee status=0xa'],
  ),
  scenario(
    'R46 a thread that is waited for by its number calls exec: a wait of its process’s parent sleeps on',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* tracer.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.seize(thread.pid);
      yield* tracer.start({ call: 'waitid', args: ['P_PID', thread.pid, ['WEXITED', 'WSTOPPED', '__WALL']] });
      yield* thread.start(calls.exec());
      s.log('exec', yield* tracee.condition(), 'the wait', yield* tracer.pending());
    },
    ['exec: runs | the wait | true'],
  ),
  scenario(
    'R14 a wait for a tracee is interrupted by the SIGCHLD of a child that leaves dead ones of its own behind',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const child = yield* tracer.make('child', 'fork', true);
      const tracee = yield* s.root.make('tracee', 'fork', true);
      yield* tracer.do(calls.sigaction('SIGCHLD', 'handler'));
      const orphan = yield* child.make('orphan', 'fork');
      yield* orphan.start({ call: 'exit', args: [3] });
      yield* orphan.condition();
      yield* tracer.seize(tracee.pid);
      yield* tracer.start({ call: 'wait4', args: [tracee.pid, ['__WALL']] });
      yield* s.root.kill(child.pid, 'SIGKILL');
      s.log('the wait', yield* tracer.result(), yield* tracer.handled());
    },
    ['the wait: EINTR | SIGCHLD CLD_KILLED pid=child'],
  ),
  scenario(
    'R10 a thread that was interrupted before its group stops completes the stop as it listens',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* tracer.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', true);
      s.log('SEIZE', yield* tracer.seize(thread.pid));
      s.log('INTERRUPT', yield* tracer.ptrace('INTERRUPT', thread.pid));
      s.log('  thread', yield* thread.condition());
      s.log('SIGSTOP', yield* s.root.do({ call: 'kill', args: [tracee.pid, 19] }));
      s.log('  tracee', yield* tracee.condition());
      s.log('LISTEN', yield* tracer.ptrace('LISTEN', thread.pid));
      for (const wait of ['wait', 'and again', 'and again']) {
        s.log(wait, yield* tracer.do({ call: 'wait4', args: [0, ['__WALL', 'WNOHANG', 'WUNTRACED']] }));
      }
    },
    [
      'SEIZE: ok',
      'INTERRUPT: ok',
      '  thread: stopped',
      'SIGSTOP: ok',
      '  tracee: stopped',
      'LISTEN: ok',
      'wait: tracee stop SIGSTOP',
      'and again: thread EVENT_STOP SIGSTOP',
      'and again: none',
    ],
  ),
  scenario(
    'R12 a wait sleeps on where a SIGCHLD comes that it blocks: the leader that it waits for is dead before a thread that its tracer has not waited for',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* tracer.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', true);
      s.log('mask', yield* tracer.do({ call: 'sigprocmask', args: ['block', ['SIGCHLD']] }));
      s.log('TRACEME', yield* thread.ptrace('TRACEME', 0));
      s.log('SEIZE', yield* tracer.seize(tracee.pid));
      yield* tracer.start({ call: 'wait4', args: [tracee.pid, []] });
      s.log('SIGKILL', yield* s.root.do({ call: 'kill', args: [tracee.pid, 9] }));
      s.log('  tracee', yield* tracee.condition());
      s.log('  thread', yield* thread.condition());
      s.log('sleeps', yield* tracer.pending());
    },
    ['mask: ok', 'TRACEME: ok', 'SEIZE: ok', 'SIGKILL: ok', '  tracee: dead', '  thread: dead', 'sleeps: true'],
  ),
  scenario(
    'P32 a tracer that is traced itself, and whose wait sleeps as a child of its own dies: one entry and one exit',
    function* (s) {
      const observer = yield* s.actor('observer');
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const child = yield* tracer.make('child', 'fork', true);
      const tracee = yield* s.root.make('tracee', 'fork', true);
      yield* tracer.seize(tracee.pid);
      yield* observer.seize(tracer.pid, 'TRACESYSGOOD');
      yield* s.halt(observer, tracer, tracer.waiting(-1));
      for (let k = 0; k < 3; k++) {
        yield* observer.syscall(tracer.pid);
        if (k === 1) yield* s.root.kill(child.pid, 'SIGKILL');
        const stop = yield* observer.wait4(tracer.pid);
        s.log('stop', stop, yield* observer.ptrace('GET_SYSCALL_INFO', tracer.pid));
      }
      yield* observer.cont(tracer.pid);
      s.log('results', ...(yield* tracer.results(1)));
    },
    [
      'stop: tracer stop SYSCALL | entry nr=61',
      'stop: tracer stop SYSCALL | exit child',
      'stop: tracer stop SIGCHLD | none',
      'results: child killed SIGKILL',
    ],
  ),
  scenario(
    'R11 a wait that sleeps takes no notice of a SIGCONT to its own process: that of its tracee, which is held, is there for the next',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* s.root.make('tracee', 'fork', true);
      yield* tracer.ptrace('ATTACH', tracee.pid);
      s.log('wait', yield* tracer.wait4(tracee.pid));
      yield* tracer.do({ call: 'ptrace', args: ['CONT', tracee.pid, 0, 19] });
      s.log('wait', yield* tracer.wait4(tracee.pid));
      yield* tracer.start({ call: 'wait4', args: [-1, ['__WALL', 'WCONTINUED']] });
      s.log('  tracer', yield* tracer.condition());
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      yield* s.root.kill(tracer.pid, 'SIGCONT');
      s.log('  tracer', yield* tracer.condition());
      yield* s.root.kill(tracer.pid, 'SIGUSR1');
      s.log('  tracer', yield* tracer.condition());
    },
    ['wait: tracee stop SIGSTOP', 'wait: tracee stop SIGSTOP', '  tracer: runs', '  tracer: runs', '  tracer: dead'],
  ),
];
