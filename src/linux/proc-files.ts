/**
 * What a tracer opens, reads and writes in /proc, at the seccomp stops that its filters make (proc-filter.ts). A text is
 * served as of the open: the call becomes memfd_create, and the file gets the text before the call returns, so that nothing
 * lies about in a file system and no access rights matter. Memory is copied by us.
 */

import { closeSync, openSync, writeSync } from 'node:fs';
import { ERRNO } from '../abi/errno.ts';
import { syscallName, syscallNumber } from '../abi/syscalls.ts';
import type { ProcFile } from '../tracehook/ptrace.ts';
import { ExitState } from '../tracehook/task.ts';
import { HostError } from './errors.ts';
import type { LinuxHost } from './host.ts';
import * as proc from './proc.ts';
import { watchDescriptor } from './proc-filter.ts';
import { answer } from './served.ts';
import { type LinuxTask, Run } from './task.ts';
import type { MemoryFile } from './thread-group.ts';

const AT_FDCWD = -100;
/** A name of memfd_create may have no more. */
const PATH_MAX = 240;
const LAST_WORD = /(?:^|\/)(?:status|stat|mem)$/;
const O_ACCMODE = 3;
const O_CLOEXEC = 0o2000000;
const MFD_CLOEXEC = 1n;
/** More at a time is left to the kernel: nobody looks for breakpoints in so much. */
const COPY_MAX = 1 << 26;
const SEEK_CUR = 1n;

/** The call at hand is made ready; it is resumed by the caller. */
export function serveProcFile(host: LinuxHost, task: LinuxTask): void {
  const { call } = task;
  try {
    switch (syscallName(call.abi, call.nr)) {
      case 'open':
        open(host, task, AT_FDCWD, call.arg(0), call.argInt(1));
        break;
      case 'openat':
        open(host, task, call.argInt(0), call.arg(1), call.argInt(2));
        break;
      case 'openat2':
        open(host, task, call.argInt(0), call.arg(1), openHow(task));
        break;
      case 'read':
      case 'pread64':
        read(host, task);
        break;
      case 'write':
      case 'pwrite64':
        write(host, task);
        break;
    }
  } catch {
    // A bad pointer, or somebody is gone: the real call says so.
  }
}

/** The flags of struct open_how. */
function openHow({ call, memory }: LinuxTask): number {
  const bytes = memory.read(call.arg(2), 8);
  return new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true);
}

function open(host: LinuxHost, task: LinuxTask, dir: number, at: bigint, flags: number): void {
  const { bytes, terminated } = task.memory.readString(at, PATH_MAX);
  if (!terminated) return;
  let path = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  if (!LAST_WORD.test(path)) return;
  if (!path.startsWith('/')) path = `${host.fdPath(task.tid, dir)}/${path}`;
  const file = host.ptrace!.procFile(task, path);
  if (file?.kind === 'text' && (flags & O_ACCMODE) === 0) openText(host, task, file, at, flags);
  else if (file?.kind === 'memory') openMemory(task, file.task as LinuxTask);
}

function openText(
  host: LinuxHost,
  task: LinuxTask,
  file: ProcFile & { kind: 'text' },
  name: bigint,
  flags: number,
): void {
  if (file.path.endsWith('/status')) host.holds.end(); // Cpus_allowed
  // By the reader's own /proc: that has the ids of its pid namespace.
  const original = proc.fileOf(task.tid, file.path);
  if (original === undefined) return; // the real call says why
  const text = file.rewrite(original);
  const { registers, call } = task;
  const [first, second] = host.arch.argumentRegisters(call.abi);
  const given = [first!, second!].map((register) => ({ register, value: registers.get(register) }));
  registers.set(host.arch.syscallNumber, BigInt(syscallNumber(call.abi, 'memfd_create')!));
  registers.set(first!, name);
  registers.set(second!, (flags & O_CLOEXEC) !== 0 ? MFD_CLOEXEC : 0n);
  task.served = {
    nr: call.nr,
    phase: 'trying',
    given,
    done: (fd) => {
      if (fd >= 0) fill(task, fd, text);
    },
  };
}

/** Through an open file of our own, so that the tracer's is at its beginning. */
function fill(task: LinuxTask, fd: number, text: string): void {
  try {
    const ours = openSync(`/proc/${task.tid}/fd/${fd}`, 'r+');
    try {
      writeSync(ours, text, 0, 'latin1');
    } finally {
      closeSync(ours);
    }
  } catch {
    // Killed: nobody will read it.
  }
}

