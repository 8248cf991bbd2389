/**
 * Random engines on random tasks, against what must hold whatever they do. A failure prints its seed; run it again with
 * UTRACE_SEED=<seed>, and make it a test of its own. UTRACE_RUNS sets how many seeds are tried.
 */

import { describe, expect, it } from 'vitest';
import { SIG } from '../../../src/abi/signals.ts';
import { assert, InvariantError } from '../../../src/base/assert.ts';
import { Prng } from '../../../src/base/prng.ts';
import { ExitState } from '../../../src/tracehook/task.ts';
import {
  ALL_EVENTS,
  Answer,
  barrier,
  control,
  type Engine,
  type EngineOps,
  Event,
  finishExamine,
  prepareExamine,
  Resume,
  type ResumeAction,
  setEvents,
  statusLine,
} from '../../../src/utrace/index.ts';
import { type FakeTask, ScriptedHost } from './scripted-host.ts';

const ACTIONS = Object.values(Resume) as ResumeAction[];
const SIGNALS = [SIG.SIGUSR1, SIG.SIGCHLD, SIG.SIGHUP, SIG.SIGTSTP, SIG.SIGSTOP, SIG.SIGSEGV];

/** What the test knows of one engine, from outside. */
interface Record {
  readonly name: string;
  readonly task: FakeTask;
  readonly order: number;
  engine: Engine;
  deaths: number;
  reaps: number;
  /** A detach answered ok, or a callback answered DETACH: nothing may come any more. */
  over: boolean;
  /** The quiesce callback of the occurrence at hand was made. */
  quiesced: number;
  /** Promises not yet settled. */
  pending: number;
}

class Chaos {
  readonly host = new ScriptedHost();
  readonly prng: Prng;
  readonly records: Record[] = [];
  readonly tasks: FakeTask[] = [];
  /** Settles promises, in an order of the test's choosing. */
  readonly unsettled: (() => void)[] = [];
  /** The last engine called on a task, and at which event: order of attachment within a pass. */
  private last = new Map<FakeTask, { pass: number; order: number }>();
  private attachCount = 0;
  private steps = 0;
  /** Set while a callback runs, so that a step does not start a hook within a hook. */
  private depth = 0;

  constructor(seed: number) {
    this.prng = new Prng(seed);
    for (const signo of SIGNALS)
      if (this.prng.chance(40)) this.host.dispositions.set(signo, this.prng.pick(['handler', 'ignore']));
    for (let i = 0; i < 2; i++) this.tasks.push(this.host.task());
  }

  attach(task: FakeTask): void {
    const name = `E${this.records.length}`;
    const record: Record = {
      name,
      task,
      order: this.attachCount++,
      engine: null as unknown as Engine,
      deaths: 0,
      reaps: 0,
      over: false,
      quiesced: -1,
      pending: 0,
    };
    const { prng } = this;
    const called = (callback: string, event: number): void => {
      assert(!record.over, `${name}: ${callback} after an ok detach`);
      assert(record.reaps === 0, `${name}: ${callback} after reap`);
      assert(record.deaths === 0 || callback === 'reap', `${name}: ${callback} after death`);
      assert(
        task.where !== 'held' || task.exitState !== ExitState.ALIVE,
        `${name}: ${callback} while the task is held`,
      );
      const { serial, index } = (task.trace as unknown as { pass: { serial: number; index: number } }).pass;
      if (callback !== 'reap') {
        const last = this.last.get(task);
        if (last && last.pass === serial) assert(last.order <= record.order, `${name}: order of attachment`);
        this.last.set(task, { pass: serial, order: record.order });
        if (callback === 'quiesce') record.quiesced = serial;
        else if (callback !== 'signal' && (record.engine.events & Event.QUIESCE) !== 0 && !this.changed.has(record)) {
          assert(record.quiesced === serial, `${name}: quiesce precedes ${callback} (index ${index})`);
        }
        assert(
          callback === 'quiesce' || callback === 'signal' || (record.engine.events & event) !== 0,
          `${name}: ${callback} was asked for`,
        );
      }
    };
    const answer = (callback: string): unknown => {
      this.depth++;
      if (prng.chance(15)) this.poke();
      this.depth--;
      if (prng.chance(2)) {
        record.over = true; // it throws: detached
        throw new Error('chaos');
      }
      let value: number | undefined = prng.chance(30) ? undefined : this.action();
      if (value !== undefined && callback === 'entry' && prng.chance(30)) value |= 0x10;
      if (value !== undefined && callback === 'signal')
        value |= prng.pick([0, 0x10, 0x20, 0x40, 0x50, 0x60]) | (prng.chance(3) ? 0x100 : 0);
      // A late answer of a task that is dying changes nothing, not even with DETACH: `over` is decided when it is taken.
      const gone = (): void => {
        if (value !== undefined && (value & 0xf) === Resume.DETACH) record.over = true;
      };
      if (!prng.chance(15)) {
        gone();
        return value;
      }
      record.pending++;
      const { serial } = (task.trace as unknown as { pass: { serial: number } }).pass;
      const rejects = prng.chance(5);
      const promise = new Promise((resolve, reject) => {
        this.unsettled.push(() => {
          if (rejects) reject(new Error('late chaos'));
          else resolve(value);
        });
      });
      // Registered before the core's own: sees the answer at the moment the core will take it, or find it too late.
      const settled = (): void => {
        record.pending--;
        const now = task.trace as unknown as { pass: { serial: number }; reporting: Engine | null };
        if (now.pass.serial !== serial || now.reporting !== record.engine) return;
        if (rejects) record.over = true;
        else gone();
      };
      promise.then(settled, settled);
      return promise;
    };
    const typed = (callback: string, event: number) => (): never => {
      called(callback, event);
      return answer(callback) as never;
    };
    const script: Partial<EngineOps> = {
      reportQuiesce: typed('quiesce', 0),
      reportSignal: typed('signal', 0),
      reportClone: typed('clone', Event.CLONE),
      reportJctl: typed('jctl', Event.JCTL),
      reportExec: typed('exec', Event.EXEC),
      reportVforkDone: typed('vfork done', Event.VFORK_DONE),
      reportSeccomp: typed('seccomp', Event.SECCOMP),
      reportSyscallEntry: typed('entry', Event.SYSCALL_ENTRY),
      reportSyscallExit: typed('exit-of-call', Event.SYSCALL_EXIT),
      reportExit: typed('exit', Event.EXIT),
      reportDeath: () => {
        called('death', Event.DEATH);
        assert(++record.deaths === 1, `${name}: one death`);
        const value = answer('death');
        return value as never;
      },
      reportReap: () => {
        called('reap', Event.REAP);
        assert(++record.reaps === 1, `${name}: one reap`);
      },
    };
    const engine = this.host.tryAttach(task, name, script);
    if (typeof engine === 'string') return;
    record.engine = engine;
    this.records.push(record);
    this.setEvents(record);
  }

