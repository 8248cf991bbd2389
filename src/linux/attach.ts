/** Attaching to processes that run already: every thread, those being born meanwhile too. SEIZE, never ATTACH (R17). */

import { PTRACE } from '../abi/ptrace.ts';
import { type Tid, tgid } from '../base/brand.ts';
import { vanish } from './deaths.ts';
import { errnoError, HostError } from './errors.ts';
import { type LinuxHost, optionsFor } from './host.ts';
import * as proc from './proc.ts';
import { flushResume } from './resume.ts';
import type { LinuxTask } from './task.ts';
import { ThreadGroup } from './thread-group.ts';

const EPERM = 1;
const ESRCH = 3;

/**
 * Seizes all threads of a process and returns their tasks. None of them stops; call before yielding to the loop, so that
 * engines are there before the first event. Throws HostError: ESRCH, EPERM (traced by another, no permission, …).
 */
export function attachProcess(host: LinuxHost, pid: number): LinuxTask[] {
  flushResume(host);
  const leader = proc.tgidOf(pid);
  if (leader === undefined) throw errnoError(ESRCH, 'attach', pid, 'there is no such process');
  if (leader === proc.self()) {
    throw new HostError('EPERM', 'a process cannot trace itself', { tid: pid, hint: 'attach from another process' });
  }
  // libuv waits for its children by pid: it would take a tracee's stops for their end (R8).
  if (proc.parentPid(leader) === proc.self() && !host.tasks.has(leader) && !host.released.has(leader)) {
    throw new HostError('UTRACE_OWN_CHILD', `cannot attach to ${pid}: it is a child of this very process`, {
      tid: pid as Tid,
      hint: 'child_process waits for it, and would take its stops for its end: start it with spawn of utrace',
    });
  }
  const known = host.tasks.get(leader);
  const group = known?.group ?? new ThreadGroup(tgid(leader), host.released.delete(leader));
  if (known === undefined) group.exitSignal = proc.exitSignal(leader);
  const stopped = proc.state(leader) === 'T';
  const found: LinuxTask[] = [];
  const failed = new Set<number>();
  for (let again = true; again; ) {
    again = false;
    const before = found.length;
    let gone = false;
    for (const tid of threadsOf(host, leader)) {
      if (failed.has(tid) || host.tasks.has(tid)) continue;
      const r = seize(host, tid);
      if (r === 0) {
        const task = host.newTask(tid, group);
        task.quietStop = stopped;
        found.push(task);
      } else if (r === -ESRCH) {
        gone = true;
        failed.add(tid); // died (EPERM, while its zombie is there), or came to us by its parent's clone
      } else {
        for (const task of found) host.releaseTask(task);
        host.kick();
        throw refusal(-r, tid);
      }
    }
    const stale = gone ? host.tasks.get(leader) : undefined;
    if (stale !== undefined && proc.tracerPid(leader) !== proc.self()) {
      // That thread execed before we had it, and is the leader now, in place of the one that we had (R47).
      vanish(host, stale);
      if (found.includes(stale)) found.splice(found.indexOf(stale), 1);
      again = true;
      continue;
    }
    if (gone && failed.has(leader) && !proc.isDead(leader) && proc.tracerPid(leader) !== proc.self()) {
      failed.delete(leader); // likewise, of a leader that was dead
      again = true;
      continue;
    }
    // A thread born unseen makes the process larger than what we hold: the dead among ours count until we wait for them.
    again = found.length > before && proc.threadCount(leader) !== group.threads.size;
  }
  if (found.length === 0 && known === undefined) throw errnoError(ESRCH, 'attach', pid, 'the process is gone');
  host.kick();
  return known === undefined ? found : [...group.threads];
}

