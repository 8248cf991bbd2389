/** Owns the decoder of ptrace: its arguments differ per request. */

import { PTRACE_OPTIONS, PTRACE_REQUESTS } from '../../abi/flags/process.ts';
import { call, signalText, structAt } from './args.ts';
import type { CallContext } from './context.ts';
import { hexText, u64 } from './text.ts';

const USER_REGISTERS =
  'R15 R14 R13 R12 RBP RBX R11 R10 R9 R8 RAX RCX RDX RSI RDI ORIG_RAX RIP CS EFLAGS RSP SS FS_BASE GS_BASE DS ES FS GS'.split(
    ' ',
  );

/** An offset in struct user: `8*RIP`. */
function userOffset(at: number | bigint): string {
  const n = Number(at);
  const name = n % 8 === 0 ? USER_REGISTERS[n / 8] : undefined;
  return name === undefined ? hexText(at) : `8*${name}`;
}

const PEEKUSER = 3;
const POKEUSER = 6;
const REGISTERS: ReadonlySet<number> = new Set([12, 13, 14, 15, 18, 19]);
const SIZED: ReadonlySet<number> = new Set([0x420a, 0x420b, 0x420c, 0x420d, 0x420e, 0x420f]);
const REGSETS: ReadonlyMap<number, string> = new Map([
  [1, 'NT_PRSTATUS'],
  [2, 'NT_FPREGSET'],
  [0x10, 'NT_LWPSTATUS'],
  [0x202, 'NT_X86_XSTATE'],
]);
const GETREGSET = 0x4204;
const SETREGSET = 0x4205;
const OLDSETOPTIONS = 21;

const PEEKS: ReadonlySet<number> = new Set([1, 2, 3]);
const PTRACE_SETOPTIONS = 0x4200;
const PTRACE_GETEVENTMSG = 0x4201;
const PTRACE_SEIZE = 0x4206;
const SIGNAL_DATA: ReadonlySet<number> = new Set([7, 9, 17, 24, 31, 32, 33]);
const TID_ONLY: ReadonlySet<number> = new Set([0, 8, 16, 0x4207, 0x4208]);

/** ptrace(2): the requests whose arguments are plain; the rest with addresses. */
export const ptrace = call(
  (c) => {
    const request = c.call.argInt(0);
    let text = PTRACE_REQUESTS.value(request);
    if (request === 0) return text;
    text += `, ${c.call.argInt(1)}`;
    if (TID_ONLY.has(request)) return text;
    if (SIGNAL_DATA.has(request)) return `${text}, ${c.addrText(2)}, ${dataSignal(c)}`;
    if (REGISTERS.has(request)) return `${text}, ${c.addrText(3)}`;
    if (SIZED.has(request)) return `${text}, ${c.addr(2)}, ${c.addrText(3)}`;
    if (request === GETREGSET || request === SETREGSET) {
      const type = Number(c.addr(2));
      return `${text}, ${REGSETS.get(type) ?? `${hexText(type)} /* NT_??? */`}, ${c.addrText(3)}`;
    }
    if (request === POKEUSER) return `${text}, ${userOffset(c.addr(2))}, ${c.addrText(3)}`;
    if (request === PTRACE_SETOPTIONS || request === PTRACE_SEIZE || request === OLDSETOPTIONS) {
      return `${text}, ${c.addrText(2)}, ${PTRACE_OPTIONS.flags(c.call.argInt(3))}`;
    }
    if (request === PTRACE_GETEVENTMSG || PEEKS.has(request)) {
      c.complete = false;
      return `${text}, ${request === PEEKUSER ? userOffset(c.addr(2)) : c.addrText(2)}, `;
    }
    return `${text}, ${c.addrText(2)}, ${c.addrText(3)}`;
  },
  (c) => (c.call.failed ? c.addrText(3) : structAt(c, c.addr(3), 8, (b) => `[${hexText(u64(b, 0))}]`)),
);

const dataSignal = (c: CallContext): string => signalText(c.call.argInt(3));
