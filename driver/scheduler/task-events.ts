import type { LostOutput, TaskFailure } from '../../engine/types/failure.ts';
import type { SchedulerEvent } from './events.ts';
import { failedOn, judgeExecutors } from './exclusion.ts';
import { mistakeOf } from './fail-fast.ts';
import { callOffTogether, tellRestart } from './gang.ts';
import { failStage, settleJobs } from './jobs.ts';
import { learnMemory, raiseMemory, triedSizes } from './memory-sizes.ts';
import { commitOutdated, outputDecided } from './outdated.ts';
import { noteRuntime } from './speculation.ts';
import type { Flight, SchedulerState, StageState, TaskState } from './state.ts';
import { endFlight, flies, isDone, markDone, markLost, markPending } from './tasks.ts';
import { gotThrough, refused } from './throttle.ts';
import type { Turn } from './turn.ts';

type Succeeded = Extract<SchedulerEvent, { kind: 'taskSucceeded' }>;
type Started = Extract<SchedulerEvent, { kind: 'taskStarted' }>;
type Failed = Extract<SchedulerEvent, { kind: 'taskFailed' }>;
type Raised = Extract<SchedulerEvent, { kind: 'generationRaised' }>;

/** A committed result counts whoever brings it and whenever: only that of a lost generation does not. */
export function taskSucceeded(turn: Turn, event: Succeeded): void {
  const { state } = turn;
  const stage = state.stages[event.stage];
  const task = stage?.tasks[event.partition];
  if (stage === undefined || task === undefined) return;
  tellTime(state, event.nowMs);
  const flight = endFlight(state, stage, event);
  if (flight !== null) gotThrough(state);
  if (task.status !== 'pending' && task.status !== 'running') return;
  if (event.generation !== task.generation) {
    if (task.status === 'running' && !flies(task)) markPending(state, stage, event.partition);
    return;
  }
  if (event.inputs !== stage.inputs) {
    commitOutdated(turn, stage, event.partition);
    return;
  }
  stage.badRecords += event.badRecords;
  const { maxBadRecords } = state.settings;
  if (stage.badRecords > maxBadRecords && event.badRecords > 0) {
    const { stage: number, name, badRecords } = stage;
    failStage(turn, stage, { kind: 'badRecords', stage: number, name, badRecords, maxBadRecords });
  }
  markDone(turn, stage, event.partition);
  if (stage.kind === 'map') task.checksum = event.checksum;
  if (stage.sideEffects) stage.delivered = true;
  task.badRecords = event.badRecords;
  if (flight?.startedMs != null) noteRuntime(turn, stage, event.nowMs - flight.startedMs);
  const completed = isDone(stage) && stage.status !== 'done';
  if (completed) completeStage(turn, stage);
  if (completed || stage.finals.some((job) => state.jobs[job]?.missing === 0)) settleJobs(turn);
}

/** Failures of attempts that are not in flight, were aborted or are not needed change nothing, but for what is known of the task's memory. */
export function taskFailed(turn: Turn, event: Failed): void {
  const { state } = turn;
  const stage = state.stages[event.stage];
  const task = stage?.tasks[event.partition];
  if (stage === undefined || task === undefined) return;
  tellTime(state, event.nowMs);
  const flight = endFlight(state, stage, event);
  if (flight === null) return;
  const at: FailedTask = { stage, task, partition: event.partition, failure: event.failure, flight };
  if (flight.aborted || task.status !== 'running') {
    learnMemory(state, at);
    return;
  }
  // A copy, or what was copied, may still make it.
  if (!flies(task)) markPending(state, stage, event.partition);
  if (stage.barrier) callOffTogether(turn, stage);
  // `superseded` and `cancelled` are counted, so that it ends: here they are of attempts that nobody aborted and whose generation stands,
  // so the runner or the store is at fault. `executor-lost` is, too, as in Spark where the reason of the loss is unknown: the task may be
  // what kills executors.
  if (event.failure.kind === 'throttled') refused(turn);
  else if (event.failure.kind === 'fetch-failed') inputLost(turn, at);
  else counted(turn, at);
  if (stage.barrier) tellRestart(turn, stage, event.failure);
}

export function taskStarted({ state }: Turn, { stage, partition, attempt, executorId, nowMs }: Started): void {
  tellTime(state, nowMs);
  const flight = state.stages[stage]?.tasks[partition]?.flights.find((each) => each.attempt === attempt);
  if (flight === undefined) return;
  flight.executorId = executorId;
  flight.startedMs = nowMs;
}

/** Events may come late: time does not go back. */
export function tellTime(state: SchedulerState, nowMs: number): void {
  state.nowMs = Math.max(state.nowMs, nowMs);
}

