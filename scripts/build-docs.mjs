// The page of docs/page, as static files in dist/docs that need nothing else: the simulated kernel is in page.js, from
// utrace/sim as others import it. Classic scripts, since browsers load no modules from a disk.
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const page = join(root, 'docs', 'page');
const out = join(root, 'dist', 'docs');

/** `?raw`: a file's text. `?bundle`: a program of its own, as text. */
const texts = {
  name: 'texts',
  async resolveId(source, importer) {
    const [, path, query] = /^(.*)\?(raw|bundle)$/.exec(source) ?? [];
    return path === undefined ? null : `\0${query}:${join(dirname(importer), path)}`;
  },
  async load(id) {
    const [, query, path] = /^\0(raw|bundle):(.*)$/.exec(id) ?? [];
    if (path === undefined) return null;
    const text = query === 'raw' ? readFileSync(path, 'utf8') : (await bundle(path)).code;
    return { code: `export default ${JSON.stringify(text)};`, moduleType: 'js' };
  },
};

/** One file's program with all it imports, as a classic script. */
async function bundle(input, file) {
  const made = await rolldown({ input, platform: 'browser', plugins: [texts], tsconfig: false, cwd: root });
  // A task is called what its program is called: names stay.
  const options = { format: 'iife', minify: true, keepNames: true, codeSplitting: false };
  const { output } = file === undefined ? await made.generate(options) : await made.write({ ...options, file });
  await made.close();
  return output[0];
}

mkdirSync(out, { recursive: true });
await bundle(join(page, 'main.ts'), join(out, 'page.js'));
for (const name of ['index.html', 'page.css']) copyFileSync(join(page, name), join(out, name));
console.log(`open ${join('dist', 'docs', 'index.html')}`);
