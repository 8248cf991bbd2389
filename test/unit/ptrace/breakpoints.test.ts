/** Breakpoints of several debuggers in one address space. */

import { describe, expect, it, test } from 'vitest';
import { BRK, Breakpoints } from '../../../src/ptrace/breakpoints.ts';

const BASE = 0x401000n;
const CC = 0xcc;
/** push rbp; mov rbp, rsp; sub rsp, 16; ret; and an INT3 of the program's own. */
const CODE = [0x55, 0x48, 0x89, 0xe5, 0x48, 0x83, 0xec, 0x10, 0xc3, CC, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90];

/** Real memory, and debuggers that reach it only through the breakpoints. */
class Memory {
  readonly real: Uint8Array;
  readonly breakpoints: Breakpoints<string>;

  constructor(code: readonly number[] = CODE, breakpoints = new Breakpoints<string>()) {
    this.real = Uint8Array.from(code);
    this.breakpoints = breakpoints;
  }

  read(owner: string, at = 0, length = this.real.length - at): number[] {
    const bytes = this.real.slice(at, at + length);
    this.breakpoints.view(owner, BASE + BigInt(at), bytes);
    return [...bytes];
  }

  write(owner: string, at: number, ...bytes: number[]): void {
    const real = this.real.slice(at, at + bytes.length);
    this.real.set(this.breakpoints.write(owner, BASE + BigInt(at), Uint8Array.from(bytes), real), at);
  }

  /** As PTRACE_POKETEXT is used: a word is read, one byte changed, the word written. */
  poke(owner: string, at: number, byte: number): void {
    const word = at - (at % 8);
    const bytes = this.read(owner, word, 8);
    bytes[at - word] = byte;
    this.write(owner, word, ...bytes);
  }

  /** The offsets where memory really has an INT3. */
  get traps(): number[] {
    return [...this.real.keys()].filter((at) => this.real[at] === CC);
  }

  ownersAt(at: number): readonly string[] {
    return this.breakpoints.ownersAt(BASE + BigInt(at));
  }
}

const withByte = (at: number, byte: number): number[] => CODE.with(at, byte);

describe('a breakpoint', () => {
  it('is seen by its owner alone, and is really there', () => {
    const memory = new Memory();
    memory.write('gdb', 4, CC);
    expect(memory.traps).toEqual([4, 9]);
    expect(memory.read('gdb')).toEqual(withByte(4, CC));
    expect(memory.read('lldb')).toEqual(CODE);
    expect(memory.ownersAt(4)).toEqual(['gdb']);
    expect(memory.ownersAt(3)).toEqual([]);
  });

  it('is lifted by writing the original back', () => {
    const memory = new Memory();
    memory.write('gdb', 4, CC);
    memory.write('gdb', 4, 0x48);
    expect([...memory.real]).toEqual(CODE);
    expect(memory.breakpoints.size).toBe(0);
  });

  it('stays really there while another owner has one', () => {
    const memory = new Memory();
    memory.write('gdb', 4, CC);
    memory.write('lldb', 4, CC);
    expect(memory.ownersAt(4)).toEqual(['gdb', 'lldb']);
    memory.write('gdb', 4, 0x48);
    expect(memory.traps).toEqual([4, 9]);
    expect(memory.read('gdb')).toEqual(CODE);
    expect(memory.read('lldb')).toEqual(withByte(4, CC));
    memory.write('lldb', 4, 0x48);
    expect([...memory.real]).toEqual(CODE);
  });

  it('planted, lifted and planted again comes last', () => {
    const memory = new Memory();
    for (const owner of ['a', 'b', 'c']) memory.write(owner, 0, CC);
    memory.write('a', 0, 0x55);
    memory.write('a', 0, CC);
    expect(memory.ownersAt(0)).toEqual(['b', 'c', 'a']);
    memory.write('b', 0, CC); // has it: keeps its place
    expect(memory.ownersAt(0)).toEqual(['b', 'c', 'a']);
  });

  it('is planted and lifted a word at a time, beside others in the word', () => {
    const memory = new Memory();
    memory.poke('gdb', 1, CC);
    memory.poke('lldb', 4, CC);
    memory.poke('lldb', 1, CC);
    expect(memory.traps).toEqual([1, 4, 9]);
    expect(memory.read('gdb')).toEqual(withByte(1, CC));
    memory.poke('lldb', 1, 0x48);
    memory.poke('gdb', 1, 0x48);
    expect(memory.traps).toEqual([4, 9]);
    expect(memory.ownersAt(4)).toEqual(['lldb']);
  });

  it("beside the program's own INT3 in the word: that one is nobody's", () => {
    const memory = new Memory();
    memory.poke('gdb', 8, CC);
    memory.write('gdb', 9, CC);
    expect(memory.ownersAt(9)).toEqual([]);
    memory.poke('gdb', 8, 0xc3);
    expect([...memory.real]).toEqual(CODE);
    expect(memory.breakpoints.size).toBe(0);
  });
});

