// Builds the addon and the bundle when they are missing or older than their sources, so that a fresh clone just runs.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const newest = (dir) =>
  readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((max, entry) => Math.max(max, statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs), 0);

execFileSync(process.execPath, [join(root, 'scripts', 'build-native.mjs')], { stdio: ['ignore', 2, 2] });
const cli = join(root, 'dist', 'cli.js');
if (!existsSync(cli) || statSync(cli).mtimeMs < newest(join(root, 'src'))) {
  execFileSync(join(root, 'node_modules', '.bin', 'tsdown'), ['--silent'], { cwd: root, stdio: ['ignore', 2, 2] });
}
