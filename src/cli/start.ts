/**
 * What the command starts with. To compile its code takes V8 as long as all the rest of a start, so the build keeps it compiled beside it
 * (scripts/compile-cli.mjs): for the very text that says so, and for the Node that made it; another compiles the text.
 */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import type * as Main from './main.ts';

type Body = (exports: object, require: NodeJS.Require, module: object, file: string, folder: string) => void;

/** The last line of the text and the head of what was compiled: of what text that is. */
const ID_BYTES = 40;

function compiledFor(file: string, text: string): Buffer | undefined {
  try {
    const kept = readFileSync(file);
    return text.endsWith(`${kept.toString('latin1', 0, ID_BYTES)}\n`) ? kept.subarray(ID_BYTES) : undefined;
  } catch {
    return undefined;
  }
}

const filename = fileURLToPath(new URL('./cli-main.cjs', import.meta.url));
const text = readFileSync(filename, 'utf8');
const cachedData = compiledFor(fileURLToPath(new URL('./cli-main.cache', import.meta.url)), text);
const script = new Script(text, cachedData === undefined ? { filename } : { filename, cachedData });
const module = { exports: {} as typeof Main };
(script.runInThisContext() as Body)(
  module.exports,
  createRequire(filename),
  module,
  filename,
  fileURLToPath(new URL('.', import.meta.url)),
);
await module.exports.main(() => import('./commands.ts'));
