/** The way to user mode (exit_to_user_mode_loop): signals first, then the resume report that is owed, then the program. */

import { runUser } from './cpu.ts';
import { getSignal } from './get-signal.ts';
import { follow, type RunState } from './run-state.ts';

export const returnToUser: RunState = {
  name: 'user',
  execute(kernel, task) {
    const { trace } = task;
    if (task.sigpending || trace.interrupt) return getSignal.execute(kernel, task);
    if (trace.report) {
      return follow(task, kernel, kernel.hooks.resume(task), 'the way to user mode', () => returnToUser);
    }
    return runUser(kernel, task);
  },
};
