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
];
