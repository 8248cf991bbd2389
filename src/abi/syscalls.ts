/**
 * Owns the lookups in the system call tables: name ↔ number, argument count, class membership. The tables themselves
 * are in syscalls-x86-64.ts and syscalls-i386.ts. Architectures without a table here answer undefined.
 */

import { SYSCALLS_I386 } from './syscalls-i386.ts';
import { SYSCALLS_X86_64 } from './syscalls-x86-64.ts';

/** The architectures a table could exist for. */
export type SyscallAbi = 'x86-64' | 'i386' | 'x32' | 'arm64';

/** A class of calls, as strace's `-e trace=%class` groups them. */
export type SyscallClass =
  | 'file'
  | 'desc'
  | 'memory'
  | 'network'
  | 'process'
  | 'signal'
  | 'ipc'
  | 'creds'
  | 'clock'
  | 'pure'
  | 'stat'
  | 'lstat'
  | 'fstat'
  | '%stat'
  | 'statfs'
  | 'fstatfs'
  | '%statfs';

/** All classes, for messages and completion. */
export const SYSCALL_CLASSES: readonly SyscallClass[] = [
  'file',
  'desc',
  'memory',
  'network',
  'process',
  'signal',
  'ipc',
  'creds',
  'clock',
  'pure',
  'stat',
  'lstat',
  'fstat',
  '%stat',
  'statfs',
  'fstatfs',
  '%statfs',
];

/** One line of a table: number, name, argument count, classes separated by spaces. */
export type SyscallRow = readonly [nr: number, name: string, argCount: number, classes: string];

/** What is known of one system call. */
export interface SyscallInfo {
  readonly nr: number;
  readonly name: string;
  /** How many arguments it takes, 0–6. */
  readonly argCount: number;
  readonly classes: ReadonlySet<SyscallClass>;
}

interface Table {
  readonly byNr: readonly (SyscallInfo | undefined)[];
  readonly byName: ReadonlyMap<string, SyscallInfo>;
}

function build(rows: readonly SyscallRow[]): Table {
  const byNr: (SyscallInfo | undefined)[] = [];
  const byName = new Map<string, SyscallInfo>();
  for (const [nr, name, argCount, classes] of rows) {
    while (byNr.length < nr) byNr.push(undefined);
    const set = new Set(classes === '' ? [] : (classes.split(' ') as SyscallClass[]));
    const info: SyscallInfo = { nr, name, argCount, classes: set };
    byNr[nr] = info;
    byName.set(name, info);
  }
  return { byNr, byName };
}

const EMPTY: Table = { byNr: [], byName: new Map() };
const tables: { [abi in SyscallAbi]?: Table } = {};

/** Built at first use: a tracer of 64-bit programs never pays for the i386 table. */
function table(abi: SyscallAbi): Table {
  let found = tables[abi];
  if (found === undefined) {
    found = abi === 'x86-64' ? build(SYSCALLS_X86_64) : abi === 'i386' ? build(SYSCALLS_I386) : EMPTY;
    tables[abi] = found;
  }
  return found;
}

/** What is known of call `nr` of `abi`; undefined for numbers no table has. */
export const syscallInfo = (abi: SyscallAbi, nr: number): SyscallInfo | undefined => table(abi).byNr[nr];

/** The name of call `nr`, such as `openat`; undefined for numbers no table has. */
export const syscallName = (abi: SyscallAbi, nr: number): string | undefined => table(abi).byNr[nr]?.name;

/** The number of the call named `name`; undefined when `abi` has no such call. */
export const syscallNumber = (abi: SyscallAbi, name: string): number | undefined => table(abi).byName.get(name)?.nr;

/** All calls of `abi`, by number. */
export const syscallsOf = (abi: SyscallAbi): readonly SyscallInfo[] =>
  table(abi).byNr.filter((info) => info !== undefined);

/** The calls of `abi` in class `name`, by number. */
export const syscallsByClass = (abi: SyscallAbi, name: SyscallClass): readonly SyscallInfo[] =>
  syscallsOf(abi).filter((info) => info.classes.has(name));
