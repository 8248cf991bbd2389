/** Replies as words, where the scenarios' own are about numbers that two runs do not share. */

import { CLD, SIG } from '../../src/abi/signals.ts';
import type { Handled, Reply } from '../conformance/ptrace/play.ts';
import type { Stage } from '../conformance/ptrace/stage.ts';
import { resultText } from '../conformance/ptrace/text.ts';

/** Beyond this a number in a register is an address, or nothing that means something. */
const SMALL = 4096;
const NEAR = 0x10000n;

const number = (stage: Stage, value: bigint): string => {
  const n = Number(BigInt.asIntN(64, value));
  const name = n > 0 ? stage.who(n) : '?';
  if (name !== '?') return name;
  return Math.abs(n) < SMALL ? resultText(n) : 'large';
};

export function words(stage: Stage, reply: Reply): string {
  const { regs, value } = reply;
  const request = reply.call.call === 'ptrace' ? reply.call.args[0] : '';
  if (regs !== undefined) {
    const from = regs.rip! - BigInt(stage.world.handler);
    const where = from < NEAR && from > -NEAR ? String(from) : 'far';
    return `rax=${number(stage, regs.rax!)} orig_rax=${number(stage, regs.orig_rax!)} rip=${where}`;
  }
  if (request === 'GETEVENTMSG' && value !== undefined) return number(stage, value);
  const text = stage.text(reply);
  return reply.call.call === 'wait4' && reply.ret > 0 && reply.usage === false ? `${text} without usage` : text;
}

/** Which thread of a process that is killed comes first to its end is a matter of time, too. */
const isDeath = ({ signo, code }: Handled): boolean =>
  signo === SIG.SIGCHLD && (code === CLD.CLD_EXITED || code === CLD.CLD_KILLED || code === CLD.CLD_DUMPED);

/**
 * The handlers that ran after the first `count`. Of several SIGCHLD at once the first alone: whether the second finds the first
 * still pending, and is dropped, is a matter of time.
 */
export function handledSince(handled: readonly Handled[], count: number): readonly Handled[] {
  const fresh = handled.slice(count).map((run) => (isDeath(run) ? { ...run, pid: 0 } : run));
  return fresh.filter(({ signo }, at) => signo !== SIG.SIGCHLD || fresh.findIndex((run) => run.signo === signo) === at);
}
