/**
 * A terminal (drivers/tty): lines that are typed, the session that it controls, and the job control that hangs on it: only the
 * foreground process group reads, and writes if TOSTOP says so; what is typed signals it (tty_jobctrl.c, n_tty.c).
 */

import { ERRNO } from '../abi/errno.ts';
import { bit } from '../abi/signal-set.ts';
import { SI, SIG } from '../abi/signals.ts';
import type { SyscallState } from '../tracehook/machine.ts';
import type { File } from './files.ts';
import { CONSOLE } from './footprint.ts';
import type { SimKernel } from './kernel.ts';
import { type Process, SIG_IGN } from './process.ts';
import { isOrphanedGroup } from './process-groups.ts';
import { RESTART } from './restart.ts';
import type { RunState } from './run-state.ts';
import { sendLocked } from './send-signal.ts';
import { sleepOn } from './sleep.ts';
import type { SimTask } from './task.ts';

export const TTY = {
  TCGETS: 0x5401,
  TCSETS: 0x5402,
  TIOCSCTTY: 0x540e,
  TIOCGPGRP: 0x540f,
  TIOCSPGRP: 0x5410,
  TIOCSTI: 0x5412,
  TIOCNOTTY: 0x5422,
  TIOCGSID: 0x5429,
} as const;

/** struct termios as ioctl has it: where c_lflag is, and what of it there is here. Lines are always cooked, and not echoed. */
const TERMIOS = { SIZE: 36, LFLAG: 12, ISIG: 1, ICANON: 2, TOSTOP: 0x100 } as const;

const NEWLINE = 10;
const END_OF_FILE = 4;
/** ^C, ^\ and ^Z. */
const SIGNALS: ReadonlyMap<number, number> = new Map([
  [3, SIG.SIGINT],
  [28, SIG.SIGQUIT],
  [26, SIG.SIGTSTP],
]);

export class Terminal implements File {
  users = 0;
  /** The session that it controls, and its foreground process group; 0: none. */
  session = 0;
  foreground = 0;
  /** TOSTOP: who writes in the background is stopped. */
  stopsWriters = false;
  /** What was typed and not yet read: whole lines, an empty one for end of file, and the one at hand. */
  private readonly lines: number[][] = [];
  private line: number[] = [];
  private readonly readers = new Set<SimTask>();

  read(kernel: SimKernel, task: SimTask, at: bigint, length: number): number | RunState {
    const refused = this.jobControl(kernel, task, SIG.SIGTTIN);
    if (refused !== 0) return refused;
    const check = (): number | null => {
      kernel.footprint?.change(CONSOLE);
      const line = this.lines[0];
      if (line === undefined) return null;
      const some = line.splice(0, length);
      if (line.length === 0) this.lines.shift();
      task.mm.write(at, Uint8Array.from(some));
      return some.length;
    };
    this.readers.add(task);
    const leave = (): void => void this.readers.delete(task);
    return sleepOn(kernel, task, { what: 'read', check, interrupted: RESTART.SYS, leave });
  }

  write(kernel: SimKernel, task: SimTask, at: bigint, length: number): number {
    const refused = this.stopsWriters ? this.jobControl(kernel, task, SIG.SIGTTOU) : 0;
    if (refused !== 0) return refused;
    kernel.print(task, task.mm.read(at, length));
    return length;
  }

  ioctl(kernel: SimKernel, task: SimTask, call: SyscallState): number {
    const { process } = task;
    const at = call.arg(2);
    kernel.footprint?.change(CONSOLE);
    switch (call.argInt(1)) {
      case TTY.TIOCSCTTY:
        return this.control(task, call.argInt(2) === 1);
      case TTY.TIOCNOTTY:
        if (process.terminal !== this) return -ERRNO.ENOTTY;
        disassociate(kernel, process, false);
        return 0;
      case TTY.TIOCGPGRP:
        if (process.terminal !== this) return -ERRNO.ENOTTY;
        return putInt(task, at, this.foreground);
      case TTY.TIOCGSID:
        if (process.terminal !== this) return -ERRNO.ENOTTY;
        return putInt(task, at, this.session);
      case TTY.TIOCSPGRP:
        return this.setForeground(kernel, task, at);
      case TTY.TIOCSTI:
        if (process.terminal !== this && process.credentials.euid !== 0) return -ERRNO.EPERM;
        this.type(kernel, task.mm.byte(Number(at)));
        return 0;
      case TTY.TCGETS:
        task.mm.write(at, this.termios());
        return 0;
      case TTY.TCSETS: {
        const refused = this.jobControl(kernel, task, SIG.SIGTTOU);
        if (refused !== 0) return refused;
        const flags = new DataView(task.mm.read(at, TERMIOS.SIZE).buffer).getUint32(TERMIOS.LFLAG, true);
        this.stopsWriters = (flags & TERMIOS.TOSTOP) !== 0;
        return 0;
      }
      default:
        return -ERRNO.ENOTTY;
    }
  }

