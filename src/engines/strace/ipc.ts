/** Owns the decoders of System V IPC and of POSIX message queues. */

import {
  IPC_GET_FLAGS,
  MSG_CMDS,
  MSG_IO_FLAGS,
  SEM_CMDS,
  SHM_AT_FLAGS,
  SHM_CMDS,
  SHM_GET_FLAGS,
} from '../../abi/flags/ipc.ts';
import type { FlagTable } from '../../abi/flags/table.ts';
import {
  type Arg,
  arrayAt,
  both,
  type CallSpec,
  call,
  type Format,
  fd,
  fdResult,
  flags,
  hexResult,
  idText,
  inBytes,
  inStruct,
  int,
  outBytes,
  outStruct,
  ptr,
  str,
  structAt,
  uint,
  ulong,
} from './args.ts';
import type { CallContext } from './context.ts';
import { descriptorFlags, openFlags, takesMode } from './open.ts';
import { hexText, i32, i64, octalMode, u16, u32, u64 } from './text.ts';
import { sigevent } from './time.ts';
import { timespec } from './times.ts';

const key: Arg = (c, i) => (c.call.argInt(i) === 0 ? 'IPC_PRIVATE' : hexText(c.call.argInt(i) >>> 0));

const getFlags =
  (table: FlagTable): Arg =>
  (c, i) => {
    const v = c.call.argInt(i);
    const named = (v & ~0o777) >>> 0;
    return `${named === 0 ? '' : `${table.flags(named)}|`}${octalMode(v & 0o777)}`;
  };

const IPC_64 = 0x100;
const command =
  (table: FlagTable): Arg =>
  (c, i) => {
    const v = c.call.argInt(i);
    return `${v & IPC_64 ? 'IPC_64|' : ''}${table.value(v & ~IPC_64)}`;
  };

function sembuf(b: Uint8Array): string {
  const op = (u16(b, 2) << 16) >> 16;
  const f = u16(b, 4);
  const names = [...(f & 0x1000 ? ['SEM_UNDO'] : []), ...(f & 0x800 ? ['IPC_NOWAIT'] : [])];
  const rest = f & ~0x1800;
  if (rest !== 0) names.push(hexText(rest));
  return `{sem_num=${u16(b, 0)}, sem_op=${op}, sem_flg=${names.length === 0 ? '0' : names.join('|')}}`;
}

const message = (c: CallContext, address: number | bigint, length: number): string =>
  structAt(c, address, 8, (b) => `{mtype=${i64(b, 0)}, mtext=${c.bytes(BigInt(address) + 8n, length)}}`);

const IPC_SET = 1;
const STATS: ReadonlySet<string> = new Set(['IPC_STAT', 'SHM_STAT', 'SHM_STAT_ANY', 'MSG_STAT', 'MSG_STAT_ANY']);

/** struct ipc64_perm; a program that sets it gives less of it. */
function permissions(b: Uint8Array, full: boolean): string {
  const text = `{uid=${idText(i32(b, 4))}, gid=${idText(i32(b, 8))}, mode=${octalMode(u32(b, 20))}`;
  return full ? `${text}, key=${u32(b, 0)}, cuid=${idText(i32(b, 12))}, cgid=${idText(i32(b, 16))}}` : `${text}}`;
}

function shmidDs(b: Uint8Array): string {
  let text = `{shm_perm=${permissions(b, true)}, shm_segsz=${u64(b, 48)}, shm_cpid=${i32(b, 80)}, shm_lpid=${i32(b, 84)}`;
  text += `, shm_nattch=${u64(b, 88)}, shm_atime=${i64(b, 56)}, shm_dtime=${i64(b, 64)}, shm_ctime=${i64(b, 72)}`;
  return `${text}}`;
}

function msqidDs(b: Uint8Array): string {
  let text = `{msg_perm=${permissions(b, true)}, msg_stime=${i64(b, 48)}, msg_rtime=${i64(b, 56)}, msg_ctime=${i64(b, 64)}`;
  text += `, msg_qnum=${u64(b, 80)}, msg_qbytes=${u64(b, 88)}, msg_lspid=${i32(b, 96)}, msg_lrpid=${i32(b, 100)}`;
  return `${text}}`;
}

