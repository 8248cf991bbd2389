/** System calls: what engines may change, what they may refuse, and whose table a number is from. */

import { describe, expect, test } from 'vitest';
import {
  abort,
  ERRNO,
  run as proceed,
  Resume,
  SYSCALL_RESUMED,
  SyscallDisposition,
  syscallName,
  syscallOf,
  type Task,
  type Tracer,
} from '../../src/session/index.ts';
import { Log, run, start, until, watchLeaks } from '../support/live.ts';

watchLeaks();

const GETPPID = 110;
const GETPID = 39;

describe('UTRACE_SYSCALL_ABORT: no system call is made', () => {
  test('the result is −ENOSYS when nobody sets one', async () => {
    const { output } = await run('puppet', ['call 110 0 0 0'], [{ calls: ['getppid'], syscallEntry: () => abort() }]);
    expect(output).toBe('call = -1 ENOSYS\n');
  });

  test('the result set at entry is what the program sees', async () => {
    const { output } = await run(
      'puppet',
      ['call 110 0 0 0'],
      [
        {
          calls: ['getppid'],
          syscallEntry: (task) => {
            task.syscall.setResult(4242n);
            return abort();
          },
        },
      ],
    );
    expect(output).toBe('call = 4242\n');
  });

  test('a failure is −errno', async () => {
    const { output } = await run(
      'puppet',
      ['call 110 0 0 0'],
      [
        {
          calls: ['getppid'],
          syscallEntry: (task) => {
            task.syscall.setResult(BigInt(-ERRNO.EACCES));
            return abort();
          },
        },
      ],
    );
    expect(output).toBe('call = -1 EACCES\n');
  });

  test('the exit report of an aborted call shows that result, and may change it', async () => {
    const log = new Log();
    const { output } = await run(
      'puppet',
      ['call 110 0 0 0'],
      [
        {
          calls: ['getppid'],
          syscallEntry: (task) => {
            task.syscall.setResult(5n);
            return abort();
          },
          syscallExit: (task) => {
            log.add(`${task.syscall.nr} = ${task.syscall.result}`);
            task.syscall.setResult(6n);
          },
        },
      ],
    );
    expect(log.lines).toEqual([`${GETPPID} = 5`]);
    expect(output).toBe('call = 6\n');
  });

  test('the return value overrides the last engine’s action: RUN after ABORT runs, no opinion leaves it', async () => {
    const seen: number[] = [];
    const aborts: Tracer = { calls: ['getppid'], syscallEntry: () => abort() };
    const runs: Tracer = { calls: ['getppid'], syscallEntry: () => proceed() };
    const looks: Tracer = {
      calls: ['getppid'],
      syscallEntry: (_task, action) => {
        seen.push(syscallOf(action));
      },
    };
    expect((await run('puppet', ['call 110 0 0 0'], [aborts, looks])).output).toBe('call = -1 ENOSYS\n');
    expect((await run('puppet', ['call 110 0 0 0'], [aborts, looks, runs])).output).toBe(`call = ${process.pid}\n`);
    expect(seen).toEqual([SyscallDisposition.ABORT, SyscallDisposition.ABORT]);
  });
});

describe('registers may be tweaked', () => {
  test('syscall_set_arguments: other arguments', async () => {
    const { output } = await run(
      'puppet',
      ['say before', 'call 33 1 77 0'],
      [
        {
          calls: ['dup2'],
          syscallEntry: (task) => {
            task.syscall.setArg(0, 99n);
          },
        },
      ],
    );
    expect(output).toBe('before\ncall = -1 EBADF\n');
  });

  test('another number: getpid instead of getppid', async () => {
    const { output, pid } = await run(
      'puppet',
      ['call 110 0 0 0'],
      [
        {
          calls: ['getppid'],
          syscallEntry: (task) => {
            task.syscall.setNumber(GETPID);
          },
        },
      ],
    );
    expect(output).toBe(`call = ${pid}\n`);
  });

  test('syscall_set_return_value: another result, or a failure', async () => {
    for (const [value, says] of [
      [123n, '123'],
      [-2n, '-1 ENOENT'],
    ] as const) {
      const { output } = await run(
        'puppet',
        ['call 110 0 0 0'],
        [
          {
            calls: ['getppid'],
            syscallExit: (task) => {
              task.syscall.setResult(value);
            },
          },
        ],
      );
      expect(output).toBe(`call = ${says}\n`);
    }
  });

  test('what one engine changes the next one sees', async () => {
    const seen: unknown[] = [];
    await run(
      'puppet',
      ['call 110 1 2 3'],
      [
        {
          calls: ['getppid'],
          syscallEntry: (task) => {
            task.syscall.setArg(1, 0xffff_ffff_ffff_ffffn);
          },
          syscallExit: (task) => {
            task.syscall.setResult(-7n);
          },
        },
        {
          calls: ['getppid'],
          syscallEntry: (task) => {
            seen.push(task.syscall.arg(1), task.syscall.argInt(1));
          },
          syscallExit: (task) => {
            seen.push(task.syscall.result64, task.syscall.failed);
          },
        },
      ],
    );
    expect(seen).toEqual([0xffff_ffff_ffff_ffffn, -1, -7n, true]);
  });
});

