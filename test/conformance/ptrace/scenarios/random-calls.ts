/** What random programs (test/fuzz) have found about system calls and steps. Each was another log once, in a session or on the simulated kernel. */

import * as calls from '../calls.ts';
import { scenario } from '../play.ts';

export const randomCalls = [
  scenario(
    'R39 a signal that a tracer blocks at the exit of the call that it ended: the call is made again all the same',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.start(calls.pause());
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* tracer.syscall(tracee.pid);
      yield* tracer.syscall(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      s.log('exit', yield* tracer.look(tracee.pid), yield* tracer.ptrace('GET_SYSCALL_INFO', tracee.pid));
      yield* tracer.do({ call: 'ptrace', args: ['SETSIGMASK', tracee.pid, 8, ['SIGUSR1']] });
      yield* tracer.syscall(tracee.pid);
      s.log('again', yield* tracer.look(tracee.pid), yield* tracer.ptrace('GET_SYSCALL_INFO', tracee.pid));
    },
    ['exit: tracee stop SYSCALL | exit ERESTARTNOHAND', 'again: tracee stop SYSCALL | entry nr=34'],
  ),
  scenario(
    'R45 a step with SYSEMU out of a call that is made again: its entry stop',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      s.log('stop', yield* tracer.wait4(tracee.pid));
      yield* tracer.cont(tracee.pid, 0, 'SYSEMU_SINGLESTEP');
      s.log('entry', yield* tracer.look(tracee.pid), yield* tracer.ptrace('GET_SYSCALL_INFO', tracee.pid));
    },
    ['stop: tracee EVENT_STOP SIGTRAP', 'entry: tracee stop SYSCALL | entry nr=0'],
  ),
  scenario(
    'R43 the exit stop of a call that SYSEMU skipped shows its number',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* tracer.cont(tracee.pid, 0, 'SYSEMU');
      yield* tracer.syscall(tracee.pid);
      s.log('exit', yield* tracer.look(tracee.pid));
      const { orig_rax, rax } = yield* tracer.getRegisters(tracee.pid);
      s.log('number, result', Number(orig_rax), Number(BigInt.asIntN(64, rax!)));
    },
    ['exit: tracee stop SIGTRAP', 'number, result: 0 | -38'],
  ),
  scenario(
    'R45 a step into a call that is resumed without a step at its entry: no trap',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* tracer.cont(tracee.pid, 0, 'SYSEMU_SINGLESTEP');
      for (const request of ['SYSEMU', 'SYSCALL', 'CONT']) {
        s.log('stop', yield* tracer.look(tracee.pid), yield* tracer.ptrace('GET_SYSCALL_INFO', tracee.pid));
        yield* tracer.cont(tracee.pid, 0, request);
      }
      s.log('none', yield* tracer.look(tracee.pid));
    },
    [
      'stop: tracee stop SYSCALL | entry nr=0',
      'stop: tracee stop SYSCALL | entry nr=0',
      'stop: tracee stop SYSCALL | exit ENOSYS',
      'none: none',
    ],
  ),
  scenario(
    'R43 R45 SYSEMU_SINGLESTEP out of an entry-stop: the exit of that call is no trap',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      s.log('stop', yield* tracer.wait4(tracee.pid));
      yield* tracer.syscall(tracee.pid);
      s.log('entry', yield* tracer.wait4(tracee.pid));
      yield* tracer.cont(tracee.pid, 0, 'SYSEMU_SINGLESTEP');
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      s.log('no trap', yield* tracer.look(tracee.pid));
    },
    ['stop: tracee EVENT_STOP SIGTRAP', 'entry: tracee stop SYSCALL', 'no trap: tracee stop SIGUSR1'],
  ),
  scenario(
    'R48 SYSCALL out of the SIGTRAP after an exec: the first call of the new program',
    function* (s) {
      const tracee = yield* s.actor('tracee');
      yield* tracee.ptrace('TRACEME', 0);
      yield* tracee.start(calls.exec());
      s.log('trap', yield* s.root.wait4(tracee.pid));
      yield* s.root.syscall(tracee.pid);
      s.log('entry', yield* s.root.wait4(tracee.pid), yield* tracee.pending());
      yield* s.root.cont(tracee.pid);
      s.log('exec', yield* tracee.result());
    },
    ['trap: tracee stop SIGTRAP', 'entry: tracee stop SIGTRAP | true', 'exec: ok'],
  ),
  scenario(
    'R41 DETACH with a deadly signal at a call, of who ran out of a group stop: it dies, and is not stopped again',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      s.log('stop', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      s.log('stop', yield* tracer.look(tracee.pid));
      yield* tracer.syscall(tracee.pid);
      s.log('call', yield* tracer.look(tracee.pid));
      yield* tracer.ptrace('DETACH', tracee.pid, 0, calls.sig('SIGUSR2'));
      s.log('dead', yield* tracee.condition(), yield* s.root.look(tracee.pid));
    },
    [
      'stop: tracee stop SIGSTOP',
      'stop: tracee EVENT_STOP SIGSTOP',
      'call: tracee stop SIGTRAP',
      'dead: dead | tracee killed SIGUSR2',
    ],
  ),
  scenario(
    'R45 a step out of an exit-stop: a signal that waits comes first, and else the trap is that of the next instruction',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      s.log('stop', yield* tracer.look(tracee.pid));
      yield* tracer.syscall(tracee.pid);
      s.log('entry', yield* tracer.look(tracee.pid));
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      yield* tracer.syscall(tracee.pid);
      s.log('exit', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid, 0, 'SINGLESTEP');
      s.log('signal', yield* tracer.look(tracee.pid));
      yield* tracer.syscall(tracee.pid);
      s.log('entry', yield* tracer.look(tracee.pid));
      yield* tracee.start(calls.getppid());
      yield* tracer.syscall(tracee.pid);
      s.log('exit', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid, 0, 'SINGLESTEP');
      s.log('trap', yield* tracer.look(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
    },
    [
      'stop: tracee EVENT_STOP SIGTRAP',
      'entry: tracee stop SYSCALL',
      'exit: tracee stop SYSCALL',
      'signal: tracee stop SIGUSR1',
      'entry: tracee stop SYSCALL',
      'exit: tracee stop SYSCALL',
      'trap: tracee stop SIGTRAP | SIGTRAP TRAP_TRACE',
    ],
  ),
  scenario(
    'R3 GET_SYSCALL_INFO goes by the siginfo of the stop, which SETSIGINFO may change',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* tracer.syscall(tracee.pid);
      yield* tracee.start(calls.getppid());
      yield* tracer.syscall(tracee.pid);
      s.log('stop', yield* tracer.look(tracee.pid), yield* tracer.ptrace('GET_SYSCALL_INFO', tracee.pid));
      yield* tracer.do({
        call: 'ptrace',
        args: ['SETSIGINFO', tracee.pid, 0, { signo: calls.sig('SIGTRAP'), errno: 0, code: 0 }],
      });
      s.log('changed', yield* tracer.ptrace('GET_SYSCALL_INFO', tracee.pid));
    },
    ['stop: tracee stop SYSCALL | exit 1', 'changed: none'],
  ),
  scenario(
    'R22 a clone with a signal waiting is made again, after that',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD', 'TRACEFORK');
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* tracer.syscall(tracee.pid);
      const child = yield* tracee.startMake('child', 'fork');
      yield* tracer.syscall(tracee.pid);
      s.log('exit', yield* tracer.look(tracee.pid));
      yield* tracer.syscall(tracee.pid);
      s.log('entry', yield* tracer.look(tracee.pid));
      yield* s.root.kill(tracee.pid, 'SIGUSR1');
      yield* tracer.syscall(tracee.pid);
      s.log('exit', yield* tracer.look(tracee.pid), yield* tracer.ptrace('GET_SYSCALL_INFO', tracee.pid));
      yield* tracer.syscall(tracee.pid);
      s.log('signal', yield* tracer.look(tracee.pid));
      yield* tracer.syscall(tracee.pid);
      s.log('entry', yield* tracer.look(tracee.pid));
      yield* tracer.syscall(tracee.pid);
      s.log('born', yield* tracer.look(tracee.pid), yield* child.condition());
    },
    [
      'exit: tracee stop SYSCALL',
      'entry: tracee stop SYSCALL',
      'exit: tracee stop SYSCALL | exit ERESTARTNOINTR',
      'signal: tracee stop SIGUSR1',
      'entry: tracee stop SYSCALL',
      'born: tracee EVENT_FORK | stopped',
    ],
  ),
  scenario(
    'R48 at the EVENT_EXEC the result is not there yet',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACEEXEC');
      yield* tracee.start({ call: 'exec', args: [] });
      s.log('exec', yield* tracer.look(tracee.pid));
      const { regs } = yield* tracer.ptrace('GETREGS', tracee.pid);
      s.log(`rax ${BigInt.asIntN(64, regs!.rax!)} rbx ${regs!.rbx}`);
    },
    ['exec: tracee EVENT_EXEC', 'rax -38 rbx 0'],
  ),
  scenario(
    'R41 a deadly signal that a tracer gives at a call as it detaches comes before a lower one that waits',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* tracer.syscall(tracee.pid);
      yield* tracee.start(calls.getppid());
      yield* tracer.syscall(tracee.pid);
      yield* tracer.syscall(tracee.pid);
      yield* s.root.tgkill(tracee, 'SIGHUP');
      yield* tracer.ptrace('DETACH', tracee.pid, 0, calls.sig('SIGUSR1'));
      s.log('end', yield* s.root.look(tracee.pid));
    },
    ['end: tracee killed SIGUSR1'],
    { notPassive: 'whom another tracer has looks for signals before it dies of one' },
  ),
  scenario(
    'R45 no step outlives its tracer, in a group stop neither',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.ptrace('ATTACH', tracee.pid);
      yield* tracer.cont(tracee.pid);
      s.log('its SIGSTOP', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGSTOP', 'SINGLESTEP');
      s.log('stop', yield* tracer.look(tracee.pid));
      yield* tracer.ptrace('DETACH', tracee.pid, 0, calls.sig('SIGSTOP'));
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('then', yield* tracee.do(calls.getppid()), yield* tracee.condition());
    },
    ['its SIGSTOP: tracee stop SIGSTOP', 'stop: tracee stop SIGSTOP', 'then: root | runs'],
  ),
  scenario(
    'R41 a signal that is ignored, given with DETACH at an entry while the group stop lasts: whoever attaches next does not see it',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.cont(tracee.pid, 'SIGSTOP');
      yield* tracer.syscall(tracee.pid);
      s.log('entry', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGWINCH', 'DETACH');
      yield* tracer.seize(tracee.pid);
      s.log('group stop', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('runs', yield* tracer.look(tracee.pid), yield* tracee.condition());
    },
    ['entry: tracee stop SIGTRAP', 'group stop: tracee EVENT_STOP SIGSTOP', 'runs: none | runs'],
    { notPassive: 'to a second tracer the signal is not one that is dropped: it is pending for whoever attaches, too' },
  ),
  scenario(
    'R55 SIGKILL ends the event of a call, and not the call: its result is there at the exit event',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const other = yield* s.tracee('other');
      for (const { pid } of [tracee, other]) yield* tracer.seize(pid, 'TRACEEXEC', 'TRACEFORK', 'TRACEEXIT');
      yield* tracee.start(calls.exec());
      yield* s.root.kill(tracee.pid, 'SIGKILL');
      const exec = yield* tracer.getRegisters(tracee.pid);
      s.log('exec', yield* tracer.look(tracee.pid), `rax ${exec.rax}`);
      const child = yield* other.startMake('child', 'fork');
      yield* s.root.kill(other.pid, 'SIGKILL');
      const fork = yield* tracer.getRegisters(other.pid);
      s.log('fork', yield* tracer.look(other.pid), `rax ${fork.rax === BigInt(child.pid) ? 'child' : fork.rax}`);
    },
    ['exec: tracee EVENT_EXIT | rax 0', 'fork: other EVENT_EXIT | rax child'],
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
    'R41 R49 SIGKILL given at a call: the task shows its exit',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD', 'TRACEEXIT');
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      s.log('trap', yield* tracer.look(tracee.pid));
      yield* tracer.syscall(tracee.pid);
      s.log('entry', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGKILL');
      s.log('exit', yield* tracer.wait4(tracee.pid), yield* tracer.message(tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('dead', yield* tracer.wait4(tracee.pid));
    },
    [
      'trap: tracee EVENT_STOP SIGTRAP',
      'entry: tracee stop SYSCALL',
      'exit: tracee EVENT_EXIT | 9',
      'dead: tracee killed SIGKILL',
    ],
  ),
  scenario(
    'R43 a step out of the entry that SYSEMU skips: the trap, and the call has its number still',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      s.log('stop', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid, 0, 'SYSEMU');
      s.log('entry', yield* tracer.look(tracee.pid));
      const { orig_rax: nr } = yield* tracer.getRegisters(tracee.pid);
      yield* tracer.cont(tracee.pid, 0, 'SINGLESTEP');
      s.log('step', yield* tracer.look(tracee.pid));
      s.log('the same', (yield* tracer.getRegisters(tracee.pid)).orig_rax === nr);
    },
    ['stop: tracee EVENT_STOP SIGTRAP', 'entry: tracee stop SYSCALL', 'step: tracee stop SIGTRAP', 'the same: true'],
  ),
  scenario(
    'R39 a call that a group stop ended has ended, also for who is traced no more as it is continued',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.do(calls.sigprocmask('block', ['SIGRT_1']));
      yield* tracee.start(calls.sigtimedwait(['SIGRT_1'], 60_000));
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* tracer.seize(tracee.pid);
      s.log('stop', yield* tracer.look(tracee.pid));
      yield* tracer.ptrace('DETACH', tracee.pid);
      yield* s.root.tgkill(tracee, 'SIGRT_1');
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('over', yield* tracee.result());
    },
    ['stop: tracee EVENT_STOP SIGSTOP', 'over: EINTR'],
  ),
  scenario(
    'R45 a SIGCONT at the entry that SYSEMU skips: its trap is before that of the step out of there',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* tracer.cont(tracee.pid, 0, 'SYSEMU');
      s.log('entry', yield* tracer.look(tracee.pid));
      yield* s.root.tgkill(tracee, 'SIGCONT');
      yield* tracer.cont(tracee.pid, 0, 'SINGLESTEP');
      s.log('trap', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('step', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('signal', yield* tracer.look(tracee.pid));
    },
    [
      'entry: tracee stop SYSCALL',
      'trap: tracee EVENT_STOP SIGTRAP',
      'step: tracee stop SIGTRAP',
      'signal: tracee stop SIGCONT',
    ],
  ),
  scenario(
    'R43 an exec that SYSEMU_SINGLESTEP lets go from its entry ends without a trap: the next call is what stops',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      s.log('interrupted', yield* tracer.look(tracee.pid));
      yield* tracer.ptrace('SINGLESTEP', tracee.pid);
      yield* tracee.start(calls.exec());
      s.log('stepped', yield* tracer.look(tracee.pid));
      yield* tracer.syscall(tracee.pid);
      s.log('entry', yield* tracer.look(tracee.pid), yield* tracer.ptrace('GET_SYSCALL_INFO', tracee.pid));
      yield* tracer.ptrace('SYSEMU_SINGLESTEP', tracee.pid);
      s.log('next', yield* tracer.look(tracee.pid), (yield* tracer.ptrace('GET_SYSCALL_INFO', tracee.pid)).info!.op);
    },
    [
      'interrupted: tracee EVENT_STOP SIGTRAP',
      'stepped: tracee stop SIGTRAP',
      'entry: tracee stop SYSCALL | entry nr=59',
      'next: tracee stop SYSCALL | entry',
    ],
  ),
  scenario(
    'R43 a sigreturn that SYSEMU_SINGLESTEP lets go from its entry takes the step away: the next call is what stops',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.do(calls.sigaction('SIGUSR1', 'handler'));
      yield* tracer.seize(tracee.pid);
      yield* s.root.tgkill(tracee, 'SIGUSR1');
      s.log('signal', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGUSR1', 'SYSCALL');
      s.log('sigreturn', yield* tracer.look(tracee.pid), String((yield* tracer.getRegisters(tracee.pid)).orig_rax));
      yield* tracer.cont(tracee.pid, 0, 'SYSEMU_SINGLESTEP');
      s.log('next', yield* tracer.look(tracee.pid), String((yield* tracer.getRegisters(tracee.pid)).orig_rax));
    },
    ['signal: tracee stop SIGUSR1', 'sigreturn: tracee stop SIGTRAP | 15', 'next: tracee stop SIGTRAP | 0'],
  ),
  scenario(
    'R39 a sigsuspend that is to be made again, and what it blocked: that is shown with the call’s number still there',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.ptrace('ATTACH', tracee.pid);
      yield* tracer.cont(tracee.pid);
      s.log('runs', yield* tracee.condition());
      yield* tracee.start(calls.sigsuspend(['SIGUSR1']));
      yield* s.root.tgkill(tracee, 'SIGUSR1');
      yield* s.root.tgkill(tracee, 'SIGCONT');
      s.log('ends it', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid);
      s.log('was blocked', yield* tracer.look(tracee.pid));
      const { rax, orig_rax } = yield* tracer.getRegisters(tracee.pid);
      s.log('registers', String(rax), String(orig_rax));
    },
    ['runs: runs', 'ends it: tracee stop SIGCONT', 'was blocked: tracee stop SIGUSR1', 'registers: 130 | 130'],
  ),
  scenario(
    'R43 a read that SYSEMU skipped has read nothing: what has come since is there for the next',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.ptrace('ATTACH', tracee.pid);
      yield* tracer.cont(tracee.pid, 0, 'SYSEMU');
      s.log('skipped', yield* tracer.look(tracee.pid));
      yield* tracee.start({ call: 'getppid', args: [] });
      for (const what of ['exit', 'getppid', 'exit', 'read', 'exit']) {
        yield* tracer.cont(tracee.pid, 0, 'SYSCALL');
        s.log(what, yield* tracer.look(tracee.pid));
        const { rax, orig_rax } = yield* tracer.getRegisters(tracee.pid);
        s.log(
          'call',
          Number(orig_rax),
          what === 'exit' && Number(orig_rax) === 0 ? Number(BigInt.asIntN(64, rax ?? 0n)) : '',
        );
      }
      yield* tracer.cont(tracee.pid);
      s.log('then', yield* tracee.condition());
    },
    [
      'skipped: tracee stop SIGTRAP',
      'exit: tracee stop SIGTRAP',
      'call: 0 | -38',
      'getppid: tracee stop SIGTRAP',
      'call: 110 | ',
      'exit: tracee stop SIGTRAP',
      'call: 110 | ',
      'read: tracee stop SIGTRAP',
      'call: 0 | ',
      'exit: tracee stop SIGTRAP',
      'call: 0 | 1',
      'then: runs',
    ],
  ),
  scenario(
    'R42 a signal after a handler was set up for another, which has ended a call: the registers say still which call',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.do(calls.sigaction('SIGUSR1', 'handler'));
      yield* tracer.seize(tracee.pid);
      yield* s.root.tgkill(tracee, 'SIGUSR1');
      s.log('signal', yield* tracer.look(tracee.pid), yield* tracer.ptrace('PEEKUSER', tracee.pid, 120));
      yield* s.root.tgkill(tracee, 'SIGUSR2');
      yield* tracer.cont(tracee.pid, 'SIGUSR1');
      s.log('another', yield* tracer.look(tracee.pid), yield* tracer.ptrace('PEEKUSER', tracee.pid, 120));
    },
    ['signal: tracee stop SIGUSR1 | 0x0', 'another: tracee stop SIGUSR2 | 0x0'],
  ),
  scenario(
    'R48 a step over an exec is one trap, the exec’s; beside other signals, too',
    function* (s) {
      for (const injected of [0, 'SIGUSR2'] as const) {
        const tracer = yield* s.actor('tracer');
        const tracee = yield* s.tracee('tracee');
        yield* tracer.ptrace('ATTACH', tracee.pid);
        yield* tracer.wait4(tracee.pid);
        yield* tracer.cont(tracee.pid);
        yield* s.halt(tracer, tracee, calls.exec());
        yield* tracer.syscall(tracee.pid);
        s.log('entry', yield* tracer.look(tracee.pid));
        if (injected !== 0) yield* s.root.kill(tracee.pid, 'SIGWINCH');
        yield* tracer.cont(tracee.pid, injected, 'SINGLESTEP');
        for (let i = 0; i < 4; i++) {
          s.log('next', yield* tracer.look(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
          yield* tracer.cont(tracee.pid);
        }
      }
    },
    [
      'entry: tracee stop SIGTRAP',
      'next: tracee stop SIGTRAP | SIGTRAP SI_USER pid=tracee',
      'next: none | ESRCH',
      'next: none | ESRCH',
      'next: none | ESRCH',
      'entry: tracee stop SIGTRAP',
      'next: tracee stop SIGTRAP | SIGTRAP SI_USER pid=tracee',
      'next: tracee stop SIGUSR2 | SIGUSR2 SI_KERNEL pid=0',
      'next: tracee stop SIGWINCH | SIGWINCH SI_USER pid=root',
      'next: none | ESRCH',
    ],
  ),
  scenario(
    'R48 the trap of an exec: one with a SIGTRAP that waits; and blocked, like any other',
    function* (s) {
      for (const mask of [[], ['SIGTRAP']] as const) {
        const tracer = yield* s.actor('tracer');
        const tracee = yield* s.tracee('tracee');
        yield* tracee.do(calls.sigprocmask('block', [...mask]));
        yield* tracer.ptrace('ATTACH', tracee.pid);
        yield* tracer.wait4(tracee.pid);
        if (mask.length === 0) {
          yield* tracer.cont(tracee.pid);
          yield* s.halt(tracer, tracee, calls.exec());
          yield* tracer.syscall(tracee.pid);
          s.log('entry', yield* tracer.look(tracee.pid));
          yield* s.root.tgkill(tracee, 'SIGTRAP');
        } else yield* tracee.start(calls.exec());
        for (let i = 0; i < 3; i++) {
          yield* tracer.cont(tracee.pid);
          s.log('next', yield* tracer.look(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
        }
      }
    },
    [
      'entry: tracee stop SIGTRAP',
      'next: tracee stop SIGTRAP | SIGTRAP SI_TKILL pid=root',
      'next: none | ESRCH',
      'next: none | ESRCH',
      'next: none | ESRCH',
      'next: none | ESRCH',
      'next: none | ESRCH',
    ],
  ),
  scenario(
    'R39 SYSEMU_SINGLESTEP from the exit of a call that is made again: its entry is next',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid, 'TRACESYSGOOD');
      yield* s.root.tgkill(tracee, 'SIGCONT');
      for (const what of ['trap', 'signal', 'entry']) {
        s.log(what, yield* tracer.look(tracee.pid));
        yield* tracer.syscall(tracee.pid);
      }
      s.log('sleeps', yield* tracee.condition());
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      s.log('exit', yield* tracer.look(tracee.pid), yield* tracer.message(tracee.pid));
      yield* tracer.cont(tracee.pid, 0, 'SYSEMU_SINGLESTEP');
      s.log('again', yield* tracer.look(tracee.pid), yield* tracer.message(tracee.pid));
    },
    [
      'trap: tracee EVENT_STOP SIGTRAP',
      'signal: tracee stop SIGCONT',
      'entry: tracee stop SYSCALL',
      'sleeps: runs',
      'exit: tracee stop SYSCALL | 2',
      'again: tracee stop SYSCALL | 1',
    ],
  ),
  scenario(
    'R24 an INTERRUPT of a thread that waits in its exec for the others is over with the event of that',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.seize(tracee.pid, 'TRACEEXIT');
      yield* tracer.seize(thread.pid, 'TRACEEXEC');
      yield* thread.start(calls.exec());
      s.log('leader', yield* tracer.look(tracee.pid));
      s.log('interrupted', yield* tracer.ptrace('INTERRUPT', thread.pid));
      yield* tracer.cont(tracee.pid);
      s.log('exec', yield* tracer.look(-1));
      yield* tracer.cont(tracee.pid, 0, 'SINGLESTEP');
      s.log('step', yield* tracer.look(-1), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
    },
    [
      'leader: tracee EVENT_EXIT',
      'interrupted: ok',
      'exec: tracee EVENT_EXEC',
      'step: tracee stop SIGTRAP | SIGTRAP TRAP_BRKPT',
    ],
  ),
  scenario(
    'R29 who is let go as it enters sigsuspend sleeps in it: it looks for signals with the mask of that call',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* s.root.tgkill(tracee, 'SIGWINCH');
      yield* tracer.look(tracee.pid);
      yield* tracer.cont(tracee.pid, 0, 'SINGLESTEP');
      yield* tracee.start(calls.sigsuspend(['SIGUSR1']));
      yield* tracer.look(tracee.pid);
      yield* tracer.cont(tracee.pid, 0, 'SYSCALL');
      s.log('entry', yield* tracer.look(tracee.pid));
      yield* s.root.tgkill(tracee, 'SIGUSR1');
      yield* tracer.ptrace('DETACH', tracee.pid);
      s.log('sleeps', yield* tracee.condition());
    },
    ['entry: tracee stop SIGTRAP', 'sleeps: runs'],
  ),
  scenario(
    'R39 the exit of a handler’s sigreturn, which gives the EINTR of the call that was interrupted, is shown',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracee.do(calls.sigaction('SIGTSTP', 'handler'));
      yield* tracer.ptrace('ATTACH', tracee.pid);
      yield* tracer.look(tracee.pid);
      yield* tracer.cont(tracee.pid);
      yield* s.root.tgkill(tracee, 'SIGTSTP');
      s.log('signal', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGTSTP', 'SYSCALL');
      s.log('entry of sigreturn', yield* tracer.look(tracee.pid), yield* tracer.ptrace('PEEKUSER', tracee.pid, 120));
      yield* tracer.cont(tracee.pid, 0, 'SYSCALL');
      s.log('its exit', yield* tracer.look(tracee.pid), yield* tracer.ptrace('PEEKUSER', tracee.pid, 120));
    },
    [
      'signal: tracee stop SIGTSTP',
      'entry of sigreturn: tracee stop SIGTRAP | 0xf',
      'its exit: tracee stop SIGTRAP | 0xffffffffffffffff',
    ],
  ),
  scenario(
    'R45 a SIGTRAP that is given with a step over a call: that of the step is lost to it',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      yield* tracer.seize(tracee.pid);
      yield* tracer.ptrace('INTERRUPT', tracee.pid);
      yield* tracer.look(tracee.pid);
      yield* tracer.cont(tracee.pid, 0, 'SYSEMU');
      s.log('entry', yield* tracer.look(tracee.pid));
      yield* tracer.cont(tracee.pid, 'SIGTRAP', 'SINGLESTEP');
      s.log('step', yield* tracer.look(tracee.pid), yield* tracer.ptrace('GETSIGINFO', tracee.pid));
    },
    ['entry: tracee stop SIGTRAP', 'step: tracee stop SIGTRAP | SIGTRAP SI_KERNEL'],
  ),
  scenario(
    'R45 a step over a call that the SIGCHLD of a tracee of one’s own interrupts: the trap comes first',
    function* (s) {
      const { tracer, tracee } = yield* s.pair();
      const child = yield* tracee.make('child', 'fork');
      yield* child.ptrace('TRACEME', 0);
      yield* tracer.ptrace('ATTACH', tracee.pid);
      yield* tracer.look(tracee.pid);
      yield* tracer.syscall(tracee.pid);
      s.log('entry', yield* tracer.look(tracee.pid));
      yield* child.start(calls.breakNops());
      s.log('child', yield* child.condition());
      for (const when of ['first', 'then']) {
        yield* tracer.cont(tracee.pid, 0, 'SINGLESTEP');
        s.log(when, yield* tracer.look(tracee.pid));
      }
    },
    ['entry: tracee stop SIGTRAP', 'child: stopped', 'first: tracee stop SIGTRAP', 'then: tracee stop SIGCHLD'],
  ),
  scenario(
    'R39 a SIGCONT that a thread has taken while its leader was held in the middle of a call that ends: its trap does not begin that call anew',
    function* (s) {
      const tracee = yield* s.root.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', true);
      s.log('TRACEME', yield* tracee.ptrace('TRACEME', 0));
      s.log('mask', yield* tracee.do({ call: 'sigprocmask', args: ['block', ['SIGUSR1']] }));
      yield* tracee.start({ call: 'sigtimedwait', args: [['SIGUSR1'], 60000] });
      s.log('SIGTTIN', yield* s.root.do({ call: 'tgkill', args: [tracee.pid, thread.pid, 21] }));
      s.log('  tracee', yield* tracee.condition());
      s.log('  thread', yield* thread.condition());
      s.log('SIGSTOP', yield* s.root.do({ call: 'kill', args: [tracee.pid, 19] }));
      s.log('CONT', yield* s.root.cont(tracee.pid));
      s.log('  tracee', yield* tracee.condition());
      s.log('SIGCONT', yield* s.root.do({ call: 'kill', args: [tracee.pid, 18] }));
      s.log('  thread', yield* thread.condition());
      s.log('wait', yield* s.root.look(tracee.pid));
      s.log('SINGLESTEP', yield* s.root.do({ call: 'ptrace', args: ['SINGLESTEP', tracee.pid, 0, 19] }));
      s.log('  tracee', yield* tracee.condition());
      s.log('wait', yield* s.root.look(tracee.pid));
    },
    [
      'TRACEME: ok',
      'mask: ok',
      'SIGTTIN: ok',
      '  tracee: stopped',
      '  thread: stopped',
      'SIGSTOP: ok',
      'CONT: ok',
      '  tracee: stopped',
      'SIGCONT: ok',
      '  thread: runs',
      'wait: tracee stop SIGSTOP',
      'SINGLESTEP: ok',
      '  tracee: stopped',
      'wait: tracee stop SIGTRAP',
    ],
  ),
  scenario(
    'R39 a SIGCONT for a thread while its leader, which was ATTACHed, is held at the entry of a call: that is not disturbed',
    function* (s) {
      const tracee = yield* s.root.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', true);
      s.log('ATTACH', yield* s.root.ptrace('ATTACH', tracee.pid));
      s.log('  tracee', yield* tracee.condition());
      s.log('SEIZE of the thread', yield* s.root.seize(thread.pid));
      s.log('SYSCALL', yield* s.root.ptrace('SYSCALL', tracee.pid));
      s.log('  tracee', yield* tracee.condition());
      s.log('SIGCONT to the thread', yield* s.root.do({ call: 'tgkill', args: [tracee.pid, thread.pid, 18] }));
      s.log('  thread', yield* thread.condition());
      s.log('wait', yield* s.root.look(tracee.pid));
      s.log('CONT of the thread', yield* s.root.cont(thread.pid));
      s.log('  thread', yield* thread.condition());
      s.log('SINGLESTEP', yield* s.root.ptrace('SINGLESTEP', tracee.pid));
      s.log('  tracee', yield* tracee.condition());
    },
    [
      'ATTACH: ok',
      '  tracee: stopped',
      'SEIZE of the thread: ok',
      'SYSCALL: ok',
      '  tracee: stopped',
      'SIGCONT to the thread: ok',
      '  thread: stopped',
      'wait: tracee stop SIGTRAP',
      'CONT of the thread: ok',
      '  thread: stopped',
      'SINGLESTEP: ok',
      '  tracee: runs',
    ],
  ),
  scenario(
    'R39 the trap of a SIGCONT that came while a leader was held in the middle of a call that ends: its tracer dies, and the call is not begun anew',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* tracer.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', true);
      s.log('mask', yield* tracee.do({ call: 'sigprocmask', args: ['block', ['SIGUSR1']] }));
      yield* tracee.start({ call: 'sigtimedwait', args: [['SIGUSR1'], 60000] });
      s.log('SEIZE', yield* tracer.seize(tracee.pid));
      s.log('SIGTTIN', yield* tracer.do({ call: 'tgkill', args: [tracee.pid, tracee.pid, 21] }));
      s.log('  tracee', yield* tracee.condition());
      s.log('SIGCONT to the thread', yield* s.root.do({ call: 'tgkill', args: [tracee.pid, thread.pid, 18] }));
      s.log('SIGUSR1 to the tracer', yield* s.root.do({ call: 'kill', args: [tracer.pid, 10] }));
      s.log('  tracer', yield* tracer.condition());
      s.log('sigtimedwait', yield* tracee.result());
      s.log('  tracee', yield* tracee.condition());
    },
    [
      'mask: ok',
      'SEIZE: ok',
      'SIGTTIN: ok',
      '  tracee: stopped',
      'SIGCONT to the thread: ok',
      'SIGUSR1 to the tracer: ok',
      '  tracer: dead',
      'sigtimedwait: EINTR',
      '  tracee: runs',
    ],
  ),
  scenario(
    'a thread that goes back into the stop of its group, as its tracer leaves, begins no other: a SIGCONT after that disturbs no call of who has run out of it',
    function* (s) {
      const tracer = yield* s.root.make('tracer', 'fork', false);
      const tracee = yield* s.root.make('tracee', 'fork', true);
      const thread = yield* tracee.make('thread', 'thread', true);
      yield* tracer.ptrace('ATTACH', tracee.pid);
      s.log('tracee', yield* tracer.wait4(tracee.pid));
      yield* tracer.ptrace('CONT', tracee.pid, 0, 21);
      s.log('stopped', yield* tracee.condition(), yield* thread.condition());
      yield* tracer.ptrace('ATTACH', thread.pid);
      yield* tracer.ptrace('SYSCALL', tracee.pid);
      s.log('entry', yield* tracer.wait4(tracee.pid));
      yield* tracer.ptrace('SYSCALL', thread.pid);
      s.log('thread', yield* tracer.wait4(thread.pid));
      yield* tracer.ptrace('DETACH', thread.pid);
      s.log('left', yield* thread.condition());
      yield* s.root.kill(tracee.pid, 'SIGCONT');
      s.log('SIGCONT', yield* thread.condition());
      yield* tracer.ptrace('SYSCALL', tracee.pid);
      s.log('tracee', yield* tracee.condition(), yield* tracer.look(tracee.pid));
    },
    [
      'tracee: tracee stop SIGSTOP',
      'stopped: stopped | stopped',
      'entry: tracee stop SIGTRAP',
      'thread: thread stop SIGSTOP',
      'left: stopped',
      'SIGCONT: runs',
      'tracee: runs | none',
    ],
  ),
];
