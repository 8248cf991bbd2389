// One measurement of the library, in a process of its own: node library.mjs CASE PROGRAM [ARGS…] prints JSON.
import { openSync, readSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attach as attachTo, getRuntime, spawn } from '../../dist/index.js';

const [what, program, ...args] = process.argv.slice(2);
const counter = () => {
  const state = { calls: 0 };
  return { state, tracer: { name: 'count', syscallEntry: () => void state.calls++ } };
};

async function run(tracers, options = {}) {
  const session = await spawn(program, args, { tracers, ...options });
  const began = performance.now();
  await session.exited;
  const ms = performance.now() - began;
  await session.finished;
  return ms;
}

/** The number that the program prints. */
async function printed(tracers) {
  const path = join(tmpdir(), `utrace-bench-${process.pid}`);
  const fd = openSync(path, 'w+');
  unlinkSync(path);
  await run(tracers, { stdio: [0, fd, 2] });
  const bytes = Buffer.alloc(64);
  return Number(bytes.subarray(0, readSync(fd, bytes, 0, 64, 0)).toString());
}

const cases = {
  // The engine that only counts, and eight of them.
  async count() {
    const one = counter();
    const ms = await run([one.tracer]);
    return { ms, calls: one.state.calls };
  },
  async eight() {
    const all = Array.from({ length: 8 }, counter);
    const ms = await run(all.map(({ tracer }) => tracer));
    return { ms, calls: Math.min(...all.map(({ state }) => state.calls)) };
  },
  // All threads of a process, for every system call; the first attach of this process.
  async attach() {
    const one = counter();
    const { host } = getRuntime(); // the addon is loaded once
    const { native } = host;
    // Under trace for good: each was stopped once, and runs on so that its calls stop.
    const PTRACE_SYSCALL = 24;
    const resumed = new Set();
    let all = 0;
    for (const name of ['resume', 'step']) {
      const make = native[name];
      native[name] = (tid, request, ...rest) => {
        const result = make(tid, request, ...rest);
        if (request === PTRACE_SYSCALL && resumed.size < 500 && resumed.add(tid).size === 500) all = performance.now();
        return result;
      };
    }
    const began = performance.now();
    const session = await attachTo(Number(program), { tracers: [one.tracer] });
    const ms = performance.now() - began;
    const tasks = session.tasks.length;
    // ... and each has gone back into the call that it slept in, which is where strace writes a line.
    while ([...host.tasks.values()].some((task) => !task.entered))
      await new Promise((resolve) => setImmediate(resolve));
    const back = performance.now() - began;
    await session.detach();
    return { ms, all: all - began, back, tasks };
  },
  // Nobody wants the calls being made: the filter lets them run free. The program prints what a call cost.
  async unwanted() {
    const one = counter();
    return { ns: await printed([{ ...one.tracer, calls: ['openat'] }]), calls: one.state.calls };
  },
  async nothing() {
    return { ns: await printed([{ name: 'signals', signal: () => {}, exec: () => {} }]) };
  },
  // One million events, a reader that takes its time: how much memory?
  async events() {
    const session = await spawn(program, args);
    const stream = session.events({ buffer: 4096 });
    let events = 0;
    let peak = 0;
    for await (const _event of stream) {
      events++;
      if (events % 50_000 === 0) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        peak = Math.max(peak, process.memoryUsage().rss);
      }
    }
    return { events, peakMb: peak / 2 ** 20 };
  },
  // How late are timers while tracing at full rate?
  async late() {
    const one = counter();
    const late = [];
    let expected = performance.now() + 10;
    const timer = setInterval(() => {
      late.push(performance.now() - expected);
      expected = performance.now() + 10;
    }, 10);
    const ms = await run([one.tracer]);
    clearInterval(timer);
    late.sort((a, b) => a - b);
    return { ms, timers: late.length, median: late[late.length >> 1], worst: late.at(-1) };
  },
};

process.stdout.write(`${JSON.stringify(await cases[what]())}\n`);
