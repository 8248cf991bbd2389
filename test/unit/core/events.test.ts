/** The callbacks one by one: syscall entry and exit, clone, exec, exit, jctl; and the hooks beside the events. */

import { beforeEach, describe, expect, it } from 'vitest';
import { SIG } from '../../../src/abi/signals.ts';
import { tid } from '../../../src/base/brand.ts';
import { Outcome } from '../../../src/tracehook/hooks.ts';
import { SyscallSet } from '../../../src/tracehook/syscall-set.ts';
import type { Task } from '../../../src/tracehook/task.ts';
import {
  Answer,
  Attach,
  abort,
  attachTask,
  control,
  type Engine,
  Event,
  engineStatus,
  ignore,
  Resume,
  run,
  SYSCALL_RESUMED,
  statusLine,
} from '../../../src/utrace/index.ts';
import { type FakeTask, ScriptedHost } from './scripted-host.ts';

let host: ScriptedHost;
let task: FakeTask;
beforeEach(() => {
  host = new ScriptedHost();
  task = host.task();
});

describe('report_syscall_entry', () => {
  it('the return value overrides the last engine’s action for the call; ABORT at the end: no call is made', () => {
    const calls = (...verdicts: ('RUN' | 'ABORT')[]): string => {
      const t = host.task();
      for (const verdict of verdicts) {
        host.attach(t, 'E', Event.SYSCALL_ENTRY, { reportSyscallEntry: () => (verdict === 'RUN' ? run() : abort()) });
      }
      host.take();
      host.syscall(t);
      return `${host.take('callback').map((line) => line.split(' ')[2])} ${host.take('task')}`.trim();
    };
    expect(calls('RUN', 'ABORT')).toBe('RUN,RUN');
    expect(calls('ABORT', 'RUN')).toBe('RUN,ABORT');
    host.attach(task, 'A', Event.SYSCALL_ENTRY, { reportSyscallEntry: () => abort() });
    host.syscall(task);
    expect(host.take('task')).toEqual(['10 call aborted', '10 user']);
    host.attach(task, 'B', Event.SYSCALL_ENTRY, { reportSyscallEntry: () => run() });
    host.syscall(task);
    expect(host.take('task')).toEqual(['10 call made', '10 user']);
  });

  it('the abort of one call is not carried over to the next', () => {
    let first = true;
    host.attach(task, 'A', Event.SYSCALL_ENTRY, {
      reportSyscallEntry: () => {
        const verdict = first ? abort() : undefined;
        first = false;
        return verdict;
      },
    });
    host.syscall(task);
    host.syscall(task);
    expect(host.take('task')).toEqual(['10 call aborted', '10 user', '10 call made', '10 user']);
  });

  it('STOP stops the task before attempting the call', () => {
    const a = host.attach(task, 'A', Event.SYSCALL_ENTRY, { reportSyscallEntry: () => run(Resume.STOP) });
    host.syscall(task);
    expect(host.take('task')).toEqual(['10 held']);
    control(task, a, Resume.RESUME);
    host.run();
    expect(host.take('task', 'callback')).toEqual(['10 call made', '10 user']);
  });

  it('STOP|ABORT: after the stop no call is made', () => {
    const a = host.attach(task, 'A', Event.SYSCALL_ENTRY, { reportSyscallEntry: () => abort(Resume.STOP) });
    host.syscall(task);
    control(task, a, Resume.RESUME);
    host.run();
    expect(host.take('task')).toEqual(['10 held', '10 call aborted', '10 user']);
  });

  it('delta (2009): a stop ended by control(REPORT) brings a second entry report, marked RESUMED, with the verdict so far', () => {
    const actions: number[] = [];
    const a = host.attach(task, 'A', Event.SYSCALL_ENTRY, {
      reportSyscallEntry: (action) => {
        actions.push(action & SYSCALL_RESUMED);
        return actions.length < 3 ? abort(Resume.STOP) : run();
      },
    });
    host.syscall(task);
    control(task, a, Resume.REPORT);
    host.run();
    expect(task.where).toBe('held');
    control(task, a, Resume.REPORT);
    host.run();
    expect(host.take('callback', 'task')).toEqual([
      'A entry RUN [RESUME]',
      '10 held',
      'A entry ABORT again [RESUME]',
      '10 held',
      'A entry ABORT again [RESUME]',
      '10 call made',
      '10 user',
    ]);
    expect(actions).toEqual([0, SYSCALL_RESUMED, SYSCALL_RESUMED]);
    host.syscall(task);
    expect(host.take('callback')).toEqual(['A entry RUN [RESUME]']); // the next call starts afresh
  });

  it('delta (2009): ended by RESUME or a step, it brings no second report, neither here nor on the way out', () => {
    for (const action of [Resume.RESUME, Resume.SINGLESTEP] as const) {
      const t = host.task();
      const a = host.attach(t, 'A', Event.SYSCALL_ENTRY | Event.QUIESCE, {
        reportSyscallEntry: () => run(Resume.STOP),
      });
      host.syscall(t);
      host.take();
      control(t, a, action);
      host.run();
      expect(host.take('callback')).toEqual([]);
      expect(t.where).toBe('user');
      expect(t.step).toBe(action === Resume.SINGLESTEP ? 1 : 0);
    }
  });

  it('SIGKILL during the stop: the call does not proceed', () => {
    host.attach(task, 'A', Event.SYSCALL_ENTRY, { reportSyscallEntry: () => run(Resume.STOP) });
    host.syscall(task);
    host.kill(task);
    expect(host.core.abortsSyscall(task)).toBe(true);
    expect(host.take('task')).toEqual(['10 held', '10 SIGKILL', '10 exits', '10 dead 9']);
  });

  it('SIGKILL during the callbacks: no stop, and the call does not proceed', () => {
    host.attach(task, 'A', Event.SYSCALL_ENTRY, {
      reportSyscallEntry: () => {
        host.kill(task);
        return run(Resume.STOP);
      },
    });
    task.where = 'on the way';
    expect(host.core.syscallEntry(task)).toBe(Outcome.GO);
    expect(host.core.abortsSyscall(task)).toBe(true);
  });
});

