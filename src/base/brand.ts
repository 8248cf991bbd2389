/** Nominal types: a number that was checked to be a thread id is not just any number. */

declare const brand: unique symbol;

/** `T` marked as a `Name`; made only by the functions below or by a documented cast. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** A kernel thread id (what gettid returns), in our own pid namespace. */
export type Tid = Brand<number, 'Tid'>;
/** A thread group id: the tid of the group's leader, the "pid" of a process. */
export type Tgid = Brand<number, 'Tgid'>;
/** A signal number, 1–64. */
export type Signo = Brand<number, 'Signo'>;

const MAX_PID = 4_194_304;

function checked(value: number, what: string): number {
  if (!Number.isInteger(value) || value < 1 || value > MAX_PID) {
    throw new RangeError(`${what} must be an integer from 1 to ${MAX_PID}, not ${value}`);
  }
  return value;
}

/** Checks and brands a thread id. Throws RangeError on anything that cannot be one. */
export const tid = (value: number): Tid => checked(value, 'a thread id') as Tid;
/** Checks and brands a thread group id. Throws RangeError on anything that cannot be one. */
export const tgid = (value: number): Tgid => checked(value, 'a process id') as Tgid;
/** Checks and brands a signal number. Throws RangeError outside 1–64. */
export function signo(value: number): Signo {
  if (!Number.isInteger(value) || value < 1 || value > 64) {
    throw new RangeError(`a signal number must be an integer from 1 to 64, not ${value}`);
  }
  return value as Signo;
}
