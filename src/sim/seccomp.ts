/** seccomp as far as tracing sees it (R44): a filter decides by the number of the call, and the strictest answer holds. */

export type SeccompAction =
  | { readonly do: 'allow' }
  | { readonly do: 'trace'; readonly data: number }
  | { readonly do: 'errno'; readonly data: number }
  | { readonly do: 'kill' };

export interface SeccompFilter {
  readonly nr: number;
  readonly action: SeccompAction;
}

const ALLOW: SeccompAction = { do: 'allow' };
/** The higher rank wins. */
const RANK = { allow: 0, trace: 1, errno: 2, kill: 3 } as const;

/** seccomp_run_filters: of equals the newest. */
export function runFilters(filters: readonly SeccompFilter[], nr: number): SeccompAction {
  let result: SeccompAction = ALLOW;
  for (let i = filters.length - 1; i >= 0; i--) {
    const filter = filters[i]!;
    if (filter.nr === nr && RANK[filter.action.do] > RANK[result.do]) result = filter.action;
  }
  return result;
}

const RET = {
  ACTION: 0xffff0000,
  DATA: 0xffff,
  KILL_PROCESS: 0x80000000,
  KILL: 0,
  ERRNO: 0x50000,
  TRACE: 0x7ff00000,
} as const;

/** SECCOMP_RET_* as an action. */
export function actionOf(value: number): SeccompAction {
  const data = value & RET.DATA;
  switch ((value & RET.ACTION) >>> 0) {
    case RET.KILL:
    case RET.KILL_PROCESS:
      return { do: 'kill' };
    case RET.ERRNO:
      return { do: 'errno', data };
    case RET.TRACE:
      return { do: 'trace', data };
    default:
      return ALLOW;
  }
}
