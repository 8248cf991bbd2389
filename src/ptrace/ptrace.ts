/**
 * ptrace(2) as a whole: who traces whom, the calls as they come from a kernel, and what the kernel tells. The requests are
 * requests.ts, attaching attach.ts, waiting serve-wait.ts; the stops themselves reports.ts and signals.ts.
 */

import { defaultAction, SIG } from '../abi/signals.ts';
import { syscallName, syscallNumber } from '../abi/syscalls.ts';
import { Outcome } from '../tracehook/hooks.ts';
import type { ProcFile, PtraceHooks, PtraceKernel, Served } from '../tracehook/ptrace.ts';
import { SyscallSet } from '../tracehook/syscall-set.ts';
import { ExitState, type Task } from '../tracehook/task.ts';
import { Attach, attachTask, control, Engine, type EngineOps, Hold, Resume, type UtraceCore } from '../utrace/index.ts';
import { answering } from './caller.ts';
import { Link } from './link.ts';
import { LinkTable } from './link-table.ts';
import { describeCall, describeServed, describeStop } from './log.ts';
import type { Space } from './memory.ts';
import { News } from './news.ts';
import { procFile } from './proc-files.ts';
import { birthEvent, exitEvent, makeOps } from './reports.ts';
import { serveRequest, stopAtHand } from './requests.ts';
import { enterWait, leaveWait, pollWait } from './serve-wait.ts';
import { Spaces } from './spaces.ts';
import { type PtraceStop, trapStop } from './stop.ts';
import { type PtraceContext, type Report, Traced } from './traced.ts';
import { writeDebug } from './user-area.ts';

/** The calls that a kernel brings here. */
export const SERVED_CALLS = SyscallSet.of({
  'x86-64': ['ptrace', 'wait4', 'waitid'].map((name) => syscallNumber('x86-64', name)!),
  i386: ['ptrace', 'waitpid', 'wait4', 'waitid'].map((name) => syscallNumber('i386', name)!),
});

export interface PtraceOptions {
  /** A second tracer gets EPERM, as on Linux alone. */
  readonly exclusive?: boolean;
  /** Gets a line for each call served, and each stop shown: to see who did what. */
  readonly log?: (line: string) => void;
}

export class Ptrace implements PtraceHooks, PtraceContext {
  readonly kernel: PtraceKernel;
  readonly core: UtraceCore;
  readonly exclusive: boolean;
  private readonly log: ((line: string) => void) | undefined;
  readonly links: LinkTable;
  readonly news: News;
  private readonly spaces: Spaces;
  /** Tasks that an event of ours holds, outside the core's reports. */
  private readonly held = new Set<Task>();
  private readonly ops: EngineOps<Traced>;
  private serial = 0;

  constructor(core: UtraceCore, kernel: PtraceKernel, options: PtraceOptions = {}) {
    this.core = core;
    this.kernel = kernel;
    this.exclusive = options.exclusive ?? false;
    this.log = options.log;
    this.links = new LinkTable(kernel);
    this.news = new News(kernel, this.links);
    this.spaces = new Spaces({
      kernel,
      linksOn: (task) => this.links.on(task),
      linksBy: (tracer) => this.links.by(tracer),
    });
    this.ops = makeOps({
      kernel,
      linkChild: (parent, child) => this.linkChild(parent, child),
      copySpace: (parent, child) => this.spaces.copy(parent, child),
      hasFreeThread: ({ task }) =>
        kernel.threadsOf(task).some((thread) => thread.exitState === ExitState.ALIVE && !this.isTraced(thread)),
      signalOver: ({ links }) => {
        for (const link of links) {
          if (!link.owesContinued) continue;
          if (link.continuedLate) link.continuedLate = false;
          else this.news.tellContinuedTo(link);
        }
      },
      died: (traced, status) => this.died(traced, status),
      reaped: (traced) => this.reaped(traced),
    });
  }

  // --- links ---

