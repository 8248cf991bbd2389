/**
 * Owns the table of `-c`: calls, errors and time per system call. It counts and lays out; where the times come from
 * (system time, or wall-clock time for `-w`) is the caller's.
 */

import { syscallName } from '../../abi/syscalls.ts';
import type { AbiName } from '../../tracehook/machine.ts';

/** `-S`: what the rows are sorted by. All but `name` and `nothing` put the highest first. */
export type SummarySort = 'time' | 'calls' | 'errors' | 'name' | 'min' | 'max' | 'avg' | 'nothing';

const SORT_NAMES: Readonly<Record<string, SummarySort>> = {
  time: 'time',
  'time-total': 'time',
  'total-time': 'time',
  time_total: 'time',
  total_time: 'time',
  calls: 'calls',
  count: 'calls',
  errors: 'errors',
  error: 'errors',
  name: 'name',
  syscall: 'name',
  'syscall-name': 'name',
  min: 'min',
  shortest: 'min',
  'min-time': 'min',
  max: 'max',
  longest: 'max',
  'max-time': 'max',
  avg: 'avg',
  'avg-time': 'avg',
  nothing: 'nothing',
  none: 'nothing',
};

/** The sort key strace's option spells so (it has aliases), or undefined. */
export const summarySort = (text: string): SummarySort | undefined =>
  Object.hasOwn(SORT_NAMES, text) ? SORT_NAMES[text] : undefined;

/** One row: a system call and what was counted of it. Times in microseconds. */
export interface SummaryRow {
  readonly abi: AbiName;
  readonly nr: number;
  readonly name: string;
  readonly calls: number;
  readonly errors: number;
  readonly micros: number;
  readonly minMicros: number;
  readonly maxMicros: number;
}

/** What {@link Summary.json} gives: seconds, as the table has them. */
export interface SummaryJson {
  readonly calls: readonly {
    readonly abi: AbiName;
    readonly syscall: string;
    readonly percentTime: number;
    readonly seconds: number;
    readonly usecsPerCall: number;
    readonly calls: number;
    readonly errors: number;
  }[];
  readonly total: {
    readonly seconds: number;
    readonly usecsPerCall: number;
    readonly calls: number;
    readonly errors: number;
  };
}

interface Count {
  calls: number;
  errors: number;
  micros: number;
  min: number;
  max: number;
}

const HEADER = '% time     seconds  usecs/call     calls    errors syscall';
const RULE = '------ ----------- ----------- --------- --------- ----------------';
const MICROS = 1_000_000;
const MODES: Readonly<Record<AbiName, string>> = { 'x86-64': '64 bit', i386: '32 bit', x32: 'x32', arm64: '64 bit' };

const COMPARE: Readonly<Record<SummarySort, (a: SummaryRow, b: SummaryRow) => number>> = {
  time: (a, b) => b.micros - a.micros,
  calls: (a, b) => b.calls - a.calls,
  errors: (a, b) => b.errors - a.errors,
  name: (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  min: (a, b) => b.minMicros - a.minMicros,
  max: (a, b) => b.maxMicros - a.maxMicros,
  avg: (a, b) => b.micros / b.calls - a.micros / a.calls,
  nothing: () => 0,
};

const perCall = (micros: number, calls: number): number => (calls === 0 ? 0 : Math.floor(micros / calls));

function line(percent: number, micros: number, calls: number, errors: number, name: string): string {
  const cells = [
    percent.toFixed(2).padStart(6),
    (micros / MICROS).toFixed(6).padStart(11),
    String(perCall(micros, calls)).padStart(11),
    String(calls).padStart(9),
    (errors === 0 ? '' : String(errors)).padStart(9),
  ];
  return `${cells.join(' ')} ${name}\n`;
}

/** Counts calls; not tied to any tracing. */
export class Summary {
  readonly #counts = new Map<AbiName, (Count | undefined)[]>();

  /** One call has returned. `micros`: the time it took, system time unless the user asked for wall-clock time. */
  add(abi: AbiName, nr: number, failed: boolean, micros: number): void {
    let table = this.#counts.get(abi);
    if (table === undefined) {
      table = [];
      this.#counts.set(abi, table);
    }
    const count = table[nr];
    if (count === undefined) {
      table[nr] = { calls: 1, errors: failed ? 1 : 0, micros, min: micros, max: micros };
      return;
    }
    count.calls++;
    if (failed) count.errors++;
    count.micros += micros;
    if (micros < count.min) count.min = micros;
    if (micros > count.max) count.max = micros;
  }

  /** The rows of one ABI, sorted; ties stay in the order of the numbers. */
  rows(abi: AbiName, sort: SummarySort = 'time'): SummaryRow[] {
    const out: SummaryRow[] = [];
    this.#counts.get(abi)?.forEach((count, nr) => {
      if (count === undefined) return;
      const name = syscallName(abi, nr) ?? `syscall_0x${(nr >>> 0).toString(16)}`;
      const { calls, errors, micros } = count;
      out.push({ abi, nr, name, calls, errors, micros, minMicros: count.min, maxMicros: count.max });
    });
    return out.sort(COMPARE[sort]);
  }

  /** The table, with a title per ABI when there are several; empty when nothing was counted. */
  text(sort: SummarySort = 'time'): string {
    const abis = [...this.#counts.keys()];
    const parts = abis.map((abi) => {
      const title = abis.length > 1 ? `System call usage summary for ${MODES[abi]} mode:\n` : '';
      return title + this.#table(abi, sort);
    });
    return parts.join('');
  }

  #table(abi: AbiName, sort: SummarySort): string {
    const rows = this.rows(abi, sort);
    const total = totals(rows);
    let text = `${HEADER}\n${RULE}\n`;
    for (const row of rows) {
      const percent = total.micros === 0 ? 0 : (row.micros / total.micros) * 100;
      text += line(percent, row.micros, row.calls, row.errors, row.name);
    }
    return `${text}${RULE}\n${line(100, total.micros, total.calls, total.errors, 'total')}`;
  }

  /** The same figures as plain data, for `--json`. */
  json(sort: SummarySort = 'time'): SummaryJson {
    const rows = [...this.#counts.keys()].flatMap((abi) => this.rows(abi, 'nothing')).sort(COMPARE[sort]);
    const total = totals(rows);
    return {
      calls: rows.map((row) => ({
        abi: row.abi,
        syscall: row.name,
        percentTime: total.micros === 0 ? 0 : (row.micros / total.micros) * 100,
        seconds: row.micros / MICROS,
        usecsPerCall: perCall(row.micros, row.calls),
        calls: row.calls,
        errors: row.errors,
      })),
      total: {
        seconds: total.micros / MICROS,
        usecsPerCall: perCall(total.micros, total.calls),
        calls: total.calls,
        errors: total.errors,
      },
    };
  }
}

interface Totals {
  micros: number;
  calls: number;
  errors: number;
}

function totals(rows: readonly SummaryRow[]): Totals {
  const out = { micros: 0, calls: 0, errors: 0 };
  for (const row of rows) {
    out.micros += row.micros;
    out.calls += row.calls;
    out.errors += row.errors;
  }
  return out;
}
