/** The buffer that native/wait.c and read-event.c fill: struct ut_event, mirrored. Values are valid until the next native call. */

import { PTRACE_EVENT } from '../abi/ptrace.ts';
import { SIG } from '../abi/signals.ts';
import { stopEvent, stopSignal } from '../abi/wait-status.ts';

export const EventKind = {
  VOID: 0,
  ENTRY: 1,
  EXIT: 2,
  SECCOMP: 3,
  SIGNAL: 4,
  STOP: 5,
  EVENT: 6,
  DEATH: 7,
  SYSCALL: 8,
} as const;

/** ut_is_of_group: a group stop, or an exit: several threads of the group come to it at once. */
export const isOfGroup = (kind: number, status: number): boolean =>
  kind === EventKind.STOP
    ? stopSignal(status) !== SIG.SIGTRAP
    : kind === EventKind.EVENT && stopEvent(status) === PTRACE_EVENT.EXIT;

const SIZE = 192;
const WORDS = SIZE / 4;
const UNION = 64 / 4;

export class EventBuffer {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  readonly capacity: number;

  constructor(capacity: number, bytes: Uint8Array = new Uint8Array(capacity * SIZE)) {
    this.capacity = capacity;
    this.bytes = bytes;
    this.words = new Int32Array(bytes.buffer, bytes.byteOffset, capacity * WORDS);
  }

  /** The one that a buffer is. */
  static over(bytes: Uint8Array): EventBuffer {
    return new EventBuffer(bytes.length / SIZE, bytes);
  }

  /** Takes an event out: nobody's. */
  drop(i: number): void {
    this.words[i * WORDS] = 0;
    this.words[i * WORDS + 2] = EventKind.VOID;
  }
  tid(i: number): number {
    return this.words[i * WORDS]!;
  }
  status(i: number): number {
    return this.words[i * WORDS + 1]!;
  }
  kind(i: number): number {
    return this.words[i * WORDS + 2]!;
  }
  /** PTRACE_GETEVENTMSG: a tid or a wait status, always small. */
  message(i: number): number {
    return this.words[i * WORDS + 4]!;
  }
  /** User time of the task, in µs; 0 unless asked for. */
  userTime(i: number): number {
    return this.words[i * WORDS + 6]! + this.words[i * WORDS + 7]! * 2 ** 32;
  }
  /** System time of the task, in µs; 0 unless asked for. */
  systemTime(i: number): number {
    return this.words[i * WORDS + 8]! + this.words[i * WORDS + 9]! * 2 ** 32;
  }
  /** Real user id of the task. */
  uid(i: number): number {
    return this.words[i * WORDS + 10]! >>> 0;
  }
  /** The siginfo of a signal-delivery-stop. */
  siginfo(i: number): Uint8Array {
    return this.bytes.subarray(i * SIZE + 64, i * SIZE + 64 + 128);
  }
  /** PTRACE_SYSCALL_INFO_SECCOMP: the SECCOMP_RET_DATA of the filter that stopped the task. */
  retData(i: number): number {
    return this.words[this.callWords(i) + 20]!;
  }
  /** The call that the task enters. */
  callNumber(i: number): number {
    return this.words[this.callWords(i) + 6]!;
  }
  /** Its argument, from 0 on; the low 53 bits. */
  callArgument(i: number, n: number): number {
    const word = this.callWords(i) + 8 + 2 * n;
    return (this.words[word]! >>> 0) + (this.words[word + 1]! & 0x1fffff) * 2 ** 32;
  }
  /** Index of the first word of struct ptrace_syscall_info. */
  callWords(i: number): number {
    return i * WORDS + UNION;
  }
}
