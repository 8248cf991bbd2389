/** Owns the decoders of memory calls: mmap, mprotect, madvise, mlock, memory keys and their kin. */

import {
  MADVISE,
  MEMBARRIER_CMDS,
  MEMBARRIER_FLAGS,
  MLOCK_FLAGS,
  MLOCKALL_FLAGS,
  MMAP_FLAGS,
  MMAP_TYPE,
  MREMAP_FLAGS,
  MSYNC_FLAGS,
  PKEY_ACCESS,
  PROT,
  USERFAULTFD_FLAGS,
} from '../../abi/flags/memory.ts';
import {
  type Arg,
  both,
  type CallSpec,
  call,
  decimalResult,
  fd,
  fdResult,
  flags,
  hexLong,
  hexResult,
  int,
  oneOf,
  ptr,
  ulong,
} from './args.ts';
import { iovecs } from './iovec.ts';
import { descriptorFlags } from './open.ts';
import { hexText } from './text.ts';

const MAP_TYPE = 15;
const HUGE_SHIFT = 26;
const HUGE_MASK = 0x3f;
const mapCache = new Map<number, string>();

/** `MAP_PRIVATE|MAP_ANONYMOUS`, with the size of huge pages after a shift. */
function mapFlags(value: number): string {
  const hit = mapCache.get(value);
  if (hit !== undefined) return hit;
  let text = MMAP_TYPE.value(value & MAP_TYPE);
  let rest = value & ~MAP_TYPE;
  let huge = '';
  const size = (value >>> HUGE_SHIFT) & HUGE_MASK;
  if (size !== 0) {
    huge = `|${size}<<MAP_HUGE_SHIFT`;
    rest &= ~(HUGE_MASK << HUGE_SHIFT);
  }
  text += MMAP_FLAGS.moreFlags(rest) + huge;
  if (mapCache.size < 1000) mapCache.set(value, text);
  return text;
}

const mmapFlags: Arg = (c, i) => mapFlags(c.call.argInt(i));
const prot = flags(PROT);

const MREMAP_FIXED = 2;
const MEMBARRIER_FLAG_CPU = 1;
const USER_MODE_ONLY = 1;

/** The decoders of this family, by call name. */
export const memoryCalls: Readonly<Record<string, CallSpec>> = {
  mmap: call([ptr, ulong, prot, mmapFlags, fd, hexLong], undefined, hexResult),
  mmap2: both(
    [ptr, ulong, prot, mmapFlags, fd, (c, i) => hexText((c.call.argInt(i) >>> 0) * 4096)],
    undefined,
    hexResult,
  ),
  munmap: both([ptr, ulong]),
  mprotect: both([ptr, ulong, prot]),
  pkey_mprotect: both([ptr, ulong, prot, int]),
  pkey_alloc: both([hexLong, flags(PKEY_ACCESS)]),
  pkey_free: both([int]),
  brk: both([ptr], undefined, hexResult),
  mremap: both(
    (c) => {
      const f = c.call.argInt(3);
      const head = `${c.addrText(0)}, ${c.addr(1)}, ${c.addr(2)}, ${MREMAP_FLAGS.flags(f)}`;
      return f & MREMAP_FIXED ? `${head}, ${c.addrText(4)}` : head;
    },
    undefined,
    hexResult,
  ),
  madvise: both([ptr, ulong, oneOf(MADVISE)]),
  process_madvise: call([
    fd,
    (c, i) => iovecs(c, c.addr(i), Number(c.addr(i + 1)), 'address', 0),
    ulong,
    oneOf(MADVISE),
    ulong,
  ]),
  remap_file_pages: call([ptr, ulong, prot, ulong, mmapFlags]),
  userfaultfd: both(
    [
      (c, i) => {
        const v = c.call.argInt(i);
        const own = v & USER_MODE_ONLY;
        if (own === 0) return descriptorFlags(v);
        const rest = v & ~USER_MODE_ONLY;
        return USERFAULTFD_FLAGS.flags(own) + (rest === 0 ? '' : `|${descriptorFlags(rest)}`);
      },
    ],
    undefined,
    fdResult,
  ),
  msync: both([ptr, ulong, flags(MSYNC_FLAGS)]),
  mlock: both([ptr, ulong]),
  mlock2: both([ptr, ulong, flags(MLOCK_FLAGS)]),
  munlock: both([ptr, ulong]),
  mlockall: both([flags(MLOCKALL_FLAGS)]),
  munlockall: both([]),
  mseal: both([ptr, ulong, hexLong]),
  process_vm_readv: call(
    [int],
    [
      (c, i) => iovecs(c, c.addr(i), Number(c.addr(i + 1)), c.call.failed ? 'address' : 'data', c.call.result),
      ulong,
      (c, i) => iovecs(c, c.addr(i), Number(c.addr(i + 1)), 'address', 0),
      ulong,
      ulong,
    ],
  ),
  process_vm_writev: call([
    int,
    (c, i) => iovecs(c, c.addr(i), Number(c.addr(i + 1)), 'data', Number.POSITIVE_INFINITY),
    ulong,
    (c, i) => iovecs(c, c.addr(i), Number(c.addr(i + 1)), 'address', 0),
    ulong,
    ulong,
  ]),
  mincore: both(
    [ptr, ulong],
    [
      (c, i) => {
        if (c.call.failed) return c.addrText(i);
        const pages = Math.ceil(Number(c.addr(1)) / 4096);
        const limit = c.verbose ? pages : Math.min(pages, c.stringLimit);
        const b = c.read(c.addr(i), pages);
        if (b === undefined) return c.addrText(i);
        let text = '[';
        for (let k = 0; k < limit; k++) text += `${k === 0 ? '' : ', '}${b[k] as number & 1}`;
        return pages > limit ? `${text}, ...]` : `${text}]`;
      },
    ],
  ),
  membarrier: both(
    (c) => {
      const f = c.call.argInt(1);
      const head = `${MEMBARRIER_CMDS.value(c.call.argInt(0))}, ${MEMBARRIER_FLAGS.flags(f)}`;
      return f & MEMBARRIER_FLAG_CPU ? `${head}, ${c.call.argInt(2)}` : head;
    },
    undefined,
    (c) => {
      if (c.call.failed || c.call.argInt(0) !== 0) return decimalResult(c);
      if (c.call.result > 0) c.aux = ` (${MEMBARRIER_CMDS.flags(c.call.result)})`;
      return hexText(c.call.result);
    },
  ),
};
