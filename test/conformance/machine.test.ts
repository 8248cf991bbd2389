/** Machine state: registers, register sets, memory, the current system call. */

import { describe, expect, test } from 'vitest';
import { HostError, Resume, type Task, type Tracer } from '../../src/session/index.ts';
import { attachTo, callOf, Log, run, start, stateOf, target, until, watchLeaks } from '../support/live.ts';

watchLeaks();

/** Looks at the task in its getppid. */
const atGetppid = (look: (task: Task) => void): Tracer => ({ calls: ['getppid'], syscallExit: (task) => look(task) });

describe('registers', () => {
  test('general registers by name; what is set the program runs with', async () => {
    const { output } = await run(
      'puppet',
      ['call 110 7 8 9'],
      [
        atGetppid(({ registers }) => {
          expect(registers.get('rdi')).toBe(7n);
          expect(registers.get('orig_rax')).toBe(110n);
          expect(registers.get('rcx')).toBe(registers.get('rip')); // the syscall instruction's doing
          expect(registers.names).toHaveLength(27);
          expect(() => registers.get('x0')).toThrow(RangeError);
          registers.set('rax', 31337n);
          expect(registers.get('rax')).toBe(31337n);
        }),
      ],
    );
    expect(output).toBe('call = 31337\n');
  });

  test('user_regset: general, floating point and xstate, read and written whole', async () => {
    const { output } = await run(
      'memory',
      [],
      [
        atGetppid(({ registers }) => {
          const general = registers.readSet('general');
          const rip = new DataView(general.buffer).getBigUint64(16 * 8, true);
          expect(rip).toBe(registers.get('rip'));
          registers.set('rax', 1n); // a change by name and one by the set do not undo each other
          const again = registers.readSet('general');
          expect(new DataView(again.buffer).getBigUint64(10 * 8, true)).toBe(1n);
          const fp = registers.readSet('floating-point');
          expect(fp).toHaveLength(512);
          const xstate = registers.readSet('xstate');
          expect(xstate.length).toBeGreaterThanOrEqual(576);
          // Round trip with one change: mxcsr is at 24 in both; flush-to-zero on and off again.
          const changed = xstate.slice();
          new DataView(changed.buffer).setUint32(24, 0x9f80, true);
          registers.writeSet('xstate', changed);
          expect(new DataView(registers.readSet('floating-point').buffer).getUint32(24, true)).toBe(0x9f80);
          registers.writeSet('xstate', xstate);
          registers.writeSet('floating-point', fp);
          // But for XSTATE_BV (at 512), where the kernel marks what was written as in use.
          const back = registers.readSet('xstate');
          expect(back.subarray(0, 512)).toEqual(xstate.subarray(0, 512));
          expect(back.subarray(520)).toEqual(xstate.subarray(520));
        }),
      ],
    );
    expect(output).toContain('product 2.25');
  });

  test('an xmm register the engine changes is the one the program has', async () => {
    let seen = '';
    await run(
      'puppet',
      ['getppid 2'],
      [
        atGetppid(({ registers }) => {
          const fp = registers.readSet('floating-point');
          const xmm15 = fp.subarray(160 + 15 * 16, 160 + 16 * 16);
          if (seen === '') {
            xmm15.set(Buffer.from('0123456789abcdef'));
            registers.writeSet('floating-point', fp);
            seen = 'set';
          } else {
            seen = Buffer.from(xmm15).toString();
          }
        }),
      ],
    );
    expect(seen).toBe('0123456789abcdef');
  });

  test('of a task that is not stopped: an error that says so', async () => {
    const child = await target('puppet', ['spin'], 'spinning');
    const session = await attachTo(child.pid);
    expect(() => session.tasks[0]!.registers.get('rip')).toThrow(HostError);
    expect(() => session.tasks[0]!.registers.readSet('general')).toThrow(/not stopped/);
  });
});

