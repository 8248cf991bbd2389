/** utrace_control and utrace_set_events: each action and each answer (seed 003, kernel-doc; "Tear-down Races"). */

import { beforeEach, describe, expect, it } from 'vitest';
import { SIG } from '../../../src/abi/signals.ts';
import {
  Answer,
  control,
  type Engine,
  type EngineOps,
  Event,
  type EventMask,
  Resume,
  type ResumeAction,
  run,
  setEvents,
} from '../../../src/utrace/index.ts';
import { type FakeTask, ScriptedHost } from './scripted-host.ts';

let host: ScriptedHost;
let task: FakeTask;
beforeEach(() => {
  host = new ScriptedHost();
  task = host.task();
});

const { STOP, INTERRUPT, REPORT, SINGLESTEP, BLOCKSTEP, RESUME, DETACH } = Resume;
const ALL_ACTIONS: ResumeAction[] = [STOP, INTERRUPT, REPORT, SINGLESTEP, BLOCKSTEP, RESUME, DETACH];
/** An engine that answers its quiesce callbacks with `answers` in turn, then with nothing. */
const quiescer = (name: string, ...answers: ResumeAction[]): Engine =>
  host.attach(task, name, Event.QUIESCE, { reportQuiesce: () => answers.shift() }, ['reportSignal']);
/** The task, stopped by `engine`. */
const stopped = (name = 'A', ...later: ResumeAction[]): Engine => {
  const engine = quiescer(name, STOP, ...later);
  control(task, engine, REPORT);
  host.run();
  expect(task.where).toBe('held');
  host.take();
  return engine;
};
/** A zombie whose death report has been made; `events` were asked for before. */
const zombie = (events: EventMask, script: Partial<EngineOps> = {}): Engine => {
  const engine = host.attach(task, 'A', events, script);
  host.exit(task, 0);
  host.take();
  return engine;
};

