import { barrierTimerFired } from './barrier-wait.ts';
import type { SchedulerCommand } from './commands.ts';
import type { SchedulerEvent } from './events.ts';
import { cancelJob, forgetReleased, submitJob } from './jobs.ts';
import { launchReady } from './launch.ts';
import { stageResolved, stageResolveFailed } from './resolution.ts';
import { lookForSlowTasks } from './speculation.ts';
import type { SchedulerState } from './state.ts';
import { generationRaised, outputLost, taskFailed, taskStarted, taskSucceeded, tellTime } from './task-events.ts';
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
  (HANDLERS[event.kind] as (turn: Turn, event: SchedulerEvent) => void)(turn, event);
  launchReady(turn);
  forgetReleased(state);
  return turn;
}

const HANDLERS: { readonly [K in SchedulerEvent['kind']]: (turn: Turn, event: Extract<SchedulerEvent, { kind: K }>) => void } = {
  jobSubmitted: (turn, event) => submitJob(turn, event.graph),
  jobCancelled: (turn, event) => cancelJob(turn, event.job, event.reason),
  stageResolved,
  stageResolveFailed,
  taskStarted,
  taskSucceeded,
  taskFailed,
  generationRaised,
  outputLost: (turn, event) => outputLost(turn, event.lost),
  timerFired: (turn, { id, nowMs }) => {
    tellTime(turn.state, nowMs);
    if (!lookForSlowTasks(turn, id) && !barrierTimerFired(turn, id)) timerFired(turn, id);
  },
  capacityChanged: (turn, event) => capacityChanged(turn, event.slots),
  stageReleased: ({ state }, event) => {
    state.released.push(event.stage);
  },
};
