/**
 * A wrong answer of a callback does not compile. Checked by `npm run typecheck`: each line under a @ts-expect-error must
 * be an error, else the comment is one.
 */

import {
  Attach,
  abort,
  attachTask,
  deliver,
  disposition,
  type EngineOps,
  getRuntime,
  hold,
  ignore,
  Resume,
  run,
  type Siginfo,
  SignalDisposition,
  type SyscallState,
  type Task,
  type Tracer,
} from '../../src/session/index.ts';

// --- what is right ---

export const right: Tracer = {
  calls: ['openat', '%network', /^epoll_/],
  syscallEntry: () => run(Resume.STOP),
  syscallExit: () => Resume.RESUME,
  signal: () => hold(ignore(Resume.STOP)),
  clone: () => undefined,
  exec: async () => Resume.STOP,
  exit: () => {},
  quiesce: (_task, event) => (event === 0 ? Resume.STOP : undefined),
};
export const alsoRight: Tracer = {
  syscallEntry: async () => abort(),
  signal: () => disposition(SignalDisposition.TERM),
};
export const engine: EngineOps<number> = { reportSignal: () => deliver(Resume.SINGLESTEP) };

// --- what is wrong ---

export const wrong: Tracer[] = [
  // @ts-expect-error a resume action alone says nothing of the call
  { syscallEntry: () => Resume.STOP },
  // @ts-expect-error a signal's verdict is not a system call's
  { syscallEntry: () => ignore() },
  // @ts-expect-error a number is no verdict
  { syscallEntry: () => 0x10 },
  // @ts-expect-error a system call's verdict is not a signal's
  { signal: () => abort() },
  // @ts-expect-error nor is a resume action
  { signal: () => Resume.RESUME },
  // @ts-expect-error an exit has no disposition
  { syscallExit: () => run() },
  // @ts-expect-error nor has a clone
  { clone: () => deliver() },
  // @ts-expect-error a string is nothing
  { exec: () => 'stop' },
  // @ts-expect-error a boolean neither
  { quiesce: () => true },
  // @ts-expect-error not a resume action
  { syscallExit: () => 17 },
  // @ts-expect-error async handlers answer the same
  { syscallEntry: async () => Resume.STOP },
  // @ts-expect-error reap is the end: nothing is decided there, nor waited for
  { reap: (): Promise<void> => Promise.resolve(), follow: 'children' },
  // @ts-expect-error no such callback
  { onSyscall: () => undefined },
  // @ts-expect-error calls are names, patterns or a set
  { calls: [59] },
];

// @ts-expect-error REPORT and HANDLER are what a callback is told, not what it answers
disposition(SignalDisposition.REPORT);
// @ts-expect-error dispositions of system calls are no resume actions
run(0x10);
// @ts-expect-error only signal verdicts can be held
hold(run());
// @ts-expect-error nor is a plain number a verdict
hold(0);

export function readonlyThings(task: Task, info: Siginfo, syscall: SyscallState): void {
  // @ts-expect-error a siginfo is changed by assigning another
  info.signo = 9;
  // @ts-expect-error the tid is not ours to set
  task.tid = 5;
  // @ts-expect-error the number is changed with setNumber
  syscall.nr = 3;
  // @ts-expect-error addresses may be numbers or bigint, not strings
  task.memory.read('0x1000', 4);
  // @ts-expect-error values are bigint
  syscall.setResult(5);
}

export function engines(task: Task): void {
  const { core } = getRuntime();
  const attached = attachTask(core, task, Attach.CREATE, engine, 7);
  // @ts-expect-error a refusal must be looked at first
  attached.data.toFixed();
  // @ts-expect-error the data is of the type that the ops name
  attachTask(core, task, Attach.CREATE, engine, 'seven');
}
