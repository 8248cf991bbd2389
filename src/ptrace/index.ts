/** ptrace(2) as an engine. */

export { Ptrace, type PtraceOptions, SERVED_CALLS } from './ptrace.ts';
export { type LinkStatus, linkStatus } from './status.ts';
