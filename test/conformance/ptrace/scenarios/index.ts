/** All scenarios, by what they are about. */

import type { Scenario } from '../play.ts';
import { attach } from './attach.ts';
import { cleanup2022 } from './cleanup-2022.ts';
import { clone } from './clone.ts';
import { encodings } from './encodings.ts';
import { execExit } from './exec-exit.ts';
import { jobControl } from './job-control.ts';
import { pitfalls } from './pitfalls.ts';
import { randomCalls } from './random-calls.ts';
import { randomContinues } from './random-continues.ts';
import { randomEnds } from './random-ends.ts';
import { randomGroupStops } from './random-group-stops.ts';
import { randomSignals } from './random-signals.ts';
import { randomWaits } from './random-waits.ts';
import { requests } from './requests.ts';
import { signals } from './signals.ts';
import { steps } from './steps.ts';
import { systemCalls } from './system-calls.ts';
import { wait } from './wait.ts';

export const GROUPS: Readonly<Record<string, readonly Scenario[]>> = {
  encodings,
  wait,
  attach,
  clone,
  requests,
  signals,
  jobControl,
  systemCalls,
  steps,
  execExit,
  cleanup2022,
  pitfalls,
  random: [...randomWaits, ...randomSignals, ...randomGroupStops, ...randomContinues, ...randomCalls, ...randomEnds],
};
