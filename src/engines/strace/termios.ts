/** Owns the rendering of struct termios as the kernel lays it out (36 bytes). */

import type { FlagTable } from '../../abi/flags/table.ts';
import {
  TERMIOS_BAUDS,
  TERMIOS_CFLAGS,
  TERMIOS_IFLAGS,
  TERMIOS_LFLAGS,
  TERMIOS_OFLAGS,
} from '../../abi/flags/terminals.ts';
import type { CallContext } from './context.ts';
import { hexText, u32 } from './text.ts';

const CONTROL = [
  'VINTR',
  'VQUIT',
  'VERASE',
  'VKILL',
  'VEOF',
  'VTIME',
  'VMIN',
  'VSWTC',
  'VSTART',
  'VSTOP',
  'VSUSP',
  'VEOL',
  'VREPRINT',
  'VDISCARD',
  'VWERASE',
  'VLNEXT',
  'VEOL2',
] as const;
const NCCS = 19;
const CBAUD = 0x100f;
const IBSHIFT = 16;
const CSIZE = 0x30;

/** Flags without a comment for unknown bits: empty when none is set. */
const bare = (table: FlagTable, value: number): string =>
  value === 0 ? '' : table.flags(value).replace(/ \/\*.*/, '');

function outputFlags(value: number): string {
  const tabs = (value >> 11) & 3;
  const delays = [
    `NL${(value >> 8) & 1}`,
    `CR${(value >> 9) & 3}`,
    tabs === 3 ? 'XTABS' : `TAB${tabs}`,
    `BS${(value >> 13) & 1}`,
    `VT${(value >> 14) & 1}`,
    `FF${(value >> 15) & 1}`,
  ];
  return `${delays.join('|')}|${bare(TERMIOS_OFLAGS, (value & ~0xff00) >>> 0)}`;
}

function controlFlags(value: number): string {
  const input = (value >>> IBSHIFT) & CBAUD;
  let text = TERMIOS_BAUDS.value(value & CBAUD);
  if (input !== 0) text += `|${TERMIOS_BAUDS.value(input)}<<IBSHIFT`;
  text += `|CS${5 + ((value & CSIZE) >> 4)}`;
  const rest = (value & ~(CBAUD | (CBAUD << IBSHIFT) | CSIZE)) >>> 0;
  return `${text}|${bare(TERMIOS_CFLAGS, rest)}`;
}

/** struct termios; the control characters only when verbose. */
export function termiosText(b: Uint8Array, c: CallContext): string {
  let text = `{c_iflag=${bare(TERMIOS_IFLAGS, u32(b, 0))}, c_oflag=${outputFlags(u32(b, 4))}`;
  text += `, c_cflag=${controlFlags(u32(b, 8))}, c_lflag=${bare(TERMIOS_LFLAGS, u32(b, 12))}`;
  if (!c.verbose) return `${text}, ...}`;
  const line = b[16] as number;
  text += `, c_line=${line === 0 ? 'N_TTY' : hexText(line)}, c_cc=[`;
  for (let k = 0; k < NCCS; k++) text += `${k === 0 ? '' : ', '}[${CONTROL[k] ?? k}]=${hexText(b[17 + k] as number)}`;
  return `${text}]}`;
}
