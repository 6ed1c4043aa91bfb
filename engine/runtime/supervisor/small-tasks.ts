import type { LeafInput, TaskSpec } from '../../types/task.ts';

/** How many tasks of a stage are to ride in one invocation. Pure: whoever asks brings the time, of a monotonic clock. */
export interface SmallTasks {
  /** Of attempts like this one; 0: wait, at most until `heldUntilMs`. */
  together(spec: TaskSpec, nowMs: number): number;
  /** So many attempts of the stage were sent. */
  sent(stageId: string, count: number, nowMs: number): void;
  /** An attempt of the stage took so long where it ran, commit included. */
  took(stageId: string, ms: number): void;
  /** When those of the stage need not wait any more. */
  heldUntilMs(stageId: string): number;
}

/** At most in one invocation: what dies with it is done again. */
export const MOST_TOGETHER = 50;
/** Work for one invocation: about what a cold start takes, so that waiting for one's turn costs no more than a new environment. */
const WORK_MS = 500;
/** Fewer tasks than this are not worth waiting for. */
const MANY_TASKS = 32;
/** A task that reads more may take long; its stage's durations tell, and nothing waits for them. */
const SMALL_BYTES = 1024 * 1024;
/** Sent alone to learn how long they take. */
const PROBES = 4;
/** How long the others wait for what the first ones took: longer, and they are not small. */
const HOLD_MS = 400;
/** The slowest of the last so many counts. */
const REMEMBERED = 16;
/** Stages; the one that was first heard of is forgotten first. */
const MAX_STAGES = 1000;

interface Stage {
  sent: number;
  firstSentMs: number;
  /** Ring of the last durations. */
  readonly lastMs: number[];
  ended: number;
}

/**
 * Tasks of a stage of which so many would take less than half a second ride together.
 *
 * ```
 *  a stage of many tasks that read little:  4 alone ──took 3 ms──▶ 50 together, 50 together …
 *                                              └──no answer within 400 ms──▶ each alone, until one has answered
 *  any other:                               each alone, until one has answered
 * ```
 * What a task reads tells that it may be small, never that it is: a function may call a slow service for each record. So the first ones are timed. An
 * attempt that is not its task's first goes alone: whatever failed before does not take others along.
 */
export function createSmallTasks(): SmallTasks {
  const stages = new Map<string, Stage>();
  const stageOf = (stageId: string): Stage => {
    let stage = stages.get(stageId);
    if (stage === undefined) {
      stage = { sent: 0, firstSentMs: 0, lastMs: [], ended: 0 };
      stages.set(stageId, stage);
      if (stages.size > MAX_STAGES) stages.delete(stages.keys().next().value as string);
    }
    return stage;
  };
  return {
    together(spec, nowMs) {
      if (spec.attempt > 0) return 1;
      const { sent, firstSentMs, lastMs } = stageOf(spec.stageId);
      if (lastMs.length > 0) return Math.min(MOST_TOGETHER, Math.max(1, Math.floor(WORK_MS / Math.max(1, ...lastMs))));
      const waits = sent >= PROBES && nowMs < firstSentMs + HOLD_MS && spec.partitionCount >= MANY_TASKS && isSmall(spec);
      return waits ? 0 : 1;
    },
    sent(stageId, count, nowMs) {
      const stage = stageOf(stageId);
      if (stage.sent === 0) stage.firstSentMs = nowMs;
      stage.sent += count;
    },
    took(stageId, ms) {
      const stage = stageOf(stageId);
      stage.lastMs[stage.ended++ % REMEMBERED] = ms;
    },
    heldUntilMs: (stageId) => stageOf(stageId).firstSentMs + HOLD_MS,
  };
}

function isSmall({ inputs }: TaskSpec): boolean {
  return inputs.reduce((sum, { input }) => sum + bytesOf(input), 0) <= SMALL_BYTES;
}

function bytesOf(input: LeafInput): number {
  switch (input.kind) {
    case 'slice':
      return input.range.length;
    case 'split':
      return input.split.end - input.split.start;
    case 'files':
      return input.splits.reduce((sum, { start, end }) => sum + end - start, 0);
    case 'shuffle':
      return input.slices.reduce((sum, { offsets }) => sum + (offsets.at(-1) ?? 0) - (offsets[0] ?? 0), 0);
    // Its list of locations alone is large.
    case 'shuffleIndex':
      return Number.POSITIVE_INFINITY;
    case 'block':
      return input.length;
    case 'firstIndex':
      return 0;
  }
}
