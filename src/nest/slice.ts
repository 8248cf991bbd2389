/**
 * native/wait.c and read-event.c, on the simulated kernel: waits, what each stop needs read, and the slice whose timer bounds how long a wait may
 * block. Virtual time passes only while nobody runs, so the timer ticks once a wait has found nothing for as long as it may.
 */

import { ERRNO } from '../abi/errno.ts';
import { PTRACE, PTRACE_EVENT } from '../abi/ptrace.ts';
import { CLD, SI, SIG } from '../abi/signals.ts';
import { isStopped, stopEvent, stopSignal } from '../abi/wait-status.ts';
import { isOfGroup, EventKind as KIND } from '../linux/event-buffer.ts';
import { STEP_SLICE_OVER } from '../linux/native.ts';
import { sendLocked } from '../sim/send-signal.ts';
import { W } from '../sim/wait.ts';
import { ExitState } from '../tracehook/task.ts';
import { OFFSET } from './buffer.ts';
import type { Caller } from './caller.ts';
import { type ChildAction, setHandler } from './child-action.ts';

const TICK_NS = 1e6;
const TICK_SIGNAL = 62; // SIGRTMAX − 2
const P = { ALL: 0, PID: 1 } as const;
const SLOT = 192;
const CALL_AT = 64;
const CALL_SIZE = 88;
const SIGINFO_SIZE = 128;
/** By ptrace_syscall_info.op. */
const CALL_KINDS = [KIND.VOID, KIND.ENTRY, KIND.EXIT, KIND.SECCOMP];
const EXIT_STOP = SIG.SIGTRAP | (PTRACE_EVENT.EXIT << 8);

/** A tid, 0 (nobody) or −errno. */
export interface Waited {
  readonly tid: number;
  readonly status: number;
  readonly uid?: number;
}

/** status_of: what waitid says, as wait4 would. */
function statusOf(code: number, status: number): number {
  if (code === CLD.CLD_EXITED) return (status & 0xff) << 8;
  if (code === CLD.CLD_KILLED) return status;
  if (code === CLD.CLD_DUMPED) return status | 0x80;
  if (code === CLD.CLD_CONTINUED) return 0xffff;
  return (status << 8) | 0x7f;
}

export class Slice {
  private readonly caller: Caller;
  private readonly children: ChildAction;
  /** A slice is over after so many looks: the JavaScript takes no time here, which would never end one otherwise. */
  private readonly maxSteps: number;
  private events = new Uint8Array(0);
  private view: DataView = new DataView(new ArrayBuffer(0));
  private waitFlags = W.CLONE + W.NOTHREAD;
  private holdsDeaths = false;
  private tickHandler = false;
  private ticks = 0;
  private steps = 0;
  private idleTicks = 0;
  private maxTicks = 0;

  constructor(caller: Caller, children: ChildAction, maxSteps: number) {
    this.caller = caller;
    this.children = children;
    this.maxSteps = maxSteps;
  }

  setEvents(buffer: Uint8Array): number {
    this.events = buffer as Uint8Array<ArrayBuffer>;
    this.view = new DataView(buffer.buffer, buffer.byteOffset);
    return buffer.length / SLOT;
  }

  waitAll(on: boolean): void {
    this.waitFlags = (on ? W.ALL : W.CLONE) + W.NOTHREAD;
  }

  holdDeaths(on: boolean): void {
    this.holdsDeaths = on;
  }

  private makeTimer(): void {
    if (!this.tickHandler) setHandler(this.caller, TICK_SIGNAL, function* onTick() {}, 0);
    this.tickHandler = true;
  }

  begin(idleTicks: number, maxTicks: number): void {
    this.makeTimer();
    this.children.stopsSignal(false);
    this.idleTicks = idleTicks;
    this.maxTicks = maxTicks;
    this.ticks = 0;
    this.steps = 0;
  }

  end(): number {
    this.children.stopsSignal(true);
    return this.ticks;
  }

  /** The answer of `step` and `collectOf`, with the bit that says that the slice is over. */
  answer(n: number): number {
    const over = this.ticks >= this.maxTicks || ++this.steps >= this.maxSteps;
    return n >= 0 && over ? n | STEP_SLICE_OVER : n;
  }

  collect(max: number, block: boolean): number {
    const began = this.ticks;
    const capacity = this.events.length / SLOT;
    let most = Math.min(max, capacity);
    let n = 0;
    while (n < most) {
      const waited = n > 0 || !block ? this.next(-1, W.NOHANG) : this.nextTicking();
      if (waited.tid === -ERRNO.EINTR) {
        if (this.ticks - began >= this.idleTicks || this.ticks >= this.maxTicks) return n;
        continue;
      }
      if (waited.tid < 0) return n > 0 ? n : waited.tid;
      if (waited.tid === 0) return n;
      if (isOfGroup(this.take(n++, waited), waited.status)) most = capacity;
    }
    return n;
  }

  collectOf(tids: Int32Array): number {
    let n = 0;
    for (const tid of tids) {
      if (n === this.events.length / SLOT) break;
      const waited = this.next(tid, W.NOHANG);
      if (waited.tid > 0) this.take(n++, waited);
    }
    return n;
  }

  private nextTicking(): Waited {
    return this.ticking(this.idleTicks, () => this.next(-1, 0));
  }

  /** ut_wait_task. A tid of 0: it is a leader that died before its threads. */
  waitTask(tid: number): Waited {
    this.makeTimer();
    for (;;) {
      const waited = this.ticking(1, () => this.wait4(tid, W.ALL));
      if (waited.tid !== -ERRNO.EINTR) return waited;
      const dead = this.caller.act('read', (kernel) => Number(kernel.lookUp(tid)?.exitState === ExitState.ZOMBIE));
      if (dead) return { tid: 0, status: 0 };
    }
  }