describe('engines that choose their system calls', () => {
  const only1 = SyscallSet.of({ 'x86-64': [1] });
  const BOTH = Event.SYSCALL_ENTRY | Event.SYSCALL_EXIT;

  it('get the reports of those calls only; others get all', () => {
    host.attach(task, 'A', BOTH, { syscalls: only1 });
    host.attach(task, 'B', Event.SYSCALL_ENTRY);
    for (task.nr of [0, 1]) host.syscall(task);
    expect(host.take('callback').map((line) => line.slice(0, 7))).toEqual(['B entry', 'A entry', 'B entry', 'A exit-']);
  });

  it('keep the task stopped at a call that they did not choose', () => {
    const a = host.attach(task, 'A', BOTH, { syscalls: only1 });
    host.attach(task, 'B', BOTH);
    task.nr = 0;
    host.syscall(task, 'sleeps');
    expect(control(task, a, Resume.STOP)).toBe(Answer.IN_PROGRESS);
    host.wakeUp(task);
    expect(host.take('callback').at(-1)).toBe('B exit-of-call [STOP]');
    expect(task.where).toBe('held');
  });
});

describe('report_clone', () => {
  it('is made for the parent, before the child might run', () => {
    host.attach(task, 'A', Event.CLONE, {
      reportClone: (_a, _e, t, flags, c) => void host.note('task', `${t.tid} ${flags} ${c.tid} ${c.starting}`),
    });
    host.clone(task, 0x100);
    expect(host.take('task')).toEqual(['10 256 11 true', '11 starts', '11 user', '10 user']);
  });

  it('STOP on the child in it keeps the child stopped before it ever runs in user mode', () => {
    let onChild: Engine | undefined;
    const answers: Answer[] = [];
    host.attach(task, 'A', Event.CLONE, {
      reportClone: (_a, _e, _t, _f, child) => {
        onChild = attachTask(host.core, child, Attach.CREATE, host.ops('C'), null) as Engine;
        answers.push(control(child, onChild, Resume.STOP));
      },
    });
    const child = host.clone(task);
    expect([answers, child.where, task.where]).toEqual([[Answer.IN_PROGRESS], 'held', 'user']);
    expect(host.take('task')).toEqual(['11 starts', '11 held', '10 user']);
    control(child, onChild!, Resume.RESUME);
    host.run();
    expect(child.where).toBe('user');
  });

  it('REPORT or INTERRUPT on the child ensures a callback from it before it starts in user mode', () => {
    for (const [action, line] of [
      [Resume.REPORT, 'C quiesce 0 [RESUME]'],
      [Resume.INTERRUPT, 'C signal REPORT - [RESUME]'],
    ] as const) {
      const parent = host.task();
      host.attach(parent, 'A', Event.CLONE, {
        reportClone: (_a, _e, _t, _f, child) => {
          const engine = host.attach(child, 'C', Event.QUIESCE);
          control(child, engine, action);
          return Resume.DETACH;
        },
      });
      host.take();
      const child = host.clone(parent);
      expect(host.take('callback', 'task').slice(1, 4)).toEqual([`${child.tid} starts`, line, `${child.tid} user`]);
    }
  });

  it('STOP returned does not block the child: it takes effect on the parent’s way out', () => {
    host.attach(task, 'A', Event.CLONE, { reportClone: () => Resume.STOP });
    const child = host.clone(task);
    expect([child.where, task.where]).toEqual(['user', 'held']);
  });
});

