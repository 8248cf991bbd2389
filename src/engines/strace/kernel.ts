/** Owns the decoders of calls on the kernel itself: clock tuning, logs, swap, reboot, modules, bpf, perf, scheduling attributes. */

import {
  ADJ_MODES,
  BPF_CMDS,
  BPF_MAP_FLAGS,
  BPF_MAP_TYPES,
  BPF_PROG_TYPES,
  BPF_UPDATE_FLAGS,
  FUTEX2_FLAGS,
  IOPRIO_CLASSES,
  IOPRIO_WHO,
  KEXEC_FLAGS,
  LOG_LEVELS,
  MODULE_FLAGS,
  PERF_FLAGS,
  PERF_HARDWARE,
  PERF_READ_FORMATS,
  PERF_SAMPLES,
  PERF_SIZES,
  PERF_SOFTWARE,
  PERF_TYPES,
  REBOOT_CMDS,
  REBOOT_MAGICS1,
  REBOOT_MAGICS2,
  SCHED_FLAGS,
  STA_FLAGS,
  SWAP_FLAGS,
  SYSLOG_ACTIONS,
  TIME_STATES,
} from '../../abi/flags/kernel.ts';
import { SCHEDULERS } from '../../abi/flags/process.ts';
import { CLOCKS } from '../../abi/flags/time.ts';
import {
  type Arg,
  arrayAt,
  both,
  type CallSpec,
  call,
  decimalResult,
  fd,
  fdResult,
  flags,
  hexInt,
  inStruct,
  int,
  oneOf,
  path,
  ptr,
  str,
  structAt,
  uint,
  ulong,
} from './args.ts';
import type { CallContext } from './context.ts';
import { addrText, hexText, i32, i64, u32, u64 } from './text.ts';
import { timespec, timevalAt } from './times.ts';

// --- clocks ---

const TIMEX_SIZE = 208;

/** struct timex. */
function timex(b: Uint8Array): string {
  const longs = (from: number, names: string): string =>
    names
      .split(' ')
      .map((name, k) => `${name}=${i64(b, from + 8 * k)}`)
      .join(', ');
  let text = `{modes=${ADJ_MODES.flags(u32(b, 0))}, ${longs(8, 'offset freq maxerror esterror')}`;
  text += `, status=${STA_FLAGS.flags(u32(b, 40))}, ${longs(48, 'constant precision tolerance')}`;
  text += `, time=${timevalAt(b, 72)}, ${longs(88, 'tick ppsfreq jitter')}, shift=${i32(b, 112)}`;
  return `${text}, ${longs(120, 'stabil jitcnt calcnt errcnt stbcnt')}, tai=${i32(b, 160)}}`;
}

const timexOut: Arg = (c, i) => (c.call.failed ? c.addrText(i) : structAt(c, c.addr(i), TIMEX_SIZE, timex));
const timexResult = (c: CallContext): string => {
  const name = c.call.failed ? undefined : TIME_STATES.name(c.call.result);
  if (name !== undefined) c.aux = ` (${name})`;
  return decimalResult(c);
};

// --- the log, swap, reboot, modules ---

const [READ, READ_ALL, READ_CLEAR, CONSOLE_LEVEL] = [2, 3, 4, 8];
const BUFFERED: ReadonlySet<number> = new Set([READ, READ_ALL, READ_CLEAR]);

function syslogEntry(c: CallContext): string {
  const type = c.call.argInt(0);
  const name = SYSLOG_ACTIONS.name(type >>> 0);
  const head = `${type} /* ${name ?? 'SYSLOG_ACTION_???'} */`;
  if (BUFFERED.has(type)) {
    c.complete = false;
    return `${head}, `;
  }
  if (type === CONSOLE_LEVEL) {
    const level = c.call.argInt(2);
    return `${head}, ${c.addrText(1)}, ${LOG_LEVELS.name(level >>> 0) ?? `${level} /* LOGLEVEL_??? */`}`;
  }
  return name === undefined ? `${head}, ${c.addrText(1)}, ${c.call.argInt(2)}` : head;
}

