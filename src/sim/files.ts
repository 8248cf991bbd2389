/** Open files, as many kinds as programs under trace need to talk: pipes, signalfd, an epoll that never fires; and terminal.ts. */

import { ERRNO } from '../abi/errno.ts';
import type { SigSet } from '../abi/signal-set.ts';
import { SIG } from '../abi/signals.ts';
import type { SyscallState } from '../tracehook/machine.ts';
import type { SimKernel } from './kernel.ts';
import { RESTART } from './restart.ts';
import type { RunState } from './run-state.ts';
import { sendLocked } from './send-signal.ts';
import { sleepOn } from './sleep.ts';
import { takeSignal } from './take-signal.ts';
import type { SimTask } from './task.ts';

export interface File {
  /** How many tables have it. */
  users: number;
  read?(kernel: SimKernel, task: SimTask, at: bigint, length: number): number | RunState;
  write?(kernel: SimKernel, task: SimTask, at: bigint, length: number): number | RunState;
  ioctl?(kernel: SimKernel, task: SimTask, call: SyscallState): number;
  /** The last table let it go. */
  closed?(kernel: SimKernel): void;
}

/** files_struct. */
export class FileTable {
  private readonly files: (File | undefined)[];

  constructor(from?: FileTable) {
    this.files = from?.files.slice() ?? [];
    for (const file of this.files) if (file !== undefined) file.users++;
  }

  get(fd: number): File | undefined {
    return this.files[fd];
  }

  add(file: File): number {
    let fd = this.files.indexOf(undefined);
    if (fd < 0) fd = this.files.length;
    this.files[fd] = file;
    file.users++;
    return fd;
  }

  close(kernel: SimKernel, fd: number): number {
    const file = this.files[fd];
    if (file === undefined) return -ERRNO.EBADF;
    this.files[fd] = undefined;
    if (--file.users === 0) file.closed?.(kernel);
    return 0;
  }

  closeAll(kernel: SimKernel): void {
    for (let fd = 0; fd < this.files.length; fd++) this.close(kernel, fd);
  }
}

/** Where tasks wait for something to change. */
class Waiters {
  private readonly tasks = new Set<SimTask>();
  add(task: SimTask): void {
    this.tasks.add(task);
  }
  delete(task: SimTask): void {
    this.tasks.delete(task);
  }
  wake(kernel: SimKernel): void {
    for (const task of this.tasks) kernel.wakeUp(task, 'a pipe changed');
  }
}

const PIPE_SIZE = 65_536;

/** The two ends of a pipe. */
export function makePipe(): readonly [reader: File, writer: File] {
  let bytes: number[] = [];
  const waiters = new Waiters();
  const sleeper = (task: SimTask) => ({ interrupted: RESTART.SYS, leave: () => waiters.delete(task) });
  const reader: File = {
    users: 0,
    read(kernel, task, at, length) {
      const check = (): number | null => {
        if (bytes.length === 0) return writer.users === 0 ? 0 : null;
        const some = bytes.slice(0, length);
        task.mm.write(at, Uint8Array.from(some));
        bytes = bytes.slice(some.length);
        waiters.wake(kernel);
        return some.length;
      };
      waiters.add(task);
      return sleepOn(kernel, task, { what: 'read', check, ...sleeper(task) });
    },
    closed: (kernel) => waiters.wake(kernel),
  };
  const writer: File = {
    users: 0,
    write(kernel, task, at, length) {
      const check = (): number | null => {
        if (reader.users === 0) {
          const { tgid, process } = task;
          const info = { signo: SIG.SIGPIPE, errno: 0, code: 0, pid: tgid, uid: process.credentials.uid };
          sendLocked(kernel, info, task, 'thread');
          return -ERRNO.EPIPE;
        }
        if (bytes.length + length > PIPE_SIZE) return null;
        bytes.push(...task.mm.read(at, length));
        waiters.wake(kernel);
        return length;
      };
      waiters.add(task);
      return sleepOn(kernel, task, { what: 'write', check, ...sleeper(task) });
    },
    closed: (kernel) => waiters.wake(kernel),
  };
  return [reader, writer];
}

const SIGNALFD_SIGINFO_SIZE = 128;

/** signalfd: a read takes a pending signal of the reader's. */
export const signalFile = (set: SigSet): File => ({
  users: 0,
  read(kernel, task, at) {
    const check = (): number | null => {
      const info = takeSignal(task, ~set);
      if (info === null) return null;
      const bytes = new Uint8Array(SIGNALFD_SIGINFO_SIZE);
      const view = new DataView(bytes.buffer);
      view.setUint32(0, info.signo, true);
      view.setInt32(8, info.code, true);
      view.setUint32(12, info.pid ?? 0, true);
      view.setUint32(16, info.uid ?? 0, true);
      task.mm.write(at, bytes);
      return SIGNALFD_SIGINFO_SIZE;
    };
    kernel.signalReaders.add(task);
    return sleepOn(kernel, task, {
      what: 'read',
      check,
      interrupted: RESTART.SYS,
      leave: () => kernel.signalReaders.delete(task),
    });
  },
});

/** Nothing is ever ready on it; it does not restart (R39). */
export const epollFile = (): File => ({ users: 0 });