describe('report_exec', () => {
  it('is made when the exec succeeded, with what it was', () => {
    let seen: unknown;
    host.attach(task, 'A', Event.EXEC, {
      reportExec: (_a, _e, _t, exec) => {
        seen = exec;
      },
    });
    host.exec(task, '/bin/true', tid(12));
    expect(seen).toEqual({ oldTid: 12, path: '/bin/true' });
  });

  it('STOP: the new program does not run its first instruction', () => {
    host.attach(task, 'A', Event.EXEC, { reportExec: () => Resume.STOP });
    host.exec(task, '/bin/true');
    expect(host.take('task')).toEqual(['10 held']);
  });
});

describe('report_exit', () => {
  it('the code can be changed by this engine or others; orig_code is the real one', () => {
    host.attach(task, 'A', Event.EXIT, {
      reportExit: (_a, _e, _t, exit) => {
        exit.code = 512;
      },
    });
    host.attach(task, 'B', Event.EXIT, {
      reportExit: (_a, _e, _t, exit) => {
        exit.code += 256;
      },
    });
    host.exit(task, 256);
    expect(host.take('callback')).toEqual(['A exit 256 256 [RESUME]', 'B exit 256 512 [RESUME]']);
    expect(task.exitCode).toBe(768);
  });

  it('STOP keeps the task stopped before it cleans up and dies; when allowed to run it dies and gets to report_death', () => {
    const a = host.attach(task, 'A', Event.EXIT | Event.DEATH, { reportExit: () => Resume.STOP });
    host.exit(task, 0);
    expect([task.where, task.exitState]).toEqual(['held', 0]);
    expect(control(task, a, Resume.STOP)).toBe(Answer.OK);
    control(task, a, Resume.RESUME);
    host.run();
    expect(host.take('callback', 'task')).toEqual([
      '10 exits',
      'A exit 0 0 [RESUME]',
      '10 held',
      '10 dead 0',
      'A death true 17',
    ]);
  });

  it('Primacy of SIGKILL: a task dying of it is not held at exit; one held there is let go by it', () => {
    const stop = { reportExit: () => Resume.STOP } as const;
    host.attach(task, 'A', Event.EXIT, stop);
    host.kill(task);
    expect(task.where).toBe('zombie');
    const other = host.task();
    host.attach(other, 'A', Event.EXIT, stop);
    host.exit(other, 0);
    expect(other.where).toBe('held');
    host.kill(other);
    expect(other.where).toBe('zombie');
  });

  it('a tracing engine can prevent a thread from beginning to die by a signal other than SIGKILL', () => {
    host.attach(task, 'A', Event.SIGNAL_TERM, { reportSignal: () => ignore() });
    host.signal(task, SIG.SIGTERM);
    expect(task.where).toBe('user');
  });
});

