/**
 * A system call from its instruction to the way out (arch/x86/entry, kernel/entry/common.c): the entry report, seccomp, the call,
 * the exit report. The reports are seed 003's tracehook_report_syscall_entry and _exit.
 */

import { ERRNO } from '../abi/errno.ts';
import { SIG } from '../abi/signals.ts';
import { Event } from '../tracehook/events.ts';
import { Outcome, Step } from '../tracehook/hooks.ts';
import { doGroupExit } from './exit.ts';
import { forceSignal } from './force-signal.ts';
import type { SimKernel } from './kernel.ts';
import { logCall } from './log-call.ts';
import { R } from './registers.ts';
import { returnToUser } from './return-to-user.ts';
import { follow, type RunState } from './run-state.ts';
import { runFilters } from './seccomp.ts';
import { sendLocked } from './send-signal.ts';
import { served } from './served.ts';
import { findCall } from './syscalls/table.ts';
import type { SimTask } from './task.ts';

const TRAP_BRKPT = 1;
const CORE_FLAG = 0x80;

const wants = ({ trace, syscall }: SimTask, event: number): boolean =>
  (trace.events & event) !== 0 && (trace.syscalls === null || trace.syscalls.has(syscall.abi, syscall.nr));

export function enterSyscall(kernel: SimKernel, task: SimTask): RunState {
  const { words } = task.registers;
  words[R.ORIG_RAX] = words[R.RAX]!;
  words[R.RCX] = words[R.RIP]!;
  words[R.R11] = words[R.EFLAGS]!;
  task.registers.result = -ERRNO.ENOSYS;
  if (!wants(task, Event.SYSCALL_ENTRY)) return filterCall(kernel, task);
  return follow(task, kernel, kernel.hooks.syscallEntry(task), 'syscall entry', () => {
    sendPassed(kernel, task);
    return kernel.hooks.abortsSyscall(task) || task.fatalPending ? leaveCall(kernel, task) : filterCall(kernel, task);
  });
}

/** The end of ptrace_report_syscall: nobody may trace it any more. */
function sendPassed(kernel: SimKernel, task: SimTask): void {
  for (const info of task.passed.splice(0)) sendLocked(kernel, info, task, 'thread', true);
}

/** __seccomp_filter: after the entry report (R44). `again`: the number may have been changed; it is not traced twice. */
function filterCall(kernel: SimKernel, task: SimTask, again = false): RunState {
  if (task.filters.length === 0 || task.filtersRest) return makeCall(kernel, task);
  const action = runFilters(task.filters, task.syscall);
  switch (action.do) {
    case 'allow':
      return makeCall(kernel, task);
    case 'errno':
      return completeCall(kernel, task, -action.data);
    case 'kill':
      return doGroupExit(kernel, task, SIG.SIGSYS | (task.process.coreLimit > 0 ? CORE_FLAG : 0));
    case 'trace':
      if (again) return makeCall(kernel, task);
      if ((task.trace.events & Event.SECCOMP) === 0) return completeCall(kernel, task, -ERRNO.ENOSYS);
      return follow(task, kernel, kernel.hooks.seccomp(task, action.data), 'seccomp', () =>
        kernel.hooks.abortsSyscall(task) || task.fatalPending
          ? leaveCall(kernel, task)
          : filterCall(kernel, task, true),
      );
  }
}

/** The call itself, or whoever serves it. */
export function makeCall(kernel: SimKernel, task: SimTask): RunState {
  const { nr } = task.syscall;
  if (nr < 0) return leaveCall(kernel, task); // skipped (R42)
  const call = findCall(nr);
  kernel.calls++;
  if (kernel.log !== null) logCall(kernel, task);
  if (call === undefined) return completeCall(kernel, task, -ERRNO.ENOSYS);
  if (call.served && kernel.ptrace !== null) return served(kernel, task);
  const result = call.make(kernel, task, task.syscall);
  return typeof result === 'object' ? result : completeCall(kernel, task, result);
}

/** The call is over, with this result. */
export function completeCall(kernel: SimKernel, task: SimTask, result: number | bigint): RunState {
  task.registers.result = result;
  return leaveCall(kernel, task);
}

/** syscall_exit_work. A step over the instruction takes the place of ptrace's exit stop (R45). */
export function leaveCall(kernel: SimKernel, task: SimTask): RunState {
  if (task.registers.result <= -512 && task.registers.result >= -516) task.sigpending = true;
  const steps = task.step !== Step.NONE && !task.stepsPastCalls; // before the report: a step out of the exit stop is none of this call
  if (!wants(task, Event.SYSCALL_EXIT) || task.fatalPending) return left(kernel, task, steps);
  const outcome = kernel.hooks.syscallExit(task);
  if (outcome !== Outcome.HELD) return left(kernel, task, steps);
  return follow(task, kernel, outcome, 'syscall exit', () => {
    sendPassed(kernel, task);
    return left(kernel, task, steps);
  });
}

function left(kernel: SimKernel, task: SimTask, steps: boolean): RunState {
  if (steps) {
    const { ip } = task.registers;
    forceSignal(kernel, task, { signo: SIG.SIGTRAP, errno: 0, code: TRAP_BRKPT, addr: BigInt(ip) });
  }
  return returnToUser;
}
