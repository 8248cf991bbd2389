/** seccomp as far as tracing sees it (R44): filters are classic BPF programs, and the strictest answer holds. */

import type { SyscallState } from '../tracehook/machine.ts';

export type SeccompAction =
  | { readonly do: 'allow' }
  | { readonly do: 'trace'; readonly data: number }
  | { readonly do: 'errno'; readonly data: number }
  | { readonly do: 'kill' };

/** struct sock_filter. */
interface Instruction {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

export type SeccompFilter = readonly Instruction[];

export const INSTRUCTION_SIZE = 8;
const MAX_INSTRUCTIONS = 4096;

/** The instructions that are understood: as many as filters are made of that look at numbers and flags. */
const OP = { LD_ABS: 0x20, JA: 0x05, JEQ: 0x15, JGT: 0x25, JGE: 0x35, JSET: 0x45, RET: 0x06 } as const;
const KNOWN: ReadonlySet<number> = new Set(Object.values(OP));

/** bpf_check_classic, as far as it goes: null for a program that the kernel would refuse, or that is not understood. */
export function parseProgram(bytes: Uint8Array): SeccompFilter | null {
  const count = bytes.length / INSTRUCTION_SIZE;
  if (count < 1 || count > MAX_INSTRUCTIONS) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const program: Instruction[] = [];
  for (let i = 0; i < count; i++) {
    const at = i * INSTRUCTION_SIZE;
    const [code, jt, jf] = [view.getUint16(at, true), view.getUint8(at + 2), view.getUint8(at + 3)];
    const k = view.getUint32(at + 4, true);
    const furthest = code === OP.JA ? k : code === OP.LD_ABS || code === OP.RET ? 0 : Math.max(jt, jf);
    if (!KNOWN.has(code) || (furthest > 0 && i + 1 + furthest >= count)) return null;
    if (code === OP.LD_ABS && (k % 4 !== 0 || k >= DATA_WORDS * 4)) return null;
    program.push({ code, jt, jf, k });
  }
  return program[count - 1]!.code === OP.RET ? program : null;
}

const AUDIT_ARCH_X86_64 = 0xc000003e;
const DATA_WORDS = 16;

/** struct seccomp_data, in words. */
function dataOf(call: SyscallState): Uint32Array {
  const words = new Uint32Array(DATA_WORDS);
  const wide = (at: number, value: bigint): void => {
    words[at] = Number(value & 0xffffffffn);
    words[at + 1] = Number((value >> 32n) & 0xffffffffn);
  };
  words[0] = call.nr;
  words[1] = AUDIT_ARCH_X86_64;
  wide(2, call.instructionPointer);
  for (let i = 0; i < 6; i++) wide(4 + 2 * i, call.arg(i));
  return words;
}

/** SECCOMP_RET_* of a program. */
function runProgram(program: SeccompFilter, data: Uint32Array): number {
  let a = 0;
  for (let at = 0; ; at++) {
    const { code, jt, jf, k } = program[at]!;
    switch (code) {
      case OP.LD_ABS:
        a = data[k / 4]!;
        break;
      case OP.JA:
        at += k;
        break;
      case OP.JEQ:
        at += a === k ? jt : jf;
        break;
      case OP.JGT:
        at += a > k ? jt : jf;
        break;
      case OP.JGE:
        at += a >= k ? jt : jf;
        break;
      case OP.JSET:
        at += (a & k) !== 0 ? jt : jf;
        break;
      default:
        return k;
    }
  }
}

const ALLOW: SeccompAction = { do: 'allow' };
/** The higher rank wins. */
const RANK = { allow: 0, trace: 1, errno: 2, kill: 3 } as const;

/** seccomp_run_filters: of equals the newest. */
export function runFilters(filters: readonly SeccompFilter[], call: SyscallState): SeccompAction {
  const data = dataOf(call);
  let result: SeccompAction = ALLOW;
  for (let i = filters.length - 1; i >= 0; i--) {
    const action = actionOf(runProgram(filters[i]!, data));
    if (RANK[action.do] > RANK[result.do]) result = action;
  }
  return result;
}

const RET = {
  ACTION: 0xffff0000,
  DATA: 0xffff,
  KILL_PROCESS: 0x80000000,
  KILL: 0,
  ERRNO: 0x50000,
  TRACE: 0x7ff00000,
} as const;

/** SECCOMP_RET_* as an action. */
function actionOf(value: number): SeccompAction {
  const data = value & RET.DATA;
  switch ((value & RET.ACTION) >>> 0) {
    case RET.KILL:
    case RET.KILL_PROCESS:
      return { do: 'kill' };
    case RET.ERRNO:
      return { do: 'errno', data };
    case RET.TRACE:
      return { do: 'trace', data };
    default:
      return ALLOW;
  }
}
