/**
 * Deaths that are not ours to take at once: a tracer that is served is told before the real parent (R12), so its tracee's
 * zombie is kept, unreaped, until every tracer took it. While one may appear the loop collects stops only, and deaths are
 * asked for one by one: a wait for anybody would reap it.
 */

import { DeathSignal } from '../tracehook/hooks.ts';
import { ExitState } from '../tracehook/task.ts';
import { died, diedHeld, passAway, releaseDead } from './deaths.ts';
import type { LinuxHost } from './host.ts';
import * as proc from './proc.ts';
import { flushResume } from './resume.ts';
import { brokenStop } from './stops.ts';
import { type LinuxTask, Run } from './task.ts';

/** From its exit event to its death; a machine with much to do takes longer. */
const DYING_US = 2000;
const status = new Uint8Array(4);
const statusWord = new Int32Array(status.buffer);

/** The task goes on from its exit event: its death is next. A tracer lets go when it is dead, and before anybody is told (exit_notify). */
export function expectDeath(host: LinuxHost, task: LinuxTask): void {
  if (host.ptrace === null) return;
  task.keeps = host.ptrace.keepsZombie(task);
  if (task.keeps || host.ptrace.isTracer(task)) addKeeper(host, task);
  if (host.keepers.size > 0) host.dying.add(task);
}

/** It is held at its exit event: SIGKILL ends it there. */
export function mayDieHeld(host: LinuxHost, task: LinuxTask): void {
  if (host.ptrace?.keepsZombie(task) === true) addKeeper(host, task);
}

function addKeeper(host: LinuxHost, task: LinuxTask): void {
  host.keepers.add(task);
  host.native.holdDeaths(1);
}

/** Its tracers are told of its death before anything that comes after it: for a moment the loop looks for nothing else. */
export function awaitDeath(host: LinuxHost, task: LinuxTask): void {
  if (!task.keeps || task.run !== Run.RUNNING) return;
  flushResume(host);
  host.native.peekDeath(task.tid, DYING_US, status);
  pollDying(host);
}

/**
 * Looks at those that are about to die. True: some have died. `all`: at all, since SIGKILL may take a task past its exit
 * event: it comes in the middle of an exit, or just before a resume that was meant for an earlier stop.
 */
export function pollDying(host: LinuxHost, all = false): boolean {
  if (host.keepers.size === 0) return false;
  let any = false;
  for (const task of host.tasks.values()) {
    // Who is held at its exit event is ended there by SIGKILL, and makes no stop any more.
    const mayDie =
      task.run === Run.RUNNING ? task.exited || all : task.run === Run.STOPPED && task.ownStatus !== undefined;
    if (!mayDie || task.exitState !== ExitState.ALIVE) continue;
    const r = host.native.peekDeath(task.tid, 0, status);
    if (r === 0) {
      if (task.run !== Run.STOPPED || !task.isLeader || proc.state(task.tid) !== 'Z') continue;
      diedHeld(host, task);
      any = true;
      continue;
    }
    any = true;
    if (task.run === Run.STOPPED) brokenStop(host, task);
    host.dying.delete(task);
    if (r < 0) {
      task.keeps = false; // somebody else's exec took it
      host.ptrace?.tracerGone(task);
      host.dropKeeper(task);
      continue;
    }
    const how = statusWord[0]!;
    if (!task.exited && host.ptrace?.keepsZombie(task)) {
      task.keeps = true;
      host.keepers.add(task);
    }
    if (task.keeps) zombie(host, task, how);
    else {
      host.ptrace?.tracerGone(task); // its children are others' now
      host.native.waitTask(task.tid, status);
      died(host, task, how);
    }
  }
  return any;
}

/** It is dead, and everybody may know, but it is not reaped. */
function zombie(host: LinuxHost, task: LinuxTask, how: number): void {
  passAway(host, task, how);
  task.run = Run.GONE;
  task.exitState = ExitState.ZOMBIE;
  task.reporting = true;
  host.hooks.death(task, task.groupDead, task.isLeader ? task.group.exitSignal : DeathSignal.REAP);
  task.reporting = false;
  // Its tracers may have gone since it began to exit.
  if (!task.keeps || !host.ptrace?.keepsZombie(task)) {
    task.keeps = false;
    reapNow(host, task);
  }
}

/** Every tracer took it: the real parent may. */
export function reapKept(host: LinuxHost, task: LinuxTask): void {
  if (!task.keeps) return;
  task.keeps = false;
  if (task.exitState === ExitState.ZOMBIE && !task.reporting) reapNow(host, task);
}

function reapNow(host: LinuxHost, task: LinuxTask): void {
  host.native.waitTask(task.tid, status);
  host.dropKeeper(task);
  releaseDead(host, task, task.waitStatus ?? 0);
}
