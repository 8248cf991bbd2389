/** The architecture this process runs on. arm64 is the next: an Arch beside x86_64, and its call table in abi/. */

import { HostError } from '../errors.ts';
import type { Arch } from './arch.ts';
import { x86_64 } from './x86-64.ts';

export type { Arch } from './arch.ts';

export function currentArch(): Arch {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new HostError('UTRACE_ARCH', `utrace traces on Linux x86-64; this is ${process.platform}-${process.arch}`, {
      hint: 'run it on an x86-64 Linux',
    });
  }
  return x86_64;
}
