/** Async handlers (delta): the task is held while one runs, at every kind of report; SIGKILL waits for none. */

import { beforeEach, describe, expect, it } from 'vitest';
import { SIG } from '../../../src/abi/signals.ts';
import { ExitState } from '../../../src/tracehook/task.ts';
import {
  Answer,
  abort,
  barrier,
  control,
  disposition,
  type Engine,
  type EngineOps,
  Event,
  ignore,
  Resume,
  run,
  SIGNAL_EVENTS,
  SignalDisposition,
  setEvents,
} from '../../../src/utrace/index.ts';
import { type FakeTask, ScriptedHost } from './scripted-host.ts';

let host: ScriptedHost;
let task: FakeTask;
beforeEach(() => {
  host = new ScriptedHost();
  task = host.task();
});

/** A promise to be settled by hand. */
class Later<T> {
  resolve!: (value: T) => void;
  reject!: (error: unknown) => void;
  readonly promise = new Promise<T>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });
}

const EVENTS: Record<string, { mask: number; callback: keyof EngineOps; go: (t: FakeTask) => void; after: string }> = {
  quiesce: { mask: Event.QUIESCE, callback: 'reportQuiesce', go: (t) => host.exec(t, '/x'), after: 'user' },
  entry: { mask: Event.SYSCALL_ENTRY, callback: 'reportSyscallEntry', go: (t) => host.syscall(t), after: 'user' },
  exit: { mask: Event.SYSCALL_EXIT, callback: 'reportSyscallExit', go: (t) => host.syscall(t), after: 'user' },
  clone: { mask: Event.CLONE, callback: 'reportClone', go: (t) => void host.clone(t), after: 'user' },
  exec: { mask: Event.EXEC, callback: 'reportExec', go: (t) => host.exec(t, '/x'), after: 'user' },
  signal: { mask: SIGNAL_EVENTS, callback: 'reportSignal', go: (t) => host.signal(t, SIG.SIGCHLD), after: 'user' },
  jctl: { mask: Event.JCTL, callback: 'reportJctl', go: (t) => host.signal(t, SIG.SIGSTOP), after: 'job stop' },
  exiting: { mask: Event.EXIT, callback: 'reportExit', go: (t) => host.exit(t, 0), after: 'zombie' },
};

/** Task `t` waits in a handler of engine A, which was attached for `kind`. */
function waiting(kind: string, t = task): { later: Later<number | undefined>; engine: Engine } {
  const { mask, callback, go } = EVENTS[kind]!;
  const later = new Later<number | undefined>();
  const others = kind === 'quiesce' ? Event.EXEC : 0;
  const answers: unknown[] = [later.promise];
  const engine = host.attach(t, 'A', mask | Event.DEATH | Event.REAP, { [callback]: () => answers.shift() });
  if (others) host.attach(t, 'X', others);
  go(t);
  expect(t.where, kind).toBe('held');
  return { later, engine };
}

