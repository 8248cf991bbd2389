/** Two tracers and a group stop (P21): all see it at once, LISTEN is each one's own, SIGCONT reaches every listener. */

import * as calls from '../../calls.ts';
import { scenario } from '../../play.ts';
import type { Actor, Stage } from '../../stage.ts';

/** A group stop that both have seen. */
function* bothStopped(s: Stage, a: Actor, b: Actor, tracee: Actor) {
  yield* a.seize(tracee.pid);
  yield* b.seize(tracee.pid);
  yield* s.root.kill(tracee.pid, 'SIGSTOP');
  for (const tracer of [a, b]) {
    s.log(tracer.name, yield* tracer.wait4(tracee.pid));
    yield* tracer.cont(tracee.pid, 'SIGSTOP');
  }
  for (const tracer of [a, b]) s.log(tracer.name, yield* tracer.wait4(tracee.pid));
}
const BOTH_STOPPED = [
  'a: tracee stop SIGSTOP',
  'b: tracee stop SIGSTOP',
  'a: tracee EVENT_STOP SIGSTOP',
  'b: tracee EVENT_STOP SIGSTOP',
];

export const sharedJobControl = [
  scenario(
    'P21 a group stop is seen by both; the parent is told once; SIGCONT re-traps both listeners',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      yield* bothStopped(s, a, b, tracee);
      s.log('parent', yield* s.root.wait4(tracee.pid, ['WUNTRACED', 'WNOHANG']));
      for (const tracer of [a, b]) yield* tracer.ptrace('LISTEN', tracee.pid);
      s.log('listening', yield* a.look(tracee.pid), yield* b.look(tracee.pid));
      s.log('parent', yield* s.root.wait4(tracee.pid, ['WUNTRACED', 'WNOHANG']));
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      for (const tracer of [a, b]) s.log(tracer.name, yield* tracer.wait4(tracee.pid));
      s.log('parent', yield* s.root.wait4(tracee.pid, ['WCONTINUED', 'WNOHANG']));
      for (const tracer of [a, b]) yield* tracer.cont(tracee.pid);
      for (const tracer of [a, b]) {
        s.log(tracer.name, yield* tracer.wait4(tracee.pid));
        yield* tracer.cont(tracee.pid, 'SIGCONT');
      }
      s.log('runs', yield* tracee.do(calls.getppid()));
    },
    [
      ...BOTH_STOPPED,
      'parent: tracee stop SIGSTOP',
      'listening: none | none',
      'parent: none',
      'a: tracee EVENT_STOP SIGTRAP',
      'b: tracee EVENT_STOP SIGTRAP',
      'parent: tracee continued',
      'a: tracee stop SIGCONT',
      'b: tracee stop SIGCONT',
      'runs: root',
    ],
    { onlyServed: true },
  ),
  scenario(
    'P21 a listener is re-trapped by SIGCONT even if the other holds the task',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      yield* bothStopped(s, a, b, tracee);
      yield* a.ptrace('LISTEN', tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('a', yield* a.look(tracee.pid), yield* a.ptrace('GETSIGINFO', tracee.pid));
      s.log('b', yield* b.look(tracee.pid), yield* b.ptrace('GETSIGINFO', tracee.pid), yield* tracee.condition());
      yield* a.cont(tracee.pid);
      s.log('b holds', yield* tracee.condition());
      yield* b.cont(tracee.pid);
      s.log('b is owed one', yield* b.wait4(tracee.pid));
      yield* b.cont(tracee.pid);
      for (const tracer of [a, b]) {
        s.log(tracer.name, yield* tracer.wait4(tracee.pid));
        yield* tracer.cont(tracee.pid, 'SIGCONT');
      }
      s.log('runs', yield* tracee.condition());
    },
    [
      ...BOTH_STOPPED,
      'a: tracee EVENT_STOP SIGTRAP | SIGTRAP 0x8005 pid=tracee',
      'b: none | SIGSTOP 0x8013 pid=tracee | stopped',
      'b holds: stopped',
      'b is owed one: tracee EVENT_STOP SIGTRAP',
      'a: tracee stop SIGCONT',
      'b: tracee stop SIGCONT',
      'runs: runs',
    ],
    { onlyServed: true },
  ),
  scenario(
    'P21 a listener does not hold the task: another’s CONT runs it out of the group stop; INTERRUPT stops it for who asks',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      yield* bothStopped(s, a, b, tracee);
      yield* a.ptrace('LISTEN', tracee.pid);
      yield* b.cont(tracee.pid);
      s.log('a listens', yield* tracee.condition(), yield* a.look(tracee.pid), yield* b.look(tracee.pid));
      yield* a.ptrace('INTERRUPT', tracee.pid);
      s.log('INTERRUPT', yield* a.look(tracee.pid), yield* b.look(tracee.pid));
      yield* a.cont(tracee.pid);
      s.log('all have gone on', yield* tracee.do(calls.getppid()));
    },
    [
      ...BOTH_STOPPED,
      'a listens: runs | none | none',
      'INTERRUPT: tracee EVENT_STOP SIGSTOP | none',
      'all have gone on: root',
    ],
    { onlyServed: true },
  ),
  scenario(
    'P21 a stop signal that the second suppresses stops nobody',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      yield* a.seize(tracee.pid);
      yield* b.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      s.log('a', yield* a.wait4(tracee.pid));
      yield* a.cont(tracee.pid, 'SIGSTOP');
      s.log('b', yield* b.wait4(tracee.pid));
      yield* b.cont(tracee.pid, 0);
      s.log('no group stop', yield* a.look(tracee.pid), yield* b.look(tracee.pid), yield* tracee.condition());
      s.log('parent', yield* s.root.wait4(tracee.pid, ['WUNTRACED', 'WNOHANG']));
    },
    ['a: tracee stop SIGSTOP', 'b: tracee stop SIGSTOP', 'no group stop: none | none | runs', 'parent: none'],
    { onlyServed: true },
  ),
  scenario(
    'P21 SEIZE of a group-stopped task that another listens to: the newcomer sees the stop at once',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* a.seize(tracee.pid);
      s.log('a', yield* a.wait4(tracee.pid));
      yield* a.ptrace('LISTEN', tracee.pid);
      s.log('SEIZE', yield* b.seize(tracee.pid));
      s.log('b', yield* b.look(tracee.pid), yield* a.look(tracee.pid));
      yield* b.cont(tracee.pid, 0, 'DETACH');
      s.log('after', yield* tracee.condition(), yield* a.look(tracee.pid));
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('a', yield* a.look(tracee.pid));
    },
    [
      'a: tracee EVENT_STOP SIGSTOP',
      'SEIZE: ok',
      'b: tracee EVENT_STOP SIGSTOP | none',
      'after: stopped | none',
      'a: tracee EVENT_STOP SIGTRAP',
    ],
    { onlyServed: true },
  ),
  scenario(
    'P21 who listens in a trap hears of its group’s stop, and when another lets the thread run out of that, it runs',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* a.seize(thread.pid);
      yield* b.seize(thread.pid);
      yield* s.root.tgkill(thread, 'SIGCONT');
      s.log('trap', yield* a.look(thread.pid), yield* b.look(thread.pid));
      yield* a.ptrace('LISTEN', thread.pid);
      yield* b.ptrace('LISTEN', thread.pid);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      s.log('the group stops', yield* a.look(thread.pid), yield* b.look(thread.pid));
      yield* a.cont(thread.pid);
      s.log('b holds it', yield* thread.condition());
      yield* b.ptrace('LISTEN', thread.pid);
      s.log('b listens', yield* a.look(thread.pid), yield* b.look(thread.pid), yield* thread.condition());
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('goes on', yield* a.look(thread.pid), yield* b.look(thread.pid));
    },
    [
      'trap: thread EVENT_STOP SIGTRAP | thread EVENT_STOP SIGTRAP',
      'the group stops: thread EVENT_STOP SIGSTOP | thread EVENT_STOP SIGSTOP',
      'b holds it: stopped',
      'b listens: none | none | runs',
      'goes on: thread EVENT_STOP SIGTRAP | thread EVENT_STOP SIGTRAP',
    ],
    { onlyServed: true },
  ),
];
