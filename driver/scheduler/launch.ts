import { executorsToAvoid } from './exclusion.ts';
import { launchTogether } from './gang.ts';
import { byShare } from './pools.ts';
import type { SchedulerState, StageState, TaskState } from './state.ts';
import { addFlight, peekNext, takeNext } from './tasks.ts';
import { noCapacity } from './throttle.ts';
import type { Turn } from './turn.ts';

/** Fills free slots: the first job's stages first, or as the pools' shares say; within a stage what failed before what never ran. */
export function launchReady(turn: Turn): void {
  const { state } = turn;
  if (state.throttle.pause !== null) return;
  for (let stage = nextStage(turn); stage !== null; stage = nextStage(turn)) {
    if (state.inFlight >= state.slots) {
      if (state.inFlight === 0) noCapacity(turn);
      return;
    }
    if (!stage.barrier) launch(turn, stage, takeNext(stage) as number);
    else if (!launchTogether(turn, stage)) return;
  }
}

function nextStage({ state }: Turn): StageState | null {
  return state.settings.pools.mode === 'FIFO' ? first(state) : fairest(state);
}

function first(state: SchedulerState): StageState | null {
  for (let first = state.ready[0]; first !== undefined; first = state.ready[0]) {
    const stage = state.stages[first] as StageState;
    if (peekNext(stage) !== null) return stage;
    state.ready.shift();
  }
  return null;
}

/** Asked for each launch anew, for each changes the shares; costs as many steps as there are stages with tasks to launch. */
function fairest(state: SchedulerState): StageState | null {
  let best: StageState | null = null;
  for (let i = 0; i < state.ready.length; i++) {
    const stage = state.stages[state.ready[i] as number] as StageState;
    if (peekNext(stage) === null) state.ready.splice(i--, 1);
    else if (best === null || byShare(state, best, stage) > 0) best = stage;
  }
  return best;
}

function launch(turn: Turn, stage: StageState, partition: number): void {
  const task = stage.tasks[partition] as TaskState;
  task.status = 'running';
  addFlight(turn, stage, { partition, copy: false, avoid: executorsToAvoid(turn.state, stage, task) });
}
