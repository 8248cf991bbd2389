/** The programs that the page offers: files of docs/examples, which `utrace sim` runs too. */

import type { Box, Ending, Program } from 'utrace/sim';
import listen, { atEnd as listenAtEnd } from '../examples/listen.mjs';
import listenText from '../examples/listen.mjs?raw';
import lostStop, { atEnd as lostStopAtEnd } from '../examples/lost-stop.mjs';
import lostStopText from '../examples/lost-stop.mjs?raw';
import lostStopMended, { atEnd as lostStopMendedAtEnd } from '../examples/lost-stop-mended.mjs';
import lostStopMendedText from '../examples/lost-stop-mended.mjs?raw';
import notify, { atEnd as notifyAtEnd } from '../examples/notify.mjs';
import notifyText from '../examples/notify.mjs?raw';
import twoTracers, { atEnd as twoTracersAtEnd } from '../examples/two-tracers.mjs';
import twoTracersText from '../examples/two-tracers.mjs?raw';

export interface Example {
  /** The file's name without its end: in links. */
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly main: Program;
  readonly atEnd: (box: Box, ending: Ending) => string | null;
}

export const EXAMPLES: readonly Example[] = [
  {
    id: 'notify',
    title: 'Seed 002: TRAP_NOTIFY, a tracer that keeps its tracee running',
    text: notifyText,
    main: notify,
    atEnd: notifyAtEnd,
  },
  {
    id: 'listen',
    title: 'Seed 000: LISTEN, a tracer that leaves a group stop as it is',
    text: listenText,
    main: listen,
    atEnd: listenAtEnd,
  },
  {
    id: 'lost-stop',
    title: 'The tutorial: a group stop that gets lost',
    text: lostStopText,
    main: lostStop,
    atEnd: lostStopAtEnd,
  },
  {
    id: 'lost-stop-mended',
    title: 'The tutorial: the same, mended',
    text: lostStopMendedText,
    main: lostStopMended,
    atEnd: lostStopMendedAtEnd,
  },
  {
    id: 'two-tracers',
    title: 'Two tracers on one thread',
    text: twoTracersText,
    main: twoTracers,
    atEnd: twoTracersAtEnd,
  },
];

export const exampleOf = (id: string): Example | undefined => EXAMPLES.find((example) => example.id === id);
