/** Owns the decoders of the mount API, fanotify, landlock, quotas and file handles. */

import { AT_FLAGS } from '../../abi/flags/files.ts';
import {
  FAN_CLASSES,
  FAN_EVENTS,
  FAN_INIT_FLAGS,
  FAN_MARK_FLAGS,
  FSCONFIG_CMDS,
  FSMOUNT_FLAGS,
  FSOPEN_FLAGS,
  FSPICK_FLAGS,
  LANDLOCK_ACCESS_FS,
  LANDLOCK_CREATE_FLAGS,
  LANDLOCK_RULES,
  MOUNT_ATTRS,
  MOUNT_SETATTR_FLAGS,
  MOVE_MOUNT_FLAGS,
  OPEN_TREE_FLAGS,
  PROPAGATION,
  QUOTA_CMDS,
  QUOTA_FORMATS,
  QUOTA_TYPES,
} from '../../abi/flags/mounts.ts';
import type { FlagTable } from '../../abi/flags/table.ts';
import {
  type Arg,
  both,
  type CallSpec,
  call,
  dirfd,
  fd,
  fdResult,
  flags,
  hexInt,
  path,
  str,
  structAt,
  ulong,
} from './args.ts';
import type { CallContext } from './context.ts';
import { openFlags } from './open.ts';
import { addrText, hexByte, hexText, i32, u32, u64 } from './text.ts';

/** 64 bits of flags that have names for the low 32 only. */
function wideFlags(table: FlagTable, b: Uint8Array, at: number): string {
  const high = u32(b, at + 4);
  if (high === 0) return table.flags(u32(b, at));
  return hexText(u64(b, at)) + (u32(b, at) === 0 ? ` /* ${table.unknown} */` : '');
}

// --- mounts ---

const hexString = (c: CallContext, address: number | bigint, length: number): string => {
  const b = c.read(address, Math.min(length, c.stringLimit));
  if (b === undefined) return addrText(address);
  return `"${[...b].map((byte) => `\\x${hexByte(byte)}`).join('')}"${length > b.length ? '...' : ''}`;
};

const [SET_FLAG, SET_STRING, SET_BINARY, SET_PATH, SET_PATH_EMPTY, SET_FD] = [0, 1, 2, 3, 4, 5];

function fsconfig(c: CallContext): string {
  const cmd = c.call.argInt(1);
  const aux = c.call.argInt(4);
  const head = `${c.fd(c.call.argInt(0))}, ${FSCONFIG_CMDS.value(cmd)}`;
  const name = c.string(c.addr(2));
  switch (cmd) {
    case SET_FLAG:
      return `${head}, ${name}, ${c.addrText(3)}, ${aux}`;
    case SET_STRING:
      return `${head}, ${name}, ${c.string(c.addr(3))}, ${aux}`;
    case SET_BINARY:
      return `${head}, ${name}, ${hexString(c, c.addr(3), aux)}, ${aux}`;
    case SET_PATH:
    case SET_PATH_EMPTY:
      return `${head}, ${name}, ${c.path(c.addr(3))}, ${c.dirfd(aux)}`;
    case SET_FD:
      return `${head}, ${name}, ${c.addrText(3)}, ${c.fd(aux)}`;
    default:
      return `${head}, ${c.addrText(2)}, ${c.addrText(3)}, ${aux}`;
  }
}

const MOUNT_ATTR_SIZE = 32;

/** struct mount_attr. */
const mountAttr: Arg = (c, i) => {
  if (c.addr(i + 1) < MOUNT_ATTR_SIZE) return c.addrText(i);
  return structAt(c, c.addr(i), MOUNT_ATTR_SIZE, (b) => {
    const text = `{attr_set=${wideFlags(MOUNT_ATTRS, b, 0)}, attr_clr=${wideFlags(MOUNT_ATTRS, b, 8)}`;
    return `${text}, propagation=${wideFlags(PROPAGATION, b, 16)}, userns_fd=${c.fd(i32(b, 24))}}`;
  });
};

// --- fanotify ---

