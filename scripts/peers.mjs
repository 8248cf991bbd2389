// The test suites of the peers: strace's, the kernel's selftests, gdb's. They are fetched from Debian, built and run from a
// directory outside the repository (nothing of theirs is copied into it), and each test is run in up to three columns:
//
//   native   as it is
//   served   as `utrace share -- TEST`: ptrace and the wait calls of the test are served by us
//   nested   as `utrace share -- strace -f -o /dev/null TEST`: the same, with a tracer on everything inside the session
//
// A fourth, `strace`, is `strace -f -o /dev/null TEST` without us: it tells what the tracer on everything changes by itself.
//
//   node scripts/peers.mjs prepare
//   node scripts/peers.mjs run [--suite S] [--column C] [--only NAME] [--jobs N]     (the options may be repeated)
//   node scripts/peers.mjs list [--suite S]
//   node scripts/peers.mjs table                                                     (Markdown)
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, release } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    dir: { type: 'string', default: join(homedir(), '.cache', 'utrace-peers') },
    cli: { type: 'string', default: join(root, 'dist', 'cli.js') },
    suite: { type: 'string', multiple: true },
    column: { type: 'string', multiple: true },
    only: { type: 'string', multiple: true },
    jobs: { type: 'string', default: '1' },
    timeout: { type: 'string' },
  },
});
const dir = options.dir;
const inDir = (...parts) => join(dir, ...parts);
const lines = (text) => text.split('\n').filter((line) => line !== '');
const read = (path) => (existsSync(path) ? readFileSync(path, 'latin1') : '');
const fail = (text) => {
  console.error(`peers: ${text}`);
  process.exit(1);
};

const tracer = ['strace', '-f', '-o', '/dev/null'];
const share = (...flags) => [process.execPath, options.cli, 'share', ...flags, '--'];
const columns = {
  native: () => [],
  served: (name) =>
    share(...(exclusive.has(name) ? ['--exclusive'] : []), ...(looks.has(name) ? ['--proc', 'all'] : [])),
  nested: (name) => [...share(...(looks.has(name) ? ['--proc', 'all'] : [])), ...tracer],
  strace: () => tracer,
};
/** How much longer a test may take. */
const patience = { native: 1, served: 2, nested: 4, strace: 2 };
/** What makes many more system calls than the others, and may take that much longer again. */
const long = new Map([
  ['gdb.base/checkpoint', 15],
  ['pidns-cache', 4],
]);
const secondsFor = (suite, name, column) => suite.seconds * patience[column] * (long.get(name) ?? 1);
/** How long gdb's suite waits for an answer of gdb's, in seconds; 10 is its own. Between two breakpoints there may be 100 000 calls. */
const gdbSeconds = { native: 10, served: 120, nested: 3600, strace: 20 };
/** What expects that a thread has one tracer (EPERM): served with --exclusive, nested for what it is worth. */
const exclusive = new Set(['gdb.base/attach-twice']);
/** What reads /proc without tracing anybody (a script's ps or grep): with --proc all. */
const looks = new Set([
  ...['detach-stopped', 'strace-D', 'strace-DD', 'strace-DDD'],
  ...['gdb.threads/siginfo-threads'],
]);

// --- strace: what is about tracing, not about how one call's arguments print.

