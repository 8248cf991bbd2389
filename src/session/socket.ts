/**
 * How a supervisor is talked to: a Unix socket of its own in a directory that only its user can enter
 * ($XDG_RUNTIME_DIR/utrace or /tmp/utrace-UID, mode 0700). A request is one line of JSON, `{"name": argument}`; the first
 * line of the answer is JSON too, and what follows is the request's own business.
 */

import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { HostError } from '../linux/errors.ts';

/** Answers one kind of request. What it throws is told to the other side. */
export type Handler = (argument: never, socket: Socket) => unknown;

/** A request is longer than this only by mistake. */
const LINE_MAX = 1 << 20;
const ANSWER_MS = 2000;
const SUFFIX = '.sock';

function socketDir(): string {
  const runtimeDir = process.env.XDG_RUNTIME_DIR;
  return runtimeDir !== undefined && existsSync(runtimeDir)
    ? join(runtimeDir, 'utrace')
    : `/tmp/utrace-${process.getuid?.() ?? 0}`;
}

/** The directory, made if need be. Throws where it is not ours alone: somebody else may have put it there. */
function ownSocketDir(): string {
  const dir = socketDir();
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const stat = lstatSync(dir);
  if (!stat.isDirectory() || stat.uid !== process.getuid?.() || (stat.mode & 0o077) !== 0) {
    throw new HostError('UTRACE_SOCKET_DIR', `${dir} is not a private directory of yours`, {
      hint: 'remove it, or set XDG_RUNTIME_DIR',
    });
  }
  return dir;
}

export const socketPath = (supervisor: number): string => join(socketDir(), `${supervisor}${SUFFIX}`);

/** The supervisors of this user that have a socket; one that was killed may be among them. */
export function supervisors(): number[] {
  const dir = socketDir();
  const names = existsSync(dir) ? readdirSync(dir).filter((name) => name.endsWith(SUFFIX)) : [];
  return names.map((name) => Number(name.slice(0, -SUFFIX.length)));
}

/**
 * Answers requests for as long as this process lives. Holds nothing: the process may end when it likes. A handler's result,
 * unless undefined, is the whole answer; else the handler has taken the socket over.
 */
export function listen(handlers: Readonly<Record<string, Handler>>): { close(): void } {
  const path = join(ownSocketDir(), `${process.pid}${SUFFIX}`);
  remove(path);
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    socket.unref();
    void readLine(socket).then((line) => {
      if (line === undefined) socket.end();
      else void answer(handlers, line, socket);
    });
  });
  server.on('error', () => {});
  server.listen(path, () => chmodSync(path, 0o600));
  server.unref();
  const close = (): void => {
    server.close();
    remove(path);
  };
  process.once('exit', close);
  return { close };
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // it is gone
  }
}

async function answer(handlers: Readonly<Record<string, Handler>>, line: string, socket: Socket): Promise<void> {
  try {
    const [[name, argument] = ['']] = Object.entries(JSON.parse(line) as Record<string, unknown>);
    const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined;
    if (handler === undefined) {
      throw new HostError('UTRACE_REQUEST', `process ${process.pid} does not answer '${name}'`, {
        hint: 'it is no `utrace share`, or one of another version',
      });
    }
    const result = await handler(argument as never, socket);
    if (result !== undefined) socket.end(`${JSON.stringify(result)}\n`);
  } catch (error) {
    const { code = 'UTRACE_REQUEST', message, hint } = error as HostError;
    socket.end(`${JSON.stringify({ error: { code, message, hint } })}\n`);
  }
}

/** The next line; what comes after it stays in the socket. Undefined: it ended before, or is too long. */
function readLine(socket: Socket): Promise<string | undefined> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let size = 0;
    const done = (line: string | undefined): void => {
      socket.off('data', onData).off('end', onEnd).off('close', onEnd);
      socket.pause();
      resolve(line);
    };
    const onEnd = (): void => done(undefined);
    const onData = (chunk: Buffer): void => {
      const at = chunk.indexOf(10);
      parts.push(at < 0 ? chunk : chunk.subarray(0, at));
      size += chunk.length;
      if (at < 0 && size <= LINE_MAX) return;
      const rest = at < 0 ? Buffer.alloc(0) : chunk.subarray(at + 1);
      done(at < 0 ? undefined : Buffer.concat(parts).toString());
      if (rest.length > 0) socket.unshift(rest);
    };
    socket.on('data', onData).on('end', onEnd).on('close', onEnd);
  });
}

/**
 * Asks a supervisor: the first line of its answer, and the socket for what follows. Throws HostError: what the supervisor
 * said is wrong; UTRACE_NO_ANSWER when there is nobody.
 */
export async function ask<T>(supervisor: number, request: object): Promise<{ answer: T; socket: Socket }> {
  const path = socketPath(supervisor);
  const socket = connect({ path, allowHalfOpen: true });
  let failure: NodeJS.ErrnoException | undefined;
  socket.on('error', (error) => {
    failure = error;
  });
  socket.setTimeout(ANSWER_MS, () => socket.destroy(new Error('it does not answer')));
  socket.write(`${JSON.stringify(request)}\n`);
  const line = await readLine(socket);
  socket.setTimeout(0);
  if (line === undefined) {
    socket.destroy();
    if (failure?.code === 'ECONNREFUSED') remove(path); // its owner was killed
    throw new HostError('UTRACE_NO_ANSWER', `no answer from supervisor ${supervisor}`, { cause: failure });
  }
  const answer = JSON.parse(line) as T & { error?: { code: string; message: string; hint?: string } };
  if (answer.error !== undefined) {
    socket.destroy();
    const { code, message, hint } = answer.error;
    // The message has the hint in it already.
    throw Object.assign(new HostError(code, message), hint === undefined ? {} : { hint });
  }
  return { answer, socket };
}
