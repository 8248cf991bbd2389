/** Engines on one thread: their order, the smallest action, the sticky STOP, engines on newborns. */

import { expect, test } from 'vitest';
import { Event, eventNames, Resume, type Task, type Tracer } from '../../src/session/index.ts';
import { Log, run, sleep, start, stateOf, until, watchLeaks } from '../support/live.ts';

watchLeaks();

test('Engines are called in the order they attached, and quiesce comes first for each', async () => {
  const log = new Log();
  const tracer = (name: string): Tracer => ({
    calls: ['getppid'],
    quiesce: (_task, event) => {
      if (event === Event.SYSCALL_ENTRY) log.add(`${name} quiesce`);
    },
    syscallEntry: () => log.add(`${name} entry`),
  });
  await run('puppet', ['getppid'], [tracer('a'), tracer('b'), tracer('c')]);
  // Quiesce callbacks come for other engines' calls too; the getppid pass is the one with entries.
  const at = log.lines.indexOf('a entry');
  expect(log.lines.slice(at - 1, at + 5)).toEqual([
    'a quiesce',
    'a entry',
    'b quiesce',
    'b entry',
    'c quiesce',
    'c entry',
  ]);
});

test('a quiesce callback may request the event that follows: it gets this very one', async () => {
  const log = new Log();
  const traced = await start('puppet', ['getppid 2']);
  const other = traced.session.use({ calls: ['getppid'], syscallEntry: () => log.add('other') });
  const attachment = traced.session.use({
    calls: ['getppid'],
    quiesce: (task, event) => {
      if (event === Event.SYSCALL_ENTRY && task.syscall.nr === 110) {
        attachment.setEvents(task, Event.QUIESCE | Event.SYSCALL_ENTRY);
      }
    },
    syscallEntry: () => log.add('entry'),
  });
  attachment.setEvents(traced.task, Event.QUIESCE);
  await traced.end();
  expect(other.tasks).toEqual([]);
  expect(log.lines).toEqual(['other', 'entry', 'other', 'entry']);
});

test('Only UTRACE_STOP is sticky: stopped by two engines, it stays stopped until both resume', async () => {
  const log = new Log();
  const stopper = (name: string): Tracer => ({
    calls: ['getppid'],
    syscallExit: () => {
      log.add(name);
      return Resume.STOP;
    },
    quiesce: (_task, event) => (event === 0 ? Resume.STOP : undefined),
  });
  const traced = await start('puppet', ['getppid', 'say on', 'exit 0']);
  const [a, b] = [traced.session.use(stopper('a')), traced.session.use(stopper('b'))];
  await log.has('b');
  const { task } = traced;
  await until('stopped', () => 'value' in a.examine(task, () => 1) && 'value' in b.examine(task, () => 1));
  expect(stateOf(traced.pid)).toBe('t');
  expect(a.control(task, Resume.RESUME)).toBe('ok');
  expect(a.examine(task, () => 1)).toEqual({ answer: 'invalid' });
  expect(b.examine(task, () => 1)).toEqual({ value: 1 });
  await sleep(50);
  expect(traced.output).toBe('');
  expect(b.control(task, Resume.RESUME)).toBe('ok');
  await traced.end();
  expect(traced.output).toBe('on\n');
});

test('The smallest value prevails: STOP of one engine beats RESUME and SINGLESTEP of others', async () => {
  const log = new Log();
  const traced = await start('puppet', ['getppid', 'say on']);
  const answers = (action: typeof Resume.RESUME | typeof Resume.SINGLESTEP | typeof Resume.STOP): Tracer => ({
    calls: ['getppid'],
    syscallExit: () => action,
    quiesce: (_task, event) => {
      if (event !== 0) return undefined;
      log.add('quiesce');
      return action;
    },
  });
  traced.session.use(answers(Resume.RESUME));
  const stopper = traced.session.use(answers(Resume.STOP));
  traced.session.use({ ...answers(Resume.RESUME) });
  await log.has('quiesce');
  await until('stopped', () => 'value' in stopper.examine(traced.task, () => 1));
  expect(traced.output).toBe('');
  await stopper.detach();
  await traced.end();
  expect(traced.output).toBe('on\n');
});