const straceTests = new RegExp(
  `^(${[
    'attach-.*|bexecve|clone_parent.*|clone_ptrace.*|clone3|count|count-f|delay|detach-.*|erestartsys|execve|execve-v',
    'clone-flags|rt_sig(queueinfo|procmask|action)|pidfd_send_signal|ptrace(_syscall_info)?-X.*|times|rt_sigpending|strace-x',
    'execveat|execveat-v|fflush|filter-unavailable|filter_seccomp(-flag|-perf)?',
    'first_exec_failure|fork-f|fork--pidns-translation|get_regs|getpid|getppid|gettid--pidns-translation|inject-nf',
    'int_0x80|interactive_block|kern_features-fault|kill|ksysent|legacy_syscall_info|looping_threads',
    'maybe_switch_current_tcp.*|nanosleep|nsyscalls.*|opipe|options-syntax|orphaned_process_group|pause|pc|personality',
    'pidns-cache|pipe|poke.*|ptrace|ptrace_syscall_info|qual_(fault-exit_group|fault-syntax|inject.*|signal|syscall)|redirect.*|restart_syscall|rt_sigreturn|rt_sigsuspend',
    'rt_sigtimedwait|rt_tgsigqueueinfo|seccomp-filter|seccomp-strict|sigaltstack|sigblock|sigign|siginfo|signal_receive',
    'sigreturn|status-.*|strace-([CDESTVfprt]|DD.*|tt+|T_upper|ff|p-Y-p|E-.*|Y-0.*|n|log-merge.*)',
    'strace--decode-pids-comm|strace--follow-forks-output-separately|tampering-notes|termsig|tgkill|tkill',
    'threads-execve.*|vfork-f|wait4.*|waitid.*|waitpid',
  ].join('|')})$`,
);

const strace = {
  seconds: 60,
  list() {
    const names = readdirSync(inDir('strace', 'tests')).filter((file) => file.endsWith('.test'));
    const tests = names.map((file) => file.replace(/(\.gen)?\.test$/, '')).filter((name) => straceTests.test(name));
    return [...new Set(tests)].sort();
  },
  command(name, column) {
    const cwd = inDir('strace', 'tests');
    const file = [`${name}.gen.test`, `${name}.test`].find((each) => existsSync(join(cwd, each)));
    // What `make check` says, in TEST_LOG_COMPILER and AM_TEST_LOG_FLAGS.
    const env = { STRACE_ARCH: 'x86_64', STRACE_NATIVE_ARCH: 'x86_64', SIZEOF_KERNEL_LONG_T: '8', SIZEOF_LONG: '8' };
    // Some tests take their own length from it: within ours.
    const duration = `${Math.round(0.9 * secondsFor(this, name, column))}`;
    const more = { MIPS_ABI: '', srcdir: '.', TIMEOUT_DURATION: duration };
    return { argv: ['./run.sh', `./${file}`], cwd, env: { ...env, ...more } };
  },
  judge: ({ code, log }) => ({
    verdict: { 0: 'PASS', 77: 'SKIP' }[code] ?? 'FAIL',
    note: code === 0 ? undefined : lines(log).slice(-12).join('\n'),
  }),
};

// --- the kernel: what traces, and what a tracer could disturb. Not step_after_suspend_test, which suspends the machine; not
// mov_ss_trap, which never ends on some virtual machines.

const both = (name) => [`x86/${name}_32`, `x86/${name}_64`];
const kernelTests = [
  'ptrace/get_syscall_info',
  'ptrace/peeksiginfo',
  'ptrace/vmaccess',
  'breakpoints/breakpoint_test',
  'seccomp/seccomp_bpf',
  ...both('ptrace_syscall'),
  ...both('single_step_syscall'),
  ...both('syscall_arg_fault'),
  ...both('fsgsbase_restore'),
  ...both('sigtrap_loop'),
  ...both('sigreturn'),
  ...both('syscall_nt'),
  ...both('sysret_ss_attrs'),
  ...both('check_initial_reg_state'),
  'x86/fsgsbase_64',
  'x86/sysret_rip_64',
  'x86/syscall_numbering_64',
  'x86/test_syscall_vdso_32',
  'x86/unwind_vdso_32',
];
const selftests = (...parts) => inDir('linux', 'tools', 'testing', 'selftests', ...parts);

