/**
 * A stage of real processes: the actors are test/programs/actor.c, natively or under a prefix command. After every operation
 * it waits until all is quiet, so that the next one finds the world as the scenario's author did.
 */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { program, programDir } from '../../support/paths.ts';
import { decode, encode, writeWords } from './codec.ts';
import type { Variant } from './harness.ts';
import { ACTOR_AT, DATA_SIZE, dataAt, HEAD, orderAt, PASSIVE_AT, RESULT_AT, SLOTS, STAGE_AT } from './layout.ts';
import type { Call, Condition, Op, Reply, World } from './play.ts';
import { StageFile } from './stage-file.ts';

const DEADLINE_MS = Number(process.env.UTRACE_CONF_DEADLINE ?? 20_000);
/** The slot of the first process: it makes what the scenario must not see among its own. */
const USHER = SLOTS - 1;
const PR_SET_CHILD_SUBREAPER = 36;
/** How long the end of everything may take, in looks of a millisecond. */
const STRIKE_MS = 10_000;
const nap = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const read = (path: string): string => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
};
/** R, S, D, T, t, Z, X; '' when it is gone. */
const stateOf = (tid: number): string => {
  const stat = read(`/proc/${tid}/stat`);
  return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
};

/** The stage as a file, and the processes on it. */
export class Theatre implements World {
  private readonly dir: string;
  private readonly file: StageFile;
  private readonly bells: number[] = [];
  private readonly guard: ChildProcess;
  private readonly first: ChildProcess;
  private readonly variant: Variant;
  private readonly posted = new Array<number>(SLOTS).fill(0);
  /** Orders of the scenario, by slot: their place among all orders of that slot, ours included. */
  private readonly places = Array.from({ length: SLOTS }, (): number[] => []);
  private passives = 0;
  errors = '';

