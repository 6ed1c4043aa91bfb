import { executorsToAvoid } from './exclusion.ts';
import type { StageState, TaskState } from './state.ts';
import { addFlight, peekNext, takeNext } from './tasks.ts';
import { noCapacity } from './throttle.ts';
import type { Turn } from './turn.ts';

/** Fills free slots: the first job's stages first, and within a stage what failed before what never ran. */
export function launchReady(turn: Turn): void {
  const { state } = turn;
  if (state.throttle.pause !== null) return;
  for (let stage = nextStage(turn); stage !== null; stage = nextStage(turn)) {
    if (state.inFlight >= state.slots) {
      if (state.inFlight === 0) noCapacity(turn);
      return;
    }
    launch(turn, stage, takeNext(stage) as number);
  }
}

function nextStage({ state }: Turn): StageState | null {
  for (let first = state.ready[0]; first !== undefined; first = state.ready[0]) {
    const stage = state.stages[first] as StageState;
    if (peekNext(stage) !== null) return stage;
    state.ready.shift();
  }
  return null;
}

function launch(turn: Turn, stage: StageState, partition: number): void {
  const task = stage.tasks[partition] as TaskState;
  task.status = 'running';
  addFlight(turn, stage, { partition, copy: false, avoid: executorsToAvoid(turn.state, stage, task) });
}
