/** A 32-bit tracer under `utrace share` is answered in the layouts of i386, as by the kernel (test/programs/tracer-32.c). */

import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { build } from '../../cli/support.ts';
import { program } from '../../support/paths.ts';
import { SERVED, shareMissing } from './share.ts';

test('requests whose layouts depend on the tracer', (context) => {
  build();
  const missing = shareMissing();
  if (missing !== undefined) return context.skip(missing);
  const run = (...command: string[]): string =>
    execFileSync(command[0]!, command.slice(1), { encoding: 'latin1', timeout: 20_000, killSignal: 'SIGKILL' });
  const native = run(program('tracer-32'));
  expect(native).toContain('GETREGS 00000000 bytes 00000044');
  expect(run(...SERVED.prefix, program('tracer-32'))).toBe(native);
});