describe('UTRACE_STOP in report_syscall_entry: the task stops before the call is attempted', () => {
  test('resumed, the call is made; SYSCALL_RESUMED marks the second report, where the verdict may be given', async () => {
    const log = new Log();
    const traced = await start('puppet', ['call 110 0 0 0']);
    const attachment = traced.session.use({
      calls: ['getppid'],
      syscallEntry: (_task, action) => {
        const again = (action & SYSCALL_RESUMED) !== 0;
        log.add(again ? 'again' : 'first');
        return again ? abort() : proceed(Resume.STOP);
      },
    });
    await log.has('first');
    expect(traced.output).toBe('');
    expect(attachment.control(traced.task, Resume.REPORT)).toBe('ok');
    await traced.end();
    expect(log.lines).toEqual(['first', 'again']);
    expect(traced.output).toBe('call = -1 ENOSYS\n');
  });

  test('registers can be examined and changed while it is stopped there', async () => {
    const log = new Log();
    const traced = await start('puppet', ['call 110 1 2 3']);
    const attachment = traced.session.use({
      calls: ['getppid'],
      syscallEntry: () => {
        log.add('stopped');
        return proceed(Resume.STOP);
      },
    });
    await log.has('stopped');
    const { task } = traced;
    await until('stopped', () => 'value' in attachment.examine(task, () => 1));
    expect(attachment.examine(task, ({ syscall }) => syscall.arg(2))).toEqual({ value: 3n });
    task.syscall.setNumber(GETPID);
    expect(attachment.control(task, Resume.RESUME)).toBe('ok');
    await traced.end();
    expect(traced.output).toBe(`call = ${traced.pid}\n`);
  });
});

describe('calls of 32-bit programs', () => {
  const names = (log: Log): Tracer => ({
    syscallEntry: ({ syscall }: Task) => log.add(`${syscall.abi} ${syscallName(syscall.abi, syscall.nr)}`),
    syscallExit: ({ syscall }: Task) => log.add(syscall.failed ? `${syscall.result}` : 'ok'),
  });

  test('an i386 program is traced with i386 names, arguments and results', async () => {
    const log = new Log();
    const { output, ended } = await run('calls-32', [], [names(log)]);
    expect(output).toBe('hello from 32 bits\n');
    expect(ended?.code).toBe(7);
    expect(log.lines.slice(2)).toEqual([
      'i386 write',
      'ok',
      'i386 getppid',
      'ok',
      'i386 open',
      '-2',
      'i386 exit_group',
    ]);
  });

  test('i386 calls can be chosen, changed and aborted', async () => {
    const { output, ended } = await run(
      'calls-32',
      [],
      [
        {
          calls: ['write', 'exit_group'],
          syscallEntry: ({ syscall }) => {
            if (syscall.abi !== 'i386') return;
            if (syscall.nr === 252) syscall.setArg(0, 9n);
            else syscall.setArg(2, 5n);
          },
        },
      ],
    );
    expect(output).toBe('hello');
    expect(ended?.code).toBe(9);
  });

  test('int $0x80 in a 64-bit program is an i386 call, the next syscall an x86-64 one', async () => {
    const log = new Log();
    await run('int80', [], [{ ...names(log), calls: ['getppid'] }]);
    expect(log.lines).toEqual(['i386 getppid', 'ok', 'x86-64 getppid', 'ok']);
  });
});

test('an engine gets only the calls of its set, others beside it theirs', async () => {
  const logs = [new Log(), new Log(), new Log()];
  const tracer = (log: Log, calls?: string[]): Tracer => ({
    ...(calls ? { calls } : {}),
    syscallEntry: ({ syscall }) => log.add(syscallName(syscall.abi, syscall.nr) ?? '?'),
  });
  await run(
    'puppet',
    ['getppid 3', 'sleep 1'],
    [tracer(logs[0]!, ['getppid']), tracer(logs[1]!, ['clock_nanosleep']), tracer(logs[2]!)],
  );
  expect(logs[0]!.lines).toEqual(['getppid', 'getppid', 'getppid']);
  expect(logs[1]!.lines).toEqual(['clock_nanosleep']);
  expect(logs[2]!.count('getppid')).toBe(3);
  expect(logs[2]!.lines.length).toBeGreaterThan(10);
});
