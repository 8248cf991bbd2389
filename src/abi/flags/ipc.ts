/**
 * Owns the constants of System V IPC and POSIX message queues.
 * Order matters: flags are named in the order of their table. Data only.
 */

import { FlagTable } from './table.ts';

export const IPC_CMDS = new FlagTable('IPC_???', {
  IPC_RMID: 0,
  IPC_SET: 1,
  IPC_STAT: 2,
  IPC_INFO: 3,
});

export const SHM_CMDS = new FlagTable('SHM_???', {
  IPC_RMID: 0,
  IPC_SET: 1,
  IPC_STAT: 2,
  IPC_INFO: 3,
  SHM_LOCK: 0xb,
  SHM_UNLOCK: 0xc,
  SHM_STAT: 0xd,
  SHM_INFO: 0xe,
  SHM_STAT_ANY: 0xf,
});

export const SEM_CMDS = new FlagTable('SEM_???', {
  IPC_RMID: 0,
  IPC_SET: 1,
  IPC_STAT: 2,
  IPC_INFO: 3,
  GETPID: 0xb,
  GETVAL: 0xc,
  GETALL: 0xd,
  GETNCNT: 0xe,
  GETZCNT: 0xf,
  SETVAL: 0x10,
  SETALL: 0x11,
  SEM_STAT: 0x12,
  SEM_INFO: 0x13,
  SEM_STAT_ANY: 0x14,
});

export const MSG_CMDS = new FlagTable('MSG_???', {
  IPC_RMID: 0,
  IPC_SET: 1,
  IPC_STAT: 2,
  IPC_INFO: 3,
  MSG_STAT: 0xb,
  MSG_INFO: 0xc,
  MSG_STAT_ANY: 0xd,
});

export const IPC_GET_FLAGS = new FlagTable('IPC_???', {
  IPC_CREAT: 0x200,
  IPC_EXCL: 0x400,
  IPC_NOWAIT: 0x800,
});

export const SHM_GET_FLAGS = new FlagTable('SHM_???', {
  IPC_CREAT: 0x200,
  IPC_EXCL: 0x400,
  SHM_HUGETLB: 0x800,
  SHM_NORESERVE: 0x1000,
});

export const SHM_AT_FLAGS = new FlagTable('SHM_???', {
  SHM_RDONLY: 0x1000,
  SHM_RND: 0x2000,
  SHM_REMAP: 0x4000,
  SHM_EXEC: 0x8000,
});

export const MSG_IO_FLAGS = new FlagTable('MSG_???', {
  MSG_NOERROR: 0x1000,
  MSG_EXCEPT: 0x2000,
  MSG_COPY: 0x4000,
  IPC_NOWAIT: 0x800,
});
