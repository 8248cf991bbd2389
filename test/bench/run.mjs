// npm run bench: utrace beside strace and beside a tracer in C, in one run, alternating. Prints medians and ratios, and
// checks that both sides did the same work. Arguments: names of cases; none: all. ROUNDS (default 5).
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const programs = join(root, 'build', 'bench');
const rounds = Number(process.env.ROUNDS ?? 5);
const scratch = mkdtempSync(join(tmpdir(), 'utrace-bench-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

mkdirSync(programs, { recursive: true });
for (const name of ['getppid', 'reads', 'threads', 'floor', 'adds']) {
  execFileSync('cc', ['-O2', '-pthread', '-o', join(programs, name), join(here, 'programs', `${name}.c`)]);
}
const getppid = join(programs, 'getppid');
const cli = join(root, 'dist', 'cli.js');
const hasStrace = spawnSync('strace', ['-V']).status === 0;

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const time = (file, args, options = {}) => {
  const began = performance.now();
  const result = spawnSync(file, args, { stdio: ['ignore', 'ignore', 'pipe'], ...options });
  if (result.status !== 0) throw new Error(`${file} ${args.join(' ')}: ${result.status} ${result.stderr}`);
  return performance.now() - began;
};
/** ms that a shell command takes, as measured where it runs: without the start of what it runs under. */
const timeWithin = ([file = 'sh', ...args], command) => {
  const script = `a=$(date +%s%N); ${command}; b=$(date +%s%N); echo took $((b - a))`;
  const words = file === 'sh' ? ['-c', script] : [...args, 'sh', '-c', script];
  const said = spawnSync(file, words, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 120_000,
    killSignal: 'SIGKILL',
  }).stdout;
  const [, ns] = /took (\d+)/.exec(said) ?? [];
  if (ns === undefined) throw new Error(`${file} ${words.join(' ')} did not end`);
  return Number(ns) / 1e6;
};
const simulated = (what, ...args) => {
  // A heap that is small, and that a leak would soon exceed: else its size is what the collector left lying about.
  const heap = what === 'memory' ? ['--max-old-space-size=24', '--max-semi-space-size=2'] : [];
  return JSON.parse(
    execFileSync(process.execPath, [...heap, join(here, 'sim.mjs'), what, ...args], { encoding: 'utf8' }),
  );
};
const library = (what, ...args) =>
  JSON.parse(execFileSync(process.execPath, [join(here, 'library.mjs'), what, ...args], { encoding: 'utf8' }));
const count = (file, what) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.includes(what)).length;
const must = (condition, what) => {
  if (!condition) throw new Error(`not the same work: ${what}`);
};
const rows = [];
const report = (name, target, ok, text) => {
  rows.push({ name, ok });
  console.log(`${ok ? 'ok  ' : 'MISS'} ${name}: ${text} (target: ${target})`);
};
const ms = (value) => `${value.toFixed(value < 10 ? 2 : 0)} ms`;

