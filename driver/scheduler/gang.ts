import type { TaskFailure } from '../../engine/types/failure.ts';
import { hasRoom } from './barrier-wait.ts';
import type { StageState, TaskState } from './state.ts';
import { abortFlights, addFlight, markLost, markPending } from './tasks.ts';
import type { Turn } from './turn.ts';

/**
 * Launches all tasks of a barrier stage together. False: they have to wait.
 * ```
 *   nothing committed, nothing under way, room for all ──▶ launched, gang g
 *      ▲                                                     │ one fails: the others are called off
 *      └── all generations raised ◀── all have ended ◀───────┘ (so is what was committed and lost, or committed by a gang that broke)
 * ```
 * Raising the generation also of what is not committed keeps an attempt that goes on unseen from becoming part of the next gang's answer.
 */
export function launchTogether(turn: Turn, stage: StageState): boolean {
  const { state } = turn;
  if (stage.inFlight > 0 || !hasRoom(state, stage)) return false;
  if (stage.tasks.some(({ status }) => status === 'raising')) return false;
  if (stage.gangs !== stage.givenUp || stage.tasks.some(({ status }) => status === 'done')) {
    giveUpAll(turn, stage);
    return false;
  }
  stage.gangs++;
  for (const [partition, task] of stage.tasks.entries()) {
    task.status = 'running';
    // Told to avoid an executor they might not find room at once.
    addFlight(turn, stage, { partition, copy: false, avoid: [] });
  }
  return true;
}

/** A member of a barrier stage has failed: the others wait for it in vain. */
export function callOffTogether(turn: Turn, stage: StageState): void {
  for (const [partition, task] of stage.tasks.entries()) {
    if (task.status !== 'running') continue;
    abortFlights(turn, stage, partition);
    markPending(turn.state, stage, partition);
  }
}

export function tellRestart(turn: Turn, stage: StageState, failure: TaskFailure): void {
  if (stage.status !== 'running') return;
  const message = `All tasks of stage ${stage.stage} (${stage.name}) begin anew, for they run together and one has failed: ${failure.error.message}`;
  turn.commands.push({ kind: 'warn', code: 'BARRIER_RESTARTED', message });
}

function giveUpAll(turn: Turn, stage: StageState): void {
  stage.givenUp = stage.gangs;
  for (const [partition, task] of stage.tasks.entries()) {
    if (task.status === 'done') markLost(turn, stage, { partition });
    else giveUp(turn, stage, { partition, task });
  }
}

function giveUp(turn: Turn, stage: StageState, { partition, task }: { readonly partition: number; readonly task: TaskState }): void {
  task.status = 'raising';
  turn.commands.push({ kind: 'raiseGeneration', stage: stage.stage, partition, from: task.generation, uncommitted: true });
}
