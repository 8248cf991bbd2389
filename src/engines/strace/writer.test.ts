import { expect, test } from 'vitest';
import { decodeSiginfo } from '../../abi/siginfo.ts';
import { FakeCall, FakeMemory } from './fakes.testlib.ts';
import { StraceWriter, type WriterOptions } from './writer.ts';

const memory = new FakeMemory()
  .put(0x1000, 'hello world, this is more than thirty-two bytes\0')
  .put(0x2000, '/etc/passwd\0');
const READ = 0;
const PAUSE = 34;
const GETPPID = 110;
const CLOSE = 3;
const SET_ROBUST_LIST = 273;
const EXECVE = 59;
const EXIT_GROUP = 231;

function setup(options: WriterOptions = {}): { writer: StraceWriter; lines: () => string[]; text: () => string } {
  let text = '';
  const writer = new StraceWriter({
    write: (part) => {
      text += part;
    },
    options,
  });
  return { writer, lines: () => text.split('\n').slice(0, -1), text: () => text };
}

test('a call without arguments is padded to column 40', () => {
  const { writer, text } = setup();
  const call = new FakeCall(GETPPID);
  writer.syscallEntry(7, call, memory);
  expect(text()).toBe('');
  writer.syscallExit(7, call.returns(4242), memory);
  expect(text()).toBe('getppid()                               = 4242\n');
});

test('interleaved calls are broken off and resumed', () => {
  const { writer, lines } = setup({ prefix: 'file' });
  const robust = new FakeCall(SET_ROBUST_LIST, [0x7ffff7dd19a0, 24]);
  const pause = new FakeCall(PAUSE);
  const read = new FakeCall(READ, [3, 0x1000, 40]);
  writer.syscallEntry(32154, robust, memory);
  writer.syscallEntry(32153, pause, memory);
  writer.syscallExit(32154, robust.returns(0), memory);
  writer.syscallEntry(32154, read, memory);
  writer.exiting(32153);
  writer.syscallExit(32154, read.returns(5), memory);
  expect(lines()).toEqual([
    '32154 set_robust_list(0x7ffff7dd19a0, 24 <unfinished ...>',
    '32153 pause( <unfinished ...>',
    '32154 <... set_robust_list resumed>)    = 0',
    '32154 read(3,  <unfinished ...>',
    '32153 <... pause resumed>)              = ?',
    '32154 <... read resumed>"hello", 40)    = 5',
  ]);
});

test('an execve by a thread that is not the leader goes on under the leader', () => {
  const { writer, lines } = setup({ prefix: 'file' });
  const pause = new FakeCall(PAUSE);
  const exec = new FakeCall(EXECVE, [0x2000, 0, 0]);
  writer.syscallEntry(32136, pause, memory);
  writer.syscallEntry(32137, exec, memory);
  writer.exiting(32136);
  writer.superseded(32137, 32136);
  writer.syscallExit(32136, exec.returns(0), memory);
  expect(lines()).toEqual([
    '32136 pause( <unfinished ...>',
    '32137 execve("/etc/passwd", NULL, NULL <unfinished ...>',
    '32136 <... pause resumed>)              = ?',
    '32136 +++ superseded by execve in pid 32137 +++',
    '32136 <... execve resumed>)             = 0',
  ]);
});

test('on a terminal the pid shows while there is more than one task', () => {
  const { writer, lines } = setup({ prefix: 'terminal' });
  const call = new FakeCall(GETPPID);
  writer.syscallEntry(10, call, memory);
  writer.syscallExit(10, call.returns(1), memory);
  writer.attached(11);
  writer.syscallEntry(11, call, memory);
  writer.syscallExit(11, call.returns(1), memory);
  writer.exited(11, 0);
  writer.exited(10, 0);
  expect(lines()).toEqual([
    'getppid()                               = 1',
    '[pid    11] getppid()                   = 1',
    '[pid    11] +++ exited with 0 +++',
    '+++ exited with 0 +++',
  ]);
});

test('calls that never return end as ?, broken off where their output would be', () => {
  const { writer, lines } = setup();
  writer.syscallEntry(1, new FakeCall(READ, [3, 0x1000, 40]), memory);
  writer.killed(1, 9, false);
  writer.syscallEntry(2, new FakeCall(EXIT_GROUP, [3]), memory);
  writer.exited(2, 3);
  writer.killed(3, 11, true);
  expect(lines()).toEqual([
    'read(3,  <unfinished ...>)              = ?',
    '+++ killed by SIGKILL +++',
    'exit_group(3)                           = ?',
    '+++ exited with 3 +++',
    '+++ killed by SIGSEGV (core dumped) +++',
  ]);
});

