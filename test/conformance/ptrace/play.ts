/**
 * A scenario: actors and what they are told to do, written once as a generator. It yields operations; who carries them
 * out (real processes, processes under `utrace share`, a simulated kernel) is not its business. Everything it knows of the
 * world it learns from replies, and its log holds no number that two runs do not share.
 */

import type { Siginfo } from '../../../src/abi/siginfo.ts';

/** One system call, or one of the few other things an actor can do (calls.ts makes them). */
export interface Call {
  readonly call: string;
  readonly args: readonly Arg[];
}
export type Arg = number | bigint | string | readonly string[] | Registers | Siginfo;

export type Registers = Readonly<Record<string, bigint>>;

export interface SyscallInfo {
  readonly op: 'none' | 'entry' | 'exit' | 'seccomp';
  /** What the kernel said the whole answer takes. */
  readonly size: number;
  readonly nr?: number;
  readonly args?: readonly bigint[];
  readonly result?: bigint;
  readonly data?: number;
}

/** What came back from a call. */
export interface Reply {
  readonly call: Call;
  /** As the kernel returns it: −errno for an error. */
  readonly ret: number;
  readonly status?: number;
  /** Whether the resource usage was filled in with something that makes sense. */
  readonly usage?: boolean;
  readonly siginfo?: Siginfo;
  readonly siginfos?: readonly Siginfo[];
  /** PEEK*, GETEVENTMSG, GETSIGMASK. */
  readonly value?: bigint;
  readonly regs?: Registers;
  readonly info?: SyscallInfo;
}

/** A run of a signal handler. */
export interface Handled {
  readonly signo: number;
  readonly code: number;
  readonly pid: number;
}

/** Whether a task runs (or sleeps), is in a stop of whatever kind, or has ended (reaped or not). */
export type Condition = 'runs' | 'stopped' | 'dead';

export type Op =
  /** Gives an actor calls to make back to back, with nothing in between. Does not wait for them. */
  | { readonly op: 'post'; readonly slot: number; readonly calls: readonly Call[] }
  /** Waits for the reply to the actor's call number `index`. */
  | { readonly op: 'reply'; readonly slot: number; readonly index: number; readonly call: Call }
  /** Whether that call is not over. */
  | { readonly op: 'pending'; readonly slot: number; readonly index: number }
  | { readonly op: 'condition'; readonly slot: number }
  | { readonly op: 'handled'; readonly slot: number }
  /** Ends the spinning of an actor. */
  | { readonly op: 'release'; readonly slot: number }
  /** A tracee was made: the moment for a passive tracer to attach. */
  | { readonly op: 'cast'; readonly slot: number };

/** Part of a scenario: yields operations, gets their answers. */
export type Play<T = void> = Generator<Op, T, unknown>;

/** What a scenario may know at once, without an operation. */
export interface World {
  /** The thread id of the task in a slot, 0 before it is born. */
  tid(slot: number): number;
  /** Addresses in the actors: a private word that holds 0x1122334455667788, and the signal handler. */
  readonly word: number;
  readonly handler: number;
}

export type Expected = readonly string[] | { readonly anyOf: readonly (readonly string[])[] };

export interface Scenario {
  /** Begins with the rule (`R18`) or the pitfall (`P21`) that it shows. */
  readonly title: string;
  readonly body: (s: import('./stage.ts').Stage) => Play;
  /** The log on the real kernel. Where the kernel is free, all that it may be. */
  readonly expected: Expected;
  readonly options: ScenarioOptions;
}

export interface ScenarioOptions {
  /** Why the log is another one when a passive tracer is there as well, or under `utrace share`. */
  readonly onlyNative?: string;
  readonly notPassive?: string;
  /** Where it is only native, `utrace share --exclusive` does as the kernel does. */
  readonly exclusive?: boolean;
  /** Two active tracers: cannot run on the kernel alone. */
  readonly onlyServed?: boolean;
  /** Needs to be root, to become somebody else. */
  readonly root?: boolean;
}

/** Writes a scenario down. */
export const scenario = (
  title: string,
  body: Scenario['body'],
  expected: Expected,
  options: ScenarioOptions = {},
): Scenario => ({ title, body, expected, options });
