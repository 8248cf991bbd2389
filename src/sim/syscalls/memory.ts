/** Memory: a program that wants more of it says where. */

import { ERRNO } from '../../abi/errno.ts';
import type { Make } from './table.ts';

const MAP_FIXED = 0x10;
const MAP_ANONYMOUS = 0x20;

/** Zeros at a fixed place. There are no files to map, and nobody looks for a place. */
const mmap: Make = (_kernel, task, call) => {
  const [at, length, flags] = [Number(call.arg(0)), Number(call.arg(1)), call.argInt(3)];
  if (length <= 0) return -ERRNO.EINVAL;
  if ((flags & MAP_ANONYMOUS) === 0) return -ERRNO.ENODEV;
  if ((flags & MAP_FIXED) === 0) return -ERRNO.ENOMEM;
  if (!task.mm.has(at)) task.mm.map(at, length);
  return at;
};

export const MEMORY_CALLS = { mmap } satisfies Record<string, Make>;
