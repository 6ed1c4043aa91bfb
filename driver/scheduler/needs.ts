import { isInDoubt } from './outdated.ts';
import { moveToPool } from './pools.ts';
import type { JobState, SchedulerState, StageState, TaskState } from './state.ts';
import { abortFlights, byTurn, isDone, isWanted } from './tasks.ts';
import type { Turn } from './turn.ts';

/**
 * Finds out anew which stages the active jobs need, after the graph or what is committed has changed.
 *
 * Walks from the final stage of every job, in job order, over stages that are not done:
 * ```
 *  unresolved           needs its parents resolved and its sample parents done; then it is resolved
 *  resolved, missing    needs its parents done; then it runs
 *  done                 needs nothing: what is above it is not looked at
 * ```
 * Stages that were needed and are not any more are stopped.
 */
export function planNeeds(turn: Turn): void {
  const { state } = turn;
  const before = state.needed;
  state.needed = [];
  const seen = new Set<number>();
  for (const job of Object.values(state.jobs)) {
    walk(state, job.final, seen, (stage) => {
      if (isDone(stage)) return;
      stage.job = job.job;
      moveToPool(state, stage, job.pool);
      state.needed.push(stage.stage);
    });
  }
  for (const number of before) if (!seen.has(number)) stopStage(turn, state.stages[number] as StageState);
  for (const number of state.needed) advance(turn, state.stages[number] as StageState);
  const running = state.needed.map((number) => state.stages[number] as StageState).filter((stage) => stage.status === 'running');
  state.ready = running.sort(byTurn).map((stage) => stage.stage);
}

/** Whether a job cannot end without the stage, as things stand. */
export function needsStage(state: SchedulerState, job: JobState, stage: StageState): boolean {
  const seen = new Set<number>();
  walk(state, job.final, seen, () => {});
  return seen.has(stage.stage) && !isDone(stage);
}

function walk(state: SchedulerState, from: number, seen: Set<number>, visit: (stage: StageState) => void): void {
  const open = [from];
  for (let number = open.pop(); number !== undefined; number = open.pop()) {
    if (seen.has(number)) continue;
    seen.add(number);
    const stage = state.stages[number] as StageState;
    visit(stage);
    open.push(...openParents(state, stage));
  }
}

/** The parents that the stage waits for. */
function openParents(state: SchedulerState, stage: StageState): readonly number[] {
  if (isDone(stage) && !isInDoubt(state, stage)) return [];
  const waitsFor = (number: number): boolean => {
    const parent = state.stages[number] as StageState;
    if (parent.stageId === null) return true;
    if (parent.kind !== 'sample' && stage.stageId !== null && isInDoubt(state, parent)) return true;
    // Bounds are read off the samples when the stage is resolved, and kept: the samples are not needed again.
    return parent.kind === 'sample' ? stage.stageId === null && parent.missing > 0 : stage.stageId !== null && parent.missing > 0;
  };
  return stage.parents.filter(waitsFor);
}

function advance(turn: Turn, stage: StageState): void {
  const waits = openParents(turn.state, stage).length > 0;
  if (stage.stageId !== null) {
    stage.status = waits ? 'waiting' : 'running';
    if (!waits) submit(turn, stage);
    return;
  }
  stage.status = waits ? 'blocked' : 'resolving';
  if (waits || stage.resolving) return;
  stage.resolving = true;
  turn.commands.push({ kind: 'resolveStage', stage: stage.stage });
}

function submit(turn: Turn, stage: StageState): void {
  if (stage.submitted) return;
  announceStage(turn, stage);
  stage.submitted = true;
}

/** Tells watchers that the stage starts (or starts again), and how much of it is committed. */
export function announceStage(turn: Turn, stage: StageState): void {
  const tasks = stage.tasks.reduce((count, task) => count + (isWanted(stage, task) ? 1 : 0), 0);
  turn.commands.push({ kind: 'stageSubmitted', stage: stage.stage, attempt: stage.submissions, tasks, committed: tasks - stage.missing });
  stage.submissions++;
}

/** No job needs the stage: what is in flight is aborted, and it starts with fresh limits when a later job comes back to it. */
function stopStage(turn: Turn, stage: StageState): void {
  if (stage.status === 'done') return;
  stage.status = 'idle';
  if (stage.submitted) turn.commands.push({ kind: 'stageCompleted', stage: stage.stage, status: 'cancelled' });
  stage.submitted = false;
  stage.places = {};
  stage.failedOn = {};
  stage.leavesOut = false;
  stage.stageAttempts = 0;
  for (const [partition, task] of stage.tasks.entries()) resetTask(turn, stage, { partition, task });
}

function resetTask(turn: Turn, stage: StageState, { partition, task }: { readonly partition: number; readonly task: TaskState }): void {
  task.failures = 0;
  if (task.flights.length > 0) abortFlights(turn, stage, partition);
  if (task.status !== 'running') return;
  task.status = 'pending';
  stage.again.push(partition);
}
