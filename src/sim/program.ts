/**
 * The library of a simulated program: system calls as generators, `yield* sys.fork(…)`. What pointers point to lies in the task's
 * own memory, so that tracers can look at it. A failure is a negative errno, as the kernel itself returns it.
 */

import { PTRACE } from '../abi/ptrace.ts';
import { decodeSiginfo, encodeSiginfo, SIGINFO_SIZE, type Siginfo } from '../abi/siginfo.ts';
import { type SigSet, setOf } from '../abi/signal-set.ts';
import { SIG_HOW } from '../abi/signals.ts';
import type { HandlerStart, Start, UserCode } from './frames.ts';
import { SA } from './process.ts';
import { Devices } from './program-devices.ts';
import { type SignalArg, signalOf, type Word } from './program-machine.ts';
import { AT, ROUTINE_CODE, ROUTINES } from './text.ts';
import { W } from './wait.ts';

export type Program = (sys: Sys) => UserCode<number | void>;
export type Handler = (sys: Sys, signo: number, info: Siginfo) => UserCode<void>;
export type Request = keyof typeof PTRACE;

/** What a wait gave: `pid` is 0 for nothing (WNOHANG), negative for an errno. */
export interface Waited {
  readonly pid: number;
  readonly status: number;
}

const starts = new WeakMap<Program, Start>();

/** How a program is begun for a task: the same for the same program. */
export function startOf(program: Program): Start {
  let start = starts.get(program);
  if (start === undefined) {
    start = (task) => program(new Sys(task));
    Object.defineProperty(start, 'name', { value: program.name }); // what a task of it is called
    starts.set(program, start);
  }
  return start;
}

const CLONE_THREAD_FLAGS = 0x100 | 0x200 | 0x400 | 0x800 | 0x10000 | 0x40000;
const CLONE_VFORK_FLAGS = 0x4000 | 0x100 | 17;

const TEXT = new TextEncoder();

export class Sys extends Devices {
  // --- processes ---

  *fork(program: Program): UserCode<number> {
    this.task.childStart = startOf(program);
    return yield* this.call('fork');
  }
  *vfork(program: Program): UserCode<number> {
    return yield* this.clone(CLONE_VFORK_FLAGS, program);
  }
  *thread(program: Program): UserCode<number> {
    return yield* this.clone(CLONE_THREAD_FLAGS, program);
  }
  *clone(flags: number, program: Program): UserCode<number> {
    this.task.childStart = startOf(program);
    return yield* this.call('clone', flags);
  }
  /** Runs a program that the kernel knows by this path. */
  *exec(path: string): UserCode<number> {
    return yield* this.call('execve', this.put('text', TEXT.encode(`${path}\0`)), 0, 0);
  }
  *exit(code = 0): UserCode<number> {
    return yield* this.call('exit', code);
  }
  *exitGroup(code = 0): UserCode<number> {
    return yield* this.call('exit_group', code);
  }
  *getpid(): UserCode<number> {
    return yield* this.call('getpid');
  }
  *getppid(): UserCode<number> {
    return yield* this.call('getppid');
  }
  *gettid(): UserCode<number> {
    return yield* this.call('gettid');
  }
  *setpgid(pid: number, pgid: number): UserCode<number> {
    return yield* this.call('setpgid', pid, pgid);
  }

  // --- waiting ---

  *wait4(pid: number, options = 0): UserCode<Waited> {
    const result = yield* this.call('wait4', pid, this.at('status'), options, this.at('usage'));
    return { pid: result, status: result > 0 ? this.view('status', 4).getInt32(0, true) : 0 };
  }
  /** P_PID. Null: an error, or nothing to tell. */
  *waitid(pid: number, options: number): UserCode<Siginfo | null> {
    const P_PID = 1;
    const result = yield* this.call('waitid', P_PID, pid, this.at('siginfo'), options, 0);
    if (result < 0) return null;
    const info = decodeSiginfo(this.task.mm.read(this.at('siginfo'), SIGINFO_SIZE));
    return info.signo === 0 ? null : info;
  }

  // --- signals ---

