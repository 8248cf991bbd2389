/**
 * Which writes into a program's code are refused while several debuggers have breakpoints in it. Breakpoints are kept apart
 * (breakpoints.ts); any other change of code is one for all, and would undo another's. gdb makes such changes to step a copy of
 * an instruction elsewhere ("displaced stepping"), and every gdb chooses the same place: two of them would run each other's
 * copies. Refused, it steps in place, which several can do at a time.
 *
 * What a debugger changed before the second one came it may always change back.
 */

/** More than the longest instruction; larger writes are no patches of code. */
const LENGTH_MAX = 64;
/** So many changes of one debugger are remembered. */
const KEPT = 8;

interface Change {
  readonly address: bigint;
  readonly before: Uint8Array;
}

export class CodeWrites<O> {
  private readonly changes = new Map<O, Change[]>();
  private readonly breakpoint: number;

  /** `breakpoint`: a byte of the breakpoint instruction. */
  constructor(breakpoint = 0xcc) {
    this.breakpoint = breakpoint;
  }

  /**
   * `owner`, to whom the place looks like `seen`, writes `bytes`. Whether that may be made: `isShared` says whether others have
   * breakpoints there, `isCode` whether it is code.
   */
  allows(
    owner: O,
    address: bigint,
    bytes: Uint8Array,
    seen: Uint8Array,
    isShared: boolean,
    isCode: () => boolean,
  ): boolean {
    if (bytes.length > LENGTH_MAX || !this.isPatch(bytes, seen)) return true;
    const mine = this.changes.get(owner) ?? [];
    const undone = mine.findIndex((change) => change.address === address && isSame(change.before, bytes));
    if (undone >= 0) {
      mine.splice(undone, 1);
      return true;
    }
    if (isShared && isCode()) return false;
    if (!mine.some((change) => change.address === address)) mine.push({ address, before: seen.slice() });
    if (mine.length > KEPT) mine.shift();
    this.changes.set(owner, mine);
    return true;
  }

  /** The owner is gone. */
  forget(owner: O): void {
    this.changes.delete(owner);
  }

  /** Whether anything changes but breakpoints that come and go. */
  private isPatch(bytes: Uint8Array, seen: Uint8Array): boolean {
    return bytes.some((byte, i) => byte !== seen[i] && byte !== this.breakpoint && seen[i] !== this.breakpoint);
  }
}

const isSame = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);