  constructor(variant: Variant) {
    this.variant = variant;
    this.dir = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'utrace-stage-'));
    this.file = new StageFile(join(this.dir, 'stage'));
    const bells = Array.from({ length: SLOTS }, (_, n) => join(this.dir, `bell${String(n).padStart(2, '0')}`));
    execFileSync('mkfifo', bells);
    for (const bell of bells) this.bells.push(openSync(bell, constants.O_RDWR | constants.O_NONBLOCK));
    const actor = program('actor');
    this.file.writeText(HEAD.programs, `${programDir}/`);
    this.file.writeText(ACTOR_AT, actor);
    this.file.writeText(PASSIVE_AT, program('passive'));
    // The guard ends whatever is left: when we ask it to, and when we are no more.
    this.guard = spawn(actor, ['guard', this.dir], { stdio: ['pipe', 'ignore', 'inherit'] });
    const [command, ...args] = [...variant.prefix, actor, 'stage', this.dir];
    this.first = spawn(command!, args, { cwd: this.dir, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.first.stdout, this.first.stderr]) {
      stream?.on('data', (data: Buffer) => {
        this.errors += data.toString('latin1');
      });
    }
    if (variant.prefix.length > 0) {
      this.file.writeText(HEAD.supervisorExe, process.execPath);
      this.file.write32(HEAD.supervisor, this.first.pid ?? 0);
    }
  }

  tid(slot: number): number {
    return this.file.field(slot, 'tid');
  }
  get word(): number {
    return this.file.read64(HEAD.word);
  }
  get handler(): number {
    return this.file.read64(HEAD.handler);
  }

  // --- time ---

  private async until(what: () => string, condition: () => boolean): Promise<void> {
    const end = performance.now() + DEADLINE_MS;
    while (!condition()) {
      if (performance.now() > end) throw new Error(`waited in vain for ${what()}\n${this.situation()}`);
      await nap(1);
    }
  }

  private situation(): string {
    const lines = this.slots().map((n) => {
      const [tid, posted, begun, done] = [
        this.tid(n),
        this.posted[n],
        this.file.field(n, 'begun'),
        this.file.field(n, 'done'),
      ];
      return `  slot ${n} tid ${tid} ${stateOf(tid)} posted ${posted} begun ${begun} done ${done} in ${read(`/proc/${tid}/syscall`).trim()}`;
    });
    return [...lines, this.errors].join('\n');
  }

  private slots = (): number[] => Array.from({ length: SLOTS }, (_, n) => n).filter((n) => this.tid(n) !== 0);

  private async ready(slot: number): Promise<void> {
    await this.until(
      () => `slot ${slot} to be ready`,
      () => {
        if (slot === USHER && this.first.exitCode !== null) throw new Error(`it ended at once: ${this.errors}`);
        return this.file.field(slot, 'ready') === 1;
      },
    );
  }

  /** What the actors of all slots do. Who spins on purpose: `s`. Whether all those have come to it since they did last. */
  private look(turns: number[]): { readonly states: string; readonly ran: boolean } {
    const spinning = (n: number): boolean => this.file.field(n, 'spinning') !== 0;
    const slots = this.slots(); // there may soon be more
    const states = slots.map((n) => {
      const state = stateOf(this.tid(n));
      return `${state === 'R' && spinning(n) ? 's' : state}${this.file.field(n, 'done')}`;
    });
    const spinners = slots.filter((_, i) => states[i]!.startsWith('s'));
    const ran = spinners.every((n) => this.file.field(n, 'turns') !== turns[n]);
    if (ran) for (const n of spinners) turns[n] = this.file.field(n, 'turns');
    return { states: states.join(' '), ran };
  }

  /** Waits until nothing runs but what spins on purpose, for several looks; that gets its turn between them. */
  private async settle(): Promise<void> {
    const end = performance.now() + DEADLINE_MS;
    const turns: number[] = [];
    let [looks, before] = [0, ''];
    while (looks < this.variant.quiet) {
      if (performance.now() > end) throw new Error(`it does not come to rest\n${this.situation()}`);
      await nap(1);
      const { states: now, ran } = this.look(turns);
      const rests = now === before && !now.includes('R') && !this.supervisorRuns();
      if (!rests) looks = 0;
      else if (ran) looks++; // on a busy machine it may be many looks until who spins has its turn
      before = now;
    }
  }

  /** Any thread of it: SIGCHLD is for the process, and whoever takes it wakes the one that works. */
  private supervisorRuns(): boolean {
    if (this.variant.prefix.length === 0) return false;
    const threads = `/proc/${this.first.pid ?? 0}/task`;
    try {
      return readdirSync(threads).some((tid) => stateOf(Number(tid)) === 'R');
    } catch {
      return false; // it is gone
    }
  }

  // --- operations ---

  async perform(op: Op): Promise<unknown> {
    switch (op.op) {
      case 'post':
        op.calls.forEach((_, k) => {
          this.places[op.slot]!.push(this.posted[op.slot]! + k);
        });
        this.post(op.slot, op.calls);
        return this.settle();
      case 'reply':
        return this.reply(op.slot, this.places[op.slot]![op.index]!, op.call);
      case 'pending':
        return this.file.field(op.slot, 'done') <= this.places[op.slot]![op.index]!;
      case 'condition':
        return this.condition(op.slot);
      case 'handled':
        return this.file.handled(op.slot);
      case 'release':
        this.file.setField(op.slot, 'release', this.file.field(op.slot, 'release') + 1);
        return this.settle();
      case 'cast':
        return this.variant.passive ? this.cast(op.slot) : undefined;
    }
  }

  private post(slot: number, calls: readonly Call[]): void {
    for (const call of calls) {
      const index = this.posted[slot]!++;
      const data = STAGE_AT + dataAt(slot, index);
      const place = { data, slot, handler: this.handler, restorer: this.file.read64(HEAD.restorer) };
      const order = encode(call, place);
      const bytes = Buffer.alloc(RESULT_AT);
      writeWords(bytes, [order.op, ...order.args]);
      this.file.write(orderAt(slot, index), bytes);
      this.file.write(dataAt(slot, index), order.data);
    }
    this.file.setField(slot, 'posted', this.posted[slot]!);
    writeSync(this.bells[slot]!, '!');
  }

  private async reply(slot: number, index: number, call: Call): Promise<Reply> {
    // Each operation that starts something waits for quiet; what was over by then needs no more waiting.
    if (this.file.field(slot, 'done') <= index) {
      await this.until(
        () => `${call.call}(${call.args.join(', ')}) of slot ${slot}`,
        () => this.file.field(slot, 'done') > index,
      );
      await this.settle();
    }
    return decode(
      call,
      this.file.read64(orderAt(slot, index) + RESULT_AT),
      this.file.bytes(dataAt(slot, index), DATA_SIZE),
    );
  }

  private condition(slot: number): Condition {
    const state = stateOf(this.tid(slot));
    if (state === '' || state === 'Z' || state === 'X') return 'dead';
    return state === 't' || state === 'T' ? 'stopped' : 'runs';
  }

  /** Something that the first process, or an actor, does for us and not for the scenario. */
  private async extra(slot: number, call: string, ...args: Call['args']): Promise<Reply> {
    const order: Call = { call, args };
    this.post(slot, [order]);
    await this.settle();
    return this.reply(slot, this.posted[slot]! - 1, order);
  }

  /** A process beside the actors becomes the passive tracer of the task in `slot`. */
  private async cast(slot: number): Promise<void> {
    const own = USHER - 1 - this.passives++;
    await this.extra(USHER, 'clone', ['SIGCHLD'], own, 0);
    this.post(own, [{ call: 'becomePassive', args: [this.tid(slot), 0] }]);
    await this.ready(own);
    const result = this.file.read64(orderAt(own, 0) + RESULT_AT);
    if (result !== 0) throw new Error(`the passive tracer did not attach: ${result}`);
    await this.settle();
  }

  // --- the end ---

  /** Ends all that is left, and sees to it that it is gone. */
  async close(): Promise<void> {
    const over = new Promise((resolve) => this.guard.on('close', resolve));
    const all = this.slots().map((n) => this.tid(n));
    const ended = (): boolean => this.first.exitCode !== null || this.first.signalCode !== null;
    if (!ended() && this.file.field(USHER, 'ready') === 1) this.post(USHER, [{ call: 'strike', args: [] }]);
    for (let k = 0; k < STRIKE_MS && !ended(); k++) await nap(1);
    const orderly = ended();
    const before = orderly ? '' : this.situation();
    if (orderly) this.file.write32(HEAD.supervisor, 0);
    // Killing more than once is harmless; a number that was given away is recognized by the program it runs.
    this.guard.stdin?.end();
    await over;
    for (let k = 0; k < STRIKE_MS && !ended(); k++) await nap(1);
    if (!ended()) this.first.kill('SIGKILL');
    this.file.close();
    for (const fd of this.bells) closeSync(fd);
    rmSync(this.dir, { recursive: true, force: true });
    const left = all.filter((tid) => /^(actor|passive)$/.test(read(`/proc/${tid}/comm`).trim()));
    if (!orderly || left.length > 0) throw new Error(`the stage could not be cleared: ${left.join(' ')}\n${before}`);
  }

  async open(): Promise<void> {
    await this.ready(USHER);
    await this.extra(USHER, 'clone', ['SIGCHLD'], 0, 0);
    await this.extra(0, 'prctl', PR_SET_CHILD_SUBREAPER, 1);
    // A group of its own with a parent beside it in the session: never orphaned, wherever the tests run.
    await this.extra(0, 'setpgid', 0, 0);
  }
}
