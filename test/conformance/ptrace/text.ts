/** Replies as words for a log: symbols for numbers, names for process ids; no address, no time. */

import { ERRNO } from '../../../src/abi/errno.ts';
import { PTRACE_EVENT } from '../../../src/abi/ptrace.ts';
import type { Siginfo } from '../../../src/abi/siginfo.ts';
import { siCodeName, signalName } from '../../../src/abi/signals.ts';
import * as status from '../../../src/abi/wait-status.ts';
import type { Handled, Reply, SyscallInfo } from './play.ts';

/** The name of a process id. */
export type Names = (pid: number) => string;

const ERRORS = new Map<number, string>(Object.entries(ERRNO).map(([name, n]) => [n, name]));
const EVENTS = new Map<number, string>(Object.entries(PTRACE_EVENT).map(([name, n]) => [n, name]));

/** `EPERM` for −1. */
export const errorName = (ret: number): string => ERRORS.get(-ret) ?? String(ret);
export const signal = (n: number): string => signalName(n) ?? String(n);
export const hex = (n: number | bigint): string => `0x${n.toString(16)}`;

/** A wait status: what happened. */
export function statusText(value: number): string {
  if (value === 0xffff) return 'continued';
  if (status.isExited(value)) return `exit ${status.exitCode(value)}`;
  if (status.isSignaled(value)) {
    return `killed ${signal(status.termSignal(value))}${status.dumpedCore(value) ? ' core' : ''}`;
  }
  const event = status.stopEvent(value);
  const code = status.stopSignal(value);
  if (event === 0) return code === 0x85 ? 'stop SYSCALL' : `stop ${signal(code)}`;
  const name = EVENTS.get(event) ?? String(event);
  return name === 'STOP' ? `EVENT_STOP ${signal(code)}` : `EVENT_${name}`;
}

/** si_pid, whatever else the bytes may mean. */
const pidIn = ({ raw }: Siginfo): number =>
  raw === undefined ? 0 : new DataView(raw.buffer, raw.byteOffset).getInt32(16, true);

/** A siginfo: signal, code, and who. */
export function siginfoText(info: Siginfo, names: Names): string {
  const code = siCodeName(info.signo, info.code) ?? hex(info.code);
  const head = `${signal(info.signo)} ${code}`;
  if (info.code >> 8 > 0) return `${head} pid=${names(pidIn(info))}`; // a ptrace-stop's own
  if (info.status !== undefined) return `${head} pid=${names(info.pid ?? 0)} status=${hex(info.status)}`;
  const value = info.value !== undefined && info.value !== 0n ? ` value=${info.value}` : '';
  return info.pid === undefined ? head : `${head} pid=${names(info.pid)}${value}`;
}

export const handledText = (run: Handled, names: Names): string =>
  `${signal(run.signo)} ${siCodeName(run.signo, run.code) ?? hex(run.code)} pid=${names(run.pid)}`;

function infoText(info: SyscallInfo, names: Names): string {
  if (info.op === 'none') return 'none';
  if (info.op === 'exit') {
    const result = Number(info.result);
    return `exit ${names(result) === '?' || result <= 0 ? resultText(result) : names(result)}`;
  }
  return `${info.op} nr=${info.nr}${info.op === 'seccomp' ? ` data=${info.data}` : ''}`;
}

/** A result of a call, or a register that holds one. */
export const resultText = (ret: number): string => (ret < 0 && ret > -4096 ? errorName(ret) : String(ret));

const PROCESS_MAKERS = new Set(['clone', 'getppid', 'getpid', 'getpgid', 'setsid', 'loop']);

export function replyText(reply: Reply, names: Names): string {
  if (reply.ret < 0 && reply.ret > -4096) return errorName(reply.ret);
  const { call } = reply.call;
  if (call === 'wait4') return reply.ret === 0 ? 'none' : `${names(reply.ret)} ${statusText(reply.status ?? 0)}`;
  if (call === 'waitid') return reply.siginfo?.signo === 0 ? 'none' : siginfoText(reply.siginfo!, names);
  if (reply.siginfo !== undefined) return siginfoText(reply.siginfo, names);
  if (reply.siginfos !== undefined) return `[${reply.siginfos.map((info) => siginfoText(info, names)).join(', ')}]`;
  if (reply.info !== undefined) return infoText(reply.info, names);
  if (call === 'readSignal') return signal(Number(reply.value));
  if (reply.value !== undefined) return hex(reply.value);
  if (PROCESS_MAKERS.has(call)) return names(reply.ret);
  return reply.ret === 0 ? 'ok' : String(reply.ret);
}
