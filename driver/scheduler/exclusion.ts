import type { SchedulerState, StageState, TaskState } from './state.ts';
import type { Turn } from './turn.ts';

/** When an executor on which tasks fail gets no more of them (Spark: `spark.excludeOnFailure`). */
export interface ExclusionSettings {
  /** Different tasks of a stage that failed on it: nothing more of this stage. */
  readonly stageFailures: number;
  /** Different tasks of stages that succeeded in the end: nothing more of the application. */
  readonly applicationFailures: number;
  /** Then it is tried again. */
  readonly timeoutMs: number;
}

/** A failure that counts. An executor that died is replaced by another one: only what survives is to be avoided. */
export function failedOn(turn: Turn, stage: StageState, { partition, executorId }: { partition: number; executorId: string }): void {
  const task = stage.tasks[partition] as TaskState;
  if (!task.failedOn.includes(executorId)) task.failedOn = [...task.failedOn, executorId];
  const settings = turn.state.settings.exclusion;
  if (settings === null) return;
  const partitions = stage.failedOn[executorId] ?? [];
  if (partitions.includes(partition)) return;
  stage.failedOn[executorId] = [...partitions, partition];
  if (partitions.length + 1 !== settings.stageFailures) return;
  warn(
    turn,
    executorId,
    `${settings.stageFailures} tasks of stage ${stage.stage} (${stage.name}) failed on it: it gets no more of this stage`,
  );
}

/** The stage succeeded all the same, so its failures say something about the executors they happened on. */
export function judgeExecutors(turn: Turn, stage: StageState): void {
  const { state } = turn;
  const settings = state.settings.exclusion;
  const failed = Object.entries(stage.failedOn);
  stage.failedOn = {};
  if (settings === null) return;
  for (const [executorId, partitions] of failed) {
    const recent = (state.executorFailures[executorId] ?? []).filter((atMs) => atMs + settings.timeoutMs > state.nowMs);
    const all = [...recent, ...partitions.map(() => state.nowMs)];
    state.executorFailures[executorId] = all;
    if (all.length < settings.applicationFailures || isExcluded(state, executorId)) continue;
    state.excludedUntilMs[executorId] = state.nowMs + settings.timeoutMs;
    delete state.executorFailures[executorId];
    const [minutes, times] = [Math.ceil(settings.timeoutMs / 60_000), all.length];
    warn(turn, executorId, `${times} tasks failed on it that succeeded elsewhere: it gets no more tasks for ${minutes} min`);
  }
}

/** Executors that should not run the task: where it failed itself, and excluded ones. */
export function executorsToAvoid(state: SchedulerState, stage: StageState, task: TaskState): readonly string[] {
  const { exclusion } = state.settings;
  if (exclusion === null) return task.failedOn;
  const ofStage = Object.keys(stage.failedOn).filter((id) => (stage.failedOn[id]?.length ?? 0) >= exclusion.stageFailures);
  const ofAll = Object.keys(state.excludedUntilMs).filter((id) => isExcluded(state, id));
  return [...new Set([...task.failedOn, ...ofStage, ...ofAll])];
}

function isExcluded({ excludedUntilMs, nowMs }: SchedulerState, executorId: string): boolean {
  return (excludedUntilMs[executorId] ?? Number.NEGATIVE_INFINITY) > nowMs;
}

function warn(turn: Turn, executorId: string, why: string): void {
  turn.commands.push({
    kind: 'warn',
    code: 'EXECUTOR_EXCLUDED',
    message: `Executor ${executorId} is left out: ${why}, unless no other executor is there.`,
  });
}
