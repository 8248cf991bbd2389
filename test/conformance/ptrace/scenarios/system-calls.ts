/** R38–R45: stops at system calls, restarts, changed numbers, single steps. */

import * as calls from '../calls.ts';
import { scenario } from '../play.ts';
import type { Actor, Stage } from '../stage.ts';
import { resultText } from '../text.ts';

/** What the stop is: a call's entry or exit with its number or result, or what wait says. */
function* logPoint(s: Stage, label: string, tracer: Actor, pid: number) {
  const stop = yield* tracer.wait4(pid);
  const info = yield* tracer.ptrace('GET_SYSCALL_INFO', pid);
  s.log(label, stop, info);
}

/** rax as the result that the program would see. */
function* rax(tracer: Actor, pid: number) {
  const { rax: value = 0n } = yield* tracer.getRegisters(pid);
  return resultText(Number(BigInt.asIntN(64, value)));
}

const GETPPID = 110;

export const systemCalls = [
  scenario(
    'R38 no signal-delivery-stop between entry and exit; a signal comes after the exit',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      yield* s.halt(tracer, tracee, calls.getppid(), calls.getppid());
      yield* tracer.syscall(tracee.pid);
      yield* logPoint(s, 'entry', tracer, tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      for (const label of ['exit', 'signal', 'entry', 'exit']) {
        yield* tracer.syscall(tracee.pid);
        const stop = yield* tracer.wait4(tracee.pid);
        s.log(label, stop, stop.status === 0x857f ? yield* tracer.message(tracee.pid) : '');
      }
      yield* tracer.cont(tracee.pid);
      s.log('calls', ...(yield* tracee.results(2)));
    },
    [
      'entry: tracee stop SYSCALL | entry nr=110',
      'exit: tracee stop SYSCALL | 2',
      'signal: tracee stop SIGUSR1 | ',
      'entry: tracee stop SYSCALL | 1',
      'exit: tracee stop SYSCALL | 2',
      'calls: root | root',
    ],
  ),
  scenario(
    'R38 CONT after an entry: no exit stop; the next SYSCALL begins with an entry',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      yield* s.halt(tracer, tracee, calls.getppid(), calls.breakNops(), calls.getppid());
      yield* tracer.syscall(tracee.pid);
      yield* logPoint(s, 'entry', tracer, tracee.pid);
      yield* tracer.cont(tracee.pid);
      yield* logPoint(s, 'no exit', tracer, tracee.pid);
      yield* tracer.syscall(tracee.pid);
      yield* logPoint(s, 'entry', tracer, tracee.pid);
      yield* tracer.syscall(tracee.pid);
      yield* logPoint(s, 'exit', tracer, tracee.pid);
    },
    [
      'entry: tracee stop SYSCALL | entry nr=110',
      'no exit: tracee stop SIGTRAP | none',
      'entry: tracee stop SYSCALL | entry nr=110',
      'exit: tracee stop SYSCALL | exit root',
    ],
  ),
  scenario(
    'R38 every call stops twice, in order',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      const list = [calls.getpid(), calls.getpgid(0), calls.sigpending(), calls.loop(2), calls.execNothing()];
      yield* s.halt(tracer, tracee, ...list);
      for (let k = 0; k < 6; k++) {
        yield* tracer.syscall(tracee.pid);
        const entry = yield* tracer.wait4(tracee.pid);
        const info = yield* tracer.ptrace('GET_SYSCALL_INFO', tracee.pid);
        yield* tracer.syscall(tracee.pid);
        const exit = yield* tracer.wait4(tracee.pid);
        const { info: after } = yield* tracer.ptrace('GET_SYSCALL_INFO', tracee.pid);
        s.log('call', entry, info, exit, after?.op ?? '');
      }
      yield* tracer.cont(tracee.pid);
      s.log('results', ...(yield* tracee.results(5)));
    },
    [
      'call: tracee stop SYSCALL | entry nr=39 | tracee stop SYSCALL | exit',
      'call: tracee stop SYSCALL | entry nr=121 | tracee stop SYSCALL | exit',
      'call: tracee stop SYSCALL | entry nr=127 | tracee stop SYSCALL | exit',
      'call: tracee stop SYSCALL | entry nr=110 | tracee stop SYSCALL | exit',
      'call: tracee stop SYSCALL | entry nr=110 | tracee stop SYSCALL | exit',
      'call: tracee stop SYSCALL | entry nr=59 | tracee stop SYSCALL | exit',
      'results: tracee | root | 0x0 | root | ENOENT',
    ],
  ),
  scenario(
    'R39 the exit-stop shows raw restart codes: pause',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      yield* s.halt(tracer, tracee, calls.pause());
      yield* tracer.syscall(tracee.pid);
      yield* logPoint(s, 'entry', tracer, tracee.pid);
      yield* tracer.syscall(tracee.pid);
      s.log('it sleeps', yield* tracer.look(tracee.pid));
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      yield* logPoint(s, 'exit', tracer, tracee.pid);
      s.log('raw', yield* rax(tracer, tracee.pid));
      yield* tracer.syscall(tracee.pid);
      yield* logPoint(s, 'signal', tracer, tracee.pid);
      yield* tracer.syscall(tracee.pid);
      yield* logPoint(s, 'suppressed: entry again', tracer, tracee.pid);
    },
    [
      'entry: tracee stop SYSCALL | entry nr=34',
      'it sleeps: none',
      'exit: tracee stop SYSCALL | exit ERESTARTNOHAND',
      'raw: ERESTARTNOHAND',
      'signal: tracee stop SIGUSR1 | none',
      'suppressed: entry again: tracee stop SYSCALL | entry nr=34',
    ],
  ),
  scenario(
    'R39 the exit-stop shows raw restart codes: nanosleep, then restart_syscall',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.do(calls.sigaction('SIGUSR2', 'handler', ['SA_RESTART']));
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      yield* s.halt(tracer, tracee, calls.nanosleep(60_000));
      yield* tracer.syscall(tracee.pid);
      yield* logPoint(s, 'entry', tracer, tracee.pid);
      yield* tracer.syscall(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      yield* logPoint(s, 'exit', tracer, tracee.pid);
      s.log('raw', yield* rax(tracer, tracee.pid));
      yield* tracer.syscall(tracee.pid);
      yield* logPoint(s, 'signal', tracer, tracee.pid);
      yield* tracer.syscall(tracee.pid);
      yield* logPoint(s, 'suppressed', tracer, tracee.pid);
      yield* tracer.cont(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGUSR2');
      yield* logPoint(s, 'signal', tracer, tracee.pid);
      yield* tracer.cont(tracee.pid, 'SIGUSR2');
      s.log('handled: EINTR, whatever SA_RESTART', yield* tracee.result(), yield* tracee.handled());
    },
    [
      'entry: tracee stop SYSCALL | entry nr=35',
      'exit: tracee stop SYSCALL | exit ERESTART_RESTARTBLOCK',
      'raw: ERESTART_RESTARTBLOCK',
      'signal: tracee stop SIGUSR1 | none',
      'suppressed: tracee stop SYSCALL | entry nr=219',
      'signal: tracee stop SIGUSR2 | none',
      'handled: EINTR, whatever SA_RESTART: EINTR | SIGUSR2 SI_USER pid=root',
    ],
  ),
  scenario(
    'R39 a call that restarts: by a dropped signal, by a handler with SA_RESTART, not by one without',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.do(calls.sigaction('SIGUSR1', 'handler', ['SA_RESTART']));
      yield* tracee.do(calls.sigaction('SIGUSR2', 'handler'));
      const child = yield* tracee.make('child');
      yield* tracer.seize(tracee.pid);
      yield* tracee.start(tracee.waiting(child.pid));
      for (const [signal, give] of [
        ['SIGUSR2', 0],
        ['SIGUSR1', 'SIGUSR1'],
        ['SIGUSR2', 'SIGUSR2'],
      ] as const) {
        yield* s.root.kill(tracee.pid, signal);
        s.log('signal', yield* tracer.wait4(tracee.pid));
        yield* tracer.cont(tracee.pid, give);
        s.log('sleeps', yield* tracee.pending());
      }
      s.log('result', yield* tracee.result(), yield* tracee.handled());
    },
    [
      'signal: tracee stop SIGUSR2',
      'sleeps: true',
      'signal: tracee stop SIGUSR1',
      'sleeps: true',
      'signal: tracee stop SIGUSR2',
      'sleeps: false',
      'result: EINTR | SIGUSR1 SI_USER pid=root, SIGUSR2 SI_USER pid=root',
    ],
  ),
  scenario(
    'R39 epoll_wait returns EINTR even when the signal is suppressed; pause does not',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const fd = (yield* tracee.do(calls.epollCreate())).ret;
      yield* tracer.seize(tracee.pid);
      yield* tracee.start(calls.epollWait(fd, 60_000), calls.pause());
      for (let k = 0; k < 2; k++) {
        yield* s.root.kill(tracee.pid, 'SIGUSR1');
        s.log('signal', yield* tracer.wait4(tracee.pid));
        yield* tracer.cont(tracee.pid, 0);
      }
      s.log('epoll_wait', yield* tracee.result());
      s.log('pause', yield* tracee.pending());
    },
    ['signal: tracee stop SIGUSR1', 'signal: tracee stop SIGUSR1', 'epoll_wait: EINTR', 'pause: true'],
  ),
  scenario(
    'R40 INTERRUPT in a sleep under CONT: an EVENT_STOP, and the call goes on',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      yield* tracee.start(calls.pause());
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      s.log('stop', yield* tracer.wait4(tracee.pid));
      s.log('raw', yield* rax(tracer, tracee.pid));
      yield* tracer.syscall(tracee.pid);
      yield* logPoint(s, 'the call is made again', tracer, tracee.pid);
      yield* tracer.syscall(tracee.pid);
      s.log('sleeps', yield* tracer.look(tracee.pid), yield* tracee.pending());
    },
    [
      'stop: tracee EVENT_STOP SIGTRAP',
      'raw: ERESTARTNOHAND',
      'the call is made again: tracee stop SYSCALL | entry nr=34',
      'sleeps: none | true',
    ],
  ),
  scenario(
    'R40 INTERRUPT in a sleep under SYSCALL: the exit-stop alone',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      yield* s.halt(tracer, tracee, calls.pause());
      yield* tracer.syscall(tracee.pid);
      yield* tracer.wait4(tracee.pid);
      yield* tracer.syscall(tracee.pid);
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* logPoint(s, 'exit', tracer, tracee.pid);
      s.log('raw', yield* rax(tracer, tracee.pid));
      yield* tracer.syscall(tracee.pid);
      yield* logPoint(s, 'entry', tracer, tracee.pid);
      yield* tracer.cont(tracee.pid);
      s.log('no more', yield* tracer.look(tracee.pid), yield* tracee.pending());
    },
    [
      'exit: tracee stop SYSCALL | exit ERESTARTNOHAND',
      'raw: ERESTARTNOHAND',
      'entry: tracee stop SYSCALL | entry nr=34',
      'no more: none | true',
    ],
  ),
  scenario(
    'R41 a signal given at a syscall-stop is sent anew (code 0x80, pid 0), and stops',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.do(calls.sigaction('SIGUSR1', 'handler'));
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      yield* s.halt(tracer, tracee, calls.getppid());
      yield* tracer.syscall(tracee.pid);
      yield* logPoint(s, 'entry', tracer, tracee.pid);
      yield* tracer.syscall(tracee.pid, 'SIGUSR1');
      yield* logPoint(s, 'exit', tracer, tracee.pid);
      yield* tracer.syscall(tracee.pid);
      s.log('delivery', yield* tracer.wait4(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGUSR1');
      s.log('result', yield* tracee.result(), yield* tracee.handled());
    },
    [
      'entry: tracee stop SYSCALL | entry nr=110',
      'exit: tracee stop SYSCALL | exit root',
      'delivery: tracee stop SIGUSR1 | SIGUSR1 SI_KERNEL pid=0',
      'result: root | SIGUSR1 SI_KERNEL pid=0',
    ],
  ),
  scenario(
    'R41 a signal given at an event stop is ignored',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.do(calls.sigaction('SIGUSR1', 'handler'));
      yield* tracer.seize(tracee.pid, 'TRACEFORK');
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* tracer.wait4(tracee.pid);
      yield* tracer.cont(tracee.pid, 'SIGUSR1');
      s.log('at EVENT_STOP', yield* tracer.look(tracee.pid), yield* tracee.handled());
      yield* tracee.startMake('child', 'fork');
      s.log('fork', yield* tracer.wait4(tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGUSR1');
      s.log('at EVENT_FORK', yield* tracer.look(tracee.pid), yield* tracee.handled());
    },
    ['at EVENT_STOP: none | none', 'fork: tracee EVENT_FORK', 'at EVENT_FORK: none | none'],
  ),
  scenario(
    'R42 at entry the number can be changed; −1 skips the call; the result can be changed at exit',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      yield* s.halt(tracer, tracee, calls.raw(999), calls.getppid(), calls.getppid(), calls.getppid());
      const changes: readonly (readonly [string, bigint, bigint | undefined])[] = [
        ['another call', 110n, undefined],
        ['skipped', -1n, undefined],
        ['skipped, with a result', -1n, 77n],
        ['made, with a result', 110n, 78n],
      ];
      for (const [label, nr, result] of changes) {
        yield* tracer.syscall(tracee.pid);
        yield* logPoint(s, label, tracer, tracee.pid);
        const regs = yield* tracer.getRegisters(tracee.pid);
        yield* tracer.setRegisters(tracee.pid, { ...regs, orig_rax: nr });
        yield* tracer.syscall(tracee.pid);
        const exit = yield* tracer.wait4(tracee.pid);
        s.log(label, exit);
        const after = yield* tracer.getRegisters(tracee.pid);
        if (result !== undefined) yield* tracer.setRegisters(tracee.pid, { ...after, rax: result });
      }
      yield* tracer.cont(tracee.pid);
      for (const reply of yield* tracee.results(4))
        s.log('result', s.who(reply.ret) === 'root' ? 'root' : resultText(reply.ret));
    },
    [
      'another call: tracee stop SYSCALL | entry nr=999',
      'another call: tracee stop SYSCALL',
      'skipped: tracee stop SYSCALL | entry nr=110',
      'skipped: tracee stop SYSCALL',
      'skipped, with a result: tracee stop SYSCALL | entry nr=110',
      'skipped, with a result: tracee stop SYSCALL',
      'made, with a result: tracee stop SYSCALL | entry nr=110',
      'made, with a result: tracee stop SYSCALL',
      'result: root',
      'result: ENOSYS',
      'result: 77',
      'result: 78',
    ],
  ),
  scenario(
    'R42 at entry the arguments can be changed',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      yield* s.halt(tracer, tracee, calls.getpgid(0x7ffffff0), calls.getpgid(0x7ffffff0));
      yield* tracer.syscall(tracee.pid);
      yield* tracer.wait4(tracee.pid);
      const regs = yield* tracer.getRegisters(tracee.pid);
      yield* tracer.setRegisters(tracee.pid, { ...regs, rdi: 0n });
      yield* tracer.cont(tracee.pid);
      s.log('changed', yield* tracee.result());
      s.log('not changed', yield* tracee.result());
    },
    ['changed: root', 'not changed: ESRCH'],
  ),
  scenario(
    'R42 a fatal signal at the entry aborts the call',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const word = s.world.word;
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      yield* s.halt(tracer, tracee, calls.kill(tracer.pid, 'SIGUSR1'), calls.load(word));
      yield* tracer.do(calls.sigaction('SIGUSR1', 'handler'));
      yield* tracer.syscall(tracee.pid);
      yield* logPoint(s, 'entry', tracer, tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGKILL');
      s.log('death', yield* tracer.wait4(tracee.pid));
      s.log('the call was not made', yield* tracer.handled());
    },
    ['entry: tracee stop SYSCALL | entry nr=62', 'death: tracee killed SIGKILL', 'the call was not made: none'],
  ),
  scenario(
    'R43 SYSEMU skips the call: one stop for each',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      yield* s.halt(tracer, tracee, calls.getppid(), calls.getppid(), calls.getppid());
      for (const result of [11n, 22n]) {
        yield* tracer.cont(tracee.pid, 0, 'SYSEMU');
        yield* logPoint(s, 'stop', tracer, tracee.pid);
        const regs = yield* tracer.getRegisters(tracee.pid);
        yield* tracer.setRegisters(tracee.pid, { ...regs, rax: result });
      }
      yield* tracer.cont(tracee.pid);
      for (const reply of yield* tracee.results(2)) s.log('result', reply.ret);
      s.log('result', yield* tracee.result());
    },
    [
      'stop: tracee stop SYSCALL | entry nr=110',
      'stop: tracee stop SYSCALL | entry nr=110',
      'result: 11',
      'result: 22',
      'result: root',
    ],
  ),
  scenario(
    'R44 seccomp comes after the entry-stop; the exit-stop follows',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.do(calls.prctl(38, 1));
      yield* tracee.do(calls.seccomp(GETPPID, 'trace', 42));
      yield* tracer.seize(tracee.pid, 'TRACESECCOMP', 'TRACESYSGOOD');
      yield* s.halt(tracer, tracee, calls.getppid());
      for (const label of ['entry', 'seccomp', 'exit']) {
        yield* tracer.syscall(tracee.pid);
        const stop = yield* tracer.wait4(tracee.pid);
        s.log(label, stop, yield* tracer.message(tracee.pid));
      }
      yield* tracer.cont(tracee.pid);
      s.log('result', yield* tracee.result());
    },
    [
      'entry: tracee stop SYSCALL | 1',
      'seccomp: tracee EVENT_SECCOMP | 42',
      'exit: tracee stop SYSCALL | 2',
      'result: root',
    ],
  ),
  scenario(
    'R44 RET_TRACE without the option, or without a tracer, gives ENOSYS',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.do(calls.prctl(38, 1));
      yield* tracee.do(calls.seccomp(GETPPID, 'trace', 42));
      s.log('no tracer', yield* tracee.do(calls.getppid()));
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      s.log('no option', yield* tracee.do(calls.getppid()), yield* tracer.look(tracee.pid));
    },
    ['no tracer: ENOSYS', 'no option: ENOSYS | none'],
  ),
  scenario(
    'R44 RET_ERRNO: entry, and the exit with the error',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.do(calls.prctl(38, 1));
      yield* tracee.do(calls.seccomp(GETPPID, 'errno', 13));
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD', 'TRACESECCOMP');
      yield* s.halt(tracer, tracee, calls.getppid());
      for (const label of ['entry', 'exit']) {
        yield* tracer.syscall(tracee.pid);
        yield* logPoint(s, label, tracer, tracee.pid);
      }
    },
    ['entry: tracee stop SYSCALL | entry nr=110', 'exit: tracee stop SYSCALL | exit EACCES'],
  ),
  scenario(
    'R44 a number changed at the seccomp stop is filtered again',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.do(calls.prctl(38, 1));
      yield* tracee.do(calls.seccomp(GETPPID, 'errno', 13));
      yield* tracee.do(calls.seccomp(39, 'trace', 1));
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD', 'TRACESECCOMP');
      yield* tracee.start(calls.getpid());
      s.log('seccomp', yield* tracer.wait4(tracee.pid));
      const regs = yield* tracer.getRegisters(tracee.pid);
      yield* tracer.setRegisters(tracee.pid, { ...regs, orig_rax: BigInt(GETPPID) });
      yield* tracer.cont(tracee.pid);
      s.log('result', yield* tracee.result());
    },
    ['seccomp: tracee EVENT_SECCOMP', 'result: EACCES'],
  ),
];
