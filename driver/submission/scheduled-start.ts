import { hash } from 'node:crypto';
import type { DriverEvent, StartEvent } from '../../engine/types/driver-event.ts';
import { metadataKeys, objectKeys } from '../../engine/types/keys.ts';
import type { ProcessIdentity } from '../../engine/types/process-identity.ts';
import { type AppRecord, MAX_MESSAGE, readRecord, recordItem } from '../application/app-record.ts';
import { applicationId } from '../application/application-id.ts';
import { loadConfig } from '../config/load-config.ts';
import type { Stores } from '../wiring.ts';
import { createSubmission, unbegunLease } from './create-submission.ts';
import { announced, type EndOptions, endApplication } from './end-application.ts';
import { decodeJob } from './packed-job.ts';

export interface ScheduledStart extends EndOptions {
  readonly stores: EndOptions['stores'] & Pick<Stores, 'files'>;
  /** Invokes the driver function asynchronously. */
  readonly invoke: (event: DriverEvent) => Promise<void>;
  readonly process: ProcessIdentity;
}

/** Deliveries of a message of the failure queue, one function's longest time apart, before a start is given up; and as many to tell of it. */
const MAX_DELIVERIES = 5;

/** Submits what a schedule wants: the same for each delivery of one event. */
export async function startScheduled(event: StartEvent, { stores, invoke, process }: ScheduledStart): Promise<void> {
  const appId = idOf(event);
  const bytes = await (event.job.startsWith('s3://') ? stores.files : stores.objects).get(event.job);
  const own = hash('sha256', bytes, 'hex');
  const job = decodeJob(bytes, own);
  // A copy for this application, which lives as long as it does: what was deployed may be replaced meanwhile.
  const submitted = { key: objectKeys.job(appId, own), hash: own };
  await stores.objects.put(submitted.key, bytes);
  const { leaseMs } = loadConfig([{ name: 'job', values: job.start.conf }]).config;
  await createSubmission({ appId, job, submitted, leaseMs, process, stores });
  await invoke({ kind: 'drive', appId, life: 1 });
}

/**
 * The same for one that failed, as its failure queue delivers it for the nth time: a delivery that fails comes again, later.
 * With the last one the application has failed, so that those who listen for that learn of it.
 */
export async function startScheduledAgain(event: StartEvent, delivery: number, options: ScheduledStart): Promise<void> {
  const appId = idOf(event);
  const record = await readRecord(options.stores.metadata, appId);
  if (record !== null && record.outcome !== null) {
    if (delivery <= 2 * MAX_DELIVERIES) await announced(record, options);
    else console.error(`The end of ${appId} (${record.outcome}) cannot be told: ${record.message}`);
    return;
  }
  try {
    await startScheduled(event, options);
  } catch (error) {
    if (delivery < MAX_DELIVERIES) throw error;
    const message = `It could not be started at ${event.at}: ${error instanceof Error ? error.message : String(error)}`;
    console.error(`${appId}: ${message}`);
    await recordFailure(event, message, options);
  }
}

async function recordFailure(event: StartEvent, message: string, options: ScheduledStart): Promise<void> {
  const { metadata, clock, random } = options.stores;
  const appId = idOf(event);
  const before = await readRecord(metadata, appId);
  // It was submitted, and no driver could be invoked.
  if (before !== null) return void (await endApplication(before, options, { outcome: 'failed', message }));
  const nowMs = clock.now();
  const record: AppRecord = {
    appId,
    name: event.token.slice(event.token.lastIndexOf('/') + 1),
    master: `aws:${options.engine}`,
    job: null,
    epoch: 0,
    process: options.process,
    leaseMs: loadConfig([]).config.leaseMs,
    startedAtMs: nowMs,
    endedAtMs: nowMs,
    outcome: 'failed',
    message: message.slice(0, MAX_MESSAGE),
    submitted: { key: event.job, hash: '' },
  };
  await metadata.transact(
    [],
    [
      { kind: 'put', key: metadataKeys.lease(appId), item: unbegunLease(random.uuid(), nowMs), condition: { kind: 'absent' } },
      { kind: 'put', key: metadataKeys.apps(appId), item: recordItem(record) },
    ],
  );
  await announced(record, options);
}

function idOf({ at, token }: StartEvent): string {
  return applicationId(new Date(at), hash('sha256', token, 'hex'));
}
