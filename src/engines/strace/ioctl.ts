/** Owns the decoder of ioctl: request names, terminals' structures, and the requests on plain integers. */

import { INODE_FLAGS } from '../../abi/flags/files.ts';
import { IOCTLS, TCFLSH_OPS, TCXONC_OPS } from '../../abi/flags/terminals.ts';
import { type Arg, both, structAt } from './args.ts';
import type { CallContext } from './context.ts';
import { termiosText } from './termios.ts';
import { hexText, i32, u16, u64 } from './text.ts';

type Kind = 'termios' | 'winsize' | 'int' | 'uint64' | 'none' | 'value' | 'flow' | 'flush' | 'string' | 'inode';

/** How the argument of a request looks; `out` requests are decoded at exit. */
const REQUESTS: ReadonlyMap<string, readonly [kind: Kind, out: boolean]> = new Map([
  ['TCGETS', ['termios', true]],
  ['TCSETS', ['termios', false]],
  ['TCSETSW', ['termios', false]],
  ['TCSETSF', ['termios', false]],
  ['TIOCGWINSZ', ['winsize', true]],
  ['TIOCSWINSZ', ['winsize', false]],
  ['TIOCGPGRP', ['int', true]],
  ['TIOCSPGRP', ['int', false]],
  ['TIOCGSID', ['int', true]],
  ['TIOCOUTQ', ['int', true]],
  ['TIOCGPTN', ['int', true]],
  ['TIOCSPTLCK', ['int', false]],
  ['FIONREAD', ['int', true]],
  ['FIONBIO', ['int', false]],
  ['FIOASYNC', ['int', false]],
  ['BLKGETSIZE64', ['uint64', true]],
  ['FIOCLEX', ['none', false]],
  ['FIONCLEX', ['none', false]],
  ['TIOCEXCL', ['none', false]],
  ['TIOCNXCL', ['none', false]],
  ['TIOCNOTTY', ['none', false]],
  ['TIOCSBRK', ['none', false]],
  ['TIOCCBRK', ['none', false]],
  ['TIOCSCTTY', ['value', false]],
  ['TCSBRK', ['value', false]],
  ['TCSBRKP', ['value', false]],
  ['TCXONC', ['flow', false]],
  ['TCFLSH', ['flush', false]],
  ['TIOCSTI', ['string', false]],
  ['FS_IOC_GETFLAGS', ['inode', true]],
  ['FS_IOC_SETFLAGS', ['inode', false]],
  ['FICLONE', ['value', false]],
] as const);

/** Numbers that two drivers use. */
const SHARED: ReadonlyMap<string, string> = new Map([
  ['TCSETS', 'SNDCTL_TMR_START or TCSETS'],
  ['TCSETSW', 'SNDCTL_TMR_STOP or TCSETSW'],
  ['TCSETSF', 'SNDCTL_TMR_CONTINUE or TCSETSF'],
  ['FICLONE', 'BTRFS_IOC_CLONE or FICLONE'],
  ['FICLONERANGE', 'BTRFS_IOC_CLONE_RANGE or FICLONERANGE'],
]);

const DIRECTIONS = ['_IOC_NONE', '_IOC_WRITE', '_IOC_READ', '_IOC_READ|_IOC_WRITE'] as const;

/** The name of a request, or its parts: `_IOC(_IOC_READ, 0x12, 0x34, 0x8)`. */
export function ioctlName(request: number): string {
  const name = IOCTLS.name(request >>> 0);
  if (name !== undefined) return SHARED.get(name) ?? name;
  const direction = DIRECTIONS[(request >>> 30) & 3] as string;
  const [type, nr, size] = [(request >>> 8) & 0xff, request & 0xff, (request >>> 16) & 0x3fff];
  return `_IOC(${direction}, ${hexText(type)}, ${hexText(nr)}, ${hexText(size)})`;
}

function value(c: CallContext, kind: Kind): string {
  const at = c.addr(2);
  switch (kind) {
    case 'termios':
      return structAt(c, at, 36, termiosText);
    case 'winsize':
      return structAt(
        c,
        at,
        8,
        (b) => `{ws_row=${u16(b, 0)}, ws_col=${u16(b, 2)}, ws_xpixel=${u16(b, 4)}, ws_ypixel=${u16(b, 6)}}`,
      );
    case 'int':
      return structAt(c, at, 4, (b) => `[${i32(b, 0)}]`);
    case 'uint64':
      return structAt(c, at, 8, (b) => `[${u64(b, 0)}]`);
    case 'value':
      return String(c.call.argInt(2));
    case 'flow':
      return TCXONC_OPS.value(c.call.argInt(2));
    case 'flush':
      return TCFLSH_OPS.value(c.call.argInt(2));
    case 'inode':
      return structAt(c, at, 4, (b) => `[${INODE_FLAGS.flags(i32(b, 0))}]`);
    case 'string':
      return c.bytes(at, 1);
    default:
      return hexText(at);
  }
}

const request: Arg = (c) => ioctlName(c.call.argInt(1));

/** ioctl. */
export const ioctlCall = both(
  (c) => {
    const head = `${c.fd(c.call.argInt(0))}, ${request(c, 1)}`;
    const known = REQUESTS.get(IOCTLS.name(c.call.argInt(1) >>> 0) ?? '');
    if (known === undefined) return `${head}, ${hexText(c.addr(2))}`;
    const [kind, out] = known;
    if (kind === 'none') return head;
    if (!out) return `${head}, ${value(c, kind)}`;
    c.complete = false;
    c.saved = kind;
    return `${head}, `;
  },
  (c) => (c.call.failed ? c.addrText(2) : value(c, c.saved as Kind)),
);