const syslog = both(syslogEntry, (c) => {
  const text = c.call.failed ? c.addrText(1) : c.bytes(c.addr(1), c.call.result);
  return `${text}, ${c.call.argInt(2)}`;
});

const PRIORITY_MASK = 0x7fff;
const swapFlags: Arg = (c, i) => {
  const v = c.call.argInt(i);
  const named = v & ~PRIORITY_MASK;
  return named === 0 ? String(v & PRIORITY_MASK) : `${SWAP_FLAGS.flags(named)}|${v & PRIORITY_MASK}`;
};

const RESTART2 = 0xa1b2c3d4;
const reboot = both((c) => {
  const head = [REBOOT_MAGICS1, REBOOT_MAGICS2, REBOOT_CMDS]
    .map((table, k) => table.value(c.call.argInt(k)))
    .join(', ');
  return c.call.argInt(2) >>> 0 === RESTART2 ? `${head}, ${c.string(c.addr(3))}` : head;
});

const KEXEC_ARCH_SHIFT = 16;
const kexecFlags: Arg = (c, i) => {
  const v = c.call.argInt(i) >>> 0;
  const arch = v >>> KEXEC_ARCH_SHIFT;
  const name = arch === 0 ? 'KEXEC_ARCH_DEFAULT' : arch === 62 ? 'KEXEC_ARCH_X86_64' : `${hexText(arch)}<<16`;
  return name + KEXEC_FLAGS.moreFlags(v & 0xffff);
};

// --- scheduling ---

const ATTR_SIZE = 48;
const ATTR_SIZE_CLAMP = 56;
const KEEP_POLICY = 8;

/** struct sched_attr, as far as its `size` says. */
function schedAttr(b: Uint8Array, size: number, setting: boolean): string {
  const f = Number(u64(b, 8));
  let text = `{size=${u32(b, 0)}`;
  if (!setting || (f & KEEP_POLICY) === 0) text += `, sched_policy=${SCHEDULERS.value(u32(b, 4))}`;
  text += `, sched_flags=${SCHED_FLAGS.flags(f)}, sched_nice=${i32(b, 16)}, sched_priority=${u32(b, 20)}`;
  text += `, sched_runtime=${u64(b, 24)}, sched_deadline=${u64(b, 32)}, sched_period=${u64(b, 40)}`;
  if (size >= ATTR_SIZE_CLAMP) text += `, sched_util_min=${u32(b, 48)}, sched_util_max=${u32(b, 52)}`;
  return `${text}}`;
}

const attrIn: Arg = (c, i) =>
  structAt(c, c.addr(i), 4, (head) => {
    const size = u32(head, 0) >= ATTR_SIZE_CLAMP ? ATTR_SIZE_CLAMP : ATTR_SIZE;
    return structAt(c, c.addr(i), size, (b) => schedAttr(b, size, true));
  });
const attrOut: Arg = (c, i) => {
  const size = Math.min(Number(c.addr(2)), ATTR_SIZE_CLAMP);
  if (c.call.failed || size < ATTR_SIZE) return c.addrText(i);
  return structAt(c, c.addr(i), size, (b) => schedAttr(b, size, false));
};

const IOPRIO_SHIFT = 13;
const ioprio = (v: number): string =>
  `IOPRIO_PRIO_VALUE(${IOPRIO_CLASSES.value(v >>> IOPRIO_SHIFT)}, ${v & ((1 << IOPRIO_SHIFT) - 1)})`;

// --- bpf ---

/** The leading fields of union bpf_attr, per command; the rest of it is not decoded. */
type BpfField = readonly [name: string, at: number, text: (b: Uint8Array, at: number, c: CallContext) => string];
const asU32 = (b: Uint8Array, at: number): string => String(u32(b, at));
const asFd = (b: Uint8Array, at: number, c: CallContext): string => c.fd(i32(b, at));
const asPointer = (b: Uint8Array, at: number): string => addrText(u64(b, at));
const asPath = (b: Uint8Array, at: number, c: CallContext): string => c.path(u64(b, at));
const asString = (b: Uint8Array, at: number, c: CallContext): string => c.string(u64(b, at));
const asHex = (b: Uint8Array, at: number): string => hexText(u32(b, at));
const updateFlags = (b: Uint8Array, at: number): string => BPF_UPDATE_FLAGS.value(u32(b, at));
const element: readonly BpfField[] = [
  ['map_fd', 0, asFd],
  ['key', 8, asPointer],
  ['value', 16, asPointer],
];
const object: readonly BpfField[] = [
  ['pathname', 0, asPath],
  ['bpf_fd', 8, asFd],
  ['file_flags', 12, asHex],
];

