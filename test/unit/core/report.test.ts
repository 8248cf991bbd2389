/** Report passes (seed 003: "Events and Callbacks", enum utrace_resume_action, struct utrace_engine_ops). */

import { beforeEach, describe, expect, it } from 'vitest';
import { SIG } from '../../../src/abi/signals.ts';
import {
  Answer,
  abort,
  barrier,
  control,
  type Engine,
  Event,
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

const CALL = Event.SYSCALL_ENTRY | Event.SYSCALL_EXIT;

describe('event masks', () => {
  it('callbacks: each engine gets a callback if it has set the event flag for that event type, and only then', () => {
    host.attach(task, 'A', Event.SYSCALL_ENTRY);
    host.attach(task, 'B', Event.SYSCALL_EXIT);
    host.syscall(task);
    expect(host.take('callback')).toEqual(['A entry RUN [RESUME]', 'B exit-of-call [RESUME]']);
  });

  it('every event bit brings its own callback and no other', () => {
    const scenarios: [keyof typeof Event, (t: FakeTask) => void, string][] = [
      ['CLONE', (t) => void host.clone(t), 'A clone 11 [RESUME]'],
      ['EXEC', (t) => host.exec(t, '/bin/x'), 'A exec /bin/x [RESUME]'],
      ['EXIT', (t) => host.exit(t, 256), 'A exit 256 256 [RESUME]'],
      ['DEATH', (t) => host.exit(t, 0), 'A death true 17'],
      ['SYSCALL_ENTRY', (t) => host.syscall(t), 'A entry RUN [RESUME]'],
      ['SYSCALL_EXIT', (t) => host.syscall(t), 'A exit-of-call [RESUME]'],
      ['SIGNAL_IGN', (t) => host.signal(t, SIG.SIGCHLD), 'A signal IGN SIGCHLD [RESUME]'],
      ['SIGNAL_STOP', (t) => host.signal(t, SIG.SIGTSTP), 'A signal TSTP SIGTSTP [RESUME]'],
      ['SIGNAL_TERM', (t) => host.signal(t, SIG.SIGHUP), 'A signal TERM SIGHUP [RESUME]'],
      ['SIGNAL_CORE', (t) => host.signal(t, SIG.SIGSEGV), 'A signal CORE SIGSEGV [RESUME]'],
      ['JCTL', (t) => host.signal(t, SIG.SIGSTOP), 'A jctl stopped stopped [RESUME]'],
    ];
    for (const [name, act, line] of scenarios) {
      host = new ScriptedHost();
      const t = host.task();
      host.attach(t, 'A', Event[name]);
      act(t);
      host.run();
      expect(host.take('callback'), name).toEqual([line]);
    }
  });

  it('callbacks: only those that the flags need are required; asking for one that is not there throws', () => {
    const engine = host.attach(task, 'A', 0, {}, ['reportClone']);
    expect(() => setEvents(task, engine, Event.CLONE)).toThrow(/A asks for CLONE but has no reportClone/);
    expect(() => setEvents(task, engine, 1 << 20)).toThrow(TypeError);
    expect(engine.events).toBe(0);
    expect(setEvents(task, engine, Event.EXEC)).toBe(Answer.OK);
  });
});

describe('report_quiesce', () => {
  it('is made before each specific event callback, with that event’s bit', () => {
    host.attach(task, 'A', Event.QUIESCE | CALL);
    host.attach(task, 'B', Event.QUIESCE | CALL);
    host.syscall(task);
    expect(host.take('callback')).toEqual([
      'A quiesce SYSCALL_ENTRY [RESUME]',
      'A entry RUN [RESUME]',
      'B quiesce SYSCALL_ENTRY [RESUME]',
      'B entry RUN [RESUME]',
      'A quiesce SYSCALL_EXIT [RESUME]',
      'A exit-of-call [RESUME]',
      'B quiesce SYSCALL_EXIT [RESUME]',
      'B exit-of-call [RESUME]',
    ]);
  });

  it('comes before the death callback, not before the reap callback', () => {
    host.attach(task, 'A', Event.QUIESCE | Event.DEATH | Event.REAP);
    host.exit(task, 0);
    host.reap(task);
    expect(host.take('callback')).toEqual(['A quiesce DEATH [RESUME]', 'A death true 17', 'A reap']);
  });

  it('might be made for events the engine has not requested, if another engine is tracing the event', () => {
    host.attach(task, 'A', Event.QUIESCE);
    host.attach(task, 'B', Event.SYSCALL_ENTRY);
    host.syscall(task);
    expect(host.take('callback')).toEqual(['A quiesce SYSCALL_ENTRY [RESUME]', 'B entry RUN [RESUME]']);
  });

  it('calling set_events in it can request the immediate callback for this occurrence of the event', () => {
    host.attach(task, 'A', Event.QUIESCE, {
      reportQuiesce: (_a, engine, t, event) => {
        if (event === Event.SYSCALL_ENTRY) setEvents(t, engine, Event.QUIESCE | Event.SYSCALL_ENTRY);
      },
    });
    host.attach(task, 'B', Event.SYSCALL_ENTRY);
    host.syscall(task);
    expect(host.take('callback')).toEqual([
      'A quiesce SYSCALL_ENTRY [RESUME]',
      'A entry RUN [RESUME]',
      'B entry RUN [RESUME]',
    ]);
  });

  it('calling set_events in it can also do without this occurrence', () => {
    host.attach(task, 'A', Event.QUIESCE | Event.SYSCALL_ENTRY, {
      reportQuiesce: (_a, engine, t) => void setEvents(t, engine, Event.QUIESCE),
    });
    host.syscall(task);
    expect(host.take('callback')).toEqual(['A quiesce SYSCALL_ENTRY [RESUME]']);
  });

  it('event is zero when there is no other event and some engine has used REPORT', () => {
    const a = host.attach(task, 'A', Event.QUIESCE);
    host.attach(task, 'B', Event.QUIESCE);
    control(task, a, Resume.REPORT);
    host.run();
    expect(host.take('callback')).toEqual(['A quiesce 0 [RESUME]', 'B quiesce 0 [RESUME]']);
  });

  it('may be replaced by report_signal with SIGNAL_REPORT where the task enters the signal check anyway', () => {
    const a = host.attach(task, 'A', Event.QUIESCE);
    host.attach(task, 'B', Event.QUIESCE, {}, ['reportSignal']);
    control(task, a, Resume.INTERRUPT);
    host.run();
    expect(host.take('callback')).toEqual(['A signal REPORT - [RESUME]', 'B quiesce 0 [RESUME]']);
  });

  it('an engine that detaches in it gets no callback for the event', () => {
    host.attach(task, 'A', Event.QUIESCE | CALL, { reportQuiesce: () => Resume.DETACH });
    host.attach(task, 'B', CALL);
    host.syscall(task);
    expect(host.take('callback')).toEqual([
      'A quiesce SYSCALL_ENTRY [RESUME]',
      'B entry RUN [RESUME]',
      'B exit-of-call [RESUME]',
    ]);
  });
});

describe('the resume action', () => {
  it('starts as RESUME; each callback sees what the engines before it chose', () => {
    const answers: ResumeAction[] = [Resume.BLOCKSTEP, Resume.RESUME, Resume.SINGLESTEP, Resume.STOP];
    answers.forEach((answer, i) => {
      host.attach(task, `E${i}`, Event.QUIESCE, { reportQuiesce: () => answer });
    });
    const last = host.attach(task, 'Z', Event.QUIESCE);
    control(task, last, Resume.REPORT);
    host.run();
    expect(host.take('callback')).toEqual([
      'E0 quiesce 0 [RESUME]',
      'E1 quiesce 0 [BLOCKSTEP]',
      'E2 quiesce 0 [BLOCKSTEP]',
      'E3 quiesce 0 [SINGLESTEP]',
      'Z quiesce 0 [STOP]',
    ]);
    expect(task.where).toBe('held');
  });

  it('the smallest value prevails, whatever the order of the engines', () => {
    const outcome = (answers: ResumeAction[]): string => {
      host = new ScriptedHost();
      const t = host.task();
      for (const answer of answers) {
        let asked = false;
        host.attach(t, 'E', Event.QUIESCE, {
          reportQuiesce: () => {
            if (asked) return Resume.RESUME;
            asked = true;
            return answer;
          },
        }, ['reportSignal']); // biome-ignore format: short
      }
      control(t, host.attach(t, 'kick', 0), Resume.REPORT);
      host.take();
      host.run();
      const signals = host.take('callback').length > answers.length ? ' reported again' : '';
      return `${t.where}${t.step === 0 ? '' : t.step === 1 ? ' SINGLE' : ' BLOCK'}${signals}`;
    };
    const { STOP, INTERRUPT, SINGLESTEP, BLOCKSTEP, RESUME, DETACH } = Resume;
    for (const flip of [(x: ResumeAction[]) => x, (x: ResumeAction[]) => [...x].reverse()]) {
      expect(outcome(flip([RESUME, DETACH]))).toBe('user');
      expect(outcome(flip([RESUME, BLOCKSTEP]))).toBe('user BLOCK');
      expect(outcome(flip([SINGLESTEP, BLOCKSTEP]))).toBe('user SINGLE');
      expect(outcome(flip([INTERRUPT, SINGLESTEP]))).toBe('user reported again');
      expect(outcome(flip([STOP, INTERRUPT]))).toBe('held');
    }
    expect([STOP, INTERRUPT, Resume.REPORT, SINGLESTEP, BLOCKSTEP, RESUME, DETACH]).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('except at syscall entry and exit, it takes effect when the task is ready to return to user mode', () => {
    const seen: string[] = [];
    const a = host.attach(task, 'A', Event.EXEC, { reportExec: () => Resume.STOP });
    host.attach(task, 'B', Event.QUIESCE, { reportQuiesce: () => void seen.push(task.where) });
    host.exec(task, '/bin/x');
    expect(task.where).toBe('held');
    expect(host.take('callback')).toEqual(['A exec /bin/x [RESUME]', 'B quiesce EXEC [STOP]', 'B quiesce 0 [STOP]']);
    expect(control(task, a, Resume.RESUME)).toBe(Answer.OK);
    host.run();
    expect(task.where).toBe('user');
  });

  it('if there are more callbacks, the last round determines the final action', () => {
    host.attach(task, 'A', Event.SYSCALL_EXIT | Event.QUIESCE, {
      reportQuiesce: (_a, _e, _t, event) => (event === 0 ? Resume.RESUME : Resume.REPORT),
      reportSyscallExit: () => Resume.SINGLESTEP,
    });
    host.syscall(task);
    expect(host.take('task').at(-1)).toBe('10 user');
  });

  it('REPORT returned from a callback: a quiesce callback with event zero is made before user mode', () => {
    host.attach(task, 'A', Event.SYSCALL_ENTRY | Event.QUIESCE, { reportSyscallEntry: () => run(Resume.REPORT) });
    host.syscall(task);
    expect(host.take('callback', 'task')).toEqual([
      'A quiesce SYSCALL_ENTRY [RESUME]',
      'A entry RUN [RESUME]',
      '10 call made',
      'A quiesce 0 [RESUME]',
      '10 user',
    ]);
  });

  it('INTERRUPT returned from a callback: a signal report is made before user mode', () => {
    host.attach(task, 'A', Event.EXEC | Event.QUIESCE, { reportExec: () => Resume.INTERRUPT });
    host.exec(task, '/x');
    expect(host.take('callback').at(-1)).toBe('A signal REPORT - [RESUME]');
    expect(task.where).toBe('user');
  });

  it('delta: a step returned from an event callback takes effect unless a later pass decides otherwise', () => {
    host.attach(task, 'A', Event.SYSCALL_EXIT, { reportSyscallExit: () => Resume.SINGLESTEP });
    host.syscall(task);
    expect(host.take('task').at(-1)).toBe('10 user SINGLE');
  });

  it('delta: a block step on a machine without one is a single step; without any, the task just runs', () => {
    host.hasBlockStep = false;
    let answer: ResumeAction = Resume.BLOCKSTEP;
    const a = host.attach(task, 'A', Event.SYSCALL_EXIT | Event.QUIESCE, {
      reportSyscallExit: () => answer,
      reportQuiesce: (_a, _e, _t, event) => (event === 0 ? answer : undefined),
    });
    host.syscall(task);
    expect(host.take('task').at(-1)).toBe('10 user SINGLE');
    control(task, a, Resume.REPORT);
    host.run();
    expect(host.take('task').at(-1)).toBe('10 user SINGLE');
    host.hasSingleStep = false;
    answer = Resume.SINGLESTEP;
    control(task, a, Resume.REPORT);
    host.run();
    expect(host.take('task').at(-1)).toBe('10 user');
  });

  it('a callback that answers nothing has no opinion: the others’ choice stands', () => {
    host.attach(task, 'A', Event.SYSCALL_ENTRY, { reportSyscallEntry: () => abort() });
    host.attach(task, 'B', Event.SYSCALL_ENTRY);
    host.syscall(task);
    expect(host.take('callback', 'task')).toEqual([
      'A entry RUN [RESUME]',
      'B entry ABORT [RESUME]',
      '10 call aborted',
      '10 user',
    ]);
  });
});

describe('UTRACE_STOP is sticky, and only UTRACE_STOP', () => {
  it('the task stays stopped unless the engine returns different from a following callback', () => {
    let answer: ResumeAction = Resume.STOP;
    const a = host.attach(task, 'A', Event.QUIESCE, { reportQuiesce: () => answer });
    const b = host.attach(task, 'B', Event.QUIESCE, { reportQuiesce: () => answer });
    control(task, a, Resume.REPORT);
    host.run();
    expect([task.where, a.wantsStop, b.wantsStop]).toEqual(['held', true, true]);
    control(task, a, Resume.RESUME);
    host.run();
    expect(task.where).toBe('held'); // B has not resumed
    answer = Resume.RESUME;
    control(task, b, Resume.REPORT);
    host.run();
    expect([task.where, a.wantsStop, b.wantsStop]).toEqual(['user', false, false]);
  });

  it('an engine that gets no callback in the last round keeps its stop, in the quiesce round', () => {
    host.attach(task, 'A', Event.SYSCALL_EXIT, { reportSyscallExit: () => Resume.STOP });
    host.attach(task, 'B', Event.QUIESCE);
    host.syscall(task);
    expect(host.take('callback').at(-1)).toBe('B quiesce 0 [STOP]');
    expect(task.where).toBe('held');
  });

  it('… and in the signal round too', () => {
    const a = host.attach(task, 'A', Event.SYSCALL_EXIT, { reportSyscallExit: () => Resume.STOP });
    host.attach(task, 'B', Event.SYSCALL_EXIT, { reportSyscallExit: () => Resume.INTERRUPT });
    host.syscall(task);
    expect(task.where).toBe('held');
    control(task, a, Resume.RESUME);
    host.run();
    expect(task.where).toBe('user');
  });

  it('@action “shows what would happen if @engine wasn’t there”: not its own stop from before, but the others’', () => {
    const a = host.attach(task, 'A', Event.SYSCALL_EXIT);
    const b = host.attach(task, 'B', Event.SYSCALL_EXIT, { reportSyscallExit: () => Resume.RESUME });
    control(task, b, Resume.STOP);
    host.syscall(task);
    expect(host.take('callback')).toEqual(['A exit-of-call [RESUME]', 'B exit-of-call [RESUME]']);
    control(task, a, Resume.STOP);
    setEvents(task, a, 0);
    host.syscall(task);
    expect(host.take('callback')).toEqual(['B exit-of-call [STOP]']);
    expect(task.where).toBe('held');
  });

  it('a callback that answers nothing leaves the stop its engine asked for', () => {
    const a = host.attach(task, 'A', Event.SYSCALL_EXIT, { reportSyscallExit: () => undefined });
    control(task, a, Resume.STOP);
    host.syscall(task);
    expect([task.where, a.wantsStop]).toEqual(['held', true]);
  });

  it('a later callback of the same engine takes its own stop back within the pass', () => {
    host.attach(task, 'A', Event.QUIESCE | Event.SYSCALL_ENTRY, {
      reportQuiesce: (_a, _e, _t, event) => (event === 0 ? Resume.RESUME : Resume.STOP),
      reportSyscallEntry: () => run(),
    });
    host.syscall(task);
    expect(task.where).toBe('user');
  });

  it('REPORT and steps are not sticky: the next round without them just resumes', () => {
    let answer: ResumeAction = Resume.SINGLESTEP;
    const a = host.attach(task, 'A', Event.QUIESCE, { reportQuiesce: () => answer });
    control(task, a, Resume.REPORT);
    host.run();
    expect(task.step).toBe(1);
    answer = Resume.RESUME;
    control(task, a, Resume.REPORT);
    host.run();
    expect(task.step).toBe(0);
    expect(task.trace.report).toBe(false);
  });

  it('a stop that another engine’s callback has lifted in the same pass does not hold the task', () => {
    for (const action of [Resume.RESUME, Resume.DETACH] as const) {
      host = new ScriptedHost();
      const t = host.task();
      const a = host.attach(t, 'A', Event.QUIESCE, { reportQuiesce: () => Resume.STOP });
      let answer: Answer | undefined;
      const b = host.attach(t, 'B', Event.QUIESCE, {
        reportQuiesce: () => {
          answer = control(t, a, action);
          return Resume.SINGLESTEP;
        },
      });
      control(t, b, Resume.REPORT);
      host.run();
      expect(answer).toBe(Answer.OK);
      expect([t.where, t.step]).toEqual(['user', 1]); // what the others chose stands
    }
  });
});

describe('engines detached during a pass', () => {
  it('DETACH returned: no more callbacks, and the task’s mask forgets it', () => {
    const a = host.attach(task, 'A', CALL, { reportSyscallEntry: () => run(Resume.DETACH) });
    host.attach(task, 'B', Event.SYSCALL_ENTRY);
    host.syscall(task);
    expect(host.take('callback')).toEqual(['A entry RUN [RESUME]', 'B entry RUN [RESUME]']);
    expect(task.trace.events).toBe(Event.SYSCALL_ENTRY | Event.REAP);
    expect([a.detached, a.ops, barrier(a)]).toEqual([true, null, Answer.GONE]);
    expect(control(task, a, Resume.RESUME)).toBe(Answer.GONE);
  });

  it('by control in its own callback: in progress; whatever it returns then is like DETACH', () => {
    let answer: Answer | undefined;
    host.attach(task, 'A', CALL, {
      reportSyscallEntry: (_a, self) => {
        answer = control(task, self, Resume.DETACH);
        return run(Resume.STOP);
      },
    });
    host.syscall(task);
    expect(answer).toBe(Answer.IN_PROGRESS);
    expect(host.take('callback')).toEqual(['A entry RUN [RESUME]']);
    expect([task.where, task.trace.events]).toEqual(['user', 0]);
  });

  it('by another’s callback before its turn: ok, and not even this callback is made', () => {
    let answer: Answer | undefined;
    const engines: Engine[] = [];
    host.attach(task, 'A', CALL, {
      reportSyscallEntry: () => {
        answer = control(task, engines[0]!, Resume.DETACH);
      },
    });
    engines.push(host.attach(task, 'B', CALL | Event.QUIESCE | Event.REAP | Event.DEATH));
    host.syscall(task);
    host.exit(task, 0);
    host.reap(task);
    expect(answer).toBe(Answer.OK);
    expect(host.take('callback').filter((line) => line.startsWith('B'))).toEqual([]);
  });

  it('by another’s callback after its turn: ok, and nothing more', () => {
    let answer: Answer | undefined;
    const a = host.attach(task, 'A', CALL | Event.REAP);
    host.attach(task, 'B', CALL, {
      reportSyscallEntry: () => {
        answer = control(task, a, Resume.DETACH);
      },
    });
    host.syscall(task);
    host.exit(task, 0);
    host.reap(task);
    expect(answer).toBe(Answer.OK);
    expect(host.take('callback').filter((line) => line.startsWith('A'))).toEqual(['A entry RUN [RESUME]']);
  });

  it('between its quiesce callback and its event callback, by itself: the event callback is not made', () => {
    host.attach(task, 'A', CALL | Event.QUIESCE, {
      reportQuiesce: (_a, self) => void control(task, self, Resume.DETACH),
    });
    host.syscall(task);
    expect(host.take('callback')).toEqual(['A quiesce SYSCALL_ENTRY [RESUME]']);
  });
});

describe('a callback that throws (delta)', () => {
  it('is detached and reported; the others are not disturbed', () => {
    const boom = new Error('boom');
    const a = host.attach(task, 'A', CALL, {
      reportSyscallEntry: () => {
        throw boom;
      },
    });
    host.attach(task, 'B', CALL);
    host.syscall(task);
    expect(host.faults).toEqual([{ error: boom, engine: a, callback: 'reportSyscallEntry' }]);
    expect(a.ops).toBeNull();
    expect(host.take('callback')).toEqual(['A entry RUN [RESUME]', 'B entry RUN [RESUME]', 'B exit-of-call [RESUME]']);
    expect(task.where).toBe('user');
  });

  it('leaves the disposition as the engines before it decided', () => {
    host.attach(task, 'A', Event.SYSCALL_ENTRY, { reportSyscallEntry: () => abort() });
    host.attach(task, 'B', Event.SYSCALL_ENTRY, {
      reportSyscallEntry: () => {
        throw new Error('boom');
      },
    });
    host.attach(task, 'C', Event.SYSCALL_ENTRY);
    host.syscall(task);
    expect(host.take('callback', 'task')).toContain('C entry ABORT [RESUME]');
    expect(host.faults.length).toBe(1);
  });

  it('in report_quiesce, report_death and report_reap as well', () => {
    const script = {
      reportQuiesce: (): never => {
        throw new Error('q');
      },
      reportDeath: (): never => {
        throw new Error('d');
      },
      reportReap: (): never => {
        throw new Error('r');
      },
    };
    host.attach(task, 'A', Event.QUIESCE | Event.EXIT | Event.REAP, script);
    host.attach(task, 'B', Event.DEATH | Event.REAP, script);
    host.attach(task, 'C', Event.REAP, script);
    host.attach(task, 'D', Event.REAP);
    host.exit(task, 0);
    host.reap(task);
    expect(host.faults.map((fault) => fault.callback)).toEqual(['reportQuiesce', 'reportDeath', 'reportReap']);
    expect(host.take('callback')).toEqual(['A quiesce EXIT [RESUME]', 'B death true 17', 'C reap', 'D reap']);
  });
});

describe('mask of the task', () => {
  it('is the union over its engines; stale bits go when a pass finds nobody interested', () => {
    const a = host.attach(task, 'A', CALL);
    host.attach(task, 'B', Event.EXEC);
    expect(task.trace.events).toBe(CALL | Event.EXEC | Event.REAP);
    setEvents(task, a, 0);
    host.syscall(task);
    expect(task.trace.events).toBe(Event.EXEC | Event.REAP);
    expect(host.take('callback')).toEqual([]);
  });

  it('is zero when the last engine is gone, and nothing is owed any more', () => {
    const a = host.attach(task, 'A', CALL);
    control(task, a, Resume.REPORT);
    expect(control(task, a, Resume.DETACH)).toBe(Answer.OK);
    expect([task.trace.events, task.trace.report, task.trace.interrupt]).toEqual([0, false, false]);
  });
});
