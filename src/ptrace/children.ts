/**
 * Real children that may have something to tell their parent, which traces somebody: for them its wait is tried for real, and
 * not otherwise. What a child's news is about decides which waits may see it; news is forgotten when a wait that would have seen
 * it came back empty, and no thread tries the same wait twice for the same news.
 */

import type { Tid } from '../base/brand.ts';
import type { Task } from '../tracehook/task.ts';
import { isMeant, W, type WaitCall } from './wait.ts';

interface News {
  /** 0: of one that nobody saw. */
  readonly tid: Tid | 0;
  /** R14: the children of a thread are looked at in the order of their birth. Null: nobody knows whose it is. */
  readonly parent: Task | null;
  readonly birth: number;
  /** WEXITED, WSTOPPED, WCONTINUED. */
  kinds: number;
  readonly serial: number;
}

/** A tracee that was its tracer's own child, and died as both: the real kernel's to tell, once. */
export interface Grave {
  /** As its tracer sees it, and as we do. */
  readonly pid: number;
  readonly tid: number;
  readonly pgid: number;
  readonly tracer: Task;
  readonly serial: number;
}

/** Nobody says when another wait took one. */
const GRAVES_MAX = 64;
const EVERY = W.WEXITED | W.WSTOPPED | W.WCONTINUED;
const UNKNOWN: News = { tid: 0, parent: null, birth: 0, kinds: EVERY, serial: 0 };

/** The children of one process. */
export class Children {
  /** By tid. At first there may be children that nobody saw: tid 0. */
  private readonly news = new Map<number, News>([[0, { ...UNKNOWN }]]);
  private serial = 0;
  private readonly graves: Grave[] = [];
  /** The last wait of each thread that was tried in vain, and what there was by then. */
  private readonly vain = new WeakMap<Task, { readonly wait: string; readonly serial: number }>();

  /** Now; for {@link told} and {@link nothingFor}. */
  get now(): number {
    return this.serial;
  }

  /**
   * A child died (and is for its parent to reap), stopped or was continued: `kinds`; what it was before is over. `birth`: a number
   * that grows with each birth.
   */
  changed(parent: Task, child: Task, birth: number, kinds: number): void {
    this.news.set(child.tid, { tid: child.tid, parent, birth, kinds, serial: ++this.serial });
  }

  /** Whether some of them are dead, as far as is known, and nobody was told. */
  get hasDead(): boolean {
    for (const one of this.news.values()) if (one.tid !== 0 && (one.kinds & W.WEXITED) !== 0) return true;
    return false;
  }

  /** Those who live and have stopped, or were continued, and nobody was told. */
  alive(): { readonly tid: Tid; readonly kinds: number }[] {
    return [...this.news.values()].flatMap(({ tid, kinds }) =>
      tid === 0 || (kinds & W.WEXITED) !== 0 ? [] : [{ tid, kinds }],
    );
  }

  /** There may be some of which nothing is known: the dead of a process that has died. */
  takeIn(): void {
    this.news.set(0, { ...UNKNOWN, serial: ++this.serial });
  }

  /** Whether one of them, for which `before` is true, may have something for this wait. */
  hasNews(call: WaitCall, before: (parent: Task | null, birth: number) => boolean): boolean {
    const vain = this.vain.get(call.tracer);
    const since = vain?.wait === describe(call) ? vain.serial : -1;
    for (const one of this.news.values()) {
      if (one.serial <= since || !sees(call, one)) continue;
      if (before(one.parent, one.birth)) return true;
    }
    return false;
  }

  /** Those are all there are: of others some wait has told that nobody looked at. */
  keepOnly(tids: ReadonlySet<number>): void {
    for (const tid of this.news.keys()) if (tid !== 0 && !tids.has(tid)) this.news.delete(tid);
  }

  /** Whether a child is known that may have stopped, for this wait; `but`: other than these. */
  hasStops(call: WaitCall, but: ReadonlySet<number>): boolean {
    for (const one of this.news.values()) {
      if (one.tid !== 0 && !but.has(one.tid) && (one.kinds & W.WSTOPPED) !== 0 && sees(call, one)) return true;
    }
    return false;
  }

  /** A wait that was tried at `since` has told of this one. */
  told(call: WaitCall, tid: number, since: number): void {
    const one = this.news.get(tid);
    if (one === undefined || one.serial > since || (call.options & W.WNOWAIT) !== 0) return;
    this.take(one, call.options);
  }

  /** A wait that was tried at `since` has found nothing. */
  nothingFor(call: WaitCall, since: number): void {
    this.vain.set(call.tracer, { wait: describe(call), serial: since });
    if ((call.options & W.WALL) === 0 || (call.options & W.WNOTHREAD) !== 0) return; // it does not see all
    for (const one of this.news.values()) {
      const meant = call.whom.type === 'all' || (call.whom.type === 'pid' && call.whom.id === one.tid);
      if (meant && one.serial <= since) this.take(one, call.options);
    }
  }

  // --- those who were traced ---

  bury(grave: Grave): void {
    this.graves.push(grave);
    if (this.graves.length > GRAVES_MAX) this.graves.shift();
  }

  get hasGraves(): boolean {
    return this.graves.length > 0;
  }

  /** One that this wait may see: of several the last attached (ptrace_link adds at the head). */
  graveFor({ whom, options, tracer }: WaitCall): Grave | undefined {
    if ((options & W.WEXITED) === 0) return undefined;
    const seen = this.graves.filter((grave) => {
      if ((options & W.WNOTHREAD) !== 0 && grave.tracer !== tracer) return false;
      return isMeant(whom, grave.tid, () => grave.pgid);
    });
    return seen.sort((a, b) => b.serial - a.serial)[0];
  }

  leaveGrave(grave: Grave): void {
    const at = this.graves.indexOf(grave);
    if (at >= 0) this.graves.splice(at, 1);
  }

  private take(one: News, options: number): void {
    one.kinds &= ~options;
    if (one.kinds === 0) this.news.delete(one.tid);
  }
}

const sees = ({ whom, options }: WaitCall, { tid, kinds }: News): boolean =>
  (kinds & options) !== 0 && (whom.type !== 'pid' || whom.id === tid || tid === 0);

const describe = ({ whom, options }: WaitCall): string =>
  `${whom.type} ${whom.type === 'all' ? 0 : whom.id} ${options & ~W.WNOHANG}`;
