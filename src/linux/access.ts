/** Who may trace whom: __ptrace_may_access, for a tracer that we serve, since we may have more rights than it (R15). */

import { ERRNO } from '../abi/errno.ts';
import * as proc from './proc.ts';

const CAP_SYS_PTRACE = 19n;
const CAP_SYS_ADMIN = 21n;

interface Credentials {
  /** Real, effective, saved. */
  readonly uids: readonly number[];
  readonly gids: readonly number[];
  readonly permitted: bigint;
  readonly effective: bigint;
}

function credentials(tid: number): Credentials | undefined {
  const ids = (name: string): number[] | undefined => proc.statusField(tid, name)?.split(/\s+/).slice(0, 3).map(Number);
  const uids = ids('Uid');
  const gids = ids('Gid');
  if (uids === undefined || gids === undefined) return undefined;
  const set = (name: string): bigint => BigInt(`0x${proc.statusField(tid, name) ?? '0'}`);
  return { uids, gids, permitted: set('CapPrm'), effective: set('CapEff') };
}

/** 0, or the errno with which the kernel would refuse. */
export function mayAccess(tracer: number, target: number): number {
  const who = credentials(tracer);
  const whom = credentials(target);
  if (who === undefined || whom === undefined) return ERRNO.ESRCH;
  const mayAnyway = ((who.effective >> CAP_SYS_PTRACE) & 1n) === 1n;
  if (mayAnyway) return proc.yamaScope() >= 3 ? ERRNO.EPERM : 0;
  const sameIds = whom.uids.every((uid) => uid === who.uids[0]) && whom.gids.every((gid) => gid === who.gids[0]);
  if (!sameIds || !isDumpable(target, whom)) return ERRNO.EPERM;
  if ((whom.permitted & ~who.permitted) !== 0n) return ERRNO.EPERM; // cap_ptrace_access_check
  return yamaAllows(tracer, target) ? 0 : ERRNO.EPERM;
}

/** CAP_SYS_ADMIN. */
export const mayAdminister = (tid: number): boolean =>
  (((credentials(tid)?.effective ?? 0n) >> CAP_SYS_ADMIN) & 1n) === 1n;

/** task_dump_owner: what is not dumpable belongs to root in /proc. */
const isDumpable = (tid: number, { uids }: Credentials): boolean => proc.owner(tid) === uids[1];

/** Scope 1: only one's own descendants. (Exceptions by PR_SET_PTRACER cannot be seen from outside.) */
function yamaAllows(tracer: number, target: number): boolean {
  const scope = proc.yamaScope();
  if (scope === 0) return true;
  if (scope > 1) return false;
  const process = proc.tgidOf(tracer);
  for (let pid = proc.tgidOf(target) ?? 0; pid > 1; pid = proc.parentPid(pid)) if (pid === process) return true;
  return false;
}
