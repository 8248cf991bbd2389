/** What /proc tells of a task. Everything here tolerates that the task is gone. */

import { bit } from '../abi/signal-set.ts';
import type { CurrentSyscall } from '../tracehook/machine.ts';
import type { Disposition } from '../tracehook/signal.ts';
import { procfs } from './procfs.ts';

/** The file's text; undefined when the task is gone (or may not be seen). */
const text = (path: string): string | undefined => procfs().read(path);

/** The process that traces: us. */
export const self = (): number => procfs().pid;

/** /proc/TID/status. A task that is reaped while the file is open still shows what is left of it, as of process 0: it is gone. */
function status(tid: number): string | undefined {
  const found = text(`/proc/${tid}/status`);
  return found?.includes('\nTgid:\t0\n') ? undefined : found;
}

let last: { readonly tid: number; readonly status: string } | null = null;

/** The status of a task that is looked at several times at one stop. */
function statusNow(tid: number): string {
  if (last?.tid !== tid) last = { tid, status: status(tid) ?? '' };
  return last.status;
}

/** Tasks have run: what they looked like is void. */
export function forgetStatus(): void {
  last = null;
}

/** One field of /proc/TID/status, as text. */
export function statusField(tid: number, name: string): string | undefined {
  const lines = status(tid);
  const at = lines?.indexOf(`\n${name}:`);
  if (lines === undefined || at === undefined || at < 0) return undefined;
  return lines.slice(at + name.length + 2, lines.indexOf('\n', at + 1)).trim();
}

/** Of a mask in hexadecimal digits. */
function hasSignal(mask: string | undefined, signo: number): boolean {
  const digit = mask?.at(-1 - ((signo - 1) >> 2));
  return digit !== undefined && ((Number.parseInt(digit, 16) >> ((signo - 1) & 3)) & 1) === 1;
}

/** What the program asked to be done with a signal: SigIgn and SigCgt. */
export function disposition(tid: number, signo: number): Disposition {
  const lines = statusNow(tid);
  if (hasSignal(/\nSigIgn:\t([0-9a-f]+)/.exec(lines)?.[1], signo)) return 'ignore';
  return hasSignal(/\nSigCgt:\t([0-9a-f]+)/.exec(lines)?.[1], signo) ? 'handler' : 'default';
}

/** The signal masks of a task's status, all of one moment; of who is gone they are empty. */
function signalMasks(tid: number): (name: string) => bigint {
  const lines = status(tid) ?? '';
  return (name) => BigInt(`0x${new RegExp(`^${name}:\\s*([0-9a-f]+)`, 'm').exec(lines)?.[1] ?? '0'}`);
}

/** Whether a signal that is not blocked is pending for the task. */
export function signalPending(tid: number): boolean {
  const mask = signalMasks(tid);
  return ((mask('SigPnd') | mask('ShdPnd')) & ~mask('SigBlk')) !== 0n;
}

/** Whether the thread blocks a signal. */
export const blocks = (tid: number, signo: number): boolean => hasSignal(statusField(tid, 'SigBlk'), signo);

/** Whether a signal that is forced on the thread would unblock it, or end its being ignored. */
export function blocksOrIgnores(tid: number, signo: number): boolean {
  const { blocked, ignored } = signalState(tid);
  return ((blocked | ignored) & bit(signo)) !== 0n;
}

/** How many seccomp filters the thread has. */
export const filters = (tid: number): number => Number(statusField(tid, 'Seccomp_filters') ?? 0);

/** Whether a signal waits for the thread, blocked or not. */
export const isPending = (tid: number, signo: number): boolean => (pendingSignals(tid) & bit(signo)) !== 0n;

/** What waits for the thread and for its process, and what the thread makes of signals: bit n − 1 stands for signal n. */
export function signalState(tid: number): Record<'own' | 'process' | 'blocked' | 'ignored' | 'caught', bigint> {
  const mask = signalMasks(tid);
  return {
    own: mask('SigPnd'),
    process: mask('ShdPnd'),
    blocked: mask('SigBlk'),
    ignored: mask('SigIgn'),
    caught: mask('SigCgt'),
  };
}

/** The signals that are pending for the thread or its process: bit n − 1 stands for signal n. */
export function pendingSignals(tid: number): bigint {
  const mask = signalMasks(tid);
  return mask('SigPnd') | mask('ShdPnd');
}

/** Fields of /proc/TID/stat from the third (state) on; undefined when the task is gone. */
function stat(tid: number): string[] | undefined {
  const line = text(`/proc/${tid}/stat`);
  return line?.slice(line.lastIndexOf(')') + 2).split(' ');
}

/** The state letter: R, S, D, T, t, Z, … */
export const state = (tid: number): string | undefined => stat(tid)?.[0];

/** A zombie, or gone. */
export const isDead = (tid: number): boolean => ['Z', 'X', undefined].includes(state(tid));

const PF_KTHREAD = 0x00200000;
export const isKernelThread = (tid: number): boolean => (Number(stat(tid)?.[6] ?? 0) & PF_KTHREAD) !== 0;

/** The signal the parent is sent at death (field 38). */
export const exitSignal = (tid: number): number => Number(stat(tid)?.[35] ?? 17);

