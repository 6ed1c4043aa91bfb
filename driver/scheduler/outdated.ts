import type { JobFailure } from './commands.ts';
import { inputDigest, outputDigest } from './digest.ts';
import type { JobState, SchedulerState, StageState, TaskState } from './state.ts';
import { abortFlights, markLost, markPending } from './tasks.ts';
import type { Turn } from './turn.ts';

/**
 * All of a stage is committed. When its records are not those of the last time, whatever was made of the old ones is made again:
 * ```
 *  map     a0 a1 ──▶ a0 a1′   (a1 was lost, and its functions give other records now)
 *  reduce  b0 ✓ b1   ──▶ b0 is taken back and runs again with b1
 * ```
 * Results that were handed out cannot be taken back: jobs that still need the rest of them fail.
 */
export function outputDecided(turn: Turn, stage: StageState): void {
  if (stage.kind !== 'map') return;
  stage.digest = outputDigest(stage);
  turn.state.outdated = turn.state.outdated.filter((number) => number !== stage.stage);
  for (const child of Object.values(turn.state.stages)) {
    if (child.parents.includes(stage.stage)) inputsChanged(turn, child, stage.stage);
  }
}

/** A committed output was made of other input than the stage's outputs are to be made of: the store is asked to give it up. */
export function commitOutdated(turn: Turn, stage: StageState, partition: number): void {
  const task = stage.tasks[partition] as TaskState;
  abortFlights(turn, stage, partition);
  task.status = 'raising';
  markOutdated(turn.state, stage);
  stage.badRecords -= task.badRecords;
  task.badRecords = 0;
  turn.commands.push({ kind: 'raiseGeneration', stage: stage.stage, partition, from: task.generation, outdated: true });
}

export function markOutdated(state: SchedulerState, { stage, kind }: StageState): void {
  if (kind === 'map' && !state.outdated.includes(stage)) state.outdated = [...state.outdated, stage];
}

/**
 * Whether something that the stage was made of, however far up, is being made again and may come out differently: then it counts as missing for
 * those who read it, or they would meet old and new in one answer.
 * ```
 *  a ──▶ b ──▶ c ──▶ d      a came out differently, b was taken back: c is all there, but d must wait for b
 *  └─────────────────▲
 * ```
 */
export function isInDoubt(state: SchedulerState, stage: StageState): boolean {
  if (state.outdated.length === 0) return false;
  const seen = new Set<number>();
  const open = [...stage.parents];
  for (let number = open.pop(); number !== undefined; number = open.pop()) {
    const parent = state.stages[number] as StageState;
    if (seen.has(number) || parent.kind === 'sample') continue;
    if (state.outdated.includes(number)) return true;
    seen.add(number);
    open.push(...parent.parents);
  }
  return false;
}

/** Why a job cannot get its answer: a part of it was handed out before the rest would be made of other records; null: it can. */
export function spoiledFailure({ stages }: SchedulerState, { final, missing }: JobState): JobFailure | null {
  const { stage, name, spoiledBy } = stages[final] as StageState;
  if (spoiledBy === null || missing === null || missing === 0) return null;
  return { kind: 'indeterminate', stage, name, source: stages[spoiledBy]?.name ?? `stage ${spoiledBy}` };
}

/** One of the stage's parents (`by`) is done, or the stage itself is known only now. */
export function inputsChanged(turn: Turn, stage: StageState, by: number): void {
  if (stage.kind === 'sample' || stage.stageId === null) return;
  const [before, inputs] = [stage.inputs, inputDigest(turn.state, stage)];
  if (inputs === null || inputs === before) return;
  if (stage.delivered) {
    stage.spoiledBy = by;
    return;
  }
  stage.inputs = inputs;
  if (before !== null) takeBack(turn, stage);
}

function takeBack(turn: Turn, stage: StageState): void {
  for (const [partition, task] of stage.tasks.entries()) {
    if (task.status === 'done') {
      markLost(turn, stage, { partition, outdated: true });
      markOutdated(turn.state, stage);
    } else if (task.status === 'running') {
      abortFlights(turn, stage, partition);
      markPending(turn.state, stage, partition);
    }
  }
}