describe("the program's own bytes", () => {
  it("change for everybody, under another's breakpoint", () => {
    const memory = new Memory();
    memory.write('gdb', 4, CC);
    memory.write('lldb', 3, 1, 2, 3);
    expect([...memory.real.subarray(3, 6)]).toEqual([1, CC, 3]);
    expect(memory.read('gdb', 3, 3)).toEqual([1, CC, 3]);
    expect(memory.read('lldb', 3, 3)).toEqual([1, 2, 3]);
    memory.write('gdb', 4, 2);
    expect([...memory.real.subarray(3, 6)]).toEqual([1, 2, 3]);
  });

  it('change when an owner writes something else over its own breakpoint, which is then lifted', () => {
    const memory = new Memory();
    memory.write('gdb', 4, CC);
    memory.write('lldb', 4, CC);
    memory.write('gdb', 4, 0x99);
    expect(memory.ownersAt(4)).toEqual(['lldb']);
    expect(memory.read('gdb', 4, 1)).toEqual([0x99]);
    expect(memory.traps).toContain(4);
    memory.write('lldb', 4, 0x99);
    expect(memory.real[4]).toBe(0x99);
  });

  it("an INT3 of the program's written back is no breakpoint", () => {
    const memory = new Memory();
    memory.write('gdb', 9, CC);
    expect(memory.breakpoints.size).toBe(0);
    memory.write('gdb', 9, 0x90);
    expect(memory.read('lldb', 9, 1)).toEqual([0x90]);
  });

  it('a fill with 0xCC is no row of breakpoints; seven in a word are', () => {
    const memory = new Memory(new Array(64).fill(0x90));
    memory.write('gdb', 0, ...new Array(40).fill(CC));
    expect(memory.breakpoints.size).toBe(0);
    expect(memory.read('lldb', 0, 40)).toEqual(new Array(40).fill(CC));
    memory.write('gdb', 48, ...new Array(7).fill(CC));
    expect(memory.breakpoints.size).toBe(7);
    memory.write('gdb', 40, CC, 0x90, ...new Array(6).fill(CC)); // what was a fill before is not counted in
    expect(memory.breakpoints.size).toBe(14);
  });
});

describe('when the program changes under a breakpoint', () => {
  it('what is there is seen by all', () => {
    const memory = new Memory();
    memory.write('gdb', 4, CC);
    memory.real[4] = 0x77;
    expect(memory.read('gdb', 4, 1)).toEqual([0x77]);
    expect(memory.read('lldb', 4, 1)).toEqual([0x77]);
  });

  it('the breakpoint is gone at the next write, and can be planted anew', () => {
    const memory = new Memory();
    memory.write('gdb', 4, CC);
    memory.write('lldb', 4, CC);
    memory.real[4] = 0x77;
    memory.write('gdb', 4, CC);
    expect(memory.ownersAt(4)).toEqual(['gdb']);
    expect(memory.read('lldb', 4, 1)).toEqual([0x77]);
    memory.write('gdb', 4, 0x77);
    memory.real[4] = CC;
    expect(memory.read('lldb', 4, 1)).toEqual([CC]); // the program's own now
  });

  it('a write that the kernel refused leaves nothing behind', () => {
    const { breakpoints } = new Memory();
    const real = Uint8Array.of(0x55);
    breakpoints.write('gdb', BASE, Uint8Array.of(CC), real);
    const seen = real.slice();
    breakpoints.view('gdb', BASE, seen);
    expect(seen).toEqual(real);
    expect(breakpoints.write('gdb', BASE, Uint8Array.of(0x56), real)).toEqual(Uint8Array.of(0x56));
    expect(breakpoints.size).toBe(0);
  });
});

describe('owners come and go', () => {
  it("forget: its breakpoints become the program's own, unless another has one there", () => {
    const memory = new Memory();
    memory.write('gdb', 0, CC);
    memory.write('gdb', 4, CC);
    memory.write('lldb', 4, CC);
    memory.breakpoints.forget('gdb');
    expect(memory.ownersAt(4)).toEqual(['lldb']);
    expect(memory.read('lldb')).toEqual(withByte(0, CC).with(4, CC));
    expect(memory.read('gdb')).toEqual(withByte(0, CC));
    memory.write('lldb', 0, CC); // written back: not planted
    expect(memory.ownersAt(0)).toEqual([]);
  });

  it('clear: a new address space has none', () => {
    const memory = new Memory();
    memory.write('gdb', 0, CC);
    memory.breakpoints.clear();
    expect(memory.breakpoints.size).toBe(0);
    expect(memory.read('lldb')).toEqual(withByte(0, CC));
  });

  it('copy: the child has those of the owners that trace it, and its own life', () => {
    const memory = new Memory();
    memory.write('gdb', 0, CC);
    memory.write('lldb', 4, CC);
    memory.write('gdb', 4, CC);
    const child = new Memory(
      [...memory.real],
      memory.breakpoints.copy((owner) => (owner === 'lldb' ? 'lldb of the child' : undefined)),
    );
    expect(child.ownersAt(4)).toEqual(['lldb of the child']);
    expect(child.ownersAt(0)).toEqual([]);
    expect(child.read('gdb')).toEqual(withByte(0, CC)); // as natively: the INT3 came along, and is the child's
    child.write('lldb of the child', 4, 0x48);
    expect(child.traps).toEqual([0, 9]);
    expect(memory.ownersAt(4)).toEqual(['lldb', 'gdb']);
    expect(memory.breakpoints.copy(() => 'one').ownersAt(BASE + 4n)).toEqual(['one']);
  });
});

