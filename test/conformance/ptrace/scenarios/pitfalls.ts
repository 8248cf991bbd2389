/** What virtual-ptrace notes as easily got wrong (P1–P39), where one tracer is enough to show it. */

import * as calls from '../calls.ts';
import { scenario } from '../play.ts';
import { resultText } from '../text.ts';

const PTRACE = 101;
const WAIT4 = 61;
const DEBUG_REGISTERS = 848;
const PR_GET_SECCOMP = 21;
const PR_SET_NO_NEW_PRIVS = 38;
const PR_GET_NO_NEW_PRIVS = 39;
const GETPPID = 110;
const PR_GET_DUMPABLE = 3;

export const pitfalls = [
  scenario(
    'P2 two tasks that trace each other',
    function* (s) {
      const first = yield* s.actor('first');
      const second = yield* s.actor('second');
      s.log('one way', yield* first.seize(second.pid));
      s.log('the other way', yield* second.seize(first.pid));
    },
    ['one way: ok', 'the other way: ok'],
    { onlyNative: 'a circle is refused: it could hold itself for ever' },
  ),
  scenario(
    'P5 strace’s way to start: raise(SIGSTOP), SEIZE, wait, SIGCONT, and the execve',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.start(calls.kill(tracee.pid, 'SIGSTOP'), calls.exec());
      s.log('stopped', yield* s.root.wait4(tracee.pid, ['WUNTRACED']));
      s.log('SEIZE', yield* tracer.seize(tracee.pid, 'TRACESYSGOOD', 'TRACEEXEC', 'TRACEFORK'));
      s.log('kill', yield* tracer.kill(tracee.pid, 'SIGCONT'));
      for (let k = 0; k < 6; k++) {
        const stop = yield* tracer.wait4(tracee.pid);
        const point = yield* tracer.ptrace('GET_SYSCALL_INFO', tracee.pid);
        s.log('stop', stop, point);
        const isSignal = stop.status! >> 16 === 0 && point.info?.op === 'none';
        yield* tracer.syscall(tracee.pid, isSignal ? stop.status! >> 8 : 0);
      }
    },
    [
      'stopped: tracee stop SIGSTOP',
      'SEIZE: ok',
      'kill: ok',
      'stop: tracee EVENT_STOP SIGSTOP | none',
      'stop: tracee EVENT_STOP SIGTRAP | none',
      'stop: tracee stop SIGCONT | none',
      'stop: tracee stop SYSCALL | entry nr=59',
      'stop: tracee EVENT_EXEC | none',
      'stop: tracee stop SYSCALL | exit 0',
    ],
  ),
  scenario(
    'P7 TRACEME while the parent is already blocked in wait wakes it',
    function* (s) {
      const parent = yield* s.actor('parent');
      const tracee = yield* parent.make('tracee', 'fork', true);
      yield* parent.start(parent.waiting(-1, []));
      yield* tracee.start(
        { call: 'ptrace', args: ['TRACEME', 0, 0, 0] },
        calls.kill(tracee.pid, 'SIGUSR1'),
        calls.exitGroup(2),
      );
      s.log('wait', yield* parent.result());
      yield* parent.cont(tracee.pid);
      s.log('end', yield* parent.wait4(-1));
    },
    ['wait: tracee stop SIGUSR1', 'end: tracee exit 2'],
  ),
  scenario(
    'P10 attaching in the middle of a call: the first syscall-stop is the entry of its restart',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.start(calls.nanosleep(60_000));
      yield* tracer.ptrace('ATTACH', tracee.pid);
      s.log('attached', yield* tracer.wait4(tracee.pid));
      yield* tracer.setOptions(tracee.pid, 'TRACESYSGOOD');
      yield* tracer.syscall(tracee.pid);
      s.log('first', yield* tracer.wait4(tracee.pid), yield* tracer.ptrace('GET_SYSCALL_INFO', tracee.pid));
      yield* tracer.syscall(tracee.pid);
      s.log('sleeps', yield* tracer.look(tracee.pid));
    },
    ['attached: tracee stop SIGSTOP', 'first: tracee stop SYSCALL | entry nr=219', 'sleeps: none'],
  ),
  scenario(
    'P14 a FORK event, then SYSCALL: its exit-stop still follows',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD', 'TRACEFORK');
      yield* tracee.startMake('child', 'fork');
      s.log('event', yield* tracer.wait4(tracee.pid));
      yield* tracer.syscall(tracee.pid);
      s.log('exit', yield* tracer.wait4(tracee.pid), yield* tracer.ptrace('GET_SYSCALL_INFO', tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('fork', yield* tracee.result());
    },
    ['event: tracee EVENT_FORK', 'exit: tracee stop SYSCALL | exit child', 'fork: child'],
  ),
  scenario(
    'P17 a breakpoint: planted, hit, suppressed, stepped over',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* s.halt(tracer, tracee, calls.getppid());
      const { rip: at = 0n } = yield* tracer.getRegisters(tracee.pid);
      const where = at + 1n;
      const { value: text = 0n } = yield* tracer.ptrace('PEEKTEXT', tracee.pid, where);
      s.log('plant', yield* tracer.ptrace('POKETEXT', tracee.pid, where, (text & ~0xffn) | 0xccn));
      yield* tracer.cont(tracee.pid);
      s.log('hit', yield* tracer.wait4(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
      const regs = yield* tracer.getRegisters(tracee.pid);
      s.log('rip is behind it', regs.rip === where + 1n);
      s.log('remove', yield* tracer.ptrace('POKETEXT', tracee.pid, where, text));
      yield* tracer.setRegisters(tracee.pid, { ...regs, rip: where });
      yield* tracer.cont(tracee.pid, 0, 'SINGLESTEP');
      s.log('step', yield* tracer.wait4(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('result', yield* tracee.result());
    },
    [
      'plant: ok',
      'hit: tracee stop SIGTRAP | SIGTRAP SI_KERNEL',
      'rip is behind it: true',
      'remove: ok',
      'step: tracee stop SIGTRAP | SIGTRAP TRAP_TRACE',
      'result: root',
    ],
  ),
  scenario(
    'P20 SIGKILL while the tracer sleeps in wait',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* tracer.wait4(tracee.pid);
      yield* tracer.start(tracer.waiting(tracee.pid));
      s.log('sleeps', yield* tracer.pending());
      yield* s.root.kill(tracee.pid, 'SIGKILL');
      s.log('wait', yield* tracer.result());
      s.log('parent', yield* s.root.wait4(tracee.pid));
    },
    ['sleeps: true', 'wait: tracee killed SIGKILL', 'parent: tracee killed SIGKILL'],
  ),
  scenario(
    'P21 a group stop of a traced thread and a sibling that nobody traces',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const leader = yield* s.tracee('leader');
      const thread = yield* leader.make('thread', 'thread');
      yield* tracer.seize(leader.pid);
      yield* s.root.tgkill(leader, 'SIGSTOP');
      s.log('the sibling runs', yield* tracer.wait4(leader.pid), yield* thread.condition());
      yield* tracer.cont(leader.pid, 'SIGSTOP');
      s.log('group stop', yield* tracer.wait4(leader.pid), yield* thread.condition());
      s.log('parent', yield* s.root.wait4(leader.pid, ['WUNTRACED', 'WNOHANG']));
      yield* tracer.ptrace('LISTEN', leader.pid);
      yield* s.root.kill(leader.pid, 'SIGCONT');
      s.log('end', yield* tracer.wait4(leader.pid), yield* thread.condition());
    },
    [
      'the sibling runs: leader stop SIGSTOP | runs',
      'group stop: leader EVENT_STOP SIGSTOP | stopped',
      'parent: leader stop SIGSTOP',
      'end: leader EVENT_STOP SIGTRAP | runs',
    ],
  ),
  scenario(
    'P23 a CLONE_UNTRACED child can be attached to by itself',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACEFORK');
      const child = yield* tracee.make('child', { flags: ['SIGCHLD', 'CLONE_UNTRACED'] });
      s.log('event', yield* tracer.look(-1));
      s.log('SEIZE', yield* tracer.seize(child.pid));
      yield* tracer.ptrace('INTERRUPT', child.pid);
      s.log('stop', yield* tracer.wait4(child.pid));
    },
    ['event: none', 'SEIZE: ok', 'stop: child EVENT_STOP SIGTRAP'],
  ),
  scenario(
    'P25 the child of a vfork is not held while its parent is stopped, or waits',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACEVFORK', 'TRACEVFORKDONE', 'TRACEEXIT');
      const child = yield* tracee.startMake('child', 'vfork');
      s.log('vfork', yield* tracer.wait4(tracee.pid));
      s.log('child', yield* tracer.wait4(child.pid));
      yield* tracer.cont(child.pid);
      s.log('the child runs', yield* child.do(calls.getppid()));
      yield* child.start(calls.exit(3));
      s.log('its exit', yield* tracer.wait4(child.pid));
      yield* tracer.cont(child.pid);
      s.log('its end', yield* tracer.wait4(child.pid));
      yield* tracer.cont(tracee.pid);
      s.log('the parent', yield* tracer.wait4(tracee.pid));
    },
    [
      'vfork: tracee EVENT_VFORK',
      'child: child EVENT_STOP SIGTRAP',
      'the child runs: tracee',
      'its exit: child EVENT_EXIT',
      'its end: child exit 3',
      'the parent: tracee EVENT_VFORK_DONE',
    ],
  ),
  scenario(
    'P27 a death that is only peeked at stays for the next wait, and for the parent after it',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGKILL');
      for (let k = 0; k < 2; k++) s.log('peek', yield* tracer.waitid('P_ALL', 0, ['WEXITED', 'WNOWAIT']));
      s.log('parent, early', yield* s.root.wait4(tracee.pid, ['WNOHANG']));
      s.log('take', yield* tracer.waitid('P_PID', tracee.pid, ['WEXITED']));
      s.log('peek', yield* tracer.waitid('P_ALL', 0, ['WEXITED', 'WNOWAIT', 'WNOHANG']));
      s.log('parent, peek', yield* s.root.waitid('P_PID', tracee.pid, ['WEXITED', 'WNOWAIT']));
      s.log('parent', yield* s.root.wait4(tracee.pid));
    },
    [
      'peek: SIGCHLD CLD_KILLED pid=tracee status=0x9',
      'peek: SIGCHLD CLD_KILLED pid=tracee status=0x9',
      'parent, early: none',
      'take: SIGCHLD CLD_KILLED pid=tracee status=0x9',
      'peek: ECHILD',
      'parent, peek: SIGCHLD CLD_KILLED pid=tracee status=0x9',
      'parent: tracee killed SIGKILL',
    ],
  ),
  scenario(
    'P27 parent, tracer and tracee are killed back to back, in any order: the reaper gets all three',
    function* (s) {
      for (const order of ['pte', 'pet', 'tpe', 'tep', 'ept', 'etp']) {
        const parent = yield* s.actor('parent');
        const tracer = yield* s.actor('tracer');
        const tracee = yield* parent.make('tracee', 'fork', true);
        yield* tracer.seize(tracee.pid);
        const pid = { p: parent.pid, t: tracer.pid, e: tracee.pid };
        yield* s.root.start(...[...order].map((who) => calls.kill(pid[who as keyof typeof pid], 'SIGKILL')));
        yield* s.root.results(3);
        const ends = [];
        for (const actor of [parent, tracer, tracee]) ends.push(yield* s.root.wait4(actor.pid));
        s.log(order, ...ends);
      }
    },
    [
      'pte: parent killed SIGKILL | tracer killed SIGKILL | tracee killed SIGKILL',
      'pet: parent killed SIGKILL | tracer killed SIGKILL | tracee killed SIGKILL',
      'tpe: parent killed SIGKILL | tracer killed SIGKILL | tracee killed SIGKILL',
      'tep: parent killed SIGKILL | tracer killed SIGKILL | tracee killed SIGKILL',
      'ept: parent killed SIGKILL | tracer killed SIGKILL | tracee killed SIGKILL',
      'etp: parent killed SIGKILL | tracer killed SIGKILL | tracee killed SIGKILL',
    ],
  ),
  scenario(
    'P28 the tracer is the real parent: each report once',
    function* (s) {
      const parent = yield* s.actor('parent');
      const tracee = yield* parent.make('tracee', 'fork', true);
      yield* parent.seize(tracee.pid, 'TRACEEXIT');
      yield* tracee.start(calls.exitGroup(5));
      s.log('event', yield* parent.wait4(-1));
      yield* parent.cont(tracee.pid);
      const end = yield* parent.wait4(-1);
      s.log('end', end, end.usage ?? false);
      s.log('once', yield* parent.wait4(-1));
    },
    ['event: tracee EVENT_EXIT', 'end: tracee exit 5 | true', 'once: ECHILD'],
  ),
  scenario(
    'P29 the tracer dies with an ATTACH stop, or an INTERRUPT, on its way or not yet waited for',
    function* (s) {
      const first = yield* s.actor('first');
      const second = yield* s.actor('second');
      const attached = yield* s.tracee('attached');
      const interrupted = yield* s.tracee('interrupted');
      yield* first.ptrace('ATTACH', attached.pid);
      yield* first.start(calls.exitGroup(0));
      s.log('attached', yield* attached.condition(), yield* s.root.wait4(attached.pid, ['WUNTRACED', 'WNOHANG']));
      yield* second.seize(interrupted.pid);
      yield* second.ptrace('INTERRUPT', interrupted.pid);
      yield* second.start(calls.exitGroup(0));
      s.log('interrupted', yield* interrupted.condition(), yield* interrupted.do(calls.getppid()));
    },
    ['attached: stopped | attached stop SIGSTOP', 'interrupted: runs | root'],
  ),
  scenario(
    'P30 a wait that sleeps is woken by a child of one’s own as by a tracee; then ECHILD',
    function* (s) {
      const tracer = yield* s.actor('tracer');
      const child = yield* tracer.make('child');
      const tracee = yield* s.tracee();
      yield* tracer.seize(tracee.pid);
      yield* tracer.start(tracer.waiting(-1));
      yield* child.start(calls.exitGroup(1));
      s.log('child', yield* tracer.result());
      yield* tracer.start(tracer.waiting(-1));
      s.log('sleeps', yield* tracer.pending());
      yield* tracee.start(calls.exitGroup(2));
      s.log('tracee', yield* tracer.result());
      s.log('none', yield* tracer.wait4(-1), yield* tracer.look(-1));
    },
    ['child: child exit 1', 'sleeps: true', 'tracee: tracee exit 2', 'none: ECHILD | ECHILD'],
  ),
  scenario(
    'P31 SIGCHLD really comes: a tracer that sleeps in sigsuspend, as gdb does',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.do(calls.sigaction('SIGCHLD', 'handler', ['SA_RESTART']));
      yield* tracer.do(calls.sigprocmask('block', ['SIGCHLD']));
      yield* tracer.seize(tracee.pid);
      yield* tracer.start(calls.sigsuspend([]));
      s.log('sleeps', yield* tracer.pending());
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      s.log('woken', yield* tracer.result(), yield* tracer.handled());
      s.log('wait', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGKILL');
      s.log('again', yield* tracer.do(calls.sigsuspend([])), yield* tracer.handled());
    },
    [
      'sleeps: true',
      'woken: EINTR | SIGCHLD CLD_TRAPPED pid=tracee',
      'wait: tracee stop SIGUSR1',
      'again: EINTR | SIGCHLD CLD_TRAPPED pid=tracee, SIGCHLD CLD_KILLED pid=tracee',
    ],
  ),
  scenario(
    'P31 no SIGCHLD for stops with SA_NOCLDSTOP, or where it is ignored',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.do(calls.sigaction('SIGCHLD', 'handler', ['SA_NOCLDSTOP']));
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      s.log('stop', yield* tracer.handled(), yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGKILL');
      s.log('death', yield* tracer.handled(), yield* tracer.look(tracee.pid));
      const other = yield* s.tracee('other');
      yield* tracer.do(calls.sigaction('SIGCHLD', 'ignore'));
      yield* tracer.seize(other.pid);
      yield* s.root.kill(other.pid, 'SIGUSR1');
      s.log('ignored', yield* tracer.handled(), yield* tracer.look(other.pid));
    },
    [
      'stop: none | tracee stop SIGUSR1',
      'death: SIGCHLD CLD_KILLED pid=tracee | tracee killed SIGKILL',
      'ignored: SIGCHLD CLD_KILLED pid=tracee | other stop SIGUSR1',
    ],
  ),
  scenario(
    'P31 SIGCHLD by signalfd',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.do(calls.sigprocmask('block', ['SIGCHLD']));
      const fd = (yield* tracer.do(calls.signalfd(['SIGCHLD']))).ret;
      yield* tracer.seize(tracee.pid);
      yield* tracer.start(calls.readSignal(fd));
      s.log('sleeps', yield* tracer.pending());
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      s.log('read', yield* tracer.result());
      s.log('wait', yield* tracer.look(tracee.pid));
    },
    ['sleeps: true', 'read: SIGCHLD', 'wait: tracee stop SIGUSR1'],
  ),
  scenario(
    'P31 wait is interrupted by a signal: EINTR, or gone on with',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.do(calls.sigaction('SIGUSR1', 'handler'));
      yield* tracer.do(calls.sigaction('SIGUSR2', 'handler', ['SA_RESTART']));
      yield* tracer.seize(tracee.pid);
      yield* tracer.start(tracer.waiting(tracee.pid));
      yield* s.root.kill(tracer.pid, 'SIGUSR1');
      s.log('EINTR', yield* tracer.result(), yield* tracer.handled());
      yield* tracer.start(tracer.waiting(-1));
      yield* s.root.kill(tracer.pid, 'SIGUSR2');
      s.log('goes on', yield* tracer.pending(), yield* tracer.handled());
      yield* s.root.kill(tracer.pid, 'SIGWINCH');
      s.log('goes on', yield* tracer.pending());
      yield* s.root.kill(tracee.pid, 'SIGTERM');
      s.log('wait', yield* tracer.result());
    },
    [
      'EINTR: EINTR | SIGUSR1 SI_USER pid=root',
      'goes on: true | SIGUSR1 SI_USER pid=root, SIGUSR2 SI_USER pid=root',
      'goes on: true',
      'wait: tracee stop SIGTERM',
    ],
  ),
  scenario(
    'P32 a tracer that is traced itself: its calls are ordinary ones, with their true numbers and results',
    function* (s) {
      const observer = yield* s.actor('observer');
      const { tracer, tracee } = yield* s.pair();
      yield* observer.seize(tracer.pid, 'TRACESYSGOOD');
      const own = [
        { call: 'ptrace', args: ['SEIZE', tracee.pid, 0, 0] },
        { call: 'ptrace', args: ['INTERRUPT', tracee.pid, 0, 0] },
        tracer.waiting(tracee.pid),
        { call: 'ptrace', args: ['CONT', tracee.pid, 0, 0] },
        tracer.waiting(tracee.pid, ['__WALL', 'WNOHANG']),
      ];
      yield* s.halt(observer, tracer, ...own);
      for (let k = 0; k < own.length * 2 + 1; k++) {
        yield* observer.syscall(tracer.pid);
        const stop = yield* observer.wait4(tracer.pid);
        const point = yield* observer.ptrace('GET_SYSCALL_INFO', tracer.pid);
        const what = point.info?.nr === PTRACE ? 'ptrace' : point.info?.nr === WAIT4 ? 'wait4' : '';
        s.log('stop', stop, point, what);
      }
      yield* observer.cont(tracer.pid);
      s.log('results', ...(yield* tracer.results(own.length)));
    },
    [
      'stop: tracer stop SYSCALL | entry nr=101 | ptrace',
      'stop: tracer stop SYSCALL | exit 0 | ',
      'stop: tracer stop SYSCALL | entry nr=101 | ptrace',
      'stop: tracer stop SYSCALL | exit 0 | ',
      'stop: tracer stop SIGCHLD | none | ',
      'stop: tracer stop SYSCALL | entry nr=61 | wait4',
      'stop: tracer stop SYSCALL | exit tracee | ',
      'stop: tracer stop SYSCALL | entry nr=101 | ptrace',
      'stop: tracer stop SYSCALL | exit 0 | ',
      'stop: tracer stop SYSCALL | entry nr=61 | wait4',
      'stop: tracer stop SYSCALL | exit 0 | ',
      'results: ok | ok | tracee EVENT_STOP SIGTRAP | ok | none',
    ],
  ),
  scenario(
    'P33 a wait whose status cannot be written: EFAULT, and the event is gone',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      s.log('wait', resultText((yield* tracer.do(calls.raw(WAIT4, tracee.pid, 8, 0x40000001, 0))).ret));
      s.log('then', yield* tracer.look(tracee.pid));
      s.log('the stop is there', yield* tracer.ptrace('GETSIGINFO', tracee.pid));
      s.log('bad options', yield* tracer.do(calls.raw(WAIT4, tracee.pid, 0, 0x10, 0)));
      s.log('bad buffer', yield* tracer.do(calls.raw(PTRACE, 0x4202, tracee.pid, 0, 8)));
    },
    [
      'wait: EFAULT',
      'then: none',
      'the stop is there: SIGTRAP 0x8005 pid=tracee',
      'bad options: EINVAL',
      'bad buffer: EFAULT',
    ],
  ),
  scenario(
    'P34 the programs see no change of themselves: no NO_NEW_PRIVS, dumpable, no filter',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      s.log('NO_NEW_PRIVS', (yield* tracee.do(calls.prctl(PR_GET_NO_NEW_PRIVS, 0))).ret);
      s.log('dumpable', (yield* tracee.do(calls.prctl(PR_GET_DUMPABLE, 0))).ret);
      s.log('tracer', (yield* tracer.do(calls.prctl(PR_GET_NO_NEW_PRIVS, 0))).ret);
      s.log('filters', (yield* tracer.do(calls.prctl(PR_GET_SECCOMP, 0))).ret);
      yield* tracee.do(calls.prctl(PR_SET_NO_NEW_PRIVS, 1));
      yield* tracee.do(calls.seccomp(GETPPID, 'errno', 7));
      s.log('with one of its own', (yield* tracee.do(calls.prctl(PR_GET_SECCOMP, 0))).ret);
    },
    ['NO_NEW_PRIVS: 0', 'dumpable: 1', 'tracer: 0', 'filters: 0', 'with one of its own: 2'],
  ),
  scenario(
    'P37 a hardware breakpoint',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* s.halt(tracer, tracee, calls.getppid());
      const { rip: at = 0n } = yield* tracer.getRegisters(tracee.pid);
      s.log('dr0', yield* tracer.ptrace('POKEUSER', tracee.pid, DEBUG_REGISTERS, at + 2n));
      s.log('dr7', yield* tracer.ptrace('POKEUSER', tracee.pid, DEBUG_REGISTERS + 7 * 8, 1));
      yield* tracer.cont(tracee.pid);
      s.log('hit', yield* tracer.wait4(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
      const { rip } = yield* tracer.getRegisters(tracee.pid);
      const { value: dr6 = 0n } = yield* tracer.ptrace('PEEKUSER', tracee.pid, DEBUG_REGISTERS + 6 * 8);
      s.log('at', rip === at + 2n, `dr6 ${dr6 & 15n}`);
      yield* tracer.ptrace('POKEUSER', tracee.pid, DEBUG_REGISTERS + 7 * 8, 0);
      yield* tracer.cont(tracee.pid);
      s.log('result', yield* tracee.result());
    },
    ['dr0: ok', 'dr7: ok', 'hit: tracee stop SIGTRAP | SIGTRAP TRAP_HWBKPT', 'at: true | dr6 1', 'result: root'],
  ),
  scenario(
    'P38 requests that only read or write the task: floating point, the extended state',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* tracer.wait4(tracee.pid);
      s.log('PRFPREG', String((yield* tracer.do({ call: 'ptrace', args: ['GETREGSET', tracee.pid, 2, 0] })).value));
      s.log('no such set', yield* tracer.do({ call: 'ptrace', args: ['GETREGSET', tracee.pid, 0x7777, 0] }));
      s.log('a request of nobody', yield* tracer.do(calls.raw(PTRACE, 0x7777, tracee.pid, 0, 0)));
    },
    ['PRFPREG: 512', 'no such set: EINVAL', 'a request of nobody: EIO'],
  ),
  ...(['block', 'ignore'] as const).map((how) =>
    scenario(
      `P31 a tracer that ${how}s SIGTRAP still does when it traces and gets its SIGCHLDs`,
      function* (s) {
        const { tracer, tracee } = yield* s.pair();
        yield* tracer.do(
          how === 'block' ? calls.sigprocmask('block', ['SIGTRAP']) : calls.sigaction('SIGTRAP', 'ignore'),
        );
        yield* tracer.do(calls.sigaction('SIGCHLD', 'handler', ['SA_RESTART']));
        yield* tracer.seize(tracee.pid);
        yield* tracer.ptrace('INTERRUPT', tracee.pid);
        s.log('wait', yield* tracer.wait4(tracee.pid));
        yield* tracer.start(calls.pause());
        yield* tracee.pending();
        yield* s.root.kill(tracee.pid, 'SIGKILL');
        s.log('pause', yield* tracer.result());
        yield* tracer.kill(tracer.pid, 'SIGTRAP');
        s.log('pending', yield* tracer.do(calls.sigpending()));
      },
      ['wait: tracee EVENT_STOP SIGTRAP', 'pause: EINTR', `pending: ${how === 'block' ? '0x10' : '0x0'}`],
    ),
  ),
];
