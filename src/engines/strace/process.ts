/** Owns the decoders of processes: execve, clone, wait, exit, ids, limits, scheduling, futex, prctl, ptrace. */

import { AT_FLAGS } from '../../abi/flags/files.ts';
import { PIDFD_FLAGS } from '../../abi/flags/kernel.ts';
import {
  ARCH_PRCTL_OPS,
  PERSONALITIES,
  PERSONALITY_FLAGS,
  PRIORITY_WHICH,
  RLIMITS,
  RUSAGE_WHO,
  SCHEDULERS,
  UNSHARE_FLAGS,
  WAIT_OPTIONS,
  WAITID_TYPES,
} from '../../abi/flags/process.ts';
import {
  type Arg,
  arrayAt,
  both,
  type CallSpec,
  call,
  dirfd,
  errorText,
  fdResult,
  flags,
  hexInt,
  hexLong,
  id,
  idText,
  inStruct,
  int,
  noResult,
  oneOf,
  outStruct,
  path,
  ptr,
  signal,
  structAt,
  ulong,
} from './args.ts';
import { capget, capset } from './capability.ts';
import { clone, clone3 } from './clone.ts';
import type { CallContext } from './context.ts';
import { futex } from './futex.ts';
import { prctl } from './prctl.ts';
import { ptrace } from './ptrace.ts';
import { siginfoBytes } from './siginfo.ts';
import { addrText, hexText, i32, u64, word } from './text.ts';
import { timespec, timevalAt } from './times.ts';
import { waitStatus } from './wait-status.ts';

const ARRAY_CHUNK = 512;

/** The pointers of a NULL-terminated array; undefined when it cannot be read. */
function pointers(c: CallContext, address: number | bigint, most: number): (number | bigint)[] | undefined {
  const out: (number | bigint)[] = [];
  let at = BigInt(address);
  while (out.length <= most) {
    const b = c.readSome(at, ARRAY_CHUNK);
    if (b === undefined || b.length < c.wordSize) return undefined;
    for (let o = 0; o + c.wordSize <= b.length; o += c.wordSize) {
      const p = word(b, o, c.wordSize);
      if (p === 0) return out;
      out.push(p);
    }
    at += BigInt(b.length - (b.length % c.wordSize));
  }
  return out;
}

const MANY = 1_000_000;

function argv(c: CallContext, i: number): string {
  const address = c.addr(i);
  if (address === 0) return 'NULL';
  const limit = c.verbose ? MANY : c.stringLimit;
  const list = pointers(c, address, limit);
  if (list === undefined) return addrText(address);
  const shown = Math.min(list.length, limit);
  if (shown === 0 && list.length > 0) return '[...]';
  let text = '[';
  for (let k = 0; k < shown; k++) text += (k === 0 ? '' : ', ') + c.string(list[k] as number | bigint);
  return list.length > limit ? `${text}, ...]` : `${text}]`;
}

function envp(c: CallContext, i: number): string {
  if (c.verbose) return argv(c, i);
  const address = c.addr(i);
  if (address === 0) return 'NULL';
  const list = pointers(c, address, MANY);
  if (list === undefined) return addrText(address);
  return `${addrText(address)} /* ${list.length} var${list.length === 1 ? '' : 's'} */`;
}

const RUSAGE_SIZE = 144;

function rusage(b: Uint8Array, c: CallContext): string {
  let text = `{ru_utime=${timevalAt(b, 0)}, ru_stime=${timevalAt(b, 16)}`;
  if (!c.verbose) return `${text}, ...}`;
  const names = 'maxrss ixrss idrss isrss minflt majflt nswap inblock oublock msgsnd msgrcv nsignals nvcsw nivcsw';
  let at = 32;
  for (const name of names.split(' ')) {
    text += `, ru_${name}=${u64(b, at)}`;
    at += 8;
  }
  return `${text}}`;
}

