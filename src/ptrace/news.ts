/**
 * What there is to wait for, and who is told: the waits that sleep, the SIGCHLDs of stops and deaths (do_notify_parent_cldstop,
 * do_notify_parent), and what real children may have to say. A wait call itself is serve-wait.ts.
 */

import type { Siginfo } from '../abi/siginfo.ts';
import { CLD, SIG } from '../abi/signals.ts';
import type { JobControl } from '../tracehook/hooks.ts';
import type { PtraceKernel } from '../tracehook/ptrace.ts';
import { ExitState, type Task } from '../tracehook/task.ts';
import { Children, type Grave } from './children.ts';
import type { Link } from './link.ts';
import type { LinkTable } from './link-table.ts';
import type { PtraceStop } from './stop.ts';
import type { Traced } from './traced.ts';
import { childInfo, eligible, eventOf, isMeant, W, type WaitCall } from './wait.ts';

/** What a wait asks for, of what became of a child. */
const KIND = { stopped: W.WSTOPPED, continued: W.WCONTINUED, dead: W.WEXITED } as const;

export class News {
  /** Whose wait sleeps here. */
  readonly sleepers = new Map<Task, WaitCall>();
  /** Those of them that were woken for a SIGCONT: others do not look for one, though it may be there. */
  readonly wokenByContinue = new WeakSet<WaitCall>();
  /** Waits that are being tried for real, and since when (see Children). */
  readonly tries = new Map<Task, { readonly call: WaitCall; readonly since: number; readonly grave?: Grave }>();
  /** Processes whose stop was cut short, and all of whose threads are held. */
  private readonly cutShort = new WeakSet<object>();
  /** By process. */
  private readonly children = new WeakMap<object, Children>();
  private readonly kernel: PtraceKernel;
  private readonly links: LinkTable;

  constructor(kernel: PtraceKernel, links: LinkTable) {
    this.kernel = kernel;
    this.links = links;
  }

  stopped(link: Link, stop: PtraceStop): void {
    // That it was continued is told as the task looks for signals: not at a stop in a call.
    if (stop.kind !== 'signal' && stop.kind !== 'trap') link.continuedLate = false;
    else this.hasLooked(link, stop.kind);
    link.maybeLate = false;
    const event = { link, status: (stop.code << 8) | 0x7f, death: false };
    const info = (): Siginfo => ({
      ...childInfo(event, this.kernel, link.tracer),
      code: stop.why,
      status: stop.why === CLD.CLD_STOPPED && !stop.group ? 0 : stop.code & 0x7f, // signal->group_exit_code
    });
    if (stop.group !== true || !this.wasTold(link)) this.kernel.sendChildSignal(link.tracer, info, true);
    this.wakeWaiters(link);
  }

  /** A stop that comes of a look for signals: what that tells comes before it. */
  private hasLooked(link: Link, kind: 'signal' | 'trap'): void {
    const { kernel } = this;
    const { traced } = link;
    const { task } = traced;
    if (!traced.links.some((other) => other !== link && other.isStopped)) this.goesOn(traced);
    if (link.continuedLate) return;
    if (!kernel.isLeader(task)) this.tellOwed(task, link.tracer);
    else if (link.owesContinued) {
      this.tellContinuedTo(link);
      if (kind === 'signal') kernel.trapOver?.(task); // and the parent
    }
  }

  /** A tracer that is its tracee's parent is told of its group stop once: the real kernel, to whom it is no tracer, has told it (R10). */
  private wasTold({ tracer, traced: { task } }: Link): boolean {
    const { kernel } = this;
    return kernel.isLeader(task) && kernel.toldParent?.(task) === true && kernel.parentOf(task) === tracer;
  }

  /** Whoever sleeps in a wait that may see this link. */
  private wakeWaiters(link: Link): void {
    for (const [task, call] of this.sleepers) {
      if (eligible(call, link, this.kernel) && eventOf(link, call.options) !== null) this.kernel.wakeSleeper(task);
    }
  }