/** 0; −ESRCH: it died, or came to us by its parent's clone; else why the kernel refuses. */
function seize(host: LinuxHost, tid: number): number {
  for (let again = false; ; again = true) {
    const r = host.native.ptrace(PTRACE.SEIZE, tid, 0, optionsFor(false));
    if (r === 0 || r === -ESRCH) return r;
    if (proc.isDead(tid) || proc.tracerPid(tid) === proc.self()) return -ESRCH; // EPERM, while its zombie is there
    if (again) return r;
    // Once more: a leader was dead, and has been replaced by an exec since.
  }
}

/** Seizes one thread that is not ours yet. The task, or an errno. */
export function attachThread(host: LinuxHost, tid: number): LinuxTask | number {
  flushResume(host);
  const leader = proc.tgidOf(tid);
  if (leader === undefined) return ESRCH;
  if (leader === proc.self() || proc.isKernelThread(tid)) return EPERM;
  const r = host.native.ptrace(PTRACE.SEIZE, tid, 0, optionsFor(false));
  if (r < 0) return -r;
  const known = host.tasks.get(leader);
  const group = known?.group ?? new ThreadGroup(tgid(leader), host.released.delete(leader));
  if (known === undefined) group.exitSignal = proc.exitSignal(leader);
  const task = host.newTask(tid, group);
  task.quietStop = proc.state(tid) === 'T';
  host.kick();
  return task;
}

/** The threads of a process: a large one has thousands, so this one list of /proc is read natively. */
function threadsOf(host: LinuxHost, pid: number): Int32Array {
  for (let capacity = 1024; ; capacity *= 4) {
    const bytes = new Uint8Array(capacity * 4);
    const n = host.native.threads(pid, bytes);
    if (n <= capacity) return new Int32Array(bytes.buffer, 0, Math.max(n, 0));
  }
}

/** The process and all its descendants, each as by {@link attachProcess}. Those that end meanwhile are left out. */
export function attachTree(host: LinuxHost, pid: number): LinuxTask[] {
  const tasks = attachProcess(host, pid);
  const seen = new Set([pid]);
  for (let i = 0, pids = [pid]; i < pids.length; i++) {
    for (const child of proc.children(pids[i]!)) {
      if (seen.has(child) || child === proc.self()) continue;
      seen.add(child);
      pids.push(child);
      try {
        tasks.push(...attachProcess(host, child).filter((task) => !tasks.includes(task)));
      } catch (error) {
        if (!(error instanceof HostError) || error.code !== 'ESRCH') throw error;
      }
    }
  }
  return tasks;
}

/** Says why the kernel refused, as far as can be told, and what to do. */
function refusal(errno: number, tid: number): HostError {
  if (errno !== EPERM) return errnoError(errno, 'ptrace(PTRACE_SEIZE)', tid);
  const tracer = proc.tracerPid(tid);
  const because = (message: string, hint: string): HostError =>
    new HostError('EPERM', `cannot attach to ${tid}: ${message}`, { call: 'ptrace', errno, tid: tid as Tid, hint });
  if (tracer !== 0) {
    return because(
      `it is already traced by ${tracer} (${proc.taskName(tracer)})`,
      'Linux allows one tracer: end that one first',
    );
  }
  if (proc.isKernelThread(tid)) return because('it is a kernel thread', 'only user threads can be traced');
  const owner = proc.statusField(tid, 'Uid')?.split('\t')[0];
  if (owner !== String(process.getuid?.()) && process.geteuid?.() !== 0) {
    return because(`it belongs to user ${owner}`, 'run as that user, or with CAP_SYS_PTRACE (sudo)');
  }
  const yama = proc.yamaScope();
  if (yama >= 1 && process.geteuid?.() !== 0) {
    return because(
      `Yama forbids it (ptrace_scope ${yama})`,
      yama === 3
        ? 'it cannot be allowed before a reboot'
        : 'run as root, or set /proc/sys/kernel/yama/ptrace_scope to 0',
    );
  }
  return because(
    'operation not permitted',
    'it may be set-uid, not dumpable or in another container: try with CAP_SYS_PTRACE',
  );
}
