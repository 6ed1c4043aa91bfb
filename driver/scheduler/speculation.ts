import { keptFor } from './barrier-wait.ts';
import { executorsToAvoid } from './exclusion.ts';
import { addRuntime, medianRuntimeMs } from './runtimes.ts';
import type { SchedulerState, StageState, TaskState } from './state.ts';
import { addFlight } from './tasks.ts';
import type { Turn } from './turn.ts';

/** When a slow task gets a second attempt beside the first (Spark: `spark.speculation`). */
export interface SpeculationSettings {
  /** Share of a stage's tasks that must be done first. */
  readonly quantile: number;
  /** A task is slow when it runs longer than this times the median of those that are done. */
  readonly multiplier: number;
  /** No task is slow before. */
  readonly minRuntimeMs: number;
  /** How often slow tasks are looked for. */
  readonly intervalMs: number;
  /** Attempts that run at once: a copy costs nothing where a slot is idle, so it is made only there. */
  readonly concurrency: number;
}

/** A success was measured. */
export function noteRuntime(turn: Turn, stage: StageState, runtimeMs: number): void {
  addRuntime(stage.runtimes, runtimeMs);
  if (canHaveSlowTasks(turn.state, stage)) watch(turn);
}

/** Time to look: gives whether the timer was this one's. */
export function lookForSlowTasks(turn: Turn, timer: number): boolean {
  const { state } = turn;
  if (state.speculationTimer !== timer) return false;
  state.speculationTimer = null;
  const stages = state.needed.map((number) => state.stages[number] as StageState).filter((stage) => canHaveSlowTasks(state, stage));
  for (const stage of stages) copySlowTasks(turn, stage);
  if (stages.length > 0) watch(turn);
  return true;
}

/** One timer for all tasks of all stages. */
function watch({ state, commands }: Turn): void {
  const { speculation } = state.settings;
  if (speculation === null || state.speculationTimer !== null) return;
  state.speculationTimer = state.throttle.nextTimer++;
  commands.push({ kind: 'setTimer', id: state.speculationTimer, ms: speculation.intervalMs });
}

function canHaveSlowTasks({ settings: { speculation } }: SchedulerState, stage: StageState): boolean {
  if (speculation === null || !stage.copyable || stage.status !== 'running' || stage.inFlight === 0) return false;
  const tasks = stage.kind === 'result' ? stage.asked : stage.tasks.length;
  return tasks - stage.missing >= speculation.quantile * tasks;
}

/**
 * The slowest first, each one copy at a time, never beside itself on the executor that is slow. A task that ran so long may run as long
 * again, a copy takes about the median: that is what it saves. It costs the time of an idle slot, so only those are used; none is idle while
 * tasks wait.
 */
function copySlowTasks(turn: Turn, stage: StageState): void {
  const { state } = turn;
  const settings = state.settings.speculation as SpeculationSettings;
  if (state.throttle.pause !== null || keptFor(state) !== null) return;
  const medianMs = medianRuntimeMs(stage.runtimes);
  if (medianMs === null) return;
  const slowMs = Math.max(settings.multiplier * medianMs, settings.minRuntimeMs);
  let idle = Math.min(settings.concurrency - occupiedSlots(state, slowMs), state.slots - state.inFlight);
  for (const { partition, task, executorId } of slowTasks(state, stage, slowMs)) {
    if (idle-- <= 0) return;
    const avoid = executorsToAvoid(state, stage, task);
    addFlight(turn, stage, { partition, copy: true, avoid: executorId === null ? avoid : [...new Set([...avoid, executorId])] });
  }
}

/** Attempts that run, or are about to. One that has waited for long stands behind an executor that does not answer, and holds no slot elsewhere. */
function occupiedSlots(state: SchedulerState, slowMs: number): number {
  let occupied = 0;
  for (const number of state.needed) {
    const { tasks, flying } = state.stages[number] as StageState;
    for (const key of Object.keys(flying)) {
      for (const { startedMs, launchedMs } of (tasks[Number(key)] as TaskState).flights) {
        if (startedMs !== null || state.nowMs - launchedMs <= slowMs) occupied++;
      }
    }
  }
  return occupied;
}

function slowTasks(state: SchedulerState, stage: StageState, slowMs: number) {
  const slow = Object.keys(stage.flying).flatMap((key) => {
    const [partition, task] = [Number(key), stage.tasks[Number(key)] as TaskState];
    const live = task.flights.filter((flight) => !flight.aborted);
    const [flight] = live;
    if (task.status !== 'running' || live.length !== 1 || flight === undefined) return [];
    const runsMs = state.nowMs - (flight.startedMs ?? flight.launchedMs);
    return runsMs > slowMs ? [{ partition, task, executorId: flight.executorId, runsMs }] : [];
  });
  return slow.sort((a, b) => b.runsMs - a.runsMs);
}
