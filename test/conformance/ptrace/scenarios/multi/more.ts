/** Two tracers and what is left: seccomp, vfork, TRACEME, debug registers, leaving in the middle, circles. */

import * as calls from '../../calls.ts';
import { scenario } from '../../play.ts';

const GETPPID = 110;
const DEBUG_REGISTERS = 848;

export const sharedMore = [
  scenario(
    'P2 a circle is refused',
    function* (s) {
      const a = yield* s.actor('a');
      const b = yield* s.actor('b');
      const c = yield* s.actor('c');
      s.log('a traces b', yield* a.seize(b.pid));
      s.log('b traces a', yield* b.seize(a.pid));
      s.log('b traces c', yield* b.seize(c.pid));
      s.log('c traces a', yield* c.seize(a.pid), yield* c.ptrace('ATTACH', a.pid));
    },
    ['a traces b: ok', 'b traces a: EPERM', 'b traces c: ok', 'c traces a: EPERM | EPERM'],
    { onlyServed: true },
  ),
  scenario(
    'P15 a seccomp stop goes to those with the option; the option of one is enough',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      yield* tracee.do(calls.prctl(38, 1));
      yield* tracee.do(calls.seccomp(GETPPID, 'trace', 42));
      yield* a.seize(tracee.pid);
      s.log('nobody asked', yield* tracee.do(calls.getppid()));
      yield* b.seize(tracee.pid, 'TRACESECCOMP');
      yield* tracee.start(calls.getppid());
      s.log('b', yield* b.wait4(tracee.pid), yield* b.message(tracee.pid), yield* a.look(tracee.pid));
      yield* b.cont(tracee.pid);
      s.log('made', yield* tracee.result());
    },
    ['nobody asked: ENOSYS', 'b: tracee EVENT_SECCOMP | 42 | none', 'made: root'],
    { onlyServed: true },
  ),
  scenario(
    'P16 DETACH with the signal in the middle of the chain hands it on; without it, it is gone',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      yield* tracee.do(calls.sigaction('SIGUSR1', 'handler'));
      yield* b.seize(tracee.pid);
      for (const give of ['SIGUSR1', 0] as const) {
        yield* a.seize(tracee.pid);
        yield* s.root.kill(tracee.pid, 'SIGUSR1');
        s.log('b', yield* b.look(tracee.pid));
        yield* b.cont(tracee.pid, 'SIGUSR1');
        s.log('a', yield* a.wait4(tracee.pid));
        yield* a.cont(tracee.pid, give, 'DETACH');
        s.log('handled', (yield* tracee.handled()).length);
      }
      yield* a.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      yield* b.wait4(tracee.pid);
      yield* b.cont(tracee.pid, 'SIGUSR1', 'DETACH');
      s.log('from b to a', yield* a.wait4(tracee.pid));
      yield* a.cont(tracee.pid, 'SIGUSR1');
      s.log('handled', (yield* tracee.handled()).length);
    },
    [
      'b: tracee stop SIGUSR1',
      'a: tracee stop SIGUSR1',
      'handled: 1',
      'b: tracee stop SIGUSR1',
      'a: tracee stop SIGUSR1',
      'handled: 1',
      'from b to a: tracee stop SIGUSR1',
      'handled: 2',
    ],
    { onlyServed: true },
  ),
  scenario(
    'P22 an INTERRUPT in the middle of the chain: the delivery-stop that comes satisfies it (R24)',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      yield* tracee.do(calls.sigaction('SIGUSR1', 'handler'));
      yield* a.seize(tracee.pid);
      yield* b.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      s.log('a', yield* a.wait4(tracee.pid));
      yield* b.ptrace('INTERRUPT', tracee.pid);
      yield* a.cont(tracee.pid, 'SIGUSR1');
      const first = yield* b.wait4(tracee.pid);
      s.log('b', first);
      yield* b.cont(tracee.pid, first.status === 0xa7f ? 'SIGUSR1' : 0);
      const second = yield* b.look(tracee.pid);
      s.log('b', second);
      if (second.status !== undefined) yield* b.cont(tracee.pid, second.status === 0xa7f ? 'SIGUSR1' : 0);
      s.log('handled', yield* tracee.handled(), yield* b.look(tracee.pid));
    },
    ['a: tracee stop SIGUSR1', 'b: tracee stop SIGUSR1', 'b: none', 'handled: SIGUSR1 SI_USER pid=root | none'],
    { onlyServed: true },
  ),
  scenario(
    'P7 TRACEME, and another attaches to the same task',
    function* (s) {
      const parent = yield* s.actor('parent');
      const b = yield* s.actor('b');
      const tracee = yield* parent.make('tracee', 'fork', true);
      s.log('TRACEME', yield* tracee.ptrace('TRACEME', 0), yield* b.seize(tracee.pid));
      s.log('TRACEME again', yield* tracee.ptrace('TRACEME', 0));
      yield* tracee.start(calls.kill(tracee.pid, 'SIGUSR1'), calls.exitGroup(3));
      s.log('parent', yield* parent.wait4(-1));
      yield* parent.cont(tracee.pid, 'SIGUSR1');
      s.log('b', yield* b.wait4(-1));
      yield* b.cont(tracee.pid);
      s.log('b', yield* b.wait4(-1));
      s.log('parent', yield* parent.wait4(-1), yield* parent.wait4(-1));
    },
    [
      'TRACEME: ok | ok',
      'TRACEME again: EPERM',
      'parent: tracee stop SIGUSR1',
      'b: tracee stop SIGUSR1',
      'b: tracee exit 3',
      'parent: tracee exit 3 | ECHILD',
    ],
    { onlyServed: true },
  ),
  scenario(
    'P25 a vfork that one follows, while the other looks on: the child is not held behind its parent',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      yield* a.seize(tracee.pid, 'TRACEVFORK', 'TRACEVFORKDONE');
      yield* b.seize(tracee.pid, 'TRACEVFORKDONE');
      const child = yield* tracee.startMake('child', 'vfork');
      s.log('a', yield* a.wait4(tracee.pid), yield* b.look(-1));
      yield* a.cont(tracee.pid);
      s.log('a, child', yield* a.wait4(child.pid));
      yield* a.cont(child.pid);
      s.log('the child runs', yield* child.do(calls.getppid()));
      yield* child.start(calls.exit(1));
      s.log('a, child', yield* a.wait4(child.pid));
      s.log('done', yield* a.wait4(tracee.pid), yield* b.wait4(tracee.pid));
    },
    [
      'a: tracee EVENT_VFORK | none',
      'a, child: child EVENT_STOP SIGTRAP',
      'the child runs: tracee',
      'a, child: child exit 1',
      'done: tracee EVENT_VFORK_DONE | tracee EVENT_VFORK_DONE',
    ],
    { onlyServed: true },
  ),
  scenario(
    'P37 each tracer has debug registers of its own; a hit goes to whose it is',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      yield* a.seize(tracee.pid);
      yield* b.seize(tracee.pid);
      yield* s.halt(a, tracee, calls.getppid());
      yield* b.ptrace('INTERRUPT', tracee.pid);
      const { rip: at = 0n } = yield* a.getRegisters(tracee.pid);
      const set = [
        yield* a.ptrace('POKEUSER', tracee.pid, DEBUG_REGISTERS, at + 1n),
        yield* a.ptrace('POKEUSER', tracee.pid, DEBUG_REGISTERS + 7 * 8, 1),
      ];
      s.log('a sets', ...set);
      yield* a.cont(tracee.pid);
      s.log('b', yield* b.wait4(tracee.pid), yield* b.ptrace('PEEKUSER', tracee.pid, DEBUG_REGISTERS));
      const other = [
        yield* b.ptrace('POKEUSER', tracee.pid, DEBUG_REGISTERS, at + 3n),
        yield* b.ptrace('POKEUSER', tracee.pid, DEBUG_REGISTERS + 7 * 8, 1),
      ];
      s.log('b sets', ...other);
      yield* b.cont(tracee.pid);
      s.log('a', yield* a.wait4(tracee.pid), yield* a.ptrace('GETSIGINFO', tracee.pid), yield* b.look(tracee.pid));
      yield* a.cont(tracee.pid);
      s.log('b', yield* b.wait4(tracee.pid), yield* b.ptrace('GETSIGINFO', tracee.pid), yield* a.look(tracee.pid));
      const { value: dr6 = 0n } = yield* b.ptrace('PEEKUSER', tracee.pid, DEBUG_REGISTERS + 6 * 8);
      s.log('dr6', String(dr6 & 15n));
      yield* b.cont(tracee.pid);
      s.log('result', yield* tracee.result());
    },
    [
      'a sets: ok | ok',
      'b: tracee EVENT_STOP SIGTRAP | 0x0',
      'b sets: ok | ok',
      'a: tracee stop SIGTRAP | SIGTRAP TRAP_HWBKPT | none',
      'b: tracee stop SIGTRAP | SIGTRAP TRAP_HWBKPT | none',
      'dr6: 1',
      'result: root',
    ],
    { onlyServed: true },
  ),
  scenario(
    'P21 two threads, each with a tracer of its own: a group stop and its end',
    function* (s) {
      const a = yield* s.actor('a');
      const b = yield* s.actor('b');
      const leader = yield* s.tracee('leader');
      const thread = yield* leader.make('thread', 'thread', true);
      yield* a.seize(leader.pid);
      yield* b.seize(thread.pid);
      yield* s.root.tgkill(leader, 'SIGSTOP');
      s.log('a', yield* a.wait4(-1), yield* b.look(-1));
      yield* a.cont(leader.pid, 'SIGSTOP');
      s.log('a', yield* a.wait4(-1));
      s.log('b', yield* b.wait4(-1));
      s.log('parent', yield* s.root.wait4(leader.pid, ['WUNTRACED', 'WNOHANG']));
      yield* a.ptrace('LISTEN', leader.pid);
      yield* s.root.tgkill(leader, 'SIGCONT');
      s.log('a', yield* a.look(-1), yield* b.look(-1));
      yield* b.cont(thread.pid);
      s.log('b is owed one', yield* b.wait4(-1));
      yield* b.cont(thread.pid);
      s.log('the thread runs', yield* thread.do(calls.getppid()));
      yield* a.cont(leader.pid);
      s.log('a', yield* a.wait4(-1));
    },
    [
      'a: leader stop SIGSTOP | none',
      'a: leader EVENT_STOP SIGSTOP',
      'b: thread EVENT_STOP SIGSTOP',
      'parent: leader stop SIGSTOP',
      'a: leader EVENT_STOP SIGTRAP | none',
      'b is owed one: thread EVENT_STOP SIGTRAP',
      'the thread runs: root',
      'a: leader stop SIGCONT',
    ],
    { onlyServed: true },
  ),
  scenario(
    'P32 a tracer whose own tracer watches its calls, while another tracer shares its tracee',
    function* (s) {
      const observer = yield* s.actor('observer');
      const { a, b, tracee } = yield* s.trio();
      yield* b.seize(tracee.pid);
      yield* observer.seize(a.pid, 'TRACESYSGOOD');
      yield* s.halt(observer, a, { call: 'ptrace', args: ['SEIZE', tracee.pid, 0, 0] }, a.waiting(tracee.pid));
      for (const label of ['SEIZE', 'SEIZE', 'wait4']) {
        yield* observer.syscall(a.pid);
        s.log(label, yield* observer.wait4(a.pid), yield* observer.ptrace('GET_SYSCALL_INFO', a.pid));
      }
      yield* observer.syscall(a.pid);
      s.log('a sleeps in wait4', yield* observer.look(a.pid), yield* a.pending());
      yield* s.root.kill(tracee.pid, 'SIGKILL');
      s.log('b', yield* b.wait4(tracee.pid));
      const stop = yield* observer.wait4(a.pid);
      s.log('wait4', stop, yield* observer.ptrace('GET_SYSCALL_INFO', a.pid));
      yield* observer.cont(a.pid);
      s.log('then', yield* observer.wait4(a.pid));
      yield* observer.cont(a.pid);
      s.log('a', ...(yield* a.results(2)));
    },
    [
      'SEIZE: a stop SYSCALL | entry nr=101',
      'SEIZE: a stop SYSCALL | exit 0',
      'wait4: a stop SYSCALL | entry nr=61',
      'a sleeps in wait4: none | false',
      'b: tracee killed SIGKILL',
      'wait4: a stop SYSCALL | exit tracee',
      'then: a stop SIGCHLD',
      'a: ok | tracee killed SIGKILL',
    ],
    { onlyServed: true },
  ),
];
