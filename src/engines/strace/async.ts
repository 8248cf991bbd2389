/** Owns the decoders of asynchronous I/O: io_uring and Linux aio. */

import {
  IOCB_CMDS,
  IOCB_FLAGS,
  IORING_ENTER,
  IORING_FEAT,
  IORING_OPCODES,
  IORING_SETUP,
} from '../../abi/flags/async.ts';
import {
  type Arg,
  arrayAt,
  type CallSpec,
  call,
  fd,
  fdResult,
  flags,
  inStruct,
  ptr,
  structAt,
  uint,
  ulong,
} from './args.ts';
import type { CallContext } from './context.ts';
import { iovecs } from './iovec.ts';
import { sigset } from './signals.ts';
import { addrText, hexText, i32, i64, u16, u32, u64 } from './text.ts';
import { timespec } from './times.ts';

const PARAMS_SIZE = 120;
const SETUP_SQ_AFF = 4;
const SETUP_ATTACH_WQ = 0x20;

/** struct io_uring_params: what the program fills in, and with `out` what the kernel does. */
function params(b: Uint8Array, c: CallContext, out: boolean): string {
  const f = u32(b, 8);
  const cpu = f & SETUP_SQ_AFF ? hexText(u32(b, 12)) : String(u32(b, 12));
  let text = `{flags=${IORING_SETUP.flags(f)}, sq_thread_cpu=${cpu}, sq_thread_idle=${u32(b, 16)}`;
  if (f & SETUP_ATTACH_WQ) text += `, wq_fd=${c.fd(i32(b, 24))}`;
  if (!out) return `${text}}`;
  text += `, sq_entries=${u32(b, 0)}, cq_entries=${u32(b, 4)}, features=${IORING_FEAT.flags(u32(b, 20))}`;
  const ring = (at: number, names: string): string =>
    names
      .split(' ')
      .map((name, k) => `${name}=${u32(b, at + 4 * k)}`)
      .join(', ');
  text += `, sq_off={${ring(40, 'head tail ring_mask ring_entries flags dropped array')}}`;
  return `${text}, cq_off={${ring(80, 'head tail ring_mask ring_entries overflow cqes flags')}}}`;
}

const REGISTER_BUFFERS = 0;
const REGISTER_FILES = 2;
const INTS: ReadonlySet<number> = new Set([REGISTER_FILES, 4, 7]);

const registered: Arg = (c, i) => {
  const op = c.call.argInt(1);
  const count = c.call.argInt(3) >>> 0;
  if (op === REGISTER_BUFFERS) return iovecs(c, c.addr(i), count, 'address', 0);
  if (INTS.has(op)) return arrayAt(c, c.addr(i), count, 4, (b) => c.fd(i32(b, 0)));
  return c.addrText(i);
};

const IOCB_SIZE = 64;
const [PREAD, PWRITE, PREADV, PWRITEV] = [0, 1, 7, 8];
const FLAG_RESFD = 1;
const [POLL, READS] = [5, new Set([0, 1, 7, 8])] as const;

/** struct iocb; without `full` only its head, as io_cancel needs it. */
function iocb(b: Uint8Array, c: CallContext, full: boolean): string {
  const op = u16(b, 16);
  let text = `{aio_data=${hexText(u64(b, 0))}`;
  if (u32(b, 8) !== 0) text += `, aio_key=${u32(b, 8)}`;
  text += `, aio_lio_opcode=${IOCB_CMDS.name(op) ?? `${op} /* IOCB_CMD_??? */`}`;
  const priority = (u16(b, 18) << 16) >> 16;
  if (priority !== 0) text += `, aio_reqprio=${priority}`;
  text += `, aio_fildes=${c.fd(i32(b, 20))}`;
  if (!full) return `${text}}`;
  const [buffer, bytes, offset] = [u64(b, 24), u64(b, 32), i64(b, 40)];
  if (op === PWRITE) text += `, aio_buf=${c.bytes(buffer, Number(bytes))}, aio_nbytes=${bytes}, aio_offset=${offset}`;
  else if (op === PREAD) text += `, aio_buf=${hexText(buffer)}, aio_nbytes=${bytes}, aio_offset=${offset}`;
  else if (op === PREADV || op === PWRITEV) {
    const what = op === PWRITEV ? 'data' : 'address';
    text += `, aio_buf=${iovecs(c, buffer, Number(bytes), what, Number.POSITIVE_INFINITY)}, aio_offset=${offset}`;
  } else if (op === POLL) text += `, aio_buf=${hexText(buffer)}`;
  const f = u32(b, 56);
  if (f & FLAG_RESFD) {
    text += READS.has(op) ? `, aio_flags=${IOCB_FLAGS.flags(f)}, aio_resfd=${i32(b, 60)}` : '';
  }
  return `${text}}`;
}

/** The array of pointers to iocbs. */
const iocbs: Arg = (c, i) =>
  arrayAt(c, c.addr(i), Number(c.addr(1)), 8, (b) => {
    const at = u64(b, 0);
    return structAt(c, at, IOCB_SIZE, (bytes) => iocb(bytes, c, true));
  });

const event = (b: Uint8Array): string =>
  `{data=${hexText(u64(b, 0))}, obj=${addrText(u64(b, 8))}, res=${i64(b, 16)}, res2=${i64(b, 24)}}`;

const events: Arg = (c, i) => (c.call.failed ? c.addrText(i) : arrayAt(c, c.addr(i), c.call.result, 32, event));
const tsIn = inStruct(16, timespec);
const signed: Arg = (c, i) => BigInt.asIntN(64, c.call.arg(i)).toString();

/** struct __aio_sigset: a pointer to a mask, and its size. */
const aioSigset: Arg = (c, i) =>
  structAt(c, c.addr(i), 16, (b) => `{sigmask=${sigset(c, u64(b, 0), u64(b, 8))}, sigsetsize=${u64(b, 8)}}`);

/** The decoders of this family, by call name. */
export const asyncCalls: Readonly<Record<string, CallSpec>> = {
  io_uring_setup: call(
    (c) => {
      c.complete = false;
      const b = c.read(c.addr(1), PARAMS_SIZE);
      c.saved = b === undefined ? c.addrText(1) : params(b, c, false);
      return `${c.call.argInt(0) >>> 0}, `;
    },
    (c) => {
      const b = c.call.failed ? undefined : c.read(c.addr(1), PARAMS_SIZE);
      return b === undefined ? (c.saved as string) : params(b, c, true);
    },
    fdResult,
  ),
  io_uring_enter: call([fd, uint, uint, flags(IORING_ENTER), (c, i) => sigset(c, c.addr(i), c.addr(5)), ulong]),
  io_uring_register: call([fd, (c, i) => IORING_OPCODES.value(c.call.argInt(i)), registered, uint]),
  io_setup: call(
    [uint],
    [(c, i) => (c.call.failed ? c.addrText(i) : structAt(c, c.addr(i), 8, (b) => `[${hexText(u64(b, 0))}]`))],
  ),
  io_destroy: call([ptr]),
  io_submit: call([ptr, ulong, iocbs]),
  io_cancel: call(
    [ptr, inStruct(IOCB_SIZE, (b, c) => iocb(b, c, false))],
    [(c, i) => (c.call.failed ? c.addrText(i) : structAt(c, c.addr(i), 32, event))],
  ),
  io_getevents: call([ptr, signed, signed], [events, tsIn]),
  io_pgetevents: call([ptr, signed, signed], [events, tsIn, aioSigset]),
};
