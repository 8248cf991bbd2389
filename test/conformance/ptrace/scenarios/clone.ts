/** R20–R22: children that are born traced, and the events of their birth. */

import * as calls from '../calls.ts';
import { scenario } from '../play.ts';
import { hex } from '../text.ts';

export const clone = [
  scenario(
    'R20 an auto-attached child inherits the way of attaching and the options: SEIZE',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACEFORK', 'TRACESYSGOOD', 'TRACEEXIT');
      const child = yield* tracee.startMake('child', 'fork');
      s.log('parent', yield* tracer.wait4(tracee.pid));
      const first = yield* tracer.wait4(child.pid);
      s.log('child', first, hex(first.status ?? 0), yield* tracer.ptrace('GETSIGINFO', child.pid));
      yield* tracer.syscall(child.pid);
      const second = yield* tracer.wait4(child.pid);
      s.log('child', second, yield* tracer.message(child.pid));
      yield* tracer.cont(child.pid);
      s.log('INTERRUPT', yield* tracer.ptrace('INTERRUPT', child.pid), yield* tracer.wait4(child.pid));
      yield* tracer.cont(child.pid);
      yield* child.start(calls.exitGroup(1));
      s.log('exit', yield* tracer.wait4(child.pid));
      yield* tracer.cont(child.pid);
      s.log('end', yield* tracer.wait4(child.pid));
      yield* tracer.cont(tracee.pid);
      s.log('then', yield* tracer.wait4(tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGCHLD');
      s.log('fork', yield* tracee.result());
      s.log('the real parent', yield* tracee.wait4(-1));
    },
    [
      'parent: tracee EVENT_FORK',
      'child: child EVENT_STOP SIGTRAP | 0x80057f | SIGTRAP 0x8005 pid=child',
      'child: child stop SYSCALL | 1',
      'INTERRUPT: ok | child EVENT_STOP SIGTRAP',
      'exit: child EVENT_EXIT',
      'end: child exit 1',
      'then: tracee stop SIGCHLD',
      'fork: child',
      'the real parent: child exit 1',
    ],
  ),
  scenario(
    'R20 an auto-attached child inherits the way of attaching and the options: ATTACH',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.ptrace('ATTACH', tracee.pid);
      yield* tracer.wait4(tracee.pid);
      yield* tracer.setOptions(tracee.pid, 'TRACEFORK', 'TRACEEXIT');
      yield* tracer.cont(tracee.pid);
      const child = yield* tracee.startMake('child', 'fork');
      s.log('parent', yield* tracer.wait4(tracee.pid));
      const first = yield* tracer.wait4(child.pid);
      s.log('child', first, hex(first.status ?? 0), yield* tracer.ptrace('GETSIGINFO', child.pid));
      s.log('INTERRUPT', yield* tracer.ptrace('INTERRUPT', child.pid));
      yield* tracer.cont(child.pid);
      s.log('runs', yield* child.do(calls.getppid()));
      yield* child.start(calls.exitGroup(1));
      s.log('exit', yield* tracer.wait4(child.pid));
    },
    [
      'parent: tracee EVENT_FORK',
      'child: child stop SIGSTOP | 0x137f | SIGSTOP SI_USER pid=0',
      'INTERRUPT: EIO',
      'runs: tracee',
      'exit: child EVENT_EXIT',
    ],
  ),
  scenario(
    'R20 CLONE_PTRACE attaches the child without an event',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      const child = yield* tracee.make('child', { flags: ['SIGCHLD', 'CLONE_PTRACE'] });
      s.log('parent', yield* tracer.look(tracee.pid));
      const first = yield* tracer.wait4(child.pid);
      s.log('child', first, hex(first.status ?? 0));
      yield* tracer.syscall(child.pid);
      s.log('child', yield* tracer.wait4(child.pid));
    },
    ['parent: none', 'child: child EVENT_STOP SIGTRAP | 0x80057f', 'child: child stop SYSCALL'],
  ),
  scenario(
    'R21 which event: by CLONE_VFORK, then by the exit signal; CLONE_UNTRACED makes none',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACEFORK', 'TRACEVFORK', 'TRACECLONE');
      const kinds: readonly (readonly [string, readonly string[]])[] = [
        ['SIGCHLD', ['SIGCHLD']],
        ['no exit signal', []],
        ['CLONE_VFORK, no exit signal', ['CLONE_VFORK', 'CLONE_VM']],
      ];
      for (const [label, flags] of kinds) {
        const child = yield* tracee.startMake(label, { flags, ownStack: flags.includes('CLONE_VM') });
        s.log(label, yield* tracer.wait4(tracee.pid), s.who(yield* tracer.message(tracee.pid)));
        s.log(label, yield* tracer.wait4(child.pid));
        yield* tracer.kill(child.pid, 'SIGKILL');
        s.log(label, yield* tracer.wait4(child.pid));
        yield* tracer.cont(tracee.pid);
        const then = yield* tracer.look(tracee.pid);
        s.log(label, then);
        if (then.status !== undefined) yield* tracer.cont(tracee.pid);
        s.log(label, yield* tracee.result());
      }
      const free = yield* tracee.make('free', { flags: ['SIGCHLD', 'CLONE_UNTRACED'] });
      s.log('CLONE_UNTRACED', yield* tracer.look(-1), yield* tracer.ptrace('INTERRUPT', free.pid));
      s.log('runs', yield* free.do(calls.getppid()));
    },
    [
      'SIGCHLD: tracee EVENT_FORK | SIGCHLD',
      'SIGCHLD: SIGCHLD EVENT_STOP SIGTRAP',
      'SIGCHLD: SIGCHLD killed SIGKILL',
      'SIGCHLD: tracee stop SIGCHLD',
      'SIGCHLD: SIGCHLD',
      'no exit signal: tracee EVENT_CLONE | no exit signal',
      'no exit signal: no exit signal EVENT_STOP SIGTRAP',
      'no exit signal: no exit signal killed SIGKILL',
      'no exit signal: none',
      'no exit signal: no exit signal',
      'CLONE_VFORK, no exit signal: tracee EVENT_VFORK | CLONE_VFORK, no exit signal',
      'CLONE_VFORK, no exit signal: CLONE_VFORK, no exit signal EVENT_STOP SIGTRAP',
      'CLONE_VFORK, no exit signal: CLONE_VFORK, no exit signal killed SIGKILL',
      'CLONE_VFORK, no exit signal: none',
      'CLONE_VFORK, no exit signal: CLONE_VFORK, no exit signal',
      'CLONE_UNTRACED: none | ESRCH',
      'runs: tracee',
    ],
  ),
  scenario(
    'R21 no option, no event: the child is not traced',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACECLONE', 'TRACEVFORK');
      const child = yield* tracee.make('child');
      s.log('nothing', yield* tracer.look(-1), yield* tracer.wait4(child.pid));
      s.log('runs', yield* child.do(calls.getppid()));
    },
    ['nothing: none | ECHILD', 'runs: tracee'],
  ),
  scenario(
    'R21 a thread: EVENT_CLONE, then both go on',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACECLONE');
      const thread = yield* tracee.startMake('thread', 'thread');
      const mark = s.lines.length;
      for (let k = 0; k < 2; k++) s.log('wait', yield* tracer.wait4(-1));
      s.sortFrom(mark);
      s.log('message', s.who(yield* tracer.message(tracee.pid)));
      yield* tracer.cont(tracee.pid);
      s.log('clone', yield* tracee.result());
      yield* tracer.cont(thread.pid);
      yield* thread.start(calls.exit(6));
      s.log('thread', yield* tracer.wait4(-1));
    },
    [
      'wait: thread EVENT_STOP SIGTRAP',
      'wait: tracee EVENT_CLONE',
      'message: thread',
      'clone: thread',
      'thread: thread exit 6',
    ],
  ),
  scenario(
    'R22 VFORK stops before the parent waits, VFORK_DONE after; both carry the child’s pid',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACEVFORK', 'TRACEVFORKDONE', 'TRACEEXEC');
      const child = yield* tracee.startMake('child', 'vfork');
      s.log('vfork', yield* tracer.wait4(tracee.pid), s.who(yield* tracer.message(tracee.pid)));
      s.log('child', yield* tracer.wait4(child.pid));
      yield* tracer.cont(tracee.pid);
      yield* tracer.cont(child.pid);
      s.log('the parent waits', yield* tracer.look(tracee.pid), yield* tracee.pending());
      yield* child.start(calls.exec());
      s.log('child', yield* tracer.wait4(child.pid));
      s.log('done', yield* tracer.wait4(tracee.pid), s.who(yield* tracer.message(tracee.pid)));
      yield* tracer.cont(tracee.pid);
      s.log('vfork', yield* tracee.result());
      yield* tracer.cont(child.pid);
      s.log('child', yield* child.result());
    },
    [
      'vfork: tracee EVENT_VFORK | child',
      'child: child EVENT_STOP SIGTRAP',
      'the parent waits: none | true',
      'child: child EVENT_EXEC',
      'done: tracee EVENT_VFORK_DONE | child',
      'vfork: child',
      'child: ok',
    ],
  ),
  scenario(
    'R22 VFORK_DONE alone: the child is not traced',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACEVFORKDONE');
      const child = yield* tracee.startMake('child', 'vfork');
      s.log('nothing', yield* tracer.look(-1));
      yield* child.start(calls.exit(0));
      s.log('done', yield* tracer.wait4(tracee.pid), s.who(yield* tracer.message(tracee.pid)));
    },
    ['nothing: none', 'done: tracee EVENT_VFORK_DONE | child'],
  ),
];