test('signals and stops', () => {
  const { writer, lines } = setup();
  const raw = new Uint8Array(128);
  const view = new DataView(raw.buffer);
  for (const [at, value] of [
    [0, 17],
    [8, 1],
    [16, 42],
    [24, 7],
  ] as const) {
    view.setInt32(at, value, true);
  }
  view.setBigInt64(32, 1n, true);
  writer.signal(1, decodeSiginfo(raw));
  writer.stopped(1, 20);
  expect(lines()).toEqual([
    '--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=42, si_uid=0, si_status=7, si_utime=1 /* 0.01 s */, si_stime=0} ---',
    '--- stopped by SIGTSTP ---',
  ]);
});

test('times: since the last line, of day, spent', () => {
  let now = 1_700_000_000_000_000;
  const clock = (): number => now;
  const both = setup({ relative: true, durations: true, clock });
  const call = new FakeCall(CLOSE, [3]);
  const once = (writer: StraceWriter): void => {
    writer.syscallEntry(1, call, memory);
    now += 7;
    writer.syscallExit(1, call.returns(0), memory);
    now += 861;
  };
  once(both.writer);
  once(both.writer);
  expect(both.lines()).toEqual([
    '     0.000000 close(3)                  = 0 <0.000007>',
    '     0.000868 close(3)                  = 0 <0.000007>',
  ]);
  const epoch = setup({ timestamps: 'ttt', clock });
  once(epoch.writer);
  expect(epoch.lines()).toEqual(['1700000000.001736 close(3)              = 0']);
});

test('with a status filter whole lines appear at exit, or not at all', () => {
  const { writer, lines } = setup({ prefix: 'file', status: (status) => status === 'failed' });
  const good = new FakeCall(CLOSE, [3]);
  const bad = new FakeCall(CLOSE, [9]);
  writer.syscallEntry(1, good, memory);
  writer.syscallEntry(2, bad, memory);
  writer.syscallExit(1, good.returns(0), memory);
  writer.syscallExit(2, bad.returns(-9), memory);
  expect(lines()).toEqual(['2     close(9)                          = -1 EBADF (Bad file descriptor)']);
});

test('strings are cut, descriptors get their paths, unknown calls print in hex', () => {
  const { writer, lines } = setup({ stringLimit: 5, fdPath: (fd) => (fd === 3 ? '/tmp/a b (deleted)' : undefined) });
  const run = (nr: number, args: (number | bigint)[], result: number): void => {
    const call = new FakeCall(nr, args);
    writer.syscallEntry(1, call, memory);
    writer.syscallExit(1, call.returns(result), memory);
  };
  run(1, [3, 0x1000, 40], 40);
  run(469, [1, 2, 3, 4, 5], -38);
  run(999, [1, 2, 0, 0, 0, -1], -38);
  expect(lines()).toEqual([
    'write(3</tmp/a b>(deleted), "hello"..., 40) = 40',
    'file_setattr(0x1, 0x2, 0x3, 0x4, 0x5)   = -1 ENOSYS (Function not implemented)',
    'syscall_0x3e7(0x1, 0x2, 0, 0, 0, 0xffffffffffffffff) = -1 ENOSYS (Function not implemented)',
  ]);
});

test('a line that blocks can be shown before it ends', () => {
  const parts: string[] = [];
  const writer = new StraceWriter({ write: (part) => parts.push(part) });
  const call = new FakeCall(READ, [0, 0x1000, 5]);
  writer.syscallEntry(1, call, memory);
  writer.flushPartial();
  writer.flushPartial();
  writer.syscallExit(1, call.returns(5), memory, ' (INJECTED)');
  expect(parts).toEqual(['read(0, ', '"hello", 5)                     = 5 (INJECTED)\n']);
});

test('a 32-bit program is announced and its calls are read from its own table', () => {
  const { writer, lines } = setup();
  const call = new FakeCall(20, [], 'i386');
  writer.syscallEntry(5, call, memory);
  writer.syscallExit(5, call.returns(5), memory);
  expect(lines()).toEqual(['[ Process PID=5 runs in 32 bit mode. ]', 'getpid()                                = 5']);
});
