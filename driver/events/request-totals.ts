import type { AppEvent } from '../../engine/types/app-event.ts';
import { addRequests, NO_REQUESTS, type RequestUsage } from '../../engine/types/request-usage.ts';

/** Requests that were paid for, as far as those who made them could tell: an attempt whose executor died cannot. */
export interface RequestTotals {
  /** Of all attempts, failed ones and those that lost a race included. */
  readonly tasks: RequestUsage;
  /** The same by number of the stage. */
  readonly stages: Readonly<Record<number, RequestUsage>>;
  /** Of the drivers themselves: journal, lease, listings, commits read, clean-up. */
  readonly drivers: RequestUsage;
}

/** Sums up what events tell of requests; null where they cost nothing. */
export function createRequestTotals(): { add(event: AppEvent): void; totals(): RequestTotals | null } {
  const stages: Record<number, RequestUsage> = {};
  let tasks = NO_REQUESTS;
  let drivers = NO_REQUESTS;
  let told = false;
  return {
    add(event) {
      // Logs of earlier versions do not have the field.
      const requests = event.kind === 'taskEnded' || event.kind === 'appEnded' ? (event.requests ?? null) : null;
      if (requests === null) return;
      told = true;
      if (event.kind === 'taskEnded') {
        tasks = addRequests(tasks, requests);
        stages[event.stage] = addRequests(stages[event.stage] ?? NO_REQUESTS, requests);
      } else drivers = addRequests(drivers, requests);
    },
    totals: () => (told ? { tasks, stages: { ...stages }, drivers } : null),
  };
}
