/** Debug registers shared out. What one tracer reads and is refused is held against the kernel in test/conformance. */

import { describe, expect, it } from 'vitest';
import { ERRNO } from '../../../src/abi/errno.ts';
import { type DebugPoke, DebugRegisters, type DebugWrite } from '../../../src/ptrace/debug-registers.ts';
import { TASK_SIZE_MAX } from '../../../src/ptrace/virtual-debug-registers.ts';

const A = 0x555500001000n;
/** Type and length of a slot. */
const EXECUTE = 0b0000;
const WRITE_1 = 0b0001;
const WRITE_4 = 0b1101;
const WRITE_8 = 0b1001;

/** DR7 with these slots enabled. */
const dr7 = (slots: Record<number, number>): bigint =>
  Object.entries(slots).reduce(
    (bits, [slot, control]) => bits | (1n << (2n * BigInt(slot))) | (BigInt(control) << BigInt(16 + 4 * Number(slot))),
    0n,
  );

const writes = (answer: DebugPoke): string[] => {
  if (answer.errno !== 0) throw new Error(`refused: ${answer.errno}`);
  return texts(answer.writes);
};
const texts = (all: readonly DebugWrite[]): string[] =>
  all.map(({ index, value }) => `dr${index}=${value.toString(16)}`);

/** `owner` watches `address` by its slot, and only that. */
function watch(registers: DebugRegisters<string>, owner: string, slot: number, address: bigint, control = WRITE_8) {
  registers.poke(owner, slot, address);
  return registers.poke(owner, 7, dr7({ [slot]: control }));
}

describe('one owner', () => {
  it('writes addresses for itself, and the real registers when it enables them', () => {
    const registers = new DebugRegisters<string>();
    expect(writes(registers.poke('gdb', 2, A))).toEqual([]);
    expect(writes(registers.poke('gdb', 7, dr7({ 2: WRITE_4 })))).toEqual([`dr0=${A.toString(16)}`, 'dr7=d0001']);
    expect(registers.peek('gdb', 2)).toBe(A);
    expect(registers.peek('gdb', 0)).toBe(0n);
    expect(registers.peek('gdb', 7)).toBe(dr7({ 2: WRITE_4 }));
    expect(writes(registers.poke('gdb', 7, 0n))).toEqual(['dr7=0']);
    expect(registers.peek('gdb', 2)).toBe(A);
    // What the real register holds already is not written again.
    expect(writes(registers.poke('gdb', 7, dr7({ 2: WRITE_4 })))).toEqual(['dr7=d0001']);
  });

  it('moves an enabled watch: off, the address, on', () => {
    const registers = new DebugRegisters<string>();
    watch(registers, 'gdb', 0, A);
    expect(writes(registers.poke('gdb', 0, A + 8n))).toEqual(['dr7=0', `dr0=${(A + 8n).toString(16)}`, 'dr7=90001']);
  });

  it('changes the length in place of the old one', () => {
    const registers = new DebugRegisters<string>();
    watch(registers, 'gdb', 0, A);
    expect(writes(registers.poke('gdb', 7, dr7({ 0: WRITE_1 })))).toEqual(['dr7=10001']);
  });

  it('bits of DR7 that no slot has, and all of DR6, are kept and not made real', () => {
    const registers = new DebugRegisters<string>();
    expect(registers.peek('gdb', 6)).toBe(0xffff0ff0n);
    expect(writes(registers.poke('gdb', 7, 0xffffffff0000ff00n))).toEqual([]);
    expect(registers.peek('gdb', 7)).toBe(0xffffffff0000ff00n);
    expect(writes(registers.poke('gdb', 6, 5n))).toEqual([]);
    expect(registers.peek('gdb', 6)).toBe(5n);
  });

  it('is refused as the kernel refuses', () => {
    const registers = new DebugRegisters<string>();
    for (const index of [4, 5, 8, -1]) expect(registers.poke('gdb', index, 0n)).toEqual({ errno: ERRNO.EIO });
    expect(registers.peek('gdb', 4)).toBe(0n);
    expect(registers.poke('gdb', 0, TASK_SIZE_MAX)).toEqual({ errno: ERRNO.EINVAL });
    expect(registers.poke('gdb', 0, -1n)).toEqual({ errno: ERRNO.EINVAL });
    registers.poke('gdb', 0, A + 1n);
    expect(registers.poke('gdb', 7, dr7({ 0: WRITE_4 }))).toEqual({ errno: ERRNO.EINVAL });
    expect(registers.peek('gdb', 7)).toBe(0n);
    expect(registers.poke('gdb', 7, dr7({ 0: EXECUTE })).errno).toBe(0);
    expect(registers.poke('gdb', 7, dr7({ 0: 0b0010 }))).toEqual({ errno: ERRNO.EINVAL }); // I/O
    expect(registers.poke('gdb', 7, dr7({ 0: 0b0100 }))).toEqual({ errno: ERRNO.EINVAL }); // two bytes of instruction
    expect(registers.peek('gdb', 7)).toBe(dr7({ 0: EXECUTE }));
  });

  it('a last byte in kernel space counts; where that begins is the machine’s', () => {
    const registers = new DebugRegisters<string>();
    expect(watch(registers, 'gdb', 0, TASK_SIZE_MAX - 1n, WRITE_1).errno).toBe(0);
    expect(registers.poke('gdb', 7, dr7({ 0: 0b0101 })).errno).toBe(ERRNO.EINVAL);
    expect(new DebugRegisters<string>(1n << 56n).poke('gdb', 0, TASK_SIZE_MAX).errno).toBe(0);
  });

  it('DR7 before the address: the address is then checked against it', () => {
    const registers = new DebugRegisters<string>();
    expect(writes(registers.poke('gdb', 7, dr7({ 1: WRITE_4 })))).toEqual(['dr7=d0001']);
    expect(registers.poke('gdb', 1, A + 1n)).toEqual({ errno: ERRNO.EINVAL });
    expect(registers.peek('gdb', 1)).toBe(0n);
    expect(registers.poke('gdb', 1, A + 4n).errno).toBe(0);
  });

  it('the same four times takes one real register', () => {
    const registers = new DebugRegisters<string>();
    for (let slot = 0; slot < 4; slot++) registers.poke('gdb', slot, A);
    const all = dr7({ 0: WRITE_8, 1: WRITE_8, 2: WRITE_8, 3: WRITE_8 });
    expect(writes(registers.poke('gdb', 7, all))).toEqual([`dr0=${A.toString(16)}`, 'dr7=90001']);
    expect(registers.hit(0xffff0ff1n)).toEqual([{ owner: 'gdb', slots: 0b1111, step: false }]);
  });
});