/** The cases of a TAP text: name → verdict. */
function tap(text) {
  const cases = {};
  for (const line of lines(text)) {
    const [, not, name] = /^(not )?ok \d+ *(.*)$/.exec(line) ?? [];
    if (name === undefined) continue;
    let key = name.replace(/\s*# .*$/, '');
    for (let i = 2; key in cases; i++) key = `${key.replace(/ \(\d+\)$/, '')} (${i})`;
    cases[key] = /# *SKIP/i.test(line) ? 'SKIP' : not ? 'FAIL' : 'PASS';
  }
  return cases;
}

const kernel = {
  seconds: 120,
  list: () => kernelTests.filter((name) => existsSync(selftests(name))),
  command(name) {
    const line = name.startsWith('x86/') ? [] : ['stdbuf', '--output=L']; // as their runner does: TAP comes in lines
    return { argv: [...line, `./${basename(name)}`], cwd: selftests(dirname(name)), env: {} };
  },
  judge({ code, log }) {
    const cases = tap(log);
    const bad = lines(log).filter((line) => /^not ok|\[FAIL\]|FAIL|Bail out/.test(line));
    const failed = code !== 0 || Object.values(cases).includes('FAIL');
    const verdict = code === 4 ? 'SKIP' : failed ? 'FAIL' : 'PASS';
    return { verdict, cases, note: failed ? [...bad.slice(0, 12), ...lines(log).slice(-3)].join('\n') : undefined };
  },
};

// --- gdb: files of gdb.base and gdb.threads about attaching, stepping, forks, signals, catching, watching.

const gdbTests = {
  'gdb.base': [
    'attach attach-non-pgrp-leader attach-pie-noexec attach-twice attach-wait-input call-signal-resume callexit',
    'callfuncs catch-follow-exec catch-fork-kill catch-gdb-caused-signals catch-signal catch-signal-fork',
    'catch-syscall checkpoint consecutive-step-over detach execl-update-breakpoints exitsignal foll-exec',
    'foll-exec-mode foll-fork foll-vfork fork-print-inferior-events fork-running-state gcore infcall-exec',
    'inferior-died interrupt interrupt-a interrupt-noterm kill-after-signal kill-detach-inferiors-cmd',
    'killed-outside pie-execl random-signal run-after-attach sigaltstack sigbpt sigchld siginfo siginfo-addr',
    'siginfo-infcall siginfo-obj siginfo-thread signals signals-state-child signull sigrepeat step-over-exit',
    'step-over-syscall step-test unwindonsignal vfork-follow-parent watch-before-fork watch-vfork',
    'watch_thread_num watchpoint-hw watchpoint-hw-attach watchpoint-hw-hit-once',
  ],
  'gdb.threads': [
    'attach-into-signal attach-stopped attach-slow-waitpid clone-attach-detach clone-new-thread-event',
    'current-lwp-dead execl fork-child-threads fork-thread-pending killed killed-outside leader-exit manythreads',
    'non-ldr-exc-1 non-ldr-exc-2 non-ldr-exit siginfo-threads signal-delivered-right-thread',
    'signal-while-stepping-over-bp-other-thread sigstep-threads sigthread step-over-exec thread-execl',
    'vfork-follow-child-exec vfork-follow-child-exit vfork-multi-thread watchpoint-fork watchthreads',
  ],
};

const gdb = {
  seconds: 120,
  list: () =>
    Object.entries(gdbTests).flatMap(([group, rows]) =>
      rows.flatMap((row) => row.split(' ').map((name) => `${group}/${name}`)),
    ),
  command(name, column) {
    // A directory each: gdb's tests leave their programs, their cache and their cores where they run.
    if (!existsSync(inDir('gdb', 'gdb', 'testsuite', `${name}.exp`))) fail(`this gdb has no ${name}.exp`);
    const cwd = inDir('gdb-run', column, name);
    rmSync(cwd, { recursive: true, force: true });
    mkdirSync(cwd, { recursive: true });
    for (const each of ['site.exp', 'lib']) cpSync(inDir('gdb-build', each), join(cwd, each), { recursive: true });
    appendFileSync(join(cwd, 'site.exp'), `set gdb_test_timeout ${gdbSeconds[column]}\n`);
    const argv = ['runtest', '--tool', 'gdb', '--outdir', '.', `GDB=${gdbProgram()}`, `${name}.exp`];
    return { argv, cwd, env: {} };
  },
  judge({ cwd }) {
    const cases = {};
    const bad = [];
    for (const line of lines(read(join(cwd, 'gdb.sum')))) {
      const [, result, rest] = /^([A-Z]+): (.*)$/.exec(line) ?? [];
      if (
        !['PASS', 'FAIL', 'XFAIL', 'KFAIL', 'XPASS', 'KPASS', 'UNRESOLVED', 'UNTESTED', 'UNSUPPORTED'].includes(result)
      ) {
        if (result === 'ERROR') bad.push(line);
        continue;
      }
      let key = rest.replaceAll(cwd, '.').replace(/ \(PRMS:? [^)]*\)$/, '');
      for (let i = 2; key in cases; i++) key = `${key.replace(/ \(#\d+\)$/, '')} (#${i})`;
      cases[key] = result;
      if (result === 'FAIL' || result === 'UNRESOLVED') bad.push(line);
    }
    const results = Object.values(cases);
    const verdict = bad.length > 0 ? 'FAIL' : results.includes('PASS') ? 'PASS' : 'SKIP';
    if (verdict === 'PASS') rmSync(join(cwd, 'outputs'), { recursive: true, force: true });
    return { verdict, cases, note: bad.length > 0 ? bad.slice(0, 20).join('\n') : undefined };
  },
};
const gdbProgram = () => execFileSync('sh', ['-c', 'command -v gdb'], { encoding: 'utf8' }).trim();

