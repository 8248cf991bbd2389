/** clone, fork and vfork (kernel_clone): the child exists and has not run while its birth is reported (R20–R22). */

import { CLONE } from '../abi/clone.ts';
import { ERRNO } from '../abi/errno.ts';
import type { Tgid } from '../base/brand.ts';
import { Event } from '../tracehook/events.ts';
import { Outcome } from '../tracehook/hooks.ts';
import { FileTable } from './files.ts';
import { NEXT_TID } from './footprint.ts';
import type { Start } from './frames.ts';
import { joinGroupStop } from './jobctl.ts';
import type { SimKernel } from './kernel.ts';
import { AddressSpace } from './memory.ts';
import { Process, SignalHandlers } from './process.ts';
import { R, TaskRegisters } from './registers.ts';
import { RESTART } from './restart.ts';
import { returnToUser } from './return-to-user.ts';
import { follow, followEvent, type RunState, UNBORN } from './run-state.ts';
import { recalcSigpending } from './send-signal.ts';
import { sleepOn } from './sleep.ts';
import { completeCall } from './syscall-path.ts';
import { SimTask } from './task.ts';
import { SCRATCH, SCRATCH_SIZE, STACK_SIZE, STACKS } from './text.ts';

const SIGHAND = 0x800;
const FILES = 0x400;

/** `start`: what the child runs. A machine would run on from the same place; here a program says so. */
export function clone(kernel: SimKernel, parent: SimTask, flags: number, start: Start): number | RunState {
  const isThread = (flags & CLONE.THREAD) !== 0;
  if (isThread && (flags & SIGHAND) === 0) return -ERRNO.EINVAL;
  if ((flags & SIGHAND) !== 0 && (flags & CLONE.VM) === 0) return -ERRNO.EINVAL;
  recalcSigpending(parent);
  if (parent.sigpending) return RESTART.NOINTR; // copy_process: signals come before the birth
  kernel.footprint?.change(NEXT_TID); // tids are given out in order
  const child = copyProcess(kernel, parent, flags, start);
  kernel.log?.made(kernel, parent, child);
  if ((flags & CLONE.VFORK) !== 0) child.vforkParent = parent;
  child.starting = true;
  const begun = (): RunState => {
    beginLife(kernel, child);
    const outcome = kernel.ptrace?.birthEvent(parent) ?? Outcome.GO;
    const goesOn = (): RunState =>
      (flags & CLONE.VFORK) !== 0 ? waitForVfork(kernel, parent, child) : completeCall(kernel, parent, child.tid);
    return followEvent(parent, kernel, outcome, 'its clone event', goesOn, goesOn);
  };
  if ((parent.trace.events & Event.CLONE) === 0) return begun();
  const broken = (): RunState => {
    beginLife(kernel, child); // nobody else lets it go
    return completeCall(kernel, parent, child.tid);
  };
  return follow(parent, kernel, kernel.hooks.clone(parent, flags, child), 'clone', begun, broken);
}

function copyProcess(kernel: SimKernel, parent: SimTask, flags: number, start: Start): SimTask {
  const isThread = (flags & CLONE.THREAD) !== 0;
  const tid = kernel.nextTid();
  const mm = (flags & CLONE.VM) !== 0 ? parent.mm : new AddressSpace(parent.mm);
  mm.users++;
  const handlers = (flags & SIGHAND) !== 0 ? parent.handlers : new SignalHandlers(parent.handlers);
  const process = isThread ? parent.process : newProcess(parent, tid as unknown as Tgid, flags);
  const registers = new TaskRegisters(parent.registers);
  registers.result = 0;
  const task = new SimTask(tid, process, {
    mm,
    handlers,
    registers,
    serial: kernel.nextSerial(),
    run: UNBORN,
    stack: 0,
  });
  if (start.name !== '') task.name = start.name;
  if (!isThread) process.name = task.name;
  if (mm === parent.mm) placeStack(task);
  else {
    task.scratch = parent.scratch;
    task.stack = parent.stack;
  }
  registers.words[R.RSP] = BigInt(task.stack);
  task.blocked = parent.blocked;
  task.execId = parent.execId;
  task.filters.push(...parent.filters);
  task.noNewPrivs = parent.noNewPrivs;
  task.frames.push({ code: null, start, history: 0, context: null, end: isThread ? 'thread' : 'process' });
  kernel.touch(task);
  kernel.add(task);
  if (isThread) {
    joinGroupStop(parent, task);
  } else {
    const maker = process.parent;
    maker?.children.push(task);
    if (maker !== null) kernel.touch(maker);
  }
  recalcSigpending(task);
  return task;
}

function newProcess(parent: SimTask, tgid: Tgid, flags: number): Process {
  const from = parent.process;
  const { pgid, sid, credentials, name } = from;
  const files = (flags & FILES) !== 0 ? from.files : new FileTable(from.files);
  const process = new Process(tgid, { pgid, sid, credentials, files, name });
  process.exitSignal = flags & CLONE.CSIGNAL;
  const sibling = (flags & CLONE.PARENT) !== 0;
  process.parent = sibling ? from.parent : parent;
  process.parentExecId = sibling ? from.parentExecId : parent.execId;
  process.coreLimit = from.coreLimit;
  process.terminal = from.terminal;
  return process;
}

/** Room for what pointers point to, and for signal frames, that no other task of the address space uses. */
export function placeStack(task: SimTask): void {
  const n = task.serial;
  task.scratch = SCRATCH + n * SCRATCH_SIZE;
  task.stack = STACKS + (n + 1) * STACK_SIZE;
  task.mm.map(task.scratch, SCRATCH_SIZE);
  task.mm.map(task.stack - STACK_SIZE, STACK_SIZE);
}

/** The report of its birth is over. */
function beginLife(kernel: SimKernel, child: SimTask): void {
  kernel.touch(child);
  child.starting = false;
  child.run = returnToUser;
  child.ready = true;
}

/** wait_for_vfork_done, and its event (R22). */
function waitForVfork(kernel: SimKernel, parent: SimTask, child: SimTask): RunState {
  const { tid } = child;
  return sleepOn(kernel, parent, {
    what: 'vfork',
    check: () => (child.vforkParent === null ? tid : null),
    leave: () => {
      child.vforkParent = null;
    },
    goesOn(_kernel, _task, result) {
      const silent = (parent.trace.events & Event.VFORK_DONE) === 0 || parent.fatalPending; // R55
      if (result !== tid || silent) return completeCall(kernel, parent, tid);
      const done = (): RunState => completeCall(kernel, parent, tid);
      return follow(parent, kernel, kernel.hooks.vforkDone(parent, tid), 'the end of its vfork', done, done);
    },
  });
}
