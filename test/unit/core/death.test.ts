/** "Final callbacks", "Serialization of DEATH and REAP", "Primacy of SIGKILL" (seed 003). */

import { beforeEach, describe, expect, it } from 'vitest';
import { DeathSignal } from '../../../src/tracehook/hooks.ts';
import { ExitState } from '../../../src/tracehook/task.ts';
import { Answer, barrier, control, type Engine, Event, Resume, run, SIGNAL_EVENTS } from '../../../src/utrace/index.ts';
import { type FakeTask, ScriptedHost } from './scripted-host.ts';

let host: ScriptedHost;
let task: FakeTask;
beforeEach(() => {
  host = new ScriptedHost();
  task = host.task();
});

const FINAL = Event.DEATH | Event.REAP;

describe('final callbacks', () => {
  it('report_death is the penultimate event, report_reap the final one; each comes once', () => {
    host.attach(task, 'A', FINAL | Event.EXIT);
    host.exit(task, 256);
    host.reap(task);
    expect(host.take('callback', 'task')).toEqual([
      '10 exits', 'A exit 256 256 [RESUME]', '10 dead 256', 'A death true 17', '10 reaped', 'A reap',
    ]); // biome-ignore format: one life
    host.core.death(task, true, 17);
    expect(() => host.core.release(task)).toThrow(/reaped once/);
    expect(host.take('callback')).toEqual([]);
  });

  it('report_death says whether the group is dead and which signal the parent gets', () => {
    host.attach(task, 'A', Event.DEATH);
    task.exitState = ExitState.ZOMBIE;
    host.core.death(task, false, DeathSignal.DELAYED_GROUP_LEADER);
    expect(host.take('callback')).toEqual(['A death false -2']);
  });

  it('if report_death detaches, report_reap will never be made', () => {
    host.attach(task, 'A', FINAL, { reportDeath: () => Resume.DETACH });
    host.attach(task, 'B', FINAL);
    host.exit(task, 0);
    host.reap(task);
    expect(host.take('callback')).toEqual(['A death true 17', 'B death true 17', 'B reap']);
  });

  it('only DETACH is meaningful in its return value: none of the other actions applies to a dead thread', () => {
    for (const action of [Resume.STOP, Resume.INTERRUPT, Resume.REPORT, Resume.SINGLESTEP] as const) {
      const t = host.task();
      host.attach(t, 'A', FINAL | Event.QUIESCE, { reportDeath: () => action, reportQuiesce: () => action });
      host.take();
      host.kill(t);
      host.reap(t);
      expect(host.take('callback')).toEqual(['A quiesce DEATH [RESUME]', 'A death true 17', 'A reap']);
      expect(host.take('kernel')).toEqual([]);
    }
  });

  it('the engine is always detached by reaping; the handle stays valid and every call answers gone', () => {
    const a = host.attach(task, 'A', Event.REAP);
    const b = host.attach(task, 'B', 0);
    host.exit(task, 0);
    host.reap(task);
    for (const engine of [a, b]) {
      expect([engine.detached, engine.ops, barrier(engine)]).toEqual([true, null, Answer.GONE]);
      expect(control(task, engine, Resume.DETACH)).toBe(Answer.GONE);
    }
    expect(task.trace.events).toBe(0);
  });

  it('an engine that did not ask for REAP is detached without a callback; one still waiting to join is told', () => {
    host.attach(task, 'A', Event.EXEC);
    host.attach(task, 'B', Event.REAP);
    task.exitState = ExitState.ZOMBIE;
    host.reap(task); // nobody wanted DEATH: no death hook in between
    expect(host.take('callback')).toEqual(['B reap']);
  });

  it('reap: nothing else comes after it, whatever its callback does', () => {
    const a: Engine = host.attach(task, 'A', Event.REAP | Event.QUIESCE, {
      reportReap: () => {
        for (const action of Object.values(Resume)) expect(control(task, a, action)).toBe(Answer.GONE);
      },
    });
    host.exit(task, 0);
    host.take();
    host.reap(task);
    host.run();
    expect(host.take('callback')).toEqual(['A reap']);
  });
});

