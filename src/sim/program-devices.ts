/** The part of a program's library that is about the terminal and about timers. */

import type { UserCode } from './frames.ts';
import { Machine, type SignalArg, signalOf, type Word } from './program-machine.ts';
import { TTY } from './terminal.ts';

const TEXT = new TextEncoder();

export class Devices extends Machine {
  // --- timers, in virtual seconds ---

  *alarm(seconds: number): UserCode<number> {
    return yield* this.call('alarm', seconds);
  }
  /** ITIMER_REAL. */
  *setitimer(value: number, interval = 0): UserCode<number> {
    return yield* this.call('setitimer', 0, this.putTimes(1e6, interval, value), 0);
  }
  /** What is left of it. */
  *getitimer(): UserCode<number> {
    yield* this.call('getitimer', 0, this.at('times'));
    return this.timeLeft(1e6);
  }
  /** A timer on the monotonic clock: by default SIGALRM for the process. Its id. */
  *timerCreate(event?: { signal?: SignalArg; value?: number; thread?: number; silent?: boolean }): UserCode<number> {
    let at = 0;
    if (event !== undefined) {
      const { signal = 'SIGALRM', value = 0, thread, silent = false } = event;
      const notify = silent ? 1 : thread === undefined ? 0 : 4;
      at = this.put('times', new Uint8Array(Int32Array.of(value, 0, signalOf(signal), notify, thread ?? 0).buffer));
    }
    const result = yield* this.call('timer_create', 1, at, this.at('set'));
    return result < 0 ? result : this.view('set', 4).getInt32(0, true);
  }
  /** `absolute`: `value` is a time since the start. */
  *timerSettime(id: number, value: number, interval = 0, absolute = false): UserCode<number> {
    return yield* this.call('timer_settime', id, Number(absolute), this.putTimes(1e9, interval, value), 0);
  }
  /** What is left of it; an errno if there is none. */
  *timerGettime(id: number): UserCode<number> {
    const result = yield* this.call('timer_gettime', id, this.at('times'));
    return result < 0 ? result : this.timeLeft(1e9);
  }
  private putTimes(unit: number, ...seconds: readonly number[]): number {
    const words = seconds.flatMap((time) => {
      const whole = Math.floor(time);
      return [BigInt(whole), BigInt(Math.round((time - whole) * unit))];
    });
    return this.put('times', new Uint8Array(BigInt64Array.from(words).buffer));
  }
  private timeLeft(unit: number): number {
    const view = this.view('times', 32);
    return Number(view.getBigInt64(16, true)) + Number(view.getBigInt64(24, true)) / unit;
  }

  // --- the terminal: files 0 to 2 ---

  *setsid(): UserCode<number> {
    return yield* this.call('setsid');
  }
  *ioctl(fd: number, request: keyof typeof TTY, arg: Word = 0): UserCode<number> {
    return yield* this.call('ioctl', fd, TTY[request], arg);
  }
  *tcsetpgrp(fd: number, pgid: number): UserCode<number> {
    return yield* this.ioctl(fd, 'TIOCSPGRP', this.put('set', new Uint8Array(Int32Array.of(pgid).buffer)));
  }
  *tcgetpgrp(fd: number): UserCode<number> {
    const result = yield* this.ioctl(fd, 'TIOCGPGRP', this.at('set'));
    return result < 0 ? result : this.view('set', 4).getInt32(0, true);
  }
  /** TOSTOP on or off. */
  *setTostop(fd: number, on: boolean): UserCode<number> {
    yield* this.ioctl(fd, 'TCGETS', this.at('text'));
    const view = this.view('text', 36);
    view.setUint32(12, (view.getUint32(12, true) & ~0x100) | (on ? 0x100 : 0), true);
    return yield* this.ioctl(fd, 'TCSETS', this.put('text', new Uint8Array(view.buffer)));
  }
  /** Presses keys: `hi\n`, `\x03` for ^C. */
  *type(fd: number, keys: string): UserCode<void> {
    for (const byte of TEXT.encode(keys)) yield* this.ioctl(fd, 'TIOCSTI', this.put('text', Uint8Array.of(byte)));
  }
}
