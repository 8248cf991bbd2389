/** Scenarios with two active tracers on a thread: the kernel has no answer to them, so their logs are what we decided. */

import type { Scenario } from '../../play.ts';
import { sharedJobControl } from './job-control.ts';
import { sharedLives } from './lives.ts';
import { sharedMore } from './more.ts';
import { signalChain } from './signals.ts';
import { sharedStops } from './stops.ts';

export const MULTI: Readonly<Record<string, readonly Scenario[]>> = {
  signalChain,
  sharedStops,
  sharedJobControl,
  sharedLives,
  sharedMore,
};
