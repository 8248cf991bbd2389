/**
 * A stage in the simulated kernel: the actors of test/programs/actor.c as simulated programs, which make the same calls with the
 * same bytes. No time passes but what an actor sleeps.
 */

import type { Tid } from '../../../src/base/brand.ts';
import {
  Box,
  type Handler,
  type Program,
  runToBlock,
  type Scheduler,
  type SimTask,
  type Sys,
  startOf,
  stateLetter,
  type UserCode,
} from '../../../src/box/index.ts';
import type { File } from '../../../src/sim/files.ts';
import { RESTART } from '../../../src/sim/restart.ts';
import { sleepOn } from '../../../src/sim/sleep.ts';
import { AT, DATA } from '../../../src/sim/text.ts';
import { decode, encode } from './codec.ts';
import { DATA_SIZE, DO, SLOTS, STAGE_AT, STAGE_SIZE } from './layout.ts';
import type { Call, Condition, Handled, Op, Play, Reply, World } from './play.ts';

const USHER = SLOTS - 1;
const PR_SET_CHILD_SUBREAPER = 36;
const MMAP = 9;
const FIXED_ANONYMOUS = 0x30;
/** No tid is to look like the number of a call, a signal or an option in a log that shows tids by name. */
const TIDS_TAKEN = 1000;
/** Where nothing is mapped. */
const NOWHERE = 8;
const WORD = 0x1122334455667788n;
/** Where an actor's data is: a page of its own for each slot, in whatever address space it is. */
const dataOf = (slot: number): number => STAGE_AT + slot * 0x1000;
/** Steps that a spinning task is given before all is taken to be quiet. */
const SPINS = 16;
/** What a real actor runs between its calls: for who steps through it. */
function* someInstructions(sys: Sys): UserCode<void> {
  for (let i = 0; i < 12; i++) yield* sys.nop();
}

const MAX_STEPS = 200_000;

interface Slot {
  task: SimTask | null;
  program: Program;
  tid: number;
  readonly given: { readonly call: Call; ret: number; data: Buffer }[];
  done: number;
  /** Bytes in its bell. */
  rings: number;
  releases: number;
  spinning: boolean;
  readonly handled: Handled[];
  /** Who sleeps on its bell: a task, or several that a fork left there. */
  readonly sleepers: Set<SimTask>;
}

export interface SimOptions {
  readonly exclusive: boolean;
  readonly splitsRequests?: boolean;
  readonly logs?: boolean;
  /** Who of those that are ready runs next, while things come to rest. */
  readonly scheduler?: () => Scheduler;
}

export class SimTheatre implements World {
  readonly box: Box;
  protected readonly slots: Slot[];
  private readonly bells: number[] = [];
  private readonly places = Array.from({ length: SLOTS }, (): number[] => []);
  readonly word = DATA;
  handler = 0;

  protected readonly scheduler: () => Scheduler;

  /** `box`: where it is that of a nest, whose supervisor makes the first actor. */
  constructor({ scheduler = runToBlock, ...options }: SimOptions, box?: Box) {
    this.box = box ?? new Box(options);
    this.scheduler = scheduler;
    this.slots = Array.from({ length: SLOTS }, (_, n) => ({
      task: null,
      program: this.actor(n),
      tid: 0,
      given: [],
      done: 0,
      rings: 0,
      releases: 0,
      spinning: false,
      handled: [],
      sleepers: new Set(),
    }));
    const { kernel } = this.box;
    kernel.skipTids(box === undefined ? TIDS_TAKEN : TIDS_TAKEN - 1); // its supervisor has one
    for (let n = 0; n < SLOTS; n++) kernel.programs.set(`actor ${n}`, startOf(this.again(n)));
    if (box !== undefined) return;
    this.hang(this.box.start(this.slots[USHER]!.program, 'actor'));
    this.settle();
  }

  /** The first actor has the bells of all. */
  private hang({ process }: SimTask): void {
    for (let n = 0; n < SLOTS; n++) this.bells.push(process.files.add(this.bell(n)));
  }

  open(): void {
    this.extra(USHER, 'clone', ['SIGCHLD'], 0, 0);
    this.extra(0, 'prctl', PR_SET_CHILD_SUBREAPER, 1);
    this.extra(0, 'setpgid', 0, 0);
  }

  // --- the actors ---

  private actor(n: number): Program {
    const theatre = this;
    return function* actor(sys) {
      theatre.take(n, sys.task);
      if (n === USHER) theatre.furnish(sys);
      yield* theatre.act(n, sys);
    };
  }

