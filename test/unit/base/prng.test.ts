import { describe, expect, it } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';

describe('Prng', () => {
  it('depends on nothing but the seed', () => {
    const draw = (seed: number): number[] => {
      const prng = new Prng(seed);
      return Array.from({ length: 8 }, () => prng.uint32());
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(draw(2 ** 32 + 1)).toEqual(draw(1));
  });

  it('stays what it was: a printed seed must find the same run in a later version', () => {
    const prng = new Prng(42);
    expect([prng.uint32(), prng.uint32(), prng.uint32()]).toMatchInlineSnapshot(`
      [
        1959603763,
        2423114712,
        2466933512,
      ]
    `);
  });

  it('gives 32-bit unsigned integers, evenly over the bits', () => {
    const prng = new Prng(7);
    const ones = new Array<number>(32).fill(0);
    for (let i = 0; i < 20_000; i++) {
      const value = prng.uint32();
      expect(value).toBe(value >>> 0);
      for (let bit = 0; bit < 32; bit++) if (((value >>> bit) & 1) === 1) ones[bit] = ones[bit]! + 1;
    }
    for (const count of ones) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  });

  it('below: every value turns up, about as often, and none is out of range', () => {
    const prng = new Prng(11);
    const seen = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++) {
      const value = prng.below(10);
      seen[value] = seen[value]! + 1;
    }
    expect(seen.length).toBe(10);
    for (const count of seen) expect(Math.abs(count - 1000)).toBeLessThan(150);
    expect(prng.below(1)).toBe(0);
    expect(() => prng.below(0)).toThrow();
    expect(() => prng.below(1.5)).toThrow();
  });

  it('chance and pick', () => {
    const prng = new Prng(3);
    const items = ['a', 'b', 'c'];
    const picked = new Set(Array.from({ length: 100 }, () => prng.pick(items)));
    expect([...picked].sort()).toEqual(items);
    expect(() => prng.pick([])).toThrow();
    let hits = 0;
    for (let i = 0; i < 10_000; i++) if (prng.chance(25)) hits++;
    expect(Math.abs(hits - 2500)).toBeLessThan(200);
    expect(prng.chance(0)).toBe(false);
    expect(prng.chance(100)).toBe(true);
  });
});