  /** Makes a link; undefined: the task can take no engine (it is dead). */
  link(task: Task, tracer: Task, seized: boolean, options: number): Link | undefined {
    let traced = this.links.traced.get(task);
    if (traced === undefined) {
      traced = new Traced(task, this.kernel, this);
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
    const writes = traced.debug.forget(link);
    if (!dead && link.stop !== null) writeDebug(traced, writes);
    link.stop = null;
    link.death = null;
    if (dead) {
      this.reapIfTaken(traced);
      return;
    }
    traced.updateEvents();
    traced.settle();
    // A mere parent now, to whom the stop is news.
    if ((traced.inJobStop || link.ranOut) && this.links.isNatural(link))
      this.news.childChanged(this.kernel.parentOf(traced.task) ?? tracer, traced.task);
    // __ptrace_unlink: back into the group stop that lasts, however it came to be out of it.
    const alone = traced.links.length === 0;
    const goesBack = alone ? !traced.inJobStop : link.ranOut && !traced.links.some((other) => other.ranOut);
    if (goesBack && !dies) this.kernel.rejoinGroupStop(traced.task);
    if (alone) this.drop(traced);
  }

  /** R41, complete_signal: what a tracer gives it at a call as it leaves is sent, and ends its process at once. */
  private diesOf({ traced, stop, signo }: Link): boolean {
    const { kernel } = this;
    const { task } = traced;
    if (signo === 0 || (stop?.kind !== 'entry' && stop?.kind !== 'exit')) return false;
    if (defaultAction(signo) !== 'term' || kernel.disposition(task, signo) !== 'default') return false;
    const leader = this.links.leaderOf(task);
    return (task === leader || this.links.on(leader).length === 0) && !kernel.blocks(task, signo);
  }

  /** The last tracer is gone: so is the engine. */
  private drop(traced: Traced): void {
    const { task, engine } = traced;
    if (this.links.traced.get(task) === traced) this.links.traced.delete(task);
    traced.engine = null;
    if (engine !== null) control(task, engine, Resume.DETACH);
  }

  private reapIfTaken(traced: Traced, told = false): void {
    if (traced.links.some((link) => link.death !== null)) return;
    this.kernel.reap(traced.task, told);
  }

  spaceOf(task: Task): Space {
    return this.spaces.of(task);
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
      this.news.tellDeath(link, traced.task.ownStatus ?? status);
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

  private bury(link: Link): void {
    link.death = 0;
    this.links.remove(link);
    this.spaces.leave(link);
    this.news.wakeFor(link); // what they wait for is the real kernel's to tell now
  }

  private reaped(traced: Traced): void {
    const { traced: table } = this.links;
    if (table.get(traced.task) === traced && !traced.links.some((link) => link.death !== null)) {
      table.delete(traced.task);
    }
    traced.engine = null;
  }

  // --- PtraceContext ---

  stopped(link: Link, stop: PtraceStop): void {
    this.log?.(`${link.traced.task.tid} ${describeStop(stop)} for ${link.tracer.tid}`);
    this.news.stopped(link, stop);
  }

  continued(traced: Traced): void {
    this.news.continued(traced);
  }

  tellContinued(traced: Traced): void {
    this.news.tellContinued(traced);
  }

  trapOver(traced: Traced): void {
    this.news.trapOver(traced);
    this.kernel.trapOver?.(traced.task);
  }

  leaderCounts({ traced, tracer }: Link): boolean {
    const { kernel } = this;
    if (kernel.isLeader(traced.task)) return true;
    const leader = this.links.leaderOf(traced.task);
    const traces = (links: readonly Link[], who: Task): boolean =>
      links.some((link) => kernel.sameGroup(link.tracer, who));
    const onLeader = this.links.on(leader);
    if (leader === undefined || traces(onLeader, tracer)) return true;
    return onLeader.some((link) => !traces(traced.links, link.tracer));
  }

  // --- PtraceHooks ---

  enter(task: Task): Served {
    const served = this.serve(task);
    this.log?.(`${task.tid} ${describeCall(task)} ${describeServed(served)}`);
    return served;
  }

  private serve(task: Task): Served {
    const { abi, nr } = task.syscall;
    this.news.sleepers.delete(task);
    switch (syscallName(abi, nr)) {
      case 'ptrace':
        return { do: 'return', value: answering(() => serveRequest(this, task)) };
      case 'wait4':
      case 'waitpid':
      case 'waitid':
        return enterWait(this, task);
      default:
        return { do: 'make' };
    }
  }

  stopAtHand(caller: Task): Task | null {
    return stopAtHand(this, caller);
  }

  leave(task: Task, result: number): Served {
    return leaveWait(this, task, result);
  }

  poll(task: Task): Served {
    const served = pollWait(this, task);
    this.log?.(`${task.tid} … ${describeCall(task)} ${describeServed(served)}`);
    return served;
  }

  exitEvent(task: Task, status: number): Outcome {
    const traced = this.links.traced.get(task);
    if (traced?.inJobStop) traced.broken(); // a listener dies without a resume
    if (traced === undefined || !traced.links.some((link) => link.has('TRACEEXIT'))) return Outcome.GO;
    return this.holdFor(traced, exitEvent(traced, status));
  }

  birthEvent(task: Task): Outcome {
    const traced = this.links.traced.get(task);
    if (traced === undefined || traced.births.length === 0) return Outcome.GO;
    return this.holdFor(traced, birthEvent(traced));
  }

  /** A report that is none of the core's. */
  private holdFor(traced: Traced, report: Report): Outcome {
    const { task } = traced;
    const answer = traced.run(report);
    if (!(answer instanceof Hold)) return Outcome.GO;
    this.held.add(task);
    answer.settle = () => {
      this.held.delete(task);
      this.kernel.wake(task);
    };
    return Outcome.HELD;
  }

  eventHeld(task: Task): boolean {
    return this.held.has(task);
  }

  continuedOutside(task: Task): void {
    this.news.continuedOutside(task);
  }

  tellsContinued(task: Task): void {
    this.news.tellsContinued(task);
  }

  keepsStopped(task: Task): boolean {
    return this.links.on(task).some((link) => link.isStopped);
  }

  stopCutShort(task: Task): void {
    this.news.stopCutShort(task);
  }

  childChanged(parent: Task, child: Task): void {
    this.news.childChanged(parent, child);
  }

  notified(task: Task): void {
    const traced = this.links.traced.get(task);
    if (traced === undefined) return;
    for (const link of traced.links) {
      link.dropStops(); // R33
      if (link.seized) link.notify = true;
    }
    traced.summon();
  }

  retrapped(task: Task, signo: number): void {
    const traced = this.links.traced.get(task);
    if (traced === undefined) return;
    for (const link of traced.links) {
      if (signo !== 0) link.ranOut = true; // of the group stop that this is: nothing but its tracer keeps it in it
      if (link.listening) traced.show(link, trapStop(signo || SIG.SIGTRAP, traced.who(link)));
      else if (link.seized) link.notify = true;
    }
  }

  stopsAnew(task: Task): void {
    this.links.traced.get(task)?.stopAnew();
  }

  leaderDied(task: Task, status: number): void {
    const traced = this.links.traced.get(task);
    if (traced === undefined) return;
    traced.leaderDied = true;
    for (const link of traced.links) {
      this.news.tellDeath(link, status);
      this.news.wakeFor(link); // who waits for stops only has nobody to wait for any more
    }
  }

  vanished(task: Task): void {
    const traced = this.links.traced.get(task);
    if (traced === undefined) return;
    traced.broken();
    this.held.delete(task);
    for (const link of [...traced.links]) this.bury(link);
    this.links.traced.delete(task);
  }

  isTraced(task: Task): boolean {
    return (this.links.traced.get(task)?.links.length ?? 0) > 0;
  }

  isSeized(task: Task): boolean {
    return this.isTraced(task) && this.links.on(task).every(({ seized }) => seized);
  }

  killed(task: Task): boolean {
    this.held.delete(task);
    const traced = this.links.traced.get(task);
    const shown = traced?.links.some(({ stop }) => stop?.kind === 'signal' && !stop.waited) === true;
    traced?.broken();
    return shown;
  }

  keepsZombie(task: Task): boolean {
    const links = this.links.on(task);
    return links.some((link) => !this.links.isNatural(link));
  }

  procFile(reader: Task, path: string): ProcFile | null {
    const file = procFile(this, reader, path);
    if (file !== null) this.log?.(`${reader.tid} opens ${path}`);
    return file;
  }

  memoryRead(reader: Task, task: Task, address: bigint, bytes: Uint8Array): void {
    this.spaces.of(task).read(this.spaces.eyes(reader, task), address, bytes);
  }

  memoryWrite(writer: Task, task: Task, address: bigint, bytes: Uint8Array, before: Uint8Array): Uint8Array | number {
    const eyes = this.spaces.eyes(writer, task);
    const real = this.spaces.of(task).write(this.kernel, task, eyes, address, bytes, before);
    const how = typeof real === 'number' ? ': refused' : '';
    this.log?.(`${writer.tid} writes ${bytes.length} bytes at 0x${address.toString(16)} of ${task.tid}${how}`);
    return real;
  }

  /** R51, R57. */
  tracerGone(task: Task): void {
    this.news.sleepers.delete(task);
    this.news.tries.delete(task);
    for (const link of [...this.links.by(task)]) {
      if (link.over) continue;
      if (link.has('EXITKILL') && link.death === null) this.kernel.kill(link.traced.task);
      const { stop } = link;
      link.signo = 0;
      if (stop !== null && !stop.waited) {
        if (stop.kind === 'signal') link.signo = stop.code;
        else if (stop.code === SIG.SIGTRAP && (stop.kind === 'entry' || stop.kind === 'exit')) link.signo = SIG.SIGTRAP;
      }
      this.unlink(link);
    }
    this.links.tracers.delete(task);
  }
}
