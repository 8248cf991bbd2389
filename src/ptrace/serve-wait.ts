/** A wait call on its way: served from what tracers are told, tried for real where real children may matter, or asleep. */

import { ERRNO } from '../abi/errno.ts';
import { CLD } from '../abi/signals.ts';
import { isStopped } from '../abi/wait-status.ts';
import type { Tid } from '../base/brand.ts';
import type { Served } from '../tracehook/ptrace.ts';
import type { Task } from '../tracehook/task.ts';
import { answering, readFrom, writeTo } from './caller.ts';
import type { Link } from './link.ts';
import type { Ptrace } from './ptrace.ts';
import {
  childInfo,
  clonesAlone,
  eligible,
  eventOf,
  isMeant,
  narrowRusage,
  W,
  type WaitCall,
  type WaitEvent,
  waitidBytes,
} from './wait.ts';
import { P_PID, parseWait } from './wait-call.ts';
import { comesBefore, rankOf } from './wait-order.ts';

const MAKE: Served = { do: 'make' };
const SLEEP: Served = { do: 'sleep' };
const returns = (value: number | bigint): Served => ({ do: 'return', value });

const OPTIONS_ARG = { wait4: 2, waitid: 3 } as const;

/** `sleptOn`: what is no news would not have woken it (do_wait looks again only as it is woken). */
export function enterWait(ptrace: Ptrace, tracer: Task, sleptOn: boolean): Served {
  ptrace.linking.buryAdopted(tracer);
  const links = ptrace.links.linksOf(tracer);
  const children = ptrace.news.childrenOf(tracer);
  if (links.length === 0 && !children.hasGraves && !sleptOn) return MAKE;
  const call = parseWait(ptrace.kernel, tracer);
  if (call === undefined) return MAKE;
  const seen = links.filter((link) => eligible(call, link, ptrace.kernel));
  const event = find(ptrace, call, seen, !sleptOn);
  const tried = tryForGrave(ptrace, call, event);
  if (tried !== undefined) return tried;
  if (seen.length === 0 && sleptOn && !hasNews(ptrace, call)) return sleep(ptrace, call);
  if (seen.length === 0) {
    if (isInVain(ptrace, call)) return returns(-ERRNO.ECHILD);
    return (call.options & W.WNOHANG) !== 0 ? tryWith(ptrace, call, optionsOf(call)) : MAKE; // what it tells is news no more
  }
  if (event === null ? hasNews(ptrace, call) : hasEarlier(ptrace, call, event.link)) {
    return tryForReal(ptrace, call, event);
  }
  if (event !== null) return commit(ptrace, call, event);
  return (call.options & W.WNOHANG) !== 0 ? nothing(call) : sleep(ptrace, call);
}

/**
 * wait_consider_task, of a wait for no deaths that sees no tracee: whether there is nobody at all. A child that is dead is nobody to
 * wait for, and the real kernel knows of no tracer for whom its being dead would be the end of it.
 */
function isInVain({ kernel, links }: Ptrace, { tracer, whom, options }: WaitCall): boolean {
  if ((options & W.WEXITED) !== 0) return false;
  const own = (link: Link): boolean => kernel.sameGroup(link.tracer, tracer);
  return kernel
    .childrenOf(tracer)
    .filter(({ tid, pgid }) => isMeant(whom, tid, () => pgid))
    .every(({ tid, isDead }) => {
      const task = kernel.findTask(tid as Tid);
      if (task === undefined) return isDead;
      // A leader that its tracers know to be dead may not be so just yet: nobody wakes a wait when it is.
      if (!isDead && links.traced.get(task)?.leaderDied !== true) return false;
      const onIt = links.on(task);
      const goesOn = kernel.threadsOf(task).length > 0 || links.hasDead(task); // a leader with threads
      return onIt.some(own) || (onIt.length === 0 && !goesOn);
    });
}

/**
 * R14: the tracer's own children by birth, then the others, the last attached first (ptrace_link adds at the head). Of many
 * tracees few have something to tell, so it is those that are put in order.
 */
function find(ptrace: Ptrace, call: WaitCall, links: readonly Link[], continues = true): WaitEvent | null {
  const asksContinued = (call.options & W.WCONTINUED) !== 0 && continues;
  let found: WaitEvent | null = null;
  let place = 0;
  for (const link of links) {
    const event = eventOf(link, call.options) ?? (asksContinued ? continuedOf(ptrace, link) : null);
    if (event === null) continue;
    const rank = rankOf(ptrace, call, link);
    if (found !== null && rank >= place) continue;
    found = event;
    place = rank;
  }
  return found;
}

function continuedOf({ kernel }: Ptrace, link: Link): WaitEvent | null {
  if (link.death !== null || !kernel.takeContinued(link.traced.task, true)) return null;
  return { link, status: 0xffff, death: false, continued: true };
}

