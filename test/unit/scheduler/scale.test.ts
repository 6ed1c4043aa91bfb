import { expect, test } from 'vitest';
import { runInstantly } from '../../../bench/scheduling/instant-runner.ts';
import type { StageSpec } from '../../../driver/scheduler/job-graph.ts';
import { DEFAULT_SCHEDULER_SETTINGS } from '../../../driver/scheduler/settings.ts';
import { createSchedulerState } from '../../../driver/scheduler/state.ts';
import { step } from '../../../driver/scheduler/step.ts';
import { graph, launch, resolve, resolved, spec, started, submitted } from './literals.ts';

/** Only so that a quadratic scheduler fails rather than hangs. */
const HANG_MS = 120_000;

test('two stages of 50,000 tasks each are scheduled to the end', { timeout: HANG_MS }, () => {
  const { ms: _, ...run } = runInstantly(50_000, 1000);
  expect(run).toEqual({ launches: 100_000, events: 100_003, succeeded: true });
});

test('a chain of 2,000 stages is neither too deep nor too slow', { timeout: HANG_MS }, () => {
  const stages: StageSpec[] = Array.from({ length: 2000 }, (_, i) => spec(i, i === 0 ? [] : [i - 1], i === 1999 ? 'result' : 'map'));
  let { state, commands } = step(createSchedulerState(DEFAULT_SCHEDULER_SETTINGS, 4), submitted(graph(0, stages)));
  for (let i = 0; i < 1999; i++) {
    expect(commands).toEqual([resolve(i)]);
    ({ state, commands } = step(state, resolved(i, 1)));
  }
  ({ state, commands } = step(state, resolved(1999, 1)));
  expect(commands).toEqual([started(0, 1), launch(0, 0)]);
});
