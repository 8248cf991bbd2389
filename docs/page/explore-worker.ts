/** Searches the interleavings of a program beside the page, which goes on meanwhile. */

import { search } from 'utrace/sim';
import { exampleOf } from './examples.ts';

export interface ExploreRequest {
  readonly program: string;
  readonly splits: boolean;
  /** Null: any number. */
  readonly preemptions: number | null;
}

export type ExploreReply =
  | { readonly kind: 'progress'; readonly runs: number }
  | {
      readonly kind: 'result';
      readonly runs: number;
      readonly steps: number;
      readonly outcomes: number;
      readonly complete: boolean;
      readonly counterexample: { readonly what: string; readonly schedule: readonly number[] } | null;
    };

/** What there is of a worker's global scope here: the page's own types know only windows. */
interface WorkerScope {
  onmessage: ((event: { readonly data: ExploreRequest }) => void) | null;
  postMessage(reply: ExploreReply): void;
}
const scope = globalThis as unknown as WorkerScope;

const PROGRESS_EVERY = 100;

scope.onmessage = ({ data: { program, splits, preemptions } }) => {
  const { main, atEnd } = exampleOf(program)!;
  let runs = 0;
  const { exploration, outcomes, counterexample } = search(main, {
    atEnd,
    splitsRequests: splits,
    ...(preemptions !== null && { preemptions }),
    prepare: () => {
      if (++runs % PROGRESS_EVERY === 0) scope.postMessage({ kind: 'progress', runs });
    },
  });
  scope.postMessage({
    kind: 'result',
    runs: exploration.runs,
    steps: exploration.steps,
    complete: exploration.complete,
    outcomes: outcomes.size,
    counterexample,
  });
};