/** The store has the new generation: the task can run again. */
export function generationRaised({ state }: Turn, event: Raised): void {
  const stage = state.stages[event.stage];
  const task = stage?.tasks[event.partition];
  if (stage === undefined || task === undefined || task.status !== 'raising' || event.generation <= task.generation) return;
  task.generation = event.generation;
  // All of a barrier stage begin anew when one fails: that is no new chance for the one.
  if (!stage.barrier) task.failures = 0;
  markPending(state, stage, event.partition);
}

export function outputLost(turn: Turn, lost: readonly LostOutput[]): void {
  lose(turn, known(turn.state, lost));
  settleJobs(turn);
}

export interface FailedTask {
  readonly stage: StageState;
  readonly task: TaskState;
  readonly partition: number;
  readonly failure: TaskFailure;
  readonly flight: Flight;
}

function counted(turn: Turn, at: FailedTask): void {
  const { stage, task, partition, failure, flight } = at;
  gotThrough(turn.state);
  if (raiseMemory(turn, at)) return;
  const { executorId } = flight;
  if (executorId !== null && failure.kind !== 'executor-lost') failedOn(turn, stage, { partition, executorId });
  task.failures++;
  // A computation that is too long for its limit is so every time; what waited may wait for less.
  const tooLong = failure.kind === 'timeout' && failure.cpuBound === true ? `timeout of ${partition}` : null;
  const mistake = mistakeOf(failure) ?? tooLong;
  const times = mistake === null ? 0 : (stage.places[mistake] ?? 0) + 1;
  if (mistake !== null) stage.places[mistake] = times;
  const repeated = times >= 2;
  const { maxTaskFailures, maxStageAttempts, maxBadRecords } = turn.state.settings;
  const hopeless = failure.error.code === 'TOO_MANY_BAD_RECORDS' || (stage.barrier && ++stage.stageAttempts >= maxStageAttempts);
  if (!repeated && !hopeless && task.failures < maxTaskFailures) return;
  if (failure.kind === 'user-error' && maxBadRecords > 0 && !flight.leavesOut) {
    // Not yet the end: the next attempts leave out what the functions fail on.
    task.leavesOut = true;
    task.failures = 0;
    stage.leavesOut ||= repeated;
    return;
  }
  const failures = Math.max(task.failures, times);
  const { stage: number, name, tasks } = stage;
  const of = { stage: number, name, partition, taskCount: tasks.length, triedMb: triedSizes(turn.state, at) };
  failStage(turn, stage, { kind: 'taskFailed', ...of, failures, repeated, failure });
}

/** Exactly the producers named are run again; the task itself is not to blame. A burst of losses is one attempt of the stage. */
function inputLost(turn: Turn, at: FailedTask): void {
  const { stage, failure, flight } = at;
  const producers = known(turn.state, failure.lost);
  if (producers.length === 0) {
    counted(turn, at);
    return;
  }
  gotThrough(turn.state);
  lose(turn, producers);
  if (flight.stageAttempt === stage.stageAttempts) stage.stageAttempts++;
  const { stageAttempts } = stage;
  if (stageAttempts < turn.state.settings.maxStageAttempts) settleJobs(turn);
  else failStage(turn, stage, { kind: 'inputLost', stage: stage.stage, name: stage.name, stageAttempts, lost: failure.lost });
}

interface Producer {
  readonly stage: StageState;
  readonly partition: number;
  readonly generation: number;
}

/** Of the lost outputs those whose stages are known here. */
export function known(state: SchedulerState, lost: readonly LostOutput[]): readonly Producer[] {
  return lost.flatMap(({ stageId, partition, generation }) => {
    const number = state.byId[stageId];
    const stage = number === undefined ? undefined : state.stages[number];
    return stage === undefined || !(partition in stage.tasks) ? [] : [{ stage, partition, generation }];
  });
}

/** Of each producer once: a generation that is already being replaced is not lost again. */
export function lose(turn: Turn, producers: readonly Producer[]): void {
  for (const { stage, partition, generation } of producers) {
    const task = stage.tasks[partition] as TaskState;
    if (task.status !== 'done' || task.generation !== generation) continue;
    markLost(turn, stage, { partition });
  }
}

function completeStage(turn: Turn, stage: StageState): void {
  stage.status = 'done';
  stage.stageAttempts = 0;
  stage.places = {};
  if (stage.submitted) turn.commands.push({ kind: 'stageCompleted', stage: stage.stage, status: 'succeeded' });
  if (stage.badRecords > 0) turn.commands.push({ kind: 'recordsLeftOut', stage: stage.stage, badRecords: stage.badRecords });
  stage.submitted = false;
  judgeExecutors(turn, stage);
  outputDecided(turn, stage);
}
