/** Owns the rendering of open flags, shared by open, fcntl, pipe2 and others. */

import { OPEN_ACCESS, OPEN_FLAGS } from '../../abi/flags/files.ts';

const O_ACCMODE = 3;
const cache = new Map<number, string>();

/** `O_RDWR|O_CREAT|O_CLOEXEC`. */
export function openFlags(value: number): string {
  let text = cache.get(value);
  if (text === undefined) {
    text = OPEN_ACCESS.value(value & O_ACCMODE) + OPEN_FLAGS.moreFlags(value & ~O_ACCMODE);
    if (cache.size < 1000) cache.set(value, text);
  }
  return text;
}

/** Flags of calls that take only the flag bits, such as pipe2: `0` or `O_NONBLOCK|O_CLOEXEC`. */
export const descriptorFlags = (value: number): string => OPEN_FLAGS.flags(value);

const O_CREAT = 0o100;
const O_TMPFILE_BIT = 0o20000000;

/** Whether open reads its mode argument. */
export const takesMode = (value: number): boolean => (value & (O_CREAT | O_TMPFILE_BIT)) !== 0;
