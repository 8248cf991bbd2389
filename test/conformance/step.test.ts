/** Stepping: the same instructions as PTRACE_SINGLESTEP in a small C tracer, whatever else is traced. */

import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import {
  Event,
  ignore,
  Resume,
  SIG,
  SignalDisposition,
  signalOf,
  type Task,
  type Tracer,
} from '../../src/session/index.ts';
import { run, watchLeaks } from '../support/live.ts';
import { program } from '../support/paths.ts';

watchLeaks();

/** Libraries are elsewhere in each run: of their addresses only the place in the page counts. */
const comparable = (line: string): string => (line.startsWith('0x7') ? `lib ${line.slice(-3)}` : line);

/** What the C tracer prints, as instruction pointers and signals. */
const oracle = (...args: string[]): string[] =>
  execFileSync(program('stepper'), args, { encoding: 'latin1' }).trim().split('\n').map(comparable);

const GETPID = 39;
const SYSCALL = '0f05';
const opcode = (task: Task): string => Buffer.from(task.memory.read(task.registers.get('rip'), 2)).toString('hex');

/** Steps between the two getpid calls of steps.c and notes where. */
function stepper(seen: string[], action: typeof Resume.SINGLESTEP | typeof Resume.BLOCKSTEP): Tracer {
  let on = false;
  let over = false;
  return {
    calls: ['getpid'],
    syscallExit: () => {
      on = !on && !over;
      return on ? action : undefined;
    },
    quiesce: (_task, event) => (on && event !== Event.SYSCALL_EXIT ? action : undefined),
    signal: (task, { info }, act) => {
      if (!on) return undefined;
      if (info?.signo === SIG.SIGTRAP || signalOf(act) === SignalDisposition.HANDLER) {
        seen.push(comparable(`0x${task.registers.get('rip').toString(16)}`));
        if (task.registers.get('rax') === BigInt(GETPID) && opcode(task) === SYSCALL) {
          on = false;
          over = true;
        }
        return ignore(on ? action : Resume.RESUME);
      }
      if (info !== null) seen.push(`signal ${info.signo}`);
      return (signalOf(act) | action) as never;
    },
  };
}

const everyCall: Tracer = { syscallEntry: () => undefined, syscallExit: () => undefined };
const someCalls: Tracer = { calls: ['getppid', 'tkill'], syscallEntry: () => undefined, syscallExit: () => undefined };

describe('UTRACE_SINGLESTEP: the instructions of a native PTRACE_SINGLESTEP', () => {
  test.each([
    ['nothing else traced', []],
    ['every call traced beside it (R45)', [everyCall]],
    ['some calls traced beside it', [someCalls]],
    ['the stepper after another engine', [{ quiesce: () => undefined } as Tracer]],
  ] as const)('%s', async (_name, others) => {
    for (const args of [[], ['signal']]) {
      const seen: string[] = [];
      await run('steps', args, [...others, stepper(seen, Resume.SINGLESTEP)]);
      expect(seen).toEqual(oracle(program('steps'), ...args));
    }
  });

  test('with a seccomp filter on the tree', async () => {
    const seen: string[] = [];
    await run('steps', [], [stepper(seen, Resume.SINGLESTEP)], { seccomp: true });
    expect(seen).toEqual(oracle(program('steps')));
  });
});

// Firecracker and many other virtual machines do not virtualise DEBUGCTL.BTF: there each "block" is one instruction.
const blocks = oracle('block', program('steps'));
const hasBlocks = blocks.length < oracle(program('steps')).length;

describe('UTRACE_BLOCKSTEP', () => {
  test.skipIf(!hasBlocks)(
    'stops where a native PTRACE_SINGLEBLOCK does (skipped: this CPU or VM has no branch stepping)',
    async () => {
      const seen: string[] = [];
      await run('steps', [], [stepper(seen, Resume.BLOCKSTEP)]);
      expect(seen).toEqual(blocks);
    },
  );

  test('devolves to UTRACE_SINGLESTEP when another engine single-steps', async () => {
    const seen: string[] = [];
    const other: string[] = [];
    await run('steps', [], [stepper(other, Resume.BLOCKSTEP), stepper(seen, Resume.SINGLESTEP)]);
    expect(seen).toEqual(oracle(program('steps')));
    expect(other).toEqual(seen);
  });
});