describe('serialization of DEATH and REAP', () => {
  it('reaping while death has not been reported yet: report_reap is not made until after report_death', () => {
    host.attach(task, 'A', FINAL);
    host.attach(task, 'B', Event.REAP);
    task.exitState = ExitState.DEAD; // release_task won the race
    host.core.release(task);
    expect(host.take('callback')).toEqual([]);
    host.core.death(task, true, 17);
    expect(host.take('callback')).toEqual(['A death true 17', 'A reap', 'B reap']);
  });

  it('reaping from within the death report (a parent that waits at once): the same', () => {
    host.attach(task, 'A', FINAL, {
      reportDeath: () => {
        task.exitState = ExitState.DEAD;
        host.core.release(task);
      },
    });
    host.attach(task, 'B', FINAL);
    host.exit(task, 0);
    expect(host.take('callback')).toEqual(['A death true 17', 'B death true 17', 'A reap', 'B reap']);
  });

  it('a QUIESCE bit alone makes the task report its death', () => {
    host.attach(task, 'A', Event.QUIESCE | Event.REAP);
    task.exitState = ExitState.DEAD;
    host.core.release(task);
    expect(host.take('callback')).toEqual([]);
    host.core.death(task, true, DeathSignal.REAP);
    expect(host.take('callback')).toEqual(['A quiesce DEATH [RESUME]', 'A reap']);
  });
});

describe('primacy of SIGKILL', () => {
  it('UTRACE_STOP: SIGKILL wakes a stopped thread, but it does not run user code', () => {
    const a = host.attach(task, 'A', FINAL | Event.EXEC | Event.EXIT, {
      reportExec: () => Resume.STOP,
      reportExit: () => Resume.STOP,
    });
    host.exec(task, '/x');
    expect(task.where).toBe('held');
    host.kill(task);
    expect(host.take('callback', 'task')).toEqual([
      'A exec /x [RESUME]', '10 held', '10 SIGKILL', '10 exits', 'A exit 9 9 [RESUME]', '10 dead 9', 'A death true 17',
    ]); // biome-ignore format: one life
    expect(control(task, a, Resume.RESUME)).toBe(Answer.GONE);
  });

  it('it breaks every kind of stop', () => {
    const ways: [string, (t: FakeTask) => void][] = [
      ['syscall entry', (t) => host.syscall(t)],
      ['way out', (t) => host.exec(t, '/x')],
      ['signal', (t) => host.signal(t, 10)],
      ['exit', (t) => host.exit(t, 0)],
      ['job control', (t) => host.signal(t, 19)],
    ];
    for (const [name, go] of ways) {
      const t = host.task();
      const stop = (): typeof Resume.STOP => Resume.STOP;
      host.attach(
        t,
        'A',
        Event.SYSCALL_ENTRY | Event.EXEC | (name === 'signal' ? SIGNAL_EVENTS : 0) | Event.EXIT | Event.JCTL,
        {
          reportSyscallEntry: () => run(Resume.STOP),
          reportSignal: () => 0x10 as never,
          reportExec: stop,
          reportExit: stop,
          reportJctl: stop,
        },
      );
      go(t);
      expect(t.where, name).toBe('held');
      host.kill(t);
      host.run();
      expect(t.where, name).toBe('zombie');
      host.reap(t);
    }
  });

  it('a job control stop that was taken over is broken too', () => {
    const a = host.attach(task, 'A', 0);
    host.signal(task, 19);
    expect(control(task, a, Resume.STOP)).toBe(Answer.OK);
    host.kill(task);
    host.run();
    expect(task.where).toBe('zombie');
  });

  it('a wake that was under way when SIGKILL came changes nothing', () => {
    const a = host.attach(task, 'A', Event.EXEC | FINAL, { reportExec: () => Resume.STOP });
    host.exec(task, '/x');
    control(task, a, Resume.RESUME);
    host.kill(task);
    host.run();
    expect(host.take('callback')).toEqual(['A exec /x [RESUME]', 'A death true 17']);
  });
});
