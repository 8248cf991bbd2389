/** Calls about files. */

import { ERRNO } from '../../abi/errno.ts';
import { epollFile, makePipe, signalFile } from '../files.ts';
import { sleepOn } from '../sleep.ts';
import type { Make } from './table.ts';

const NS_PER_MS = 1e6;

export const FILE_CALLS: Readonly<Record<string, Make>> = {
  read(kernel, task, call) {
    const file = task.process.files.get(call.argInt(0));
    return file?.read?.(kernel, task, call.arg(1), call.argNumber(2)) ?? -ERRNO.EBADF;
  },
  write(kernel, task, call) {
    const file = task.process.files.get(call.argInt(0));
    return file?.write?.(kernel, task, call.arg(1), call.argNumber(2)) ?? -ERRNO.EBADF;
  },
  ioctl(kernel, task, call) {
    const file = task.process.files.get(call.argInt(0));
    return file === undefined ? -ERRNO.EBADF : (file.ioctl?.(kernel, task, call) ?? -ERRNO.ENOTTY);
  },
  close: (kernel, task, call) => task.process.files.close(kernel, call.argInt(0)),
  pipe(_kernel, task, call) {
    const [reader, writer] = makePipe();
    const { files } = task.process;
    task.mm.write(call.arg(0), new Uint8Array(Int32Array.of(files.add(reader), files.add(writer)).buffer));
    return 0;
  },
  signalfd4(_kernel, task, call) {
    const set = new DataView(task.mm.read(call.arg(1), 8).buffer).getBigUint64(0, true);
    return task.process.files.add(signalFile(set));
  },
  epoll_create1: (_kernel, task) => task.process.files.add(epollFile()),
  /** Nothing ever happens on it: its time passes, or a signal comes (R39). */
  epoll_wait(kernel, task, call) {
    const timeout = call.argInt(3);
    const deadline = kernel.clock.now + timeout * NS_PER_MS;
    return sleepOn(kernel, task, {
      what: 'epoll_wait',
      check: () => (timeout >= 0 && kernel.clock.now >= deadline ? 0 : null),
      interrupted: -ERRNO.EINTR,
      ...(timeout >= 0 && { deadline }),
    });
  },
};