const wait4 = call(
  [int],
  [
    (c, i) =>
      c.call.failed || c.call.result === 0
        ? c.addrText(i)
        : structAt(c, c.addr(i), 4, (b) => `[${waitStatus(i32(b, 0))}]`),
    flags(WAIT_OPTIONS),
    (c, i) => (c.call.failed || c.call.result === 0 ? c.addrText(i) : structAt(c, c.addr(i), RUSAGE_SIZE, rusage)),
  ],
);

const waitid = call(
  [oneOf(WAITID_TYPES), int],
  [
    outStruct(128, siginfoBytes),
    flags(WAIT_OPTIONS),
    (c, i) => (c.call.failed ? c.addrText(i) : structAt(c, c.addr(i), RUSAGE_SIZE, rusage)),
  ],
);

const INFINITY = 0xffffffffffffffffn;

function limit(value: number | bigint): string {
  if (value === INFINITY) return 'RLIM64_INFINITY';
  if (typeof value === 'number' && value > 1024 && value % 1024 === 0) return `${value / 1024}*1024`;
  return String(value);
}

const rlimit64 = (b: Uint8Array): string => `{rlim_cur=${limit(u64(b, 0))}, rlim_max=${limit(u64(b, 8))}}`;

/** A CPU mask: `[0 1 5]`. */
function cpuSet(b: Uint8Array): string {
  const list: number[] = [];
  for (let k = 0; k < b.length * 8; k++) if (((b[k >> 3] as number) >> (k & 7)) & 1) list.push(k);
  return `[${list.join(' ')}]`;
}

const ids3: Arg = (c, i) =>
  c.call.failed ? c.addrText(i) : structAt(c, c.addr(i), 4, (b) => `[${idText(i32(b, 0))}]`);
const groups = (c: CallContext, i: number, count: number): string =>
  arrayAt(c, c.addr(i), count, 4, (b) => idText(i32(b, 0)));

const GROUPS_MAX = 65536;

const schedParam = inStruct(4, (b) => `[${i32(b, 0)}]`);

const PERSONALITY_MASK = 0xff;
const PERSONALITY_QUERY = 0xffffffff;

/** `PER_LINUX|ADDR_NO_RANDOMIZE`; the query value as it is. */
function personality(value: number): string {
  if (value === PERSONALITY_QUERY) return hexText(value);
  return PERSONALITIES.value(value & PERSONALITY_MASK) + PERSONALITY_FLAGS.moreFlags(value & ~PERSONALITY_MASK);
}

const archPrctl = call(
  (c) => {
    const op = c.call.argInt(0);
    const head = ARCH_PRCTL_OPS.value(op);
    if (op === 0x1003 || op === 0x1004) {
      c.complete = false;
      return `${head}, `;
    }
    if (op === 0x1011) return head;
    return `${head}, ${hexText(c.addr(1))}`;
  },
  (c) => (c.call.failed ? c.addrText(1) : structAt(c, c.addr(1), 8, (b) => `[${addrText(u64(b, 0))}]`)),
);

const none = both([]);
const pidCall = both([int]);

