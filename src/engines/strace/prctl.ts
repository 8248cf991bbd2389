/** Owns the decoder of prctl: the operations with one simple argument; others print their arguments in hex. */

import { CAPABILITIES, PRCTL_OPS, PRCTL_VMA, SECCOMP_MODES } from '../../abi/flags/process.ts';
import { both, decimalResult, errorText, signalText, structAt } from './args.ts';
import type { CallContext } from './context.ts';
import { addrText, hexText, i32, quoteBytes, word } from './text.ts';

const op = PRCTL_OPS.values as Readonly<Record<string, number>>;
const set = (...names: string[]): ReadonlySet<number> => new Set(names.map((name) => op[name] as number));

/** Operations without further arguments. */
const PLAIN = set(
  'PR_GET_DUMPABLE',
  'PR_GET_KEEPCAPS',
  'PR_GET_SECCOMP',
  'PR_GET_TIMERSLACK',
  'PR_GET_TIMING',
  'PR_GET_SECUREBITS',
  'PR_TASK_PERF_EVENTS_DISABLE',
  'PR_TASK_PERF_EVENTS_ENABLE',
);
/** Operations whose second argument is a decimal number. */
const NUMBER = set('PR_SET_KEEPCAPS', 'PR_SET_TIMING');
const NUMBER_LONG = set('PR_SET_TIMERSLACK', 'PR_SET_CHILD_SUBREAPER');
const OUT_INT = set('PR_GET_CHILD_SUBREAPER', 'PR_GET_PDEATHSIG');

const GET_TSC = 25;
const GET_TID_ADDRESS = 40;
const TSC = ['', 'PR_TSC_ENABLE', 'PR_TSC_SIGSEGV'] as const;
const SET_PDEATHSIG = 1;
const SET_DUMPABLE = 4;
const SET_NAME = 15;
const GET_NAME = 16;
const SET_SECCOMP = 22;
const SET_NO_NEW_PRIVS = 38;
const GET_NO_NEW_PRIVS = 39;
const CAPBSET_READ = 23;
const CAPBSET_DROP = 24;
const SET_PTRACER = 0x59616d61;
const SET_VMA = 0x53564d41;
const TASK_COMM = 16;
const DUMPABLE = ['SUID_DUMP_DISABLE', 'SUID_DUMP_USER', 'SUID_DUMP_ROOT'] as const;

const MODE_STRICT = 1;
const MODE_FILTER = 2;

/** What follows the mode of PR_SET_SECCOMP. */
function seccompRest(mode: number, rest: string, program: string): string {
  return mode === MODE_STRICT ? '' : mode === MODE_FILTER ? `, ${program}` : rest;
}

const VMA_NAME_MAX = 80;

function vmaName(c: CallContext): string {
  const address = c.addr(4);
  if (address === 0) return 'NULL';
  try {
    const { bytes, terminated } = c.memory.readString(address, VMA_NAME_MAX);
    return terminated ? quoteBytes(bytes) : `${quoteBytes(bytes)}...`;
  } catch {
    return addrText(address);
  }
}

/** prctl. */
export const prctl = both(
  (c) => {
    const code = c.call.argInt(0);
    const head = PRCTL_OPS.value(code);
    const at = c.addr(1);
    if (PLAIN.has(code)) return head;
    if (NUMBER.has(code) || NUMBER_LONG.has(code)) return `${head}, ${at}`;
    if (OUT_INT.has(code) || code === GET_NAME || code === GET_TSC || code === GET_TID_ADDRESS) {
      c.complete = false;
      return `${head}, `;
    }
    const hexRest = (from: number): string => {
      let text = '';
      for (let k = from; k < 5; k++) text += `, ${hexText(c.addr(k))}`;
      return text;
    };
    switch (code) {
      case SET_PDEATHSIG:
        return `${head}, ${c.call.argInt(1) === 0 ? '0' : signalText(c.call.argInt(1))}`;
      case SET_DUMPABLE:
        return `${head}, ${DUMPABLE[Number(at)] ?? `${hexText(at)} /* SUID_DUMP_??? */`}`;
      case SET_NAME: {
        if (at === 0) return `${head}, NULL`;
        try {
          const s = c.memory.readString(at, TASK_COMM);
          const limited = Math.min(s.bytes.length, TASK_COMM - 1);
          return `${head}, ${c.bytes(at, limited)}${s.bytes.length > limited ? '...' : ''}`;
        } catch {
          return `${head}, ${c.addrText(1)}`;
        }
      }
      case SET_SECCOMP:
        return `${head}, ${SECCOMP_MODES.value(Number(at))}${seccompRest(Number(at), hexRest(2), c.addrText(2))}`;
      case CAPBSET_READ:
      case CAPBSET_DROP:
        return `${head}, ${CAPABILITIES.value(Number(at))}`;
      case SET_PTRACER:
        return `${head}, ${c.call.argInt(1) === -1 ? 'PR_SET_PTRACER_ANY' : at}`;
      case SET_VMA:
        return `${head}, ${PRCTL_VMA.value(Number(at))}, ${c.addrText(2)}, ${c.addr(3)}, ${vmaName(c)}`;
      case SET_NO_NEW_PRIVS:
        return `${head}, ${at}${hexRest(2)}`;
      case GET_NO_NEW_PRIVS:
        return `${head}${hexRest(1)}`;
      default:
        return `${head}${hexRest(1)}`;
    }
  },
  (c) => {
    if (c.call.failed) return c.addrText(1);
    const code = c.call.argInt(0);
    if (code === GET_NAME) return c.string(c.addr(1));
    if (code === GET_TID_ADDRESS)
      return structAt(c, c.addr(1), c.wordSize, (b) => `[${addrText(word(b, 0, c.wordSize))}]`);
    if (code === GET_TSC) return structAt(c, c.addr(1), 4, (b) => `[${TSC[i32(b, 0)] ?? i32(b, 0)}]`);
    const sig = code === op.PR_GET_PDEATHSIG;
    return structAt(c, c.addr(1), 4, (b) => `[${sig && i32(b, 0) !== 0 ? signalText(i32(b, 0)) : i32(b, 0)}]`);
  },
  (c) => {
    if (c.call.failed) return errorText(-c.call.result);
    if (c.call.argInt(0) === op.PR_GET_DUMPABLE) {
      const name = DUMPABLE[c.call.result];
      if (name !== undefined) c.aux = ` (${name})`;
      return String(c.call.result);
    }
    return decimalResult(c);
  },
);