const cases = {
  trace() {
    if (!hasStrace) return console.log('skip trace: no strace here (apt-get install strace)');
    const calls = 200_000;
    const ours = join(scratch, 'ours');
    const theirs = join(scratch, 'theirs');
    const free = { utrace: [], strace: [] };
    const pinned = { utrace: [], strace: [] };
    for (let i = 0; i < rounds; i++) {
      free.utrace.push(time(process.execPath, [cli, 'trace', '-o', ours, getppid, `${calls}`]));
      free.strace.push(time('strace', ['-o', theirs, getppid, `${calls}`]));
      must(count(ours, 'getppid()') === calls && count(theirs, 'getppid()') === calls, 'lines of getppid');
      pinned.utrace.push(time('taskset', ['1', process.execPath, cli, 'trace', '-o', ours, getppid, `${calls}`]));
      pinned.strace.push(time('taskset', ['1', 'strace', '-o', theirs, getppid, `${calls}`]));
    }
    const [a, b] = [median(free.utrace), median(free.strace)];
    report(
      'trace to a file, free',
      'strace / utrace ≥ 5',
      b / a >= 5,
      `utrace ${ms(a)}, strace ${ms(b)}: ${(b / a).toFixed(2)}×`,
    );
    const [c, d] = [median(pinned.utrace), median(pinned.strace)];
    report(
      'trace to a file, pinned',
      'utrace ≤ strace',
      c <= d,
      `utrace ${ms(c)}, strace ${ms(d)}: ${(d / c).toFixed(2)}×`,
    );
  },
  count() {
    const floor = [];
    const ours = [];
    for (let i = 0; i < rounds; i++) {
      const [calls, ns] = execFileSync(join(programs, 'floor'), [getppid], { encoding: 'utf8' }).split(' ').map(Number);
      const run = library('count', getppid);
      must(Math.abs(run.calls - calls) < 100, `calls counted: ${run.calls} and ${calls}`);
      floor.push(ns / 1e6);
      ours.push(run.ms);
    }
    const [a, b] = [median(ours), median(floor)];
    report(
      'count every call',
      '≤ 1.3× the pinned C floor',
      a / b <= 1.3,
      `utrace ${ms(a)}, C ${ms(b)}: ${(a / b).toFixed(2)}×`,
    );
  },
  eight() {
    const one = [];
    const all = [];
    for (let i = 0; i < rounds; i++) {
      const a = library('count', getppid);
      const b = library('eight', getppid);
      must(Math.abs(a.calls - b.calls) < 100, 'calls counted');
      one.push(a.ms);
      all.push(b.ms);
    }
    const [a, b] = [median(one), median(all)];
    report('eight engines', '≤ 1.5× one', b / a <= 1.5, `one ${ms(a)}, eight ${ms(b)}: ${(b / a).toFixed(2)}×`);
  },
  unwanted() {
    // Each program says itself what a call cost, in ns; the engine wants openat, or nothing of system calls.
    const calls = '2000000';
    const reads = join(programs, 'reads');
    const ns = { read: [], readTraced: [], cheap: [], cheapFilter: [], cheapTraced: [], cheapNothing: [] };
    const plain = (...args) => Number(execFileSync(reads, [calls, ...args], { encoding: 'utf8' }));
    for (let i = 0; i < rounds; i++) {
      ns.read.push(plain());
      ns.readTraced.push(library('unwanted', reads, calls).ns);
      ns.cheap.push(plain('-', 'getppid'));
      ns.cheapNothing.push(library('nothing', reads, calls, '-', 'getppid').ns);
      ns.cheapFilter.push(plain('filter', 'getppid'));
      ns.cheapTraced.push(library('unwanted', reads, calls, '-', 'getppid').ns);
    }
    const m = Object.fromEntries(Object.entries(ns).map(([name, list]) => [name, median(list)]));
    const text = (a, b) => `traced ${a.toFixed(0)} ns, untraced ${b.toFixed(0)} ns a call: ${(a / b).toFixed(2)}×`;
    const target = '≤ 1.15× untraced';
    report('pread, the engine wants openat', target, m.readTraced / m.read <= 1.15, text(m.readTraced, m.read));
    report(
      'getppid, the engine wants no calls',
      target,
      m.cheapNothing / m.cheap <= 1.15,
      text(m.cheapNothing, m.cheap),
    );
    console.log(
      `     getppid, the engine wants openat: ${text(m.cheapTraced, m.cheap)}; the kernel's filter alone, without a tracer: ${(m.cheapFilter / m.cheap).toFixed(2)}×`,
    );
  },
  async attach() {
    if (!hasStrace) return console.log('skip attach: no strace here (apt-get install strace)');
    const times = { api: [], all: [], back: [], command: [], strace: [], straceAll: [], node: [] };
    const lines = join(scratch, 'attached');
    const victim = spawn(join(programs, 'threads'), ['500'], { stdio: ['pipe', 'pipe', 'ignore'] });
    await new Promise((resolve) => victim.stdout.once('data', resolve));
    try {
      for (let i = 0; i < rounds; i++) {
        const api = library('attach', `${victim.pid}`);
        must(api.tasks === 500, `${api.tasks} tasks`);
        times.api.push(api.ms);
        times.all.push(api.all);
        times.back.push(api.back);
        times.node.push(time(process.execPath, ['-e', '0']));
        times.command.push(
          await attachTime(process.execPath, [cli, 'trace', '-o', '/dev/null', '-p', `${victim.pid}`], /attached/),
        );
        times.strace.push(
          await attachTime('strace', ['-f', '-o', '/dev/null', '-p', `${victim.pid}`], /attached with 500 threads/),
        );
        // strace writes a line for each thread that it has stopped and resumed; the last of 500 stay in its buffer.
        times.straceAll.push(await linesTime('strace', ['-f', '-o', lines, '-p', `${victim.pid}`], lines, 450));
      }
    } finally {
      victim.stdin.end();
    }
    const [a, b, c, d, e, f, g] = [
      ...[times.api, times.strace, times.command, times.node],
      ...[times.all, times.straceAll, times.back],
    ].map(median);
    report(
      'attach() to 500 threads, until every one is under syscall trace',
      'faster than strace -f -p',
      e < f,
      `utrace ${ms(e)}, strace ${ms(f)}: ${(f / e).toFixed(2)}×`,
    );
    console.log(`     until each is back in the call it slept in: utrace ${ms(g)}`);
    console.log(`     until all are seized: utrace ${ms(a)}, strace ${ms(b)}`);
    console.log(`     the command, with Node's own start: ${ms(c)} (node -e 0: ${ms(d)})`);
  },
  cold() {
    const node = [];
    const ours = [];
    for (let i = 0; i < rounds * 2; i++) {
      node.push(time(process.execPath, ['-e', '0']));
      ours.push(time(process.execPath, [cli, 'trace', '-o', '/dev/null', '--', 'true']));
    }
    const [a, b] = [median(ours), median(node)];
    report(
      'cold start',
      '≤ 60 ms over node -e 0',
      a - b <= 60,
      `utrace trace -- true ${ms(a)}, node -e 0 ${ms(b)}: +${ms(a - b)}`,
    );
  },
  share() {
    if (!hasStrace) return console.log('skip share: no strace here (apt-get install strace)');
    const calls = 20_000;
    const hasProot = spawnSync('proot', ['--version']).status === 0;
    if (!hasProot) console.log('     no proot here to compare with (apt-get install proot)');
    const strace = (out) => `strace -o ${out} ${getppid} ${calls}`;
    const sides = {
      native: [],
      pinned: ['taskset', '1'],
      ours: [process.execPath, cli, 'share', '--'],
      ...(hasProot ? { proot: ['proot'] } : {}),
    };
    // Without a shell: PRoot hangs at times on one that has a strace for its child.
    const timeSide = (side, out) =>
      side === 'proot'
        ? time('proot', ['strace', '-o', out, getppid, `${calls}`])
        : timeWithin(sides[side], strace(out));
    const times = Object.fromEntries(Object.keys(sides).map((side) => [side, []]));
    for (const side of Object.keys(sides)) {
      const out = join(scratch, side);
      timeSide(side, out);
      must(count(out, 'getppid()') === calls, `lines of getppid, ${side}`);
    }
    for (let i = 0; i < rounds; i++) {
      for (const side of Object.keys(sides)) {
        if (side === 'proot' && i > 0) continue; // it takes its time
        times[side].push(timeSide(side, '/dev/null'));
      }
    }
    const {
      native,
      pinned,
      ours,
      proot = NaN,
    } = Object.fromEntries(Object.entries(times).map(([side, list]) => [side, median(list)]));
    report(
      `strace of ${calls} calls in a session`,
      '≤ 4× native, both free',
      ours / native <= 4,
      `utrace share ${ms(ours)}, native ${ms(native)} (pinned ${ms(pinned)}): ${(ours / native).toFixed(2)}×`,
    );
    if (!hasProot) return;
    report(
      `the same under PRoot`,
      'PRoot / utrace ≥ 5',
      proot / ours >= 5,
      `utrace share ${ms(ours)}, PRoot ${ms(proot)}: ${(proot / ours).toFixed(2)}×`,
    );
  },
  gdb() {
    if (spawnSync('gdb', ['--version']).status !== 0) return console.log('skip gdb: no gdb here (apt-get install gdb)');
    const n = 1000;
    const script = join(scratch, 'script');
    const lines = ['set debuginfod enabled off', 'set startup-with-shell off', 'set confirm off', 'break add', 'run'];
    // `ignore` is gdb's own: each hit stops the program. A step would end at the breakpoint.
    lines.push('disable', `stepi ${n}`, 'enable', `ignore 1 ${n}`, 'continue', 'info breakpoints', 'kill');
    writeFileSync(script, `${lines.join('\n')}\n`);
    const command = `gdb -nx -q -batch -x ${script} --args ${join(programs, 'adds')}`;
    const times = { native: [], ours: [] };
    for (let i = 0; i < rounds; i++) {
      for (const [side, before] of Object.entries({ native: [], ours: [process.execPath, cli, 'share', '--'] })) {
        const out = join(scratch, `gdb.${side}`);
        times[side].push(timeWithin(before, `${command} >${out} 2>&1`));
        must(/already hit 100[12] times/.test(readFileSync(out, 'utf8')), `hits of the breakpoint, ${side}`);
      }
    }
    const [a, b] = [median(times.ours), median(times.native)];
    report(
      `gdb: ${n} stepi, ${n} breakpoint hits`,
      '≤ 3× native',
      a / b <= 3,
      `utrace share ${ms(a)}, native ${ms(b)}: ${(a / b).toFixed(2)}×`,
    );
  },
  memory() {
    const small = library('events', getppid, '100000');
    const large = library('events', getppid, '1000000');
    must(large.events >= 1_000_000, `events: ${large.events}`);
    report(
      'memory of a million events, slow reader',
      '< 64 MB over a tenth of it',
      large.peakMb - small.peakMb < 64,
      `${large.peakMb.toFixed(0)} MB, of 100 000 events ${small.peakMb.toFixed(0)} MB`,
    );
  },
  simulation() {
    const million = (value) => `${(value / 1e6).toFixed(2)} million steps a second`;
    const names = { calls: 'system calls', switches: 'four tasks in turn', signals: 'signals and handlers' };
    for (const [what, name] of Object.entries(names)) {
      const pace = median(Array.from({ length: rounds }, () => simulated(what).perSecond));
      report(`simulated kernel, ${name}`, '≥ 1 million steps a second', pace >= 1e6, million(pace));
    }
    const traced = median(Array.from({ length: rounds }, () => simulated('traced').perSecond));
    console.log(`     every call of a task traced, and waited for: ${million(traced)}`);
    const space = simulated('listen', '2');
    must(space.whole, 'the whole space, and nothing wrong in it');
    report(
      'the LISTEN program, every interleaving of two preemptions',
      '< 10 s',
      space.ms < 10_000,
      `${space.runs} runs, ${space.steps} steps, ${ms(space.ms)}`,
    );
    const [short, long] = [simulated('memory', '2000'), simulated('memory', '20000')];
    must(long.runs === 20_000, `runs: ${long.runs}`);
    report(
      'memory of a search of 20 000 runs, in a heap of 24 MB',
      '< 16 MB over a tenth of it',
      long.peakMb - short.peakMb < 16,
      `${long.peakMb.toFixed(0)} MB after ${long.steps} steps, after ${short.steps}: ${short.peakMb.toFixed(0)} MB`,
    );
  },
  late() {
    const run = library('late', getppid, '300000');
    report(
      'timers while tracing at full rate',
      'worst < 50 ms',
      run.worst < 50,
      `${run.timers} timers of 10 ms: late by ${ms(run.median)} (median), ${ms(run.worst)} (worst)`,
    );
  },
};

