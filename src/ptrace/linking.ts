/** How links come and go: attaching and being born, letting go, and the deaths of those who are traced. */

import { bit } from '../abi/signal-set.ts';
import { SIG } from '../abi/signals.ts';
import type { PtraceKernel } from '../tracehook/ptrace.ts';
import { ExitState, type Task } from '../tracehook/task.ts';
import { Attach, attachTask, control, Engine, type EngineOps, Resume, type UtraceCore } from '../utrace/index.ts';
import { Link, type Owed } from './link.ts';
import type { LinkTable } from './link-table.ts';
import type { News } from './news.ts';
import { makeOps } from './reports.ts';
import { endsAsSent } from './signals.ts';
import type { Spaces } from './spaces.ts';
import { type PtraceContext, Traced } from './traced.ts';
import { writeDebug } from './user-area.ts';

/** What a {@link Linking} works on. */
export interface Linked {
  readonly core: UtraceCore;
  readonly kernel: PtraceKernel;
  readonly links: LinkTable;
  readonly news: News;
  readonly spaces: Spaces;
  /** Hears what those who are traced come to. */
  readonly context: PtraceContext;
}

export class Linking {
  private readonly core: UtraceCore;
  private readonly kernel: PtraceKernel;
  private readonly links: LinkTable;
  private readonly news: News;
  private readonly spaces: Spaces;
  private readonly context: PtraceContext;
  private readonly ops: EngineOps<Traced>;
  private serial = 0;

  constructor({ core, kernel, links, news, spaces, context }: Linked) {
    this.core = core;
    this.kernel = kernel;
    this.links = links;
    this.news = news;
    this.spaces = spaces;
    this.context = context;
    this.ops = makeOps({
      kernel,
      linkChild: (parent, child) => this.linkChild(parent, child),
      copySpace: (parent, child) => this.spaces.copy(parent, child),
      hasFreeThread: ({ task }) =>
        kernel.threadsOf(task).some((thread) => thread.exitState === ExitState.ALIVE && this.leavesStop(thread)),
      signalOver: (traced, another) => {
        this.news.goesOn(traced);
        for (const link of traced.links) {
          if (!link.owesContinued) continue;
          if (link.continuedLate) link.continuedLate = another;
          else this.news.tellContinuedTo(link);
        }
      },
      owesContinued: ({ task }) => this.news.owe(task),
      leavesStop: ({ task }) => this.news.tellOwed(task),
      died: (traced, status) => this.died(traced, status),
      reaped: (traced) => this.reaped(traced),
    });
  }

  /** SIGCONT has a thread leave its group's stop at once: nobody traces it, or who does has SEIZEd it and does not hold it, nor at the end of a call. */
  private leavesStop(thread: Task): boolean {
    return this.links.on(thread).every((link) => link.seized && !link.isStopped && !link.awaitsExit);
  }

  /** Makes a link; undefined: the task can take no engine (it is dead). */
  link(task: Task, tracer: Task, seized: boolean, options: number): Link | undefined {
    let traced = this.links.traced.get(task);
    if (traced === undefined) {
      traced = new Traced(task, this.kernel, this.context);
      const engine = attachTask(this.core, task, Attach.CREATE, this.ops, traced);
      if (!(engine instanceof Engine)) return undefined;
      traced.engine = engine as Engine;
      traced.inJobStop = this.kernel.jobStop(task) !== 0;
      this.kernel.beginsTrace?.(task);
      this.links.traced.set(task, traced);
    }
    const link = new Link(traced, tracer, seized, options, this.serial++);
    link.inJobStop = this.kernel.jobStop(task) !== 0;
    this.links.add(link);
    this.kernel.becameTracer(tracer, task);
    traced.updateEvents();
    return link;
  }

  private linkChild(parent: Link, child: Task): void {
    const link = this.link(child, parent.tracer, parent.seized, parent.options);
    if (link === undefined) return;
    link.traced.debug = parent.traced.debug.copy((owner) => this.links.linkOf(child, owner.tracer));
    if (parent.seized) link.trapStop = true;
    else link.owed.push({ signo: SIG.SIGSTOP, errno: 0, code: 0, pid: 0, uid: 0 });
    link.traced.summon();
  }

