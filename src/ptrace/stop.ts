/** The stops that a tracer sees, as values: everything that belongs to a stop lives here and vanishes with it (R56). */

import { PTRACE_EVENT } from '../abi/ptrace.ts';
import type { Siginfo } from '../abi/siginfo.ts';
import { CLD, SIG } from '../abi/signals.ts';

export interface PtraceStop {
  readonly kind: 'entry' | 'exit' | 'signal' | 'event' | 'trap';
  /** task->exit_code: what wait shows shifted by 8 (R1). */
  readonly code: number;
  /** task->last_siginfo; null: GETSIGINFO gives EINVAL (R6). */
  siginfo: Siginfo | null;
  /** PTRACE_EVENT_*, or 0. */
  readonly event: number;
  /** What SIGCHLD says of it (R7). */
  readonly why: number;
  /** What GETEVENTMSG answers from now on; absent: nothing new. */
  readonly message?: bigint;
  /** PTRACE_EVENT_SECCOMP: how GET_SYSCALL_INFO shows the call. */
  readonly retData?: number;
  /** A group stop, or one shown on attaching to a stopped task. */
  readonly group?: boolean;
  /** Somebody's wait took it (R8). */
  waited: boolean;
}

/** ptrace_do_notify: the siginfo the kernel makes up for a stop that is no signal's (R3, R4). */
class Notice implements Siginfo {
  readonly signo: number;
  readonly errno = 0;
  readonly code: number;
  private readonly who: Who;

  constructor(signo: number, code: number, who: Who) {
    this.signo = signo;
    this.code = code;
    this.who = who;
  }

  get pid(): number {
    return this.who.pid;
  }
  get uid(): number {
    return this.who.uid;
  }
  get raw(): Uint8Array {
    return rawNotice(this.signo, this.code, this.pid, this.uid);
  }
}

/** Its codes are of no kind that a codec knows: the bytes say what they are. */
function rawNotice(signo: number, code: number, pid: number, uid: number): Uint8Array {
  const bytes = new Uint8Array(128);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, signo, true);
  view.setInt32(8, code, true);
  view.setInt32(16, pid, true);
  view.setUint32(20, uid, true);
  return bytes;
}

/** Looked up only when somebody asks. */
interface Who {
  readonly pid: number;
  readonly uid: number;
}

/** R3: event message 1 at entry, 2 at exit. */
export function syscallStop(kind: 'entry' | 'exit', sysgood: boolean, who: Who): PtraceStop {
  const code = sysgood ? SIG.SIGTRAP | 0x80 : SIG.SIGTRAP;
  return {
    kind,
    code,
    siginfo: new Notice(SIG.SIGTRAP, code, who),
    event: 0,
    why: CLD.CLD_TRAPPED,
    message: kind === 'entry' ? 1n : 2n,
    waited: false,
  };
}

/** R4. */
export function eventStop(event: number, message: bigint, who: Who): PtraceStop {
  const code = (event << 8) | SIG.SIGTRAP;
  const retData = event === PTRACE_EVENT.SECCOMP ? { retData: Number(message) } : {};
  return {
    kind: 'event',
    code,
    siginfo: new Notice(SIG.SIGTRAP, code, who),
    event,
    why: CLD.CLD_TRAPPED,
    message,
    waited: false,
    ...retData,
  };
}

/** R5: EVENT_STOP; `signo` is the stop signal while the group is stopped, else SIGTRAP. */
export function trapStop(signo: number, who: Who): PtraceStop {
  const code = (PTRACE_EVENT.STOP << 8) | signo;
  return {
    kind: 'trap',
    code,
    siginfo: new Notice(signo, code, who),
    event: PTRACE_EVENT.STOP,
    why: CLD.CLD_STOPPED,
    message: 0n,
    group: signo !== SIG.SIGTRAP,
    waited: false,
  };
}

/** R6: the group stop of a task that was ATTACHed. */
export const groupStop = (signo: number): PtraceStop => ({
  kind: 'trap',
  code: signo,
  siginfo: null,
  event: 0,
  why: CLD.CLD_STOPPED,
  message: 0n,
  group: true,
  waited: false,
});

/** R2. */
export const signalStop = (info: Siginfo): PtraceStop => ({
  kind: 'signal',
  code: info.signo,
  siginfo: info,
  event: 0,
  why: CLD.CLD_TRAPPED,
  message: 0n,
  waited: false,
});

/** R45: a step into a handler, ptrace_notify(SIGTRAP): no signal, what it is resumed with means nothing. */
export const handlerStop = (who: Who): PtraceStop => ({
  kind: 'event',
  code: SIG.SIGTRAP,
  siginfo: new Notice(SIG.SIGTRAP, SIG.SIGTRAP, who),
  event: 0,
  why: CLD.CLD_TRAPPED,
  message: 0n,
  waited: false,
});
