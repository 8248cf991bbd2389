/** The requests of ptrace that read and write machine state, on a simulated task. */

import { ERRNO } from '../abi/errno.ts';
import { asksOfProcess } from '../abi/peek-siginfo.ts';
import { NT, PTRACE } from '../abi/ptrace.ts';
import { encodeSiginfo, SIGINFO_SIZE } from '../abi/siginfo.ts';
import { UNBLOCKABLE } from '../abi/signal-set.ts';
import { DebugRegisters } from './debug.ts';
import type { SimKernel } from './kernel.ts';
import { MemoryFault } from './memory.ts';
import { REGISTERS_SIZE } from './registers.ts';
import type { SimTask } from './task.ts';

const WORD = 8;
/** sizeof(struct user). */
const USER_SIZE = 928;

type Word = bigint | Uint8Array;
const bytesOf = (data: Word): Uint8Array => data as Uint8Array;

export function machineRequest(kernel: SimKernel, task: SimTask, request: number, addr: Word, data: Word): number {
  // Also asked for while its own hook runs, which may be about to hold it.
  if (!task.isHeld && !task.isStopped && kernel.current !== task) return -ERRNO.ESRCH;
  try {
    return make(task, request, addr, data);
  } catch (error) {
    if (error instanceof MemoryFault) return -ERRNO.EIO;
    throw error;
  }
}

function make(task: SimTask, request: number, addr: Word, data: Word): number {
  const { registers, mm } = task;
  switch (request) {
    case PTRACE.PEEKTEXT:
    case PTRACE.PEEKDATA: {
      const word = mm.read(addr as bigint, WORD);
      if (word.length < WORD) return -ERRNO.EIO;
      bytesOf(data).set(word);
      return 0;
    }
    case PTRACE.POKETEXT:
    case PTRACE.POKEDATA:
      mm.write(addr as bigint, wordBytes(data as bigint));
      return 0;
    case PTRACE.GETREGS:
      bytesOf(data).set(registers.readSet('general'));
      return 0;
    case PTRACE.SETREGS:
      registers.writeSet('general', bytesOf(data));
      return 0;
    case PTRACE.GETFPREGS:
      bytesOf(data).set(registers.floating);
      return 0;
    case PTRACE.SETFPREGS:
      registers.floating.set(bytesOf(data).subarray(0, registers.floating.length));
      return 0;
    case PTRACE.PEEKUSER:
      return peekUser(task, addr as bigint, bytesOf(data));
    case PTRACE.POKEUSER:
      return pokeUser(task, addr as bigint, data as bigint);
    case PTRACE.GETSIGMASK:
      bytesOf(data).set(wordBytes(task.savedMask ?? task.blocked));
      return 0;
    case PTRACE.SETSIGMASK: {
      const mask = new DataView(bytesOf(data).slice().buffer).getBigUint64(0, true) & ~UNBLOCKABLE;
      task.blocked = mask; // it looks what is pending when it goes on
      task.savedMask = null;
      return 0;
    }
    case PTRACE.PEEKSIGINFO:
      return peekSiginfo(task, bytesOf(addr), bytesOf(data));
    default:
      return -ERRNO.EIO;
  }
}

function wordBytes(value: bigint): Uint8Array {
  const bytes = new Uint8Array(WORD);
  new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, value), true);
  return bytes;
}

const isUserAddress = (addr: bigint): boolean => addr % BigInt(WORD) === 0n && addr >= 0n && addr < BigInt(USER_SIZE);

/** offsetof(struct user, u_debugreg). */
const DEBUG_AT = 848;
const DEBUG_SIZE = 64;

/** The word of registers at an offset of struct user; null: one that reads as nothing. */
function userWord(task: SimTask, at: number): { words: BigUint64Array<ArrayBuffer>; index: number } | null {
  if (at < REGISTERS_SIZE) return { words: task.registers.words, index: at / WORD };
  if (at < DEBUG_AT || at >= DEBUG_AT + DEBUG_SIZE) return null;
  task.debug ??= new DebugRegisters();
  return { words: task.debug.words, index: (at - DEBUG_AT) / WORD };
}

function peekUser(task: SimTask, addr: bigint, into: Uint8Array): number {
  if (!isUserAddress(addr)) return -ERRNO.EIO;
  const word = userWord(task, Number(addr));
  into.set(wordBytes(word?.words[word.index] ?? 0n));
  return 0;
}

function pokeUser(task: SimTask, addr: bigint, value: bigint): number {
  if (!isUserAddress(addr)) return -ERRNO.EIO;
  const word = userWord(task, Number(addr));
  if (word !== null) word.words[word.index] = BigInt.asUintN(64, value);
  return 0;
}

function peekSiginfo(task: SimTask, args: Uint8Array, into: Uint8Array): number {
  const view = new DataView(args.buffer, args.byteOffset);
  const from = Number(view.getBigUint64(0, true));
  const room = into.length / SIGINFO_SIZE;
  const list = (asksOfProcess(args) ? task.process.shared : task.pending).list().slice(from, from + room);
  list.forEach((info, n) => {
    into.set(encodeSiginfo(info), n * SIGINFO_SIZE);
  });
  return list.length;
}

/** How many bytes the set has, or were taken. */
export function regsetRequest(task: SimTask, request: number, note: number, data: Uint8Array): number {
  const { registers } = task;
  const name = note === NT.PRSTATUS ? 'general' : note === NT.PRFPREG ? 'floating-point' : null;
  if (name === null) return -ERRNO.EINVAL;
  if (data.length % WORD !== 0) return -ERRNO.EINVAL;
  if (request === PTRACE.SETREGSET) {
    registers.writeSet(name, data);
    return data.length;
  }
  const set = registers.readSet(name).subarray(0, data.length);
  data.set(set);
  return set.length;
}
