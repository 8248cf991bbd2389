/** Calls and replies as bytes on the stage: what the actor's registers and buffers hold before and after. x86-64. */

import { PTRACE } from '../../../src/abi/ptrace.ts';
import { decodeSiginfo, encodeSiginfo, SIGINFO_SIZE, type Siginfo } from '../../../src/abi/siginfo.ts';
import { sig, WAIT } from './calls.ts';
import { ACTOR_AT, DATA_SIZE, DO, PASSIVE_AT, STAGE_AT } from './layout.ts';
import type { Arg, Call, Registers, Reply, SyscallInfo } from './play.ts';

/** What the encoding of an order depends on. */
export interface Place {
  /** Where the order's data will be in the actor. */
  readonly data: number;
  readonly slot: number;
  readonly handler: number;
  readonly restorer: number;
}

export interface Order {
  readonly op: number;
  readonly args: readonly (number | bigint)[];
  readonly data: Buffer;
}

export const PEEK: Readonly<Record<string, number>> = {
  PEEKTEXT: 1,
  PEEKDATA: 2,
  POKETEXT: 4,
  POKEDATA: 5,
  POKEUSER: 6,
  TRACEME: 0,
};
const requestOf = (name: string): number => {
  const n = PEEK[name] ?? (PTRACE as Readonly<Record<string, number>>)[name];
  if (n === undefined) throw new Error(`no such request: ${name}`);
  return n;
};

/** user_regs_struct, in order. */
export const REGISTERS =
  'r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss fs_base gs_base ds es fs gs'.split(
    ' ',
  );
const REGISTERS_SIZE = REGISTERS.length * 8;

export const CLONE: Readonly<Record<string, number>> = {
  SIGCHLD: 17,
  CLONE_VM: 0x100,
  CLONE_FS: 0x200,
  CLONE_FILES: 0x400,
  CLONE_SIGHAND: 0x800,
  CLONE_PTRACE: 0x2000,
  CLONE_VFORK: 0x4000,
  CLONE_PARENT: 0x8000,
  CLONE_THREAD: 0x10000,
  CLONE_SYSVSEM: 0x40000,
  CLONE_UNTRACED: 0x800000,
};
const SA: Readonly<Record<string, number>> = {
  SA_NOCLDSTOP: 1,
  SA_NOCLDWAIT: 2,
  SA_RESTART: 0x10000000,
  SA_NODEFER: 0x40000000,
  SA_RESETHAND: 0x80000000,
};
const SA_SIGINFO = 4;
const SA_RESTORER = 0x04000000;

/** Calls that take plain numbers. */
const PLAIN: Readonly<Record<string, number>> = {
  pause: 34,
  getpid: 39,
  getppid: 110,
  spin: DO.SPIN,
  loop: DO.LOOP,
  breakCall: DO.BREAK_CALL,
  breakNops: DO.BREAK_NOPS,
  exit: 60,
  exitGroup: 231,
  kill: 62,
  tgkill: 234,
  setpgid: 109,
  getpgid: 121,
  setsid: 112,
  prctl: 157,
  setuid: 105,
  store: DO.STORE,
  load: DO.LOAD,
  strike: DO.STRIKE,
};

/** 64-bit words, one after the other. */
export const writeWords = (to: Buffer, words: readonly (number | bigint)[]): void => {
  words.forEach((word, k) => {
    to.writeBigUInt64LE(BigInt.asUintN(64, BigInt(word)), k * 8);
  });
};

const num = (arg: Arg | undefined): number => Number(arg);
const mask = (signals: Arg | undefined): bigint =>
  (signals as readonly string[]).reduce((bits, name) => bits | (1n << BigInt(sig(name) - 1)), 0n);
const time = (data: Buffer, at: number, ms: number): void => {
  data.writeBigInt64LE(BigInt(Math.floor(ms / 1000)), at);
  data.writeBigInt64LE(BigInt((ms % 1000) * 1e6), at + 8);
};

