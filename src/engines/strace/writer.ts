/**
 * Owns strace's text: which words go on which line. It decides prefixes, time stamps, the padding before the result,
 * and the `<unfinished ...>` and `resumed` pairs when calls of several threads interleave. It knows nothing of tracing:
 * whoever traces calls its methods in the order things happen, and gets whole lines through `write`.
 */

import type { Siginfo } from '../../abi/siginfo.ts';
import { signalName } from '../../abi/signals.ts';
import type { Memory, SyscallState } from '../../tracehook/machine.ts';
import { CallContext, type DecodeOptions } from './context.ts';
import { type Decoder, decoderOf } from './decode.ts';
import { siginfoText } from './siginfo.ts';
import { type StampStyle, Stamps } from './stamps.ts';

/** What became of a call, as `-e status=` names it. */
export type CallStatus = 'successful' | 'failed' | 'unfinished' | 'unavailable' | 'detached';

/** How lines look; each as the strace option of that name. */
export interface WriterOptions extends DecodeOptions {
  /**
   * How threads are told apart: not at all; `terminal`: `[pid  1234] ` while there is more than one; `file`: `1234  `
   * on every line (`-f -o`). Default none.
   */
  readonly prefix?: 'none' | 'terminal' | 'file';
  /** `-a`: the column of `=`. Default 40. */
  readonly column?: number;
  /** `-t`, `-tt`, `-ttt`. Default none. Needs `clock`. */
  readonly timestamps?: StampStyle;
  /** `-r`: time since the previous line. Needs `clock`. */
  readonly relative?: boolean;
  /** `-T`: the time spent in each call. Needs `clock`. */
  readonly durations?: boolean;
  /** Microseconds since the epoch. Asked only when one of the times above is wanted. */
  readonly clock?: () => number;
  /** `-n`: the call's number in brackets before its name. */
  readonly numbers?: boolean;
  /** Whether a line says so when a thread changes between 64-bit and 32-bit calls; strace does not with `-o`. Default true. */
  readonly announceMode?: boolean;
  /** `-e status=`: whether a call that ended so is printed. With it, lines are held back until the call ends. */
  readonly status?: (status: CallStatus) => boolean;
}

/** Options and where the text goes. */
export interface WriterInit {
  /** Takes one or more whole lines. */
  readonly write: (text: string) => void;
  readonly options?: WriterOptions;
}

interface Thread {
  readonly tid: number;
  readonly context: CallContext;
  readonly filePrefix: string;
  readonly terminalPrefix: string;
  /** The call at hand, from entry to exit. */
  decoder: Decoder | undefined;
  /** Whether the call's line was broken off and has to be resumed. */
  interrupted: boolean;
  /** Entry text held back until the call's status is known. */
  staged: string;
  abi: string;
  /** `[   3] ` of the last call, when numbers are wanted. */
  number: string;
  enteredAt: number;
}

const UNFINISHED = ' <unfinished ...>\n';
const DEFAULT_COLUMN = 40;
const MODES: Readonly<Record<string, string>> = { 'x86-64': '64 bit', i386: '32 bit', x32: 'x32', arm64: '64 bit' };

/** Assembles strace's output. One per output file. */
export class StraceWriter {
  readonly #write: (text: string) => void;
  readonly #options: WriterOptions;
  readonly #prefix: 'none' | 'terminal' | 'file';
  readonly #column: number;
  readonly #padding: readonly string[];
  readonly #stamps: Stamps | undefined;
  readonly #numbers: boolean;
  /** Lines start with nothing but the prefix. */
  readonly #plain: boolean;
  readonly #durations: boolean;
  readonly #clock: () => number;
  readonly #status: ((status: CallStatus) => boolean) | undefined;
  readonly #threads = new Map<number, Thread>();
  /** The thread last asked for, to spare the map on runs of one thread. */
  #last: Thread | undefined;
  /** The thread whose line is open, and the line so far. */
  #open: Thread | undefined;
  #line = '';
  /** Lines to follow the open one. */
  #notices = '';
  /** How much of the open line went out already. */
  #flushed = 0;

