/** Every scenario on the real kernel alone: the oracle of all the others. */

import { NATIVE } from './harness.ts';
import { runAll } from './run.ts';

runAll('on the kernel', NATIVE, (scenario) => (scenario.options.onlyServed ? 'needs two tracers' : undefined));
