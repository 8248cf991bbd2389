/**
 * Owns the two ways a number becomes names: as a set of flags joined by `|`, and as one value of a list. The notation
 * is strace's: bits without a name come last in hex, a number with no name at all gets a comment such as
 * the table's `unknown` text. Answers are remembered, so the usual cost is one map lookup.
 */

const CACHE_MAX = 4096;

/** A number in C's `%#x` notation: `0` or `0x…`. Exact for integers from 0 to 2^53. */
export const hex = (n: number): string => (n === 0 ? '0' : `0x${n.toString(16)}`);

/** Names of bits or of values. Values are unsigned 32-bit numbers. */
export class FlagTable {
  /** The comment for numbers with no name, such as `O_???`. */
  readonly unknown: string;
  /** Name → value, in the table's order. */
  readonly values: Readonly<Record<string, number>>;
  readonly #names: readonly string[];
  readonly #bits: readonly number[];
  readonly #byValue = new Map<number, string>();
  readonly #flagCache = new Map<number, string>();
  readonly #valueCache = new Map<number, string>();

  constructor(unknown: string, values: Readonly<Record<string, number>>) {
    this.unknown = unknown;
    this.values = values;
    this.#names = Object.keys(values);
    this.#bits = Object.values(values);
    for (let i = 0; i < this.#names.length; i++) {
      const bit = this.#bits[i] as number;
      if (!this.#byValue.has(bit)) this.#byValue.set(bit, this.#names[i] as string);
    }
  }

  /** The name whose value is exactly `value`, or undefined. */
  name(value: number): string | undefined {
    return this.#byValue.get(value);
  }

  /** `value` as a set of flags: `A|B|0x40`; with no named bit `0x40 /* A_??? *\/`; `0` when empty. */
  flags(value: number): string {
    const v = value >>> 0;
    const hit = this.#flagCache.get(v);
    if (hit !== undefined) return hit;
    const text = this.#flagsText(v);
    if (this.#flagCache.size < CACHE_MAX) this.#flagCache.set(v, text);
    return text;
  }

  #flagsText(value: number): string {
    if (value === 0) return this.#byValue.get(0) ?? '0';
    let rest = value;
    let text = '';
    for (let i = 0; i < this.#bits.length; i++) {
      const bit = this.#bits[i] as number;
      if (bit !== 0 && (rest & bit) >>> 0 === bit) {
        text += text === '' ? this.#names[i] : `|${this.#names[i]}`;
        rest = (rest & ~bit) >>> 0;
      }
    }
    if (rest === 0) return text;
    return text === '' ? this.#comment(rest) : `${text}|${hex(rest)}`;
  }

  #comment(value: number): string {
    return `${hex(value)} /* ${this.unknown} */`;
  }

  /** The names in `value`, each after a `|`, unnamed bits last in hex: what follows a first part already printed. */
  moreFlags(value: number): string {
    const v = value >>> 0;
    if (v === 0) return '';
    const text = this.flags(v);
    const comment = text.indexOf(' /*');
    return `|${comment < 0 ? text : text.slice(0, comment)}`;
  }

  /** `value` as one of the list: its name, or `0x4d /* X_??? *\/`. */
  value(value: number): string {
    const v = value >>> 0;
    const hit = this.#valueCache.get(v);
    if (hit !== undefined) return hit;
    const text = this.#byValue.get(v) ?? this.#comment(v);
    if (this.#valueCache.size < CACHE_MAX) this.#valueCache.set(v, text);
    return text;
  }
}
