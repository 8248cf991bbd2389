/** Who stands between a command and its shell: which signals are the command's, and which ask us to end. */

import { afterEach, describe, expect, test, vi } from 'vitest';
import { beTransparent } from '../../src/cli/job.ts';
import type { ExitStatus, Session } from '../../src/session/index.ts';

const SIGNALS = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTSTP', 'SIGTTIN', 'SIGCONT'] as const;

afterEach(() => {
  vi.useRealTimers();
});

/** Calls `body` with a command that has just died of SIGINT, and what counts how often we were asked to end. */
async function afterCtrlC(body: (asked: () => number) => void): Promise<void> {
  vi.useFakeTimers();
  const before = SIGNALS.map((signal) => [signal, new Set(process.listeners(signal))] as const);
  const died: ExitStatus = { code: null, signal: 2, core: false };
  const exited = Promise.resolve(died);
  const session = { exited, pid: 0, onJobControl: new Set() } as unknown as Session;
  const leaveRest = vi.fn();
  try {
    beTransparent(session, { leaveRest });
    await exited;
    body(() => leaveRest.mock.calls.length);
  } finally {
    for (const [signal, known] of before) {
      for (const listener of process.listeners(signal)) {
        if (!known.has(listener)) process.off(signal, listener as NodeJS.SignalsListener);
      }
    }
  }
}

describe('a command that has ended', () => {
  test('the Ctrl-C that it died of, learnt of after its death, does not end those beside it; the next one does', () =>
    afterCtrlC((asked) => {
      process.emit('SIGINT');
      expect(asked()).toBe(0);
      vi.advanceTimersByTime(250);
      process.emit('SIGINT');
      expect(asked()).toBe(1);
    }));

  test('SIGTERM is for us, and at once', () =>
    afterCtrlC((asked) => {
      process.emit('SIGTERM');
      expect(asked()).toBe(1);
    }));
});
