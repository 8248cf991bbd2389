/**
 * The /proc that a host reads: this machine's, or that of a simulated kernel. One at a time, as there is one host at a time that
 * runs: a simulated supervisor puts its own in place for as long as it has its turn.
 */

import { closeSync, openSync, readdirSync, readlinkSync, readSync, statSync } from 'node:fs';

/** Undefined stands for every failure: the task is gone, or may not be seen. */
export interface ProcFs {
  /** The process that reads: the supervisor. */
  readonly pid: number;
  read(path: string): string | undefined;
  list(path: string): readonly string[] | undefined;
  link(path: string): string | undefined;
  /** The user that a file belongs to. */
  owner(path: string): number | undefined;
}

function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

const page = Buffer.allocUnsafeSlow(1 << 16);

/** As readFileSync, at half its cost: the files of /proc have no size that is worth asking for. */
function readText(path: string): string {
  const fd = openSync(path, 'r');
  const isOneRecord = path.endsWith('/status') || path.endsWith('/stat'); // which the kernel writes in one go
  try {
    let text = '';
    for (;;) {
      const n = readSync(fd, page, 0, page.length, null);
      if (n === 0) return text;
      text += page.toString('latin1', 0, n);
      if (n < page.length && isOneRecord) return text;
    }
  } finally {
    closeSync(fd);
  }
}

const MACHINE: ProcFs = {
  pid: process.pid,
  read: (path) => attempt(() => readText(path)),
  list: (path) => attempt(() => readdirSync(path)),
  link: (path) => attempt(() => readlinkSync(path)),
  owner: (path) => attempt(() => statSync(path).uid),
};

let current = MACHINE;

export const procfs = (): ProcFs => current;

/** Puts another in place; answers the one before. */
export function useProcFs(fs: ProcFs): ProcFs {
  const before = current;
  current = fs;
  return before;
}