const suites = { strace, kernel, gdb };

// --- prepare

function run(file, args, extra = {}) {
  const log = inDir('prepare.log');
  const fd = openSync(log, 'a');
  const result = spawnSync(file, args, { stdio: ['ignore', fd, fd], timeout: 1_800_000, ...extra });
  closeSync(fd);
  if (result.status !== 0) fail(`${file} ${args.join(' ')}: ${result.error ?? result.status}; see ${log}`);
}

/** Does a step once: what was done is remembered in the directory. */
function once(name, step) {
  const stamp = inDir(`${name}.done`);
  if (existsSync(stamp)) return;
  console.log(`peers: ${name}`);
  step();
  writeFileSync(stamp, '');
}

/** The archive that this machine's own packages come from. */
function ownMirror() {
  const files = [
    '/etc/apt/sources.list',
    ...readdirSync('/etc/apt/sources.list.d').map((n) => `/etc/apt/sources.list.d/${n}`),
  ];
  const texts = files.filter((file) => existsSync(file) && /\.(list|sources)$/.test(file)).map((file) => read(file));
  const found = texts.flatMap((text) => [
    ...text.matchAll(/^(?:deb\s+(?:\[[^\]]*\]\s+)?|URIs:\s*)(\S+\/debian)\/?(?:\s|$)/gm),
  ]);
  return found[0]?.[1];
}

