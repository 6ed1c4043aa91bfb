import type { TaskFailure } from '../../engine/types/failure.ts';
import type { SchedulerState, StageState, TaskState } from './state.ts';
import type { FailedTask } from './task-events.ts';
import type { Turn } from './turn.ts';

/** What executors the runner has, by their memory. */
export interface MemorySettings {
  /** Ascending; empty: one that nobody knows. */
  readonly sizesMb: readonly number[];
  /** With less than this a task has a part of a CPU only; null: memory and speed are not tied. */
  readonly mbPerVcpu: number | null;
}

/** So many tasks of a stage, and such a share of its attempts, run out before those that have not begun start with more: one is a large partition. */
const FEWEST_OUTGROWN = 2;
const SHARE_OUTGROWN = 0.25;

/** What tasks of a stage that asks for so much begin with, by number in `sizesMb`: the smallest that has it, or the largest. */
export function firstSize({ sizesMb }: MemorySettings, memoryMb = 0): number {
  const enough = sizesMb.findIndex((mb) => mb >= memoryMb);
  return enough < 0 ? Math.max(0, sizesMb.length - 1) : enough;
}

/** What the next attempt of a task gets, by number in `sizesMb`. */
export function sizeFor(stage: StageState, task: TaskState): number {
  return Math.max(stage.size, task.size);
}

export function memorySizeMb({ settings }: SchedulerState, size: number): number | null {
  return settings.memory.sizesMb[size] ?? null;
}

/**
 * Whether the next attempt gets more memory: then this failure is none of the task's own. Nothing is launched with a size that was too little
 * for the task before, so it ends with the largest one.
 */
export function raiseMemory(turn: Turn, at: FailedTask): boolean {
  const { stage, task, partition, failure, flight } = at;
  const { sizesMb } = turn.state.settings.memory;
  const enough = learnMemory(turn.state, at);
  if (enough === null) return false;
  const fromMb = sizesMb[flight.size] as number;
  if (task.outgrown.includes(fromMb)) return true;
  task.outgrown = [...task.outgrown, fromMb];
  const reason = failure.kind === 'timeout' ? 'timeout' : 'out-of-memory';
  const raised = { kind: 'memoryRaised', stage: stage.stage, reason, fromMb } as const;
  const ofStage = flight.size === stage.size && raiseStage(stage, enough);
  turn.commands.push({ ...raised, partition, toMb: sizesMb[sizeFor(stage, task)] as number });
  if (ofStage && stage.nextFresh < stage.fresh.length) turn.commands.push({ ...raised, partition: null, toMb: sizesMb[enough] as number });
  return true;
}

/**
 * What the task needs at least, from now on; null: this failure does not tell. That of an attempt that was called off does as well: a later job may
 * ask for the same task.
 */
export function learnMemory(
  { settings }: SchedulerState,
  { task, failure, flight }: Pick<FailedTask, 'task' | 'failure' | 'flight'>,
): number | null {
  const enough = sizeAfter(settings.memory, flight.size, failure);
  if (enough !== null) task.size = Math.max(task.size, enough);
  return enough;
}

/** Memory that a task was given in vain, for people. */
export function triedSizes(state: SchedulerState, { task, flight }: FailedTask): readonly number[] {
  const last = memorySizeMb(state, flight.size);
  return last === null ? [] : [...new Set([...task.outgrown, last])].sort((a, b) => a - b);
}

/** The size for the next attempt after one with `size` failed like this; null: a larger one is not there, or would not help. */
function sizeAfter({ sizesMb, mbPerVcpu }: MemorySettings, size: number, failure: TaskFailure): number | null {
  const largest = sizesMb.length - 1;
  if (size >= largest) return null;
  if (failure.kind === 'out-of-memory' || failure.error.code === 'GROUP_TOO_LARGE') return size + 1;
  if (failure.kind !== 'timeout' || failure.cpuBound !== true || mbPerVcpu === null) return null;
  if ((sizesMb[size] as number) >= mbPerVcpu) return null;
  // One task computes in one thread: more than a whole CPU would not make it faster, and each try takes as long as an attempt may.
  const whole = sizesMb.findIndex((mb) => mb >= mbPerVcpu);
  return whole < 0 ? largest : whole;
}

/** One more task has outgrown the size that those begin with that have not begun: true when they get more from now on. */
function raiseStage(stage: StageState, enough: number): boolean {
  stage.outgrewSize++;
  const { outgrewSize, launchedWithSize } = stage;
  if (outgrewSize < FEWEST_OUTGROWN || outgrewSize < launchedWithSize * SHARE_OUTGROWN) return false;
  stage.size = enough;
  stage.launchedWithSize = 0;
  stage.outgrewSize = 0;
  return true;
}
