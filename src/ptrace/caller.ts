/** The memory of whoever makes a call: pointers it gave, written and read as the kernel's copy_to_user and copy_from_user. */

import { ERRNO } from '../abi/errno.ts';
import type { Task } from '../tracehook/task.ts';

/** An errno in flight: {@link answering} turns it into a result. */
export class Refusal extends Error {
  readonly result: number;

  /** `errno`: positive. */
  constructor(errno: number) {
    super(`errno ${errno}`);
    this.result = -errno;
  }
}

/** The result of `call`, with refusals as negated errnos. */
export function answering(call: () => number | bigint): number | bigint {
  try {
    return call();
  } catch (error) {
    if (error instanceof Refusal) return error.result;
    // Somebody was killed under our hand: the tracee, and then that is the answer; or the caller, and then nobody hears it.
    if ((error as { code?: unknown }).code === 'ESRCH') return -ERRNO.ESRCH;
    throw error;
  }
}

/** Whether an error of a host's machine state is about the address, or about a task that was killed meanwhile. */
function refuse(error: unknown): never {
  const code = (error as { code?: unknown }).code;
  if (code === 'EFAULT' || code === 'EIO') throw new Refusal(ERRNO.EFAULT);
  if (code === 'ESRCH') throw new Refusal(ERRNO.ESRCH);
  throw error;
}

/** copy_from_user: all of it, or EFAULT. */
export function readFrom(caller: Task, address: bigint, length: number): Uint8Array {
  if (length === 0) return new Uint8Array(0);
  let bytes: Uint8Array;
  try {
    bytes = caller.memory.read(address, length);
  } catch (error) {
    return refuse(error);
  }
  if (bytes.length < length) throw new Refusal(ERRNO.EFAULT);
  return bytes;
}

/** copy_to_user. */
export function writeTo(caller: Task, address: bigint, bytes: Uint8Array): void {
  if (!caller.memory.copyTo(address, bytes)) throw new Refusal(ERRNO.EFAULT);
}
