/** The debug registers: hardware breakpoints on instructions and on writes (R45's neighbours; x86 SDM 3B, 18.2). */

const SLOTS = 4;
const DR6 = 6;
const DR7 = 7;
const TYPE = { EXECUTE: 0, WRITE: 1 } as const;
const DR6_IDLE = 0xffff0ff0n;

export class DebugRegisters {
  readonly words = new BigUint64Array(8);
  /** EFLAGS.RF: the instruction at this address is not stopped at again. */
  private resumedAt = -1;

  constructor() {
    this.words[DR6] = DR6_IDLE;
  }

  get inUse(): boolean {
    return this.words[DR7] !== 0n;
  }

  /** Which breakpoints an access hits; noted in DR6. 0: none. */
  private hits(type: number, at: number, length: number): number {
    const control = Number(this.words[DR7]! & 0xffffffffn);
    let mask = 0;
    for (let i = 0; i < SLOTS; i++) {
      const enabled = ((control >>> (2 * i)) & 3) !== 0;
      const kind = (control >>> (16 + 4 * i)) & 3;
      const matches = type === TYPE.EXECUTE ? kind === TYPE.EXECUTE : kind !== TYPE.EXECUTE;
      const address = Number(this.words[i]!);
      if (enabled && matches && address >= at && address < at + length) mask |= 1 << i;
    }
    if (mask !== 0) this.words[DR6] = DR6_IDLE | BigInt(mask);
    return mask;
  }

  /** Before the instruction at `at` is executed: whether it is stopped at instead. */
  stopsAt(at: number): boolean {
    const again = this.resumedAt === at;
    this.resumedAt = -1;
    if (again || this.hits(TYPE.EXECUTE, at, 1) === 0) return false;
    this.resumedAt = at;
    return true;
  }

  /** After a write of a word. */
  wrote(at: number): boolean {
    return this.hits(TYPE.WRITE, at, 8) !== 0;
  }
}
