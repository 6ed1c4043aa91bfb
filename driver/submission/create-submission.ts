import { fileOfModule } from '../../engine/closures/loading/project-root.ts';
import type { MetadataItem, MetadataStore, TransactWrite } from '../../engine/ports/metadata-store.ts';
import type { Random } from '../../engine/ports/random.ts';
import { repeatWrite } from '../../engine/runtime/repeat-write.ts';
import { metadataKeys } from '../../engine/types/keys.ts';
import type { ProcessIdentity } from '../../engine/types/process-identity.ts';
import { type AppRecord, recordItem, type SubmittedJob } from '../application/app-record.ts';
import { encodeEntry } from '../journal/journal-item.ts';
import { toItem } from '../lease/lease-item.ts';
import type { Stores } from '../wiring.ts';
import type { PackedJob } from './packed-job.ts';

export interface CreateSubmission {
  readonly appId: string;
  readonly job: PackedJob;
  readonly submitted: SubmittedJob;
  readonly leaseMs: number;
  /** Who submits it. */
  readonly process: ProcessIdentity;
  readonly stores: Pick<Stores, 'objects' | 'clock'> & { readonly metadata: MetadataStore; readonly random: Pick<Random, 'uuid'> };
}

/** Of an application that no driver has begun. */
export function unbegunLease(owner: string, nowMs: number): MetadataItem {
  return toItem({ epoch: 0, version: 0, owner, released: true }, nowMs);
}

/**
 * Makes an application that no driver has run yet: record, journal and lease, all at once. The first driver takes the lease as one that resumes
 * does: epoch 0 was its submitter's, who has released it.
 * False: there is one of that id.
 */
export async function createSubmission({ appId, job, submitted, leaseMs, process, stores }: CreateSubmission): Promise<boolean> {
  const { metadata, objects, clock, random } = stores;
  const { start } = job;
  const nowMs = clock.now();
  const record: AppRecord = {
    appId,
    name: job.name ?? 'levin',
    master: String(start.conf['master']),
    job: start.main === null ? null : fileOfModule(start.root, start.main),
    epoch: 0,
    process,
    leaseMs,
    startedAtMs: nowMs,
    endedAtMs: null,
    outcome: null,
    message: null,
    submitted,
  };
  const owner = random.uuid();
  const condition = { kind: 'absent' } as const;
  const started = await encodeEntry({ objects, appId }, 0, { kind: 'appStarted', ...start });
  const lease = unbegunLease(owner, nowMs);
  const writes: readonly TransactWrite[] = [
    { kind: 'put', key: metadataKeys.lease(appId), item: lease, condition },
    { kind: 'put', key: metadataKeys.apps(appId), item: recordItem(record) },
    { kind: 'put', key: metadataKeys.journal(appId, 0), item: started },
  ];
  const answer = await repeatWrite(() => metadata.transact([], writes));
  return answer.written || answer.current?.['owner'] === owner;
}
