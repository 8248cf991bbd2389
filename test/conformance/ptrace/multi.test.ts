/** Two active tracers on one thread, under `utrace share`: the arbitration. */

import { beforeAll } from 'vitest';
import { build } from '../../cli/support.ts';
import { runAll } from './run.ts';
import { MULTI } from './scenarios/multi/index.ts';
import { SERVED, shareMissing } from './share.ts';

let missing: string | undefined;
beforeAll(() => {
  build();
  missing = shareMissing();
}, 120_000);

runAll('two tracers', SERVED, () => missing, MULTI);
