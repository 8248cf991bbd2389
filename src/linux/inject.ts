/**
 * What ptrace has no request for, done by the task itself: a stopped task is made to make a system call. So it sends itself
 * a SIGCHLD; and one rt_sigaction at a signal-delivery-stop sees to it that a decided TERM, CORE or STOP takes effect although the program catches or ignores the signal. Its registers are as
 * before afterwards; other threads of the process see the disposition change, but the process ends or stops of it.
 */

import { PTRACE, PTRACE_EVENT } from '../abi/ptrace.ts';
import { decodeSiginfo, encodeSiginfo, SIGINFO_SIZE, type Siginfo } from '../abi/siginfo.ts';
import { bit } from '../abi/signal-set.ts';
import { SIG } from '../abi/signals.ts';
import { syscallNumber } from '../abi/syscalls.ts';
import { stopEvent, stopSignal } from '../abi/wait-status.ts';
import { Step } from '../tracehook/hooks.ts';
import { HostError } from './errors.ts';
import type { LinuxHost } from './host.ts';
import { tgidFor, tidFor } from './pid-namespaces.ts';
import * as proc from './proc.ts';
import { shownIsOwn } from './queued-signals.ts';
import { runToStop } from './run-on.ts';
import { type LinuxTask, Run, Stop } from './task.ts';
import { lendMask } from './temporary-mask.ts';

/** Of x86-64. */
const RED_ZONE = 128n;
const BELOW_STACK = 512n;
/** Other stops that may come first: pending signals (dropped, the process is about to end), a group stop. */
const MAX_STOPS = 130;
const SIGSET_BYTES = 8n;
const TRAP_BRKPT = 1;
/** What is blocked while a task makes a call that signals are not to come into. */
export const ALL_BUT_SIGTRAP = ~bit(SIG.SIGTRAP);
/** With TRACESYSGOOD; and the event message of an exit (R3). */
const SYSCALL_STOP = SIG.SIGTRAP | 0x80;
const EXIT_MESSAGE = 2;

/** Sets the disposition of a signal to SIG_DFL. False: it cannot be done (no system call instruction, killed, …). */
export function resetHandler(host: LinuxHost, task: LinuxTask, signo: number): boolean {
  try {
    return callSigaction(host, task, signo) && proc.disposition(task.tid, signo) === 'default';
  } catch (error) {
    if (error instanceof HostError) return false;
    throw error;
  }
}

function callSigaction(host: LinuxHost, task: LinuxTask, signo: number): boolean {
  // struct sigaction: SIG_DFL, no flags, no mask
  return (
    injectCall(host, task, 'rt_sigaction', [BigInt(signo), AT_BYTES, 0n, SIGSET_BYTES], new Uint8Array(64), true) !==
    null
  );
}

/**
 * A signal that the task was shown and blocks goes back to the queue it came from, by a call of its own: alone a task may send itself
 * any siginfo, which somebody may read. False: it cannot be done.
 */
export function queueTruly(host: LinuxHost, task: LinuxTask, info: Siginfo): boolean {
  if (task.run !== Run.STOPPED || task.stop !== Stop.SIGNAL || proc.blocksOrIgnores(task.tid, SIG.SIGTRAP))
    return false;
  const giveBack = lendMask(host, task, ALL_BUT_SIGTRAP);
  if (giveBack === null) return false;
  const tid = BigInt(tidFor(task, task));
  const [name, args] = shownIsOwn(task)
    ? ['rt_tgsigqueueinfo', [BigInt(tgidFor(task, task)), tid, BigInt(info.signo), AT_BYTES]]
    : ['rt_sigqueueinfo', [tid, BigInt(info.signo), AT_BYTES]];
  const result = injectCall(host, task, name as string, args as bigint[], encodeSiginfo(info), true);
  giveBack();
  return result === 0n;
}

/** Where a stopped task has room for a few bytes. */
export const belowStack = (host: LinuxHost, task: LinuxTask): bigint =>
  (task.registers.get(host.arch.stackPointer) - RED_ZONE - BELOW_STACK) & ~15n;

/** In an injected call's arguments: where the bytes that come with it are. */
export const AT_BYTES = -1n << 63n;

/**
 * Has a stopped task make a system call, with `bytes` (BELOW_STACK at most) below its stack; a function is told where. The result; null: it cannot be done, or something else
 * became of the task, which is left to the loop. Its registers are as before; signals that came meanwhile are sent again.
 * `atDelivery`: it stays at a signal-delivery-stop.
 */
export function injectCall(
  host: LinuxHost,
  task: LinuxTask,
  name: string,
  args: readonly bigint[],
  bytes: Uint8Array | ((place: bigint) => Uint8Array),
  atDelivery = false,
): bigint | null {
  const { arch } = host;
  const { registers, memory } = task;
  const abi = arch.abiFromRegisters(registers);
  const at = syscallSite(task, arch.syscallInstruction(abi));
  const nr = syscallNumber(abi, name);
  if (at === null || nr === undefined) return null;
  const saved = registers.names.map((register) => [register, registers.get(register)] as const);
  const place = belowStack(host, task);
  if (!memory.copyTo(place, typeof bytes === 'function' ? bytes(place) : bytes)) return null;
  const names = arch.argumentRegisters(abi);
  registers.set(arch.syscallNumber, -1n);
  registers.set(arch.syscallResult, BigInt(nr));
  registers.set(arch.programCounter, at);
  for (const [index, value] of args.entries()) registers.set(names[index]!, value === AT_BYTES ? place : value);
  if (!callOnce(host, task, at, atDelivery)) return null;
  const result = BigInt.asIntN(64, registers.get(arch.syscallResult));
  for (const [register, value] of saved) registers.set(register, value);
  return result;
}

