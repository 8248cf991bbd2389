/** PEEKUSER and POKEUSER: the debug registers are each tracer's own, the rest is the task's. */

import { PTRACE } from '../abi/ptrace.ts';
import { writeTo } from './caller.ts';
import type { DebugWrite } from './debug-registers.ts';
import type { Link } from './link.ts';
import type { Request } from './machine.ts';
import type { Traced } from './traced.ts';

/** offsetof(struct user, u_debugreg), and how many there are. */
const DEBUG_AT = 848n;
const DEBUG_COUNT = 8n;
const WORD = 8n;
const DR6 = 6;

/** Which debug register an offset is; undefined: none. */
function debugIndex(offset: bigint): number | undefined {
  if (offset < DEBUG_AT || offset >= DEBUG_AT + DEBUG_COUNT * WORD || offset % WORD !== 0n) return undefined;
  return Number((offset - DEBUG_AT) / WORD);
}

export function peekUser(r: Request): number {
  const { link } = r;
  const word = new Uint8Array(Number(WORD));
  const index = debugIndex(r.addr);
  if (index !== undefined) {
    new DataView(word.buffer).setBigUint64(0, BigInt.asUintN(64, link.traced.debug.peek(link, index)), true);
    writeTo(r.caller, r.data, word);
    return 0;
  }
  const result = r.kernel.machine(link.traced.task, PTRACE.PEEKUSER, r.addr, word);
  if (result >= 0) writeTo(r.caller, r.data, word);
  return result;
}

export function pokeUser(r: Request): number {
  const { link } = r;
  const { traced } = link;
  const index = debugIndex(r.addr);
  if (index === undefined) return r.kernel.machine(traced.task, PTRACE.POKEUSER, r.addr, r.data);
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
