/**
 * ptrace(2) as a whole: the calls as they come from a kernel, and what the kernel tells. The requests are
 * requests.ts, attaching attach.ts, how links come and go linking.ts, waiting serve-wait.ts; the stops themselves reports.ts and signals.ts.
 */

import { SIG } from '../abi/signals.ts';
import { syscallName, syscallNumber } from '../abi/syscalls.ts';
import type { Tid } from '../base/brand.ts';
import { type JobControl, Outcome } from '../tracehook/hooks.ts';
import type { ProcFile, PtraceHooks, PtraceKernel, Served } from '../tracehook/ptrace.ts';
import { SyscallSet } from '../tracehook/syscall-set.ts';
import type { Task } from '../tracehook/task.ts';
import { Hold, type UtraceCore } from '../utrace/index.ts';
import { answering } from './caller.ts';
import type { Link } from './link.ts';
import { LinkTable } from './link-table.ts';
import { Linking } from './linking.ts';
import { describeCall, describeServed, describeStop } from './log.ts';
import type { Space } from './memory.ts';
import { News } from './news.ts';
import { procFile } from './proc-files.ts';
import { birthEvent, exitEvent } from './reports.ts';
import { serveRequest, stopAtHand } from './requests.ts';
import { enterWait, leaveWait, pollWait } from './serve-wait.ts';
import { Spaces } from './spaces.ts';
import { type PtraceStop, trapStop } from './stop.ts';
import type { PtraceContext, Report, Traced } from './traced.ts';

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
  readonly exclusive: boolean;
  private readonly log: ((line: string) => void) | undefined;
  readonly links: LinkTable;
  readonly news: News;
  readonly linking: Linking;
  private readonly spaces: Spaces;
  /** Tasks that an event of ours holds, outside the core's reports. */
  private readonly held = new Set<Task>();

  constructor(core: UtraceCore, kernel: PtraceKernel, options: PtraceOptions = {}) {
    this.kernel = kernel;
    this.exclusive = options.exclusive ?? false;
    this.log = options.log;
    const links = new LinkTable(kernel);
    const news = new News(kernel, links);
    const spaces = new Spaces(kernel, links);
    this.links = links;
    this.news = news;
    this.spaces = spaces;
    this.linking = new Linking({ core, kernel, links, news, spaces, context: this });
  }

  spaceOf(task: Task): Space {
    return this.spaces.of(task);
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

  enter(task: Task, sleptOn = false): Served {
    const served = this.serve(task, sleptOn);
    this.log?.(`${task.tid} ${describeCall(task)} ${describeServed(served)}`);
    return served;
  }

  private serve(task: Task, sleptOn: boolean): Served {
    const { abi, nr } = task.syscall;
    this.news.sleepers.delete(task);
    switch (syscallName(abi, nr)) {
      case 'ptrace':
        return { do: 'return', value: answering(() => serveRequest(this, task)) };
      case 'wait4':
      case 'waitpid':
      case 'waitid':
        return enterWait(this, task, sleptOn);
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
    return this.links.isHeld(task);
  }

  missesContinue(task: Task): boolean {
    return this.news.missesContinue(task);
  }

  stopCutShort(task: Task): void {
    this.news.stopCutShort(task);
  }

  childChanged(parent: Task, child: Task, what: JobControl | null): void {
    this.news.childChanged(parent, child, what);
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

  /** A listener is about to trap once more: what waits to be told of its process is told before that. */
  looksForSignals(traced: Traced): void {
    this.kernel.trapOver?.(traced.task);
    this.news.tellOwed(traced.task);
    this.news.goesOn(traced);
  }

  retrapped(task: Task, signo: number): void {
    const traced = this.links.traced.get(task);
    if (traced === undefined) return;
    if (signo === 0 && traced.links.some(({ listening }) => listening)) {
      for (const link of traced.links) link.continuedLate = false; // it was in a trap, and that is over
      this.looksForSignals(traced);
    }
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

  vanished(task: Task, as: Tid = task.tid): void {
    const traced = this.links.traced.get(task);
    if (traced === undefined) return;
    traced.broken();
    this.held.delete(task);
    for (const link of [...traced.links]) this.linking.bury(link, as);
    this.links.traced.delete(task);
  }

  isTraced(task: Task): boolean {
    return (this.links.traced.get(task)?.links.length ?? 0) > 0;
  }

  isTracedByParent(task: Task): boolean {
    return this.links.on(task).some((link) => this.links.isNatural(link));
  }

  isSeized(task: Task): boolean {
    return this.isTraced(task) && this.links.on(task).every(({ seized }) => seized);
  }

  owesTrap(task: Task): boolean {
    return this.links.on(task).some(({ owes }) => owes);
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

  isTracer(task: Task): boolean {
    return this.links.by(task).length > 0;
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
      this.linking.unlink(link);
    }
    this.links.tracers.delete(task);
  }

  processGone(leader: Task): void {
    this.news.orphansOf(leader);
  }
}