  /** Engines whose mask changed during the pass at hand: quiesce may have been asked for only after its turn. */
  readonly changed = new Set<Record>();

  private action(): ResumeAction {
    return this.prng.chance(60) ? Resume.RESUME : this.prng.pick(ACTIONS);
  }

  private setEvents(record: Record): void {
    let mask = 0;
    for (let bit = 1; bit < ALL_EVENTS; bit <<= 1) if (this.prng.chance(45)) mask |= bit;
    const answer = setEvents(record.task, record.engine, mask);
    assert(!record.over || answer === Answer.GONE, `${record.name}: set_events of a detached engine`);
    this.changed.add(record);
  }

  /** Something an engine's owner may do at any time, also from within a callback. */
  poke(): void {
    const { prng } = this;
    const task = prng.pick(this.tasks);
    const mine = this.records.filter((record) => record.task === task);
    if (mine.length === 0 || prng.chance(10)) {
      this.attach(task);
      return;
    }
    const record = prng.pick(mine);
    switch (prng.below(6)) {
      case 0:
        this.setEvents(record);
        return;
      case 1: {
        if (this.depth > 0) return;
        const examiner = prepareExamine(task, record.engine);
        if (typeof examiner === 'object') expect(finishExamine(task, record.engine, examiner)).toBe(Answer.OK);
        return;
      }
      case 2:
        if (prng.chance(10)) this.host.kill(task);
        return;
      default: {
        const action = prng.pick(ACTIONS);
        const { reaps } = record;
        const answer = control(task, record.engine, action);
        if (record.over) assert(answer === Answer.GONE, `${record.name}: control of a detached engine: ${answer}`);
        if (reaps > 0) assert(answer === Answer.GONE, `${record.name}: control after reap`);
        if (action === Resume.DETACH && (answer === Answer.OK || answer === Answer.IN_PROGRESS)) {
          // In progress: the callback under way is the last.
          record.over = true;
        }
        if (action === Resume.STOP && answer === Answer.OK) assert(task.where === 'held' || task.jobHeld, 'stopped');
      }
    }
  }

