/** force_sig_info: a signal that an instruction made cannot be blocked or ignored. */

import type { Siginfo } from '../abi/siginfo.ts';
import { bit } from '../abi/signal-set.ts';
import type { SimKernel } from './kernel.ts';
import { SIG_DFL, SIG_IGN } from './process.ts';
import { sendLocked } from './send-signal.ts';
import type { SimTask } from './task.ts';

export function forceSignal(kernel: SimKernel, task: SimTask, info: Siginfo): void {
  const { signo } = info;
  const action = task.handlers.get(signo);
  const blocked = (task.blocked & bit(signo)) !== 0n;
  if (blocked || action.handler === SIG_IGN) {
    task.handlers.set(signo, { ...action, handler: SIG_DFL });
    if (blocked) task.blocked &= ~bit(signo);
  }
  sendLocked(kernel, info, task, 'thread', true);
}
