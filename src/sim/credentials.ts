/** Who a process is, as far as the right to trace and to signal goes (__ptrace_may_access, kill_ok_by_cred). */

import { ERRNO } from '../abi/errno.ts';

export interface Credentials {
  readonly uid: number;
  readonly euid: number;
  readonly suid: number;
  /** SUID_DUMP_USER: cleared by a change of ids. */
  readonly dumpable: boolean;
}

export const ROOT: Credentials = Object.freeze({ uid: 0, euid: 0, suid: 0, dumpable: true });

/** CAP_SYS_PTRACE, CAP_KILL: root alone has capabilities here. */
const capable = (who: Credentials): boolean => who.euid === 0;

/** 0, or the errno with which an attach is refused (R15). PTRACE_MODE_REALCREDS. */
export function mayAccess(who: Credentials, whom: Credentials): number {
  if (capable(who)) return 0;
  const same = whom.uid === who.uid && whom.euid === who.uid && whom.suid === who.uid;
  return same && whom.dumpable ? 0 : ERRNO.EPERM;
}

/** kill_ok_by_cred. */
export const mayKill = (who: Credentials, whom: Credentials): boolean =>
  capable(who) || who.euid === whom.suid || who.euid === whom.uid || who.uid === whom.suid || who.uid === whom.uid;

/** setuid(2). */
export function withUid(who: Credentials, uid: number): Credentials | number {
  if (capable(who)) return { uid, euid: uid, suid: uid, dumpable: uid === who.euid && who.dumpable };
  if (uid !== who.uid && uid !== who.suid) return ERRNO.EPERM;
  return { ...who, euid: uid, dumpable: uid === who.euid && who.dumpable };
}
