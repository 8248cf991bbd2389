/** A handler's frame, and the return from it (setup_rt_frame, rt_sigreturn). The saved context is kept beside the frame. */

import { encodeSiginfo, SIGINFO_SIZE, type Siginfo } from '../abi/siginfo.ts';
import { bit } from '../abi/signal-set.ts';
import type { HandlerStart } from './frames.ts';
import type { SimKernel } from './kernel.ts';
import { SA, SIG_DFL } from './process.ts';
import { R } from './registers.ts';
import { restartBeforeHandler } from './restart.ts';
import type { RunState } from './run-state.ts';
import { recalcSigpending } from './send-signal.ts';
import { leaveCall } from './syscall-path.ts';
import type { SimTask } from './task.ts';

const RED_ZONE = 128n;

export function setUpHandler(kernel: SimKernel, task: SimTask, info: Siginfo): void {
  const { registers, mm } = task;
  const { words } = registers;
  const { signo } = info;
  const action = task.handlers.get(signo);
  if ((action.flags & SA.RESETHAND) !== 0) task.handlers.set(signo, { ...action, handler: SIG_DFL });
  restartBeforeHandler(task, action.flags);
  const context = { words: words.slice(), mask: task.savedMask ?? task.blocked };
  const stack = words[R.RSP]! - RED_ZONE - BigInt(SIGINFO_SIZE);
  if (mm.has(stack)) mm.write(stack, encodeSiginfo(info));
  task.savedMask = null;
  task.blocked |= action.mask | ((action.flags & SA.NODEFER) === 0 ? bit(signo) : 0n);
  const routine = mm.routines.get(Number(action.handler)) as HandlerStart | undefined;
  task.frames.push({
    code: null,
    start: (t) => routine?.(t, signo, info) ?? NOTHING(),
    history: signo,
    context,
    end: 'handler',
  });
  // orig_rax stays what it is till the handler runs: a result of 0 is none to restart for.
  words[R.RIP] = action.handler;
  words[R.RSP] = stack;
  words[R.RDI] = BigInt(signo);
  words[R.RSI] = stack;
  words[R.RAX] = 0n;
  if (kernel.logging) kernel.note(task, `runs its handler for signal ${signo}`);
}

function* NOTHING() {}

/** rt_sigreturn. Its result is whatever rax held: it must not be taken for one to restart. */
export function sigreturn(kernel: SimKernel, task: SimTask): RunState {
  const frame = task.frames.pop();
  if (frame?.context == null) return leaveCall(kernel, task);
  task.registers.words.set(frame.context.words);
  task.registers.leaveCall();
  task.blocked = frame.context.mask;
  recalcSigpending(task);
  task.stepLost = task.stepsPastCalls; // TF is among the registers
  return leaveCall(kernel, task);
}
