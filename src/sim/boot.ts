/** The first processes: init, and the program that a run is about. */

import { SIG } from '../abi/signals.ts';
import type { Tgid } from '../base/brand.ts';
import { type Credentials, ROOT } from './credentials.ts';
import { FileTable } from './files.ts';
import { placeStack } from './fork.ts';
import type { Start } from './frames.ts';
import type { SimKernel } from './kernel.ts';
import { AddressSpace } from './memory.ts';
import { Process, SIG_IGN, SignalFlag, SignalHandlers } from './process.ts';
import { type Program, startOf } from './program.ts';
import { R, TaskRegisters } from './registers.ts';
import { returnToUser } from './return-to-user.ts';
import { IDLE, type RunState } from './run-state.ts';
import { SimTask } from './task.ts';
import { AT, loadProgram } from './text.ts';

function firstTask(kernel: SimKernel, parent: SimTask | null, name: string, run: RunState, who: Credentials): SimTask {
  const tid = kernel.nextTid();
  const tgid = tid as unknown as Tgid;
  const process = new Process(tgid, {
    pgid: tgid,
    sid: parent?.process.sid ?? tgid,
    credentials: who,
    files: new FileTable(),
    name,
  });
  process.exitSignal = SIG.SIGCHLD;
  process.parent = parent;
  const mm = new AddressSpace();
  mm.users = 1;
  loadProgram(mm);
  const registers = new TaskRegisters();
  const task = new SimTask(tid, process, {
    mm,
    handlers: new SignalHandlers(),
    registers,
    serial: kernel.nextSerial(),
    run,
    stack: 0,
  });
  placeStack(task);
  registers.words[R.RSP] = BigInt(task.stack);
  registers.words[R.RIP] = BigInt(AT.SYSCALL + 2); // a `ret`: the program's turn
  kernel.add(task);
  parent?.children.push(task);
  return task;
}

/** init: pid 1, ignores the deaths of its children. */
function bootInit(kernel: SimKernel): SimTask {
  const init = firstTask(kernel, null, 'init', IDLE, ROOT);
  init.process.isInit = true;
  init.process.flags |= SignalFlag.UNKILLABLE;
  init.handlers.set(SIG.SIGCHLD, { handler: SIG_IGN, flags: 0, mask: 0n, restorer: 0n });
  kernel.init = init;
  return init;
}

/** Starts a program as a child of init, in a process group of its own, with the console as files 0 to 2. */
export function boot(
  kernel: SimKernel,
  program: Program,
  options: { name?: string; credentials?: Credentials } = {},
): SimTask {
  const init = kernel.init ?? bootInit(kernel);
  const name = options.name ?? (program.name || 'main');
  const task = firstTask(kernel, init, name, returnToUser, options.credentials ?? ROOT);
  const start: Start = startOf(program);
  task.frames.push({ code: null, start, history: 0, context: null, end: 'process' });
  for (let fd = 0; fd <= 2; fd++) task.process.files.add(kernel.terminal);
  task.ready = true;
  return task;
}