/** Runs the one system call instruction at `at`. False: something else became of the task; it is left to the loop. */
function callOnce(host: LinuxHost, task: LinuxTask, at: bigint, atDelivery: boolean): boolean {
  // The SIGTRAP of a step is forced: a program that blocks or ignores it would do so no more.
  if (atDelivery || !proc.blocksOrIgnores(task.tid, SIG.SIGTRAP)) return step(host, task);
  const behind = at + BigInt(host.arch.syscallInstructionBytes);
  const message = new Uint8Array(8);
  const called = run(host, task, PTRACE.SYSCALL, (status) => {
    if (status >> 8 !== SYSCALL_STOP || task.registers.get(host.arch.programCounter) !== behind) return false;
    // Not its entry, nor the exit of the call before.
    return host.native.ptraceData(PTRACE.GETEVENTMSG, task.tid, 0, message) >= 0 && message[0] === EXIT_MESSAGE;
  });
  // On to a trap: it is past the end of a call that the kernel looks whether an interrupted one is to be made again.
  if (!called || host.native.ptrace(PTRACE.INTERRUPT, task.tid, 0, 0) < 0) return false;
  return run(host, task, PTRACE.CONT, (status) => stopEvent(status) === PTRACE_EVENT.STOP);
}

/** Runs one instruction. */
function step(host: LinuxHost, task: LinuxTask): boolean {
  const from = task.registers.get(host.arch.programCounter);
  return run(host, task, PTRACE.SINGLESTEP, (status) => {
    return status >> 8 === SIG.SIGTRAP && task.registers.get(host.arch.programCounter) !== from;
  });
}

/** Runs until a stop is the one. */
function run(host: LinuxHost, task: LinuxTask, request: number, isLast: (status: number) => boolean): boolean {
  const { native } = host;
  const meanwhile: Siginfo[] = [];
  // A step of its tracer's that is over, and has yet to be told.
  let hasStepped = task.step !== Step.NONE && proc.isPending(task.tid, SIG.SIGTRAP);
  try {
    for (let stops = 0; stops < MAX_STOPS; stops++) {
      const status = runToStop(host, task, request);
      if (status === null) return false;
      if (isLast(status)) return true;
      if (stopEvent(status) === PTRACE_EVENT.STOP) passTrap(host, task, stopSignal(status));
      if (stopEvent(status) !== 0 || status >> 8 === SYSCALL_STOP) continue;
      const siginfo = new Uint8Array(SIGINFO_SIZE);
      if (native.ptraceData(PTRACE.GETSIGINFO, task.tid, 0, siginfo) < 0) return false;
      const info = decodeSiginfo(siginfo);
      // The end of the call that it stopped in counts as a step, too (R45).
      const isStep = info.signo === SIG.SIGTRAP && info.code === TRAP_BRKPT;
      if (!isStep || hasStepped) meanwhile.push(info);
      if (isStep) hasStepped = false;
    }
    return false;
  } finally {
    for (const info of meanwhile) host.queued.again(task, info);
  }
}

/** A trap that is not for now: of its group, or of a SIGCONT; or it is one of our own INTERRUPTs, which came late. */
function passTrap(host: LinuxHost, task: LinuxTask, signo: number): void {
  const continueWaits = proc.isPending(task.tid, SIG.SIGCONT);
  const isOurs = signo === SIG.SIGTRAP && task.interruptLate && !continueWaits;
  task.interruptLate = false;
  if (isOurs) return;
  task.trapsNext = true;
  // Nothing tells of a SIGCONT that another thread has taken, or a stop signal has taken away.
  if (signo === SIG.SIGTRAP && !continueWaits && host.ptrace?.isTraced(task)) host.ptrace.notified(task);
}

/** Where the task's address space has a system call instruction; null: nowhere. */
function syscallSite(task: LinuxTask, instruction: Uint8Array): bigint | null {
  const { space } = task.group;
  if (space.syscallAt === undefined) {
    const at = findInstruction(task, instruction);
    if (at === null) return null;
    space.syscallAt = at;
  }
  return space.syscallAt;
}

/** Where a system call instruction is mapped: in the vdso, else in any executable mapping. */
function findInstruction(task: LinuxTask, instruction: Uint8Array): bigint | null {
  const lines = proc.mappings(task.tid).filter((line) => / r-xp /.test(line) && !line.endsWith('[vsyscall]'));
  lines.sort((a, b) => Number(b.endsWith('[vdso]')) - Number(a.endsWith('[vdso]')));
  for (const line of lines) {
    const [from, to] = line
      .split(' ')[0]!
      .split('-')
      .map((text) => BigInt(`0x${text}`));
    const code = task.memory.read(from!, Number(to! - from!));
    const index = Buffer.from(code.buffer, code.byteOffset, code.length).indexOf(instruction);
    if (index >= 0) return from! + BigInt(index);
  }
  return null;
}