function prepare() {
  mkdirSync(inDir('src'), { recursive: true });
  const packages = [
    'dpkg-dev',
    'gcc',
    'gcc-multilib',
    'g++',
    'make',
    'gawk',
    'libcap-dev',
    'dejagnu',
    'expect',
    'gdb',
    'strace',
  ];
  const missing = packages.filter((name) => {
    const { stdout } = spawnSync('dpkg-query', ['-s', name], { encoding: 'utf8' });
    return !/^Status: .* installed$/m.test(stdout);
  });
  if (missing.length > 0) {
    const install = ['install', '-y', '--no-install-recommends', ...missing];
    if (process.getuid() !== 0) fail(`missing here: apt-get ${install.join(' ')}`);
    console.log(`peers: apt-get ${install.join(' ')}`);
    run('apt-get', install, { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  }

  // The sources come by a list of our own: the machine's stay as they are.
  const apt = ['-o', `Dir::Etc::sourcelist=${inDir('apt', 'sources.list')}`, '-o', 'Dir::Etc::sourceparts=-'];
  apt.push('-o', `Dir::State::lists=${inDir('apt', 'lists')}`);
  const source = inDir('src');
  once('fetch', () => {
    const [, codename] = /^VERSION_CODENAME=(.*)$/m.exec(read('/etc/os-release')) ?? fail('which Debian is this?');
    mkdirSync(inDir('apt', 'lists', 'partial'), { recursive: true });
    const mirror = ownMirror() ?? fail('no archive of Debian in /etc/apt: where do its packages come from here?');
    const lines = ['deb', 'deb-src'].map((kind) => `${kind} ${mirror} ${codename} main\n`);
    writeFileSync(inDir('apt', 'sources.list'), lines.join(''));
    run('apt-get', [...apt, 'update']);
    run('apt-get', [...apt, 'source', '--download-only', 'strace', 'gdb'], { cwd: source });
    const depends = execFileSync('apt-cache', [...apt, 'depends', 'linux-source'], { encoding: 'utf8' });
    const [, name] = /Depends: (linux-source-\S+)/.exec(depends) ?? fail('no linux-source');
    run('apt-get', [...apt, 'download', name], { cwd: source });
  });
  const fetched = (pattern) => {
    const found = readdirSync(source).filter((file) => pattern.test(file));
    return join(source, found.at(-1) ?? fail(`nothing like ${pattern} in ${source}`));
  };
  const unpack = (name) => {
    rmSync(inDir(name), { recursive: true, force: true });
    run('dpkg-source', ['--no-check', '-x', fetched(new RegExp(`^${name}_.*\\.dsc$`)), inDir(name)]);
  };
  const make = (cwd, ...args) => run('nice', ['-n', '10', 'make', `-j${options.jobs}`, ...args], { cwd });

  once('strace', () => {
    unpack('strace');
    run('./configure', ['--enable-mpers=no', '--disable-gcc-Werror'], { cwd: inDir('strace') });
    make(inDir('strace'));
    make(inDir('strace', 'tests'), 'check-am', 'TESTS='); // the programs of the tests, and no test
  });
  once('kernel', () => {
    const linux = inDir('linux');
    rmSync(linux, { recursive: true, force: true });
    mkdirSync(linux);
    const deb = fetched(/^linux-source-.*\.deb$/);
    const version = basename(deb).split('_')[0];
    run('sh', ['-c', `dpkg-deb --fsys-tarfile "$1" | tar -C "$2" -x ./usr/src/${version}.tar.xz`, 'sh', deb, linux]);
    const wanted = ['tools/testing/selftests', 'tools/include', 'tools/scripts', 'scripts', 'include/uapi', 'arch/x86'];
    const archive = join(linux, 'usr', 'src', `${version}.tar.xz`);
    run('tar', ['-C', linux, '--strip-components=1', '-xf', archive, ...wanted.map((each) => `${version}/${each}`)]);
    rmSync(join(linux, 'usr'), { recursive: true });
    for (const group of ['ptrace', 'breakpoints', 'seccomp', 'x86']) make(selftests(group));
  });
  once('gdb', () => {
    unpack('gdb');
    mkdirSync(inDir('gdb-build'), { recursive: true });
    run(inDir('gdb', 'gdb', 'testsuite', 'configure'), [], { cwd: inDir('gdb-build') });
    make(inDir('gdb-build'), 'site.exp');
  });
  for (const [name, suite] of Object.entries(suites)) console.log(`${name}: ${suite.list().length} tests in ${dir}`);
}

// --- run

/** The processes of a run that are still there: by its mark in their environment, by its session, and their descendants. */
function remaining({ mark, sid, seen }) {
  const parents = new Map();
  const found = new Set();
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      const [state, ppid, pgrp, session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (state === 'Z' || state === 'X') continue;
      parents.set(pid, Number(ppid));
      const ours = Number(session) === sid || Number(pgrp) === sid || seen.has(Number(session));
      if (ours || readFileSync(`/proc/${pid}/environ`, 'latin1').includes(mark)) found.add(pid);
    } catch {} // gone meanwhile, or another user's
  }
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const [pid, parent] of parents) if (found.has(parent)) found.add(pid);
  }
  for (const pid of found) seen.add(pid);
  return found;
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function sweep(job) {
  for (let round = 0; round < 50; round++) {
    const left = remaining(job);
    if (left.size === 0) return;
    for (const pid of left) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {} // gone meanwhile
    }
    await sleep(20);
  }
}

