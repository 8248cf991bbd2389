/**
 * Owns the language of `-e`: `trace=`, `signal=` and `status=` with names, numbers, classes, regular expressions and
 * negation. It gives sets; who applies them is not its concern. What it does not know is an error that names the
 * nearest thing it does know.
 */

import { SIGNAL_MAX, signalName, signalNumber } from '../../abi/signals.ts';
import {
  SYSCALL_CLASSES,
  type SyscallAbi,
  type SyscallClass,
  syscallsByClass,
  syscallsOf,
} from '../../abi/syscalls.ts';
import type { AbiName } from '../../tracehook/machine.ts';
import type { CallStatus } from './writer.ts';

/** Which calls are meant. */
export interface SyscallSelection {
  /** Whether call `nr` of `abi` is selected. Numbers no table has are selected only by `all` and by negations. */
  has(abi: AbiName, nr: number): boolean;
  /** The selected calls of a known ABI, ascending: what a seccomp filter needs. */
  numbers(abi: 'x86-64' | 'i386'): readonly number[];
  /** Everything is selected: no filter is needed. */
  readonly all: boolean;
}

/** The outcome of all `-e` options. */
export interface TraceExpression {
  readonly syscalls: SyscallSelection;
  /** The signals to print, by number. */
  readonly signals: ReadonlySet<number>;
  /** The outcomes to print; undefined when all are. */
  readonly status: ReadonlySet<CallStatus> | undefined;
}

/** A `-e` that cannot be understood. `message` says what to write instead. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
  readonly code = 'UTRACE_EXPRESSION';
  /** The part that was not understood. */
  readonly part: string;

  constructor(message: string, part: string) {
    super(message);
    this.part = part;
  }
}

const ABIS = ['x86-64', 'i386'] as const;
type TableAbi = (typeof ABIS)[number];
const STATUSES: readonly CallStatus[] = ['successful', 'failed', 'unfinished', 'unavailable', 'detached'];
const QUALIFIERS = ['trace', 'signal', 'status'] as const;
const ALIASES: Readonly<Record<string, (typeof QUALIFIERS)[number]>> = {
  t: 'trace',
  trace: 'trace',
  s: 'signal',
  signal: 'signal',
  signals: 'signal',
  status: 'status',
};
/** Classes that may be written without `%`. */
const BARE_CLASSES: ReadonlySet<string> = new Set(['file', 'desc', 'memory', 'network', 'process', 'signal', 'ipc']);
const CLASS_ALIASES: Readonly<Record<string, SyscallClass>> = { net: 'network', clk: 'clock' };

/** Edits from `a` to `b`, with swaps of neighbours as one edit. */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, k) => k)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let k = 1; k <= b.length; k++) {
      const same = a[i - 1] === b[k - 1];
      const above = rows[i - 1] as number[];
      let best = Math.min(
        (above[k] as number) + 1,
        (row[k - 1] as number) + 1,
        (above[k - 1] as number) + (same ? 0 : 1),
      );
      if (i > 1 && k > 1 && a[i - 1] === b[k - 2] && a[i - 2] === b[k - 1]) {
        best = Math.min(best, ((rows[i - 2] as number[])[k - 2] as number) + 1);
      }
      row.push(best);
    }
    rows.push(row);
  }
  return (rows[a.length] as number[])[b.length] as number;
}

/** The known word nearest to `word`, when one is near enough to be meant. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue;
    const d = distance(word, candidate);
    if (d < bestDistance) {
      best = candidate;
      bestDistance = d;
    }
  }
  return best;
}

function fail(what: string, part: string, known: Iterable<string>, otherwise: string): never {
  const near = nearest(part, known);
  const hint = near === undefined ? otherwise : `did you mean '${near}'?`;
  throw new ExpressionError(`no ${what} '${part}': ${hint}`, part);
}

const isNumber = (text: string): boolean => text !== '' && [...text].every((char) => char >= '0' && char <= '9');

/** Splits at commas, but not inside a `/regex/`-less expression: a regex ends where its item does. */
const items = (text: string): string[] => text.split(',');

