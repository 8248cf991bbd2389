/**
 * The view of what the supervisor and the kernel said to each other: UTRACE_NATIVE_LOG=FILE writes a line for each call of the addon
 * that concerns a task, and one for each stop it brought, decoded. For those who look for a race: it slows everything down.
 */

import { openSync, writeSync } from 'node:fs';
import { errnoName } from '../abi/errno.ts';
import { PTRACE, PTRACE_EVENT } from '../abi/ptrace.ts';
import { SIGNAL_MAX, signalName } from '../abi/signals.ts';
import { syscallName } from '../abi/syscalls.ts';
import * as wait from '../abi/wait-status.ts';
import { currentArch } from './arch/index.ts';
import { HostError } from './errors.ts';
import { EventBuffer, EventKind } from './event-buffer.ts';
import { loadNative, type Native, STEP_SLICE_OVER } from './native.ts';

/** What says nothing of a task, or is said again by what follows. */
const SILENT: ReadonlySet<string> = new Set([
  ...['spin', 'stats', 'currentCpu', 'placeAllowed', 'taskCpu', 'threads', 'affinity', 'schedPolicy', 'gettid'],
  ...['sliceBegin', 'sliceEnd', 'setEvents'],
]);
/** Those whose first number is a ptrace request. */
const BY_REQUEST: ReadonlySet<string> = new Set(['ptrace', 'ptraceData', 'ptraceRaw', 'ptrace32', 'regset']);
/** Those that bring events. */
const COLLECTS: ReadonlySet<string> = new Set(['step', 'collectOf']);

const nameOfValue = (names: Readonly<Record<string, number>>, value: number): string | undefined =>
  Object.keys(names).find((name) => names[name] === value);
const requestName = (request: number): string =>
  request === 0 ? '-' : (nameOfValue(PTRACE, request) ?? String(request));
const signal = (signo: number): string => signalName(signo) ?? String(signo);
const answer = (ret: unknown): string =>
  typeof ret === 'number' && ret < 0
    ? (errnoName(-ret) ?? String(ret))
    : typeof ret === 'object'
      ? JSON.stringify(ret)
      : String(ret);

function argText(name: string, args: readonly unknown[]): string {
  const words = args.map((arg) =>
    arg instanceof Uint8Array ? `${arg.length} bytes` : typeof arg === 'object' ? '{…}' : String(arg),
  );
  if (BY_REQUEST.has(name)) words[0] = requestName(args[0] as number);
  if (name === 'step' || name === 'resume') {
    words[1] = requestName(args[1] as number);
    const signo = args[2] as number;
    if (signo > 0 && signo <= SIGNAL_MAX) words[2] = signal(signo);
  }
  if (name === 'sendSignal' || name === 'queueSignal') words[2] = signal(args[2] as number);
  return words.join(' ');
}

function eventText(events: EventBuffer, i: number): string {
  const kind = events.kind(i);
  const status = events.status(i);
  const name = nameOfValue(EventKind, kind) ?? String(kind);
  const words = [String(events.tid(i)), name];
  if (wait.isStopped(status)) {
    words.push(signal(wait.stopSignal(status) & 0x7f));
    const event = wait.stopEvent(status);
    if (kind === EventKind.EVENT) words.push(`${nameOfValue(PTRACE_EVENT, event) ?? event} ${events.message(i)}`);
  } else words.push(`status ${status}`);
  if (kind === EventKind.ENTRY || kind === EventKind.SECCOMP) {
    const nr = events.callNumber(i);
    const abi = currentArch().abiOf(events.words[events.callWords(i) + 1]! >>> 0, nr);
    const args = [0, 1, 2, 3].map((n) => events.callArgument(i, n).toString(16));
    words.push(`${syscallName(abi, nr) ?? nr}(${args.join(', ')}, …)`);
  }
  return words.join(' ');
}

/** The addon; with UTRACE_NATIVE_LOG=FILE, all that it does is written down. */
export function openNative(): Native {
  const path = process.env.UTRACE_NATIVE_LOG;
  return path === undefined ? loadNative() : logged(loadNative(), path);
}

function openLog(path: string): number {
  try {
    return openSync(path, 'a');
  } catch (cause) {
    throw new HostError(
      'UTRACE_NATIVE_LOG',
      `UTRACE_NATIVE_LOG=${path} cannot be written: ${(cause as Error).message}`,
      {
        hint: 'name a file in a directory that is there, or unset it',
        cause,
      },
    );
  }
}

function logged(native: Native, path: string): Native {
  const file = openLog(path);
  let events = new EventBuffer(0);
  const write = (line: string): void => {
    writeSync(file, `${performance.now().toFixed(3)} ${line}\n`);
  };
  const wrap = (name: string, call: (...args: unknown[]) => unknown) =>
    function logs(...args: unknown[]): unknown {
      if (name === 'setEvents') events = EventBuffer.over(args[0] as Uint8Array);
      const ret = call.apply(native, args);
      if (SILENT.has(name)) return ret;
      const collects = COLLECTS.has(name);
      if (collects && ret === 0 && args[1] === 0) return ret; // looked, and nothing was there
      write(`${name} ${argText(name, args)} = ${answer(ret)}`);
      if (collects && (ret as number) > 0) {
        const count = (ret as number) & (STEP_SLICE_OVER - 1);
        for (let i = 0; i < count; i++) write(`  ${eventText(events, i)}`);
      }
      return ret;
    };
  return Object.fromEntries(
    Object.entries(native).map(([name, call]) => [name, typeof call === 'function' ? wrap(name, call) : call]),
  ) as unknown as Native;
}
