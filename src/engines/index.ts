/** The engines that come with utrace, and the friendly form they are written in. */

export { type CallChoice, chooseCalls } from './calls.ts';
export { type CountOptions, count } from './count.ts';
export { type StraceOptions, strace } from './strace/engine.ts';
export { ExpressionError, parseExpressions, type SyscallSelection, type TraceExpression } from './strace/expression.ts';
export { Summary, type SummarySort, summarySort } from './strace/summary.ts';
export type { CallStatus, WriterOptions } from './strace/writer.ts';
export type { Tracer } from './tracer.ts';