/** From the start of the tracer to so many lines in its file. */
function linesTime(file, args, path, wanted) {
  return new Promise((resolve) => {
    rmSync(path, { force: true });
    const began = performance.now();
    const tracer = spawn(file, args, { stdio: 'ignore' });
    const look = () => {
      if (existsSync(path) && readFileSync(path, 'utf8').split('\n').length > wanted) {
        const took = performance.now() - began;
        tracer.once('exit', () => resolve(took));
        tracer.kill('SIGINT');
      } else {
        setTimeout(look, 0.2);
      }
    };
    look();
  });
}

/** From the start of the tracer to its word that it is attached. */
function attachTime(file, args, pattern) {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const tracer = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let text = '';
    let took = 0;
    tracer.stderr.on('data', (chunk) => {
      text += chunk;
      if (took === 0 && pattern.test(text)) {
        took = performance.now() - began;
        tracer.kill('SIGINT');
      }
    });
    tracer.on('exit', () => (took > 0 ? resolve(took) : reject(new Error(text))));
  });
}

console.log(
  `Linux ${release()}, ${cpus().length} CPUs, Node ${process.version}, load ${loadavg()[0].toFixed(2)}, ${rounds} rounds, medians`,
);
const wanted = process.argv.slice(2);
for (const [name, run] of Object.entries(cases)) {
  if (wanted.length === 0 || wanted.includes(name)) await run();
}
process.exitCode = rows.every(({ ok }) => ok) ? 0 : 1;
