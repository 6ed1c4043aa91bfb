import type { StageState, TaskState } from './state.ts';
import { peekNext, takeNext } from './tasks.ts';
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
  const attempt = task.attempts++;
  task.status = 'running';
  task.flights = [...task.flights, { attempt, stageAttempt: stage.stageAttempts, aborted: false }];
  turn.state.inFlight++;
  stage.inFlight++;
  turn.commands.push({ kind: 'launch', stage: stage.stage, partition, generation: task.generation, attempt, inputs: stage.inputs });
}
