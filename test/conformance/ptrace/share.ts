/** `utrace share`: whether it is there, and how scenarios are run under it. */

import { spawnSync } from 'node:child_process';
import { cli } from '../../cli/support.ts';
import type { Variant } from './harness.ts';

/** Why nothing can be run under it; undefined when it can. */
export function shareMissing(): string | undefined {
  const help = spawnSync(process.execPath, [cli, 'share', '--help'], { encoding: 'utf8', timeout: 20_000 });
  return help.status === 0 && help.stdout.includes('utrace share')
    ? undefined
    : 'there is no `utrace share` in this build';
}

/** UTRACE_CONF_LOG=FILE, with one scenario (`vitest -t`): what was served, call by call. */
const LOG = process.env.UTRACE_CONF_LOG === undefined ? [] : ['--log', process.env.UTRACE_CONF_LOG];

/** One tracer in each scenario, whose calls are served. The supervisor works between the looks: more of them. */
export const SERVED: Variant = { prefix: [process.execPath, cli, 'share', ...LOG, '--'], quiet: 10 };
/** The session for those who want the kernel's own answer to a second tracer. */
export const EXCLUSIVE: Variant = { ...SERVED, prefix: [process.execPath, cli, 'share', '--exclusive', '--'] };
/** As SERVED, with a tracer beside it that wants nothing. */
export const PASSIVE: Variant = { ...SERVED, passive: true };