  /** All that the future depends on, as text. */
  text(): string {
    const { session, foreground, stopsWriters, lines, line } = this;
    return [session, foreground, Number(stopsWriters), lines.join('/'), line.join()].join('|');
  }

  /** __tty_check_change: 0, or what becomes of a call from the background that `signo` is to stop. */
  private jobControl(kernel: SimKernel, task: SimTask, signo: number): number {
    const { process } = task;
    if (process.terminal !== this) return 0;
    kernel.footprint?.use(CONSOLE);
    if (this.foreground === 0 || process.pgid === this.foreground) return 0;
    const ignored = (task.blocked & bit(signo)) !== 0n || task.handlers.get(signo).handler === SIG_IGN;
    if (ignored) return signo === SIG.SIGTTIN ? -ERRNO.EIO : 0;
    if (isOrphanedGroup(kernel, process.pgid)) return -ERRNO.EIO;
    signalGroup(kernel, process.pgid, signo);
    task.sigpending = true;
    return RESTART.SYS;
  }

  /** tiocsctty. `steals`: from another session, which only root may. */
  private control({ process }: SimTask, steals: boolean): number {
    if (process.sid !== (process.tgid as number)) return -ERRNO.EPERM;
    if (process.terminal === this) return 0;
    if (process.terminal !== null) return -ERRNO.EPERM;
    if (this.session !== 0 && !(steals && process.credentials.euid === 0)) return -ERRNO.EPERM;
    this.session = process.sid;
    this.foreground = process.pgid;
    process.terminal = this;
    return 0;
  }

  /** tiocspgrp. */
  private setForeground(kernel: SimKernel, task: SimTask, at: bigint): number {
    const { process } = task;
    const refused = this.jobControl(kernel, task, SIG.SIGTTOU);
    if (refused === -ERRNO.EIO) return -ERRNO.ENOTTY;
    if (refused !== 0) return refused;
    const pgid = new DataView(task.mm.read(at, 4).buffer).getInt32(0, true);
    if (pgid < 0) return -ERRNO.EINVAL;
    if (process.terminal !== this || this.session !== process.sid) return -ERRNO.ENOTTY;
    const [member] = kernel.groupMembers(pgid);
    if (member === undefined) return -ERRNO.ESRCH;
    if (member.sid !== process.sid) return -ERRNO.EPERM;
    this.foreground = pgid;
    return 0;
  }

  /** A key is pressed (n_tty_receive_char). */
  private type(kernel: SimKernel, byte: number): void {
    const signo = SIGNALS.get(byte);
    if (signo !== undefined) {
      this.line = []; // what was typed is flushed
      this.lines.length = 0;
      if (this.foreground !== 0) signalGroup(kernel, this.foreground, signo);
      return;
    }
    if (byte !== END_OF_FILE) this.line.push(byte);
    if (byte !== END_OF_FILE && byte !== NEWLINE) return;
    this.lines.push(this.line);
    this.line = [];
    for (const reader of this.readers) kernel.wakeUp(reader, 'a line was typed');
  }

  private termios(): Uint8Array {
    const bytes = new Uint8Array(TERMIOS.SIZE);
    const flags = TERMIOS.ISIG | TERMIOS.ICANON | (this.stopsWriters ? TERMIOS.TOSTOP : 0);
    new DataView(bytes.buffer).setUint32(TERMIOS.LFLAG, flags, true);
    return bytes;
  }
}

function putInt(task: SimTask, at: bigint, value: number): number {
  task.mm.write(at, new Uint8Array(Int32Array.of(value).buffer));
  return 0;
}

/** kill_pgrp by the kernel. */
function signalGroup(kernel: SimKernel, pgid: number, signo: number): void {
  for (const { leader } of kernel.groupMembers(pgid)) {
    sendLocked(kernel, { signo, errno: 0, code: SI.SI_KERNEL, pid: 0, uid: 0 }, leader, 'process', true);
  }
}

/** disassociate_ctty, of a pseudo-terminal: the leader of a session gives it up, or ends. */
export function disassociate(kernel: SimKernel, process: Process, exits: boolean): void {
  const { terminal, sid, tgid } = process;
  process.terminal = null;
  if (terminal === null || sid !== (tgid as number)) return;
  kernel.footprint?.change(CONSOLE);
  const { foreground } = terminal;
  terminal.session = 0;
  terminal.foreground = 0;
  for (const member of kernel.processes.values()) {
    if (member.sid !== sid || member.terminal === null) continue;
    kernel.touch(member.leader);
    member.terminal = null;
  }
  if (foreground === 0) return;
  signalGroup(kernel, foreground, SIG.SIGHUP);
  if (!exits) signalGroup(kernel, foreground, SIG.SIGCONT);
}