  *kill(pid: number, signal: SignalArg): UserCode<number> {
    return yield* this.call('kill', pid, signalOf(signal));
  }
  *tgkill(tgid: number, tid: number, signal: SignalArg): UserCode<number> {
    return yield* this.call('tgkill', tgid, tid, signalOf(signal));
  }
  *sigaction(
    signal: SignalArg,
    action: 'default' | 'ignore' | Handler,
    flags: readonly (keyof typeof SA)[] = [],
    mask: readonly SignalArg[] = [],
  ): UserCode<number> {
    const handler = action === 'default' ? 0 : action === 'ignore' ? 1 : this.handlerAt(action);
    const bits = flags.reduce((sum, name) => sum + SA[name], SA.SIGINFO + SA.RESTORER);
    const set = setOf(...mask.map(signalOf));
    const words = BigUint64Array.of(BigInt(handler), BigInt(bits), BigInt(AT.RESTORER), set);
    return yield* this.call('rt_sigaction', signalOf(signal), this.put('action', new Uint8Array(words.buffer)), 0, 8);
  }
  /** The address of a handler: it gets one when it is first used. */
  handlerAt(handler: Handler): number {
    const start: HandlerStart & { of?: Handler } = (task, signo, info) => handler(new Sys(task), signo, info);
    for (const [at, known] of this.task.mm.routines) if ((known as { of?: Handler }).of === handler) return at;
    start.of = handler;
    return this.task.mm.placeRoutine(ROUTINES, ROUTINE_CODE, start);
  }
  private putSet(signals: readonly SignalArg[]): number {
    return this.put('set', new Uint8Array(BigUint64Array.of(setOf(...signals.map(signalOf))).buffer));
  }
  *sigprocmask(how: 'block' | 'unblock' | 'set', signals: readonly SignalArg[]): UserCode<number> {
    const n = { block: SIG_HOW.SIG_BLOCK, unblock: SIG_HOW.SIG_UNBLOCK, set: SIG_HOW.SIG_SETMASK }[how];
    return yield* this.call('rt_sigprocmask', n, this.putSet(signals), 0, 8);
  }
  *sigsuspend(blocked: readonly SignalArg[]): UserCode<number> {
    return yield* this.call('rt_sigsuspend', this.putSet(blocked), 8);
  }
  /** The signal that came; these are to be blocked. */
  *sigwait(signals: readonly SignalArg[]): UserCode<number> {
    return yield* this.call('rt_sigtimedwait', this.putSet(signals), 0, 0, 8);
  }
  *pause(): UserCode<number> {
    return yield* this.call('pause');
  }
  /** Virtual seconds. */
  *sleep(seconds: number): UserCode<number> {
    const whole = Math.floor(seconds);
    const time = BigInt64Array.of(BigInt(whole), BigInt(Math.round((seconds - whole) * 1e9)));
    return yield* this.call('nanosleep', this.put('time', new Uint8Array(time.buffer)), 0);
  }

  // --- files ---

  *print(text: string): UserCode<number> {
    const bytes = TEXT.encode(text);
    return yield* this.call('write', 1, this.put('text', bytes), bytes.length);
  }
  *pipe(): UserCode<readonly [reader: number, writer: number]> {
    yield* this.call('pipe', this.at('set'));
    const view = this.view('set', 8);
    return [view.getInt32(0, true), view.getInt32(4, true)];
  }
  *read(fd: number, length = 64): UserCode<string> {
    const n = yield* this.call('read', fd, this.at('text'), length);
    return n <= 0 ? '' : new TextDecoder().decode(this.task.mm.read(this.at('text'), n));
  }
  *write(fd: number, text: string): UserCode<number> {
    const bytes = TEXT.encode(text);
    return yield* this.call('write', fd, this.put('text', bytes), bytes.length);
  }
  *close(fd: number): UserCode<number> {
    return yield* this.call('close', fd);
  }

  // --- ptrace ---

  *ptrace(request: Request, pid: number, addr: Word = 0, data: Word = 0): UserCode<number> {
    return yield* this.call('ptrace', PTRACE[request], pid, addr, data);
  }
  /** PTRACE_GETSIGINFO; an errno when there is none. */
  *getSiginfo(pid: number): UserCode<Siginfo | number> {
    const result = yield* this.ptrace('GETSIGINFO', pid, 0, this.at('siginfo'));
    if (result < 0) return result;
    return decodeSiginfo(this.task.mm.read(this.at('siginfo'), SIGINFO_SIZE));
  }
  *setSiginfo(pid: number, info: Siginfo): UserCode<number> {
    return yield* this.ptrace('SETSIGINFO', pid, 0, this.put('siginfo', encodeSiginfo(info)));
  }
  *eventMessage(pid: number): UserCode<bigint> {
    yield* this.ptrace('GETEVENTMSG', pid, 0, this.at('set'));
    return this.view('set', 8).getBigUint64(0, true);
  }
}

export { type SigSet, W };