describe('report_jctl', () => {
  it('type says whether it stops or resumes now; notify is what the parent is told', () => {
    host.attach(task, 'A', Event.JCTL);
    host.signal(task, SIG.SIGSTOP);
    host.cont(task);
    expect(host.take('callback')).toEqual(['A jctl stopped stopped [RESUME]', 'A jctl continued continued [RESUME]']);
    expect(task.where).toBe('user');
    expect(host.core.jctl(task, 'continued', 'stopped')).toBe(0);
    expect(host.core.jctl(task, 'stopped', null)).toBe(0);
    expect(host.take('callback')).toEqual(['A jctl continued stopped [RESUME]', 'A jctl stopped null [RESUME]']);
  });

  it('STOP in it: stopped already, so it is held on the spot, and SIGCONT does not make it go on', () => {
    const a = host.attach(task, 'A', Event.JCTL, {
      reportJctl: (_a, _e, _t, type) => (type === 'stopped' ? Resume.STOP : undefined),
    });
    host.signal(task, SIG.SIGSTOP);
    expect(task.where).toBe('held');
    expect(control(task, a, Resume.STOP)).toBe(Answer.OK);
    host.cont(task);
    expect(task.where).toBe('held');
    control(task, a, Resume.RESUME);
    host.run();
    expect(host.take('callback', 'task').slice(-4)).toEqual([
      '10 held',
      '10 continues',
      'A jctl continued continued [RESUME]',
      '10 user',
    ]);
  });

  it('UTRACE_STOP cleared while the job control stop goes on: it stays in that until SIGCONT', () => {
    const a = host.attach(task, 'A', Event.JCTL, { reportJctl: () => Resume.STOP });
    host.signal(task, SIG.SIGSTOP);
    control(task, a, Resume.RESUME);
    host.run();
    expect(task.where).toBe('job stop');
    host.cont(task);
    expect(task.where).toBe('held'); // STOP at the continue takes effect before user mode
    control(task, a, Resume.RESUME);
    host.run();
    expect(task.where).toBe('user');
  });
});

describe('unsafe_exec, tracer_task, proc status', () => {
  it('unsafe_exec: the bits of all engines together; those without the hook have nothing to say', () => {
    host.attach(task, 'A', 0, { unsafeExec: () => 1 });
    host.attach(task, 'B', 0);
    const c = host.attach(task, 'C', 0, { unsafeExec: () => 4 });
    host.syscall(task);
    host.core.resume(task);
    expect(host.core.unsafeExec(task)).toBe(5);
    control(task, c, Resume.DETACH);
    expect(host.core.unsafeExec(task)).toBe(1);
  });

  it('tracer_task: if an engine answers null, another may supply the result; the first that does decides', () => {
    const tracer: Task = host.task();
    expect(host.core.tracerTask(task)).toBeNull();
    host.attach(task, 'A', 0, { tracerTask: () => null });
    const b = host.attach(task, 'B', 0, { tracerTask: () => tracer });
    host.attach(task, 'C', 0, { tracerTask: () => task });
    host.core.resume(task);
    expect(host.core.tracerTask(task)).toBe(tracer);
    control(task, b, Resume.DETACH);
    expect(host.core.tracerTask(task)).toBe(task);
  });

  it('they are asked of an engine that no report has been made to yet', () => {
    host.attach(task, 'A', 0);
    host.attach(task, 'B', 0, { unsafeExec: () => 2, tracerTask: () => task });
    expect([host.core.unsafeExec(task), host.core.tracerTask(task)]).toEqual([2, task]);
  });

  it('task_utrace_proc_status: the mask in hex, then (stopped) (report) (interrupt); nothing for an untraced task', () => {
    expect(statusLine(task)).toBeNull();
    const a = host.attach(task, 'A', Event.QUIESCE | Event.JCTL, { reportQuiesce: () => Resume.STOP });
    expect(statusLine(task)).toBe('Utrace: 2003');
    control(task, a, Resume.REPORT);
    expect(statusLine(task)).toBe('Utrace: 2003 (report)');
    host.run();
    expect(statusLine(task)).toBe('Utrace: 2003 (stopped)');
    control(task, a, Resume.STOP);
    const b = host.attach(task, 'B', 0);
    control(task, b, Resume.INTERRUPT);
    expect(statusLine(task)).toBe('Utrace: 2003 (stopped) (interrupt)');
    control(task, a, Resume.DETACH);
    control(task, b, Resume.DETACH);
    expect(statusLine(task)).toBeNull();
  });

  it('engineStatus: each engine by name, with its events, its stop and whether a callback is under way', () => {
    let inside: unknown;
    host.attach(task, 'A', Event.SYSCALL_ENTRY, {
      reportSyscallEntry: () => {
        inside = engineStatus(task);
        return run(Resume.STOP);
      },
    });
    host.attach(task, 'B', Event.EXEC);
    host.syscall(task);
    const b = { name: 'B', events: ['EXEC'], stops: false, busy: false };
    const a = { name: 'A', events: ['SYSCALL_ENTRY'], stops: false, busy: true };
    expect(inside).toEqual([a, b]);
    expect(engineStatus(task)).toEqual([{ ...a, stops: true, busy: false }, b]);
  });
});