function openMemory(task: LinuxTask, of: LinuxTask): void {
  const { space } = of.group;
  const { memory } = task.group.procFiles;
  task.served = {
    nr: task.call.nr,
    phase: 'trying',
    done: (fd) => {
      if (fd < 0) return;
      memory.set(fd, { task: of, space });
      watchDescriptor(task, fd, space);
    },
  };
}

/** Somebody alive in the address space that a descriptor was opened for: the thread of its name may have ended, or called exec. */
function aliveIn(host: LinuxHost, { task, space }: MemoryFile): LinuxTask | undefined {
  const lives = (other: LinuxTask): boolean =>
    other.group.space === space && !other.exited && other.run !== Run.GONE && other.exitState === ExitState.ALIVE;
  return lives(task) ? task : [...host.tasks.values()].find(lives);
}

/** The descriptor's file, if it still is memory, by somebody who lives in it. */
function memoryFile(host: LinuxHost, task: LinuxTask): MemoryFile | null {
  const { memory } = task.group.procFiles;
  const fd = task.call.argInt(0);
  const file = memory.get(fd);
  const alive = file === undefined ? undefined : aliveIn(host, file);
  if (file === undefined || alive === undefined) return null;
  if (proc.fdPath(task.tid, fd)?.endsWith('/mem')) return { task: alive, space: file.space };
  memory.delete(fd); // closed, and something else by now
  return null;
}

/** Copies at once what the kernel would copy when it gets to it: between what is known of breakpoints and what is in memory nothing comes. */
function copy(host: LinuxHost, task: LinuxTask, access: (file: MemoryFile, address: bigint) => number): void {
  const file = memoryFile(host, task);
  const { call } = task;
  const length = call.argNumber(2);
  if (file === null || length <= 0 || length > COPY_MAX) return;
  const name = syscallName(call.abi, call.nr);
  const positioned = name === 'pread64' || name === 'pwrite64';
  if (!positioned) {
    const count = access(file, proc.filePosition(task.tid, call.argInt(0)));
    if (count > 0) advance(host, task, count);
    else answer(host, task, count);
    return;
  }
  const at = call.abi === 'i386' ? call.arg(3) | (call.arg(4) << 32n) : call.arg(3);
  answer(host, task, access(file, at));
}

function read(host: LinuxHost, task: LinuxTask): void {
  const { call, memory } = task;
  copy(host, task, (file, address) => {
    const bytes = accessible(() => file.task.memory.read(address, call.argNumber(2)));
    if (bytes === null) return -ERRNO.EIO;
    host.ptrace!.memoryRead(task, file.task, address, bytes);
    return memory.copyTo(call.arg(1), bytes) ? bytes.length : -ERRNO.EFAULT;
  });
}

function write(host: LinuxHost, task: LinuxTask): void {
  const { call, memory } = task;
  copy(host, task, (file, address) => {
    const given = accessible(() => memory.read(call.arg(1), call.argNumber(2)));
    if (given === null) return -ERRNO.EFAULT;
    const before = accessible(() => file.task.memory.read(address, given.length));
    if (before === null) return -ERRNO.EIO;
    const bytes = given.subarray(0, before.length); // the rest is not mapped
    const real = host.ptrace!.memoryWrite(task, file.task, address, bytes, before);
    if (typeof real === 'number') return -real;
    return accessible(() => file.task.memory.write(address, real)) === null ? -ERRNO.EIO : bytes.length;
  });
}

/** read(2) and write(2) move on in the file: the call becomes the lseek that does it. */
function advance(host: LinuxHost, task: LinuxTask, count: number): void {
  const { registers, call } = task;
  const [, second, third] = host.arch.argumentRegisters(call.abi);
  const given = [second!, third!].map((register) => ({ register, value: registers.get(register) }));
  registers.set(host.arch.syscallNumber, BigInt(syscallNumber(call.abi, 'lseek')!));
  registers.set(second!, BigInt(count));
  registers.set(third!, SEEK_CUR);
  task.served = {
    nr: call.nr,
    phase: 'trying',
    given,
    done: () => registers.set(host.arch.syscallResult, BigInt(count)),
  };
}

/** null: the memory is not there (any more). */
function accessible<T>(access: () => T): T | null {
  try {
    return access();
  } catch (error) {
    if (error instanceof HostError) return null;
    throw error;
  }
}
