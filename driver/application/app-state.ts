import type { Clock } from '../../engine/ports/clock.ts';
import type { MetadataItem, MetadataStore } from '../../engine/ports/metadata-store.ts';
import { metadataKeys } from '../../engine/types/keys.ts';
import type { ProcessIdentity } from '../../engine/types/process-identity.ts';
import { seenAtMs } from '../lease/lease-item.ts';
import type { AppRecord } from './app-record.ts';

/**
 * - `running`: its driver lives.
 * - `submitted`: it waits for a driver function, to begin or to go on, also after one that died.
 * - `dead`: its driver ended without a word. It can be resumed, as `failed` and `cancelled` ones can.
 * - `finished`: it has succeeded; only its record and its event log are left.
 * - `removed`: `levin gc` was stopped while it removed it, and goes on with it the next time.
 */
export type AppState = 'running' | 'submitted' | 'dead' | 'failed' | 'cancelled' | 'finished' | 'removed';

export interface AppStateOptions {
  readonly metadata: MetadataStore;
  readonly clock: Clock;
  readonly processState: (process: ProcessIdentity) => 'alive' | 'dead' | 'unknown';
}

/**
 * What an application is in now; for people: whoever wants to write for it takes its lease.
 *
 * A driver of this machine is looked up among its processes; of another one it takes up to a lease period to see whether the lease moves.
 */
export async function appStateOf(record: AppRecord, options: AppStateOptions): Promise<AppState> {
  if (record.outcome !== null) return record.outcome === 'succeeded' ? 'finished' : record.outcome;
  const lease = await leaseOf(options.metadata, record.appId);
  if (lease === null || lease['released'] === true) return record.submitted === undefined ? 'dead' : 'submitted';
  // A driver that took over and has not said so yet is another process.
  const known = lease['epoch'] === record.epoch ? options.processState(record.process) : 'unknown';
  if (known !== 'unknown') return known === 'alive' ? 'running' : 'dead';
  if (await leaseMoves(record, lease, options)) return 'running';
  return (await mayGetDriver(record, options)) ? 'submitted' : 'dead';
}

/** A function may run for 15 minutes, and keep its failure to itself until then; what starts the next one takes a while, too. */
const RESTART_MS = 20 * 60_000;

/** Whether a driver function may still begin, or go on with, an application that has not ended. For people: it looks at wall times. */
export async function mayGetDriver(record: AppRecord, { metadata, clock }: Pick<AppStateOptions, 'metadata' | 'clock'>): Promise<boolean> {
  if (record.submitted === undefined) return false;
  const lease = await leaseOf(metadata, record.appId);
  return lease !== null && (lease['released'] === true || clock.now() - seenAtMs(lease) < RESTART_MS);
}

/** When its driver was last heard of. */
export async function lastSeenMs(record: AppRecord, metadata: MetadataStore): Promise<number> {
  if (record.endedAtMs !== null) return record.endedAtMs;
  const lease = await leaseOf(metadata, record.appId);
  return Math.max(record.startedAtMs, lease === null ? 0 : seenAtMs(lease));
}

/** Looks per lease period. */
const LOOKS = 10;

async function leaseMoves({ appId, leaseMs }: AppRecord, seen: MetadataItem, { metadata, clock }: AppStateOptions): Promise<boolean> {
  const until = clock.monotonic() + leaseMs;
  while (clock.monotonic() < until) {
    await clock.sleep(leaseMs / LOOKS);
    const now = await leaseOf(metadata, appId);
    if (now === null || now['released'] === true) return false;
    if (now['version'] !== seen['version'] || now['epoch'] !== seen['epoch']) return true;
  }
  return false;
}

function leaseOf(metadata: MetadataStore, appId: string): Promise<MetadataItem | null> {
  return metadata.get(metadataKeys.lease(appId));
}
