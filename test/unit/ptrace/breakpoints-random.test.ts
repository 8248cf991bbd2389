/**
 * Random reads and writes of several debuggers against a model that keeps one record per instruction and asks nothing of
 * speed. A failure prints its seed; run it again with UTRACE_SEED=<seed>. UTRACE_RUNS sets how many seeds are tried.
 */

import { describe, expect, it } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import { BRK, Breakpoints, INT3 } from '../../../src/ptrace/breakpoints.ts';

const OWNERS = ['a', 'b', 'c', 'd'];
const LENGTH = 48;
const BASE = 0x7000n;

/** One address space, a record per unit: what the program has, and who planted. `gone`: nothing in it is remembered. */
interface Unit {
  program: number[];
  owners: string[];
}

class Model {
  readonly units: Unit[] = [];
  readonly instruction: number[];

  constructor(instruction: number[], program: readonly number[]) {
    this.instruction = instruction;
    const width = instruction.length;
    for (let at = 0; at < program.length; at += width) {
      this.units.push({ program: program.slice(at, at + width), owners: [] });
    }
  }

  seen(owner: string): number[] {
    return this.units.flatMap((unit) => (unit.owners.includes(owner) ? this.instruction : unit.program));
  }

  real(): number[] {
    return this.units.flatMap((unit) => (unit.owners.length > 0 ? this.instruction : unit.program));
  }

  write(owner: string, at: number, bytes: readonly number[]): void {
    const before = this.seen(owner);
    const after = before.toSpliced(at, bytes.length, ...bytes);
    const width = this.instruction.length;
    const isTrap = (unit: readonly number[]): boolean => `${unit}` === `${this.instruction}`;
    const real = this.real();
    this.units.forEach((unit, i) => {
      const [start, end] = [i * width, (i + 1) * width];
      const [old, now] = [before.slice(start, end), after.slice(start, end)];
      if (`${old}` === `${now}`) return;
      unit.owners = unit.owners.filter((other) => other !== owner);
      const whole = at <= start && end <= at + bytes.length;
      // A part that completes the instruction is only known as one where a breakpoint is already.
      if (isTrap(now) && (whole || isTrap(real.slice(start, end)))) unit.owners.push(owner);
      else unit.program = now;
    });
  }

  /** The program itself changes a unit: breakpoints there are no more. */
  overwrite(index: number, program: number[]): void {
    this.units[index] = { program, owners: [] };
  }

  forget(owner: string): void {
    for (const unit of this.units) {
      if (unit.owners.length === 1 && unit.owners[0] === owner) unit.program = this.instruction;
      unit.owners = unit.owners.filter((other) => other !== owner);
    }
  }
}

/** expect().toEqual() of short lists, some hundred times as fast. */
function check(what: string, actual: Iterable<number | string>, wanted: Iterable<number | string>): void {
  const [is, should] = [[...actual].join(' '), [...wanted].join(' ')];
  if (is !== should) throw new Error(`${what}: ${is}, not ${should}`);
}

