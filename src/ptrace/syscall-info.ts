/** PTRACE_GET_SYSCALL_INFO: told from the tracer's own stop, not from the real one (R3, pitfall 10). */

import { PTRACE_EVENT } from '../abi/ptrace.ts';
import { SIG } from '../abi/signals.ts';
import type { Task } from '../tracehook/task.ts';
import type { PtraceStop } from './stop.ts';

const OP = { NONE: 0, ENTRY: 1, EXIT: 2, SECCOMP: 3 } as const;
const AUDIT_ARCH: Readonly<Record<string, number>> = { 'x86-64': 0xc000003e, x32: 0xc000003e, i386: 0x40000003 };
const SIZE = 88;
/** si_code of a syscall-stop with TRACESYSGOOD, and of PTRACE_EVENT_SECCOMP (R3). */
const SYSGOOD_CODE = SIG.SIGTRAP | 0x80;
const SECCOMP_CODE = SIG.SIGTRAP | (PTRACE_EVENT.SECCOMP << 8);
/** offsetofend of the last member of each op. */
const ACTUAL = { [OP.NONE]: 24, [OP.ENTRY]: 80, [OP.EXIT]: 33, [OP.SECCOMP]: 84 } as const;

/** struct ptrace_syscall_info, and how many of its bytes mean something. The call at hand must be fresh. */
export function syscallInfo(task: Task, stop: PtraceStop): { readonly bytes: Uint8Array; readonly actual: number } {
  const bytes = new Uint8Array(SIZE);
  const view = new DataView(bytes.buffer);
  const { syscall, registers } = task;
  const op = opOf(stop);
  view.setUint8(0, op);
  if (op === OP.NONE) {
    view.setUint32(4, AUDIT_ARCH[registers.get('cs') === 0x23n ? 'i386' : 'x86-64']!, true);
    view.setBigUint64(8, registers.get('rip'), true);
    view.setBigUint64(16, registers.get('rsp'), true);
    return { bytes, actual: ACTUAL[op] };
  }
  view.setUint32(4, AUDIT_ARCH[syscall.abi]!, true);
  view.setBigUint64(8, syscall.instructionPointer, true);
  view.setBigUint64(16, syscall.stackPointer, true);
  if (op === OP.EXIT) {
    const result = syscall.result64;
    view.setBigInt64(24, result, true);
    view.setUint8(32, result < 0n && result >= -4095n ? 1 : 0);
    return { bytes, actual: ACTUAL[op] };
  }
  view.setBigUint64(24, BigInt.asUintN(64, BigInt(syscall.nr)), true);
  for (let i = 0; i < 6; i++) view.setBigUint64(32 + 8 * i, syscall.arg(i), true);
  if (op === OP.SECCOMP) view.setUint32(80, stop.retData ?? 0, true);
  return { bytes, actual: ACTUAL[op] };
}

/** ptrace_get_syscall_info_op: by the code of the siginfo, which SETSIGINFO may have changed. */
function opOf({ siginfo, kind, retData }: PtraceStop): (typeof OP)[keyof typeof OP] {
  if (siginfo?.code === SECCOMP_CODE) return retData === undefined ? OP.NONE : OP.SECCOMP;
  if (siginfo?.code !== SYSGOOD_CODE) return OP.NONE;
  return kind === 'entry' ? OP.ENTRY : kind === 'exit' ? OP.EXIT : OP.NONE;
}
