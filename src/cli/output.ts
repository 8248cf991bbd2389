/** Where the trace is written: lines are gathered and written in large pieces, and none is lost at the end. */

import { closeSync, openSync, writeSync } from 'node:fs';
import { CliError } from './errors.ts';

const CHUNK = 1 << 16;

export class Output {
  private readonly fd: number;
  private readonly owned: boolean;
  private readonly immediate: boolean;
  private parts: string[] = [];
  private size = 0;
  private scheduled = false;
  private failed = false;
  /** Called before a flush, to add what is unfinished (a call that blocks, on a terminal). */
  beforeFlush: () => void = () => {};

  /** A path, or standard error when absent. Throws CliError when the file cannot be made. */
  constructor(path: string | undefined, append = false) {
    this.owned = path !== undefined;
    if (path === undefined) {
      this.fd = 2;
    } else {
      try {
        this.fd = openSync(path, append ? 'a' : 'w', 0o666);
      } catch (error) {
        throw new CliError(`cannot write '${path}': ${(error as Error).message}`, 'choose another file with -o');
      }
    }
    this.immediate = path === undefined;
  }

  readonly write = (text: string): void => {
    this.parts.push(text);
    this.size += text.length;
    if (this.size >= CHUNK) this.flush();
    else if (!this.scheduled) this.schedule();
  };

  /** Standard error is read as it comes; a file may wait for the end of a slice. */
  private schedule(): void {
    this.scheduled = true;
    const later = (): void => {
      this.scheduled = false;
      this.beforeFlush();
      this.flush();
    };
    if (this.immediate) setImmediate(later);
    else setTimeout(later, 100).unref();
  }

  flush(): void {
    if (this.parts.length === 0) return;
    const text = this.parts.join('');
    this.parts = [];
    this.size = 0;
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; ) {
      try {
        at += writeSync(this.fd, bytes, at);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'EAGAIN') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
        else {
          this.fail(error as NodeJS.ErrnoException);
          return;
        }
      }
    }
  }

  /** What cannot be written is lost; the command is not to suffer for it. Said once; of a reader that left, not at all. */
  private fail({ code, message }: NodeJS.ErrnoException): void {
    if (this.failed || code === 'EPIPE' || this.fd === 2) return;
    this.failed = true;
    process.stderr.write(`utrace: cannot write the trace: ${message}\n`);
  }

  close(): void {
    this.flush();
    if (this.owned) closeSync(this.fd);
  }
}