  /** Whether a wait has something to find now: for checks. A sleeper has not, or its wake-up was lost. */
  hasEvent(call: WaitCall): boolean {
    return this.links
      .linksOf(call.tracer)
      .some((link) => eligible(call, link, this.kernel) && eventOf(link, call.options) !== null);
  }

  /** R11: a process was continued, as everybody who waits for that may see. */
  continued(traced: Traced): void {
    // The SIGCONT stops it at once: by the time that anybody has woken there is that to take, which comes before.
    if (this.kernel.threadsOf(traced.task).length === 1 && this.stopsNext(traced.task)) return;
    for (const link of traced.links) {
      for (const [task, call] of this.sleepers) {
        if ((call.options & W.WCONTINUED) === 0 || !eligible(call, link, this.kernel)) continue;
        this.wokenByContinue.add(call);
        this.kernel.wakeSleeper(task);
      }
    }
  }

  tellContinued(traced: Traced): void {
    const leader = this.links.leaderOf(traced.task);
    for (const link of this.links.on(leader)) this.tellContinuedTo(link);
  }

  /** The tracers of a leader are to be told that it was continued, later. */
  owe(task: Task): void {
    for (const link of this.links.on(this.links.leaderOf(task))) link.owesContinued = true;
  }

  /** What was put off for it the tracers of a leader, or one of them, are told by any thread that looks for signals. */
  tellOwed(task: Task, only?: Task): void {
    for (const link of this.links.on(this.links.leaderOf(task))) {
      const isMeant = only === undefined || this.kernel.sameGroup(link.tracer, only);
      if (isMeant && link.owesContinued) this.tellContinuedTo(link);
    }
  }

  tellContinuedTo(link: Link): void {
    const { kernel } = this;
    link.owesContinued = false;
    if (this.links.isNatural(link)) return; // the real kernel tells it
    const event = { link, status: 0xffff, death: false, continued: true };
    kernel.sendChildSignal(link.tracer, () => childInfo(event, kernel, link.tracer), true);
  }

  tellDeath(link: Link, status: number): void {
    const { kernel } = this;
    kernel.sendChildSignal(link.tracer, () => childInfo({ link, status, death: true }, kernel, link.tracer), false);
  }

  /** A process was continued, and nobody of ours was in its way. */
  continuedOutside(task: Task): void {
    const traced = this.links.traced.get(task) ?? this.links.tracedLeaderOf(task);
    if (traced === undefined) return;
    if (!this.nobodyLooks(task)) {
      this.continued(traced);
      for (const link of traced.links) link.continuedLate ||= link.maybeLate;
      const late = traced.links.some((link) => link.continuedLate);
      if (!this.stopsNext(task) && !late) {
        this.tellContinued(traced);
        return;
      }
    }
    this.owe(task);
  }

  missesContinue(task: Task): boolean {
    const links = this.links.on(task);
    return (
      links.length > 0 &&
      !links.some(({ seized, isStopped }) => seized || isStopped) &&
      this.kernel.blocks(task, SIG.SIGCONT)
    );
  }

  /** Whether a SIGCONT leaves a process that runs as it is: the first thread that looks for signals will tell of it (SIGNAL_CLD_CONTINUED). */
  private nobodyLooks(task: Task): boolean {
    const { kernel, links } = this;
    if (!this.missesContinue(task)) return false;
    return kernel
      .threadsOf(task)
      .every((thread) => thread.exitState !== ExitState.ALIVE || links.isHeld(thread) || this.missesContinue(thread));
  }

  /** A leader whom the SIGCONT itself stops: to who traces it the two are one SIGCHLD, or nearly. */
  private stopsNext(task: Task): boolean {
    const { kernel } = this;
    return kernel.isLeader(task) && kernel.hasPending(task, SIG.SIGCONT) && !kernel.blocks(task, SIG.SIGCONT);
  }

  /** The trap of a SIGCONT is over: what was put off for it is told, if the next stop is not to tell it. */
  trapOver({ task, links }: Traced): void {
    const stops = this.stopsNext(task);
    for (const link of links) {
      if (!link.owesContinued || !link.seized) continue;
      link.continuedLate = false;
      if (!stops) this.tellContinuedTo(link);
    }
  }

