/** R1–R7: what wait, siginfo and the event message say of each kind of stop. */

import * as calls from '../calls.ts';
import { scenario } from '../play.ts';
import type { Actor, Stage } from '../stage.ts';
import { hex } from '../text.ts';

/** Waits and logs all that a stop says of itself. */
function* logStop(s: Stage, label: string, tracer: Actor, pid: number) {
  const stop = yield* tracer.wait4(pid);
  s.log(label, stop, hex(stop.status ?? 0), yield* tracer.ptrace('GETSIGINFO', pid));
}

export const encodings = [
  scenario(
    'R1 wait status: a stop, an exit, a death by a signal, continued',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.ptrace('ATTACH', tracee.pid);
      s.log('stop', hex((yield* tracer.wait4(tracee.pid)).status ?? 0));
      yield* tracer.cont(tracee.pid);
      yield* tracee.start(calls.exitGroup(0x1234));
      s.log('exit', hex((yield* tracer.wait4(tracee.pid)).status ?? 0));
      const other = yield* s.tracee('other');
      yield* tracer.seize(other.pid);
      yield* tracer.kill(other.pid, 'SIGKILL');
      s.log('death', hex((yield* tracer.wait4(other.pid)).status ?? 0));
      const child = yield* s.tracee('child');
      yield* s.root.kill(child.pid, 'SIGSTOP');
      s.log('stopped', hex((yield* s.root.wait4(child.pid, ['WUNTRACED'])).status ?? 0));
      yield* s.root.kill(child.pid, 'SIGCONT');
      s.log('continued', hex((yield* s.root.wait4(child.pid, ['WCONTINUED'])).status ?? 0));
    },
    ['stop: 0x137f', 'exit: 0x3400', 'death: 0x9', 'stopped: 0x137f', 'continued: 0xffff'],
  ),
  scenario(
    'R1 wait status: a death with a core',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.do(calls.coreLimit(1 << 20));
      yield* tracer.seize(tracee.pid);
      yield* tracee.start(calls.fault('segv'));
      s.log('fault', yield* tracer.wait4(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGSEGV');
      const death = yield* tracer.wait4(tracee.pid);
      s.log('tracer', death, hex(death.status ?? 0));
      s.log('parent', yield* s.root.wait4(tracee.pid));
    },
    [
      'fault: tracee stop SIGSEGV | SIGSEGV SEGV_MAPERR',
      'tracer: tracee killed SIGSEGV core | 0x8b',
      'parent: tracee killed SIGSEGV core',
    ],
    { root: true },
  ),
  scenario(
    'R2 signal-delivery-stop: the code is the signal, the siginfo is the real one',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      for (const signal of ['SIGUSR1', 'SIGSTOP', 'SIGCHLD', 'SIGRT_5'] as const) {
        yield* s.root.kill(tracee.pid, signal);
        yield* logStop(s, signal, tracer, tracee.pid);
        yield* tracer.cont(tracee.pid);
      }
      yield* s.root.tgkill(tracee, 'SIGUSR2');
      yield* logStop(s, 'tgkill', tracer, tracee.pid);
      yield* tracer.cont(tracee.pid);
      yield* tracee.start(calls.sigqueue(tracee.pid, 'SIGUSR1', 77));
      yield* logStop(s, 'sigqueue', tracer, tracee.pid);
      yield* tracer.cont(tracee.pid);
      s.log('its call', yield* tracee.result());
      s.log('still there', yield* tracee.do(calls.getppid()));
    },
    [
      'SIGUSR1: tracee stop SIGUSR1 | 0xa7f | SIGUSR1 SI_USER pid=root',
      'SIGSTOP: tracee stop SIGSTOP | 0x137f | SIGSTOP SI_USER pid=root',
      'SIGCHLD: tracee stop SIGCHLD | 0x117f | SIGCHLD SI_USER pid=root',
      'SIGRT_5: tracee stop SIGRT_5 | 0x257f | SIGRT_5 SI_USER pid=root',
      'tgkill: tracee stop SIGUSR2 | 0xc7f | SIGUSR2 SI_TKILL pid=root',
      'sigqueue: tracee stop SIGUSR1 | 0xa7f | SIGUSR1 SI_QUEUE pid=tracee value=77',
      'its call: ok',
      'still there: root',
    ],
  ),
  scenario(
    'R3 syscall-stop without TRACESYSGOOD: SIGTRAP, and no GET_SYSCALL_INFO',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* s.halt(tracer, tracee, calls.getppid());
      for (const point of ['entry', 'exit']) {
        yield* tracer.syscall(tracee.pid);
        yield* logStop(s, point, tracer, tracee.pid);
        const info = yield* tracer.ptrace('GET_SYSCALL_INFO', tracee.pid);
        s.log(point, yield* tracer.message(tracee.pid), info, info.info?.size ?? '');
      }
      yield* tracer.cont(tracee.pid);
      s.log('result', yield* tracee.result());
    },
    [
      'entry: tracee stop SIGTRAP | 0x57f | SIGTRAP TRAP_UNK',
      'entry: 1 | none | 24',
      'exit: tracee stop SIGTRAP | 0x57f | SIGTRAP TRAP_UNK',
      'exit: 2 | none | 24',
      'result: root',
    ],
  ),
  scenario(
    'R3 syscall-stop with TRACESYSGOOD: SIGTRAP|0x80, and GET_SYSCALL_INFO tells entry from exit',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      yield* s.halt(tracer, tracee, calls.getppid(), calls.execNothing());
      for (const point of ['entry', 'exit', 'entry', 'exit']) {
        yield* tracer.syscall(tracee.pid);
        yield* logStop(s, point, tracer, tracee.pid);
        const info = yield* tracer.ptrace('GET_SYSCALL_INFO', tracee.pid);
        const what = info.info?.result === undefined ? s.text(info) : 'exit';
        s.log(point, yield* tracer.message(tracee.pid), what, info.info?.size ?? '');
      }
      yield* tracer.cont(tracee.pid);
      s.log('results', ...(yield* tracee.results(2)));
    },
    [
      'entry: tracee stop SYSCALL | 0x857f | SIGTRAP 0x85',
      'entry: 1 | entry nr=110 | 80',
      'exit: tracee stop SYSCALL | 0x857f | SIGTRAP 0x85',
      'exit: 2 | exit | 33',
      'entry: tracee stop SYSCALL | 0x857f | SIGTRAP 0x85',
      'entry: 1 | entry nr=59 | 80',
      'exit: tracee stop SYSCALL | 0x857f | SIGTRAP 0x85',
      'exit: 2 | exit | 33',
      'results: root | ENOENT',
    ],
  ),
  scenario(
    'R4 event stops: FORK, EXEC, EXIT',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACEFORK', 'TRACEEXEC', 'TRACEEXIT');
      const child = yield* tracee.startMake('child', 'fork');
      yield* logStop(s, 'fork', tracer, tracee.pid);
      s.log('message', s.who(yield* tracer.message(tracee.pid)));
      yield* tracer.cont(tracee.pid);
      yield* tracee.result();
      yield* logStop(s, 'the child', tracer, child.pid);
      yield* tracee.start(calls.exec());
      yield* logStop(s, 'exec', tracer, tracee.pid);
      s.log('message', s.who(yield* tracer.message(tracee.pid)));
      yield* tracer.cont(tracee.pid);
      s.log('execve', yield* tracee.result());
      yield* tracee.start(calls.exitGroup(7));
      yield* logStop(s, 'exit', tracer, tracee.pid);
      s.log('message', hex(yield* tracer.message(tracee.pid)));
      yield* tracer.cont(tracee.pid);
      s.log('end', yield* tracer.wait4(tracee.pid));
    },
    [
      'fork: tracee EVENT_FORK | 0x1057f | SIGTRAP 0x105 pid=tracee',
      'message: child',
      'the child: child EVENT_STOP SIGTRAP | 0x80057f | SIGTRAP 0x8005 pid=child',
      'exec: tracee EVENT_EXEC | 0x4057f | SIGTRAP 0x405 pid=tracee',
      'message: tracee',
      'execve: ok',
      'exit: tracee EVENT_EXIT | 0x6057f | SIGTRAP 0x605 pid=tracee',
      'message: 0x700',
      'end: tracee exit 7',
    ],
  ),
  scenario(
    'R4 event stops: VFORK, VFORK_DONE, CLONE',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACEVFORK', 'TRACEVFORKDONE', 'TRACECLONE');
      const child = yield* tracee.startMake('child', 'vfork');
      yield* logStop(s, 'vfork', tracer, tracee.pid);
      s.log('message', s.who(yield* tracer.message(tracee.pid)));
      yield* tracer.cont(tracee.pid);
      yield* logStop(s, 'the child', tracer, child.pid);
      yield* tracer.cont(child.pid);
      yield* child.start(calls.exit(0));
      s.log('the child', yield* tracer.wait4(child.pid));
      yield* logStop(s, 'done', tracer, tracee.pid);
      s.log('message', s.who(yield* tracer.message(tracee.pid)));
      yield* tracer.cont(tracee.pid);
      yield* logStop(s, 'then', tracer, tracee.pid);
      yield* tracer.cont(tracee.pid);
      s.log('vfork', yield* tracee.result());
      const thread = yield* tracee.startMake('thread', 'thread');
      yield* logStop(s, 'clone', tracer, tracee.pid);
      s.log('message', s.who(yield* tracer.message(tracee.pid)));
      yield* tracer.cont(tracee.pid);
      yield* logStop(s, 'the thread', tracer, thread.pid);
      yield* tracer.cont(thread.pid);
      s.log('thread', yield* thread.do(calls.getppid()));
    },
    [
      'vfork: tracee EVENT_VFORK | 0x2057f | SIGTRAP 0x205 pid=tracee',
      'message: child',
      'the child: child EVENT_STOP SIGTRAP | 0x80057f | SIGTRAP 0x8005 pid=child',
      'the child: child exit 0',
      'done: tracee EVENT_VFORK_DONE | 0x5057f | SIGTRAP 0x505 pid=tracee',
      'message: child',
      'then: tracee stop SIGCHLD | 0x117f | SIGCHLD CLD_EXITED pid=child status=0x0',
      'vfork: child',
      'clone: tracee EVENT_CLONE | 0x3057f | SIGTRAP 0x305 pid=tracee',
      'message: thread',
      'the thread: thread EVENT_STOP SIGTRAP | 0x80057f | SIGTRAP 0x8005 pid=thread',
      'thread: root',
    ],
  ),
  scenario(
    'R4 event stops: SECCOMP, with the data of the filter',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.do(calls.prctl(38, 1));
      s.log('filter', yield* tracee.do(calls.seccomp(110, 'trace', 42)));
      yield* tracer.seize(tracee.pid, 'TRACESECCOMP', 'TRACESYSGOOD');
      yield* tracee.start(calls.getppid());
      yield* logStop(s, 'seccomp', tracer, tracee.pid);
      s.log('message', yield* tracer.message(tracee.pid), yield* tracer.ptrace('GET_SYSCALL_INFO', tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('getppid', yield* tracee.result());
    },
    [
      'filter: ok',
      'seccomp: tracee EVENT_SECCOMP | 0x7057f | SIGTRAP 0x705 pid=tracee',
      'message: 42 | seccomp nr=110 data=42',
      'getppid: root',
    ],
  ),
  scenario(
    'R5 EVENT_STOP: SIGTRAP while the group runs, the stop signal while it stops',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* logStop(s, 'interrupted', tracer, tracee.pid);
      yield* tracer.cont(tracee.pid);
      for (const signal of ['SIGSTOP', 'SIGTSTP', 'SIGTTOU'] as const) {
        yield* s.root.kill(tracee.pid, signal);
        yield* logStop(s, signal, tracer, tracee.pid);
        yield* tracer.cont(tracee.pid, signal);
        yield* logStop(s, 'group stop', tracer, tracee.pid);
        yield* tracer.ptrace('LISTEN', tracee.pid);
        yield* s.root.kill(tracee.pid, 'SIGCONT');
        yield* logStop(s, 'continued', tracer, tracee.pid);
        yield* tracer.cont(tracee.pid);
        yield* logStop(s, 'then', tracer, tracee.pid);
        yield* tracer.cont(tracee.pid, 'SIGCONT');
      }
      s.log('runs', yield* tracee.do(calls.getppid()));
    },
    [
      'interrupted: tracee EVENT_STOP SIGTRAP | 0x80057f | SIGTRAP 0x8005 pid=tracee',
      'SIGSTOP: tracee stop SIGSTOP | 0x137f | SIGSTOP SI_USER pid=root',
      'group stop: tracee EVENT_STOP SIGSTOP | 0x80137f | SIGSTOP 0x8013 pid=tracee',
      'continued: tracee EVENT_STOP SIGTRAP | 0x80057f | SIGTRAP 0x8005 pid=tracee',
      'then: tracee stop SIGCONT | 0x127f | SIGCONT SI_USER pid=root',
      'SIGTSTP: tracee stop SIGTSTP | 0x147f | SIGTSTP SI_USER pid=root',
      'group stop: tracee EVENT_STOP SIGTSTP | 0x80147f | SIGTSTP 0x8014 pid=tracee',
      'continued: tracee EVENT_STOP SIGTRAP | 0x80057f | SIGTRAP 0x8005 pid=tracee',
      'then: tracee stop SIGCONT | 0x127f | SIGCONT SI_USER pid=root',
      'SIGTTOU: tracee stop SIGTTOU | 0x167f | SIGTTOU SI_USER pid=root',
      'group stop: tracee EVENT_STOP SIGTTOU | 0x80167f | SIGTTOU 0x8016 pid=tracee',
      'continued: tracee EVENT_STOP SIGTRAP | 0x80057f | SIGTRAP 0x8005 pid=tracee',
      'then: tracee stop SIGCONT | 0x127f | SIGCONT SI_USER pid=root',
      'runs: root',
    ],
  ),
  scenario(
    'R6 group-stop of an ATTACHed tracee: no siginfo',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.ptrace('ATTACH', tracee.pid);
      yield* logStop(s, 'attached', tracer, tracee.pid);
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      yield* logStop(s, 'group stop', tracer, tracee.pid);
      s.log('set', yield* tracer.setSiginfo(tracee.pid, { signo: 10, errno: 0, code: 0, pid: 0, uid: 0 }));
      s.log('registers', (yield* tracer.ptrace('GETREGS', tracee.pid)).ret);
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('SIGCONT does not wake it', yield* tracer.look(tracee.pid), yield* tracee.condition());
      yield* tracer.cont(tracee.pid);
      yield* logStop(s, 'then', tracer, tracee.pid);
    },
    [
      'attached: tracee stop SIGSTOP | 0x137f | SIGSTOP SI_KERNEL pid=0',
      'group stop: tracee stop SIGSTOP | 0x137f | EINVAL',
      'set: EINVAL',
      'registers: 0',
      'SIGCONT does not wake it: none | stopped',
      'then: tracee stop SIGCONT | 0x127f | SIGCONT SI_USER pid=root',
    ],
  ),
  scenario(
    'R7 waitid by a tracer: always CLD_TRAPPED, with the full code',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD', 'TRACEEXIT');
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      s.log('interrupt', yield* tracer.waitid('P_PID', tracee.pid, ['WSTOPPED']));
      yield* tracer.cont(tracee.pid);
      yield* s.halt(tracer, tracee, calls.getppid());
      yield* tracer.syscall(tracee.pid);
      s.log('syscall', yield* tracer.waitid('P_PID', tracee.pid, ['WSTOPPED', '__WALL']));
      yield* tracer.cont(tracee.pid);
      yield* tracee.result();
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      s.log('signal', yield* tracer.waitid('P_ALL', 0, ['WSTOPPED']));
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      s.log('group stop', yield* tracer.waitid('P_PID', tracee.pid, ['WSTOPPED']));
      s.log('nothing', yield* tracer.waitid('P_PID', tracee.pid, ['WSTOPPED', 'WNOHANG']));
      yield* tracer.kill(tracee.pid, 'SIGKILL');
      s.log('exit event', yield* tracer.waitid('P_PID', tracee.pid, ['WSTOPPED']));
      yield* tracer.cont(tracee.pid);
      s.log('death', yield* tracer.waitid('P_PID', tracee.pid, ['WEXITED']));
    },
    [
      'interrupt: SIGCHLD CLD_TRAPPED pid=tracee status=0x8005',
      'syscall: SIGCHLD CLD_TRAPPED pid=tracee status=0x85',
      'signal: SIGCHLD CLD_TRAPPED pid=tracee status=0x13',
      'group stop: SIGCHLD CLD_TRAPPED pid=tracee status=0x8013',
      'nothing: none',
      'exit event: SIGCHLD CLD_TRAPPED pid=tracee status=0x605',
      'death: SIGCHLD CLD_KILLED pid=tracee status=0x9',
    ],
  ),
  scenario(
    'R7 SIGCHLD to a tracer: CLD_STOPPED for job-control traps, else CLD_TRAPPED; the status is the low 7 bits',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const told = calls.sigtimedwait(['SIGCHLD'], 2000);
      yield* tracer.do(calls.sigprocmask('block', ['SIGCHLD']));
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      s.log('interrupt', yield* tracer.do(told), yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid);
      yield* s.halt(tracer, tracee, calls.getppid());
      s.log('int3', yield* tracer.do(told));
      yield* tracer.syscall(tracee.pid);
      s.log('syscall', yield* tracer.do(told), yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid);
      yield* tracee.result();
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      s.log('signal', yield* tracer.do(told), yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      s.log('group stop', yield* tracer.do(told), yield* tracer.look(tracee.pid));
      yield* tracer.kill(tracee.pid, 'SIGKILL');
      s.log('death', yield* tracer.do(told), yield* tracer.look(tracee.pid));
    },
    [
      'interrupt: SIGCHLD CLD_STOPPED pid=tracee status=0x0 | tracee EVENT_STOP SIGTRAP',
      'int3: SIGCHLD CLD_TRAPPED pid=tracee status=0x5',
      'syscall: SIGCHLD CLD_TRAPPED pid=tracee status=0x5 | tracee stop SYSCALL',
      'signal: SIGCHLD CLD_TRAPPED pid=tracee status=0x13 | tracee stop SIGSTOP',
      'group stop: SIGCHLD CLD_STOPPED pid=tracee status=0x13 | tracee EVENT_STOP SIGSTOP',
      'death: SIGCHLD CLD_KILLED pid=tracee status=0x9 | tracee killed SIGKILL',
    ],
  ),
];