describe('utrace_control', () => {
  it('an action that is none: invalid', () => {
    const a = host.attach(task, 'A', 0);
    for (const action of [-1, 7, Number.NaN]) expect(control(task, a, action as ResumeAction)).toBe(Answer.INVALID);
  });

  it('a task already dead: all actions except DETACH fail with gone', () => {
    const a = zombie(Event.REAP);
    for (const action of ALL_ACTIONS) {
      if (action !== DETACH) expect(control(task, a, action)).toBe(Answer.GONE);
    }
    expect(control(task, a, DETACH)).toBe(Answer.OK);
  });

  it('all calls say gone for a detached engine; after one DETACH, further calls do', () => {
    const a = host.attach(task, 'A', 0);
    expect(control(task, a, DETACH)).toBe(Answer.OK);
    for (const action of ALL_ACTIONS) expect(control(task, a, action)).toBe(Answer.GONE);
    expect(setEvents(task, a, Event.EXIT)).toBe(Answer.GONE);
  });

  it('an engine of another task: gone', () => {
    const other = host.task();
    expect(control(task, host.attach(other, 'A', 0), RESUME)).toBe(Answer.GONE);
  });

  describe('DETACH', () => {
    it('of a stopped task: ok, no more callbacks; the thread starts running again if no engine wants it stopped', () => {
      const a = stopped();
      const b = quiescer('B', STOP);
      control(task, b, STOP);
      expect(control(task, a, DETACH)).toBe(Answer.OK);
      host.run();
      expect(task.where).toBe('held');
      expect(control(task, b, DETACH)).toBe(Answer.OK);
      host.run();
      host.exit(task, 0);
      host.reap(task);
      expect(host.take('callback')).toEqual([]);
    });

    it('of a running task with no callback under way: ok at once, nothing after', () => {
      const a = host.attach(task, 'A', Event.QUIESCE | Event.EXIT | Event.DEATH | Event.REAP);
      expect(control(task, a, DETACH)).toBe(Answer.OK);
      host.syscall(task);
      host.exit(task, 0);
      host.reap(task);
      expect(host.take('callback')).toEqual([]);
    });

    it('while a callback to this engine is in progress: in progress; the detach happens as it finishes', () => {
      let answer: Answer | undefined;
      const a = host.attach(task, 'A', Event.QUIESCE | Event.EXEC, {
        reportQuiesce: (_a, self) => {
          answer = control(task, self, DETACH);
        },
      });
      host.exec(task, '/x');
      expect([answer, a.ops, host.take('callback')]).toEqual([Answer.IN_PROGRESS, null, ['A quiesce EXEC [RESUME]']]);
    });

    it('already: the death report may have begun (its mask bit is still there) or is under way', () => {
      const answers: Answer[] = [];
      let a: Engine;
      const tryDetach = (): void => void answers.push(control(task, a, DETACH));
      a = host.attach(task, 'A', Event.DEATH | Event.REAP, { reportDeath: tryDetach });
      host.attach(task, 'B', Event.DEATH, { reportDeath: tryDetach });
      task.exitState = 1; // dying: the death hook has yet to be called
      tryDetach();
      task.exitState = 0;
      host.exit(task, 0);
      expect(answers).toEqual([Answer.ALREADY, Answer.ALREADY, Answer.ALREADY]);
      tryDetach(); // it is over: A did not detach and remains attached until the thread gets reaped
      expect(answers.at(-1)).toBe(Answer.OK);
      host.reap(task);
      expect(host.take('callback')).toEqual(['A death true 17', 'B death true 17']);
    });

    it('a dying task that owes nobody a death report: ok', () => {
      const a = host.attach(task, 'A', Event.REAP);
      task.exitState = 1;
      expect(control(task, a, DETACH)).toBe(Answer.OK);
    });

    it('gone: the reap report may have begun', () => {
      const answers: Answer[] = [];
      const a: Engine = host.attach(task, 'A', Event.REAP, {
        reportReap: () => void answers.push(control(task, a, DETACH)),
      });
      const b = host.attach(task, 'B', Event.REAP, {
        reportReap: () => void answers.push(control(task, a, DETACH), control(task, b, DETACH)),
      });
      host.exit(task, 0);
      host.reap(task);
      answers.push(control(task, a, DETACH));
      expect(answers).toEqual([Answer.GONE, Answer.GONE, Answer.GONE, Answer.GONE]);
    });

    it('lets the step of the detached engine go with it', () => {
      const a = stopped();
      const b = quiescer('B');
      control(task, b, STOP);
      control(task, b, SINGLESTEP);
      control(task, b, DETACH);
      control(task, a, RESUME);
      host.run();
      expect([task.where, task.step]).toEqual(['user', 0]);
    });
  });

  describe('STOP', () => {
    it('ok only if the task is already stopped, for tracing; it then remains stopped until this engine says otherwise', () => {
      const a = stopped();
      const b = host.attach(task, 'B', 0);
      expect(control(task, b, STOP)).toBe(Answer.OK);
      expect(control(task, a, RESUME)).toBe(Answer.OK);
      host.run();
      expect(task.where).toBe('held');
      expect(control(task, b, RESUME)).toBe(Answer.OK);
      host.run();
      expect(task.where).toBe('user');
    });

    it('ok if stopped for job control: SIGCONT does not resume it while it is held', () => {
      const a = host.attach(task, 'A', 0);
      host.signal(task, SIG.SIGSTOP);
      expect(task.where).toBe('job stop');
      expect(control(task, a, STOP)).toBe(Answer.OK);
      host.cont(task);
      expect(task.where).toBe('job stop');
      control(task, a, RESUME);
      host.run();
      expect(task.where).toBe('user');
    });

    it('… and when it lets go without a SIGCONT, the job control stop goes on', () => {
      const a = host.attach(task, 'A', Event.JCTL);
      host.signal(task, SIG.SIGSTOP);
      expect(control(task, a, STOP)).toBe(Answer.OK);
      control(task, a, RESUME);
      host.run();
      expect(task.where).toBe('job stop');
      host.cont(task);
      expect(host.take('callback').at(-1)).toBe('A jctl continued continued [RESUME]');
    });

    it('in progress if not stopped: like REPORT; the callback can then return STOP', () => {
      const a = quiescer('A', STOP);
      expect(control(task, a, STOP)).toBe(Answer.IN_PROGRESS);
      expect(host.take('kernel')).toContain('notifyResume 10');
      host.run();
      expect(host.take('callback')).toEqual(['A quiesce 0 [RESUME]']);
      expect([task.where, control(task, a, STOP)]).toEqual(['held', Answer.OK]);
    });

    it('in progress, and the callback answers otherwise: not stopped', () => {
      const a = quiescer('A', RESUME);
      control(task, a, STOP);
      host.run();
      expect([task.where, a.wantsStop]).toEqual(['user', false]);
    });

    it('in progress for an engine without callbacks: it stops all the same', () => {
      const a = host.attach(task, 'A', 0);
      expect(control(task, a, STOP)).toBe(Answer.IN_PROGRESS);
      host.run();
      expect(task.where).toBe('held');
    });

    it('does not interrupt a system call in progress', () => {
      const a = host.attach(task, 'A', 0);
      host.syscall(task, 'sleeps');
      expect(control(task, a, STOP)).toBe(Answer.IN_PROGRESS);
      host.run();
      expect([task.where, host.take('task').includes('10 interrupted')]).toEqual(['asleep', false]);
      host.wakeUp(task);
      expect(task.where).toBe('held');
    });
  });

  describe('RESUME', () => {
    it('reverses STOP; no callback is made', () => {
      const a = stopped();
      expect(control(task, a, RESUME)).toBe(Answer.OK);
      host.run();
      expect(host.take('callback', 'task')).toEqual(['10 user']);
    });

    it('if another engine keeps it stopped, it remains so until all let it resume', () => {
      const a = stopped();
      const b = host.attach(task, 'B', 0);
      control(task, b, STOP);
      control(task, a, RESUME);
      host.run();
      expect(task.where).toBe('held');
    });

    it('of a task that is not stopped: no effect but to take back a stop that was in progress', () => {
      const a = host.attach(task, 'A', 0);
      expect(control(task, a, RESUME)).toBe(Answer.OK);
      expect(host.take('kernel')).toEqual([]);
      control(task, a, STOP);
      control(task, a, RESUME);
      host.run();
      expect(task.where).toBe('user');
    });

    it('single-step is not left set', () => {
      const a = stopped('A', STOP);
      control(task, a, SINGLESTEP);
      host.run();
      expect(task.step).toBe(1);
      control(task, a, REPORT);
      host.run();
      expect(task.where).toBe('held');
      control(task, a, RESUME);
      host.run();
      expect(task.step).toBe(0);
    });
  });

  describe('REPORT', () => {
    it('a running task: a report soon, once, however often it is asked for', () => {
      const a = quiescer('A');
      expect(control(task, a, REPORT)).toBe(Answer.OK);
      expect(control(task, a, REPORT)).toBe(Answer.OK);
      expect(host.take('kernel').filter((line) => line.startsWith('notify'))).toEqual(['notifyResume 10']);
      host.run();
      expect(host.take('callback')).toEqual(['A quiesce 0 [RESUME]']);
    });

    it('a stopped task: there is a callback before it resumes (the 2008 code forgot)', () => {
      const a = stopped();
      expect(control(task, a, REPORT)).toBe(Answer.OK);
      host.run();
      expect(host.take('callback', 'task')).toEqual(['A quiesce 0 [RESUME]', '10 user']);
    });

    it('no callbacks until all engines let it resume', () => {
      const a = stopped();
      const b = quiescer('B');
      control(task, b, STOP);
      control(task, a, REPORT);
      host.run();
      expect(host.take('callback')).toEqual([]);
      control(task, b, RESUME);
      host.run();
      expect(host.take('callback')).toEqual(['A quiesce 0 [RESUME]', 'B quiesce 0 [RESUME]']);
    });

    it('does not disturb a sleeping system call', () => {
      const a = quiescer('A');
      host.syscall(task, 'sleeps');
      control(task, a, REPORT);
      host.run();
      expect([task.where, host.take('callback')]).toEqual(['asleep', []]);
      host.wakeUp(task);
      expect(host.take('callback')).toEqual(['A quiesce 0 [RESUME]']);
    });
  });

  describe('INTERRUPT', () => {
    it('interrupts a system call in progress, then makes a signal report', () => {
      const a = host.attach(task, 'A', Event.QUIESCE);
      host.syscall(task, 'sleeps');
      expect(control(task, a, INTERRUPT)).toBe(Answer.OK);
      host.run();
      expect(host.take('task', 'callback')).toEqual([
        '10 call made',
        '10 interrupted',
        'A signal REPORT - [RESUME]',
        '10 user',
      ]);
    });

    it('comes before signals are delivered', () => {
      const a = host.attach(task, 'A', Event.QUIESCE);
      host.syscall(task, 'sleeps');
      host.signal(task, SIG.SIGTERM);
      control(task, a, INTERRUPT);
      host.run();
      expect(host.take('callback').slice(0, 2)).toEqual([
        'A signal REPORT - [RESUME]',
        'A signal TERM SIGTERM [RESUME]',
      ]);
    });

    it('a stopped task makes a signal report before it resumes; while another keeps it stopped, none', () => {
      const a = stopped();
      const b = host.attach(task, 'B', Event.QUIESCE);
      control(task, b, STOP);
      expect(control(task, a, INTERRUPT)).toBe(Answer.OK);
      host.run();
      expect(host.take('callback')).toEqual([]);
      control(task, b, RESUME);
      host.run();
      expect(host.take('callback')).toEqual(['A quiesce 0 [RESUME]', 'B signal REPORT - [RESUME]']);
    });

    it('asked for twice: one report', () => {
      const a = host.attach(task, 'A', Event.QUIESCE);
      control(task, a, INTERRUPT);
      control(task, a, INTERRUPT);
      host.run();
      expect(host.take('callback')).toEqual(['A signal REPORT - [RESUME]']);
    });

    it('a task about to enter a call: the call is interrupted', () => {
      host.attach(task, 'A', Event.SYSCALL_ENTRY | Event.QUIESCE, { reportSyscallEntry: () => run(INTERRUPT) });
      host.syscall(task, 'sleeps');
      expect(task.where).toBe('user');
      expect(host.take('callback').at(-1)).toBe('A signal REPORT - [RESUME]');
    });
  });

  describe('SINGLESTEP and BLOCKSTEP', () => {
    it('a stopped task runs one instruction, one block', () => {
      for (const [action, step] of [
        [SINGLESTEP, 1],
        [BLOCKSTEP, 2],
      ] as const) {
        task = host.task();
        const a = stopped();
        expect(control(task, a, action)).toBe(Answer.OK);
        host.run();
        expect([task.where, task.step]).toEqual(['user', step]);
      }
    });

    it('invalid unless the target had been stopped: not stopped', () => {
      const a = host.attach(task, 'A', 0);
      expect(control(task, a, SINGLESTEP)).toBe(Answer.NOT_STOPPED);
      expect(control(task, a, BLOCKSTEP)).toBe(Answer.NOT_STOPPED);
      host.run();
      expect([task.step, host.take('callback')]).toEqual([0, []]);
    });

    it('a machine that cannot: unsupported, and the task stays as it was', () => {
      host.hasSingleStep = false;
      host.hasBlockStep = false;
      const a = stopped();
      expect(control(task, a, SINGLESTEP)).toBe(Answer.UNSUPPORTED);
      expect(control(task, a, BLOCKSTEP)).toBe(Answer.UNSUPPORTED);
      host.run();
      expect([task.where, a.wantsStop]).toEqual(['held', true]);
    });

    it('BLOCKSTEP without the hardware is SINGLESTEP', () => {
      host.hasBlockStep = false;
      const a = stopped();
      expect(control(task, a, BLOCKSTEP)).toBe(Answer.OK);
      host.run();
      expect(task.step).toBe(1);
    });

    it('BLOCKSTEP devolves to SINGLESTEP when another engine uses that; a step survives another’s RESUME; any order', () => {
      for (const [first, second, step] of [
        [SINGLESTEP, BLOCKSTEP, 1],
        [BLOCKSTEP, SINGLESTEP, 1],
        [SINGLESTEP, RESUME, 1],
        [RESUME, SINGLESTEP, 1],
        [BLOCKSTEP, RESUME, 2],
        [RESUME, RESUME, 0],
      ] as const) {
        task = host.task();
        const a = stopped();
        const b = host.attach(task, 'B', 0);
        control(task, b, STOP);
        control(task, a, first);
        control(task, b, second);
        host.run();
        expect([task.where, task.step], `${first} ${second}`).toEqual(['user', step]);
      }
    });

    it('a step that an engine returned beside another’s STOP is not lost when the stop ends', () => {
      const a = quiescer('A', STOP);
      const b = quiescer('B', SINGLESTEP);
      control(task, a, REPORT);
      host.run();
      control(task, a, RESUME);
      host.run();
      expect([task.where, task.step, b.wantsStop]).toEqual(['user', 1, false]);
    });

    it('a step returned in an earlier round does not outlive a round that ended in a stop', () => {
      host.attach(task, 'A', Event.EXEC, { reportExec: () => SINGLESTEP });
      const b = quiescer('B', REPORT, STOP);
      host.exec(task, '/x');
      expect(task.where).toBe('held');
      control(task, b, RESUME);
      host.run();
      expect([task.where, task.step]).toEqual(['user', 0]);
    });

    it('an engine’s later choice replaces its step', () => {
      const a = stopped();
      const b = host.attach(task, 'B', 0);
      control(task, b, STOP);
      control(task, a, SINGLESTEP);
      control(task, a, RESUME);
      control(task, b, RESUME);
      host.run();
      expect([task.where, task.step]).toEqual(['user', 0]);
    });

    it('if more callbacks are made before user mode, the last set of callbacks decides', () => {
      const a = stopped();
      const b = host.attach(task, 'B', 0);
      control(task, b, STOP);
      control(task, a, SINGLESTEP);
      control(task, b, REPORT);
      host.run();
      expect([task.where, task.step]).toEqual(['user', 0]);
    });
  });
});