describe('memory', () => {
  const addresses = (output: string): { pages: bigint; fixed: bigint } => {
    const [, pages, fixed] = /pages (0x[0-9a-f]+) fixed (0x[0-9a-f]+)/.exec(output)!;
    return { pages: BigInt(pages!), fixed: BigInt(fixed!) };
  };

  test('reads across pages, into what may not be read, and up to what is not mapped', async () => {
    const traced = await start('memory');
    traced.session.use(
      atGetppid(({ memory }) => {
        const { pages } = addresses(traced.output);
        const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
        // The first page is PROT_NONE: as for a debugger, it is read all the same.
        expect(text(memory.read(pages + 4090n, 14))).toBe('crosses a page');
        expect(memory.readString(pages + 4090n, 100)).toEqual({
          bytes: new Uint8Array(Buffer.from('crosses a page')),
          terminated: true,
        });
        expect(text(memory.readString(pages + 4090n, 7).bytes)).toBe('crosses');
        expect(memory.readString(pages + 4090n, 7).terminated).toBe(false);
        expect(memory.read(pages + 8184n, 100)).toHaveLength(8);
        expect(text(memory.readString(pages + 8184n, 100).bytes)).toBe('unended!');
        expect(memory.readString(pages + 8184n, 100).terminated).toBe(false);
        expect(memory.readString(pages + 8184n, 8).terminated).toBe(false);
        expect(() => memory.read(pages + 8192n, 1)).toThrow(expect.objectContaining({ code: 'EFAULT' }));
        expect(() => memory.readString(pages + 8192n, 10)).toThrow(expect.objectContaining({ code: 'EFAULT' }));
        expect(() => memory.read(0, 1)).toThrow(expect.objectContaining({ code: 'EFAULT' }));
        expect(memory.read(0, 0)).toHaveLength(0);
      }),
    );
    await traced.end();
    await traced.session.finished;
  });

  test('writes, also across pages, into read-only text and where nothing may be touched', async () => {
    const traced = await start('memory');
    traced.session.use(
      atGetppid(({ memory }) => {
        const { pages, fixed } = addresses(traced.output);
        memory.write(fixed, Buffer.from('READ'));
        memory.write(pages + 4090n, Buffer.from('CROSSES'));
        expect(() => memory.write(pages + 8190n, Buffer.from('abcdef'))).toThrow(
          expect.objectContaining({ code: 'EFAULT' }),
        );
      }),
    );
    await traced.end();
    await traced.session.finished;
    expect(traced.output).toContain("fixed 'READ-only text' pages 'CROSSES a page'");
  });

  test('large reads: whole pages of the stack and the program', async () => {
    const traced = await start('puppet', ['getppid']);
    let length = 0;
    traced.session.use(
      atGetppid(({ memory, registers }) => {
        const page = registers.get('rip') & ~0xfffn;
        length = memory.read(page, 300_000).length;
      }),
    );
    await traced.end();
    expect(length).toBeGreaterThan(4096);
  });
});

describe('task_current_syscall: on any task at any time', () => {
  test('a task blocked in a call: its number, arguments, sp and pc', async () => {
    const child = await target('puppet', ['say ready', 'poll 5000']);
    await until('asleep', () => stateOf(child.pid) === 'S' && callOf(child.pid).startsWith('7 '));
    const session = await attachTo(child.pid);
    const call = session.tasks[0]!.currentSyscall();
    expect(call).toMatchObject({ state: 'blocked', nr: 7 });
    if (call.state === 'blocked') {
      expect(call.args.slice(0, 3)).toEqual([0n, 0n, 5000n]);
      expect(call.stackPointer).toBeGreaterThan(0n);
      expect(call.programCounter).toBeGreaterThan(0n);
    }
    child.signal('SIGKILL');
    await child.end();
  });

  test('a running task: running; one stopped at an entry: that call', async () => {
    const child = await target('puppet', ['spin'], 'spinning');
    const session = await attachTo(child.pid);
    expect(session.tasks[0]!.currentSyscall()).toEqual({ state: 'running' });

    const log = new Log();
    const traced = await start('puppet', ['call 110 1 2 3']);
    traced.session.use({
      calls: ['getppid'],
      syscallEntry: (task) => {
        log.add(
          JSON.stringify(task.currentSyscall(), (_key, value) => (typeof value === 'bigint' ? Number(value) : value)),
        );
      },
    });
    await traced.end();
    expect(JSON.parse(log.lines[0]!)).toMatchObject({
      state: 'blocked',
      nr: 110,
      args: [1, 2, 3, 0, 0, 0].slice(0, 3).concat(JSON.parse(log.lines[0]!).args.slice(3)),
    });
    expect(Resume.STOP).toBe(0);
  });
});
