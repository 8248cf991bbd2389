/** PEEKUSER and POKEUSER: the debug registers are each tracer's own, the rest is the task's. */

import { PTRACE } from '../abi/ptrace.ts';
import { writeTo } from './caller.ts';
import type { DebugWrite } from './debug-registers.ts';
import type { Link } from './link.ts';
import { type Request, wordBytes } from './machine.ts';
import type { Traced } from './traced.ts';

/** offsetof(struct user, u_debugreg), and how many there are. */
const DEBUG_AT = 848n;
const DEBUG_COUNT = 8n;
const WORD = 8n;
/** The same of i386 (struct user32). */
const DEBUG_AT_NARROW = 252n;
const WORD_NARROW = 4n;
const DR6 = 6;

/** Which debug register an offset is; undefined: none. */
function debugIndex({ addr: offset, narrow }: Request): number | undefined {
  const [at, word] = narrow ? [DEBUG_AT_NARROW, WORD_NARROW] : [DEBUG_AT, WORD];
  if (offset < at || offset >= at + DEBUG_COUNT * word || offset % word !== 0n) return undefined;
  return Number((offset - at) / word);
}

export function peekUser(r: Request): number {
  const { link } = r;
  const index = debugIndex(r);
  if (index !== undefined) {
    writeTo(r.caller, r.data, wordBytes(r, link.traced.debug.peek(link, index)));
    return 0;
  }
  const word = wordBytes(r, 0n);
  const result = r.narrow
    ? r.kernel.machine32(link.traced.task, PTRACE.PEEKUSER, r.addr, word)
    : r.kernel.machine(link.traced.task, PTRACE.PEEKUSER, r.addr, word);
  if (result >= 0) writeTo(r.caller, r.data, word);
  return result;
}

export function pokeUser(r: Request): number {
  const { link } = r;
  const { traced } = link;
  const index = debugIndex(r);
  if (index === undefined) {
    return r.narrow
      ? r.kernel.machine32(traced.task, PTRACE.POKEUSER, r.addr, r.data)
      : r.kernel.machine(traced.task, PTRACE.POKEUSER, r.addr, r.data);
  }
  const poked = traced.debug.poke(link, index, r.data);
  if (poked.errno !== 0) return -poked.errno;
  const failed = writeDebug(traced, poked.writes);
  if (failed < 0) writeDebug(traced, poked.undo());
  return failed;
}

/** Makes real writes; the first failure, or 0. */
export function writeDebug(traced: Traced, writes: readonly DebugWrite[]): number {
  for (const { index, value } of writes) {
    const at = DEBUG_AT + BigInt(index) * WORD;
    const result = traced.kernel.machine(traced.task, PTRACE.POKEUSER, at, BigInt.asUintN(64, value));
    if (result < 0) return result;
  }
  return 0;
}

/** Whose watchpoints (or steps) a debug trap is: asked for once per trap, at its stop. */
export function trapOwners(traced: Traced, steppers: readonly Link[]): Link[] {
  const word = new Uint8Array(Number(WORD));
  const at = DEBUG_AT + BigInt(DR6) * WORD;
  if (traced.kernel.machine(traced.task, PTRACE.PEEKUSER, at, word) < 0) return [];
  return traced.debug.hit(new DataView(word.buffer).getBigUint64(0, true), steppers).map(({ owner }) => owner);
}
