/** What random programs (test/fuzz) have found: each was another log under `utrace share` once. */

import * as calls from '../calls.ts';
import { scenario } from '../play.ts';

export const random = [
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
    'R39 a signal that a tracer blocks at the exit of the call that it ended: the call is made again all the same',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.start(calls.pause());
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* tracer.syscall(tracee.pid);
      yield* tracer.syscall(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      s.log('exit', yield* tracer.look(tracee.pid), yield* tracer.ptrace('GET_SYSCALL_INFO', tracee.pid));
      yield* tracer.do({ call: 'ptrace', args: ['SETSIGMASK', tracee.pid, 8, ['SIGUSR1']] });
      yield* tracer.syscall(tracee.pid);
      s.log('again', yield* tracer.look(tracee.pid), yield* tracer.ptrace('GET_SYSCALL_INFO', tracee.pid));
    },
    ['exit: tracee stop SYSCALL | exit ERESTARTNOHAND', 'again: tracee stop SYSCALL | entry nr=34'],
  ),
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
    'R45 a step with SYSEMU out of a call that is made again: its entry stop',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      s.log('stop', yield* tracer.wait4(tracee.pid));
      yield* tracer.cont(tracee.pid, 0, 'SYSEMU_SINGLESTEP');
      s.log('entry', yield* tracer.look(tracee.pid), yield* tracer.ptrace('GET_SYSCALL_INFO', tracee.pid));
    },
    ['stop: tracee EVENT_STOP SIGTRAP', 'entry: tracee stop SYSCALL | entry nr=0'],
  ),
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
    [
      'stopped: SIGCHLD CLD_TRAPPED pid=tracee, SIGCHLD CLD_STOPPED pid=tracee',
      'told as it goes on: SIGCHLD CLD_CONTINUED pid=tracee',
      'not of stops: none',
    ],
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
    'R43 the exit stop of a call that SYSEMU skipped shows its number',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* tracer.cont(tracee.pid, 0, 'SYSEMU');
      yield* tracer.syscall(tracee.pid);
      s.log('exit', yield* tracer.look(tracee.pid));
      const { orig_rax, rax } = yield* tracer.getRegisters(tracee.pid);
      s.log('number, result', Number(orig_rax), Number(BigInt.asIntN(64, rax!)));
    },
    ['exit: tracee stop SIGTRAP', 'number, result: 0 | -38'],
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
    'R45 a step into a call that is resumed without a step at its entry: no trap',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* tracer.cont(tracee.pid, 0, 'SYSEMU_SINGLESTEP');
      for (const request of ['SYSEMU', 'SYSCALL', 'CONT']) {
        s.log('stop', yield* tracer.look(tracee.pid), yield* tracer.ptrace('GET_SYSCALL_INFO', tracee.pid));
        yield* tracer.cont(tracee.pid, 0, request);
      }
      s.log('none', yield* tracer.look(tracee.pid));
    },
    [
      'stop: tracee stop SYSCALL | entry nr=0',
      'stop: tracee stop SYSCALL | entry nr=0',
      'stop: tracee stop SYSCALL | exit ENOSYS',
      'none: none',
    ],
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
      s.log('SIGCONT', yield* tracer.look(tracee.pid), yield* tracer.handled());
    },
    [
      'stopped: tracee stop SIGSTOP',
      'runs: runs | SIGCHLD CLD_STOPPED pid=tracee, SIGCHLD CLD_TRAPPED pid=tracee',
      'SIGCONT: tracee stop SIGCONT | SIGCHLD CLD_STOPPED pid=tracee, SIGCHLD CLD_TRAPPED pid=tracee, SIGCHLD CLD_CONTINUED pid=tracee',
    ],
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
    'R27 LISTEN looks at the siginfo, which may have been changed',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* s.root.kill(tracee.pid, 'SIGTSTP');
      yield* tracer.seize(tracee.pid);
      s.log('stop', yield* tracer.look(tracee.pid));
      const info = { signo: 19, errno: 0, code: -1, pid: 0, uid: 0, value: 7n };
      s.log('changed', yield* tracer.setSiginfo(tracee.pid, info), yield* tracer.ptrace('LISTEN', tracee.pid));
    },
    ['stop: tracee EVENT_STOP SIGTSTP', 'changed: ok | EIO'],
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
    'R43 R45 SYSEMU_SINGLESTEP out of an entry-stop: the exit of that call is no trap',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      s.log('stop', yield* tracer.wait4(tracee.pid));
      yield* tracer.syscall(tracee.pid);
      s.log('entry', yield* tracer.wait4(tracee.pid));
      yield* tracer.cont(tracee.pid, 0, 'SYSEMU_SINGLESTEP');
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      s.log('no trap', yield* tracer.look(tracee.pid));
    },
    ['stop: tracee EVENT_STOP SIGTRAP', 'entry: tracee stop SYSCALL', 'no trap: tracee stop SIGUSR1'],
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
      s.log('listens', yield* tracer.look(tracee.pid), yield* tracer.handled());
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
  scenario(
    'R26 R35 a new group stop while siblings are in the one before: a listener traps again, who is held stops again as it is let go',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const held = yield* tracee.make('held', 'thread', true);
      const listener = yield* tracee.make('listener', 'thread', true);
      yield* s.root.kill(tracee.pid, 'SIGTSTP');
      yield* tracer.ptrace('ATTACH', tracee.pid);
      yield* tracer.seize(held.pid);
      yield* tracer.seize(listener.pid);
      for (const { pid } of [tracee, held, listener]) s.log('stopped', yield* tracer.look(pid));
      yield* tracer.ptrace('LISTEN', listener.pid);
      yield* tracer.cont(tracee.pid);
      s.log('its own', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      for (const { pid } of [tracee, held, listener]) s.log('stopped anew', yield* tracer.look(pid));
      yield* tracer.cont(held.pid);
      s.log('held', yield* tracer.look(held.pid));
      yield* tracer.cont(held.pid);
      s.log('out of it', yield* tracer.look(held.pid), yield* held.condition());
    },
    [
      'stopped: tracee stop SIGTSTP',
      'stopped: held EVENT_STOP SIGTSTP',
      'stopped: listener EVENT_STOP SIGTSTP',
      'its own: tracee stop SIGSTOP',
      'stopped anew: tracee stop SIGSTOP',
      'stopped anew: none',
      'stopped anew: listener EVENT_STOP SIGSTOP',
      'held: held EVENT_STOP SIGSTOP',
      'out of it: none | runs',
    ],
  ),
  scenario(
    'R27 … and who is held and listens then, has news at once; a SIGCONT ends that all',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const held = yield* tracee.make('held', 'thread', true);
      yield* s.root.kill(tracee.pid, 'SIGTSTP');
      yield* tracer.ptrace('ATTACH', tracee.pid);
      yield* tracer.seize(held.pid);
      for (const { pid } of [tracee, held]) s.log('stopped', yield* tracer.look(pid));
      yield* tracer.cont(tracee.pid);
      s.log('its own', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      yield* tracer.ptrace('LISTEN', held.pid);
      s.log('listens', yield* tracer.look(held.pid));
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      yield* tracer.cont(held.pid);
      s.log('continued', yield* tracer.look(held.pid));
    },
    [
      'stopped: tracee stop SIGTSTP',
      'stopped: held EVENT_STOP SIGTSTP',
      'its own: tracee stop SIGSTOP',
      'listens: held EVENT_STOP SIGSTOP',
      'continued: held EVENT_STOP SIGTRAP',
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
    'R48 SYSCALL out of the SIGTRAP after an exec: the first call of the new program',
    function* (s) {
      const tracee = yield* s.actor('tracee');
      yield* tracee.ptrace('TRACEME', 0);
      yield* tracee.start(calls.exec());
      s.log('trap', yield* s.root.wait4(tracee.pid));
      yield* s.root.syscall(tracee.pid);
      s.log('entry', yield* s.root.wait4(tracee.pid), yield* tracee.pending());
      yield* s.root.cont(tracee.pid);
      s.log('exec', yield* tracee.result());
    },
    ['trap: tracee stop SIGTRAP', 'entry: tracee stop SIGTRAP | true', 'exec: ok'],
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
    'R26 R29 a listener that a group stop trapped is left in that stop as its tracer dies',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.seize(thread.pid);
      yield* tracer.ptrace('INTERRUPT', thread.pid);
      s.log('interrupted', yield* tracer.look(thread.pid));
      yield* tracer.ptrace('LISTEN', thread.pid);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      s.log('stopped', yield* tracer.look(thread.pid), yield* tracee.condition());
      yield* s.root.kill(tracer.pid, 'SIGKILL');
      s.log('its tracer dead', yield* thread.condition());
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('continued', yield* thread.condition(), yield* tracee.condition());
    },
    [
      'interrupted: thread EVENT_STOP SIGTRAP',
      'stopped: thread EVENT_STOP SIGSTOP | stopped',
      'its tracer dead: stopped',
      'continued: runs | runs',
    ],
  ),
  scenario(
    'R29 DETACH out of another stop, while the group stop lasts: back into it',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.seize(thread.pid);
      yield* s.root.do(calls.tgkill(tracee.pid, thread.pid, 'SIGUSR1'));
      s.log('signal', yield* tracer.look(thread.pid));
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      s.log('stopping', yield* tracee.condition());
      yield* tracer.ptrace('DETACH', thread.pid);
      s.log('detached', yield* thread.condition());
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('continued', yield* thread.condition());
    },
    ['signal: thread stop SIGUSR1', 'stopping: stopped', 'detached: stopped', 'continued: runs'],
  ),
  scenario(
    'R41 DETACH with a deadly signal at a call, of who ran out of a group stop: it dies, and is not stopped again',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      s.log('stop', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      s.log('stop', yield* tracer.look(tracee.pid));
      yield* tracer.syscall(tracee.pid);
      s.log('call', yield* tracer.look(tracee.pid));
      yield* tracer.ptrace('DETACH', tracee.pid, 0, calls.sig('SIGUSR2'));
      s.log('dead', yield* tracee.condition(), yield* s.root.look(tracee.pid));
    },
    [
      'stop: tracee stop SIGSTOP',
      'stop: tracee EVENT_STOP SIGSTOP',
      'call: tracee stop SIGTRAP',
      'dead: dead | tracee killed SIGUSR2',
    ],
  ),
  scenario(
    'R45 a step out of an exit-stop: a signal that waits comes first, and else the trap is that of the next instruction',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      s.log('stop', yield* tracer.look(tracee.pid));
      yield* tracer.syscall(tracee.pid);
      s.log('entry', yield* tracer.look(tracee.pid));
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      yield* tracer.syscall(tracee.pid);
      s.log('exit', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid, 0, 'SINGLESTEP');
      s.log('signal', yield* tracer.look(tracee.pid));
      yield* tracer.syscall(tracee.pid);
      s.log('entry', yield* tracer.look(tracee.pid));
      yield* tracee.start(calls.getppid());
      yield* tracer.syscall(tracee.pid);
      s.log('exit', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid, 0, 'SINGLESTEP');
      s.log('trap', yield* tracer.look(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
    },
    [
      'stop: tracee EVENT_STOP SIGTRAP',
      'entry: tracee stop SYSCALL',
      'exit: tracee stop SYSCALL',
      'signal: tracee stop SIGUSR1',
      'entry: tracee stop SYSCALL',
      'exit: tracee stop SYSCALL',
      'trap: tracee stop SIGTRAP | SIGTRAP TRAP_TRACE',
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
    'R26 R27 LISTEN with a new group stop waiting: it traps again, and with that the stop is whole',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* s.root.make('tracee', 'fork', true);
      yield* tracee.make('thread', 'thread', true);
      const parent = { call: 'wait4', args: [tracee.pid, ['WNOHANG', 'WUNTRACED', 'WCONTINUED']] } as const;
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.seize(tracee.pid);
      s.log('stop', yield* tracer.look(tracee.pid), yield* s.root.do(parent));
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      yield* s.root.kill(tracee.pid, 'SIGTSTP');
      s.log('held', yield* tracer.look(tracee.pid), yield* s.root.do(parent));
      s.log('LISTEN', yield* tracer.ptrace('LISTEN', tracee.pid));
      s.log('trap', yield* tracer.look(tracee.pid), yield* s.root.do(parent));
      s.log('LISTEN', yield* tracer.ptrace('LISTEN', tracee.pid));
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('end', yield* tracer.look(tracee.pid));
    },
    [
      'stop: tracee EVENT_STOP SIGSTOP | tracee stop SIGSTOP',
      'held: none | tracee continued',
      'LISTEN: ok',
      'trap: tracee EVENT_STOP SIGTSTP | tracee stop SIGTSTP',
      'LISTEN: ok',
      'end: tracee EVENT_STOP SIGTRAP',
    ],
  ),
  scenario(
    'R3 GET_SYSCALL_INFO goes by the siginfo of the stop, which SETSIGINFO may change',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* tracer.syscall(tracee.pid);
      yield* tracee.start(calls.getppid());
      yield* tracer.syscall(tracee.pid);
      s.log('stop', yield* tracer.look(tracee.pid), yield* tracer.ptrace('GET_SYSCALL_INFO', tracee.pid));
      yield* tracer.do({
        call: 'ptrace',
        args: ['SETSIGINFO', tracee.pid, 0, { signo: calls.sig('SIGTRAP'), errno: 0, code: 0 }],
      });
      s.log('changed', yield* tracer.ptrace('GET_SYSCALL_INFO', tracee.pid));
    },
    ['stop: tracee stop SYSCALL | exit 1', 'changed: none'],
  ),
  scenario(
    'R22 a clone with a signal waiting is made again, after that',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD', 'TRACEFORK');
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* tracer.syscall(tracee.pid);
      const child = yield* tracee.startMake('child', 'fork');
      yield* tracer.syscall(tracee.pid);
      s.log('exit', yield* tracer.look(tracee.pid));
      yield* tracer.syscall(tracee.pid);
      s.log('entry', yield* tracer.look(tracee.pid));
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      yield* tracer.syscall(tracee.pid);
      s.log('exit', yield* tracer.look(tracee.pid), yield* tracer.ptrace('GET_SYSCALL_INFO', tracee.pid));
      yield* tracer.syscall(tracee.pid);
      s.log('signal', yield* tracer.look(tracee.pid));
      yield* tracer.syscall(tracee.pid);
      s.log('entry', yield* tracer.look(tracee.pid));
      yield* tracer.syscall(tracee.pid);
      s.log('born', yield* tracer.look(tracee.pid), yield* child.condition());
    },
    [
      'exit: tracee stop SYSCALL',
      'entry: tracee stop SYSCALL',
      'exit: tracee stop SYSCALL | exit ERESTARTNOINTR',
      'signal: tracee stop SIGUSR1',
      'entry: tracee stop SYSCALL',
      'born: tracee EVENT_FORK | stopped',
    ],
  ),
  scenario(
    'R48 at the EVENT_EXEC the result is not there yet',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACEEXEC');
      yield* tracee.start({ call: 'exec', args: [] });
      s.log('exec', yield* tracer.look(tracee.pid));
      const { regs } = yield* tracer.ptrace('GETREGS', tracee.pid);
      s.log(`rax ${BigInt.asIntN(64, regs!.rax!)} rbx ${regs!.rbx}`);
    },
    ['exec: tracee EVENT_EXEC', 'rax -38 rbx 0'],
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
    'R34 a group stop that begins while a thread is shown the end of the one before: it is whole when that goes on',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      const parent = { call: 'wait4', args: [tracee.pid, ['WNOHANG', 'WUNTRACED', 'WCONTINUED']] } as const;
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.seize(thread.pid);
      s.log('stop', yield* s.root.do(parent));
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.cont(thread.pid);
      s.log('joined', yield* tracer.look(thread.pid), yield* s.root.do(parent));
      s.log('no more', yield* s.root.do(parent));
    },
    ['stop: tracee stop SIGSTOP', 'joined: thread EVENT_STOP SIGSTOP | tracee stop SIGSTOP', 'no more: none'],
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
    'R41 a deadly signal that a tracer gives at a call as it detaches comes before a lower one that waits',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* tracer.syscall(tracee.pid);
      yield* tracee.start(calls.getppid());
      yield* tracer.syscall(tracee.pid);
      yield* tracer.syscall(tracee.pid);
      yield* s.root.tgkill(tracee, 'SIGHUP');
      yield* tracer.ptrace('DETACH', tracee.pid, 0, calls.sig('SIGUSR1'));
      s.log('end', yield* s.root.look(tracee.pid));
    },
    ['end: tracee killed SIGUSR1'],
    { onlyNative: 'a real tracee looks for signals before it dies of one' },
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
    'R45 no step outlives its tracer, in a group stop neither',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.ptrace('ATTACH', tracee.pid);
      yield* tracer.cont(tracee.pid);
      s.log('its SIGSTOP', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGSTOP', 'SINGLESTEP');
      s.log('stop', yield* tracer.look(tracee.pid));
      yield* tracer.ptrace('DETACH', tracee.pid, 0, calls.sig('SIGSTOP'));
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('then', yield* tracee.do(calls.getppid()), yield* tracee.condition());
    },
    ['its SIGSTOP: tracee stop SIGSTOP', 'stop: tracee stop SIGSTOP', 'then: root | runs'],
  ),
  scenario(
    "R14 who takes its leader's number by an exec takes its place among the children, too: a stop comes before a SIGCONT",
    function* (s) {
      const tracee = yield* s.root.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      yield* thread.do({ call: 'ptrace', args: ['TRACEME', 0, 0, 0] });
      yield* thread.start(calls.exec());
      const options = ['WNOHANG', 'WCONTINUED'] as const;
      s.log('first', yield* s.root.do({ call: 'wait4', args: [tracee.pid, options] }));
      s.log('second', yield* s.root.do({ call: 'wait4', args: [tracee.pid, options] }));
    },
    ['first: tracee stop SIGTRAP', 'second: tracee continued'],
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
    'R41 a signal that is ignored, given with DETACH at an entry while the group stop lasts: whoever attaches next does not see it',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      yield* tracer.syscall(tracee.pid);
      s.log('entry', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGWINCH', 'DETACH');
      yield* tracer.seize(tracee.pid);
      s.log('group stop', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('runs', yield* tracer.look(tracee.pid), yield* tracee.condition());
    },
    ['entry: tracee stop SIGTRAP', 'group stop: tracee EVENT_STOP SIGSTOP', 'runs: none | runs'],
    { notPassive: 'to a second tracer the signal is not one that is dropped: it is pending for whoever attaches, too' },
  ),
  scenario(
    'R55 SIGKILL ends the event of a call, and not the call: its result is there at the exit event',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const other = yield* s.tracee('other');
      for (const { pid } of [tracee, other]) yield* tracer.seize(pid, 'TRACEEXEC', 'TRACEFORK', 'TRACEEXIT');
      yield* tracee.start(calls.exec());
      yield* s.root.kill(tracee.pid, 'SIGKILL');
      const exec = yield* tracer.getRegisters(tracee.pid);
      s.log('exec', yield* tracer.look(tracee.pid), `rax ${exec.rax}`);
      const child = yield* other.startMake('child', 'fork');
      yield* s.root.kill(other.pid, 'SIGKILL');
      const fork = yield* tracer.getRegisters(other.pid);
      s.log('fork', yield* tracer.look(other.pid), `rax ${fork.rax === BigInt(child.pid) ? 'child' : fork.rax}`);
    },
    ['exec: tracee EVENT_EXIT | rax 0', 'fork: other EVENT_EXIT | rax child'],
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
];