/** What an actor has to be given to make this call. */
export function encode({ call, args: a }: Call, place: Place): Order {
  const data = Buffer.alloc(DATA_SIZE);
  const at = place.data;
  const order = (op: number, ...args: (number | bigint)[]): Order => ({ op, args, data });
  const plain = PLAIN[call];
  if (plain !== undefined) return order(plain, ...(a as readonly number[]));
  switch (call) {
    case 'ptrace':
      return encodePtrace(a, data, at);
    case 'wait4':
      data.fill(0xff, USAGE_AT, USAGE_AT + USAGE_SIZE);
      return order(61, num(a[0]), at, waitBits(a[1]), at + USAGE_AT);
    case 'waitid':
      data.fill(0xff, USAGE_AT, USAGE_AT + USAGE_SIZE);
      return order(
        247,
        { P_ALL: 0, P_PID: 1, P_PGID: 2 }[a[0] as string] ?? 0,
        num(a[1]),
        at,
        waitBits(a[2]),
        at + USAGE_AT,
      );
    case 'clone':
      return order(DO.CLONE, bits(a[0] as readonly string[], CLONE), num(a[1]), num(a[2]));
    case 'fault':
      return order(DO.FAULT, a[0] === 'ill' ? 1 : 0, 0);
    case 'exec':
      return encodeExec(ACTOR_AT, ['actor', 'again', String(place.slot)], data, at);
    case 'becomePassive':
      return encodeExec(PASSIVE_AT, ['passive', String(place.slot), String(a[0]), String(a[1])], data, at);
    case 'execNothing':
      data.write('/nothing/there\0', 64, 'latin1');
      return order(59, at + 64, at, at);
    case 'nanosleep':
      time(data, 0, num(a[0]));
      return order(35, at, 0);
    case 'coreLimit':
      writeWords(data, [num(a[0]), num(a[0])]);
      return order(160, 4, at);
    case 'sigqueue':
      data.set(
        encodeSiginfo({ signo: num(a[1]), errno: 0, code: -1, pid: num(a[0]), uid: 0, value: BigInt(num(a[2])) }),
      );
      return order(129, num(a[0]), num(a[1]), at);
    case 'sigaction': {
      const handler = a[1] === 'handler' ? place.handler : a[1] === 'ignore' ? 1 : 0;
      const flags = bits(a[2] as readonly string[], SA) + SA_SIGINFO + SA_RESTORER;
      writeWords(data, [handler, flags, place.restorer, 0]);
      return order(13, num(a[0]), at, 0, 8);
    }
    case 'sigprocmask':
      data.writeBigUInt64LE(mask(a[1]), 0);
      return order(14, { block: 0, unblock: 1, set: 2 }[a[0] as string] ?? 2, at, 0, 8);
    case 'sigpending':
      return order(127, at, 8);
    case 'sigsuspend':
      data.writeBigUInt64LE(mask(a[0]), 0);
      return order(130, at, 8);
    case 'sigtimedwait':
      data.writeBigUInt64LE(mask(a[0]), 256);
      time(data, 272, num(a[1]));
      return order(128, at + 256, at, at + 272, 8);
    case 'signalfd':
      data.writeBigUInt64LE(mask(a[0]), 0);
      return order(289, -1, at, 8, 0);
    case 'readSignal':
      return order(0, num(a[0]), at, 128);
    case 'epollCreate':
      return order(291, 0);
    case 'epollWait':
      return order(232, num(a[0]), at, 1, num(a[1]));
    case 'seccomp':
      return encodeSeccomp(a, data, at);
    case 'raw':
      return order(num(a[0]), ...(a.slice(1) as (number | bigint)[]));
    default:
      throw new Error(`no such call: ${call}`);
  }
}

const waitBits = (options: Arg | undefined): number =>
  bits((options ?? []) as readonly string[], WAIT as Readonly<Record<string, number>>);
/** Without the sign that `|` would bring. */
const bits = (names: readonly string[], table: Readonly<Record<string, number>>): number =>
  names.reduce((sum, name) => sum + (table[name] ?? Number.NaN), 0);

/** Requests that fill a buffer, or read one. */
const BUFFERED: ReadonlySet<string> = new Set(
  'PEEKTEXT PEEKDATA PEEKUSER GETREGS SETREGS GETSIGINFO SETSIGINFO GETEVENTMSG GETSIGMASK SETSIGMASK GET_SYSCALL_INFO GETREGSET PEEKSIGINFO'.split(
    ' ',
  ),
);
const IOVEC_AT = 512;

function encodePtrace(a: readonly Arg[], data: Buffer, at: number): Order {
  const [request, pid, addr, value] = [a[0] as string, num(a[1]), a[2] as number | bigint, a[3]];
  const order = (where: number | bigint, pointer: number | bigint): Order => ({
    op: 101,
    args: [requestOf(request), pid, where, pointer],
    data,
  });
  if (!BUFFERED.has(request)) return order(addr, value as number | bigint);
  switch (request) {
    case 'SETREGS':
      writeWords(
        data,
        REGISTERS.map((name) => (value as Registers)[name] ?? 0n),
      );
      return order(addr, at);
    case 'SETSIGINFO':
      data.set(encodeSiginfo(value as Siginfo));
      return order(addr, at);
    case 'SETSIGMASK':
      data.writeBigUInt64LE(mask(value), 0);
      return order(8, at);
    case 'GETSIGMASK':
      return order(8, at);
    case 'GET_SYSCALL_INFO':
      return order(256, at);
    case 'GETREGSET':
      data.writeBigUInt64LE(BigInt(at), IOVEC_AT);
      data.writeBigUInt64LE(512n, IOVEC_AT + 8);
      return order(addr, at + IOVEC_AT);
    case 'PEEKSIGINFO': // addr: 1 = the shared queue
      data.writeUInt32LE(Number(addr), IOVEC_AT + 8);
      data.writeInt32LE(4, IOVEC_AT + 12);
      return order(at + IOVEC_AT, at);
    default:
      return order(addr, at);
  }
}