describe('an async handler', () => {
  for (const kind of Object.keys(EVENTS)) {
    it(`${kind}: the task is held until it has settled; detach says in progress; barrier’s whenDone fires; then it goes on`, async () => {
      const { later, engine } = waiting(kind);
      let done = 0;
      expect(barrier(engine)).toBe(Answer.IN_PROGRESS);
      expect(barrier(engine, () => done++)).toBe(Answer.IN_PROGRESS);
      expect(setEvents(task, engine, engine.events)).toBe(Answer.IN_PROGRESS);
      expect(control(task, engine, Resume.DETACH)).toBe(Answer.IN_PROGRESS);
      expect(control(task, engine, Resume.DETACH)).toBe(Answer.GONE);
      await host.settle();
      expect([task.where, done, engine.ops === null]).toEqual(['held', 0, false]);
      later.resolve(undefined);
      await host.settle();
      const { after } = EVENTS[kind]!;
      expect([task.where, done, engine.ops, barrier(engine)]).toEqual([after, 1, null, Answer.GONE]);
      host.take();
      host.kill(task);
      host.reap(task);
      expect(host.take('callback').filter((line) => line.startsWith('A'))).toEqual([]); // detached: nothing
    });

    it(`${kind}: a rejection goes to onFault and detaches`, async () => {
      const { later, engine } = waiting(kind);
      const error = new Error('late');
      later.reject(error);
      await host.settle();
      expect(host.faults).toEqual([{ error, engine, callback: EVENTS[kind]!.callback }]);
      expect([engine.ops, engine.busy, task.where]).toEqual([null, 0, EVENTS[kind]!.after]);
    });

    it(`${kind}: SIGKILL ends the wait at once; the late answer changes nothing`, async () => {
      const { later, engine } = waiting(kind);
      let done = 0;
      barrier(engine, () => done++);
      host.kill(task);
      host.run();
      expect(task.where).toBe('zombie');
      expect(host.take('callback').at(-1)).toBe('A death true 17');
      host.take();
      expect([done, barrier(engine)]).toEqual([0, Answer.IN_PROGRESS]);
      later.resolve(Resume.STOP);
      await host.settle();
      expect(host.take()).toEqual([]);
      expect([done, engine.busy, engine.wantsStop, engine.detached]).toEqual([1, 0, false, false]);
      host.reap(task);
      expect(host.take('callback')).toEqual(['A reap']);
    });
  }

  it('the late rejection of an abandoned handler is reported and changes nothing else', async () => {
    const { later, engine } = waiting('exec');
    host.kill(task);
    later.reject(new Error('late'));
    await host.settle();
    expect([host.faults.length, engine.busy, engine.detached]).toEqual([1, 0, false]);
    host.reap(task);
    expect(host.take('callback').at(-1)).toBe('A reap');
  });

  it('an abandoned handler that outlives the task: barrier waits for it, whenDone fires only then', async () => {
    const { later, engine } = waiting('exec');
    let done = 0;
    barrier(engine, () => done++);
    host.kill(task);
    host.reap(task);
    expect([done, barrier(engine)]).toEqual([0, Answer.IN_PROGRESS]);
    later.resolve(undefined);
    await host.settle();
    expect([done, barrier(engine)]).toEqual([1, Answer.GONE]);
  });

  it('engines later in the order wait for it and see its decision', async () => {
    const later = new Later<ReturnType<typeof abort>>();
    host.attach(task, 'A', Event.SYSCALL_ENTRY, { reportSyscallEntry: () => later.promise });
    host.attach(task, 'B', Event.SYSCALL_ENTRY);
    host.syscall(task);
    expect(host.take('callback')).toEqual(['A entry RUN [RESUME]']);
    later.resolve(abort(Resume.SINGLESTEP));
    await host.settle();
    expect(host.take('callback', 'task')).toEqual(['B entry ABORT [SINGLESTEP]', '10 call aborted', '10 user SINGLE']);
  });

  it('two of them in one pass wait one after the other', async () => {
    const first = new Later<undefined>();
    const second = new Later<undefined>();
    host.attach(task, 'A', Event.EXEC, { reportExec: () => first.promise });
    host.attach(task, 'B', Event.EXEC, { reportExec: () => second.promise });
    host.exec(task, '/x');
    second.resolve(undefined);
    await host.settle();
    expect(host.take('callback')).toEqual(['A exec /x [RESUME]']);
    first.resolve(undefined);
    await host.settle();
    expect([host.take('callback'), task.where]).toEqual([['B exec /x [RESUME]'], 'user']);
  });

  it('an async quiesce callback is followed by the event’s own, which can be async too', async () => {
    const order: string[] = [];
    host.attach(task, 'A', Event.QUIESCE | Event.EXEC, {
      reportQuiesce: async () => {
        await null;
        order.push('quiesced');
      },
      reportExec: async () => {
        await null;
        order.push('exec');
        return Resume.STOP;
      },
    });
    host.exec(task, '/x');
    await host.settle();
    expect(order).toEqual(['quiesced', 'exec', 'quiesced']); // the last before user mode; answers nothing: the stop stands
    expect(task.where).toBe('held');
  });

  it('set_events by an async quiesce callback requests, or declines, this very occurrence', async () => {
    host.attach(task, 'A', Event.QUIESCE | Event.EXEC, {
      reportQuiesce: async (_a, self, t) => {
        await null;
        setEvents(t, self, Event.QUIESCE | Event.SYSCALL_ENTRY);
      },
    });
    host.exec(task, '/x');
    await host.settle();
    expect(host.take('callback')).toEqual(['A quiesce EXEC [RESUME]']);
    host.attach(task, 'B', Event.SYSCALL_ENTRY);
    host.syscall(task);
    await host.settle();
    expect(host.take('callback')).toContain('A entry RUN [RESUME]');
  });

  it('an event disabled between the handler’s answer and the task’s going on is not reported', async () => {
    const later = new Later<undefined>();
    const a = host.attach(task, 'A', Event.QUIESCE | Event.EXEC, { reportQuiesce: () => later.promise });
    host.exec(task, '/x');
    later.resolve(undefined);
    for (let i = 0; i < 10; i++) await Promise.resolve(); // answered; the wake is queued, not yet carried out
    expect(setEvents(task, a, 0)).toBe(Answer.OK);
    host.run();
    expect(host.take('callback')).toEqual(['A quiesce EXEC [RESUME]']);
  });

  it('STOP as its answer holds the task on', async () => {
    const { later, engine } = waiting('entry');
    later.resolve(run(Resume.STOP));
    await host.settle();
    expect(task.where).toBe('held');
    control(task, engine, Resume.RESUME);
    host.run();
    expect(task.where).toBe('user');
  });

  it('an engine resumed, while another’s handler runs, does not hold the task any more', async () => {
    const later = new Later<undefined>();
    const a = host.attach(task, 'A', Event.SYSCALL_ENTRY, { reportSyscallEntry: () => run(Resume.STOP) });
    host.attach(task, 'B', Event.SYSCALL_ENTRY, { reportSyscallEntry: () => later.promise });
    host.syscall(task);
    expect(control(task, a, Resume.RESUME)).toBe(Answer.OK);
    later.resolve(undefined);
    await host.settle();
    expect(task.where).toBe('user');
  });

  it('an engine detached, while another’s handler runs, gets no callback any more: ok', async () => {
    const later = new Later<undefined>();
    host.attach(task, 'A', Event.EXEC, { reportExec: () => later.promise });
    const b = host.attach(task, 'B', Event.EXEC);
    host.exec(task, '/x');
    expect(control(task, b, Resume.DETACH)).toBe(Answer.OK);
    later.resolve(undefined);
    await host.settle();
    expect([host.take('callback'), b.ops]).toEqual([['A exec /x [RESUME]'], null]);
  });

  it('control(STOP) while the handler runs is in progress; the handler’s answer decides', async () => {
    const { later, engine } = waiting('exec');
    expect(control(task, engine, Resume.STOP)).toBe(Answer.IN_PROGRESS);
    later.resolve(Resume.RESUME);
    await host.settle();
    expect(task.where).toBe('user');
  });

  it('who waited with barrier finds the answer in force, and may overrule it', async () => {
    const { later, engine } = waiting('exec');
    const seen: unknown[] = [];
    barrier(engine, () => {
      seen.push(engine.wantsStop, barrier(engine));
      control(task, engine, Resume.RESUME);
    });
    later.resolve(Resume.STOP);
    await host.settle();
    expect([seen, task.where]).toEqual([[true, Answer.OK], 'user']);
  });

  it('an engine attached while a handler runs joins in the next pass', async () => {
    const { later } = waiting('entry');
    host.attach(task, 'L', Event.SYSCALL_ENTRY | Event.SYSCALL_EXIT);
    later.resolve(undefined);
    await host.settle();
    expect(host.take('callback')).toEqual(['A entry RUN [RESUME]', 'L exit-of-call [RESUME]']);
  });

  it('in a signal report: its verdict decides the signal’s fate', async () => {
    host.attach(task, 'A', SIGNAL_EVENTS, { reportSignal: async () => ignore() });
    host.attach(task, 'B', SIGNAL_EVENTS);
    host.signal(task, SIG.SIGTERM);
    await host.settle();
    expect([host.take('callback'), task.where]).toEqual([
      ['A signal TERM SIGTERM [RESUME]', 'B signal IGN SIGTERM [RESUME]'],
      'user',
    ]);
    host.attach(task, 'C', SIGNAL_EVENTS, { reportSignal: async () => disposition(SignalDisposition.TERM) });
    host.signal(task, SIG.SIGCHLD);
    await host.settle();
    expect(task.where).toBe('zombie');
  });

  it('report_clone: parent and child wait for it', async () => {
    const later = new Later<undefined>();
    host.attach(task, 'A', Event.CLONE, { reportClone: () => later.promise });
    const child = host.clone(task);
    expect([task.where, child.where, child.starting]).toEqual(['held', 'on the way', true]);
    later.resolve(undefined);
    await host.settle();
    expect([task.where, child.where]).toEqual(['user', 'user']);
  });

  it('report_exit: the code can be changed late', async () => {
    host.attach(task, 'A', Event.EXIT, {
      reportExit: async (_a, _e, _t, exit) => {
        await null;
        exit.code = 512;
      },
    });
    host.exit(task, 0);
    await host.settle();
    expect(task.exitCode).toBe(512);
  });

  it('a thenable that answers at once is taken like any other: the task is held, then woken', async () => {
    // biome-ignore lint/suspicious/noThenProperty: that is what it is about
    const thenable = { then: (resolve: (value: undefined) => void) => resolve(undefined) } as PromiseLike<undefined>;
    host.attach(task, 'A', Event.EXEC, { reportExec: () => thenable });
    host.exec(task, '/x');
    expect(task.where).toBe('held');
    await host.settle();
    expect(task.where).toBe('user');
  });

  it('a stray wake while it runs does not call it again', () => {
    waiting('exec');
    host.wake(task);
    host.run();
    expect([task.where, host.take('callback')]).toEqual(['held', ['A exec /x [RESUME]']]);
  });
});

