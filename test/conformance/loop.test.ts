/** Living beside Node's event loop: timers, sockets and child_process while tracing at full rate; the stream of events. */

import { execFile, spawn as spawnChild } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { TraceEvent, Tracer } from '../../src/session/index.ts';
import { attachTo, run, sleep, start, target, until, watchLeaks, within } from '../support/live.ts';

watchLeaks();

/** A program that makes calls without end, every one traced. */
const everyCall: Tracer = { syscallEntry: () => undefined, syscallExit: () => undefined };
/** "At most 5 ms and a callback" is what is promised on an idle machine; this bound is for a loaded one. */
const LATE_MS = 100;

describe('while tracing at full rate', () => {
  test('timers are served, none later than the order of a slice', async () => {
    await start('puppet', ['getppid 100000000'], [everyCall]);
    const late: number[] = [];
    for (let i = 0; i < 40; i++) {
      const due = performance.now() + 5;
      await sleep(5);
      late.push(performance.now() - due);
    }
    expect(Math.max(...late)).toBeLessThan(LATE_MS);
    const median = late.toSorted((a, b) => a - b)[20]!;
    expect(median).toBeLessThan(LATE_MS / 2);
  });

  test('timers are served while many threads stop at once (libuv’s signal pipe must not starve the rest)', async () => {
    const child = await target('threads', ['born', '20']);
    await attachTo(child.pid, { tracers: [everyCall] });
    let latest = 0;
    for (let i = 0; i < 40; i++) {
      const due = performance.now() + 5;
      await sleep(5);
      latest = Math.max(latest, performance.now() - due);
    }
    child.signal('SIGKILL');
    await child.end();
    expect(latest).toBeLessThan(3 * LATE_MS);
  });

  test('a loopback socket is served', async () => {
    await start('puppet', ['getppid 100000000'], [everyCall]);
    const server = createServer((socket) => socket.on('data', (data) => socket.write(data)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const socket = connect(port, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    const times: number[] = [];
    for (let i = 0; i < 20; i++) {
      const began = performance.now();
      const answered = new Promise((resolve) => socket.once('data', resolve));
      socket.write('ping');
      await within('an echo', answered);
      times.push(performance.now() - began);
    }
    socket.destroy();
    await new Promise((resolve) => server.close(resolve));
    expect(Math.max(...times)).toBeLessThan(3 * LATE_MS);
  });

  test('child_process children end as always: we never reap them', async () => {
    await start('puppet', ['getppid 100000000'], [everyCall]);
    const results = await Promise.all(
      Array.from(
        { length: 20 },
        (_, i) =>
          new Promise<number | null>((resolve, reject) => {
            const child = spawnChild('/bin/sh', ['-c', `exit ${i}`], { stdio: 'ignore' });
            child.on('error', reject);
            child.on('exit', (code) => resolve(code));
          }),
      ),
    );
    expect(results).toEqual(Array.from({ length: 20 }, (_, i) => i));
    const output = await new Promise<string>((resolve, reject) =>
      execFile('/bin/echo', ['still here'], (error, stdout) => (error ? reject(error) : resolve(stdout))),
    );
    expect(output).toBe('still here\n');
  });

  test('the process is woken by a stop when it idles: an event after a pause is served at once', async () => {
    const child = await target('puppet', ['-']);
    const seen: number[] = [];
    await attachTo(child.pid, {
      tracers: [{ calls: ['getppid'], syscallEntry: () => void seen.push(performance.now()) }],
    });
    for (let i = 0; i < 5; i++) {
      await sleep(60);
      const began = performance.now();
      child.write('getppid 1\n');
      await until('seen', () => seen.length === i + 1);
      expect(seen[i]! - began).toBeLessThan(3 * LATE_MS);
    }
    child.write('exit 0\n');
    await child.end();
  });
});

describe('session.events()', () => {
  async function read(events: AsyncIterable<TraceEvent>, pause: number): Promise<TraceEvent[]> {
    const all: TraceEvent[] = [];
    for await (const event of events) {
      all.push(event);
      if (pause > 0 && all.length % pause === 0) await sleep(1);
    }
    return all;
  }

  test('what happens, as objects, in order', async () => {
    const traced = await start('puppet', ['catch 10', 'raise 10', 'fork 3', 'call 3 99 0 0', 'exit 4']);
    const events = await read(traced.session.events({ calls: ['close', 'tgkill'] }), 0);
    const own = events.filter((event) => event.pid === traced.pid);
    expect(own.map((event) => event.type).filter((type) => type !== 'syscall')).toEqual([
      'signal',
      'clone',
      'signal',
      'exit',
    ]);
    expect(own.find((event) => event.type === 'syscall' && event.error !== null)).toMatchObject({
      name: 'close',
      nr: 3,
      args: [99n],
      result: -9n,
      error: 'EBADF',
    });
    expect(own.find((event) => event.type === 'signal')).toMatchObject({
      signal: 'SIGUSR1',
      info: { signo: 10, code: -6 },
    });
    expect(own.at(-1)).toMatchObject({ type: 'exit', status: { code: 4 } });
  });

  test('a slow reader, overflow hold: the tasks wait, nothing is lost', async () => {
    const traced = await start('puppet', ['getppid 3000']);
    const events = traced.session.events({ calls: ['getppid'], buffer: 16 });
    const all = await read(events, 50);
    expect(all.filter((event) => event.type === 'syscall')).toHaveLength(3000);
    expect(events.dropped).toBe(0);
  });

  test('a slow reader, overflow drop: the tasks run on, what is lost is counted', async () => {
    const traced = await start('puppet', ['getppid 3000']);
    const events = traced.session.events({ calls: ['getppid'], buffer: 16, overflow: 'drop' });
    await within('end', traced.session.exited);
    const all = await read(events, 0);
    const calls = all.filter((event) => event.type === 'syscall').length;
    expect(calls).toBeLessThanOrEqual(16);
    expect(calls + events.dropped + (all.length - calls)).toBe(3001); // with the exit event
  });

  test('leaving the loop detaches; the program runs on', async () => {
    const traced = await start('puppet', ['getppid 500', 'say on']);
    let n = 0;
    for await (const _ of traced.session.events({ calls: ['getppid'], buffer: 4 })) if (++n === 10) break;
    await traced.end();
    expect(traced.output).toBe('on\n');
  });

  test('memory stays bounded however slow the reader', async () => {
    const mib = (bytes: number): number => bytes / 2 ** 20;
    const before = process.memoryUsage();
    const most = { heapUsed: 0, rss: 0 };
    const traced = await start('puppet', ['getppid 100000']);
    const events = traced.session.events({ calls: ['getppid'], buffer: 256 });
    let n = 0;
    for await (const _ of events) {
      if (++n % 256 !== 0) continue;
      await sleep(1);
      const now = process.memoryUsage();
      most.heapUsed = Math.max(most.heapUsed, now.heapUsed);
      most.rss = Math.max(most.rss, now.rss);
    }
    expect(n).toBe(100_001);
    // 100 000 events kept would be more than 60 MiB of heap; garbage not yet collected is most of what is there.
    expect(mib(most.heapUsed - before.heapUsed)).toBeLessThan(40);
    expect(mib(most.rss - before.rss)).toBeLessThan(120);
  });

  test('two streams, one slow: each gets everything', async () => {
    const traced = await start('puppet', ['getppid 400']);
    const [a, b] = await Promise.all([
      read(traced.session.events({ calls: ['getppid'], buffer: 8 }), 20),
      read(traced.session.events({ calls: ['getppid'], buffer: 8 }), 0),
    ]);
    expect([a.length, b.length]).toEqual([401, 401]);
  });
});

test('a session with nothing to do ends, and the process is not kept alive by it', async () => {
  const { ended } = await run('puppet', ['exit 1'], [everyCall]);
  expect(ended?.code).toBe(1);
  expect(process.listeners('SIGCHLD')).toHaveLength(0);
});