/**
 * Whether a real child may have something for a wait that sees tracees, or saw some; `before`: one for which this is true. Who waits for
 * one process, which it traces, waits for nobody that we have not seen.
 */
function hasNews(
  { news }: Ptrace,
  call: WaitCall,
  before: (parent: Task | null, birth: number) => boolean = () => true,
): boolean {
  const one = call.whom.type === 'pid';
  return news
    .childrenOf(call.tracer)
    .hasNews(call, (parent, birth) => !(one && parent === null) && before(parent, birth));
}

/** Whether a child that comes before a link has news. */
function hasEarlier(ptrace: Ptrace, call: WaitCall, link: Link): boolean {
  const comesFirst = comesBefore(ptrace, call, link);
  if (!hasNews(ptrace, call, comesFirst)) return false;
  const children = ptrace.news.childrenOf(call.tracer);
  children.keepOnly(new Set(ptrace.kernel.childrenOf(call.tracer).map(({ tid }) => tid)));
  return hasNews(ptrace, call, comesFirst);
}

function sleep(ptrace: Ptrace, call: WaitCall): Served {
  ptrace.news.sleepers.set(call.tracer, call);
  return SLEEP;
}

/** R10: the stop of a child that it traces is not to be taken, it is there for the parent when it has detached. */
const stopsAskedFor = (ptrace: Ptrace, call: WaitCall): number => (hidesStops(ptrace, call) ? 0 : W.WSTOPPED);

const canBeTried = ({ options }: WaitCall, stops: number): boolean =>
  (options & (W.WEXITED | W.WCONTINUED | stops)) !== 0;

/** Real children may have something to say: the real call, which must not sleep. */
function tryForReal(ptrace: Ptrace, call: WaitCall, event: WaitEvent | null): Served {
  const stops = stopsAskedFor(ptrace, call);
  if (!canBeTried(call, stops)) {
    if (event !== null) return commit(ptrace, call, event);
    return (call.options & W.WNOHANG) !== 0 ? nothing(call) : sleep(ptrace, call);
  }
  return tryWith(ptrace, call, (optionsOf(call) | W.WNOHANG) & ~(W.WSTOPPED ^ stops));
}

/** As the caller gave them. */
const optionsOf = ({ tracer, name }: WaitCall): number => tracer.syscall.argInt(OPTIONS_ARG[name]) >>> 0;

/** With these options; and then it is looked at. */
function tryWith(ptrace: Ptrace, call: WaitCall, options: number): Served {
  ptrace.news.tries.set(call.tracer, { call, since: ptrace.news.childrenOf(call.tracer).now });
  return { do: 'try', args: [{ arg: OPTIONS_ARG[call.name], value: BigInt(options >>> 0) }] };
}

/**
 * eligible_child: a tracee is waited for whatever signal its end sends. One that is the tracer's own child is the real
 * kernel's to tell, and for that kernel nobody traces it any more: such a wait asks for it by name.
 */
function tryForGrave(ptrace: Ptrace, call: WaitCall, event: WaitEvent | null): Served | undefined {
  if (!clonesAlone(call)) return undefined;
  const children = ptrace.news.childrenOf(call.tracer);
  const grave = children.graveFor(call);
  if (grave === undefined || (event !== null && event.link.serial > grave.serial)) return undefined;
  ptrace.news.tries.set(call.tracer, { call, since: children.now, grave });
  const arg = OPTIONS_ARG[call.name];
  const given = call.tracer.syscall.argInt(arg) >>> 0;
  const args: { arg: number; value: bigint }[] = [{ arg, value: BigInt((given | W.WNOHANG | W.WALL) >>> 0) }];
  if (call.whom.type !== 'pid') {
    if (call.name === 'waitid') args.push({ arg: 0, value: BigInt(P_PID) });
    args.push({ arg: call.name === 'waitid' ? 1 : 0, value: BigInt(grave.pid) });
  }
  return { do: 'try', args };
}

export function leaveWait(ptrace: Ptrace, tracer: Task, result: number): Served {
  const tried = ptrace.news.tries.get(tracer);
  ptrace.news.tries.delete(tracer);
  if (tried === undefined) return returns(result);
  const { call } = tried;
  const told = toldOf(call, result);
  const pid = told === 0 ? 0 : ptrace.kernel.pidFrom(told, tracer);
  const children = ptrace.news.childrenOf(tracer);
  if (tried.grave !== undefined) {
    if (pid === 0 || (call.options & W.WNOWAIT) === 0) children.leaveGrave(tried.grave);
    if (pid === 0) return SLEEP; // entered anew: another wait took it
  }
  const hidden = pid > 0 && hidesStop(ptrace, call, pid);
  if (pid > 0) children.told(call, pid, tried.since);
  if (hidden && (call.options & W.WNOWAIT) === 0) return SLEEP; // entered anew: that is taken, there may be others
  if (hidden || (told === 0 && (result === 0 || result === -ERRNO.ECHILD))) {
    children.nothingFor(call, tried.since);
    const links = ptrace.links.linksOf(tracer).filter((link) => eligible(call, link, ptrace.kernel));
    if (links.length === 0 && (call.options & W.WNOHANG) !== 0) return returns(result);
    const event = find(ptrace, call, links);
    if (event !== null) return commit(ptrace, call, event);
    return (call.options & W.WNOHANG) !== 0 ? nothing(call) : SLEEP; // entered anew
  }
  return returns(result);
}

