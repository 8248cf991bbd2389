/** Owns the decoders of System V IPC: the calls whose arguments are plain; control calls show addresses. */

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
import { type Arg, arrayAt, both, type CallSpec, call, flags, hexResult, int, ptr, structAt, ulong } from './args.ts';
import type { CallContext } from './context.ts';
import { hexText, i64, octalMode, u16 } from './text.ts';

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

/** The decoders of this family, by call name. */
export const ipcCalls: Readonly<Record<string, CallSpec>> = {
  shmget: both([key, ulong, getFlags(SHM_GET_FLAGS)]),
  shmat: both([int, ptr, flags(SHM_AT_FLAGS)], undefined, hexResult),
  shmdt: both([ptr]),
  shmctl: call([int, command(SHM_CMDS), ptr]),
  semget: both([key, int, getFlags(IPC_GET_FLAGS)]),
  semop: both([int, (c, i) => arrayAt(c, c.addr(i), c.call.argInt(2) >>> 0, 6, sembuf), ulong]),
  semctl: call([int, int, command(SEM_CMDS), (c, i) => hexText(c.addr(i))]),
  msgget: both([key, getFlags(IPC_GET_FLAGS)]),
  msgsnd: call([int, (c, i) => message(c, c.addr(i), Number(c.addr(2))), ulong, flags(MSG_IO_FLAGS)]),
  msgrcv: call(
    [int],
    [
      (c, i) => (c.call.failed ? c.addrText(i) : message(c, c.addr(i), c.call.result)),
      ulong,
      (c, i) => BigInt.asIntN(64, c.call.arg(i)).toString(),
      flags(MSG_IO_FLAGS),
    ],
  ),
  msgctl: call([int, command(MSG_CMDS), ptr]),
};
