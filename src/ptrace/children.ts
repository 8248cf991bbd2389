/**
 * Real children that may have something to tell their parent, which traces somebody: for them its wait is tried for real, and
 * not otherwise. What a child's news is about decides which waits may see it; news is forgotten when a wait that would have seen
 * it came back empty.
 */

import { ExitState, type Task } from '../tracehook/task.ts';
import { W, type WaitCall } from './wait.ts';

interface News {
  readonly tid: number;
  /** R14: children are looked at in the order of their birth. */
  readonly birth: number;
  /** WEXITED, WSTOPPED, WCONTINUED. */
  kinds: number;
  readonly serial: number;
}

const EVERY = W.WEXITED | W.WSTOPPED | W.WCONTINUED;

/** The children of one process. */
export class Children {
  /** By tid. At first there may be children that nobody saw: tid 0. */
  private readonly news = new Map<number, News>([
    [0, { tid: 0, birth: Number.POSITIVE_INFINITY, kinds: EVERY, serial: 0 }],
  ]);
  private serial = 0;

  /** Now; for {@link nothingFor}. */
  get now(): number {
    return this.serial;
  }

  /** A child died (and is for its parent to reap), stopped or was continued. `birth`: a number that grows with each birth. */
  changed(child: Task, birth: number): void {
    const kinds = child.exitState === ExitState.ALIVE ? W.WSTOPPED | W.WCONTINUED : W.WEXITED;
    this.news.set(child.tid, { tid: child.tid, birth, kinds, serial: ++this.serial });
  }

  /** Whether one of them may have something for this wait; `before`: one that was born before this. */
  hasNews(call: WaitCall, before = Number.POSITIVE_INFINITY): boolean {
    for (const one of this.news.values()) {
      if ((one.birth < before || before === Number.POSITIVE_INFINITY) && sees(call, one)) return true;
    }
    return false;
  }

  /** A wait that was tried at `since` has told of this one. */
  told(call: WaitCall, tid: number, since: number): void {
    const one = this.news.get(tid);
    if (one === undefined || one.serial > since || (call.options & W.WNOWAIT) !== 0) return;
    one.kinds &= ~call.options;
    if (one.kinds === 0) this.news.delete(tid);
  }

  /** A wait that was tried at `since` has found nothing. */
  nothingFor(call: WaitCall, since: number): void {
    if (call.whom.type === 'pgid') return; // who is in that group, nobody asks
    for (const one of this.news.values()) {
      if (one.serial > since || !sees(call, one) || (one.tid === 0 && call.whom.type === 'pid')) continue;
      one.kinds &= ~call.options;
      if (one.kinds === 0) this.news.delete(one.tid);
    }
  }
}

const sees = ({ whom, options }: WaitCall, { tid, kinds }: News): boolean =>
  (kinds & options) !== 0 && (whom.type !== 'pid' || whom.id === tid || tid === 0);