const CLASS_MASK = 0xc;
const fanotifyInit: Arg = (c, i) => {
  const v = c.call.argInt(i);
  return FAN_CLASSES.value(v & CLASS_MASK) + FAN_INIT_FLAGS.moreFlags(v & ~CLASS_MASK);
};
const O_LARGEFILE = 0o100000;
const eventFlags: Arg = (c, i) => openFlags(c.call.argInt(i) & ~O_LARGEFILE);
const NO_FD = -1;

const fanEvents: Arg = (c, i) => {
  const mask = c.addr(i);
  return typeof mask === 'number' && mask <= 0xffffffff ? FAN_EVENTS.flags(mask) : hexText(mask);
};
const markDir: Arg = (c, i) => (c.call.argInt(i) === NO_FD ? 'FAN_NOFD' : c.dirfd(c.call.argInt(i)));

// --- landlock ---

const RULESET_SIZE = 8;
const CREATE_VERSION = 1;
const PATH_BENEATH = 1;

const ruleset: Arg = (c, i) => {
  const size = Number(c.addr(i + 1));
  if (size < RULESET_SIZE) return c.addrText(i);
  const more = size > RULESET_SIZE ? ', ...' : '';
  return structAt(
    c,
    c.addr(i),
    RULESET_SIZE,
    (b) => `{handled_access_fs=${wideFlags(LANDLOCK_ACCESS_FS, b, 0)}${more}}`,
  );
};

const rule: Arg = (c, i) => {
  if (c.call.argInt(1) !== PATH_BENEATH) return c.addrText(i);
  return structAt(
    c,
    c.addr(i),
    12,
    (b) => `{allowed_access=${wideFlags(LANDLOCK_ACCESS_FS, b, 0)}, parent_fd=${c.fd(i32(b, 8))}}`,
  );
};

// --- quotas ---

/** `QCMD(Q_GETQUOTA, USRQUOTA)`. */
function quotaCommand(value: number): string {
  const cmd = value >>> 8;
  const name = QUOTA_CMDS.name(cmd) ?? `${hexText(cmd)} /* Q_??? */`;
  return `QCMD(${name}, ${QUOTA_TYPES.value(value & 0xff)})`;
}

function dqblk(b: Uint8Array, c: CallContext): string {
  const names = 'bhardlimit bsoftlimit curspace ihardlimit isoftlimit curinodes';
  let text = names
    .split(' ')
    .map((name, k) => `dqb_${name}=${u64(b, 8 * k)}`)
    .join(', ');
  if (c.verbose) text += `, dqb_btime=${u64(b, 48)}, dqb_itime=${u64(b, 56)}, dqb_valid=${hexText(u32(b, 64))}`;
  else text += ', ...';
  return `{${text}}`;
}

const dqinfo = (b: Uint8Array): string =>
  `{dqi_bgrace=${u64(b, 0)}, dqi_igrace=${u64(b, 8)}, dqi_flags=${hexText(u32(b, 16))}, dqi_valid=${hexText(u32(b, 20))}}`;

const quotaId = (c: CallContext): string => {
  const v = c.call.argInt(2);
  return v === -1 ? '-1' : String(v >>> 0);
};

/** What follows the command and the device; `from`: where the id is. */
function quotaArguments(c: CallContext, command: number): { readonly entry: string; readonly size?: number } {
  const name = QUOTA_CMDS.name(command >>> 8);
  switch (name) {
    case 'Q_QUOTAON':
      return { entry: `, ${QUOTA_FORMATS.value(c.call.argInt(2))}, ${c.path(c.addr(3))}` };
    case 'Q_QUOTAOFF':
    case 'Q_SYNC':
    case 'Q_XQUOTASYNC':
      return { entry: '' };
    case 'Q_SETQUOTA':
      return { entry: `, ${quotaId(c)}, ${structAt(c, c.addr(3), 72, dqblk)}` };
    case 'Q_SETINFO':
      return { entry: `, ${structAt(c, c.addr(3), 24, dqinfo)}` };
    case 'Q_GETQUOTA':
      return { entry: `, ${quotaId(c)}, `, size: 72 };
    case 'Q_GETINFO':
      return { entry: ', ', size: 24 };
    case 'Q_GETFMT':
      return { entry: ', ', size: 4 };
    default:
      return { entry: `, ${quotaId(c)}, ${c.addrText(3)}` };
  }
}

