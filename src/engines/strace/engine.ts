/** The strace engine: a tracer that prints what a process does, in strace's format. The text itself is writer.ts. */

import { SIG } from '../../abi/signals.ts';
import { dumpedCore, exitCode, isExited, termSignal } from '../../abi/wait-status.ts';
import type { SyscallSet } from '../../tracehook/syscall-set.ts';
import type { Tracer } from '../tracer.ts';
import { StraceWriter, type WriterOptions } from './writer.ts';

export interface StraceOptions extends WriterOptions {
  /** Takes whole lines. */
  readonly write: (text: string) => void;
  /** The calls to print. Absent: all. */
  readonly calls?: SyscallSet;
  /** The signals to print. Absent: all. */
  readonly signals?: ReadonlySet<number>;
  /** 1: no lines about processes that are attached to; 2: none about exits either. Default 0. */
  readonly quiet?: 0 | 1 | 2;
  /** Says of each new process and thread that it is traced, on a line of its own. */
  readonly announce?: (tid: number) => string;
  /** Children too (default), or only what is attached by name. */
  readonly follow?: boolean;
}

/** A strace tracer, and the writer it prints with (for `flushPartial` and `end`). */
export function strace(options: StraceOptions): Tracer & { readonly writer: StraceWriter } {
  const writer = new StraceWriter({ write: options.write, options });
  const { signals, quiet = 0, announce } = options;
  /** The signal that stopped a process last: its threads' stops are reported without one. */
  const stopSignals = new Map<number, number>();
  return {
    name: 'strace',
    writer,
    ...(options.calls === undefined ? {} : { calls: options.calls }),
    ...(options.follow === undefined ? {} : { follow: options.follow }),
    syscallEntry(task) {
      writer.syscallEntry(task.tid, task.syscall, task.memory);
    },
    syscallExit(task) {
      writer.syscallExit(task.tid, task.syscall, task.memory);
    },
    signal(task, { info, original }) {
      if (info === null || original === null) return;
      if (STOP_SIGNALS.has(info.signo)) stopSignals.set(task.tgid, info.signo);
      if (signals === undefined || signals.has(info.signo)) writer.signal(task.tid, info);
    },
    jobControl(task, type) {
      if (type === 'stopped') writer.stopped(task.tid, stopSignals.get(task.tgid) ?? SIG.SIGSTOP);
    },
    clone(_task, child) {
      if (options.follow === false) return;
      writer.attached(child.tid);
      if (announce !== undefined && quiet === 0) writer.announce(announce(child.tid));
    },
    exec(task, { oldTid }) {
      if (oldTid !== task.tid) writer.superseded(oldTid, task.tid);
    },
    exit(task) {
      writer.exiting(task.tid);
    },
    death(task) {
      const status = task.waitStatus;
      if (status === undefined) return;
      if (quiet === 2) {
        writer.dropped(task.tid);
        return;
      }
      if (isExited(status)) writer.exited(task.tid, exitCode(status));
      else writer.killed(task.tid, termSignal(status), dumpedCore(status));
    },
  };
}

const STOP_SIGNALS: ReadonlySet<number> = new Set([SIG.SIGSTOP, SIG.SIGTSTP, SIG.SIGTTIN, SIG.SIGTTOU]);
