/** Owns the rendering of siginfo_t, for signals' lines and for the calls that pass one. */

import { errnoName } from '../../abi/errno.ts';
import { decodeSiginfo, type Siginfo } from '../../abi/siginfo.ts';
import { CLD, SI, siCodeName } from '../../abi/signals.ts';
import { syscallName } from '../../abi/syscalls.ts';
import { signalText } from './args.ts';
import { addrText, hexText } from './text.ts';

const AUDIT_ARCH: ReadonlyMap<number, string> = new Map([
  [0xc000003e, 'AUDIT_ARCH_X86_64'],
  [0x40000003, 'AUDIT_ARCH_I386'],
  [0xc00000b7, 'AUDIT_ARCH_AARCH64'],
]);

const CLOCK_TICKS = 100;

/** CPU time in ticks, with seconds as a comment. */
function ticks(n: bigint): string {
  return n === 0n ? '0' : `${n} /* ${(Number(n) / CLOCK_TICKS).toFixed(2)} s */`;
}

const asInt = (value: bigint): bigint => BigInt.asIntN(32, value);

function value(info: Siginfo): string {
  return info.value === undefined ? '' : `, si_int=${asInt(info.value)}, si_ptr=${addrText(info.value)}`;
}

function sender(info: Siginfo): string {
  return `, si_pid=${info.pid ?? 0}, si_uid=${(info.uid ?? 0) >>> 0}`;
}

function childText(info: Siginfo): string {
  const exited = info.code === CLD.CLD_EXITED;
  const status = exited ? String(info.status ?? 0) : signalText(info.status ?? 0);
  const times = `, si_utime=${ticks(info.utime ?? 0n)}, si_stime=${ticks(info.stime ?? 0n)}`;
  return `${sender(info)}, si_status=${status}${times}`;
}

function faultText(info: Siginfo): string {
  let text = `, si_addr=${addrText(info.addr ?? 0n)}`;
  if (info.addrLsb !== undefined) text += `, si_addr_lsb=${hexText(info.addrLsb & 0xffff)}`;
  if (info.lower !== undefined) text += `, si_lower=${addrText(info.lower)}, si_upper=${addrText(info.upper ?? 0n)}`;
  if (info.pkey !== undefined) text += `, si_pkey=${info.pkey}`;
  return text;
}

function sysText(info: Siginfo): string {
  const arch = info.arch ?? 0;
  const known = AUDIT_ARCH.get(arch);
  const abi = known === 'AUDIT_ARCH_X86_64' ? 'x86-64' : known === 'AUDIT_ARCH_I386' ? 'i386' : undefined;
  const name = abi === undefined ? undefined : syscallName(abi, info.syscall ?? -1);
  const call = name === undefined ? String(info.syscall ?? 0) : `__NR_${name}`;
  const archText = known ?? `${hexText(arch)} /* AUDIT_ARCH_??? */`;
  return `, si_call_addr=${addrText(info.addr ?? 0n)}, si_syscall=${call}, si_arch=${archText}`;
}

function bodyText(info: Siginfo): string {
  if (info.code === SI.SI_TIMER) {
    return `, si_timerid=${hexText((info.timerId ?? 0) >>> 0)}, si_overrun=${info.overrun ?? 0}${value(info)}`;
  }
  if (info.status !== undefined) return childText(info);
  if (info.syscall !== undefined) return sysText(info);
  if (info.band !== undefined) {
    if (info.code > 0 && siCodeName(info.signo, info.code) === undefined) return '';
    return `, si_band=${info.band}, si_fd=${info.fd ?? 0}`;
  }
  if (info.addr !== undefined) return faultText(info);
  if (info.code === SI.SI_KERNEL && (info.pid ?? 0) === 0) return '';
  return info.pid === undefined ? '' : sender(info) + value(info);
}

/** `{si_signo=SIGCHLD, si_code=CLD_EXITED, …}`; `{}` for an empty one. */
export function siginfoText(info: Siginfo): string {
  if (info.signo === 0) return '{}';
  const code = siCodeName(info.signo, info.code) ?? hexText(info.code >>> 0);
  let text = `{si_signo=${signalText(info.signo)}, si_code=${code}`;
  if (info.errno !== 0) text += `, si_errno=${errnoName(info.errno) ?? info.errno}`;
  return `${text}${bodyText(info)}}`;
}

/** siginfo_t in a program's memory. */
export const siginfoBytes = (b: Uint8Array): string => siginfoText(decodeSiginfo(b));