test('An engine attached in a clone callback sees the child from its first instruction; parent’s callbacks first', async () => {
  const log = new Log();
  const ips: bigint[][] = [];
  const traced = await start('puppet', ['clone 0x11 3']);
  let parentIp = 0n;
  const inChild = (child: Task): Tracer => ({
    follow: false,
    quiesce: (task, event) => {
      if (task !== child || event === Event.DEATH) return undefined;
      if (ips.length === 0) log.add('child quiesce');
      ips.push([task.registers.get('rip'), task.registers.get('rax')]);
      return event === 0 ? Resume.RESUME : undefined;
    },
    syscallEntry: (task) => {
      if (task === child) log.add(`child ${task.syscall.nr}`);
    },
  });
  traced.session.use({
    clone: (parent, child) => {
      log.add('first parent callback');
      parentIp = parent.registers.get('rip');
      const attachment = traced.session.use(inChild(child));
      attachment.control(child, Resume.REPORT);
    },
  });
  traced.session.use({ clone: () => log.add('second parent callback') });
  await traced.end();
  expect(log.lines.slice(0, 4)).toEqual([
    'first parent callback',
    'second parent callback',
    'child quiesce',
    'child 60',
  ]);
  // It stands behind the parent's clone instruction, with the result 0: not one instruction was lost.
  expect(ips[0]).toEqual([parentIp, 0n]);
});

test('UTRACE_STOP on the child in report_clone keeps it stopped before it ever runs', async () => {
  const log = new Log();
  const traced = await start('puppet', ['clone 0x11 3', 'say reaped']);
  const children: Task[] = [];
  const attachment = traced.session.use({
    follow: true,
    clone: (_task, child) => {
      children.push(child);
      log.add(`stop ${attachment.control(child, Resume.STOP)}`);
    },
    quiesce: (task, event) => {
      if (children.includes(task) && event === 0) {
        log.add('child here');
        return Resume.STOP;
      }
      return undefined;
    },
    syscallEntry: (task) => {
      if (children.includes(task)) log.add('child ran');
    },
  });
  await log.has('child here');
  await until('examinable', () => 'value' in attachment.examine(children[0]!, () => 1));
  await sleep(30);
  expect(log.lines).toEqual(['stop in progress', 'child here']);
  expect(stateOf(children[0]!.tid)).toBe('t');
  expect(attachment.control(children[0]!, Resume.RESUME)).toBe('ok');
  await traced.end();
  expect(log.lines).toContain('child ran');
  expect(traced.output).toBe('child reaped status 0x300\nreaped\n');
});

test('A callback that detaches another engine: that one gets no callback of this pass any more', async () => {
  const log = new Log();
  const traced = await start('puppet', ['getppid 2']);
  traced.session.use({
    calls: ['getppid'],
    syscallEntry: (task) => {
      log.add('a');
      log.add(`detach ${b.control(task, Resume.DETACH)}`);
    },
  });
  const b = traced.session.use({ calls: ['getppid'], syscallEntry: () => log.add('b') });
  await traced.end();
  expect(log.lines).toEqual(['a', 'detach ok', 'a', 'detach gone']);
});

test('An engine attached during a pass joins with the next one', async () => {
  const log = new Log();
  const traced = await start('puppet', ['getppid 3']);
  let more = false;
  traced.session.use({
    calls: ['getppid'],
    syscallEntry: () => {
      log.add('a');
      if (!more) traced.session.use({ calls: ['getppid'], syscallEntry: () => log.add('b') });
      more = true;
    },
  });
  await traced.end();
  expect(log.lines).toEqual(['a', 'a', 'b', 'a', 'b']);
});

test('eight engines each see every call once', async () => {
  const logs = Array.from({ length: 8 }, () => new Log());
  await run(
    'puppet',
    ['getppid 50'],
    logs.map((log) => ({ calls: ['getppid'], syscallEntry: () => log.add('in'), syscallExit: () => log.add('out') })),
  );
  for (const log of logs) {
    expect(log.count('in')).toBe(50);
    expect(log.count('out')).toBe(50);
    expect(log.lines.slice(0, 4)).toEqual(['in', 'out', 'in', 'out']);
  }
  expect(eventNames(Event.CLONE)).toEqual(['CLONE']);
});
