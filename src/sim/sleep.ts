/** Waiting inside a system call (schedule() in a loop over a condition), and what ends it. */

import type { SimKernel } from './kernel.ts';
import { RESTART } from './restart.ts';
import type { RunState } from './run-state.ts';
import { completeCall } from './syscall-path.ts';
import type { SimTask } from './task.ts';

export interface Sleep {
  /** `wait4`, `pipe`: for logs. */
  readonly what: string;
  /** The result, once there is one. Looked at whenever the task is woken, before signals are (R37). */
  check(kernel: SimKernel, task: SimTask): number | null;
  /** What a signal makes of it; absent: only a fatal one ends it (TASK_KILLABLE). */
  readonly interrupted?: number;
  /** Virtual nanoseconds since the start: then it is woken. */
  readonly deadline?: number;
  /** However it ends. */
  leave?(kernel: SimKernel, task: SimTask): void;
  /** Where it goes on; absent: the call is over. */
  goesOn?(kernel: SimKernel, task: SimTask, result: number): RunState;
}

export class Sleeping implements RunState {
  readonly name: string;
  readonly sleep: Sleep;
  readonly sleeps: 'interruptible' | 'killable';

  constructor(sleep: Sleep) {
    this.name = `sleeping in ${sleep.what}`;
    this.sleep = sleep;
    this.sleeps = sleep.interrupted !== undefined ? 'interruptible' : 'killable';
  }

  execute(kernel: SimKernel, task: SimTask): RunState {
    const { sleep } = this;
    const result = sleep.check(kernel, task);
    if (result !== null) return this.finish(kernel, task, result);
    if (task.fatalPending) return this.finish(kernel, task, sleep.interrupted ?? RESTART.NOINTR);
    if (sleep.interrupted !== undefined && task.sigpending) return this.finish(kernel, task, sleep.interrupted);
    task.ready = false;
    if (sleep.deadline !== undefined) kernel.clock.wakeAt(sleep.deadline, task);
    return this;
  }

  private finish(kernel: SimKernel, task: SimTask, result: number): RunState {
    this.sleep.leave?.(kernel, task);
    return this.sleep.goesOn?.(kernel, task, result) ?? completeCall(kernel, task, result);
  }
}

/** Goes to sleep unless there is a result already. */
export const sleepOn = (kernel: SimKernel, task: SimTask, sleep: Sleep): RunState =>
  new Sleeping(sleep).execute(kernel, task);

/** A sleeper's, or something that is to be done then. */
interface Alarm {
  readonly at: number;
  readonly serial: number;
  readonly task?: SimTask;
  readonly run?: (kernel: SimKernel) => void;
}

/** Virtual time: it stands still while anything runs, and jumps to the next deadline when nothing does. */
export class Clock {
  now = 0;
  private readonly alarms: Alarm[] = [];
  private serial = 0;

  wakeAt(at: number, task: SimTask): void {
    if (this.alarms.some((alarm) => alarm.task === task && alarm.at === at)) return;
    this.add({ at, task, serial: this.serial++ });
  }

  /** A timer of the kernel's. Answers what cancels it. */
  callAt(at: number, run: (kernel: SimKernel) => void): () => void {
    const alarm = { at, run, serial: this.serial++ };
    this.add(alarm);
    return () => {
      const index = this.alarms.indexOf(alarm);
      if (index >= 0) this.alarms.splice(index, 1);
    };
  }

  private add(alarm: Alarm): void {
    this.alarms.push(alarm);
    this.alarms.sort((a, b) => a.at - b.at || a.serial - b.serial);
  }

  /** Whether somebody still sleeps until some time. */
  get next(): number | null {
    while (this.alarms.length > 0) {
      const { at, task } = this.alarms[0]!;
      if (task === undefined || (task.run instanceof Sleeping && task.run.sleep.deadline === at)) return at;
      this.alarms.shift();
    }
    return null;
  }

  /** Jumps to the next deadline and wakes all whose time has come. False: there is none, or it is after `limit`. */
  advance(kernel: SimKernel, limit = Number.POSITIVE_INFINITY): boolean {
    const at = this.next;
    if (at === null || at > limit) return false;
    this.now = Math.max(this.now, at);
    while (this.next !== null && this.next <= this.now) {
      const { task, run } = this.alarms.shift()!;
      if (task !== undefined) kernel.wakeUp(task, 'its time has come');
      run?.(kernel);
    }
    return true;
  }
}
