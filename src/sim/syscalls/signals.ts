/** Calls about signals: sending, masks, actions, and the waits for them. */

import { ERRNO } from '../../abi/errno.ts';
import { decodeSiginfo, encodeSiginfo, SIGINFO_SIZE } from '../../abi/siginfo.ts';
import { bit, UNBLOCKABLE } from '../../abi/signal-set.ts';
import { SI, SIG_HOW, SIGNAL_MAX } from '../../abi/signals.ts';
import { sigreturn } from '../handler.ts';
import type { SimKernel } from '../kernel.ts';
import type { Process } from '../process.ts';
import { RESTART } from '../restart.ts';
import { isIgnored, mayKillErrno, recalcSigpending, retargetShared, sendLocked, userInfo } from '../send-signal.ts';
import { sleepOn } from '../sleep.ts';
import { takeSignal } from '../take-signal.ts';
import type { SimTask } from '../task.ts';
import type { Make } from './table.ts';
import { readTime } from './time.ts';

const SIGSET_SIZE = 8;
const ACTION_SIZE = 32;
const isSignal = (signo: number): boolean => signo >= 0 && signo <= SIGNAL_MAX;

const readSet = (task: SimTask, at: bigint): bigint =>
  new DataView(task.mm.read(at, SIGSET_SIZE).buffer).getBigUint64(0, true);
function writeSet(task: SimTask, at: bigint, set: bigint): void {
  const bytes = new Uint8Array(SIGSET_SIZE);
  new DataView(bytes.buffer).setBigUint64(0, set, true);
  task.mm.write(at, bytes);
}

/** set_current_blocked. */
export function setBlocked(kernel: SimKernel, task: SimTask, set: bigint): void {
  const blocked = set & ~UNBLOCKABLE;
  const newly = blocked & ~task.blocked;
  task.blocked = blocked;
  if (newly !== 0n) retargetShared(kernel, task, newly);
  recalcSigpending(task);
}

/** kill_something_info. */
const kill: Make = (kernel, task, call) => {
  const pid = call.argInt(0);
  const signo = call.argInt(1);
  if (!isSignal(signo)) return -ERRNO.EINVAL;
  if (pid > 0) {
    const target = kernel.lookUp(pid);
    return target === undefined ? -ERRNO.ESRCH : killAt(kernel, task, target, signo);
  }
  const chosen =
    pid === -1
      ? [...kernel.processes.values()].filter((process) => process !== task.process && !process.isInit)
      : kernel.groupMembers(pid === 0 ? task.process.pgid : -pid);
  const results = chosen.map((process) => killProcess(kernel, task, process, signo));
  return results.includes(0) ? 0 : (results[0] ?? -ERRNO.ESRCH);
};

function killProcess(kernel: SimKernel, task: SimTask, process: Process, signo: number): number {
  const target = process.threads.includes(process.leader) ? process.leader : process.threads[0];
  return target === undefined ? -ERRNO.ESRCH : killAt(kernel, task, target, signo);
}

/** The thread whose number is named is the first to be asked to take it. */
function killAt(kernel: SimKernel, task: SimTask, target: SimTask, signo: number): number {
  kernel.touch(target);
  const refused = mayKillErrno(task, target, signo);
  if (refused !== 0) return -refused;
  if (signo !== 0) sendLocked(kernel, userInfo(task, signo), target, 'process');
  return 0;
}

const tgkill: Make = (kernel, task, call) => killThread(kernel, task, call.argInt(0), call.argInt(1), call.argInt(2));

function killThread(kernel: SimKernel, task: SimTask, tgid: number | null, tid: number, signo: number): number {
  if (tid <= 0 || !isSignal(signo)) return -ERRNO.EINVAL;
  const target = kernel.lookUp(tid);
  if (target === undefined || (tgid !== null && (target.tgid as number) !== tgid)) return -ERRNO.ESRCH;
  kernel.touch(target);
  const refused = mayKillErrno(task, target, signo);
  if (refused !== 0) return -refused;
  if (signo !== 0) sendLocked(kernel, userInfo(task, signo, SI.SI_TKILL), target, 'thread');
  return 0;
}

const sigaction: Make = (_kernel, task, call) => {
  const signo = call.argInt(0);
  const at = call.arg(1);
  const oldAt = call.arg(2);
  if (signo < 1 || signo > SIGNAL_MAX || call.argInt(3) !== SIGSET_SIZE) return -ERRNO.EINVAL;
  if (at !== 0n && (bit(signo) & UNBLOCKABLE) !== 0n) return -ERRNO.EINVAL;
  const old = task.handlers.get(signo);
  if (at !== 0n) {
    const view = new DataView(task.mm.read(at, ACTION_SIZE).buffer);
    const [handler, flags, restorer, mask] = [0, 8, 16, 24].map((offset) => view.getBigUint64(offset, true));
    task.handlers.set(signo, {
      handler: handler!,
      flags: Number(flags! & 0xffffffffn),
      restorer: restorer!,
      mask: mask! & ~UNBLOCKABLE,
    });
    // What is ignored from now on is not pending any more. Nobody recalculates TIF_SIGPENDING: no thread looks for other signals by this.
    if (isIgnored(task, signo)) {
      task.process.shared.flush(bit(signo));
      for (const thread of task.process.threads) thread.pending.flush(bit(signo));
    }
  }
  if (oldAt !== 0n) {
    const words = BigUint64Array.of(old.handler, BigInt(old.flags), old.restorer, old.mask);
    task.mm.write(oldAt, new Uint8Array(words.buffer));
  }
  return 0;
};

