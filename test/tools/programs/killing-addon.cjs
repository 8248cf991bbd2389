/**
 * The addon, but SIGKILL comes at a moment of choice: before the UTRACE_KILL_AT-th call about a task with the name UTRACE_KILL_WHO.
 * Of those calls that UTRACE_KILL_IN matches, the call's name and where it is made: else of all. The task is given the time to
 * get to its exit, so that what follows meets it there.
 */

const { readFileSync, writeSync } = require('node:fs');
const { join } = require('node:path');

const { UTRACE_KILL_WHO: who, UTRACE_KILL_AT: at, UTRACE_KILL_IN: where } = process.env;
const real = require(join(__dirname, '../../../build/utrace.node'));

/** Which argument is the tid. */
const TID = {
  ...{
    step: 0,
    resume: 0,
    pokeTwo: 0,
    readMemory: 0,
    readString: 0,
    copyTo: 0,
    writeMemory: 0,
    waitTask: 0,
    peekDeath: 0,
    schedPolicy: 0,
    affinity: 0,
    setAffinity: 0,
  },
  ...{ ptrace: 1, ptraceData: 1, ptraceRaw: 1, ptrace32: 1, regset: 1, queueSignal: 1 },
};

function proc(path) {
  try {
    return readFileSync(`/proc/${path}`, 'latin1');
  } catch {
    return '';
  }
}

/** Kills, and waits until the task is at its exit, or gone; or for 30 ms, since it may sleep where no signal wakes it. */
function kill(tid, place) {
  const tgid = Number(/^Tgid:\s*(\d+)/m.exec(proc(`${tid}/status`))?.[1]);
  try {
    process.kill(tgid, 'SIGKILL');
  } catch {
    return;
  }
  writeSync(2, `killed ${tgid} before ${place}\n`);
  const began = Date.now();
  for (let state = 't'; state !== 'Z' && state !== '' && Date.now() - began < 30; ) {
    state = /\) (\S)/.exec(proc(`${tgid}/task/${tid}/stat`))?.[1] ?? '';
    if (state === 't' && Date.now() - began > 3) break;
  }
}

let count = 0;
const addon = { ...real };
for (const [name, index] of Object.entries(TID)) {
  addon[name] = (...args) => {
    const tid = args[index];
    if (tid > 0 && count < Number(at) && proc(`${tid}/comm`).trim() === who) {
      const place = name + new Error().stack.split('\n').slice(2, 8).join('\n').replaceAll(' at ', ' in ');
      if ((where === undefined || new RegExp(where, 's').test(place)) && ++count === Number(at)) kill(tid, place);
    }
    return real[name](...args);
  };
}
module.exports = addon;
