import { hasRoom, keepsSlots, keptFor } from './barrier-wait.ts';
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
  /** Barrier stages that have to wait. */
  const passed = new Set<StageState>();
  for (let stage = nextStage(turn, passed); stage !== null; stage = nextStage(turn, passed)) {
    if (state.inFlight >= state.slots) {
      if (state.inFlight === 0) noCapacity(turn);
      return;
    }
    if (!stage.barrier) launch(turn, stage, takeNext(stage) as number);
    else if (!launchTogether(turn, stage)) {
      if (keepsSlots(turn, stage)) return;
      passed.add(stage);
    }
  }
  if (state.inFlight === 0 && [...passed].some((stage) => !hasRoom(state, stage))) noCapacity(turn);
}

function nextStage({ state }: Turn, passed: ReadonlySet<StageState>): StageState | null {
  return state.settings.pools.mode === 'FIFO' ? first(state, passed) : fairest(state, passed);
}

function first(state: SchedulerState, passed: ReadonlySet<StageState>): StageState | null {
  for (let i = 0; i < state.ready.length; i++) {
    const stage = state.stages[state.ready[i] as number] as StageState;
    if (passed.has(stage)) continue;
    if (peekNext(stage) !== null) return stage;
    state.ready.splice(i--, 1);
  }
  return null;
}

/**
 * Asked for each launch anew, for each changes the shares; costs as many steps as there are stages with tasks to launch.
 * What slots are kept for comes before all pools: which of them has the least changes with every task that ends.
 */
function fairest(state: SchedulerState, passed: ReadonlySet<StageState>): StageState | null {
  const kept = keptFor(state);
  if (kept !== null && !passed.has(kept)) return kept;
  let best: StageState | null = null;
  for (let i = 0; i < state.ready.length; i++) {
    const stage = state.stages[state.ready[i] as number] as StageState;
    if (passed.has(stage)) continue;
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
