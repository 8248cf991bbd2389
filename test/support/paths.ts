/** Where things are in the clone. */

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
/** The sources of the test programs, and where they are built. */
export const programSources = join(root, 'test', 'programs');
export const programDir = join(root, 'build', 'programs');
/** A built test program: `program('sleeper')` is test/programs/sleeper.c. */
export const program = (name: string): string => join(programDir, name);
/** The public API as one file for plain Node. */
export const sessionBundle = join(root, 'build', 'test', 'session.mjs');
