import type { SchedulerCommand } from './commands.ts';
import type { SchedulerEvent } from './events.ts';
import { cancelJob, forgetReleased, submitJob } from './jobs.ts';
import { launchReady } from './launch.ts';
import { stageResolved, stageResolveFailed } from './resolution.ts';
import type { SchedulerState } from './state.ts';
import { generationRaised, outputLost, taskFailed, taskSucceeded } from './task-events.ts';
import { capacityChanged, timerFired } from './throttle.ts';
import type { Turn } from './turn.ts';

export interface Step {
  readonly state: SchedulerState;
  readonly commands: readonly SchedulerCommand[];
}

/**
 * The scheduler: what happens next, given what just happened. The states are drawn at `SchedulerState`.
 *
 * Pure but for one thing: `state` is changed in place and returned (see there). No clock, no randomness, no I/O: equal states and events
 * give equal commands. An event of a task costs O(log n); events that change jobs or stages cost as many steps as there are stages not done.
 */
export function step(state: SchedulerState, event: SchedulerEvent): Step {
  const turn: Turn = { state, commands: [] };
  apply(turn, event);
  launchReady(turn);
  forgetReleased(state);
  return turn;
}

function apply(turn: Turn, event: SchedulerEvent): void {
  switch (event.kind) {
    case 'jobSubmitted':
      return submitJob(turn, event.graph);
    case 'jobCancelled':
      return cancelJob(turn, event.job, event.reason);
    case 'stageResolved':
      return stageResolved(turn, event);
    case 'stageResolveFailed':
      return stageResolveFailed(turn, event.stage, event.error);
    case 'taskSucceeded':
      return taskSucceeded(turn, event);
    case 'taskFailed':
      return taskFailed(turn, event);
    case 'generationRaised':
      return generationRaised(turn, event);
    case 'outputLost':
      return outputLost(turn, event.lost);
    case 'timerFired':
      return timerFired(turn, event.id, event.nowMs);
    case 'capacityChanged':
      return capacityChanged(turn, event.slots);
    case 'stageReleased':
      turn.state.released.push(event.stage);
  }
}
