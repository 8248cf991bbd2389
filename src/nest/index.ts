/** The Linux host in the box: for tests of it under the search. */

export { checkSupervisor } from './invariants.ts';
export {
  exploreNest,
  FIRST,
  Nest,
  type NestExploreOptions,
  type NestOptions,
  SUPERVISOR,
  worldOfNest,
} from './nest.ts';
export { Supervisor, type SupervisorOptions } from './supervisor.ts';
