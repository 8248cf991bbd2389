/** The seccomp filter of a spawned tree: RET_TRACE for the calls somebody wants, RET_ALLOW for the rest. */

import { CLONE } from '../abi/clone.ts';
import { SIG } from '../abi/signals.ts';
import { syscallNumber } from '../abi/syscalls.ts';
import type { AbiName } from '../tracehook/machine.ts';
import type { SyscallSet } from '../tracehook/syscall-set.ts';
import type { Arch } from './arch/index.ts';

// struct sock_filter { u16 code; u8 jt, jf; u32 k } and struct seccomp_data { int nr; u32 arch; … }
const LD_ABS = 0x20;
const JEQ = 0x15;
const JGE = 0x35;
const RET = 0x06;
const NR_OFFSET = 0;
const ARCH_OFFSET = 4;
const RET_ALLOW = 0x7fff0000;
/** SECCOMP_RET_DATA of our filter: a stop that says otherwise comes (also) from a filter of the program's own. */
export const FILTER_COOKIE = 0x7574;
const RET_TRACE = 0x7ff00000 | FILTER_COOKIE;
/** The same for calls that are looked at on their way, in trees whose waits are served: sigaction of SIGCHLD, SIGCONT and SIGTRAP, clone, a prctl, affinities. */
export const LOOK_COOKIE = 0x7575;
const RET_LOOK = 0x7ff00000 | LOOK_COOKIE;
/** The same for the files that a tracer opens (proc-filter.ts). */
export const PROC_COOKIE = 0x7576;
const RET_PROC = 0x7ff00000 | PROC_COOKIE;
const ARG0_OFFSET = 16;
const PR_GET_SECCOMP = 21;
const SIGACTIONS = ['rt_sigaction', 'sigaction', 'signal'];
const JSET = 0x45;

/** struct sock_filter. */
export type Instruction = readonly [code: number, jt: number, jf: number, k: number];

/** What else stops in a tree whose ptrace and waits are served. */
export interface ServedTree {
  /** Opens that may be of files in /proc (proc-filter.ts). */
  readonly opens: boolean;
}

/**
 * The program as bytes (struct sock_filter[]). A call on an ABI that the set does not know runs free. `served`: with what
 * is looked at on its way.
 */
export function buildFilter(arch: Arch, calls: SyscallSet, served: ServedTree | null = null): Uint8Array {
  const program: Instruction[] = [[LD_ABS, 0, 0, ARCH_OFFSET]];
  for (const [auditArch, abi] of arch.auditArchs) {
    const block: Instruction[] = [[LD_ABS, 0, 0, NR_OFFSET], ...ranges(calls.numbers(abi)).flatMap(rangeTest)];
    if (served?.opens) block.push(...openTests(abi));
    if (served !== null)
      block.push(...prctlTest(abi), ...affinityTests(abi), ...cloneTests(abi), ...sigactionTest(abi));
    block.push([RET, 0, 0, RET_ALLOW]);
    // Jumps are 8 bits: step over a block by one conditional and one unconditional-by-return pair.
    program.push([JEQ, 1, 0, auditArch], [0x05, 0, 0, block.length], ...block);
  }
  program.push([RET, 0, 0, RET_ALLOW]);
  return assemble(program);
}

/** The program as the kernel takes it. */
export function assemble(program: readonly Instruction[]): Uint8Array {
  const bytes = new Uint8Array(program.length * 8);
  const view = new DataView(bytes.buffer);
  program.forEach(([code, jt, jf, k], i) => {
    view.setUint16(i * 8, code, true);
    view.setUint8(i * 8 + 2, jt);
    view.setUint8(i * 8 + 3, jf);
    view.setUint32(i * 8 + 4, k >>> 0, true);
  });
  return bytes;
}

