import { expect, test } from 'vitest';
import { Summary, summarySort } from './summary.ts';

function example(): Summary {
  const summary = new Summary();
  for (let k = 0; k < 7; k++) summary.add('x86-64', 0, false, 0);
  summary.add('x86-64', 21, true, 30);
  summary.add('x86-64', 21, true, 11);
  summary.add('x86-64', 3, false, 9);
  return summary;
}

test('the table is laid out as strace lays it out', () => {
  expect(example().text()).toBe(
    [
      '% time     seconds  usecs/call     calls    errors syscall',
      '------ ----------- ----------- --------- --------- ----------------',
      ' 82.00    0.000041          20         2         2 access',
      ' 18.00    0.000009           9         1           close',
      '  0.00    0.000000           0         7           read',
      '------ ----------- ----------- --------- --------- ----------------',
      '100.00    0.000050           5        10         2 total',
      '',
    ].join('\n'),
  );
});

test('rows sort by the key; ties keep the order of the numbers', () => {
  const names = (key: Parameters<Summary['rows']>[1]): string[] =>
    example()
      .rows('x86-64', key)
      .map((row) => row.name);
  expect(names('calls')).toEqual(['read', 'access', 'close']);
  expect(names('name')).toEqual(['access', 'close', 'read']);
  expect(names('errors')).toEqual(['access', 'read', 'close']);
  expect(names('nothing')).toEqual(['read', 'close', 'access']);
  expect(names('min')).toEqual(['access', 'close', 'read']);
  expect(summarySort('total-time')).toBe('time');
  expect(summarySort('constructor')).toBeUndefined();
});

test('json has the same figures', () => {
  expect(example().json().total).toEqual({ seconds: 0.00005, usecsPerCall: 5, calls: 10, errors: 2 });
  expect(example().json('name').calls[0]).toEqual({
    abi: 'x86-64',
    syscall: 'access',
    percentTime: 82,
    seconds: 0.000041,
    usecsPerCall: 20,
    calls: 2,
    errors: 2,
  });
});

test('two ABIs give two titled tables', () => {
  const summary = example();
  summary.add('i386', 20, false, 1);
  expect(summary.text()).toContain('System call usage summary for 64 bit mode:\n% time');
  expect(summary.text()).toContain('System call usage summary for 32 bit mode:\n% time');
});
