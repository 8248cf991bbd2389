/** Owns the decoder of futex: its arguments differ per operation. */

import { FUTEX_OPS } from '../../abi/flags/process.ts';
import { both, structAt } from './args.ts';
import type { CallContext } from './context.ts';
import { hexText } from './text.ts';
import { timespec } from './times.ts';

const PRIVATE = 128;
const CLOCK_REALTIME = 256;
const OP_MASK = 127;
const MATCH_ANY = 0xffffffff;
const OP = {
  wait: 0,
  wake: 1,
  fd: 2,
  requeue: 3,
  cmpRequeue: 4,
  wakeOp: 5,
  lockPi: 6,
  unlockPi: 7,
  trylockPi: 8,
  waitBitset: 9,
  wakeBitset: 10,
  waitRequeuePi: 11,
  cmpRequeuePi: 12,
  lockPi2: 13,
} as const;

const opCache = new Map<number, string>();

function opText(op: number): string {
  let text = opCache.get(op);
  if (text === undefined) {
    const name = FUTEX_OPS.name(op & OP_MASK);
    const rest = (op & ~(OP_MASK | PRIVATE | CLOCK_REALTIME)) >>> 0;
    if (name === undefined || rest !== 0) text = `${hexText(op >>> 0)} /* FUTEX_??? */`;
    else
      text = `${name}${op & PRIVATE ? ((op & OP_MASK) === OP.fd ? '|FUTEX_PRIVATE_FLAG' : '_PRIVATE') : ''}${op & CLOCK_REALTIME ? '|FUTEX_CLOCK_REALTIME' : ''}`;
    if (opCache.size < 1000) opCache.set(op, text);
  }
  return text;
}

const timeout = (c: CallContext): string => (c.wordSize === 8 ? structAt(c, c.addr(3), 16, timespec) : c.addrText(3));
const bits = (c: CallContext): string => {
  const v = c.call.argInt(5) >>> 0;
  return v === MATCH_ANY ? 'FUTEX_BITSET_MATCH_ANY' : hexText(v);
};

const WAKE_OPS = ['FUTEX_OP_SET', 'FUTEX_OP_ADD', 'FUTEX_OP_OR', 'FUTEX_OP_ANDN', 'FUTEX_OP_XOR'] as const;
const WAKE_CMPS = [
  'FUTEX_OP_CMP_EQ',
  'FUTEX_OP_CMP_NE',
  'FUTEX_OP_CMP_LT',
  'FUTEX_OP_CMP_LE',
  'FUTEX_OP_CMP_GT',
  'FUTEX_OP_CMP_GE',
] as const;
const ARG_SHIFT = 8;

function wakeOp(v: number): string {
  const op = (v >>> 28) & 7;
  const cmp = (v >>> 24) & 15;
  const shift = (v >>> 28) & ARG_SHIFT ? 'FUTEX_OP_OPARG_SHIFT<<28|' : '';
  const opName = WAKE_OPS[op] === undefined ? `${hexText(op)}<<28 /* FUTEX_OP_??? */` : `${WAKE_OPS[op]}<<28`;
  const cmpName = WAKE_CMPS[cmp] === undefined ? `${hexText(cmp)}<<24 /* FUTEX_OP_CMP_??? */` : `${WAKE_CMPS[cmp]}<<24`;
  return `${shift}${opName}|${hexText((v >>> 12) & 0xfff)}<<12|${cmpName}|${hexText(v & 0xfff)}`;
}

/** futex(uaddr, op, val, timeout or val2, uaddr2, val3). */
export const futex = both((c) => {
  const op = c.call.argInt(1);
  const head = `${c.addrText(0)}, ${opText(op)}`;
  const val = c.call.argInt(2) >>> 0;
  const val2 = c.call.argInt(3) >>> 0;
  const val3 = c.call.argInt(5) >>> 0;
  switch (op & OP_MASK) {
    case OP.wait:
      return `${head}, ${val}, ${timeout(c)}`;
    case OP.lockPi:
    case OP.lockPi2:
      return `${head}, ${timeout(c)}`;
    case OP.waitBitset:
      return `${head}, ${val}, ${timeout(c)}, ${bits(c)}`;
    case OP.wakeBitset:
      return `${head}, ${val}, ${bits(c)}`;
    case OP.wake:
    case OP.fd:
      return `${head}, ${val}`;
    case OP.requeue:
      return `${head}, ${val}, ${val2}, ${c.addrText(4)}`;
    case OP.cmpRequeue:
    case OP.cmpRequeuePi:
      return `${head}, ${val}, ${val2}, ${c.addrText(4)}, ${val3}`;
    case OP.wakeOp:
      return `${head}, ${val}, ${val2}, ${c.addrText(4)}, ${wakeOp(val3)}`;
    case OP.waitRequeuePi:
      return `${head}, ${val}, ${timeout(c)}, ${c.addrText(4)}`;
    case OP.unlockPi:
    case OP.trylockPi:
      return head;
    default:
      return `${head}, ${val}, ${c.addrText(3)}, ${c.addrText(4)}, ${hexText(val3)}`;
  }
});