describe('several owners', () => {
  it('each sees its own registers only', () => {
    const registers = new DebugRegisters<string>();
    watch(registers, 'gdb', 0, A);
    expect(registers.peek('lldb', 0)).toBe(0n);
    expect(registers.peek('lldb', 7)).toBe(0n);
    expect(writes(watch(registers, 'lldb', 0, A + 8n))).toEqual([`dr1=${(A + 8n).toString(16)}`, 'dr7=990005']);
    expect(registers.peek('gdb', 0)).toBe(A);
  });

  it('share what is the same, and keep it while one of them wants it', () => {
    const registers = new DebugRegisters<string>();
    watch(registers, 'gdb', 0, A);
    expect(writes(watch(registers, 'lldb', 3, A))).toEqual([]);
    expect(writes(registers.poke('gdb', 7, 0n))).toEqual([]);
    expect(registers.hit(0xffff0ff1n)).toEqual([{ owner: 'lldb', slots: 0b1000, step: false }]);
    expect(texts(registers.forget('lldb'))).toEqual(['dr7=0']);
  });

  it('a fifth watch finds no space, and changes nothing', () => {
    const registers = new DebugRegisters<string>();
    for (let slot = 0; slot < 4; slot++) registers.poke('gdb', slot, A + 8n * BigInt(slot));
    registers.poke('gdb', 7, dr7({ 0: WRITE_8, 1: WRITE_8, 2: WRITE_8, 3: WRITE_8 }));
    expect(watch(registers, 'lldb', 0, A + 64n)).toEqual({ errno: ERRNO.ENOSPC });
    expect(registers.peek('lldb', 0)).toBe(A + 64n);
    expect(registers.peek('lldb', 7)).toBe(0n);
    // An address can need space, too: it is no longer shared.
    expect(watch(registers, 'lldb', 0, A).errno).toBe(0);
    expect(registers.poke('lldb', 0, A + 64n)).toEqual({ errno: ERRNO.ENOSPC });
    expect(registers.peek('lldb', 0)).toBe(A);
    registers.poke('gdb', 7, dr7({ 0: WRITE_8, 1: WRITE_8, 3: WRITE_8 }));
    expect(writes(registers.poke('lldb', 0, A + 64n))).toEqual([`dr2=${(A + 64n).toString(16)}`, 'dr7=99990055']);
  });

  it('forget: its watches go, the others stay where they are', () => {
    const registers = new DebugRegisters<string>();
    watch(registers, 'gdb', 0, A);
    watch(registers, 'lldb', 0, A + 8n);
    expect(texts(registers.forget('gdb'))).toEqual(['dr7=900004']);
    expect(registers.peek('gdb', 7)).toBe(0n);
    expect(registers.hit(0xffff0ff2n)).toEqual([{ owner: 'lldb', slots: 1, step: false }]);
    expect(texts(registers.forget('nobody'))).toEqual([]);
  });

  it('undo: the kernel had no register left (perf has it)', () => {
    const registers = new DebugRegisters<string>();
    watch(registers, 'gdb', 0, A);
    registers.poke('lldb', 1, A + 8n);
    const answer = registers.poke('lldb', 7, dr7({ 1: WRITE_8 }));
    if (answer.errno !== 0) throw new Error('refused');
    expect(texts(answer.undo())).toEqual(['dr7=0', 'dr1=0', 'dr7=90001']);
    expect(registers.peek('lldb', 7)).toBe(0n);
    expect(registers.peek('lldb', 1)).toBe(A + 8n);
    expect(writes(registers.poke('lldb', 7, dr7({ 1: WRITE_8 })))).toEqual([
      `dr1=${(A + 8n).toString(16)}`,
      'dr7=990005',
    ]);
  });
});

