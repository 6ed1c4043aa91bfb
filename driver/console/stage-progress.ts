import type { AppEvent } from '../../engine/types/app-event.ts';
import { isFailedAttempt } from '../events/failed-attempt.ts';

/** How far a running stage is. */
export interface StageProgress {
  readonly stage: number;
  readonly name: string;
  readonly tasks: number;
  /** Committed, by whomever. */
  readonly done: number;
  readonly running: number;
  /** Attempts that failed. */
  readonly failed: number;
  /** Monotonic time of its submission. */
  readonly startedMs: number;
}

/** Knows the stages that run, from the events. */
export interface StageTracker {
  add(event: AppEvent, nowMs: number): void;
  /** In the order of their submission. */
  running(): readonly StageProgress[];
}

interface Stage {
  readonly stage: number;
  readonly name: string;
  readonly tasks: number;
  readonly committed: number;
  readonly startedMs: number;
  readonly done: Set<number>;
  readonly running: Set<string>;
  failed: number;
}

export function createStageTracker(): StageTracker {
  const stages = new Map<number, Stage>();
  return {
    add(event, nowMs) {
      switch (event.kind) {
        case 'stageSubmitted': {
          const { stage, name, tasks, committed } = event;
          const before = stages.get(stage);
          const started = before ?? { startedMs: nowMs, running: new Set<string>(), failed: 0 };
          stages.set(stage, { ...started, stage, name, tasks, committed, done: new Set() });
          break;
        }
        case 'stageCompleted':
          stages.delete(event.stage);
          break;
        case 'taskStarted':
          stages.get(event.stage)?.running.add(`${event.partition}/${event.attempt}`);
          break;
        case 'taskEnded': {
          const stage = stages.get(event.stage);
          if (stage === undefined) break;
          stage.running.delete(`${event.partition}/${event.attempt}`);
          if (event.failure === null) stage.done.add(event.partition);
          else if (isFailedAttempt(event)) stage.failed++;
          break;
        }
        default:
          break;
      }
    },
    running: () =>
      Array.from(stages.values(), ({ stage, name, tasks, committed, startedMs, done, running, failed }) => ({
        stage,
        name,
        tasks,
        done: Math.min(tasks, committed + done.size),
        running: running.size,
        failed,
        startedMs,
      })),
  };
}
