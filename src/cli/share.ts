/** `utrace share`: a session of tracers. */

import { openSync, writeSync } from 'node:fs';
import { getRuntime, joinHandlers, publishStatus, type Session, share as shareSession } from '../session/index.ts';
import { CliError } from './errors.ts';
import { Foreground } from './foreground.ts';
import { beTransparent, endAs } from './job.ts';
import { traceHandler } from './remote-trace.ts';
import { checkName, notInSession } from './sessions.ts';
import { tierUpSoon } from './tier-up.ts';

export interface ShareOptions {
  readonly exclusive?: boolean;
  readonly proc?: string;
  readonly log?: string;
  readonly name?: string;
  /** Tracers to start beside the command. */
  readonly with?: readonly string[];
}

/** Returns the exit status of the command, or dies of the signal it died of. */
export async function share(command: readonly string[], options: ShareOptions): Promise<number> {
  const [file = process.env.SHELL || '/bin/sh', ...args] = command;
  const { name, exclusive = false, proc = 'tracers' } = options;
  if (proc !== 'tracers' && proc !== 'all') {
    throw new CliError(`--proc '${proc}'?`, "say 'tracers' or 'all'");
  }
  tierUpSoon();
  await notInSession();
  if (name !== undefined) await checkName(name);
  const log = options.log === undefined ? undefined : openLog(options.log);
  const commands = options.with ?? [];
  const foreground = commands.length > 0 ? Foreground.ofTerminal() : undefined;
  const beside: Session[] = [];
  let published: { close(): void } | undefined;
  const shared = await shareSession(file, args, {
    exclusive,
    proc,
    ...(log === undefined ? {} : { log: (line) => writeSync(log, `${line}\n`) }),
    onSpawned: (session) => {
      published = publish(session, name);
      beTransparent(session, {
        leaveRest: () => {
          for (const one of [session, ...beside]) void one.close();
        },
        isTaken: () => foreground?.isTaken ?? false,
      });
    },
    beside: {
      commands,
      newProcessGroup: foreground !== undefined,
      onStart: (tracer) => {
        beside.push(tracer);
        foreground?.add(tracer);
      },
      complain: (line) => process.stderr.write(`utrace: ${line}\n`),
    },
  });
  const status = await shared.session.exited;
  await shared.finished;
  published?.close();
  return endAs(status);
}

function openLog(path: string): number {
  try {
    return openSync(path, 'w');
  } catch (error) {
    throw new CliError(`cannot write '${path}': ${(error as Error).message}`, 'choose another file with --log');
  }
}

/** Lets others see and join the session. What it is for goes on without. */
function publish(session: Session, name: string | undefined): { close(): void } | undefined {
  try {
    return publishStatus(getRuntime(), name === undefined ? {} : { name }, {
      ...joinHandlers(session),
      trace: traceHandler,
    });
  } catch (error) {
    process.stderr.write(`utrace: nobody can join this session: ${(error as Error).message}\n`);
    return undefined;
  }
}