describe('a trap', () => {
  it('is split: each owner has its own slots and its own step in its DR6', () => {
    const registers = new DebugRegisters<string>();
    watch(registers, 'gdb', 3, A);
    watch(registers, 'lldb', 0, A + 8n);
    registers.poke('strace', 6, 0n);
    expect(registers.hit(0xffff4ff3n, ['stepper', 'gdb'])).toEqual([
      { owner: 'gdb', slots: 0b1000, step: true },
      { owner: 'lldb', slots: 0b0001, step: false },
      { owner: 'stepper', slots: 0, step: true },
    ]);
    expect(registers.peek('gdb', 6)).toBe(0xffff4ff8n);
    expect(registers.peek('lldb', 6)).toBe(0xffff0ff1n);
    expect(registers.peek('stepper', 6)).toBe(0xffff4ff0n);
    expect(registers.peek('strace', 6)).toBe(0n);
  });

  it('sets DR6 anew for those whom it concerns, and only for them', () => {
    const registers = new DebugRegisters<string>();
    watch(registers, 'gdb', 0, A);
    watch(registers, 'lldb', 0, A + 8n);
    registers.hit(0xffff0ff1n);
    registers.hit(0xffff0ff2n);
    expect(registers.peek('gdb', 6)).toBe(0xffff0ff1n);
    registers.hit(0xffff4ff0n, ['gdb']);
    expect(registers.peek('gdb', 6)).toBe(0xffff4ff0n);
    expect(registers.peek('lldb', 6)).toBe(0xffff0ff1n);
  });

  it('that was no step steps nobody; a register that nobody has concerns nobody', () => {
    const registers = new DebugRegisters<string>();
    watch(registers, 'gdb', 0, A);
    expect(registers.hit(0xffff0ff1n, ['gdb', 'lldb'])).toEqual([{ owner: 'gdb', slots: 1, step: false }]);
    expect(registers.hit(0xffff0ff8n)).toEqual([]);
  });
});

describe('a new life', () => {
  it('exec clears everything', () => {
    const registers = new DebugRegisters<string>();
    watch(registers, 'gdb', 0, A);
    registers.clear();
    expect([0, 6, 7].map((index) => registers.peek('gdb', index))).toEqual([0n, 0xffff0ff0n, 0n]);
    expect(writes(watch(registers, 'gdb', 0, A))).toEqual([`dr0=${A.toString(16)}`, 'dr7=90001']);
  });

  it('a newborn has DR6 and DR7 to read, and nothing enabled until DR7 is written', () => {
    const registers = new DebugRegisters<string>();
    watch(registers, 'gdb', 0, A);
    watch(registers, 'lldb', 0, A + 8n);
    registers.hit(0xffff0ff1n);
    const child = registers.copy<string>((owner) => (owner === 'gdb' ? 'gdb of the child' : undefined));
    expect([0, 6, 7].map((index) => child.peek('gdb of the child', index))).toEqual([
      0n,
      0xffff0ff1n,
      dr7({ 0: WRITE_8 }),
    ]);
    expect(child.peek('lldb', 7)).toBe(0n);
    expect(writes(child.poke('gdb of the child', 0, A))).toEqual([]);
    expect(child.hit(0xffff0ff1n)).toEqual([]);
    expect(writes(child.poke('gdb of the child', 7, dr7({ 0: WRITE_8 })))).toEqual([
      `dr0=${A.toString(16)}`,
      'dr7=90001',
    ]);
    expect(registers.peek('gdb', 0)).toBe(A);
  });
});
