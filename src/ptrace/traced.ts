/**
 * A task under ptrace: its tracers, and the report that is being shown to them. One utrace engine serves them all. A report
 * is a generator: each `yield` waits until no tracer holds the task. While it waits, the engine's callback has not answered
 * (Hold), so that engines after it see what the tracers decided.
 */

import { SIG } from '../abi/signals.ts';
import { assert } from '../base/assert.ts';
import { Event } from '../tracehook/events.ts';
import { Step } from '../tracehook/hooks.ts';
import type { PtraceKernel } from '../tracehook/ptrace.ts';
import { ExitState, type Task } from '../tracehook/task.ts';
import { control, type Engine, Hold, Resume, type ResumeAction, setEvents } from '../utrace/index.ts';
import { DebugRegisters } from './debug-registers.ts';
import type { Link } from './link.ts';
import type { Space } from './memory.ts';
import { groupStop, type PtraceStop, signalStop, trapStop } from './stop.ts';

export type Report = Generator<undefined, number, undefined>;

const ALWAYS =
  Event.QUIESCE |
  Event.CLONE |
  Event.EXEC |
  Event.SIGNAL |
  Event.SIGNAL_IGN |
  Event.SIGNAL_STOP |
  Event.SIGNAL_TERM |
  Event.SIGNAL_CORE |
  Event.JCTL |
  Event.DEATH |
  Event.REAP;

/** What a traced task needs of ptrace as a whole. */
export interface PtraceContext {
  /** Whether the leader of the process is traced, for this link: not only by others who trace the task beside it. */
  leaderCounts(link: Link): boolean;
  /** A stop began: its tracer's waits, and its SIGCHLD. */
  stopped(link: Link, stop: PtraceStop): void;
  /** What tracers did to a task's address space. */
  spaceOf(task: Task): Space;
  /** The task's process was continued. */
  continued(traced: Traced): void;
  /** That is to be told to those who trace the process's leader, as to its parent. */
  tellContinued(traced: Traced): void;
  /** A trap of its own is over. */
  trapOver(traced: Traced): void;
}

export class Traced {
  readonly task: Task;
  readonly links: Link[] = [];
  engine: Engine | null = null;
  readonly kernel: PtraceKernel;
  /** The debug registers, shared out. */
  debug = new DebugRegisters<Link>();
  private readonly listener: PtraceContext;
  private report: Report | null = null;
  private hold: Hold | null = null;
  /** Some tracer had resumed it with a step before this report. */
  private stepped = false;
  /** Its callback is on the stack: the report goes on when that returns. */
  private driving = false;
  /** A tracer set the signal mask while the task was stopped. */
  maskSet = false;
  /** Births that are to be shown. */
  readonly births: { readonly link: Link; readonly event: number; readonly child: bigint }[] = [];
  /** A leader that is dead, while threads of it go on. */
  leaderDied = false;
  /** It sits in a group stop for real: nothing of ours holds it. */
  inJobStop = false;

  constructor(task: Task, kernel: PtraceKernel, listener: PtraceContext) {
    this.task = task;
    this.kernel = kernel;
    this.listener = listener;
  }

  get space(): Space {
    return this.listener.spaceOf(this.task);
  }

  /** Whether a report waits for tracers. */
  get reporting(): boolean {
    return this.report !== null;
  }

  /** Whether some tracer holds the task. A listener does, too: its task does not run. */
  get held(): boolean {
    return this.links.some((link) => link.stop !== null);
  }

  /** Whether some tracer has its seccomp filters rest. */
  get seccompRests(): boolean {
    return this.links.some((link) => link.has('SUSPEND_SECCOMP'));
  }

  /** The step that the tracers want, together. */
  get action(): ResumeAction {
    if (this.links.some((link) => link.mode === 'step' || link.mode === 'sysemu-step')) return Resume.SINGLESTEP;
    return this.links.some((link) => link.mode === 'block') ? Resume.BLOCKSTEP : Resume.RESUME;
  }