/** execve with these arguments and no environment. */
function encodeExec(path: number, args: readonly string[], data: Buffer, at: number): Order {
  let text = 64;
  args.forEach((arg, k) => {
    data.writeBigUInt64LE(BigInt(at + text), k * 8);
    text += data.write(`${arg}\0`, text, 'latin1');
  });
  return { op: 59, args: [STAGE_AT + path, at, at + args.length * 8], data };
}

/** if (nr == a[0]) return the action; return ALLOW. */
function encodeSeccomp(a: readonly Arg[], data: Buffer, at: number): Order {
  const action = (a[1] === 'trace' ? 0x7ff00000 : 0x00050000) + num(a[2]);
  const program: readonly [number, number, number, number][] = [
    [0x20, 0, 0, 0],
    [0x15, 0, 1, num(a[0])],
    [0x06, 0, 0, action],
    [0x06, 0, 0, 0x7fff0000],
  ];
  program.forEach(([code, yes, no, k], n) => {
    data.writeUInt16LE(code, 64 + n * 8);
    data.writeUInt8(yes, 66 + n * 8);
    data.writeUInt8(no, 67 + n * 8);
    data.writeUInt32LE(k, 68 + n * 8);
  });
  data.writeUInt16LE(program.length, 0);
  data.writeBigUInt64LE(BigInt(at + 64), 8);
  return { op: 317, args: [1, 0, at], data };
}

/** What the actor's registers and buffers say after the call. */
export function decode(call: Call, ret: number, data: Buffer): Reply {
  const reply = { call, ret };
  if (ret < 0) return reply;
  const a = call.args;
  switch (call.call) {
    case 'wait4':
      return { ...reply, status: data.readInt32LE(0), usage: usageMakesSense(data) };
    case 'waitid':
      return { ...reply, siginfo: decodeSiginfo(data.subarray(0, SIGINFO_SIZE)), usage: usageMakesSense(data) };
    case 'sigtimedwait':
      return { ...reply, siginfo: decodeSiginfo(data.subarray(0, SIGINFO_SIZE)) };
    case 'sigpending':
      return { ...reply, value: data.readBigUInt64LE(0) };
    case 'readSignal':
      return { ...reply, value: BigInt(data.readUInt32LE(0)) };
    case 'ptrace':
      return { ...reply, ...decodePtrace(a[0] as string, ret, data) };
    default:
      return reply;
  }
}

const USAGE_AT = 256;
const USAGE_SIZE = 144;

/** Every word of the buffer, which was all ones, was written, with something that is not negative. */
const usageMakesSense = (data: Buffer): boolean =>
  Array.from({ length: USAGE_SIZE / 8 }, (_, k) => data.readBigInt64LE(USAGE_AT + k * 8)).every((word) => word >= 0n);

function decodePtrace(request: string, ret: number, data: Buffer): Partial<Reply> {
  switch (request) {
    case 'PEEKTEXT':
    case 'PEEKDATA':
    case 'PEEKUSER':
    case 'GETEVENTMSG':
    case 'GETSIGMASK':
      return { value: data.readBigUInt64LE(0) };
    case 'GETREGS':
      return { regs: decodeRegisters(data) };
    case 'GETREGSET':
      return { regs: decodeRegisters(data), value: data.readBigUInt64LE(IOVEC_AT + 8) };
    case 'GETSIGINFO':
      return { siginfo: decodeSiginfo(data.subarray(0, SIGINFO_SIZE)) };
    case 'PEEKSIGINFO':
      return {
        siginfos: Array.from({ length: ret }, (_, k) =>
          decodeSiginfo(data.subarray(k * SIGINFO_SIZE, (k + 1) * SIGINFO_SIZE)),
        ),
      };
    case 'GET_SYSCALL_INFO':
      return { info: decodeInfo(ret, data) };
    default:
      return {};
  }
}

function decodeRegisters(data: Buffer): Registers {
  if (data.length < REGISTERS_SIZE) throw new Error('short');
  return Object.fromEntries(REGISTERS.map((name, k) => [name, data.readBigUInt64LE(k * 8)]));
}

function decodeInfo(size: number, data: Buffer): SyscallInfo {
  const op = (['none', 'entry', 'exit', 'seccomp'] as const)[data.readUInt8(0)] ?? 'none';
  if (op === 'none') return { op, size };
  if (op === 'exit') return { op, size, result: data.readBigInt64LE(24) };
  const args = Array.from({ length: 6 }, (_, k) => data.readBigUInt64LE(32 + k * 8));
  const info = { op, size, nr: Number(data.readBigUInt64LE(24)), args };
  return op === 'seccomp' ? { ...info, data: data.readUInt32LE(80) } : info;
}