/** Answers how many breakpoints there were, and how many of them were shared, summed over the steps. */
function run(seed: number, instruction: Uint8Array): { planted: number; shared: number } {
  const prng = new Prng(seed);
  const width = instruction.length;
  // Few values, so that bytes often agree by accident; the instruction's among them.
  const byte = (): number => prng.pick([...instruction, 0x90, 0x55, 0x48]);
  const program = Array.from({ length: LENGTH }, () => (prng.chance(90) ? 1 + prng.below(9) : byte()));
  let breakpoints = new Breakpoints<string>(instruction);
  let model = new Model([...instruction], program);
  let real = Uint8Array.from(program);
  let planted = 0;
  let shared = 0;

  const write = (owner: string, at: number, bytes: Uint8Array): void => {
    const address = BASE + BigInt(at);
    const there = real.slice(at, at + bytes.length);
    const concerns = breakpoints.concerns(address, bytes);
    model.write(owner, at, [...bytes]);
    const out = breakpoints.write(owner, address, bytes, there);
    if (!concerns && out !== bytes) throw new Error('a write that concerns no breakpoint was changed');
    real.set(out, at);
  };
  const read = (owner: string, at: number, length: number): Uint8Array => {
    const bytes = real.slice(at, at + length);
    breakpoints.view(owner, BASE + BigInt(at), bytes);
    return bytes;
  };
  /** A word as POKETEXT has it: one instruction planted, or put back as remembered, or nonsense. */
  const poke = (owner: string): void => {
    const at = prng.below(LENGTH / 8) * 8;
    const bytes = read(owner, at, 8);
    const place = prng.below(8 / width) * width;
    const unit = model.units[(at + place) / width]!;
    if (prng.chance(50)) bytes.set(instruction, place);
    else if (prng.chance(70)) bytes.set(unit.program, place);
    else bytes[prng.below(8)] = byte();
    write(owner, at, bytes);
  };

  for (let step = 0; step < 120; step++) {
    const owner = prng.pick(OWNERS);
    const dice = prng.below(100);
    if (dice < 65) poke(owner);
    else if (dice < 85) {
      const at = prng.below(LENGTH);
      // Shorter than a fill.
      write(owner, at, Uint8Array.from({ length: Math.min(1 + prng.below(7), LENGTH - at) }, byte));
    } else if (dice < 92) {
      const index = prng.below(LENGTH / width);
      if (model.units[index]!.owners.length === 0) continue;
      const bytes = Array.from({ length: width }, () => 1 + prng.below(9));
      model.overwrite(index, bytes);
      real.set(bytes, index * width);
      // Stale until a write comes by: one of the same bytes.
      write(owner, index * width, Uint8Array.from(bytes));
    } else if (dice < 96) {
      breakpoints.forget(owner);
      model.forget(owner);
    } else if (dice < 99) {
      // The life of the child goes on, without one of the owners.
      const gone = prng.pick(OWNERS);
      breakpoints = breakpoints.copy((other) => (other === gone ? undefined : other));
      model.forget(gone);
    } else {
      breakpoints.clear();
      real = Uint8Array.from(model.real());
      model = new Model([...instruction], [...real]);
    }
    check('memory', real, model.real());
    for (const other of [...OWNERS, 'nobody']) {
      const at = prng.below(LENGTH);
      const length = prng.below(LENGTH - at + 1);
      check(`seen by ${other} at ${at}`, read(other, at, length), model.seen(other).slice(at, at + length));
    }
    model.units.forEach((unit, i) => {
      check(`owners of unit ${i}`, breakpoints.ownersAt(BASE + BigInt(i * width)), unit.owners);
    });
    const sites = model.units.filter((unit) => unit.owners.length > 0);
    check('size', [breakpoints.size], [sites.length]);
    planted += sites.length;
    shared += sites.filter((unit) => unit.owners.length > 1).length;
  }
  return { planted, shared };
}

const given = process.env.UTRACE_SEED;
const runs = Number(process.env.UTRACE_RUNS ?? 200);
const seeds = given !== undefined ? [Number(given)] : Array.from({ length: runs }, (_, i) => i + 1);

describe.each([
  ['one byte', INT3],
  ['four bytes', BRK],
] as const)('random debuggers, an instruction of %s', (_, instruction) => {
  it(`sees what the model sees, ${seeds.length} seeds`, () => {
    let planted = 0;
    let shared = 0;
    for (const seed of seeds) {
      try {
        const seen = run(seed, instruction);
        planted += seen.planted;
        shared += seen.shared;
      } catch (error) {
        throw new Error(`UTRACE_SEED=${seed}: ${(error as Error).message}`, { cause: error });
      }
    }
    // Else the test would prove nothing.
    expect(planted).toBeGreaterThan(seeds.length * 100);
    expect(shared).toBeGreaterThan(seeds.length * 10);
  });
});
