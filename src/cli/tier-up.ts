/**
 * When V8 makes machine code of what runs often. A session serves a short program's calls for a second or two in all, and with V8's
 * own patience much of that is over before its code is fast.
 */

import { setFlagsFromString } from 'node:v8';

/** Bytes of bytecode that a function runs before it is looked at; V8's own are 132 KB (66 KB in version 12). */
const BUDGET = 12_000;
/** V8 of Node 20 to 22. A version without the flag would say so on stderr. */
const FIRST = 11;
const LAST = 12;

export function tierUpSoon(): void {
  const [major] = process.versions.v8.split('.');
  if (Number(major) >= FIRST && Number(major) <= LAST) setFlagsFromString(`--interrupt-budget=${BUDGET}`);
}
