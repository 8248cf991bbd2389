// npm run test:native: the addon under AddressSanitizer and UBSan, driven through everything it does.
import { execFileSync, spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const cc = process.env.CC ?? 'cc';
const out = join(root, 'build', 'asan', 'utrace.node');
execFileSync(process.execPath, [join(root, 'scripts', 'build-native.mjs')], {
  stdio: 'inherit',
  env: {
    ...process.env,
    UTRACE_NATIVE_OUT: out,
    CFLAGS: '-O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer',
  },
});
const runtime = execFileSync(cc, ['-print-file-name=libasan.so'], { encoding: 'utf8' }).trim();
if (!runtime.startsWith('/')) {
  console.log(`skipped: '${cc}' has no AddressSanitizer runtime (Debian: libasan comes with gcc)`);
  process.exit(0);
}
const result = spawnSync(process.execPath, [join(root, 'test', 'native', 'exercise.mjs')], {
  stdio: 'inherit',
  env: {
    ...process.env,
    UTRACE_NATIVE: out,
    LD_PRELOAD: runtime,
    // Node itself never frees all it has: leaks are counted by the exercise, not by the exit.
    ASAN_OPTIONS: 'detect_leaks=0:abort_on_error=0:halt_on_error=1',
  },
});
if (result.signal) console.error(`the exercise was ended by ${result.signal}`);
process.exit(result.status ?? 1);
