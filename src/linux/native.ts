/** The typed face of the addon (native/bind-*.c). Numbers below zero are negated errnos unless said otherwise. */

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HostError } from './errors.ts';

export interface SpawnRequest {
  readonly file: string;
  readonly argv: readonly string[];
  readonly envp: readonly string[];
  readonly cwd?: string;
  readonly stdin: number;
  readonly stdout: number;
  readonly stderr: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly pgid?: number;
  readonly newSession?: number;
  readonly foreground?: number;
  readonly filter?: Uint8Array;
  readonly noNewPrivs?: number;
}

/** The system-call interface the Linux host speaks to. The simulated kernel can implement it too. */
export interface Native {
  setEvents(buffer: Uint8Array): number;
  /** Resume `tid` (request 0: nobody), then collect up to `max` events. See STEP_* for the answer. */
  step(tid: number, request: number, data: number, max: number, block: number): number;
  resume(tid: number, request: number, data: number): number;
  /**
   * PTRACE_INTERRUPT. 1: the task has stopped since, and if for something else may trap after that, too; 0; a negated errno. EALREADY:
   * it had stopped before, and is not interrupted.
   */
  interrupt(tid: number): number;
  /**
   * The same for `count` tids, 32 bits each; those in a call of `spared` (a byte each) are negated instead. `answers`: 8 bits for each,
   * what `interrupt` answers.
   */
  interruptAll(tids: Uint8Array, count: number, spared: Uint8Array, answers: Uint8Array): void;
  /** Collects what `count` tids from the one at `from` on have to tell by now; the answer is as that of `step`. */
  collectOf(tids: Uint8Array, from: number, count: number): number;
  ptrace(request: number, tid: number, addr: number | bigint, data: number | bigint): number;
  ptraceData(request: number, tid: number, addr: number | bigint, data: Uint8Array): number;
  /** The system call itself: `addr` and `data` are values, or bytes that they point to. */
  ptraceRaw(request: number, tid: number, addr: bigint | Uint8Array, data: bigint | Uint8Array): number;
  /** POKEUSER, twice. */
  pokeTwo(tid: number, offset1: number, value1: number | bigint, offset2: number, value2: number | bigint): number;
  /** The system call of i386, with its layouts. −ENOSYS where there is none. */
  ptrace32(request: number, tid: number, addr: bigint, data: bigint | Uint8Array): number;
  regset(request: number, tid: number, type: number, data: Uint8Array): number;
  readMemory(tid: number, addr: number | bigint, into: Uint8Array, length: number): number;
  /** The string's length; −2^20 − length when it is cut by unmapped memory. */
  readString(tid: number, addr: number | bigint, into: Uint8Array, max: number): number;
  /** Writes as the task itself could: EFAULT where its mapping is read-only. */
  copyTo(tid: number, addr: number | bigint, data: Uint8Array): number;
  writeMemory(tid: number, addr: number | bigint, data: Uint8Array): number;
  sliceBegin(periodNs: number, idleTicks: number, maxTicks: number): number;
  sliceEnd(): number;
  wantRusage(on: number): void;
  /** How long (ns) a wait looks for a stop before it sleeps; 0: not at all. */
  spin(ns: number): void;
  stats(into: Uint8Array): void;
  /** The tids of a process, 32 bits each, as many as fit; returns how many there are. */
  threads(pid: number, into: Uint8Array): number;
  taskCpu(tid: number): number;
  /** The call a task sleeps in; −1: none (it sleeps elsewhere), −2: it runs, or is gone. */
  taskSyscall(tid: number): number;
  placeEnter(cpu: number): number;
  placeLeave(): number;
  /** The task comes to the CPU where we are, with its next resume. */
  placeBring(tid: number): void;
  placeAllowed(): number;
  /** The CPU where we are. */
  currentCpu(): number;
  /** sched_getscheduler. */
  schedPolicy(tid: number): number;
  /** sched_getaffinity, 0: ours. How many bytes there are. */
  affinity(tid: number, into: Uint8Array): number;
  setAffinity(tid: number, mask: Uint8Array): number;
  /** tid 0: the whole process. */
  sendSignal(tgid: number, tid: number, signo: number): number;
  /** `tid` 0: for the whole process. */
  queueSignal(tgid: number, tid: number, signo: number, siginfo: Uint8Array): number;
  waitChild(pid: number, status: Uint8Array): number;
  /** What one task tells next. 0: it died, and tells so only when its threads are collected. */
  waitTask(tid: number, status: Uint8Array): number;
  /** From now on `step` collects stops only; deaths are asked for with `peekDeath`, one by one. */
  holdDeaths(on: number): void;
  /** From now on `step` collects ordinary children, too: in a session of `utrace share` our own die as such. */
  waitAll(on: number): void;
  /** 1: it is dead, and not reaped; its status. 0: it lives, and does so for `us` microseconds. */
  peekDeath(tid: number, us: number, status: Uint8Array): number;
  /** waitid for WCONTINUED: 1 and a wait status, or 0. `peek`: leaves it. */
  takeContinued(tid: number, peek: number, status: Uint8Array): number;
  gettid(): number;
  writeByte(fd: number, byte: number): number;
  readFd(fd: number, into: Uint8Array): number;
  closeFd(fd: number): number;
  spawn(how: SpawnRequest): { pid: number; goFd: number; errFd: number };
  /**
   * Makes this process the program: asks the tracer at the Unix socket `path` with the bytes `ask`, and execs on its word.
   * Returns when it could not: a negated errno; −ECANCELED: the tracer refused, its answer is in `why`.
   */
  become(how: SpawnRequest, path: string, tracer: number, ask: Uint8Array, why: Uint8Array): number;
  /** tcsetpgrp, without being stopped for it. */
  setForeground(fd: number, pgid: number): number;
}

/** In the answer of `step`: the slice is used up. */
export const STEP_SLICE_OVER = 0x10000;
/** The answer of `step` is below this when the resume itself failed: −10000 − errno. */
export const STEP_RESUME_FAILED = -10000;

/** Loads the addon: from the clone's build folder, or from the platform package of a published install. */
export function loadNative(): Native {
  const load = createRequire(import.meta.url);
  const here = dirname(fileURLToPath(import.meta.url));
  const name = `@utrace/${process.platform}-${process.arch}`;
  for (const up of ['..', '../..']) {
    const local = process.env.UTRACE_NATIVE ?? join(here, up, 'build', 'utrace.node');
    if (existsSync(local)) return load(local) as Native;
  }
  try {
    return load(name) as Native;
  } catch (cause) {
    throw new HostError('UTRACE_NO_ADDON', `the native addon for ${process.platform}-${process.arch} is not there`, {
      hint: `in a clone: npm run build:native (needs a C compiler); installed: npm install ${name}`,
      cause,
    });
  }
}
