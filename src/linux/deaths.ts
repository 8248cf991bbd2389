/** The end of tasks: exit, death and reap, and exec, which ends all threads but one (R46, R47). */

import { SIG } from '../abi/signals.ts';
import { termSignal } from '../abi/wait-status.ts';
import type { Tid } from '../base/brand.ts';
import { Event } from '../tracehook/events.ts';
import { DeathSignal, Outcome } from '../tracehook/hooks.ts';
import { ExitState } from '../tracehook/task.ts';
import { adoptNewborns, adoptOrphans } from './births.ts';
import { callOf, endsOthers } from './call-of.ts';
import type { LinuxHost } from './host.ts';
import { noteDead, orphan, parentOf } from './parents.ts';
import * as proc from './proc.ts';
import { resumeTask } from './resume.ts';
import { followEvent } from './served.ts';
import { spawnEnded } from './spawn.ts';
import { brokenStop } from './stops.ts';
import { type LinuxTask, Run, Stop } from './task.ts';
import { follow } from './way-out.ts';
import { awaitDeath, expectDeath, mayDieHeld } from './zombies.ts';

/** R46: whoever execs becomes the leader; its old tid and the old leader are gone. */
export function execed(host: LinuxHost, stopped: LinuxTask, oldTid: number): void {
  let task = stopped;
  const execer = host.tasks.get(oldTid);
  if (execer !== undefined && execer !== stopped) {
    takePlace(host, stopped, execer);
    task = execer;
    task.stop = Stop.EXEC;
  }
  if (task.goesBack > 1) staysOut(task);
  for (const other of [...task.group.threads]) {
    if (other !== task) vanish(host, other, oldTid as Tid); // its death was reported under no tid of its own
  }
  if (host.unborn.size > 0) adoptOrphans(host, task);
  if (task.spawning !== null) spawnEnded(host, task, null);
  task.group.space = { tracers: task.group.space.tracers };
  if (task.group.childSignals?.disposition === 'handler') task.group.childSignals = null;
  task.group.trapAction = 'unknown';
  task.stepLost = task.stepsPastCalls;
  const after = (): void => resumeTask(host, task);
  if ((task.trace.events & Event.EXEC) === 0) {
    after();
    return;
  }
  const path = proc.exePath(task.tid) ?? '';
  follow(task, host.hooks.exec(task, { oldTid: oldTid as Tid, path }), after);
}

/** Who has ended other threads by its exec does not go back into the stop of their group. */
function staysOut(task: LinuxTask): void {
  task.goesBack = 0;
  task.ranOut = true;
}

/** The old leader's stop is that of the thread that took its place. */
function takePlace(host: LinuxHost, old: LinuxTask, execer: LinuxTask): void {
  vanish(host, old, execer.tid);
  takeTid(host, execer, old.tid);
  execer.takePlaceOf(old);
  execer.run = Run.STOPPED;
  execer.interruptSent = false;
  execer.invalidate();
}

/**
 * At an exit event. An exec that SIGKILL overtakes is not told (R55): a leader that exits twice is the thread that took its place.
 */
export function whoExits(host: LinuxHost, task: LinuxTask): LinuxTask {
  const execer = task.exited ? [...task.group.threads].find((other) => other !== task) : undefined;
  if (execer === undefined) return task;
  takePlace(host, task, execer);
  return execer;
}

function takeTid(host: LinuxHost, task: LinuxTask, tid: Tid): void {
  host.tasks.delete(task.tid);
  task.tid = tid;
  host.tasks.set(tid, task);
  host.holds.renamed(task);
}

/**
 * A leader that is none of ours, for it was dead when we attached, tells of an exec, or of the end that overtook one: it is a
 * thread of its process from now on. Undefined: it is somebody else, a newborn.
 */
export function newLeader(host: LinuxHost, tid: number): LinuxTask | undefined {
  for (const task of host.tasks.values()) {
    if ((task.tgid as number) !== tid || task.exited) continue;
    takeTid(host, task, tid as Tid);
    return task;
  }
  return undefined;
}

/** R47: the old leader goes without a word of the kernel's. `as`: the number of the one that took its place. */
export function vanish(host: LinuxHost, task: LinuxTask, as?: Tid): void {
  if (task.run === Run.STOPPED) brokenStop(host, task);
  host.ptrace?.vanished(task, as);
  task.keeps = false;
  leaveGroup(host, task);
  endLife(host, task, DeathSignal.REAP);
  release(host, task, 0); // its process goes on: its parent hears nothing
}

export function exiting(host: LinuxHost, task: LinuxTask, status: number): void {
  task.ownStatus = status;
  task.killed = killedFromOutside(host, task, status);
  if (task.killed && CLONES.has(callOf(host, task))) adoptNewborns(host, task);
  if (host.ptrace !== null && endsGroup(host, task, status)) task.group.exitStatus ??= status;
  const isEnder = host.ptrace !== null && !task.isLeader && endsOthers(host, task); // the others have to be woken
  const exited = (): void => {
    // Linux takes the code from nobody: only what we ourselves tell of a child of ours can show the change.
    const code = host.hooks.exitCode(task);
    if ((task.trace.events & Event.EXIT) !== 0 && code !== status) task.changedStatus = code;
    leaves(host, task, status);
    resumeTask(host, task);
    if (isEnder) awaitDeath(host, task);
  };
  // R49: ptrace shows its event last, and to the killed, too.
  const after = (): void => {
    if (host.ptrace === null) {
      exited();
      return;
    }
    const outcome = host.ptrace.exitEvent(task, status);
    if (outcome === Outcome.HELD) mayDieHeld(host, task);
    followEvent(host, task, outcome, exited);
  };
  if ((task.trace.events & Event.EXIT) === 0) {
    after();
    return;
  }
  follow(task, host.hooks.exit(task, status), after);
}

