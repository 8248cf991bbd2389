/** R15–R19: attaching, and what it does to the task. */

import * as calls from '../calls.ts';
import { scenario } from '../play.ts';

export const attach = [
  scenario(
    'R15 attach: EPERM for oneself, one’s own group, who is traced, who is dead; ESRCH for nobody',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const sibling = yield* tracer.make('sibling', 'thread');
      const dead = yield* s.actor('dead');
      yield* dead.start(calls.exitGroup(0));
      for (const request of ['ATTACH', 'SEIZE']) {
        s.log(`${request} oneself`, yield* tracer.ptrace(request, tracer.pid));
        s.log(`${request} a sibling`, yield* tracer.ptrace(request, sibling.pid));
        s.log(`${request} the dead`, yield* tracer.ptrace(request, dead.pid));
        s.log(`${request} nobody`, yield* tracer.ptrace(request, 0x7ffffff0));
      }
      s.log('SEIZE', yield* tracer.seize(tracee.pid));
      s.log('SEIZE again', yield* tracer.seize(tracee.pid));
      s.log('ATTACH again', yield* tracer.ptrace('ATTACH', tracee.pid));
    },
    [
      'ATTACH oneself: EPERM',
      'ATTACH a sibling: EPERM',
      'ATTACH the dead: EPERM',
      'ATTACH nobody: ESRCH',
      'SEIZE oneself: EPERM',
      'SEIZE a sibling: EPERM',
      'SEIZE the dead: EPERM',
      'SEIZE nobody: ESRCH',
      'SEIZE: ok',
      'SEIZE again: EPERM',
      'ATTACH again: EPERM',
    ],
  ),
  scenario(
    'R15 attach: EPERM to a second tracer',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const second = yield* s.actor('second');
      const sibling = yield* tracer.make('sibling', 'thread');
      yield* tracer.seize(tracee.pid);
      s.log('a sibling', yield* sibling.seize(tracee.pid));
      s.log('SEIZE', yield* second.seize(tracee.pid));
      s.log('ATTACH', yield* second.ptrace('ATTACH', tracee.pid));
    },
    ['a sibling: EPERM', 'SEIZE: EPERM', 'ATTACH: EPERM'],
    { onlyNative: 'to allow this is what sharing is for', exclusive: true },
  ),
  scenario(
    'R15 attach: EPERM where access is denied',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.do(calls.setuid(65534));
      s.log('SEIZE', yield* tracer.seize(tracee.pid));
      s.log('ATTACH', yield* tracer.ptrace('ATTACH', tracee.pid));
    },
    ['SEIZE: EPERM', 'ATTACH: EPERM'],
    { root: true },
  ),
  scenario(
    'R15 SEIZE with an address or an unknown option: EIO; SETOPTIONS with an unknown bit: EINVAL',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      s.log('address', yield* tracer.ptrace('SEIZE', tracee.pid, 8, 0));
      s.log('option', yield* tracer.ptrace('SEIZE', tracee.pid, 0, 1 << 15));
      s.log('not traced', yield* tracer.ptrace('INTERRUPT', tracee.pid));
      s.log('SEIZE', yield* tracer.seize(tracee.pid));
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      s.log('bit', yield* tracer.ptrace('SETOPTIONS', tracee.pid, 0, 1 << 15));
      s.log('good', yield* tracer.setOptions(tracee.pid, 'TRACEFORK', 'EXITKILL'));
    },
    ['address: EIO', 'option: EIO', 'not traced: ESRCH', 'SEIZE: ok', 'bit: EINVAL', 'good: ok'],
  ),
  scenario(
    'R16 ATTACH sends the thread a SIGSTOP of its own (code 0x80, pid 0)',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.start(calls.pause());
      s.log('ATTACH', yield* tracer.ptrace('ATTACH', tracee.pid));
      s.log('wait', yield* tracer.wait4(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('it is used up', yield* tracer.look(tracee.pid), yield* tracee.condition(), yield* tracee.pending());
    },
    ['ATTACH: ok', 'wait: tracee stop SIGSTOP | SIGSTOP SI_KERNEL pid=0', 'it is used up: none | runs | true'],
  ),
  scenario(
    'R16 ATTACH: other signals may come first, a SIGSTOP already on its way merges with it',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.do(calls.sigaction('SIGUSR1', 'handler'));
      // The parent of a vfork takes no signal until its child is gone.
      const child = yield* tracee.startMake('child', 'vfork');
      yield* s.root.tgkill(tracee, 'SIGUSR1');
      yield* s.root.tgkill(tracee, 'SIGSTOP');
      s.log('ATTACH', yield* tracer.ptrace('ATTACH', tracee.pid), yield* tracer.look(tracee.pid));
      yield* child.start(calls.exit(0));
      for (let k = 0; k < 3; k++) {
        s.log('wait', yield* tracer.wait4(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
        yield* tracer.cont(tracee.pid);
      }
      s.log('vfork', yield* tracee.result());
    },
    [
      'ATTACH: ok | none',
      'wait: tracee stop SIGUSR1 | SIGUSR1 SI_TKILL pid=root',
      'wait: tracee stop SIGSTOP | SIGSTOP SI_TKILL pid=root',
      'wait: tracee stop SIGCHLD | SIGCHLD CLD_EXITED pid=child status=0x0',
      'vfork: child',
    ],
  ),
  scenario(
    'R16 CONT with the SIGSTOP of ATTACH makes a group stop',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.ptrace('ATTACH', tracee.pid);
      yield* tracer.wait4(tracee.pid);
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      s.log('wait', yield* tracer.wait4(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
      s.log('parent', yield* s.root.wait4(tracee.pid, ['WUNTRACED', 'WNOHANG']));
    },
    ['wait: tracee stop SIGSTOP | EINVAL', 'parent: tracee stop SIGSTOP'],
  ),
  scenario(
    'R17 SEIZE neither stops nor signals; its options hold at once',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.start(calls.spin());
      s.log('SEIZE', yield* tracer.seize(tracee.pid, 'TRACEFORK', 'TRACEEXIT'));
      s.log('wait', yield* tracer.look(tracee.pid), yield* tracee.condition());
      s.log('request', yield* tracer.ptrace('GETREGS', tracee.pid));
      yield* tracee.release();
      s.log('spun', yield* tracee.result());
      yield* tracee.startMake('child', 'fork');
      s.log('fork', yield* tracer.wait4(tracee.pid));
    },
    ['SEIZE: ok', 'wait: none | runs', 'request: ESRCH', 'spun: ok', 'fork: tracee EVENT_FORK'],
  ),
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
  scenario(
    'R18 ATTACH to a stopped task: its SIGSTOP is still to come',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.ptrace('ATTACH', tracee.pid);
      s.log('wait', yield* tracer.look(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('then', yield* tracer.look(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('then', yield* tracer.look(tracee.pid), yield* tracee.condition());
      s.log('runs', yield* tracee.do(calls.getppid()));
    },
    [
      'wait: tracee stop SIGSTOP | EINVAL',
      'then: tracee stop SIGSTOP | SIGSTOP SI_KERNEL pid=0',
      'then: none | runs',
      'runs: root',
    ],
  ),
  scenario(
    'R19 TRACEME does not stop; EPERM if traced already; the parent is the tracer',
    function* (s) {
      const parent = yield* s.actor('parent');
      const tracee = yield* parent.make('tracee', 'fork', true);
      s.log('TRACEME', yield* tracee.ptrace('TRACEME', 0));
      s.log('again', yield* tracee.ptrace('TRACEME', 0));
      s.log('wait', yield* parent.look(tracee.pid), yield* tracee.condition());
      yield* tracee.start(calls.kill(tracee.pid, 'SIGSTOP'));
      s.log('raised', yield* parent.wait4(tracee.pid, []), yield* parent.ptrace('GETSIGINFO', tracee.pid));
      s.log('not seized', yield* parent.ptrace('INTERRUPT', tracee.pid));
      s.log('options', yield* parent.setOptions(tracee.pid, 'TRACESYSGOOD'));
      yield* parent.cont(tracee.pid);
      s.log('kill', yield* tracee.result());
    },
    [
      'TRACEME: ok',
      'again: EPERM',
      'wait: none | runs',
      'raised: tracee stop SIGSTOP | SIGSTOP SI_USER pid=tracee',
      'not seized: EIO',
      'options: ok',
      'kill: ok',
    ],
  ),
  scenario(
    'R19 TRACEME: the tracer is the thread that made the child',
    function* (s) {
      const parent = yield* s.actor('parent');
      const maker = yield* parent.make('maker', 'thread');
      const tracee = yield* maker.make('tracee', 'fork', true);
      yield* tracee.ptrace('TRACEME', 0);
      yield* tracee.start(calls.kill(tracee.pid, 'SIGUSR1'));
      s.log('wait, by another thread', yield* parent.wait4(tracee.pid));
      s.log('request, by another thread', yield* parent.cont(tracee.pid));
      s.log('request, by the maker', yield* maker.cont(tracee.pid));
      s.log('kill', yield* tracee.result());
    },
    [
      'wait, by another thread: tracee stop SIGUSR1',
      'request, by another thread: ESRCH',
      'request, by the maker: ok',
      'kill: ok',
    ],
  ),
];