type Sets = Record<TableAbi, Set<number>>;

function addMatches(sets: Sets, found: (abi: TableAbi) => Iterable<number>): number {
  let count = 0;
  for (const abi of ABIS) {
    for (const nr of found(abi)) {
      sets[abi].add(nr);
      count++;
    }
  }
  return count;
}

const named = (abi: SyscallAbi, test: (name: string) => boolean): number[] =>
  syscallsOf(abi)
    .filter((info) => test(info.name))
    .map((info) => info.nr);

function classOf(text: string): SyscallClass | undefined {
  const name = CLASS_ALIASES[text] ?? text;
  return (SYSCALL_CLASSES as readonly string[]).includes(name) ? (name as SyscallClass) : undefined;
}

function addRegex(sets: Sets, source: string): number {
  let pattern: RegExp;
  try {
    pattern = new RegExp(source);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ExpressionError(`'/${source}' is not a regular expression: ${why}`, source);
  }
  return addMatches(sets, (abi) => named(abi, (name) => pattern.test(name)));
}

/** Adds what one item of `trace=` names. */
function addItem(sets: Sets, text: string): void {
  const optional = text.startsWith('?');
  const item = optional ? text.slice(1) : text;
  if (item === '') {
    throw new ExpressionError("an empty name in -e trace=: write names between commas, such as 'openat,read'", text);
  }
  if (item.startsWith('/')) {
    if (addRegex(sets, item.slice(1)) === 0 && !optional) {
      throw new ExpressionError(`no system call matches '${item}': write ?${item} to allow that`, item);
    }
    return;
  }
  if (item.startsWith('%')) {
    const group = classOf(item.slice(1));
    if (group === undefined) {
      if (optional) return;
      fail('class of system calls', item, ['%net', ...SYSCALL_CLASSES.map((name) => `%${name}`)], classHint());
    }
    addMatches(sets, (abi) => syscallsByClass(abi, group).map((info) => info.nr));
    return;
  }
  if (isNumber(item)) {
    addNumber(sets, Number(item), optional);
    return;
  }
  const [name, only] = splitAbi(item);
  const found = addMatches(sets, (abi) => (only === undefined || only === abi ? named(abi, (n) => n === name) : []));
  if (found > 0) return;
  if (BARE_CLASSES.has(item)) {
    addMatches(sets, (abi) => syscallsByClass(abi, item as SyscallClass).map((info) => info.nr));
    return;
  }
  if (optional) return;
  const known = new Set(ABIS.flatMap((abi) => syscallsOf(abi).map((info) => info.name)));
  fail('system call', item, known, `write ?${item} to allow a name this table does not have`);
}

/** `openat@64`: a name with the ABI it is meant for. */
function splitAbi(item: string): readonly [string, TableAbi | undefined] {
  if (item.endsWith('@64')) return [item.slice(0, -3), 'x86-64'];
  if (item.endsWith('@32')) return [item.slice(0, -3), 'i386'];
  return [item, undefined];
}

function addNumber(sets: Sets, nr: number, optional: boolean): void {
  const found = addMatches(sets, (abi) => named(abi, () => true).filter((n) => n === nr));
  if (found === 0 && !optional) {
    throw new ExpressionError(`no system call has the number ${nr}: write ?${nr} to allow that`, String(nr));
  }
}

const classHint = (): string => `the classes are ${SYSCALL_CLASSES.map((name) => `%${name}`).join(' ')}`;

class Selection implements SyscallSelection {
  readonly all: boolean;
  readonly #sets: Sets;
  readonly #negated: boolean;

  constructor(sets: Sets, negated: boolean) {
    this.#sets = sets;
    this.#negated = negated;
    this.all = negated && ABIS.every((abi) => sets[abi].size === 0);
  }

  has(abi: AbiName, nr: number): boolean {
    const set = abi === 'x86-64' || abi === 'i386' ? this.#sets[abi] : undefined;
    return (set?.has(nr) ?? false) !== this.#negated;
  }