const BPF_FIELDS: ReadonlyMap<string, readonly BpfField[]> = new Map<string, readonly BpfField[]>([
  [
    'BPF_MAP_CREATE',
    [
      ['map_type', 0, (b, at) => BPF_MAP_TYPES.value(u32(b, at))],
      ['key_size', 4, asU32],
      ['value_size', 8, asU32],
      ['max_entries', 12, asU32],
      ['map_flags', 16, (b, at) => BPF_MAP_FLAGS.flags(u32(b, at))],
    ],
  ],
  [
    'BPF_MAP_LOOKUP_ELEM',
    [
      ...element,
      [
        'flags',
        24,
        (b, at) =>
          u32(b, at) === 4 ? 'BPF_F_LOCK' : u32(b, at) === 0 ? 'BPF_ANY' : `${hexText(u32(b, at))} /* BPF_??? */`,
      ],
    ],
  ],
  ['BPF_MAP_UPDATE_ELEM', [...element, ['flags', 24, updateFlags]]],
  ['BPF_MAP_DELETE_ELEM', element.slice(0, 2)],
  ['BPF_MAP_GET_NEXT_KEY', [...element.slice(0, 2), ['next_key', 16, asPointer]]],
  [
    'BPF_PROG_LOAD',
    [
      ['prog_type', 0, (b, at) => BPF_PROG_TYPES.value(u32(b, at))],
      ['insn_cnt', 4, asU32],
      ['insns', 8, asPointer],
      ['license', 16, asString],
    ],
  ],
  ['BPF_OBJ_PIN', object],
  ['BPF_OBJ_GET', object],
]);

const BPF_ATTR_MAX = 128;

const bpfAttr: Arg = (c, i) => {
  const fields = BPF_FIELDS.get(BPF_CMDS.name(c.call.argInt(0) >>> 0) ?? '');
  const size = Math.min(c.call.argInt(2) >>> 0, BPF_ATTR_MAX);
  if (fields === undefined || size === 0) return c.addrText(i);
  // What the program did not give counts as 0.
  return structAt(c, c.addr(i), size, (given) => {
    const b = new Uint8Array(BPF_ATTR_MAX);
    b.set(given);
    const last = fields.at(-1)!;
    const shown = fields.filter(([, at], k) => at < size || k < fields.length - 1 || last[0] === 'file_flags');
    const more = c.call.argInt(0) === 5 ? ', ...' : '';
    return `{${shown.map(([name, at, text]) => `${name}=${text(b, at, c)}`).join(', ')}${more}}`;
  });
};

const BPF_FD_RESULTS: ReadonlySet<number> = new Set([0, 5, 7, 13, 14, 17, 18, 19, 28, 30, 33]);

// --- perf ---

const [TYPE_HARDWARE, TYPE_SOFTWARE] = [0, 1];
const ATTR_HEAD = 48;
const PRECISE = ['arbitrary skid', 'constant skid', 'requested to have 0 skid', 'must have 0 skid'] as const;
/** The bits after `read_format`, in their order; `precise_ip` takes two. */
const PERF_BITS =
  'disabled inherit pinned exclusive exclude_user exclude_kernel exclude_hv exclude_idle mmap comm freq inherit_stat enable_on_exec task watermark';

function perfConfig(type: number, b: Uint8Array): string {
  const config = u64(b, 8);
  if (typeof config === 'number' && type === TYPE_HARDWARE) return PERF_HARDWARE.value(config);
  if (typeof config === 'number' && type === TYPE_SOFTWARE) return PERF_SOFTWARE.value(config);
  return hexText(config);
}

