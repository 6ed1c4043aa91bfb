import type { AppEvent } from '../../../engine/types/app-event.ts';

/** To record a launch may take so long, and is not part of what an attempt takes. */
const RECORD_MS = 1000;

/**
 * What is wrong with the memory of attempts, by what each driver logged: every size is one of the runner's, and a task that ran out of memory
 * is not begun with as little again. null: nothing.
 */
export function wrongSizes(events: readonly AppEvent[], sizesMb: readonly number[]): string | null {
  const begun = new Map<string, number>();
  const outgrown = new Map<string, Outgrown>();
  let settledMs = Number.NEGATIVE_INFINITY;
  for (const event of events) {
    switch (event.kind) {
      case 'logStarted':
        begun.clear();
        outgrown.clear();
        break;
      case 'jobEnded':
      case 'stageSubmitted':
        settledMs = event.timeMs;
        break;
      case 'taskStarted': {
        const task = `${event.stage}/${event.partition}`;
        const mb = event.memorySizeMb ?? 0;
        if (!sizesMb.includes(mb)) return `task ${task} began with ${mb} MB, which is no size of the runner`;
        // Copies, and attempts that began late, may have been launched before that was known.
        const known = outgrown.get(task);
        if (known !== undefined && mb <= known.mb && event.attempt > known.attempt && !event.speculative) {
          if (!known.calledOff) return `task ${task} began again with ${mb} MB, which was too little`;
          outgrown.set(task, { ...known, calledOff: false });
        }
        begun.set(`${task}#${event.attempt}`, mb);
        break;
      }
      case 'taskEnded': {
        const task = `${event.stage}/${event.partition}`;
        const { attempt, durationMs, timeMs } = event;
        const mb = begun.get(`${task}#${attempt}`);
        if (event.failure?.kind !== 'out-of-memory' || mb === undefined || mb === sizesMb.at(-1)) break;
        const calledOff = settledMs >= timeMs - durationMs - RECORD_MS;
        if (mb >= (outgrown.get(task)?.mb ?? 0)) outgrown.set(task, { mb, attempt, calledOff });
        break;
      }
      default:
        break;
    }
  }
  return null;
}

interface Outgrown {
  readonly mb: number;
  readonly attempt: number;
  /** It may have been called off and its task launched again while it ran: that one attempt did not know. */
  readonly calledOff: boolean;
}