/** Only children that it traces itself have stopped, as far as is known. */
function hidesStops(ptrace: Ptrace, call: WaitCall): boolean {
  if ((call.options & W.WSTOPPED) === 0) return false;
  const own = ptrace.links.linksOf(call.tracer).filter(({ traced, ranOut }) => traced.inJobStop || ranOut);
  const tids = new Set<number>(own.map(({ traced }) => traced.task.tid));
  return own.length > 0 && !ptrace.news.childrenOf(call.tracer).hasStops(call, tids);
}

/** Whom the real wait has told of, in the caller's numbers; 0: nobody. */
function toldOf(call: WaitCall, result: number): number {
  if (result !== 0 || call.name === 'wait4' || call.siginfoAt === 0n) return Math.max(result, 0);
  const pid = readFrom(call.tracer, call.siginfoAt + (call.narrow ? 12n : 16n), 4);
  return new DataView(pid.buffer, pid.byteOffset).getInt32(0, true);
}

/** R10: a parent that traces its child is not told of its group stop as a parent. */
function hidesStop(ptrace: Ptrace, call: WaitCall, pid: number): boolean {
  if (!ptrace.links.linksOf(call.tracer).some((link) => (link.traced.task.tid as number) === pid)) return false;
  const word = (at: bigint): number => {
    const bytes = readFrom(call.tracer, at, 4);
    return new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true);
  };
  if (call.siginfoAt !== 0n) return word(call.siginfoAt + 8n) === CLD.CLD_STOPPED;
  return call.statusAt !== 0n && isStopped(word(call.statusAt));
}

/** A sleeper's second look. */
export function pollWait(ptrace: Ptrace, tracer: Task): Served {
  const call = ptrace.news.sleepers.get(tracer);
  if (call === undefined) return SLEEP;
  const links = ptrace.links.linksOf(tracer).filter((link) => eligible(call, link, ptrace.kernel));
  const woken = ptrace.news.wokenByContinue.has(call) || find(ptrace, call, links, false) !== null;
  const event = find(ptrace, call, links, woken);
  // Nobody to wait for any more: that is said before the SIGCHLD of that death interrupts it.
  if (links.length === 0 && call.whom.type === 'pid') return MAKE;
  if (links.length === 0 && isInVain(ptrace, call)) {
    ptrace.news.sleepers.delete(tracer);
    return returns(-ERRNO.ECHILD);
  }
  // A real child's SIGCHLD may be here before we are: natively the wait has its answer by then, and is not interrupted.
  if (event === null) {
    return hasNews(ptrace, call) && canBeTried(call, stopsAskedFor(ptrace, call)) ? MAKE : SLEEP;
  }
  if (hasEarlier(ptrace, call, event.link)) return MAKE; // R14
  ptrace.news.sleepers.delete(tracer);
  return commit(ptrace, call, event);
}

/** WNOHANG, and nobody has anything to tell. */
function nothing(call: WaitCall): Served {
  return returns(
    answering(() => {
      if (call.siginfoAt !== 0n) writeTo(call.tracer, call.siginfoAt, waitidBytes(null, call.narrow));
      return 0;
    }),
  );
}

/** Tells the caller, and takes the event. */
function commit(ptrace: Ptrace, call: WaitCall, event: WaitEvent): Served {
  const { kernel } = ptrace;
  const { link, status, death } = event;
  const { task } = link.traced;
  const { tracer } = call;
  const pid = kernel.tidFor(task, tracer);
  const info = call.siginfoAt === 0n ? null : childInfo(event, kernel, tracer);
  const usage = call.rusageAt === 0n ? null : kernel.rusage(task);
  if ((call.options & W.WNOWAIT) === 0) {
    if (death) ptrace.linking.unlink(link);
    else if (event.continued) kernel.takeContinued(task, false);
    else link.stop!.waited = true;
  }
  return returns(
    answering(() => {
      if (call.statusAt !== 0n) {
        const bytes = new Uint8Array(4);
        new DataView(bytes.buffer).setInt32(0, status, true);
        writeTo(tracer, call.statusAt, bytes);
      }
      if (call.siginfoAt !== 0n) writeTo(tracer, call.siginfoAt, waitidBytes(info, call.narrow));
      if (usage !== null) writeTo(tracer, call.rusageAt, call.narrow ? narrowRusage(usage) : usage);
      return call.name === 'wait4' ? pid : 0;
    }),
  );
}
