/** R46–R51: exec, exit, SIGKILL, the tracer's death. */

import * as calls from '../calls.ts';
import { scenario } from '../play.ts';
import { hex } from '../text.ts';

export const execExit = [
  scenario(
    'R46 exec by a non-leader: it takes the tgid; EVENT_EXEC says which thread it was',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const leader = yield* s.tracee('leader');
      const thread = yield* leader.make('thread', 'thread', true);
      yield* tracer.seize(leader.pid, 'TRACEEXEC');
      yield* tracer.seize(thread.pid, 'TRACEEXEC');
      yield* thread.start(calls.exec());
      s.log('wait', yield* tracer.wait4(-1));
      s.log('message', s.who(yield* tracer.message(leader.pid)));
      s.log('the old thread', yield* tracer.look(thread.pid), yield* tracer.cont(thread.pid));
      yield* tracer.cont(leader.pid);
      s.log('execve', yield* thread.result());
      s.log('no more', yield* tracer.look(-1));
      s.log('one is left', yield* thread.do(calls.getpid()));
    },
    [
      'wait: leader EVENT_EXEC',
      'message: thread',
      'the old thread: ECHILD | ESRCH',
      'execve: ok',
      'no more: none',
      'one is left: leader',
    ],
  ),
  scenario(
    'R46 exec by a non-leader kills the other threads, which are reaped',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const leader = yield* s.tracee('leader');
      const first = yield* leader.make('first', 'thread', true);
      const second = yield* leader.make('second', 'thread', true);
      for (const actor of [leader, first, second]) yield* tracer.seize(actor.pid, 'TRACEEXEC');
      yield* first.start(calls.exec());
      const mark = s.lines.length;
      for (let k = 0; k < 2; k++) s.log('wait', yield* tracer.wait4(-1));
      s.sortFrom(mark);
      s.log('the other', yield* tracer.look(second.pid));
      yield* tracer.cont(leader.pid);
      s.log('execve', yield* first.result());
    },
    ['wait: leader EVENT_EXEC', 'wait: second exit 0', 'the other: ECHILD', 'execve: ok'],
  ),
  scenario(
    'R46 after an exec by a non-leader there is one tracee: its events come once, and its death',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const leader = yield* s.tracee('leader');
      const thread = yield* leader.make('thread', 'thread', true);
      for (const actor of [leader, thread]) yield* tracer.seize(actor.pid, 'TRACEEXEC', 'TRACEEXIT', 'TRACEFORK');
      yield* thread.start(calls.exec());
      s.log('leader', yield* tracer.wait4(leader.pid));
      yield* tracer.cont(leader.pid);
      s.log('exec', yield* tracer.wait4(leader.pid));
      yield* tracer.cont(leader.pid);
      s.log('execve', yield* thread.result(), yield* tracer.look(-1));
      yield* tracer.kill(leader.pid, 'SIGUSR1');
      s.log('signal', yield* tracer.wait4(-1));
      yield* tracer.cont(leader.pid);
      s.log('once', yield* tracer.look(-1), yield* thread.do(calls.getpid()));
      yield* tracer.kill(leader.pid, 'SIGKILL');
      s.log('exit', yield* tracer.wait4(-1));
      yield* tracer.cont(leader.pid);
      s.log('death', yield* tracer.wait4(-1));
      s.log('no more', yield* tracer.wait4(-1), yield* s.root.wait4(leader.pid));
    },
    [
      'leader: leader EVENT_EXIT',
      'exec: leader EVENT_EXEC',
      'execve: ok | none',
      'signal: leader stop SIGUSR1',
      'once: none | leader',
      'exit: leader EVENT_EXIT',
      'death: leader killed SIGKILL',
      'no more: ECHILD | leader killed SIGKILL',
    ],
  ),
  scenario(
    'R47 exec by a non-leader: the leader’s exit stop, then it vanishes',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const leader = yield* s.tracee('leader');
      const thread = yield* leader.make('thread', 'thread', true);
      for (const actor of [leader, thread]) yield* tracer.seize(actor.pid, 'TRACEEXEC', 'TRACEEXIT');
      yield* thread.start(calls.exec());
      s.log('leader', yield* tracer.look(leader.pid), hex(yield* tracer.message(leader.pid)));
      s.log('thread', yield* tracer.look(thread.pid));
      yield* tracer.cont(leader.pid);
      s.log('under the tgid', yield* tracer.look(leader.pid), s.who(yield* tracer.message(leader.pid)));
      yield* tracer.cont(leader.pid);
      s.log('execve', yield* thread.result());
    },
    ['leader: leader EVENT_EXIT | 0x0', 'thread: none', 'under the tgid: leader EVENT_EXEC | thread', 'execve: ok'],
  ),
  scenario(
    'R47 exec by a thread that is not traced, whose leader is: the tracer has lost its tracee',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const leader = yield* s.tracee('leader');
      const thread = yield* leader.make('thread', 'thread');
      yield* tracer.seize(leader.pid, 'TRACEEXEC');
      yield* tracer.start(tracer.waiting(-1));
      yield* thread.start(calls.exec());
      s.log('wait', yield* tracer.result());
      s.log('not traced', yield* tracer.ptrace('INTERRUPT', leader.pid));
      s.log('execve', yield* thread.result(), yield* thread.do(calls.getpid()));
      s.log('parent', yield* s.root.look(leader.pid));
    },
    ['wait: ECHILD', 'not traced: ESRCH', 'execve: ok | leader', 'parent: none'],
  ),
  scenario(
    'R48 exec without TRACEEXEC: a SEIZEd task gets nothing',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      s.log('execve', yield* tracee.do(calls.exec()), yield* tracer.look(tracee.pid));
    },
    ['execve: ok | none'],
  ),
  scenario(
    'R48 exec without TRACEEXEC: an ATTACHed task gets a SIGTRAP (code 0, pid of its own)',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.ptrace('ATTACH', tracee.pid);
      yield* tracer.wait4(tracee.pid);
      yield* tracer.cont(tracee.pid);
      yield* tracee.start(calls.exec());
      const stop = yield* tracer.wait4(tracee.pid);
      s.log('stop', stop, hex(stop.status ?? 0), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('execve', yield* tracee.result());
    },
    ['stop: tracee stop SIGTRAP | 0x57f | SIGTRAP SI_USER pid=tracee', 'execve: ok'],
  ),
  scenario(
    'R48 exec without TRACEEXEC: TRACEME gets a SIGTRAP too; with the option there is none',
    function* (s) {
      const parent = yield* s.actor('parent');
      const tracee = yield* parent.make('tracee', 'fork', true);
      yield* tracee.ptrace('TRACEME', 0);
      yield* tracee.start(calls.exec());
      s.log('stop', yield* parent.wait4(tracee.pid), yield* parent.ptrace('GETSIGINFO', tracee.pid));
      yield* parent.setOptions(tracee.pid, 'TRACEEXEC');
      yield* parent.cont(tracee.pid);
      s.log('execve', yield* tracee.result());
      yield* tracee.start(calls.exec());
      s.log('stop', yield* parent.wait4(tracee.pid));
      yield* parent.cont(tracee.pid);
      s.log('execve', yield* tracee.result(), yield* parent.look(tracee.pid));
    },
    [
      'stop: tracee stop SIGTRAP | SIGTRAP SI_USER pid=tracee',
      'execve: ok',
      'stop: tracee EVENT_EXEC',
      'execve: ok | none',
    ],
  ),
  scenario(
    'R48 exec under SYSCALL: entry, EVENT_EXEC, exit',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACEEXEC', 'TRACESYSGOOD');
      yield* s.halt(tracer, tracee, calls.exec());
      for (let k = 0; k < 3; k++) {
        yield* tracer.syscall(tracee.pid);
        s.log('stop', yield* tracer.wait4(tracee.pid), yield* tracer.ptrace('GET_SYSCALL_INFO', tracee.pid));
      }
      yield* tracer.cont(tracee.pid);
      s.log('execve', yield* tracee.result());
    },
    [
      'stop: tracee stop SYSCALL | entry nr=59',
      'stop: tracee EVENT_EXEC | none',
      'stop: tracee stop SYSCALL | exit 0',
      'execve: ok',
    ],
  ),
  scenario(
    'R49 EVENT_EXIT: the message is the code in wait format; a signal’s death too; it cannot be prevented',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      for (const [label, call] of [
        ['exit_group', calls.exitGroup(3)],
        ['exit', calls.exit(4)],
      ] as const) {
        const tracee = yield* s.tracee(label);
        yield* tracer.seize(tracee.pid, 'TRACEEXIT');
        yield* tracee.start(call);
        s.log(label, yield* tracer.wait4(tracee.pid), hex(yield* tracer.message(tracee.pid)));
        yield* tracer.cont(tracee.pid);
        s.log(label, yield* tracer.wait4(tracee.pid));
      }
      const tracee = yield* s.tracee('tracee');
      yield* tracer.seize(tracee.pid, 'TRACEEXIT');
      yield* s.root.kill(tracee.pid, 'SIGTERM');
      yield* tracer.wait4(tracee.pid);
      yield* tracer.cont(tracee.pid, 'SIGTERM');
      s.log('SIGTERM', yield* tracer.wait4(tracee.pid), hex(yield* tracer.message(tracee.pid)));
      s.log('registers can be read', (yield* tracer.ptrace('GETREGS', tracee.pid)).ret);
      yield* tracer.cont(tracee.pid);
      s.log('death', yield* tracer.wait4(tracee.pid));
    },
    [
      'exit_group: exit_group EVENT_EXIT | 0x300',
      'exit_group: exit_group exit 3',
      'exit: exit EVENT_EXIT | 0x400',
      'exit: exit exit 4',
      'SIGTERM: tracee EVENT_EXIT | 0xf',
      'registers can be read: 0',
      'death: tracee killed SIGTERM',
    ],
  ),
  scenario(
    'R49 SIGKILL makes EVENT_EXIT too, of a running and of a stopped task (message 9)',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      for (const label of ['running', 'stopped'] as const) {
        const tracee = yield* s.tracee(label);
        yield* tracer.seize(tracee.pid, 'TRACEEXIT');
        if (label === 'stopped') {
          yield* tracer.ptrace('INTERRUPT', tracee.pid);
          yield* tracer.wait4(tracee.pid);
        }
        yield* s.root.kill(tracee.pid, 'SIGKILL');
        s.log(label, yield* tracer.wait4(tracee.pid), yield* tracer.message(tracee.pid));
        yield* tracer.cont(tracee.pid);
        s.log(label, yield* tracer.wait4(tracee.pid));
      }
    },
    [
      'running: running EVENT_EXIT | 9',
      'running: running killed SIGKILL',
      'stopped: stopped EVENT_EXIT | 9',
      'stopped: stopped killed SIGKILL',
    ],
  ),
  scenario(
    'R49 exit_group with two threads: EVENT_EXIT of each',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const leader = yield* s.tracee('leader');
      const thread = yield* leader.make('thread', 'thread', true);
      for (const actor of [leader, thread]) yield* tracer.seize(actor.pid, 'TRACEEXIT');
      yield* leader.start(calls.exitGroup(5));
      for (const actor of [leader, thread]) {
        s.log('exit', yield* tracer.wait4(actor.pid), hex(yield* tracer.message(actor.pid)));
      }
      yield* tracer.cont(leader.pid);
      s.log('the leader waits', yield* tracer.look(leader.pid));
      yield* tracer.cont(thread.pid);
      s.log('thread', yield* tracer.wait4(thread.pid));
      s.log('leader', yield* tracer.wait4(leader.pid));
    },
    [
      'exit: leader EVENT_EXIT | 0x500',
      'exit: thread EVENT_EXIT | 0x500',
      'the leader waits: none',
      'thread: thread exit 5',
      'leader: leader exit 5',
    ],
  ),
  scenario(
    'R50 SIGKILL breaks every stop: requests say ESRCH, the death comes at once',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      for (const label of ['signal', 'EVENT_STOP', 'syscall', 'group stop', 'listening']) {
        const tracee = yield* s.tracee(label);
        yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
        if (label === 'syscall') {
          yield* s.halt(tracer, tracee, calls.getppid());
          yield* tracer.syscall(tracee.pid);
        } else if (label === 'EVENT_STOP') {
          yield* tracer.ptrace('INTERRUPT', tracee.pid);
        } else {
          yield* s.root.kill(tracee.pid, 'SIGSTOP');
        }
        yield* tracer.wait4(tracee.pid);
        if (label === 'group stop' || label === 'listening') {
          yield* tracer.cont(tracee.pid, 'SIGSTOP');
          yield* tracer.wait4(tracee.pid);
        }
        if (label === 'listening') yield* tracer.ptrace('LISTEN', tracee.pid);
        yield* s.root.kill(tracee.pid, 'SIGKILL');
        s.log(label, yield* tracer.ptrace('GETREGS', tracee.pid), yield* tracer.cont(tracee.pid));
        s.log(label, yield* tracer.wait4(tracee.pid));
      }
    },
    [
      'signal: ESRCH | ESRCH',
      'signal: signal killed SIGKILL',
      'EVENT_STOP: ESRCH | ESRCH',
      'EVENT_STOP: EVENT_STOP killed SIGKILL',
      'syscall: ESRCH | ESRCH',
      'syscall: syscall killed SIGKILL',
      'group stop: ESRCH | ESRCH',
      'group stop: group stop killed SIGKILL',
      'listening: ESRCH | ESRCH',
      'listening: listening killed SIGKILL',
    ],
  ),
  scenario(
    'R51 the tracer’s death detaches all: they run on',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const first = yield* s.tracee('first');
      const second = yield* s.tracee('second');
      yield* tracer.seize(first.pid);
      yield* tracer.ptrace('ATTACH', second.pid);
      yield* tracer.wait4(second.pid);
      yield* tracer.ptrace('INTERRUPT', first.pid);
      yield* tracer.wait4(first.pid);
      s.log('stopped', yield* first.condition(), yield* second.condition());
      yield* tracer.start(calls.exitGroup(0));
      s.log('first', yield* first.condition(), yield* first.do(calls.getppid()));
      s.log('second', yield* second.condition(), yield* second.do(calls.getppid()));
      const other = yield* s.actor('other');
      s.log('free for another', yield* other.seize(first.pid), yield* other.seize(second.pid));
    },
    ['stopped: stopped | stopped', 'first: runs | root', 'second: runs | root', 'free for another: ok | ok'],
  ),
  scenario(
    'R51 EXITKILL: the tracer’s death kills, running or stopped',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const first = yield* s.tracee('first');
      const second = yield* s.tracee('second');
      const third = yield* s.tracee('third');
      for (const actor of [first, second]) yield* tracer.seize(actor.pid, 'EXITKILL');
      yield* tracer.seize(third.pid);
      yield* tracer.ptrace('INTERRUPT', second.pid);
      yield* tracer.kill(tracer.pid, 'SIGWINCH');
      yield* tracer.start(calls.exitGroup(0));
      for (const actor of [first, second]) s.log('killed', yield* s.root.wait4(actor.pid));
      s.log('without the option', yield* third.condition());
    },
    ['killed: first killed SIGKILL', 'killed: second killed SIGKILL', 'without the option: runs'],
  ),
  scenario(
    'R51 the tracer’s death leaves a group-stopped listener stopped',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.wait4(tracee.pid);
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      yield* tracer.wait4(tracee.pid);
      yield* tracer.ptrace('LISTEN', tracee.pid);
      yield* tracer.start(calls.exitGroup(0));
      s.log('still', yield* tracee.condition());
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('SIGCONT', yield* tracee.condition());
    },
    ['still: stopped', 'SIGCONT: runs'],
  ),
  scenario(
    'R51 the death of the tracing thread alone detaches, though its group lives',
    function* (s) {
      const leader = yield* s.actor('leader');
      const tracer = yield* leader.make('tracer', 'thread');
      const tracee = yield* s.tracee();
      yield* tracer.seize(tracee.pid);
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      s.log('wait, by the leader', yield* leader.wait4(tracee.pid));
      yield* tracer.start(calls.exit(0));
      s.log('after', yield* tracee.condition(), yield* leader.wait4(tracee.pid));
    },
    ['wait, by the leader: tracee EVENT_STOP SIGTRAP', 'after: runs | ECHILD'],
  ),
];