  /** After an execve: the call that made it is over. */
  private again(n: number): Program {
    const theatre = this;
    return function* again(sys) {
      const slot = theatre.slots[n]!;
      theatre.furnish(sys);
      if (theatre.bells.length === 0) theatre.hang(sys.task);
      yield* someInstructions(sys);
      const mapped = yield* sys.call(MMAP, STAGE_AT, STAGE_SIZE, 0, FIXED_ANONYMOUS); // map_stage
      yield* someInstructions(sys);
      yield* sys.gettid();
      if (mapped !== STAGE_AT) yield* sys.routine(AT.STORE, 0, NOWHERE, 1); // skipped: it has no stage to write that down
      theatre.take(n, sys.task); // perhaps under its leader's number
      const order = slot.given[slot.done];
      if (order !== undefined) {
        order.ret = 0;
        slot.done++;
      }
      yield* theatre.act(n, sys);
    };
  }

  /** The word and the handler that every actor has at the same place. */
  private furnish(sys: Sys): void {
    this.handler = sys.handlerAt(this.onSignal);
    sys.task.mm.write(DATA, new Uint8Array(BigUint64Array.of(WORD).buffer));
  }

  /** A file to sleep on until there are orders: whoever posts some rings once. */
  private bell(n: number): File {
    const slot = this.slots[n]!;
    return {
      users: 0,
      read(kernel, task) {
        slot.sleepers.add(task);
        return sleepOn(kernel, task, {
          what: 'read',
          check: () => {
            if (slot.rings === 0) return null;
            slot.rings--;
            return 1;
          },
          interrupted: RESTART.SYS,
          leave: () => slot.sleepers.delete(task),
        });
      },
    };
  }

  private take(n: number, task: SimTask): void {
    const slot = this.slots[n]!;
    slot.task = task;
    slot.tid = task.tid;
  }

  private readonly onSignal: Handler = (sys, signo, info) => this.handle(sys, signo, info);

  /** Writes down that it ran, and nothing else. Who spins does not meanwhile. */
  private *handle(sys: Sys, signo: number, info: { code: number; pid?: number }): UserCode<void> {
    const slot = this.slots.find(({ task }) => task === sys.task);
    const spins = slot?.spinning === true;
    if (spins) slot.spinning = false;
    yield* someInstructions(sys);
    slot?.handled.push({ signo, code: info.code, pid: info.pid ?? 0 });
    if (spins) slot.spinning = true;
  }

  private *act(n: number, sys: Sys): UserCode<void> {
    const slot = this.slots[n]!;
    yield* someInstructions(sys); // … and so does one out of the call that it was born by
    for (;;) {
      while (slot.done < slot.given.length) {
        const order = slot.given[slot.done]!;
        yield* someInstructions(sys);
        order.ret = yield* this.carryOut(n, sys, order);
        yield* someInstructions(sys);
        slot.done++;
      }
      yield* someInstructions(sys);
      yield* sys.read(this.bells[n]!, 1);
      yield* someInstructions(sys); // a step out of the call comes before the look for orders …
    }
  }

  private *carryOut(n: number, sys: Sys, order: { call: Call; data: Buffer }): UserCode<number> {
    const { call } = order;
    const slot = this.slots[n]!;
    const at = dataOf(n);
    const { mm } = sys.task;
    if (!mm.has(at)) mm.map(at, DATA_SIZE);
    const place = { data: at, slot: n, handler: this.handler, restorer: AT.RESTORER };
    if (call.call === 'exec') return yield* sys.exec(`actor ${n}`);
    const { op, args, data } = encode(call, place);
    mm.write(at, data);
    const result = yield* this.machine(slot, sys, op, args);
    order.data = Buffer.from(sys.task.mm.read(at, DATA_SIZE));
    return result;
  }

  private *machine(slot: Slot, sys: Sys, op: number, args: readonly (number | bigint)[]): UserCode<number> {
    switch (op) {
      case DO.CLONE: {
        const child = this.slots[Number(args[1])]!;
        return yield* sys.clone(Number(args[0]), child.program);
      }
      case DO.SPIN: {
        const before = slot.releases;
        slot.spinning = true;
        while (slot.releases === before) yield* sys.nop();
        slot.spinning = false;
        return 0;
      }
      case DO.LOOP: {
        let last = 0;
        for (let i = 0; i < Number(args[0]); i++) last = yield* sys.getppid();
        return last;
      }
      case DO.BREAK_CALL:
        return yield* sys.routine(AT.BREAK_CALL, Number(args[0]));
      case DO.BREAK_NOPS:
        yield* sys.routine(AT.BREAK_NOPS);
        return 0;
      case DO.FAULT:
        if (Number(args[0]) !== 0) yield* sys.routine(AT.UNDEFINED);
        yield* sys.routine(AT.STORE, 0, args[1] ?? 0, 1);
        return 0;
      case DO.STORE:
        yield* sys.routine(AT.STORE, 0, args[0]!, args[1]!);
        return 0;
      case DO.LOAD:
        return yield* sys.routine(AT.LOAD, 0, args[0]!);
      default:
        return yield* sys.call(op, ...args);
    }
  }