  /** Takes a link away. The task goes on, if nobody else holds it; a group stop stays (R29). */
  unlink(link: Link): void {
    if (link.over) return;
    link.over = true;
    const { traced, tracer } = link;
    const dies = this.diesOf(link);
    if (link.listening) traced.retrap();
    this.links.remove(link);
    this.spaces.leave(link);
    const dead = link.death !== null;
    if (link.stop !== null && link.has('SUSPEND_SECCOMP') && !traced.seccompRests) {
      this.kernel.suspendSeccomp(traced.task, false);
    }
    if (!dead && link.stop !== null) this.kernel.letGo(traced.task);
    const writes = traced.debug.forget(link);
    if (!dead && link.stop !== null) writeDebug(traced, writes);
    link.stop = null;
    link.death = null;
    if (dead) {
      this.reapIfTaken(traced);
      return;
    }
    const owed = this.leftPending(link);
    traced.updateEvents();
    traced.settle();
    // A mere parent now, to whom the stop is news.
    if ((traced.inJobStop || link.ranOut) && this.links.isNatural(link))
      this.news.childChanged(this.kernel.parentOf(traced.task) ?? tracer, traced.task, 'stopped');
    // __ptrace_unlink: back into the group stop that lasts, however it came to be out of it.
    const alone = traced.links.length === 0;
    this.noteFound(traced);
    const goesBack = alone ? !traced.inJobStop : link.ranOut && !traced.links.some((other) => other.ranOut);
    if (goesBack && !dies) this.kernel.rejoinGroupStop(traced.task);
    if (alone) this.drop(traced);
    for (const { behind = 0n, ...info } of owed)
      if ((behind & bit(info.signo)) === 0n) this.kernel.sendBefore(traced.task, info);
  }

  /** complete_signal: the signals that its process got while this leader was traced have ended nobody; those to come do. */
  private noteFound({ task }: Traced): void {
    const { kernel } = this;
    if (!kernel.isLeader(task)) return;
    for (const thread of kernel.threadsOf(task))
      for (const link of this.links.on(thread))
        if (link.stop === null && !this.context.leaderCounts(link)) link.found |= kernel.pendingSignals(thread);
  }

  /**
   * What is owed and was not shown yet is pending for the task, and stays (R16, R48). A SIGCONT that is pending, too, came later than
   * a SIGSTOP then, and cancelled it (R32): that is how gdb gets rid of that of its ATTACH.
   */
  private leftPending({ owed, traced }: Link): readonly Owed[] {
    const cancelled = owed.length > 0 && this.kernel.hasPending(traced.task, SIG.SIGCONT);
    return cancelled ? owed.filter(({ signo }) => signo !== SIG.SIGSTOP) : owed;
  }

  /** R41, complete_signal: what a tracer gives it at a call as it leaves is sent, and ends its process at once. */
  private diesOf({ traced, stop, signo }: Link): boolean {
    const { kernel } = this;
    const { task } = traced;
    if (signo === 0 || (stop?.kind !== 'entry' && stop?.kind !== 'exit')) return false;
    return endsAsSent(kernel, task, signo);
  }

  /** The last tracer is gone: so is the engine. */
  private drop(traced: Traced): void {
    const { task, engine } = traced;
    if (this.links.traced.get(task) === traced) this.links.traced.delete(task);
    traced.engine = null;
    this.kernel.endsTrace?.(task);
    if (engine !== null) control(task, engine, Resume.DETACH);
  }

  private reapIfTaken(traced: Traced, told = false): void {
    if (traced.links.some((link) => link.death !== null)) return;
    this.kernel.reap(traced.task, told);
  }

  private died(traced: Traced, status: number): void {
    const { kernel } = this;
    for (const link of [...traced.links]) {
      link.stop = null;
      link.listening = false;
      // R12, pitfall 28: to a parent that traces its child there is one death, and the real kernel tells it.
      const natural = this.links.isNatural(link);
      if (natural || kernel.ignoresChildren(link.tracer)) {
        if (natural) this.news.bury(link);
        this.bury(link);
        continue;
      }
      link.death = status;
      // release_task: of a leader whose last thread has just gone it is what its process ended with.
      this.news.tellDeath(link, traced.leaderDied ? status : (traced.task.ownStatus ?? status));
      this.news.wakeFor(link); // also for who waits for stops only, which do not come any more
    }
    this.reapIfTaken(traced);
  }

  /** Who was dead when its tracer became its parent, too, is a child of that which died: there is one death (R12). */
  buryAdopted(tracer: Task): void {
    for (const link of this.links.linksOf(tracer)) {
      if (link.death === null || !this.links.isNatural(link)) continue;
      this.news.bury(link);
      this.bury(link);
      this.reapIfTaken(link.traced, true);
    }
  }

  /** No wait of its tracer's has anything to take of it any more. `as`: its number as it goes. */
  bury(link: Link, as = link.traced.task.tid): void {
    link.death = 0;
    this.links.remove(link);
    this.spaces.leave(link);
    this.news.wakeFor(link, as); // what they wait for is the real kernel's to tell now
  }

  private reaped(traced: Traced): void {
    const { traced: table } = this.links;
    if (table.get(traced.task) === traced && !traced.links.some((link) => link.death !== null)) {
      table.delete(traced.task);
    }
    traced.engine = null;
  }
}
