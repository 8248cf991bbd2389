/** All scenarios, by what they are about. */

import type { Scenario } from '../play.ts';
import { attach } from './attach.ts';
import { encodings } from './encodings.ts';

export const GROUPS: Readonly<Record<string, readonly Scenario[]>> = { encodings, attach };
