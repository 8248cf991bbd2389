/**
 * Spawning: the child is seized while it waits in its own set-up code, which is hidden; what engines see begins with the
 * entry of execve. native/spawn.c is the other half.
 */

import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { PTRACE } from '../abi/ptrace.ts';
import { tgid } from '../base/brand.ts';
import type { SyscallSet } from '../tracehook/syscall-set.ts';
import { check, errnoError, HostError } from './errors.ts';
import { EventKind } from './event-buffer.ts';
import { buildFilter } from './filter.ts';
import { type LinuxHost, optionsFor } from './host.ts';
import * as proc from './proc.ts';
import { flushResume, selectSyscallStops } from './resume.ts';
import { type LinuxTask, Run } from './task.ts';
import { ThreadGroup } from './thread-group.ts';

export interface SpawnSpec {
  readonly file: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** File descriptors of ours that become 0, 1 and 2. −1: closed. */
  readonly stdio: readonly [number, number, number];
  readonly uid?: number;
  readonly gid?: number;
  /** 0: a new process group. Absent: ours. */
  readonly pgid?: number;
  readonly newSession?: boolean;
  /** A terminal whose foreground group the child becomes. */
  readonly foregroundTty?: number;
  /** Calls that stop the task; others run free. Absent: no filter. */
  readonly filter?: SyscallSet;
  /** Its ptrace, wait4 and waitid are served: `filter` has them. */
  readonly served?: boolean;
}

/** The steps of native/spawn.c, for the error message. */
const STEPS = ['', 'dup2', 'setsid', 'setpgid', 'tcsetpgrp', 'chdir', 'setgid', 'setuid', 'seccomp', 'execve'];

const EINTR = 4;
/** The failure of a child that wrote none: it was killed before. */
const KILLED = { errno: EINTR, step: STEPS.length - 1 };

/** Finds a program as execvp would, so that the trace shows one execve. Throws ENOENT or EACCES. */
export function resolveProgram(name: string, path: string | undefined, cwd: string | undefined): string {
  if (name === '') throw errnoError(2, 'execve', undefined, 'the name of the program is empty');
  if (name.includes('/')) return name;
  let denied = false;
  for (const dir of (path ?? '/usr/local/bin:/usr/bin:/bin').split(delimiter)) {
    const file = join(dir === '' ? (cwd ?? '.') : dir, name);
    try {
      if (!statSync(file).isFile()) continue;
      accessSync(file, constants.X_OK);
      return file;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EACCES') denied = true;
    }
  }
  throw new HostError(denied ? 'EACCES' : 'ENOENT', `cannot find an executable '${name}' in PATH`, {
    call: 'execve',
    errno: denied ? 13 : 2,
    hint: 'give the path of the program, or check PATH',
  });
}