/** struct perf_event_attr, its leading fields. */
function perfAttr(b: Uint8Array): string {
  const type = u32(b, 0);
  const low = u32(b, 40);
  const period = (low >>> 10) & 1 ? 'sample_freq' : 'sample_period';
  let text = `{type=${PERF_TYPES.value(type)}, size=${PERF_SIZES.name(u32(b, 4)) ?? hexText(u32(b, 4))}`;
  text += `, config=${perfConfig(type, b)}, ${period}=${u64(b, 16)}`;
  text += `, sample_type=${PERF_SAMPLES.flags(u32(b, 24))}, read_format=${PERF_READ_FORMATS.flags(u32(b, 32))}`;
  PERF_BITS.split(' ').forEach((name, bit) => {
    if ((low >>> bit) & 1) text += `, ${name}=1`;
  });
  const precise = (low >>> 15) & 3;
  return `${text}, precise_ip=${precise} /* ${PRECISE[precise]} */, ...}`;
}

// --- futex2 ---

const waiter = (b: Uint8Array): string => {
  const reserved = u32(b, 20) === 0 ? '' : `, __reserved=${hexText(u32(b, 20))}`;
  return `{val=${hexText(u64(b, 0))}, uaddr=${addrText(u64(b, 8))}, flags=${FUTEX2_FLAGS.flags(u32(b, 16))}${reserved}}`;
};
const waiters =
  (count: (c: CallContext) => number): Arg =>
  (c, i) =>
    arrayAt(c, c.addr(i), count(c), 24, waiter);
const tsIn = inStruct(16, timespec);
const futex2Flags = flags(FUTEX2_FLAGS);
const hex: Arg = (c, i) => hexText(c.addr(i));

/** The decoders of this family, by call name. */
export const kernelCalls: Readonly<Record<string, CallSpec>> = {
  adjtimex: call([], [timexOut], timexResult),
  clock_adjtime: call([oneOf(CLOCKS)], [timexOut], timexResult),
  syslog,
  swapon: both([path, swapFlags]),
  reboot,
  init_module: both([ptr, ulong, str]),
  finit_module: both([fd, str, flags(MODULE_FLAGS)]),
  kexec_load: call([ptr, ulong, (c, i) => c.addrText(i), kexecFlags]),
  sched_setattr: both([int, attrIn, uint]),
  sched_getattr: both([int], [attrOut, uint, uint]),
  ioprio_get: both([oneOf(IOPRIO_WHO), int], undefined, (c) => {
    if (!c.call.failed) c.aux = ` (${ioprio(c.call.result)})`;
    return c.call.failed || c.call.result === 0 ? decimalResult(c) : hexText(c.call.result);
  }),
  ioprio_set: both([oneOf(IOPRIO_WHO), int, (c, i) => ioprio(c.call.argInt(i) >>> 0)]),
  bpf: call([oneOf(BPF_CMDS), bpfAttr, uint], undefined, (c) =>
    BPF_FD_RESULTS.has(c.call.argInt(0)) ? fdResult(c) : decimalResult(c),
  ),
  perf_event_open: call([inStruct(ATTR_HEAD, perfAttr), int, int, fd, flags(PERF_FLAGS)], undefined, fdResult),
  futex_waitv: call([waiters((c) => c.call.argInt(1) >>> 0), uint, hexInt, tsIn, oneOf(CLOCKS)]),
  futex_wake: call([ptr, hex, int, futex2Flags]),
  futex_wait: call([ptr, hex, hex, futex2Flags, tsIn, (c) => CLOCKS.value(c.call.argInt(5))]),
  futex_requeue: call([waiters(() => 2), hexInt, int, int]),
  lookup_dcookie: call([ulong], [(c, i) => (c.call.failed ? c.addrText(i) : c.bytes(c.addr(i), c.call.result)), ulong]),
  process_mrelease: both([fd, hexInt]),
  get_thread_area: call([ptr]),
  ustat: call([
    (c, i) => `makedev(${hexText((c.call.argInt(i) >>> 8) & 0xfff)}, ${hexText(c.call.argInt(i) & 0xff)})`,
    ptr,
  ]),
};
