import type { SchedulerEvent } from '../../driver/scheduler/events.ts';
import { DEFAULT_SCHEDULER_SETTINGS } from '../../driver/scheduler/settings.ts';
import { createSchedulerState } from '../../driver/scheduler/state.ts';
import { step } from '../../driver/scheduler/step.ts';

export interface InstantRun {
  readonly launches: number;
  readonly events: number;
  readonly succeeded: boolean;
  readonly ms: number;
}

/** One job of a map stage and a result stage with `tasks` tasks each; every attempt succeeds at once. */
export function runInstantly(tasks: number, slots: number): InstantRun {
  const startMs = performance.now();
  let state = createSchedulerState(DEFAULT_SCHEDULER_SETTINGS, slots);
  const stages = [
    { stage: 0, parents: [], kind: 'map', name: 'map' },
    { stage: 1, parents: [0], kind: 'result', name: 'result' },
  ] as const;
  let events = 0;
  let launches = 0;
  let succeeded = false;
  // Two queues in turn: one of all events would measure the garbage collector.
  let now: SchedulerEvent[] = [{ kind: 'jobSubmitted', graph: { job: 0, stages, final: 1, partitions: null } }];
  for (let then: SchedulerEvent[] = []; now.length > 0; [now, then] = [then, []]) {
    for (const event of now) {
      events++;
      const next = step(state, event);
      state = next.state;
      for (const command of next.commands) {
        if (command.kind === 'launch') {
          launches++;
          then.push({ ...command, kind: 'taskSucceeded', checksum: '', badRecords: 0, nowMs: 0 });
        } else if (command.kind === 'resolveStage') {
          then.push({
            kind: 'stageResolved',
            stage: command.stage,
            stageId: `s${command.stage}`,
            taskCount: tasks,
            committed: [],
            raised: [],
          });
        } else if (command.kind === 'jobSucceeded') succeeded = true;
      }
    }
  }
  return { launches, events, succeeded, ms: performance.now() - startMs };
}
