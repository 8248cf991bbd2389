/** The calls an actor can make, by name. Data only: codec.ts knows how they look in a real process. */

import { PTRACE_O } from '../../../src/abi/ptrace.ts';
import { signalNumber } from '../../../src/abi/signals.ts';
import type { Arg, Call } from './play.ts';

const make =
  <A extends readonly Arg[]>(call: string) =>
  (...args: A): Call => ({ call, args });

export type Signal = string | number;
export const sig = (signal: Signal): number => {
  const n = typeof signal === 'number' ? signal : signalNumber(signal);
  if (n === undefined) throw new Error(`no such signal: ${signal}`);
  return n;
};

export type Option = keyof typeof PTRACE_O;
export const optionBits = (options: readonly Option[]): number =>
  options.reduce((sum, option) => sum | PTRACE_O[option], 0);

export const WAIT = {
  WNOHANG: 1,
  WUNTRACED: 2,
  WSTOPPED: 2,
  WEXITED: 4,
  WCONTINUED: 8,
  WNOWAIT: 0x01000000,
  __WNOTHREAD: 0x20000000,
  __WALL: 0x40000000,
  __WCLONE: 0x80000000,
} as const;
export type WaitOption = keyof typeof WAIT;

export const pause = make<[]>('pause');
export const getpid = make<[]>('getpid');
export const getppid = make<[]>('getppid');
/** Spins in user mode until it is released. */
export const spin = make<[]>('spin');
/** getppid n times, with nothing in between. */
export const loop = make<[count: number]>('loop');
/** An int3, then the system call `nr` by an instruction right behind it, then nops. */
export const breakCall = make<[nr: number]>('breakCall');
/** An int3, then four nops. */
export const breakNops = make<[]>('breakNops');
/** Touches address 0, or executes an undefined instruction. */
export const fault = make<[kind: 'segv' | 'ill']>('fault');
export const exit = make<[code: number]>('exit');
export const exitGroup = make<[code: number]>('exitGroup');
/** execve of the actor program; the actor goes on in it. */
export const exec = make<[]>('exec');
/** execve of a file that is not there. */
export const execNothing = make<[]>('execNothing');
export const nanosleep = make<[ms: number]>('nanosleep');
export const kill = (pid: number, signal: Signal): Call => ({ call: 'kill', args: [pid, sig(signal)] });
export const tgkill = (tgid: number, tid: number, signal: Signal): Call => ({
  call: 'tgkill',
  args: [tgid, tid, sig(signal)],
});
/** A signal with a value, sent to oneself. */
export const sigqueue = (pid: number, signal: Signal, value: number): Call => ({
  call: 'sigqueue',
  args: [pid, sig(signal), value],
});
export const sigaction = (
  signal: Signal,
  what: 'handler' | 'default' | 'ignore',
  flags: readonly ('SA_RESTART' | 'SA_NOCLDSTOP' | 'SA_NOCLDWAIT' | 'SA_NODEFER' | 'SA_RESETHAND')[] = [],
): Call => ({ call: 'sigaction', args: [sig(signal), what, flags] });
export const sigprocmask = (how: 'block' | 'unblock' | 'set', signals: readonly string[]): Call => ({
  call: 'sigprocmask',
  args: [how, signals],
});
export const sigpending = make<[]>('sigpending');
/** Waits with this set of signals blocked. */
export const sigsuspend = make<[blocked: readonly string[]]>('sigsuspend');
export const sigtimedwait = make<[signals: readonly string[], ms: number]>('sigtimedwait');
export const signalfd = make<[signals: readonly string[]]>('signalfd');
/** Reads one signalfd_siginfo; the reply has its signal as `value`. */
export const readSignal = make<[fd: number]>('readSignal');
export const epollCreate = make<[]>('epollCreate');
export const epollWait = make<[fd: number, ms: number]>('epollWait');
export const setpgid = make<[pid: number, pgid: number]>('setpgid');
export const getpgid = make<[pid: number]>('getpgid');
export const setsid = make<[]>('setsid');
export const prctl = make<[option: number, value: number]>('prctl');
/** The largest core it may leave. */
export const coreLimit = make<[bytes: number]>('coreLimit');
export const setuid = make<[uid: number]>('setuid');
/** A seccomp filter for one call: RET_TRACE with `data`, or an errno. */
export const seccomp = make<[nr: number, action: 'trace' | 'errno', data: number]>('seccomp');
/** mem[address] = value; and the reading of it. */
export const store = make<[address: number, value: number | bigint]>('store');
export const load = make<[address: number]>('load');
/** Any call at all, by number. */
export const raw = (nr: number, ...args: (number | bigint)[]): Call => ({ call: 'raw', args: [nr, ...args] });