/** Forks and seizes; the rest happens in the loop. Throws HostError when that much fails. */
export function spawnTask(host: LinuxHost, spec: SpawnSpec): LinuxTask {
  const { native } = host;
  flushResume(host);
  const filtered = spec.filter !== undefined;
  const child = native.spawn({
    file: spec.file,
    argv: spec.argv,
    envp: Object.entries(spec.env).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`])),
    stdin: spec.stdio[0],
    stdout: spec.stdio[1],
    stderr: spec.stdio[2],
    ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
    ...(spec.uid === undefined ? {} : { uid: spec.uid }),
    ...(spec.gid === undefined ? {} : { gid: spec.gid }),
    ...(spec.pgid === undefined ? {} : { pgid: spec.pgid }),
    ...(spec.newSession ? { newSession: 1 } : {}),
    ...(spec.foregroundTty === undefined ? {} : { foreground: spec.foregroundTty }),
    ...(spec.filter === undefined
      ? {}
      : {
          filter: buildFilter(host.arch, spec.filter, spec.served ? host.servedTree : null),
          noNewPrivs: canFilterFreely() ? 0 : 1,
        }),
  });
  check(child.pid, 'fork');
  const seized = native.ptrace(PTRACE.SEIZE, child.pid, 0, optionsFor(filtered));
  if (seized < 0) {
    const dead = proc.isDead(child.pid);
    native.sendSignal(child.pid, 0, 9);
    native.waitTask(child.pid, new Uint8Array(4));
    native.closeFd(child.goFd);
    const failure = readFailure(host, child.errFd) ?? (dead ? KILLED : null);
    native.closeFd(child.errFd);
    // It had failed and died before we came to it: the kernel says EPERM of the dead (R15), the child says why.
    if (failure !== null) throw spawnError(spec, failure);
    throw errnoError(-seized, 'ptrace(PTRACE_SEIZE)', child.pid, 'a sandbox or container may forbid ptrace');
  }
  const task = host.newTask(child.pid, new ThreadGroup(tgid(child.pid), true));
  task.filter = spec.filter ?? null;
  if (spec.served && host.servedTree.opens) task.group.procFiles.watched = 'tree filter';
  const go = (): void => {
    native.writeByte(child.goFd, 1);
    native.closeFd(child.goFd);
  };
  task.spawning = { go, errFd: child.errFd, running: false, failed: false };
  task.syscallStops = true;
  native.ptrace(PTRACE.INTERRUPT, child.pid, 0, 0);
  host.kick();
  return task;
}

/**
 * Takes a process that asked for it, and waits in native/spawn.c's ut_become, to its exec as if it had been spawned. `go` lets
 * it go on, once it is seized. Throws HostError when it cannot be seized.
 */
export function joinTask(host: LinuxHost, pid: number, filter: SyscallSet, go: () => void): LinuxTask {
  flushResume(host);
  check(host.native.ptrace(PTRACE.SEIZE, pid, 0, optionsFor(true)), 'ptrace(PTRACE_SEIZE)', pid);
  const group = new ThreadGroup(tgid(pid), false);
  group.exitSignal = proc.exitSignal(pid);
  const task = host.newTask(pid, group);
  task.filter = filter;
  if (host.servedTree.opens) task.group.procFiles.watched = 'tree filter';
  task.spawning = { go, errFd: -1, running: false, failed: false };
  task.syscallStops = true;
  host.native.ptrace(PTRACE.INTERRUPT, pid, 0, 0);
  host.kick();
  return task;
}

const CAP_SYS_ADMIN = 21n;

/** Whether a seccomp filter can be installed without NO_NEW_PRIVS. */
export function canFilterFreely(): boolean {
  const effective = proc.statusField(proc.self(), 'CapEff');
  return effective !== undefined && ((BigInt(`0x${effective}`) >> CAP_SYS_ADMIN) & 1n) === 1n;
}

/** A stop of a task that has not exec'ed yet. True: it was part of the set-up and is dealt with. */
export function spawnStop(host: LinuxHost, task: LinuxTask, i: number): boolean {
  const spawning = task.spawning!;
  const { events } = host;
  const kind = events.kind(i);
  spawning.go?.();
  spawning.go = null;
  if (spawning.running) {
    if (kind !== EventKind.EXIT) return false;
    // execve came back: it failed, and the set-up code goes on, hidden as before, to its exit.
    spawning.running = false;
    spawning.failed = true;
    return false;
  }
  if (spawning.failed && kind === EventKind.EVENT) return false;
  if (kind === EventKind.ENTRY && !spawning.failed) {
    task.call.loadEntry(events, i);
    if (task.call.abi === 'x86-64' && task.call.nr === host.arch.execveNumber) {
      spawning.running = true;
      for (const observer of host.observers) observer.onBeforeExec?.(task);
      return false;
    }
  }
  const signal = kind === EventKind.SIGNAL ? (events.status(i) >> 8) & 0xff : 0;
  task.run = Run.RUNNING;
  task.resumedWith = PTRACE.SYSCALL;
  host.native.resume(task.tid, PTRACE.SYSCALL, signal);
  return true;
}

/** What the child wrote of the step that failed; null when it wrote nothing. */
function readFailure(host: LinuxHost, fd: number): { errno: number; step: number } | null {
  const bytes = new Uint8Array(8);
  const n = host.native.readFd(fd, bytes);
  const [errno, step] = new Int32Array(bytes.buffer);
  return n === 8 ? { errno: errno!, step: step! } : null;
}

/** The spawn is over: the exec was done (status null), or the child died before it. */
export function spawnEnded(host: LinuxHost, task: LinuxTask, status: number | null): void {
  const spawning = task.spawning!;
  task.spawning = null;
  let failure: { errno: number; step: number } | null = null;
  if (status !== null) {
    failure = (spawning.errFd < 0 ? null : readFailure(host, spawning.errFd)) ?? KILLED;
  }
  if (spawning.errFd >= 0) host.native.closeFd(spawning.errFd);
  spawning.go?.(); // it died before: nobody reads it
  selectSyscallStops(host, task);
  for (const observer of host.observers) observer.onSpawned?.(task, failure);
}

/** The error of a spawn that did not get to its exec. */
export function spawnError(spec: SpawnSpec, failure: { readonly errno: number; readonly step: number }): HostError {
  const call = STEPS[failure.step] ?? 'spawn';
  const hints: Record<string, string> = {
    execve: `check that '${spec.file}' exists, is executable and that its interpreter does`,
    chdir: `check the working directory '${spec.cwd ?? ''}'`,
    setuid: 'changing the user needs CAP_SETUID',
    setgid: 'changing the group needs CAP_SETGID',
    seccomp: 'spawn without a filter: { seccomp: false }',
  };
  const error = errnoError(failure.errno, call, undefined, hints[call]);
  return new HostError(error.code, `cannot run '${spec.file}': ${error.message}`, { call, errno: failure.errno });
}
