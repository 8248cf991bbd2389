// Drives every function of the addon, with good and bad arguments; run under the sanitizers by scripts/test-native.mjs.
// Ends with the plain closing line that counts what was checked.
import assert from 'node:assert/strict';
import { spawn as spawnPlain } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { attach, getRuntime, Resume, spawn } from '../../dist/index.js';

const env = { ...process.env, LD_PRELOAD: '' };
let passed = 0;
const check = async (name, body) => {
  await body();
  passed++;
  console.log(`ok ${name}`);
};
const signals = () =>
  readFileSync('/proc/self/status', 'utf8')
    .match(/^Sig(Blk|Ign|Cgt):.*$/gm)
    .join();
const fds = () => readdirSync('/proc/self/fd').length;
const native = createRequire(import.meta.url)(process.env.UTRACE_NATIVE);

await check('arguments of the wrong kind throw, and nothing is written', () => {
  assert.throws(() => native.step(), TypeError);
  assert.throws(() => native.setEvents('x'), TypeError);
  assert.throws(() => native.readMemory(1, {}, new Uint8Array(8), 8), TypeError);
  assert.throws(() => native.readMemory(1, 0, new Float64Array(8), 8), TypeError);
  assert.throws(() => native.spawn({}), TypeError);
  assert.throws(() => native.spawn({ file: 'x', argv: [1], envp: [] }), TypeError);
});

await check('a process that cannot become another stays what it is', () => {
  const how = { file: '/bin/true', argv: ['true'], envp: [], stdin: 0, stdout: 1, stderr: 2 };
  const before = signals();
  const [ask, why] = [new Uint8Array(4), new Uint8Array(64)];
  assert.throws(() => native.become({}, '', 1, ask, why), TypeError);
  assert.throws(() => native.become(how, '', 1, 'ask', why), TypeError);
  assert.equal(native.become(how, '/'.repeat(200), 1, ask, why), -36);
  assert.equal(native.become(how, '/no/such/socket', 1, ask, why), -2);
  assert.equal(native.become({ ...how, file: '/no/such/file' }, '', 1, ask, why), -2);
  assert.ok(native.setForeground(-1, 1) < 0);
  native.waitAll(0);
  assert.equal(signals(), before);
});

await check('a buffer shorter than what is asked for is never overrun', () => {
  const small = new Uint8Array(4);
  const address = native.readMemory(process.pid, 1, small, 4096);
  assert.ok(address < 0);
  native.stats(new Uint8Array(2));
});

await check('programs come and go; no descriptor is left', async () => {
  const before = fds();
  for (let i = 0; i < 40; i++) {
    const session = await spawn('sh', ['-c', 'ls / >/dev/null; exit 7'], {
      env,
      tracers: [
        {
          syscallExit(task) {
            task.registers.get('rip');
            task.registers.readSet('floating-point');
            task.registers.readSet('xstate');
            const address = task.syscall.arg(0);
            try {
              task.memory.readString(address, 1 + (i % 3) * 5000);
              task.memory.read(address, 1 << (i % 18));
            } catch (error) {
              assert.equal(error.code, 'EFAULT');
            }
          },
          signal() {},
        },
      ],
    });
    assert.deepEqual((await session.exited).code, 7);
    await session.finished;
  }
  assert.ok(fds() <= before + 3, `descriptors: ${before}, then ${fds()}`);
});

await check('memory is written', async () => {
  let wrote = 0;
  const session = await spawn('sh', ['-c', 'echo one'], {
    env,
    stdio: [0, 'ignore', 2],
    tracers: [
      {
        calls: ['write'],
        syscallEntry(task) {
          task.memory.write(task.syscall.arg(1), Buffer.from('two'));
          wrote++;
        },
      },
    ],
  });
  await session.finished;
  assert.equal(wrote, 1);
});

await check('a spawn that fails says why, and leaves nothing', async () => {
  const before = fds();
  await assert.rejects(spawn('/nonexistent', [], { env }), { code: 'ENOENT' });
  await assert.rejects(spawn('/etc/passwd', [], { env }), { code: 'EACCES' });
  await assert.rejects(spawn('true', [], { env, cwd: '/nonexistent' }), { code: 'ENOENT' });
  assert.equal(fds(), before);
});

await check('with a filter, in a process group and session of its own', async () => {
  let opened = 0;
  const session = await spawn('cat', ['/etc/hostname'], {
    env,
    stdio: ['ignore', 'ignore', 2],
    newSession: true,
    tracers: [{ calls: ['openat'], syscallExit: () => void opened++ }],
  });
  await session.finished;
  assert.ok(opened > 0);
});

await check('attach and detach, a hundred times', async () => {
  // Not a child of ours: those are child_process's to wait for.
  const shell = spawnPlain('sh', ['-c', 'sleep 100 & echo $!; wait'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const pid = Number(await new Promise((resolve) => shell.stdout.once('data', resolve)));
  for (let i = 0; i < 100; i++) {
    const session = await attach(pid, { tracers: [{ quiesce: () => Resume.RESUME }] });
    await session.detach();
  }
  process.kill(pid);
  await new Promise((resolve) => shell.once('exit', resolve));
});

assert.equal(getRuntime().host.tasks.size, 0);
assert.ok(existsSync('/proc/self'));
console.log(`${passed} passed, 0 failed`);
