/**
 * Calls that are served by somebody above (ptrace, wait4, waitid of a tracer) instead of being made. The caller stands at its
 * seccomp stop. An answer takes the place of the call. To wait, it is parked there for the rest of the slice, in the hope of
 * a quick answer, and then put to sleep for real, in pause(2): so signals interrupt it as they would interrupt the call.
 */

import { PTRACE } from '../abi/ptrace.ts';
import { encodeSiginfo } from '../abi/siginfo.ts';
import { SIG } from '../abi/signals.ts';
import { syscallNumber } from '../abi/syscalls.ts';
import { Outcome } from '../tracehook/hooks.ts';
import type { Served } from '../tracehook/ptrace.ts';
import { blocksSignal, queueDirectly } from './child-signals.ts';
import { EventKind } from './event-buffer.ts';
import type { LinuxHost } from './host.ts';
import { belowStack } from './inject.ts';
import { interruptPolitely } from './interrupt.ts';
import { lingered, lingers } from './linger.ts';
import { tidFor } from './pid-namespaces.ts';
import { makeAgain, restartsCall } from './restarts.ts';
import { resumeTask, wantsExit } from './resume.ts';
import { unlessKilled } from './stops.ts';
import { type LinuxTask, Run, type ServedCall, Sleep, Stop } from './task.ts';
import { blockAll } from './temporary-mask.ts';
import { follow } from './way-out.ts';

const ERESTARTSYS = 512n;
const ERESTARTNOINTR = 513n;
const ERESTARTNOHAND = 514n;

/** At the seccomp stop of a call that is served. */
export function serve(host: LinuxHost, task: LinuxTask): void {
  const served = host.ptrace!.enter(task, task.sleep === Sleep.ON);
  task.sleep = Sleep.NONE;
  switch (served.do) {
    case 'return':
      if (!lingers(host, task, served.value)) giveBackTo(host, task, served.value);
      return;
    case 'make':
      task.waitsForReal = true;
      resumeTask(host, task);
      return;
    case 'try': {
      const given = served.args.map(({ arg, value }) => {
        const register = host.arch.argumentRegisters(task.call.abi)[arg]!;
        const before = task.registers.get(register);
        task.registers.set(register, value);
        return { register, value: before };
      });
      task.served = { nr: task.call.nr, phase: 'trying', given };
      resumeTask(host, task);
      return;
    }
    case 'sleep':
      task.served = { nr: task.call.nr, phase: 'parked' };
      host.parked.add(task);
      return;
  }
}

/** The call is over, with this result. */
function giveBackTo(host: LinuxHost, task: LinuxTask, value: number | bigint): void {
  queueDirectly(host, task);
  if (signalInstead(host, task, { nr: task.call.nr, phase: 'signalling', value: BigInt(value) })) return;
  answer(host, task, value);
  resumeTask(host, task);
}

/** Whoever lingers in its call (linger.ts) goes on. True: somebody did. */
export function endLingering(host: LinuxHost): boolean {
  const task = lingered(host);
  if (task !== null) unlessKilled(host, () => giveBackTo(host, task, 0));
  return task !== null;
}

/** The call is not made: this is its result. */
export function answer(host: LinuxHost, task: LinuxTask, value: number | bigint): void {
  task.answered = task.call.nr;
  task.registers.setTwo(host.arch.syscallNumber, -1, host.arch.syscallResult, value);
}

/** Whoever serves may have an answer for this task. */
export function pokeServed(host: LinuxHost, task: LinuxTask): void {
  const { served } = task;
  if (task.sleep === Sleep.BACK) task.sleep = Sleep.NEWS;
  if (served === null || task.run === Run.GONE) return;
  if (served.phase === 'asleep') {
    task.sleep = Sleep.NEWS;
    interruptPolitely(host, task);
  } else if (served.phase === 'parked' && task.run === Run.STOPPED) unpark(host, task);
}

/** It asks anew. */
function unpark(host: LinuxHost, task: LinuxTask): void {
  host.parked.delete(task);
  task.served = null;
  serve(host, task);
}

/** The slice is over: whoever is still parked goes to sleep. */
export function sleepParked(host: LinuxHost): void {
  for (const task of [...host.parked]) unlessKilled(host, () => sleepNow(host, task));
}

