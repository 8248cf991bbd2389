/** What a scenario works with: the stage, on which it makes actors, and the actors, which do as they are told. */

import type { Siginfo } from '../../../src/abi/siginfo.ts';
import * as calls from './calls.ts';
import { SLOTS } from './layout.ts';
import type { Call, Condition, Handled, Play, Registers, Reply, World } from './play.ts';
import { handledText, replyText } from './text.ts';

const FORK = ['SIGCHLD'] as const;
const VFORK = ['SIGCHLD', 'CLONE_VM', 'CLONE_VFORK'] as const;
const THREAD = ['CLONE_VM', 'CLONE_FS', 'CLONE_FILES', 'CLONE_SIGHAND', 'CLONE_THREAD', 'CLONE_SYSVSEM'] as const;

/** How an actor is made: a kind, or clone flags (with a stack of its own, or on a copy of its parent's). */
export type Kind = 'fork' | 'vfork' | 'thread' | { readonly flags: readonly string[]; readonly ownStack?: boolean };

/** What a log line is made of. */
export type Loggable = Reply | string | number | boolean | readonly Handled[];

export class Actor {
  readonly name: string;
  readonly slot: number;
  /** Traced by the passive tracer too, if there is one. */
  readonly watched: boolean;
  private readonly stage: Stage;
  private readonly leader: Actor | undefined;
  private readonly given: Call[] = [];
  private taken = 0;
  private known = 0;

  constructor(stage: Stage, name: string, slot: number, watched: boolean, leader?: Actor) {
    this.stage = stage;
    this.name = name;
    this.slot = slot;
    this.watched = watched;
    this.leader = leader;
  }

  /** The thread id it was born with. */
  get pid(): number {
    if (this.known === 0) this.known = this.stage.world.tid(this.slot);
    return this.known;
  }

  get tgid(): number {
    return this.leader?.tgid ?? this.pid;
  }

  // --- orders ---

  /** Begins calls, to be made back to back; their replies are taken later, with `result`. */
  *start(...list: Call[]): Play {
    this.given.push(...list);
    yield { op: 'post', slot: this.slot, calls: list };
  }

  /** The reply to the oldest call whose reply was not yet taken. */
  *result(): Play<Reply> {
    const call = this.given[this.taken];
    if (call === undefined) throw new Error(`${this.name} was given nothing`);
    return (yield { op: 'reply', slot: this.slot, index: this.taken++, call }) as Reply;
  }

  *results(count: number): Play<Reply[]> {
    const replies: Reply[] = [];
    for (let k = 0; k < count; k++) replies.push(yield* this.result());
    return replies;
  }

  /** Makes a call and waits for its end. */
  *do(call: Call): Play<Reply> {
    if (this.taken !== this.given.length) throw new Error(`${this.name} has replies to be taken`);
    yield* this.start(call);
    return yield* this.result();
  }

  /** Gives up the replies that never come: of an exit, or a call that SIGKILL ended. */
  abandon(): void {
    this.taken = this.given.length;
  }

  /** Does without the reply to the oldest call. */
  skip(): void {
    this.taken++;
  }

  /** Whether the oldest call whose reply was not taken is not over. */
  *pending(): Play<boolean> {
    return (yield { op: 'pending', slot: this.slot, index: this.taken }) as boolean;
  }

  *condition(): Play<Condition> {
    return (yield { op: 'condition', slot: this.slot }) as Condition;
  }

  /** The handlers that ran so far. */
  *handled(): Play<readonly Handled[]> {
    return (yield { op: 'handled', slot: this.slot }) as readonly Handled[];
  }

  *release(): Play {
    yield { op: 'release', slot: this.slot };
  }

  // --- making others ---

  /** Begins to make another actor, which may be held up by tracers. */
  *startMake(name: string, kind: Kind): Play<Actor> {
    const child = this.stage.enlist(name, kind === 'thread' ? this : undefined, false);
    yield* this.start(this.making(child, kind));
    return child;
  }

  /** Makes another actor: a child, or a thread. */
  *make(name: string, kind: Kind = 'fork', watched = false): Play<Actor> {
    const child = this.stage.enlist(name, kind === 'thread' ? this : undefined, watched);
    const reply = yield* this.do(this.making(child, kind));
    if (reply.ret < 0) throw new Error(`${name} was not made: ${this.stage.text(reply)}`);
    if (watched) yield { op: 'cast', slot: child.slot };
    return child;
  }

  private making(child: Actor, kind: Kind): Call {
    const flags = kind === 'fork' ? FORK : kind === 'vfork' ? VFORK : kind === 'thread' ? THREAD : kind.flags;
    const ownStack = typeof kind === 'object' ? kind.ownStack === true : kind !== 'fork';
    return { call: 'clone', args: [flags, child.slot, ownStack ? 1 : 0] };
  }

  // --- the calls that most scenarios make ---

