/** Owns the decoders of the kernel's key store: add_key, request_key, keyctl. */

import { errnoName } from '../../abi/errno.ts';
import {
  KEY_PERMS,
  KEY_REQKEYS,
  KEY_SPECS,
  KEYCTL_CAPS0,
  KEYCTL_CAPS1,
  KEYCTL_MOVE_FLAGS,
  KEYCTL_OPS,
} from '../../abi/flags/keys.ts';
import { both, type CallSpec, call, idText, inBytes, str, ulong } from './args.ts';
import type { CallContext } from './context.ts';
import { iovecs } from './iovec.ts';
import { hexText } from './text.ts';

/** A serial number, or a keyring that is meant by its role. */
const key = (c: CallContext, i: number): string => KEY_SPECS.name(c.call.argInt(i) >>> 0) ?? String(c.call.argInt(i));

type Part = (c: CallContext, i: number) => string;
const uint: Part = (c, i) => String(c.call.argInt(i) >>> 0);
const int: Part = (c, i) => String(c.call.argInt(i));
const id: Part = (c, i) => idText(c.call.argInt(i));
const bytes: Part = (c, i) => c.bytes(c.addr(i), Number(c.addr(i + 1)));
const vector: Part = (c, i) => iovecs(c, c.addr(i), Number(c.addr(i + 1)), 'data', Number.POSITIVE_INFINITY);
const perms: Part = (c, i) => KEY_PERMS.flags(c.call.argInt(i));
const reqkey: Part = (c, i) => KEY_REQKEYS.value(c.call.argInt(i));
const move: Part = (c, i) => KEYCTL_MOVE_FLAGS.flags(c.call.argInt(i));
const errno: Part = (c, i) => errnoName(c.call.argInt(i)) ?? String(c.call.argInt(i));

/** What each operation takes after itself. */
const OPERATIONS: ReadonlyMap<string, readonly Part[]> = new Map([
  ['KEYCTL_GET_KEYRING_ID', [key, int]],
  ['KEYCTL_JOIN_SESSION_KEYRING', [str]],
  ['KEYCTL_UPDATE', [key, bytes, ulong]],
  ['KEYCTL_REVOKE', [key]],
  ['KEYCTL_CHOWN', [key, id, id]],
  ['KEYCTL_SETPERM', [key, perms]],
  ['KEYCTL_CLEAR', [key]],
  ['KEYCTL_LINK', [key, key]],
  ['KEYCTL_UNLINK', [key, key]],
  ['KEYCTL_SEARCH', [key, str, str, key]],
  ['KEYCTL_INSTANTIATE', [key, bytes, ulong, key]],
  ['KEYCTL_NEGATE', [key, uint, key]],
  ['KEYCTL_SET_REQKEY_KEYRING', [reqkey]],
  ['KEYCTL_SET_TIMEOUT', [key, uint]],
  ['KEYCTL_ASSUME_AUTHORITY', [key]],
  ['KEYCTL_SESSION_TO_PARENT', []],
  ['KEYCTL_REJECT', [key, uint, errno, key]],
  ['KEYCTL_INSTANTIATE_IOV', [key, vector, ulong, key]],
  ['KEYCTL_INVALIDATE', [key]],
  ['KEYCTL_GET_PERSISTENT', [id, key]],
  ['KEYCTL_RESTRICT_KEYRING', [key, str, str]],
  ['KEYCTL_MOVE', [key, key, key, move]],
]);

/** The operations that fill a buffer: its address is argument 2, but for the capabilities. */
const FILLING: ReadonlySet<string> = new Set(['KEYCTL_DESCRIBE', 'KEYCTL_READ', 'KEYCTL_GET_SECURITY']);

function capabilities(c: CallContext): string {
  const size = Math.min(c.call.result, Number(c.addr(2)));
  const b = c.call.failed ? undefined : c.read(c.addr(1), Math.min(size, c.stringLimit));
  if (b === undefined) return c.addrText(1);
  const tables = [KEYCTL_CAPS0, KEYCTL_CAPS1];
  const texts = [...b].map((byte, k) => tables[k]?.flags(byte) ?? hexText(byte));
  return `[${texts.join(', ')}${size > b.length ? ', ...' : ''}]`;
}

const keyctl = both(
  (c) => {
    const name = KEYCTL_OPS.name(c.call.argInt(0) >>> 0);
    const head = KEYCTL_OPS.value(c.call.argInt(0));
    const parts = name === undefined ? undefined : OPERATIONS.get(name);
    if (parts !== undefined) return [head, ...parts.map((part, k) => part(c, k + 1))].join(', ');
    if (name !== undefined && FILLING.has(name)) {
      c.complete = false;
      return `${head}, ${key(c, 1)}, `;
    }
    if (name === 'KEYCTL_CAPABILITIES') {
      c.complete = false;
      return `${head}, `;
    }
    return [head, ...[1, 2, 3, 4].map((k) => hexText(c.addr(k)))].join(', ');
  },
  (c) => {
    if (KEYCTL_OPS.name(c.call.argInt(0) >>> 0) === 'KEYCTL_CAPABILITIES') return `${capabilities(c)}, ${c.addr(2)}`;
    const length = Math.min(c.call.result, Number(c.addr(3)));
    return `${c.call.failed ? c.addrText(2) : c.bytes(c.addr(2), length)}, ${c.addr(3)}`;
  },
);

/** The decoders of this family, by call name. */
export const keyCalls: Readonly<Record<string, CallSpec>> = {
  add_key: call([str, str, inBytes(3), ulong, key]),
  request_key: call([str, str, str, key]),
  keyctl,
};