/** How many times the task was given a CPU (schedstat): it has run when this changes. */
export const timesRun = (tid: number): number => Number(text(`/proc/${tid}/schedstat`)?.trim().split(' ')[2] ?? -1);

/** Jiffies of user and system time, in µs. */
export function times(tid: number): { utime: number; stime: number } {
  const fields = stat(tid);
  return { utime: Number(fields?.[11] ?? 0) * 10_000, stime: Number(fields?.[12] ?? 0) * 10_000 };
}

export const processGroup = (tid: number): number => Number(stat(tid)?.[2] ?? 0);
export const realUid = (tid: number): number => Number(/\nUid:\t(\d+)/.exec(statusNow(tid))?.[1] ?? 0);

export const parentPid = (tid: number): number => Number(stat(tid)?.[1] ?? 0);

/** The name of the task (comm). */
export const taskName = (tid: number): string => text(`/proc/${tid}/comm`)?.trimEnd() ?? '';

/** The command line, or the name in brackets where there is none. */
export function commandLine(pid: number): string {
  const line = text(`/proc/${pid}/cmdline`)?.replace(/\0$/, '').replaceAll('\0', ' ');
  return line || `[${taskName(pid)}]`;
}

/** The threads of a process, in the order of their birth; undefined when there is no such process. */
export const threads = (pid: number): number[] | undefined => procfs().list(`/proc/${pid}/task`)?.map(Number);

/** How many threads a process has; 0 when it is gone. Those that are dead but not yet waited for count. */
export const threadCount = (pid: number): number => Number(stat(pid)?.[17] ?? 0);

/** The children of a process, of all its threads. */
export function children(pid: number): number[] {
  return (threads(pid) ?? []).flatMap((tid) =>
    (text(`/proc/${pid}/task/${tid}/children`) ?? '').split(' ').filter(Boolean).map(Number),
  );
}

export const tgidOf = (tid: number): number | undefined => {
  const tgid = statusField(tid, 'Tgid');
  return tgid === undefined ? undefined : Number(tgid);
};

/** NSpid: the task's tid in each pid namespace, from ours inwards. */
export const namespacedIds = (tid: number): number[] | undefined => statusField(tid, 'NSpid')?.split(/\s+/).map(Number);

/** Who traces the task: 0 nobody. */
export const tracerPid = (tid: number): number => Number(statusField(tid, 'TracerPid') ?? 0);

const link = (path: string): string | undefined => procfs().link(path);

/** What a file descriptor refers to. */
export const fdPath = (pid: number, fd: number): string | undefined => link(`/proc/${pid}/fd/${fd}`);
export const cwdPath = (pid: number): string | undefined => link(`/proc/${pid}/cwd`);
export const exePath = (pid: number): string | undefined => link(`/proc/${pid}/exe`);

/** task_current_syscall, from /proc/TID/syscall. */
export function currentSyscall(tid: number): CurrentSyscall {
  const line = text(`/proc/${tid}/syscall`)?.trim();
  if (line === undefined || line === '' || line === 'running') return { state: 'running' };
  const words = line.split(' ');
  const numbers = words.slice(1).map((word) => BigInt(word));
  const programCounter = numbers.pop() ?? 0n;
  const stackPointer = numbers.pop() ?? 0n;
  return { state: 'blocked', nr: Number(words[0]), args: numbers, stackPointer, programCounter };
}

/** Where an open file is read and written next. */
export function filePosition(pid: number, fd: number): bigint {
  return BigInt(/^pos:\s*(\d+)/m.exec(text(`/proc/${pid}/fdinfo/${fd}`) ?? '')?.[1] ?? 0);
}

/** What a thread's pidfd stands for: the `Pid:` line; −1: a process that is gone; undefined: it is no pidfd. */
export function pidOfFd(tid: number, fd: number): number | undefined {
  const pid = /^Pid:\s*(-?\d+)/m.exec(text(`/proc/${tid}/fdinfo/${fd}`) ?? '')?.[1];
  return pid === undefined ? undefined : Number(pid);
}

/** The mappings, one line each. */
export const mappings = (tid: number): string[] => text(`/proc/${tid}/maps`)?.split('\n') ?? [];

export const pidNamespace = (tid: number | 'self'): string | undefined => link(`/proc/${tid}/ns/pid`);

/** The user that the task's files in /proc belong to: root, when it is not dumpable (task_dump_owner). */
export const owner = (tid: number): number | undefined => procfs().owner(`/proc/${tid}/status`);

/** Yama's ptrace_scope; 0: there is no Yama. */
export const yamaScope = (): number => Number(text('/proc/sys/kernel/yama/ptrace_scope') ?? 0);

/** Any file, as a task sees it by its own root. */
export const fileOf = (tid: number, path: string): string | undefined => text(`/proc/${tid}/root${path}`);

/** What may be done with the memory at an address: `r-xp` and the like; empty: it is not mapped. */
export function permissionsAt(tid: number, address: bigint): string {
  for (const line of mappings(tid)) {
    const match = /^([0-9a-f]+)-([0-9a-f]+) (\S+)/.exec(line);
    if (match !== null && BigInt(`0x${match[1]}`) <= address && address < BigInt(`0x${match[2]}`)) return match[3]!;
  }
  return '';
}