  constructor(init: WriterInit) {
    const options = init.options ?? {};
    this.#write = init.write;
    this.#options = options;
    this.#prefix = options.prefix ?? 'none';
    this.#column = options.column ?? DEFAULT_COLUMN;
    this.#padding = Array.from({ length: this.#column + 1 }, (_, k) => ' '.repeat(k));
    const clock = options.clock;
    const style = options.timestamps ?? 'none';
    const wanted = style !== 'none' || options.relative === true || options.durations === true;
    if (wanted && clock === undefined) throw new TypeError('StraceWriter: times need the option `clock`');
    this.#clock = clock ?? (() => 0);
    this.#durations = options.durations ?? false;
    this.#stamps =
      style !== 'none' || options.relative === true
        ? new Stamps(style, options.relative ?? false, this.#clock)
        : undefined;
    this.#numbers = options.numbers ?? false;
    this.#plain = this.#stamps === undefined && !this.#numbers;
    this.#status = options.status;
  }

  /** A thread came under trace: from two on, lines on a terminal carry `[pid N]`. Others are added by their first line. */
  attached(tid: number): void {
    this.#thread(tid);
  }

  /** A thread is let go alive. Its open call, if any, ends as `<detached ...>`. */
  detached(tid: number): void {
    const t = this.#threads.get(tid);
    if (t === undefined) return;
    if (this.#open === t) this.#close(' <detached ...>\n');
    this.#forget(t);
  }

  /** A line of somebody else's, between two lines of ours. */
  announce(text: string): void {
    if (this.#open === undefined) this.#write(`${text}\n`);
    else this.#notices += `${text}\n`;
  }

  /** The thread enters a call. */
  syscallEntry(tid: number, call: SyscallState, memory: Memory): void {
    const t = this.#thread(tid);
    if (call.abi !== t.abi) this.#modeChange(t, call.abi);
    const decoder = decoderOf(call.abi, call.nr);
    const c = t.context;
    c.call = call;
    c.memory = memory;
    c.exiting = false;
    c.wordSize = call.abi === 'i386' ? 4 : 8;
    const text = decoder.entry(c);
    if (this.#numbers) t.number = `[${String(call.nr).padStart(4)}] `;
    t.decoder = decoder;
    t.interrupted = false;
    if (this.#durations) t.enteredAt = this.#clock();
    if (this.#status !== undefined) {
      t.staged = this.#stamp(t) + text;
      return;
    }
    this.#begin(t, text);
  }

  /**
   * The thread leaves the call it entered. `note` follows the result, such as ` (INJECTED)`. A call whose entry was
   * not seen is not printed.
   */
  syscallExit(tid: number, call: SyscallState, memory: Memory, note = ''): void {
    const t = this.#thread(tid);
    const decoder = t.decoder;
    if (decoder === undefined) return;
    const left = this.#durations ? this.#clock() : 0;
    const c = t.context;
    c.call = call;
    c.memory = memory;
    c.exiting = true;
    c.aux = '';
    t.decoder = undefined;
    if (this.#status !== undefined && !this.#status(call.failed ? 'failed' : 'successful')) return;
    let text = this.#resume(t, decoder);
    if (!c.complete) text += decoder.exit(c);
    text += ') ';
    const result = decoder.result(c);
    text = this.#pad(text);
    text += c.aux === '' ? `= ${result}${note}` : `= ${result}${note}${c.aux}`;
    if (this.#durations) text += duration(left - t.enteredAt);
    this.#finish(`${text}\n`);
  }

  /** A signal is about to be delivered; without `info` only its name is known. */
  signal(tid: number, info: Siginfo): void {
    this.#event(this.#thread(tid), `--- ${signalName(info.signo) ?? info.signo} ${siginfoText(info)} ---`);
  }

  /** The thread's process stopped for job control. */
  stopped(tid: number, signo: number): void {
    this.#event(this.#thread(tid), `--- stopped by ${signalName(signo) ?? signo} ---`);
  }

  /** The thread is on its way out (PTRACE_EVENT_EXIT): its open call will not return. */
  exiting(tid: number): void {
    const t = this.#thread(tid);
    const decoder = t.decoder;
    if (decoder === undefined) return;
    t.decoder = undefined;
    if (this.#status !== undefined && !this.#status('unfinished')) return;
    let text = this.#resume(t, decoder);
    if (!t.context.complete) text += ' <unfinished ...>';
    this.#finish(`${this.#pad(`${text}) `)}= ?\n`);
  }

  /** The thread is gone; ends its open call first, unless {@link exiting} did. */
  exited(tid: number, code: number): void {
    this.#gone(tid, `+++ exited with ${code} +++`);
  }

  /** The thread is gone, and no line says so. */
  dropped(tid: number): void {
    this.exiting(tid);
    const t = this.#threads.get(tid);
    if (t !== undefined) this.#forget(t);
  }

  /** The thread was killed by a signal. */
  killed(tid: number, signo: number, core: boolean): void {
    this.#gone(tid, `+++ killed by ${signalName(signo) ?? signo}${core ? ' (core dumped)' : ''} +++`);
  }

  /** Thread `oldTid`, not the leader, has done an execve and goes on as `tgid`; the leader that was is gone. */
  superseded(oldTid: number, tgid: number): void {
    const from = this.#threads.get(oldTid);
    const leader = this.#thread(tgid);
    if (from !== undefined && this.#open === from) this.#close(` <pid changed to ${tgid} ...>\n`);
    if (from !== undefined && from !== leader) this.#forget(from);
    this.#event(leader, `+++ superseded by execve in pid ${oldTid} +++`);
    if (from === undefined || from === leader) return;
    const context = new CallContext(tgid, this.#options);
    context.complete = from.context.complete;
    context.saved = from.context.saved;
    context.wordSize = from.context.wordSize;
    const next: Thread = { ...leader, context, decoder: from.decoder, interrupted: true, enteredAt: from.enteredAt };
    next.staged = from.staged;
    next.abi = from.abi;
    next.number = from.number;
    this.#threads.set(tgid, next);
    this.#last = next;
  }

  /** Writes the open part of a line, so that a call that blocks is seen on a terminal before it returns. */
  flushPartial(): void {
    if (this.#open === undefined || this.#flushed === this.#line.length) return;
    this.#write(this.#line.slice(this.#flushed));
    this.#flushed = this.#line.length;
  }

  /** Ends the open line, if any, as unfinished. The writer can be used on. */
  end(): void {
    if (this.#open !== undefined) this.#close(UNFINISHED);
  }

  #thread(tid: number): Thread {
    const last = this.#last;
    if (last !== undefined && last.tid === tid) return last;
    let t = this.#threads.get(tid);
    if (t === undefined) {
      t = {
        tid,
        context: new CallContext(tid, this.#options),
        filePrefix: `${String(tid).padEnd(5)} `,
        terminalPrefix: `[pid ${String(tid).padStart(5)}] `,
        decoder: undefined,
        interrupted: false,
        staged: '',
        abi: 'x86-64',
        number: '',
        enteredAt: 0,
      };
      this.#threads.set(tid, t);
    }
    this.#last = t;
    return t;
  }

  #forget(t: Thread): void {
    this.#threads.delete(t.tid);
    if (this.#last === t) this.#last = undefined;
  }

  /** What a line of `t` starts with. */
  #leader(t: Thread): string {
    return this.#plain ? this.#prefixOf(t) : this.#prefixOf(t) + this.#stamp(t);
  }

  #prefixOf(t: Thread): string {
    if (this.#prefix === 'none') return '';
    if (this.#prefix === 'file') return t.filePrefix;
    return this.#threads.size > 1 ? t.terminalPrefix : '';
  }

  /** The time and the call's number, as far as they are wanted. */
  #stamp(t: Thread): string {
    return (this.#stamps === undefined ? '' : this.#stamps.text()) + t.number;
  }

  /** Opens a line of `t`, breaking off the one that is open. */
  #begin(t: Thread, text: string): void {
    if (this.#open !== undefined) this.#close(UNFINISHED);
    this.#line = this.#leader(t) + text;
    this.#open = t;
    this.#flushed = 0;
  }

  /** Ends the open line with `text`; its call has to be resumed later. */
  #close(text: string): void {
    (this.#open as Thread).interrupted = true;
    this.#finish(this.#line + text);
  }

  /** Writes a whole line, less what of it was written before. */
  #finish(text: string): void {
    const flushed = this.#flushed;
    this.#open = undefined;
    this.#flushed = 0;
    const line = flushed === 0 ? text : text.slice(flushed);
    if (this.#notices === '') {
      this.#write(line);
      return;
    }
    this.#write(line + this.#notices);
    this.#notices = '';
  }

  /** The line of `t`'s call so far: the open one, the one held back, or a new one that resumes it. */
  #resume(t: Thread, decoder: Decoder): string {
    if (this.#status !== undefined) return this.#prefixOf(t) + t.staged;
    if (this.#open === t) return this.#line;
    if (this.#open !== undefined) this.#close(UNFINISHED);
    return `${this.#leader(t)}<... ${decoder.name} resumed>`;
  }

  #pad(text: string): string {
    const length = text.length;
    return length < this.#column ? text + (this.#padding[this.#column - length] as string) : text;
  }

  #event(t: Thread, text: string): void {
    if (this.#open !== undefined) this.#close(UNFINISHED);
    this.#finish(`${this.#leader(t)}${text}\n`);
  }

  #gone(tid: number, text: string): void {
    this.exiting(tid);
    const t = this.#thread(tid);
    this.#event(t, text);
    this.#forget(t);
  }

  #modeChange(t: Thread, abi: string): void {
    t.abi = abi;
    if (this.#options.announceMode === false) return;
    this.#event(t, `[ Process PID=${t.tid} runs in ${MODES[abi] ?? abi} mode. ]`);
  }
}

const MICROS = 1_000_000;

/** ` <0.000012>`. */
function duration(micros: number): string {
  const n = micros < 0 ? 0 : Math.round(micros);
  return ` <${Math.floor(n / MICROS)}.${String(n % MICROS).padStart(6, '0')}>`;
}
