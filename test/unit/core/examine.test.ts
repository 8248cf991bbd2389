/** utrace_prepare_examine, utrace_finish_examine and utrace_barrier (seed 003, "Machine State" and kernel-doc). */

import { beforeEach, describe, expect, it } from 'vitest';
import { SIG } from '../../../src/abi/signals.ts';
import {
  Answer,
  barrier,
  control,
  type Engine,
  Event,
  type Examiner,
  finishExamine,
  prepareExamine,
  Resume,
} from '../../../src/utrace/index.ts';
import { type FakeTask, ScriptedHost } from './scripted-host.ts';

let host: ScriptedHost;
let task: FakeTask;
let a: Engine;
beforeEach(() => {
  host = new ScriptedHost();
  task = host.task();
  a = host.attach(task, 'A', Event.QUIESCE | Event.DEATH, {
    reportQuiesce: (_a, _e, _t, event) => (event === 0 ? Resume.STOP : undefined),
  });
});
const stop = (): void => {
  control(task, a, Resume.STOP);
  host.run();
};

describe('utrace_prepare_examine', () => {
  it('succeeds on a task that this engine keeps stopped, after the callback that returned STOP', () => {
    stop();
    expect(typeof prepareExamine(task, a)).toBe('object');
  });

  it('… or stopped by job control and then by control(STOP)', () => {
    host.signal(task, SIG.SIGSTOP);
    host.run();
    control(task, a, Resume.STOP);
    host.run();
    expect(typeof prepareExamine(task, a)).toBe('object');
  });

  it('invalid if UTRACE_STOP was not used by this engine, though another keeps the task stopped', () => {
    expect(prepareExamine(task, a)).toBe(Answer.INVALID);
    stop();
    const b = host.attach(task, 'B', 0);
    expect(prepareExamine(task, b)).toBe(Answer.INVALID);
  });

  it('gone if the target is dead', () => {
    stop();
    host.kill(task);
    expect(prepareExamine(task, a)).toBe(Answer.GONE);
  });

  it('not stopped: the stop is still in progress', () => {
    control(task, a, Resume.STOP);
    expect(prepareExamine(task, a)).toBe(Answer.NOT_STOPPED);
  });

  it('not stopped: it runs despite STOP, for SIGKILL', () => {
    stop();
    task.sigkill = true;
    expect(prepareExamine(task, a)).toBe(Answer.NOT_STOPPED);
  });
});

describe('utrace_finish_examine', () => {
  let examiner: Examiner;
  beforeEach(() => {
    stop();
    examiner = prepareExamine(task, a) as Examiner;
  });

  it('ok if the task has not run since; however often', () => {
    expect(finishExamine(task, a, examiner)).toBe(Answer.OK);
    expect(finishExamine(task, a, examiner)).toBe(Answer.OK);
  });

  it('not stopped: it woke up and stopped again meanwhile', () => {
    control(task, a, Resume.RESUME);
    host.run();
    stop();
    expect(finishExamine(task, a, examiner)).toBe(Answer.NOT_STOPPED);
  });

  it('not stopped: sudden death', () => {
    host.kill(task);
    expect(finishExamine(task, a, examiner)).toBe(Answer.NOT_STOPPED);
  });

  it('not stopped: SIGKILL is on its way', () => {
    task.sigkill = true;
    expect(finishExamine(task, a, examiner)).toBe(Answer.NOT_STOPPED);
  });

  it('invalid: this engine does not keep it stopped any more, or is detached', () => {
    const b = host.attach(task, 'B', 0);
    control(task, b, Resume.STOP);
    control(task, a, Resume.RESUME);
    host.run();
    expect(finishExamine(task, a, examiner)).toBe(Answer.INVALID);
    control(task, a, Resume.DETACH);
    expect([finishExamine(task, a, examiner), prepareExamine(task, a)]).toEqual([Answer.INVALID, Answer.INVALID]);
  });
});

describe('utrace_barrier', () => {
  it('ok: no callback is in progress; whenDone is not called', () => {
    let done = 0;
    expect(barrier(a, () => done++)).toBe(Answer.OK);
    stop();
    expect([barrier(a), done]).toEqual([Answer.OK, 0]);
  });

  it('gone for an engine that is completely detached', () => {
    control(task, a, Resume.DETACH);
    expect(barrier(a)).toBe(Answer.GONE);
  });

  it('accepts an engine after DETACH was used: in progress until its callback has finished, then whenDone', () => {
    const order: unknown[] = [];
    const b: Engine = host.attach(task, 'B', Event.EXEC, {
      reportExec: () => {
        order.push(
          control(task, b, Resume.DETACH),
          barrier(b, () => order.push('done')),
        );
      },
    });
    host.attach(task, 'C', Event.EXEC, { reportExec: () => void order.push('next', barrier(b)) });
    host.exec(task, '/x');
    expect(order).toEqual([Answer.IN_PROGRESS, Answer.IN_PROGRESS, 'done', 'next', Answer.GONE]);
  });

  it('whenDone fires after report_reap has returned too', () => {
    const order: unknown[] = [];
    const b: Engine = host.attach(task, 'B', Event.REAP, {
      reportReap: () => {
        order.push(barrier(b, () => order.push(barrier(b))));
      },
    });
    host.exit(task, 0);
    host.reap(task);
    expect(order).toEqual([Answer.IN_PROGRESS, Answer.GONE]);
  });
});
