import { expect, test } from 'vitest';
import { ERRNO, errnoMessage, errnoName } from './errno.ts';
import { decodeSiginfo, encodeSiginfo, type Siginfo } from './siginfo.ts';
import { defaultAction, SIG, siCodeName, signalName, signalNumber, sigsetText } from './signals.ts';
import { syscallInfo, syscallName, syscallNumber, syscallsByClass, syscallsOf } from './syscalls.ts';

test('errno', () => {
  expect(errnoName(2)).toBe('ENOENT');
  expect(errnoName(ERRNO.ERESTARTSYS)).toBe('ERESTARTSYS');
  expect(errnoName(11)).toBe('EAGAIN');
  expect(errnoName(0)).toBeUndefined();
  expect(errnoMessage(2)).toBe('No such file or directory');
  expect(errnoMessage(516)).toBe('Interrupted by signal');
});

test('signals', () => {
  expect([1, 31, 32, 33, 64].map(signalName)).toEqual(['SIGHUP', 'SIGSYS', 'SIGRTMIN', 'SIGRT_1', 'SIGRT_32']);
  expect(signalName(0)).toBeUndefined();
  expect(['SIGINT', 'int', '2'].map(signalNumber)).toEqual([2, 2, 2]);
  expect(signalNumber('65')).toBeUndefined();
  expect([SIG.SIGSEGV, SIG.SIGTSTP, SIG.SIGCHLD, SIG.SIGCONT, SIG.SIGTERM].map(defaultAction)).toEqual([
    'core',
    'stop',
    'ignore',
    'continue',
    'term',
  ]);
  expect(siCodeName(SIG.SIGCHLD, 1)).toBe('CLD_EXITED');
  expect(siCodeName(SIG.SIGUSR1, 1)).toBeUndefined();
  expect(siCodeName(SIG.SIGFPE, 14)).toBe('FPE_FLTUNK');
});

test('signal sets', () => {
  expect(sigsetText(0, 0)).toBe('[]');
  expect(sigsetText(0xffffffff, 0xffffffff)).toBe('~[]');
  expect(sigsetText(0xfffffffc, 0xffffffff)).toBe('~[HUP INT]');
  expect(sigsetText(0x10002, 0x80000001)).toBe('[INT CHLD RT_1 RT_32]');
});

test('system calls', () => {
  expect(syscallName('x86-64', 0)).toBe('read');
  expect(syscallNumber('i386', 'openat')).toBe(295);
  expect(syscallInfo('x86-64', 9)?.argCount).toBe(6);
  expect(syscallName('x86-64', 469)).toBe('file_setattr');
  expect(syscallName('x86-64', 400)).toBeUndefined();
  expect(syscallsOf('x86-64')).toHaveLength(383);
  expect(syscallsByClass('x86-64', 'process').map((info) => info.name)).toContain('execve');
  for (const abi of ['x86-64', 'i386'] as const) {
    for (const info of syscallsOf(abi)) expect(syscallNumber(abi, info.name)).toBe(info.nr);
  }
});

const plain = (info: Siginfo): Siginfo => {
  const { raw: _raw, ...rest } = info;
  return rest;
};

test.each<[string, Siginfo]>([
  ['kill', { signo: 10, errno: 0, code: 0, pid: 5, uid: 1000 }],
  ['queue', { signo: 34, errno: 0, code: -1, pid: 5, uid: 0, value: 0xfffffffffffffffbn }],
  ['timer', { signo: 14, errno: 0, code: -2, timerId: 3, overrun: 2, value: 7n }],
  ['child', { signo: 17, errno: 0, code: 1, pid: 9, uid: 0, status: 3, utime: 4n, stime: 5n }],
  ['fault', { signo: 11, errno: 0, code: 1, addr: 0xffffffffff600000n }],
  ['bounds', { signo: 11, errno: 0, code: 3, addr: 16n, lower: 1n, upper: 2n }],
  ['key', { signo: 11, errno: 0, code: 4, addr: 16n, pkey: 3 }],
  ['memory error', { signo: 7, errno: 0, code: 4, addr: 16n, addrLsb: 12 }],
  ['poll', { signo: 29, errno: 0, code: 1, band: 65n, fd: 3 }],
  ['sys', { signo: 31, errno: 1, code: 1, addr: 0x401000n, syscall: 39, arch: 0xc000003e }],
])('siginfo of kind %s goes there and back', (_kind, info) => {
  const bytes = encodeSiginfo(info);
  expect(bytes).toHaveLength(128);
  expect(plain(decodeSiginfo(bytes))).toEqual(info);
});

test('bytes nobody knows survive', () => {
  const bytes = Uint8Array.from({ length: 128 }, (_, k) => k);
  expect(encodeSiginfo(decodeSiginfo(bytes))).toEqual(bytes);
});
