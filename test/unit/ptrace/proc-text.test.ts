/** What a tracer reads in /proc, rewritten; checked on the real files of this process, too. */

import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { procPath, rewriteStat, rewriteStatus } from '../../../src/ptrace/proc-text.ts';

const STATUS =
  'Name:\tsh\nUmask:\t0022\nState:\tt (tracing stop)\nTgid:\t7\nPid:\t7\nPPid:\t1\nTracerPid:\t99\nUid:\t0\t0\n';

describe('status', () => {
  it('has another state and another tracer, and else the same bytes', () => {
    expect(rewriteStatus(STATUS, { tracerPid: 12345, state: 'S (sleeping)' })).toBe(
      'Name:\tsh\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t7\nPid:\t7\nPPid:\t1\nTracerPid:\t12345\nUid:\t0\t0\n',
    );
    expect(rewriteStatus(STATUS, {})).toBe(STATUS);
    expect(rewriteStatus(STATUS, { tracerPid: 0 })).toBe(STATUS.replace('99', '0'));
    expect(rewriteStatus(STATUS, { state: 'T (stopped)' })).toBe(STATUS.replace('t (tracing stop)', 'T (stopped)'));
  });

  it('the name of the task cannot stand in for a line', () => {
    // The kernel escapes newline and backslash in it, but no other white space.
    for (const name of ['\rState:\tX', '\u2028State:\tX', 'State:\tR', '\\nState:\tR', '$1$&']) {
      const text = STATUS.replace('sh', () => name);
      expect(rewriteStatus(text, { state: 'Z (zombie)', tracerPid: 1 })).toBe(
        text.replace('t (tracing stop)', 'Z (zombie)').replace('99', '1'),
      );
    }
  });

  it('of this process', () => {
    const text = readFileSync('/proc/self/status', 'latin1');
    const rewritten = rewriteStatus(text, { tracerPid: 4242, state: 't (tracing stop)' });
    const changed = rewritten.split('\n').filter((line, i) => line !== text.split('\n')[i]);
    expect(changed).toEqual(['State:\tt (tracing stop)', 'TracerPid:\t4242']);
    expect(rewritten.split('\n')).toHaveLength(text.split('\n').length);
  });
});

describe('stat', () => {
  it.each(['sh', 'a) S 1 (b', ')', '(', ') Z', 'two words', 'new\nline'])('name %j: the state is field 3', (name) => {
    expect(rewriteStat(`7 (${name}) t 1 7 7 0 -1\n`, { state: 'S (sleeping)' })).toBe(`7 (${name}) S 1 7 7 0 -1\n`);
  });

  it('of this process: one letter', () => {
    const text = readFileSync('/proc/self/stat', 'latin1');
    const rewritten = rewriteStat(text, { state: 'Z (zombie)' });
    expect(rewritten).toHaveLength(text.length);
    expect(rewritten.replace(') Z ', ') R ')).toBe(text.replace(/\) [A-Z] /, ') R '));
  });

  it('what is no stat stays', () => {
    for (const text of ['', 'nothing', '7 (cut', '7 (cut)', '7 (cut) ']) {
      expect(rewriteStat(text, { state: 'R (running)' })).toBe(text);
    }
  });
});

test.each([
  ['/proc/123/status', { pid: 123, tid: undefined, file: 'status' }],
  ['/proc/123/stat', { pid: 123, tid: undefined, file: 'stat' }],
  ['/proc/123/mem', { pid: 123, tid: undefined, file: 'mem' }],
  ['/proc/self/mem', { pid: 'self', tid: undefined, file: 'mem' }],
  ['/proc/thread-self/stat', { pid: 'thread-self', tid: undefined, file: 'stat' }],
  ['/proc/123/task/124/status', { pid: 123, tid: 124, file: 'status' }],
  ['/proc/self/task/124/mem', { pid: 'self', tid: 124, file: 'mem' }],
  ['//proc/.//123/././task///124/./status', { pid: 123, tid: 124, file: 'status' }],
  ['/./proc/1/stat', { pid: 1, tid: undefined, file: 'stat' }],
])('path %s', (path, expected) => {
  expect(procPath(path)).toEqual(expected);
});

test.each([
  '',
  'proc/1/status',
  './proc/1/status',
  '/proc/1/status/',
  '/proc/1/status/.',
  '/proc/1/statm',
  '/proc/1/status2',
  '/proc/01/status', // the kernel knows no such name
  '/proc/0/status',
  '/proc/-1/status',
  '/proc/1x/status',
  '/proc/selfish/status',
  '/proc/thread-self/task/1/status', // a thread's directory has no task
  '/proc/1/task/status',
  '/proc/1/task/self/status',
  '/proc/1/../2/status',
  '/proc/self/../2/status',
  '/proc/.../1/status',
  '/proc/1/status\n',
  '/home/proc/1/status',
])('path %j is none', (path) => {
  expect(procPath(path)).toBeUndefined();
});
