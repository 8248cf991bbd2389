/** `utrace join`: runs a command in a session that another terminal has. This process becomes the command. */

import { join as joinSession } from '../session/index.ts';
import { findSession } from './sessions.ts';

export async function join(session: string, words: readonly string[]): Promise<never> {
  const [file = process.env.SHELL || '/bin/sh', ...args] = words[0] === '--' ? words.slice(1) : words;
  return joinSession(await findSession(session), file, args);
}