/** shmctl and msgctl: what is set is known at entry, what is asked for at exit. */
const controlCall = (table: FlagTable, size: number, full: Format, set: Format): CallSpec =>
  call(
    (c) => {
      const cmd = c.call.argInt(1) & ~IPC_64;
      const head = `${c.call.argInt(0)}, ${command(table)(c, 1)}, `;
      if (cmd === IPC_SET) return head + structAt(c, c.addr(2), size, set);
      if (!STATS.has(table.name(cmd) ?? '')) return head + c.addrText(2);
      c.complete = false;
      return head;
    },
    (c) => (c.call.failed ? c.addrText(2) : structAt(c, c.addr(2), size, full)),
  );

const SEMOPS_MAX = 65_536;
const semops: Arg = (c, i) => {
  const count = c.call.argInt(2) >>> 0;
  return count > SEMOPS_MAX ? c.addrText(i) : arrayAt(c, c.addr(i), count, 6, sembuf);
};
const SETVAL = 16;

/** struct mq_attr. */
const mqAttr = (b: Uint8Array): string => {
  const flagText = descriptorFlags(Number(i64(b, 0)));
  return `{mq_flags=${flagText}, mq_maxmsg=${i64(b, 8)}, mq_msgsize=${i64(b, 16)}, mq_curmsgs=${i64(b, 24)}}`;
};
const MQ_ATTR_SIZE = 64;
const tsIn = inStruct(16, timespec);

const mqOpen = call(
  (c) => {
    const f = c.call.argInt(1);
    const head = `${c.string(c.addr(0))}, ${openFlags(f)}`;
    if (!takesMode(f)) return head;
    return `${head}, ${octalMode(c.call.argInt(2) & 0xffff)}, ${structAt(c, c.addr(3), MQ_ATTR_SIZE, mqAttr)}`;
  },
  undefined,
  fdResult,
);

/** The decoders of this family, by call name. */
export const ipcCalls: Readonly<Record<string, CallSpec>> = {
  shmget: both([key, ulong, getFlags(SHM_GET_FLAGS)]),
  shmat: both([int, ptr, flags(SHM_AT_FLAGS)], undefined, hexResult),
  shmdt: both([ptr]),
  shmctl: controlCall(SHM_CMDS, 112, shmidDs, (b) => `{shm_perm=${permissions(b, false)}}`),
  semget: both([key, int, getFlags(IPC_GET_FLAGS)]),
  semop: both([int, semops, ulong]),
  semtimedop: call([int, semops, ulong, tsIn]),
  semctl: call([
    int,
    int,
    command(SEM_CMDS),
    (c, i) => ((c.call.argInt(2) & ~IPC_64) === SETVAL ? hexText(c.addr(i)) : c.addrText(i)),
  ]),
  msgget: both([key, getFlags(IPC_GET_FLAGS)]),
  msgsnd: call([int, (c, i) => message(c, c.addr(i), Number(c.addr(2))), ulong, flags(MSG_IO_FLAGS)]),
  msgrcv: call(
    [int],
    [
      (c, i) => (c.call.failed ? c.addrText(i) : message(c, c.addr(i), Number(c.addr(2)))),
      ulong,
      (c, i) => BigInt.asIntN(64, c.call.arg(i)).toString(),
      flags(MSG_IO_FLAGS),
    ],
  ),
  msgctl: controlCall(MSG_CMDS, 120, msqidDs, (b) => `{msg_perm=${permissions(b, false)}, msg_qbytes=${u64(b, 88)}}`),
  mq_open: mqOpen,
  mq_unlink: both([str]),
  mq_timedsend: call([fd, inBytes(2), ulong, uint, tsIn]),
  mq_timedreceive: call([fd], [outBytes, ulong, outStruct(4, (b) => `[${u32(b, 0)}]`), tsIn]),
  mq_notify: call([fd, inStruct(64, sigevent)]),
  mq_getsetattr: call([fd, inStruct(MQ_ATTR_SIZE, mqAttr)], [outStruct(MQ_ATTR_SIZE, mqAttr)]),
};
