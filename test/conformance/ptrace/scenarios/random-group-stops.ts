/** What random programs (test/fuzz) have found about group stops and LISTEN. Each was another log once, in a session or on the simulated kernel. */

import * as calls from '../calls.ts';
import { scenario } from '../play.ts';

export const randomGroupStops = [
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
  scenario(
    'R5 INTERRUPT of who ran out of a group stop, and is in a call as a SIGCONT ends that: the trap says so',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      s.log('stop', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      s.log('group stop', yield* tracer.look(tracee.pid));
      yield* tracer.syscall(tracee.pid);
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('entry', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      s.log('trap', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('sent', yield* tracer.look(tracee.pid));
    },
    [
      'stop: tracee stop SIGSTOP',
      'group stop: tracee EVENT_STOP SIGSTOP',
      'entry: tracee stop SYSCALL',
      'trap: tracee EVENT_STOP SIGTRAP',
      'sent: tracee stop SIGSTOP',
    ],
  ),
  scenario(
    'R26 INTERRUPT in a delivery-stop, and LISTEN in the trap that follows: it hears of a SIGCONT',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      s.log('stop', yield* tracer.look(tracee.pid));
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* tracer.cont(tracee.pid, 0, 'SINGLESTEP');
      s.log('trap', yield* tracer.look(tracee.pid));
      yield* tracer.ptrace('LISTEN', tracee.pid);
      s.log('listens', yield* tracer.look(tracee.pid));
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('hears', yield* tracer.look(tracee.pid));
    },
    [
      'stop: tracee stop SIGSTOP',
      'trap: tracee EVENT_STOP SIGTRAP',
      'listens: none',
      'hears: tracee EVENT_STOP SIGTRAP',
    ],
  ),
  scenario(
    'R27 a SIGCONT while an INTERRUPT waits is told by the one trap of both: a listener in that hears no more of it',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      s.log('trap', yield* tracer.look(tracee.pid));
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      yield* tracer.cont(tracee.pid);
      s.log('another', yield* tracer.look(tracee.pid));
      yield* tracer.ptrace('LISTEN', tracee.pid);
      s.log('listens', yield* tracer.look(tracee.pid));
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      s.log('R26', yield* tracer.look(tracee.pid));
    },
    ['trap: tracee EVENT_STOP SIGTRAP', 'another: tracee EVENT_STOP SIGTRAP', 'listens: none', 'R26: none'],
  ),
  scenario(
    'R5 R34 who stopped by one signal, and is traced later, shows that one, though its group has stopped by another since',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const tracee = yield* s.actor('tracee');
      const thread = yield* tracee.make('thread', 'thread');
      yield* s.root.kill(tracee.pid, 'SIGTTIN');
      yield* tracer.seize(thread.pid);
      s.log('thread', yield* tracer.look(thread.pid));
      yield* tracer.cont(thread.pid);
      yield* s.root.kill(tracee.pid, 'SIGTSTP');
      s.log('signal', yield* tracer.look(thread.pid));
      yield* tracer.cont(thread.pid, 'SIGTSTP');
      s.log('thread', yield* tracer.look(thread.pid));
      yield* tracer.seize(tracee.pid);
      s.log('leader', yield* tracer.look(tracee.pid));
    },
    [
      'thread: thread EVENT_STOP SIGTTIN',
      'signal: thread stop SIGTSTP',
      'thread: thread EVENT_STOP SIGTSTP',
      'leader: tracee EVENT_STOP SIGTTIN',
    ],
  ),
  scenario(
    'R29 DETACH with a stop signal of who ran out of a group stop that lasts: back into that, by its signal',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.ptrace('ATTACH', tracee.pid);
      s.log('stop', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      s.log('group stop', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGTSTP');
      s.log('signal', yield* tracer.look(tracee.pid));
      yield* tracer.ptrace('DETACH', tracee.pid, 0, calls.sig('SIGTSTP'));
      s.log('detached', yield* tracee.condition());
      yield* tracer.seize(tracee.pid);
      s.log('again', yield* tracer.look(tracee.pid));
    },
    [
      'stop: tracee stop SIGSTOP',
      'group stop: tracee stop SIGSTOP',
      'signal: tracee stop SIGTSTP',
      'detached: stopped',
      'again: tracee EVENT_STOP SIGSTOP',
    ],
  ),
  scenario(
    'R34 a stop signal that was passed on as its group stopped by another: PEEKSIGINFO does not show it',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const tracee = yield* s.actor('tracee');
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.ptrace('ATTACH', thread.pid);
      s.log('stop', yield* tracer.look(thread.pid));
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.syscall(thread.pid, 'SIGSTOP');
      s.log('group stop', yield* tracer.look(thread.pid), yield* tracer.ptrace('PEEKSIGINFO', thread.pid));
    },
    ['stop: thread stop SIGSTOP', 'group stop: thread stop SIGSTOP | []'],
  ),
  scenario(
    'R27 an INTERRUPT and a SIGCONT while the trap is shown that a SIGCONT made of a LISTEN: one more trap for both',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* s.root.tgkill(tracee, 'SIGCONT');
      yield* tracer.ptrace('LISTEN', tracee.pid);
      s.log('trapped again', yield* tracer.look(tracee.pid));
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* s.root.tgkill(tracee, 'SIGCONT');
      yield* tracer.cont(tracee.pid);
      s.log('one more', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('then', yield* tracer.look(tracee.pid));
    },
    ['trapped again: tracee EVENT_STOP SIGTRAP', 'one more: tracee EVENT_STOP SIGTRAP', 'then: tracee stop SIGCONT'],
  ),
  scenario(
    'R29 R35 who has run out of its group’s stop is stopped anew by the SIGSTOP of a sibling that is let go with it',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      yield* tracer.ptrace('ATTACH', thread.pid);
      yield* tracer.syscall(tracee.pid);
      s.log('ran out', yield* tracer.look(tracee.pid));
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.syscall(thread.pid);
      s.log('its own', yield* tracer.look(thread.pid));
      yield* s.root.tgkill(tracee, 'SIGUSR2');
      yield* tracer.cont(thread.pid, 'SIGSTOP', 'DETACH');
      yield* s.root.kill(tracer.pid, 'SIGKILL');
      s.log('nobody traces it', yield* tracee.condition());
    },
    ['ran out: tracee stop SIGTRAP', 'its own: thread stop SIGSTOP', 'nobody traces it: stopped'],
  ),
  scenario(
    'R39 a group stop begins and ends while a thread that was ATTACHed is held at an entry: that ends its call',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      for (const request of ['SYSCALL', 'SINGLESTEP'] as const) {
        const tracee = yield* s.actor('tracee');
        const thread = yield* tracee.make('thread', 'thread', true);
        yield* tracer.ptrace('ATTACH', thread.pid);
        yield* tracer.wait4(thread.pid);
        yield* tracer.setOptions(thread.pid, 'TRACESYSGOOD');
        yield* tracer.syscall(thread.pid);
        s.log('entry', yield* tracer.look(thread.pid), yield* tracer.ptrace('GET_SYSCALL_INFO', thread.pid));
        yield* s.root.kill(tracee.pid, 'SIGSTOP');
        s.log('stopped', yield* tracee.condition());
        yield* s.root.kill(tracee.pid, 'SIGCONT');
        s.log('continued', yield* tracee.condition());
        yield* tracer.cont(thread.pid, 0, request);
        s.log(request, yield* tracer.look(thread.pid), yield* tracer.ptrace('GET_SYSCALL_INFO', thread.pid));
      }
    },
    [
      'entry: thread stop SYSCALL | entry nr=0',
      'stopped: stopped',
      'continued: runs',
      'SYSCALL: thread stop SYSCALL | exit ERESTARTSYS',
      'entry: thread stop SYSCALL | entry nr=0',
      'stopped: stopped',
      'continued: runs',
      'SINGLESTEP: thread stop SIGTRAP | none',
    ],
  ),
  scenario(
    'R37 who was let go by its tracer’s death looks for signals yet: a sibling takes the next one',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* tracer.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.seize(tracee.pid, 'TRACEVFORK', 'TRACECLONE', 'TRACEVFORKDONE');
      const child = yield* tracee.startMake('child', 'vfork');
      s.log('vfork', yield* tracee.condition(), yield* child.condition());
      yield* s.root.kill(tracer.pid, 'SIGUSR1');
      s.log('let go', yield* tracer.condition(), yield* tracee.condition(), yield* child.condition());
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      s.log('stopped', yield* thread.condition());
    },
    ['vfork: stopped | stopped', 'let go: dead | runs | runs', 'stopped: stopped'],
  ),
  scenario(
    'R18 a thread that is SEIZEd in its group’s stop has that stop to tell, when its sibling’s was taken',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* tracer.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      s.log('stopped', yield* tracee.condition(), yield* thread.condition());
      yield* tracer.ptrace('ATTACH', tracee.pid);
      yield* tracer.seize(thread.pid);
      s.log('tracee', yield* tracer.do({ call: 'wait4', args: [tracee.pid, ['__WALL']] }));
      s.log(
        'thread',
        yield* tracer.do({ call: 'waitid', args: ['P_ALL', 0, ['WSTOPPED', 'WNOHANG', 'WNOWAIT', '__WALL']] }),
      );
    },
    [
      'stopped: stopped | stopped',
      'tracee: tracee stop SIGSTOP',
      'thread: SIGCHLD CLD_TRAPPED pid=thread status=0x8013',
    ],
  ),
  scenario(
    'R24 an INTERRUPTed thread of a process that is ATTACHed, let go twice',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* tracer.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.seize(thread.pid);
      yield* tracer.ptrace('INTERRUPT', thread.pid);
      s.log('interrupted', yield* thread.condition());
      yield* s.root.tgkill(thread, 'SIGCONT');
      yield* tracer.ptrace('ATTACH', tracee.pid);
      s.log('attached', yield* tracee.condition());
      yield* tracer.syscall(thread.pid);
      s.log('thread', yield* thread.condition());
      s.log('again', yield* tracer.ptrace('SINGLESTEP', thread.pid));
      s.log('thread', yield* thread.condition());
      s.log('wait', yield* tracer.look(thread.pid));
    },
    ['interrupted: stopped', 'attached: stopped', 'thread: stopped', 'again: ok', 'thread: runs', 'wait: none'],
  ),
  scenario(
    'R33 DETACH of a thread that has run out of a stop which its leader has only just joined: it stops again',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* s.root.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.ptrace('ATTACH', thread.pid);
      yield* thread.start(calls.nanosleep(60_000));
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGTSTP');
      s.log('signal', yield* tracer.look(tracee.pid));
      yield* tracer.ptrace('SINGLESTEP', thread.pid, 0, calls.sig('SIGSTOP'));
      s.log('stop', yield* tracer.look(thread.pid));
      yield* tracer.ptrace('SINGLESTEP', thread.pid, 0, calls.sig('SIGSTOP'));
      s.log('step', yield* tracer.look(thread.pid));
      yield* tracer.cont(tracee.pid, 'SIGTSTP');
      s.log('joins', yield* tracer.look(tracee.pid));
      s.log('DETACH', yield* tracer.ptrace('DETACH', thread.pid), yield* thread.condition());
    },
    [
      'signal: tracee stop SIGTSTP',
      'stop: thread stop SIGSTOP',
      'step: thread stop SIGTRAP',
      'joins: tracee EVENT_STOP SIGSTOP',
      'DETACH: ok | stopped',
    ],
  ),
  scenario(
    'R34 a signal that would be dropped waits as its tracer leaves, and its group stops: who attaches then is shown it',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      s.log('signal', yield* tracer.look(tracee.pid));
      for (const signal of ['SIGWINCH', 'SIGTTIN'] as const) yield* s.root.kill(tracee.pid, signal);
      yield* tracer.ptrace('DETACH', tracee.pid);
      yield* tracer.seize(tracee.pid);
      s.log('again', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('then', yield* tracer.look(tracee.pid));
    },
    ['signal: tracee stop SIGUSR1', 'again: tracee EVENT_STOP SIGTTIN', 'then: tracee stop SIGWINCH'],
  ),
  scenario(
    'R34 the SIGCHLD of a child whose maker nobody traces, and which is ignored, is no tracee thread’s',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* s.root.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', false);
      const child = yield* tracee.make('child', 'fork', false);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.seize(thread.pid);
      s.log('group stop', yield* tracer.look(thread.pid));
      yield* s.root.kill(child.pid, 'SIGSTOP');
      yield* tracer.cont(thread.pid);
      s.log('its maker’s', yield* tracer.look(thread.pid), yield* thread.condition());
    },
    ['group stop: thread EVENT_STOP SIGSTOP', 'its maker’s: none | runs'],
    { notPassive: 'another tracer has its maker then' },
  ),
  scenario(
    'R32 a SIGSTOP that came after a tracer had its tracee join its group’s stop with one is shown, as it goes on',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.ptrace('ATTACH', tracee.pid);
      s.log('attached', yield* tracer.look(tracee.pid));
      yield* s.root.tgkill(thread, 'SIGSTOP');
      s.log('stops', yield* thread.condition());
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      s.log('joins', yield* tracer.look(tracee.pid));
      yield* s.root.tgkill(tracee, 'SIGSTOP');
      yield* tracer.cont(tracee.pid);
      s.log('next', yield* tracer.look(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
    },
    [
      'attached: tracee stop SIGSTOP',
      'stops: stopped',
      'joins: tracee stop SIGSTOP',
      'next: tracee stop SIGSTOP | SIGSTOP SI_TKILL pid=root',
    ],
  ),
  scenario(
    'R29 a DETACH with SIGSTOP of who has yet to join its group’s stop, and of another that ran out of it',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* s.root.tgkill(tracee, 'SIGSTOP');
      s.log('stopped', yield* thread.condition());
      yield* tracer.ptrace('ATTACH', thread.pid);
      yield* tracer.ptrace('ATTACH', tracee.pid);
      yield* tracer.syscall(tracee.pid);
      yield* tracer.cont(thread.pid, 0, 'SINGLESTEP');
      s.log('signals', yield* tracer.look(tracee.pid), yield* tracer.look(thread.pid));
      yield* tracer.ptrace('DETACH', tracee.pid, 0, 19);
      yield* tracer.syscall(thread.pid);
      s.log('goes on', yield* tracer.look(thread.pid));
    },
    ['stopped: stopped', 'signals: tracee stop SIGSTOP | thread stop SIGSTOP', 'goes on: thread stop SIGTRAP'],
  ),
  ...['tgkill', 'kill'].map((how) =>
    scenario(
      `R16 the SIGSTOP of an ATTACH, and one by ${how} while the group is stopped: who sent the one that is shown`,
      function* (s) {
        const { tracer, tracee } = yield* s.pair();
        yield* s.root.kill(tracee.pid, 'SIGSTOP');
        yield* tracer.ptrace('ATTACH', tracee.pid);
        yield* tracer.look(tracee.pid);
        if (how === 'kill') yield* s.root.kill(tracee.pid, 'SIGSTOP');
        else yield* s.root.tgkill(tracee, 'SIGSTOP');
        for (const when of ['first', 'then']) {
          yield* tracer.cont(tracee.pid);
          s.log(when, yield* tracer.look(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
        }
      },
      [
        'first: tracee stop SIGSTOP | SIGSTOP SI_KERNEL pid=0',
        // kill's waits for the process, and is another; of two for the thread the second was lost.
        `then: ${how === 'kill' ? 'tracee stop SIGSTOP | SIGSTOP SI_USER pid=root' : 'none | ESRCH'}`,
      ],
    ),
  ),
  scenario(
    'R16 what nobody traced the leader for, and the program ignores, is not there for a thread’s tracer to peek at',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.seize(thread.pid);
      yield* tracer.look(thread.pid);
      for (const signal of ['SIGUSR1', 'SIGWINCH']) yield* s.root.kill(tracee.pid, signal);
      s.log('its process’s', yield* tracer.ptrace('PEEKSIGINFO', thread.pid, 1));
    },
    ['its process’s: [SIGUSR1 SI_USER pid=root]'],
    { notPassive: 'another tracer has the leader then, and the signal is not dropped' },
  ),
  scenario(
    'R16 the SIGSTOP of an ATTACH waits as that tracer detaches, and one by tgkill has come since: the first is there still',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* s.root.tgkill(tracee, 'SIGSTOP');
      yield* tracer.ptrace('ATTACH', tracee.pid);
      yield* tracer.look(tracee.pid);
      yield* s.root.tgkill(tracee, 'SIGUSR1');
      yield* tracer.cont(tracee.pid);
      s.log('before it', yield* tracer.look(tracee.pid));
      yield* s.root.tgkill(tracee, 'SIGSTOP');
      yield* tracer.ptrace('DETACH', tracee.pid);
      yield* tracer.seize(tracee.pid);
      yield* tracer.look(tracee.pid);
      yield* tracer.cont(tracee.pid);
      s.log('then', yield* tracer.look(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
    },
    ['before it: tracee stop SIGUSR1', 'then: tracee stop SIGSTOP | SIGSTOP SI_KERNEL pid=0'],
  ),
  scenario(
    'R45 a call of a leader that its group’s stop interrupts, which an untraced thread began: its exit is shown first',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.ptrace('ATTACH', tracee.pid);
      yield* tracer.look(tracee.pid);
      for (const when of ['entry', 'in it']) {
        yield* tracer.syscall(tracee.pid);
        s.log(when, yield* tracer.look(tracee.pid));
      }
      yield* s.root.tgkill(thread, 'SIGSTOP');
      s.log('first', yield* tracer.look(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
      yield* tracer.syscall(tracee.pid);
      s.log('then', yield* tracer.look(tracee.pid), yield* thread.condition());
    },
    [
      'entry: tracee stop SIGTRAP',
      'in it: none',
      'first: tracee stop SIGTRAP | SIGTRAP TRAP_UNK',
      'then: tracee stop SIGSTOP | stopped',
    ],
  ),
  scenario(
    'R32 who ran out of a group stop, which a SIGCONT has ended as its tracer left it: the next SIGSTOP stops it, though its tracer dies with that',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      s.log('stopped', yield* tracee.condition());
      yield* s.root.seize(tracee.pid);
      yield* s.root.look(tracee.pid);
      yield* s.root.cont(tracee.pid);
      yield* s.root.tgkill(tracee, 'SIGUSR2');
      s.log('signal', yield* s.root.look(tracee.pid));
      yield* s.root.tgkill(tracee, 'SIGCONT');
      yield* s.root.ptrace('DETACH', tracee.pid);
      s.log('goes on', yield* tracee.condition());
      yield* tracer.ptrace('ATTACH', tracee.pid);
      s.log('attached', yield* tracee.condition());
      yield* s.root.kill(tracer.pid, 'SIGKILL');
      s.log('tracer', yield* tracer.condition());
      s.log('tracee', yield* tracee.condition());
    },
    [
      'stopped: stopped',
      'signal: tracee stop SIGUSR2',
      'goes on: runs',
      'attached: stopped',
      'tracer: dead',
      'tracee: stopped',
    ],
  ),
  ...(['SINGLESTEP', 'SYSCALL'] as const).flatMap((request) =>
    (['ATTACH', 'SEIZE'] as const).map((how) =>
      scenario(
        `a parent that sleeps in a call under ${request} (${how}) is told of a SIGCONT no sooner than its child, that a tracer holds, goes on`,
        function* (s) {
          const tracer = yield* s.root.make('tracer', 'fork', false);
          const parent = yield* s.root.make('parent', 'fork', true);
          const child = yield* parent.make('child', 'fork', true);
          if (how === 'SEIZE') yield* s.root.seize(parent.pid);
          else yield* parent.ptrace('TRACEME', 0);
          yield* s.root.kill(child.pid, 'SIGSTOP');
          s.log('stops', yield* child.condition(), yield* parent.condition());
          yield* tracer.seize(child.pid);
          yield* s.root.ptrace(request, parent.pid);
          if (request === 'SYSCALL') {
            s.log('entry', yield* s.root.wait4(parent.pid));
            yield* s.root.ptrace(request, parent.pid);
          }
          s.log('asleep', yield* parent.condition());
          yield* s.root.kill(child.pid, 'SIGCONT');
          s.log('SIGCONT', yield* parent.condition());
          yield* tracer.cont(child.pid);
          s.log('child', yield* child.condition());
          for (const what of ['exit', 'told', 'again']) {
            s.log(what, yield* parent.condition(), yield* s.root.look(parent.pid));
            yield* s.root.ptrace(request, parent.pid);
          }
        },
        [
          'stops: stopped | stopped',
          ...(request === 'SYSCALL' ? ['entry: parent stop SIGTRAP'] : []),
          'asleep: runs',
          'SIGCONT: runs',
          'child: stopped',
          'exit: stopped | parent stop SIGTRAP',
          'told: stopped | parent stop SIGCHLD',
          request === 'SYSCALL' ? 'again: stopped | parent stop SIGTRAP' : 'again: runs | none',
        ],
      ),
    ),
  ),
  scenario(
    'a SIGCONT that came to a process in its group’s stop is told of as a thread of it listens, before that traps once more',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* tracer.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.do({ call: 'sigaction', args: [17, 'handler', []] });
      yield* s.root.kill(tracee.pid, 'SIGTSTP');
      s.log('stopped', yield* tracee.condition(), yield* thread.condition());
      yield* tracer.seize(tracee.pid);
      yield* tracer.seize(thread.pid);
      s.log('seized', yield* tracee.condition(), yield* thread.condition());
      s.log('thread', yield* tracer.wait4(thread.pid));
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      const before = (yield* tracer.handled()).length;
      yield* tracer.ptrace('LISTEN', thread.pid);
      s.log('trap', yield* tracer.wait4(thread.pid));
      s.log('LISTEN', (yield* tracer.handled()).slice(before, before + 1));
      yield* tracer.cont(thread.pid);
      s.log('signal', yield* tracer.wait4(thread.pid));
      s.log('CONT', (yield* tracer.handled()).slice(-1));
    },
    [
      'stopped: stopped | stopped',
      'seized: stopped | stopped',
      'thread: thread EVENT_STOP SIGTSTP',
      'trap: thread EVENT_STOP SIGTRAP',
      'LISTEN: SIGCHLD CLD_CONTINUED pid=tracee',
      'signal: thread stop SIGCONT',
      'CONT: SIGCHLD CLD_TRAPPED pid=thread',
    ],
  ),
  scenario(
    'a SIGCONT to a process whose dead leader nobody traces comes to none of its threads: it disturbs no step of one that is traced',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* tracer.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.ptrace('ATTACH', thread.pid);
      s.log('thread', yield* tracer.wait4(thread.pid));
      yield* tracee.start({ call: 'exit', args: [3] });
      s.log('tracee', yield* tracee.condition());
      yield* tracer.ptrace('SYSCALL', thread.pid);
      s.log('entry', yield* tracer.wait4(thread.pid));
      yield* tracer.ptrace('SYSEMU_SINGLESTEP', thread.pid);
      s.log('step', yield* thread.condition());
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('SIGCONT', yield* thread.condition(), yield* tracer.look(thread.pid));
      yield* s.root.tgkill(thread, 'SIGUSR1');
      s.log('SIGUSR1', yield* thread.condition(), yield* tracer.look(thread.pid));
      yield* tracer.ptrace('SYSCALL', thread.pid);
      s.log('entry', yield* thread.condition(), yield* tracer.look(thread.pid));
      yield* tracer.ptrace('SYSCALL', thread.pid);
      s.log('in it', yield* thread.condition());
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('again', yield* thread.condition(), yield* tracer.look(thread.pid));
    },
    [
      'thread: thread stop SIGSTOP',
      'tracee: dead',
      'entry: thread stop SIGTRAP',
      'step: runs',
      'SIGCONT: runs | none',
      'SIGUSR1: stopped | thread stop SIGUSR1',
      'entry: stopped | thread stop SIGTRAP',
      'in it: runs',
      'again: runs | none',
    ],
    { notPassive: 'a SIGCONT to a process whose leader is traced waits for it' },
  ),
  ...[false, true].map((runsOut) =>
    scenario(
      `a thread out of the entry of a call tells who traces its held leader${runsOut ? ', which has run out of it,' : ''} that the stop of their group was cut short`,
      function* (s) {
        const tracer = yield* s.root.make('tracer', 'fork', false);
        const tracee = yield* s.root.make('tracee', 'fork', true);
        const thread = yield* tracee.make('thread', 'thread', true);
        yield* tracer.do({ call: 'sigaction', args: [17, 'handler', []] });
        yield* tracer.ptrace('ATTACH', thread.pid);
        s.log('thread', yield* tracer.wait4(thread.pid));
        yield* tracer.ptrace('SYSCALL', thread.pid);
        s.log('entry', yield* tracer.wait4(thread.pid));
        yield* s.root.tgkill(tracee, 'SIGTSTP');
        s.log('tracee', yield* tracee.condition());
        yield* tracer.ptrace('ATTACH', tracee.pid);
        s.log('attached', yield* tracer.wait4(tracee.pid));
        if (runsOut) {
          yield* tracer.cont(tracee.pid);
          s.log('next', yield* tracer.wait4(tracee.pid));
        }
        yield* s.root.kill(tracee.pid, 'SIGCONT');
        const before = (yield* tracer.handled()).length;
        yield* tracer.cont(thread.pid);
        s.log('signal', yield* tracer.wait4(thread.pid));
        s.log('told', (yield* tracer.handled()).slice(before, before + 1));
      },
      [
        'thread: thread stop SIGSTOP',
        'entry: thread stop SIGTRAP',
        'tracee: stopped',
        'attached: tracee stop SIGTSTP',
        ...(runsOut ? ['next: tracee stop SIGSTOP'] : []),
        'signal: thread stop SIGCONT',
        'told: SIGCHLD CLD_STOPPED pid=tracee',
      ],
    ),
  ),
  ...[false, true].map((execs) =>
    scenario(
      `a thread that ran out of the stop of its group is back in it as its tracer dies${execs ? ', but not if it makes an exec that ends others' : ''}`,
      function* (s) {
        const tracer = yield* s.root.make('tracer', 'fork', false);
        const tracee = yield* s.root.make('tracee', 'fork', true);
        const thread = yield* tracee.make('thread', 'thread', true);
        yield* tracer.ptrace('ATTACH', tracee.pid);
        yield* tracer.wait4(tracee.pid);
        yield* tracer.ptrace('CONT', tracee.pid, 0, 19);
        s.log('stopped', yield* tracee.condition(), yield* thread.condition());
        yield* tracer.seize(thread.pid);
        s.log('thread', yield* tracer.wait4(thread.pid));
        yield* thread.start(execs ? { call: 'exec', args: [] } : { call: 'getppid', args: [] });
        yield* tracer.ptrace('SINGLESTEP', thread.pid);
        s.log('step', yield* tracer.wait4(thread.pid));
        yield* tracer.ptrace('SYSCALL', thread.pid);
        s.log('entry', yield* tracer.wait4(thread.pid));
        yield* s.root.kill(tracer.pid, 'SIGKILL');
        s.log('tracer', yield* tracer.condition());
        s.log('tracee', yield* tracee.condition(), yield* thread.condition());
        yield* s.root.kill(tracee.pid, 'SIGSTOP');
        s.log('SIGSTOP', yield* tracee.condition());
        yield* s.root.kill(tracee.pid, 'SIGCONT');
        s.log('SIGCONT', yield* tracee.condition(), yield* thread.condition());
      },
      [
        'stopped: stopped | stopped',
        'thread: thread EVENT_STOP SIGSTOP',
        'step: thread stop SIGTRAP',
        'entry: thread stop SIGTRAP',
        'tracer: dead',
        execs ? 'tracee: runs | runs' : 'tracee: stopped | stopped',
        'SIGSTOP: stopped',
        'SIGCONT: runs | runs',
      ],
    ),
  ),
  scenario(
    'a leader that ran out of the stop of its group is not back in it as its tracer dies, if it makes an exec that ends others',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* s.root.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.seize(thread.pid);
      yield* tracer.ptrace('ATTACH', tracee.pid);
      s.log('ATTACH', yield* tracer.wait4(tracee.pid));
      yield* tracer.ptrace('CONT', tracee.pid, 0, 19);
      s.log('stopped', yield* tracer.wait4(tracee.pid), yield* thread.condition());
      yield* tracee.start({ call: 'exec', args: [] });
      yield* tracer.ptrace('SINGLESTEP', tracee.pid);
      s.log('step', yield* tracer.wait4(tracee.pid));
      yield* tracer.ptrace('SYSCALL', tracee.pid);
      s.log('entry', yield* tracer.wait4(tracee.pid));
      yield* s.root.kill(tracer.pid, 'SIGKILL');
      s.log('tracer', yield* tracer.condition());
      s.log('tracee', yield* tracee.condition(), yield* thread.condition());
    },
    [
      'ATTACH: tracee stop SIGSTOP',
      'stopped: tracee stop SIGSTOP | stopped',
      'step: tracee stop SIGTRAP',
      'entry: tracee stop SIGTRAP',
      'tracer: dead',
      'tracee: runs | dead',
    ],
  ),
];