  /** The same, and the kernel at hand tells it when it is time. */
  tellsContinued(task: Task): void {
    const traced = this.links.tracedLeaderOf(task);
    if (traced === undefined) return;
    this.continued(traced);
    this.tellContinued(traced);
  }

  /** A group stop that was never whole is over: the first thread that looks for signals tells of that. */
  stopCutShort(task: Task): void {
    const { kernel, links } = this;
    const isThere = (thread: Task): boolean => thread.exitState === ExitState.ALIVE && !links.isHeld(thread);
    if (kernel.threadsOf(task).some(isThere)) this.tellCutShort(task);
    else this.cutShort.add(kernel.processOf(task));
  }

  /** A thread goes on from a stop, or makes one, and so has looked for signals. */
  goesOn({ task }: Traced): void {
    if (this.cutShort.delete(this.kernel.processOf(task))) this.tellCutShort(task);
  }

  /** Who traces the leader hears of it as its parent does. */
  private tellCutShort(task: Task): void {
    const { kernel } = this;
    const traced = this.links.tracedLeaderOf(task);
    if (traced === undefined) return;
    this.continued(traced); // a wait that is woken by it finds that the process goes on
    for (const link of traced.links) {
      if (this.links.isNatural(link)) continue; // the real kernel tells it
      const event = { link, status: 0, death: false };
      const info = (): Siginfo => ({ ...childInfo(event, kernel, link.tracer), code: CLD.CLD_STOPPED, status: 0 });
      kernel.sendChildSignal(link.tracer, info, true);
    }
  }

  /** The real kernel tells of this death. */
  bury({ traced: { task }, tracer, serial }: Link): void {
    const { kernel } = this;
    const grave = { pid: kernel.tidFor(task, tracer), tid: task.tid, pgid: kernel.pgidOf(task), tracer, serial };
    this.childrenOf(tracer).bury(grave);
  }

  /** child_wait_callback: a tracee is dead, or its tracer's no more. Who waits for others sleeps on. `as`: its number. */
  wakeFor({ tracer, traced }: Link, as = traced.task.tid): void {
    const { kernel } = this;
    const { task } = traced;
    for (const [sleeper, { whom }] of this.sleepers) {
      if (!kernel.sameGroup(sleeper, tracer)) continue;
      if (isMeant(whom, as, () => kernel.pgidOf(task))) kernel.wakeSleeper(sleeper);
    }
  }

  wakeAll(tracer: Task): void {
    for (const task of this.sleepers.keys()) if (this.kernel.sameGroup(task, tracer)) this.kernel.wakeSleeper(task);
  }

  childChanged(parent: Task, child: Task, what: JobControl | null): void {
    // R10: what it traces itself, it is told as a tracer, and when it would be.
    const own = this.links.on(child).some((link) => this.kernel.sameGroup(link.tracer, parent));
    if (own && what !== null) return;
    this.childrenOf(parent).changed(parent, child, this.kernel.siblingOrder(child), KIND[what ?? 'dead']);
    this.wakeAll(parent);
  }

  /**
   * forget_original_parent: what a dead process has not waited for is for who takes its children in; who that is for the dead
   * nobody knows, but it is somebody above.
   */
  orphansOf(dead: Task): void {
    const { kernel } = this;
    const children = this.children.get(kernel.processOf(dead));
    for (const { tid, kinds } of children?.alive() ?? []) {
      const child = kernel.findTask(tid);
      const heir = child === undefined ? null : kernel.parentOf(child);
      if (heir !== null) this.childrenOf(heir).changed(heir, child!, kernel.siblingOrder(child!), kinds);
    }
    if (children?.hasDead !== true) return;
    for (let up = kernel.parentOf(dead); up !== null; up = kernel.parentOf(up)) {
      this.childrenOf(up).takeIn();
      this.wakeAll(up);
    }
  }

  /** What the real children of a process may have to tell. */
  childrenOf(task: Task): Children {
    const process = this.kernel.processOf(task);
    let children = this.children.get(process);
    if (children === undefined) {
      children = new Children();
      this.children.set(process, children);
    }
    return children;
  }
}
