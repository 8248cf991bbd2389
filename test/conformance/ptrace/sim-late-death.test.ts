/**
 * What a kernel says of a leader that is past its exit event, but not quite dead: on Linux a wait may look just then. On the simulated
 * kernel, with such a leader never seen to be dead at all.
 */

import { afterEach, expect, test, vi } from 'vitest';
import { SimPtraceKernel } from '../../../src/sim/ptrace-kernel.ts';
import { GROUPS } from './scenarios/index.ts';
import { SimTheatre } from './sim-theatre.ts';
import { Stage } from './stage.ts';

const TITLE = 'R12 who sleeps for stops only is woken by the death of a leader that has threads';

afterEach(() => {
  vi.restoreAllMocks();
});

test('who sleeps for stops only is woken by a leader whose death does not show yet', () => {
  const scenario = GROUPS.random!.find(({ title }) => title === TITLE)!;
  const { childrenOf } = SimPtraceKernel.prototype;
  const late = vi.spyOn(SimPtraceKernel.prototype, 'childrenOf').mockImplementation(function (
    this: SimPtraceKernel,
    task,
  ) {
    return childrenOf.call(this, task).map((child) => ({ ...child, isDead: false }));
  });
  const theatre = new SimTheatre({ exclusive: true, splitsRequests: false });
  const stage = new Stage(theatre);
  theatre.play(scenario.body(stage));
  expect(stage.lines).toEqual(scenario.expected);
  expect(late).toHaveBeenCalled();
});
