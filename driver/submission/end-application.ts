import { errorCode } from '../../engine/errors/levin-error.ts';
import type { ApplicationEnded } from '../../engine/types/driver-event.ts';
import { type AppRecord, readRecord, startRecord } from '../application/app-record.ts';
import { takeOverLease } from '../lease/acquire-lease.ts';
import type { Lease } from '../lease/lease.ts';
import type { Stores } from '../wiring.ts';
import { costSoFar } from './submission-result.ts';

export interface EndOptions {
  readonly engine: string;
  readonly stores: Pick<Stores, 'objects' | 'metadata' | 'clock' | 'random'>;
  /** Tells whoever listens that the application has ended. */
  readonly announce: (ended: ApplicationEnded) => Promise<void>;
}

export interface Ending {
  readonly outcome: 'succeeded' | 'failed';
  readonly message: string | null;
}

/** Tells of an application's end; false: it has not ended. */
export async function announced(record: AppRecord, { announce, engine, stores }: EndOptions): Promise<boolean> {
  const { appId, name, outcome, message } = record;
  if (outcome === null || outcome === 'removed') return outcome !== null;
  // The end is what is to be told; its price is an estimate beside it.
  const cost = await costSoFar(stores.objects, appId).catch((error: unknown) => {
    console.error(`What ${appId} cost cannot be told: ${String(error)}`);
    return null;
  });
  await announce({ engine, appId, name, outcome, message, cost });
  return true;
}

/** Writes the end of an application that has no driver any more, and tells of it. Gives false where one has it after all. */
export async function endApplication(before: AppRecord, options: EndOptions, { outcome, message }: Ending): Promise<boolean> {
  return await whenFree(before, options, async (lease, now) => {
    // What became of the driver that this is about says nothing about one that came after it.
    if (now.epoch !== before.epoch) throw new Error(`Another driver of ${now.appId} took over meanwhile, and is gone without an end.`);
    const nowMs = (): number => options.stores.clock.now();
    const recorder = await startRecord({ metadata: options.stores.metadata, lease, nowMs, record: { ...now, epoch: lease.epoch } });
    await recorder.ended(outcome, message);
    await announced({ ...now, outcome, message }, options);
  });
}

/** Works under the lease of an application that no driver has, unless it has ended by then: that is told. Gives false where a driver has it. */
export async function whenFree(
  { appId, leaseMs }: AppRecord,
  options: EndOptions,
  work: (lease: Lease, now: AppRecord) => Promise<void>,
): Promise<boolean> {
  const { metadata, clock, random } = options.stores;
  const lease = await takeOverLease({ metadata, clock, random, appId, leaseMs }).catch((error: unknown) => {
    if (errorCode(error) === 'APP_IS_RUNNING') return null;
    throw error;
  });
  if (lease === null) return false;
  try {
    const now = await readRecord(metadata, appId);
    if (now !== null && !(await announced(now, options))) await work(lease, now);
    return true;
  } finally {
    await lease.release();
  }
}
