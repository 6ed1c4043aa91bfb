import type { Clock } from '../../engine/ports/clock.ts';
import type { MetadataStore } from '../../engine/ports/metadata-store.ts';
import type { ObjectStore } from '../../engine/ports/object-store.ts';
import { addRequests } from '../../engine/types/request-usage.ts';
import { type AppRecord, readRecord } from '../application/app-record.ts';
import { mayGetDriver } from '../application/app-state.ts';
import { costOf } from '../cost/prices.ts';
import { readEventParts } from '../events/event-log.ts';
import { createInvocationTotals } from '../events/invocation-totals.ts';
import { createRequestTotals } from '../events/request-totals.ts';
import { type LifeOutput, type ReadParts, readDriverOutput } from './driver-output.ts';

/** What became of a submitted application. */
export interface SubmissionResult {
  readonly record: AppRecord;
  /** Printed to stdout by its last driver: one that goes on executes the job file from the top, so that all of it is there. */
  readonly stdout: string;
  /** Dollars, as far as tasks and drivers have metered: functions' time and requests, without the driver functions' own time. */
  readonly cost: number | null;
}

/** Where an application is looked at. */
export interface LookAt {
  readonly metadata: MetadataStore;
  readonly objects: ObjectStore;
  readonly clock: Clock;
}

const LOOK_MS = 1_000;
/** Between an application's end and that of its output, when the function was not killed in between. */
const OUTPUT_MS = 10_000;

/** Waits until the application is over, or no driver comes any more, and it has said all; `onOutput` hears what is printed as it comes. */
export async function awaitEnd(
  appId: string,
  { metadata, objects, clock }: LookAt,
  onOutput: (life: LifeOutput) => void = () => undefined,
): Promise<void> {
  const seen: ReadParts = new Map();
  let ended = false;
  const look = async (): Promise<void> => {
    for (const life of await readDriverOutput(objects, appId, seen)) {
      ended = life.printed.some(({ stream }) => stream === 'end');
      onOutput(life);
    }
  };
  let overMs: number | null = null;
  for (;;) {
    const record = await readRecord(metadata, appId);
    const over = record === null || record.outcome !== null || !(await mayGetDriver(record, { metadata, clock }));
    overMs = over ? (overMs ?? clock.monotonic()) : null;
    await look();
    if (overMs !== null && (ended || clock.monotonic() - overMs >= OUTPUT_MS)) return;
    await clock.sleep(LOOK_MS);
  }
}

export async function submissionResult(record: AppRecord, { objects }: Pick<LookAt, 'objects'>): Promise<SubmissionResult> {
  const { appId } = record;
  const last = (await readDriverOutput(objects, appId)).at(-1)?.printed ?? [];
  const stdout = last.flatMap(({ stream, text }) => (stream === 'stdout' ? [text] : [])).join('');
  return { record, stdout, cost: await costSoFar(objects, appId) };
}

/** null where nothing was metered. The log may be larger than the memory of who asks: it is summed up part by part. */
export async function costSoFar(objects: ObjectStore, appId: string): Promise<number | null> {
  const [requestTotals, invocationTotals] = [createRequestTotals(), createInvocationTotals()];
  for await (const part of readEventParts(objects, appId)) {
    for (const event of part) {
      requestTotals.add(event);
      invocationTotals.add(event);
    }
  }
  const [requests, invocations] = [requestTotals.totals(), invocationTotals.totals()];
  if (requests === null) return null;
  const all = addRequests(requests.tasks, requests.drivers);
  return costOf({
    invocations: invocations?.invocations ?? 0,
    gbSeconds: invocations?.gbSeconds ?? 0,
    puts: all.puts,
    gets: all.gets + all.heads,
    lists: all.lists,
    itemWrites: all.writeUnits,
    itemReads: all.readUnits,
  });
}
