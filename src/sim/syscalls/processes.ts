/** Calls about processes: who they are, how they are made, how they end, what they may. */

import { ERRNO } from '../../abi/errno.ts';
import { SIG } from '../../abi/signals.ts';
import { withUid } from '../credentials.ts';
import { execve } from '../exec.ts';
import { doExit, doGroupExit } from '../exit.ts';
import { clone } from '../fork.ts';
import type { Start } from '../frames.ts';
import type { SimKernel } from '../kernel.ts';
import { setpgid, setsid } from '../process-groups.ts';
import type { RunState } from '../run-state.ts';
import { INSTRUCTION_SIZE, parseProgram } from '../seccomp.ts';
import type { SimTask } from '../task.ts';
import { wait4, waitid } from '../wait.ts';
import type { Make } from './table.ts';

const CLONE_VM = 0x100;
const CLONE_VFORK = 0x4000;
const PR = {
  SET_DUMPABLE: 4,
  GET_DUMPABLE: 3,
  GET_SECCOMP: 21,
  SET_CHILD_SUBREAPER: 36,
  SET_NO_NEW_PRIVS: 38,
  GET_NO_NEW_PRIVS: 39,
} as const;
const RLIMIT_CORE = 4;
const SECCOMP_SET_MODE_FILTER = 1;
const SECCOMP_FILTER_FLAG_TSYNC = 1;
const SECCOMP_MODE_FILTER = 2;
const PATH_MAX = 4096;
const exitStatus = (code: number): number => (code & 0xff) << 8;

const NOTHING: Start = function* () {};

function makeChild(kernel: SimKernel, task: SimTask, flags: number): number | RunState {
  const start = task.childStart ?? NOTHING;
  return clone(kernel, task, flags, start);
}

/** struct sock_fprog. */
function readFilter(task: SimTask, at: bigint): number {
  const head = new DataView(task.mm.read(at, 16).buffer);
  const count = head.getUint16(0, true);
  const program = parseProgram(task.mm.read(head.getBigUint64(8, true), count * INSTRUCTION_SIZE));
  if (program === null) return -ERRNO.EINVAL;
  task.filters.push(program);
  return 0;
}

const prctl: Make = (_kernel, task, call) => {
  const value = call.argInt(1);
  switch (call.argInt(0)) {
    case PR.SET_CHILD_SUBREAPER:
      task.process.subreaper = value !== 0;
      return 0;
    case PR.SET_NO_NEW_PRIVS:
      task.noNewPrivs = true;
      return 0;
    case PR.GET_NO_NEW_PRIVS:
      return Number(task.noNewPrivs);
    case PR.GET_SECCOMP:
      return task.filters.length > 0 ? SECCOMP_MODE_FILTER : 0;
    case PR.SET_DUMPABLE:
      task.process.credentials = { ...task.process.credentials, dumpable: value !== 0 };
      return 0;
    case PR.GET_DUMPABLE:
      return Number(task.process.credentials.dumpable);
    default:
      return -ERRNO.EINVAL;
  }
};

const processOf = (kernel: SimKernel, task: SimTask, pid: number) =>
  pid === 0 ? task.process : kernel.lookUp(pid)?.process;

export const PROCESS_CALLS: Readonly<Record<string, Make>> = {
  getpid: (_kernel, task) => task.tgid,
  gettid: (_kernel, task) => task.tid,
  getppid: (_kernel, task) => task.process.parent?.tgid ?? 0,
  getuid: (_kernel, task) => task.process.credentials.uid,
  geteuid: (_kernel, task) => task.process.credentials.euid,
  fork: (kernel, task) => makeChild(kernel, task, SIG.SIGCHLD),
  vfork: (kernel, task) => makeChild(kernel, task, CLONE_VFORK | CLONE_VM | SIG.SIGCHLD),
  clone: (kernel, task, call) => makeChild(kernel, task, call.argInt(0)),
  execve(kernel, task, call) {
    const path = new TextDecoder().decode(task.memory.readString(call.arg(0), PATH_MAX).bytes);
    const start = kernel.programs.get(path);
    return start === undefined ? -ERRNO.ENOENT : execve(kernel, task, path, start);
  },
  exit: (kernel, task, call) => doExit(kernel, task, exitStatus(call.argInt(0))),
  exit_group: (kernel, task, call) => doGroupExit(kernel, task, exitStatus(call.argInt(0))),
  wait4,
  waitid,
  ptrace: () => -ERRNO.ENOSYS,
  setpgid: (kernel, task, call) => setpgid(kernel, task, call.argInt(0), call.argInt(1)),
  getpgid: (kernel, task, call) => processOf(kernel, task, call.argInt(0))?.pgid ?? -ERRNO.ESRCH,
  getsid: (kernel, task, call) => processOf(kernel, task, call.argInt(0))?.sid ?? -ERRNO.ESRCH,
  setsid: (kernel, task) => setsid(kernel, task),
  prctl,
  setuid(_kernel, task, call) {
    const changed = withUid(task.process.credentials, call.argInt(0));
    if (typeof changed === 'number') return -changed;
    task.process.credentials = changed;
    return 0;
  },
  setrlimit(_kernel, task, call) {
    if (call.argInt(0) !== RLIMIT_CORE) return -ERRNO.EINVAL;
    task.process.coreLimit = Number(new DataView(task.mm.read(call.arg(1), 8).buffer).getBigUint64(0, true));
    return 0;
  },
  seccomp(_kernel, task, call) {
    if (call.argInt(0) !== SECCOMP_SET_MODE_FILTER) return -ERRNO.EINVAL;
    if (!task.noNewPrivs && task.process.credentials.euid !== 0) return -ERRNO.EACCES;
    const result = readFilter(task, call.arg(2));
    if (result < 0 || (call.argInt(1) & SECCOMP_FILTER_FLAG_TSYNC) === 0) return result;
    for (const thread of task.process.threads) {
      thread.filters.splice(0, thread.filters.length, ...task.filters);
      thread.noNewPrivs ||= task.noNewPrivs;
    }
    return result;
  },
  sched_yield: () => 0,
};
