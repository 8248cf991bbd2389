/** Hold: an answer that comes later without a turn of the event loop. */

import { expect, it } from 'vitest';
import { SIG } from '../../../src/abi/signals.ts';
import { disposition, Event, Hold, Resume, SIGNAL_EVENTS, SignalDisposition } from '../../../src/utrace/index.ts';
import { ScriptedHost } from './scripted-host.ts';

it('holds the task until it is released, and engines after it see its answer', () => {
  const host = new ScriptedHost();
  const task = host.task();
  const hold = new Hold();
  host.attach(task, 'A', SIGNAL_EVENTS, { reportSignal: () => hold as never });
  host.attach(task, 'B', SIGNAL_EVENTS);
  host.signal(task, SIG.SIGUSR1);
  expect(task.where).toBe('held');
  expect(host.take('callback').some((line) => line.startsWith('B'))).toBe(false);
  hold.release(disposition(SignalDisposition.IGN));
  host.run(); // no promise, no turn of the event loop
  expect(task.where).toBe('user');
  expect(host.take('callback').some((line) => line.startsWith('B signal'))).toBe(true);
  hold.release(disposition(SignalDisposition.TERM)); // once only
  host.run();
  expect(task.where).toBe('user');
});

it('SIGKILL is faster: the answer changes nothing', () => {
  const host = new ScriptedHost();
  const task = host.task();
  const hold = new Hold();
  host.attach(task, 'A', Event.EXEC, { reportExec: () => hold as never });
  host.exec(task, '/x');
  expect(task.where).toBe('held');
  host.kill(task);
  host.run();
  expect(task.where).toBe('zombie');
  hold.release(Resume.STOP);
  host.run();
  expect(task.where).toBe('zombie');
});
