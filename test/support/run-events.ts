import { join } from 'node:path';
import { readEventLog } from '../../driver/events/event-log.ts';
import { createDirectoryObjectStore } from '../../engine/adapters/local/directory-object-store.ts';
import type { AppEvent } from '../../engine/types/app-event.ts';
import type { JobFolder } from './job-folder.ts';

/** What the application whose id stands in its stderr has logged. */
export async function eventsOf(folder: JobFolder, stderr: string): Promise<readonly AppEvent[]> {
  const appId = /app-\d{8}-\d{6}-[0-9a-f]{8}/.exec(stderr)?.[0] ?? '';
  return await readEventLog(createDirectoryObjectStore({ root: join(folder.path, '.state/objects') }), appId);
}

/**
 * Attempts after the first of their task and generation, as `stage: partition#attempt`, in order; those that were told to stop before they were
 * anybody's are left out. An attempt whose executor was killed may have been begun without a word, so it counts by its end, too.
 */
export function ranAgain(events: readonly AppEvent[]): readonly string[] {
  const seen = new Set<string>();
  for (const event of events) {
    const counts = event.kind === 'taskStarted' || (event.kind === 'taskEnded' && event.failure?.kind !== 'cancelled');
    if (counts && event.attempt > 0) seen.add(`${event.stage}: ${event.partition}#${event.attempt}`);
  }
  return [...seen].toSorted();
}

/** Attempts that failed, as `stage: partition#attempt kind`, in order. */
export function failedAttempts(events: readonly AppEvent[]): readonly string[] {
  return events
    .flatMap((event) =>
      event.kind === 'taskEnded' && event.failure !== null && event.failure.kind !== 'cancelled'
        ? [`${event.stage}: ${event.partition}#${event.attempt} ${event.failure.kind}`]
        : [],
    )
    .toSorted();
}

/** Tasks that ended well, as `stage: partition/generation`, in order: each as often as an attempt of it won. */
export function succeededTasks(events: readonly AppEvent[]): readonly string[] {
  return events
    .flatMap((event) =>
      event.kind === 'taskEnded' && event.failure === null && !event.lostRace
        ? [`${event.stage}: ${event.partition}/${event.generation}`]
        : [],
    )
    .toSorted();
}
