/**
 * User mode: executes the bytes at rip, until something brings the task into the kernel. `ret` gives the word to the program's
 * generator, which says what to call next. One step of a task is one such call at most, so that a loop in user mode is
 * many steps.
 *
 * A single step traps after each instruction, a block step (DEBUGCTL.BTF) after each branch that is taken: here that is `ret`, which
 * goes on where the program calls next. Both trap at the end of a system call (SYSCALL_EXIT_TRAP).
 */

import { SIG } from '../abi/signals.ts';
import { Step } from '../tracehook/hooks.ts';
import { forceSignal } from './force-signal.ts';
import type { UserCall } from './frames.ts';
import type { SimKernel } from './kernel.ts';
import { MemoryFault } from './memory.ts';
import { R } from './registers.ts';
import { returnToUser } from './return-to-user.ts';
import type { RunState } from './run-state.ts';
import { enterSyscall } from './syscall-path.ts';
import type { SimTask } from './task.ts';
import { AT } from './text.ts';

const SI_KERNEL = 0x80;
const TRAP_TRACE = 2;
const TRAP_HWBKPT = 4;
const ILL_ILLOPN = 2;
const SEGV_MAPERR = 1;
const EXIT = 60;
const EXIT_GROUP = 231;
const RT_SIGRETURN = 15;
/** A bound on instructions without a `ret`: no routine is as long. */
const LONGEST = 64;

const OP = {
  NOP: 0x90,
  INT3: 0xcc,
  RET: 0xc3,
  TWO: 0x0f,
  SYSCALL: 0x05,
  UD2: 0x0b,
  REX: 0x48,
  STORE: 0x89,
  LOAD: 0x8b,
} as const;

/** Runs in user mode until the kernel is entered, or the program's next call of a routine begins. */
export function runUser(kernel: SimKernel, task: SimTask): RunState {
  const { registers, mm } = task;
  const { words } = registers;
  registers.leaveCall(); // whatever brings it into the kernel next says what that is
  for (let n = 0; n < LONGEST; n++) {
    const at = registers.ip;
    if (task.debug?.inUse && task.debug.stopsAt(at)) return hardwareTrap(kernel, task);
    let wrote = false;
    let branched = false;
    switch (mm.byte(at)) {
      case OP.RET:
        if (n > 0 && task.step === Step.NONE) return returnToUser;
        call(task, nextCall(task));
        branched = true;
        break;
      case OP.NOP:
        registers.ip = at + 1;
        break;
      case OP.INT3:
        registers.ip = at + 1;
        forceSignal(kernel, task, { signo: SIG.SIGTRAP, errno: 0, code: SI_KERNEL, addr: 0n });
        return returnToUser;
      case OP.TWO:
        if (mm.byte(at + 1) === OP.SYSCALL) {
          registers.ip = at + 2;
          return enterSyscall(kernel, task);
        }
        return undefinedInstruction(kernel, task, at);
      case OP.REX:
        try {
          if (mm.byte(at + 1) === OP.STORE) {
            mm.write(words[R.RDI]!, new Uint8Array(words.slice(R.RSI, R.RSI + 1).buffer));
            wrote = true;
          } else {
            words[R.RAX] = new DataView(mm.read(words[R.RDI]!, 8).buffer).getBigUint64(0, true);
          }
        } catch (error) {
          if (!(error instanceof MemoryFault)) throw error;
          return segmentationFault(kernel, task, error.address);
        }
        registers.ip = at + 3;
        break;
      case -1:
        return segmentationFault(kernel, task, BigInt(at));
      default:
        return undefinedInstruction(kernel, task, at);
    }
    if (wrote && task.debug?.inUse && task.debug.wrote(Number(words[R.RDI]))) return hardwareTrap(kernel, task);
    if (!task.stepLost && (task.step === Step.SINGLE || (task.step === Step.BLOCK && branched))) {
      forceSignal(kernel, task, {
        signo: SIG.SIGTRAP,
        errno: 0,
        code: TRAP_TRACE,
        addr: BigInt(registers.ip),
      });
      return returnToUser;
    }
  }
  return returnToUser;
}

function hardwareTrap(kernel: SimKernel, task: SimTask): RunState {
  const info = { signo: SIG.SIGTRAP, errno: 0, code: TRAP_HWBKPT, addr: BigInt(task.registers.ip) };
  forceSignal(kernel, task, info);
  return returnToUser;
}

function undefinedInstruction(kernel: SimKernel, task: SimTask, at: number): RunState {
  forceSignal(kernel, task, { signo: SIG.SIGILL, errno: 0, code: ILL_ILLOPN, addr: BigInt(at) });
  return returnToUser;
}

function segmentationFault(kernel: SimKernel, task: SimTask, addr: bigint): RunState {
  forceSignal(kernel, task, { signo: SIG.SIGSEGV, errno: 0, code: SEGV_MAPERR, addr });
  return returnToUser;
}

/** The program's turn: what it does with the result, up to the next routine it calls. */
function nextCall(task: SimTask): UserCall {
  const frame = task.frames[task.frames.length - 1]!;
  let next: IteratorResult<UserCall, number | void>;
  if (frame.code === null) {
    frame.code = frame.start(task);
    next = frame.code.next(0);
  } else {
    const { result } = task.registers;
    frame.history = (Math.imul(frame.history, 31) + result) | 0;
    next = frame.code.next(result);
  }
  if (!next.done) return next.value;
  if (frame.end === 'handler') return { at: AT.RESTORER, nr: RT_SIGRETURN, args: [] };
  return { at: AT.SYSCALL, nr: frame.end === 'process' ? EXIT_GROUP : EXIT, args: [next.value ?? 0] };
}

const PLACES = [R.RDI, R.RSI, R.RDX, R.R10, R.R8, R.R9] as const;

function call({ registers }: SimTask, { at, nr, args }: UserCall): void {
  const { words } = registers;
  registers.leaveCall();
  words[R.RAX] = BigInt(nr);
  for (let i = 0; i < args.length; i++) words[PLACES[i]!] = BigInt.asUintN(64, BigInt(args[i]!));
  words[R.RIP] = BigInt(at);
}
