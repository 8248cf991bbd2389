/** /proc of the simulated kernel, as far as the Linux host reads it. Each file is read in one step of the supervisor's task. */

import { bit, type SigSet } from '../abi/signal-set.ts';
import type { ProcFs } from '../linux/procfs.ts';
import { stateLetter } from '../sim/dump.ts';
import type { SimKernel } from '../sim/kernel.ts';
import { SIG_DFL, SIG_IGN } from '../sim/process.ts';
import type { SimTask } from '../sim/task.ts';
import { isText, ROUTINES } from '../sim/text.ts';
import { ExitState } from '../tracehook/task.ts';
import type { Caller } from './caller.ts';

const ALL_CAPABILITIES = 0x1ffffffffffn;
const SIGNALS = Array.from({ length: 64 }, (_, i) => i + 1);
const EXIT_SIGNAL_FIELD = 35;
const THREADS_FIELD = 17;

const mask = (set: bigint, digits = 16): string => set.toString(16).padStart(digits, '0');

/** SigIgn and SigCgt. */
function dispositions(task: SimTask, caught: boolean): SigSet {
  let set = 0n;
  for (const signo of SIGNALS) {
    const { handler } = task.handlers.get(signo);
    if (caught ? handler !== SIG_DFL && handler !== SIG_IGN : handler === SIG_IGN) set |= bit(signo);
  }
  return set;
}

export class SimProcFs implements ProcFs {
  private readonly caller: Caller;

  constructor(caller: Caller) {
    this.caller = caller;
  }

  get pid(): number {
    return this.caller.task.tgid;
  }

  read(path: string): string | undefined {
    return this.look('read', path, (kernel, task, rest) => fileText(kernel, task, rest));
  }

  list(path: string): readonly string[] | undefined {
    return this.look('getdents', path, (_kernel, task, rest) =>
      rest === 'task' ? task.process.threads.map(({ tid }) => String(tid)) : undefined,
    );
  }

  link(path: string): string | undefined {
    return this.look('readlink', path, (_kernel, task, rest) => {
      if (rest === 'ns/pid') return 'pid:[1]';
      return rest === 'exe' ? task.process.name : undefined;
    });
  }

  owner(path: string): number | undefined {
    return this.look('stat', path, (_kernel, task) => {
      const { credentials } = task.process;
      return credentials.dumpable ? credentials.euid : 0;
    });
  }

  /** One step: what `see` makes of the task that a path is about; undefined when it is not there. */
  private look<T extends string | number | readonly string[]>(
    call: string,
    path: string,
    see: (kernel: SimKernel, task: SimTask, rest: string) => T | undefined,
  ): T | undefined {
    const match = /^\/proc\/(\d+|self)\/(.+)$/.exec(path);
    let seen: T | undefined;
    if (match === null) return undefined;
    this.caller.act(call, (kernel, self) => {
      const task = match[1] === 'self' ? self : kernel.lookUp(Number(match[1]));
      if (task !== undefined && task.exitState !== ExitState.DEAD) seen = see(kernel, task, match[2]!);
      return seen === undefined ? -1 : 0;
    });
    if (seen !== undefined) this.caller.heard(String(seen));
    return seen;
  }
}

function fileText(kernel: SimKernel, task: SimTask, rest: string): string | undefined {
  switch (rest) {
    case 'status':
      return status(kernel, task);
    case 'stat':
      return stat(task);
    case 'comm':
      return `${task.name}\n`;
    case 'cmdline':
      return `${task.process.name}\0`;
    case 'schedstat':
      return `0 0 ${task.switches}\n`;
    case 'syscall':
      return currentCall(task);
    case 'maps':
      return maps(task);
  }
  const of = /^task\/(\d+)\/children$/.exec(rest);
  const thread = of === null ? undefined : task.process.threads.find(({ tid }) => (tid as number) === Number(of[1]));
  return thread?.children.map(({ tid }) => `${tid} `).join('');
}

function status(kernel: SimKernel, task: SimTask): string {
  const { process } = task;
  const { uid, euid, suid } = process.credentials;
  const capabilities = mask(euid === 0 ? ALL_CAPABILITIES : 0n);
  const fields: readonly (readonly [string, string | number])[] = [
    ['Name', task.name],
    ['State', stateLetter(task)],
    ['Tgid', task.tgid],
    ['Pid', task.tid],
    ['PPid', process.parent?.tgid ?? 0],
    ['TracerPid', kernel.hooks.tracerTask(task)?.tgid ?? 0],
    ['Uid', [uid, euid, suid, euid].join('\t')],
    ['Gid', '0\t0\t0\t0'],
    ['NSpid', task.tid],
    ['Threads', process.threads.length],
    ['SigPnd', mask(task.pending.set)],
    ['ShdPnd', mask(process.shared.set)],
    ['SigBlk', mask(task.blocked)],
    ['SigIgn', mask(dispositions(task, false))],
    ['SigCgt', mask(dispositions(task, true))],
    ['CapPrm', capabilities],
    ['CapEff', capabilities],
    ['Seccomp_filters', task.filters.length],
  ];
  return `${fields.map(([name, value]) => `${name}:\t${value}`).join('\n')}\n`;
}

function stat(task: SimTask): string {
  const { process } = task;
  const fields = new Array<string | number>(50).fill(0);
  fields[0] = stateLetter(task);
  fields[1] = process.parent?.tgid ?? 0;
  fields[2] = process.pgid;
  fields[3] = process.sid;
  fields[THREADS_FIELD] = process.threads.length;
  fields[EXIT_SIGNAL_FIELD] = process.exitSignal;
  return `${task.tid} (${task.name}) ${fields.join(' ')}\n`;
}

function currentCall(task: SimTask): string {
  const call = task.currentSyscall();
  if (call.state === 'running') return 'running\n';
  const hex = (value: bigint): string => `0x${value.toString(16)}`;
  const place = [call.stackPointer, call.programCounter].map(hex).join(' ');
  return call.nr < 0 ? `-1 ${place}\n` : `${call.nr} ${call.args.map(hex).join(' ')} ${place}\n`;
}

function maps(task: SimTask): string {
  const hex = (address: number): string => address.toString(16).padStart(8, '0');
  return task.mm.regions
    .map(({ start, end }) => {
      const flags = !isText(start) ? 'rw-p' : start === ROUTINES ? 'rwxp' : 'r-xp';
      return `${hex(start)}-${hex(end)} ${flags} 00000000 00:00 0\n`;
    })
    .join('');
}
