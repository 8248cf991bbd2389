/**
 * The system-call interface of the Linux host (linux/native.ts) on the simulated kernel: what native/*.c does, call by call, with
 * every call a step of the supervisor's task. Negated errnos, as there.
 */

import { ERRNO } from '../abi/errno.ts';
import { PTRACE } from '../abi/ptrace.ts';
import { SIGINFO_SIZE } from '../abi/siginfo.ts';
import type { Native, SpawnRequest } from '../linux/native.ts';
import { STEP_RESUME_FAILED } from '../linux/native.ts';
import { MemoryFault } from '../sim/memory.ts';
import type { SimTask } from '../sim/task.ts';
import { W } from '../sim/wait.ts';
import { OFFSET } from './buffer.ts';
import type { Caller } from './caller.ts';
import type { Slice, Waited } from './slice.ts';
import { spawnProgram } from './spawn.ts';

type Address = number | bigint;

/** ut_read_string: what could be read, not terminated. */
const CUT = 2 ** 20;

export class SimNative implements Native {
  private readonly caller: Caller;
  private readonly slice: Slice;

  constructor(caller: Caller, slice: Slice) {
    this.caller = caller;
    this.slice = slice;
  }

  // --- waiting and resuming ---

  setEvents(buffer: Uint8Array): number {
    return this.slice.setEvents(buffer);
  }

  step(tid: number, request: number, data: number, max: number, block: number): number {
    if (request !== 0) {
      const r = this.resume(tid, request, data);
      if (r < 0 && r !== -ERRNO.ESRCH) return r + STEP_RESUME_FAILED;
    }
    return this.slice.answer(this.slice.collect(max, block !== 0));
  }

  resume(tid: number, request: number, data: number): number {
    return this.ptrace(request, tid, 0, data);
  }

  interrupt(tid: number): number {
    if (this.hasStopped(tid)) return -ERRNO.EALREADY;
    const r = this.ptrace(PTRACE.INTERRUPT, tid, 0, 0);
    return r < 0 ? r : Number(this.hasStopped(tid));
  }

  private hasStopped(tid: number): boolean {
    return this.slice.look(tid, W.UNTRACED + W.NOWAIT, new Uint8Array(4)) > 0;
  }

  interruptAll(tids: Uint8Array, count: number, spared: Uint8Array, answers: Uint8Array): void {
    const list = new Int32Array(tids.buffer, tids.byteOffset, count);
    list.forEach((tid, i) => {
      if (spared[this.taskSyscall(tid)] === 1) list[i] = -tid;
      else answers[i] = this.interrupt(tid);
    });
  }

  collectOf(tids: Uint8Array, from: number, count: number): number {
    const list = new Int32Array(tids.buffer, tids.byteOffset).subarray(from, from + count);
    return this.slice.answer(this.slice.collectOf(list));
  }

  sliceBegin(_periodNs: number, idleTicks: number, maxTicks: number): number {
    this.slice.begin(idleTicks, maxTicks);
    return 0;
  }

  sliceEnd(): number {
    return this.slice.end();
  }

  waitChild(pid: number, status: Uint8Array): number {
    return this.told(this.slice.wait4(pid, W.NOHANG), status);
  }

  waitTask(tid: number, status: Uint8Array): number {
    return this.told(this.slice.waitTask(tid), status);
  }

  private told({ tid, status }: Waited, into: Uint8Array): number {
    new DataView(into.buffer, into.byteOffset).setInt32(0, status, true);
    return tid;
  }

  holdDeaths(on: number): void {
    this.slice.holdDeaths(on !== 0);
  }

  waitAll(on: number): void {
    this.slice.waitAll(on !== 0);
  }

  peekDeath(tid: number, _us: number, status: Uint8Array): number {
    return this.slice.peekDeath(tid, status);
  }

  takeContinued(tid: number, peek: number, status: Uint8Array): number {
    return this.slice.look(tid, W.CONTINUED + (peek ? W.NOWAIT : 0), status);
  }

  // --- ptrace ---

  ptrace(request: number, tid: number, addr: Address, data: Address): number {
    return Math.min(this.caller.call('ptrace', request, tid, addr, data), 0);
  }

  ptraceData(request: number, tid: number, addr: Address, data: Uint8Array): number {
    return this.ptraceRaw(request, tid, BigInt(addr), data);
  }

  ptraceRaw(request: number, tid: number, addr: bigint | Uint8Array, data: bigint | Uint8Array): number {
    const { caller } = this;
    const place = (what: bigint | Uint8Array, offset: number): number | bigint =>
      typeof what === 'bigint' ? what : caller.put(offset, what);
    const result = caller.call('ptrace', request, tid, place(addr, OFFSET.ADDR), place(data, OFFSET.DATA));
    if (typeof addr !== 'bigint') addr.set(caller.get(OFFSET.ADDR, addr.length));
    if (typeof data !== 'bigint') data.set(caller.get(OFFSET.DATA, data.length));
    return result;
  }

  pokeTwo(tid: number, offset1: number, value1: Address, offset2: number, value2: Address): number {
    const first = this.ptrace(PTRACE.POKEUSER, tid, offset1, value1);
    return first < 0 ? first : this.ptrace(PTRACE.POKEUSER, tid, offset2, value2);
  }

  ptrace32(): number {
    return -ERRNO.ENOSYS;
  }