  /** Whether a trap is owed to some tracer that the stop which the task is about to join will not be. */
  private get owesNow(): boolean {
    return this.links.some((link) => link.owes) && !this.kernel.joinsStop(this.task);
  }

  /** Which events the tracers want, together. */
  updateEvents(): void {
    if (this.engine === null || this.task.exitState !== ExitState.ALIVE) return;
    let events: number = ALWAYS;
    for (const link of this.links) {
      if (link.wantsCalls) events |= Event.SYSCALL_ENTRY | Event.SYSCALL_EXIT;
      if (link.has('TRACESECCOMP')) events |= Event.SECCOMP;
      if (link.has('TRACEVFORKDONE')) events |= Event.VFORK_DONE;
    }
    setEvents(this.task, this.engine, events);
  }

  /** Makes a report: the answer, or a Hold that gives it when the tracers have let the task go. */
  run(report: Report): number | Hold {
    assert(this.report === null, 'one report at a time');
    this.report = report;
    this.stepped = this.action !== Resume.RESUME;
    const answer = this.drive(true);
    if (answer !== undefined) return answer;
    this.hold = new Hold();
    return this.hold;
  }

  /**
   * Goes on with the report as far as the tracers let it. The answer, when it is over. It begins in any case: a listener is to
   * hear at once that its group goes on.
   */
  private drive(begins = false): number | undefined {
    this.driving = true;
    try {
      for (let first = begins; this.report !== null && (first || !this.held); first = false) {
        const next = this.report.next();
        if (next.done) {
          this.report = null;
          this.takeStep(this.stepped);
          if (this.engine !== null && this.owesNow) control(this.task, this.engine, Resume.INTERRUPT);
          return next.value;
        }
      }
      return undefined;
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ESRCH') throw error;
      this.report = null; // killed under our hand (R50): there is no stop any more
      return Resume.RESUME;
    } finally {
      this.driving = false;
    }
  }

  /** Not every report's answer says whether to step: the tracers' word when they let go is the last. */
  private takeStep(stepped: boolean): void {
    const { action } = this;
    if (!stepped && action === Resume.RESUME) return; // what others want is not ours to undo
    const step = action === Resume.SINGLESTEP ? Step.SINGLE : action === Resume.BLOCKSTEP ? Step.BLOCK : Step.NONE;
    this.kernel.setStep(this.task, step);
  }

  /** A tracer let go, or left: what follows when nobody holds the task any more. */
  settle(): void {
    if (this.driving) return;
    if (this.inJobStop) {
      this.settleJobStop();
      return;
    }
    if (this.held) return;
    if (this.report !== null) {
      const answer = this.drive();
      if (answer === undefined) return;
      const { hold } = this;
      this.hold = null;
      hold?.release(answer);
    }
  }

  /**
   * In a group stop a listener does not hold the task: it is content with whatever the group does. So the task runs out of the
   * stop (R35) when somebody let it go and nobody else is looking at it.
   */
  private settleJobStop(): void {
    if (this.links.length === 0) this.takeStep(true); // ptrace_disable: none outlives its tracer
    if (this.links.some((link) => link.isStopped) || !this.links.some((link) => link.stop === null)) return;
    for (const link of this.links) {
      if (link.stop === null) link.ranOut = true;
      link.stop = null;
      link.listening = false;
    }
    this.inJobStop = false;
    this.takeStep(true);
    if (this.engine !== null && this.links.some((link) => link.owes)) control(this.task, this.engine, Resume.INTERRUPT);
    this.kernel.leaveJobStop(this.task);
  }

  /**
   * A listener is content with its group's stop, of which the task has run out: where another has let it go on, it does. False: it is
   * the listener's to hold.
   */
  runsOutWith(listener: Link): boolean {
    if (!this.links.some((link) => link.stop === null && link.ranOut && !link.owes)) return false;
    listener.ranOut = true;
    listener.stop = null;
    listener.listening = false;
    this.settle();
    return true;
  }

