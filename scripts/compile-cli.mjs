// Makes dist/cli-main.cjs, as it was bundled, a function, and keeps its compiled code beside it, as that is after a short trace.
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist');
const filename = join(folder, 'cli-main.cjs');
const kept = join(folder, 'cli-main.cache');
rmSync(kept, { force: true });
const plain = readFileSync(filename, 'utf8').replace('//# sourceMappingURL=cli-main.cjs.map', '').trimEnd();
const body = `(function (exports, require, module, __filename, __dirname) { "use strict";\n${plain}\n})\n`;
const id = createHash('sha1').update(body).digest('hex');
const text = `${body}//# sourceMappingURL=cli-main.cjs.map\n//# v8=${process.versions.v8}\n//# text=${id}\n`;
writeFileSync(filename, text);
const map = JSON.parse(readFileSync(`${filename}.map`, 'utf8'));
writeFileSync(`${filename}.map`, JSON.stringify({ ...map, mappings: `;${map.mappings}` })); // there is a line before

const script = new Script(text, { filename });
process.argv.splice(2, Number.POSITIVE_INFINITY, 'trace', '-o', '/dev/null', '--', 'true');
process.on('exit', () => {
  writeFileSync(kept, Buffer.concat([Buffer.from(id, 'latin1'), script.createCachedData()]));
  process.exitCode = 0; // where nothing can be traced, that is not the build's affair
});
const module = { exports: {} };
script.runInThisContext()(module.exports, createRequire(filename), module, filename, folder);
await module.exports.main();
