/**
 * A trace engine in another supervisor: `utrace trace -p` of a process that a shared session has. We may not trace it, its
 * supervisor does, and one more engine is what it is for. The text comes over its socket; closing that detaches. Both sides.
 */

import type { Tracer } from '../engines/index.ts';
import { ask, getRuntime, type Handler } from '../session/index.ts';
import { CliError } from './errors.ts';
import { type Attached, followOwn } from './follow.ts';
import { Output } from './output.ts';
import { makeTracers, planOf, type TraceOptions } from './tracers.ts';

/** The end of a text that is whole; no text has it in it. Without: the supervisor was killed. */
const LAST = '\0';

interface Request {
  readonly pids: readonly number[];
  readonly options: TraceOptions;
}

/** The supervisor's side. The first line of the answer says what was attached to; the text follows. */
export const traceHandler: Handler = async ({ pids, options }: Request, socket): Promise<void> => {
  const { host } = getRuntime();
  const output = Output.toSocket(socket);
  const { tracers, finish } = makeTracers(options, planOf(options), output);
  const paced = tracers.map((tracer) => withPace(tracer, output));
  // Others, which are not ours yet, are for the asker to trace.
  const known = pids.filter((pid) => host.tasks.has(pid));
  const following = await followOwn(known, options, paced);
  const gone = pids.filter((pid) => !known.includes(pid));
  const attached: Attached[] = [
    ...following.attached,
    ...gone.map((pid) => ({ pid, message: `process ${pid} is not in session ${process.pid} any more` })),
  ];
  // Before any text: nothing has been written yet, the tasks have had no turn.
  socket.write(`${JSON.stringify({ attached })}\n`);
  socket.on('end', () => following.letGo()).on('close', () => following.letGo());
  socket.resume();
  void following.finished.then(() => {
    finish();
    output.write(LAST);
    output.close();
  });
};

/** A reader that is slow holds the tasks, as a full pipe holds what strace traces; the text in between is bounded. */
function withPace(tracer: Tracer, output: Output): Tracer {
  const { syscallExit } = tracer;
  if (syscallExit === undefined) return tracer;
  return {
    ...tracer,
    syscallExit: (task, action) => {
      const answer = syscallExit.call(tracer, task, action);
      const room = output.room();
      return room === undefined ? answer : room.then(() => {}); // a text engine answers nothing
    },
  };
}

/** Has processes traced by the supervisor that has them. */
export async function traceThrough(
  supervisor: number,
  pids: readonly number[],
  options: TraceOptions,
  output: Output,
): Promise<{ readonly attached: readonly Attached[]; readonly finished: Promise<void>; letGo(): void }> {
  const { user: _user, env: _env, cwd: _cwd, pid: _pid, ...asked } = options;
  const request: Request = { pids, options: asked };
  const { answer, socket } = await ask<{ attached: Attached[] }>(supervisor, { trace: request });
  const finished = new Promise<void>((resolve, reject) => {
    let whole = false;
    let inLine = false;
    socket.setEncoding('utf8').on('data', (text: string) => {
      whole = text.endsWith(LAST);
      inLine = !text.endsWith('\n');
      output.write(whole ? text.slice(0, -LAST.length) : text);
    });
    socket.on('close', () => {
      if (whole) {
        resolve();
        return;
      }
      if (inLine) output.write('\n');
      reject(new CliError(`supervisor ${supervisor} is gone, and its session with it`));
    });
    socket.on('end', () => socket.end()).resume();
  });
  finished.catch(() => {}); // it is looked at later
  return { attached: answer.attached, finished, letGo: () => socket.end() };
}
