/** A file with a program for `utrace sim`: JavaScript or TypeScript. */

import { existsSync, readFileSync } from 'node:fs';
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

export async function loadProgram(path: string): Promise<SimFile> {
  const file = resolve(path);
  if (!existsSync(file)) throw new CliError(`there is no ${path}`);
  const exports = (await import(await urlOf(path, file))) as { default?: unknown } & Partial<Omit<SimFile, 'main'>>;
  if (typeof exports.default !== 'function') {
    throw new CliError(`${path} has no program`, 'its default export must be a generator: function* main(sys) { … }');
  }
  const { atEnd, programs = {} } = exports;
  return { main: exports.default as Program, programs, ...(atEnd !== undefined && { atEnd }) };
}

/** Where Node is to import the file from. */
async function urlOf(path: string, file: string): Promise<string> {
  const url = pathToFileURL(file).href;
  const { features } = process as { features: { typescript?: unknown } };
  if (!/^\.m?ts$/.test(extname(file)) || features.typescript) return url;
  const { stripTypes } = await import('./strip-types.ts');
  try {
    // Without a file of its own it has no neighbours to import: a program needs none but types.
    return `data:text/javascript,${encodeURIComponent(stripTypes(readFileSync(file, 'utf8'), path))}`;
  } catch (error) {
    throw new CliError(`${path} cannot be read as TypeScript`, (error as Error).message);
  }
}
