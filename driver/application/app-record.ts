import { itemPages } from '../../engine/ports/item-pages.ts';
import type { MetadataItem, MetadataStore } from '../../engine/ports/metadata-store.ts';
import { leaseLost } from '../../engine/runtime/lease-lost.ts';
import { repeatWrite } from '../../engine/runtime/repeat-write.ts';
import { metadataKeys } from '../../engine/types/keys.ts';
import type { ProcessIdentity } from '../../engine/types/process-identity.ts';
import type { Lease } from '../lease/lease.ts';

export type AppOutcome = 'succeeded' | 'failed' | 'cancelled';

/** What is known of an application without its journal: what `levin apps` lists. It outlives everything else of it but the event log. */
export interface AppRecord {
  readonly appId: string;
  readonly name: string;
  readonly master: string;
  /** Absolute path of the job file; null when the program is not a job file. */
  readonly job: string | null;
  /** The last driver. */
  readonly epoch: number;
  readonly process: ProcessIdentity;
  readonly leaseMs: number;
  /** Wall time, when the first driver began. */
  readonly startedAtMs: number;
  /** Wall time; null until a driver has ended in order. */
  readonly endedAtMs: number | null;
  /** null as long as a driver runs, or when it died; `removed`: its data is being deleted, so nobody may resume it. */
  readonly outcome: AppOutcome | 'removed' | null;
  readonly message: string | null;
  /** It was submitted: its drivers are functions, which run this packed job. */
  readonly submitted?: SubmittedJob;
}

export interface SubmittedJob {
  /** In the object store. */
  readonly key: string;
  /** SHA-256, hex. */
  readonly hash: string;
}

/** The record of the application that this driver runs. */
export interface AppRecorder {
  /** Of the first driver, in wall time. */
  readonly startedAtMs: number;
  /** Fails with `LEASE_LOST` when another driver has taken over. */
  ended(outcome: AppOutcome, message: string | null): Promise<void>;
}

/** Characters of the reason that are kept: an item has a limit, and a list shows one line. */
export const MAX_MESSAGE = 2_000;

export interface StartRecord {
  readonly metadata: MetadataStore;
  readonly lease: Pick<Lease, 'fence'>;
  readonly nowMs: () => number;
  readonly record: AppRecord;
}

/** Writes that a driver has begun. */
export async function startRecord({ metadata, lease, nowMs, record }: StartRecord): Promise<AppRecorder> {
  const write = (next: AppRecord): Promise<void> => writeRecord({ metadata, lease }, next);
  await write(record);
  return {
    startedAtMs: record.startedAtMs,
    ended: (outcome, message) => write({ ...record, outcome, message: message?.slice(0, MAX_MESSAGE) ?? null, endedAtMs: nowMs() }),
  };
}

/** Fails with `LEASE_LOST` when another driver holds the lease. */
export async function writeRecord({ metadata, lease }: Pick<StartRecord, 'metadata' | 'lease'>, record: AppRecord): Promise<void> {
  const put = { kind: 'put', key: metadataKeys.apps(record.appId), item: recordItem(record) } as const;
  const answer = await repeatWrite(() => metadata.transact([lease.fence], [put]));
  if (!answer.written) throw leaseLost(record.appId, answer.current);
}

/** null when there is no such application. */
export async function readRecord(metadata: MetadataStore, appId: string): Promise<AppRecord | null> {
  const item = await metadata.get(metadataKeys.apps(appId));
  return item === null ? null : fromItem(item);
}

/** All applications of the state folder. */
export async function readRecords(metadata: MetadataStore): Promise<readonly AppRecord[]> {
  const records: AppRecord[] = [];
  const { partition } = metadataKeys.apps('');
  for await (const items of itemPages(metadata, partition)) records.push(...items.map(({ item }) => fromItem(item)));
  return records;
}

export function recordItem(record: AppRecord): MetadataItem {
  return { json: JSON.stringify(record) };
}

function fromItem(item: MetadataItem): AppRecord {
  return JSON.parse(item['json'] as string) as AppRecord;
}
