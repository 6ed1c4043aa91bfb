import type { SchedulerCommand } from '../../../driver/scheduler/commands.ts';
import type { SchedulerEvent } from '../../../driver/scheduler/events.ts';
import type { JobGraph, StageSpec } from '../../../driver/scheduler/job-graph.ts';
import { DEFAULT_SCHEDULER_SETTINGS, type SchedulerSettings } from '../../../driver/scheduler/settings.ts';
import { createSchedulerState, type SchedulerState } from '../../../driver/scheduler/state.ts';
import { step } from '../../../driver/scheduler/step.ts';
import type { FailureKind, LostOutput, TaskFailure } from '../../../engine/types/failure.ts';

export function spec(stage: number, parents: readonly number[], kind: StageSpec['kind'] = 'map'): StageSpec {
  return { stage, parents, kind, name: `stage ${stage} at job.ts:${stage + 1}` };
}

export function graph(job: number, stages: readonly StageSpec[], partitions: readonly number[] | null = null): JobGraph {
  return { job, stages, final: (stages.at(-1) as StageSpec).stage, partitions };
}

export function failed(kind: FailureKind, more: { name?: string; stack?: string; lost?: readonly LostOutput[] } = {}): TaskFailure {
  const error = { name: more.name ?? 'Error', message: kind, stack: more.stack ?? null, code: null, cause: null, fields: {} };
  return { kind, fault: kind === 'user-error' ? 'user' : 'transient', error, lost: more.lost ?? [] };
}

/** A state and what it said last: tests hand it events and read commands. */
export interface Script {
  readonly state: () => SchedulerState;
  /** Commands of all the events, in order. State goes through JSON before each, so that nothing but data is kept. */
  readonly send: (...events: readonly SchedulerEvent[]) => readonly SchedulerCommand[];
}

export function script(slots: number, settings: Partial<SchedulerSettings> = {}): Script {
  let state = createSchedulerState({ ...DEFAULT_SCHEDULER_SETTINGS, ...settings }, slots);
  return {
    state: () => state,
    send: (...events) =>
      events.flatMap((event) => {
        const next = step(JSON.parse(JSON.stringify(state)) as SchedulerState, JSON.parse(JSON.stringify(event)) as SchedulerEvent);
        state = next.state;
        return next.commands;
      }),
  };
}

export const submitted = (job: JobGraph): SchedulerEvent => ({ kind: 'jobSubmitted', graph: job });

export function resolved(stage: number, taskCount: number, committed: readonly number[] = []): SchedulerEvent {
  return {
    kind: 'stageResolved',
    stage,
    stageId: `s${stage}`,
    taskCount,
    committed: committed.map((partition) => ({ partition, generation: 0, checksum: '', inputs: null, badRecords: 0 })),
    raised: [],
  };
}

export const succeeded = (stage: number, partition: number, attempt = 0, generation = 0): SchedulerEvent => ({
  kind: 'taskSucceeded',
  stage,
  partition,
  attempt,
  generation,
  checksum: '',
  inputs: null,
  badRecords: 0,
  nowMs: 0,
});

export const taskFailed = (stage: number, partition: number, attempt: number, failure: TaskFailure): SchedulerEvent => ({
  kind: 'taskFailed',
  stage,
  partition,
  attempt,
  generation: 0,
  failure,
  nowMs: 0,
});

export const launch = (stage: number, partition: number, attempt = 0, generation = 0): SchedulerCommand => ({
  kind: 'launch',
  stage,
  partition,
  generation,
  attempt,
  inputs: null,
  avoid: [],
  copy: false,
  maxBadRecords: null,
  memorySizeMb: null,
});

export const started = (stage: number, tasks: number, committed = 0, attempt = 0): SchedulerCommand => ({
  kind: 'stageSubmitted',
  stage,
  attempt,
  tasks,
  committed,
});

export const completed = (stage: number, status: 'succeeded' | 'failed' | 'cancelled' | 'skipped' = 'succeeded'): SchedulerCommand => ({
  kind: 'stageCompleted',
  stage,
  status,
});

export const resolve = (stage: number): SchedulerCommand => ({ kind: 'resolveStage', stage });
