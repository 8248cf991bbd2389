/** `utrace share`: a session of tracers. */

import { openSync, writeSync } from 'node:fs';
import { getRuntime, publishStatus, share as shareSession } from '../session/index.ts';
import { beTransparent, endAs } from './job.ts';

export interface ShareOptions {
  readonly exclusive?: boolean;
  readonly log?: string;
}

/** Returns the exit status of the command, or dies of the signal it died of. */
export async function share(command: readonly string[], options: ShareOptions): Promise<number> {
  const [file = process.env.SHELL ?? '/bin/sh', ...args] = command;
  const log = options.log === undefined ? undefined : openSync(options.log, 'w');
  const session = await shareSession(file, args, {
    exclusive: options.exclusive ?? false,
    ...(log === undefined ? {} : { log: (line) => writeSync(log, `${line}\n`) }),
  });
  const published = publishStatus(getRuntime());
  beTransparent(session, () => {});
  const status = await session.exited;
  await session.finished;
  published.close();
  return endAs(status);
}
