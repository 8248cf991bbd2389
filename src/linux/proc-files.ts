/**
 * What a tracer opens, reads and writes in /proc, at the seccomp stops that its filters make (proc-filter.ts). A text is
 * served as of the open: the call becomes memfd_create, and the file gets the text before the call returns, so that nothing
 * lies about in a file system and no access rights matter. Memory is read and written by the kernel: what is read is corrected
 * in the reader's buffer afterwards; where something else is to be written, it lies in the buffer for the length of the call.
 */

import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { syscallName, syscallNumber } from '../abi/syscalls.ts';
import type { ProcFile } from '../tracehook/ptrace.ts';
import { HostError } from './errors.ts';
import type { LinuxHost } from './host.ts';
import * as proc from './proc.ts';
import { watchDescriptor } from './proc-filter.ts';
import { answer } from './served.ts';
import type { LinuxTask, MemoryFile } from './task.ts';

const AT_FDCWD = -100;
/** A name of memfd_create may have no more. */
const PATH_MAX = 240;
const LAST_WORD = /(?:^|\/)(?:status|stat|mem)$/;
const O_ACCMODE = 3;
const O_CLOEXEC = 0o2000000;
const MFD_CLOEXEC = 1n;
/** Nobody writes that much into a program. */
const WRITE_MAX = 1 << 24;

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
  // By the reader's own /proc: that has the ids of its pid namespace.
  const text = file.rewrite(readFileSync(`/proc/${task.tid}/root${file.path}`, 'latin1'));
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
      watchDescriptor(task, fd);
    },
  };
}

/** The descriptor's file, if it still is memory, and some may see it otherwise than it is. */
function memoryFile(host: LinuxHost, task: LinuxTask): MemoryFile | null {
  const { memory } = task.group.procFiles;
  const fd = task.call.argInt(0);
  const file = memory.get(fd);
  if (file === undefined || file.task.group.space !== file.space || !host.ptrace!.hidesMemory(file.task)) return null;
  if (proc.fdPath(task.tid, fd)?.endsWith('/mem')) return file;
  memory.delete(fd); // closed, and something else by now
  return null;
}

/** Where the call reads or writes. */
function position({ call, tid }: LinuxTask): bigint {
  const name = syscallName(call.abi, call.nr);
  if (name === 'pread64' || name === 'pwrite64') {
    return call.abi === 'i386' ? call.arg(3) | (call.arg(4) << 32n) : call.arg(3);
  }
  return proc.filePosition(tid, call.argInt(0));
}

function read(host: LinuxHost, task: LinuxTask): void {
  const file = memoryFile(host, task);
  if (file === null) return;
  const address = position(task);
  const buffer = task.call.arg(1);
  task.served = {
    nr: task.call.nr,
    phase: 'trying',
    done: (count) => {
      if (count <= 0) return;
      unlessKilled(() => {
        const bytes = task.memory.read(buffer, count);
        if (host.ptrace!.memoryRead(task, file.task, address, bytes)) task.memory.write(buffer, bytes);
      });
    },
  };
}

function write(host: LinuxHost, task: LinuxTask): void {
  const file = task.group.procFiles.memory.get(task.call.argInt(0));
  const length = task.call.argNumber(2);
  if (file === undefined || file.task.group.space !== file.space || length > WRITE_MAX) return;
  if (!proc.fdPath(task.tid, task.call.argInt(0))?.endsWith('/mem')) return;
  const buffer = task.call.arg(1);
  const bytes = task.memory.read(buffer, length);
  const real = host.ptrace!.memoryWrite(task, file.task, position(task), bytes);
  if (real === null) return;
  if (typeof real === 'number') {
    answer(host, task, -real);
    return;
  }
  task.memory.write(buffer, real);
  task.served = { nr: task.call.nr, phase: 'trying', done: () => unlessKilled(() => task.memory.write(buffer, bytes)) };
}

function unlessKilled(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
  }
}
