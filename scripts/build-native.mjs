// Builds native/*.c into build/utrace.node with the system's C compiler and the headers of `node-api-headers`:
// no download, no node-gyp. Environment: CC, CFLAGS (added), UTRACE_NATIVE_OUT.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const out = process.env.UTRACE_NATIVE_OUT ?? join(root, 'build', 'utrace.node');
const sources = readdirSync(join(root, 'native'))
  .filter((name) => /\.[ch]$/.test(name))
  .map((name) => join(root, 'native', name));

const mtime = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const extra = process.env.CFLAGS?.split(' ').filter(Boolean) ?? [];
if (extra.length === 0 && mtime(out) > Math.max(...sources.map(mtime), mtime(fileURLToPath(import.meta.url)))) {
  process.exit(0);
}

const headers = createRequire(import.meta.url)('node-api-headers').include_dir;
mkdirSync(dirname(out), { recursive: true });
const temporary = `${out}.${process.pid}`;
const cc = process.env.CC ?? 'cc';
const args = [
  ...['-std=gnu11', '-O2', '-g', '-fPIC', '-shared', '-fvisibility=hidden', '-pthread'],
  ...[
    '-Wall',
    '-Wextra',
    '-Wno-unused-parameter',
    '-Werror',
    '-D_GNU_SOURCE',
    '-D_FILE_OFFSET_BITS=64',
    '-DNAPI_VERSION=8',
  ],
  ...['-I', headers, ...extra, '-o', temporary, ...sources.filter((name) => name.endsWith('.c'))],
];
try {
  execFileSync(cc, args, { stdio: 'inherit' });
} catch (error) {
  if (error.code === 'ENOENT') {
    console.error(`utrace: no C compiler: '${cc}' was not found. On Debian: apt-get install gcc libc6-dev`);
  }
  process.exit(1);
}
renameSync(temporary, out); // a process that has the old one loaded keeps it
