/** Where the trace is written: lines are gathered and written in large pieces, and none is lost at the end. */

import { closeSync, openSync, writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { CliError } from './errors.ts';

const CHUNK = 1 << 16;
/** What may wait for a reader on a socket before the tasks wait for it, too. */
const WAITING_MAX = 1 << 20;

interface Sink {
  put(text: string): void;
  close(): void;
  /** The reader is behind: until it has caught up. */
  room?(): Promise<void> | undefined;
}

export class Output {
  private readonly sink: Sink;
  private readonly immediate: boolean;
  private parts: string[] = [];
  private size = 0;
  private scheduled = false;
  /** Called before a flush, to add what is unfinished (a call that blocks, on a terminal). */
  beforeFlush: () => void = () => {};

  /** To a path, or standard error when absent. Throws CliError when the file cannot be made. */
  static toFile(path: string | undefined, append = false): Output {
    return new Output(fileSink(path, append), path === undefined);
  }

  /** To somebody on the other side of a socket, who reads it as it comes. */
  static toSocket(socket: Socket): Output {
    return new Output(socketSink(socket), true);
  }

  private constructor(sink: Sink, immediate: boolean) {
    this.sink = sink;
    this.immediate = immediate;
  }

  readonly write = (text: string): void => {
    this.parts.push(text);
    this.size += text.length;
    if (this.size >= CHUNK) this.flush();
    else if (!this.scheduled) this.schedule();
  };

  /** Something may have begun that is no line yet. */
  touch(): void {
    if (this.immediate && !this.scheduled) this.schedule();
  }

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
    this.sink.put(text);
  }

  /** Undefined: there is room for more; else until there is. */
  room(): Promise<void> | undefined {
    return this.sink.room?.();
  }

  close(): void {
    this.flush();
    this.sink.close();
  }
}

function fileSink(path: string | undefined, append: boolean): Sink {
  const fd = path === undefined ? 2 : openFile(path, append);
  let failed = false;
  /** What cannot be written is lost; the command is not to suffer for it. Said once; of a reader that left, not at all. */
  const fail = ({ code, message }: NodeJS.ErrnoException): void => {
    if (failed || code === 'EPIPE' || fd === 2) return;
    failed = true;
    process.stderr.write(`utrace: cannot write the trace: ${message}\n`);
  };
  return {
    put(text) {
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length; ) {
        try {
          at += writeSync(fd, bytes, at);
        } catch (error) {
          const { code } = error as NodeJS.ErrnoException;
          if (code === 'EAGAIN') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
          else {
            fail(error as NodeJS.ErrnoException);
            return;
          }
        }
      }
    },
    close() {
      if (path !== undefined) closeSync(fd);
    },
  };
}

function openFile(path: string, append: boolean): number {
  try {
    return openSync(path, append ? 'a' : 'w', 0o666);
  } catch (error) {
    throw new CliError(`cannot write '${path}': ${(error as Error).message}`, 'choose another file with -o');
  }
}

function socketSink(socket: Socket): Sink {
  return {
    put(text) {
      if (socket.writable) socket.write(text);
    },
    close() {
      socket.end();
    },
    room() {
      if (!socket.writable || socket.writableLength < WAITING_MAX) return undefined;
      return new Promise((resolve) => {
        const done = (): void => {
          socket.off('drain', done).off('close', done);
          resolve();
        };
        socket.on('drain', done).on('close', done);
      });
    },
  };
}
