/**
 * A random program: who is there, and one step after the other, as data. Process ids are names until it runs. Steps do not
 * depend on each other: each can be left out, and what cannot be done (its actor is busy or dead) is skipped.
 */

import type { Kind } from '../conformance/ptrace/stage.ts';

/** The process id of an actor, or minus it (its process group). */
export interface PidOf {
  readonly pid: string;
  readonly minus?: true;
}
export type StepArg = number | string | readonly string[] | PidOf | { readonly signo: number };

/** An actor makes a call. */
export interface CallStep {
  readonly by: string;
  readonly call: string;
  readonly args: readonly StepArg[];
}
/** An actor makes another one. */
export interface MakeStep {
  readonly by: string;
  readonly make: string;
  readonly kind: Kind;
}
/** An actor's spinning ends. */
export interface ReleaseStep {
  readonly release: string;
}
export type Step = CallStep | MakeStep | ReleaseStep;

/** Who is there from the beginning, in the order of birth. */
export interface Role {
  readonly name: string;
  readonly by: string;
  readonly kind: 'fork' | 'thread';
  /** To be traced: the passive tracer attaches. */
  readonly watched: boolean;
}

export interface Program {
  readonly cast: readonly Role[];
  readonly steps: readonly Step[];
}

const isPid = (arg: StepArg): arg is PidOf => typeof arg === 'object' && 'pid' in arg;

/** Whose process ids a step needs. */
export const mentions = (step: Step): string[] => ('call' in step ? step.args.filter(isPid).map((arg) => arg.pid) : []);

const argWord = (arg: StepArg): string => {
  if (isPid(arg)) return arg.minus ? `-${arg.pid}` : arg.pid;
  if (Array.isArray(arg)) return `[${arg.join(' ')}]`;
  return typeof arg === 'object' ? JSON.stringify(arg) : String(arg);
};

/** A step in words: the label of its log line. */
export function stepText(step: Step): string {
  if ('release' in step) return `${step.release} is released`;
  if ('make' in step)
    return `${step.by} makes ${step.make} ${typeof step.kind === 'string' ? step.kind : step.kind.flags.join(' ')}`;
  return [step.by, step.call, ...step.args.map(argWord)].join(' ');
}

const variable = (name: string): string => (name === 'root' ? 's.root' : name);

const argCode = (arg: StepArg): string => {
  if (isPid(arg)) return `${arg.minus ? '-' : ''}${variable(arg.pid)}.pid`;
  if (typeof arg === 'object' && 'signo' in arg)
    return `{ signo: ${arg.signo}, errno: 0, code: -1, pid: 0, uid: 0, value: 7n }`;
  return JSON.stringify(arg).replaceAll('"', "'");
};

/** `{ call: 'kill', args: [tracee.pid, 19] }` */
export const callCode = (step: CallStep): string =>
  `{ call: '${step.call}', args: [${step.args.map(argCode).join(', ')}] }`;

/** The line that makes an actor of the cast. */
export const roleCode = (role: Role): string =>
  `const ${role.name} = yield* ${variable(role.by)}.make('${role.name}', '${role.kind}', ${role.watched});`;

export const startCode = (step: CallStep): string => `yield* ${variable(step.by)}.start(${callCode(step)});`;
export const makeCode = (step: MakeStep): string =>
  `const ${step.make} = yield* ${variable(step.by)}.startMake('${step.make}', ${JSON.stringify(step.kind).replaceAll('"', "'")});`;
