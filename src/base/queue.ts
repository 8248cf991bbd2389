/** A bounded queue between a producer that may be asked to wait and one consumer that awaits. */

export class BoundedQueue<T> {
  private readonly items: (T | undefined)[];
  private head = 0;
  private count = 0;
  private readonly low: number;
  private reader: ((result: IteratorResult<T, undefined>) => void) | null = null;
  private drained: (() => void)[] = [];
  private ended = false;

  /** `capacity` items at most; a producer that waits goes on when half of them are read. */
  constructor(capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1) {
      throw new RangeError(`a queue holds at least one item, not ${capacity}`);
    }
    this.items = new Array<T | undefined>(capacity);
    this.low = capacity >> 1;
  }

  get size(): number {
    return this.count;
  }

  get full(): boolean {
    return this.count === this.items.length;
  }

  /** Adds an item. False, and nothing is added, when the queue is full. */
  push(item: T): boolean {
    if (this.ended) return true;
    if (this.reader !== null) {
      const reader = this.reader;
      this.reader = null;
      reader({ done: false, value: item });
      return true;
    }
    if (this.full) return false;
    this.items[(this.head + this.count) % this.items.length] = item;
    this.count++;
    return true;
  }

  /** Settles when there is room again, or the queue has ended. */
  room(): Promise<void> {
    if (this.ended || this.count <= this.low) return Promise.resolve();
    return new Promise((resolve) => this.drained.push(resolve));
  }

  /** The next item; done once the queue has ended and is empty. One reader at a time. */
  next(): Promise<IteratorResult<T, undefined>> {
    if (this.count > 0) {
      const value = this.items[this.head]!;
      this.items[this.head] = undefined;
      this.head = (this.head + 1) % this.items.length;
      this.count--;
      if (this.count <= this.low) this.release();
      return Promise.resolve({ done: false, value });
    }
    if (this.ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => {
      this.reader = resolve;
    });
  }

  /** No more items come; what is in the queue can still be read, unless `discard`. */
  end(discard = false): void {
    this.ended = true;
    if (discard) this.count = 0;
    this.release();
    if (this.count === 0 && this.reader !== null) {
      this.reader({ done: true, value: undefined });
      this.reader = null;
    }
  }

  private release(): void {
    const { drained } = this;
    this.drained = [];
    for (const resolve of drained) resolve();
  }
}
