/** utrace_attach_task, utrace_attach_pid (seed 003, kernel-doc), and the order of attachment. */

import { beforeEach, describe, expect, it } from 'vitest';
import { SIG } from '../../../src/abi/signals.ts';
import { tid } from '../../../src/base/brand.ts';
import {
  Answer,
  Attach,
  attachPid,
  attachTask,
  control,
  Engine,
  Event,
  Resume,
  setEvents,
} from '../../../src/utrace/index.ts';
import { type FakeTask, ScriptedHost } from './scripted-host.ts';

let host: ScriptedHost;
let task: FakeTask;
beforeEach(() => {
  host = new ScriptedHost();
  task = host.task();
});

const CREATE_EXCLUSIVE = Attach.CREATE | Attach.EXCLUSIVE;

describe('utrace_attach_task', () => {
  it('intro: returns a handle; an attached engine does nothing by default', () => {
    const engine = host.attach(task, 'A', 0);
    expect(engine).toBeInstanceOf(Engine);
    expect(engine.events).toBe(0);
    expect(host.take('callback', 'kernel')).toEqual([]);
    host.syscall(task);
    host.signal(task, SIG.SIGCHLD);
    host.exit(task, 0);
    host.reap(task);
    expect(host.take('callback')).toEqual([]);
  });

  it('CREATE missing: only looks up, ENOENT when there is none', () => {
    const ops = host.ops('A');
    expect(attachTask(host.core, task, 0, ops, null)).toBe('ENOENT');
    const made = attachTask(host.core, task, Attach.CREATE, ops, null);
    expect(attachTask(host.core, task, 0, ops, null)).toBe(made);
    expect(attachTask(host.core, task, Attach.MATCH_OPS, host.ops('B'), null)).toBe('ENOENT');
  });

  it('CREATE: makes a new engine even where one matches', () => {
    const ops = host.ops('A');
    const first = attachTask(host.core, task, Attach.CREATE, ops, null);
    const second = attachTask(host.core, task, Attach.CREATE, ops, null);
    expect(second).toBeInstanceOf(Engine);
    expect(second).not.toBe(first);
  });

  it('MATCH_OPS and MATCH_DATA: only engines matching ops, data, or both are considered; the first one is found', () => {
    const ops = host.ops('A');
    const others = host.ops('B');
    const a1 = attachTask(host.core, task, Attach.CREATE, ops, 1);
    const a2 = attachTask(host.core, task, Attach.CREATE, ops, 2);
    const b2 = attachTask(host.core, task, Attach.CREATE, others, 2);
    const find = (flags: number, o: typeof ops, data: unknown) => attachTask(host.core, task, flags, o, data);
    expect(find(0, others, 9)).toBe(a1);
    expect(find(Attach.MATCH_OPS, ops, 9)).toBe(a1);
    expect(find(Attach.MATCH_OPS, others, 9)).toBe(b2);
    expect(find(Attach.MATCH_DATA, others, 2)).toBe(a2);
    expect(find(Attach.MATCH_OPS | Attach.MATCH_DATA, others, 2)).toBe(b2);
    expect(find(Attach.MATCH_OPS | Attach.MATCH_DATA, others, 1)).toBe('ENOENT');
  });

  it('EXCLUSIVE: attaching a second matching engine fails with EEXIST; one that does not match is attached', () => {
    const ops = host.ops('A');
    const flags = CREATE_EXCLUSIVE | Attach.MATCH_OPS | Attach.MATCH_DATA;
    expect(attachTask(host.core, task, flags, ops, 1)).toBeInstanceOf(Engine);
    expect(attachTask(host.core, task, flags, ops, 1)).toBe('EEXIST');
    expect(attachTask(host.core, task, flags, ops, 2)).toBeInstanceOf(Engine);
    expect(attachTask(host.core, task, CREATE_EXCLUSIVE, host.ops('C'), 3)).toBe('EEXIST'); // no MATCH: any engine
  });

  it('EXCLUSIVE: an engine still waiting to join the list counts, a detached one does not', () => {
    const a = host.attach(task, 'A', Event.SYSCALL_ENTRY);
    const ops = host.ops('B');
    const flags = CREATE_EXCLUSIVE | Attach.MATCH_OPS;
    const b = attachTask(host.core, task, flags, ops, null) as Engine;
    expect(attachTask(host.core, task, flags, ops, null)).toBe('EEXIST');
    expect(control(task, b, Resume.DETACH)).toBe(Answer.OK);
    expect(attachTask(host.core, task, flags, ops, null)).toBeInstanceOf(Engine);
    expect(control(task, a, Resume.DETACH)).toBe(Answer.OK);
  });

  it('an engine marked for detach while its callback runs is not found any more', () => {
    let found: unknown;
    const engine = host.attach(task, 'A', Event.SYSCALL_ENTRY, {
      reportSyscallEntry: (_a, self) => {
        control(task, self, Resume.DETACH);
        found = attachTask(host.core, task, Attach.MATCH_DATA, null, 'A');
      },
    });
    host.syscall(task);
    expect(found).toBe('ENOENT');
    expect(engine.ops).toBeNull();
  });

  it('ESRCH: the target has been reaped; a look-up says ENOENT', () => {
    host.exit(task, 0);
    host.reap(task);
    expect(attachTask(host.core, task, Attach.CREATE, host.ops('A'), null)).toBe('ESRCH');
    expect(attachTask(host.core, task, 0, host.ops('A'), null)).toBe('ENOENT');
  });

  it('reap/Final callbacks: a zombie can be attached; the death report is not seen, the reap report is', () => {
    host.exit(task, 0);
    const engine = host.attach(task, 'A', 0);
    expect(setEvents(task, engine, Event.REAP)).toBe(Answer.OK);
    expect(setEvents(task, engine, Event.REAP | Event.DEATH)).toBe(Answer.ALREADY);
    host.reap(task);
    expect(host.take('callback')).toEqual(['A reap']);
  });

  it('EPERM: utrace is for users, not for kernel threads', () => {
    task.kernelThread = true;
    expect(attachTask(host.core, task, Attach.CREATE, host.ops('A'), null)).toBe('EPERM');
    expect(attachTask(host.core, task, 0, host.ops('A'), null)).toBe('ENOENT');
  });

  it('EINVAL: no ops', () => {
    expect(attachTask(host.core, task, Attach.CREATE, null, null)).toBe('EINVAL');
    host.attach(task, 'A', 0);
    expect(attachTask(host.core, task, Attach.CREATE, null, null)).toBe('EINVAL');
  });

  it('report_clone: asynchronous attach calls are ordered after those of the parent’s clone callbacks (EAGAIN)', () => {
    task.starting = true;
    expect(attachTask(host.core, task, Attach.CREATE, host.ops('A'), null)).toBe('EAGAIN');
    expect(attachTask(host.core, task, 0, host.ops('A'), null)).toBe('ENOENT');
    task.starting = false;
    expect(attachTask(host.core, task, Attach.CREATE, host.ops('A'), null)).toBeInstanceOf(Engine);
  });

  it('report_clone: with EXCLUSIVE, an outsider finds that the parent’s callback has already attached to the child', () => {
    const childOps = host.ops('C');
    let inside: unknown;
    let wrongChild: unknown;
    const newborn = host.task();
    newborn.starting = true;
    host.attach(task, 'A', Event.CLONE, {
      reportClone: (_a, _e, _t, _f, child) => {
        inside = attachTask(host.core, child, CREATE_EXCLUSIVE, childOps, null);
        wrongChild = attachTask(host.core, newborn, Attach.CREATE, childOps, null); // somebody else's newborn
      },
    });
    const child = host.clone(task);
    expect(inside).toBeInstanceOf(Engine);
    expect(wrongChild).toBe('EAGAIN');
    expect(attachTask(host.core, child, CREATE_EXCLUSIVE, host.ops('D'), null)).toBe('EEXIST');
    expect(attachTask(host.core, newborn, Attach.CREATE, childOps, null)).toBe('EAGAIN'); // the right ended with the report
  });
});

