/**
 * What ptrace has no request for, done by the task itself: it makes one rt_sigaction at a signal-delivery-stop, so that
 * a decided TERM, CORE or STOP takes effect although the program catches or ignores the signal. Its registers are as
 * before afterwards; other threads of the process see the disposition change, but the process ends or stops of it.
 */

import { readFileSync } from 'node:fs';
import { PTRACE } from '../abi/ptrace.ts';
import { SIG } from '../abi/signals.ts';
import { syscallNumber } from '../abi/syscalls.ts';
import { isStopped, stopEvent, stopSignal } from '../abi/wait-status.ts';
import { HostError } from './errors.ts';
import type { LinuxHost } from './host.ts';
import * as proc from './proc.ts';
import { type LinuxTask, Run } from './task.ts';

/** Below the red zone of x86-64. */
const BELOW_STACK = 512n;
/** Other stops that may come first: pending signals (dropped, the process is about to end), a group stop. */
const MAX_STOPS = 130;
const SIGSET_BYTES = 8n;

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
  const { arch } = host;
  const { registers, memory } = task;
  const abi = arch.abiFromRegisters(registers);
  const at = findInstruction(task, arch.syscallInstruction(abi));
  const nr = syscallNumber(abi, 'rt_sigaction');
  if (at === null || nr === undefined) return false;
  const saved = registers.names.map((name) => [name, registers.get(name)] as const);
  const zeroes = (registers.get(arch.stackPointer) - BELOW_STACK) & ~15n;
  memory.write(zeroes, new Uint8Array(64)); // struct sigaction: SIG_DFL, no flags, no mask
  const args = arch.argumentRegisters(abi);
  registers.set(arch.syscallNumber, -1n);
  registers.set(arch.syscallResult, BigInt(nr));
  registers.set(arch.programCounter, at);
  for (const [index, value] of [BigInt(signo), zeroes, 0n, SIGSET_BYTES].entries()) registers.set(args[index]!, value);
  const done = stepOnce(host, task);
  if (!done) return false;
  for (const [name, value] of saved) registers.set(name, value);
  return true;
}

/** Runs one instruction. False: something else became of the task; it is left to the loop. */
function stepOnce(host: LinuxHost, task: LinuxTask): boolean {
  const { native } = host;
  const { tid } = task;
  const bytes = new Uint8Array(4);
  const from = task.registers.get(host.arch.programCounter);
  for (let stops = 0; stops < MAX_STOPS; stops++) {
    if (task.registers.flush() < 0) return false;
    task.registers.invalidate();
    task.switches++;
    if (native.resume(tid, PTRACE.SINGLESTEP, 0) < 0 || native.waitTask(tid, bytes) < 0) return false;
    const status = new Int32Array(bytes.buffer)[0]!;
    if (!isStopped(status) || stopEvent(status) === 6) {
      task.run = Run.RUNNING;
      host.backlog.push({ tid, status });
      return false;
    }
    if (
      stopEvent(status) === 0 &&
      stopSignal(status) === SIG.SIGTRAP &&
      task.registers.get(host.arch.programCounter) !== from
    ) {
      return true;
    }
  }
  return false;
}

/** Where a system call instruction is mapped: in the vdso, else in any executable mapping. */
function findInstruction(task: LinuxTask, instruction: Uint8Array): bigint | null {
  const lines = readFileSync(`/proc/${task.tid}/maps`, 'latin1')
    .split('\n')
    .filter((line) => / r-xp /.test(line) && !line.endsWith('[vsyscall]'));
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
