/**
 * CLONE_UNTRACED would take a child from us for good, with a filter of ours that has no tracer (ENOSYS). In trees with a
 * filter the flag is taken out on the way; whoever is told of the birth is told of the flag (R21).
 */

import { CLONE } from '../abi/clone.ts';
import { syscallName } from '../abi/syscalls.ts';
import type { LinuxTask } from './task.ts';

const FLAG = BigInt(CLONE.UNTRACED);
/** offsetof(struct clone_args, flags). */
const FLAGS_AT = 0n;

/** At the seccomp stop of a clone. */
export function takeUntraced(task: LinuxTask): void {
  const { call } = task;
  task.untraced = null;
  if (syscallName(call.abi, call.nr) === 'clone') {
    if ((call.arg(0) & FLAG) === 0n) return;
    call.setArg(0, call.arg(0) & ~FLAG);
    task.untraced = {};
    return;
  }
  const at = call.arg(0) + FLAGS_AT;
  try {
    const flags = task.memory.read(at, 8);
    const view = new DataView(flags.buffer, flags.byteOffset, flags.length);
    const given = view.getBigUint64(0, true);
    if ((given & FLAG) === 0n) return;
    view.setBigUint64(0, given & ~FLAG, true);
    task.memory.write(at, flags);
    task.untraced = { at, given };
  } catch {
    // a bad pointer: the call will say so
  }
}

/** At the clone's event: the flag it was given, and its memory as it was. */
export function giveUntraced(task: LinuxTask): number {
  const { untraced } = task;
  task.untraced = null;
  if (untraced === null) return 0;
  if (untraced.at !== undefined && untraced.given !== undefined) {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, untraced.given, true);
    try {
      task.memory.write(untraced.at, bytes);
    } catch {
      // it was unmapped meanwhile
    }
  }
  return CLONE.UNTRACED;
}
