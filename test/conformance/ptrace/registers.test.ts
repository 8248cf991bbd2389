/** A tracer with registers that no tracer may set is served all the same (test/programs/kernelbase.c). */

import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { build } from '../../cli/support.ts';
import { program } from '../../support/paths.ts';
import { SERVED, shareMissing } from './share.ts';

const NOT_HERE = 77;

test('a GS base in the kernel’s half', (context) => {
  build();
  const run = (...command: string[]) =>
    spawnSync(command[0]!, command.slice(1), { encoding: 'latin1', timeout: 20_000, killSignal: 'SIGKILL' });
  const native = run(program('kernelbase'));
  const missing = native.status === NOT_HERE ? 'this CPU, or kernel, has no WRGSBASE' : shareMissing();
  if (missing !== undefined) return context.skip(missing);
  expect(native.stdout).toBe('20 stops, handled 1, base ffff888000000000\n');
  expect(run(...SERVED.prefix, program('kernelbase')).stdout).toBe(native.stdout);
});
