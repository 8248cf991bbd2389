/**
 * The simulated kernel as a whole: its tasks, its clock, what the core asks of it (tracehook/hooks.ts), and the one operation that
 * a scheduler has: `step`, which runs one task to its next state. It is given the hooks; it knows nobody who traces.
 */

import type { Siginfo } from '../abi/siginfo.ts';
import { assert } from '../base/assert.ts';
import type { Tid } from '../base/brand.ts';
import type { Kernel, Step, TraceHooks } from '../tracehook/hooks.ts';
import type { PtraceHooks } from '../tracehook/ptrace.ts';
import type { DequeuedSignal } from '../tracehook/signal.ts';
import { ExitState, type Task } from '../tracehook/task.ts';
import { CONSOLE, type Footprint, groupKey } from './footprint.ts';
import type { Start } from './frames.ts';
import { dequeueForHooks } from './get-signal.ts';
import { Jobctl } from './jobctl.ts';
import type { Log } from './log.ts';
import type { Process } from './process.ts';
import { returnToUser } from './return-to-user.ts';
import { Held } from './run-state.ts';
import { signalWakeUp } from './send-signal.ts';
import { Clock } from './sleep.ts';
import type { SimTask } from './task.ts';
import { Terminal } from './terminal.ts';

const sim = (task: Task): SimTask => task as SimTask;
const UTF8 = new TextDecoder();

export class SimKernel implements Kernel {
  readonly hasSingleStep = true;
  readonly hasBlockStep = true;
  hooks!: TraceHooks;
  /** Null: nobody serves ptrace. */
  ptrace: PtraceHooks | null = null;

  /** By tid, and in the order of birth: the dead that are not reaped included. */
  readonly tasks = new Map<number, SimTask>();
  readonly processes = new Map<number, Process>();
  init: SimTask | null = null;
  /** Requests of ptrace are made in parts, with windows between them (request.ts). */
  splitsRequests = false;
  readonly clock = new Clock();
  /** The console: it controls no session until one asks for it. */
  readonly terminal = new Terminal();
  /** What was written to it. */
  readonly output: { readonly tid: number; readonly text: string }[] = [];
  /** What execve finds, by path. */
  readonly programs = new Map<string, Start>();
  /** Threads that sleep in a read of a signalfd. */
  readonly signalReaders = new Set<SimTask>();
  /** How many steps were made, and how many system calls. */
  steps = 0;
  calls = 0;
  log: Log | null = null;
  /** Which processes the step at hand has to do with: for whoever asks what steps may change places. */
  footprint: Footprint | null = null;
  private lastTid = 0;
  private births = 0;
  /** The task whose step it is. */
  current: SimTask | null = null;

  get logging(): boolean {
    return this.log !== null;
  }

  note(task: SimTask, text: string): void {
    this.log?.add(this, task, text);
  }

  /** The same for what a diagram shows, too. */
  changed(task: SimTask, text: string): void {
    if (this.log !== null) this.note(task, text);
  }

  /** The step at hand reads or changes this task's process. */
  touch(task: SimTask): void {
    if (task !== this.init) this.footprint?.change(task.process.tgid); // init never runs
  }

  /** It makes or removes a tid. */
  touchTid(tid: number): void {
    this.footprint?.change(tid);
  }

  /** It joins or leaves a process group: the order of those matters only to who looks at the group. */
  touchGroup(pgid: number): void {
    this.footprint?.use(groupKey(pgid));
  }

  /** The task with this tid, for a call that names it. */
  lookUp(tid: number): SimTask | undefined {
    this.footprint?.use(tid); // who is not there has no process to touch
    const task = this.tasks.get(tid);
    if (task !== undefined) this.touch(task);
    return task;
  }

  print(task: SimTask, bytes: Uint8Array): void {
    this.footprint?.change(CONSOLE);
    const text = UTF8.decode(bytes);
    this.output.push({ tid: task.tid, text });
    this.log?.printed(this, task, text);
  }

  // --- tasks ---

  /** So many tids are given out already. */
  skipTids(count: number): void {
    this.lastTid += count;
  }

  nextTid(): Tid {
    return ++this.lastTid as Tid;
  }

  nextSerial(): number {
    return this.births++;
  }

  add(task: SimTask): void {
    const { process } = task;
    this.touchTid(task.tid);
    this.touchGroup(process.pgid);
    this.tasks.set(task.tid, task);
    process.threads.push(task);
    process.live++;
    process.quick++;
    if (process.threads.length === 1) {
      process.leader = task;
      this.processes.set(process.tgid, process);
    }
    task.trace = this.hooks.initTask(task);
  }

  /** It was reaped. */
  forget(task: SimTask): void {
    this.touchTid(task.tid);
    this.touchGroup(task.process.pgid);
    this.tasks.delete(task.tid);
    if (task.isLeader) this.processes.delete(task.process.tgid);
  }

  /** Whoever execs takes the tid of its leader (de_thread). */
  rename(task: SimTask, tid: Tid): void {
    this.touchTid(task.tid);
    this.touchTid(tid);
    this.tasks.delete(task.tid);
    task.tid = tid;
    this.tasks.set(tid, task);
  }

