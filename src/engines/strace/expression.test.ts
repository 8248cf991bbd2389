import { expect, test } from 'vitest';
import { syscallNumber, syscallsOf } from '../../abi/syscalls.ts';
import { parseExpressions, parseSignals, parseStatus, parseSyscalls } from './expression.ts';

const nr = (name: string): number => syscallNumber('x86-64', name) as number;

test('names, numbers, classes, expressions', () => {
  expect(parseSyscalls('openat,read').numbers('x86-64')).toEqual([0, 257]);
  expect(parseSyscalls('59').has('x86-64', 59)).toBe(true);
  expect(parseSyscalls('%process').has('x86-64', nr('execve'))).toBe(true);
  expect(parseSyscalls('file').has('x86-64', nr('openat'))).toBe(true);
  expect(parseSyscalls('%net').has('i386', syscallNumber('i386', 'socketcall') as number)).toBe(false);
  expect(parseSyscalls('/^open').numbers('x86-64')).toEqual([2, 257, 304, 428, 437, 467]);
  expect(parseSyscalls('?nosuch,read').numbers('x86-64')).toEqual([0]);
  expect(parseSyscalls('openat@64').has('i386', syscallNumber('i386', 'openat') as number)).toBe(false);
});

test('a name selects its number in each ABI', () => {
  const selection = parseSyscalls('openat');
  expect(selection.has('x86-64', 257)).toBe(true);
  expect(selection.has('i386', 295)).toBe(true);
  expect(selection.has('i386', 257)).toBe(false);
});

test('all, none and negation', () => {
  expect(parseSyscalls('all').all).toBe(true);
  expect(parseSyscalls('!none').all).toBe(true);
  expect(parseSyscalls('none').numbers('x86-64')).toEqual([]);
  const rest = parseSyscalls('!read');
  expect(rest.all).toBe(false);
  expect(rest.has('x86-64', 0)).toBe(false);
  expect(rest.has('x86-64', 9999)).toBe(true);
  expect(rest.numbers('x86-64')).toHaveLength(syscallsOf('x86-64').length - 1);
});

test('signals and statuses', () => {
  expect([...parseSignals('SIGCHLD,int,9')]).toEqual([17, 2, 9]);
  expect(parseSignals('!SIGIO').has(29)).toBe(false);
  expect(parseSignals('none').size).toBe(0);
  expect([...(parseStatus('failed') ?? [])]).toEqual(['failed']);
  expect(parseStatus('all')).toBeUndefined();
  expect(parseStatus('!successful')?.has('successful')).toBe(false);
});

test('of several expressions for one thing the last counts', () => {
  const parsed = parseExpressions(['trace=read', 'signal=none', 'write', 'status=failed']);
  expect(parsed.syscalls.numbers('x86-64')).toEqual([1]);
  expect(parsed.signals.size).toBe(0);
  expect(parsed.status?.has('failed')).toBe(true);
  expect(parseExpressions([]).syscalls.all).toBe(true);
});

test.each([
  ['trace=opne', "no system call 'opne': did you mean 'open'?"],
  ['openta', "no system call 'openta': did you mean 'openat'?"],
  ['trace=%fiel', "no class of system calls '%fiel': did you mean '%file'?"],
  ['signal=SIGCHDL', "no signal 'SIGCHDL': did you mean 'SIGCHLD'?"],
  ['status=fialed', "no status 'fialed': did you mean 'failed'?"],
  ['trcae=read', "no qualifier 'trcae': did you mean 'trace'?"],
  ['trace=100000', 'no system call has the number 100000: write ?100000 to allow that'],
  ['trace=', "an empty name in -e trace=: write names between commas, such as 'openat,read'"],
  ['zzzzzzzz', "no system call 'zzzzzzzz': write ?zzzzzzzz to allow a name this table does not have"],
])('%s: %s', (text, message) => {
  expect(() => parseExpressions([text])).toThrow(message);
});