describe('async and dying', () => {
  it('an async death handler: the reap report is withheld until it has settled', async () => {
    const later = new Later<undefined>();
    const a = host.attach(task, 'A', Event.DEATH | Event.REAP, { reportDeath: () => later.promise });
    host.attach(task, 'B', Event.DEATH | Event.REAP);
    host.exit(task, 0);
    expect(control(task, a, Resume.DETACH)).toBe(Answer.ALREADY);
    host.reap(task);
    expect(control(task, a, Resume.DETACH)).toBe(Answer.GONE);
    await host.settle();
    expect(host.take('callback')).toEqual(['A death true 17']);
    later.resolve(undefined);
    await host.settle();
    expect(host.take('callback')).toEqual(['B death true 17', 'A reap', 'B reap']);
  });

  it('an async death handler that detaches: no reap report', async () => {
    host.attach(task, 'A', Event.DEATH | Event.REAP, { reportDeath: async () => Resume.DETACH });
    host.exit(task, 0);
    host.reap(task);
    await host.settle();
    expect(host.take('callback')).toEqual(['A death true 17']);
    expect(task.exitState).toBe(ExitState.DEAD);
  });

  it('a task that dies of SIGKILL waits for no handler before it is dead', async () => {
    const later = new Later<undefined>();
    const a = host.attach(task, 'A', Event.QUIESCE | Event.EXIT | Event.DEATH, {
      reportQuiesce: (_a, _e, _t, event) => (event === Event.EXIT ? later.promise : undefined),
      reportExit: () => later.promise,
    });
    host.kill(task);
    expect(task.where).toBe('zombie');
    expect(host.take('callback')).toEqual([
      'A quiesce EXIT [RESUME]',
      'A exit 9 9 [RESUME]',
      'A quiesce DEATH [RESUME]',
      'A death true 17',
    ]);
    expect(a.busy).toBe(2);
    later.resolve(undefined);
    await host.settle();
    expect(a.busy).toBe(0);
  });

  it('SIGKILL during one handler, another handler in the exit report: the first’s late answer does not end the second', async () => {
    const first = new Later<undefined>();
    const second = new Later<undefined>();
    const a = host.attach(task, 'A', Event.EXEC | Event.DEATH | Event.REAP, {
      reportExec: () => first.promise,
      reportDeath: () => second.promise,
    });
    host.exec(task, '/x');
    host.kill(task);
    host.reap(task);
    first.resolve(undefined);
    await host.settle();
    expect([a.busy, host.take('callback').at(-1)]).toEqual([1, 'A death true 17']);
    second.resolve(undefined);
    await host.settle();
    expect([a.busy, host.take('callback')]).toEqual([0, ['A reap']]);
  });
});