describe('utrace_set_events', () => {
  it('ok: no event callbacks not requested in the new flags will be made', () => {
    const a = stopped();
    expect(setEvents(task, a, Event.SYSCALL_EXIT)).toBe(Answer.OK);
    control(task, a, RESUME);
    host.run();
    host.syscall(task);
    expect(host.take('callback')).toEqual(['A exit-of-call [RESUME]']);
  });

  it('if the target was stopped and QUIESCE is included, a report_quiesce is made when it resumes (2008 forgot)', () => {
    const a = stopped();
    expect(setEvents(task, a, Event.QUIESCE | Event.EXEC)).toBe(Answer.OK);
    control(task, a, RESUME);
    host.run();
    expect(host.take('callback')).toEqual(['A quiesce 0 [RESUME]']);
  });

  it('in progress: a callback to this engine is under way, though the new mask is in force', () => {
    let answer: Answer | undefined;
    host.attach(task, 'A', Event.SYSCALL_ENTRY | Event.SYSCALL_EXIT, {
      reportSyscallEntry: (_a, self, t) => {
        answer = setEvents(t, self, Event.SYSCALL_ENTRY);
      },
    });
    host.syscall(task);
    expect([answer, host.take('callback')]).toEqual([Answer.IN_PROGRESS, ['A entry RUN [RESUME]']]);
  });

  it('a callback to another engine is under way: ok, and this very pass obeys', () => {
    let answer: Answer | undefined;
    const engines: Engine[] = [];
    host.attach(task, 'A', Event.EXEC, {
      reportExec: () => {
        answer = setEvents(task, engines[0]!, 0);
      },
    });
    engines.push(host.attach(task, 'B', Event.EXEC | Event.QUIESCE));
    host.exec(task, '/x');
    expect([answer, host.take('callback')]).toEqual([Answer.OK, ['A exec /x [RESUME]']]);
  });

  it('does not change whether the engine keeps the task stopped', () => {
    const a = stopped();
    setEvents(task, a, 0);
    host.run();
    expect([task.where, a.wantsStop]).toEqual(['held', true]);
  });

  const { DEATH, QUIESCE, REAP, EXIT } = Event;
  const table: [string, EventMask, EventMask, Answer][] = [
    ['newly set DEATH when it is already dead', REAP, REAP | DEATH, Answer.ALREADY],
    ['newly set QUIESCE when it is already dead', REAP, REAP | QUIESCE, Answer.ALREADY],
    ['keep DEATH when the death report is over: it will not come again', DEATH | REAP, DEATH, Answer.ALREADY],
    ['clear DEATH when the death report is over', DEATH | REAP, REAP, Answer.OK],
    ['clear REAP before it is reaped', DEATH | REAP, 0, Answer.OK],
    ['newly set REAP on the dead', EXIT, REAP, Answer.OK],
    ['newly set EXIT on the dead: nothing will come, nothing is refused', REAP, REAP | EXIT, Answer.OK],
  ];
  for (const [title, before, after, answer] of table) {
    it(`zombie: ${title}: ${answer}`, () => {
      const a = zombie(before);
      expect(setEvents(task, a, after)).toBe(answer);
      expect(a.events).toBe(answer === Answer.OK ? after : before); // already: nothing was changed
      const reported = (a.events & REAP) !== 0 ? ['A reap'] : [];
      host.reap(task);
      expect(host.take('callback')).toEqual(reported);
    });
  }

  it('already: clear DEATH or QUIESCE when the report_death callback may have begun; clearing others is fine', () => {
    const answers: Answer[] = [];
    const a = host.attach(task, 'A', DEATH | QUIESCE | REAP | EXIT);
    host.attach(task, 'B', DEATH, {
      reportDeath: () => {
        answers.push(setEvents(task, a, QUIESCE | REAP | EXIT)); // clears DEATH
        answers.push(setEvents(task, a, DEATH | REAP | EXIT)); // clears QUIESCE
        answers.push(setEvents(task, a, DEATH | QUIESCE)); // clears REAP and EXIT
      },
    });
    host.exit(task, 0);
    host.reap(task);
    expect(answers).toEqual([Answer.ALREADY, Answer.ALREADY, Answer.OK]);
    expect(host.take('callback').filter((line) => line.startsWith('A') && line.includes('reap'))).toEqual([]);
  });

  it('dying, the death report to come: DEATH can still be cleared and is then not reported; it cannot be set', () => {
    const a = host.attach(task, 'A', DEATH | REAP);
    const b = host.attach(task, 'B', REAP);
    task.exitState = 1;
    expect(setEvents(task, b, DEATH | REAP)).toBe(Answer.ALREADY);
    expect(setEvents(task, a, REAP)).toBe(Answer.OK);
    host.core.death(task, true, 17);
    host.reap(task);
    expect(host.take('callback')).toEqual(['A reap', 'B reap']);
  });

  it('gone: the report_reap callback may have begun, or the engine is detached by reaping', () => {
    const answers: Answer[] = [];
    const a: Engine = host.attach(task, 'A', REAP, { reportReap: () => void answers.push(setEvents(task, a, 0)) });
    const b = host.attach(task, 'B', REAP);
    host.attach(task, 'C', REAP, { reportReap: () => void answers.push(setEvents(task, b, 0)) });
    host.exit(task, 0);
    host.reap(task);
    answers.push(setEvents(task, a, REAP));
    expect(answers).toEqual([Answer.GONE, Answer.GONE, Answer.GONE]);
  });

  it('after a refused clear of DEATH the engine stays controllable: a kept mask does not fake a death report to come', () => {
    const a = zombie(DEATH | REAP);
    setEvents(task, a, DEATH | REAP);
    expect(control(task, a, DETACH)).toBe(Answer.OK);
  });
});