const jobs = new Set();
let runs = 0;

async function test(suiteName, name, column) {
  const suite = suites[suiteName];
  const { argv, cwd, env } = suite.command(name, column);
  const logFile = inDir('logs', column, suiteName, `${name.replaceAll('/', '.')}.log`);
  mkdirSync(dirname(logFile), { recursive: true });
  const fd = openSync(logFile, 'w');
  const mark = `UTRACE_PEERS_RUN=${process.pid}-${++runs}-${Date.now()}.`;
  const [variable, value] = mark.split('=');
  const [file, ...args] = [...columns[column](name), ...argv];
  const began = performance.now();
  const child = spawn(file, args, {
    cwd,
    env: { ...process.env, ...env, [variable]: value },
    stdio: ['ignore', fd, fd],
    detached: true,
  });
  closeSync(fd);
  const job = { mark, sid: child.pid, seen: new Set() };
  jobs.add(job);
  const seconds = options.timeout === undefined ? secondsFor(suite, name, column) : Number(options.timeout);
  let late = false;
  const timer = setTimeout(async () => {
    late = true;
    await sweep(job);
  }, seconds * 1000);
  const [code, signal] = await new Promise((resolve) => {
    child.on('error', (error) => resolve([-1, error.code]));
    child.on('exit', (...how) => resolve(how));
  });
  clearTimeout(timer);
  const ms = Math.round(performance.now() - began);
  await sweep(job);
  jobs.delete(job);
  const judged = suite.judge({ code, signal, log: read(logFile), cwd });
  return { ...judged, verdict: late ? 'TIMEOUT' : judged.verdict, code, signal, ms };
}

const resultFile = (suite, column) => inDir('results', `${suite}-${column}.json`);
const results = (suite, column) => JSON.parse(read(resultFile(suite, column)) || '{"tests":{}}');

function chosen(given, all, what) {
  for (const each of given ?? []) if (!all.includes(each)) fail(`no ${what} '${each}': ${all.join(', ')}`);
  return given;
}

async function runAll() {
  const lock = inDir('lock');
  if (existsSync(`/proc/${read(lock) || 'none'}`)) fail(`process ${read(lock)} runs tests in ${dir}`);
  writeFileSync(lock, `${process.pid}`);
  process.on('exit', () => rmSync(lock, { force: true }));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, async () => {
      await Promise.all([...jobs].map(sweep));
      process.exit(1);
    });
  }
  const whichSuites = chosen(options.suite, Object.keys(suites), 'suite') ?? Object.keys(suites);
  const whichColumns = chosen(options.column, Object.keys(columns), 'column') ?? ['native', 'served', 'nested'];
  if (whichColumns.some((column) => column === 'served' || column === 'nested')) {
    const [file, ...args] = share();
    const { status, stderr } = spawnSync(file, [...args, 'true'], { encoding: 'utf8', timeout: 20_000 });
    if (status !== 0) fail(`'utrace share -- true' ends with ${status}: ${stderr.trim()}`);
  }
  for (const suite of whichSuites) {
    const all = suites[suite].list();
    const names = options.only === undefined ? all : all.filter((name) => options.only.includes(name));
    for (const column of whichColumns) {
      const record = { ...results(suite, column), suite, column, kernel: release(), date: new Date().toISOString() };
      const queue = [...names];
      const worker = async () => {
        for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
          const result = await test(suite, name, column);
          record.tests[name] = result;
          console.log(`${result.verdict.padEnd(7)} ${suite} ${column} ${name} (${(result.ms / 1000).toFixed(1)} s)`);
          mkdirSync(inDir('results'), { recursive: true });
          writeFileSync(`${resultFile(suite, column)}.new`, `${JSON.stringify(record, null, 1)}\n`);
          renameSync(`${resultFile(suite, column)}.new`, resultFile(suite, column));
        }
      };
      await Promise.all(Array.from({ length: Number(options.jobs) }, worker));
    }
  }
}

