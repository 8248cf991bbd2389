/** Carries a program out on a stage. The log tells of each step what it gave, and what came of it elsewhere. */

import { SIG } from '../../src/abi/signals.ts';
import * as calls from '../conformance/ptrace/calls.ts';
import type { Arg, Call, Condition, Handled, Play, Reply } from '../conformance/ptrace/play.ts';
import type { Actor, Stage } from '../conformance/ptrace/stage.ts';
import {
  makeCode,
  mentions,
  type Program,
  type Role,
  roleCode,
  type Step,
  type StepArg,
  startCode,
  stepText,
} from './program.ts';
import { handledSince, words } from './words.ts';

/** What an author may know of the world when it chooses the next step. */
export interface View {
  readonly names: readonly string[];
  busy(name: string): boolean;
  condition(name: string): Condition;
  born(name: string): boolean;
}

export interface Director {
  readonly cast: readonly Role[];
  /** The next step; undefined: the end. */
  next(view: View): Step | undefined;
  /** What came back from a call, now or later. */
  told?(step: Step, reply: Reply, who: (pid: number) => string): void;
}

/** A director that has the whole program. */
export function director({ cast, steps }: Program): Director {
  let at = 0;
  return { cast, next: () => steps[at++] };
}

interface Player {
  readonly actor: Actor;
  /** The call that is not over. */
  step: Step | undefined;
  condition: Condition;
  handled: number;
  /** Whether its condition is part of the log. */
  readonly shown: boolean;
}

/** Handlers beyond these are not written down. */
const HANDLED_MAX = 30;

export class Replay implements View {
  /** The same as a scenario's body, line by line. */
  readonly code: string[] = [];
  private readonly players = new Map<string, Player>();
  private stage: Stage | undefined;
  private readonly director: Director;

  constructor(director: Director) {
    this.director = director;
  }

  /** What was logged so far. */
  get log(): readonly string[] {
    return this.stage?.lines ?? [];
  }
  get names(): readonly string[] {
    return [...this.players.keys()];
  }
  busy = (name: string): boolean => this.players.get(name)?.step !== undefined;
  condition = (name: string): Condition => this.players.get(name)?.condition ?? 'dead';
  born = (name: string): boolean => (this.players.get(name)?.actor.pid ?? 0) !== 0;

  *body(stage: Stage): Play {
    this.stage = stage;
    this.enlist('root', stage.root);
    yield* stage.root.do(calls.coreLimit(0));
    this.code.push('yield* s.root.do(calls.coreLimit(0));');
    for (const role of this.director.cast) {
      const by = this.players.get(role.by)!.actor;
      this.code.push(roleCode(role));
      this.enlist(role.name, yield* by.make(role.name, role.kind, role.watched));
    }
    for (;;) {
      const step = this.director.next(this);
      if (step === undefined) return;
      yield* this.take(step);
    }
  }

  private enlist(name: string, actor: Actor): void {
    const shown = name !== 'root' && !name.startsWith('tracer');
    this.players.set(name, { actor, step: undefined, condition: 'runs', handled: 0, shown });
  }

  private *take(step: Step): Play {
    const stage = this.stage!;
    if ('release' in step) {
      yield* this.players.get(step.release)?.actor.release() ?? [];
      this.code.push(`yield* ${step.release}.release();`);
    } else {
      const by = this.players.get(step.by);
      const there = by !== undefined && by.step === undefined && by.condition !== 'dead' && this.born(step.by);
      // A process id of 0 would be the sender's own group.
      if (!there || !mentions(step).every(this.born)) return stage.log(`${stepText(step)}: skipped`);
      if ('make' in step) {
        if (this.players.has(step.make)) return;
        this.code.push(makeCode(step));
        this.enlist(step.make, yield* by.actor.startMake(step.make, step.kind));
      } else {
        this.code.push(startCode(step));
        yield* by.actor.start(this.call(step.call, step.args));
      }
      by.step = step;
      if (yield* by.actor.pending()) stage.log(`${stepText(step)}: …`);
    }
    yield* this.look();
  }

  private call(call: string, args: readonly StepArg[]): Call {
    const resolve = (arg: StepArg): Arg => {
      if (typeof arg !== 'object') return arg;
      if ('pid' in arg) {
        const { pid } = this.players.get(arg.pid)!.actor;
        return arg.minus ? -pid : pid;
      }
      if ('signo' in arg) return { signo: arg.signo, errno: 0, code: -1, pid: 0, uid: 0, value: 7n };
      return arg as readonly string[];
    };
    return { call, args: args.map(resolve) };
  }

  /** What is over by now, and what has changed. */
  private *look(): Play {
    const stage = this.stage!;
    /** Processes that have handled a SIGCHLD. */
    const told = new Set<number>();
    for (const [name, player] of this.players) {
      const { actor, step } = player;
      const variable = name === 'root' ? 's.root' : name;
      if (step !== undefined && !(yield* actor.pending())) {
        player.step = undefined;
        const reply = yield* actor.result();
        stage.log(stepText(step), words(stage, reply));
        this.code.push(`s.log('${stepText(step).replaceAll("'", '"')}', words(s, yield* ${variable}.result()));`);
        this.director.told?.(step, reply, stage.who);
      }
      if (!this.born(name)) continue;
      const condition = yield* actor.condition();
      if (condition !== player.condition && (player.shown || condition === 'dead')) {
        stage.log(`  ${name}`, condition);
        this.code.push(`s.log('  ${name}', yield* ${variable}.condition());`);
      }
      player.condition = condition;
      const handled = (yield* actor.handled()) as readonly Handled[];
      if (handled.length !== player.handled && handled.length <= HANDLED_MAX) {
        const fresh = handledSince(handled, player.handled);
        // While a thread handles one another takes the second: likewise a matter of time.
        const second = told.has(actor.tgid) && fresh.every(({ signo }) => signo === SIG.SIGCHLD);
        if (fresh.some(({ signo }) => signo === SIG.SIGCHLD)) told.add(actor.tgid);
        if (!second) {
          stage.log(`  ${name} handled`, fresh);
          this.code.push(`s.log('  ${name} handled', handledSince(yield* ${variable}.handled(), ${player.handled}));`);
        }
        player.handled = handled.length;
      }
    }
  }
}
