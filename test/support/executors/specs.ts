import type { TaskSpec } from '../../../engine/types/task.ts';
import { type Behaviour, encodeBehaviour } from './behaviours.ts';

let attempts = 0;

export function specOf(behaviour: Behaviour, overrides: Partial<TaskSpec> = {}): TaskSpec {
  attempts += 1;
  return {
    appId: 'app',
    stageId: 'stage',
    stageNumber: 2,
    partition: attempts,
    partitionCount: 1_000_000,
    generation: 0,
    attempt: 0,
    attemptId: `attempt-${attempts}`,
    template: { hash: 'unused', inline: encodeBehaviour(behaviour) },
    bundleHash: null,
    inputs: [],
    bounds: null,
    maxMs: null,
    ...overrides,
  };
}
