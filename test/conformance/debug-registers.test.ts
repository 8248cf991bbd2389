/**
 * The debug registers that tracers are given, against the kernel's: the same pokes to both, at random, must be answered
 * alike; and what several tracers' registers come to, the kernel must take. UTRACE_SEED=<seed> repeats a failure.
 */

import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { ERRNO } from '../../src/abi/errno.ts';
import { Prng } from '../../src/base/prng.ts';
import { DebugRegisters } from '../../src/ptrace/debug-registers.ts';
import { TASK_SIZE_MAX } from '../../src/ptrace/virtual-debug-registers.ts';
import { program } from '../support/paths.ts';

/** What the kernel answers to these commands (test/programs/debugregs.c). */
const kernel = (commands: readonly string[]): string[] =>
  execFileSync(program('debugregs'), { input: `${commands.join('\n')}\n`, encoding: 'latin1', timeout: 20_000 })
    .trimEnd()
    .split('\n');

const poke = (index: number, value: bigint): string => `poke ${index} ${value.toString(16)}`;

// Some virtual machines have no hardware breakpoints to give; perf may have taken them.
const lacks = kernel([poke(0, 0x1000n), poke(7, 1n)]).some((answer) => answer !== '0');
if (lacks) console.warn('skipped: this machine gives no hardware breakpoints');
// Where user addresses end tells four-level page tables from five.
const la57 = kernel([poke(0, TASK_SIZE_MAX)])[0] === '0';
const limit = la57 ? (1n << 56n) - 4096n : TASK_SIZE_MAX;

const seed = Number(process.env.UTRACE_SEED ?? 1);

const address = (prng: Prng): bigint =>
  prng.pick([0x1000n, 0x1001n, 0x1002n, 0x1004n, 0x1008n, limit - 8n, limit - 1n, limit, ~0n & (2n ** 64n - 1n)]);

/** DR7 with mostly valid slots. */
function control(prng: Prng): bigint {
  let value = 0n;
  for (let slot = 0; slot < 4; slot++) {
    if (prng.chance(45)) value |= BigInt(1 + prng.below(3)) << BigInt(2 * slot);
    const bits = prng.chance(85) ? prng.pick([0, 1, 3, 5, 7, 9, 13, 15]) : prng.below(16);
    value |= BigInt(prng.chance(70) ? bits : 0) << BigInt(16 + 4 * slot);
  }
  return prng.chance(10) ? value | (BigInt(prng.uint32()) << 32n) | 0xff00n : value;
}

test.skipIf(lacks)('one tracer reads and is refused as by the kernel', () => {
  const prng = new Prng(seed);
  let registers = new DebugRegisters<string>(limit);
  const commands: string[] = [];
  const answers: string[] = [];
  const refused = new Set<number>();
  const ask = (command: string, answer: string): void => {
    commands.push(command);
    answers.push(answer);
  };
  for (let step = 0; step < 20_000; step++) {
    const dice = prng.below(1000);
    if (dice < 400) {
      const index = prng.below(8);
      ask(`peek ${index}`, registers.peek('gdb', index).toString(16));
    } else if (dice < 990) {
      const index = prng.pick([0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 7, 7, 7, 8]);
      const value = index < 4 ? address(prng) : index === 7 ? control(prng) : BigInt(prng.uint32());
      const { errno } = registers.poke('gdb', index, value);
      refused.add(errno);
      ask(poke(index, value), String(errno));
    } else if (dice < 994) {
      registers = registers.copy((owner) => owner);
      ask('fork', 'ok');
    } else if (dice < 997) {
      registers.clear();
      ask('exec', 'ok');
    } else {
      registers = new DebugRegisters(limit);
      ask('fresh', 'ok');
    }
  }
  const real = kernel(commands);
  const wrong = real.findIndex((answer, i) => answer !== answers[i]);
  const story = commands.slice(Math.max(commands.lastIndexOf('fresh', wrong), 0), wrong + 1);
  if (wrong >= 0) expect(real[wrong], `seed ${seed}: ${story.join(', ')}`).toBe(answers[wrong]);
  expect([...refused].sort()).toEqual([0, ERRNO.EINVAL, ERRNO.EIO].sort());
});

test.skipIf(lacks)('what the registers of three tracers come to, the kernel takes', () => {
  const prng = new Prng(seed);
  let registers = new DebugRegisters<string>(limit);
  const commands: string[] = [];
  const refused = new Map<number, number>();
  for (let step = 0; step < 20_000; step++) {
    const owner = prng.pick(['a', 'b', 'c']);
    const dice = prng.below(1000);
    if (dice < 960) {
      const index = prng.pick([0, 1, 2, 3, 7, 7]);
      const answer = registers.poke(owner, index, index === 7 ? control(prng) : address(prng));
      refused.set(answer.errno, (refused.get(answer.errno) ?? 0) + 1);
      if (answer.errno !== 0) continue;
      const undone = prng.chance(5);
      // At any point on the way the kernel may have refused.
      const made = undone ? answer.writes.slice(0, prng.below(answer.writes.length + 1)) : answer.writes;
      for (const write of [...made, ...(undone ? answer.undo() : [])]) commands.push(poke(write.index, write.value));
    } else if (dice < 990) {
      for (const write of registers.forget(owner)) commands.push(poke(write.index, write.value));
    } else if (dice < 994) {
      registers = registers.copy((other) => (other === owner ? undefined : other));
      commands.push('fork');
    } else if (dice < 997) {
      registers.clear();
      commands.push('exec');
    } else {
      registers = new DebugRegisters(limit);
      commands.push('fresh');
    }
  }
  const real = kernel(commands);
  const wrong = real.findIndex((answer) => answer !== '0' && answer !== 'ok');
  const story = commands.slice(Math.max(commands.lastIndexOf('fresh', wrong), 0), wrong + 1);
  expect(wrong, `seed ${seed}: ${story.join(', ')} gave ${real[wrong]}`).toBe(-1);
  expect(real).toHaveLength(commands.length);
  for (const errno of [0, ERRNO.EINVAL, ERRNO.ENOSPC])
    expect(refused.get(errno), `errno ${errno}`).toBeGreaterThan(100);
});
