// npm run fuzz: bundles main.ts, which plain Node does not read, and runs it.
import { execFileSync, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
execFileSync(process.execPath, [join(root, 'scripts', 'ensure-built.mjs')], { stdio: 'inherit' });
// Two levels below the root, where test/support/paths.ts thinks it is.
const file = join(root, 'build', 'test', 'fuzz.mjs');
const bundle = await rolldown({
  input: join(root, 'test', 'fuzz', 'main.ts'),
  platform: 'node',
  external: ['vitest', 'rolldown'],
  logLevel: 'silent',
});
await bundle.write({ file, format: 'esm', codeSplitting: false });
await bundle.close();
const run = spawn(process.execPath, [file, ...process.argv.slice(2)], { stdio: 'inherit' });
process.on('SIGINT', () => {}); // of a terminal: it is the run's, too
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => run.kill(signal));
run.on('exit', (status) => process.exit(status ?? 1));