/**
 * A SIGCHLD for a caller that stands in its call: the call becomes the one by which a process queues a signal for itself,
 * which costs one stop. False: there is no SIGCHLD.
 */
function signalInstead(host: LinuxHost, task: LinuxTask, served: ServedCall): boolean {
  const info = task.childSignals.shift();
  if (info === undefined) return false;
  const { arch } = host;
  const { abi } = task.call;
  const { registers } = task;
  const place = belowStack(host, task);
  if (!task.memory.copyTo(place, encodeSiginfo(info))) return false; // it has no stack to speak of, or was killed
  const names = arch.argumentRegisters(abi).slice(0, 3);
  served.given = names.map((register) => ({ register, value: registers.get(register) }));
  registers.set(names[0]!, BigInt(tidFor(task, task)));
  registers.set(names[1]!, BigInt(info.signo));
  registers.set(names[2]!, place);
  registers.set(arch.syscallNumber, BigInt(syscallNumber(abi, 'rt_sigqueueinfo')!));
  task.served = served;
  resumeTask(host, task);
  return true;
}

/** A parked caller gets a SIGCHLD: with its answer, or its call is interrupted by that, or made again, as it would be. */
export function signalParked(host: LinuxHost, task: LinuxTask): void {
  if (task.run !== Run.STOPPED) return;
  unpark(host, task);
  if (task.served?.phase !== 'parked') return;
  if (queueDirectly(host, task)) {
    sleepNow(host, task); // not for long
    return;
  }
  host.parked.delete(task);
  signalInstead(host, task, { nr: task.served.nr, phase: 'signalling' });
}

/** The SIGCHLD is queued: the call is as it was, and over. True: who blocks that signal sleeps on. */
function signalled(host: LinuxHost, task: LinuxTask, { nr, given, value }: ServedCall, kind: number): boolean {
  const { registers } = task;
  const { arch } = host;
  for (const { register, value } of given!) registers.set(register, value);
  if (value === undefined && kind === EventKind.EXIT && blocksSignal(host, task, SIG.SIGCHLD)) {
    runAgain(host, task, nr);
    return true;
  }
  registers.set(arch.syscallNumber, BigInt(nr));
  registers.set(arch.syscallResult, value ?? -ERESTARTSYS);
  return false;
}

/** Puts a parked task to sleep for real. */
export function sleepNow(host: LinuxHost, task: LinuxTask): void {
  host.parked.delete(task);
  const { served } = task;
  if (served?.phase !== 'parked' || task.run !== Run.STOPPED) return;
  served.phase = 'asleep';
  task.sleep = Sleep.NONE;
  const pause = syscallNumber(task.call.abi, 'pause')!;
  task.registers.set(host.arch.syscallNumber, BigInt(pause));
  resumeTask(host, task);
}

/**
 * A sleeper, or one that tried for real, has stopped, for whatever reason: its registers are made to say what the call is and
 * where it stands, before anybody looks. True: the stop is dealt with.
 */
export function wokenServed(host: LinuxHost, task: LinuxTask, kind: number): boolean {
  const { served, registers } = task;
  if (served === null || served.phase === 'parked') return false;
  if (kind === EventKind.EXIT && served.phase === 'trying') return tried(host, task);
  task.served = null;
  if (kind === EventKind.DEATH || kind === EventKind.EVENT) return false;
  if (served.phase === 'signalling') return signalled(host, task, served, kind);
  const { arch } = host;
  registers.set(arch.syscallNumber, BigInt(served.nr));
  if (served.phase === 'trying') {
    giveBack(task, served);
    return false;
  }
  const polled = host.ptrace!.poll(task);
  if (polled.do === 'return') {
    task.call.nr = served.nr;
    if (kind !== EventKind.EXIT) registers.set(arch.syscallNumber, -1n);
    registers.set(arch.syscallResult, BigInt(polled.value));
    return false;
  }
  if (polled.do === 'make' && kind === EventKind.EXIT) {
    // It looks for children once more before it looks for signals, and nobody sees that.
    blockAll(host, task);
    runAgain(host, task, served.nr);
    return true;
  }
  if (BigInt.asIntN(64, registers.get(arch.syscallResult)) === -ERESTARTNOHAND) {
    // EINTR, or the call anew: as its own would be
    registers.set(arch.syscallResult, polled.do === 'make' ? -ERESTARTNOINTR : -ERESTARTSYS);
  }
  if (kind !== EventKind.STOP && kind !== EventKind.SIGNAL) task.sleep = Sleep.NONE;
  else if (task.sleep !== Sleep.NEWS) task.sleep = Sleep.BACK;
  return false;
}