  regset(request: number, tid: number, type: number, data: Uint8Array): number {
    const { caller } = this;
    const iovec = BigUint64Array.of(BigInt(caller.put(OFFSET.DATA, data)), BigInt(data.length));
    const at = caller.put(OFFSET.IOVEC, new Uint8Array(iovec.buffer));
    const result = caller.call('ptrace', request, tid, type, at);
    if (result < 0) return result;
    data.set(caller.get(OFFSET.DATA, data.length));
    return caller.getInt(OFFSET.IOVEC + 8);
  }

  // --- memory ---

  /** process_vm_readv and its like: one step, on a task that lives. */
  private memory(tid: number, what: string, access: (task: SimTask) => number): number {
    return this.caller.act(what, (kernel) => {
      const task = kernel.lookUp(tid);
      if (task === undefined || !task.alive) return -ERRNO.ESRCH;
      try {
        return access(task);
      } catch (error) {
        if (error instanceof MemoryFault) return -ERRNO.EFAULT;
        throw error;
      }
    });
  }

  readMemory(tid: number, addr: Address, into: Uint8Array, length: number): number {
    const n = this.memory(tid, 'process_vm_readv', ({ mm }) => {
      const bytes = mm.read(addr, Math.min(length, into.length));
      into.set(bytes);
      return bytes.length;
    });
    if (n > 0) this.caller.heard(into.subarray(0, n));
    return n;
  }

  readString(tid: number, addr: Address, into: Uint8Array, max: number): number {
    const n = this.readMemory(tid, addr, into, max);
    if (n <= 0) return n;
    const end = into.subarray(0, n).indexOf(0);
    if (end >= 0) return end;
    return n === max ? n : -CUT - n;
  }

  copyTo(tid: number, addr: Address, data: Uint8Array): number {
    return this.memory(tid, 'process_vm_writev', ({ mm }) => {
      mm.write(addr, data);
      return data.length;
    });
  }

  writeMemory(tid: number, addr: Address, data: Uint8Array): number {
    return this.copyTo(tid, addr, data);
  }

  // --- what /proc tells ---

  threads(pid: number, into: Uint8Array): number {
    const list = new Int32Array(into.buffer, into.byteOffset, into.length / 4);
    const count = this.caller.act('getdents', (kernel) => {
      const task = kernel.lookUp(pid);
      if (task === undefined) return -ERRNO.ENOENT;
      const { threads } = task.process;
      threads.slice(0, list.length).forEach((thread, i) => {
        list[i] = thread.tid;
      });
      return threads.length;
    });
    if (count > 0) this.caller.heard(list.slice(0, count).join());
    return count;
  }

  taskSyscall(tid: number): number {
    return this.caller.act('read', (kernel) => {
      const task = kernel.lookUp(tid);
      if (task === undefined || task.ready || !task.alive) return -2;
      return task.isHeld || task.isStopped ? -1 : Math.max(task.syscall.nr, -1);
    });
  }

  taskCpu(): number {
    return -ERRNO.ESRCH;
  }

  // --- signals ---

  sendSignal(tgid: number, tid: number, signo: number): number {
    return tid === 0 ? this.caller.call('kill', tgid, signo) : this.caller.call('tgkill', tgid, tid, signo);
  }

  queueSignal(tgid: number, tid: number, signo: number, siginfo: Uint8Array): number {
    const at = this.caller.put(OFFSET.SIGINFO, siginfo.subarray(0, SIGINFO_SIZE));
    return tid === 0
      ? this.caller.call('rt_sigqueueinfo', tgid, signo, at)
      : this.caller.call('rt_tgsigqueueinfo', tgid, tid, signo, at);
  }

  // --- files and processes ---

  gettid(): number {
    return this.caller.task.tid;
  }

  writeByte(fd: number, byte: number): number {
    return this.caller.call('write', fd, this.caller.put(OFFSET.BYTE, Uint8Array.of(byte)), 1);
  }

  readFd(fd: number, into: Uint8Array): number {
    const n = this.caller.call('read', fd, this.caller.put(OFFSET.DATA, into), into.length);
    if (n > 0) into.set(this.caller.get(OFFSET.DATA, n));
    return n;
  }

  closeFd(fd: number): number {
    return this.caller.call('close', fd);
  }

  private pipe(): readonly [reader: number, writer: number] {
    this.caller.call('pipe', this.caller.put(OFFSET.PIPE, new Uint8Array(8)));
    return [this.caller.getInt(OFFSET.PIPE), this.caller.getInt(OFFSET.PIPE + 4)];
  }

  spawn(how: SpawnRequest): { pid: number; goFd: number; errFd: number } {
    const { caller } = this;
    const go = this.pipe();
    const err = this.pipe();
    caller.task.childStart = spawnProgram(how, go, err);
    const pid = caller.call('fork');
    this.closeFd(go[0]);
    this.closeFd(err[1]);
    return { pid, goFd: go[1], errFd: err[0] };
  }

  become(): number {
    return -ERRNO.ENOSYS; // it has no program to become
  }

  setForeground(): number {
    return -ERRNO.ENOTTY;
  }

  // --- where it runs: nowhere in particular ---

  wantRusage(): void {}
  spin(): void {}
  stats(into: Uint8Array): void {
    into.fill(0);
  }
  placeEnter(): number {
    return -ERRNO.EPERM;
  }
  placeLeave(): number {
    return 0;
  }
  placeBring(): void {}
  placeAllowed(): number {
    return 0;
  }
  currentCpu(): number {
    return 0;
  }
  schedPolicy(): number {
    return 0;
  }
  affinity(): number {
    return -ERRNO.ENOSYS;
  }
  setAffinity(): number {
    return -ERRNO.ENOSYS;
  }
}
