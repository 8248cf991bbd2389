/** Every scenario under `utrace share`, with one tracer: the log is that of the kernel. */

import { beforeAll } from 'vitest';
import { build } from '../../cli/support.ts';
import { runAll } from './run.ts';
import { GROUPS } from './scenarios/index.ts';
import { EXCLUSIVE, SERVED, shareMissing } from './share.ts';

let missing: string | undefined;
beforeAll(() => {
  build();
  missing = shareMissing();
}, 120_000);

runAll(
  'under utrace share',
  SERVED,
  ({ options }) => missing ?? options.onlyNative ?? (options.onlyServed ? 'has a file of its own' : undefined),
);

const exclusive = Object.values(GROUPS)
  .flat()
  .filter(({ options }) => options.exclusive === true);
runAll('under utrace share --exclusive', EXCLUSIVE, () => missing, { exclusive });