/** clone with CLONE_UNTRACED; clone3, whose flags are in memory, in any case. */
function cloneTests(abi: AbiName): Instruction[] {
  return [
    [JEQ, 0, 1, syscallNumber(abi, 'clone3')!],
    [RET, 0, 0, RET_LOOK],
    [JEQ, 0, 4, syscallNumber(abi, 'clone')!],
    [LD_ABS, 0, 0, ARG0_OFFSET],
    [JSET, 0, 1, CLONE.UNTRACED],
    [RET, 0, 0, RET_LOOK],
    [RET, 0, 0, RET_ALLOW],
  ];
}

// An open with one of these can be no open of what we serve: O_CREAT, O_DIRECTORY, O_PATH.
const OTHER_OPENS = 0o100 | 0o200000 | 0o10000000;

/** Opens of what may be a file that is served; in what follows the number is to be loaded again. */
export const openTests = (abi: AbiName): Instruction[] => [
  ...unless('open', abi, [LD_ABS, 0, 0, ARG0_OFFSET + 8], [JSET, 0, 1, OTHER_OPENS]),
  ...unless('openat', abi, [LD_ABS, 0, 0, ARG0_OFFSET + 16], [JSET, 0, 1, OTHER_OPENS]),
  [JEQ, 0, 1, syscallNumber(abi, 'openat2')!],
  [RET, 0, 0, RET_PROC],
];

/** The call stops, unless an argument has one of these bits. */
const unless = (name: string, abi: AbiName, load: Instruction, test: Instruction): Instruction[] => [
  [JEQ, 0, 4, syscallNumber(abi, name)!],
  load,
  test,
  [RET, 0, 0, RET_ALLOW],
  [RET, 0, 0, RET_PROC],
];

/** PR_GET_SECCOMP would tell of our filter. */
function prctlTest(abi: AbiName): Instruction[] {
  return [
    [JEQ, 0, 4, syscallNumber(abi, 'prctl')!],
    [LD_ABS, 0, 0, ARG0_OFFSET],
    [JEQ, 0, 1, PR_GET_SECCOMP],
    [RET, 0, 0, RET_LOOK],
    [RET, 0, 0, RET_ALLOW],
  ];
}

/** While the call lasts nobody is held (holds.ts). */
function affinityTests(abi: AbiName): Instruction[] {
  return ['sched_setaffinity', 'sched_getaffinity'].flatMap((name): Instruction[] => [
    [JEQ, 0, 1, syscallNumber(abi, name)!],
    [RET, 0, 0, RET_LOOK],
  ]);
}

function sigactionTest(abi: AbiName): Instruction[] {
  const numbers = SIGACTIONS.map((name) => syscallNumber(abi, name)).filter((nr) => nr !== undefined);
  const tests = numbers.map(
    (nr, i): Instruction => [JEQ, numbers.length - 1 - i, i === numbers.length - 1 ? 5 : 0, nr],
  );
  const signals: Instruction[] = [
    [JEQ, 2, 0, SIG.SIGCHLD],
    [JEQ, 1, 0, SIG.SIGCONT],
    [JEQ, 0, 1, SIG.SIGTRAP],
  ];
  return [...tests, [LD_ABS, 0, 0, ARG0_OFFSET], ...signals, [RET, 0, 0, RET_LOOK]];
}

/** Runs of consecutive numbers: most sets have few. */
function ranges(numbers: readonly number[]): [from: number, to: number][] {
  const found: [number, number][] = [];
  for (const nr of numbers) {
    const last = found.at(-1);
    if (last !== undefined && last[1] === nr - 1) last[1] = nr;
    else found.push([nr, nr]);
  }
  return found;
}

function rangeTest([from, to]: [number, number]): Instruction[] {
  return from === to
    ? [
        [JEQ, 0, 1, from],
        [RET, 0, 0, RET_TRACE],
      ]
    : [
        [JGE, 0, 2, from],
        [JGE, 1, 0, to + 1],
        [RET, 0, 0, RET_TRACE],
      ];
}
