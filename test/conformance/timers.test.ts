/** Timers: what test/programs/timers.c prints on the real kernel is what its twin prints on the simulated one. */

import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { decodeSiginfo, SIGINFO_SIZE, type Siginfo } from '../../src/abi/siginfo.ts';
import { Box, type Program, roundRobin, type Sys, startOf, type UserCode } from '../../src/box/index.ts';
import { program } from '../support/paths.ts';

const set = (left: number): number => (left < 0 ? left : Number(left > 0));
const MS = 0.001;

function* take(sys: Sys, signal: string): UserCode<{ result: number; info: Siginfo | null }> {
  yield* sys.sigprocmask('block', [signal]); // it is anyway; and now its set is where the wait finds it
  const { mm } = sys.task;
  mm.write(sys.at('time'), new Uint8Array(16));
  const result = yield* sys.call('rt_sigtimedwait', sys.at('set'), sys.at('siginfo'), sys.at('time'), 8);
  return { result, info: result < 0 ? null : decodeSiginfo(mm.read(sys.at('siginfo'), SIGINFO_SIZE)) };
}

function timers(say: (line: string) => void): { main: Program; again: Program } {
  const last = { signo: 0, code: 0, value: 0 };
  let ticks = 0;
  function* note(sys: Sys, signo: number, info: Siginfo): UserCode<void> {
    Object.assign(last, { signo, code: info.code, value: Number(BigInt.asIntN(32, info.value ?? 0n)) });
    ticks++;
    yield* sys.nop();
  }
  const isReal = function* (sys: Sys): UserCode<number> {
    return set(yield* sys.getitimer());
  };
  const isSet = function* (sys: Sys, id: number): UserCode<number> {
    return set(yield* sys.timerGettime(id));
  };

  const again: Program = function* again(sys) {
    say(`after exec: the interval timer ${yield* isReal(sys)}, the other ${yield* isSet(sys, 0)}`);
  };

  const main: Program = function* main(sys) {
    yield* sys.sigprocmask('block', ['SIGALRM', 'SIGUSR1']);
    yield* sys.alarm(100);
    say(`alarm: ${Number((yield* sys.alarm(0)) > 90)}`);
    yield* sys.alarm(50);
    say(`alarm again: ${yield* sys.alarm(7)}`);
    say(`what it is: ${yield* isReal(sys)}`);
    say(`alarm off: ${yield* sys.alarm(0)}`);

    yield* sys.sigaction('SIGALRM', note);
    yield* sys.setitimer(20 * MS);
    say(`sigsuspend: ${-(yield* sys.sigsuspend([]))}`);
    say(`SIGALRM: ${last.signo}, code ${last.code}; then ${yield* isReal(sys)}`);
    ticks = 0;
    yield* sys.setitimer(50 * MS, 50 * MS);
    while (ticks < 3) yield* sys.sigsuspend([]);
    say(`three ticks, and it goes on: ${yield* isReal(sys)}`);
    yield* sys.setitimer(0);

    yield* sys.setitimer(5 * MS, 1);
    yield* sys.sleep(30 * MS);
    say(`it waits for the signal to be taken: ${yield* isReal(sys)}`);
    say(`taken: ${(yield* take(sys, 'SIGALRM')).result}`);
    say(`it goes on: ${yield* isReal(sys)}`);
    yield* sys.setitimer(0);
    yield* take(sys, 'SIGALRM');

    yield* sys.setitimer(90);
    let pid = yield* sys.fork(function* child(sys) {
      return yield* isReal(sys);
    });
    say(`in a child: ${(yield* sys.wait4(pid)).status >> 8}`);
    pid = yield* sys.fork(function* child(sys) {
      yield* sys.sigaction('SIGALRM', 'default');
      yield* sys.setitimer(10 * MS);
      for (;;) yield* sys.sigsuspend([]);
    });
    say(`nobody handles it: ${(yield* sys.wait4(pid)).status & 0x7f}`);

    yield* sys.sigaction('SIGUSR1', note);
    const one = yield* sys.timerCreate({ signal: 'SIGUSR1', value: 42 });
    say(`the first timer: ${one}`);
    say(`not set: ${yield* isSet(sys, one)}`);
    say(`set: ${yield* sys.timerSettime(one, 200 * MS)}`);
    say(`so it is: ${yield* isSet(sys, one)}`);
    yield* sys.sigsuspend([]);
    say(`signal ${last.signo}, code ${last.code}, value ${last.value}; then ${yield* isSet(sys, one)}`);
    say(`in the past: ${yield* sys.timerSettime(one, MS, 0, true)}`);
    yield* sys.sigsuspend([]);
    say(`signal ${last.signo}, overrun ${yield* sys.call('timer_getoverrun', one)}`);

    yield* sys.kill(yield* sys.getpid(), 'SIGUSR1');
    yield* sys.timerSettime(one, 100 * MS, 100 * MS);
    yield* sys.sleep(550 * MS);
    let got = yield* take(sys, 'SIGUSR1');
    say(`kill's comes first: ${got.result}, code ${got.info?.code}`);
    got = yield* take(sys, 'SIGUSR1');
    say(`then the timer's: ${got.result}, code ${got.info?.code}, overrun ${Number((got.info?.overrun ?? 0) >= 3)}`);
    say(`nothing else is there: ${(yield* take(sys, 'SIGUSR1')).result}`);
    say(`it goes on: ${yield* isSet(sys, one)}`);
    yield* sys.timerSettime(one, 0);

    const two = yield* sys.timerCreate();
    say(`the second: ${two}`);
    yield* sys.timerSettime(two, 5 * MS);
    yield* sys.sigsuspend([]);
    say(`without an event: ${last.signo}, value ${last.value}`);
    const three = yield* sys.timerCreate({ silent: true });
    say(`one that tells nobody: ${three}`);
    yield* sys.timerSettime(three, 60);
    say(`it counts: ${yield* isSet(sys, three)}`);
    const four = yield* sys.timerCreate({ signal: 'SIGUSR1', value: 7, thread: yield* sys.gettid() });
    ticks = 0;
    yield* sys.timerSettime(four, 5 * MS);
    yield* sys.sigsuspend([]);
    say(`for a thread: ${ticks}, value ${last.value}`);
    say(`delete: ${yield* sys.call('timer_delete', four)}`);
    say(`then: ${yield* isSet(sys, four)}`);
    say(`no such clock: ${yield* sys.call('timer_create', 99, 0, sys.at('set'))}`);
    say(`no such thread: ${yield* sys.timerCreate({ signal: 'SIGUSR1', thread: 1 })}`);
    sys.task.mm.write(sys.at('times'), new Uint8Array(Int32Array.of(0, 0, 10, 9, 0).buffer));
    say(`no such event: ${yield* sys.call('timer_create', 1, sys.at('times'), sys.at('set'))}`);
    say(`no such time: ${-(yield* sys.timerSettime(one, -1))}`);
    sys.task.mm.write(sys.at('times'), new Uint8Array(BigInt64Array.of(0n, 0n, 0n, 1_000_000_000n).buffer));
    say(`nor that: ${-(yield* sys.call('timer_settime', one, 0, sys.at('times'), 0))}`);

    yield* sys.setitimer(90);
    yield* sys.exec('again');
  };
  return { main, again };
}

test.each([
  ['each as long as it can', undefined],
  ['in turn', roundRobin()],
])('the simulated kernel says what the real one says, %s', (_name, scheduler) => {
  const real = execFileSync(program('timers'), { encoding: 'utf8', timeout: 20_000 }).trimEnd().split('\n');
  expect(real.length).toBe(36);
  const simulated: string[] = [];
  const { main, again } = timers((line) => simulated.push(line));
  const box = new Box();
  box.kernel.programs.set('again', startOf(again));
  box.boot(main);
  const ending = box.run(scheduler);
  expect(simulated).toEqual(real);
  expect(ending).toBe('done');
});

test('a timer whose signal nobody takes lets the machine rest', () => {
  const box = new Box().boot(function* main(sys) {
    yield* sys.sigprocmask('block', ['SIGALRM']);
    yield* sys.setitimer(1, 1);
    yield* sys.pause();
  });
  expect(box.run()).toBe('idle');
  expect(box.kernel.clock.now).toBe(1e9);
});