// --- table

const tally = (list) => {
  const counts = {};
  for (const each of list) counts[each] = (counts[each] ?? 0) + 1;
  const order = Object.keys(counts).sort((a, b) => counts[b] - counts[a]);
  return order.map((each) => `${counts[each]} ${each}`).join(', ');
};

/** What passed natively and does not here. gdb's known failures come and go natively too. */
const fine = ['PASS', 'XFAIL', 'KFAIL', 'XPASS', 'KPASS'];
const lost = (native, here) =>
  Object.keys(native?.cases ?? {}).filter(
    (name) => native.cases[name] === 'PASS' && !fine.includes(here.cases?.[name]),
  );

function table() {
  const known = Object.keys(columns).filter((column) =>
    Object.keys(suites).some((s) => existsSync(resultFile(s, column))),
  );
  const row = (...cells) => console.log(`| ${cells.join(' | ')} |`);
  row('suite', ...known);
  row('---', ...known.map(() => '---'));
  const details = [];
  for (const suite of Object.keys(suites)) {
    const names = suites[suite].list();
    const all = Object.fromEntries(known.map((column) => [column, results(suite, column).tests]));
    const has = (column) => names.filter((name) => all[column][name] !== undefined);
    row(
      `${suite}: tests`,
      ...known.map((column) => tally(has(column).map((name) => all[column][name].verdict)) || '–'),
    );
    if (names.some((name) => Object.keys(all.native?.[name]?.cases ?? {}).length > 0)) {
      const cases = (column) => has(column).flatMap((name) => Object.values(all[column][name].cases ?? {}));
      row(`${suite}: cases`, ...known.map((column) => tally(cases(column)) || '–'));
    }
    const same = (column, name) => {
      const [native, here] = [all.native?.[name], all[column][name]];
      if (native === undefined) return true;
      // gdb's: a file is as natively when nothing that passed is lost.
      return (suite === 'gdb' || native.verdict === here.verdict) && lost(native, here).length === 0;
    };
    if (known.includes('native')) {
      const count = (column) => `${has(column).filter((name) => same(column, name)).length} of ${has(column).length}`;
      row(`${suite}: as natively`, ...known.map((column) => (column === 'native' ? '' : count(column))));
    }
    for (const name of names) {
      const here = known.filter((column) => all[column][name] !== undefined);
      if (here.every((column) => same(column, name))) continue;
      const cells = known.map((column) => {
        const result = all[column][name];
        if (result === undefined) return '–';
        const gone = column === 'native' ? [] : lost(all.native?.[name], result);
        const some = gone.slice(0, 5).map((each) => each.replaceAll('|', '\\|'));
        if (gone.length > some.length) some.push('…');
        return gone.length === 0 ? result.verdict : `${result.verdict}; not PASS: ${gone.length} (${some.join('; ')})`;
      });
      const why = exclusive.has(name) ? ' (expects one tracer)' : '';
      details.push([`${suite} ${name}${why}`, ...cells]);
    }
  }
  if (details.length === 0) return console.log('\nNo test differs between the columns.');
  console.log('');
  row('differs', ...known);
  row('---', ...known.map(() => '---'));
  for (const each of details) row(...each);
}

function list() {
  for (const name of chosen(options.suite, Object.keys(suites), 'suite') ?? Object.keys(suites)) {
    for (const each of suites[name].list()) console.log(`${name} ${each}`);
  }
}

const commands = { prepare, run: runAll, table, list };
const command = commands[positionals[0]];
if (command === undefined || positionals.length !== 1)
  fail(`usage: peers.mjs ${Object.keys(commands).join('|')} [options]`);
await command();