  *ptrace(request: string, pid: number, addr: number | bigint = 0, data: number | bigint = 0): Play<Reply> {
    return yield* this.do({ call: 'ptrace', args: [request, pid, addr, data] });
  }
  *seize(pid: number, ...options: calls.Option[]): Play<Reply> {
    return yield* this.ptrace('SEIZE', pid, 0, calls.optionBits(options));
  }
  *setOptions(pid: number, ...options: calls.Option[]): Play<Reply> {
    return yield* this.ptrace('SETOPTIONS', pid, 0, calls.optionBits(options));
  }
  *cont(pid: number, signal: calls.Signal = 0, request = 'CONT'): Play<Reply> {
    return yield* this.ptrace(request, pid, 0, signal === 0 ? 0 : calls.sig(signal));
  }
  *syscall(pid: number, signal: calls.Signal = 0): Play<Reply> {
    return yield* this.cont(pid, signal, 'SYSCALL');
  }
  *getRegisters(pid: number): Play<Record<string, bigint>> {
    const reply = yield* this.ptrace('GETREGS', pid);
    if (reply.regs === undefined) throw new Error(`no registers: ${this.stage.text(reply)}`);
    return { ...reply.regs };
  }
  *setRegisters(pid: number, regs: Registers): Play<Reply> {
    return yield* this.do({ call: 'ptrace', args: ['SETREGS', pid, 0, regs] });
  }
  *setSiginfo(pid: number, info: Siginfo): Play<Reply> {
    return yield* this.do({ call: 'ptrace', args: ['SETSIGINFO', pid, 0, info] });
  }
  *message(pid: number): Play<number> {
    const reply = yield* this.ptrace('GETEVENTMSG', pid);
    return reply.value === undefined ? reply.ret : Number(reply.value);
  }
  *wait4(pid: number, options: readonly calls.WaitOption[] = ['__WALL']): Play<Reply> {
    return yield* this.do(this.waiting(pid, options));
  }
  /** A wait to be begun with `start`. */
  waiting(pid: number, options: readonly calls.WaitOption[] = ['__WALL']): Call {
    return { call: 'wait4', args: [pid, options] };
  }
  *waitid(type: 'P_ALL' | 'P_PID' | 'P_PGID', id: number, options: readonly calls.WaitOption[]): Play<Reply> {
    return yield* this.do({ call: 'waitid', args: [type, id, options] });
  }
  /** wait4 with WNOHANG, for all kinds of children. */
  *look(pid: number, ...options: calls.WaitOption[]): Play<Reply> {
    return yield* this.wait4(pid, ['__WALL', 'WNOHANG', ...options]);
  }
  *kill(pid: number, signal: calls.Signal): Play<Reply> {
    return yield* this.do(calls.kill(pid, signal));
  }
  *tgkill(actor: Actor, signal: calls.Signal): Play<Reply> {
    return yield* this.do(calls.tgkill(actor.tgid, actor.pid, signal));
  }
}

export class Stage {
  readonly world: World;
  /** The first actor: parent of all that are not made by others, and reaper of orphans. */
  readonly root: Actor;
  readonly lines: string[] = [];
  private readonly actors: Actor[] = [];

  constructor(world: World) {
    this.world = world;
    this.root = this.enlist('root', undefined, false);
  }

  enlist(name: string, leader: Actor | undefined, watched: boolean): Actor {
    const slot = this.actors.length;
    // The last quarter of the slots is for passive tracers.
    if (slot >= SLOTS * 0.75) throw new Error('too many actors');
    const actor = new Actor(this, name, slot, watched, leader);
    this.actors.push(actor);
    return actor;
  }

  /** A child of root that nobody will trace, or at most this one scenario's tracers. */
  *actor(name: string): Play<Actor> {
    return yield* this.root.make(name);
  }

  /** A child of root to be traced: where there is a passive tracer, it attaches now. */
  *tracee(name = 'tracee'): Play<Actor> {
    return yield* this.root.make(name, 'fork', true);
  }

  /** The two that most scenarios need. */
  *pair(): Play<{ tracer: Actor; tracee: Actor }> {
    const tracer = yield* this.actor('tracer');
    return { tracer, tracee: yield* this.tracee() };
  }

  /** Two tracers, not attached yet, and their tracee. */
  *trio(): Play<{ a: Actor; b: Actor; tracee: Actor }> {
    const a = yield* this.actor('a');
    const b = yield* this.actor('b');
    return { a, b, tracee: yield* this.tracee() };
  }

  /**
   * Brings a traced task to a stop in user mode, by an int3 of its own; the calls come after it. The SIGTRAP's stop has
   * been waited for; to resume without a signal lets the task go on.
   */
  *halt(tracer: Actor, tracee: Actor, ...list: Call[]): Play {
    yield* tracee.start(calls.breakNops(), ...list);
    const stop = yield* tracer.wait4(tracee.pid);
    if (stop.status !== 0x57f) throw new Error(`no int3: ${this.text(stop)}`);
    tracee.skip();
  }

  // --- the log ---

  /** The name of a process id; what no actor ever had is `?`. */
  readonly who = (pid: number): string => {
    if (pid === 0) return '0';
    return this.actors.find((actor) => actor.pid === pid)?.name ?? '?';
  };

  text(what: Loggable): string {
    if (typeof what !== 'object') return String(what);
    if ('ret' in what) return replyText(what, this.who);
    return what.length === 0 ? 'none' : what.map((run) => handledText(run, this.who)).join(', ');
  }

  log(label: string, ...what: Loggable[]): void {
    this.lines.push(what.length === 0 ? label : `${label}: ${what.map((item) => this.text(item)).join(' | ')}`);
  }

  /** Lines in whatever order they came: sorts those logged since `mark`. */
  sortFrom(mark: number): void {
    this.lines.push(...this.lines.splice(mark).sort());
  }
}
