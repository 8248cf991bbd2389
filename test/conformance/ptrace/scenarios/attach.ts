/** R15–R19: attaching, and what it does to the task. */

import * as calls from '../calls.ts';
import { scenario } from '../play.ts';

export const attach = [
  scenario(
    'R18 attaching to a stopped task: the next wait succeeds at once, DETACH(0) leaves it stopped',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.start(calls.pause());
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      s.log('before', yield* tracee.condition());
      s.log('seize', yield* tracer.seize(tracee.pid));
      s.log('wait', yield* tracer.look(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
      s.log('detach', yield* tracer.cont(tracee.pid, 0, 'DETACH'));
      s.log('after', yield* tracee.condition());
      s.log('attach', yield* tracer.ptrace('ATTACH', tracee.pid));
      s.log('wait', yield* tracer.look(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
      s.log('detach', yield* tracer.cont(tracee.pid, 0, 'DETACH'));
      s.log('after', yield* tracee.condition());
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('continued', yield* tracee.condition());
    },
    [
      'before: stopped',
      'seize: ok',
      'wait: tracee EVENT_STOP SIGSTOP | SIGSTOP 0x8013 pid=tracee',
      'detach: ok',
      'after: stopped',
      'attach: ok',
      'wait: tracee stop SIGSTOP | EINVAL',
      'detach: ok',
      'after: stopped',
      'continued: runs',
    ],
  ),
];
