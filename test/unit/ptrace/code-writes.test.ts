import { describe, expect, test } from 'vitest';
import { CodeWrites } from '../../../src/ptrace/code-writes.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const NOPS = bytes(0x90, 0x90, 0x90, 0x90);
const COPY = bytes(0x55, 0x48, 0x89, 0xe5);
const code = (): boolean => true;
const data = (): boolean => false;

describe('writes of code', () => {
  test('nobody else has breakpoints: all are made', () => {
    const writes = new CodeWrites<string>();
    expect(writes.allows('a', 0x1000n, COPY, NOPS, false, code)).toBe(true);
    expect(writes.allows('a', 0x1000n, NOPS, COPY, false, code)).toBe(true);
  });

  test('others have: code is not changed, data is', () => {
    const writes = new CodeWrites<string>();
    expect(writes.allows('a', 0x1000n, COPY, NOPS, true, code)).toBe(false);
    expect(writes.allows('a', 0x1000n, COPY, NOPS, true, data)).toBe(true);
  });

  test('breakpoints come and go, and what stays the same may be written', () => {
    const writes = new CodeWrites<string>();
    expect(writes.allows('a', 0x1000n, bytes(0xcc, 0x90), bytes(0x55, 0x90), true, code)).toBe(true);
    expect(writes.allows('a', 0x1000n, bytes(0x55, 0x90), bytes(0xcc, 0x90), true, code)).toBe(true);
    expect(writes.allows('a', 0x1000n, NOPS, NOPS, true, code)).toBe(true);
  });

  test('what was changed before others came may be changed back, once, and by whoever did it', () => {
    const writes = new CodeWrites<string>();
    expect(writes.allows('a', 0x1000n, COPY, NOPS, false, code)).toBe(true);
    expect(writes.allows('b', 0x1000n, NOPS, COPY, true, code)).toBe(false);
    expect(writes.allows('a', 0x1000n, bytes(1, 2, 3, 4), COPY, true, code)).toBe(false);
    expect(writes.allows('a', 0x1000n, NOPS, COPY, true, code)).toBe(true);
    expect(writes.allows('a', 0x1000n, NOPS, COPY, true, code)).toBe(false);
  });

  test('the first bytes of a place are what is remembered, however often it was changed', () => {
    const writes = new CodeWrites<string>();
    expect(writes.allows('a', 0x1000n, COPY, NOPS, false, code)).toBe(true);
    expect(writes.allows('a', 0x1000n, bytes(1, 2, 3, 4), COPY, false, code)).toBe(true);
    expect(writes.allows('a', 0x1000n, NOPS, bytes(1, 2, 3, 4), true, code)).toBe(true);
  });

  test('who is gone is forgotten', () => {
    const writes = new CodeWrites<string>();
    writes.allows('a', 0x1000n, COPY, NOPS, false, code);
    writes.forget('a');
    expect(writes.allows('a', 0x1000n, NOPS, COPY, true, code)).toBe(false);
  });
});
