/** All scenarios, by what they are about. */

import type { Scenario } from '../play.ts';
import { attach } from './attach.ts';
import { clone } from './clone.ts';
import { encodings } from './encodings.ts';
import { jobControl } from './job-control.ts';
import { requests } from './requests.ts';
import { signals } from './signals.ts';
import { wait } from './wait.ts';

export const GROUPS: Readonly<Record<string, readonly Scenario[]>> = { encodings, wait, attach, clone, requests, signals, jobControl };
