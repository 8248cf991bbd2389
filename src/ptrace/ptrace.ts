/**
 * ptrace(2) as a whole: who traces whom, the calls as they come from a kernel, and what the kernel tells. The requests are
 * requests.ts, attaching attach.ts, waiting serve-wait.ts; the stops themselves reports.ts and signals.ts.
 */

import type { Siginfo } from '../abi/siginfo.ts';
import { CLD, SIG } from '../abi/signals.ts';
import { syscallName, syscallNumber } from '../abi/syscalls.ts';
import { Outcome } from '../tracehook/hooks.ts';
import type { ProcFile, PtraceHooks, PtraceKernel, Served } from '../tracehook/ptrace.ts';
import { SyscallSet } from '../tracehook/syscall-set.ts';
import { ExitState, type Task } from '../tracehook/task.ts';
import { Attach, attachTask, control, Engine, type EngineOps, Hold, Resume, type UtraceCore } from '../utrace/index.ts';
import { answering } from './caller.ts';
import { Children } from './children.ts';
import { Link } from './link.ts';
import { describeCall, describeServed, describeStop } from './log.ts';
import type { Space } from './memory.ts';
import { procFile } from './proc-files.ts';
import { birthEvent, exitEvent, makeOps } from './reports.ts';
import { serveRequest, stopAtHand } from './requests.ts';
import { enterWait, leaveWait, pollWait } from './serve-wait.ts';
import { Spaces } from './spaces.ts';
import { type PtraceStop, trapStop } from './stop.ts';
import { type PtraceContext, type Report, Traced } from './traced.ts';
import { writeDebug } from './user-area.ts';
import { childInfo, eligible, eventOf, W, type WaitCall } from './wait.ts';

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
  /** Who is traced. */
  readonly traced = new Map<Task, Traced>();
  /** What each thread traces, in the order of attaching; the dead that it has not waited for included. */
  readonly tracers = new Map<Task, Link[]>();
  /** Whose wait sleeps here. */
  readonly sleepers = new Map<Task, WaitCall>();
  /** Waits that are being tried for real, and since when (see Children). */
  readonly tries = new Map<Task, { readonly call: WaitCall; readonly since: number }>();
  /** By process. */
  private readonly children = new WeakMap<object, Children>();
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
    this.spaces = new Spaces({
      kernel,
      linksOn: (task) => this.traced.get(task)?.links ?? [],
      linksBy: (tracer) => this.tracers.get(tracer) ?? [],
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
          else this.tellContinuedTo(link);
        }
      },
      died: (traced, status) => this.died(traced, status),
      reaped: (traced) => this.reaped(traced),
    });
  }

  // --- links ---

  /** The link of a tracer on a task. */
  linkOf(task: Task, tracer: Task): Link | undefined {
    return this.traced.get(task)?.links.find((link) => link.tracer === tracer);
  }

  /** The links of all threads of a tracer's process, in the order in which wait looks at them. */
  linksOf(tracer: Task): Link[] {
    const found: Link[] = [];
    for (const [other, links] of this.tracers) {
      if (other === tracer || this.kernel.sameGroup(other, tracer)) found.push(...links);
    }
    return found;
  }

  /** Makes a link; undefined: the task can take no engine (it is dead). */
  link(task: Task, tracer: Task, seized: boolean, options: number): Link | undefined {
    let traced = this.traced.get(task);
    if (traced === undefined) {
      traced = new Traced(task, this.kernel, this);
      const engine = attachTask(this.core, task, Attach.CREATE, this.ops, traced);
      if (!(engine instanceof Engine)) return undefined;
      traced.engine = engine as Engine;
      traced.inJobStop = this.kernel.jobStop(task) !== 0;
      this.traced.set(task, traced);
    }
    const link = new Link(traced, tracer, seized, options, this.serial++);
    link.inJobStop = this.kernel.jobStop(task) !== 0;
    traced.links.push(link);
    const links = this.tracers.get(tracer);
    if (links === undefined) this.tracers.set(tracer, [link]);
    else links.push(link);
    this.kernel.becameTracer(tracer, task);
    traced.updateEvents();
    return link;
  }

  private linkChild(parent: Link, child: Task): void {
    const link = this.link(child, parent.tracer, parent.seized, parent.options);
    if (link === undefined) return;
    link.traced.debug = parent.traced.debug.copy((owner) => this.linkOf(child, owner.tracer));
    if (parent.seized) link.trapStop = true;
    else link.owed.push({ signo: SIG.SIGSTOP, errno: 0, code: 0, pid: 0, uid: 0 });
    link.traced.summon();
  }

  /** Takes a link away. The task goes on, if nobody else holds it; a group stop stays (R29). */
  unlink(link: Link): void {
    if (link.over) return;
    link.over = true;
    const { traced, tracer } = link;
    if (link.listening) traced.retrap();
    const links = this.tracers.get(tracer);
    if (links !== undefined) {
      links.splice(links.indexOf(link), 1);
      if (links.length === 0) this.tracers.delete(tracer);
    }
    traced.links.splice(traced.links.indexOf(link), 1);
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
    if ((traced.inJobStop || link.ranOut) && this.isNatural(link)) this.childChanged(tracer, traced.task);
    if (link.ranOut && !traced.links.some((other) => other.ranOut)) this.kernel.rejoinGroupStop(traced.task);
    if (traced.links.length === 0) this.drop(traced);
  }

  /** The last tracer is gone: so is the engine. */
  private drop(traced: Traced): void {
    const { task, engine } = traced;
    if (this.traced.get(task) === traced) this.traced.delete(task);
    traced.engine = null;
    if (engine !== null) control(task, engine, Resume.DETACH);
  }

  private reapIfTaken(traced: Traced): void {
    if (traced.links.some((link) => link.death !== null)) return;
    this.kernel.reap(traced.task);
  }

  spaceOf(task: Task): Space {
    return this.spaces.of(task);
  }

  // --- what becomes waitable ---

  stopped(link: Link, stop: PtraceStop): void {
    this.log?.(`${link.traced.task.tid} ${describeStop(stop)} for ${link.tracer.tid}`);
    if (link.owesContinued && !link.continuedLate) this.tellContinuedTo(link);
    const event = { link, status: (stop.code << 8) | 0x7f, death: false };
    const info = (): Siginfo => ({
      ...childInfo(event, this.kernel, link.tracer),
      code: stop.why,
      status: stop.why === CLD.CLD_STOPPED && !stop.group ? 0 : stop.code & 0x7f, // signal->group_exit_code
    });
    this.kernel.sendChildSignal(link.tracer, info, true);
    this.wakeWaiters(link);
  }

  /** Whoever sleeps in a wait that may see this link. */
  private wakeWaiters(link: Link): void {
    for (const [task, call] of this.sleepers) {
      if (eligible(call, link, this.kernel) && eventOf(link, call.options) !== null) this.kernel.wakeSleeper(task);
    }
  }

  /** Whether a wait has something to find now: for checks. A sleeper has not, or its wake-up was lost. */
  hasEvent(call: WaitCall): boolean {
    return this.linksOf(call.tracer).some(
      (link) => eligible(call, link, this.kernel) && eventOf(link, call.options) !== null,
    );
  }

  /** R11: a process was continued, as everybody who waits for that may see. */
  continued(traced: Traced): void {
    for (const link of traced.links) {
      for (const [task, call] of this.sleepers) {
        if ((call.options & W.WCONTINUED) !== 0 && eligible(call, link, this.kernel)) this.kernel.wakeSleeper(task);
      }
    }
  }

  tellContinued(traced: Traced): void {
    const leader = this.leaderOf(traced.task);
    for (const link of (leader && this.traced.get(leader))?.links ?? []) this.tellContinuedTo(link);
  }

  private tellContinuedTo(link: Link): void {
    const { kernel } = this;
    link.owesContinued = false;
    if (this.isNatural(link)) return; // the real kernel tells it
    const event = { link, status: 0xffff, death: false, continued: true };
    kernel.sendChildSignal(link.tracer, () => childInfo(event, kernel, link.tracer), true);
  }

  private died(traced: Traced, status: number): void {
    const { kernel } = this;
    for (const link of [...traced.links]) {
      link.stop = null;
      link.listening = false;
      // R12, pitfall 28: to a parent that traces its child there is one death, and the real kernel tells it.
      if (this.isNatural(link) || kernel.ignoresChildren(link.tracer)) {
        this.bury(link);
        continue;
      }
      link.death = status;
      this.tellDeath(link, status);
      this.wakeAll(link.tracer); // also for who waits for stops only, which do not come any more
    }
    this.reapIfTaken(traced);
  }

  private tellDeath(link: Link, status: number): void {
    const { kernel } = this;
    kernel.sendChildSignal(link.tracer, () => childInfo({ link, status, death: true }, kernel, link.tracer), false);
  }

  private bury(link: Link): void {
    link.death = 0;
    const { tracer, traced } = link;
    link.over = true;
    const links = this.tracers.get(tracer);
    links?.splice(links.indexOf(link), 1);
    if (links?.length === 0) this.tracers.delete(tracer);
    traced.links.splice(traced.links.indexOf(link), 1);
    this.spaces.leave(link);
    this.wakeAll(tracer); // what they wait for is the real kernel's to tell now
  }

  /** Whether the tracer is the real parent's process, and will be told by the real kernel. */
  private isNatural(link: Link): boolean {
    const { task } = link.traced;
    if (!this.kernel.isLeader(task)) return false;
    const parent = this.kernel.parentOf(task);
    return parent !== null && this.kernel.sameGroup(parent, link.tracer);
  }

  private reaped(traced: Traced): void {
    if (this.traced.get(traced.task) === traced && !traced.links.some((link) => link.death !== null)) {
      this.traced.delete(traced.task);
    }
    traced.engine = null;
  }

  leaderCounts({ traced, tracer }: Link): boolean {
    const { kernel } = this;
    const leader = this.leaderOf(traced.task);
    const traces = (links: readonly Link[], who: Task): boolean =>
      links.some((link) => kernel.sameGroup(link.tracer, who));
    const onLeader = (leader && this.traced.get(leader))?.links ?? [];
    if (leader === undefined || traces(onLeader, tracer)) return true;
    return onLeader.some((link) => !traces(traced.links, link.tracer));
  }

  private leaderOf(task: Task): Task | undefined {
    return this.kernel.threadsOf(task).find((thread) => this.kernel.isLeader(thread));
  }

  private wakeAll(tracer: Task): void {
    for (const task of this.sleepers.keys()) if (this.kernel.sameGroup(task, tracer)) this.kernel.wakeSleeper(task);
  }

  // --- real children ---

  childChanged(parent: Task, child: Task): void {
    // R10: what it traces itself, it is told as a tracer.
    const own = this.traced.get(child)?.links.some((link) => this.kernel.sameGroup(link.tracer, parent)) ?? false;
    if (!own || child.exitState !== ExitState.ALIVE)
      this.childrenOf(parent).changed(child, this.kernel.siblingOrder(child));
    this.wakeAll(parent);
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

  // --- PtraceHooks ---

  enter(task: Task): Served {
    const served = this.serve(task);
    this.log?.(`${task.tid} ${describeCall(task)} ${describeServed(served)}`);
    return served;
  }

  private serve(task: Task): Served {
    const { abi, nr } = task.syscall;
    this.sleepers.delete(task);
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
    const traced = this.traced.get(task);
    if (traced?.inJobStop) traced.broken(); // a listener dies without a resume
    if (traced === undefined || !traced.links.some((link) => link.has('TRACEEXIT'))) return Outcome.GO;
    return this.holdFor(traced, exitEvent(traced, status));
  }

  birthEvent(task: Task): Outcome {
    const traced = this.traced.get(task);
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
    const { kernel } = this;
    const leader = this.leaderOf(task);
    const traced = this.traced.get(task) ?? (leader && this.traced.get(leader));
    if (traced === undefined) return;
    this.continued(traced);
    const stops = task === leader && kernel.hasPending(task, SIG.SIGCONT) && !kernel.blocks(task, SIG.SIGCONT);
    if (!stops) this.tellContinued(traced);
    else for (const link of traced.links) link.owesContinued = true;
  }

  notified(task: Task): void {
    const traced = this.traced.get(task);
    if (traced === undefined) return;
    for (const link of traced.links) if (link.seized) link.notify = true;
    traced.summon();
  }

  retrapped(task: Task, signo: number): void {
    const traced = this.traced.get(task);
    if (traced === undefined) return;
    for (const link of traced.links) {
      if (link.listening) traced.show(link, trapStop(signo || SIG.SIGTRAP, traced.who(link)));
      else if (link.seized) link.notify = true;
    }
  }

  leaderDied(task: Task, status: number): void {
    for (const link of this.traced.get(task)?.links ?? []) this.tellDeath(link, status);
  }

  vanished(task: Task): void {
    const traced = this.traced.get(task);
    if (traced === undefined) return;
    traced.broken();
    this.held.delete(task);
    for (const link of [...traced.links]) this.bury(link);
    this.traced.delete(task);
  }

  isTraced(task: Task): boolean {
    return (this.traced.get(task)?.links.length ?? 0) > 0;
  }

  killed(task: Task): void {
    this.held.delete(task);
    this.traced.get(task)?.broken();
  }

  keepsZombie(task: Task): boolean {
    const links = this.traced.get(task)?.links ?? [];
    return links.some((link) => !this.isNatural(link));
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
    this.sleepers.delete(task);
    this.tries.delete(task);
    for (const link of [...(this.tracers.get(task) ?? [])]) {
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
    this.tracers.delete(task);
  }
}
