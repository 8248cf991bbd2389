/**
 * The terminal, shared with tracers that were started beside the command. Each is a background job in a process group of its
 * own, so that Ctrl-C, which is for the command, does not end a strace. One that asks for the terminal (a debugger with a
 * prompt) is stopped by the kernel, as any background job: then it gets the terminal, and keeps it while it lives.
 */

import { openSync } from 'node:fs';
import { getRuntime, type Session, SIG } from '../session/index.ts';
import { inForeground, isJob, placeOf } from './job.ts';

/** After we are continued: what is reported as stopped so soon had stopped with us. */
const WAKING_MS = 100;

const ASKS: ReadonlySet<number> = new Set([SIG.SIGTTIN, SIG.SIGTTOU]);

export class Foreground {
  private readonly tty: number;
  private readonly own: number;
  private readonly groups = new Set<number>();
  /** Who has the terminal; null: our own group. */
  private holder: number | null = null;
  /** `stopped`: with the whole job; `waking`: continued, but what is reported may be of the past. */
  private phase: 'running' | 'stopped' | 'waking' = 'running';
  private timer: NodeJS.Timeout | undefined;
  /** Who asked while another had it. */
  private readonly queue: number[] = [];

  /** Undefined: there is no terminal. */
  static ofTerminal(): Foreground | undefined {
    const place = placeOf(process.pid);
    if (place === undefined || place.tty === 0) return undefined;
    try {
      return new Foreground(openSync('/dev/tty', 'r+'), place.pgrp);
    } catch {
      return undefined;
    }
  }

  private constructor(tty: number, own: number) {
    this.tty = tty;
    this.own = own;
    getRuntime().host.observers.add({
      onJobControl: (group, type) => {
        if (type === 'stopped') this.stopped(placeOf(group.tgid)?.pgrp ?? 0, group.stopSigno);
      },
    });
    process.on('SIGCONT', () => this.continued());
  }

  /** A tracer has the terminal: the command, if it asks, must wait. */
  get isTaken(): boolean {
    return this.holder !== null;
  }

  /** A tracer in a process group of its own. */
  add(tracer: Session): void {
    const group = tracer.pid;
    this.groups.add(group);
    void tracer.finished
      .catch(() => {})
      .then(() => {
        this.groups.delete(group);
        const waiting = this.queue.indexOf(group);
        if (waiting >= 0) this.queue.splice(waiting, 1);
        if (this.holder === group) this.passOn();
      });
  }

  private stopped(group: number, signo: number): void {
    if (!this.groups.has(group)) return;
    if (!ASKS.has(signo)) {
      if (this.holder !== group) return;
      if (this.phase === 'waking') signal(group, 'SIGCONT');
      else if (this.phase === 'running' && isJob()) this.stopAll();
      return;
    }
    if (this.holder !== null && this.holder !== group) {
      if (!this.queue.includes(group)) this.queue.push(group);
      return;
    }
    // Given already: this stop is that of another process of the group, which our SIGCONT has ended. One more would undo a Ctrl-Z.
    if (this.holder === null || !this.hasTerminal(group)) this.give(group);
  }

  private hasTerminal(group: number): boolean {
    return placeOf(process.pid)?.foreground === group;
  }

  private give(group: number): void {
    this.holder = group;
    // From the background we may not: the shell is told that this job wants the terminal.
    if (inForeground() || this.hasTerminal(group)) this.setForeground(group);
    else if (isJob()) process.kill(process.pid, 'SIGSTOP');
  }

  private setForeground(group: number): void {
    getRuntime().host.native.setForeground(this.tty, group);
    signal(group, 'SIGCONT');
  }

  /** The one that had it is gone. */
  private passOn(): void {
    const next = this.queue.shift();
    const { foreground } = placeOf(process.pid) ?? {};
    const ours =
      foreground === this.holder || foreground === this.own || foreground === undefined || isEmpty(foreground);
    this.holder = null;
    if (!ours) return;
    getRuntime().host.native.setForeground(this.tty, this.own);
    if (next !== undefined) this.give(next);
    else signal(this.own, 'SIGCONT'); // the command may have asked meanwhile
  }

  /** Ctrl-Z to the one that has the terminal is meant for the whole job. */
  private stopAll(): void {
    this.phase = 'stopped';
    clearTimeout(this.timer);
    getRuntime().host.native.setForeground(this.tty, this.own);
    process.kill(process.pid, 'SIGSTOP');
  }

  private continued(): void {
    if (this.holder === null) return;
    this.phase = 'waking';
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.phase = 'running';
    }, WAKING_MS).unref();
    if (inForeground()) this.setForeground(this.holder);
    else signal(this.holder, 'SIGCONT');
  }
}

function signal(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name);
  } catch {
    // all are gone
  }
}

/** No process is left in the group. */
function isEmpty(group: number): boolean {
  try {
    process.kill(-group, 0);
    return false;
  } catch {
    return true;
  }
}
