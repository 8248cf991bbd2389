/** A small deterministic random source for tests and simulation: sfc32, seeded through splitmix32. Not for secrets. */

import { assert } from './assert.ts';

/** Numbers that depend on nothing but the seed. Two with the same seed agree for ever. */
export class Prng {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  /** `seed`: any 32-bit integer; more bits are cut off. */
  constructor(seed: number) {
    // splitmix32 spreads a small seed over the whole state; sfc32 asks for a few rounds before its output is used.
    let z = seed | 0;
    const next = (): number => {
      z = (z + 0x9e3779b9) | 0;
      let t = z ^ (z >>> 16);
      t = Math.imul(t, 0x21f0aaad);
      t ^= t >>> 15;
      t = Math.imul(t, 0x735a2d97);
      return t ^ (t >>> 15);
    };
    this.a = next();
    this.b = next();
    this.c = next();
    for (let i = 0; i < 12; i++) this.uint32();
  }

  /** An integer from 0 to 2^32 − 1, each as likely. */
  uint32(): number {
    const t = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = ((this.c << 21) | (this.c >>> 11)) + t;
    this.c |= 0;
    return t >>> 0;
  }

  /** An integer from 0 to `limit` − 1, each as likely. `limit` is an integer from 1 to 2^32. */
  below(limit: number): number {
    assert(Number.isInteger(limit) && limit >= 1 && limit <= 2 ** 32, 'a limit from 1 to 2^32');
    const whole = Math.floor(2 ** 32 / limit) * limit; // what is above would favour the small numbers
    let value = this.uint32();
    while (value >= whole) value = this.uint32();
    return value % limit;
  }

  /** True `percent` times out of a hundred. */
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  /** One of `items`, each as likely. */
  pick<T>(items: readonly T[]): T {
    assert(items.length > 0, 'something to pick from');
    return items[this.below(items.length)] as T;
  }
}
