/** Two tracers and births, execs, deaths, and the death of one of the tracers (P23, P26, P27, P29). */

import * as calls from '../../calls.ts';
import { scenario } from '../../play.ts';

export const sharedLives = [
  scenario(
    'P23 a child is traced by those that follow forks; the others may attach to it',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      yield* a.seize(tracee.pid, 'TRACEFORK');
      yield* b.seize(tracee.pid);
      const child = yield* tracee.startMake('child', 'fork');
      s.log('a', yield* a.wait4(tracee.pid), s.who(yield* a.message(tracee.pid)));
      s.log('a, child', yield* a.wait4(child.pid));
      s.log('b', yield* b.look(-1), yield* b.wait4(child.pid));
      yield* a.cont(tracee.pid);
      s.log('fork', yield* tracee.result());
      s.log('SEIZE by b', yield* b.seize(child.pid), yield* b.ptrace('INTERRUPT', child.pid));
      yield* a.cont(child.pid);
      s.log('b, child', yield* b.wait4(child.pid));
      yield* b.cont(child.pid);
      s.log('runs', yield* child.do(calls.getppid()));
    },
    [
      'a: tracee EVENT_FORK | child',
      'a, child: child EVENT_STOP SIGTRAP',
      'b: none | ECHILD',
      'fork: child',
      'SEIZE by b: ok | ok',
      'b, child: child EVENT_STOP SIGTRAP',
      'runs: tracee',
    ],
    { onlyServed: true },
  ),
  scenario(
    'P23 a child that both follow: each sees its first stop in its own way',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      yield* a.seize(tracee.pid, 'TRACEFORK');
      yield* b.ptrace('ATTACH', tracee.pid);
      yield* b.wait4(tracee.pid);
      yield* b.setOptions(tracee.pid, 'TRACEFORK');
      yield* b.cont(tracee.pid);
      const child = yield* tracee.startMake('child', 'fork');
      for (const tracer of [a, b])
        s.log(tracer.name, yield* tracer.wait4(tracee.pid), s.who(yield* tracer.message(tracee.pid)));
      for (const tracer of [a, b]) s.log(tracer.name, yield* tracer.wait4(child.pid));
      for (const tracer of [a, b]) yield* tracer.cont(tracee.pid);
      s.log('fork', yield* tracee.result());
      yield* a.cont(child.pid);
      s.log('b holds the child', yield* child.condition());
      yield* b.cont(child.pid);
      s.log('runs', yield* child.do(calls.getppid()));
    },
    [
      'a: tracee EVENT_FORK | child',
      'b: tracee EVENT_FORK | child',
      'a: child EVENT_STOP SIGTRAP',
      'b: child stop SIGSTOP',
      'fork: child',
      'b holds the child: stopped',
      'runs: tracee',
    ],
    { onlyServed: true },
  ),
  scenario(
    'P26 exec by a non-leader: both see it under the tgid',
    function* (s) {
      const a = yield* s.actor('a');
      const b = yield* s.actor('b');
      const leader = yield* s.tracee('leader');
      const thread = yield* leader.make('thread', 'thread', true);
      for (const tracer of [a, b]) {
        for (const actor of [leader, thread]) yield* tracer.seize(actor.pid, 'TRACEEXEC');
      }
      yield* thread.start(calls.exec());
      for (const tracer of [a, b]) {
        s.log(tracer.name, yield* tracer.wait4(-1), s.who(yield* tracer.message(leader.pid)));
        s.log(tracer.name, yield* tracer.look(thread.pid));
      }
      for (const tracer of [a, b]) yield* tracer.cont(leader.pid);
      s.log('execve', yield* thread.result());
    },
    ['a: leader EVENT_EXEC | thread', 'a: ECHILD', 'b: leader EVENT_EXEC | thread', 'b: ECHILD', 'execve: ok'],
    { onlyServed: true },
  ),
  scenario(
    'P26 exec by a thread that only one traces, whose leader only the other traces',
    function* (s) {
      const a = yield* s.actor('a');
      const b = yield* s.actor('b');
      const leader = yield* s.tracee('leader');
      const thread = yield* leader.make('thread', 'thread', true);
      yield* a.seize(leader.pid, 'TRACEEXEC');
      yield* b.seize(thread.pid, 'TRACEEXEC');
      yield* thread.start(calls.exec());
      s.log('b', yield* b.wait4(-1), s.who(yield* b.message(leader.pid)));
      s.log('a has lost its tracee', yield* a.wait4(-1));
      yield* b.cont(leader.pid);
      s.log('execve', yield* thread.result());
    },
    ['b: leader EVENT_EXEC | thread', 'a has lost its tracee: ECHILD', 'execve: ok'],
    { onlyServed: true },
  ),
  scenario(
    'P19 the SIGTRAP after exec is made for each that is due it, and for nobody else',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      yield* a.seize(tracee.pid);
      yield* b.ptrace('ATTACH', tracee.pid);
      yield* b.wait4(tracee.pid);
      yield* b.cont(tracee.pid);
      yield* tracee.start(calls.exec());
      s.log('b', yield* b.wait4(tracee.pid), yield* b.ptrace('GETSIGINFO', tracee.pid));
      s.log('a', yield* a.look(tracee.pid));
      yield* b.cont(tracee.pid);
      s.log('execve', yield* tracee.result(), yield* a.look(tracee.pid));
    },
    ['b: tracee stop SIGTRAP | SIGTRAP SI_USER pid=tracee', 'a: none', 'execve: ok | none'],
    { onlyServed: true },
  ),
  scenario(
    'P27 a death is seen by both, and then by the parent',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      yield* a.seize(tracee.pid);
      yield* b.seize(tracee.pid);
      yield* tracee.start(calls.exitGroup(6));
      s.log('parent', yield* s.root.look(tracee.pid));
      s.log('b', yield* b.wait4(tracee.pid));
      s.log('parent', yield* s.root.look(tracee.pid));
      s.log('a', yield* a.wait4(tracee.pid));
      s.log('once', yield* a.wait4(tracee.pid), yield* b.wait4(tracee.pid));
      s.log('parent', yield* s.root.wait4(tracee.pid));
    },
    [
      'parent: none',
      'b: tracee exit 6',
      'parent: none',
      'a: tracee exit 6',
      'once: ECHILD | ECHILD',
      'parent: tracee exit 6',
    ],
    { onlyServed: true },
  ),
  scenario(
    'P20 SIGKILL ends both stops at once',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      yield* a.seize(tracee.pid, 'TRACEEXIT');
      yield* b.ptrace('ATTACH', tracee.pid);
      yield* b.wait4(tracee.pid);
      yield* a.ptrace('INTERRUPT', tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGKILL');
      s.log('a', yield* a.wait4(tracee.pid), yield* a.message(tracee.pid));
      s.log('b', yield* b.ptrace('GETREGS', tracee.pid), yield* b.look(tracee.pid));
      yield* a.cont(tracee.pid);
      s.log('death', yield* a.wait4(tracee.pid), yield* b.wait4(tracee.pid));
    },
    ['a: tracee EVENT_EXIT | 9', 'b: ESRCH | none', 'death: tracee killed SIGKILL | tracee killed SIGKILL'],
    { onlyServed: true },
  ),
  scenario(
    'P29 the death of one tracer that holds the task leaves it to the other',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      yield* a.seize(tracee.pid);
      yield* b.seize(tracee.pid);
      yield* a.ptrace('INTERRUPT', tracee.pid);
      yield* a.wait4(tracee.pid);
      yield* a.start(calls.exitGroup(0));
      s.log('runs', yield* tracee.condition(), yield* tracee.do(calls.getppid()));
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      s.log('b', yield* b.wait4(tracee.pid));
      const c = yield* s.actor('c');
      s.log('another', yield* c.seize(tracee.pid));
    },
    ['runs: runs | root', 'b: tracee stop SIGUSR1', 'another: ok'],
    { onlyServed: true },
  ),
  scenario(
    'P29 the death of the first in the middle of a signal: not waited for, the second gets it',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      yield* tracee.do(calls.sigaction('SIGUSR1', 'handler'));
      yield* a.seize(tracee.pid);
      yield* b.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      yield* a.start(calls.exitGroup(0));
      s.log('b', yield* b.wait4(tracee.pid));
      yield* b.cont(tracee.pid, 'SIGUSR1');
      s.log('handled', yield* tracee.handled());
    },
    ['b: tracee stop SIGUSR1', 'handled: SIGUSR1 SI_USER pid=root'],
    { onlyServed: true },
  ),
  scenario(
    'P29 EXITKILL of one kills the task, also for the other',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      yield* a.seize(tracee.pid, 'EXITKILL');
      yield* b.seize(tracee.pid);
      yield* b.ptrace('INTERRUPT', tracee.pid);
      yield* b.wait4(tracee.pid);
      yield* a.start(calls.exitGroup(0));
      s.log('b', yield* b.wait4(tracee.pid));
      s.log('parent', yield* s.root.wait4(tracee.pid));
    },
    ['b: tracee killed SIGKILL', 'parent: tracee killed SIGKILL'],
    { onlyServed: true },
  ),
  scenario(
    'P28 one of the tracers is the real parent: one report for it, after the other’s or not',
    function* (s) {
      const a = yield* s.actor('a');
      const parent = yield* s.actor('parent');
      const tracee = yield* parent.make('tracee', 'fork', true);
      yield* a.seize(tracee.pid);
      yield* parent.seize(tracee.pid);
      yield* tracee.start(calls.exitGroup(8));
      s.log('a', yield* a.wait4(tracee.pid), yield* a.wait4(tracee.pid));
      s.log('parent', yield* parent.wait4(tracee.pid));
      s.log('once', yield* parent.wait4(tracee.pid));
    },
    ['a: tracee exit 8 | ECHILD', 'parent: tracee exit 8', 'once: ECHILD'],
    { onlyServed: true },
  ),
  scenario(
    'P31 both tracers get their SIGCHLD',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      for (const tracer of [a, b]) {
        yield* tracer.do(calls.sigaction('SIGCHLD', 'handler'));
        yield* tracer.seize(tracee.pid);
      }
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      s.log('a', yield* a.handled());
      yield* a.wait4(tracee.pid);
      yield* a.cont(tracee.pid, 'SIGUSR1');
      s.log('b', yield* b.handled());
    },
    ['a: SIGCHLD CLD_TRAPPED pid=tracee', 'b: SIGCHLD CLD_TRAPPED pid=tracee'],
    { onlyServed: true },
  ),
];