  numbers(abi: TableAbi): readonly number[] {
    if (!this.#negated) return [...this.#sets[abi]].sort((a, b) => a - b);
    return syscallsOf(abi)
      .map((info) => info.nr)
      .filter((nr) => !this.#sets[abi].has(nr));
  }
}

const emptySets = (): Sets => ({ 'x86-64': new Set(), i386: new Set() });

/** Reads leading `!`s. */
function negation(text: string): readonly [negated: boolean, rest: string] {
  let negated = false;
  let rest = text;
  while (rest.startsWith('!')) {
    negated = !negated;
    rest = rest.slice(1);
  }
  return [negated, rest];
}

/** Parses what stands after `trace=`. Throws {@link ExpressionError}. */
export function parseSyscalls(text: string): SyscallSelection {
  const [negated, rest] = negation(text);
  if (rest === 'all') return new Selection(emptySets(), !negated);
  if (rest === 'none') return new Selection(emptySets(), negated);
  const sets = emptySets();
  for (const item of items(rest)) addItem(sets, item);
  return new Selection(sets, negated);
}

const allSignals = (): Set<number> => new Set(Array.from({ length: SIGNAL_MAX }, (_, k) => k + 1));

/** Parses what stands after `signal=`. Throws {@link ExpressionError}. */
export function parseSignals(text: string): ReadonlySet<number> {
  const [negated, rest] = negation(text);
  const found = new Set<number>();
  if (rest === 'all') for (const n of allSignals()) found.add(n);
  else if (rest !== 'none') {
    for (const item of items(rest)) {
      const n = signalNumber(item);
      if (n === undefined) {
        const known = [...allSignals()].map((k) => signalName(k) as string);
        const upper = item.toUpperCase();
        fail(
          'signal',
          upper.startsWith('SIG') ? upper : `SIG${upper}`,
          known,
          'write a name such as SIGCHLD, or 1 to 64',
        );
      }
      found.add(n);
    }
  }
  return negated ? new Set([...allSignals()].filter((n) => !found.has(n))) : found;
}

/** Parses what stands after `status=`. Throws {@link ExpressionError}. */
export function parseStatus(text: string): ReadonlySet<CallStatus> | undefined {
  const [negated, rest] = negation(text);
  const found = new Set<CallStatus>();
  if (rest === 'all') for (const status of STATUSES) found.add(status);
  else if (rest !== 'none') {
    for (const item of items(rest)) {
      const status = STATUSES.find((name) => name === item);
      if (status === undefined) fail('status', item, STATUSES, `the statuses are ${STATUSES.join(', ')}`);
      found.add(status);
    }
  }
  const chosen = negated ? new Set(STATUSES.filter((status) => !found.has(status))) : found;
  return chosen.size === STATUSES.length ? undefined : chosen;
}

/**
 * Parses the arguments of all `-e` options: `trace=…`, `signal=…`, `status=…`; without a qualifier, `trace=` is meant.
 * Of several for one thing the last counts, as in strace. Without any, everything is traced. Throws
 * {@link ExpressionError}.
 */
export function parseExpressions(expressions: readonly string[]): TraceExpression {
  let syscalls: SyscallSelection = parseSyscalls('all');
  let signals: ReadonlySet<number> = allSignals();
  let status: ReadonlySet<CallStatus> | undefined;
  for (const text of expressions) {
    const equals = text.indexOf('=');
    const word = equals < 0 ? 'trace' : text.slice(0, equals);
    const value = equals < 0 ? text : text.slice(equals + 1);
    const qualifier = Object.hasOwn(ALIASES, word) ? ALIASES[word] : undefined;
    switch (qualifier) {
      case 'trace':
        syscalls = parseSyscalls(value);
        break;
      case 'signal':
        signals = parseSignals(value);
        break;
      case 'status':
        status = parseStatus(value);
        break;
      default:
        fail('qualifier', word, QUALIFIERS, `the qualifiers are ${QUALIFIERS.join('=, ')}=`);
    }
  }
  return { syscalls, signals, status };
}
