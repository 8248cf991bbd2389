/**
 * Owns the choice of decoder per call: the families' specs, compiled once per (ABI, number) into closures. A call
 * without a spec, or an i386 call whose spec knows only 64-bit layouts, prints its arguments in hex.
 */

import { syscallInfo } from '../../abi/syscalls.ts';
import type { AbiName } from '../../tracehook/machine.ts';
import { type Arg, type CallSpec, decimalResult, hexLong, type ResultFormat } from './args.ts';
import { asyncCalls } from './async.ts';
import type { CallContext } from './context.ts';
import { fileCalls } from './files.ts';
import { ioCalls } from './io.ts';
import { ipcCalls } from './ipc.ts';
import { kernelCalls } from './kernel.ts';
import { keyCalls } from './keys.ts';
import { memoryCalls } from './memory.ts';
import { miscCalls } from './misc.ts';
import { mountCalls } from './mounts.ts';
import { policyCalls } from './policy.ts';
import { pollingCalls } from './polling.ts';
import { processCalls } from './process.ts';
import { signalCalls } from './signals.ts';
import { socketCalls } from './sockets.ts';
import { timeCalls } from './time.ts';

/** A compiled decoder. */
export interface Decoder {
  /** The call's name; `syscall_0x…` when the table has none. */
  readonly name: string;
  /** `name(` and the arguments known at entry, with a comma when more follow. Sets `c.complete`. */
  entry(c: CallContext): string;
  /** The arguments the kernel filled in. Only when `c.complete` is false. May set `c.aux`. */
  exit(c: CallContext): string;
  /** The result without `= ` and without the auxiliary text. */
  result(c: CallContext): string;
}

const SPECS: ReadonlyMap<string, CallSpec> = new Map(
  [
    asyncCalls,
    fileCalls,
    ioCalls,
    ipcCalls,
    kernelCalls,
    keyCalls,
    memoryCalls,
    miscCalls,
    mountCalls,
    policyCalls,
    pollingCalls,
    processCalls,
    signalCalls,
    socketCalls,
    timeCalls,
  ].flatMap((family) => Object.entries(family)),
);

/** Names of the calls that have a decoder of their own. */
export const decodedCalls: readonly string[] = [...SPECS.keys()].sort();

function compileEntry(head: string, entry: CallSpec['entry'], more: boolean): (c: CallContext) => string {
  if (typeof entry === 'function') {
    return (c) => {
      c.complete = true;
      return head + entry(c);
    };
  }
  const tail = more && entry.length > 0 ? ', ' : '';
  const done = !more;
  const [a, b, d] = entry;
  if (a === undefined) {
    return (c) => {
      c.complete = done;
      return head;
    };
  }
  if (entry.length === 1) {
    return (c) => {
      c.complete = done;
      return head + a(c, 0) + tail;
    };
  }
  if (entry.length === 2 && b !== undefined) {
    return (c) => {
      c.complete = done;
      return `${head}${a(c, 0)}, ${b(c, 1)}${tail}`;
    };
  }
  if (entry.length === 3 && b !== undefined && d !== undefined) {
    return (c) => {
      c.complete = done;
      return `${head}${a(c, 0)}, ${b(c, 1)}, ${d(c, 2)}${tail}`;
    };
  }
  return (c) => {
    c.complete = done;
    let text = head + a(c, 0);
    for (let i = 1; i < entry.length; i++) text += `, ${(entry[i] as Arg)(c, i)}`;
    return text + tail;
  };
}

function compileExit(exit: CallSpec['exit'], from: number): (c: CallContext) => string {
  if (exit === undefined) return () => '';
  if (typeof exit === 'function') return exit;
  return (c) => {
    let text = (exit[0] as Arg)(c, from);
    for (let k = 1; k < exit.length; k++) text += `, ${(exit[k] as Arg)(c, from + k)}`;
    return text;
  };
}

function compile(name: string, spec: CallSpec): Decoder {
  const more = spec.exit !== undefined;
  const from = typeof spec.entry === 'function' ? 0 : spec.entry.length;
  const result: ResultFormat = spec.result ?? decimalResult;
  return { name, entry: compileEntry(`${name}(`, spec.entry, more), exit: compileExit(spec.exit, from), result };
}

/** All arguments in hex: what is printed of calls nobody decoded. */
const rawSpec = (count: number): CallSpec => ({ entry: new Array<Arg>(count).fill(hexLong) });

const compiled: { [abi in AbiName]: (Decoder | undefined)[] } = { 'x86-64': [], i386: [], x32: [], arm64: [] };

function make(abi: AbiName, nr: number): Decoder {
  const info = syscallInfo(abi, nr);
  if (info === undefined) return compile(`syscall_0x${(nr >>> 0).toString(16)}`, rawSpec(6));
  const spec = SPECS.get(info.name);
  const usable = spec !== undefined && (abi === 'x86-64' || (abi === 'i386' && spec.i386 === true));
  return compile(info.name, usable ? spec : rawSpec(info.argCount));
}

const MAX_CACHED = 1024;

/** The decoder of call `nr`. Never fails: unknown calls print six hex arguments. */
export function decoderOf(abi: AbiName, nr: number): Decoder {
  const table = compiled[abi];
  const found = table[nr];
  if (found !== undefined) return found;
  const made = make(abi, nr);
  if (nr >= 0 && nr < MAX_CACHED) {
    while (table.length < nr) table.push(undefined);
    table[nr] = made;
  }
  return made;
}
