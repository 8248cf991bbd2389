/** What is explored: who lives beside the supervisor, which attaches to the first of them or spawns a program. */

import type { Program } from '../../../src/box/index.ts';
import { FIRST, SUPERVISOR, type Supervisor } from '../../../src/nest/index.ts';
import * as programs from './programs.ts';

export interface Case {
  readonly name: string;
  readonly beside: readonly Program[];
  /** Absent: it attaches to the first of those. */
  readonly main?: (supervisor: Supervisor, lines: string[]) => void;
  /** So many runs see all there is, with one preemption; absent: it is more than a short test may take. */
  readonly complete?: true;
}

const { sender, thenLater } = programs;
const SPAWNED = FIRST + 1;

/** Attaches when all is quiet. */
const attachesLater = (supervisor: Supervisor, lines: string[]): void => {
  supervisor.eventLoop.after(1000, () => programs.attachFirst(supervisor, programs.witness(lines)));
};

const spawns =
  (file: string, filter = false) =>
  (supervisor: Supervisor, lines: string[]): void => {
    try {
      supervisor.spawn(file, programs.witness(lines), filter ? programs.SOME_CALLS : undefined);
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'EINTR') throw error; // killed before it was seized
    }
  };

/** Lives as they are, looked at. */
export const LIVES: readonly Case[] = [
  { name: 'fork', beside: [programs.forker], complete: true },
  { name: 'threads', beside: [programs.threader], complete: true },
  { name: 'exec by a thread', beside: [programs.execer], complete: true },
  { name: 'exec by a thread whose leader has ended', beside: [programs.lateExec], complete: true },
  { name: 'exec against an attach', beside: [programs.execsLater], main: attachesLater, complete: true },
  { name: 'vfork', beside: [programs.vforker] },
  {
    name: 'a stop against SIGCONT',
    beside: [programs.stopper, thenLater(FIRST, 'SIGCONT', FIRST, 'SIGCONT')],
    complete: true,
  },
  {
    name: 'SIGSTOP, SIGCONT, SIGTERM',
    beside: [programs.sleeper, sender(FIRST, 'SIGSTOP', 'SIGCONT', 'SIGTERM')],
    complete: true,
  },
  { name: 'a spawn', beside: [], main: spawns('prog'), complete: true },
  { name: 'a spawn that fails', beside: [], main: spawns('nowhere'), complete: true },
];

/** SIGKILL at every point of a tracee's life. */
export const KILLED: readonly Case[] = [
  { name: 'SIGKILL, asleep', beside: [programs.sleeper, sender(FIRST, 'SIGKILL')], complete: true },
  { name: 'SIGKILL against a stop', beside: [programs.stopper, sender(FIRST, 'SIGKILL')], complete: true },
  {
    name: 'SIGSTOP, SIGCONT, SIGKILL',
    beside: [programs.sleeper, sender(FIRST, 'SIGSTOP', 'SIGCONT', 'SIGKILL')],
    complete: true,
  },
  { name: 'SIGKILL against fork', beside: [programs.forker, sender(FIRST, 'SIGKILL')] },
  { name: 'SIGKILL against clone', beside: [programs.threader, sender(FIRST, 'SIGKILL')] },
  { name: 'SIGKILL against exec by a thread', beside: [programs.execer, sender(FIRST, 'SIGKILL')] },
  {
    name: 'SIGKILL against exec by a thread whose leader has ended',
    beside: [programs.lateExec, programs.sendsLater(FIRST, 'SIGKILL')],
  },
  {
    name: 'SIGKILL against exec against an attach',
    beside: [programs.execsLater, programs.sendsLater(FIRST, 'SIGKILL')],
    main: attachesLater,
  },
  { name: 'SIGKILL against vfork', beside: [programs.vforker, sender(FIRST, 'SIGKILL')] },
  { name: 'SIGKILL against a spawn', beside: [sender(SPAWNED, 'SIGKILL')], main: spawns('prog'), complete: true },
];

/** SIGKILL at every point of the supervisor's: who was attached to runs on, whose tree has a filter dies with it. */
export const ABANDONED: readonly Case[] = [
  { name: 'its end against fork', beside: [programs.forker, sender(SUPERVISOR, 'SIGKILL')] },
  { name: 'its end against clone', beside: [programs.threader, sender(SUPERVISOR, 'SIGKILL')] },
  { name: 'its end against exec by a thread', beside: [programs.execer, sender(SUPERVISOR, 'SIGKILL')] },
  {
    name: 'its end against a stop',
    beside: [programs.stopper, thenLater(SUPERVISOR, 'SIGKILL', FIRST, 'SIGCONT')],
    complete: true,
  },
  { name: 'its end against a spawn', beside: [sender(SUPERVISOR, 'SIGKILL')], main: spawns('prog'), complete: true },
  {
    name: 'its end against a spawn with a filter',
    beside: [sender(SUPERVISOR, 'SIGKILL')],
    main: spawns('sleeper', true),
    complete: true,
  },
];