function giveBack(task: LinuxTask, { given = [] }: ServedCall): void {
  for (const { register, value } of given) task.registers.set(register, value);
}

/** The exit of a call that was made for real, on trial. */
function tried(host: LinuxHost, task: LinuxTask): boolean {
  const { registers } = task;
  const { arch } = host;
  const { nr, done } = task.served!;
  giveBack(task, task.served!);
  task.served = null;
  const result = Number(BigInt.asIntN(64, registers.get(arch.syscallResult)));
  if (done !== undefined) {
    registers.set(arch.syscallNumber, BigInt(nr));
    done(result);
    return false;
  }
  const served: Served = host.ptrace!.leave(task, result);
  if (served.do === 'return') {
    if (Number(served.value) !== result) registers.set(arch.syscallResult, BigInt(served.value));
    return false;
  }
  runAgain(host, task, nr); // not yet
  return true;
}

/** At the exit of a call: its instruction is run again, unseen. */
function runAgain(host: LinuxHost, task: LinuxTask, nr: number): void {
  makeAgain(host, task, nr);
  task.stop = Stop.EXIT;
  task.entered = false;
  task.rejoins = nr;
  task.reruns = nr;
  resumeTask(host, task);
}

/**
 * A stop came before the task was back in the call that it is to make again. For the program, and for who traces it, it sleeps in
 * that call all the time: so now it is interrupted, and if `shows`, who wants to sees it end.
 */
export function interruptRejoin(host: LinuxHost, task: LinuxTask, shows: boolean, then: () => void): void {
  const { rejoins, reruns, registers } = task;
  task.rejoins = -1;
  task.reruns = -1;
  if (task.sleep !== Sleep.NONE && shows) answerSleeper(host, task);
  if (rejoins < 0) {
    then();
    return;
  }
  const { arch } = host;
  if (reruns >= 0) {
    registers.set(arch.programCounter, registers.get(arch.programCounter) + BigInt(arch.syscallInstructionBytes));
    registers.set(arch.syscallNumber, BigInt(reruns));
    registers.set(arch.syscallResult, -ERESTARTSYS);
    task.flush(); // rejoinCall looks at what the kernel has
  }
  if (shows && task.resumedWith === PTRACE.SYSCALL) {
    task.call.nr = rejoins;
    if (wantsExit(task)) {
      task.call.setResult(registers.get(arch.syscallResult));
      follow(task, host.hooks.syscallExit(task), then);
      return;
    }
  }
  then();
}

/** What comes to a sleeper together with the answer to its call does not interrupt that: it looks for one before it looks for signals. */
function answerSleeper(host: LinuxHost, task: LinuxTask): void {
  task.sleep = Sleep.NONE;
  if (!restartsCall(host, task)) return;
  const polled = host.ptrace!.poll(task);
  if (polled.do !== 'return') return;
  task.registers.set(host.arch.syscallNumber, -1n);
  task.registers.set(host.arch.syscallResult, BigInt(polled.value));
}

/** At an exit stop: the number that an answer had taken away is there again for whoever looks. */
export function restoreNumber(host: LinuxHost, task: LinuxTask): void {
  if (task.answered < 0) return;
  task.registers.set(host.arch.syscallNumber, BigInt(task.answered));
  task.answered = -1;
  task.skips = false;
}

/** Threads of a process that sit in a real wait come back here: there is something new to wait for. */
export function recallWaiters(host: LinuxHost, task: LinuxTask): void {
  for (const thread of task.group.threads) {
    if (thread.run === Run.RUNNING && thread.waitsForReal) interruptPolitely(host, thread);
  }
}

/** Goes on with `then` when an event that ptrace shows outside the core's reports is over. */
export function followEvent(host: LinuxHost, task: LinuxTask, outcome: Outcome, then: () => void): void {
  if (outcome === Outcome.GO) {
    then();
    return;
  }
  task.goesOn = () => followEvent(host, task, host.ptrace!.eventHeld(task) ? Outcome.HELD : Outcome.GO, then);
}
