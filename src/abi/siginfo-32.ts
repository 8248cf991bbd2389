/**
 * Owns the codec of siginfo_t as a 32-bit program has it (struct compat_siginfo): the union begins at 12, addresses, times and
 * values have 32 bits, as kernel/signal.c's copy_siginfo_to_external32 and post_copy_siginfo_from_user32 convert them.
 */

import { SIGINFO_SIZE, type Siginfo, siginfoKind } from './siginfo.ts';
import { SIG } from './signals.ts';

const UNION = 12;
const BUS_MCEERR_AR = 4;
const BUS_MCEERR_AO = 5;
const SEGV_BNDERR = 3;
const SEGV_PKUERR = 4;

/** The 128 bytes of `info` for a 32-bit reader. */
export function encodeSiginfo32(info: Siginfo): Uint8Array {
  const bytes = new Uint8Array(SIGINFO_SIZE);
  const view = new DataView(bytes.buffer);
  const put = (...values: readonly (number | bigint | undefined)[]): void => {
    values.forEach((value, i) => {
      view.setInt32(UNION + 4 * i, Number(BigInt.asIntN(32, BigInt(value ?? 0))), true);
    });
  };
  view.setInt32(0, info.signo, true);
  view.setInt32(4, info.errno, true);
  view.setInt32(8, info.code, true);
  switch (siginfoKind(info.signo, info.code)) {
    case 'kill':
      put(info.pid, info.uid);
      break;
    case 'queue':
      put(info.pid, info.uid, info.value);
      break;
    case 'timer':
      put(info.timerId, info.overrun, info.value);
      break;
    case 'poll':
      put(info.band, info.fd);
      break;
    case 'child':
      put(info.pid, info.uid, info.status, info.utime, info.stime);
      break;
    case 'sys':
      put(info.addr, info.syscall, info.arch);
      break;
    case 'fault':
      if (info.pkey !== undefined) put(info.addr, 0, info.pkey);
      else if (info.lower !== undefined) put(info.addr, 0, info.lower, info.upper);
      else put(info.addr, info.addrLsb);
      break;
  }
  return bytes;
}

/** Decodes what a 32-bit writer has. */
export function decodeSiginfo32(bytes: Uint8Array): Siginfo {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [signo, errno, code] = [view.getInt32(0, true), view.getInt32(4, true), view.getInt32(8, true)];
  const i32 = (index: number): number => view.getInt32(UNION + 4 * index, true);
  const u32 = (index: number): number => view.getUint32(UNION + 4 * index, true);
  const head = { signo, errno, code };
  switch (siginfoKind(signo, code)) {
    case 'kill':
      return { ...head, pid: i32(0), uid: u32(1) };
    case 'queue':
      return { ...head, pid: i32(0), uid: u32(1), value: BigInt(u32(2)) };
    case 'timer':
      return { ...head, timerId: i32(0), overrun: i32(1), value: BigInt(u32(2)) };
    case 'poll':
      return { ...head, band: BigInt(i32(0)), fd: i32(1) };
    case 'child':
      return { ...head, pid: i32(0), uid: u32(1), status: i32(2), utime: BigInt(i32(3)), stime: BigInt(i32(4)) };
    case 'sys':
      return { ...head, addr: BigInt(u32(0)), syscall: i32(1), arch: u32(2) };
    case 'fault': {
      const fault = { ...head, addr: BigInt(u32(0)) };
      if (signo === SIG.SIGBUS && (code === BUS_MCEERR_AR || code === BUS_MCEERR_AO)) {
        return { ...fault, addrLsb: view.getInt16(UNION + 4, true) };
      }
      if (signo === SIG.SIGSEGV && code === SEGV_BNDERR)
        return { ...fault, lower: BigInt(u32(2)), upper: BigInt(u32(3)) };
      if (signo === SIG.SIGSEGV && code === SEGV_PKUERR) return { ...fault, pkey: u32(2) };
      return fault;
    }
  }
}
