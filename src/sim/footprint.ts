/**
 * What a step has to do with: whoever asks which steps may change places looks at it. A key is changed by a step, or only used by
 * it; steps that only use a key may change places. Keys: process ids (and tids that were looked up), 0 the console, −1 the next
 * tid, and from −1000 down process groups.
 */

export class Footprint {
  readonly changed = new Set<number>();
  readonly used = new Set<number>();

  change(key: number): void {
    this.changed.add(key);
  }
  use(key: number): void {
    this.used.add(key);
  }

  /** Whether the order of two steps may matter. */
  meets(other: Footprint): boolean {
    for (const key of this.changed) if (other.changed.has(key) || other.used.has(key)) return true;
    for (const key of this.used) if (other.changed.has(key)) return true;
    return false;
  }
}

export const CONSOLE = 0;
export const NEXT_TID = -1;
const GROUP_KEYS = -1000;
export const groupKey = (pgid: number): number => GROUP_KEYS - pgid;
