/** Two tracers: who sees which stop, who holds the thread, and when it runs (P3, P4, P6, P8–P15, P22). */

import * as calls from '../../calls.ts';
import { scenario } from '../../play.ts';
import type { Actor, Stage } from '../../stage.ts';

const GETPPID = 110;

/** Both traced, the tracee in user mode in front of `list`, each tracer in a stop of its own: b in an EVENT_STOP. */
function* poised(s: Stage, a: Actor, b: Actor, tracee: Actor, ...list: Parameters<Actor['start']>) {
  yield* a.seize(tracee.pid, 'TRACESYSGOOD');
  yield* b.seize(tracee.pid, 'TRACESYSGOOD');
  yield* s.halt(a, tracee, ...list);
  yield* b.ptrace('INTERRUPT', tracee.pid);
}

export const sharedStops = [
  scenario(
    'P3 a stop is its tracer’s own: the other is ESRCH; the thread runs when nobody holds it',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      yield* a.seize(tracee.pid);
      yield* b.seize(tracee.pid);
      yield* a.ptrace('INTERRUPT', tracee.pid);
      s.log('a', yield* a.wait4(tracee.pid), yield* tracee.condition());
      s.log('b', yield* b.look(tracee.pid), yield* b.ptrace('GETREGS', tracee.pid), yield* b.cont(tracee.pid));
      s.log('still held', yield* tracee.condition());
      s.log('CONT by a', yield* a.cont(tracee.pid), yield* tracee.do(calls.getppid()));
    },
    [
      'a: tracee EVENT_STOP SIGTRAP | stopped',
      'b: none | ESRCH | ESRCH',
      'still held: stopped',
      'CONT by a: ok | root',
    ],
    { onlyServed: true },
  ),
  scenario(
    'P3 a second and a third tracer may attach; each but once; a DETACH leaves the others’ holds',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      const c = yield* s.actor('c');
      s.log('SEIZE', yield* a.seize(tracee.pid), yield* b.seize(tracee.pid), yield* c.seize(tracee.pid));
      s.log('twice', yield* b.seize(tracee.pid), yield* b.ptrace('ATTACH', tracee.pid));
      for (const tracer of [a, b]) yield* tracer.ptrace('INTERRUPT', tracee.pid);
      s.log('a', yield* a.wait4(tracee.pid));
      s.log('DETACH by c needs its own stop', yield* c.cont(tracee.pid, 0, 'DETACH'));
      yield* a.cont(tracee.pid, 0, 'DETACH');
      s.log('b', yield* b.wait4(tracee.pid), yield* tracee.condition());
      s.log('DETACH by b', yield* b.cont(tracee.pid, 0, 'DETACH'), yield* tracee.condition());
      s.log('a', yield* a.wait4(tracee.pid));
    },
    [
      'SEIZE: ok | ok | ok',
      'twice: EPERM | EPERM',
      'a: tracee EVENT_STOP SIGTRAP',
      'DETACH by c needs its own stop: ESRCH',
      'b: tracee EVENT_STOP SIGTRAP | stopped',
      'DETACH by b: ok | runs',
      'a: ECHILD',
    ],
    { onlyServed: true },
  ),
  scenario(
    'P4 ATTACH while another holds the thread: its SIGSTOP is shown at once, and to nobody else',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      yield* a.seize(tracee.pid);
      yield* a.ptrace('INTERRUPT', tracee.pid);
      yield* a.wait4(tracee.pid);
      s.log('ATTACH', yield* b.ptrace('ATTACH', tracee.pid));
      s.log('b', yield* b.look(tracee.pid), yield* b.ptrace('GETSIGINFO', tracee.pid));
      yield* b.cont(tracee.pid, 0);
      s.log('a holds it', yield* tracee.condition(), yield* a.ptrace('GETSIGINFO', tracee.pid));
      yield* a.cont(tracee.pid);
      s.log('runs', yield* a.look(tracee.pid), yield* b.look(tracee.pid), yield* tracee.do(calls.getppid()));
    },
    [
      'ATTACH: ok',
      'b: tracee stop SIGSTOP | SIGSTOP SI_KERNEL pid=0',
      'a holds it: stopped | SIGTRAP 0x8005 pid=tracee',
      'runs: none | none | root',
    ],
    { onlyServed: true },
  ),
  scenario(
    'P4 ATTACH to a task that another traces and lets run; CONT with its SIGSTOP is a real group stop',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      yield* a.seize(tracee.pid);
      s.log('ATTACH', yield* b.ptrace('ATTACH', tracee.pid));
      s.log('b', yield* b.wait4(tracee.pid), yield* b.ptrace('GETSIGINFO', tracee.pid));
      s.log('a does not see it', yield* a.look(tracee.pid));
      yield* b.cont(tracee.pid, 'SIGSTOP');
      s.log('a', yield* a.wait4(tracee.pid));
      s.log('b', yield* b.wait4(tracee.pid), yield* b.ptrace('GETSIGINFO', tracee.pid));
      s.log('parent', yield* s.root.wait4(tracee.pid, ['WUNTRACED', 'WNOHANG']));
    },
    [
      'ATTACH: ok',
      'b: tracee stop SIGSTOP | SIGSTOP SI_KERNEL pid=0',
      'a does not see it: none',
      'a: tracee EVENT_STOP SIGSTOP',
      'b: tracee stop SIGSTOP | EINVAL',
      'parent: tracee stop SIGSTOP',
    ],
    { onlyServed: true },
  ),
  scenario(
    'P6 ATTACH to a group-stopped task re-traps the new tracer’s view only',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      yield* s.root.kill(tracee.pid, 'SIGSTOP');
      yield* a.seize(tracee.pid);
      s.log('a', yield* a.wait4(tracee.pid));
      yield* a.ptrace('LISTEN', tracee.pid);
      s.log('ATTACH', yield* b.ptrace('ATTACH', tracee.pid));
      s.log('b', yield* b.look(tracee.pid), yield* b.ptrace('GETSIGINFO', tracee.pid));
      s.log('a', yield* a.look(tracee.pid));
    },
    ['a: tracee EVENT_STOP SIGSTOP', 'ATTACH: ok', 'b: tracee stop SIGSTOP | EINVAL', 'a: none'],
    { onlyServed: true },
  ),
  scenario(
    'P8 a syscall-stop goes to those resumed with SYSCALL, one after the other, each with its own TRACESYSGOOD',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      yield* poised(s, a, b, tracee, calls.getppid(), calls.getppid());
      yield* a.syscall(tracee.pid);
      s.log('b', yield* b.wait4(tracee.pid));
      yield* b.setOptions(tracee.pid);
      yield* b.syscall(tracee.pid);
      s.log('entry', yield* a.wait4(tracee.pid), yield* b.look(tracee.pid));
      yield* a.syscall(tracee.pid);
      s.log('entry for b', yield* b.wait4(tracee.pid), yield* a.look(tracee.pid), yield* tracee.pending());
      yield* b.syscall(tracee.pid);
      s.log('exit', yield* a.wait4(tracee.pid), yield* b.look(tracee.pid));
      yield* a.cont(tracee.pid);
      s.log('exit for b', yield* b.wait4(tracee.pid));
      yield* b.syscall(tracee.pid);
      s.log('b alone', yield* b.wait4(tracee.pid), yield* a.look(tracee.pid));
      yield* b.cont(tracee.pid);
      s.log('results', ...(yield* tracee.results(2)));
    },
    [
      'b: tracee EVENT_STOP SIGTRAP',
      'entry: tracee stop SYSCALL | none',
      'entry for b: tracee stop SIGTRAP | none | true',
      'exit: tracee stop SYSCALL | none',
      'exit for b: tracee stop SIGTRAP',
      'b alone: tracee stop SIGTRAP | none',
      'results: root | root',
    ],
    { onlyServed: true },
  ),
  scenario(
    'P8 an event goes to those with its option',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      yield* a.seize(tracee.pid, 'TRACEFORK');
      yield* b.seize(tracee.pid, 'TRACEEXEC', 'TRACEEXIT');
      yield* tracee.startMake('child', 'fork');
      s.log('fork', yield* a.wait4(tracee.pid), yield* b.look(tracee.pid));
      yield* a.cont(tracee.pid);
      s.log('fork', yield* tracee.result());
      yield* tracee.start(calls.exec());
      s.log('exec', yield* b.wait4(tracee.pid), yield* a.look(tracee.pid));
      yield* b.cont(tracee.pid);
      s.log('execve', yield* tracee.result());
      yield* tracee.start(calls.exitGroup(3));
      s.log('exit', yield* b.wait4(tracee.pid), yield* a.look(tracee.pid));
      yield* b.cont(tracee.pid);
      s.log('end', yield* a.wait4(tracee.pid), yield* b.wait4(tracee.pid));
    },
    [
      'fork: tracee EVENT_FORK | none',
      'fork: child',
      'exec: tracee EVENT_EXEC | none',
      'execve: ok',
      'exit: tracee EVENT_EXIT | none',
      'end: tracee exit 3 | tracee exit 3',
    ],
    { onlyServed: true },
  ),
  scenario(
    'P10 attaching at the other’s entry-stop: its SIGSTOP is outside of calls, so the first syscall-stop is an entry',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      yield* a.seize(tracee.pid, 'TRACESYSGOOD');
      yield* s.halt(a, tracee, calls.getppid(), calls.getppid());
      yield* a.syscall(tracee.pid);
      s.log('a', yield* a.wait4(tracee.pid), yield* a.message(tracee.pid));
      yield* b.ptrace('ATTACH', tracee.pid);
      s.log('b', yield* b.wait4(tracee.pid));
      yield* b.setOptions(tracee.pid, 'TRACESYSGOOD');
      yield* b.syscall(tracee.pid);
      yield* a.syscall(tracee.pid);
      for (const tracer of [a, b]) {
        s.log(tracer.name, yield* tracer.wait4(tracee.pid), yield* tracer.message(tracee.pid));
        s.log(tracer.name, yield* tracer.ptrace('GET_SYSCALL_INFO', tracee.pid));
        yield* tracer.cont(tracee.pid);
      }
    },
    [
      'a: tracee stop SYSCALL | 1',
      'b: tracee stop SIGSTOP',
      'a: tracee stop SYSCALL | 2',
      'a: exit root',
      'b: tracee stop SYSCALL | 1',
      'b: entry nr=110',
    ],
    { onlyServed: true },
  ),
  scenario(
    'P11 a number that one changes at the entry is what the next one sees, as the registers are',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      yield* poised(s, a, b, tracee, calls.raw(999));
      yield* a.syscall(tracee.pid);
      yield* b.wait4(tracee.pid);
      yield* b.syscall(tracee.pid);
      s.log('a', yield* a.wait4(tracee.pid));
      const regs = yield* a.getRegisters(tracee.pid);
      yield* a.setRegisters(tracee.pid, { ...regs, orig_rax: BigInt(GETPPID), r15: 7n });
      yield* a.syscall(tracee.pid);
      s.log('b', yield* b.wait4(tracee.pid));
      s.log('b', yield* b.ptrace('GET_SYSCALL_INFO', tracee.pid), String((yield* b.getRegisters(tracee.pid)).r15));
      yield* b.syscall(tracee.pid);
      for (const tracer of [a, b]) {
        s.log(tracer.name, yield* tracer.wait4(tracee.pid), yield* tracer.ptrace('GET_SYSCALL_INFO', tracee.pid));
        yield* tracer.cont(tracee.pid);
      }
    },
    [
      'a: tracee stop SYSCALL',
      'b: tracee stop SYSCALL',
      'b: entry nr=110 | 7',
      'a: tracee stop SYSCALL | exit root',
      'b: tracee stop SYSCALL | exit root',
    ],
    { onlyServed: true },
  ),
  scenario(
    'P12 SYSEMU by one beside SYSCALL by the other: the skip wins; one stop for the one, two for the other',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      yield* poised(s, a, b, tracee, calls.getppid(), calls.getppid());
      yield* a.cont(tracee.pid, 0, 'SYSEMU');
      yield* b.wait4(tracee.pid);
      yield* b.syscall(tracee.pid);
      s.log('a', yield* a.wait4(tracee.pid));
      const regs = yield* a.getRegisters(tracee.pid);
      yield* a.setRegisters(tracee.pid, { ...regs, rax: 55n });
      yield* a.cont(tracee.pid);
      s.log('b', yield* b.wait4(tracee.pid));
      yield* b.syscall(tracee.pid);
      s.log(
        'b',
        yield* b.wait4(tracee.pid),
        yield* b.ptrace('GET_SYSCALL_INFO', tracee.pid),
        yield* a.look(tracee.pid),
      );
      yield* b.cont(tracee.pid);
      s.log('skipped', String((yield* tracee.result()).ret));
      s.log('made', yield* tracee.result());
    },
    [
      'a: tracee stop SYSCALL',
      'b: tracee stop SYSCALL',
      'b: tracee stop SYSCALL | exit 55 | none',
      'skipped: 55',
      'made: root',
    ],
    { onlyServed: true },
  ),
  scenario(
    'P13 registers are one set: the last writer wins',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      yield* a.seize(tracee.pid);
      yield* s.halt(a, tracee, calls.getppid());
      yield* b.ptrace('ATTACH', tracee.pid);
      yield* b.wait4(tracee.pid);
      const regs = yield* a.getRegisters(tracee.pid);
      yield* a.setRegisters(tracee.pid, { ...regs, r15: 1n });
      s.log('b', String((yield* b.getRegisters(tracee.pid)).r15));
      yield* b.setRegisters(tracee.pid, { ...regs, r15: 2n });
      s.log('a', String((yield* a.getRegisters(tracee.pid)).r15));
      yield* a.setRegisters(tracee.pid, regs);
      for (const tracer of [b, a]) yield* tracer.cont(tracee.pid);
      s.log('result', yield* tracee.result());
    },
    ['b: 1', 'a: 2', 'result: root'],
    { onlyServed: true },
  ),
  scenario(
    'P17 a step’s trap is the stepper’s alone, and does not run while the other holds',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      yield* poised(s, a, b, tracee, calls.getppid());
      const before = yield* a.getRegisters(tracee.pid);
      yield* a.cont(tracee.pid, 0, 'SINGLESTEP');
      s.log('b', yield* b.wait4(tracee.pid));
      s.log('held: no step', yield* a.look(tracee.pid), (yield* b.getRegisters(tracee.pid)).rip === before.rip);
      yield* b.cont(tracee.pid);
      s.log('a', yield* a.wait4(tracee.pid), yield* a.ptrace('GETSIGINFO', tracee.pid), yield* b.look(tracee.pid));
      s.log('one instruction', (yield* a.getRegisters(tracee.pid)).rip === before.rip! + 1n);
      yield* a.cont(tracee.pid);
      s.log('result', yield* tracee.result());
    },
    [
      'b: tracee EVENT_STOP SIGTRAP',
      'held: no step: none | true',
      'a: tracee stop SIGTRAP | SIGTRAP TRAP_TRACE | none',
      'one instruction: true',
      'result: root',
    ],
    { onlyServed: true },
  ),
  scenario(
    'P9 stepping over a system call instruction while the other wants system calls',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      yield* a.seize(tracee.pid, 'TRACESYSGOOD');
      yield* b.seize(tracee.pid, 'TRACESYSGOOD');
      yield* tracee.start(calls.breakCall(GETPPID));
      s.log('a', yield* a.wait4(tracee.pid));
      yield* b.ptrace('INTERRUPT', tracee.pid);
      const before = yield* a.getRegisters(tracee.pid);
      yield* a.cont(tracee.pid, 0, 'SINGLESTEP');
      s.log('b', yield* b.wait4(tracee.pid));
      for (const label of ['entry', 'exit']) {
        yield* b.syscall(tracee.pid);
        s.log(label, yield* b.wait4(tracee.pid), yield* b.message(tracee.pid));
      }
      yield* b.cont(tracee.pid);
      s.log('a', yield* a.wait4(tracee.pid), yield* a.ptrace('GETSIGINFO', tracee.pid), yield* b.look(tracee.pid));
      s.log('one instruction', (yield* a.getRegisters(tracee.pid)).rip === before.rip! + 2n);
      yield* a.cont(tracee.pid);
      s.log('result', s.who((yield* tracee.result()).ret));
    },
    [
      'a: tracee stop SIGTRAP',
      'b: tracee EVENT_STOP SIGTRAP',
      'entry: tracee stop SYSCALL | 1',
      'exit: tracee stop SYSCALL | 2',
      'a: tracee stop SIGTRAP | SIGTRAP TRAP_BRKPT | none',
      'one instruction: true',
      'result: root',
    ],
    { onlyServed: true },
  ),
  scenario(
    'P22 INTERRUPT is each one’s own: it comes when the other’s trap ends, and once',
    function* (s) {
      const { a, b, tracee } = yield* s.trio();
      yield* a.seize(tracee.pid);
      yield* b.seize(tracee.pid);
      yield* a.ptrace('INTERRUPT', tracee.pid);
      s.log('a', yield* a.wait4(tracee.pid));
      s.log('INTERRUPT by b', yield* b.ptrace('INTERRUPT', tracee.pid));
      yield* a.cont(tracee.pid);
      s.log('b', yield* b.wait4(tracee.pid), yield* a.look(tracee.pid), yield* tracee.condition());
      yield* b.cont(tracee.pid);
      s.log('runs', yield* a.look(tracee.pid), yield* b.look(tracee.pid), yield* tracee.condition());
    },
    [
      'a: tracee EVENT_STOP SIGTRAP',
      'INTERRUPT by b: ok',
      'b: tracee EVENT_STOP SIGTRAP | none | stopped',
      'runs: none | none | runs',
    ],
    { onlyServed: true },
  ),
];