describe('what costs nothing', () => {
  it('a write without breakpoints is the very same bytes, and needs no read', () => {
    const breakpoints = new Breakpoints<string>();
    const bytes = Uint8Array.from([1, 2, 3]);
    expect(breakpoints.concerns(BASE, bytes)).toBe(false);
    expect(breakpoints.write('gdb', BASE, bytes, Uint8Array.from([0, 0, 0]))).toBe(bytes);
    expect(breakpoints.concerns(BASE, Uint8Array.of(1, CC))).toBe(true);
    breakpoints.write('gdb', BASE + 3n, Uint8Array.of(CC), Uint8Array.of(0));
    expect(breakpoints.concerns(BASE, bytes)).toBe(false);
    expect(breakpoints.concerns(BASE + 1n, bytes)).toBe(true);
    expect(breakpoints.concerns(BASE + 4n, bytes)).toBe(false);
    expect(breakpoints.concerns(BASE + 3n, new Uint8Array())).toBe(false);
  });

  it('a megabyte is not walked byte by byte', () => {
    const breakpoints = new Breakpoints<string>();
    // A Proxy counts the bytes that are looked at.
    let looks = 0;
    const counted = (bytes: Uint8Array): Uint8Array =>
      new Proxy(bytes, {
        get(target, key) {
          if (typeof key === 'string' && /^\d+$/.test(key)) looks++;
          const value = Reflect.get(target, key, target) as unknown;
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    const real = new Uint8Array(1 << 20).fill(0x90);
    for (let at = 0; at < 1000; at++) {
      const address = BASE + BigInt(at * 1000);
      breakpoints.write('gdb', address, Uint8Array.of(CC), Uint8Array.of(0x90));
      real[at * 1000] = CC;
    }
    const seen = counted(real.slice());
    breakpoints.view('lldb', BASE, seen);
    expect(seen.indexOf(CC)).toBe(-1);
    breakpoints.write('lldb', BASE, counted(new Uint8Array(1 << 20)), counted(real));
    expect(looks).toBeLessThan(10_000);
  });
});

describe('a breakpoint of four bytes (arm64)', () => {
  const word = [...BRK];
  const code = [...Array(16).keys()];
  const arm = (): Memory => new Memory(code, new Breakpoints<string>(BRK));

  it('is planted, seen, shared and lifted as one', () => {
    const memory = arm();
    memory.write('gdb', 4, ...word);
    memory.write('lldb', 0, 0, 1, 2, 3, ...word);
    expect(memory.ownersAt(4)).toEqual(['gdb', 'lldb']);
    expect(memory.read('other')).toEqual(code);
    memory.write('gdb', 4, 4, 5, 6, 7);
    expect(memory.read('gdb')).toEqual(code);
    expect(memory.read('lldb', 4, 4)).toEqual(word);
    memory.write('lldb', 4, 4, 5, 6, 7);
    expect([...memory.real]).toEqual(code);
  });

  it('is hidden where a read cuts it, and counts only where it is aligned', () => {
    const memory = arm();
    memory.write('gdb', 4, ...word);
    expect(memory.read('lldb', 6, 4)).toEqual([6, 7, 8, 9]);
    expect(memory.read('lldb', 2, 4)).toEqual([2, 3, 4, 5]);
    expect(memory.read('gdb', 6, 4)).toEqual([word[2], word[3], 8, 9]);
    memory.write('gdb', 9, ...word);
    expect(memory.breakpoints.size).toBe(1);
    expect(memory.read('lldb', 9, 4)).toEqual(word);
  });

  it('a write to a part of it changes what is under it; by its owner, it lifts', () => {
    const memory = arm();
    memory.write('gdb', 4, ...word);
    memory.write('lldb', 6, 60, 70, 80);
    expect([...memory.real.subarray(4, 9)]).toEqual([...word, 80]);
    expect(memory.read('lldb', 4, 5)).toEqual([4, 5, 60, 70, 80]);
    memory.write('gdb', 2, 20, 30, 40);
    expect(memory.breakpoints.size).toBe(0);
    expect([...memory.real.subarray(2, 8)]).toEqual([20, 30, 40, ...word.slice(1)]);
  });
});

test('a breakpoint has an instruction, and as much is real as is written', () => {
  expect(() => new Breakpoints(new Uint8Array())).toThrow('instruction');
  expect(() => new Breakpoints().write('gdb', BASE, Uint8Array.of(1), new Uint8Array(2))).toThrow('real bytes');
});
