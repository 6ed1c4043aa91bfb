import { LevinError } from '../../engine/errors/levin-error.ts';
import type { AppEvent } from '../../engine/types/app-event.ts';
import type { StageShape } from '../../engine/types/stage-shape.ts';
import type { TaskMetrics } from '../../engine/types/task.ts';

/** What one task of a stage did. */
export type TaskProfile = TaskMetrics & {
  readonly partition: number;
  /** In the first task that its executor ran at all, and less so in the first of its stage, code was loaded and compiled. */
  readonly ran: 'first' | 'first of its stage' | 'later';
};

export interface StageProfile {
  readonly stage: number;
  readonly name: string;
  readonly shape: StageShape;
  readonly parents: readonly number[];
  /** Tasks that ran, each once. */
  readonly tasks: readonly TaskProfile[];
}

export interface JobProfile {
  readonly job: number;
  readonly action: string;
  /** Stages it needs, parents first; the last one is its result stage. */
  readonly stages: readonly number[];
  /** Partitions of the result stage that it asked for. */
  readonly partitions: number;
  /** Jobs that had ended before it began. */
  readonly after: readonly number[];
}

/** A run as its event log tells of it: which jobs, which stages, and what each task read, computed and wrote. */
export interface RunProfile {
  readonly appId: string;
  readonly name: string;
  readonly master: string;
  readonly elapsedMs: number;
  /** Configuration that was not the default. */
  readonly conf: Readonly<Record<string, string | number | boolean | null>>;
  readonly jobs: readonly JobProfile[];
  readonly stages: readonly StageProfile[];
}

type Submitted = Extract<AppEvent, { kind: 'stageSubmitted' }>;

/** Reads a run out of its event log. Fails with `NO_PROFILE` when the run did not succeed, or was logged by a levin that told too little. */
export function runProfile(events: readonly AppEvent[]): RunProfile {
  const started = events.find((event) => event.kind === 'appStarted');
  const ended = events.findLast((event) => event.kind === 'appEnded');
  if (started === undefined) throw noProfile('it holds no application');
  if (ended === undefined || ended.status !== 'succeeded') {
    throw noProfile(
      `application ${started.appId} ${ended === undefined ? 'has not ended' : ended.status}; what it would have done is not known`,
    );
  }
  const stages = new Map<number, Submitted>();
  for (const event of events) {
    if (event.kind !== 'stageSubmitted') continue;
    if (event.shape === undefined)
      throw noProfile('it was written by an older levin, which did not tell what stages read; run the job again');
    if (!stages.has(event.stage)) stages.set(event.stage, event);
  }
  const tasks = tasksOf(events);
  const jobs = jobsOf(events);
  if (jobs.length === 0) throw noProfile(`application ${started.appId} ran no action`);
  return {
    appId: started.appId,
    name: started.name,
    master: started.master,
    elapsedMs: ended.timeMs - started.timeMs,
    conf: started.conf,
    jobs,
    stages: [...stages.values()]
      .sort((a, b) => a.stage - b.stage)
      .map(({ stage, name, parents, shape }) => ({
        stage,
        name,
        shape: shape as StageShape,
        parents,
        tasks: tasks.get(stage) ?? [],
      })),
  };
}

function jobsOf(events: readonly AppEvent[]): readonly JobProfile[] {
  const jobs: JobProfile[] = [];
  const ended: number[] = [];
  /** How many partitions of a result stage the job that runs over it now has asked for. */
  const asked = new Map<number, number>();
  const begun = new Map<number, Omit<JobProfile, 'partitions'>>();
  for (const event of events) {
    if (event.kind === 'jobStarted' && event.stages.length > 0) {
      const { job, action, stages } = event;
      asked.delete(stages.at(-1) as number);
      begun.set(job, { job, action, stages, after: [...ended] });
    }
    if (event.kind === 'stageSubmitted' && !asked.has(event.stage)) asked.set(event.stage, event.tasks - event.committed);
    if (event.kind === 'jobEnded') {
      const job = begun.get(event.job);
      if (job !== undefined) jobs.push({ ...job, partitions: asked.get(job.stages.at(-1) as number) ?? 0 });
      ended.push(event.job);
    }
  }
  return jobs.sort((a, b) => a.job - b.job);
}

/** Each task once, as it was first done: what was repeated was no work of the job's. */
function tasksOf(events: readonly AppEvent[]): ReadonlyMap<number, readonly TaskProfile[]> {
  const found = new Map<number, TaskProfile[]>();
  const seen = new Set<string>();
  const known = new Set<string>();
  const ran = new Map<string, TaskProfile['ran']>();
  for (const event of events) {
    if (event.kind === 'taskStarted') {
      const { executorId, stage, partition, attempt } = event;
      const ofStage = `${executorId} ${stage}`;
      ran.set(`${stage}/${partition}/${attempt}`, !known.has(executorId) ? 'first' : known.has(ofStage) ? 'later' : 'first of its stage');
      known.add(executorId).add(ofStage);
    }
    if (event.kind !== 'taskEnded' || event.metrics === null || event.lostRace) continue;
    const task = `${event.stage}/${event.partition}`;
    if (seen.has(task)) continue;
    seen.add(task);
    const of = found.get(event.stage) ?? [];
    found.set(event.stage, of);
    of.push({ ...event.metrics, partition: event.partition, ran: ran.get(`${task}/${event.attempt}`) ?? 'later' });
  }
  return found;
}

function noProfile(why: string): LevinError {
  return new LevinError({ code: 'NO_PROFILE', fault: 'user', message: `This event log cannot be simulated: ${why}.` });
}