describe('utrace_attach_pid', () => {
  it('the same by tid; ESRCH when the tid points nowhere', () => {
    expect(attachPid(host.core, task.tid, Attach.CREATE, host.ops('A'), null)).toBeInstanceOf(Engine);
    expect(attachPid(host.core, tid(99), Attach.CREATE, host.ops('A'), null)).toBe('ESRCH');
    host.exit(task, 0);
    host.reap(task);
    expect(attachPid(host.core, task.tid, Attach.CREATE, host.ops('A'), null)).toBe('ESRCH');
  });
});

describe('order of attachment', () => {
  it('Events and Callbacks: engines are called in the order they attached, at every event', () => {
    for (const name of ['A', 'B', 'C']) host.attach(task, name, Event.SYSCALL_ENTRY | Event.SYSCALL_EXIT);
    host.syscall(task);
    expect(host.take('callback').map((line) => line.slice(0, 7))).toEqual([
      'A entry', 'B entry', 'C entry', 'A exit-', 'B exit-', 'C exit-',
    ]); // biome-ignore format: two rounds
  });

  it('struct utrace: an engine attached during a pass joins at the end, in the next pass', () => {
    let late = false;
    host.attach(task, 'A', Event.SYSCALL_ENTRY | Event.SYSCALL_EXIT, {
      reportSyscallEntry: () => {
        if (!late) host.attach(task, 'L', Event.SYSCALL_ENTRY | Event.SYSCALL_EXIT);
        late = true;
      },
    });
    host.attach(task, 'B', Event.SYSCALL_ENTRY);
    host.syscall(task);
    expect(host.take('callback')).toEqual([
      'A entry RUN [RESUME]',
      'B entry RUN [RESUME]',
      'A exit-of-call [RESUME]',
      'L exit-of-call [RESUME]',
    ]);
  });

  it('attach does not ask for a report by itself (delta); setEvents and control do what is needed', () => {
    host.attach(task, 'A', Event.SYSCALL_ENTRY);
    host.attach(task, 'B', Event.QUIESCE);
    expect(task.trace.report).toBe(false);
    host.run();
    expect(host.take('callback')).toEqual([]);
  });

  it('an engine attached while the task is stopped can be controlled at once, and joins the report that follows', () => {
    const a = host.attach(task, 'A', Event.QUIESCE, { reportQuiesce: () => Resume.STOP });
    control(task, a, Resume.REPORT);
    host.run();
    const b = host.attach(task, 'B', Event.QUIESCE);
    expect(control(task, b, Resume.STOP)).toBe(Answer.OK);
    expect(control(task, a, Resume.RESUME)).toBe(Answer.OK);
    host.run();
    expect(task.where).toBe('held'); // B keeps it
    host.take();
    expect(control(task, b, Resume.RESUME)).toBe(Answer.OK);
    host.run();
    expect(host.take('callback')).toEqual(['A quiesce 0 [RESUME]', 'B quiesce 0 [STOP]']);
  });
});
