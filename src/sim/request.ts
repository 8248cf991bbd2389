/**
 * A ptrace request in the parts in which a kernel makes it: other CPUs run between them. Only where a run asks for that
 * (`splitsRequests`): else a request is one step, and nothing can come between its parts.
 *
 * - ptrace_check_attach freezes the stop (PTRACE_FROZEN), the request works on it, and the thaw looks whether SIGKILL came (R54).
 * - Attaching to a stopped task sends it on its way to a trap (TRAPPING), and waits until it is there (R18).
 */

import { ERRNO } from '../abi/errno.ts';
import { syscallName } from '../abi/syscalls.ts';
import { trapping } from './group-stop.ts';
import { Jobctl } from './jobctl.ts';
import type { SimKernel } from './kernel.ts';
import type { RunState } from './run-state.ts';
import { sleepOn } from './sleep.ts';
import { completeCall } from './syscall-path.ts';
import type { Arrival, SimTask } from './task.ts';

/** Whose stop the call at hand works on; null: nobody's. */
export function stopAtHand(kernel: SimKernel, task: SimTask): SimTask | null {
  if (syscallName(task.syscall.abi, task.syscall.nr) !== 'ptrace') return null;
  return kernel.ptrace!.stopAtHand(task) as SimTask | null;
}

/** ptrace_freeze_traced. The request itself is another step; nothing ends that but itself. */
export function freeze(kernel: SimKernel, tracer: SimTask, target: SimTask, request: RunState['execute']): RunState {
  kernel.touch(target);
  if (target.fatalPending) return completeCall(kernel, tracer, -ERRNO.ESRCH); // too late
  target.requests++;
  target.jobctl |= Jobctl.PTRACE_FROZEN;
  return {
    name: 'in a ptrace request',
    execute(_kernel, task) {
      const next = request(kernel, task);
      kernel.thaw(target);
      return next;
    },
  };
}

/** ptrace_attach of a stopped task: out of TASK_STOPPED, to trap. */
export function beginTrapping(kernel: SimKernel, target: SimTask, tracer: SimTask, arrive: Arrival['arrive']): void {
  target.jobctl = (target.jobctl & ~Jobctl.STOPPED) | Jobctl.TRAPPING;
  target.arrival = { tracer, arrive, leaves: false };
  target.run = trapping;
  tracer.awaits = target;
  kernel.wakeUp(target, 'it is to trap');
}

/** wait_on_bit(JOBCTL_TRAPPING_BIT), killable. */
export function awaitTrap(kernel: SimKernel, tracer: SimTask, result: number): RunState {
  const target = tracer.awaits!;
  return sleepOn(kernel, tracer, {
    what: 'ptrace, until its tracee has trapped',
    check: () => ((target.jobctl & Jobctl.TRAPPING) === 0 ? result : null),
    leave: () => {
      tracer.awaits = null;
    },
  });
}