  groupMembers(pgid: number): Process[] {
    const members: Process[] = [];
    this.footprint?.change(groupKey(pgid));
    for (const process of this.processes.values()) {
      if (process.pgid !== pgid) continue;
      members.push(process);
      this.touch(process.leader);
    }
    return members;
  }

  // --- running ---

  /** Who may be chosen, in the order of birth. */
  ready(): SimTask[] {
    const ready: SimTask[] = [];
    for (const task of this.tasks.values()) if (task.ready) ready.push(task);
    return ready;
  }

  /** One step of one task: nothing else happens meanwhile. */
  step(task: SimTask): void {
    assert(task.ready, 'only who is ready can be chosen');
    this.steps++;
    this.current = task;
    task.woken = false;
    this.touch(task);
    const before = task.run;
    const next = before.execute(this, task);
    task.run = next;
    if (!task.ready) task.switches++;
    if (this.log !== null && next !== before) this.log.moved(this, task, before.name, next.name);
    this.current = null;
  }

  /** wake_up: a sleeper looks again. Whoever is in another state is not disturbed (R58). */
  wakeUp(task: SimTask, why: string): void {
    this.touch(task);
    if (task.ready || !task.alive) return;
    task.ready = true;
    task.woken = true;
    this.log?.woken(this, task, why);
  }

  /** signal_wake_up_state: ends a sleep that a signal may end. */
  interruptSleep(task: SimTask, fatal: boolean): void {
    this.touch(task);
    const { sleeps } = task.run;
    if (sleeps === 'interruptible' || (fatal && sleeps === 'killable')) this.wakeUp(task, 'a signal');
  }

  /** A fatal wake-up: whatever the task is stopped in is over (R50). It goes on only to die. */
  breakStop(task: SimTask): void {
    if ((task.jobctl & Jobctl.PTRACE_FROZEN) !== 0) return; // the thaw looks again (R54)
    const wasStopped = task.isStopping;
    this.clearTrapping(task);
    const { run } = task;
    const held = task.isHeld && run instanceof Held ? run : null;
    task.jobctl &= ~(Jobctl.STOPPED | Jobctl.TRACED | Jobctl.LISTENING | Jobctl.TRAP_NOTIFY);
    if (held === null && !wasStopped) return;
    task.jobHeld = false;
    task.jobReporting = false;
    if (this.ptrace?.killed(task) !== true) task.taken = null;
    this.hooks.killed(task);
    task.run = held?.broken === undefined ? returnToUser : { name: 'broken off', execute: held.broken };
    this.wakeUp(task, 'SIGKILL');
  }

  /** task_clear_jobctl_trapping: it is in its trap, or will never be. */
  clearTrapping(task: SimTask): void {
    const { arrival } = task;
    task.jobctl &= ~Jobctl.TRAPPING;
    task.arrival = null;
    if (arrival !== null) this.wakeUp(arrival.tracer, 'its tracee is in the trap');
  }

  /** ptrace_unfreeze_traced: a request is over. */
  thaw(task: SimTask): void {
    this.touch(task);
    if (--task.requests > 0) return;
    task.jobctl &= ~Jobctl.PTRACE_FROZEN;
    if (task.fatalPending) this.breakStop(task);
    if (task.continued) this.wakeUp(task, 'the request is over');
  }

  /** SIGCONT was generated for a process. `ends`: that is over of which its parent hears, a group stop or the way into one. */
  continuedBy(process: Process, ends: boolean): void {
    const { parent, leader } = process;
    if (ends && parent !== null) this.ptrace?.childChanged(parent, leader, 'continued');
  }

  // --- Kernel: what the core asks for ---

  findTask(tid: Tid): SimTask | undefined {
    const task = this.tasks.get(tid);
    return task === undefined || task.exitState === ExitState.DEAD ? undefined : task;
  }

  /** set_notify_resume: a task that runs looks at `trace.report` on its way; a sleep is not disturbed. */
  notifyResume(task: Task): void {
    this.touch(sim(task));
  }

  interrupt(task: Task): void {
    this.touch(sim(task));
    signalWakeUp(this, sim(task), false);
  }

  wake(task: Task): void {
    const t = sim(task);
    this.touch(t);
    t.jobHeld = false;
    if (t.isHeld || t.isStopped || t.continued || t.jobReporting) this.wakeUp(t, 'nobody holds it any more');
  }

  holdJobStop(task: Task): boolean {
    const t = sim(task);
    if (!t.isStopped || t.ready) return false;
    this.touch(t);
    t.jobHeld = true;
    return true;
  }

  setStep(task: Task, step: Step): void {
    sim(task).step = step;
  }

  isKilled(task: Task): boolean {
    const t = sim(task);
    return t.fatalPending || t.killed;
  }

  switches(task: Task): number {
    return sim(task).switches;
  }

  eventsChanged(task: Task): void {
    if (this.footprint !== null) this.touch(sim(task));
  }

  dequeueSignal(task: Task): DequeuedSignal | null {
    return dequeueForHooks(sim(task));
  }

  requeueSignal(task: Task, info: Siginfo): void {
    sim(task).pending.unshift(info);
    sim(task).sigpending = true;
  }
}