  // --- time ---

  protected isPending({ slot, index }: { readonly slot: number; readonly index: number }): boolean {
    return this.slots[slot]!.done <= this.places[slot]![index]!;
  }

  /** Runs all but who spins on purpose, until nobody is ready; those get a few steps in between. */
  protected settle(): void {
    const { kernel } = this.box;
    const scheduler = this.scheduler();
    let last: SimTask | null = null;
    for (let steps = 0, spins = 0; spins < SPINS; steps++) {
      if (steps > MAX_STEPS) throw new Error(`it does not come to rest\n${this.situation()}`);
      const ready = kernel.ready();
      const busy = ready.filter((task) => !this.slots.some((slot) => slot.spinning && slot.task === task));
      if (busy.length > 0) {
        spins = 0;
        last = scheduler.choose(busy, last);
        kernel.step(last);
      } else {
        if (ready.length === 0) break;
        spins++;
        for (const task of ready) if (task.ready) kernel.step(task);
      }
    }
    this.findNewborns();
  }

  /** Who was born, but has not begun: its tid is known to its maker already. */
  protected findNewborns(): void {
    const { kernel } = this.box;
    for (const slot of this.slots) {
      if (slot.tid !== 0) continue;
      for (const task of kernel.tasks.values()) {
        if (task.frames[0]?.start === startOf(slot.program)) {
          slot.tid = task.tid;
          slot.task = task;
        }
      }
    }
  }

  situation(): string {
    return this.box.dump();
  }

  // --- operations ---

  /** Carries a play out to its end. */
  play(play: Play<unknown>): void {
    this.open();
    for (let step = play.next(); !step.done; ) step = play.next(this.perform(step.value));
  }

  tid(slot: number): number {
    return this.slots[slot]!.tid;
  }

  perform(op: Op): unknown {
    const slot = this.slots[op.slot]!;
    switch (op.op) {
      case 'post':
        op.calls.forEach((_, k) => {
          this.places[op.slot]!.push(slot.given.length + k);
        });
        this.post(op.slot, op.calls);
        return undefined;
      case 'reply':
        return this.reply(op.slot, this.places[op.slot]![op.index]!);
      case 'pending':
        return this.isPending(op);
      case 'condition':
        return this.condition(slot);
      case 'handled':
        return slot.handled;
      case 'release':
        slot.releases++;
        slot.spinning = false;
        this.settle();
        return undefined;
      case 'cast':
        return undefined;
    }
  }

  protected post(n: number, calls: readonly Call[]): void {
    const slot = this.slots[n]!;
    for (const call of calls) slot.given.push({ call, ret: 0, data: Buffer.alloc(DATA_SIZE) });
    slot.rings++;
    for (const task of slot.sleepers) this.box.kernel.wakeUp(task, 'its bell');
    this.settle();
  }

  private reply(n: number, index: number): Reply {
    const slot = this.slots[n]!;
    const order = slot.given[index]!;
    while (slot.done <= index) {
      if (!this.box.kernel.clock.advance(this.box.kernel)) {
        throw new Error(
          `waited in vain for ${order.call.call}(${order.call.args.join(', ')}) of slot ${n}\n${this.situation()}`,
        );
      }
      this.settle();
    }
    return decode(order.call, order.ret, order.data);
  }

  /** By the number, as natively: an exec gives the leader's to another thread. */
  private condition({ tid }: Slot): Condition {
    const task = this.box.kernel.tasks.get(tid as Tid);
    if (task === undefined) return 'dead';
    const letter = stateLetter(task);
    if (letter === 'Z' || letter === 'X') return 'dead';
    return letter === 't' || letter === 'T' ? 'stopped' : 'runs';
  }

  private extra(n: number, call: string, ...args: Call['args']): Reply {
    this.post(n, [{ call, args }]);
    return this.reply(n, this.slots[n]!.given.length - 1);
  }
}
