/** Every scenario under `utrace share` with a second tracer on each tracee, one that wants nothing: the log stays the same. */

import { beforeAll } from 'vitest';
import { build } from '../../cli/support.ts';
import { NATIVE } from './harness.ts';
import { runAll } from './run.ts';
import { UNTRACED } from './scenarios/untraced.ts';
import { PASSIVE, shareMissing } from './share.ts';

let missing: string | undefined;
beforeAll(() => {
  build();
  missing = shareMissing();
}, 120_000);

runAll('beside a passive tracer', PASSIVE, ({ options }) => missing ?? options.onlyNative ?? options.notPassive);

// What it is compared with: on the kernel alone the passive tracer is as good as none.
runAll('untraced', NATIVE, () => undefined, { untraced: UNTRACED });
runAll('with the passive tracer alone', { ...NATIVE, passive: true }, () => undefined, { untraced: UNTRACED });
