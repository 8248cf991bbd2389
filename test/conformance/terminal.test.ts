/** Job control by a terminal: what test/programs/foreground.c prints on the real kernel is what its twin prints on the simulated one. */

import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { Box, type Program, roundRobin, type Sys, type UserCode, W } from '../../src/box/index.ts';
import { program } from '../support/paths.ts';

const TTY = 0;
type Body = (sys: Sys) => UserCode<number>;
const failed = (result: number): number => (result < 0 ? -result : 0);
const status = (result: number): number => (result < 0 ? 100 - result : result);

/** In a process group of its own, and in wait for SIGUSR1. */
function* job(sys: Sys, body: Body): UserCode<number> {
  const pid = yield* sys.fork(function* job(sys) {
    yield* sys.setpgid(0, 0);
    yield* sys.sigaction('SIGTTOU', 'default');
    yield* sys.sigsuspend([]);
    yield* sys.sigprocmask('set', []);
    return yield* body(sys);
  });
  yield* sys.setpgid(pid, pid);
  return pid;
}

const reads: Body = function* (sys) {
  return status(yield* sys.call('read', TTY, sys.at('text'), 64));
};
const readsIgnoring: Body = function* (sys) {
  yield* sys.sigaction('SIGTTIN', 'ignore');
  return yield* reads(sys);
};
const readsBlocking: Body = function* (sys) {
  yield* sys.sigprocmask('block', ['SIGTTIN']);
  return yield* reads(sys);
};
function* ownGroup(sys: Sys): UserCode<number> {
  return yield* sys.call('getpgid', 0);
}
const takes: Body = function* (sys) {
  return 100 + failed(yield* sys.tcsetpgrp(TTY, yield* ownGroup(sys)));
};
const takesIgnoring: Body = function* (sys) {
  yield* sys.sigaction('SIGTTOU', 'ignore');
  const group = yield* ownGroup(sys);
  yield* sys.tcsetpgrp(TTY, group);
  return Number((yield* sys.tcgetpgrp(TTY)) === group);
};
const writes: Body = function* (sys) {
  return status(yield* sys.write(TTY, 'abc'));
};
const writesIgnoring: Body = function* (sys) {
  yield* sys.sigaction('SIGTTOU', 'ignore');
  return yield* writes(sys);
};
const waits: Body = (sys) => sys.pause();

const byte = (value: number): string => String.fromCharCode(value);

