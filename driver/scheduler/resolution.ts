import type { SchedulerEvent } from './events.ts';
import { askForPartitions, failStage, settleJobs } from './jobs.ts';
import { announceStage } from './needs.ts';
import { commitOutdated, inputsChanged, markOutdated, outputDecided } from './outdated.ts';
import type { JobState, StageState } from './state.ts';
import { known, lose } from './task-events.ts';
import { isDone, newTask } from './tasks.ts';
import type { Turn } from './turn.ts';

type Resolved = Extract<SchedulerEvent, { kind: 'stageResolved' }>;
type ResolveFailed = Extract<SchedulerEvent, { kind: 'stageResolveFailed' }>;

export function stageResolved(turn: Turn, event: Resolved): void {
  const stage = turn.state.stages[event.stage];
  if (stage === undefined || stage.stageId !== null) return;
  const awaited = stage.status === 'resolving';
  stage.resolving = false;
  stage.stageId = event.stageId;
  turn.state.byId[event.stageId] = stage.stage;
  fillTasks(turn, stage, event);
  for (const job of stage.finals) askForPartitions(turn, turn.state.jobs[job] as JobState);
  if (isDone(stage)) {
    stage.status = 'done';
    outputDecided(turn, stage);
    if (awaited && (stage.kind !== 'result' || stage.finals.length > 0)) skip(turn, stage);
  }
  settleJobs(turn);
}

export function stageResolveFailed(turn: Turn, { stage: number, error, lost = [] }: ResolveFailed): void {
  const { state } = turn;
  const stage = state.stages[number];
  if (stage === undefined || stage.stageId !== null || !stage.resolving) return;
  stage.resolving = false;
  const samples = known(state, lost);
  if (samples.length === 0 || ++stage.stageAttempts >= state.settings.maxStageAttempts) {
    failStage(turn, stage, { kind: 'resolveFailed', stage: number, name: stage.name, error });
    return;
  }
  lose(turn, samples);
  settleJobs(turn);
}

function fillTasks(turn: Turn, stage: StageState, { taskCount, committed, raised }: Resolved): void {
  stage.tasks = Array.from({ length: taskCount }, () => newTask(0, 'pending'));
  for (const { partition, generation } of raised) stage.tasks[partition] = newTask(generation, 'pending');
  // An earlier driver may have taken them back.
  if (raised.length > 0) markOutdated(turn.state, stage);
  // A gang of that driver may still run for these generations.
  if (stage.barrier && raised.length > 0) stage.gangs = stage.givenUp + 1;
  for (const { partition, generation, checksum, badRecords } of committed) {
    stage.badRecords += badRecords;
    stage.tasks[partition] = { ...newTask(generation, 'done'), badRecords, checksum: stage.kind === 'map' ? checksum : '' };
  }
  stage.inputs = committed[0]?.inputs ?? null;
  stage.delivered = stage.sideEffects && committed.length > 0;
  for (const { partition, inputs } of committed) if (inputs !== stage.inputs) commitOutdated(turn, stage, partition);
  if (stage.kind !== 'result') {
    stage.fresh = [...stage.tasks.keys()].filter((partition) => stage.tasks[partition]?.status === 'pending');
    stage.missing = stage.tasks.reduce((missing, { status }) => missing + (status === 'done' ? 0 : 1), 0);
  }
  inputsChanged(turn, stage, stage.parents[0] ?? stage.stage);
}

/** Nothing of the stage has to run. */
function skip(turn: Turn, stage: StageState): void {
  announceStage(turn, stage);
  turn.commands.push({ kind: 'stageCompleted', stage: stage.stage, status: 'skipped' });
}
