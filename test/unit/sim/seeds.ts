/** The test programs of seeds 002 (TRAP_NOTIFY) and 000 (LISTEN), which are examples of the documentation, and what they print. */

export { default as LISTEN } from '../../../docs/examples/listen.mjs';
export { default as NOTIFY } from '../../../docs/examples/notify.mjs';

const ROUND = [
  'mother: SIGSTOP',
  'tracer: SIG 19',
  'tracer: stopped=1 signo=19',
  'mother: SIGCONT',
  'tracer: stopped=0 signo=5',
  'tracer: SIG 18',
];
/** Both print the same. */
export const TRANSCRIPT: readonly string[] = ['tracer: stopped=0 signo=5', ...ROUND, ...ROUND, ...ROUND];