function foreground(say: (line: string) => void): Program {
  return function* main(sys) {
    const [reader, writer] = yield* sys.pipe();
    function* told(sys: Sys): UserCode<number> {
      return (yield* sys.read(reader, 1)).charCodeAt(0);
    }

    const leavesOrphan: Body = function* (sys) {
      const parent = yield* sys.getpid();
      yield* sys.fork(function* orphan(sys) {
        while ((yield* sys.getppid()) === parent) yield* sys.sleep(0.001);
        yield* sys.write(writer, byte(yield* reads(sys)));
      });
      return 0;
    };
    const hears: Body = function* (sys) {
      yield* sys.sigprocmask('block', ['SIGHUP']);
      yield* sys.write(writer, 'r');
      yield* sys.write(writer, byte(yield* sys.sigwait(['SIGHUP'])));
      return 0;
    };

    const leader = yield* sys.fork(function* leader(sys) {
      function* show(what: string, pid: number): UserCode<void> {
        const { status } = yield* sys.wait4(pid, W.UNTRACED);
        if ((status & 0xff) === 0x7f) say(`${what}: stopped ${status >> 8}`);
        else if ((status & 0x7f) !== 0) say(`${what}: killed ${status & 0x7f}`);
        else say(`${what}: exit ${status >> 8}`);
      }
      function* shown(what: string, body: Body): UserCode<number> {
        const pid = yield* job(sys, body);
        yield* sys.kill(pid, 'SIGUSR1');
        yield* show(what, pid);
        return pid;
      }

      say(`before: ${failed(yield* sys.tcgetpgrp(TTY))}`);
      yield* sys.setsid();
      yield* sys.ioctl(TTY, 'TIOCSCTTY');
      const self = yield* sys.getpid();
      say(`the leader is in the foreground: ${Number((yield* sys.tcgetpgrp(TTY)) === self)}`);
      yield* sys.sigaction('SIGTTOU', 'ignore');
      yield* sys.sigaction('SIGUSR1', function* nothing() {});
      yield* sys.sigprocmask('block', ['SIGUSR1']);

      let pid = yield* shown('a read in the background', reads);
      yield* sys.tcsetpgrp(TTY, pid);
      yield* sys.kill(-pid, 'SIGCONT');
      yield* sys.type(TTY, 'hi\n');
      yield* show('in the foreground it goes on', pid);

      yield* sys.tcsetpgrp(TTY, self);
      yield* shown('SIGTTIN ignored', readsIgnoring);
      yield* shown('SIGTTIN blocked', readsBlocking);
      yield* shown('its child is left', leavesOrphan);
      say(`a read of an orphan: ${yield* told(sys)}`);

      pid = yield* shown('tcsetpgrp in the background', takes);
      yield* sys.tcsetpgrp(TTY, pid);
      yield* sys.kill(pid, 'SIGCONT');
      yield* show('and in the foreground', pid);
      yield* sys.tcsetpgrp(TTY, self);
      yield* shown('SIGTTOU ignored', takesIgnoring);
      yield* sys.tcsetpgrp(TTY, self);

      yield* shown('a write in the background', writes);
      yield* sys.setTostop(TTY, true);
      pid = yield* shown('the same with TOSTOP', writes);
      yield* sys.setTostop(TTY, false);
      yield* sys.kill(pid, 'SIGCONT');
      yield* show('and without', pid);
      yield* sys.setTostop(TTY, true);
      yield* shown('with TOSTOP, ignored', writesIgnoring);
      yield* sys.setTostop(TTY, false);

      pid = yield* job(sys, waits);
      yield* sys.tcsetpgrp(TTY, pid);
      yield* sys.type(TTY, '\x1a');
      yield* show('^Z', pid);
      yield* sys.kill(pid, 'SIGCONT');
      yield* sys.type(TTY, '\x03');
      yield* show('^C', pid);
      pid = yield* job(sys, reads);
      yield* sys.tcsetpgrp(TTY, pid);
      yield* sys.kill(pid, 'SIGUSR1');
      yield* sys.type(TTY, '\x04');
      yield* show('^D', pid);
      yield* sys.tcsetpgrp(TTY, self);

      say(`a negative group: ${failed(yield* sys.tcsetpgrp(TTY, -3))}`);
      say(`no such group: ${failed(yield* sys.tcsetpgrp(TTY, pid))}`);
      const other = yield* sys.call('getpgid', yield* sys.getppid());
      say(`a group of another session: ${failed(yield* sys.tcsetpgrp(TTY, other))}`);
      say(`no terminal: ${failed(yield* sys.tcsetpgrp(reader, self))}`);

      pid = yield* job(sys, hears);
      yield* sys.tcsetpgrp(TTY, pid);
      yield* sys.kill(pid, 'SIGUSR1');
      yield* told(sys); // its end hangs up
    });
    yield* sys.wait4(leader);
    say(`the leader is gone, the foreground hears: ${yield* told(sys)}`);
  };
}

test.each([
  ['each as long as it can', undefined],
  ['in turn', roundRobin()],
])('the simulated kernel says what the real one says, %s', (_name, scheduler) => {
  const real = execFileSync(program('foreground'), { encoding: 'utf8', timeout: 20_000 }).trimEnd().split('\n');
  expect(real.length).toBe(23);
  const simulated: string[] = [];
  const box = new Box().boot(foreground((line) => simulated.push(line)));
  const ending = box.run(scheduler);
  expect(simulated).toEqual(real);
  expect(ending).toBe('done');
});
