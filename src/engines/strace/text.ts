/**
 * Owns the spelling of numbers and byte strings in strace's notation: C-escaped strings, hex, octal modes, the
 * little-endian reads they come from. Pure functions; nothing here knows of calls or memory.
 */

const HIGH = 4294967296;
/** The first high half whose 64-bit number no longer fits a double exactly. */
const UNSAFE_HIGH = 0x200000;

/** An address: `NULL` or `0x…`. */
export const addrText = (a: number | bigint): string => (a === 0 || a === 0n ? 'NULL' : `0x${a.toString(16)}`);

/** C's `%#x`: `0` or `0x…`, for non-negative numbers. */
export const hexText = (n: number | bigint): string => (n === 0 || n === 0n ? '0' : `0x${n.toString(16)}`);

/** C's `%#03o`, the spelling of permission bits: `000`, `007`, `0644`. */
export function octalMode(mode: number): string {
  const digits = mode.toString(8);
  return mode === 0 ? '000' : digits.length === 1 ? `00${digits}` : `0${digits}`;
}

export const u8 = (b: Uint8Array, at: number): number => b[at] as number;
export const u16 = (b: Uint8Array, at: number): number => (b[at] as number) | ((b[at + 1] as number) << 8);
export const u16be = (b: Uint8Array, at: number): number => ((b[at] as number) << 8) | (b[at + 1] as number);
export const i32 = (b: Uint8Array, at: number): number =>
  (b[at] as number) | ((b[at + 1] as number) << 8) | ((b[at + 2] as number) << 16) | ((b[at + 3] as number) << 24);
export const u32 = (b: Uint8Array, at: number): number => i32(b, at) >>> 0;

/** An unsigned 64-bit number; a bigint only when a double could not hold it. */
export function u64(b: Uint8Array, at: number): number | bigint {
  const high = u32(b, at + 4);
  const low = u32(b, at);
  return high < UNSAFE_HIGH ? high * HIGH + low : (BigInt(high) << 32n) | BigInt(low);
}

/** A signed 64-bit number; a bigint only when a double could not hold it. */
export function i64(b: Uint8Array, at: number): number | bigint {
  const high = i32(b, at + 4);
  const low = u32(b, at);
  return high < UNSAFE_HIGH && high >= -UNSAFE_HIGH ? high * HIGH + low : (BigInt(high) << 32n) | BigInt(low);
}

/** The word at `at`, unsigned: 8 bytes, or 4 in a 32-bit program. */
export const word = (b: Uint8Array, at: number, size: number): number | bigint =>
  size === 8 ? u64(b, at) : u32(b, at);

const OCTAL = 1;
const ESCAPE: (string | undefined)[] = new Array(256);
/** Bytes that stand for themselves inside quotes: 0; the rest need an escape. */
const SPECIAL = new Uint8Array(256);
for (let i = 0; i < 256; i++) {
  if (i >= 0x20 && i < 0x7f) ESCAPE[i] = String.fromCharCode(i);
  else SPECIAL[i] = OCTAL;
}
for (const [char, escaped] of [
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\v', '\\v'],
] as const) {
  ESCAPE[char.charCodeAt(0)] = escaped;
  SPECIAL[char.charCodeAt(0)] = OCTAL;
}

function escapeByte(b: Uint8Array, i: number, end: number): string {
  const byte = b[i] as number;
  const simple = ESCAPE[byte];
  if (simple !== undefined) return simple;
  const next = i + 1 < end ? (b[i + 1] as number) : 0;
  // An octal escape takes up to three digits, so an octal digit that follows would be swallowed by a short one.
  const digits = byte.toString(8);
  return next >= 0x30 && next <= 0x37 ? `\\${digits.padStart(3, '0')}` : `\\${digits}`;
}

const APPLY_MAX = 256;

function plain(b: Uint8Array, end: number): string {
  if (end <= APPLY_MAX) {
    return String.fromCharCode.apply(null, (end === b.length ? b : b.subarray(0, end)) as unknown as number[]);
  }
  return Buffer.from(b.buffer, b.byteOffset, end).toString('latin1');
}

/** The first `end` bytes with C escapes, without quotes. */
export function escapeBytes(b: Uint8Array, end: number = b.length): string {
  let i = 0;
  while (i < end && SPECIAL[b[i] as number] === 0) i++;
  if (i === end) return plain(b, end);
  let text = plain(b, i);
  for (; i < end; i++) text += escapeByte(b, i, end);
  return text;
}

/** The first `end` bytes as a quoted C string. */
export const quoteBytes = (b: Uint8Array, end: number = b.length): string => `"${escapeBytes(b, end)}"`;

const NIBBLES = '0123456789abcdef';

/** Two hex digits of a byte. */
export const hexByte = (n: number): string => (NIBBLES[n >> 4] as string) + (NIBBLES[n & 15] as string);