const quotaOut = (c: CallContext): string => {
  if (c.call.failed) return c.addrText(3);
  const size = c.saved as number;
  if (size === 4) return structAt(c, c.addr(3), 4, (b) => `[${QUOTA_FORMATS.value(u32(b, 0))}]`);
  return structAt(c, c.addr(3), size, size === 72 ? dqblk : dqinfo);
};

const quota = (head: (c: CallContext, command: string) => string, commandArg: number): CallSpec =>
  call((c) => {
    const command = c.call.argInt(commandArg) >>> 0;
    const { entry, size } = quotaArguments(c, command);
    c.complete = size === undefined;
    c.saved = size;
    return head(c, quotaCommand(command)) + entry;
  }, quotaOut);

// --- file handles ---

const HANDLE_MAX = 128;

function handle(c: CallContext, address: number | bigint, given: number | undefined): string {
  return structAt(c, address, 8, (b) => {
    const size = u32(b, 0);
    const bytes = given === undefined || given === size ? `${size}` : `${given} => ${size}`;
    if (size > HANDLE_MAX || (c.exiting && c.call.failed)) return `{handle_bytes=${bytes}}`;
    const data = c.read(BigInt(address) + 8n, size);
    const text = data === undefined ? '???' : `"${[...data].map((byte) => `\\x${hexByte(byte)}`).join('')}"`;
    return `{handle_bytes=${bytes}, handle_type=${i32(b, 4)}, f_handle=${text}}`;
  });
}

const nameToHandle = call(
  (c) => {
    c.complete = false;
    const b = c.read(c.addr(2), 4);
    c.saved = b === undefined ? undefined : u32(b, 0);
    return `${c.dirfd(c.call.argInt(0))}, ${c.path(c.addr(1))}, `;
  },
  (c) => {
    const given = c.saved as number | undefined;
    const mount = c.call.failed ? c.addrText(3) : structAt(c, c.addr(3), 4, (b) => `[${i32(b, 0)}]`);
    return `${handle(c, c.addr(2), given)}, ${mount}, ${AT_FLAGS.flags(c.call.argInt(4))}`;
  },
);

/** The decoders of this family, by call name. */
export const mountCalls: Readonly<Record<string, CallSpec>> = {
  fsopen: both([str, flags(FSOPEN_FLAGS)], undefined, fdResult),
  fspick: both([dirfd, path, flags(FSPICK_FLAGS)], undefined, fdResult),
  fsconfig: both(fsconfig),
  fsmount: both([fd, flags(FSMOUNT_FLAGS), flags(MOUNT_ATTRS)], undefined, fdResult),
  open_tree: both([dirfd, path, flags(OPEN_TREE_FLAGS)], undefined, fdResult),
  move_mount: both([dirfd, path, dirfd, path, flags(MOVE_MOUNT_FLAGS)]),
  mount_setattr: both([dirfd, path, flags(MOUNT_SETATTR_FLAGS), mountAttr, ulong]),
  fanotify_init: both([fanotifyInit, eventFlags], undefined, fdResult),
  fanotify_mark: call([fd, flags(FAN_MARK_FLAGS), fanEvents, markDir, path]),
  landlock_create_ruleset: call([ruleset, ulong, flags(LANDLOCK_CREATE_FLAGS)], undefined, (c) =>
    (c.call.argInt(2) & CREATE_VERSION) !== 0 ? String(c.call.result) : fdResult(c),
  ),
  landlock_add_rule: call([fd, (c, i) => LANDLOCK_RULES.value(c.call.argInt(i)), rule, hexInt]),
  landlock_restrict_self: both([fd, hexInt]),
  quotactl: quota((c, command) => `${command}, ${c.path(c.addr(1))}`, 0),
  quotactl_fd: quota((c, command) => `${c.fd(c.call.argInt(0))}, ${command}`, 1),
  name_to_handle_at: nameToHandle,
  open_by_handle_at: call(
    [fd, (c, i) => handle(c, c.addr(i), undefined), (c, i) => openFlags(c.call.argInt(i))],
    undefined,
    fdResult,
  ),
};