  /** A wait that the timer ends after so many ticks: they come when nobody else is ready. */
  private ticking(ticks: number, wait: () => Waited): Waited {
    const { kernel, task } = this.caller;
    const cancel = kernel.clock.callAt(kernel.clock.now + ticks * TICK_NS, () => {
      this.ticks += ticks;
      const info = { signo: TICK_SIGNAL, errno: 0, code: SI.SI_TIMER, pid: 0, uid: 0 };
      sendLocked(kernel, info, task, 'thread', true);
    });
    try {
      return wait();
    } finally {
      cancel();
    }
  }

  /** wait_next. */
  private next(pid: number, flags: number): Waited {
    const type = pid < 0 ? P.ALL : P.PID;
    const what = this.holdsDeaths ? W.UNTRACED : W.EXITED;
    return this.waitid(type, Math.max(pid, 0), what + this.waitFlags + flags);
  }

  wait4(pid: number, options: number): Waited {
    const { caller } = this;
    const at = caller.put(OFFSET.STATUS, new Uint8Array(4));
    const tid = caller.call('wait4', pid, at, options, 0);
    return { tid, status: tid > 0 ? caller.getInt(OFFSET.STATUS) : 0 };
  }

  private waitid(type: number, id: number, options: number): Waited {
    const { caller } = this;
    const at = caller.put(OFFSET.SIGINFO, new Uint8Array(SIGINFO_SIZE));
    const result = caller.call('waitid', type, id, at, options, 0);
    if (result < 0) return { tid: result, status: 0 };
    const { buffer, byteOffset } = caller.get(OFFSET.SIGINFO, SIGINFO_SIZE);
    const view = new DataView(buffer, byteOffset);
    const status = statusOf(view.getInt32(8, true), view.getInt32(24, true));
    return { tid: view.getInt32(16, true), status, uid: view.getUint32(20, true) };
  }

  /** ut_peek_death: 1 and a status, 0, or −errno. A tracee's stop is shown to any wait. */
  peekDeath(tid: number, into: Uint8Array): number {
    const r = this.look(tid, W.EXITED + W.NOWAIT, into);
    return r > 0 && isStopped(new DataView(into.buffer, into.byteOffset).getInt32(0, true)) ? 0 : r;
  }

  /** ut_take_continued, and the second half of ut_interrupt. */
  look(tid: number, options: number, into: Uint8Array): number {
    const waited = this.waitid(P.PID, tid, options + W.NOHANG + W.ALL);
    if (waited.tid <= 0) return waited.tid;
    new DataView(into.buffer, into.byteOffset).setInt32(0, waited.status, true);
    return 1;
  }

  /** What a wait brought, into a slot of the event buffer: with what the stop needs read. The kind of event that it is. */
  private take(n: number, { tid, status, uid = 0 }: Waited): number {
    const at = n * SLOT;
    this.events.fill(0, at, at + SLOT);
    const kind = this.read(at, tid, status);
    this.view.setInt32(at, tid, true);
    this.view.setInt32(at + 4, status, true);
    this.view.setInt32(at + 8, kind, true);
    this.view.setUint32(at + 40, uid, true);
    return kind;
  }

  private read(at: number, tid: number, status: number): number {
    if (!isStopped(status)) return KIND.DEATH;
    const event = stopEvent(status);
    if (stopSignal(status) === (SIG.SIGTRAP | 0x80) || event === PTRACE_EVENT.SECCOMP) {
      const info = this.ask(PTRACE.GET_SYSCALL_INFO, tid, CALL_SIZE, CALL_SIZE);
      if (info === null) return KIND.VOID;
      this.events.set(info, at + CALL_AT);
      return CALL_KINDS[info[0]!] ?? KIND.VOID;
    }
    if (event === PTRACE_EVENT.STOP) return KIND.STOP;
    if (event !== 0) {
      const message = this.ask(PTRACE.GETEVENTMSG, tid, 0, 8);
      if (message === null) return KIND.VOID;
      this.events.set(message, at + 16);
      if (event === PTRACE_EVENT.EXIT) return KIND.EVENT;
      const now = this.ask(PTRACE.GETSIGINFO, tid, 0, SIGINFO_SIZE);
      return now !== null && this.isAtExit(now) ? KIND.VOID : KIND.EVENT;
    }
    const siginfo = this.ask(PTRACE.GETSIGINFO, tid, 0, SIGINFO_SIZE);
    if (siginfo === null || this.isAtExit(siginfo)) return KIND.VOID;
    this.events.set(siginfo, at + CALL_AT);
    return KIND.SIGNAL;
  }

  /** SIGKILL ends a stop at any moment (R50), and then the task may stand at its exit by now: what is read of it is about that. */
  isAtExit(siginfo: Uint8Array): boolean {
    const view = new DataView(siginfo.buffer, siginfo.byteOffset);
    return view.getInt32(0, true) === SIG.SIGTRAP && view.getInt32(8, true) === EXIT_STOP;
  }

  /** A request that writes bytes. Null: the task died meanwhile. */
  private ask(request: number, tid: number, addr: number, length: number): Uint8Array | null {
    const { caller } = this;
    const at = caller.put(OFFSET.DATA, new Uint8Array(length));
    return caller.call('ptrace', request, tid, addr, at) < 0 ? null : caller.get(OFFSET.DATA, length);
  }
}
