import type { JobFailure } from './commands.ts';
import type { JobGraph, StageSpec } from './job-graph.ts';
import { firstSize } from './memory-sizes.ts';
import { needsStage, planNeeds } from './needs.ts';
import { spoiledFailure } from './outdated.ts';
import { DEFAULT_POOL, poolOf } from './pools.ts';
import type { JobState, SchedulerState, StageState, TaskState } from './state.ts';
import { abortFlights, isWanted } from './tasks.ts';
import type { Turn } from './turn.ts';

export function submitJob(turn: Turn, graph: JobGraph): void {
  const { state } = turn;
  if (state.jobs[graph.job] !== undefined) return;
  for (const spec of graph.stages) {
    state.stages[spec.stage] ??= newStage(spec, firstSize(state.settings.memory, spec.memoryMb));
    (state.stages[spec.stage] as StageState).users++;
  }
  const partitions = graph.partitions === null ? null : [...new Set(graph.partitions)].sort((a, b) => a - b);
  const job: JobState = {
    job: graph.job,
    pool: poolOf(state, graph.pool ?? DEFAULT_POOL),
    final: graph.final,
    partitions,
    stages: graph.stages.map((spec) => spec.stage),
    missing: null,
  };
  state.jobs[graph.job] = job;
  const final = state.stages[graph.final] as StageState;
  final.finals.push(graph.job);
  if (partitions?.length === 0) job.missing = 0;
  else if (final.stageId !== null) askForPartitions(turn, job);
  settleJobs(turn);
}

export function cancelJob(turn: Turn, number: number, reason: string): void {
  const job = turn.state.jobs[number];
  if (job === undefined) return;
  failJob(turn, job, { kind: 'cancelled', reason });
  settleJobs(turn);
}

/** Ends every job that cannot do without the stage. */
export function failStage(turn: Turn, stage: StageState, failure: JobFailure): void {
  const { state } = turn;
  const jobs = Object.values(state.jobs).filter((job) => needsStage(state, job, stage));
  for (const job of jobs) failJob(turn, job, failure);
  if (jobs.length > 0 && stage.submitted) {
    turn.commands.push({ kind: 'stageCompleted', stage: stage.stage, status: 'failed' });
    stage.submitted = false;
  }
  settleJobs(turn);
}

/** Ends the jobs whose answer is complete, and plans what the others need. Due after any change to jobs, stages or losses. */
export function settleJobs(turn: Turn): void {
  for (const job of Object.values(turn.state.jobs)) {
    const failure = spoiledFailure(turn.state, job) ?? badRecordsFailure(turn.state, job);
    if (failure !== null) failJob(turn, job, failure);
    if (failure !== null || job.missing !== 0) continue;
    turn.commands.push({ kind: 'jobSucceeded', job: job.job });
    const final = turn.state.stages[job.final] as StageState;
    if (final.kind === 'result' && job.partitions?.length !== 0) final.delivered = true;
    endJob(turn, job);
  }
  planNeeds(turn);
}

/** The final stage is resolved: what the job asks of it is known, and what of that is missing. */
export function askForPartitions(turn: Turn, job: JobState): void {
  const stage = turn.state.stages[job.final] as StageState;
  const outside = job.partitions?.find((partition) => !(partition in stage.tasks));
  if (outside !== undefined) {
    const { stage: number, name, tasks } = stage;
    failJob(turn, job, { kind: 'badPartition', stage: number, name, partition: outside, taskCount: tasks.length });
    return;
  }
  job.missing = 0;
  for (const [partition, task] of asked(job, stage)) {
    if (task.status !== 'done') job.missing++;
    if (stage.kind !== 'result') continue;
    const wanted = isWanted(stage, task);
    task.wantedBy++;
    if (!wanted) stage.asked++;
    if (wanted || task.status === 'done') continue;
    stage.missing++;
    stage.fresh.push(partition);
  }
}

/** More was left out of a stage than may be, however long ago and by whichever driver; null: not so. */
function badRecordsFailure({ stages, settings: { maxBadRecords } }: SchedulerState, job: JobState): JobFailure | null {
  const stage = job.stages.map((number) => stages[number] as StageState).find(({ badRecords }) => badRecords > maxBadRecords);
  if (stage === undefined) return null;
  return { kind: 'badRecords', stage: stage.stage, name: stage.name, badRecords: stage.badRecords, maxBadRecords };
}

function failJob(turn: Turn, job: JobState, failure: JobFailure): void {
  turn.commands.push({ kind: 'jobFailed', job: job.job, failure });
  endJob(turn, job);
}

function endJob(turn: Turn, job: JobState): void {
  const { state } = turn;
  const final = state.stages[job.final] as StageState;
  if (job.missing !== null && final.kind === 'result' && final.stageId !== null) dropPartitions(turn, job, final);
  delete state.jobs[job.job];
  final.finals = final.finals.filter((other) => other !== job.job);
  for (const number of job.stages) (state.stages[number] as StageState).users--;
}

function dropPartitions(turn: Turn, job: JobState, stage: StageState): void {
  for (const [partition, task] of asked(job, stage)) {
    task.wantedBy--;
    if (task.wantedBy === 0) stage.asked--;
    if (task.wantedBy > 0 || task.status === 'done') continue;
    stage.missing--;
    abortFlights(turn, stage, partition);
    if (task.status === 'running') task.status = 'pending';
  }
}

function asked(job: JobState, stage: StageState): Iterable<readonly [number, TaskState]> {
  return job.partitions === null ? stage.tasks.entries() : job.partitions.map((p) => [p, stage.tasks[p] as TaskState] as const);
}

function newStage(spec: StageSpec, size: number): StageState {
  return {
    stage: spec.stage,
    name: spec.name,
    kind: spec.kind,
    parents: spec.parents,
    sideEffects: spec.sideEffects ?? false,
    copyable: spec.copyable ?? false,
    barrier: spec.barrier ?? false,
    gangs: 0,
    givenUp: 0,
    status: 'idle',
    resolving: false,
    stageId: null,
    tasks: [],
    missing: 0,
    asked: 0,
    users: 0,
    finals: [],
    job: 0,
    pool: 0,
    inFlight: 0,
    fresh: [],
    nextFresh: 0,
    again: [],
    flying: {},
    runtimes: {},
    failedOn: {},
    size,
    launchedWithSize: 0,
    outgrewSize: 0,
    badRecords: 0,
    leavesOut: false,
    places: {},
    digest: null,
    inputs: null,
    delivered: false,
    spoiledBy: null,
    stageAttempts: 0,
    submissions: 0,
    submitted: false,
  };
}

/** Forgets released stages that no job uses and no attempt runs for. */
export function forgetReleased(state: SchedulerState): void {
  if (state.released.length === 0) return;
  state.released = state.released.filter((number) => {
    const stage = state.stages[number];
    if (stage === undefined) return false;
    if (stage.users > 0 || stage.inFlight > 0) return true;
    if (stage.stageId !== null) delete state.byId[stage.stageId];
    delete state.stages[number];
    state.outdated = state.outdated.filter((other) => other !== number);
    return false;
  });
}