/** The decoders of this family, by call name. */
export const processCalls: Readonly<Record<string, CallSpec>> = {
  execve: both([path, argv, envp]),
  execveat: both([dirfd, path, argv, envp, flags(AT_FLAGS)]),
  clone,
  clone3,
  capget,
  capset,
  fork: none,
  vfork: none,
  exit: both([int], undefined, noResult),
  exit_group: both([int], undefined, noResult),
  wait4,
  waitid,
  getpid: none,
  getppid: none,
  gettid: none,
  getuid: none,
  geteuid: none,
  getgid: none,
  getegid: none,
  getpgrp: none,
  setsid: none,
  getsid: pidCall,
  getpgid: pidCall,
  setpgid: both([int, int]),
  sched_yield: none,
  vhangup: none,
  restart_syscall: both(() => '<... resuming interrupted system call ...>'),
  setuid: both([id]),
  setgid: both([id]),
  setfsuid: both([id]),
  setfsgid: both([id]),
  setreuid: both([id, id]),
  setregid: both([id, id]),
  setresuid: both([id, id, id]),
  setresgid: both([id, id, id]),
  getresuid: both([], [ids3, ids3, ids3]),
  getresgid: both([], [ids3, ids3, ids3]),
  getgroups: both(
    [int],
    [(c, i) => (c.call.failed || c.call.argInt(0) === 0 ? c.addrText(i) : groups(c, i, c.call.result))],
  ),
  setgroups: both([
    int,
    (c, i) => (c.call.argInt(0) >>> 0 > GROUPS_MAX ? c.addrText(i) : groups(c, i, c.call.argInt(0))),
  ]),
  getrlimit: call([oneOf(RLIMITS)], [outStruct(16, rlimit64)]),
  setrlimit: call([oneOf(RLIMITS), inStruct(16, rlimit64)]),
  prlimit64: both([int, oneOf(RLIMITS), inStruct(16, rlimit64)], [outStruct(16, rlimit64)]),
  getrusage: call([oneOf(RUSAGE_WHO)], [outStruct(RUSAGE_SIZE, rusage)]),
  getpriority: both([oneOf(PRIORITY_WHICH), int]),
  setpriority: both([oneOf(PRIORITY_WHICH), int, int]),
  unshare: both([flags(UNSHARE_FLAGS)]),
  setns: both([(c) => c.fd(c.call.argInt(0)), flags(UNSHARE_FLAGS)]),
  personality: both([(c, i) => personality(c.call.argInt(i) >>> 0)], undefined, (c) => {
    if (c.call.failed) return errorText(-c.call.result);
    c.aux = ` (${personality(c.call.result)})`;
    return hexText(c.call.result);
  }),
  set_tid_address: both([ptr]),
  set_robust_list: both([ptr, ulong]),
  get_robust_list: both(
    [int],
    [
      (c, i) =>
        c.call.failed
          ? c.addrText(i)
          : structAt(c, c.addr(i), c.wordSize, (b) => `[${addrText(word(b, 0, c.wordSize))}]`),
      (c, i) =>
        c.call.failed ? c.addrText(i) : structAt(c, c.addr(i), c.wordSize, (b) => `[${word(b, 0, c.wordSize)}]`),
    ],
  ),
  rseq: both([hexLong, hexInt, hexInt, hexInt]),
  futex,
  prctl,
  arch_prctl: archPrctl,
  ptrace,
  pidfd_open: both([int, flags(PIDFD_FLAGS)], undefined, fdResult),
  pidfd_getfd: both([(c) => c.fd(c.call.argInt(0)), int, hexInt], undefined, fdResult),
  pidfd_send_signal: call([(c) => c.fd(c.call.argInt(0)), signal, inStruct(128, siginfoBytes), hexInt]),
  sched_getaffinity: both(
    [int, ulong],
    [
      (c, i) => {
        if (c.call.failed) return c.addrText(i);
        const b = c.read(c.addr(i), c.call.result);
        return b === undefined ? c.addrText(i) : cpuSet(b);
      },
    ],
  ),
  sched_setaffinity: both([
    int,
    ulong,
    (c, i) => {
      const b = c.read(c.addr(i), Math.min(Number(c.addr(1)), 1024));
      return b === undefined ? c.addrText(i) : cpuSet(b);
    },
  ]),
  sched_getscheduler: both([int], undefined, (c) => {
    const name = c.call.failed ? undefined : SCHEDULERS.name(c.call.result);
    if (name !== undefined) c.aux = ` (${name})`;
    return c.call.failed ? errorText(-c.call.result) : hexText(c.call.result);
  }),
  sched_setscheduler: both([int, oneOf(SCHEDULERS), schedParam]),
  sched_getparam: both([int], [outStruct(4, (b) => `[${i32(b, 0)}]`)]),
  sched_setparam: both([int, schedParam]),
  sched_get_priority_max: both([oneOf(SCHEDULERS)]),
  sched_get_priority_min: both([oneOf(SCHEDULERS)]),
  sched_rr_get_interval: call([int], [outStruct(16, timespec)]),
};