  /** Something a task may do. */
  act(): void {
    const { prng, host } = this;
    const task = prng.pick(this.tasks);
    this.changed.clear();
    switch (task.where) {
      case 'user':
        switch (prng.below(9)) {
          case 0:
          case 1:
            host.syscall(task, prng.chance(30) ? 'sleeps' : 'returns');
            return;
          case 2:
            if (this.tasks.length < 5) this.tasks.push(host.clone(task));
            return;
          case 3:
            host.exec(task, '/x');
            return;
          case 4:
            if (prng.chance(10)) host.exit(task, 256);
            return;
          case 5:
            if (prng.chance(5)) host.kill(task);
            return;
          default:
            host.signal(task, prng.pick(SIGNALS));
            return;
        }
      case 'asleep':
        host.wakeUp(task);
        return;
      case 'held':
        if (prng.chance(3)) host.kill(task);
        else if (prng.chance(20)) host.cont(task);
        else if (prng.chance(30)) host.signal(task, prng.pick(SIGNALS));
        return;
      case 'job stop':
        host.cont(task);
        return;
      case 'zombie':
        host.reap(task);
        return;
    }
  }

  /** What must hold when nothing is queued. */
  check(): void {
    for (const { error } of this.host.faults) if (error instanceof InvariantError) throw error; // ours, not the engine's
    for (const task of this.tasks) {
      const mine = this.records.filter((record) => record.task === task);
      const stoppers = mine.filter(
        (record) => record.engine.wantsStop && !record.engine.detached && record.engine.ops !== null,
      );
      const u = task.trace as unknown as { waiting: boolean; stopped: boolean };
      if (task.where === 'held' || task.jobHeld) {
        assert(!task.sigkill, 'held against SIGKILL');
        if (u.waiting)
          assert(
            mine.some((record) => record.pending > 0),
            'a pass waits for a handler that is done',
          );
        else assert(stoppers.length > 0, `${task.tid} is held, and nobody wants it`);
      } else {
        assert(!u.stopped, `${task.tid} counts as stopped and is ${task.where}`);
      }
      if (task.where === 'user') {
        assert(
          stoppers.length === 0,
          `${task.tid} runs though ${stoppers.map((record) => record.name)} want it stopped`,
        );
        assert(!task.trace.report && !task.trace.interrupt, `${task.tid} runs and owes a report: ${statusLine(task)}`);
      }
      for (const record of mine) {
        if (record.over && record.engine.busy === 0)
          assert(barrier(record.engine) === Answer.GONE, `${record.name} is gone`);
        assert(
          record.engine.busy === record.pending,
          `${record.name}: ${record.engine.busy} busy, ${record.pending} pending`,
        );
      }
    }
  }

  async run(): Promise<void> {
    for (; this.steps < 250; this.steps++) {
      if (this.prng.chance(50)) this.act();
      else this.poke();
      if (this.unsettled.length > 0 && this.prng.chance(50)) {
        this.unsettled.splice(this.prng.below(this.unsettled.length), 1)[0]!();
      }
      this.changed.clear();
      for (const record of this.records) this.changed.add(record); // masks may have changed between passes
      await this.host.settle();
      this.check();
    }
    // The end: handlers answer, everybody lets go, everybody dies and is reaped.
    while (this.unsettled.length > 0) {
      this.unsettled.pop()!();
      await this.host.settle();
    }
    for (const task of this.tasks) this.host.kill(task);
    for (let i = 0; i < 10; i++) {
      while (this.unsettled.length > 0) this.unsettled.pop()!();
      await this.host.settle();
    }
    for (const task of this.tasks) if (task.where === 'zombie') this.host.reap(task);
    for (let i = 0; i < 10; i++) {
      while (this.unsettled.length > 0) this.unsettled.pop()!();
      await this.host.settle();
    }
    this.check();
    for (const task of this.tasks) {
      assert(task.where === 'dead', `${task.tid} is ${task.where}`);
      assert(task.trace.events === 0, 'no events left');
    }
    for (const record of this.records) {
      assert(record.engine.ops === null && record.engine.busy === 0, `${record.name} is completely detached`);
    }
  }
}

describe('random engines', () => {
  const given = process.env.UTRACE_SEED;
  const runs = Number(process.env.UTRACE_RUNS ?? 150);
  it('keep the invariants', async () => {
    let callbacks = 0;
    const seen = new Set<string>();
    for (let i = 0; i < (given ? 1 : runs); i++) {
      const seed = given ? Number(given) : 1_000 + i;
      const chaos = new Chaos(seed);
      try {
        await chaos.run();
      } catch (error) {
        const log = chaos.host.entries.slice(-40).map((entry) => entry.text);
        throw new Error(`UTRACE_SEED=${seed}: ${(error as Error).message}\n${log.join('\n')}`, { cause: error });
      }
      for (const { kind, text } of chaos.host.entries) {
        if (kind !== 'callback') continue;
        callbacks++;
        seen.add(text.split(' ')[1]!);
      }
    }
    if (given) return;
    // Else the test would prove nothing.
    expect([...seen].sort()).toEqual([
      'clone',
      'death',
      'entry',
      'exec',
      'exit',
      'exit-of-call',
      'jctl',
      'quiesce',
      'reap',
      'signal',
    ]);
    expect(callbacks).toBeGreaterThan(runs * 20);
  }, 60_000);
});
