/** R23–R29: what requests need and do. */

import * as calls from '../calls.ts';
import { scenario } from '../play.ts';
import { hex } from '../text.ts';

export const requests = [
  scenario(
    'R23 all but a few requests need a stop, else ESRCH; of a task that is not ours: ESRCH',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const all =
        'PEEKDATA POKEDATA PEEKUSER CONT SYSCALL SINGLESTEP GETREGS DETACH SETOPTIONS GETEVENTMSG GETSIGINFO LISTEN'.split(
          ' ',
        );
      for (const request of [...all, 'INTERRUPT', 'KILL']) {
        s.log(`not traced, ${request}`, yield* tracer.ptrace(request, tracee.pid));
      }
      yield* tracer.seize(tracee.pid);
      for (const request of all) s.log(`running, ${request}`, yield* tracer.ptrace(request, tracee.pid));
      s.log('INTERRUPT', yield* tracer.ptrace('INTERRUPT', tracee.pid));
    },
    [
      'not traced, PEEKDATA: ESRCH',
      'not traced, POKEDATA: ESRCH',
      'not traced, PEEKUSER: ESRCH',
      'not traced, CONT: ESRCH',
      'not traced, SYSCALL: ESRCH',
      'not traced, SINGLESTEP: ESRCH',
      'not traced, GETREGS: ESRCH',
      'not traced, DETACH: ESRCH',
      'not traced, SETOPTIONS: ESRCH',
      'not traced, GETEVENTMSG: ESRCH',
      'not traced, GETSIGINFO: ESRCH',
      'not traced, LISTEN: ESRCH',
      'not traced, INTERRUPT: ESRCH',
      'not traced, KILL: ESRCH',
      'running, PEEKDATA: ESRCH',
      'running, POKEDATA: ESRCH',
      'running, PEEKUSER: ESRCH',
      'running, CONT: ESRCH',
      'running, SYSCALL: ESRCH',
      'running, SINGLESTEP: ESRCH',
      'running, GETREGS: ESRCH',
      'running, DETACH: ESRCH',
      'running, SETOPTIONS: ESRCH',
      'running, GETEVENTMSG: ESRCH',
      'running, GETSIGINFO: ESRCH',
      'running, LISTEN: ESRCH',
      'INTERRUPT: ok',
    ],
  ),
  scenario(
    'R23 a bad signal: EIO, and the stop stays; a bad request: EIO',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* tracer.wait4(tracee.pid);
      for (const request of ['CONT', 'SYSCALL', 'SINGLESTEP', 'DETACH']) {
        s.log(
          request,
          yield* tracer.ptrace(request, tracee.pid, 0, 65),
          yield* tracer.ptrace(request, tracee.pid, 0, 1000),
        );
      }
      s.log('still stopped', yield* tracee.condition());
      s.log('nowhere', yield* tracer.ptrace('PEEKDATA', tracee.pid, 8));
      s.log('CONT', yield* tracer.cont(tracee.pid));
    },
    [
      'CONT: EIO | EIO',
      'SYSCALL: EIO | EIO',
      'SINGLESTEP: EIO | EIO',
      'DETACH: EIO | EIO',
      'still stopped: stopped',
      'nowhere: EIO',
      'CONT: ok',
    ],
  ),
  scenario(
    'R23 memory and registers of a stopped task',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const word = s.world.word;
      yield* tracer.seize(tracee.pid);
      yield* s.halt(tracer, tracee, calls.load(word), calls.getppid());
      s.log('PEEKDATA', yield* tracer.ptrace('PEEKDATA', tracee.pid, word));
      s.log('PEEKTEXT, unaligned', yield* tracer.ptrace('PEEKTEXT', tracee.pid, word + 1));
      s.log('POKEDATA', yield* tracer.ptrace('POKEDATA', tracee.pid, word, 0x77n));
      s.log('PEEKDATA', yield* tracer.ptrace('PEEKDATA', tracee.pid, word));
      s.log(
        'nowhere',
        yield* tracer.ptrace('PEEKDATA', tracee.pid, 8),
        yield* tracer.ptrace('POKEDATA', tracee.pid, 8, 1),
      );
      const regs = yield* tracer.getRegisters(tracee.pid);
      const set = yield* tracer.do({ call: 'ptrace', args: ['GETREGSET', tracee.pid, 1, 0] });
      s.log('GETREGSET', set.regs?.rip === regs.rip, String(set.value));
      s.log('PEEKUSER rip', (yield* tracer.ptrace('PEEKUSER', tracee.pid, 16 * 8)).value === regs.rip);
      s.log('PEEKUSER far out', yield* tracer.ptrace('PEEKUSER', tracee.pid, 100_000));
      s.log('SETREGS', yield* tracer.setRegisters(tracee.pid, { ...regs, r15: 0x1234n }));
      s.log('r15', hex((yield* tracer.getRegisters(tracee.pid)).r15 ?? 0n));
      s.log('SETREGS back', yield* tracer.setRegisters(tracee.pid, regs));
      yield* tracer.cont(tracee.pid);
      s.log('the word', yield* tracee.result());
      s.log('runs', yield* tracee.result());
    },
    [
      'PEEKDATA: 0x1122334455667788',
      'PEEKTEXT, unaligned: 0x11223344556677',
      'POKEDATA: ok',
      'PEEKDATA: 0x77',
      'nowhere: EIO | EIO',
      'GETREGSET: true | 216',
      'PEEKUSER rip: true',
      'PEEKUSER far out: EIO',
      'SETREGS: ok',
      'r15: 0x1234',
      'SETREGS back: ok',
      'the word: 119',
      'runs: root',
    ],
  ),
  scenario(
    'R23 the signal mask and the queues of a stopped task',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.do(calls.sigprocmask('block', ['SIGUSR1', 'SIGUSR2']));
      yield* tracer.seize(tracee.pid);
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* tracer.wait4(tracee.pid);
      s.log('GETSIGMASK', yield* tracer.ptrace('GETSIGMASK', tracee.pid));
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      yield* s.root.tgkill(tracee, 'SIGUSR2');
      s.log('own queue', yield* tracer.ptrace('PEEKSIGINFO', tracee.pid, 0));
      s.log('shared queue', yield* tracer.ptrace('PEEKSIGINFO', tracee.pid, 1));
      s.log('SETSIGMASK', yield* tracer.do({ call: 'ptrace', args: ['SETSIGMASK', tracee.pid, 8, ['SIGUSR1']] }));
      yield* tracer.cont(tracee.pid);
      s.log('unblocked', yield* tracer.wait4(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
    },
    [
      'GETSIGMASK: 0xa00',
      'own queue: [SIGUSR2 SI_TKILL pid=root]',
      'shared queue: [SIGUSR1 SI_USER pid=root]',
      'SETSIGMASK: ok',
      'unblocked: tracee stop SIGUSR2 | SIGUSR2 SI_TKILL pid=root',
    ],
  ),
  scenario(
    'R24 INTERRUPT: EIO unless seized; it stops a running and a sleeping task',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.ptrace('ATTACH', tracee.pid);
      yield* tracer.wait4(tracee.pid);
      s.log('attached, stopped', yield* tracer.ptrace('INTERRUPT', tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('attached', yield* tracer.ptrace('INTERRUPT', tracee.pid));
      const other = yield* s.tracee('other');
      yield* tracer.seize(other.pid);
      yield* other.start(calls.spin());
      s.log('spinning', yield* tracer.ptrace('INTERRUPT', other.pid), yield* tracer.wait4(other.pid));
      yield* other.release();
      yield* tracer.cont(other.pid);
      s.log('spun', yield* other.result());
      yield* other.start(calls.pause());
      s.log('sleeping', yield* tracer.ptrace('INTERRUPT', other.pid), yield* tracer.wait4(other.pid));
      yield* tracer.cont(other.pid);
      s.log('sleeps on', yield* other.pending(), yield* other.condition());
    },
    [
      'attached, stopped: EIO',
      'attached: EIO',
      'spinning: ok | other EVENT_STOP SIGTRAP',
      'spun: ok',
      'sleeping: ok | other EVENT_STOP SIGTRAP',
      'sleeps on: true | runs',
    ],
  ),
  scenario(
    'R24 INTERRUPT disturbs no trap: its own comes when that one ends',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      s.log('signal', yield* tracer.wait4(tracee.pid));
      s.log('INTERRUPT', yield* tracer.ptrace('INTERRUPT', tracee.pid));
      s.log('nothing new', yield* tracer.look(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('now', yield* tracer.wait4(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('once', yield* tracer.look(tracee.pid));
    },
    [
      'signal: tracee stop SIGUSR1',
      'INTERRUPT: ok',
      'nothing new: none | SIGUSR1 SI_USER pid=root',
      'now: tracee EVENT_STOP SIGTRAP | SIGTRAP 0x8005 pid=tracee',
      'once: none',
    ],
  ),
  scenario(
    'R24 INTERRUPT twice is once; one in an EVENT_STOP makes another',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* tracee.start(calls.spin());
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      s.log('trapped', yield* tracee.condition());
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      s.log('first', yield* tracer.wait4(tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('second', yield* tracer.look(tracee.pid));
      const next = yield* tracer.cont(tracee.pid);
      s.log('CONT', next);
      s.log('third', yield* tracer.look(tracee.pid));
      yield* tracee.release();
    },
    [
      'trapped: stopped',
      'first: tracee EVENT_STOP SIGTRAP',
      'second: tracee EVENT_STOP SIGTRAP',
      'CONT: ok',
      'third: none',
    ],
  ),
  scenario(
    'R24 any trap that comes satisfies INTERRUPT',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      yield* s.halt(tracer, tracee, calls.getppid(), calls.getppid());
      yield* tracer.syscall(tracee.pid);
      s.log('entry', yield* tracer.wait4(tracee.pid));
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* tracer.syscall(tracee.pid);
      s.log('exit', yield* tracer.wait4(tracee.pid), yield* tracer.message(tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('no more', yield* tracer.look(tracee.pid));
      s.log('calls', ...(yield* tracee.results(2)));
    },
    ['entry: tracee stop SYSCALL', 'exit: tracee stop SYSCALL | 2', 'no more: none', 'calls: root | root'],
  ),
  scenario(
    'R25 LISTEN: EIO unless seized and in EVENT_STOP',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.ptrace('ATTACH', tracee.pid);
      yield* tracer.wait4(tracee.pid);
      s.log('attached', yield* tracer.ptrace('LISTEN', tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      yield* tracer.wait4(tracee.pid);
      s.log('attached, group stop', yield* tracer.ptrace('LISTEN', tracee.pid));
      const other = yield* s.tracee('other');
      yield* tracer.seize(other.pid);
      yield* s.root.kill(other.pid, 'SIGUSR1');
      yield* tracer.wait4(other.pid);
      s.log('signal', yield* tracer.ptrace('LISTEN', other.pid));
      yield* tracer.cont(other.pid);
      yield* tracer.ptrace('INTERRUPT', other.pid);
      yield* tracer.wait4(other.pid);
      s.log('EVENT_STOP', yield* tracer.ptrace('LISTEN', other.pid), yield* other.condition());
    },
    ['attached: EIO', 'attached, group stop: EIO', 'signal: EIO', 'EVENT_STOP: ok | stopped'],
  ),
  scenario(
    'R26 a listener that came from an INTERRUPT: SIGSTOP stays pending, INTERRUPT re-traps',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* tracer.wait4(tracee.pid);
      yield* tracer.ptrace('LISTEN', tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      s.log('nothing', yield* tracer.look(tracee.pid), yield* s.root.wait4(tracee.pid, ['WUNTRACED', 'WNOHANG']));
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      s.log('nothing', yield* tracer.look(tracee.pid));
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      s.log('INTERRUPT', yield* tracer.wait4(tracee.pid));
      for (let k = 0; k < 2; k++) {
        yield* tracer.cont(tracee.pid);
        s.log('then', yield* tracer.wait4(tracee.pid));
      }
    },
    [
      'nothing: none | none',
      'nothing: none',
      'INTERRUPT: tracee EVENT_STOP SIGTRAP',
      'then: tracee stop SIGUSR1',
      'then: tracee stop SIGSTOP',
    ],
  ),
  scenario(
    'R26 a listener is re-trapped by a sibling that starts a group stop',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const leader = yield* s.tracee('leader');
      const thread = yield* leader.make('thread', 'thread', true);
      yield* tracer.seize(leader.pid);
      yield* tracer.ptrace('INTERRUPT', leader.pid);
      yield* tracer.wait4(leader.pid);
      yield* tracer.ptrace('LISTEN', leader.pid);
      yield* s.root.tgkill(thread, 'SIGSTOP');
      s.log('listener', yield* tracer.look(leader.pid));
      yield* tracer.ptrace('LISTEN', leader.pid);
      yield* s.root.kill(leader.pid, 'SIGCONT');
      s.log('listener', yield* tracer.look(leader.pid));
    },
    ['listener: leader EVENT_STOP SIGSTOP', 'listener: leader EVENT_STOP SIGTRAP'],
  ),
  scenario(
    'R27 NOTIFY is sticky: pending at LISTEN, it re-traps at once',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.seize(tracee.pid);
      s.log('group stop', yield* tracer.wait4(tracee.pid));
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('trapped: nothing new', yield* tracer.look(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
      s.log('LISTEN', yield* tracer.ptrace('LISTEN', tracee.pid));
      s.log('at once', yield* tracer.look(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
      s.log('LISTEN', yield* tracer.ptrace('LISTEN', tracee.pid), yield* tracer.look(tracee.pid));
    },
    [
      'group stop: tracee EVENT_STOP SIGSTOP',
      'trapped: nothing new: none | SIGSTOP 0x8013 pid=tracee',
      'LISTEN: ok',
      'at once: tracee EVENT_STOP SIGTRAP | SIGTRAP 0x8005 pid=tracee',
      'LISTEN: ok | none',
    ],
  ),
  scenario(
    'R27 NOTIFY is sticky: a delivery-stop in between does not clear it',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.wait4(tracee.pid);
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      s.log('group stop', yield* tracer.wait4(tracee.pid));
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      yield* tracer.cont(tracee.pid);
      s.log('owed', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('then', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('then', yield* tracer.look(tracee.pid));
    },
    [
      'group stop: tracee EVENT_STOP SIGSTOP',
      'owed: tracee EVENT_STOP SIGTRAP',
      'then: tracee stop SIGCONT',
      'then: none',
    ],
  ),
  scenario(
    'R28 SETOPTIONS replaces the whole set',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACEFORK', 'TRACESYSGOOD');
      yield* s.halt(tracer, tracee, calls.getppid());
      s.log('SETOPTIONS', yield* tracer.setOptions(tracee.pid, 'TRACEEXIT'));
      yield* tracer.syscall(tracee.pid);
      s.log('no TRACESYSGOOD', yield* tracer.wait4(tracee.pid));
      yield* tracer.cont(tracee.pid);
      yield* tracee.result();
      const child = yield* tracee.make('child');
      s.log('no TRACEFORK', yield* tracer.look(-1), yield* child.condition());
      yield* tracee.start(calls.exitGroup(0));
      s.log('TRACEEXIT', yield* tracer.wait4(tracee.pid));
    },
    [
      'SETOPTIONS: ok',
      'no TRACESYSGOOD: tracee stop SIGTRAP',
      'no TRACEFORK: none | runs',
      'TRACEEXIT: tracee EVENT_EXIT',
    ],
  ),
  scenario(
    'R29 DETACH puts a group-stopped tracee back into its group stop',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.wait4(tracee.pid);
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      s.log('group stop', yield* tracer.wait4(tracee.pid));
      s.log('parent', yield* s.root.wait4(tracee.pid, ['WUNTRACED', 'WNOHANG']));
      s.log('DETACH', yield* tracer.cont(tracee.pid, 0, 'DETACH'), yield* tracee.condition());
      s.log('no more ours', yield* tracer.wait4(tracee.pid));
      s.log('parent', yield* s.root.wait4(tracee.pid, ['WUNTRACED', 'WNOHANG']));
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('SIGCONT', yield* tracee.condition(), yield* s.root.wait4(tracee.pid, ['WCONTINUED', 'WNOHANG']));
    },
    [
      'group stop: tracee EVENT_STOP SIGSTOP',
      'parent: tracee stop SIGSTOP',
      'DETACH: ok | stopped',
      'no more ours: ECHILD',
      'parent: none',
      'SIGCONT: runs | tracee continued',
    ],
  ),
  scenario(
    'R29 DETACH of a tracee that was CONTinued out of a group stop stops it again',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.seize(tracee.pid);
      yield* tracer.wait4(tracee.pid);
      yield* tracer.cont(tracee.pid);
      s.log('runs', yield* tracee.do(calls.getppid()));
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      s.log('INTERRUPT', yield* tracer.wait4(tracee.pid));
      yield* tracer.cont(tracee.pid, 0, 'DETACH');
      s.log('after', yield* tracee.condition());
    },
    ['runs: root', 'INTERRUPT: tracee EVENT_STOP SIGSTOP', 'after: stopped'],
  ),
  scenario(
    'R29 DETACH with a signal delivers it; from an EVENT_STOP it is dropped',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.do(calls.sigaction('SIGUSR1', 'handler'));
      yield* tracee.do(calls.sigaction('SIGUSR2', 'handler'));
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      yield* tracer.wait4(tracee.pid);
      s.log('DETACH with it', yield* tracer.cont(tracee.pid, 'SIGUSR1', 'DETACH'));
      s.log('handled', yield* tracee.handled());
      yield* tracer.seize(tracee.pid);
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* tracer.wait4(tracee.pid);
      s.log('DETACH from EVENT_STOP', yield* tracer.cont(tracee.pid, 'SIGUSR2', 'DETACH'));
      s.log('handled', yield* tracee.handled());
    },
    [
      'DETACH with it: ok',
      'handled: SIGUSR1 SI_USER pid=root',
      'DETACH from EVENT_STOP: ok',
      'handled: SIGUSR1 SI_USER pid=root',
    ],
  ),
];