const sigprocmask: Make = (kernel, task, call) => {
  const old = task.blocked;
  if (call.arg(1) !== 0n) {
    const set = readSet(task, call.arg(1));
    const how = call.argInt(0);
    if (how === SIG_HOW.SIG_BLOCK) setBlocked(kernel, task, old | set);
    else if (how === SIG_HOW.SIG_UNBLOCK) setBlocked(kernel, task, old & ~set);
    else if (how === SIG_HOW.SIG_SETMASK) setBlocked(kernel, task, set);
    else return -ERRNO.EINVAL;
  }
  if (call.arg(2) !== 0n) writeSet(task, call.arg(2), old);
  return 0;
};

const sigsuspend: Make = (kernel, task, call) => {
  const set = readSet(task, call.arg(0));
  task.savedMask = task.blocked;
  setBlocked(kernel, task, set);
  return sleepOn(kernel, task, { what: 'rt_sigsuspend', check: () => null, interrupted: RESTART.NOHAND });
};

/** do_sigtimedwait: what it waits for is as if it were not blocked, until it is over. */
const sigtimedwait: Make = (kernel, task, call) => {
  const set = readSet(task, call.arg(0)) & ~UNBLOCKABLE;
  const infoAt = call.arg(1);
  const take = (): number | null => {
    const info = takeSignal(task, ~set);
    if (info === null) return null;
    if (infoAt !== 0n) task.mm.write(infoAt, encodeSiginfo(info));
    return info.signo;
  };
  const now = take();
  if (now !== null) {
    recalcSigpending(task);
    return now;
  }
  const timeout = call.arg(2) === 0n ? null : readTime(task, call.arg(2));
  if (timeout === 0) return -ERRNO.EAGAIN;
  const deadline = timeout === null ? undefined : kernel.clock.now + timeout;
  task.realBlocked = task.blocked;
  task.blocked &= ~set;
  recalcSigpending(task);
  return sleepOn(kernel, task, {
    what: 'rt_sigtimedwait',
    check: () => take() ?? (deadline !== undefined && kernel.clock.now >= deadline ? -ERRNO.EAGAIN : null),
    interrupted: -ERRNO.EINTR,
    ...(deadline !== undefined && { deadline }),
    leave: () => {
      task.blocked = task.realBlocked;
      task.realBlocked = 0n;
      recalcSigpending(task);
    },
  });
};

const sigqueueinfo: Make = (kernel, task, call) => {
  const pid = call.argInt(0);
  const signo = call.argInt(1);
  const info = decodeSiginfo(task.mm.read(call.arg(2), SIGINFO_SIZE));
  const target = kernel.lookUp(pid);
  if (target === undefined) return -ERRNO.ESRCH;
  // Not allowed to send signals that look like the kernel's, but to oneself.
  if ((info.code >= 0 || info.code === SI.SI_TKILL) && (task.tgid as number) !== pid) return -ERRNO.EPERM;
  if (signo < 1 || signo > SIGNAL_MAX) return -ERRNO.EINVAL;
  sendLocked(kernel, { ...info, signo }, target, 'process');
  return 0;
};

/** do_rt_tgsigqueueinfo. */
const tgsigqueueinfo: Make = (kernel, task, call) => {
  const [tgid, tid, signo] = [call.argInt(0), call.argInt(1), call.argInt(2)];
  const info = decodeSiginfo(task.mm.read(call.arg(3), SIGINFO_SIZE));
  if (tgid <= 0 || tid <= 0 || signo < 1 || signo > SIGNAL_MAX) return -ERRNO.EINVAL;
  if ((info.code >= 0 || info.code === SI.SI_TKILL) && (task.tid as number) !== tid) return -ERRNO.EPERM;
  const target = kernel.lookUp(tid);
  if (target === undefined || (target.tgid as number) !== tgid) return -ERRNO.ESRCH;
  const refused = mayKillErrno(task, target, signo);
  if (refused !== 0) return -refused;
  sendLocked(kernel, { ...info, signo }, target, 'thread');
  return 0;
};

export const SIGNAL_CALLS: Readonly<Record<string, Make>> = {
  kill,
  tgkill,
  tkill: (kernel, task, call) => killThread(kernel, task, null, call.argInt(0), call.argInt(1)),
  rt_sigaction: sigaction,
  rt_sigprocmask: sigprocmask,
  rt_sigpending(_kernel, task, call) {
    writeSet(task, call.arg(0), (task.pending.set | task.process.shared.set) & task.blocked);
    return 0;
  },
  rt_sigsuspend: sigsuspend,
  rt_sigtimedwait: sigtimedwait,
  rt_sigqueueinfo: sigqueueinfo,
  rt_tgsigqueueinfo: tgsigqueueinfo,
  rt_sigreturn: (kernel, task) => sigreturn(kernel, task),
  pause: (kernel, task) => sleepOn(kernel, task, { what: 'pause', check: () => null, interrupted: RESTART.NOHAND }),
};
