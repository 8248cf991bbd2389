/**
 * Before all tests: builds the addon and the programs of test/programs (only what is stale). After all tests: nothing of
 * ours may be left running; what is left is ended, and fails the run.
 */

import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { programDir, programSources, root, sessionBundle } from './paths.ts';

const mtime = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

const FREESTANDING = ['-nostdlib', '-static', '-ffreestanding', '-fno-stack-protector', '-fno-pie', '-no-pie'];
/** Programs that must make no system call but those that they are written to make. */
const BARE: ReadonlySet<string> = new Set(['actor', 'passive']);

/** 32-bit programs stand alone: Debian's gcc comes without a 32-bit libc. */
function flagsOf(name: string): string[] {
  if (name.endsWith('-32')) return ['-m32', ...FREESTANDING];
  return BARE.has(name) ? FREESTANDING : ['-pthread', '-fno-pie', '-no-pie'];
}

function buildPrograms(): void {
  mkdirSync(programDir, { recursive: true });
  const headers = Math.max(
    ...readdirSync(programSources)
      .filter((file) => file.endsWith('.h'))
      .map((file) => mtime(join(programSources, file))),
  );
  for (const file of readdirSync(programSources)) {
    if (!file.endsWith('.c')) continue;
    const name = file.slice(0, -2);
    const source = join(programSources, file);
    const out = join(programDir, name);
    if (mtime(out) > Math.max(mtime(source), headers)) continue;
    const args = [
      '-O1',
      '-g',
      '-std=gnu11',
      '-Wall',
      '-Wextra',
      '-Werror',
      '-Wno-unused-result',
      '-Wno-unused-parameter',
    ];
    execFileSync(process.env.CC ?? 'cc', [...args, ...flagsOf(name), '-o', out, source], { stdio: 'inherit' });
  }
}

/** In the environment of everything this run starts, so that runs side by side leave each other's programs alone. */
const MARK = 'UTRACE_TEST_RUN';

/** Processes of this run that run one of the test programs. */
function leftovers(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        if (!readlinkSync(`/proc/${pid}/exe`).startsWith(`${programDir}/`)) return false;
        return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(`${MARK}=${process.pid}`);
      } catch {
        return false; // gone, or a kernel thread
      }
    });
}

/** The public API as one file for plain Node, for tests whose tracer is a process of its own. */
async function buildSession(): Promise<void> {
  const { rolldown } = await import('rolldown');
  const bundle = await rolldown({
    input: join(root, 'src', 'session', 'index.ts'),
    platform: 'node',
    logLevel: 'silent',
  });
  await bundle.write({ file: sessionBundle, format: 'esm' });
  await bundle.close();
}

export async function setup(): Promise<void> {
  process.env[MARK] = String(process.pid);
  execFileSync(process.execPath, [join(root, 'scripts', 'build-native.mjs')], { stdio: 'inherit' });
  buildPrograms();
  await buildSession();
}

export function teardown(): void {
  const left = leftovers();
  if (left.length === 0) return;
  const what = left.map((pid) => {
    const status = /^State:.*$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[0] ?? '';
    return `${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ')}${status}`;
  });
  for (const pid of left) process.kill(pid, 'SIGKILL');
  throw new Error(`test programs were left behind:\n${what.join('\n')}`);
}
