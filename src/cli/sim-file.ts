/** A file with a program for `utrace sim`: JavaScript, or TypeScript where Node itself can strip the types. */

import { existsSync, readFileSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Box, Ending, Program } from '../box/index.ts';
import { CliError } from './errors.ts';

export interface SimFile {
  /** The default export. */
  readonly main: Program;
  /** What execve finds, by path: the export `programs`. */
  readonly programs: Readonly<Record<string, Program>>;
  /** What is wrong with the end of a run, or null: the export `atEnd`. */
  readonly atEnd?: (box: Box, ending: Ending) => string | null;
}

type Strip = (code: string, options: { mode: 'strip'; sourceUrl: string }) => string;

export async function loadProgram(path: string): Promise<SimFile> {
  const file = resolve(path);
  if (!existsSync(file)) throw new CliError(`there is no ${path}`);
  const exports = (await import(urlOf(file))) as { default?: unknown } & Partial<Omit<SimFile, 'main'>>;
  if (typeof exports.default !== 'function') {
    throw new CliError(`${path} has no program`, 'its default export must be a generator: function* main(sys) { … }');
  }
  const { atEnd, programs = {} } = exports;
  return { main: exports.default as Program, programs, ...(atEnd !== undefined && { atEnd }) };
}

/** Where Node is to import the file from. */
function urlOf(file: string): string {
  const url = pathToFileURL(file).href;
  const { features } = process as { features: { typescript?: unknown } };
  if (!/^\.m?ts$/.test(extname(file)) || features.typescript) return url;
  const strip = (nodeModule as { stripTypeScriptTypes?: Strip }).stripTypeScriptTypes;
  if (strip === undefined) {
    throw new CliError(
      `Node ${process.version} cannot read TypeScript`,
      'Node 22.13 and later can; or write the program in JavaScript (.mjs)',
    );
  }
  // Without a file of its own it has no neighbours to import: a program needs none but types.
  const code = strip(readFileSync(file, 'utf8'), { mode: 'strip', sourceUrl: url });
  return `data:text/javascript,${encodeURIComponent(code)}`;
}
