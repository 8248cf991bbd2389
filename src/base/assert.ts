/** Assertions that stay in production: a broken invariant throws. */

export class InvariantError extends Error {
  override readonly name = 'InvariantError';
  readonly code = 'UTRACE_INVARIANT';
}

/** Throws {@link InvariantError} unless `condition` holds. `what` says which invariant broke. */
export function assert(condition: unknown, what: string): asserts condition {
  if (!condition) throw new InvariantError(what);
}

/** The end of an exhaustive switch: compiles only when every case was handled. */
export function unreachable(value: never): never {
  throw new InvariantError(`unreachable value: ${String(value)}`);
}
