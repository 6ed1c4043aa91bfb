import type { AppEvent } from '../../engine/types/app-event.ts';
import { createStageTracker, type StageProgress } from '../console/stage-progress.ts';

/** What is known of a job: `status` is `RUNNING`, `SUCCEEDED` or `FAILED`, which cancelled ones are, too (Spark's values). */
export interface JobInfo {
  readonly jobId: number;
  /** Of all stages it needs, those that were done already included. */
  readonly stageIds: readonly number[];
  readonly status: 'RUNNING' | 'SUCCEEDED' | 'FAILED';
}

/** What is known of a stage that runs or has run. */
export interface StageInfo {
  readonly stageId: number;
  /** 0 at first, then once more each time lost output is made again. */
  readonly currentAttemptId: number;
  /** `reduceByKey at job.ts:12` */
  readonly name: string;
  readonly numTasks: number;
  /** Attempts that run now. */
  readonly numActiveTasks: number;
  /** Committed, those found committed included. */
  readonly numCompletedTasks: number;
  /** Attempts that failed. */
  readonly numFailedTasks: number;
}

/** Low-level status of jobs and stages, for programs that watch themselves: what is known at the moment of the call. */
export interface StatusTracker {
  /** Jobs of a group, the last 1,000 that have ended and those that run, in the order of their numbers; null: those of no group. */
  getJobIdsForGroup(group: string | null): readonly number[];
  getActiveJobIds(): readonly number[];
  getActiveStageIds(): readonly number[];
  /** null: there is no such job, or more than 1,000 have ended since. */
  getJobInfo(jobId: number): JobInfo | null;
  /** null: no such stage has run, or more than 1,000 have ended since. */
  getStageInfo(stageId: number): StageInfo | null;
}

/** Ended ones are kept, so many (Spark: `spark.ui.retainedJobs`). */
const RETAINED = 1000;

/** Knows jobs and stages from the events. */
export function createStatusTracker(): StatusTracker & { add(event: AppEvent): void } {
  const jobs = new Map<number, JobInfo & { readonly group: string | null }>();
  const endedJobs: number[] = [];
  const attempts = new Map<number, number>();
  const running = createStageTracker();
  const endedStages = new Map<number, StageInfo>();

  const stagesNow = (): readonly StageInfo[] => running.running().map((stage) => infoOf(stage, attempts.get(stage.stage) ?? 0));
  const keepStage = (number: number): void => {
    const stage = stagesNow().find(({ stageId }) => stageId === number);
    attempts.delete(number);
    if (stage === undefined) return;
    endedStages.delete(number);
    endedStages.set(number, { ...stage, numActiveTasks: 0 });
    const [oldest] = endedStages.keys();
    if (endedStages.size > RETAINED && oldest !== undefined) endedStages.delete(oldest);
  };
  return {
    add(event) {
      if (event.kind === 'jobStarted') {
        jobs.set(event.job, { jobId: event.job, stageIds: event.stages, status: 'RUNNING', group: event.group ?? null });
      } else if (event.kind === 'jobEnded') {
        const job = jobs.get(event.job);
        if (job !== undefined) jobs.set(event.job, { ...job, status: event.status === 'succeeded' ? 'SUCCEEDED' : 'FAILED' });
        endedJobs.push(event.job);
        if (endedJobs.length > RETAINED) jobs.delete(endedJobs.shift() as number);
      } else if (event.kind === 'stageSubmitted') attempts.set(event.stage, event.attempt);
      else if (event.kind === 'stageCompleted') keepStage(event.stage);
      running.add(event, 0);
    },
    getJobIdsForGroup: (group) => [...jobs.values()].filter((job) => job.group === group).map(({ jobId }) => jobId),
    getActiveJobIds: () => [...jobs.values()].filter(({ status }) => status === 'RUNNING').map(({ jobId }) => jobId),
    getActiveStageIds: () => stagesNow().map(({ stageId }) => stageId),
    getJobInfo(jobId) {
      const job = jobs.get(jobId);
      return job === undefined ? null : { jobId, stageIds: job.stageIds, status: job.status };
    },
    getStageInfo: (number) => stagesNow().find(({ stageId }) => stageId === number) ?? endedStages.get(number) ?? null,
  };
}

function infoOf({ stage, name, tasks, done, running, failed }: StageProgress, attempt: number): StageInfo {
  return {
    stageId: stage,
    currentAttemptId: attempt,
    name,
    numTasks: tasks,
    numActiveTasks: running,
    numCompletedTasks: done,
    numFailedTasks: failed,
  };
}
