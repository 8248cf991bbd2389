/** execve: de_thread, begin_new_exec, and the report (R46–R48). */

import { ERRNO } from '../abi/errno.ts';
import { SIG } from '../abi/signals.ts';
import type { Tid } from '../base/brand.ts';
import { Event } from '../tracehook/events.ts';
import { DeathSignal } from '../tracehook/hooks.ts';
import { ExitState } from '../tracehook/task.ts';
import { releaseMemory, zapOtherThreads } from './exit.ts';
import { placeStack } from './fork.ts';
import type { Start } from './frames.ts';
import { clearStopPending } from './jobctl.ts';
import type { SimKernel } from './kernel.ts';
import { AddressSpace } from './memory.ts';
import { SignalHandlers } from './process.ts';
import { R } from './registers.ts';
import { RESTART } from './restart.ts';
import { follow, type RunState } from './run-state.ts';
import { sleepOn } from './sleep.ts';
import { completeCall } from './syscall-path.ts';
import type { SimTask } from './task.ts';
import { AT, loadProgram } from './text.ts';

/** `start`: the new program. */
export function execve(kernel: SimKernel, task: SimTask, path: string, start: Start): number | RunState {
  const { process } = task;
  if (process.exits || process.execTask !== null) return RESTART.NOINTR; // somebody was faster: it is to die
  if (process.single) return replace(kernel, task, path, start, task.tid);
  process.execTask = task;
  zapOtherThreads(kernel, task);
  clearStopPending(task); // as Linux shows, where there are others
  return sleepOn(kernel, task, {
    what: 'execve',
    // de_thread: who is woken for the last of them and finds that it is killed itself leaves.
    check: () => (isAlone(task) && !task.fatalPending ? 0 : null),
    goesOn(_kernel, _task, result) {
      process.execTask = null;
      if (result !== 0) return completeCall(kernel, task, -ERRNO.EAGAIN); // killed meanwhile
      const oldTid = task.tid;
      if (!task.isLeader) takeLeadership(kernel, task);
      return replace(kernel, task, path, start, oldTid);
    },
  });
}

/** All others are reaped; a leader that is not the one is dead. */
function isAlone(task: SimTask): boolean {
  const { process } = task;
  return process.threads.every(
    (thread) => thread === task || (thread === process.leader && thread.exitState !== ExitState.ALIVE),
  );
}

/** The second half of de_thread: it becomes the leader; the old one goes without a word (R47). */
function takeLeadership(kernel: SimKernel, task: SimTask): void {
  const { process } = task;
  const old = process.leader;
  const tid = old.tid;
  const siblings = process.parent?.children;
  const at = siblings?.indexOf(old) ?? -1;
  kernel.ptrace?.vanished(old, task.tid);
  kernel.hooks.death(old, false, DeathSignal.REAP);
  old.exitState = ExitState.DEAD;
  kernel.hooks.release(old);
  kernel.tasks.delete(tid);
  process.drop(old);
  process.leader = task;
  task.siblingOrder = old.siblingOrder;
  kernel.rename(task, tid as Tid);
  if (siblings !== undefined && at >= 0) siblings[at] = task;
  for (const child of old.children.splice(0)) {
    child.process.parent = task;
    task.children.push(child);
  }
  process.exitSignal = SIG.SIGCHLD;
}

function replace(kernel: SimKernel, task: SimTask, path: string, start: Start, oldTid: Tid): RunState {
  const { process, registers } = task;
  releaseMemory(kernel, task);
  task.mm = new AddressSpace();
  task.mm.users = 1;
  loadProgram(task.mm);
  placeStack(task);
  const handlers = new SignalHandlers(task.handlers); // unshare_sighand
  handlers.reset();
  task.handlers = handlers;
  process.exitSignal = SIG.SIGCHLD;
  process.execed = true;
  task.execId++;
  task.stepLost = task.stepsPastCalls;
  process.timers?.deletePosix();
  process.name = path;
  task.name = path;
  task.frames.length = 0;
  task.frames.push({ code: null, start, history: 0, context: null, end: 'process' });
  const { words } = registers;
  // elf_common_init: all but rax, which will have the result.
  for (let i = 0; i < R.RIP; i++) if (i !== R.ORIG_RAX && i !== R.RAX) words[i] = 0n;
  words[R.RIP] = BigInt(AT.SYSCALL + 2); // its `ret`: the program's turn
  words[R.RSP] = BigInt(task.stack);
  if (kernel.logging) kernel.note(task, `runs ${path}`);
  if ((task.trace.events & Event.EXEC) === 0) return completeCall(kernel, task, 0);
  const done = (): RunState => completeCall(kernel, task, 0);
  return follow(task, kernel, kernel.hooks.exec(task, { oldTid, path }), 'exec', done, done);
}
