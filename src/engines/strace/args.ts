/**
 * Owns the building blocks of decoders: one function per kind of argument, and the result formats. A family file puts
 * them together; decode.ts compiles the outcome per call.
 */

import { errnoMessage, errnoName } from '../../abi/errno.ts';
import type { FlagTable } from '../../abi/flags/table.ts';
import { signalName } from '../../abi/signals.ts';
import type { CallContext } from './context.ts';
import { addrText, hexText, octalMode } from './text.ts';

/** Renders argument `i` of the call at hand. */
export type Arg = (c: CallContext, i: number) => string;

/** Renders the result, without `= `. */
export type ResultFormat = (c: CallContext) => string;

/** How one call is decoded: arguments known at entry, then those the kernel fills in, then the result. */
export interface CallSpec {
  readonly entry: readonly Arg[] | ((c: CallContext) => string);
  /** Arguments rendered at exit. With a function for `entry`, `c.complete` decides whether it is asked. */
  readonly exit?: readonly Arg[] | ((c: CallContext) => string);
  readonly result?: ResultFormat;
  /** Whether an i386 call of this name has the same argument layout (pointers and structures read word-size aware). */
  readonly i386?: boolean;
}

/** A spec from its entry and exit arguments. */
export const call = (entry: CallSpec['entry'], exit?: CallSpec['exit'], result?: ResultFormat): CallSpec => ({
  entry,
  ...(exit === undefined ? {} : { exit }),
  ...(result === undefined ? {} : { result }),
});

/** Marks a spec as good for i386 too. */
export const both = (entry: CallSpec['entry'], exit?: CallSpec['exit'], result?: ResultFormat): CallSpec => ({
  ...call(entry, exit, result),
  i386: true,
});

const TWO_32 = 4294967296;

export const int: Arg = (c, i) => String(c.call.argInt(i));
export const uint: Arg = (c, i) => String(c.call.argInt(i) >>> 0);
export const hexInt: Arg = (c, i) => hexText(c.call.argInt(i) >>> 0);
export const ulong: Arg = (c, i) => String(c.addr(i));
export const hexLong: Arg = (c, i) => hexText(c.addr(i));
export const ptr: Arg = (c, i) => c.addrText(i);
export const fd: Arg = (c, i) => c.fd(c.call.argInt(i));
export const dirfd: Arg = (c, i) => c.dirfd(c.call.argInt(i));
export const path: Arg = (c, i) => c.path(c.addr(i));
export const str: Arg = (c, i) => c.string(c.addr(i));
export const mode: Arg = (c, i) => octalMode(c.call.argInt(i) & 0xffff);
export const signal: Arg = (c, i) => signalText(c.call.argInt(i));
export const zeroOrOctal: Arg = (c, i) => octalMode(c.call.argInt(i) >>> 0);

/** A signed 64-bit argument (32-bit in an i386 program), in decimal. */
export const long: Arg = (c, i) => {
  if (c.wordSize === 4) return String(c.call.argInt(i));
  const n = c.call.argNumber(i);
  return n >= 0 && n < TWO_32 ? String(n) : BigInt.asIntN(64, c.call.arg(i)).toString();
};

/** A user or group id: −1 is itself. */
export const id: Arg = (c, i) => idText(c.call.argInt(i));
export const idText = (n: number): string => (n === -1 ? '-1' : String(n >>> 0));

/** A signal's name, or its number. */
export const signalText = (n: number): string => signalName(n) ?? String(n);

/** Flags named by `table`. */
export const flags =
  (table: FlagTable): Arg =>
  (c, i) =>
    table.flags(c.call.argInt(i));

/** One value named by `table`. */
export const oneOf =
  (table: FlagTable): Arg =>
  (c, i) =>
    table.value(c.call.argInt(i));

/** Bytes the program passes: argument `i`, its length in argument `lengthArg`. */
export const inBytes =
  (lengthArg: number): Arg =>
  (c, i) =>
    c.bytes(c.addr(i), Number(c.addr(lengthArg)));

/** Bytes the kernel filled in: argument `i`, as many as the result says. */
export const outBytes: Arg = (c, i) => (c.call.failed ? c.addrText(i) : c.bytes(c.addr(i), c.call.result));

/** A structure's text from its bytes. */
export type Format = (b: Uint8Array, c: CallContext) => string;

/** Structure at `address`, or the address when it cannot be read. */
export function structAt(c: CallContext, address: number | bigint, size: number, format: Format): string {
  const b = c.read(address, size);
  return b === undefined ? addrText(address) : format(b, c);
}

/** A structure the program passes. */
export const inStruct =
  (size: number, format: Format): Arg =>
  (c, i) =>
    structAt(c, c.addr(i), size, format);

/** A structure the kernel filled in; the bare address when the call failed. */
export const outStruct =
  (size: number, format: Format): Arg =>
  (c, i) =>
    c.call.failed ? c.addrText(i) : structAt(c, c.addr(i), size, format);

/**
 * `count` elements of `size` bytes at `address` as `[a, b]`, cut at the string limit unless verbose. What cannot be
 * read ends the list with the address it is at.
 */
export function arrayAt(c: CallContext, address: number | bigint, count: number, size: number, format: Format): string {
  if (address === 0 || address === 0n) return 'NULL';
  if (count === 0) return '[]';
  const shown = c.shown(count);
  const b = c.readSome(address, shown * size);
  if (b === undefined || b.length < size) return addrText(address);
  let text = '[';
  for (let k = 0; k < shown; k++) {
    if (k > 0) text += ', ';
    if (b.length < (k + 1) * size) return `${text}... /* ${addrText(BigInt(address) + BigInt(k * size))} */]`;
    text += format(b.subarray(k * size, (k + 1) * size), c);
  }
  return count > shown ? `${text}, ...]` : `${text}]`;
}

const RESTART: ReadonlySet<number> = new Set([512, 513, 514, 516]);
const errorCache: string[] = [];

/** The text of a failed call: `-1 ENOENT (No such file or directory)`. */
export function errorText(errno: number): string {
  let text = errorCache[errno];
  if (text === undefined) {
    const name = errnoName(errno);
    text =
      name === undefined
        ? `-1 (errno ${errno})`
        : `${RESTART.has(errno) ? '?' : '-1'} ${name} (${errnoMessage(errno)})`;
    errorCache[errno] = text;
  }
  return text;
}

/** The default: decimal. */
export const decimalResult: ResultFormat = (c) => (c.call.failed ? errorText(-c.call.result) : decimal(c));

function decimal(c: CallContext): string {
  const n = c.call.result;
  return Number.isSafeInteger(n) ? String(n) : c.call.result64.toString();
}

/** An address or a mask. */
export const hexResult: ResultFormat = (c) => {
  if (c.call.failed) return errorText(-c.call.result);
  const n = c.call.result;
  return n >= 0 && n <= Number.MAX_SAFE_INTEGER ? hexText(n) : hexText(BigInt.asUintN(64, c.call.result64));
};

/** A new descriptor. */
export const fdResult: ResultFormat = (c) => (c.call.failed ? errorText(-c.call.result) : c.fd(c.call.result));

/** A mode, as umask gives it. */
export const octalResult: ResultFormat = (c) => (c.call.failed ? errorText(-c.call.result) : octalMode(c.call.result));

/** A call that does not come back in a way worth printing: `?`. */
export const noResult: ResultFormat = () => '?';
