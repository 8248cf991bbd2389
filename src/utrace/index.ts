/** The utrace API: what engines and the layers above use of the core. */

export {
  ALL_EVENTS,
  DEATH_EVENTS,
  Event,
  type EventMask,
  eventNames,
  SIGNAL_EVENTS,
  SYSCALL_EVENTS,
} from '../tracehook/events.ts';
export * from './actions.ts';
export { Attach, type AttachRefusal, attachPid, attachTask } from './attach.ts';
export { barrier } from './barrier.ts';
export { control, setEvents } from './control.ts';
export { UtraceCore } from './core.ts';
export {
  Engine,
  type EngineOps,
  type ExitReport,
  type FaultHandler,
  Hold,
  type SignalReport,
  type Verdict,
} from './engine.ts';
export { type Examiner, finishExamine, prepareExamine } from './examine.ts';
export { type EngineStatus, engineStatus, statusLine } from './status.ts';