  /** Shows a stop to one tracer. */
  show(link: Link, stop: PtraceStop): void {
    link.stop = stop;
    link.inCall = stop.kind === 'entry';
    link.listening = false;
    link.signo = 0;
    if (stop.kind === 'signal') link.continues = this.kernel.continues(this.task);
    link.trapStop = false; // R24
    if (stop.code >> 8 === 128) {
      link.notify = false; // R27
      this.kernel.toldContinues?.(this.task);
    }
    if (stop.group === true) link.stopsAnew = false;
    if (stop.message !== undefined) link.message = stop.message;
    this.listener.stopped(link, stop);
  }

  /** The trap that is owed to a tracer: EVENT_STOP, which tells the state of the group (R5). */
  trapFor(link: Link): PtraceStop {
    const signo = this.kernel.groupStop(this.task);
    if (signo !== 0 && !link.seized) return groupStop(signo);
    return trapStop(signo || SIG.SIGTRAP, this.who(link));
  }

  /** do_signal_stop, of a sibling's: a new group stop, while the task sits in the one before. Who held it is stopped by it later. */
  stopAnew(): void {
    if (!this.inJobStop) return;
    for (const link of this.links) {
      if (link.isStopped) {
        link.stopsAnew = true;
        link.notify = link.seized;
      } else this.show(link, this.trapFor(link));
    }
  }

  /** Asks for a safe point at which what is owed can be shown. */
  summon(): void {
    const { links, engine } = this;
    if (engine === null || !links.some((link) => link.owes)) return;
    if (this.inJobStop) {
      for (const link of links)
        if (link.stop === null && (link.trapStop || link.notify)) this.show(link, this.trapFor(link));
      return;
    }
    if (this.report === null) control(this.task, engine, Resume.INTERRUPT);
  }

  /** Shows a newcomer its first stop where the task is: another tracer holds it. */
  showOwed(link: Link): void {
    const info = link.owed.shift();
    if (info === undefined) return;
    link.skipsExit = true; // a signal stop is outside of calls
    this.show(link, signalStop(info));
  }

  leaderCounts(link: Link): boolean {
    return this.listener.leaderCounts(link);
  }

  continued(): void {
    this.listener.continued(this);
  }

  tellContinued(): void {
    this.listener.tellContinued(this);
  }

  trapOver(): void {
    this.listener.trapOver(this);
  }

  /**
   * All who hold it listen: the kernel is to tell of its group (R26). `again`: there is news already, for which it traps once more,
   * and joins the stop of its group if that is what it is. False: somebody does not listen.
   */
  listenIfAll(again: boolean): boolean {
    if (this.report === null || this.inJobStop) return false;
    if (!this.links.every((link) => link.stop === null || link.listening)) return false;
    return this.kernel.listen(this.task, again);
  }

  /** Something is to be done with it that needs a real trap. */
  retrap(): void {
    if (this.report !== null && !this.inJobStop) this.kernel.unlisten(this.task);
  }

  /** SIGKILL broke the stop. */
  broken(): void {
    this.report = null;
    this.hold = null;
    this.inJobStop = false;
    this.births.length = 0;
    for (const link of this.links) {
      link.stop = null;
      link.listening = false;
    }
  }

  /** si_pid and si_uid of the notices a tracer gets. */
  who(link: Link): { readonly pid: number; readonly uid: number } {
    return new Who(this, link);
  }
}

/** Looked up when somebody asks, which is seldom. */
class Who {
  private readonly traced: Traced;
  private readonly link: Link;

  constructor(traced: Traced, link: Link) {
    this.traced = traced;
    this.link = link;
  }

  get pid(): number {
    return this.traced.kernel.tidFor(this.traced.task, this.link.tracer);
  }

  get uid(): number {
    return this.traced.kernel.uidOf(this.traced.task);
  }
}