/** From its exit event to its death. */
function leaves(host: LinuxHost, task: LinuxTask, status: number): void {
  leaveGroup(host, task);
  const isToldLater = task.isLeader && (!task.groupDead || hasZombies(host, task));
  if (isToldLater) host.ptrace?.leaderDied(task, status);
  if (host.unborn.size > 0) adoptOrphans(host, task);
  if (isToldLater) host.ptrace?.tracerGone(task);
  expectDeath(host, task);
}

/** SIGKILL has ended a leader that was held at its exit event, and no wait can tell of it: its process has other threads still. */
export function diedHeld(host: LinuxHost, task: LinuxTask): void {
  brokenStop(host, task);
  task.run = Run.RUNNING;
  leaves(host, task, task.ownStatus ?? 0);
}

/** Whether its whole group ends with it: by a signal, by exit_group, or since it is the last (synchronize_group_exit). */
const endsGroup = (host: LinuxHost, task: LinuxTask, status: number): boolean =>
  task.group.threads.size === 1 || termSignal(status) !== 0 || callOf(host, task) === 'exit_group';

/** Whether dead threads of its group wait for their tracers (thread_group_empty). */
const hasZombies = (host: LinuxHost, leader: LinuxTask): boolean =>
  [...leader.group.threads].some((other) => other !== leader && host.ptrace?.keepsZombie(other));

/** Is this task dying of SIGKILL, or of what another thread of its group did? Then nobody may hold it. */
function killedFromOutside(host: LinuxHost, task: LinuxTask, status: number): boolean {
  if (termSignal(status) === SIG.SIGKILL) return true;
  if (task.fatalPassed && termSignal(status) !== 0) return false;
  if (task.group.threads.size === 1) return false;
  const name = callOf(host, task);
  return name !== 'exit' && name !== 'exit_group';
}

const CLONES: ReadonlySet<string | undefined> = new Set(['clone', 'clone3', 'fork', 'vfork']);

/** signal->live: counts the task out, once. */
function leaveGroup(host: LinuxHost, task: LinuxTask): void {
  if (task.exited) return;
  task.exited = true;
  task.group.live--;
  task.groupDead = task.group.live === 0;
  if (host.ptrace !== null) orphan(host, task);
}

export function died(host: LinuxHost, task: LinuxTask, status: number): void {
  passAway(host, task, status);
  if (!task.isLeader) {
    bury(host, task, status, DeathSignal.REAP);
  } else {
    bury(host, task, status, task.groupDead ? task.group.exitSignal : DeathSignal.DELAYED_GROUP_LEADER);
  }
}

/** What is true of the dead, reaped or not. */
export function passAway(host: LinuxHost, task: LinuxTask, status: number): void {
  if (host.unborn.size > 0) adoptOrphans(host, task);
  if (task.isLeader) {
    // It is told last (R12): who is left took its place by an exec that nobody told.
    for (const other of [...task.group.threads]) if (other !== task) vanish(host, other);
  }
  if (task.spawning !== null) spawnEnded(host, task, status);
  host.unborn.delete(task.tid);
  leaveGroup(host, task);
  task.waitStatus = status;
  task.served = null;
  host.parked.delete(task);
  host.ptrace?.tracerGone(task);
  // Its leader may be told of later: a dead thread waits for its tracers.
  const leader = task.isLeader || task.group.live === 0 ? host.tasks.get(task.tgid) : undefined;
  if (leader !== undefined) host.ptrace?.processGone(leader);
}

/** Death, then reap: our wait has reaped the task, or our hold on it. */
function bury(host: LinuxHost, task: LinuxTask, status: number, parentSignal: number): void {
  endLife(host, task, parentSignal);
  releaseDead(host, task, status);
}

function endLife(host: LinuxHost, task: LinuxTask, parentSignal: number): void {
  task.run = Run.GONE;
  task.stop = Stop.NONE;
  task.exitState = ExitState.ZOMBIE;
  host.hooks.death(task, task.groupDead, parentSignal);
}

function release(host: LinuxHost, task: LinuxTask, status: number): void {
  task.exitState = ExitState.DEAD;
  host.hooks.release(task);
  host.forget(task, status);
}

/** It is reaped: its real parent, if it is one of ours, has something to wait for. */
export function releaseDead(host: LinuxHost, task: LinuxTask, status: number): void {
  release(host, task, status);
  if (!task.isLeader || host.ptrace === null) return;
  const parent = parentOf(host, task.group);
  if (parent === null) return;
  noteDead(task, parent);
  host.ptrace?.childChanged(parent, task, null);
}
